//! Runs the few pickle instructions a PyTorch state dictionary needs.
//!
//! A pickle is a program, so this is not an unpickler: it is a stack machine that knows those instructions and a
//! handful of names, all of them inert, and refuses the rest. Nothing in the file is ever called.

use std::{collections::BTreeMap, rc::Rc};

use anyhow::{Context, Result, bail, ensure};

/// Names a file may use, all of them inert here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Global {
    OrderedDict,
    RebuildTensor,
    Storage { float: bool },
}

/// Where a tensor lies inside a storage that follows the pickles. `float` is false for 64-bit integers.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub storage: Rc<str>,
    pub float: bool,
    pub offset: usize,
    pub shape: Vec<usize>,
}

/// What can lie on the stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Long(Rc<[u8]>),
    Text(Rc<str>),
    Global(Global),
    Storage {
        key: Rc<str>,
        float: bool,
    },
    Tensor(Rc<View>),
    Tuple(Rc<[Value]>),
    List(Vec<Value>),
    Dict(Vec<(Rc<str>, Value)>),
    /// A list or dictionary put aside for sharing: it would go stale, so reading it back is an error.
    Shared,
}

/// Runs one pickle and leaves `rest` behind it.
pub fn run(rest: &mut &[u8]) -> Result<Value> {
    let mut machine = Machine::default();
    loop {
        let [opcode] = array(rest)?;
        if opcode == b'.' {
            return machine.pop();
        }
        machine.step(opcode, rest)?;
    }
}

#[derive(Default)]
struct Machine {
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: BTreeMap<u32, Value>,
}

impl Machine {
    fn step(&mut self, opcode: u8, rest: &mut &[u8]) -> Result<()> {
        let value = match opcode {
            0x80 => return array::<1>(rest).map(drop), // PROTO
            b'(' => {
                self.marks.push(self.stack.len());
                return Ok(());
            }
            b'q' => return self.put(array::<1>(rest)?[0].into()),
            b'r' => return self.put(u32::from_le_bytes(array(rest)?)),
            b's' | b'u' => return self.set_items(opcode == b'u'),
            b'e' => return self.append_items(),
            b'b' => return self.pop().map(drop), // BUILD: attributes of a dictionary, of no use here
            b'h' => self.get(array::<1>(rest)?[0].into())?,
            b'j' => self.get(u32::from_le_bytes(array(rest)?))?,
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(array::<1>(rest)?[0].into()),
            b'M' => Value::Int(u16::from_le_bytes(array(rest)?).into()),
            b'J' => Value::Int(i32::from_le_bytes(array(rest)?).into()),
            0x8a => {
                let [length] = array(rest)?;
                Value::Long(take(rest, length.into())?.into())
            }
            b'X' => {
                let length = u32::from_le_bytes(array(rest)?);
                Value::Text(std::str::from_utf8(take(rest, length.try_into()?)?)?.into())
            }
            b'c' => Value::Global(Global::parse(line(rest)?, line(rest)?)?),
            b')' => Value::Tuple([].into()),
            b']' => Value::List(vec![]),
            b'}' => Value::Dict(vec![]),
            0x85..=0x87 => {
                let length = usize::from(opcode - 0x84);
                let start = self.stack.len().checked_sub(length).context("empty stack")?;
                tuple(self.stack.split_off(start))?
            }
            b't' => tuple(self.above_mark()?)?,
            b'Q' => storage(&self.pop()?)?,
            b'R' => self.reduce()?,
            other => bail!("pickle instruction {other:#04x} is not allowed"),
        };
        self.stack.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<Value> {
        self.stack.pop().context("empty stack")
    }

    fn above_mark(&mut self) -> Result<Vec<Value>> {
        let mark = self.marks.pop().filter(|&m| m <= self.stack.len()).context("no mark")?;
        Ok(self.stack.split_off(mark))
    }

    fn put(&mut self, slot: u32) -> Result<()> {
        let value = match self.stack.last().context("empty stack")? {
            Value::List(_) | Value::Dict(_) => Value::Shared,
            value => value.clone(),
        };
        self.memo.insert(slot, value);
        Ok(())
    }

    fn get(&self, slot: u32) -> Result<Value> {
        match self.memo.get(&slot) {
            Some(Value::Shared) => bail!("a shared list or dictionary is not allowed"),
            Some(value) => Ok(value.clone()),
            None => bail!("nothing was stored in slot {slot}"),
        }
    }

    fn set_items(&mut self, many: bool) -> Result<()> {
        let items = if many {
            self.above_mark()?
        } else {
            let value = self.pop()?;
            vec![self.pop()?, value]
        };
        let Some(Value::Dict(dict)) = self.stack.last_mut() else { bail!("no dictionary to fill") };
        let (pairs, odd) = items.as_chunks::<2>();
        ensure!(odd.is_empty(), "a key without a value");
        for [key, value] in pairs {
            let Value::Text(key) = key else { bail!("a key that is not a text") };
            // What nests is of no use here; keeping dictionaries flat keeps hostile files shallow.
            let flat = matches!(value, Value::Bool(_) | Value::Int(_) | Value::Tensor(_));
            dict.push((key.clone(), if flat { value.clone() } else { Value::None }));
        }
        Ok(())
    }

    fn append_items(&mut self) -> Result<()> {
        let items = self.above_mark()?;
        ensure!(items.iter().all(|i| matches!(i, Value::Text(_))), "a list of something else than texts");
        let Some(Value::List(list)) = self.stack.last_mut() else { bail!("no list to fill") };
        list.extend(items);
        Ok(())
    }

    /// A call. Only an empty dictionary and a view of a storage can come of it.
    fn reduce(&mut self) -> Result<Value> {
        let Value::Tuple(arguments) = self.pop()? else { bail!("a call without arguments") };
        match (self.pop()?, &*arguments) {
            (Value::Global(Global::OrderedDict), []) => Ok(Value::Dict(vec![])),
            (Value::Global(Global::RebuildTensor), [storage, offset, shape, strides, ..]) => {
                let Value::Storage { key, float } = storage else { bail!("a tensor without storage") };
                let (shape, strides) = (sizes(shape)?, sizes(strides)?);
                ensure!(is_contiguous(&shape, &strides), "a tensor that is not contiguous");
                let (storage, float) = (key.clone(), *float);
                Ok(Value::Tensor(Rc::new(View { storage, float, offset: size(offset)?, shape })))
            }
            _ => bail!("a call that is not allowed"),
        }
    }
}

impl Global {
    fn parse(module: &str, name: &str) -> Result<Self> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch", "FloatStorage") => Self::Storage { float: true },
            ("torch", "LongStorage") => Self::Storage { float: false },
            _ => bail!("the name {module}.{name} is not allowed"),
        })
    }
}

/// Tuples hold scalars and tuples of scalars: no deeper nesting is needed, so none is taken.
fn tuple(items: Vec<Value>) -> Result<Value> {
    let nests = |v: &Value| matches!(v, Value::Tuple(_) | Value::List(_) | Value::Dict(_));
    let deep = |v: &Value| match v {
        Value::Tuple(inner) => inner.iter().any(nests),
        Value::List(inner) => !inner.is_empty(),
        Value::Dict(inner) => !inner.is_empty(),
        _ => false,
    };
    ensure!(items.len() <= 8 && !items.iter().any(deep), "a tuple nested too deep or too long");
    Ok(Value::Tuple(items.into()))
}

/// The persistent id of a storage: ("storage", type, key, device, length, view).
fn storage(id: &Value) -> Result<Value> {
    match id {
        Value::Tuple(id) => match &**id {
            [Value::Text(_), Value::Global(Global::Storage { float }), Value::Text(key), ..] => {
                Ok(Value::Storage { key: key.clone(), float: *float })
            }
            _ => bail!("an unknown kind of storage"),
        },
        _ => bail!("a storage without a description"),
    }
}

fn size(value: &Value) -> Result<usize> {
    match value {
        Value::Int(n) => Ok(usize::try_from(*n)?),
        _ => bail!("a size that is not a number"),
    }
}

fn sizes(value: &Value) -> Result<Vec<usize>> {
    match value {
        Value::Tuple(items) => items.iter().map(size).collect(),
        _ => bail!("sizes that are not a tuple"),
    }
}

fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = Some(1_usize);
    let row_major = |(&size, &stride): (&usize, &usize)| {
        let fits = size == 1 || Some(stride) == expected;
        expected = expected.and_then(|e| e.checked_mul(size));
        fits
    };
    shape.len() == strides.len() && shape.iter().zip(strides).rev().all(row_major)
}

/// Splits `length` bytes off the front.
pub fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length).context("the file is cut short")?;
    *rest = tail;
    Ok(head)
}

/// Splits `N` bytes off the front.
pub fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    Ok(take(rest, N)?.try_into()?)
}

fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str> {
    let end = rest.iter().position(|&b| b == b'\n').context("the file is cut short")?;
    let text = take(rest, end)?;
    take(rest, 1)?;
    Ok(std::str::from_utf8(text)?)
}
