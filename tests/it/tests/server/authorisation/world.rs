//! Everybody signed in, and one record of each kind that belongs to the owner.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use server::{
    rules::rights::{Role, Scope},
    service::{clients, passwords::hash_password},
    store::{NewSession, SessionKind, StaffMember},
};
use uuid::Uuid;

use super::{
    caller::Caller,
    document::{Operation, least},
};
use crate::{
    authenticator::Authenticator,
    person::{BUYER, Person},
    stage::{Answer, Stage, answer},
};

/// A PNG picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC";

/// What the calls are about.
pub struct World<'a> {
    stage: &'a Stage,
    owner: Person<'a>,
    accounts: [Uuid; 2],
    staff: BTreeMap<Role, Uuid>,
    client: Uuid,
    /// The owner's records by the segment of the path that names their kind.
    records: BTreeMap<&'static str, String>,
}

impl<'a> World<'a> {
    pub async fn new(stage: &'a Stage) -> Self {
        let owner = Person::owner(stage).await;
        Person::buyer(stage).await;
        let vehicles = owner.get("/owner/vehicles").await.ok();
        let sessions = owner.get("/owner/sessions").await.ok();
        let passkey = Authenticator::new().register(stage, "/owner/passkeys", &owner.token).await.ok();
        let transfer = owner.start_transfer().await;
        let wrong = serde_json::json!({"kind": "fee", "channel": "app", "text": "x"});
        let complaint = owner.post("/owner/complaints", wrong).await.ok();
        let path = format!("/owner/complaints/{}/attachments", complaint["id"].as_str().unwrap());
        let files = owner.post(&path, json!({"files": [{"content": PIXEL}]})).await.ok();
        let wish = json!({
            "vehicle_id": vehicles["items"][1]["id"], "text": "x",
            "values": [{"field": "model", "value": "x"}],
        });
        let correction = owner.post("/owner/corrections", wish).await.ok();
        let records = BTreeMap::from([
            ("vehicles", vehicles["items"][0]["id"].as_str().unwrap().to_owned()),
            ("verifications", owner.perform(&transfer).await.id),
            ("complaints", complaint["id"].as_str().unwrap().to_owned()),
            ("consents", owner.consent().await),
            ("requests", transfer),
            ("attachments", files["ids"][0].as_str().unwrap().to_owned()),
            ("corrections", correction["correction"]["id"].as_str().unwrap().to_owned()),
            ("sessions", sessions["items"][0]["id"].as_str().unwrap().to_owned()),
            ("passkeys", passkey["id"].as_str().unwrap().to_owned()),
        ]);

        let tx = stage.app.store.begin().await.unwrap();
        let account = async |phone| tx.accounts().find_or_create(phone, Uuid::nil(), 0).await.unwrap().id;
        let accounts = [account(server::service::seed::DEMO_PHONE).await, account(BUYER.0).await];
        let mut staff = BTreeMap::new();
        for role in Role::ALL {
            let member = StaffMember {
                id: stage.app.id(),
                username: format!("the {role}"),
                password_hash: hash_password("long enough"),
                roles: vec![*role],
            };
            staff.insert(*role, member.id);
            tx.staff().insert(member, stage.app.now_ms()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let (client, _) = clients::add(&stage.app, "platform", Scope::ALL.to_vec()).await.unwrap();
        Self { stage, owner, accounts, staff, client: client.id, records }
    }

    /// Calls an operation about the owner's records.
    pub async fn call(&self, operation: &Operation, caller: Caller) -> Answer {
        let query = operation.query.iter().map(|(name, schema)| {
            let value = least(schema, name, &|name| self.known(name));
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        });
        let query = query.collect::<Vec<_>>().join("&");
        let path = format!("/api/v1{}?{query}", self.path(&operation.path));
        let mut request = self.stage.raw(operation.method.clone(), &path);
        if let Some(token) = self.token(caller).await {
            request = request.bearer_auth(token);
        }
        request = match &operation.body {
            None => request,
            Some((kind, schema)) if kind.starts_with("application/json") => {
                request.json(&self.body(&operation.id, schema))
            }
            Some((kind, _)) => request.header("content-type", kind).body("x"),
        };
        answer(request).await
    }

    /// What is sent: the least that can be read, or more where an operation looks at it before it looks up the record.
    fn body(&self, operation: &str, schema: &Value) -> Value {
        match operation {
            "verification_open" => self.owner.request(&self.records["requests"]),
            _ => least(schema, "", &|name| self.known(name)),
        }
    }

    fn path(&self, template: &str) -> String {
        let mut kind = "";
        let segments = template.split('/').map(|segment| {
            let Some(name) = segment.strip_prefix('{') else {
                kind = segment;
                return segment.to_owned();
            };
            self.records.get(kind).cloned().unwrap_or_else(|| self.known(name.trim_end_matches('}')))
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The record a member like `vehicle_id` holds.
    fn known(&self, name: &str) -> String {
        let kind = format!("{}s", name.trim_end_matches("_id"));
        self.records.get(kind.as_str()).cloned().unwrap_or_else(|| Uuid::new_v4().to_string())
    }

    /// A session of its own for each call: some operations end theirs.
    async fn token(&self, caller: Caller) -> Option<String> {
        let (kind, subject_id) = match caller {
            Caller::Anonymous => return None,
            Caller::Owner => (SessionKind::Owner, self.accounts[0]),
            Caller::Stranger => (SessionKind::Owner, self.accounts[1]),
            Caller::Staff(role) => (SessionKind::Staff, self.staff[&role]),
            Caller::Client(_) => (SessionKind::Client, self.client),
        };
        let (app, token) = (&self.stage.app, self.stage.app.token());
        let scopes = if let Caller::Client(scope) = caller { vec![scope] } else { vec![] };
        let session = NewSession {
            id: app.id(),
            kind,
            subject_id,
            method: "test",
            second_factor: false,
            scopes: &scopes,
            token: &token,
            idle: Duration::from_secs(3_600),
            expires_at_ms: app.now_ms() + 3_600_000,
        };
        let tx = app.store.begin().await.unwrap();
        tx.sessions().insert(session, app.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
        Some(token)
    }
}
