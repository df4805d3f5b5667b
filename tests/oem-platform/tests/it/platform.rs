//! What the platform refuses, and how it calls back. The real server writes and reads the signatures.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use oem_platform::Failure;
use poem::{
    Body, EndpointExt as _, Request, Route, Server, handler,
    http::StatusCode,
    listener::{Acceptor as _, Listener as _, TcpListener},
    post,
    web::Data,
};
use rstest::rstest;
use serde_json::Value;
use server::{
    rules::card,
    service::requests::{Delivery, Particulars, Verified},
    store::{Card, Person},
    sync::{
        adapter::{Adapter as _, Outgoing},
        envelope::Letter,
        signature::{Headers, Keyring},
    },
};
use uuid::Uuid;

use crate::common::{START_MS, World, eventually};

fn letter() -> Letter {
    let card = Card {
        id: Uuid::nil(),
        vehicle_id: None,
        msisdn: "1064802000031".into(),
        iccid: "898604071120C0015291".into(),
        carrier: "china_mobile".into(),
        state: card::State::Active,
    };
    let owner = Person {
        id: Uuid::nil(),
        name: "张三".into(),
        document_type: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        document_index: Vec::new(),
        phone: "13800001234".into(),
        address: None,
        responsible_person_id: None,
        created_at_ms: 0,
    };
    let delivery = Delivery {
        event: "transfer.approved".into(),
        request_id: Uuid::from_u128(2),
        vin: "1M8GDM9AXKP042788".into(),
        cards: vec![card],
        owner,
        responsible: None,
        agent: None,
        reason: None,
        renewal: None,
        vehicle: None,
        verified: Some(Verified { at_ms: START_MS - 1000, policy_version: 1 }),
    };
    Letter { message_id: Uuid::from_u128(1), approved_at_ms: START_MS, delivery }
}

fn written(world: &World, letter: &Letter) -> Outgoing {
    world.adapter().encode(letter, START_MS / 1000).unwrap()
}

/// Status and problem slug.
async fn post_to(world: &World, outgoing: Outgoing) -> (u16, String) {
    let mut request = reqwest::Client::new().post(outgoing.url).body(outgoing.body);
    for (name, value) in outgoing.headers {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    for private in ["张三", "11010519491231002X", "13800001234", &world.keys.secret] {
        assert!(!text.contains(private), "an answer quotes what was sent");
    }
    let body: Value = serde_json::from_str(&text).unwrap();
    (status, body["type"].as_str().unwrap_or_default().to_owned())
}

async fn refused(world: &World, outgoing: Outgoing, status: u16, slug: &str) {
    assert_eq!(post_to(world, outgoing).await, (status, format!("/problems/{slug}")));
    assert!(world.platform.ledger().await.unwrap().is_empty());
}

fn set(outgoing: &mut Outgoing, name: &str, value: &str) {
    let header = outgoing.headers.iter_mut().find(|(known, _)| *known == name).unwrap();
    header.1 = value.to_owned();
}

#[tokio::test]
async fn takes_a_record_once_and_no_other_under_its_id() {
    let world = World::new().await;
    for _ in 0..3 {
        let again = written(&world, &letter());
        assert_eq!(post_to(&world, again).await, (202, String::new()));
    }
    let mut other = letter();
    other.delivery.owner.name = "李四".into();
    let other = written(&world, &other);
    assert_eq!(post_to(&world, other).await, (422, "/problems/message-changed".into()));
    let rows = world.platform.ledger().await.unwrap();
    assert_eq!((rows.len(), rows[0].deliveries), (1, 3));
    assert_eq!(rows[0].name_masked, "张*");

    let url = world.platform.url();
    let page = reqwest::get(format!("{url}/")).await.unwrap().text().await.unwrap();
    assert!(page.contains("张*") && !page.contains("张三"));
    let json = reqwest::get(format!("{url}/ledger")).await.unwrap().text().await.unwrap();
    assert!(json.contains("110105********002X") && !json.contains("11010519491231002X"));
}

#[tokio::test]
async fn takes_a_corrected_record_with_what_the_vehicle_is_and_nothing_in_between() {
    let world = World::new().await;
    let particulars = Particulars {
        engine_number: Some("EA2110384".into()),
        brand: "星途".into(),
        model: "揽月".into(),
        body_colour: "白".into(),
    };
    let mut corrected = letter();
    corrected.delivery.event = "record.corrected".into();
    (corrected.delivery.verified, corrected.delivery.vehicle) = (None, Some(particulars.clone()));
    let mut without = corrected.clone();
    without.delivery.vehicle = None;
    let mut approved = letter();
    approved.delivery.vehicle = Some(particulars);
    let mut unknown = corrected.clone();
    unknown.delivery.event = "record.invented".into();
    for (letter, slug) in [(without, "value"), (approved, "value"), (unknown, "event")] {
        let outgoing = written(&world, &letter);
        refused(&world, outgoing, 422, slug).await;
    }
    let outgoing = written(&world, &corrected);
    assert_eq!(post_to(&world, outgoing).await, (202, String::new()));
}

#[rstest]
#[case("webhook-id", "other", 401, "signature")]
#[case("webhook-id", "a.b", 401, "signature")]
#[case("webhook-timestamp", "1795000001", 401, "signature")]
#[case("webhook-timestamp", "now", 401, "signature")]
#[case("webhook-signature", "v1,AAAA", 401, "signature")]
#[case("content-type", "application/json", 415, "media-type")]
#[tokio::test]
async fn a_changed_header(#[case] name: &str, #[case] value: &str, #[case] status: u16, #[case] slug: &str) {
    let world = World::new().await;
    let mut outgoing = written(&world, &letter());
    set(&mut outgoing, name, value);
    refused(&world, outgoing, status, slug).await;
}

#[tokio::test]
async fn a_changed_body() {
    let world = World::new().await;
    let mut outgoing = written(&world, &letter());
    let at = outgoing.body.iter().position(|byte| *byte == b'2').unwrap();
    outgoing.body[at] = b'3';
    refused(&world, outgoing, 401, "signature").await;
}

#[rstest]
#[case(301)]
#[case(-301)]
#[tokio::test]
async fn outside_of_the_window(#[case] seconds: i64) {
    let world = World::new().await;
    let outgoing = world.adapter().encode(&letter(), START_MS / 1000 + seconds).unwrap();
    refused(&world, outgoing, 401, "signature").await;
}

#[tokio::test]
async fn signed_but_wrong() {
    let world = World::new().await;
    let cases: [fn(&mut Delivery); 9] = [
        |delivery| delivery.vin = "1M8GDM9AXKP04278".into(),
        |delivery| delivery.vin = "LSVAA4184E2100001".into(),
        |delivery| delivery.cards.clear(),
        |delivery| delivery.cards.push(delivery.cards[0].clone()),
        |delivery| delivery.cards[0].iccid = "8985040711200015291".into(),
        |delivery| delivery.cards[0].msisdn = "106480200003".into(),
        |delivery| delivery.owner.document_number = "110105194912310021".into(),
        |delivery| delivery.owner.phone = "12".into(),
        |delivery| delivery.owner.name = " ".into(),
    ];
    for spoil in cases {
        let mut letter = letter();
        spoil(&mut letter.delivery);
        refused(&world, written(&world, &letter), 422, "value").await;
    }
}

#[rstest]
#[case(b"", 422, "event")]
#[case(b"{}", 422, "event")]
#[case(b"[[[[", 422, "event")]
#[case(b"\xff\xfe", 422, "event")]
#[case(&[b' '; 70_000], 413, "too-large")]
#[tokio::test]
async fn signed_nonsense(#[case] body: &[u8], #[case] status: u16, #[case] slug: &str) {
    let world = World::new().await;
    let mut outgoing = written(&world, &letter());
    let secrets: Keyring = world.keys.secret.parse().unwrap();
    set(
        &mut outgoing,
        "webhook-signature",
        &secrets.sign(&Uuid::from_u128(1).to_string(), START_MS / 1000, body),
    );
    outgoing.body = body.to_vec();
    refused(&world, outgoing, status, slug).await;
}

#[tokio::test]
async fn sealed_to_somebody_else() {
    let world = World::new().await;
    let stranger = server::sync::envelope::public_key(&oem_platform::Keys::generate().public_key).unwrap();
    let secrets = world.keys.secret.parse().unwrap();
    let adapter = server::sync::standard::Standard::new(&world.platform.url(), "/test", secrets, stranger);
    refused(&world, adapter.encode(&letter(), START_MS / 1000).unwrap(), 422, "seal").await;
}

#[derive(Default)]
struct Receiver {
    seen: Mutex<Vec<(String, Value)>>,
    outages: AtomicUsize,
}

#[handler]
async fn callback(
    request: &Request,
    body: Body,
    Data((receiver, secrets)): Data<&(Arc<Receiver>, Keyring)>,
) -> StatusCode {
    let body = body.into_vec().await.unwrap();
    let header = |name| request.header(name).unwrap();
    let headers = Headers {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    assert_eq!(secrets.verify(headers, &body, START_MS / 1000), Ok(()));
    let body = serde_json::from_slice(&body).unwrap();
    receiver.seen.lock().unwrap().push((headers.id.to_owned(), body));
    let out = receiver.outages.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if out.is_ok() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
}

/// A server that takes callbacks, and its address.
async fn receiver(world: &World, outages: usize) -> Arc<Receiver> {
    let receiver = Arc::new(Receiver { outages: outages.into(), ..Receiver::default() });
    let secrets: Keyring = world.keys.callback_secret.parse().unwrap();
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    let app = Route::new().at("/callbacks", post(callback)).data((Arc::clone(&receiver), secrets));
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
    world.platform.behave(|behaviour| behaviour.callback_url = Some(format!("http://{address}/callbacks")));
    receiver
}

async fn ledger_state(world: &World) -> (String, i64) {
    let rows = world.platform.ledger().await.unwrap();
    (rows[0].state.clone(), rows[0].callback_attempts)
}

#[rstest]
#[case(None, "confirmed", 1)]
#[case(Some(Failure::Twice), "confirmed", 2)]
#[case(Some(Failure::Reject), "rejected", 1)]
#[tokio::test]
async fn calls_back(#[case] failure: Option<Failure>, #[case] status: &str, #[case] times: usize) {
    let world = World::new().await;
    let receiver = receiver(&world, 0).await;
    world.platform.behave(|behaviour| behaviour.failure = failure);
    assert_eq!(post_to(&world, written(&world, &letter())).await.0, 202);
    eventually(async || ledger_state(&world).await == (status.to_owned(), times as i64)).await;

    let seen = receiver.seen.lock().unwrap();
    assert_eq!(seen.len(), times);
    assert!(seen.iter().all(|call| call == &seen[0]), "a repetition differs");
    let (id, body) = &seen[0];
    assert_eq!(*id, format!("{status}-{}", Uuid::from_u128(1)));
    assert_eq!(body["message_id"], Uuid::from_u128(1).to_string());
    assert_eq!(body["request_id"], Uuid::from_u128(2).to_string());
    assert_eq!(body["vin"], "1M8GDM9AXKP042788");
    assert_eq!(body["status"], status);
    assert_eq!(body.get("reason").is_some_and(Value::is_string), status == "rejected");
    assert_eq!(body["at"], "2026-11-18T11:06:40+00:00");
}

#[tokio::test]
async fn calls_back_again_when_the_server_was_out() {
    let world = World::new().await;
    let receiver = receiver(&world, 1).await;
    assert_eq!(post_to(&world, written(&world, &letter())).await.0, 202);
    eventually(async || ledger_state(&world).await == ("accepted".to_owned(), 1)).await;
    world.clock.forward(1);
    world.platform.behave(|_| {});
    eventually(async || ledger_state(&world).await == ("confirmed".to_owned(), 2)).await;
    let seen = receiver.seen.lock().unwrap();
    assert_eq!(seen[0].0, seen[1].0, "the id of a callback is stable");
}
