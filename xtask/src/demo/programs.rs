//! The two programs of the demo, running: the server and the reference OEM platform.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::site::Site;
use crate::run::{self, Run};
use crate::step::Step;
use crate::{interrupt, workspace};

/// How long a program may take until it answers: the server loads and prepares its networks first.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(100);
/// How much of a log an error quotes.
const QUOTED_LINES: usize = 30;

/// Both programs. Dropped, they are stopped.
pub struct Programs {
    running: Vec<Program>,
}

struct Program {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Programs {
    /// Migrates and seeds the database, starts both programs and waits until both answer.
    /// `settings` are further settings of the server, as environment variables.
    pub fn start(site: &Site, settings: &[(&str, String)]) -> Result<Self> {
        let ports = site.ports();
        for port in [ports.server, ports.platform] {
            TcpListener::bind(("127.0.0.1", port)).with_context(|| {
                format!("port {port} is taken: choose others with --port and --platform-port")
            })?;
        }
        let step = Step::start("database: migrating, seeding");
        ownerproof(site, settings)?.args(["seed-demo"]).watch()?;
        step.done("");
        let step = Step::start("starting the server and the OEM platform");
        let mut programs = Self { running: Vec::new() };
        programs.spawn(site, "oem-platform", platform(site)?)?;
        programs.spawn(site, "server", ownerproof(site, settings)?.args(["serve"]))?;
        programs.wait_for(ports.platform)?;
        programs.wait_for(ports.server)?;
        step.done("both answer");
        Ok(programs)
    }

    /// Waits until the server can judge reports: it answers before, and loads its networks meanwhile.
    pub fn wait_for_engine(&mut self) -> Result<()> {
        let step = Step::start("server: loading its networks");
        let started = Instant::now();
        while !self.running.iter().any(|program| says(&program.log, "engine ready")) {
            self.still_running()?;
            if let Some(program) = self.running.iter().find(|program| says(&program.log, "cannot be loaded"))
            {
                bail!("the server has no networks\n{}", tail(&program.log));
            }
            patient(started, "the server still loads its networks")?;
        }
        step.done("");
        Ok(())
    }

    /// Fails, quoting its log, when a program has ended by itself.
    pub fn still_running(&mut self) -> Result<()> {
        for program in &mut self.running {
            if let Some(status) = program.child.try_wait()? {
                bail!("the {} ended ({status})\n{}", program.name, tail(&program.log));
            }
        }
        Ok(())
    }

    /// Stops both in order: the server first, so that it may still deliver what it is delivering.
    pub fn stop(&mut self) -> Result<()> {
        while let Some(mut program) = self.running.pop() {
            run::stop(&mut program.child)?;
        }
        Ok(())
    }

    fn spawn(&mut self, site: &Site, name: &'static str, run: Run) -> Result<()> {
        let log = site.folder().join(format!("{name}.log"));
        let file = File::create(&log)?;
        let mut command: Command = run.into_command();
        let child = command
            .stdout(file.try_clone()?)
            .stderr(file)
            // A group of its own: Ctrl-C is for us, and we stop the programs in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start the {name}"))?;
        self.running.push(Program { name, child, log });
        Ok(())
    }

    fn wait_for(&mut self, port: u16) -> Result<()> {
        let started = Instant::now();
        while !healthy(port) {
            self.still_running()?;
            patient(started, &format!("nothing answers on port {port}"))?;
        }
        Ok(())
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("could not stop everything: {error:#}");
        }
    }
}

fn ownerproof(site: &Site, settings: &[(&str, String)]) -> Result<Run> {
    let mut run = workspace::Program::Server.run()?.args(["--config"]).args([site.config()]);
    for (name, value) in site.environment().iter().chain(settings) {
        run = run.env(name, value);
    }
    Ok(run)
}

fn platform(site: &Site) -> Result<Run> {
    let keys = site.platform_keys()?;
    let callbacks = format!("{}/api/v1/oem/callbacks", site.server_url());
    Ok(workspace::Program::Platform
        .run()?
        .args(["--listen", &format!("127.0.0.1:{}", site.ports().platform)])
        .args(["--callback-url", &callbacks, "--database"])
        .args([site.folder().join("oem-platform.sqlite")])
        .env("OEM_PLATFORM_SECRET", keys.secret)
        .env("OEM_PLATFORM_CALLBACK_SECRET", keys.callback_secret)
        .env("OEM_PLATFORM_PRIVATE_KEY", keys.private_key))
}

/// Whether `GET /healthz` says 200.
fn healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200") || status.ends_with(b" 204"))
    };
    ask().unwrap_or(false)
}

/// Waits a moment, unless it has been too long or somebody wants to stop.
fn patient(started: Instant, complaint: &str) -> Result<()> {
    ensure!(!interrupt::requested(), "interrupted");
    ensure!(started.elapsed() < PATIENCE, "{complaint} after {} s", PATIENCE.as_secs());
    thread::sleep(POLL);
    Ok(())
}

fn says(log: &Path, words: &str) -> bool {
    fs::read_to_string(log).is_ok_and(|text| text.contains(words))
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_answer_is_healthy() {
        let answer = |status: &'static str| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let serve = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 512]);
                let _ = write!(stream, "HTTP/1.1 {status}\r\n\r\n");
            });
            let healthy = healthy(port);
            serve.join().unwrap();
            healthy
        };
        assert!(answer("200 OK"));
        assert!(!answer("503 Service Unavailable"));
    }
}
