//! What a person must do in front of the camera, drawn at random.

use verify::challenge::{Step, Task};

/// Different steps in an order drawn at random, each with an alternative drawn at random.
pub(super) fn draw(pool: &[Step], count: usize, mut below: impl FnMut(u32) -> u32) -> Vec<Task> {
    let mut pick = |from: &[Step]| {
        let index = below(u32::try_from(from.len()).unwrap_or(1)) as usize;
        from.get(index).copied()
    };
    let mut steps = Vec::new();
    while steps.len() < count.max(1) {
        let left: Vec<Step> = pool.iter().copied().filter(|step| !steps.contains(step)).collect();
        match left.as_slice() {
            [] => break,
            left => steps.extend(pick(left)),
        }
    }
    let mut drawn = Vec::new();
    let task = |step: &Step| {
        let others = alternatives(pool, *step, &steps, &drawn);
        let alternative = if others.is_empty() { None } else { pick(&others) };
        drawn.extend(alternative);
        Task { step: *step, alternative }
    };
    steps.iter().map(task).collect()
}

/// What may be done instead of `step`, as far as the pool has it: something that moves another part of the body, that
/// is not asked anyway (`steps`), and that is not another step's alternative (`drawn`).
fn alternatives(pool: &[Step], step: Step, steps: &[Step], drawn: &[Step]) -> Vec<Step> {
    let of = |wanted: &dyn Fn(&Step) -> bool| -> Vec<Step> {
        pool.iter().copied().filter(|other| *other != step && wanted(other)).collect()
    };
    let moves_other = |other: &Step| other.part() != step.part();
    let not_asked = |other: &Step| moves_other(other) && !steps.contains(other);
    let fresh = |other: &Step| not_asked(other) && !drawn.contains(other);
    let choices = [of(&fresh), of(&not_asked), of(&moves_other), of(&|_| true)];
    choices.into_iter().find(|choice| !choice.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source of numbers that is different every time and the same in every run.
    fn counter() -> impl FnMut(u32) -> u32 {
        let mut next = 0u32;
        move |bound| {
            next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (next >> 16) % bound
        }
    }

    #[test]
    fn steps_differ_and_so_do_their_alternatives() {
        let mut below = counter();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..500 {
            let tasks = draw(&Step::ALL, 3, &mut below);
            let mut all: Vec<Step> = tasks.iter().map(|task| task.step).collect();
            for task in &tasks {
                let other = task.alternative.unwrap();
                assert_ne!(other.part(), task.step.part(), "{tasks:?}");
                seen.insert((task.step, other));
                all.push(other);
            }
            let steps: std::collections::HashSet<Step> = all[..3].iter().copied().collect();
            assert_eq!(steps.len(), 3);
            assert!(all[3..].iter().all(|other| !steps.contains(other)), "{tasks:?}");
        }
        assert!(seen.len() > 25, "alternatives are drawn, not fixed: {}", seen.len());
    }

    #[test]
    fn a_small_pool_gives_what_it_has() {
        let mut below = counter();
        let one = draw(&[Step::TurnLeft], 3, &mut below);
        assert_eq!(one, [Task::from(Step::TurnLeft)]);
        for task in draw(&[Step::TurnLeft, Step::Blink], 2, &mut below) {
            assert!(task.alternative.is_some_and(|other| other != task.step));
        }
        assert_eq!(draw(&[], 3, &mut below), []);
        assert_eq!(draw(&Step::ALL, 0, &mut below).len(), 1);
    }
}
