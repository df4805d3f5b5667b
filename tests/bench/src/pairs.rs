//! Face comparison: labelled pairs by folds as the Labeled Faces in the Wild protocol has it, or every picture of a
//! folder against every other.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use rayon::iter::Either;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use verify::assess::Thresholds;
use verify::face::Embedding;

use crate::roc::{self, NOT_COMPARED, Roc, Trial};
use crate::{engine, list};

/// What `bench pairs` is told.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    #[command(flatten)]
    pictures: Pictures,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Pictures {
    /// CSV with the columns path_a, path_b, same (1 or 0) and, for accuracy by folds, fold.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// A folder with one folder of pictures for each person: compares every picture with every other.
    #[arg(long, value_name = "DIR")]
    all_vs_all: Option<PathBuf>,
}

/// The false match rates reported.
const RATES: [(&str, f64); 4] = [("1e-2", 1e-2), ("1e-3", 1e-3), ("1e-4", 1e-4), ("1e-5", 1e-5)];

#[derive(Serialize)]
struct Findings {
    pictures: usize,
    /// Pictures in which no face was found: every pair they are in counts as an error.
    undetected: usize,
    genuine: usize,
    impostor: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    folds: Option<usize>,
    /// Mean over the folds, each judged at the threshold that is best on the others; without folds at the threshold
    /// that is best on these very pairs. Nothing for all against all.
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    /// Standard error of that mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_standard_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_at_threshold: Option<f64>,
    /// The shipped threshold.
    threshold: f32,
    fmr_at_threshold: f64,
    fnmr_at_threshold: f64,
    fnmr_at_fmr: BTreeMap<&'static str, f64>,
    threshold_at_fmr: BTreeMap<&'static str, f32>,
}

impl Findings {
    fn new(embeddings: &[Option<Embedding>], roc: &Roc) -> Self {
        let (genuine, impostor) = roc.counts();
        let threshold = Thresholds::default().match_pass;
        let at = RATES.map(|(name, rate)| (name, roc.threshold_at(rate)));
        Self {
            pictures: embeddings.len(),
            undetected: embeddings.iter().filter(|found| found.is_none()).count(),
            genuine,
            impostor,
            folds: None,
            accuracy: None,
            accuracy_standard_error: None,
            accuracy_at_threshold: None,
            threshold,
            fmr_at_threshold: roc.fmr(threshold),
            fnmr_at_threshold: roc.fnmr(threshold),
            fnmr_at_fmr: at.map(|(name, threshold)| (name, roc.fnmr(threshold))).into(),
            threshold_at_fmr: at.into(),
        }
    }
}

/// Embeds every picture once and compares.
pub fn run(options: &Options) -> Result<()> {
    let findings = match (&options.pictures.data, &options.pictures.all_vs_all) {
        (Some(file), _) => labelled(file)?,
        (_, Some(folder)) => all_against_all(folder)?,
        _ => unreachable!("clap asks for one of the two"),
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        print(&findings);
    }
    Ok(())
}

fn embed(paths: &[PathBuf]) -> Result<Vec<Option<Embedding>>> {
    let engine = engine::load()?;
    engine::over_pictures(paths, |_, picture| Ok(engine.embed_subject(picture)?))
}

#[derive(Deserialize)]
struct Row {
    path_a: String,
    path_b: String,
    same: Same,
    fold: Option<String>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
enum Same {
    #[serde(rename = "1", alias = "true")]
    Yes,
    #[serde(rename = "0", alias = "false")]
    No,
}

fn labelled(file: &Path) -> Result<Findings> {
    let rows: Vec<Row> = list::read(file)?;
    ensure!(!rows.is_empty(), "{} lists no pairs", file.display());
    let mut places = HashMap::new();
    let mut paths = Vec::new();
    for path in rows.iter().flat_map(|row| [&row.path_a, &row.path_b]) {
        places.entry(path.as_str()).or_insert_with(|| {
            paths.push(list::beside(file, path));
            paths.len() - 1
        });
    }
    let embeddings = embed(&paths)?;
    let found = |path: &str| embeddings[places[path]].as_ref();
    let mut folds: BTreeMap<&str, Vec<Trial>> = BTreeMap::new();
    for row in &rows {
        let similarity = found(&row.path_a).zip(found(&row.path_b)).map(|(a, b)| a.similarity(b));
        let trial = Trial { similarity, genuine: row.same == Same::Yes };
        folds.entry(row.fold.as_deref().unwrap_or_default()).or_default().push(trial);
    }
    let trials = folds.values().flatten().copied().collect::<Vec<_>>();
    let similarities = |genuine| {
        let some = trials.iter().filter(|trial| trial.genuine == genuine);
        some.map(|trial| trial.similarity.unwrap_or(NOT_COMPARED)).collect()
    };
    let mut findings = Findings::new(&embeddings, &Roc::new(similarities(true), similarities(false)));
    findings.accuracy_at_threshold = Some(roc::accuracy(&trials, findings.threshold));
    if folds.len() > 1 {
        let accuracies = roc::accuracy_by_folds(&folds.into_values().collect::<Vec<_>>());
        let (mean, error) = mean_and_error(&accuracies);
        findings.folds = Some(accuracies.len());
        findings.accuracy = Some(mean);
        findings.accuracy_standard_error = Some(error);
    } else {
        findings.accuracy = Some(roc::accuracy(&trials, roc::best_threshold(&trials)));
    }
    Ok(findings)
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (spread / count).sqrt())
}

fn all_against_all(folder: &Path) -> Result<Findings> {
    let mut paths = Vec::new();
    let mut people = Vec::new();
    for (person, pictures) in inside(folder)?.iter().filter(|path| path.is_dir()).enumerate() {
        let pictures = inside(pictures)?.into_iter().filter(|path| is_picture(path)).collect::<Vec<_>>();
        people.extend(pictures.iter().map(|_| person));
        paths.extend(pictures);
    }
    ensure!(!paths.is_empty(), "{} holds no folders with pictures", folder.display());
    let embeddings = embed(&paths)?;
    let (genuine, impostor): (Vec<_>, Vec<_>) = (0..embeddings.len())
        .into_par_iter()
        .flat_map_iter(|a| {
            let (embeddings, people) = (&embeddings, &people);
            (0..a).map(move |b| {
                let pair = embeddings[a].as_ref().zip(embeddings[b].as_ref());
                (people[a] == people[b], pair.map_or(NOT_COMPARED, |(a, b)| a.similarity(b)))
            })
        })
        .partition_map(
            |(genuine, similarity)| {
                if genuine { Either::Left(similarity) } else { Either::Right(similarity) }
            },
        );
    Ok(Findings::new(&embeddings, &Roc::new(genuine, impostor)))
}

/// What lies in `folder`, in the order of names.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}

fn is_picture(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| ["jpg", "jpeg", "png"].iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

fn print(found: &Findings) {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    println!("{} pictures, in {} of them no face found", found.pictures, found.undetected);
    println!("{} pairs of one person, {} of two", found.genuine, found.impostor);
    if let Some(accuracy) = found.accuracy {
        let how = match (found.folds, found.accuracy_standard_error) {
            (Some(folds), Some(error)) => format!("± {} over {folds} folds", percent(error)),
            _ => "at the best threshold for these pairs".to_owned(),
        };
        println!("accuracy {} {how}", percent(accuracy));
    }
    if let Some(accuracy) = found.accuracy_at_threshold {
        println!("accuracy {} at the shipped threshold", percent(accuracy));
    }
    println!("\n{:>9}{:>12}{:>10}", "FMR", "threshold", "FNMR");
    for (name, rate) in RATES {
        let few =
            if rate * found.impostor as f64 >= 1.0 { "" } else { "  (no false match in too few pairs)" };
        println!(
            "{name:>9}{:>12.3}{:>10}{few}",
            found.threshold_at_fmr[name],
            percent(found.fnmr_at_fmr[name])
        );
    }
    let (fmr, fnmr) = (found.fmr_at_threshold, percent(found.fnmr_at_threshold));
    println!("{fmr:>9.1e}{:>12.3}{fnmr:>10}  (shipped)", found.threshold);
}
