//! Logs: one JSON object per line on standard error, without personal data.

use tracing_subscriber::EnvFilter;

/// Installs the log of the process. `RUST_LOG` changes what is written; by default that is `info`, and of the
/// libraries only warnings.
pub fn install() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,server=info,ownerproof=info"));
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // Installed already by a test or an embedding program: that one stays.
    let _ = log.try_init();
}
