//! The quality gate on pictures: how often it finds fault, and with what.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use verify::face::quality::{Flaw, Quality, measure};
use verify::signals::{FaceSignals, Tracker};

use crate::{engine, list};

/// What `bench quality` is told.
#[derive(Args)]
pub struct Options {
    /// CSV with the columns path and, if it has them, label and source; or a folder of pictures.
    #[arg(long)]
    data: PathBuf,
    /// Only rows with this label.
    #[arg(long)]
    label: Option<String>,
    /// Print JSON, with the measures of every picture, instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    source: String,
}

#[derive(Serialize)]
struct Finding {
    path: PathBuf,
    source: String,
    signals: Option<FaceSignals>,
    quality: Option<Quality>,
    flaw: Option<Flaw>,
}

/// Measures every picture and counts the first thing wrong with each.
pub fn run(options: &Options) -> Result<()> {
    let pictures = pictures(options)?;
    let paths: Vec<PathBuf> = pictures.iter().map(|(path, _)| path.clone()).collect();
    let engine = engine::load()?;
    let looks = engine::over_pictures(&paths, |_, picture| {
        let seen = Tracker::default().see(&engine, picture, 0)?;
        Ok((seen.signals.face, seen.landmarks.map(|landmarks| measure(picture, &landmarks))))
    })?;
    let findings = pictures.into_iter().zip(looks).map(|((path, source), (signals, quality))| {
        // As in a session: a face that looks aside is told to look here, whatever else is wrong.
        let straight = signals.as_ref().is_some_and(FaceSignals::is_straight);
        let flaw = quality.filter(|_| straight).and_then(|quality| quality.flaw());
        Finding { path, source, signals, quality, flaw }
    });
    let findings: Vec<Finding> = findings.collect();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
        return Ok(());
    }
    let mut sources: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in
        findings.iter().filter(|finding| finding.signals.as_ref().is_none_or(FaceSignals::is_straight))
    {
        sources.entry(&finding.source).or_default().push(finding);
    }
    print!("{:<20}{:>9}{:>9}", "source", "straight", "no face");
    Flaw::ALL.iter().for_each(|flaw| print!("{:>15}", format!("{flaw:?}")));
    println!();
    for (source, found) in sources {
        let unseen = found.iter().filter(|finding| finding.quality.is_none()).count();
        print!("{source:<20}{:>9}{unseen:>9}", found.len());
        for flaw in Flaw::ALL {
            let count = found.iter().filter(|finding| finding.flaw == Some(flaw)).count();
            print!("{:>14.1}%", 100.0 * count as f32 / found.len() as f32);
        }
        println!();
    }
    Ok(())
}

/// Every picture and where it comes from.
fn pictures(options: &Options) -> Result<Vec<(PathBuf, String)>> {
    let data = &options.data;
    if data.is_dir() {
        let entries = fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "jpg" || end == "png"));
        paths.sort();
        return Ok(paths.into_iter().map(|path| (path, String::new())).collect());
    }
    let rows: Vec<Row> = list::read(data)?;
    let wanted =
        rows.into_iter().filter(|row| options.label.as_ref().is_none_or(|label| *label == row.label));
    Ok(wanted.map(|row| (list::beside(data, &row.path), row.source)).collect())
}
