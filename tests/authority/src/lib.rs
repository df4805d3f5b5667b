//! A stand-in for an authority that vouches for people (网号, 网证, ID photo service).
//!
//! It shares no code with the server on purpose. It checks the signature of every question, knows nobody, and says
//! about each visitor what it was told to say, or what the visitor presses on its page.
//!
//! | Request | Answer |
//! |---|---|
//! | `POST /v1/visits` | `{id, token, url}`, signed |
//! | `POST /v1/visits/outcome` | `{id, outcome}`, signed |
//! | `GET /visits/:token` | a page with three buttons, one for each outcome |
//! | `POST /visits/:token` | `outcome=confirmed`: back to where the visitor came from |
//! | `GET /healthz` | 200 |

mod page;
mod signed;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use poem::{
    EndpointExt, Request, Response, Route, Server, get, handler,
    http::StatusCode,
    listener::{Acceptor as _, Listener as _, TcpListener},
    post,
    web::Data,
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use uuid::Uuid;

use signed::Secret;

/// What the authority needs to start.
pub struct Config {
    /// Address to listen on; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Where visitors find it; by default where it listens.
    pub public_url: Option<String>,
    /// The secret (base64, with or without `whsec_`) questions are signed with.
    pub request_secret: String,
    /// The secret answers are signed with.
    pub answer_secret: String,
}

/// What it says about a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The visitor has not finished.
    Pending,
    /// It is the person.
    Confirmed,
    /// It is not.
    Denied,
    /// It cannot say.
    Undecided,
}

/// A way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Answers 503.
    Down,
    /// Signs with another secret.
    WrongSecret,
    /// Signs an answer to another question.
    OtherQuestion,
    /// Signs what is no answer.
    Nonsense,
}

/// Someone the server announced.
struct Visit {
    id: Uuid,
    return_url: String,
    outcome: Outcome,
}

struct Authority {
    url: String,
    request_secret: Secret,
    answer_secret: Secret,
    visits: Mutex<HashMap<String, Visit>>,
    failure: Mutex<Option<Failure>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An authority at work. Dropping it stops it.
pub struct Running {
    /// Its base address.
    pub url: String,
    authority: Arc<Authority>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Lets it say this about everybody who is there.
    pub fn say(&self, outcome: Outcome) {
        locked(&self.authority.visits).values_mut().for_each(|visit| visit.outcome = outcome);
    }

    /// Lets it misbehave, or no longer.
    pub fn fail(&self, failure: Option<Failure>) {
        *locked(&self.authority.failure) = failure;
    }

    /// How many visitors were announced.
    pub fn visits(&self) -> usize {
        locked(&self.authority.visits).len()
    }

    /// Runs until the server ends.
    ///
    /// # Errors
    /// The server had failed.
    pub async fn wait(mut self) -> anyhow::Result<()> {
        Ok((&mut self.server).await??)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Starts the authority in this process.
///
/// # Errors
/// A secret that cannot be read, an address that is taken.
pub async fn start(config: Config) -> anyhow::Result<Running> {
    let acceptor = TcpListener::bind(config.listen).into_acceptor().await.context("listen")?;
    let address = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
    let url = config.public_url.unwrap_or(format!("http://{}", address.context("no local address")?));
    let authority = Arc::new(Authority {
        url: url.clone(),
        request_secret: config.request_secret.parse().context("request secret")?,
        answer_secret: config.answer_secret.parse().context("answer secret")?,
        visits: Mutex::default(),
        failure: Mutex::default(),
    });
    let routes = Route::new()
        .at("/v1/visits", post(announce))
        .at("/v1/visits/outcome", post(tell))
        .at("/visits/:token", get(page::show).post(page::press))
        .at("/healthz", get(healthz))
        .data(Arc::clone(&authority));
    let server = tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
    Ok(Running { url, authority, server })
}

#[handler]
fn healthz() -> &'static str {
    "ok"
}

/// A person to be vouched for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Announcement {
    id: Uuid,
    name: String,
    document_type: String,
    document_number: String,
    return_url: String,
}

#[handler]
async fn announce(request: &Request, body: Vec<u8>, authority: Data<&Arc<Authority>>) -> Response {
    authority.answer(request, &body, |announcement: Announcement| {
        let Announcement { id, name, document_type, document_number, return_url } = announcement;
        if [name, document_type, document_number].iter().any(String::is_empty) {
            return None;
        }
        let token = Uuid::new_v4().simple().to_string();
        let url = format!("{}/visits/{token}", authority.url);
        let visit = Visit { id, return_url, outcome: Outcome::Pending };
        locked(&authority.visits).insert(token.clone(), visit);
        Some(serde_json::json!({"id": id, "token": token, "url": url}))
    })
}

/// What came of a visit?
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: Uuid,
    token: String,
}

#[handler]
async fn tell(request: &Request, body: Vec<u8>, authority: Data<&Arc<Authority>>) -> Response {
    authority.answer(request, &body, |Question { id, token }| {
        let visits = locked(&authority.visits);
        let visit = visits.get(&token).filter(|visit| visit.id == id)?;
        Some(serde_json::json!({"id": id, "outcome": visit.outcome}))
    })
}

impl Authority {
    /// Checks a question and signs what `reply` makes of it.
    fn answer<Q: serde::de::DeserializeOwned>(
        &self,
        request: &Request,
        body: &[u8],
        reply: impl FnOnce(Q) -> Option<serde_json::Value>,
    ) -> Response {
        let failure = *locked(&self.failure);
        let plain = |status: StatusCode| Response::builder().status(status).finish();
        if failure == Some(Failure::Down) {
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        }
        let Some(id) = self.request_secret.verify(request.headers(), body) else {
            return plain(StatusCode::UNAUTHORIZED);
        };
        let Some(reply) = serde_json::from_slice(body).ok().and_then(reply) else {
            return plain(StatusCode::UNPROCESSABLE_ENTITY);
        };
        let reply = match failure {
            Some(Failure::Nonsense) => "{}".to_owned(),
            _ => reply.to_string(),
        };
        let id = if failure == Some(Failure::OtherQuestion) { "another".to_owned() } else { id };
        let secret =
            if failure == Some(Failure::WrongSecret) { &self.request_secret } else { &self.answer_secret };
        let timestamp = signed::now_s();
        Response::builder()
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", secret.sign(&id, timestamp, reply.as_bytes()))
            .body(reply)
    }
}
