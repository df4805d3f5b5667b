//! What happens to complaints by themselves: staff are told of clocks, what was put aside wakes, what was answered
//! closes.

use std::{sync::Arc, time::Duration};

use chrono::Weekday;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    config::{Complaint as Settings, Config, Target},
    rules::{
        calendar::Office,
        complaint::{Channel, Event, Kind, Outcome, State},
        rights::Role,
    },
    service::{
        App, Expected,
        complaints::{self, About, NewComplaint},
        housekeeping,
        staff::{self, By},
    },
    store::{Complaint, StaffMember},
};
use uuid::Uuid;

use crate::stage::{Db, Stage};

const DAY: Duration = Duration::from_secs(24 * 3600);
const ANY: &Expected = &Expected::ANY;
const PASSWORD: &str = "not a short one";

/// An office that never closes but on holidays, so that it does not matter when the tests run.
fn always(config: &mut Config) {
    use Weekday::*;
    let hours = vec!["00:00-24:00".parse().unwrap()];
    config.complaint.office = Office { weekdays: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], hours };
    config.complaint.target = Target { first_response_minutes: Some(30), resolution_minutes: Some(60) };
}

async fn hire(app: &App, name: &str, role: Role) -> StaffMember {
    staff::add(app, By::Operator, name, PASSWORD.into(), vec![role]).await.unwrap().member
}

async fn sign_in(stage: &Stage, name: &str) -> String {
    let body = json!({"username": name, "password": PASSWORD});
    let answer = stage.call(Method::POST, "/console/sessions", None, Some(body)).await.ok();
    answer["token"].as_str().unwrap().to_owned()
}

/// A complaint, and whose account filed it.
async fn filed(app: &App) -> (Uuid, Uuid) {
    let tx = app.store.begin().await.unwrap();
    let account = tx.accounts().find_or_create("13911112222", app.id(), app.now_ms()).await.unwrap().id;
    tx.commit().await.unwrap();
    let new = NewComplaint {
        kind: Kind::Fee,
        channel: Channel::App,
        text: "多扣了费用",
        name: None,
        region: None,
        about: About::default(),
    };
    (complaints::by_owner(app, account, new).await.unwrap().id, account)
}

async fn load(app: &App, id: Uuid) -> Complaint {
    app.store.read().await.unwrap().complaints().find(id).await.unwrap().unwrap()
}

/// Kind and clock of each alert.
fn told(alerts: &Value) -> Vec<String> {
    let text = |alert: &Value| {
        let clock = alert["clock"].as_str().unwrap_or("none");
        format!("{} {clock}", alert["kind"].as_str().unwrap())
    };
    alerts["items"].as_array().unwrap().iter().map(text).collect()
}

#[rstest]
#[tokio::test]
async fn a_warning_is_for_the_handler_and_a_breach_for_the_supervisors_too(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up_with(db, always).await else { return };
    let app = &stage.app;
    let anna = hire(app, "anna", Role::Handler).await;
    hire(app, "eva", Role::Supervisor).await;
    let gone = hire(app, "fang", Role::Supervisor).await;
    staff::disable(app, By::Operator, gone.id).await.unwrap();
    let (id, _) = filed(app).await;
    complaints::take(app, &anna, id, ANY).await.unwrap();
    stage.clock.turn(13 * DAY);
    housekeeping::tidy(app).await;
    housekeeping::tidy(app).await;

    let (anna, eva) = (sign_in(&stage, "anna").await, sign_in(&stage, "eva").await);
    let alerts = stage.get("/console/alerts", &anna).await.ok();
    let mut to_anna = told(&alerts);
    to_anna.sort();
    assert_eq!(to_anna, ["breach first_response", "breach resolution", "warning statutory"]);
    assert_eq!(alerts["unread"], 3);
    let mut to_eva = told(&stage.get("/console/alerts", &eva).await.ok());
    to_eva.sort();
    assert_eq!(to_eva, ["breach first_response", "breach resolution"]);

    stage.clock.turn(3 * DAY);
    housekeeping::tidy(app).await;
    let eva = sign_in(&stage, "eva").await;
    let alerts = stage.get("/console/alerts", &eva).await.ok();
    assert_eq!(told(&alerts)[0], "breach statutory");
    assert_eq!(stage.ask("SELECT COUNT(*) || '' FROM staff_alert WHERE kind = 'breach'").await, "9");
    let case = load(app, id).await;
    assert!(case.statutory_breached && case.first_response_breached && case.resolution_breached);
    assert_eq!(alerts["items"][0]["complaint_number"], case.number);
}

#[rstest]
#[tokio::test]
async fn a_warning_nobody_is_there_to_hear_goes_to_the_supervisors(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up_with(db, always).await else { return };
    let app = &stage.app;
    let anna = hire(app, "anna", Role::Handler).await;
    let (unclaimed, _) = filed(app).await;
    let (left, _) = filed(app).await;
    complaints::take(app, &anna, left, ANY).await.unwrap();
    staff::disable(app, By::Operator, anna.id).await.unwrap();
    stage.clock.turn(13 * DAY);
    housekeeping::tidy(app).await;
    let admin = stage.staff().await;
    let alerts = stage.get("/console/alerts", &admin).await.ok();
    let warned = |id: Uuid| {
        let items = alerts["items"].as_array().unwrap();
        items
            .iter()
            .filter(|alert| alert["complaint_id"] == id.to_string() && alert["kind"] == "warning")
            .count()
    };
    assert_eq!((warned(unclaimed), warned(left)), (1, 1));
    assert_eq!(stage.ask("SELECT COUNT(*) || '' FROM staff_alert a JOIN staff s ON s.id = a.staff_id WHERE s.username = 'anna'").await, "0");
}

#[rstest]
#[tokio::test]
async fn alerts_are_read_one_by_one_or_all(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, always).await else { return };
    let app = &stage.app;
    hire(app, "eva", Role::Supervisor).await;
    for _ in 0..2 {
        filed(app).await;
    }
    stage.clock.turn(17 * DAY);
    housekeeping::tidy(app).await;
    let (admin, eva) = (stage.staff().await, sign_in(&stage, "eva").await);
    let first = stage.get("/console/alerts?limit=4", &eva).await.ok();
    let next = first["next"].as_str().unwrap();
    let second = stage.get(&format!("/console/alerts?limit=4&cursor={next}"), &eva).await.ok();
    let ids = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|alert| alert["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&first).len(), ids(&second).len(), second["next"].as_str()), (4, 2, None));
    let all = [ids(&first), ids(&second)].concat();

    // The one read goes behind those that were not, whatever its age.
    let read = format!("/console/alerts/{}/read", all[0]);
    stage.post(&read, &eva, json!({})).await.ok();
    stage.post(&read, &eva, json!({})).await.ok();
    stage.post(&read, &admin, json!({})).await.refused(404, "not-found");
    let after = stage.get("/console/alerts", &eva).await.ok();
    assert_eq!((after["unread"].as_u64(), ids(&after)[..5].to_vec()), (Some(5), all[1..].to_vec()));
    assert!(after["items"][5]["read_at"].is_string());
    stage.get(&format!("/console/alerts?cursor={next}"), &admin).await.refused(400, "cursor-invalid");

    stage.post("/console/alerts/read", &eva, json!({})).await.ok();
    assert_eq!(stage.get("/console/alerts", &eva).await.ok()["unread"], 0);
    assert_eq!(stage.get("/console/alerts", &admin).await.ok()["unread"], 6);
}

#[rstest]
#[tokio::test]
async fn time_wakes_and_closes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let app = &stage.app;
    let anna = hire(app, "anna", Role::Handler).await;
    let (id, account) = filed(app).await;
    complaints::take(app, &anna, id, ANY).await.unwrap();
    complaints::snooze(app, &anna, id, ANY, app.now_ms() + 3_600_000).await.unwrap();
    housekeeping::tidy(app).await;
    assert!(load(app, id).await.case.snoozed_until_ms.is_some());
    stage.clock.turn(Duration::from_secs(3_600));
    housekeeping::tidy(app).await;
    assert_eq!(load(app, id).await.case.snoozed_until_ms, None);

    complaints::propose(app, &anna, id, ANY, (Outcome::Upheld, "已退费")).await.unwrap();
    complaints::reply(app, &anna, id, ANY).await.unwrap();
    stage.clock.turn(6 * DAY);
    housekeeping::tidy(app).await;
    assert_eq!(load(app, id).await.case.state, State::Replied);
    stage.clock.turn(2 * DAY);
    housekeeping::tidy(app).await;
    let closed = load(app, id).await;
    assert_eq!((closed.case.state, closed.case.outcome), (State::Closed, Some(Outcome::Upheld)));
    let messages = stage.get("/console/messages", &stage.staff().await).await.ok();
    let text = messages["items"][0]["text"].as_str().unwrap();
    assert!(text.contains(&closed.number) && text.contains("办结"), "{text}");
    complaints::reopen_as_owner(app, account, id, "没有收到").await.unwrap();
    let again = load(app, id).await;
    assert_eq!((again.case.round, again.closed_at_ms, again.replied_at_ms), (2, None, None));
    assert!(again.statutory_due_ms > closed.statutory_due_ms + 7 * 24 * 3_600_000);
}

#[rstest]
#[tokio::test]
async fn a_start_with_other_targets_measures_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, always).await else { return };
    let (id, _) = filed(&stage.app).await;
    let before = load(&stage.app, id).await;
    complaints::catch_up(&stage.app).await.unwrap();
    assert_eq!(load(&stage.app, id).await, before);

    let mut config = (*stage.app.config).clone();
    config
        .complaint
        .targets
        .insert(Kind::Fee, Target { first_response_minutes: None, resolution_minutes: Some(90) });
    let restarted = App { config: Arc::new(config), ..stage.app.clone() };
    complaints::catch_up(&restarted).await.unwrap();
    let after = load(&restarted, id).await;
    assert_eq!((after.first_response_due_ms, after.statutory_due_ms), (None, before.statutory_due_ms));
    assert!(after.resolution_due_ms > before.resolution_due_ms);
    assert!(
        complaint_lines(&restarted, id).await.iter().all(|event| !matches!(event, Event::Alerted { .. }))
    );
}

async fn complaint_lines(app: &App, id: Uuid) -> Vec<Event> {
    let history = app.store.read().await.unwrap().complaints().history(id).await.unwrap();
    history.into_iter().map(|line| line.moment.event).collect()
}

#[test]
fn a_newer_calendar_comes_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let with = |text: &str| {
        let path = folder.path().join("days.toml");
        std::fs::write(&path, text).unwrap();
        complaints::calendar(&Settings { calendar: Some(path), ..Settings::default() })
    };
    let year = "[[year]]\nyear = 2031\nnotice = 'to come'\nholidays = [{ name = 'x', from = '2031-01-01', to = '2031-01-03' }]";
    let calendar = with(year).unwrap();
    let friday = 1_925_179_200_000; // 2031-01-03 12:00 in Shanghai
    assert!(!calendar.is_working_day(friday));
    assert!(complaints::calendar(&Settings::default()).unwrap().is_working_day(friday));
    let said = with("[[year]]\nyear = 'soon'").unwrap_err().to_string();
    assert!(said.starts_with("complaint.calendar"), "{said}");
    let office = Office { hours: Vec::new(), ..Office::default() };
    let said = complaints::calendar(&Settings { office, ..Settings::default() }).unwrap_err().to_string();
    assert!(said.starts_with("complaint.office"), "{said}");
}
