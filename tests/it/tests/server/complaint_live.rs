//! The console learns of changes by itself, on whichever server process they happen.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::rules::rights::Role;
use tokio::time::timeout;

use crate::{
    person::Person,
    reviews::staff as colleague,
    stage::{Answer, Db, Stage},
};

/// Nothing that is awaited takes this long; a test that waits for ever says nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A console that listens.
struct Console {
    response: reqwest::Response,
    text: String,
}

impl Console {
    async fn listens(stage: &Stage, token: &str, last: Option<i64>) -> Self {
        let mut request = stage.raw(Method::GET, "/api/v1/console/events").bearer_auth(token);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next piece of news; none when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let data = block.lines().find_map(|line| line.strip_prefix("data: "));
                let news = data.map(|data| serde_json::from_str(data).unwrap());
                self.text = rest.to_owned();
                if news.is_some() {
                    return news;
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("nothing came");
            self.text += std::str::from_utf8(&chunk.ok().flatten()?).unwrap();
        }
    }

    /// Reads until news are about this complaint and of this kind.
    async fn hears(&mut self, kind: &str, complaint: &Value) -> Value {
        loop {
            let news = self.next().await.expect("the stream ended");
            if news["kind"] == kind && news["id"] == *complaint {
                return news;
            }
        }
    }
}

async fn filed(person: &Person<'_>) -> Value {
    let body = json!({"kind": "wrong_data", "channel": "app", "text": "车身颜色登记错了", "name": "张伟"});
    person.post("/owner/complaints", body).await.ok()["id"].clone()
}

fn case(complaint: &Value) -> String {
    format!("/console/complaints/{}", complaint.as_str().unwrap())
}

/// Says something as staff, having seen this version.
async fn say(stage: &Stage, token: &str, complaint: &Value, text: &str, seen: Option<&str>) -> Answer {
    let path = format!("/api/v1{}/messages", case(complaint));
    let mut request = stage.raw(Method::POST, &path).bearer_auth(token);
    if let Some(seen) = seen {
        request = request.header("if-match", seen);
    }
    crate::stage::answer(request.json(&json!({"text": text, "asks": false}))).await
}

/// What was said to and by the person, in order.
async fn conversation(stage: &Stage, token: &str, complaint: &Value) -> Vec<String> {
    let case = stage.get(&case(complaint), token).await.ok();
    let lines = case["lines"].as_array().unwrap().iter();
    lines.filter_map(|line| line["text"].as_str().map(str::to_owned)).collect()
}

#[rstest]
#[tokio::test]
async fn what_happens_on_one_server_is_told_by_another(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(one) = Stage::up(db).await else { return };
    let other = one.beside().await;
    let handler = colleague(&one, "han", Role::Handler).await;
    let mut console = Console::listens(&other, &handler, None).await;
    assert_eq!(console.next().await.unwrap()["kind"], "refetch");

    let owner = Person::owner(&one).await;
    let complaint = filed(&owner).await;
    let first = console.hears("complaint", &complaint).await;
    one.post(&format!("{}/take", case(&complaint)), &handler, json!({})).await.ok();
    let second = console.hears("complaint", &complaint).await;
    assert!(second["version"].as_i64() > first["version"].as_i64());
    // What is done here is told here as well.
    say(&other, &handler, &complaint, "正在核查", None).await.ok();
    assert!(console.hears("complaint", &complaint).await["version"].as_i64() > second["version"].as_i64());
}

#[rstest]
#[tokio::test]
async fn who_comes_back_hears_what_was_missed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let handler = colleague(&stage, "han", Role::Handler).await;
    let mut console = Console::listens(&stage, &handler, None).await;
    let last = console.next().await.unwrap()["cursor"].as_i64();
    drop(console);

    let complaint = filed(&Person::owner(&stage).await).await;
    let other = stage.beside().await;
    let mut back = Console::listens(&other, &handler, last).await;
    let news = back.next().await.unwrap();
    assert_eq!((&news["kind"], &news["id"]), (&json!("complaint"), &complaint));
}

#[rstest]
#[tokio::test]
async fn news_hold_ids_and_versions_only(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let handler = colleague(&stage, "han", Role::Handler).await;
    let mut console = Console::listens(&stage, &handler, None).await;
    let complaint = filed(&Person::owner(&stage).await).await;
    let news = console.hears("complaint", &complaint).await;
    let members: Vec<&str> = news.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(members.iter().all(|member| ["kind", "id", "version", "cursor"].contains(member)), "{members:?}");
}

#[rstest]
#[tokio::test]
async fn the_feed_ends_with_the_session(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.live_heartbeat_s = 1).await else {
        return;
    };
    let (leaves, stays) =
        (colleague(&stage, "han", Role::Handler).await, colleague(&stage, "lei", Role::Handler).await);
    let mut gone = Console::listens(&stage, &leaves, None).await;
    let mut here = Console::listens(&stage, &stays, None).await;
    gone.next().await.unwrap();
    stage.call(Method::DELETE, "/console/sessions/current", Some(&leaves), None).await.ok();
    assert_eq!(gone.next().await, None);
    let complaint = filed(&Person::owner(&stage).await).await;
    here.hears("complaint", &complaint).await;
}

#[rstest]
#[tokio::test]
async fn a_server_that_stops_waits_for_no_console(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let handler = colleague(&stage, "han", Role::Handler).await;
    let mut console = Console::listens(&stage, &handler, None).await;
    console.next().await.unwrap();
    stage.app.live.close();
    assert_eq!(console.next().await, None);
}

#[rstest]
#[tokio::test]
async fn two_handlers_at_one_case_see_each_other(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(one) = Stage::up(db).await else { return };
    let other = one.beside().await;
    let (han, lei) =
        (colleague(&one, "han", Role::Handler).await, colleague(&one, "lei", Role::Handler).await);
    let complaint = filed(&Person::owner(&one).await).await;
    let path = format!("{}/presence", case(&complaint));
    let at = async |stage: &Stage, token: &str, typing: bool| {
        stage.call(Method::PUT, &path, Some(token), Some(json!({"typing": typing}))).await.ok()["others"]
            .clone()
    };
    assert_eq!(at(&one, &han, false).await, json!([]));
    let mut console = Console::listens(&other, &lei, None).await;
    let seen = at(&other, &lei, false).await;
    assert_eq!((&seen[0]["name"], &seen[0]["typing"]), (&json!("han"), &json!(false)));

    console.hears("presence", &complaint).await;
    at(&one, &han, true).await;
    console.hears("presence", &complaint).await;
    assert_eq!(other.get(&path, &lei).await.ok()["others"][0]["typing"], true);

    one.call(Method::DELETE, &path, Some(&han), None).await.ok();
    console.hears("presence", &complaint).await;
    assert_eq!(other.get(&path, &lei).await.ok()["others"], json!([]));
    // Who says nothing any more is gone by themselves.
    at(&one, &han, true).await;
    one.clock.turn(Duration::from_secs(31));
    assert_eq!(at(&other, &lei, false).await, json!([]));
}

#[rstest]
#[tokio::test]
async fn who_was_overtaken_is_told_and_may_send_anyway(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let handler = colleague(&stage, "han", Role::Handler).await;
    let owner = Person::owner(&stage).await;
    let complaint = filed(&owner).await;
    stage.post(&format!("{}/take", case(&complaint)), &handler, json!({})).await.ok();
    let seen = stage.get(&case(&complaint), &handler).await;
    let etag = seen.headers["etag"].to_str().unwrap();
    let path = format!("/owner/complaints/{}/messages", complaint.as_str().unwrap());
    owner.post(&path, json!({"text": "已经改好了"})).await.ok();

    say(&stage, &handler, &complaint, "请提供照片", Some(etag)).await.refused(412, "precondition-failed");
    assert_eq!(conversation(&stage, &handler, &complaint).await, ["车身颜色登记错了", "已经改好了"]);
    say(&stage, &handler, &complaint, "好的", None).await.ok();
    assert_eq!(conversation(&stage, &handler, &complaint).await, ["车身颜色登记错了", "已经改好了", "好的"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_reply_is_lost_when_several_send_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(one) = Stage::up(db).await else { return };
    let other = one.beside().await;
    let handler = colleague(&one, "han", Role::Handler).await;
    let owner = Person::owner(&one).await;
    let complaint = filed(&owner).await;
    one.post(&format!("{}/take", case(&complaint)), &handler, json!({})).await.ok();
    let path = format!("/owner/complaints/{}/messages", complaint.as_str().unwrap());
    let sent = tokio::join!(
        say(&one, &handler, &complaint, "甲", None),
        say(&other, &handler, &complaint, "乙", None),
        owner.post(&path, json!({"text": "丙"})),
        say(&other, &handler, &complaint, "丁", None),
    );
    <[Answer; 4]>::from(sent).into_iter().for_each(|answer| drop(answer.ok()));
    let mut said = conversation(&one, &handler, &complaint).await;
    said[1..].sort();
    assert_eq!(said, ["车身颜色登记错了", "丁", "丙", "乙", "甲"]);
}

#[rstest]
#[tokio::test]
async fn counts_are_those_of_ones_own_queues(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    // Nobody is signed out when the clock is turned.
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.staff_hours = 1_000).await else { return };
    let (han, lei) =
        (colleague(&stage, "han", Role::Handler).await, colleague(&stage, "lei", Role::Handler).await);
    let owner = Person::owner(&stage).await;
    let (first, _) = (filed(&owner).await, filed(&owner).await);
    stage.post(&format!("{}/take", case(&first)), &han, json!({})).await.ok();
    let counts = stage.get("/console/complaints/counts", &han).await.ok();
    let expected = json!({
        "mine": 1, "snoozed": 0, "unassigned": 1, "overdue": 0, "waiting": 0, "approval": 0, "open": 2
    });
    assert_eq!(counts, expected);
    stage.clock.turn(Duration::from_secs(16 * 86_400));
    let until = (chrono::Utc::now() + chrono::Duration::days(20)).to_rfc3339();
    stage.post(&format!("{}/snooze", case(&first)), &han, json!({"until": until})).await.ok();
    let counts = stage.get("/console/complaints/counts", &han).await.ok();
    assert_eq!(
        [&counts["mine"], &counts["snoozed"], &counts["overdue"]],
        [0, 1, 2].map(|n| json!(n)).each_ref()
    );
    assert_eq!(stage.get("/console/complaints/counts", &lei).await.ok()["mine"], 0);
}
