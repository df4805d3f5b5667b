//! The reader of PyTorch files, and a writer of them to test it with.

use models::convert::torch_pickle::{Tensor, read};
use proptest::prelude::*;

/// The first three objects of a file: magic number, version, system.
pub const HEADER: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\
    \x80\x02M\xe9\x03.\
    \x80\x02}q\x00(X\x0d\x00\x00\x00little_endian\x88X\x0a\x00\x00\x00type_sizes}q\x01X\x03\x00\x00\x00intK\x04su.";

/// A PyTorch file that holds these tensors.
pub fn file(tensors: &[(String, Tensor)]) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    file.extend(b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(");
    for (key, (name, tensor)) in tensors.iter().enumerate() {
        text(&mut file, name);
        file.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut file, "storage");
        file.extend(b"ctorch\nFloatStorage\n");
        text(&mut file, &key.to_string());
        text(&mut file, "cpu");
        int(&mut file, tensor.values.len());
        file.extend(b"NtQK\x00(");
        tensor.shape.iter().for_each(|&size| int(&mut file, size));
        file.extend(b"t(");
        (1..=tensor.shape.len()).for_each(|axis| int(&mut file, tensor.shape[axis..].iter().product()));
        file.extend(b"t\x89h\x00)RtR");
    }
    file.extend(b"u.\x80\x02](");
    (0..tensors.len()).for_each(|key| text(&mut file, &key.to_string()));
    file.extend(b"e.");
    for (_, tensor) in tensors {
        file.extend((tensor.values.len() as u64).to_le_bytes());
        file.extend(tensor.values.iter().flat_map(|v| v.to_le_bytes()));
    }
    file
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.push(b'X');
    file.extend((text.len() as u32).to_le_bytes());
    file.extend(text.as_bytes());
}

fn int(file: &mut Vec<u8>, value: usize) {
    file.push(b'J');
    file.extend((value as i32).to_le_bytes());
}

fn small() -> Vec<(String, Tensor)> {
    let matrix = Tensor { shape: vec![2, 3], values: vec![1., 2., 3., 4., 5., 6.] };
    vec![("a.weight".into(), matrix), ("a.bias".into(), Tensor { shape: vec![1], values: vec![-0.5] })]
}

#[test]
fn tensors_are_read_by_name() {
    let read = read(&file(&small())).unwrap();
    assert_eq!(read, small().into_iter().collect());
}

#[test]
fn only_the_names_of_tensors_are_allowed() {
    for forbidden in
        ["cos\nsystem\n", "cbuiltins\neval\n", "ctorch\nHalfStorage\n", "ctorch._utils\n_rebuild\n"]
    {
        let mut file = HEADER.to_vec();
        file.extend(b"\x80\x02");
        file.extend(forbidden.as_bytes());
        file.extend(b"X\x02\x00\x00\x00id\x85R.");
        let error = read(&file).unwrap_err().to_string();
        assert!(error.contains("is not allowed"), "{error}");
    }
}

#[test]
fn other_instructions_and_calls_are_refused() {
    let refused: [&[u8]; 6] = [
        b"\x80\x02\x93.",                                  // STACK_GLOBAL
        b"\x80\x02ios\nsystem\n.",                         // INST
        b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R.", // a call with arguments
        b"\x80\x02}q\x00h\x00.",                           // a shared dictionary
        b"\x80\x02)\x85\x85\x85\x85.",                     // nesting
        b"\x80\x02R.",                                     // an empty stack
    ];
    for pickle in refused {
        assert!(read(&[HEADER, pickle].concat()).is_err(), "{pickle:?}");
    }
}

#[test]
fn a_tensor_may_not_reach_past_its_storage_or_skip_about_in_it() {
    let mut tensors = small();
    tensors[0].1.values.pop();
    assert!(read(&file(&tensors)).is_err());

    let right = file(&small());
    let strides = b"t(J\x03\0\0\0J\x01\0\0\0t";
    let at = right.windows(strides.len()).position(|w| w == strides).unwrap();
    let mut transposed = right.clone();
    transposed[at + 3] = 1;
    transposed[at + 8] = 2;
    assert!(read(&transposed).unwrap_err().to_string().contains("contiguous"));
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    let file = file(&small());
    for length in 0..file.len() {
        assert!(read(&file[..length]).is_err(), "{length} of {}", file.len());
    }
}

proptest! {
    #[test]
    fn damage_never_panics(at in 0..file(&small()).len(), byte: u8) {
        let mut file = file(&small());
        file[at] = byte;
        let _ = read(&file);
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&noise);
        let _ = read(&[HEADER, &noise].concat());
    }
}
