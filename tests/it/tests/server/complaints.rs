//! Complaints: filed by owners, portal users and handlers, worked on, answered (Art 21).

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::rules::rights::Role;

use crate::{
    person::Person,
    reviews::staff,
    stage::{Answer, Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Handlers who sign in, and a supervisor.
struct Office<'a> {
    stage: &'a Stage,
    anna: String,
    bo: String,
    lead: String,
}

impl<'a> Office<'a> {
    async fn open(stage: &'a Stage) -> Self {
        let anna = staff(stage, "anna", Role::Handler).await;
        let bo = staff(stage, "bo", Role::Handler).await;
        let lead = staff(stage, "lead", Role::Supervisor).await;
        Self { stage, anna, bo, lead }
    }

    async fn act(&self, who: &str, id: &str, act: &str, body: Value) -> Answer {
        self.stage.post(&format!("/console/complaints/{id}/{act}"), who, body).await
    }

    async fn case(&self, id: &str) -> Value {
        self.stage.get(&format!("/console/complaints/{id}"), &self.lead).await.ok()
    }

    async fn state(&self, id: &str) -> String {
        self.case(id).await["complaint"]["state"].as_str().unwrap().to_owned()
    }

    async fn answer(&self, id: &str) {
        let answer = json!({"outcome": "upheld", "text": "已为您开通。"});
        self.act(&self.anna, id, "proposal", answer).await.ok();
        self.act(&self.anna, id, "reply", json!({})).await.ok();
    }
}

async fn file(person: &Person<'_>, kind: &str) -> Value {
    let body = json!({"kind": kind, "channel": "app", "text": "车机一直没有网络，请尽快处理。", "name": "张三", "region": "44"});
    person.post("/owner/complaints", body).await.ok()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

async fn texts(stage: &Stage) -> Vec<String> {
    let texts = stage.get("/console/messages", &stage.staff().await).await.ok();
    let all = texts["items"].as_array().unwrap().iter();
    all.map(|text| text["text"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn art_21_a_complaint_from_receipt_to_satisfaction(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let receipt = file(&owner, "function_not_opened").await;
    let (id, number) = (id(&receipt), receipt["number"].as_str().unwrap().to_owned());
    assert!(texts(&stage).await[0].contains(&number), "the receipt is told");

    office.act(&office.anna, &id, "take", json!({})).await.ok();
    office.act(&office.bo, &id, "take", json!({})).await.refused(409, "case-taken");
    office
        .act(&office.bo, &id, "messages", json!({"text": "x", "asks": false}))
        .await
        .refused(409, "case-taken");
    office.act(&office.bo, &id, "notes", json!({"text": "上周也有同样的问题"})).await.ok();
    office.act(&office.anna, &id, "messages", json!({"text": "请问仪表提示什么？", "asks": true})).await.ok();
    assert!(texts(&stage).await[0].contains("补充信息"));

    let path = format!("/owner/complaints/{id}");
    let seen = owner.get(&path).await.ok();
    assert_eq!(seen["complaint"]["state"], "waiting_for_user");
    assert_eq!(seen["complaint"]["next_actor"], "user");
    assert!(!seen.to_string().contains("上周"), "notes are for staff only: {seen}");
    assert!(!seen.to_string().contains("anna"), "names of staff are for staff only: {seen}");
    owner.post(&format!("{path}/messages"), json!({"text": "提示未激活"})).await.ok();
    assert_eq!(office.state(&id).await, "investigating");

    let answer = json!({"outcome": "upheld", "text": "已为您开通。"});
    office.act(&office.anna, &id, "proposal", answer).await.ok();
    let seen = owner.get(&path).await.ok();
    assert_eq!(seen["complaint"]["state"], "investigating", "what is not sent is not seen");
    assert!(!seen.to_string().contains("已为您开通"));
    office.act(&office.anna, &id, "reply", json!({})).await.ok();
    let seen = owner.get(&path).await.ok();
    assert_eq!(
        (&seen["complaint"]["state"], &seen["complaint"]["outcome"]),
        (&json!("replied"), &json!("upheld"))
    );
    assert!(seen["reopen_until"].is_string());

    owner.post(&format!("{path}/satisfaction"), json!({"score": 5, "text": "谢谢"})).await.ok();
    let case = office.case(&id).await;
    assert_eq!(
        (&case["complaint"]["state"], &case["complaint"]["satisfaction"]),
        (&json!("closed"), &json!(5))
    );
    assert_eq!(case["assignee"], "anna");
    let kinds: Vec<_> =
        case["lines"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "filed",
            "accepted",
            "assigned",
            "started",
            "noted",
            "asked",
            "user_spoke",
            "proposed",
            "replied",
            "closed"
        ]
    );
    owner.post(&format!("{path}/messages"), json!({"text": "还有"})).await.refused(409, "complaint-closed");
}

#[rstest]
#[tokio::test]
async fn a_complaint_is_found_by_number_and_phone_and_by_nobody_else(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let receipt = file(&owner, "fee").await;
    let look = async |number: &str, phone: &str| {
        let body = json!({"number": number, "phone": phone});
        stage.call(Method::POST, "/portal/complaints/lookup", None, Some(body)).await
    };
    let number = receipt["number"].as_str().unwrap();
    let phone = server::service::seed::DEMO_PHONE;
    let spaced = format!("{} {}", &number[1..7].to_lowercase(), &number[7..]);
    let found = look(&spaced, phone).await.ok();
    assert_eq!((&found["number"], &found["state"]), (&json!(number), &json!("accepted")));
    assert!(!found.to_string().contains("网络"), "no word of what was said");
    look(number, crate::person::BUYER.0).await.refused(422, "complaint-unknown");
    look("C0000000000000", phone).await.refused(422, "complaint-unknown");
    look("", "").await.refused(422, "complaint-unknown");

    let path = format!("/owner/complaints/{}", id(&receipt));
    buyer.get(&path).await.refused(404, "not-found");
    buyer.post(&format!("{path}/withdrawal"), json!({})).await.refused(404, "not-found");
    assert_eq!(owner.get("/owner/complaints").await.ok()["items"][0]["number"], number);
    assert_eq!(buyer.get("/owner/complaints").await.ok()["items"], json!([]));

    // Numbers are given to other people: long after the end the phone alone finds nothing.
    owner.post(&format!("{path}/withdrawal"), json!({})).await.ok();
    stage.clock.turn(179 * DAY);
    Person::owner(&stage).await.get(&path).await.ok();
    stage.clock.turn(2 * DAY);
    let later = Person::owner(&stage).await;
    later.get(&path).await.refused(404, "not-found");
    look(number, phone).await.refused(422, "complaint-unknown");
    assert_eq!(later.get("/owner/complaints").await.ok()["items"], json!([]));
}

#[rstest]
#[tokio::test]
async fn art_21_the_hotline_and_the_counter(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let office = Office::open(&stage).await;
    let body = json!({
        "channel": "hotline", "phone": "+86 139-0000-5678", "kind": "prior_owner_unreachable",
        "text": "买的二手车，原车主电话停机", "vin": "lsvam4186c2184841",
    });
    let filed = stage.post("/console/complaints", &office.anna, body.clone()).await.ok();
    let case = office.case(&id(&filed)).await;
    assert_eq!(case["complaint"]["phone_masked"], "139****5678");
    assert_eq!(case["vehicles"].as_array().unwrap().len(), 1, "the vehicle is known by its number");
    assert!(case["lines"][0]["written_down"].as_bool().unwrap());
    // Whoever proves the phone later sees it.
    let buyer = Person::buyer(&stage).await;
    assert_eq!(buyer.get("/owner/complaints").await.ok()["items"][0]["id"], filed["id"]);
    for (member, value, slug) in [
        ("phone", "12345", "phone-invalid"),
        ("region", "99", "region-invalid"),
        ("vin", "LSVAM4186C218484O", "filter-invalid"),
        ("text", " \n ", "text-invalid"),
    ] {
        let mut wrong = body.clone();
        wrong[member] = json!(value);
        stage.post("/console/complaints", &office.anna, wrong).await.refused(422, slug);
    }
    assert_eq!(buyer.get("/owner/complaints").await.ok()["items"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn some_answers_need_a_second_person(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let id = id(&file(&owner, "personal_data").await);
    office.act(&office.anna, &id, "take", json!({})).await.ok();
    let answer = json!({"outcome": "unfounded", "text": "未发现泄露。"});
    office.act(&office.anna, &id, "proposal", answer.clone()).await.ok();
    assert_eq!(office.state(&id).await, "second_approval");
    office.act(&office.anna, &id, "reply", json!({})).await.refused(409, "second-person-needed");
    office.act(&office.bo, &id, "reply", json!({})).await.refused(403, "right-missing");
    office.act(&office.lead, &id, "return", json!({"text": "请附上日志"})).await.ok();
    assert_eq!(office.state(&id).await, "investigating");
    office.act(&office.anna, &id, "proposal", answer).await.ok();
    office.act(&office.lead, &id, "reply", json!({})).await.ok();
    assert_eq!(office.state(&id).await, "replied");
}

#[rstest]
#[tokio::test]
async fn who_is_not_content_comes_back_in_time(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.staff_hours = 10_000).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let id = id(&file(&owner, "fee").await);
    let path = format!("/owner/complaints/{id}");
    let again = json!({"text": "还是没有解决"});
    owner.post(&format!("{path}/reopening"), again.clone()).await.refused(409, "conflict");
    office.act(&office.anna, &id, "take", json!({})).await.ok();
    office.answer(&id).await;
    let first_due = owner.get(&path).await.ok()["complaint"]["answer_by"].clone();
    stage.clock.turn(3 * DAY);
    let owner = Person::owner(&stage).await;
    owner.post(&format!("{path}/reopening"), again.clone()).await.ok();
    let case = office.case(&id).await;
    assert_eq!((&case["complaint"]["state"], &case["complaint"]["round"]), (&json!("reopened"), &json!(2)));
    assert_eq!(case["assignee"], "anna", "it goes back to who knows it");
    assert!(owner.get(&path).await.ok()["complaint"]["answer_by"].as_str() > first_due.as_str());
    office.answer(&id).await;
    stage.clock.turn(31 * DAY);
    let late = Person::owner(&stage).await;
    late.post(&format!("{path}/reopening"), again).await.refused(409, "reopening-over");
    late.post(&format!("{path}/appeal"), json!({"text": "已向申诉受理机构申诉"})).await.ok();
    assert_eq!(office.state(&id).await, "appealed");
}

#[rstest]
#[tokio::test]
async fn work_is_given_by_skill_and_load(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let duties = stage.get("/console/duties", &office.lead).await.ok();
    let member = |name: &str| {
        let all = duties["items"].as_array().unwrap().iter();
        id(&json!({"id": all.clone().find(|one| one["username"] == name).unwrap()["staff_id"]}))
    };
    for one in duties["items"].as_array().unwrap() {
        let name = one["username"].as_str().unwrap();
        let skills = if name == "bo" { json!(["fee"]) } else { json!([]) };
        let body = json!({"available": name != "lead" && name != "admin", "skills": skills});
        let path = format!("/console/duties/{}", member(name));
        stage.call(Method::PUT, &path, Some(&office.lead), Some(body)).await.ok();
    }
    let mut assigned = Vec::new();
    for kind in ["fee", "other", "fee"] {
        let id = id(&file(&owner, kind).await);
        office.act(&office.lead, &id, "assignment", json!({})).await.ok();
        assigned.push(office.case(&id).await["assignee"].as_str().unwrap().to_owned());
    }
    assert_eq!(assigned, ["bo", "anna", "bo"]);
    // Handlers pass on what is theirs, and nothing else.
    let mine = id(&file(&owner, "other").await);
    let to_bo = json!({"to": member("bo")});
    office.act(&office.anna, &mine, "assignment", to_bo.clone()).await.refused(409, "case-taken");
    office.act(&office.anna, &mine, "take", json!({})).await.ok();
    office.act(&office.anna, &mine, "assignment", to_bo).await.ok();
    assert_eq!(office.case(&mine).await["assignee"], "bo");
    let path = format!("/console/duties/{}", member("bo"));
    let away = json!({"available": false, "skills": []});
    stage.call(Method::PUT, &path, Some(&office.anna), Some(away)).await.refused(403, "right-missing");
}

#[rstest]
#[tokio::test]
async fn a_duplicate_goes_on_in_the_other_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let office = Office::open(&stage).await;
    let (first, second) = (file(&owner, "fee").await, file(&owner, "fee").await);
    let foreign = file(&buyer, "fee").await;
    let merge = async |into: &Value| {
        office.act(&office.anna, &id(&second), "merge", json!({"into": into["number"]})).await
    };
    merge(&foreign).await.refused(422, "complaint-unknown");
    merge(&second).await.refused(422, "complaint-unknown");
    merge(&first).await.ok();
    assert_eq!(office.state(&id(&second)).await, "closed");
    let case = office.case(&id(&first)).await;
    assert_eq!(case["complaints"][0]["id"], second["id"]);
    assert!(texts(&stage).await[0].contains(first["number"].as_str().unwrap()));
    let again = format!("/owner/complaints/{}/reopening", id(&second));
    owner.post(&again, json!({"text": "?"})).await.refused(409, "complaint-closed");
}

#[rstest]
#[tokio::test]
async fn bulk_says_what_came_of_each(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let (first, second) = (id(&file(&owner, "fee").await), id(&file(&owner, "fee").await));
    office.act(&office.bo, &second, "take", json!({})).await.ok();
    let bulk = async |body: Value| stage.post("/console/complaints/bulk", &office.anna, body).await;
    let ids = json!([first, second, uuid::Uuid::nil()]);
    let done = bulk(json!({"ids": ids, "action": "take"})).await.ok();
    let came: Vec<_> = done["items"].as_array().unwrap().iter().map(|one| one["problem"].as_str()).collect();
    assert_eq!(came, [None, Some("case-taken"), Some("not-found")]);
    bulk(json!({"ids": ids, "action": "tag", "tag": "春节"})).await.ok();
    assert_eq!(office.case(&second).await["tags"], json!(["春节"]));
    bulk(json!({"ids": ids, "action": "tag"})).await.refused(400, "bad-request");
    let many: Vec<_> = (0..101).map(|_| uuid::Uuid::nil()).collect();
    bulk(json!({"ids": many, "action": "take"})).await.refused(400, "bad-request");
}

#[rstest]
#[tokio::test]
async fn templates_are_filled_in_both_languages(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let template = json!({"name": "收到", "zh": "{{name}}您好，投诉 {{number}}（{{kind}}）已收到。", "en": "Dear {{name}}, we have {{number}}."});
    let wrong = json!({"name": "x", "zh": "{{phone}}", "en": "x"});
    stage.post("/console/templates", &office.lead, wrong).await.refused(422, "template-invalid");
    let added = stage.post("/console/templates", &office.lead, template.clone()).await.ok();
    stage.post("/console/templates", &office.lead, template.clone()).await.refused(409, "name-taken");
    let receipt = file(&owner, "fee").await;
    let path = format!("/console/complaints/{}/templates/{}", id(&receipt), id(&added));
    let filled = stage.get(&path, &office.anna).await.ok();
    let number = receipt["number"].as_str().unwrap();
    assert_eq!(filled["zh"], format!("张三您好，投诉 {number}（资费争议）已收到。"));
    assert_eq!(filled["en"], format!("Dear 张三, we have {number}."));
    let path = format!("/console/templates/{}", id(&added));
    let put =
        async |body: &Value| stage.call(Method::PUT, &path, Some(&office.lead), Some(body.clone())).await;
    assert_eq!(put(&template).await.ok()["version"], 1);
    put(&template).await.refused(412, "precondition-failed");
}

#[rstest]
#[tokio::test]
async fn who_writes_without_looking_is_told(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, office) = (Person::owner(&stage).await, Office::open(&stage).await);
    let id = id(&file(&owner, "fee").await);
    office.act(&office.anna, &id, "take", json!({})).await.ok();
    let path = format!("/console/complaints/{id}");
    let etag = stage.get(&path, &office.anna).await.headers["etag"].to_str().unwrap().to_owned();
    owner.post(&format!("/owner/complaints/{id}/messages"), json!({"text": "已经好了"})).await.ok();
    let say = async || {
        let request = stage.raw(Method::POST, &format!("/api/v1{path}/messages"));
        let request = request.bearer_auth(&office.anna).header("if-match", &etag);
        crate::stage::answer(request.json(&json!({"text": "请重启", "asks": false}))).await
    };
    say().await.refused(412, "precondition-failed");
    let said = office.case(&id).await.to_string();
    assert!(!said.contains("请重启"));
}

#[rstest]
#[tokio::test]
async fn a_phone_files_so_many_and_no_more(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.per_phone_per_day = 2).await else {
        return;
    };
    let owner = Person::owner(&stage).await;
    file(&owner, "fee").await;
    file(&owner, "fee").await;
    let third = json!({"kind": "fee", "channel": "portal", "text": "又来了"});
    owner.post("/owner/complaints", third.clone()).await.refused(429, "too-many-requests");
    stage.clock.turn(DAY);
    Person::owner(&stage).await.post("/owner/complaints", third).await.ok();
}

#[rstest]
#[tokio::test]
async fn what_was_said_is_nowhere_in_the_database_in_clear(#[values(Db::Sqlite)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    file(&owner, "fee").await;
    stage.app.store.settle_files().await.unwrap();
    for entry in std::fs::read_dir(stage.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in ["车机一直没有网络", "张三", server::service::seed::DEMO_PHONE] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn two_years_after_its_end_a_complaint_goes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let (ended, open) = (id(&file(&owner, "fee").await), id(&file(&owner, "fee").await));
    owner.post(&format!("/owner/complaints/{ended}/withdrawal"), json!({})).await.ok();
    stage.clock.turn(729 * DAY);
    let purge = async || server::service::purge::purge(&stage.app, |_| ()).await.unwrap().complaints;
    assert!(purge().await.is_empty());
    stage.clock.turn(3 * DAY);
    assert_eq!(purge().await, [ended.parse::<uuid::Uuid>().unwrap()]);
    let tx = stage.app.store.read().await.unwrap();
    assert!(tx.complaints().find(ended.parse().unwrap()).await.unwrap().is_none());
    assert!(tx.complaints().find(open.parse().unwrap()).await.unwrap().is_some());
}
