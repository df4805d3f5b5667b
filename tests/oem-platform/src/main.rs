//! `oem-platform`: runs the reference OEM platform, or draws keys for it.

use std::{io::Write as _, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use oem_platform::{Behaviour, Config, Failure, Keys, start};

/// The reference OEM platform.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Option<Serve>,
}

#[derive(Subcommand)]
enum Command {
    /// Draw a set of keys and print it as JSON.
    Keys,
}

/// Receive records and confirm them.
#[derive(Args)]
struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8100")]
    listen: SocketAddr,
    /// SQLite file of the ledger, created when missing.
    #[arg(long)]
    database: PathBuf,
    /// Where confirmations go: the server's /api/v1/oem/callbacks.
    #[arg(long)]
    callback_url: Option<String>,
    /// Secret of the deliveries, whsec_….
    #[arg(long, env = "OEM_PLATFORM_SECRET", hide_env_values = true)]
    secret: String,
    /// Secret of the callbacks, whsec_….
    #[arg(long, env = "OEM_PLATFORM_CALLBACK_SECRET", hide_env_values = true)]
    callback_secret: String,
    /// Private key that opens the sealed personal data, base64.
    #[arg(long, env = "OEM_PLATFORM_PRIVATE_KEY", hide_env_values = true)]
    private_key: String,
    /// Time between accepting and confirming, milliseconds.
    #[arg(long, default_value_t = 2000)]
    confirm_after_ms: u64,
    /// Misbehave.
    #[arg(long, value_enum)]
    fail: Option<Failure>,
    /// Misbehave for the first N deliveries only.
    #[arg(long, value_name = "N", requires = "fail")]
    fail_first: Option<u32>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match (cli.command, cli.serve) {
        (Some(Command::Keys), _) => {
            let keys = serde_json::to_string_pretty(&Keys::generate())?;
            Ok(writeln!(std::io::stdout(), "{keys}")?)
        }
        (None, Some(options)) => serve(options).await,
        (None, None) => Ok(Cli::command().print_help()?),
    }
}

async fn serve(options: Serve) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,sqlx=warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let running = start(Config {
        listen: options.listen,
        database: options.database,
        secret: options.secret,
        callback_secret: options.callback_secret,
        private_key: options.private_key,
        behaviour: Behaviour {
            callback_url: options.callback_url,
            confirm_after: Duration::from_millis(options.confirm_after_ms),
            failure: options.fail,
            failures_left: options.fail_first,
        },
        clock: Arc::new(|| chrono::Utc::now().timestamp_millis()),
    })
    .await?;
    tracing::info!(url = running.url(), "listening");
    interrupted().await.context("signals")?;
    running.stop().await
}

/// Ends at the first Ctrl-C or SIGTERM.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
