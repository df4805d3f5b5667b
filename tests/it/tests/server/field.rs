//! What happens outside of the server: cars are built, papers photographed, the platform answers.

use std::io::Cursor;

use base64::{Engine, prelude::BASE64_STANDARD};
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};
use server::{
    rules::card::{Event, State},
    service::requests::{Received, platform_confirmed, platform_rejected},
    store::{NewCard, NewVehicle},
};
use uuid::Uuid;

use crate::{
    person::{Person, acceptance},
    stage::Stage,
};

/// VIN and engine number of a car nobody is registered for.
pub const NEW_CAR: (&str, &str) = ("1M8GDM9AXKP042788", "EN778899");
/// Another one.
pub const SECOND_CAR: (&str, &str) = ("LSVAA4180E2100009", "EN112233");
/// VIN and engine number of the demonstration's first car.
pub const OWNED_CAR: (&str, &str) = ("LSVAM4186C2184841", "EA2110384");

/// Builds a car with cards of one carrier, sold but not registered; its id.
pub async fn build(stage: &Stage, (vin, engine_number): (&str, &str), cards: usize) -> Uuid {
    let (app, id) = (&stage.app, stage.app.id());
    let tx = app.store.begin().await.unwrap();
    let vehicle = NewVehicle {
        id,
        vin,
        engine_number: Some(engine_number),
        brand: "星途",
        model: "凌云",
        body_colour: "白",
        owner_person_id: None,
    };
    tx.vehicles().insert(vehicle, app.now_ms()).await.unwrap();
    for at in 0..cards {
        let (iccid, msisdn) =
            (format!("8986002{}{at:02}", &vin[6..17]), format!("10648{}{at:02}", &digits(vin)));
        let card = NewCard {
            id: app.id(),
            vehicle_id: Some(id),
            batch_id: None,
            msisdn: &msisdn,
            iccid: &to_hex(&iccid),
            carrier: "china_mobile",
            state: State::Sold,
        };
        tx.cards().insert(card, Event::Sold, app.now_ms()).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

fn digits(vin: &str) -> String {
    vin.bytes().rev().take(6).map(|byte| char::from(b'0' + byte % 10)).collect()
}

fn to_hex(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_hexdigit() { c } else { '7' }).collect()
}

/// A photographed paper, in base64.
pub fn picture() -> String {
    let mut file = Cursor::new(Vec::new());
    RgbImage::new(64, 48).write_to(&mut file, ImageFormat::Png).unwrap();
    BASE64_STANDARD.encode(file.into_inner())
}

/// Sends a paper of a request.
pub async fn paper(person: &Person<'_>, request: &str, kind: &str) -> Value {
    let body = json!({"kind": kind, "picture": picture()});
    person.post(&format!("/owner/requests/{request}/papers"), body).await.ok()
}

/// Consents to pictures and passes.
pub async fn pass(person: &Person<'_>, request: &str) {
    person.consent().await;
    assert_eq!(person.verify(request).await["outcome"], "passed");
}

/// Accepts notice and agreement; the state after it.
pub async fn accept(person: &Person<'_>, request: &str) -> String {
    let seen = person.post(&format!("/owner/requests/{request}/accept"), acceptance()).await.ok();
    seen["state"].as_str().unwrap().to_owned()
}

/// The platform decides about one vehicle of a request.
pub async fn platform(stage: &Stage, request: &str, vin: &str, confirms: bool) {
    let webhook_id = Uuid::new_v4().to_string();
    let received = Received { webhook_id: &webhook_id, request_id: request.parse().unwrap(), vin };
    if confirms {
        platform_confirmed(&stage.app, received).await.unwrap();
    } else {
        platform_rejected(&stage.app, received, None).await.unwrap();
    }
}

/// Staff decide the only open review: `pass`, or `refuse` and `send-back` with a sentence.
pub async fn review(stage: &Stage, decision: &str) {
    let staff = stage.staff().await;
    let open = stage.get("/console/reviews", &staff).await.ok();
    let items = open["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{open}");
    let path = format!("/console/reviews/{}", items[0]["id"].as_str().unwrap());
    stage.post(&format!("{path}/claim"), &staff, json!({})).await.ok();
    let body = json!({"reason": "other", "message": "请补充材料"});
    let body = if decision == "pass" { json!({}) } else { body };
    stage.post(&format!("{path}/{decision}"), &staff, body).await.ok();
}

/// States of a person's vehicles' records and of all their cards, as the person sees them.
pub async fn vehicles(person: &Person<'_>) -> Vec<(String, Vec<String>)> {
    let vehicles = person.get("/owner/vehicles").await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = vehicles["items"].as_array().unwrap().iter();
    let cards =
        |item: &Value| item["cards"].as_array().unwrap().iter().map(|card| text(&card["state"])).collect();
    items.map(|item| (text(&item["record"]), cards(item))).collect()
}
