use super::Face;
use crate::image::{Affine, Border, Channels, RgbImage, sample};
use crate::net::{Network, NetworkError};

const SIZE: usize = 256;
/// The region looked at is this much larger than the face's bounds.
const MARGIN: f32 = 1.5;

// Points of the MediaPipe face mesh, as seen in the picture (the person's right is image-left).
const RIGHT_EYE_OUTER: usize = 33;
const LEFT_EYE_OUTER: usize = 263;
const FOREHEAD: usize = 10;
const CHIN: usize = 152;
/// Of each eye its two corners, then two pairs of points on the upper and the lower lid.
const EYES: [[usize; 6]; 2] = [[33, 133, 160, 144, 158, 153], [263, 362, 387, 373, 385, 380]];

/// A turned square of the picture that holds one face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    pub(super) centre: [f32; 2],
    pub(super) side: f32,
    pub(super) angle: f32,
}

impl Region {
    /// About a detected face, turned so that its eyes are level.
    pub fn of_face(face: &Face) -> Self {
        let [x, y, width, height] = face.bounds;
        let side = width.max(height) * MARGIN;
        Self {
            centre: [x + width / 2.0, y + height / 2.0],
            side,
            angle: slope(face.points[0], face.points[1]),
        }
    }

    /// Where the face of the frame before will be found in the next one.
    pub fn following(landmarks: &Landmarks) -> Self {
        let [x, y, width, height] = landmarks.bounds();
        Self {
            centre: [x + width / 2.0, y + height / 2.0],
            side: width.max(height) * MARGIN,
            angle: slope(landmarks.at(RIGHT_EYE_OUTER), landmarks.at(LEFT_EYE_OUTER)),
        }
    }
}

fn slope(a: [f32; 2], b: [f32; 2]) -> f32 {
    (b[1] - a[1]).atan2(b[0] - a[0])
}

/// The 478 points of a face in picture pixels: `x`, `y`, and `z` on the same scale, smaller towards the camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmarks {
    points: Vec<[f32; 3]>,
    /// How sure the network is that the region holds a face, 0 to 1.
    pub presence: f32,
}

impl Landmarks {
    /// Number of points.
    pub const COUNT: usize = 478;

    /// One point's place in the picture.
    pub fn at(&self, index: usize) -> [f32; 2] {
        let [x, y, _] = self.points[index];
        [x, y]
    }

    /// The rectangle about all points: left, top, width, height.
    pub fn bounds(&self) -> [f32; 4] {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for point in &self.points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        [low[0], low[1], high[0] - low[0], high[1] - low[1]]
    }

    /// How far the eyes are open: the mean eye aspect ratio (Soukupová and Čech, 2016), about 0.3 open and below
    /// 0.06 shut.
    pub fn eye_opening(&self) -> f32 {
        let ratio = |[outer, inner, up_a, low_a, up_b, low_b]: [usize; 6]| {
            let height = (self.distance(up_a, low_a) + self.distance(up_b, low_b)) / 2.0;
            height / self.distance(outer, inner).max(f32::EPSILON)
        };
        EYES.map(ratio).iter().sum::<f32>() / 2.0
    }

    /// Distance of the outer corners of the eyes, in pixels of the picture.
    pub fn eye_span(&self) -> f32 {
        self.distance(RIGHT_EYE_OUTER, LEFT_EYE_OUTER)
    }

    fn distance(&self, a: usize, b: usize) -> f32 {
        let ([ax, ay], [bx, by]) = (self.at(a), self.at(b));
        (ax - bx).hypot(ay - by)
    }

    /// How the head is held, from the points alone (weak perspective).
    pub fn pose(&self) -> Pose {
        let difference = |a: usize, b: usize| std::array::from_fn(|i| self.points[a][i] - self.points[b][i]);
        let across = unit(difference(LEFT_EYE_OUTER, RIGHT_EYE_OUTER));
        let down: [f32; 3] = difference(CHIN, FOREHEAD);
        let along = dot(across, down);
        let down = unit(std::array::from_fn(|i| down[i] - along * across[i]));
        let forward = across[0] * down[1] - across[1] * down[0];
        Pose {
            yaw: across[2].atan2(across[0].hypot(across[1])).to_degrees(),
            pitch: down[2].atan2(forward).to_degrees(),
            roll: across[1].atan2(across[0]).to_degrees(),
        }
    }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(v: [f32; 3]) -> [f32; 3] {
    let length = dot(v, v).sqrt().max(f32::EPSILON);
    v.map(|value| value / length)
}

/// How a head is held, in degrees, from the person's own point of view; all zero when looking into the camera.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Positive when turned to the person's own left.
    pub yaw: f32,
    /// Positive when looking down.
    pub pitch: f32,
    /// Positive when leaning to the person's own left shoulder.
    pub roll: f32,
}

/// MediaPipe's face landmark network.
#[derive(Clone)]
pub struct Landmarker(Network);

impl Landmarker {
    /// Prepares the network.
    pub fn load(bytes: &[u8]) -> Result<Self, NetworkError> {
        Ok(Self(Network::load(bytes, &[1, 3, SIZE, SIZE])?))
    }

    /// Finds the points of the face in `region`. `None` when the answer is no set of points.
    pub fn find(&self, picture: &RgbImage, region: &Region) -> Result<Option<Landmarks>, NetworkError> {
        let map = Affine::onto_turned_square(region.centre, region.side, region.angle, SIZE);
        let crop = sample(picture, &map, SIZE, Channels::Rgb, 1.0 / 255.0, Border::Replicate);
        let outputs = self.0.run(&[1, 3, SIZE, SIZE], crop)?;
        let [points, presence, ..] = outputs.as_slice() else { return Ok(None) };
        let scale = region.side / SIZE as f32;
        let points: Vec<[f32; 3]> = points
            .chunks_exact(3)
            .map(|p| {
                let [x, y] = map.apply([p[0], p[1]]);
                [x, y, p[2] * scale]
            })
            .collect();
        let logit = presence.first().copied().unwrap_or(f32::NEG_INFINITY);
        let sound = points.len() == Landmarks::COUNT && points.iter().flatten().all(|v| v.is_finite());
        Ok(sound.then(|| Landmarks { points, presence: 1.0 / (1.0 + (-logit).exp()) }))
    }
}
