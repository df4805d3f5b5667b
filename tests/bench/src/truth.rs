//! Events found held against events annotated.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use verify::challenge::Step;

use crate::list;
use crate::video::{Event, Video};

/// Frames by which an annotation and an event may miss each other.
const SLACK: usize = 3;

#[derive(Deserialize)]
struct Row {
    file: String,
    kind: String,
    first: Option<usize>,
    last: Option<usize>,
}

/// How well one kind of event is found.
#[derive(Serialize)]
pub struct Accuracy {
    kind: String,
    annotated: usize,
    found: usize,
    matched: usize,
    precision: f64,
    recall: f64,
}

/// Counts, for each kind, the events of the videos that were annotated for it.
pub fn compare(file: &Path, videos: &[Video]) -> Result<Vec<Accuracy>> {
    let rows: Vec<Row> = list::read(file)?;
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    Ok(kinds.into_iter().map(|kind| count(kind, &rows, videos)).collect())
}

fn count(kind: &str, rows: &[Row], videos: &[Video]) -> Accuracy {
    let (mut annotated, mut found, mut matched) = (0, 0, 0);
    for video in videos {
        let own: Vec<&Row> = rows.iter().filter(|row| row.kind == kind && row.file == video.file).collect();
        if own.is_empty() {
            continue;
        }
        let mut events: Vec<&Event> = video.events.iter().filter(|event| is(event.step, kind)).collect();
        found += events.len();
        for (first, last) in own.iter().filter_map(|row| row.first.zip(row.last)) {
            annotated += 1;
            let meets = |event: &&Event| event.first <= last + SLACK && first <= event.last + SLACK;
            // One event is one annotation's.
            if let Some(index) = events.iter().position(meets) {
                events.remove(index);
                matched += 1;
            }
        }
    }
    let share = |of: usize| if of == 0 { 1.0 } else { matched as f64 / of as f64 };
    let (precision, recall) = (share(found), share(annotated));
    Accuracy { kind: kind.to_owned(), annotated, found, matched, precision, recall }
}

fn is(step: Step, kind: &str) -> bool {
    step.name() == kind || kind == "turn" && matches!(step, Step::TurnLeft | Step::TurnRight)
}

/// One line of the table.
pub fn print(row: &Accuracy) {
    println!(
        "{:<12} annotated {:>3}, found {:>3}, of these right {:>3}: precision {:.3}, recall {:.3}",
        row.kind, row.annotated, row.found, row.matched, row.precision, row.recall
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_and_missed_events_count_against_it() {
        let row = |kind: &str, frames: Option<(usize, usize)>| Row {
            file: "a.mp4".into(),
            kind: kind.into(),
            first: frames.map(|f| f.0),
            last: frames.map(|f| f.1),
        };
        let rows = [row("blink", Some((10, 12))), row("blink", Some((40, 42))), row("turn", None)];
        let event = |step, first, last| Event { step, first, peak: first, last };
        let events = vec![
            event(Step::Blink, 11, 14),
            event(Step::Blink, 80, 82),
            event(Step::Blink, 12, 13),
            event(Step::TurnLeft, 20, 30),
            event(Step::Nod, 20, 30),
        ];
        let videos = [Video::of("a.mp4", events)];
        let blinks = count("blink", &rows, &videos);
        assert_eq!((blinks.annotated, blinks.found, blinks.matched), (2, 3, 1));
        let turns = count("turn", &rows, &videos);
        assert_eq!((turns.precision, turns.recall), (0.0, 1.0));
    }
}
