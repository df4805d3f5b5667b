//! Reads the state dictionary out of a PyTorch file in the format before 1.6: five pickles, then raw storages.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use super::pickle::{Value, View, array, run, take};

/// First object of every such file, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// Version of that format, second object of the file.
const PROTOCOL: i64 = 1001;

/// A dense tensor of floats in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Size along each axis; empty for a scalar.
    pub shape: Vec<usize>,
    /// The elements; as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// Every float tensor of the state dictionary, by name. Integer tensors (counters of training steps) are left out.
///
/// # Errors
/// When the file is cut short, uses an instruction or a name not known here, or contradicts itself.
pub fn read(file: &[u8]) -> Result<BTreeMap<String, Tensor>> {
    let mut rest = file;
    ensure!(matches!(run(&mut rest)?, Value::Long(m) if *m == MAGIC), "not a legacy PyTorch file");
    ensure!(run(&mut rest)? == Value::Int(PROTOCOL), "unknown version of the PyTorch format");
    let Value::Dict(system) = run(&mut rest)? else { bail!("no system description") };
    ensure!(system.contains(&("little_endian".into(), Value::Bool(true))), "not a little-endian file");
    let Value::Dict(state) = run(&mut rest)? else { bail!("no state dictionary") };
    let Value::List(order) = run(&mut rest)? else { bail!("no list of storages") };

    let views = || {
        state.iter().filter_map(|(name, value)| match value {
            Value::Tensor(view) => Some((name, view)),
            _ => None,
        })
    };
    let floats: BTreeMap<&str, bool> = views().map(|(_, view)| (&*view.storage, view.float)).collect();
    let mut storages = BTreeMap::new();
    for key in &order {
        let Value::Text(key) = key else { bail!("a storage without a name") };
        let width = if *floats.get(&**key).context("a storage nobody uses")? { 4 } else { 8 };
        let count = usize::try_from(i64::from_le_bytes(array(&mut rest)?))?;
        let bytes = take(&mut rest, count.checked_mul(width).context("a storage is too large")?)?;
        storages.insert(&**key, bytes);
    }
    ensure!(rest.is_empty(), "{} bytes after the last storage", rest.len());
    views()
        .filter(|(_, view)| view.float)
        .map(|(name, view)| {
            let bytes = storages.get(&*view.storage).context("a tensor without its storage")?;
            let tensor = view.read(bytes).with_context(|| format!("tensor {name}"))?;
            Ok((name.to_string(), tensor))
        })
        .collect()
}

impl View {
    fn read(&self, storage: &[u8]) -> Result<Tensor> {
        let count = self.shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d)).context("overflow")?;
        let (start, length) = (self.offset.checked_mul(4), count.checked_mul(4));
        let range = start.zip(length).and_then(|(s, n)| Some(s..s.checked_add(n)?)).context("overflow")?;
        let bytes = storage.get(range).context("reaches past its storage")?;
        let (floats, _) = bytes.as_chunks::<4>();
        Ok(Tensor {
            shape: self.shape.clone(),
            values: floats.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        })
    }
}
