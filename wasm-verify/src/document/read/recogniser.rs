//! A line of text into the probability of each character at each place.

use ::image::RgbImage;
use prost::Message;

use super::strip::cut;
use crate::image::Affine;
use crate::net::{Network, NetworkError};

/// Size of the picture of a line that the network takes, in pixels.
const HEIGHT: usize = 48;
const WIDTH: usize = 704;
/// Millimetres on the card that the height shows: text is about 3 mm high, with some air.
const SHOWN: f32 = 4.4;
/// Pixels a millimetre.
const SCALE: f32 = HEIGHT as f32 / SHOWN;
/// Columns to one place of the answer.
const STRIDE: f32 = 8.0;

/// PP-OCRv6 tiny (PaddlePaddle, 2026): a convolutional network with one answer every eight columns, read by
/// connectionist temporal classification (Graves et al., 2006).
#[derive(Clone)]
pub(super) struct Recogniser {
    network: Network,
    alphabet: Vec<char>,
}

/// The notes in an ONNX file (`metadata_props` of `onnx.proto`), with the rest left out.
#[derive(Clone, PartialEq, Message)]
struct Notes {
    #[prost(message, repeated, tag = "14")]
    notes: Vec<Note>,
}

#[derive(Clone, PartialEq, Message)]
struct Note {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

/// What the network says about one line.
pub(super) struct Steps {
    /// The left edge of the line on the card, in millimetres.
    left: f32,
    /// For each place its classes: 0 is "no character", class `i` is character `i - 1` of the alphabet.
    probabilities: Vec<Vec<f32>>,
}

impl Recogniser {
    /// Prepares the network, whose file also names its characters.
    pub fn load(bytes: &[u8]) -> Result<Self, NetworkError> {
        let notes = Notes::decode(bytes)?.notes;
        let characters = notes.iter().find(|note| note.key == "character");
        let alphabet = characters.map_or("", |note| note.value.as_str()).lines();
        Ok(Self {
            network: Network::load(bytes, &[1, 3, HEIGHT, WIDTH])?,
            // The last class is the space, which the list leaves out.
            alphabet: alphabet.filter_map(|line| line.chars().next()).chain([' ']).collect(),
        })
    }

    /// Reads along a line from `left` to `right` millimetres; `line` leads from (millimetres along it, millimetres below
    /// its middle) to the picture.
    pub fn read(
        &self,
        picture: &RgbImage,
        line: &Affine,
        [left, right]: [f32; 2],
    ) -> Result<Steps, NetworkError> {
        let pixels = Affine { m: [1.0 / SCALE, 0.0, left, 0.0, 1.0 / SCALE, -SHOWN / 2.0] };
        let colours = cut(picture, &line.after(&pixels), WIDTH, HEIGHT);
        let end = ((right - left) * SCALE) as usize;
        // Blue first, -1 to 1; grey beyond the end, as the network was trained.
        let value = |at: usize, i: usize| if at % WIDTH < end { colours[at][i] / 127.5 - 1.0 } else { 0.0 };
        let input = (0..3).rev().flat_map(|i| (0..colours.len()).map(move |at| value(at, i))).collect();
        let output = self.network.run(&[1, 3, HEIGHT, WIDTH], input)?.into_iter().next().unwrap_or_default();
        let classes = self.alphabet.len() + 1;
        Ok(Steps { left, probabilities: output.chunks_exact(classes).map(<[f32]>::to_vec).collect() })
    }

    /// The classes of some characters.
    pub fn classes(&self, characters: &str) -> Vec<usize> {
        let class = |c| self.alphabet.iter().position(|known| *known == c).map(|at| at + 1);
        characters.chars().filter_map(class).collect()
    }

    /// The likeliest text, and the probability of its least certain character.
    pub fn text(&self, steps: &Steps) -> (String, f32) {
        let (mut text, mut certainty, mut before) = (String::new(), 1.0f32, 0);
        for step in &steps.probabilities {
            let best = step.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let (class, probability) = best.map_or((0, 0.0), |(class, probability)| (class, *probability));
            if class != before
                && let Some(character) = class.checked_sub(1).and_then(|at| self.alphabet.get(at))
            {
                text.push(*character);
                certainty = certainty.min(probability);
            }
            before = class;
        }
        (text, certainty)
    }
}

impl Steps {
    /// The probability of each group of classes at each place.
    pub fn of<const N: usize>(&self, groups: &[Vec<usize>; N]) -> Vec<[f32; N]> {
        let sum = |step: &[f32], group: &[usize]| group.iter().filter_map(|class| step.get(*class)).sum();
        self.probabilities.iter().map(|step| std::array::from_fn(|at| sum(step, &groups[at]))).collect()
    }

    /// Where place number `step` is, in millimetres on the card.
    pub fn place(&self, step: usize) -> f32 {
        self.left + (step as f32 + 0.5) * STRIDE / SCALE
    }
}
