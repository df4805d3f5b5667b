//! Passive presentation attack detection on labelled stills, reported as ISO/IEC 30107-3 does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use verify::assess::Thresholds;

use crate::{engine, list};

/// What `bench pad` is told.
#[derive(Args)]
pub struct Options {
    /// CSV with the columns path, label (real or spoof), source, framing, attack.
    #[arg(long)]
    data: PathBuf,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    label: Label,
    source: String,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Label {
    Real,
    Spoof,
}

#[derive(Serialize)]
struct Source {
    source: String,
    n_live: usize,
    n_attack: usize,
    apcer: f32,
    bpcer: f32,
}

/// Judges every picture at the shipped operating point.
pub fn run(options: &Options) -> Result<()> {
    let rows: Vec<Row> = list::read(&options.data)?;
    let paths: Vec<PathBuf> = rows.iter().map(|row| list::beside(&options.data, &row.path)).collect();
    let engine = engine::load()?;
    let live = engine::over_pictures(&paths, |_, picture| {
        Ok(verify::inspect::inspect(&engine, picture)?.live.unwrap_or(0.0))
    })?;
    let line = Thresholds::default().live_pass;
    let mut sources: BTreeMap<&str, Vec<(Label, f32)>> = BTreeMap::new();
    for (row, live) in rows.iter().zip(live) {
        sources.entry(&row.source).or_default().push((row.label, live));
    }
    let share = |of: &[f32], wrong: &dyn Fn(f32) -> bool| {
        of.iter().filter(|live| wrong(**live)).count() as f32 / of.len().max(1) as f32
    };
    let sources: Vec<Source> = sources
        .into_iter()
        .map(|(source, scores)| {
            let of = |label| scores.iter().filter(|s| s.0 == label).map(|s| s.1).collect::<Vec<f32>>();
            let (live, attack) = (of(Label::Real), of(Label::Spoof));
            Source {
                source: source.to_owned(),
                n_live: live.len(),
                n_attack: attack.len(),
                apcer: share(&attack, &|live| live >= line),
                bpcer: share(&live, &|live| live < line),
            }
        })
        .collect();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "sources": sources }))?);
        return Ok(());
    }
    println!("{:<20}{:>8}{:>8}{:>10}{:>10}", "source", "live", "attacks", "APCER", "BPCER");
    for row in sources {
        let (apcer, bpcer) = (100.0 * row.apcer, 100.0 * row.bpcer);
        println!("{:<20}{:>8}{:>8}{apcer:>9.1}%{bpcer:>9.1}%", row.source, row.n_live, row.n_attack);
    }
    Ok(())
}
