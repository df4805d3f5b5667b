//! A throwaway PostgreSQL cluster: made for one test run, gone afterwards.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::run::Run;
use crate::step::Step;
use crate::tools;

/// PostgreSQL refuses to run as root; root's cluster runs as the package's own user.
const USER: &str = "postgres";

/// Running as long as it is held.
pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster on a free port of the loopback address.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let step = Step::start("PostgreSQL: starting a throwaway cluster");
        let folder = tempfile::Builder::new().prefix("ownerproof-pg-").tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777))?;
        let cluster = Self { programs, folder, port: free_port()? };
        cluster
            .program("initdb")
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--username", USER, "--pgdata"])
            .args([cluster.data()])
            .watch()?;
        // Nothing here must survive a crash, so nothing waits for the disk.
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200 \
             -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
            cluster.port,
            cluster.folder.path().display()
        );
        cluster
            .program("pg_ctl")
            .args(["start", "--wait", "--silent", "--options", &options, "--log"])
            .args([&cluster.folder.path().join("log"), Path::new("--pgdata"), &cluster.data()])
            .show()
            .with_context(|| fs::read_to_string(cluster.folder.path().join("log")).unwrap_or_default())?;
        step.done(&format!("port {}", cluster.port));
        Ok(cluster)
    }

    /// Where tests connect; they make their own databases.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Run {
        let path = self.programs.join(name);
        let run = if tools::is_root() {
            Run::new("runuser").args(["-u", USER, "--"]).args([path])
        } else {
            Run::new(path)
        };
        run.dir(self.folder.path())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stop = self
            .program("pg_ctl")
            .args(["stop", "--wait", "--silent", "--mode", "immediate", "--pgdata"])
            .args([self.data()]);
        if self.data().join("postmaster.pid").exists() && !stop.succeeds() {
            eprintln!("PostgreSQL did not stop: {}", self.data().display());
        }
    }
}

/// A port nobody listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The newest version Debian put under /usr/lib/postgresql, or what is on PATH.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    tools::install(&["postgresql"])?;
    installed().context("the package postgresql brought no initdb")
}

fn installed() -> Option<PathBuf> {
    let newest = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .max_by_key(|folder| version(folder));
    newest.or_else(|| Some(tools::find("initdb")?.parent()?.to_owned()))
}

fn version(programs: &Path) -> u32 {
    programs.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_is_larger() {
        let at = |version: &str| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
        assert!(version(&at("15")) > version(&at("9")));
        assert_eq!(version(&at("odd")), 0);
    }
}
