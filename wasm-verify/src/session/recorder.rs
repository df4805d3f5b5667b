use crate::digest::sha256_hex;
use crate::image::{RgbImage, to_jpeg};
use crate::report::{KeyframeRecord, MAX_SIGNALS, Shows};
use crate::signals::Signals;

/// Keeps what the report will say: keyframes as files, frames in numbers.
#[derive(Default)]
pub(super) struct Recorder {
    pictures: Vec<Vec<u8>>,
    records: Vec<KeyframeRecord>,
    signals: Vec<Signals>,
    every: u32,
    seen: u32,
}

impl Recorder {
    /// Keeps a picture and says which one it is.
    pub fn keep(&mut self, shows: Shows, at_ms: u32, picture: &RgbImage) -> u8 {
        let file = to_jpeg(picture);
        self.records.push(KeyframeRecord { shows, at_ms, sha256: sha256_hex(&file) });
        self.pictures.push(file);
        u8::try_from(self.records.len() - 1).unwrap_or(u8::MAX)
    }

    /// Notes a frame. When there are too many, every second one is dropped and from then on twice as few are
    /// kept, so that a session of any length is covered evenly in bounded memory.
    pub fn note(&mut self, signals: Signals) {
        self.every = self.every.max(1);
        if self.seen.is_multiple_of(self.every) {
            self.signals.push(signals);
            if self.signals.len() > MAX_SIGNALS {
                let mut index = 0;
                self.signals.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.every = self.every.saturating_mul(2);
            }
        }
        self.seen = self.seen.wrapping_add(1);
    }

    pub fn pictures(&self) -> &[Vec<u8>] {
        &self.pictures
    }

    pub fn records(&self) -> &[KeyframeRecord] {
        &self.records
    }

    pub fn signals(&self) -> &[Signals] {
        &self.signals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_minutes_stay_bounded_and_even() {
        let mut recorder = Recorder::default();
        for frame in 0..18_000 {
            recorder.note(Signals { t_ms: frame * 33, faces: 0, face: None });
        }
        let kept: Vec<u32> = recorder.signals().iter().map(|s| s.t_ms).collect();
        assert!(kept.len() <= MAX_SIGNALS && kept.len() > MAX_SIGNALS / 3);
        let gaps: std::collections::BTreeSet<u32> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.len() <= 2, "{gaps:?}");
    }
}
