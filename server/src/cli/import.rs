//! `ownerproof import`: files of the car maker into the record, with a progress bar and a report.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use server::{
    import::{MAX_BYTES, Table, check, write_csv},
    service::{
        App,
        import::{self, Imported},
    },
};

/// Findings shown; `--report` has them all.
const SHOWN: usize = 20;

/// What is imported.
#[derive(Subcommand)]
pub enum Import {
    /// Vehicles and their cards. All rows are checked first; with one bad row nothing is imported. Safe to run twice.
    Vehicles(Vehicles),
}

/// Which file, and how.
#[derive(Args)]
pub struct Vehicles {
    /// CSV (UTF-8 or GB18030) or XLSX with the columns vin, engine_number or motor_number, brand, model, body_colour,
    /// msisdn, iccid and, if wanted, carrier. A vehicle with several cards has several rows.
    file: PathBuf,
    /// Write every finding into this CSV file.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Only check.
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    /// Runs the import.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let Self::Vehicles(vehicles) = self;
        vehicles.run(app).await
    }
}

impl Vehicles {
    async fn run(self, app: &App) -> anyhow::Result<()> {
        let length = fs::metadata(&self.file).with_context(|| self.file.display().to_string())?.len();
        if usize::try_from(length).is_ok_and(|length| length > MAX_BYTES) {
            bail!("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024);
        }
        let bytes = fs::read(&self.file).with_context(|| self.file.display().to_string())?;
        let table = Table::read(&bytes)?;
        let bar = Progress::new("checking", table.rows.len());
        let checked = check(&table, &app.config.card.number_ranges, |done| bar.at(done));
        let rows = checked.rows;
        let bar = Progress::new("importing", checked.vehicles.len() * if self.dry_run { 1 } else { 2 });
        let imported = import::vehicles(app, checked, self.dry_run, |done| bar.step(done)).await;
        let imported = imported.context("nothing was imported")?;
        bar.end();
        self.tell(rows, &imported)?;
        if imported.is_refused() {
            bail!("nothing was imported: correct the lines above and run it again");
        }
        Ok(())
    }

    fn tell(&self, rows: usize, imported: &Imported) -> anyhow::Result<()> {
        let findings = &imported.findings;
        let mut out = io::stdout().lock();
        for finding in findings.iter().filter(|finding| finding.is_error()).take(SHOWN) {
            writeln!(out, "{finding}")?;
        }
        let errors = findings.iter().filter(|finding| finding.is_error()).count();
        let warnings = findings.len() - errors;
        if errors > SHOWN {
            writeln!(out, "… and {} more; --report FILE.csv has all", errors - SHOWN)?;
        }
        if let Some(path) = &self.report {
            let file = fs::File::create(path).with_context(|| path.display().to_string())?;
            write_csv(findings, io::BufWriter::new(file))?;
        }
        writeln!(out, "{rows} rows: {errors} errors, {warnings} warnings")?;
        if !imported.is_refused() {
            let Imported { new, corrected, unchanged, cards, .. } = imported;
            let done = if self.dry_run { "would be " } else { "" };
            writeln!(
                out,
                "vehicles: {done}{new} new, {corrected} corrected, {unchanged} unchanged; {cards} cards"
            )?;
        }
        Ok(())
    }
}

/// A bar on a terminal, elsewhere a line for each tenth.
struct Progress {
    bar: ProgressBar,
    lines: bool,
    name: &'static str,
}

impl Progress {
    fn new(name: &'static str, length: usize) -> Self {
        let bar = ProgressBar::new(length as u64);
        let lines = !io::stderr().is_terminal();
        if lines {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        } else if let Ok(style) = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos}/{len} {eta}") {
            bar.set_style(style);
            bar.set_message(name);
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, lines, name }
    }

    fn at(&self, done: usize) {
        let (before, done, all) = (self.bar.position(), done as u64, self.bar.length().unwrap_or(1).max(1));
        self.bar.set_position(done);
        if self.lines && before * 10 / all != done * 10 / all {
            eprintln!("{}: {} %", self.name, done * 100 / all);
        }
    }

    fn step(&self, done: usize) {
        self.at(usize::try_from(self.bar.position()).unwrap_or_default() + done);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
