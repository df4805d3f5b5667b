use crate::image::{Affine, Border, Channels, RgbImage, sample};
use crate::net::{Network, NetworkError};

/// Image-left eye, image-right eye, nose tip, left and right corner of the mouth as seen in the picture, in pixels.
pub type Points = [[f32; 2]; 5];

/// A face found in a picture; all lengths in pixels of that picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Left edge, top edge, width and height.
    pub bounds: [f32; 4],
    /// Eyes, nose and mouth.
    pub points: Points,
    /// Confidence, 0 to 1.
    pub score: f32,
}

/// From this confidence on a find is a face.
const SURE: f32 = 0.7;
/// From this one on it is a face where nothing surer is found: in dim, hazy or tinted light the network doubts faces that
/// anybody sees.
const LIKELY: f32 = 0.45;
/// Two finds that overlap more (intersection over union) are one face.
const OVERLAP: f32 = 0.3;
/// More finds than this in one picture are not told apart: the answer "several faces" needs two.
const MAX_CANDIDATES: usize = 512;
/// Width of a face, in pixels of the square, at which its points are found most exactly: measured on faces of 80 to
/// 240 pixels.
const BEST_WIDTH: f32 = 90.0;
const STRIDES: [usize; 3] = [8, 16, 32];

/// YuNet (Wu et al., 2023): finds faces down to about 10 pixels of the square it looks at.
///
/// Input: the picture scaled to fit a square in its top left corner, BGR, 0 to 255.
#[derive(Clone)]
pub struct Detector {
    network: Network,
    size: usize,
}

impl Detector {
    /// For live frames: a face fills a good part of the frame, so a small square will do.
    pub const FRAME: usize = 320;
    /// For photographs, where the face may be small (the portrait on a card).
    pub const STILL: usize = 640;

    /// Prepares the network for squares of `size` pixels, a multiple of 32.
    pub fn load(bytes: &[u8], size: usize) -> Result<Self, NetworkError> {
        Ok(Self { network: Network::load(bytes, &[1, 3, size, size])?, size })
    }

    /// Every face in the picture, the largest first.
    pub fn detect(&self, picture: &RgbImage) -> Result<Vec<Face>, NetworkError> {
        // A picture smaller than the square is not enlarged: points are found most exactly in the pixels there are.
        let scale = (picture.width().max(picture.height()) as f32 / self.size as f32).max(1.0);
        let map = Affine { m: [scale, 0.0, 0.5 * scale - 0.5, 0.0, scale, 0.5 * scale - 0.5] };
        let mut faces = self.look(picture, &map, scale)?;
        faces.sort_by(|a, b| area(b).total_cmp(&area(a)));
        Ok(faces)
    }

    /// The five points of `face`, found anew in the mirror image and at the size at which they are found best. Their
    /// error is another one than that of the first time. `None` when the face is not found again.
    pub fn points_again(&self, picture: &RgbImage, face: &Face) -> Result<Option<Points>, NetworkError> {
        let [x, y, width, height] = face.bounds;
        let scale = width / BEST_WIDTH;
        let (size, half) = (self.size as f32, self.size as f32 / 2.0);
        // Mirrored: the last column of the square is the first of the picture's part it covers.
        let (right, top) = (x + width / 2.0 + (half - 1.0) * scale, y + height / 2.0 - half * scale);
        let map = Affine { m: [-scale, 0.0, right + 0.5 * scale - 0.5, 0.0, scale, top + 0.5 * scale - 0.5] };
        let found = self.look(picture, &map, scale)?.into_iter().find(|found| {
            let [x, y, width, height] = found.bounds.map(|length| length / scale);
            (x + width / 2.0 - half).hypot(y + height / 2.0 - half) < size / 8.0
        });
        // What is left in the mirror is right in the picture.
        Ok(found
            .map(|found| [1, 0, 2, 4, 3].map(|of| [right - found.points[of][0], top + found.points[of][1]])))
    }

    /// The faces in the square that `map` cuts out of the picture, the most certain first, in units of `1 / scale`
    /// pixels of the square from its top left corner.
    fn look(&self, picture: &RgbImage, map: &Affine, scale: f32) -> Result<Vec<Face>, NetworkError> {
        let input = sample(picture, map, self.size, Channels::Bgr, 1.0, Border::Black);
        let outputs = self.network.run(&[1, 3, self.size, self.size], input)?;
        Ok(most_certain_first(self.candidates(&outputs, scale)))
    }

    /// Decodes the heads (`cls`, `obj`, `bbox`, `kps`, three strides each) into faces in picture pixels.
    fn candidates(&self, outputs: &[Vec<f32>], scale: f32) -> Vec<Face> {
        let mut found = Vec::new();
        for (level, stride) in STRIDES.into_iter().enumerate() {
            let heads: Option<Vec<&Vec<f32>>> = (0..4).map(|head| outputs.get(level + 3 * head)).collect();
            let Some(&[class, object, bounds, points]) = heads.as_deref() else { return found };
            let columns = self.size / stride;
            let cells = class.iter().zip(object).zip(bounds.chunks_exact(4)).zip(points.chunks_exact(10));
            for (cell, (((class, object), b), p)) in cells.enumerate() {
                let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
                if score.is_nan() || score < LIKELY || !b.iter().chain(p).all(|value| value.is_finite()) {
                    continue;
                }
                let unit = stride as f32 * scale;
                let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
                let (width, height) = (b[2].min(8.0).exp() * unit, b[3].min(8.0).exp() * unit);
                let (x, y) = ((column + b[0]) * unit - width / 2.0, (row + b[1]) * unit - height / 2.0);
                let point = |i: usize| [(column + p[2 * i]) * unit, (row + p[2 * i + 1]) * unit];
                found.push(Face { bounds: [x, y, width, height], points: std::array::from_fn(point), score });
            }
        }
        found
    }
}

fn area(face: &Face) -> f32 {
    face.bounds[2] * face.bounds[3]
}

/// How many faces could be meant: passers-by much smaller than the largest face do not count.
pub fn rivals(faces: &[Face]) -> usize {
    meant(faces).count()
}

/// The face a picture is of: of those that could be meant, the one nearest to the middle.
pub fn subject<'a>(faces: &'a [Face], picture: &RgbImage) -> Option<&'a Face> {
    let from_middle = |face: &Face| {
        let [x, y, width, height] = face.bounds;
        let (dx, dy) = (2.0 * x + width - picture.width() as f32, 2.0 * y + height - picture.height() as f32);
        dx.hypot(dy)
    };
    meant(faces).min_by(|a, b| from_middle(a).total_cmp(&from_middle(b)))
}

fn meant(faces: &[Face]) -> impl Iterator<Item = &Face> {
    let width = |face: &Face| face.bounds[2];
    let largest = faces.first().map_or(0.0, width);
    faces.iter().filter(move |face| width(face) > largest * 0.4)
}

/// Greedy non-maximum suppression among the finds that are sure; where none is, only the likeliest stays.
fn most_certain_first(mut faces: Vec<Face>) -> Vec<Face> {
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    faces.truncate(MAX_CANDIDATES);
    let least = faces.first().map_or(SURE, |best| best.score.min(SURE));
    faces.retain(|face| face.score >= least);
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept.iter().all(|other| overlap(&face, other) <= OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

fn overlap(a: &Face, b: &Face) -> f32 {
    let shared = |axis: usize| {
        let end = (a.bounds[axis] + a.bounds[axis + 2]).min(b.bounds[axis] + b.bounds[axis + 2]);
        (end - a.bounds[axis].max(b.bounds[axis])).max(0.0)
    };
    let both = shared(0) * shared(1);
    both / (area(a) + area(b) - both).max(f32::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f32, score: f32) -> Face {
        Face { bounds: [x, 0.0, 10.0, 10.0], points: [[0.0; 2]; 5], score }
    }

    #[test]
    fn overlapping_finds_are_one_face() {
        let kept = most_certain_first(vec![face(0.0, 0.8), face(1.0, 0.9), face(30.0, 0.7)]);
        assert_eq!(kept.iter().map(|f| f.bounds[0]).collect::<Vec<_>>(), [1.0, 30.0]);
    }

    #[test]
    fn a_picture_is_of_the_middle_one_of_the_faces_that_could_be_meant() {
        let picture = RgbImage::new(100, 20);
        let sized = |x: f32, width: f32| Face { bounds: [x, 0.0, width, 20.0], ..face(0.0, 0.9) };
        let (large, middle, passer_by) = (sized(0.0, 20.0), sized(45.0, 12.0), sized(48.0, 4.0));
        let faces = [large.clone(), middle.clone(), passer_by.clone()];
        assert_eq!((subject(&faces, &picture), rivals(&faces)), (Some(&middle), 2));
        assert_eq!(subject(&[large.clone(), passer_by], &picture), Some(&large));
        assert_eq!(subject(&[], &picture), None);
    }
}
