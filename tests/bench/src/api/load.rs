//! The mixed load: owners who look, now and then start a transfer and take it back; staff who page and look up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::json;
use server::service::App;

use super::record::{World, iccid, vin};
use crate::load::{self, Answer, Caller, Operation, summed};

/// What is asked, and how often of [`ALL`].
const MIX: [(What, u32); 7] = [
    (What::OwnerVehicles, 30),
    (What::OwnerRequests, 20),
    (What::Transfer, 5),
    (What::Vehicles, 15),
    (What::VehiclesOfBrand, 10),
    (What::Requests, 10),
    (What::LookUp, 10),
];
const ALL: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    OwnerVehicles,
    OwnerRequests,
    Transfer,
    Vehicles,
    VehiclesOfBrand,
    Requests,
    LookUp,
}

/// Asks for `seconds` on each connection.
pub async fn run(app: &App, world: World, connections: usize, seconds: u64) -> Result<Vec<Operation>> {
    let (api, server) = load::serve(app).await?;
    let (world, turn) = (Arc::new(world), Arc::new(AtomicUsize::new(0)));
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers = (0..connections).map(|seed| {
        let asker = Asker {
            caller: Caller::new(&api),
            world: Arc::clone(&world),
            turn: Arc::clone(&turn),
            draw: StdRng::seed_from_u64(seed as u64),
            cursors: [None, None, None],
        };
        tokio::spawn(asker.until(end))
    });
    let mut answers = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        answers.extend(worker.await??);
    }
    server.abort();
    Ok(summed(answers))
}

struct Asker {
    caller: Caller,
    world: Arc<World>,
    /// Owners take turns, so that two seldom hold the same vehicle.
    turn: Arc<AtomicUsize>,
    draw: StdRng,
    /// Where this asker stands in the lists: people page on.
    cursors: [Option<String>; 3],
}

impl Asker {
    async fn until(mut self, end: Instant) -> Result<Vec<Answer>> {
        while Instant::now() < end {
            let mut drawn = self.draw.random_range(0..ALL);
            let what = MIX.iter().find(|(_, weight)| {
                let found = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                found
            });
            self.ask(what.map_or(What::LookUp, |(what, _)| *what)).await?;
        }
        Ok(self.caller.answers)
    }

    async fn ask(&mut self, what: What) -> Result<()> {
        let world = Arc::clone(&self.world);
        let owner = self.turn.fetch_add(1, Ordering::Relaxed) % world.owners.len();
        let (token, vehicle) = &world.owners[owner];
        match what {
            What::OwnerVehicles => {
                self.caller.call("owner: vehicles", Method::GET, "/owner/vehicles", token, None).await?;
            }
            What::OwnerRequests => {
                self.caller.call("owner: requests", Method::GET, "/owner/requests", token, None).await?;
            }
            What::Transfer => {
                let body = json!({"vehicle_id": vehicle});
                let started = self
                    .caller
                    .call("owner: transfer", Method::POST, "/owner/transfers", token, Some(body))
                    .await?;
                if let Some(id) = started["id"].as_str() {
                    let path = format!("/owner/requests/{id}/cancel");
                    self.caller.call("owner: cancel", Method::POST, &path, token, Some(json!({}))).await?;
                }
            }
            What::Vehicles => self.page("console: vehicles", "/console/vehicles?limit=50", 0).await?,
            What::VehiclesOfBrand => {
                let path = "/console/vehicles?limit=50&brand=%E7%BA%A2%E6%97%97&state=unregistered";
                self.page("console: vehicles, filtered", path, 1).await?;
            }
            What::Requests => {
                self.page("console: requests", "/console/requests?limit=50&sort=due", 2).await?
            }
            What::LookUp => {
                let number = self.draw.random_range(0..world.rows);
                let path = if number % 2 == 0 {
                    format!("/console/vehicles?vin={}", vin(number))
                } else {
                    format!("/console/vehicles?iccid={}", iccid(number))
                };
                let found =
                    self.caller.call("console: look-up", Method::GET, &path, &world.staff, None).await?;
                anyhow::ensure!(found["items"].as_array().is_some_and(|items| items.len() == 1), "{found}");
            }
        }
        Ok(())
    }

    /// The next page, or the first one after the last.
    async fn page(&mut self, name: &'static str, path: &str, list: usize) -> Result<()> {
        let path = match &self.cursors[list] {
            Some(cursor) => format!("{path}&cursor={cursor}"),
            None => path.to_owned(),
        };
        let staff = self.world.staff.clone();
        let page = self.caller.call(name, Method::GET, &path, &staff, None).await?;
        self.cursors[list] = page["next"].as_str().map(str::to_owned);
        Ok(())
    }
}
