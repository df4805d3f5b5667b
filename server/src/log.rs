//! Logs: one JSON object per line on standard error, without personal data.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    config::Telemetry,
    traces::{self, SetupError, Traces},
};

/// Installs the log of the process and, if configured, the traces; hold the latter as long as the process works.
/// `RUST_LOG` changes what is written; by default that is `info`, and of the libraries only warnings.
///
/// # Errors
/// The traces cannot be set up.
pub fn install(telemetry: &Telemetry) -> Result<Option<Traces>, SetupError> {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,server=info,ownerproof=info"));
    let log = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    let traces = traces::configured(telemetry)?;
    let layer = traces.as_ref().map(Traces::layer);
    // Installed already by a test or an embedding program: that one stays.
    let _ = tracing_subscriber::registry().with(filter).with(log).with(layer).try_init();
    Ok(traces)
}
