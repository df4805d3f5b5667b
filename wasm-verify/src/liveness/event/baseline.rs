use crate::signals::FaceSignals;

/// How this person holds still: what every change is measured from. Fields as in [`FaceSignals`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Baseline {
    /// Degrees, to the person's left.
    pub yaw: f32,
    /// Degrees, downwards.
    pub pitch: f32,
    /// Eyes, 0 open to 1 shut.
    pub blink: f32,
    /// Height of the open eyes by their width.
    pub eye_opening: f32,
    /// Pixels between the outer corners of the eyes.
    pub eye_span: f32,
    /// Jaw, 0 shut to 1 dropped.
    pub jaw_open: f32,
    /// Smile, 0 to 1.
    pub smile: f32,
}

impl Baseline {
    /// The median of several frames. `None` for none.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a FaceSignals>) -> Option<Self> {
        let frames: Vec<&FaceSignals> = frames.into_iter().collect();
        let median = |value: fn(&FaceSignals) -> f32| {
            let mut all: Vec<f32> = frames.iter().map(|face| value(face)).collect();
            all.sort_by(f32::total_cmp);
            all[all.len() / 2]
        };
        (!frames.is_empty()).then(|| Self {
            yaw: median(|f| f.yaw),
            pitch: median(|f| f.pitch),
            blink: median(|f| f.blink),
            eye_opening: median(|f| f.eye_opening),
            eye_span: median(|f| f.eye_span),
            jaw_open: median(|f| f.jaw_open),
            smile: median(|f| f.smile),
        })
    }
}

/// Frames looked back on at most, in milliseconds. Bounds the memory, too.
const WINDOW_MS: u32 = 1_000;
/// More frames than any camera gives within the window.
const MOST: usize = 120;

/// The last frames in which a face was held still.
#[derive(Debug, Clone)]
pub struct Stillness {
    held: Vec<(u32, FaceSignals)>,
    /// Degrees within which a head counts as still.
    near: f32,
}

impl Stillness {
    /// Still means within `near` degrees of the latest frame.
    pub fn within(near: f32) -> Self {
        Self { held: Vec::new(), near }
    }

    /// Adds a frame; frames in which the head was held otherwise no longer count.
    pub fn hold(&mut self, t_ms: u32, face: &FaceSignals) {
        let near = self.near;
        let still = |earlier: &FaceSignals| {
            (earlier.yaw - face.yaw).abs() < near && (earlier.pitch - face.pitch).abs() < near
        };
        self.held.retain(|(then, earlier)| still(earlier) && t_ms.saturating_sub(*then) <= WINDOW_MS);
        if self.held.len() < MOST {
            self.held.push((t_ms, *face));
        }
    }

    /// Begins again.
    pub fn disturb(&mut self) {
        self.held.clear();
    }

    /// The baseline, once the face was held for `ms` milliseconds (at most a second) and at least `frames` frames.
    pub fn baseline(&self, ms: u32, frames: usize) -> Option<Baseline> {
        let lasted = self.held.last()?.0.saturating_sub(self.held.first()?.0);
        let long = lasted >= ms && self.held.len() >= frames;
        long.then(|| Baseline::of(self.held.iter().map(|(_, face)| face)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(yaw: f32) -> FaceSignals {
        FaceSignals { yaw, ..FaceSignals::default() }
    }

    #[test]
    fn stillness_takes_its_time_and_forgets_movement() {
        let mut stillness = Stillness::within(5.0);
        stillness.hold(0, &at(0.0));
        stillness.hold(200, &at(1.0));
        assert_eq!(stillness.baseline(250, 2), None, "too short");
        stillness.hold(300, &at(2.0));
        assert_eq!(stillness.baseline(250, 2).unwrap().yaw, 1.0);
        stillness.hold(400, &at(20.0));
        assert_eq!(stillness.baseline(250, 1), None, "moved");
    }

    #[test]
    fn memory_is_bounded_whatever_the_clock_says() {
        let mut stillness = Stillness::within(5.0);
        for frame in 0..100_000 {
            stillness.hold(frame / 10_000, &at(0.0));
        }
        assert!(stillness.held.len() <= MOST);
        assert!(stillness.baseline(0, 1).is_some());
    }
}
