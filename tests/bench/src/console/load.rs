//! What handlers do all day: look at the queue, search, open a case.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::Method;
use serde_json::{Value, json};
use server::service::App;

use super::record::{World, dealer, phone};
use crate::load::{Answer, Caller, Operation, serve, summed};

/// What is asked, one as often as the other.
#[derive(Clone, Copy, Debug)]
enum What {
    Queue,
    Filtered,
    ByPhone,
    RareText,
    FrequentText,
    TwoWords,
    Open,
}

const ALL: [What; 7] = [
    What::Queue,
    What::Filtered,
    What::ByPhone,
    What::RareText,
    What::FrequentText,
    What::TwoWords,
    What::Open,
];

/// Asks for `seconds` on each connection.
pub async fn run(app: &App, world: World, connections: usize, seconds: u64) -> Result<Vec<Operation>> {
    let (api, server) = serve(app).await?;
    let world = Arc::new(world);
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers = (0..connections).map(|seed| {
        let handler = Handler {
            caller: Caller::new(&api),
            world: Arc::clone(&world),
            draw: StdRng::seed_from_u64(seed as u64),
            seen: Vec::new(),
            next: None,
        };
        tokio::spawn(handler.until(end))
    });
    let mut answers = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        answers.extend(worker.await??);
    }
    server.abort();
    Ok(summed(answers))
}

struct Handler {
    caller: Caller,
    world: Arc<World>,
    draw: StdRng,
    /// Cases of the last list.
    seen: Vec<String>,
    /// Where this handler stands in the queue: people page on.
    next: Option<String>,
}

impl Handler {
    async fn until(mut self, end: Instant) -> Result<Vec<Answer>> {
        self.ask(What::Queue).await?;
        while Instant::now() < end {
            let what = ALL.choose(&mut self.draw).copied().unwrap_or(What::Queue);
            self.ask(what).await?;
        }
        Ok(self.caller.answers)
    }

    async fn ask(&mut self, what: What) -> Result<()> {
        let number = self.draw.random_range(0..self.world.rows);
        match what {
            What::Queue => {
                let cursor = self.next.take().map(|next| format!("&cursor={next}")).unwrap_or_default();
                let path = format!("/console/complaints?open=true&snoozed=false&limit=50{cursor}");
                let page = self.call("1 queue", Method::GET, &path, None).await?;
                self.next = page["next"].as_str().map(str::to_owned);
            }
            What::Filtered => {
                let query = json!({"kinds": ["fee"], "region": "44", "sort": "received"});
                self.search("2 list, filtered", query).await?;
            }
            What::ByPhone => {
                let found = self.search("3 search: phone", json!({"phone": phone(number)})).await?;
                ensure!((1..=2).contains(&found), "{found}");
            }
            What::RareText => {
                let found = self.search("4 search: rare text", json!({"text": dealer(number)})).await?;
                ensure!(found >= 1);
            }
            What::FrequentText => {
                let query = json!({"text": "登记", "sort": "received"});
                ensure!(self.search("5 search: frequent text", query).await? == 50);
            }
            What::TwoWords => {
                let query = json!({"text": "原车主 登记证书", "sort": "received"});
                ensure!(self.search("6 search: two words", query).await? == 50);
            }
            What::Open => {
                let Some(id) = self.seen.choose(&mut self.draw).cloned() else { return Ok(()) };
                let path = format!("/console/complaints/{id}");
                self.call("7 open a case", Method::GET, &path, None).await?;
            }
        }
        Ok(())
    }

    async fn search(&mut self, name: &'static str, query: Value) -> Result<usize> {
        let page = self.call(name, Method::POST, "/console/complaints/search?limit=50", Some(query)).await?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    }

    async fn call(
        &mut self,
        name: &'static str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let answer = self.caller.call(name, method, path, &self.world.staff, body).await?;
        let ids = answer["items"].as_array().into_iter().flatten();
        let ids: Vec<String> = ids.filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect();
        if !ids.is_empty() {
            self.seen = ids;
        }
        Ok(answer)
    }
}
