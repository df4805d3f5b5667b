//! Acting on a case: every act by the rules of what it acts on, and all or nothing (Art 21).

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    rules::rights::Role,
    service::{
        housekeeping,
        seed::{DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID},
    },
};
use uuid::Uuid;

use crate::{
    person::{BUYER, Person, acceptance},
    reviews::staff,
    stage::{Answer, Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// VIN and engine number of the demonstration's first vehicle.
const VEHICLE: (&str, &str) = ("LSVAM4186C2184841", "EA2110384");
const REASON: &str = "投诉人提供了购车发票，需要核实。";

/// A complaint and its handler.
pub struct Desk<'a> {
    stage: &'a Stage,
    pub anna: String,
    pub complaint: String,
}

impl<'a> Desk<'a> {
    /// A complaint as this person files it, taken by a handler.
    pub async fn of(person: &Person<'a>, kind: &str, about: Value) -> Self {
        let mut body = json!({"kind": kind, "channel": "app", "text": "请核实。"});
        body.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
        let receipt = person.post("/owner/complaints", body).await.ok();
        Self::taken(person.stage, receipt["id"].as_str().unwrap()).await
    }

    async fn taken(stage: &'a Stage, complaint: &str) -> Self {
        let anna = staff(stage, "anna", Role::Handler).await;
        let desk = Self { stage, anna, complaint: complaint.to_owned() };
        desk.act("take", json!({})).await.ok();
        desk
    }

    pub async fn act(&self, act: &str, body: Value) -> Answer {
        self.act_as(&self.anna, act, body).await
    }

    pub async fn act_as(&self, who: &str, act: &str, body: Value) -> Answer {
        self.stage.post(&format!("/console/complaints/{}/{act}", self.complaint), who, body).await
    }

    pub async fn case(&self) -> Value {
        self.stage.get(&format!("/console/complaints/{}", self.complaint), &self.anna).await.ok()
    }

    /// How many lines the history has, and what the last one says was done.
    async fn last(&self) -> (usize, Value) {
        let lines = self.case().await["lines"].as_array().unwrap().clone();
        (lines.len(), lines.last().unwrap()["act"].clone())
    }

    /// Asserts that what is refused leaves nothing: not in the history, not in a table.
    async fn leaves_nothing(&self, refused: Answer, status: u16, slug: &str, before: &[String]) {
        refused.refused(status, slug);
        assert_eq!(self.traces().await, before, "{slug} left something");
    }

    /// What an act could have left.
    async fn traces(&self) -> Vec<String> {
        let mut traces = Vec::new();
        for query in [
            "SELECT CAST(COUNT(*) AS TEXT) FROM complaint_event",
            "SELECT CAST(COUNT(*) AS TEXT) FROM request",
            "SELECT CAST(COUNT(*) AS TEXT) FROM request_event",
            "SELECT CAST(COUNT(*) AS TEXT) FROM correction",
            "SELECT CAST(COUNT(*) AS TEXT) FROM sample",
            "SELECT CAST(COUNT(*) AS TEXT) FROM message",
            "SELECT CAST(COUNT(*) AS TEXT) FROM outbox",
            "SELECT CAST(SUM(version) AS TEXT) FROM vehicle",
            "SELECT CAST(SUM(version) AS TEXT) FROM complaint",
        ] {
            traces.push(self.stage.ask(query).await);
        }
        traces
    }
}

async fn vehicles(person: &Person<'_>) -> Vec<Value> {
    person.get("/owner/vehicles").await.ok()["items"].as_array().unwrap().clone()
}

/// The first vehicle of the demonstration: id.
async fn vehicle(owner: &Person<'_>) -> String {
    let all = vehicles(owner).await;
    let found = all.iter().find(|vehicle| vehicle["brand"] == "星途").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn art_21_a_linked_request_is_frozen_and_let_go_from_the_case(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let desk = Desk::of(&owner, "cannot_transfer", json!({"request_id": transfer})).await;
    let freeze = json!({"request_id": transfer, "reason": REASON});

    let other = staff(&stage, "bo", Role::Handler).await;
    let (reviewer, auditor) =
        (staff(&stage, "rui", Role::Reviewer).await, staff(&stage, "ai", Role::Auditor).await);
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act_as(&other, "freeze", freeze.clone()).await, 409, "case-taken", &before)
        .await;
    for nobody in [&reviewer, &auditor] {
        desk.act_as(nobody, "freeze", freeze.clone()).await.refused(403, "right-missing");
    }
    let stranger = json!({"request_id": Uuid::new_v4(), "reason": REASON});
    desk.leaves_nothing(desk.act("freeze", stranger).await, 409, "not-linked", &before).await;
    let silent = json!({"request_id": transfer, "reason": "\u{7}"});
    desk.leaves_nothing(desk.act("freeze", silent).await, 422, "sentence-invalid", &before).await;
    let settle = json!({"request_id": transfer, "outcome": "dismissed", "reason": REASON});
    desk.leaves_nothing(desk.act("settlement", settle.clone()).await, 409, "conflict", &before).await;

    desk.act("freeze", freeze.clone()).await.ok();
    assert_eq!(owner.state(&transfer).await, "disputed");
    let (lines, act) = desk.last().await;
    assert_eq!(act, "freeze");
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("freeze", freeze.clone()).await, 409, "conflict", &before).await;
    desk.act("settlement", settle).await.ok();
    assert_eq!(owner.state(&transfer).await, "draft");
    assert_eq!(desk.last().await, (lines + 1, json!("settle")));

    owner.post(&format!("/owner/complaints/{}/withdrawal", desk.complaint), json!({})).await.ok();
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("freeze", freeze).await, 409, "complaint-closed", &before).await;
}

#[rstest]
#[tokio::test]
async fn only_who_proved_the_phone_gets_a_claim_opened(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    // Somebody signed in with this phone once: that does not say who calls now.
    Person::buyer(&stage).await;
    stage.clock.turn(Duration::from_secs(3600));
    let anna = staff(&stage, "bo", Role::Handler).await;
    let call = json!({
        "channel": "hotline", "phone": BUYER.0, "kind": "prior_owner_unreachable", "text": "原车主失联。",
    });
    let receipt = stage.post("/console/complaints", &anna, call).await.ok();
    let desk = Desk::taken(&stage, receipt["id"].as_str().unwrap()).await;
    let claim = json!({"vin": VEHICLE.0, "engine_number": VEHICLE.1, "reason": REASON});
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("claim", claim.clone()).await, 409, "phone-unproved", &before).await;

    stage.clock.turn(Duration::from_secs(3600));
    let buyer = Person::buyer(&stage).await;
    let before = desk.traces().await;
    let wrong = json!({"vin": VEHICLE.0, "engine_number": "X", "reason": REASON});
    desk.leaves_nothing(desk.act("claim", wrong).await, 422, "vehicle-unknown", &before).await;
    let opened = desk.act("claim", claim.clone()).await.ok();
    let request = opened["request_id"].as_str().unwrap();
    assert_eq!(desk.last().await.1, "claim");
    assert_eq!(desk.case().await["requests"][0]["id"], request);
    let seen = buyer.get(&format!("/owner/requests/{request}")).await.ok();
    assert_eq!(
        (&seen["kind"], &seen["state"], &seen["role"]),
        (&json!("claim"), &json!("claimed"), &json!("counterparty"))
    );
    assert_eq!(seen["timeline"][0]["actor"], "staff");
    // It runs as every claim: without the papers nobody verifies.
    buyer.consent().await;
    buyer.post("/owner/verifications", buyer.request(request)).await.refused(422, "paper-missing");
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("claim", claim).await, 409, "request-open", &before).await;
}

#[rstest]
#[tokio::test]
async fn art_10_a_questioned_record_is_verified_anew_or_loses_its_functions(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let (buyer, id) = (Person::buyer(&stage).await, vehicle(&owner).await);
    let desk = Desk::of(&buyer, "registered_without_knowledge", json!({"vin": VEHICLE.0})).await;
    let doubt = json!({"vehicle_id": id, "reason": REASON});
    let before = desk.traces().await;
    let other = json!({"vehicle_id": Uuid::new_v4(), "reason": REASON});
    desk.leaves_nothing(desk.act("verification", other).await, 409, "not-linked", &before).await;
    desk.act("verification", doubt.clone()).await.ok();
    assert_eq!(desk.last().await.1, "verification");
    let record = async || {
        let all = vehicles(&owner).await;
        all.iter().find(|vehicle| vehicle["id"] == *id).unwrap()["record"].as_str().unwrap().to_owned()
    };
    assert_eq!(record().await, "rectifying");
    let texts = stage.get("/console/messages", &stage.staff().await).await.ok();
    assert!(texts["items"][0]["text"].as_str().unwrap().contains("30日内登录重新登记"), "{texts}");
    let samples = stage.get("/console/samples", &desk.anna).await.ok();
    assert_eq!(
        (&samples["items"][0]["state"], &samples["items"][0]["finding"]),
        (&json!("failed"), &json!(REASON))
    );
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("verification", doubt).await, 409, "conflict", &before).await;

    let anew = json!({"vehicle_id": id, "address": "北京市朝阳区示例路1号"});
    let request = owner.post("/owner/rectifications", anew).await.ok();
    assert_eq!(request["kind"], "registration");
    owner.post(&format!("/owner/requests/{}/cancel", request["id"].as_str().unwrap()), json!({})).await.ok();
    stage.clock.turn(31 * DAY);
    housekeeping::tidy(&stage.app).await;
    assert_eq!(
        stage.ask(&format!("SELECT record_state FROM vehicle WHERE vin = '{}'", VEHICLE.0)).await,
        "emergency_only"
    );
}

#[rstest]
#[tokio::test]
async fn pipl_46_nothing_is_corrected_before_the_owner_confirms(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let (buyer, id) = (Person::buyer(&stage).await, vehicle(&owner).await);
    let desk = Desk::of(&owner, "wrong_data", json!({"vehicle_id": id})).await;
    let correct = async |values: Value| {
        desk.act("corrections", json!({"vehicle_id": id, "values": values, "reason": REASON})).await
    };
    let colour = async || {
        vehicles(&owner).await.iter().find(|found| found["id"] == *id).unwrap()["body_colour"].clone()
    };
    let before = desk.traces().await;
    for (values, slug) in [
        (json!([{"field": "name", "value": "张三"}]), "verification-needed"),
        (json!([{"field": "document_number", "value": "440524199001010018"}]), "verification-needed"),
        (json!([{"field": "body_colour", "value": " 珍珠白 "}]), "nothing-to-correct"),
        (json!([{"field": "brand", "value": "x".repeat(61)}]), "value-invalid"),
        (json!([{"field": "engine_number", "value": "发动机"}]), "value-invalid"),
        (json!([{"field": "phone", "value": "123"}]), "phone-invalid"),
    ] {
        desk.leaves_nothing(correct(values).await, 422, slug, &before).await;
    }

    let values = json!([{"field": "body_colour", "value": "曜石黑"}, {"field": "engine_number", "value": "ea2110385"}]);
    let proposed = correct(values.clone()).await.ok();
    assert_eq!((&proposed["state"], &proposed["proposed_by"]), (&json!("proposed"), &json!("staff")));
    assert_eq!(colour().await, "珍珠白");
    let path = format!("/owner/corrections/{}", proposed["id"].as_str().unwrap());
    let before = desk.traces().await;
    desk.leaves_nothing(correct(values).await, 409, "correction-open", &before).await;
    let confirm = format!("{path}/confirm");
    desk.leaves_nothing(buyer.post(&confirm, json!({})).await, 404, "not-found", &before).await;
    let own = json!({"confirms": true, "reason": REASON});
    let answer = format!("corrections/{}/answer", proposed["id"].as_str().unwrap());
    desk.leaves_nothing(desk.act(&answer, own).await, 409, "conflict", &before).await;
    let transfer = owner.start_transfer().await;
    let before = desk.traces().await;
    desk.leaves_nothing(owner.post(&confirm, json!({})).await, 409, "request-open", &before).await;
    owner.post(&format!("/owner/requests/{transfer}/cancel"), json!({})).await.ok();

    let shown = owner.get("/owner/corrections").await.ok();
    assert_eq!(shown["items"][0]["changes"][0]["before_masked"], "EA*******");
    owner.post(&confirm, json!({})).await.ok();
    assert_eq!(colour().await, "曜石黑");
    let told = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE kind = 'record.corrected'").await;
    assert_eq!(told, "1");
    let case = desk.case().await;
    assert_eq!(case["lines"].as_array().unwrap().last().unwrap()["kind"], "user_spoke");
    owner.post(&confirm, json!({})).await.refused(409, "conflict");
    // What stands on the vehicle now opens it: the number was kept in capitals.
    let claim = json!({"vin": VEHICLE.0, "engine_number": "EA2110385"});
    buyer.post("/owner/claims", claim).await.ok();
}

#[rstest]
#[tokio::test]
async fn a_new_phone_is_proved_before_the_record_moves_to_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    const NEW: &str = "13612345678";
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = vehicle(&owner).await;
    let desk = Desk::of(&owner, "wrong_data", json!({"vehicle_id": id})).await;
    let values = json!([{"field": "phone", "value": NEW}]);
    let proposed =
        desk.act("corrections", json!({"vehicle_id": id, "values": values, "reason": REASON})).await.ok();
    assert_eq!(proposed["code_needed"], true);
    let confirm = format!("/owner/corrections/{}/confirm", proposed["id"].as_str().unwrap());
    owner.post(&confirm, json!({})).await.refused(401, "code-wrong");
    stage.call(Method::POST, "/owner/codes", None, Some(json!({"phone": NEW}))).await.ok();
    let code = stage.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    owner.post(&confirm, json!({"code": wrong})).await.refused(401, "code-wrong");
    owner.post(&confirm, json!({"code": code})).await.ok();

    assert!(vehicles(&owner).await.is_empty(), "the old phone lost the record");
    let told = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE kind = 'record.corrected'").await;
    assert_eq!(told, "2", "the platform hears of every vehicle of the owner");
    stage.clock.turn(Duration::from_secs(120));
    let moved = Person::new(&stage, NEW, DEMO_NAME, DEMO_RESIDENT_ID).await;
    assert_eq!(vehicles(&moved).await.len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_correction_nobody_confirms_ends_by_itself(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = vehicle(&owner).await;
    let desk = Desk::of(&owner, "wrong_data", json!({"vehicle_id": id})).await;
    let values = json!([{"field": "model", "value": "揽月 1.5T"}]);
    let proposed =
        desk.act("corrections", json!({"vehicle_id": id, "values": values, "reason": REASON})).await.ok();
    stage.clock.turn(31 * DAY);
    housekeeping::tidy(&stage.app).await;
    let owner = Person::owner(&stage).await;
    let confirm = format!("/owner/corrections/{}/confirm", proposed["id"].as_str().unwrap());
    owner.post(&confirm, json!({})).await.refused(409, "conflict");
    assert_eq!(owner.get("/owner/corrections").await.ok()["items"][0]["state"], "expired");
    assert_eq!(vehicles(&owner).await.iter().filter(|vehicle| vehicle["model"] == "揽月 1.5T").count(), 0);
}

#[rstest]
#[tokio::test]
async fn pipl_46_an_owner_proposes_and_a_handler_confirms(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let (buyer, id) = (Person::buyer(&stage).await, vehicle(&owner).await);
    let wish = json!({
        "vehicle_id": id, "text": "我搬家了。",
        "values": [{"field": "address", "value": "上海市浦东新区世纪大道1号"}, {"field": "model", "value": "揽月 PRO"}],
    });
    buyer.post("/owner/corrections", wish.clone()).await.refused(404, "not-found");
    let phone =
        json!({"vehicle_id": id, "text": "换号", "values": [{"field": "phone", "value": "13612345678"}]});
    owner.post("/owner/corrections", phone).await.refused(401, "code-wrong");
    let filed = owner.post("/owner/corrections", wish.clone()).await.ok();
    assert_eq!(filed["correction"]["proposed_by"], "owner");
    owner.post("/owner/corrections", wish).await.refused(409, "correction-open");
    let correction = filed["correction"]["id"].as_str().unwrap();
    owner.post(&format!("/owner/corrections/{correction}/confirm"), json!({})).await.refused(409, "conflict");

    let bo = staff(&stage, "bo", Role::Handler).await;
    let desk = Desk::taken(&stage, filed["receipt"]["id"].as_str().unwrap()).await;
    let answer = format!("corrections/{correction}/answer");
    let yes = json!({"confirms": true, "reason": REASON});
    let path = format!("/console/complaints/{}/corrections", desk.complaint);
    stage.get(&path, &bo).await.refused(409, "case-taken");
    let seen = stage.get(&path, &desk.anna).await.ok();
    assert_eq!(seen["items"][0]["changes"].as_array().unwrap().len(), 2);
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act_as(&bo, &answer, yes.clone()).await, 409, "case-taken", &before).await;
    desk.act(&answer, yes).await.ok();
    assert_eq!(desk.last().await.1, "correction");
    assert!(vehicles(&owner).await.iter().any(|vehicle| vehicle["model"] == "揽月 PRO"));
}

#[rstest]
#[tokio::test]
async fn art_21_who_is_registered_without_knowing_ends_it_as_the_person_on_record(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = vehicle(&owner).await;
    // The person whose name was used has another phone than the record.
    let victim = Person::new(&stage, "13712345678", DEMO_NAME, DEMO_RESIDENT_ID).await;
    assert_ne!(DEMO_PHONE, "13712345678");
    let own = json!({"vehicle_id": id, "reason": "not_own"});
    owner.post("/owner/cancellations", own).await.refused(400, "bad-request");

    let other = victim
        .post("/owner/complaints", json!({"kind": "other", "channel": "app", "text": "x", "vin": VEHICLE.0}))
        .await
        .ok();
    let desk = Desk::of(&victim, "registered_without_knowledge", json!({"vin": VEHICLE.0})).await;
    let mark = json!({"vehicle_id": id, "reason": REASON});
    let other =
        Desk { stage: &stage, anna: desk.anna.clone(), complaint: other["id"].as_str().unwrap().to_owned() };
    other.act("take", json!({})).await.ok();
    let before = desk.traces().await;
    desk.leaves_nothing(other.act("not-own", mark.clone()).await, 409, "kind-unfit", &before).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    desk.act_as(&reviewer, "not-own", mark.clone()).await.refused(403, "right-missing");

    let opened = desk.act("not-own", mark.clone()).await.ok();
    let request = opened["request_id"].as_str().unwrap();
    assert_eq!(desk.last().await.1, "not_own");
    let seen = victim.get(&format!("/owner/requests/{request}")).await.ok();
    assert_eq!(
        (&seen["kind"], &seen["reason"], &seen["state"]),
        (&json!("cancellation"), &json!("not_own"), &json!("draft"))
    );
    assert_eq!(seen["papers"]["needed"], json!([]));
    let before = desk.traces().await;
    desk.leaves_nothing(desk.act("not-own", mark).await, 409, "request-open", &before).await;

    victim.consent().await;
    let stranger = Person::buyer(&stage).await;
    stranger.get(&format!("/owner/requests/{request}")).await.refused(404, "not-found");
    let mut as_other = victim.request(request);
    (as_other["name"], as_other["document_number"]) = (json!(BUYER.1), json!(BUYER.2));
    victim.post("/owner/verifications", as_other).await.refused(422, "document-mismatch");
    victim.verify(request).await;
    assert_eq!(victim.state(request).await, "reason_given");
    victim.post(&format!("/owner/requests/{request}/accept"), acceptance()).await.ok();
    assert_eq!(victim.state(request).await, "manual_review", "staff decide, without papers");
    let reviews = stage.get("/console/reviews", &reviewer).await.ok();
    let review = format!("/console/reviews/{}", reviews["items"][0]["id"].as_str().unwrap());
    stage.post(&format!("{review}/claim"), &reviewer, json!({})).await.ok();
    stage.post(&format!("{review}/pass"), &reviewer, json!({})).await.ok();
    assert_eq!(victim.state(request).await, "syncing");
}
