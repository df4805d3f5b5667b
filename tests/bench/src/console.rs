//! `bench console`: what handlers of complaints wait for, with many complaints on record and, in the same run, with few.
//!
//! Complaints are written through the store, sealed and indexed as always; everything else goes over HTTP. Server and
//! load share this machine's cores, so the figures are a floor; the ratio says what the number of complaints costs.

mod load;
mod record;
mod sentence;

use std::env;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use server::service::App;

use crate::api::record::{config, postgres};
use crate::load::Operation;

/// What `bench console` is told.
#[derive(Args)]
pub struct Options {
    /// Complaints on record.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(2_000..=1_000_000))]
    rows: u32,
    /// Complaints of the peer.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    few: u32,
    /// Connections that ask one after the other.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Seconds of load for each number of complaints.
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
    /// Seconds it took to write the complaints.
    write_s: f64,
    connections: usize,
    requests_per_s: f64,
    operations: Vec<Operation>,
}

/// Runs the bench on SQLite and, where `OWNERPROOF_TEST_POSTGRES_URL` names a server, on PostgreSQL.
pub fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let mut all = Vec::new();
        for rows in [options.few, options.rows] {
            let file = folder.path().join(format!("bench{rows}.sqlite"));
            let url = format!("sqlite://{}?mode=rwc", file.display());
            all.push(measure("SQLite", url, rows, options).await?);
        }
        if let Ok(server) = env::var("OWNERPROOF_TEST_POSTGRES_URL") {
            for rows in [options.few, options.rows] {
                all.push(measure("PostgreSQL", postgres(&server).await?, rows, options).await?);
            }
        }
        if options.json {
            println!("{}", serde_json::to_string_pretty(&all)?);
        } else {
            all.chunks(2).for_each(|pair| print(&pair[0], &pair[1]));
        }
        Ok(())
    })
}

async fn measure(database: &'static str, url: String, rows: u32, options: &Options) -> Result<Measured> {
    let app = App::connect(config(url)).await?;
    app.store.migrate().await?;
    eprintln!("{database}: writing {rows} complaints");
    let started = Instant::now();
    let world = record::complaints(&app, rows).await?;
    let write_s = started.elapsed().as_secs_f64();
    eprintln!("{database}: written in {write_s:.1} s; {} s of load", options.seconds);
    let operations =
        load::run(&app, world, options.connections, options.seconds).await.context("the load")?;
    let requests = operations.iter().map(|one| one.requests).sum::<usize>();
    Ok(Measured {
        database,
        rows,
        write_s,
        connections: options.connections,
        requests_per_s: requests as f64 / options.seconds as f64,
        operations,
    })
}

fn print(few: &Measured, many: &Measured) {
    println!(
        "\n{}, {} and {} complaints (written in {:.1} s), {} connections; p50 / p99 in ms",
        many.database, few.rows, many.rows, many.write_s, many.connections
    );
    for (few, many) in few.operations.iter().zip(&many.operations) {
        let times = |one: &Operation| format!("{:.1} / {:.1}", one.p50_ms, one.p99_ms);
        let ratio = many.p50_ms / few.p50_ms;
        println!("{:<26}{:>18}{:>18}{ratio:>8.2}", many.name, times(few), times(many));
    }
    println!("{:<26}{:>18.0}{:>18.0}  requests a second", "all", few.requests_per_s, many.requests_per_s);
}
