//! Starting other programs: shown, watched behind a spinner, or read.

use std::collections::VecDeque;
use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, stderr};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::interrupt;

/// How many of the last lines an error quotes.
const QUOTED_LINES: usize = 40;
/// How long a program may take to stop when asked.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);

/// A program about to be run in the repository's folder.
pub struct Run {
    command: Command,
    shown: String,
}

impl Run {
    /// A program by name or path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(&program);
        command.current_dir(crate::paths::root());
        // Cargo describes xtask's package to xtask; nobody else may take it for theirs.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        Self {
            command,
            shown: Path::new(&program)
                .file_name()
                .map_or_else(|| program.as_ref().display().to_string(), |name| name.display().to_string()),
        }
    }

    /// The cargo that runs us.
    pub fn cargo() -> Self {
        Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        for arg in args {
            self.shown.push(' ');
            self.shown.push_str(&arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in this folder instead of the repository's.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Hands the bare command over, for programs that keep running.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Runs with the program's own output on the terminal.
    pub fn show(mut self) -> Result<()> {
        self.command.stdin(Stdio::null());
        let status = wait(&mut self.spawn()?)?;
        self.judge(status, "")
    }

    /// Runs with the last line of output behind a spinner, on a terminal; silently elsewhere.
    /// An error quotes the end of the output.
    pub fn watch(self) -> Result<()> {
        self.collect().map(drop)
    }

    /// Runs and returns standard output. An error quotes the end of both streams.
    pub fn read(self) -> Result<String> {
        self.collect()
    }

    /// Whether the program can be started and succeeds. Prints nothing.
    pub fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn collect(mut self) -> Result<String> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.spawn()?;
        let spinner = spinner(&self.shown);
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let out = follow(child.stdout.take(), &spinner, &tail);
        let err = follow(child.stderr.take(), &spinner, &tail);
        let status = wait(&mut child);
        let output = out.join().unwrap_or_default();
        let _ = err.join();
        spinner.finish_and_clear();
        let quoted =
            tail.lock().map(|lines| Vec::from_iter(lines.iter().cloned()).join("\n")).unwrap_or_default();
        self.judge(status?, &quoted).map(|()| output)
    }

    fn spawn(&mut self) -> Result<Child> {
        self.command.spawn().with_context(|| format!("cannot start `{}`", self.shown))
    }

    fn judge(&self, status: ExitStatus, output: &str) -> Result<()> {
        if status.success() {
            return Ok(());
        }
        let output = if output.is_empty() { String::new() } else { format!("\n{output}") };
        bail!("`{}` failed ({status}){output}", self.shown)
    }
}

/// Asks a program to stop, waits, and ends it by force when it does not.
pub fn stop(child: &mut Child) -> Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    kill(Pid::from_raw(child.id().try_into()?), Signal::SIGTERM)?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > STOP_PATIENCE {
            child.kill()?;
            child.wait()?;
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::requested() {
            stop(child)?;
        }
        thread::sleep(POLL);
    }
}

fn spinner(shown: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(shown.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Reads a stream to its end: every line feeds the spinner and the tail that errors quote.
fn follow(
    stream: Option<impl Read + Send + 'static>,
    spinner: &ProgressBar,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> thread::JoinHandle<String> {
    let (spinner, tail) = (spinner.clone(), Arc::clone(tail));
    thread::spawn(move || {
        let mut all = String::new();
        let Some(stream) = stream else { return all };
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            spinner.set_message(line.chars().take(100).collect::<String>());
            all.push_str(&line);
            all.push('\n');
            if let Ok(mut tail) = tail.lock() {
                if tail.len() == QUOTED_LINES {
                    tail.pop_front();
                }
                tail.push_back(line);
            }
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_returned() {
        assert_eq!(Run::new("sh").args(["-c", "echo one; echo two"]).read().unwrap(), "one\ntwo\n");
    }

    #[test]
    fn an_error_quotes_what_was_said() {
        let error = Run::new("sh").args(["-c", "echo sorry >&2; exit 3"]).watch().unwrap_err().to_string();
        assert!(error.contains("sorry") && error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_program_is_stopped() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        stop(&mut child).unwrap();
        assert!(child.try_wait().unwrap().is_some());
    }
}
