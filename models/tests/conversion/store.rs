//! What happens to the folder of finished networks when all is well, and when something is not.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use models::{
    fetch::{check, fetch, produce},
    manifest::Manifest,
    store::{LIST, Store},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::model;

const NET: &[u8] = b"a network";

fn wheel(path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    zip.start_file(path, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

fn files(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_network_that_is_right_is_stored_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let manifest = Manifest { package: vec![], model: vec![model("copy", &[1], &["y"], NET, NET)] };
    assert!(check(&manifest, &store).unwrap_err().to_string().contains("test.onnx is missing"));

    produce(&manifest.model[0], &wheel("folder/net", NET), &store).unwrap();
    assert_eq!(fetch(&manifest, &store).unwrap(), 0, "nothing to download");
    check(&manifest, &store).unwrap();
    let list: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join(LIST)).unwrap()).unwrap();
    assert_eq!(list["models"][0]["file"], "test.onnx");
    assert_eq!(list["models"][0]["bytes"], NET.len());

    fs::write(folder.path().join("test.onnx"), "another").unwrap();
    assert!(check(&manifest, &store).unwrap_err().to_string().contains("test.onnx is wrong"));
}

#[test]
fn whatever_is_wrong_leaves_nothing_behind() {
    let other_source = model("copy", &[1], &["y"], b"a natwork", NET);
    let other_result = model("copy", &[1], &["y"], NET, b"a natwork");
    let shorter = model("copy", &[1], &["y"], b"a net", NET);
    let not_a_net = model("tflite", &[1], &["y"], NET, NET);
    let right = wheel("folder/net", NET);
    for (model, wheel, complaint) in [
        (&other_source, right.clone(), "has SHA-256"),
        (&other_result, right.clone(), "the manifest has"),
        (&shorter, right.clone(), "larger than"),
        (&not_a_net, right.clone(), "not a TensorFlow Lite file"),
        (&other_result, wheel("folder/other", NET), "not in the archive"),
        (&other_result, right[..20].to_vec(), "not a zip archive"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = produce(model, &wheel, &Store::new(folder.path())).unwrap_err();
        assert!(format!("{error:#}").contains(complaint), "{error:#}");
        assert!(files(folder.path()).is_empty());
    }
}
