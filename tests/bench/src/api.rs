//! `bench api`: the server under a mixed load, with many vehicles on record.
//!
//! Everything is real: the vehicles come through the import, requests through HTTP. Server and load share this
//! machine's cores, so the figures are a floor.

mod load;
pub mod record;

use std::env;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use server::service::App;

use crate::load::Operation;

/// What `bench api` is told.
#[derive(Args)]
pub struct Options {
    /// Vehicles on record, each with one card.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    rows: u32,
    /// Connections that ask one after the other.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of load.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Measured {
    database: &'static str,
    rows: u32,
    /// Seconds the import took: checking and writing.
    import_s: f64,
    connections: usize,
    requests_per_s: f64,
    operations: Vec<Operation>,
}

/// Runs the bench on SQLite and, where `OWNERPROOF_TEST_POSTGRES_URL` names a server, on PostgreSQL.
pub fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut all = Vec::new();
        let folder = tempfile::tempdir()?;
        let file = format!("sqlite://{}?mode=rwc", folder.path().join("bench.sqlite").display());
        all.push(measure("SQLite", file, options).await?);
        if let Ok(server) = env::var("OWNERPROOF_TEST_POSTGRES_URL") {
            let url = record::postgres(&server).await?;
            all.push(measure("PostgreSQL", url, options).await?);
        }
        if options.json {
            println!("{}", serde_json::to_string_pretty(&all)?);
        } else {
            all.iter().for_each(Measured::print);
        }
        Ok(())
    })
}

async fn measure(database: &'static str, url: String, options: &Options) -> Result<Measured> {
    let app = App::connect(record::config(url)).await?;
    app.store.migrate().await?;
    eprintln!("{database}: importing {} vehicles", options.rows);
    let started = Instant::now();
    record::import(&app, options.rows).await?;
    let import_s = started.elapsed().as_secs_f64();
    eprintln!("{database}: imported in {import_s:.1} s; {} s of load", options.seconds);
    let world = record::people(&app, options.rows).await?;
    let load = load::run(&app, world, options.connections, options.seconds).await.context("the load")?;
    Ok(Measured {
        database,
        rows: options.rows,
        import_s,
        connections: options.connections,
        requests_per_s: load.iter().map(|one| one.requests).sum::<usize>() as f64 / options.seconds as f64,
        operations: load,
    })
}

impl Measured {
    fn print(&self) {
        let Self { database, rows, import_s, connections, requests_per_s, operations } = self;
        println!("\n{database}, {rows} vehicles (import {import_s:.1} s), {connections} connections");
        println!("{:<28}{:>10}{:>10}{:>12}{:>12}", "", "requests", "refused", "p50 ms", "p99 ms");
        for Operation { name, requests, refused, p50_ms, p99_ms } in operations {
            println!("{name:<28}{requests:>10}{refused:>10}{p50_ms:>12.1}{p99_ms:>12.1}");
        }
        println!("{:<28}{requests_per_s:>10.0} a second", "all");
    }
}
