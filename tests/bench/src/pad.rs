//! Passive presentation attack detection on labelled stills, reported as ISO/IEC 30107-3 does.
//!
//! APCER is the share of attacks taken for live, per kind of attack (PAI species); a source's APCER is that of its
//! worst kind. BPCER is the share of live presentations taken for attacks, ACER the mean of the two. A live face that
//! is not found counts as refused; an attack whose face is not found is refused too.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use verify::assess::Thresholds;
use verify::inspect::passive_liveness;

use crate::{engine, list};

/// What `bench pad` is told.
#[derive(Args)]
pub struct Options {
    /// CSV with the columns path, label (real or spoof), source, framing, attack.
    #[arg(long)]
    data: PathBuf,
    /// Print the errors at other thresholds too.
    #[arg(long)]
    curve: bool,
    /// Print JSON instead of a table. It always holds the curve.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    label: Label,
    source: String,
    #[serde(default)]
    attack: String,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Label {
    Real,
    Spoof,
}

/// One picture with what was made of it.
struct Presentation {
    source: String,
    /// `None` for a live face.
    attack: Option<String>,
    /// Passive liveness; `None` when no face was found.
    live: Option<f32>,
}

impl Presentation {
    fn passes(&self, threshold: f32) -> bool {
        self.live.is_some_and(|live| live >= threshold)
    }
}

#[derive(Serialize)]
struct Summary {
    operating_point: f32,
    sources: Vec<Errors>,
    all: Errors,
    curve: Vec<Point>,
}

/// One threshold of the curve.
#[derive(Serialize)]
struct Point {
    threshold: f32,
    sources: Vec<Errors>,
    all: Errors,
}

/// Error rates, 0 to 1, of one source or of all; none where there is nothing to count.
#[derive(Debug, PartialEq, Serialize)]
struct Errors {
    source: String,
    n_live: usize,
    n_attack: usize,
    /// Pictures in which no face was found (ISO/IEC 30107-3: non-responses).
    live_not_found: usize,
    attack_not_found: usize,
    apcer: Option<f32>,
    bpcer: Option<f32>,
    acer: Option<f32>,
    attacks: BTreeMap<String, AttackErrors>,
}

#[derive(Debug, PartialEq, Serialize)]
struct AttackErrors {
    n: usize,
    apcer: f32,
}

/// Judges every picture at the shipped operating point.
pub fn run(options: &Options) -> Result<()> {
    let rows: Vec<Row> = list::read(&options.data)?;
    let paths: Vec<PathBuf> = rows.iter().map(|row| list::beside(&options.data, &row.path)).collect();
    let engine = engine::load()?;
    let live = engine::over_pictures(&paths, |_, picture| Ok(passive_liveness(&engine, picture)?))?;
    let presentations: Vec<Presentation> = rows
        .into_iter()
        .zip(live)
        .map(|(row, live)| Presentation {
            source: row.source,
            attack: (row.label == Label::Spoof).then_some(row.attack),
            live,
        })
        .collect();
    let summary = summarise(&presentations, Thresholds::default().live_pass);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        print(&summary, options.curve);
    }
    Ok(())
}

fn summarise(presentations: &[Presentation], operating_point: f32) -> Summary {
    let (sources, all) = at(presentations, operating_point);
    let curve = (0..=20)
        .map(|step| {
            let threshold = step as f32 / 20.0;
            let (sources, all) = at(presentations, threshold);
            Point { threshold, sources, all }
        })
        .collect();
    Summary { operating_point, sources, all, curve }
}

/// The errors of each source, in the order of their names, and of all together.
fn at(presentations: &[Presentation], threshold: f32) -> (Vec<Errors>, Errors) {
    let mut sources: BTreeMap<&str, Vec<&Presentation>> = BTreeMap::new();
    for presentation in presentations {
        sources.entry(&presentation.source).or_default().push(presentation);
    }
    let each = sources.into_iter().map(|(source, of)| errors(source, &of, threshold)).collect();
    (each, errors("all", &presentations.iter().collect::<Vec<_>>(), threshold))
}

fn errors(source: &str, presentations: &[&Presentation], threshold: f32) -> Errors {
    let (live, attack): (Vec<&Presentation>, Vec<&Presentation>) =
        presentations.iter().copied().partition(|p| p.attack.is_none());
    let mut kinds: BTreeMap<String, Vec<&Presentation>> = BTreeMap::new();
    for presentation in &attack {
        kinds.entry(presentation.attack.clone().unwrap_or_default()).or_default().push(presentation);
    }
    let attacks: BTreeMap<String, AttackErrors> = kinds
        .into_iter()
        .filter_map(|(kind, of)| {
            Some((kind, AttackErrors { n: of.len(), apcer: share(&of, |p| p.passes(threshold))? }))
        })
        .collect();
    let apcer = attacks.values().map(|kind| kind.apcer).reduce(f32::max);
    let bpcer = share(&live, |p| !p.passes(threshold));
    let not_found = |of: &[&Presentation]| of.iter().filter(|p| p.live.is_none()).count();
    Errors {
        source: source.to_owned(),
        n_live: live.len(),
        n_attack: attack.len(),
        live_not_found: not_found(&live),
        attack_not_found: not_found(&attack),
        apcer,
        bpcer,
        acer: apcer.zip(bpcer).map(|(apcer, bpcer)| (apcer + bpcer) / 2.0),
        attacks,
    }
}

fn share(of: &[&Presentation], counts: impl Fn(&Presentation) -> bool) -> Option<f32> {
    (!of.is_empty()).then(|| of.iter().filter(|p| counts(p)).count() as f32 / of.len() as f32)
}

fn percent(rate: Option<f32>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.1}%", 100.0 * rate))
}

fn print(summary: &Summary, curve: bool) {
    println!("Operating point: live from {} on", summary.operating_point);
    println!(
        "{:<20}{:>6}{:>9}{:>9}{:>9}{:>9}{:>12}",
        "source", "live", "attacks", "APCER", "BPCER", "ACER", "not found"
    );
    for row in summary.sources.iter().chain([&summary.all]) {
        let [apcer, bpcer, acer] = [row.apcer, row.bpcer, row.acer].map(percent);
        let not_found = format!("{} / {}", row.live_not_found, row.attack_not_found);
        println!(
            "{:<20}{:>6}{:>9}{apcer:>9}{bpcer:>9}{acer:>9}{not_found:>12}",
            row.source, row.n_live, row.n_attack
        );
        for (kind, attack) in &row.attacks {
            println!("  {kind:<24}{:>9}{:>9}", attack.n, percent(Some(attack.apcer)));
        }
    }
    if curve {
        println!("\nAPCER / BPCER from each threshold on");
        let names = summary.sources.iter().map(|row| row.source.as_str()).chain(["all"]);
        println!("{:>9}{}", "live", names.map(|name| format!("{name:>20}")).collect::<String>());
        for point in &summary.curve {
            let rates = point.sources.iter().chain([&point.all]);
            let cells = rates
                .map(|row| format!("{:>20}", format!("{} / {}", percent(row.apcer), percent(row.bpcer))));
            println!("{:>9.2}{}", point.threshold, cells.collect::<String>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presentation(source: &str, attack: Option<&str>, live: Option<f32>) -> Presentation {
        Presentation { source: source.to_owned(), attack: attack.map(str::to_owned), live }
    }

    #[test]
    fn a_source_is_as_bad_as_its_worst_kind_of_attack() {
        let list = [
            presentation("a", None, Some(0.9)),
            presentation("a", Some("print"), Some(0.1)),
            presentation("a", Some("screen"), Some(0.8)),
            presentation("a", Some("screen"), Some(0.2)),
        ];
        let (sources, _) = at(&list, 0.5);
        assert_eq!((sources[0].apcer, sources[0].bpcer, sources[0].acer), (Some(0.5), Some(0.0), Some(0.25)));
        assert_eq!(sources[0].attacks["print"], AttackErrors { n: 1, apcer: 0.0 });
    }

    #[test]
    fn a_face_not_found_is_refused_live_or_not() {
        let list = [presentation("a", None, None), presentation("a", Some("print"), None)];
        let (sources, all) = at(&list, 0.0);
        assert_eq!((sources[0].apcer, sources[0].bpcer), (Some(0.0), Some(1.0)));
        assert_eq!((all.live_not_found, all.attack_not_found), (1, 1));
    }

    #[test]
    fn a_source_without_attacks_has_no_apcer() {
        let (sources, _) = at(&[presentation("a", None, Some(0.5))], 0.5);
        assert_eq!((sources[0].apcer, sources[0].bpcer, sources[0].acer), (None, Some(0.0), None));
    }

    #[test]
    fn the_curve_trades_one_error_for_the_other() {
        let list = [0.2, 0.6, 0.9].map(|live| presentation("a", None, Some(live)));
        let attacks = [0.1, 0.3, 0.7].map(|live| presentation("a", Some("print"), Some(live)));
        let list: Vec<Presentation> = list.into_iter().chain(attacks).collect();
        let curve = summarise(&list, 0.5).curve;
        assert!(curve.is_sorted_by(|a, b| a.all.apcer >= b.all.apcer && a.all.bpcer <= b.all.bpcer));
        assert_eq!((curve[0].all.apcer, curve[20].all.bpcer), (Some(1.0), Some(1.0)));
    }
}
