//! Members of staff: how they sign in, and who says who they are.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    config::Config,
    rules::{rights::Role, sign_in::SecondFactor, totp},
    service::{
        Clock,
        staff::{self, By},
    },
};

use crate::{
    authenticator::Authenticator,
    stage::{Answer, Db, Stage},
};

const PASSWORD: &str = "correct horse battery";

fn required(config: &mut Config) {
    config.sign_in.staff_second_factor = SecondFactor::Required;
}

/// Adds a member as an operator does; their id.
async fn add(stage: &Stage, name: &str, roles: &[Role]) -> String {
    let added = staff::add(&stage.app, By::Operator, name, PASSWORD.into(), roles.to_vec()).await;
    added.unwrap().member.id.to_string()
}

async fn try_in(stage: &Stage, name: &str, password: &str) -> Answer {
    let body = json!({"username": name, "password": password});
    stage.call(Method::POST, "/console/sessions", None, Some(body)).await
}

/// Signs in with the password; the token.
async fn sign_in(stage: &Stage, name: &str) -> String {
    try_in(stage, name, PASSWORD).await.ok()["token"].as_str().unwrap().to_owned()
}

async fn delete(stage: &Stage, path: &str, token: &str) -> Answer {
    stage.call(Method::DELETE, path, Some(token), None).await
}

/// An authenticator app.
struct App(Vec<u8>);

impl App {
    /// Reads the secret as it is typed in.
    fn new(offer: &Value) -> Self {
        let bits: String = offer["secret"]
            .as_str()
            .unwrap()
            .bytes()
            .map(|letter| {
                let digit = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
                format!("{digit:05b}")
            })
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8);
        Self(bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect())
    }

    /// The code shown `steps` from now.
    fn code(&self, stage: &Stage, steps: i64) -> Value {
        let step = stage.clock.now_ms().div_euclid(1000 * totp::STEP_S);
        json!({"code": totp::code(&self.0, step + steps)})
    }

    /// Sets one up; the recovery codes too.
    async fn enrol(stage: &Stage, token: &str) -> (Self, Value) {
        let offer = stage.post("/console/second-factor/totp", token, json!({})).await.ok();
        assert!(offer["uri"].as_str().unwrap().starts_with("otpauth://totp/OwnerProof:"));
        let app = Self::new(&offer);
        let code = app.code(stage, -1);
        let codes = stage.post("/console/second-factor/totp/confirm", token, code).await.ok();
        (app, codes["recovery_codes"].clone())
    }
}

#[rstest]
#[tokio::test]
async fn without_a_second_factor_one_can_only_set_one_up(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, required).await else { return };
    add(&stage, "han", &[Role::Handler]).await;
    let begun = try_in(&stage, "han", PASSWORD).await.ok();
    assert_eq!((&begun["next"], &begun["factors"]), (&json!("enrol"), &json!([])));
    let token = begun["token"].as_str().unwrap();
    stage.get("/console/messages", token).await.refused(403, "second-factor-missing");
    stage.get("/console/staff", token).await.refused(403, "second-factor-missing");
    let (app, _) = App::enrol(&stage, token).await;
    stage.get("/console/messages", token).await.ok();
    stage.get("/console/staff", token).await.refused(403, "right-missing");
    let offer = stage.post("/console/second-factor/totp", token, json!({})).await;
    offer.refused(409, "conflict");

    let begun = try_in(&stage, "han", PASSWORD).await.ok();
    assert_eq!((&begun["next"], &begun["factors"]), (&json!("prove"), &json!(["totp"])));
    let second = begun["token"].as_str().unwrap();
    stage.get("/console/messages", second).await.refused(403, "second-factor-needed");
    // Knowing the password is not enough to add another factor.
    for path in ["/console/second-factor/totp", "/console/passkeys/options"] {
        stage.post(path, second, json!({})).await.refused(403, "second-factor-needed");
    }
    delete(&stage, "/console/sessions", second).await.refused(403, "second-factor-needed");
    stage.post("/console/second-factor/code", second, app.code(&stage, 0)).await.ok();
    stage.get("/console/messages", second).await.ok();
    assert_eq!(stage.get("/console/me", second).await.ok()["next"], "ready");
}

#[rstest]
#[tokio::test]
async fn a_code_of_the_app_works_once_and_only_around_now(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| {
        required(config);
        config.sign_in.lockout_failures = 100;
    })
    .await
    else {
        return;
    };
    add(&stage, "han", &[Role::Handler]).await;
    let (app, _) = App::enrol(&stage, &sign_in(&stage, "han").await).await;
    let prove = async |code| {
        let token = sign_in(&stage, "han").await;
        stage.post("/console/second-factor/code", &token, code).await
    };
    // The one before now was used to set the app up.
    for steps in [-3, -2, -1, 2, 3] {
        prove(app.code(&stage, steps)).await.refused(401, "code-wrong");
    }
    let now = app.code(&stage, 0);
    prove(now.clone()).await.ok();
    prove(now.clone()).await.refused(401, "code-wrong");
    prove(app.code(&stage, 1)).await.ok();
    prove(now).await.refused(401, "code-wrong");
    assert!(
        !String::from_utf8_lossy(&stage.stored()).contains(&String::from_utf8_lossy(&app.0).into_owned())
    );
}

#[rstest]
#[tokio::test]
async fn a_recovery_code_stands_in_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, required).await else { return };
    let id = add(&stage, "han", &[Role::Handler]).await;
    add(&stage, "rui", &[Role::Reviewer]).await;
    let (_, codes) = App::enrol(&stage, &sign_in(&stage, "han").await).await;
    App::enrol(&stage, &sign_in(&stage, "rui").await).await;
    assert_eq!(codes.as_array().unwrap().len(), 10);
    let code = json!({"code": codes[3].as_str().unwrap().to_uppercase()});
    let other = sign_in(&stage, "rui").await;
    stage.post("/console/second-factor/code", &other, code.clone()).await.refused(401, "code-wrong");
    let token = sign_in(&stage, "han").await;
    stage.post("/console/second-factor/code", &token, code.clone()).await.ok();
    stage.get("/console/messages", &token).await.ok();
    let token = sign_in(&stage, "han").await;
    stage.post("/console/second-factor/code", &token, code).await.refused(401, "code-wrong");

    // An app that was only offered proves nothing, even to who was offered it.
    let fresh = staff::reset_second_factor(&stage.app, By::Operator, id.parse().unwrap()).await;
    fresh.unwrap();
    stage.get("/console/me", &token).await.refused(401, "sign-in-needed");
    let offered = sign_in(&stage, "han").await;
    let app = App::new(&stage.post("/console/second-factor/totp", &offered, json!({})).await.ok());
    let code = app.code(&stage, 0);
    stage.post("/console/second-factor/code", &offered, code).await.refused(401, "code-wrong");
    let spent = json!({"code": codes[4]});
    stage.post("/console/second-factor/code", &offered, spent).await.refused(401, "code-wrong");
}

#[rstest]
#[tokio::test]
async fn a_passkey_is_a_second_factor(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, required).await else { return };
    add(&stage, "han", &[Role::Handler]).await;
    add(&stage, "rui", &[Role::Reviewer]).await;
    let mut device = Authenticator::new();
    let first = sign_in(&stage, "han").await;
    device.register(&stage, "/console/passkeys", &first).await.ok();
    stage.get("/console/messages", &first).await.ok();
    let mut foreign = Authenticator::new();
    foreign.register(&stage, "/console/passkeys", &sign_in(&stage, "rui").await).await.ok();

    let begun = try_in(&stage, "han", PASSWORD).await.ok();
    assert_eq!((&begun["next"], &begun["factors"]), (&json!("prove"), &json!(["passkey"])));
    let token = begun["token"].as_str().unwrap();
    let path = "/console/second-factor/passkey";
    let options = async || stage.post(&format!("{path}/options"), token, json!({})).await.ok();
    let theirs = foreign.sign(&stage, &options().await);
    stage.post(path, token, theirs).await.refused(401, "passkey-wrong");
    // The passkey of a member of staff opens no owner's account.
    let asked = stage.call(Method::POST, "/owner/sessions/passkey/options", None, None).await.ok();
    let body = device.sign(&stage, &asked);
    let owner = stage.call(Method::POST, "/owner/sessions/passkey", None, Some(body)).await;
    owner.refused(401, "passkey-wrong");
    let answer = device.sign(&stage, &options().await);
    stage.post(path, token, answer).await.ok();
    stage.get("/console/messages", token).await.ok();
    let list = stage.get("/console/passkeys", token).await.ok();
    let passkey = format!("/console/passkeys/{}", list["items"][0]["id"].as_str().unwrap());
    let other = sign_in(&stage, "rui").await;
    delete(&stage, &passkey, &other).await.refused(403, "second-factor-needed");
    delete(&stage, &passkey, token).await.ok();
}

#[rstest]
#[tokio::test]
async fn failures_lock_the_name_known_or_not(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    add(&stage, "han", &[Role::Handler]).await;
    for name in ["han", "nobody"] {
        for _ in 0..5 {
            try_in(&stage, name, "wrong").await.refused(401, "credentials-wrong");
        }
        let locked = try_in(&stage, name, PASSWORD).await;
        locked.refused(429, "locked-out");
        assert!(locked.headers.contains_key("retry-after"));
    }
    stage.staff().await;
    stage.clock.turn(Duration::from_secs(901));
    sign_in(&stage, "han").await;
    // Being in forgives: four more failures do not lock.
    for _ in 0..4 {
        try_in(&stage, "han", "wrong").await.refused(401, "credentials-wrong");
    }
    sign_in(&stage, "han").await;
}

#[rstest]
#[tokio::test]
async fn guessing_the_second_factor_locks_too(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, required).await else { return };
    add(&stage, "han", &[Role::Handler]).await;
    let (app, _) = App::enrol(&stage, &sign_in(&stage, "han").await).await;
    // Whoever knows the password cannot start counting anew by signing in again.
    for _ in 0..5 {
        let token = sign_in(&stage, "han").await;
        let guess = json!({"code": "no code"});
        stage.post("/console/second-factor/code", &token, guess).await.refused(401, "code-wrong");
    }
    try_in(&stage, "han", PASSWORD).await.refused(429, "locked-out");
    stage.clock.turn(Duration::from_secs(901));
    let token = sign_in(&stage, "han").await;
    stage.post("/console/second-factor/code", &token, app.code(&stage, 0)).await.ok();
}

#[rstest]
#[tokio::test]
async fn an_administrator_says_who_works_here(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let me = add(&stage, "boss", &[Role::Administrator]).await;
    let boss = sign_in(&stage, "boss").await;
    let new = json!({"username": "rui", "password": PASSWORD, "roles": ["reviewer"]});
    let rui = stage.post("/console/staff", &boss, new.clone()).await.ok();
    assert_eq!((&rui["username"], &rui["roles"]), (&json!("rui"), &json!(["reviewer"])));
    stage.post("/console/staff", &boss, new).await.refused(409, "name-taken");
    for (field, value, status, slug) in [
        ("username", json!("oidc:somebody"), 400, "bad-request"),
        ("username", json!(""), 400, "bad-request"),
        ("roles", json!([]), 400, "bad-request"),
        ("roles", json!(["root"]), 400, "bad-request"),
        ("password", json!("short"), 422, "password-invalid"),
        ("password", json!("Somebody@long.example"), 422, "password-invalid"),
    ] {
        let mut bad =
            json!({"username": "somebody@long.example", "password": PASSWORD, "roles": ["handler"]});
        bad[field] = value;
        stage.post("/console/staff", &boss, bad).await.refused(status, slug);
    }

    let path = format!("/console/staff/{}", rui["id"].as_str().unwrap());
    let put = async |path: &str, roles: Value| {
        stage.call(Method::PUT, path, Some(&boss), Some(json!({"roles": roles}))).await
    };
    let token = sign_in(&stage, "rui").await;
    stage.get("/console/reviews", &token).await.ok();
    put(&format!("{path}/roles"), json!(["handler"])).await.ok();
    stage.get("/console/reviews", &token).await.refused(403, "right-missing");
    let mine = format!("/console/staff/{me}");
    put(&format!("{mine}/roles"), json!(["auditor"])).await.refused(409, "own-administrator");
    put(&format!("{mine}/roles"), json!(["auditor", "administrator"])).await.ok();
    stage.post(&format!("{mine}/disable"), &boss, json!({})).await.refused(409, "own-administrator");

    let gone = stage.post(&format!("{path}/disable"), &boss, json!({})).await.ok();
    assert!(gone["disabled_at"].is_string());
    stage.get("/console/me", &token).await.refused(401, "sign-in-needed");
    try_in(&stage, "rui", PASSWORD).await.refused(401, "credentials-wrong");
    stage.post(&format!("{path}/enable"), &boss, json!({})).await.ok();
    stage.get("/console/me", &token).await.refused(401, "sign-in-needed");
    let token = sign_in(&stage, "rui").await;
    let other = json!({"password": "another horse battery"});
    stage.post(&format!("{path}/password"), &boss, other).await.ok();
    stage.get("/console/me", &token).await.refused(401, "sign-in-needed");
    try_in(&stage, "rui", PASSWORD).await.refused(401, "credentials-wrong");
    try_in(&stage, "rui", "another horse battery").await.ok();
    let nobody = format!("/console/staff/{}/disable", uuid::Uuid::nil());
    stage.post(&nobody, &boss, json!({})).await.refused(404, "not-found");
    let done = "SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action IN \
        ('staff.add', 'staff.roles', 'staff.disable', 'staff.enable', 'staff.password')";
    assert_eq!(stage.ask(done).await, "7");
}

#[rstest]
#[tokio::test]
async fn the_list_goes_on_where_it_stopped(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let tx = stage.app.store.begin().await.unwrap();
    for number in 0..60 {
        let member = server::store::StaffMember {
            id: stage.app.id(),
            username: format!("member {number}"),
            password_hash: String::new(),
            roles: vec![],
        };
        tx.staff().insert(member, 0).await.unwrap();
    }
    tx.commit().await.unwrap();
    let admin = stage.staff().await;
    let first = stage.get("/console/staff", &admin).await.ok();
    let next = format!("/console/staff?after={}", first["next"].as_str().unwrap());
    let second = stage.get(&next, &admin).await.ok();
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["username"].to_string()).collect()
    };
    let mut all = [names(&first), names(&second)].concat();
    assert_eq!((names(&first).len(), all.len(), second.get("next")), (50, 61, None));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 61);
}

#[rstest]
#[tokio::test]
async fn staff_change_their_password_and_end_their_sessions(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    add(&stage, "han", &[Role::Handler]).await;
    let (here, there) = (sign_in(&stage, "han").await, sign_in(&stage, "han").await);
    let change = async |old: &str, new: &str| {
        stage.post("/console/me/password", &here, json!({"old": old, "new": new})).await
    };
    change("wrong", "another horse battery").await.refused(401, "credentials-wrong");
    change(PASSWORD, "short").await.refused(422, "password-invalid");
    change(PASSWORD, "another horse battery").await.ok();
    stage.get("/console/me", &there).await.refused(401, "sign-in-needed");
    try_in(&stage, "han", PASSWORD).await.refused(401, "credentials-wrong");

    let there =
        try_in(&stage, "han", "another horse battery").await.ok()["token"].as_str().unwrap().to_owned();
    let list = stage.get("/console/sessions", &here).await.ok();
    let other = list["items"].as_array().unwrap().iter().find(|item| item["current"] == false).unwrap();
    let path = format!("/console/sessions/{}", other["id"].as_str().unwrap());
    delete(&stage, &path, &stage.staff().await).await.refused(404, "not-found");
    delete(&stage, &path, &here).await.ok();
    stage.get("/console/me", &there).await.refused(401, "sign-in-needed");
    delete(&stage, "/console/sessions", &here).await.ok();
    stage.get("/console/me", &here).await.refused(401, "sign-in-needed");
}
