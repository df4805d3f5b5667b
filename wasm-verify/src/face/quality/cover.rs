use super::super::Landmarks;
use super::chip::{Chip, Plane, luminance};
use super::statistics::{median, quantile};

// Points of the MediaPipe face mesh; the person's right eye first.
const LIDS: [[usize; 16]; 2] = [
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
];
/// Skin above and below each eye, which dark glasses cover too.
const AROUND_EYES: [[usize; 9]; 2] =
    [[222, 223, 224, 225, 228, 229, 230, 231, 232], [442, 443, 444, 445, 448, 449, 450, 451, 452]];
const CHEEKS: [[usize; 7]; 2] = [[50, 101, 36, 205, 118, 117, 123], [280, 330, 266, 425, 347, 346, 352]];
const LIPS: [usize; 10] = [11, 12, 72, 302, 15, 16, 85, 315, 73, 303];
const AROUND_LIPS: [usize; 13] = [164, 167, 393, 57, 287, 43, 273, 18, 83, 313, 186, 410, 200];
const MOUTH: [usize; 20] =
    [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185];

/// Colour differences below this are noise: with it a grey picture still shows a mouth by its edges.
const COLOUR_NOISE: f32 = 0.03;
/// Contrast within an eye below this is noise.
const EYE_NOISE: f32 = 0.03;
/// Between lids closer than this, as a share of the eye's width, there is nothing to see. Such an eye is taken to
/// have some contrast: whether it is covered is then told by the light about it.
const SHUT: (f32, f32) = (0.18, 0.2);
/// Corners of the eyes, then the middle of the upper and lower lid.
const OPENING: [[usize; 4]; 2] = [[33, 133, 159, 145], [263, 362, 386, 374]];

/// How well the eyes can be seen, the better one of the two: the light about the eye against that of the cheeks,
/// squared, times the contrast between iris and white. Dark glasses take both.
pub fn eyes_seen(chip: &Chip, landmarks: &Landmarks) -> f32 {
    let cheek = CHEEKS.map(|mesh| median(lumas(chip, landmarks, &mesh)));
    let light = cheek[0].max(cheek[1]) + super::NOISE;
    let eyes = (0..2).map(|side| {
        let mut about = lumas(chip, landmarks, &LIDS[side]);
        about.extend(lumas(chip, landmarks, &AROUND_EYES[side]));
        let inside = eye(chip, landmarks, &LIDS[side]);
        let contrast = quantile(inside.clone(), 0.9) - quantile(inside, 0.1);
        let least = if opening(landmarks, OPENING[side]) < SHUT.0 { SHUT.1 } else { 0.0 };
        (quantile(about, 0.75) / light, (contrast / (cheek[side] + super::NOISE)).max(least))
    });
    let (about, contrast) = eyes.fold((0.0f32, 0.0f32), |best, eye| (best.0.max(eye.0), best.1.max(eye.1)));
    about.powi(2) * (contrast + EYE_NOISE)
}

/// How well the mouth can be seen: its edges against those of the eyes, times the difference in colour between
/// lips and the skin about them. A mask or a hand has neither; a beard leaves both.
pub fn mouth_seen(chip: &Chip, landmarks: &Landmarks) -> f32 {
    let edges = |mesh: &[usize]| edges(chip.luma(), bounds(chip, landmarks, mesh, 1.0));
    let eyes = ((edges(&LIDS[0]).powi(2) + edges(&LIDS[1]).powi(2)) / 2.0).sqrt();
    let (lips, skin) = (hue(chip, landmarks, &LIPS), hue(chip, landmarks, &AROUND_LIPS));
    let colour = (lips[0] - skin[0]).hypot(lips[1] - skin[1]);
    edges(&MOUTH) / (eyes + 1.0) * (colour + COLOUR_NOISE)
}

fn lumas(chip: &Chip, landmarks: &Landmarks, mesh: &[usize]) -> Vec<f32> {
    chip.at(landmarks, mesh).into_iter().map(luminance).collect()
}

/// How far an eye is open, as a share of its width.
fn opening(landmarks: &Landmarks, [outer, inner, upper, lower]: [usize; 4]) -> f32 {
    let apart = |a: usize, b: usize| {
        let (a, b) = (landmarks.at(a), landmarks.at(b));
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    apart(upper, lower) / apart(outer, inner).max(f32::EPSILON)
}

/// Median colour without its brightness: logarithms of red and blue over green.
fn hue(chip: &Chip, landmarks: &Landmarks, mesh: &[usize]) -> [f32; 2] {
    let colours = chip.at(landmarks, mesh);
    let against_green = |channel: usize| {
        let ratio = |colour: &[f32; 3]| ((colour[channel] + super::NOISE) / (colour[1] + super::NOISE)).ln();
        median(colours.iter().map(ratio).collect())
    };
    [against_green(0), against_green(2)]
}

/// Luma of the pixels between the lids.
fn eye(chip: &Chip, landmarks: &Landmarks, lids: &[usize; 16]) -> Vec<f32> {
    let outline = lids.map(|index| chip.place(landmarks, index));
    let [left, top, right, bottom] = bounds(chip, landmarks, lids, 0.0);
    let rows = top..=bottom;
    let pixels = rows.flat_map(|y| (left..=right).map(move |x| (x, y)));
    pixels
        .filter(|&(x, y)| encloses(&outline, [x as f32, y as f32]))
        .map(|(x, y)| chip.luma().get(x, y))
        .collect()
}

/// Whether a closed outline goes round a point (even-odd rule).
fn encloses(outline: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let next = outline.iter().cycle().skip(1);
    let crossings = outline
        .iter()
        .zip(next)
        .filter(|(a, b)| (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    crossings.count() % 2 == 1
}

/// The pixels about some points of the mesh: left, top, right, bottom.
fn bounds(chip: &Chip, landmarks: &Landmarks, mesh: &[usize], margin: f32) -> [isize; 4] {
    let places = mesh.iter().map(|index| chip.place(landmarks, *index));
    let (low, high) = places.fold(([f32::MAX; 2], [f32::MIN; 2]), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    });
    let inside = |value: f32| value.clamp(0.0, super::chip::SIZE as f32 - 1.0) as isize;
    let far = |value: f32| inside((value + margin).ceil());
    [inside(low[0] - margin), inside(low[1] - margin), far(high[0]), far(high[1])]
}

/// Root mean square of the gradient in a rectangle, in grey levels a pixel.
fn edges(luma: &Plane, [left, top, right, bottom]: [isize; 4]) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0f32);
    for y in top..=bottom {
        for x in left..=right {
            let dx = luma.get(x + 1, y) - luma.get(x - 1, y);
            let dy = luma.get(x, y + 1) - luma.get(x, y - 1);
            sum += (dx * dx + dy * dy) / 4.0;
            count += 1.0;
        }
    }
    (sum / count.max(1.0)).sqrt()
}
