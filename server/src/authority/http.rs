//! An authority reached over HTTP, every question and every answer signed (Standard Webhooks, a secret each way).
//!
//! | Question | Answer |
//! |---|---|
//! | `POST /v1/visits` `{id, name, document_type, document_number, return_url}` | `{id, token, url}` |
//! | `POST /v1/visits/outcome` `{id, token}` | `{id, outcome}`: `pending`, `confirmed`, `denied`, `undecided` |
//!
//! The answer carries the question's `webhook-id`, so that no answer fits another question.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Answer, Authority, Silence, Subject, Visit, Word};
use crate::{
    config,
    sync::{
        install_tls,
        signature::{Headers, ID, Keyring, SIGNATURE, SecretError, TIMESTAMP},
    },
};

/// How long an answer is waited for: a person stands before the screen.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// Longest address or token taken, in characters.
const LONGEST_TEXT: usize = 2_048;

/// Why the authority of the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A secret.
    #[error("authority.{0}: {1}")]
    Secret(&'static str, SecretError),
    /// Its address.
    #[error("authority.url is not an http or https address")]
    Url,
    /// The HTTP client.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// The authority of the configuration.
pub struct Http {
    url: String,
    asks: Keyring,
    answers: Keyring,
    http: reqwest::Client,
}

#[derive(Serialize)]
struct Announcement<'a> {
    id: Uuid,
    name: &'a str,
    document_type: &'a str,
    document_number: &'a str,
    return_url: &'a str,
}

#[derive(Serialize)]
struct Question<'a> {
    id: Uuid,
    token: &'a str,
}

#[derive(Deserialize)]
struct Begun {
    id: Uuid,
    token: String,
    url: String,
}

#[derive(Deserialize)]
struct Finished {
    id: Uuid,
    outcome: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Pending,
    Confirmed,
    Denied,
    Undecided,
}

impl Http {
    /// The authority; `None` when the configuration names none.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn configured(settings: &config::Authority) -> Result<Option<Self>, SetupError> {
        if settings.url.is_empty() {
            return Ok(None);
        }
        if !is_address(&settings.url) {
            return Err(SetupError::Url);
        }
        let keys = |name, secret: &secrecy::SecretString| {
            secret.expose_secret().parse().map_err(|error| SetupError::Secret(name, error))
        };
        install_tls();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A signed question goes where it was addressed, or nowhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Some(Self {
            url: settings.url.trim_end_matches('/').to_owned(),
            asks: keys("request_secret", &settings.request_secret)?,
            answers: keys("answer_secret", &settings.answer_secret)?,
            http,
        }))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        now_ms: i64,
    ) -> Result<T, Silence> {
        let body = serde_json::to_vec(question).map_err(|_| Silence::Malformed)?;
        let (id, now_s) = (Uuid::new_v4().to_string(), now_ms.div_euclid(1000));
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header(ID, &id)
            .header(TIMESTAMP, now_s)
            .header(SIGNATURE, self.asks.sign(&id, now_s, &body))
            .body(body);
        let mut response = request.send().await.map_err(|_| Silence::Down)?;
        if !response.status().is_success() {
            return Err(Silence::Down);
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Silence::Down)? {
            answer.extend_from_slice(&chunk);
            if answer.len() > LONGEST_ANSWER {
                return Err(Silence::Malformed);
            }
        }
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let headers = Headers {
            id: header(ID).filter(|answered| *answered == id).ok_or(Silence::Signature)?,
            timestamp: header(TIMESTAMP).unwrap_or_default(),
            signature: header(SIGNATURE).unwrap_or_default(),
        };
        self.answers.verify(headers, &answer, now_s).map_err(|_| Silence::Signature)?;
        serde_json::from_slice(&answer).map_err(|_| Silence::Malformed)
    }
}

impl Authority for Http {
    fn begin<'a>(&'a self, subject: Subject<'a>, now_ms: i64) -> Answer<'a, Visit> {
        Box::pin(async move {
            let Subject { verification, name, document_type, document_number, return_url } = subject;
            let question =
                Announcement { id: verification, name, document_type, document_number, return_url };
            let Begun { id, token, url } = self.ask("/v1/visits", &question, now_ms).await?;
            let usable = id == verification
                && is_address(&url)
                && (1..=LONGEST_TEXT).contains(&token.len())
                && url.len() <= LONGEST_TEXT;
            usable.then_some(Visit { token, url }).ok_or(Silence::Malformed)
        })
    }

    fn finish<'a>(&'a self, verification: Uuid, token: &'a str, now_ms: i64) -> Answer<'a, Word> {
        Box::pin(async move {
            let question = Question { id: verification, token };
            let Finished { id, outcome } = self.ask("/v1/visits/outcome", &question, now_ms).await?;
            match outcome {
                _ if id != verification => Err(Silence::Malformed),
                Outcome::Pending => Ok(Word::Pending),
                Outcome::Confirmed => Ok(Word::Confirmed),
                Outcome::Denied => Ok(Word::Denied),
                Outcome::Undecided => Ok(Word::Undecided),
            }
        })
    }
}

/// The owner app opens what the authority names: nothing but a page.
fn is_address(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
