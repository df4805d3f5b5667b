use crate::face::Face;
use crate::image::{Affine, Border, Channels, RgbImage, sample};
use crate::net::{Network, NetworkError};

const SIZE: usize = 80;

/// Narrowest face, in pixels, on which the networks tell printed and replayed faces from live ones. On smaller
/// ones genuine people are refused.
pub const MIN_FACE: f32 = 100.0;

/// Passive presentation attack detection (ISO/IEC 30107-3): MiniFASNet V2 and V1SE (Silent-Face), averaged.
///
/// Each looks at the face with some of its surroundings, where the edges of a sheet or a screen are.
#[derive(Clone)]
pub struct PassivePad {
    near: Network,
    wide: Network,
}

impl PassivePad {
    /// Prepares both networks.
    pub fn load(v2: &[u8], v1se: &[u8]) -> Result<Self, NetworkError> {
        let load = |bytes| Network::load(bytes, &[1, 3, SIZE, SIZE]);
        Ok(Self { near: load(v2)?, wide: load(v1se)? })
    }

    /// How likely the face is live, 0 to 1.
    pub fn live(&self, picture: &RgbImage, face: &Face) -> Result<f32, NetworkError> {
        let one = |network: &Network, margin: f32| -> Result<f32, NetworkError> {
            let map = surroundings(picture, face, margin);
            let crop = sample(picture, &map, SIZE, Channels::Bgr, 1.0, Border::Replicate);
            let outputs = network.run(&[1, 3, SIZE, SIZE], crop)?;
            Ok(outputs.first().and_then(|p| p.get(1)).copied().filter(|p| p.is_finite()).unwrap_or(0.0))
        };
        Ok((one(&self.near, 2.7)? + one(&self.wide, 4.0)?) / 2.0)
    }
}

/// The face's bounds enlarged about their centre, shrunk and shifted to lie within the picture, as the networks
/// were trained.
fn surroundings(picture: &RgbImage, face: &Face, margin: f32) -> Affine {
    let (limit_x, limit_y) = (picture.width() as f32 - 1.0, picture.height() as f32 - 1.0);
    let [x, y, width, height] = face.bounds.map(f32::trunc);
    let (width, height) = (width.max(1.0), height.max(1.0));
    let margin = margin.min(limit_x / width).min(limit_y / height);
    let place = |start: f32, size: f32, limit: f32| {
        let first = start + size / 2.0 - size * margin / 2.0;
        first.min(limit - size * margin).max(0.0).trunc()
    };
    let (left, top) = (place(x, width, limit_x), place(y, height, limit_y));
    Affine::onto_rectangle(left, top, (width * margin).trunc() + 1.0, (height * margin).trunc() + 1.0, SIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surroundings_stay_within_the_picture() {
        let picture = RgbImage::new(640, 480);
        for bounds in [[0.0, 0.0, 100.0, 120.0], [560.0, 380.0, 100.0, 120.0], [200.0, 100.0, 300.0, 360.0]] {
            let face = Face { bounds, points: [[0.0; 2]; 5], score: 1.0 };
            for margin in [2.7, 4.0] {
                let map = surroundings(&picture, &face, margin);
                let [first, last] = [0.0, SIZE as f32 - 1.0].map(|at| map.apply([at, at]));
                assert!(first[0] >= -0.5 && first[1] >= -0.5, "{bounds:?} {first:?}");
                assert!(last[0] <= 640.0 && last[1] <= 480.0, "{bounds:?} {last:?}");
            }
        }
    }
}
