//! The challenge that suits footage: the one that a session over it can finish soonest. Found by playing the frames,
//! as numbers, to the very flow that runs the session.

use verify::challenge::{Challenge, Step, Task};
use verify::liveness::event::Event;
use verify::session::{Flow, Guidance, Moment};
use verify::signals::Signals;

/// Steps of a challenge, where the footage shows as many.
const STEPS: usize = 2;

/// A frame in numbers, and what is wrong with it.
pub type Frame = (Signals, Option<Guidance>);

/// Of all orders of the steps that the footage shows, the longest challenge that it does in one pass, and of those
/// the one done soonest. Footage that does none is asked for what it shows most clearly, or for a turn.
pub fn challenge(frames: &[Frame], events: &[Event], step_timeout_ms: u32) -> Challenge {
    let mut shown: Vec<Step> = Vec::new();
    for event in events {
        if !shown.contains(&event.step) {
            shown.push(event.step);
        }
    }
    let best = (1..=STEPS.min(shown.len()))
        .rev()
        .find_map(|length| {
            let orders = orders(&shown, length).into_iter();
            let timed = orders.filter_map(|steps| {
                let challenge = ask(steps, step_timeout_ms);
                Some((finish_ms(&challenge, frames)?, challenge))
            });
            timed.min_by_key(|(finish_ms, _)| *finish_ms)
        })
        .map(|(_, challenge)| challenge);
    best.unwrap_or_else(|| ask(vec![shown.first().copied().unwrap_or(Step::TurnLeft)], step_timeout_ms))
}

fn ask(steps: Vec<Step>, step_timeout_ms: u32) -> Challenge {
    Challenge {
        verification_id: "bench".into(),
        nonce: "bench".into(),
        steps: steps.into_iter().map(Task::from).collect(),
        policy_version: 1,
        step_timeout_ms,
    }
}

/// Every choice of `length` different steps, in every order.
fn orders(steps: &[Step], length: usize) -> Vec<Vec<Step>> {
    if length == 0 {
        return vec![Vec::new()];
    }
    let begun = orders(steps, length - 1).into_iter();
    begun
        .flat_map(|begun| {
            let next: Vec<Step> = steps.iter().copied().filter(|step| !begun.contains(step)).collect();
            next.into_iter().map(move |step| begun.iter().copied().chain([step]).collect())
        })
        .collect()
}

/// When a session that finds a face in every picture has seen everything.
fn finish_ms(challenge: &Challenge, frames: &[Frame]) -> Option<u32> {
    let mut flow = Flow::new(challenge);
    for (signals, fault) in frames {
        match flow.see(signals, *fault).1 {
            Moment::Rest => {
                flow.rested();
            }
            Moment::Done { .. } => flow.done(),
            Moment::Passing | Moment::Peak => {}
        }
        if flow.is_complete() {
            return Some(signals.t_ms);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use verify::liveness::event::Watch;
    use verify::signals::FaceSignals;

    #[test]
    fn orders_are_all_there_are() {
        let steps = [Step::Blink, Step::Nod, Step::Smile];
        assert_eq!(orders(&steps, 2).len(), 6);
        assert_eq!(orders(&steps, 3).len(), 6);
        assert!(orders(&steps, 2).contains(&vec![Step::Smile, Step::Blink]));
    }

    #[test]
    fn footage_is_asked_for_what_it_does_in_its_order() {
        let frames: Vec<Frame> = (0..300)
            .map(|index| {
                let mut face = FaceSignals { eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() };
                match index {
                    60..=90 => face.yaw = 30.0,
                    180..=184 => (face.blink, face.eye_opening) = (0.8, 0.02),
                    _ => {}
                }
                (Signals { t_ms: index * 33, faces: 1, face: Some(face) }, None)
            })
            .collect();
        let signals: Vec<Signals> = frames.iter().map(|(signals, _)| *signals).collect();
        let steps = |frames: &[Frame]| -> Vec<Step> {
            let tasks = challenge(frames, &Watch::over(&signals), 10_000).steps;
            tasks.iter().map(|task| task.step).collect()
        };
        assert_eq!(steps(&frames), [Step::TurnLeft, Step::Blink]);
        assert_eq!(steps(&frames[..150]), [Step::TurnLeft]);
        assert_eq!(steps(&[]), [Step::TurnLeft]);
    }
}
