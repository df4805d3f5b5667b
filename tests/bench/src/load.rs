//! The server over HTTP, asked and timed.

use std::time::Instant;

use anyhow::{Context, Result};
use poem::listener::{Acceptor, Listener, TcpListener};
use reqwest::{Client, Method};
use serde::Serialize;
use serde_json::Value;
use server::{api, service::App};
use tokio::task::JoinHandle;

/// One operation; times in milliseconds.
#[derive(Serialize)]
pub struct Operation {
    pub name: &'static str,
    pub requests: usize,
    /// Answers that were not a success.
    pub refused: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// One answer: operation, milliseconds, whether it was a success.
pub type Answer = (&'static str, f64, bool);

/// Starts the server on a free port; the address of its API.
pub async fn serve(app: &App) -> Result<(String, JoinHandle<std::io::Result<()>>)> {
    server::sync::install_tls();
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    let address =
        acceptor.local_addr().first().and_then(|at| at.as_socket_addr().copied()).context("port")?;
    let task = tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(api::routes(app.clone())));
    Ok((format!("http://{address}/api/v1"), task))
}

/// Somebody who asks one thing after the other.
pub struct Caller {
    http: Client,
    api: String,
    pub answers: Vec<Answer>,
}

impl Caller {
    pub fn new(api: &str) -> Self {
        Self { http: Client::new(), api: api.to_owned(), answers: Vec::new() }
    }

    /// Asks, and writes down how long the answer took.
    pub async fn call(
        &mut self,
        name: &'static str,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let mut request = self.http.request(method, format!("{}{path}", self.api)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let started = Instant::now();
        let answer = request.send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        let value = serde_json::from_slice(&body).unwrap_or_default();
        anyhow::ensure!(!status.is_server_error(), "{name}: {status} {value}");
        self.answers.push((name, took, status.is_success()));
        Ok(value)
    }
}

/// The answers by operation.
pub fn summed(mut answers: Vec<Answer>) -> Vec<Operation> {
    answers.sort_by(|a, b| a.0.cmp(b.0).then(a.1.total_cmp(&b.1)));
    let groups = answers.chunk_by(|a, b| a.0 == b.0);
    let quantile = |group: &[Answer], share: f64| {
        let place = ((group.len() - 1) as f64 * share).round() as usize;
        group[place].1
    };
    let operation = |group: &[Answer]| Operation {
        name: group[0].0,
        requests: group.len(),
        refused: group.iter().filter(|(_, _, fine)| !fine).count(),
        p50_ms: quantile(group, 0.5),
        p99_ms: quantile(group, 0.99),
    };
    groups.map(operation).collect()
}
