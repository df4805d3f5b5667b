//! One installation's folder: its configuration with keys and secrets, its databases, its logs.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};

use crate::workspace::Program;
use crate::{paths, postgres};

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

/// The server's configuration file: only what must stay the same from start to start, and secret.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    pub keys: Keys,
    pub oem: Oem,
    pub staff_seed: StaffSeed,
}

#[derive(Serialize, Deserialize)]
pub struct Keys {
    pub blind_index: String,
    pub column: Vec<ColumnKey>,
}

#[derive(Serialize, Deserialize)]
pub struct ColumnKey {
    pub id: String,
    pub secret: String,
}

#[derive(Serialize, Deserialize)]
pub struct Oem {
    pub webhook_secret: String,
    pub callback_secret: String,
    pub public_key: String,
}

#[derive(Serialize, Deserialize)]
pub struct StaffSeed {
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

    /// The server's secrets.
    pub fn secrets(&self) -> Result<Secrets> {
        toml::from_str(&fs::read_to_string(self.config())?).context(CONFIG)
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
            ("OWNERPROOF_FILES__MODELS", path("models/build")),
            ("OWNERPROOF_FILES__OWNER", path("web-demo/dist/owner")),
            ("OWNERPROOF_FILES__CONSOLE", path("web-demo/dist/console")),
            ("OWNERPROOF_FILES__ENGINE", path("web-demo/packages/verify-element/engine")),
        ]
    }

    fn draw_keys(&self) -> Result<()> {
        let text = Program::Platform.run()?.args(["keys"]).read()?;
        let platform: PlatformKeys = serde_json::from_str(&text).context("oem-platform keys")?;
        let secrets = Secrets {
            keys: Keys {
                blind_index: random_key(),
                column: vec![ColumnKey { id: "k1".into(), secret: random_key() }],
            },
            oem: Oem {
                webhook_secret: platform.secret.clone(),
                callback_secret: platform.callback_secret.clone(),
                public_key: platform.public_key.clone(),
            },
            staff_seed: StaffSeed {
                username: "admin".into(),
                password: Alphanumeric.sample_string(&mut rand::rng(), PASSWORD_LETTERS),
            },
        };
        keep_secret(&self.folder.join(PLATFORM), &serde_json::to_string_pretty(&platform)?)?;
        keep_secret(&self.config(), &toml::to_string(&secrets)?)
    }
}

/// 32 random bytes in base64.
fn random_key() -> String {
    BASE64_STANDARD.encode(rand::random::<[u8; 32]>())
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
    fn keys_are_32_bytes_and_never_the_same() {
        let (a, b) = (random_key(), random_key());
        assert_ne!(a, b);
        assert_eq!(BASE64_STANDARD.decode(a).unwrap().len(), 32);
    }
}
