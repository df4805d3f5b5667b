//! `authority`: runs the stand-in.

use std::net::SocketAddr;

use authority::{Config, start};
use clap::Parser;

/// A stand-in for an outside authority that vouches for people.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8110")]
    listen: SocketAddr,
    /// Where visitors find it; by default where it listens.
    #[arg(long)]
    public_url: Option<String>,
    /// Secret of the questions, base64.
    #[arg(long, env = "AUTHORITY_REQUEST_SECRET", hide_env_values = true)]
    request_secret: String,
    /// Secret of the answers, base64.
    #[arg(long, env = "AUTHORITY_ANSWER_SECRET", hide_env_values = true)]
    answer_secret: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Cli { listen, public_url, request_secret, answer_secret } = Cli::parse();
    start(Config { listen, public_url, request_secret, answer_secret }).await?.wait().await
}
