//! What is on record before the load starts.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ConnectionTrait, Database, DbBackend};
use secrecy::ExposeSecret;
use server::{
    config::{ColumnKey, Config},
    import::{Table, check},
    rules::rights::Role,
    service::{App, import},
    store::{NewPerson, NewSession, SessionKind, StaffMember, Tx},
};
use uuid::Uuid;
use verify::document::Vin;

/// People who own the first vehicles, one each, and are signed in.
const OWNERS: u32 = 500;

/// Longer than any bench.
const HOURS: Duration = Duration::from_secs(4 * 3600);

/// Who asks, and for what.
pub struct World {
    /// Tokens of owners, with the vehicle each has.
    pub owners: Vec<(String, Uuid)>,
    /// Token of a member of staff.
    pub staff: String,
    /// Vehicles on record.
    pub rows: u32,
}

/// A database of its own on this server.
pub async fn postgres(server: &str) -> Result<String> {
    let name = format!("bench_{}", Uuid::new_v4().simple());
    let admin = Database::connect(format!("{server}/postgres")).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    admin.close().await?;
    Ok(format!("{server}/{name}"))
}

/// Fixed keys: nothing here is anybody's.
pub fn config(url: String) -> Config {
    let mut config = Config::default();
    config.database.url = url.into();
    config.keys.column =
        vec![ColumnKey { id: "bench".into(), secret: BASE64_STANDARD.encode([1; 32]).into() }];
    config.keys.blind_index = BASE64_STANDARD.encode([2; 32]).into();
    config.keys.audit = BASE64_STANDARD.encode([3; 32]).into();
    // No evidence is kept here: the keys of pieces may live and die with the process.
    config.keys.vault = "sqlite::memory:".into();
    config
}

/// The VIN of the vehicle with this number.
pub fn vin(number: u32) -> String {
    let digits = "0123456789X".chars().map(|digit| format!("LSVAB2BR{digit}EN{number:06}"));
    digits.into_iter().find(|vin| vin.parse::<Vin>().is_ok()).unwrap_or_default()
}

/// The ICCID of its card.
pub fn iccid(number: u32) -> String {
    format!("89860{:015}", 400_000_000_000_000_u64 + u64::from(number))
}

/// The car maker's file, through the import.
pub async fn import(app: &App, rows: u32) -> Result<()> {
    let mut file = String::from("vin,engine_number,brand,model,body_colour,msisdn,iccid\n");
    for number in 0..rows {
        let (brand, colour) = (
            ["红旗", "比亚迪", "吉利", "奇瑞"][number as usize % 4],
            ["黑", "白", "灰"][number as usize % 3],
        );
        let (vin, iccid) = (vin(number), iccid(number));
        writeln!(file, "{vin},E{number:08},{brand},H9,{colour},1440{number:09},{iccid}")?;
    }
    let checked = check(&Table::read(file.as_bytes())?, &app.config.card.number_ranges, |_| {});
    let first = checked.findings.iter().find(|finding| finding.is_error()).map(ToString::to_string);
    ensure!(first.is_none(), "{first:?}");
    let imported = import::vehicles(app, checked, false, |_| {}).await?;
    ensure!(imported.new == rows as usize, "{imported:?}");
    Ok(())
}

/// Owners with accounts and a member of staff, all signed in.
pub async fn people(app: &App, rows: u32) -> Result<World> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let mut owners = Vec::new();
    let mut owned = Vec::new();
    for number in 0..OWNERS.min(rows) {
        let (person, phone) = (app.id(), format!("139{number:08}"));
        // Look-ups go by a keyed hash of the number: any text will do.
        let new = NewPerson {
            id: person,
            name: "张三丰",
            document_type: "resident_id",
            document_number: &format!("bench {number}"),
            phone: &phone,
            address: None,
            responsible_person_id: None,
        };
        tx.people().insert(new, now_ms).await?;
        let account = tx.accounts().find_or_create(&phone, app.id(), now_ms).await?;
        let vehicle = tx.vehicles().by_vin(&vin(number)).await?.context("an imported vehicle")?;
        owned.push((vehicle.id, person));
        owners.push((sign_in(app, &tx, SessionKind::Owner, account.id).await?, vehicle.id));
    }
    let (_, staff) = staff(app, &tx, "bench").await?;
    tx.commit().await?;
    give(app, &owned).await?;
    Ok(World { owners, staff, rows })
}

/// A member of staff who may do everything, signed in: id and token.
pub async fn staff(app: &App, tx: &Tx, username: &str) -> Result<(Uuid, String)> {
    let id = app.id();
    let staff = StaffMember {
        id,
        username: username.into(),
        password_hash: String::new(),
        roles: Role::ALL.to_vec(),
    };
    tx.staff().insert(staff, app.now_ms()).await?;
    Ok((id, sign_in(app, tx, SessionKind::Staff, id).await?))
}

async fn sign_in(app: &App, tx: &Tx, kind: SessionKind, subject_id: Uuid) -> Result<String> {
    let (token, now_ms) = (app.token(), app.now_ms());
    let session = NewSession {
        id: app.id(),
        kind,
        subject_id,
        method: "bench",
        second_factor: true,
        scopes: &[],
        token: &token,
        idle: HOURS,
        expires_at_ms: now_ms + i64::try_from(HOURS.as_millis())?,
    };
    tx.sessions().insert(session, now_ms).await?;
    Ok(token)
}

/// Registers the vehicles, past the requests that would do it one by one.
async fn give(app: &App, owned: &[(Uuid, Uuid)]) -> Result<()> {
    let database = Database::connect(app.config.database.url.expose_secret()).await?;
    let quoted = |id: &Uuid| match database.get_database_backend() {
        DbBackend::Postgres => format!("'{id}'"),
        _ => format!("x'{}'", id.simple()),
    };
    for (vehicle, person) in owned {
        let (vehicle, person) = (quoted(vehicle), quoted(person));
        let record = format!(
            "UPDATE vehicle SET owner_person_id = {person}, record_state = 'active' WHERE id = {vehicle}"
        );
        database.execute_unprepared(&record).await?;
        let cards = format!("UPDATE card SET state = 'active' WHERE vehicle_id = {vehicle}");
        database.execute_unprepared(&cards).await?;
    }
    let statistics = "ANALYZE";
    database.execute_unprepared(statistics).await?;
    Ok(database.close().await?)
}
