//! Continuity: one face on one track, in frames a camera can have taken.

use crate::signals::{FaceSignals, Signals};

/// Between frames farther apart than this, in milliseconds, a person can have gone anywhere: where the face is says
/// nothing, only who it is.
const BLIND_MS: u32 = 400;

/// How far a face can get between two frames: so much in any case (the network's own jitter, a missed detection), and
/// so much more a second. Three times what was seen in footage of people turning and nodding as fast as they like.
struct Reach {
    at_once: f32,
    per_second: f32,
}

/// Of the centre, in widths of the face.
const MOVE: Reach = Reach { at_once: 0.15, per_second: 3.0 };
/// Of the size, as a natural logarithm.
const GROW: Reach = Reach { at_once: 0.12, per_second: 1.5 };
/// Of yaw and pitch, in degrees.
const TURN: Reach = Reach { at_once: 12.0, per_second: 300.0 };

impl Reach {
    fn holds(&self, way: f32, dt_ms: u32) -> bool {
        way <= self.at_once + self.per_second * dt_ms as f32 / 1000.0
    }
}

/// Follows the face from frame to frame.
#[derive(Debug, Clone, Default)]
pub struct Track {
    last: Option<(u32, FaceSignals)>,
}

impl Track {
    /// Takes the next frame, and says whether its face can be the one before: `false` is a cut, another face, or a
    /// picture pushed before the camera.
    pub fn goes_on(&mut self, frame: &Signals) -> bool {
        let Some(face) = frame.face else { return true };
        let before = self.last.replace((frame.t_ms, face));
        before.is_none_or(|(t_ms, before)| {
            let dt_ms = frame.t_ms.saturating_sub(t_ms);
            dt_ms > BLIND_MS || is_near(&before, &face, dt_ms)
        })
    }
}

fn is_near(a: &FaceSignals, b: &FaceSignals, dt_ms: u32) -> bool {
    let centre = |[x, y, width, height]: [f32; 4]| [x + width / 2.0, y + height / 2.0];
    // A turned face is narrower but as high: the mean of both says how large it is.
    let size = |[_, _, width, height]: [f32; 4]| (width * height).max(1.0).sqrt();
    let (from, to) = (centre(a.bounds), centre(b.bounds));
    let way = (to[0] - from[0]).hypot(to[1] - from[1]) / size(a.bounds);
    MOVE.holds(way, dt_ms)
        && GROW.holds((size(b.bounds) / size(a.bounds)).ln().abs(), dt_ms)
        && TURN.holds((b.yaw - a.yaw).abs().max((b.pitch - a.pitch).abs()), dt_ms)
}

/// Whether the track is broken anywhere between two moments, in milliseconds.
pub fn is_broken(frames: &[Signals], from_ms: u32, to_ms: u32) -> bool {
    let mut track = Track::default();
    frames.iter().any(|frame| !track.goes_on(frame) && (from_ms..=to_ms).contains(&frame.t_ms))
}

/// Longest time the very same figures can come from a camera, in milliseconds. In low light drivers hand out a
/// picture twice or three times; but no two pictures of a living face are the same to the last digit.
const FROZEN_MS: u32 = 1_000;

/// Whether the picture stood still: a face that is the same to the last digit for too long.
pub fn is_frozen(frames: &[Signals]) -> bool {
    let mut since: Option<&Signals> = None;
    frames.iter().any(|frame| {
        let same = since.filter(|first| first.face.is_some() && first.face == frame.face);
        since = same.or(Some(frame));
        same.is_some_and(|first| frame.t_ms.saturating_sub(first.t_ms) >= FROZEN_MS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(t_ms: u32, x: f32, yaw: f32) -> Signals {
        let bounds = [x, 100.0, 200.0, 240.0];
        let face = FaceSignals { bounds, yaw, blink: 0.1, ..FaceSignals::default() };
        Signals { t_ms, faces: 1, face: Some(face) }
    }

    fn goes_on(frames: &[Signals]) -> bool {
        let mut track = Track::default();
        frames.iter().all(|frame| track.goes_on(frame))
    }

    #[test]
    fn a_quick_turn_is_one_track_at_any_rate() {
        for dt in [16, 33, 66, 125, 250] {
            let turn: Vec<Signals> =
                (0..8).map(|i| frame(i * dt, 100.0 + 0.2 * (i * dt) as f32, 0.2 * (i * dt) as f32)).collect();
            assert!(goes_on(&turn), "{dt} ms");
        }
    }

    #[test]
    fn a_cut_breaks_the_track_and_a_pause_does_not() {
        assert!(!goes_on(&[frame(0, 100.0, 0.0), frame(33, 200.0, 0.0)]), "elsewhere");
        assert!(!goes_on(&[frame(0, 100.0, 0.0), frame(33, 100.0, 30.0)]), "turned at once");
        let mut larger = frame(33, 100.0, 0.0);
        larger.face.as_mut().unwrap().bounds = [75.0, 70.0, 250.0, 300.0];
        assert!(!goes_on(&[frame(0, 100.0, 0.0), larger]), "larger at once");
        assert!(goes_on(&[frame(0, 100.0, 0.0), frame(2_500, 300.0, 30.0)]));
    }

    #[test]
    fn a_face_that_hides_for_a_frame_is_still_followed() {
        let hidden = Signals { t_ms: 33, faces: 0, face: None };
        assert!(!goes_on(&[frame(0, 100.0, 0.0), hidden, frame(66, 260.0, 0.0)]));
    }

    #[test]
    fn only_breaks_within_the_time_count() {
        let frames = [frame(0, 100.0, 0.0), frame(33, 300.0, 0.0), frame(66, 300.0, 0.0)];
        assert!(is_broken(&frames, 0, 66) && is_broken(&frames, 33, 33));
        assert!(!is_broken(&frames, 34, 66) && !is_broken(&frames, 0, 32));
    }

    #[test]
    fn a_picture_handed_out_twice_is_not_frozen() {
        let twice: Vec<Signals> = (0..60).map(|i| frame(i * 33, 100.0 + (i / 3) as f32, 0.0)).collect();
        assert!(!is_frozen(&twice));
        let still: Vec<Signals> = (0..60).map(|i| frame(i * 33, 100.0, 0.0)).collect();
        assert!(is_frozen(&still));
        let nobody: Vec<Signals> = (0..60).map(|i| Signals { t_ms: i * 33, faces: 0, face: None }).collect();
        assert!(!is_frozen(&nobody));
    }

    #[test]
    fn figures_that_are_no_numbers_break_the_track() {
        let mut wild = frame(33, f32::NAN, 0.0);
        assert!(!goes_on(&[frame(0, 100.0, 0.0), wild]));
        wild.face.as_mut().unwrap().bounds = [f32::MAX; 4];
        assert!(!goes_on(&[frame(0, 100.0, 0.0), wild]));
    }
}
