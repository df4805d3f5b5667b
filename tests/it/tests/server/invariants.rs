//! What must hold whatever people, staff, the platform and the clock do, in whatever order: three people, three cars and
//! everybody's actions drawn at random. A step may be refused; it may never break one of these.

use std::{collections::HashMap, time::Duration};

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    field::{NEW_CAR, OWNED_CAR, build, picture},
    person::{Person, acceptance},
    stage::{Answer, Db, Stage},
};

/// Each holds when it counts nothing.
const LAWS: [(&str, &str); 3] = [
    (
        "Art 14: a card that is open has an owner, whose record stands",
        "SELECT CAST(COUNT(*) AS TEXT) FROM card LEFT JOIN vehicle ON card.vehicle_id = vehicle.id
         WHERE card.state = 'active' AND (vehicle.owner_person_id IS NULL
            OR vehicle.record_state NOT IN ('active', 'sampled', 'rectifying'))",
    ),
    (
        "all cards of a vehicle move together",
        "SELECT CAST(COUNT(*) AS TEXT) FROM (
            SELECT vehicle_id FROM card WHERE state <> 'closed' AND vehicle_id IS NOT NULL GROUP BY vehicle_id
            HAVING COUNT(DISTINCT CASE WHEN state = 'active' THEN 1 ELSE 0 END) > 1) AS torn",
    ),
    (
        "a vehicle has one open request",
        "SELECT CAST(COUNT(*) AS TEXT) FROM (
            SELECT vehicle_id FROM request_vehicle JOIN request ON request.id = request_vehicle.request_id
            WHERE closed_at_ms IS NULL GROUP BY vehicle_id HAVING COUNT(*) > 1) AS doubled",
    ),
];

const VERIFY: usize = 4;
const ACCEPT: usize = 5;
const LEAVE: usize = 6;
const INVITE: usize = 7;
const REVIEW: usize = 8;
const PLATFORM: usize = 9;
const CLOCK: usize = 10;
const DISPUTE: usize = 11;

/// Numbers that differ and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    fn pick<'a>(&mut self, from: &'a [Value]) -> Option<&'a Value> {
        from.get(self.below(from.len()))
    }
}

/// One step of somebody; what came of it, if anything could be tried.
async fn step(stage: &Stage, people: &[Person<'_>], dice: &mut Dice) -> Option<Answer> {
    let person = &people[dice.below(people.len())];
    let vehicles = person.get("/owner/vehicles").await.ok()["items"].clone();
    let requests = person.get("/owner/requests").await.ok()["items"].clone();
    let vehicles = vehicles.as_array()?;
    // Mostly what is still open: a closed one is tried now and then, and must stay as it is.
    let closed_too = dice.below(8) == 0;
    let open = |request: &&Value| closed_too || request["next"]["who"] != "nobody";
    let requests: &Vec<Value> = &requests.as_array()?.iter().filter(open).cloned().collect();
    let of_request = |request: &Value, action: &str| format!("/owner/requests/{}/{action}", id(request));
    let request = dice.pick(requests);
    // Half of the time what the request waits for, so that long lives are common; else anything.
    let action =
        match request.filter(|_| dice.below(2) == 0).map(|request| request["state"].as_str().unwrap()) {
            Some("card_limit_check" | "reason_given") => ACCEPT,
            Some("awaiting_counterparty") => INVITE,
            Some("manual_review") => REVIEW,
            Some("submitted" | "syncing" | "accepted") => PLATFORM,
            Some("disputed") => DISPUTE,
            Some("prior_owner_notified") => LEAVE,
            Some(_) => VERIFY,
            None => dice.below(DISPUTE + 1),
        };
    Some(match action {
        0 => person.post("/owner/transfers", json!({"vehicle_id": dice.pick(vehicles)?["id"]})).await,
        1 => {
            let body = json!({"vehicle_id": dice.pick(vehicles)?["id"], "reason": "lost"});
            person.post("/owner/cancellations", body).await
        }
        2 => {
            let card = dice.pick(dice_cards(vehicles)?)?["id"].clone();
            let (iccid, msisdn) = (dice.below(90_000) + 10_000, dice.below(90_000) + 10_000);
            let body = json!({"card_id": card, "iccid": format!("8986002233000{iccid}25"), "msisdn": format!("14400123{msisdn}")});
            person.post("/owner/replacements", body).await
        }
        3 => {
            let (vin, engine_number) = [NEW_CAR, OWNED_CAR][dice.below(2)];
            let vehicle = json!({"vin": vin, "engine_number": engine_number});
            if dice.below(2) == 0 {
                person.post("/owner/claims", vehicle).await
            } else {
                person.post("/owner/registrations", json!({"vehicles": [vehicle], "address": "x"})).await
            }
        }
        VERIFY => {
            let request = request?;
            for kind in ["vehicle_licence", "loss_report"] {
                let body = json!({"kind": kind, "picture": picture()});
                person.post(&of_request(request, "papers"), body).await;
            }
            let opened = person.post("/owner/verifications", person.request(id(request))).await;
            if opened.status != 201 {
                return Some(opened);
            }
            let draft = crate::person::perform(&opened.body);
            let draft = if dice.below(4) == 0 { draft.show("unclear") } else { draft };
            person.send(&draft).await
        }
        ACCEPT => person.post(&of_request(request?, "accept"), acceptance()).await,
        LEAVE => {
            let action = ["cancel", "decline", "consent", "object"][dice.below(4)];
            person.post(&of_request(request?, action), json!({})).await
        }
        INVITE => {
            let other = &people[dice.below(people.len())];
            let token = requests.iter().find_map(|request| request["invitation_token"].as_str())?;
            other.post(&format!("/owner/invitations/{token}/claim"), json!({})).await
        }
        REVIEW => {
            let staff = stage.staff().await;
            let open = stage.get("/console/reviews", &staff).await.ok();
            let path = format!("/console/reviews/{}", id(dice.pick(open["items"].as_array()?)?));
            stage.post(&format!("{path}/claim"), &staff, json!({})).await;
            let said = json!({"reason": "other", "message": "说明"});
            match dice.below(5) {
                0 => stage.post(&format!("{path}/refuse"), &staff, said).await,
                1 => stage.post(&format!("{path}/send-back"), &staff, said).await,
                _ => stage.post(&format!("{path}/pass"), &staff, json!({})).await,
            }
        }
        PLATFORM => {
            let request = request?;
            let tx = stage.app.store.read().await.unwrap();
            let found = tx.requests().find(id(request).parse().unwrap()).await.unwrap()?;
            let vehicle = tx.vehicles().find(found.vehicle_id().unwrap()).await.unwrap()?;
            drop(tx);
            let webhook_id = Uuid::new_v4().to_string();
            let received = server::service::requests::Received {
                webhook_id: &webhook_id,
                request_id: found.id,
                vin: &vehicle.vin,
            };
            // Refused while the request does not wait for the platform.
            let _ = match dice.below(5) {
                0 => server::service::requests::platform_rejected(&stage.app, received, None).await,
                _ => server::service::requests::platform_confirmed(&stage.app, received).await,
            };
            return None;
        }
        CLOCK => {
            stage.clock.turn(Duration::from_secs(dice.below(3) as u64 * 24 * 3600));
            server::service::housekeeping::tidy(&stage.app).await;
            return None;
        }
        _ => {
            let (staff, request) = (stage.staff().await, request?);
            let path = format!("/console/requests/{}", id(request));
            if request["state"] == "disputed" {
                let outcome = ["dismissed", "upheld"][dice.below(2)];
                let body = json!({"outcome": outcome, "message": "说明"});
                stage.post(&format!("{path}/settlement"), &staff, body).await
            } else {
                stage.post(&format!("{path}/dispute"), &staff, json!({"message": "说明"})).await
            }
        }
    })
}

fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

fn dice_cards(vehicles: &[Value]) -> Option<&[Value]> {
    vehicles.first()?["cards"].as_array().map(Vec::as_slice)
}

/// Requests that are closed, with their version: it may never change again.
async fn remember_closed(stage: &Stage, people: &[Person<'_>], closed: &mut HashMap<Uuid, i64>) {
    for person in people {
        let seen = person.get("/owner/requests").await.ok();
        for request in seen["items"].as_array().unwrap() {
            let tx = stage.app.store.read().await.unwrap();
            let found = tx.requests().find(id(request).parse().unwrap()).await.unwrap().unwrap();
            if found.state.is_closed() {
                let before = *closed.entry(found.id).or_insert(found.version);
                assert_eq!(before, found.version, "a closed request changed: {}", found.state);
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn whatever_happens(#[values(Db::Sqlite, Db::Postgres)] db: Db, #[values(1, 2)] seed: u64) {
    let settings = |config: &mut server::config::Config| {
        config.sign_in.owner_hours = 100_000;
        config.sign_in.staff_hours = 100_000;
        config.policy.first_mut().unwrap().daily_cap = 1_000;
        config.verification.per_account_per_hour = 100_000;
    };
    let Some(stage) = Stage::up_with(db, settings).await else { return };
    build(&stage, NEW_CAR, 2).await;
    let third = Person::new(&stage, "13700003333", "王芳", "110105199003070025").await;
    let people = [Person::owner(&stage).await, Person::buyer(&stage).await, third];
    for person in &people {
        person.consent().await;
    }
    let (mut dice, mut closed, mut worked) = (Dice(seed), HashMap::new(), 0);
    for round in 0..200 {
        if let Some(answer) = step(&stage, &people, &mut dice).await {
            assert!(!answer.status.is_server_error(), "{answer:?}");
            worked += usize::from(answer.status.is_success());
        }
        let broken = LAWS.map(|(_, broken)| format!("({broken})")).join(" || ");
        let broken = stage.ask(&format!("SELECT {broken}")).await;
        assert_eq!(broken, "000", "of {:?}, in round {round}", LAWS.map(|(law, _)| law));
        if round % 25 == 0 {
            remember_closed(&stage, &people, &mut closed).await;
        }
    }
    remember_closed(&stage, &people, &mut closed).await;
    assert!(worked > 40 && closed.len() > 3, "{worked} steps worked, {} requests ended", closed.len());
}
