use std::array;

use super::Points;
use crate::image::{Affine, Border, Channels, RgbImage, sample};
use crate::net::{Network, NetworkError};

/// Where the five points lie in the 112 x 112 crop every face recogniser of this family was trained on (ArcFace).
const TEMPLATE: [[f32; 2]; 5] =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];
const SIZE: usize = 112;

/// A face as 128 numbers of length 1. Kept in memory only.
#[derive(Clone, PartialEq)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Cosine similarity, -1 to 1; higher means more likely the same person.
    pub fn similarity(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// The numbers themselves.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// The mean of several embeddings of one person, steadier than each. `None` for none.
    pub fn mean<'a>(embeddings: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut all = embeddings.into_iter();
        let first = all.next()?.0.clone();
        normalised(all.fold(first, |sum, next| sum.iter().zip(&next.0).map(|(a, b)| a + b).collect()))
    }
}

fn normalised(values: Vec<f32>) -> Option<Embedding> {
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    (length.is_finite() && length > 1e-6).then(|| Embedding(values.iter().map(|v| v / length).collect()))
}

/// SFace (Zhong et al., 2021): turns a face into an [`Embedding`].
///
/// Input: the face brought onto the template by a similarity, RGB, 0 to 255.
#[derive(Clone)]
pub struct Embedder(Network);

impl Embedder {
    /// Prepares the network.
    pub fn load(bytes: &[u8]) -> Result<Self, NetworkError> {
        Ok(Self(Network::load(bytes, &[1, 3, SIZE, SIZE])?))
    }

    /// Embeds the face whose five points were found twice. Two views are added, one aligned by the mean of the
    /// points, the mirrored one by the second find alone: a face is as good a likeness mirrored, and what differs
    /// is noise, of the points as well as of the pixels. `None` when the points cannot be aligned.
    pub fn embed(
        &self,
        picture: &RgbImage,
        found: &Points,
        again: &Points,
    ) -> Result<Option<Embedding>, NetworkError> {
        let mean = array::from_fn(|i| array::from_fn(|axis| f32::midpoint(found[i][axis], again[i][axis])));
        let (Some(plain), Some(mirrored)) = (aligned(picture, &mean), aligned(picture, again)) else {
            return Ok(None);
        };
        let mirrored = mirrored.chunks_exact(SIZE).flat_map(|row| row.iter().rev().copied()).collect();
        let mut sum = self.run(plain)?;
        sum.iter_mut().zip(self.run(mirrored)?).for_each(|(a, b)| *a += b);
        Ok(normalised(sum))
    }

    fn run(&self, crop: Vec<f32>) -> Result<Vec<f32>, NetworkError> {
        Ok(self.0.run(&[1, 3, SIZE, SIZE], crop)?.into_iter().next().unwrap_or_default())
    }
}

/// The face brought onto the template.
fn aligned(picture: &RgbImage, points: &Points) -> Option<Vec<f32>> {
    let map = Affine::similarity(points, &TEMPLATE)?.inverse()?;
    Some(sample(picture, &map, SIZE, Channels::Rgb, 1.0, Border::Black))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_one_with_itself_and_the_mean_lies_between() {
        let a = normalised(vec![1.0, 0.0]).unwrap();
        let b = normalised(vec![0.0, 2.0]).unwrap();
        let mean = Embedding::mean([&a, &b]).unwrap();
        assert!((a.similarity(&a) - 1.0).abs() < 1e-6);
        assert!((mean.similarity(&a) - mean.similarity(&b)).abs() < 1e-6);
        assert!(normalised(vec![f32::NAN]).is_none() && normalised(vec![0.0]).is_none());
    }
}
