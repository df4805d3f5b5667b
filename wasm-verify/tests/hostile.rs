//! Hostile input to everything that reads bytes or figures from outside: it is refused or read, never a panic and
//! never a picture larger than allowed. `fuzz/` goes on where this ends.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may unwrap")]

use std::io::Cursor;

use image::{ImageFormat, Rgb};
use proptest::prelude::*;
use verify::{
    assess::{Submission, check},
    challenge::{Challenge, Step},
    digest::sha256_hex,
    document::{Iccid, Msisdn, ResidentId, Vin, mask_name, mask_phone},
    image::{Affine, Border, Channels, ImageError, MAX_SIDE, RgbImage, decode, from_rgba, sample, to_jpeg},
    liveness::{
        continuity::{Track, is_broken, is_frozen},
        event::{Baseline, Finder},
    },
    report::Report,
    signals::{FaceSignals, Signals},
};

fn picture() -> RgbImage {
    RgbImage::from_fn(61, 47, |x, y| Rgb([(4 * x) as u8, (5 * y) as u8, (x * y) as u8]))
}

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    picture().write_to(&mut Cursor::new(&mut file), ImageFormat::Png).unwrap();
    file
}

/// Where and to what bytes of a file are changed.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
}

fn changed(mut file: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(file.len());
        file[at] = *byte;
    }
    file
}

/// What is read is no larger than what may be read.
fn is_within_limits(file: &[u8]) -> bool {
    decode(file).map_or(true, |picture| picture.width().max(picture.height()) <= MAX_SIDE)
}

/// A PNG that says it is of this size and holds one row of it. The checksum is right.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut file = png();
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    file
}

/// CRC-32 as PNG has it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

/// A JPEG that says it is of this size.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut file = to_jpeg(&picture());
    let frame = file.windows(2).position(|pair| pair[0] == 0xFF && (0xC0..=0xC2).contains(&pair[1])).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

#[test]
fn a_small_file_cannot_ask_for_much_memory() {
    for (width, height) in [(u32::MAX, u32::MAX), (1 << 20, 1), (1, 1 << 20), (MAX_SIDE + 1, 2)] {
        assert!(matches!(decode(&png_of(width, height)), Err(ImageError::TooLarge | ImageError::Damaged)));
    }
    for (width, height) in [(u16::MAX, u16::MAX), (u16::MAX, 1), (1, 5000)] {
        assert_eq!(decode(&jpeg_of(width, height)), Err(ImageError::TooLarge));
    }
    // Allowed sizes, but the pixels are not there.
    assert_eq!(decode(&png_of(MAX_SIDE, MAX_SIDE)), Err(ImageError::Damaged));
    assert!(is_within_limits(&jpeg_of(4096, 4096)) && is_within_limits(&jpeg_of(0, 0)));
    assert!(decode(&png_of(0, 0)).is_err());
}

#[test]
fn deep_nesting_is_no_report() {
    for open in ["[", "{\"a\":"] {
        assert!(Report::parse(open.repeat(100_000).as_bytes()).is_err());
    }
}

fn report() -> Vec<u8> {
    let hash = sha256_hex(b"picture");
    let keyframe = |shows: &str, at: u32| format!(r#"{{"shows":"{shows}","at_ms":{at},"sha256":"{hash}"}}"#);
    let face = r#"{"bounds":[200.5,90.25,210.0,260.0],"yaw":1.25,"pitch":-2.5,"roll":0.0,"blink":0.1,"eye_opening":0.3,"eye_span":110.5,"jaw_open":0.02,"smile":0.3}"#;
    let text = format!(
        r#"{{"version":{version},"verification_id":"v","nonce":"n","policy_version":1,"engine":{{"crate_version":"0","wasm_sha256":"","networks":[]}},"outcome":"passed","scores":{{"similarity":0.7,"live":0.9,"continuity":0.6}},"steps":[{{"step":"blink","asked_ms":900,"done_ms":1500,"keyframe":1}}],"keyframes":[{rest},{step},{last}],"document_sha256":null,"signals":[{{"t_ms":800,"faces":1,"face":{face}}}]}}"#,
        version = verify::report::VERSION,
        rest = keyframe("rest", 800),
        step = keyframe("step", 1400),
        last = keyframe("rest", 1800),
    );
    text.into_bytes()
}

fn is_checked(report: &[u8]) -> bool {
    let challenge = Challenge {
        verification_id: "v".into(),
        nonce: "n".into(),
        steps: vec![Step::Blink.into()],
        policy_version: 1,
        step_timeout_ms: 10_000,
    };
    let keyframes = vec![b"picture".to_vec(); 3];
    check(&challenge, &Submission { report, keyframes: &keyframes, document_portrait: None }).is_ok()
}

#[test]
fn the_report_of_these_tests_is_one() {
    assert!(is_checked(&report()), "{}", String::from_utf8(report()).unwrap());
}

/// Any figure a float can hold.
fn figure() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<f32>(),
        prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 0.0, -0.0]),
        -500.0f32..500.0,
    ]
}

fn face() -> impl Strategy<Value = FaceSignals> {
    (prop::array::uniform4(figure()), prop::array::uniform8(figure())).prop_map(|(bounds, f)| FaceSignals {
        bounds,
        yaw: f[0],
        pitch: f[1],
        roll: f[2],
        blink: f[3],
        jaw_open: f[4],
        smile: f[5],
        eye_opening: f[6],
        eye_span: f[7],
    })
}

fn frames() -> impl Strategy<Value = Vec<Signals>> {
    let frame = (any::<u32>(), any::<u8>(), prop::option::of(face()));
    prop::collection::vec(frame.prop_map(|(t_ms, faces, face)| Signals { t_ms, faces, face }), 0..40)
}

proptest! {
    #[test]
    fn damaged_pictures(jpeg in any::<bool>(), changes in changes(), cut in any::<prop::sample::Index>()) {
        let file = changed(if jpeg { to_jpeg(&picture()) } else { png() }, &changes);
        prop_assert!(is_within_limits(&file));
        prop_assert!(is_within_limits(&file[..cut.index(file.len())]));
    }

    #[test]
    fn pictures_of_any_declared_size(width in any::<u32>(), height in any::<u32>()) {
        prop_assert!(is_within_limits(&png_of(width, height)));
        prop_assert!(is_within_limits(&jpeg_of(width as u16, height as u16)));
    }

    #[test]
    fn bytes_that_begin_like_a_picture(jpeg in any::<bool>(), rest in prop::collection::vec(any::<u8>(), 0..600)) {
        let begin: &[u8] = if jpeg { &[0xFF, 0xD8, 0xFF] } else { b"\x89PNG\r\n\x1a\n" };
        let end: &[u8] = if jpeg { &[0xFF, 0xD9] } else { &[] };
        prop_assert!(is_within_limits(&[begin, &rest, end].concat()));
    }

    #[test]
    fn frames_of_the_wrong_length(width in prop_oneof![0u32..40, any::<u32>()], height in 0u32..40, bytes in 0usize..4096) {
        let frame = from_rgba(&vec![7; bytes], width, height);
        prop_assert_eq!(frame.is_some(), bytes > 0 && u64::from(width) * u64::from(4 * height) == bytes as u64);
    }

    #[test]
    fn maps_of_any_figures(m in prop::array::uniform6(figure()), points in prop::array::uniform5(prop::array::uniform2(figure()))) {
        let square = sample(&picture(), &Affine { m }, 8, Channels::Rgb, 1.0, Border::Replicate);
        prop_assert_eq!(square.len(), 3 * 64);
        let _ = Affine { m }.inverse();
        if let Some(map) = Affine::similarity(&points, &[[1.0, 1.0], [5.0, 1.0], [3.0, 3.0], [1.0, 5.0], [5.0, 5.0]]) {
            sample(&picture(), &map, 8, Channels::Bgr, 1.0, Border::Black);
        }
    }

    #[test]
    fn damaged_reports(changes in changes(), cut in any::<prop::sample::Index>()) {
        let file = changed(report(), &changes);
        is_checked(&file[..cut.index(file.len())]);
        is_checked(&file);
    }

    #[test]
    fn reports_with_any_number(at in any::<prop::sample::Index>(), number in "-?[0-9]{1,40}(\\.[0-9]{1,9})?(e-?[0-9]{1,4})?") {
        let text = String::from_utf8(report()).unwrap();
        let places: Vec<(usize, &str)> = text.match_indices(|c: char| c.is_ascii_digit()).collect();
        let (start, _) = places[at.index(places.len())];
        let end = text[start..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| start + n);
        is_checked([&text[..start], &number, &text[end..]].concat().as_bytes());
    }

    #[test]
    fn figures_that_are_no_numbers(frames in frames(), step in 0usize..Step::ALL.len(), window in any::<[u32; 2]>()) {
        let faces: Vec<FaceSignals> = frames.iter().filter_map(|frame| frame.face).collect();
        let mut finder = Finder::new(Step::ALL[step], Baseline::of(&faces).unwrap_or_default());
        let mut track = Track::default();
        for frame in &frames {
            track.goes_on(frame);
            if let Some(face) = &frame.face {
                finder.see(frame.t_ms, face);
            }
        }
        is_frozen(&frames);
        is_broken(&frames, window[0], window[1]);
    }

    #[test]
    fn numbers_of_documents(text in ".*", digits in "[0-9Xx０-９]{0,20}") {
        let _ = text.parse::<ResidentId>();
        let _ = digits.parse::<ResidentId>();
        for text in [&text, &digits] {
            let _ = (text.parse::<Iccid>(), text.parse::<Msisdn>(), text.parse::<Vin>());
            let _ = (mask_name(text), mask_phone(text));
        }
    }
}
