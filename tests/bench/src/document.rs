//! Reading resident identity cards: specimens drawn by this bench, photographed under worse and worse conditions.

mod card;
mod font;
mod holder;
mod photo;

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result};
use card::Press;
use clap::Args;
use indicatif::{ParallelProgressIterator, ProgressBar};
use photo::{Conditions, GOOD};
use rand::{SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use serde::Serialize;
use verify::document::Reader;
use verify::engine::{Engine, Portrait};
use verify::image::{RgbImage, decode};

use crate::engine;

/// What `bench document` is told.
#[derive(Args)]
pub struct Options {
    /// Cards photographed under each condition.
    #[arg(long, default_value_t = 100)]
    cards: u64,
    /// Folder of pictures, one person each, from which portraits are cut.
    #[arg(long, env = "OWNERPROOF_TEST_PICTURES", default_value = "var/pictures")]
    portraits: PathBuf,
    /// Keep the photographs in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Another seed, other cards.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// One kind of photograph.
struct Kind {
    name: &'static str,
    on: Conditions,
    /// The number has a digit changed, and must not be read.
    forged: bool,
}

/// The photographs, from good to bad, each with one thing wrong, then everything at once.
fn kinds() -> Vec<Kind> {
    let kind = |name, on| Kind { name, on, forged: false };
    vec![
        kind("good", GOOD),
        kind("small", Conditions { width: [640.0, 900.0], ..GOOD }),
        kind("tiny", Conditions { width: [400.0, 640.0], ..GOOD }),
        kind("tilted", Conditions { turn: 10.0, perspective: 0.04, ..GOOD }),
        kind("blurred", Conditions { blur: 5.0, shake: 10.0, ..GOOD }),
        kind("dark and noisy", Conditions { light: [0.2, 0.8], noise: 25.0, ..GOOD }),
        kind("glare", Conditions { glare: 220.0, ..GOOD }),
        kind("compressed", Conditions { quality: 12, width: [640.0, 1200.0], ..GOOD }),
        kind(
            "everything",
            Conditions {
                width: [640.0, 1600.0],
                turn: 6.0,
                perspective: 0.02,
                blur: 1.5,
                shake: 2.0,
                noise: 8.0,
                light: [0.5, 0.4],
                glare: 120.0,
                quality: 50,
            },
        ),
        Kind { name: "forged number", on: GOOD, forged: true },
    ]
}

/// What came of one photograph.
#[derive(Clone, Copy, PartialEq)]
enum Number {
    Right,
    Wrong,
    NotRead,
    NoPortrait,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    cards: usize,
    read: f32,
    wrong: usize,
    not_read: f32,
    no_portrait: f32,
    name_right: f32,
    name_wrong: f32,
    /// Median time of reading, beyond finding the portrait.
    read_ms: f32,
}

/// Draws, photographs and reads every card.
pub fn run(options: &Options) -> Result<()> {
    let engine = engine::load()?;
    let reader = load_reader()?;
    let press = Press::new(&engine, &pictures(&options.portraits)?)?;
    if !press.has_number_font() {
        eprintln!(
            "The font of real numbers is missing (apt-get install fonts-ocr-b); another takes its place."
        );
    }
    let rows = kinds().into_iter().map(|kind| measure(options, &engine, &reader, &press, &kind));
    let rows: Vec<Row> = rows.collect::<Result<_>>()?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "kinds": rows }))?);
        return Ok(());
    }
    println!(
        "{:<16}{:>7}{:>9}{:>7}{:>10}{:>13}{:>12}{:>12}{:>7}",
        "photograph", "cards", "read", "wrong", "not read", "no portrait", "name right", "name wrong", "ms"
    );
    for row in rows {
        println!(
            "{:<16}{:>7}{:>8.1}%{:>7}{:>9.1}%{:>12.1}%{:>11.1}%{:>11.1}%{:>7.0}",
            row.kind,
            row.cards,
            100.0 * row.read,
            row.wrong,
            100.0 * row.not_read,
            100.0 * row.no_portrait,
            100.0 * row.name_right,
            100.0 * row.name_wrong,
            row.read_ms
        );
    }
    Ok(())
}

fn measure(options: &Options, engine: &Engine, reader: &Reader, press: &Press, kind: &Kind) -> Result<Row> {
    let results: Vec<(Number, Option<bool>, f32)> = (0..options.cards)
        .into_par_iter()
        .progress_with(ProgressBar::new(options.cards).with_message(kind.name))
        .map(|card| {
            let mut rng = StdRng::seed_from_u64(options.seed << 32 | card);
            let holder = holder::invent(&mut rng);
            let holder = if kind.forged { holder.forged(&mut rng) } else { holder };
            let drawn = photo::reduced(&press.print(&holder, &mut rng), &kind.on);
            let file = photo::take(&drawn, &kind.on, &mut rng);
            if let Some(folder) = &options.keep {
                fs::create_dir_all(folder)?;
                fs::write(folder.join(format!("{}-{card:03}.jpg", kind.name.replace(' ', "-"))), &file)?;
            }
            let photograph = decode(&file)?;
            let Portrait::Found(face, ..) = engine.portrait(&photograph)? else {
                return Ok((Number::NoPortrait, None, 0.0));
            };
            let start = Instant::now();
            let text = reader.read(&photograph, &face)?;
            let took_ms = start.elapsed().as_secs_f32() * 1e3;
            let number = match &text.number {
                None => Number::NotRead,
                Some(read) if read.number.as_str() == holder.number => Number::Right,
                Some(_) => Number::Wrong,
            };
            Ok((number, text.name.map(|read| read.name == holder.name), took_ms))
        })
        .collect::<Result<_>>()?;
    let mut times: Vec<f32> = results.iter().map(|result| result.2).collect();
    times.sort_by(f32::total_cmp);
    let count = |number| results.iter().filter(|result| result.0 == number).count();
    let names = |right| results.iter().filter(|result| result.1 == Some(right)).count();
    let share = |count: usize| count as f32 / results.len().max(1) as f32;
    Ok(Row {
        kind: kind.name,
        cards: results.len(),
        read: share(count(Number::Right)),
        wrong: count(Number::Wrong),
        not_read: share(count(Number::NotRead)),
        no_portrait: share(count(Number::NoPortrait)),
        name_right: share(names(true)),
        name_wrong: share(names(false)),
        read_ms: times.get(times.len() / 2).copied().unwrap_or_default(),
    })
}

fn load_reader() -> Result<Reader> {
    let models =
        env::var_os("OWNERPROOF_MODELS").map_or_else(|| PathBuf::from("models/build"), PathBuf::from);
    let bytes =
        fs::read(models.join("reader.onnx")).context("reader.onnx; `cargo xtask models` fetches it")?;
    Ok(Reader::load(&bytes)?)
}

/// Every picture of the folder.
fn pictures(folder: &Path) -> Result<Vec<RgbImage>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("no pictures in {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    files.iter().map(|file| Ok(decode(&fs::read(file)?)?)).collect()
}
