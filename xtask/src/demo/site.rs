//! One installation's folder: its configuration with keys and secrets, its databases, its logs.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::workspace::Program;
use crate::{paths, postgres};

/// The demonstration has one member of staff, who is everything.
const EVERY_ROLE: &str = r#"["handler", "reviewer", "supervisor", "auditor", "administrator"]"#;
const CONFIG: &str = "ownerproof.toml";
const PLATFORM: &str = "oem-platform.json";
const PASSWORD_LETTERS: usize = 16;

/// Where the two programs listen, on the loopback address.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub server: u16,
    pub platform: u16,
}

impl Ports {
    /// Two ports nobody listens on.
    pub fn free() -> Result<Self> {
        let server = postgres::free_port()?;
        loop {
            let platform = postgres::free_port()?;
            if platform != server {
                return Ok(Self { server, platform });
            }
        }
    }
}

/// The first member of staff, as the server's configuration file names them.
#[derive(Serialize, Deserialize)]
pub struct Staff {
    pub username: String,
    pub password: String,
}

/// What `oem-platform keys` draws.
#[derive(Serialize, Deserialize)]
pub struct PlatformKeys {
    pub private_key: String,
    pub public_key: String,
    pub secret: String,
    pub callback_secret: String,
}

/// An installation.
pub struct Site {
    folder: PathBuf,
    ports: Ports,
}

impl Site {
    /// Opens the folder; the first time, draws all keys and secrets.
    pub fn open(folder: PathBuf, ports: Ports) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let site = Self { folder, ports };
        if !site.config().is_file() || !site.folder.join(PLATFORM).is_file() {
            site.draw_keys()?;
        }
        Ok(site)
    }

    /// Where everything lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The server's configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join(CONFIG)
    }

    /// Where the programs listen.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// The server's address. By name: browsers give the camera to localhost without TLS.
    pub fn server_url(&self) -> String {
        format!("http://localhost:{}", self.ports.server)
    }

    /// The OEM platform's address.
    pub fn platform_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.platform)
    }

    /// Who may use the console.
    pub fn staff(&self) -> Result<Staff> {
        #[derive(Deserialize)]
        struct Config {
            staff_seed: Staff,
        }
        let config: Config = toml::from_str(&fs::read_to_string(self.config())?).context(CONFIG)?;
        Ok(config.staff_seed)
    }

    /// The platform's keys.
    pub fn platform_keys(&self) -> Result<PlatformKeys> {
        let text = fs::read_to_string(self.folder.join(PLATFORM))?;
        serde_json::from_str(&text).context(PLATFORM)
    }

    /// The settings that may differ from start to start.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |path: &str| paths::at(path).display().to_string();
        let database = self.folder.join("ownerproof.sqlite");
        vec![
            ("OWNERPROOF_HTTP__LISTEN", format!("127.0.0.1:{}", self.ports.server)),
            ("OWNERPROOF_HTTP__PUBLIC_URL", self.server_url()),
            ("OWNERPROOF_OEM__URL", self.platform_url()),
            ("OWNERPROOF_DATABASE__URL", format!("sqlite://{}?mode=rwc", database.display())),
            (
                "OWNERPROOF_KEYS__VAULT",
                format!("sqlite://{}?mode=rwc", self.folder.join("vault.sqlite").display()),
            ),
            ("OWNERPROOF_NOTIFY__SHOW_CODES", "true".to_owned()),
            ("OWNERPROOF_STAFF_SEED__ROLES", EVERY_ROLE.to_owned()),
            ("OWNERPROOF_SIGN_IN__STAFF_SECOND_FACTOR", "when_enrolled".to_owned()),
            ("OWNERPROOF_FILES__MODELS", path("models/build")),
            ("OWNERPROOF_FILES__OWNER", path("web-demo/dist/owner")),
            ("OWNERPROOF_FILES__CONSOLE", path("web-demo/dist/console")),
            ("OWNERPROOF_FILES__ENGINE", path("web-demo/packages/verify-element/engine")),
        ]
    }

    /// The server's file holds only what is secret and must stay the same from start to start.
    fn draw_keys(&self) -> Result<()> {
        let keys = Program::Platform.run()?.args(["keys"]).read()?;
        let platform: PlatformKeys = serde_json::from_str(&keys).context("oem-platform keys")?;
        let keys = Program::Server.run()?.args(["keys", "generate"]).read()?;
        let mut config: Table = toml::from_str(&keys).context("ownerproof keys generate")?;
        config.insert("oem".into(), Value::Table(platform.for_the_server()));
        let password = Alphanumeric.sample_string(&mut rand::rng(), PASSWORD_LETTERS);
        config.insert(
            "staff_seed".into(),
            Value::Table(table([("username", "admin"), ("password", &password)])),
        );
        keep_secret(&self.folder.join(PLATFORM), &serde_json::to_string_pretty(&platform)?)?;
        keep_secret(&self.config(), &toml::to_string(&config)?)
    }
}

impl PlatformKeys {
    /// What both sides share, under the server's names.
    fn for_the_server(&self) -> Table {
        table([
            ("webhook_secret", &self.secret),
            ("callback_secret", &self.callback_secret),
            ("public_key", &self.public_key),
        ])
    }
}

fn table<const N: usize>(entries: [(&str, &str); N]) -> Table {
    entries.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

/// Writes a file that only we can read.
fn keep_secret(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_are_readable_by_us_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        keep_secret(&file, "x").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_server_never_gets_the_private_key() {
        let keys = PlatformKeys {
            private_key: "private".into(),
            public_key: "public".into(),
            secret: "a".into(),
            callback_secret: "b".into(),
        };
        let text = toml::to_string(&keys.for_the_server()).unwrap();
        assert!(text.contains("public_key") && !text.contains("private"), "{text}");
    }
}
