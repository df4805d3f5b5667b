//! A picture as a file: read within its limits or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::image::{Affine, Border, Channels, MAX_SIDE, decode, sample, to_jpeg};

fuzz_target!(|file: &[u8]| {
    let Ok(picture) = decode(file) else { return };
    assert!(picture.width().max(picture.height()) <= MAX_SIDE);
    let map = Affine::onto_rectangle(-9.0, 3.0, picture.width() as f32, 1.0, 16);
    assert_eq!(sample(&picture, &map, 16, Channels::Bgr, 1.0, Border::Black).len(), 3 * 16 * 16);
    if picture.width() * picture.height() < 1 << 16 {
        assert!(decode(&to_jpeg(&picture)).is_ok());
    }
});
