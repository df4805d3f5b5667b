//! Finding complaints: by what was said, exactly as by reading everything; by numbers, without leaving them anywhere;
//! and whether a figure of a report shows what it counts.

use std::collections::BTreeSet;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::rules::rights::Role;

use crate::{
    reviews::staff,
    stage::{Db, Stage},
};

/// Files a complaint for a caller; its id.
pub async fn file(stage: &Stage, token: &str, phone: &str, text: &str) -> String {
    file_with(stage, token, phone, json!({"kind": "other", "text": text})).await
}

async fn file_with(stage: &Stage, token: &str, phone: &str, more: Value) -> String {
    let receipt = receipt(stage, token, phone, more).await;
    receipt["id"].as_str().unwrap().to_owned()
}

async fn receipt(stage: &Stage, token: &str, phone: &str, more: Value) -> Value {
    let mut body = json!({"channel": "hotline", "phone": phone, "kind": "other", "text": "无"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    stage.post("/console/complaints", token, body).await.ok()
}

async fn act(stage: &Stage, token: &str, id: &str, what: &str, body: Value) {
    stage.post(&format!("/console/complaints/{id}/{what}"), token, body).await.ok();
}

/// The ids a search finds, page by page.
async fn found(stage: &Stage, token: &str, query: &Value, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/console/complaints/search?limit={limit}{cursor}");
        let page = stage.post(&path, token, query.clone()).await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

/// Numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// A text of a few pieces, so that they meet again.
    fn text(&mut self, most: usize) -> String {
        const PIECES: [&str; 14] =
            ["车", "主", "卡", "号", "车主", "过户", "a", "A", "b1", "２", "，", " ", "VIN", "\n"];
        (0..=self.below(most)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A text as a person reads it: width and case make no difference, a blank beside Chinese means nothing, other signs
/// part what they stand between.
fn read(text: &str) -> String {
    let text = text.replace('２', "2").to_lowercase().replace('\n', " ");
    let parts = text.split('，').map(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        words.iter().fold(String::new(), |line, word| {
            let beside = line.ends_with(is_chinese) || word.starts_with(is_chinese) || line.is_empty();
            format!("{line}{}{word}", if beside { "" } else { " " })
        })
    });
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("|")
}

/// Whether a text holds a word, read from left to right.
fn holds(text: &str, word: &str) -> bool {
    let (text, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    let joins =
        |a: Option<&char>, b: &char| b.is_ascii_alphanumeric() && a.is_some_and(char::is_ascii_alphanumeric);
    (0..text.len()).any(|at| {
        text[at..].starts_with(&word)
            && !joins(text[..at].last(), &word[0])
            && !joins(text.get(at + word.len()), &word[word.len() - 1])
    })
}

/// The words of a query; none when there is nothing to look up.
fn words(query: &str) -> Option<Vec<String>> {
    let words: Vec<String> = query.split_whitespace().map(read).filter(|word| !word.is_empty()).collect();
    let has_term = |word: &String| {
        let chars: Vec<char> = word.chars().collect();
        chars.iter().any(char::is_ascii_alphanumeric)
            || chars.windows(2).any(|pair| is_chinese(pair[0]) && is_chinese(pair[1]))
    };
    words.iter().any(has_term).then_some(words)
}

#[rstest]
#[tokio::test]
async fn a_search_finds_what_reading_everything_finds(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.per_phone_per_day = 1000).await else {
        return;
    };
    let token = stage.staff().await;
    let mut dice = Dice(5);
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for _ in 0..60 {
        let texts: Vec<String> = (0..=dice.below(3)).map(|_| format!("无{}", dice.text(8))).collect();
        let id = file(&stage, &token, "13800000001", &texts[0]).await;
        for text in &texts[1..] {
            act(&stage, &token, &id, "notes", json!({"text": text})).await;
        }
        told.push((id, texts.iter().map(|text| read(text)).collect()));
    }
    let (mut searched, mut hits) = (0, 0);
    for _ in 0..120 {
        let query = dice.text(4);
        let Some(words) = words(&query) else {
            let body = json!({"text": query});
            stage.post("/console/complaints/search", &token, body).await.refused(422, "search-too-short");
            continue;
        };
        let said = |texts: &Vec<String>| words.iter().all(|word| texts.iter().any(|text| holds(text, word)));
        let expected: Vec<&String> = told.iter().filter(|(_, texts)| said(texts)).map(|(id, _)| id).collect();
        let query = json!({"text": query, "sort": "received", "reverse": true});
        let ids = found(&stage, &token, &query, 7).await;
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{query}");
        searched += 1;
        hits += ids.len();
    }
    assert!(searched > 40 && hits > 100, "{searched} searches found {hits}");
}

#[rstest]
#[tokio::test]
async fn what_only_looks_alike_is_passed_over(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.per_phone_per_day = 1000).await else {
        return;
    };
    let token = stage.staff().await;
    let mut wanted = BTreeSet::new();
    for number in 0..40 {
        // Every pair of characters, and not the word.
        let text = if number % 10 == 3 { "我的车主卡号不对" } else { "车主，主卡，卡号" };
        let id = file(&stage, &token, "13800000001", text).await;
        if number % 10 == 3 {
            wanted.insert(id);
        }
    }
    for limit in [1, 2, 3, 50] {
        let ids = found(&stage, &token, &json!({"text": "车主卡号"}), limit).await;
        assert_eq!((ids.len(), ids.into_iter().collect()), (4, wanted.clone()), "{limit}");
    }
}

#[rstest]
#[tokio::test]
async fn a_complaint_is_found_by_everything_known_of_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let token = stage.staff().await;
    let about = json!({
        "channel": "counter",
        "kind": "wrong_data",
        "text": "发动机号登记错误",
        "name": "欧阳小娜",
        "region": "44",
        "vin": "LSVAM4186C2184841",
        "document_type": "resident_id",
        "document_number": "11010519491231002x",
    });
    let id = file_with(&stage, &token, "13800001111", about).await;
    for number in 0..4 {
        let other = file(&stage, &token, &format!("1390000000{number}"), "车机无法联网").await;
        act(&stage, &token, &other, "take", json!({})).await;
    }
    for (what, body) in [("follow", json!({})), ("tags", json!({"tags": ["急"]}))] {
        stage
            .call(Method::PUT, &format!("/console/complaints/{id}/{what}"), Some(&token), Some(body))
            .await
            .ok();
    }
    let number = stage.ask("SELECT number FROM complaint WHERE channel = 'counter'").await;
    let due =
        stage.ask("SELECT CAST(statutory_due_ms AS TEXT) FROM complaint WHERE channel = 'counter'").await;
    let due = chrono::DateTime::from_timestamp_millis(due.parse::<i64>().unwrap() + 1).unwrap();
    for query in [
        json!({"number": number.to_lowercase()}),
        json!({"phone": "13800001111"}),
        json!({"vin": "lsvam4186c2184841"}),
        json!({"iccid": "898604071120C0015291"}),
        json!({"document_number": " 11010519491231002x"}),
        json!({"text": "登记错误"}),
        json!({"text": "登记错误 发动机号", "phone": "13800001111"}),
        json!({"kinds": ["wrong_data", "fee"]}),
        json!({"channels": ["counter"]}),
        json!({"states": ["accepted"]}),
        json!({"assigned": "nobody"}),
        json!({"next_actor": "queue"}),
        json!({"region": "44"}),
        json!({"tag": "急"}),
        json!({"followed": true}),
        json!({"kinds": ["wrong_data"], "due_before": due.to_rfc3339(), "standing": "running"}),
    ] {
        assert_eq!(found(&stage, &token, &query, 50).await, std::slice::from_ref(&id), "{query}");
    }
    for (query, count) in [
        (json!({}), 5),
        (json!({"open": true}), 5),
        (json!({"open": false}), 0),
        (json!({"assigned": "me"}), 4),
        (json!({"region": "00"}), 4),
        (json!({"snoozed": false}), 5),
        (json!({"snoozed": true}), 0),
        (json!({"standing": "breached"}), 0),
        (json!({"satisfaction": 5}), 0),
        (json!({"phone": "13800001111", "kinds": ["fee"]}), 0),
        (json!({"text": "登记错误", "vin": "1M8GDM9AXKP042788"}), 0),
    ] {
        assert_eq!(found(&stage, &token, &query, 2).await.len(), count, "{query}");
    }
    for (query, slug) in [
        (json!({"number": "C1234567890123"}), "filter-invalid"),
        (json!({"vin": "LSV"}), "filter-invalid"),
        (json!({"phone": "1380000"}), "phone-invalid"),
        (json!({"text": "卡"}), "search-too-short"),
    ] {
        stage.post("/console/complaints/search", &token, query).await.refused(422, slug);
    }
    let listed =
        stage.get("/console/complaints?kind=wrong_data&assigned=nobody&open=true", &token).await.ok();
    assert_eq!(listed["items"][0]["name_masked"], verify::document::mask_name("欧阳小娜"));
    assert_eq!(listed["items"][0]["phone_masked"], "138****1111");
}

#[rstest]
#[tokio::test]
async fn what_was_looked_for_is_written_nowhere(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let token = stage.staff().await;
    let id = file(&stage, &token, "13800001111", "保密内容在这里").await;
    let query = json!({"phone": "13800001111", "text": "保密内容"});
    assert_eq!(found(&stage, &token, &query, 5).await, [id]);
    let detail = "SELECT detail FROM audit WHERE action = 'complaints.list'";
    assert_eq!(stage.ask(detail).await, "by phone text");
    let holds = |text: &str| stage.stored().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    if let Db::Sqlite = db {
        assert!(!holds("保密") && !holds("13800001111"), "neither the text nor its index is readable");
    }
}

#[rstest]
#[tokio::test]
async fn a_file_holds_every_row_of_a_search(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.per_phone_per_day = 1000).await else {
        return;
    };
    let token = stage.staff().await;
    for number in 0..6 {
        file(&stage, &token, "13800001111", if number % 2 == 0 { "无法过户" } else { "无法联网" }).await;
    }
    let request = stage.raw(Method::POST, "/api/v1/console/complaints/search.csv").bearer_auth(&token);
    let answer = request.json(&json!({"text": "过户"})).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.starts_with("\u{feff}number,kind,channel"), "{text}");
    assert_eq!((text.matches("\r\n").count(), text.matches("138****1111").count()), (4, 3));
    assert_eq!(stage.ask("SELECT detail FROM audit WHERE action = 'complaints.export'").await, "by text");
}

#[rstest]
#[tokio::test]
async fn what_is_removed_is_not_found(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let token = stage.staff().await;
    let id = file(&stage, &token, "13800001111", "无法过户").await;
    assert_eq!(found(&stage, &token, &json!({"text": "过户"}), 5).await, [id]);
    stage.sql("DELETE FROM complaint_text").await;
    if let Db::Sqlite = db {
        let rows = "SELECT CAST(COUNT(*) AS TEXT) FROM complaint_search_docsize";
        assert_eq!(stage.ask(rows).await, "0", "the index has forgotten it too");
    }
    assert!(found(&stage, &token, &json!({"text": "过户"}), 5).await.is_empty());
}

/// Every figure in a report, with what it says it shows.
fn figures(report: &Value) -> Vec<(u64, Value)> {
    match report {
        Value::Object(fields) if fields.contains_key("query") => {
            vec![(fields["count"].as_u64().unwrap(), fields["query"].clone())]
        }
        Value::Object(fields) => fields.values().flat_map(figures).collect(),
        Value::Array(items) => items.iter().flat_map(figures).collect(),
        _ => vec![],
    }
}

#[rstest]
#[tokio::test]
async fn art_21_a_figure_shows_the_complaints_it_counts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.complaint.per_phone_per_day = 1000).await else {
        return;
    };
    let token = stage.staff().await;
    let day = 86_400_000;
    let now = stage.app.now_ms();
    let rows = [
        // Days ago, kind, region, state, days to the answer, breached, points
        (0, "fee", "44", "accepted", None, false, None),
        (3, "fee", "44", "assigned", None, false, None),
        (5, "staff", "11", "replied", Some(1), false, None),
        (9, "staff", "", "closed", Some(2), false, Some(5)),
        (14, "other", "", "investigating", None, false, None),
        (17, "other", "31", "waiting_for_user", None, true, None),
        (20, "fee", "31", "closed", Some(18), true, Some(1)),
        (21, "fee", "44", "closed", None, false, None),
        (90, "fee", "44", "accepted", None, true, None),
    ];
    for (days, kind, region, state, answered, breached, points) in rows {
        let receipt = receipt(&stage, &token, "13800001111", json!({"kind": kind})).await;
        let number = receipt["number"].as_str().unwrap();
        let received = now - days * day;
        let null = || "NULL".to_owned();
        let replied = answered.map_or_else(null, |took| (received + took * day).to_string());
        let closed = if state == "closed" { (received + 19 * day).to_string() } else { null() };
        let region = if region.is_empty() { null() } else { format!("'{region}'") };
        let points = points.map_or_else(null, |points: u8| points.to_string());
        stage
            .sql(&format!(
                "UPDATE complaint SET received_at_ms = {received}, region = {region}, state = '{state}', \
                 replied_at_ms = {replied}, first_response_at_ms = {replied}, closed_at_ms = {closed}, \
                 statutory_breached = {breached}, satisfaction = {points} WHERE number = '{number}'"
            ))
            .await;
    }
    let report = stage.get("/console/reports/complaints", &token).await.ok();
    let figures = figures(&report);
    assert!(figures.len() > 60);
    for (count, query) in &figures {
        assert_eq!(found(&stage, &token, query, 3).await.len() as u64, *count, "{query}");
    }
    let all = |name: &str| report["all"][name]["count"].as_u64().unwrap();
    let names = ["received", "in_time", "breached", "running", "unanswered", "open"];
    assert_eq!(names.map(all), [8, 2, 2, 3, 1, 4]);
    let ages: Vec<_> = report["open_by_age"]
        .as_array()
        .unwrap()
        .iter()
        .map(|age| age["open"]["count"].as_u64().unwrap())
        .collect();
    assert_eq!(ages, [2, 0, 0, 1, 2], "0-3, 4-7, 8-12, 13-15 days, longer");
    let answer = |name: &str| report["answer"][name].as_u64().unwrap();
    assert_eq!([answer("count"), answer("median_s"), answer("p90_s")], [3, 2 * 86_400, 18 * 86_400]);
    let guangdong =
        report["by_region"].as_array().unwrap().iter().find(|group| group["name"] == "44").unwrap();
    assert_eq!((&guangdong["zh"], &guangdong["en"]), (&json!("广东"), &json!("Guangdong")));

    let request = stage.raw(Method::GET, "/api/v1/console/reports/complaints.csv").bearer_auth(&token);
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains("\r\nall,,received,8\r\n") && text.contains("\r\nkind,fee,received,4\r\n"),
        "{text}"
    );
    assert!(text.contains("\r\ntime,answer,median_s,172800\r\n"), "{text}");
    let path = "/console/reports/complaints?from=2020-01-01T00:00:00Z";
    stage.get(path, &token).await.refused(400, "bad-request");
}

#[rstest]
#[tokio::test]
async fn art_22_a_figure_shows_the_vehicles_it_counts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    crate::lists::take(&stage, &crate::lists::file(0..12)).await;
    let token = stage.staff().await;
    let vehicles =
        stage.get("/console/vehicles?brand=%E7%BA%A2%E6%97%97&state=unregistered", &token).await.ok();
    let ids: Vec<&str> =
        vehicles["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    for id in &ids[..4] {
        let body = json!({"channel": "phone", "phone": "13800001111"});
        stage.post(&format!("/console/vehicles/{id}/notices"), &token, body).await.ok();
    }
    let told = "id IN (SELECT vehicle_id FROM notice ORDER BY id LIMIT 3)";
    stage.sql(&format!("UPDATE vehicle SET record_state = 'sampled' WHERE {told}")).await;
    let report = stage.get("/console/reports/registration", &token).await.ok();
    let brand = report["by_brand"].as_array().unwrap().iter().find(|brand| brand["brand"] == "红旗").unwrap();
    let count = |name: &str| brand[name]["count"].as_u64().unwrap();
    let names = ["vehicles", "unregistered", "registered", "notified", "registered_after_notice"];
    assert_eq!(names.map(count), [8, 5, 3, 4, 3]);
    for (count, query) in figures(&report) {
        let mut path = "/console/vehicles?limit=100".to_owned();
        for (name, value) in query.as_object().unwrap() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            path += &format!("&{name}={value}");
        }
        let page = stage.get(&path, &token).await.ok();
        assert_eq!(page["items"].as_array().unwrap().len() as u64, count, "{query}");
    }
    let request = stage.raw(Method::GET, "/api/v1/console/reports/registration.csv").bearer_auth(&token);
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("\r\n红旗,8,5,3,4,3\r\n"), "{text}");
}

#[rstest]
#[tokio::test]
async fn only_who_has_a_complaint_sees_who_complains(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (han, li) = (staff(&stage, "han", Role::Handler).await, staff(&stage, "li", Role::Handler).await);
    let supervisor = staff(&stage, "zhu", Role::Supervisor).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let auditor = staff(&stage, "shen", Role::Auditor).await;
    let id = file_with(&stage, &li, "13800001111", json!({"name": "欧阳小娜"})).await;
    let look = |fields: Value| {
        json!({
            "subject_kind": "complaint",
            "subject_id": id,
            "fields": fields,
            "reason": "complaint",
            "sentence": "回电核实情况",
        })
    };
    let both = || look(json!(["name", "phone"]));
    stage.post("/console/reveals", &han, both()).await.refused(409, "case-taken");
    act(&stage, &han, &id, "take", json!({})).await;
    let seen = stage.post("/console/reveals", &han, both()).await.ok();
    let values: Vec<_> =
        seen["values"].as_array().unwrap().iter().map(|value| value["value"].clone()).collect();
    assert_eq!(values, ["欧阳小娜", "13800001111"]);
    stage.post("/console/reveals", &han, look(json!(["vin"]))).await.refused(400, "bad-request");
    for other in [&li, &reviewer] {
        stage.post("/console/reveals", other, both()).await.refused(409, "case-taken");
    }
    stage.post("/console/reveals", &supervisor, look(json!(["phone"]))).await.ok();

    let person = stage.id("SELECT id FROM person").await;
    let of_person = json!({
        "subject_kind": "person",
        "subject_id": person,
        "fields": ["name"],
        "reason": "correction",
        "sentence": "更正姓名",
    });
    stage.post("/console/reveals", &han, of_person).await.ok();
    let looks = async |query: &str| {
        let page = stage.get(&format!("/console/reveals?{query}"), &auditor).await.ok();
        page["items"].as_array().unwrap().len()
    };
    let han_id = stage.id("SELECT id FROM staff WHERE username = 'han'").await;
    assert_eq!(looks("").await, 3);
    assert_eq!(looks("subject_kind=complaint").await, 2);
    assert_eq!(looks(&format!("subject_id={id}&staff_id={han_id}")).await, 1);
    assert_eq!(looks(&format!("staff_id={han_id}")).await, 2);
    assert_eq!(looks("until=2020-01-01T00:00:00Z").await, 0);
    assert_eq!(looks("from=2020-01-01T00:00:00Z").await, 3);
}
