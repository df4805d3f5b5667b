//! What the server tells those who run it: figures and traces, without personal data.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use poem::{
    Endpoint, EndpointExt, Route, handler,
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};
use reqwest::Method;
use rstest::rstest;
use server::{api, config::Telemetry};

use crate::{
    person::Person,
    stage::{Db, Stage},
};

/// Serves beside the stage; its address.
async fn beside(routes: impl Endpoint + 'static) -> String {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
    tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(routes));
    format!("http://{address}")
}

/// The value of the line that starts with `line`.
fn value<'a>(text: &'a str, line: &str) -> Option<&'a str> {
    text.lines().find_map(|found| found.strip_prefix(line)).map(str::trim)
}

#[rstest]
#[tokio::test]
async fn figures_name_operations_and_what_waits(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let url = beside(api::metrics(stage.app.clone())).await;
    let read = || async { reqwest::get(format!("{url}/metrics")).await.unwrap().text().await.unwrap() };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    owner.consent().await;
    owner.send(&owner.perform(&transfer).await.show("unclear")).await.ok();
    stage.raw(Method::GET, "/api/v1/owner/transfers/secret-number").send().await.unwrap();
    stage.raw(Method::from_bytes(b"BREW").unwrap(), "/13800001234").send().await.unwrap();

    let text = read().await;
    let count = |operation: &str, method: &str, status: &str| {
        let labels = format!("operation=\"{operation}\",method=\"{method}\",status=\"{status}\"");
        value(&text, &format!("ownerproof_request_duration_seconds_count{{{labels}}}"))
    };
    assert_eq!(count("owner_consent", "POST", "2xx"), Some("1"), "{text}");
    assert_eq!(count("other", "other", "4xx"), Some("1"), "{text}");
    assert_eq!(value(&text, "ownerproof_verdicts_total{outcome=\"manual_review\"}"), Some("1"));
    assert_eq!(value(&text, "ownerproof_reviews{state=\"open\"}"), Some("1"));
    assert_eq!(value(&text, "ownerproof_reviews{state=\"overdue\"}"), Some("0"));
    assert_eq!(value(&text, "ownerproof_engine_seats{state=\"free\"}"), Some("1"));
    assert_eq!(value(&text, "ownerproof_people_with_a_face"), Some("1"));
    assert!(value(&text, "ownerproof_calendar_days").is_some());
    for private in ["secret-number", "13800001234", transfer.as_str()] {
        assert!(!text.contains(private), "{private}");
    }
    stage.clock.turn(Duration::from_secs(25 * 3600));
    assert_eq!(value(&read().await, "ownerproof_reviews{state=\"overdue\"}"), Some("1"));
    assert_eq!(
        stage.raw(Method::GET, "/metrics").send().await.unwrap().status(),
        404,
        "not on the public address"
    );
}

#[handler]
fn collect(body: Vec<u8>, Data(taken): Data<&Arc<Mutex<Vec<u8>>>>) {
    taken.lock().unwrap().extend(body);
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_name_operations_and_nobody() {
    let taken: Arc<Mutex<Vec<u8>>> = Arc::default();
    let collector = Route::new().at("/v1/traces", poem::post(collect)).data(taken.clone());
    let telemetry = Telemetry { otlp_endpoint: beside(collector).await, ..Telemetry::default() };
    let traces = server::log::install(&telemetry).unwrap().unwrap();

    let stage = Stage::up(Db::Sqlite).await.unwrap();
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    owner.get(&format!("/owner/requests/{transfer}")).await.ok();
    tokio::task::spawn_blocking(move || traces.finish()).await.unwrap();

    let taken = taken.lock().unwrap();
    let sent = String::from_utf8_lossy(&taken);
    for told in ["ownerproof", "owner_sign_in", "transfer_start", "http.response.status_code"] {
        assert!(sent.contains(told), "{told} is not in {} bytes", taken.len());
    }
    for private in [&transfer, server::service::seed::DEMO_PHONE, &owner.token, "/owner/", "127.0.0.1"] {
        assert!(!sent.contains(private), "{private}");
    }
}
