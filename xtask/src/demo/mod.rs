//! `cargo xtask demo`: the whole product on this machine.

mod camera;
pub mod check;
mod clip;
mod footage;
mod programs;
mod site;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::step::Step;
use crate::workspace::{self, Program};
use crate::{interrupt, models, paths, wasm, web};
use programs::Programs;
use site::{Ports, Site};

/// What `cargo xtask demo` is told.
#[derive(Args)]
pub struct Options {
    /// The server's port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port of the reference OEM platform.
    #[arg(long, default_value_t = 8090)]
    platform_port: u16,
    /// Play the main job in a headless browser with a fresh database, and compare.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    scene: Scene,
}

/// What stands before the camera in a check, and what must come of it.
#[derive(Args, Default)]
pub struct Scene {
    /// A video or a still image, the owner's camera. Default: footage that a package ships.
    #[arg(long, requires = "check")]
    video: Option<PathBuf>,
    /// The same for the counterparty. Default: the owner's, if given; else footage from a package.
    #[arg(long, requires = "check")]
    counterparty_video: Option<PathBuf>,
    /// What the verification must say.
    #[arg(long, value_enum, default_value_t, requires = "check")]
    expect: Expect,
    /// The steps the footage shows, comma-separated: the challenge is drawn from these.
    /// Default: those found in the footage.
    #[arg(long, value_delimiter = ',', requires = "check")]
    steps: Vec<String>,
    /// Where screenshots and results go. Default: var/check.
    #[arg(long, requires = "check")]
    out: Option<PathBuf>,
}

/// What the verification must say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The transfer goes through and both sides see it confirmed.
    #[default]
    Passed,
    /// The verification fails, and nothing leaves the house.
    Refused,
}

/// Runs the demo until it is stopped, or the check.
pub fn run(options: &Options) -> Result<()> {
    if options.check {
        return check::run(&options.scene);
    }
    prepare()?;
    let ports = Ports { server: options.port, platform: options.platform_port };
    let site = Site::open(paths::at("var/demo"), ports)?;
    let mut programs = Programs::start(&site, &[])?;
    println!("{}", welcome(&site)?);
    while !interrupt::requested() {
        programs.still_running()?;
        thread::sleep(Duration::from_millis(200));
    }
    let step = Step::start("stopping");
    programs.stop()?;
    step.done("");
    Ok(())
}

/// Everything the product runs on; what is there already is left alone.
fn prepare() -> Result<()> {
    workspace::build(&[Program::Models, Program::Server, Program::Platform])?;
    models::fetch()?;
    wasm::build()?;
    web::build()
}

fn welcome(site: &Site) -> Result<String> {
    let (server, platform) = (site.server_url(), site.platform_url());
    let staff = site.staff()?;
    Ok(format!(
        "\nOwnerProof is running. Ctrl-C stops it.\n\n\
         Owner app      {server}/owner/    sign in as {owner}, who has a car to pass on\n\
         Console        {server}/console/  user {user}, password {password}\n\
         API docs       {server}/docs\n\
         OEM platform   {platform}/ledger\n\n\
         The one-time code appears in the console under messages (no text message is sent).\n\
         Data and logs lie in {folder}; delete that folder to start afresh.\n",
        owner = check::OWNER_PHONE,
        user = staff.username,
        password = staff.password,
        folder = paths::shown(site.folder()),
    ))
}
