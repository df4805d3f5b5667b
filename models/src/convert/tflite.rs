//! Reads a TensorFlow Lite file: the few FlatBuffers tables a network is made of, every access checked.
//!
//! The `flatbuffers` crate reads tables without checks only through `unsafe`, and generating its checked readers
//! takes a schema compiler; the fields needed here are few. Field numbers are those of TensorFlow's `schema.fbs`.

use anyhow::{Context, Result, ensure};

/// More dimensions, operands or options than any tensor or operator here has.
const SMALL: usize = 16;

/// A network: tensors, and the operators between them in order of execution.
pub struct Model<'a> {
    pub tensors: Vec<Tensor<'a>>,
    pub operators: Vec<Operator<'a>>,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
}

/// A value of the network. Constant when it carries data.
pub struct Tensor<'a> {
    pub shape: Vec<usize>,
    /// `TensorType` of the schema: 0 float, 1 half, 2 int32, …
    pub kind: u8,
    pub data: &'a [u8],
}

/// One step of the computation; operands are indices of tensors.
pub struct Operator<'a> {
    /// `BuiltinOperator` of the schema.
    pub code: i32,
    pub inputs: Vec<usize>,
    pub output: usize,
    pub options: Option<Table<'a>>,
}

impl<'a> Model<'a> {
    /// Reads the first subgraph of a file.
    ///
    /// # Errors
    /// When the file is cut short, points outside itself or is not a TensorFlow Lite file.
    pub fn read(file: &'a [u8]) -> Result<Self> {
        ensure!(file.get(4..8) == Some(b"TFL3"), "not a TensorFlow Lite file");
        let model = Table { file, start: follow(file, 0)? };
        let buffers = model.tables(4)?;
        let codes = model.tables(1)?.iter().map(operator_code).collect::<Result<Vec<_>>>()?;
        let graph = *model.tables(2)?.first().context("no subgraph")?;
        let tensors = graph
            .tables(0)?
            .iter()
            .map(|tensor| {
                let buffer = usize::try_from(tensor.int(2)?)?;
                let shape = tensor.ints(0)?.into_iter().map(usize::try_from).collect::<Result<_, _>>()?;
                let data = buffers.get(buffer).context("no such buffer")?.bytes(0)?;
                Ok(Tensor { shape, kind: tensor.byte(1)?, data })
            })
            .collect::<Result<Vec<_>>>()?;
        let indices = |table: &Table<'_>, field| -> Result<Vec<usize>> {
            let present = table.ints(field)?.into_iter().filter(|&i| i != -1); // -1: an operand left out
            let indices = present.map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
            ensure!(indices.iter().all(|&i| i < tensors.len()), "no such tensor");
            Ok(indices)
        };
        let operators = graph
            .tables(3)?
            .iter()
            .map(|operator| {
                let code = *codes.get(usize::try_from(operator.int(0)?)?).context("no such operator")?;
                let output = *indices(operator, 2)?.first().context("an operator without output")?;
                Ok(Operator { code, inputs: indices(operator, 1)?, output, options: operator.table(4)? })
            })
            .collect::<Result<_>>()?;
        let (inputs, outputs) = (indices(&graph, 1)?, indices(&graph, 2)?);
        Ok(Self { tensors, operators, inputs, outputs })
    }
}

/// The code moved to a wider field when it outgrew a byte; the larger one counts.
fn operator_code(table: &Table<'_>) -> Result<i32> {
    Ok(table.int(3)?.max(table.byte(0)?.into()))
}

/// A FlatBuffers table at `start` of `file`. A field that is absent reads as zero or empty, its default.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    file: &'a [u8],
    start: usize,
}

impl<'a> Table<'a> {
    /// Position of a field, which the table's vtable gives as an offset from the table's start.
    fn field(&self, number: usize) -> Result<Option<usize>> {
        let back = i32::from_le_bytes(array(self.file, self.start)?);
        let vtable = isize::try_from(self.start)?.checked_sub(back.try_into()?).context("overflow")?;
        let vtable = usize::try_from(vtable)?;
        let (length, slot) = (u16::from_le_bytes(array(self.file, vtable)?), 4 + 2 * number);
        if slot + 2 > usize::from(length) {
            return Ok(None);
        }
        let offset = u16::from_le_bytes(array(self.file, vtable + slot)?);
        Ok((offset != 0).then_some(self.start + usize::from(offset)))
    }

    /// An unsigned byte, a boolean or a byte-wide enumeration.
    pub fn byte(&self, number: usize) -> Result<u8> {
        self.field(number)?.map_or(Ok(0), |at| Ok(array::<1>(self.file, at)?[0]))
    }

    /// A 32-bit integer.
    pub fn int(&self, number: usize) -> Result<i32> {
        self.field(number)?.map_or(Ok(0), |at| Ok(i32::from_le_bytes(array(self.file, at)?)))
    }

    fn table(&self, number: usize) -> Result<Option<Self>> {
        let at = self.field(number)?;
        at.map(|at| Ok(Self { file: self.file, start: follow(self.file, at)? })).transpose()
    }

    /// A vector of bytes.
    pub fn bytes(&self, number: usize) -> Result<&'a [u8]> {
        Ok(self.vector(number, 1)?.1)
    }

    /// A short vector of 32-bit integers.
    pub fn ints(&self, number: usize) -> Result<Vec<i32>> {
        let (_, bytes) = self.vector(number, 4)?;
        ensure!(bytes.len() <= 4 * SMALL, "a list is too long");
        Ok(bytes.as_chunks::<4>().0.iter().map(|&b| i32::from_le_bytes(b)).collect())
    }

    fn tables(&self, number: usize) -> Result<Vec<Self>> {
        let (at, bytes) = self.vector(number, 4)?;
        let slots = (at..at + bytes.len()).step_by(4);
        slots.map(|slot| Ok(Self { file: self.file, start: follow(self.file, slot)? })).collect()
    }

    /// Where a vector's elements of `width` bytes start, and the elements.
    fn vector(&self, number: usize, width: usize) -> Result<(usize, &'a [u8])> {
        let Some(at) = self.field(number)? else { return Ok((0, &[])) };
        let start = follow(self.file, at)?;
        let length = usize::try_from(u32::from_le_bytes(array(self.file, start)?))?;
        let rest = self.file.get(start + 4..).context("the file is cut short")?;
        let bytes = length.checked_mul(width).and_then(|n| rest.get(..n)).context("the file is cut short")?;
        Ok((start + 4, bytes))
    }
}

/// Follows the relative offset stored at `at`.
fn follow(file: &[u8], at: usize) -> Result<usize> {
    let offset = usize::try_from(u32::from_le_bytes(array(file, at)?))?;
    at.checked_add(offset).filter(|&to| to < file.len()).context("an offset leads out of the file")
}

fn array<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N]> {
    let end = at.checked_add(N).context("overflow")?;
    Ok(file.get(at..end).context("the file is cut short")?.try_into()?)
}
