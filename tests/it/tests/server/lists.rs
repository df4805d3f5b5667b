//! Lists: page by page without gaps, as files, and who may read them.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    import::{Table, check},
    service::import,
};

use crate::{
    person::Person,
    stage::{Db, Stage},
};

/// A car maker's file of this many vehicles; the brand of every third one is a formula.
pub fn file(rows: std::ops::Range<u32>) -> String {
    let mut text = "vin,engine_number,brand,model,body_colour,msisdn,iccid\n".to_owned();
    for row in rows {
        let brand = if row % 3 == 0 { "=1+1" } else { "红旗" };
        text += &format!("1M8GDM9A1KP{row:06},E{row},{brand},H9,黑,1440{row:09},898604{row:014}\n");
    }
    text
}

/// Takes a file in.
pub async fn take(stage: &Stage, text: &str) -> import::Imported {
    let checked = check(&Table::read(text.as_bytes()).unwrap(), &stage.app.config.card.number_ranges, |_| {});
    import::vehicles(&stage.app, checked, false, |_| {}).await.unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn pages_hold_every_row_once_whatever_comes_meanwhile(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    take(&stage, &file(0..25)).await;
    let staff = stage.staff().await;
    let brand = "brand=%E7%BA%A2%E6%97%97";
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = stage.get(&format!("/console/vehicles?limit=5&{brand}{cursor}"), &staff).await.ok();
        assert!(page["items"].as_array().unwrap().iter().all(|item| item["brand"] == "红旗"));
        seen.extend(ids(&page));
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
        // A newer row stands before the page and moves nothing.
        take(&stage, &file(100 + pages..101 + pages)).await;
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len(), pages), (16, 16, 4));
}

#[rstest]
#[tokio::test]
async fn a_cursor_belongs_to_its_list(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    take(&stage, &file(0..5)).await;
    let staff = stage.staff().await;
    let page = stage.get("/console/vehicles?limit=2", &staff).await.ok();
    let next = page["next"].as_str().unwrap();
    stage.get(&format!("/console/vehicles?cursor={next}"), &staff).await.ok();
    let mut forged = next.to_owned();
    forged.replace_range(0..1, if next.starts_with('A') { "B" } else { "A" });
    for path in [
        format!("/console/vehicles?cursor={forged}"),
        format!("/console/vehicles?state=active&cursor={next}"),
        format!("/console/requests?cursor={next}"),
        "/console/vehicles?cursor=x".to_owned(),
    ] {
        stage.get(&path, &staff).await.refused(400, "cursor-invalid");
    }
    for limit in ["0", "101", "-1", "x"] {
        stage.get(&format!("/console/vehicles?limit={limit}"), &staff).await.refused(400, "bad-request");
    }
}

#[rstest]
#[tokio::test]
async fn a_vehicle_is_found_by_any_of_its_numbers(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    take(&stage, &file(0..5)).await;
    let staff = stage.staff().await;
    for query in ["vin=1m8gdm9a1kp000003", "iccid=89860400000000000003", "msisdn=1440000000003"] {
        let found = stage.get(&format!("/console/vehicles?{query}"), &staff).await.ok();
        assert_eq!(found["items"][0]["vin_masked"], "***********000003", "{query}");
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["state"], "unregistered");
        assert!(!found.to_string().contains("1440000000003"), "masked");
    }
    stage.get("/console/vehicles?vin=000003", &staff).await.refused(422, "filter-invalid");
    let looks = "SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action = 'vehicles.list'";
    assert_eq!(stage.ask(looks).await, "3");
}

#[rstest]
#[tokio::test]
async fn a_list_is_a_file_that_excel_opens(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    take(&stage, &file(0..1_203)).await;
    let staff = stage.staff().await;
    let request =
        stage.raw(Method::GET, "/api/v1/console/vehicles.csv?state=unregistered").bearer_auth(&staff);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"vehicles.csv\"");
    let bytes = answer.bytes().await.unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with("\u{feff}id,vin_masked,brand"), "{}", &text[..60]);
    assert_eq!(text.matches("\r\n").count(), 1_204);
    assert_eq!(text.matches(",'=1+1,").count(), 401, "formulas are defused");
    let rows: BTreeSet<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(rows.len(), 1_203);
    let exports = "SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action = 'vehicles.export'";
    assert_eq!(stage.ask(exports).await, "1");
}

#[rstest]
#[tokio::test]
async fn requests_are_listed_by_kind_state_and_time(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    let staff = stage.staff().await;
    let listed = |query: &'static str| {
        let (stage, staff) = (&stage, &staff);
        async move { ids(&stage.get(&format!("/console/requests?{query}"), staff).await.ok()) }
    };
    for query in [
        "",
        "kind=transfer",
        "state=draft",
        "sort=due",
        "opened_from=2026-01-01T00:00:00Z",
        "kind=transfer&state=draft",
    ] {
        assert_eq!(listed(query).await, [id.as_str()], "{query}");
    }
    for query in ["kind=registration", "state=confirmed", "opened_until=2026-01-01T00:00:00Z", "overdue=true"]
    {
        assert!(listed(query).await.is_empty(), "{query}");
    }
    let request = stage.raw(Method::GET, "/api/v1/console/requests.csv").bearer_auth(&staff);
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains(&format!("{id},transfer,draft,")), "{text}");
}

#[rstest]
#[tokio::test]
async fn who_decided_on_an_old_version_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    let path = format!("/owner/requests/{id}");
    let tag = |answer: &crate::stage::Answer| answer.headers["etag"].to_str().unwrap().to_owned();
    let before = tag(&owner.get(&path).await);
    owner.perform(&id).await;
    let now = tag(&owner.get(&path).await);
    assert_ne!(before, now);
    let cancel = |tag: String| {
        let request = stage.raw(Method::POST, &format!("/api/v1{path}/cancel")).bearer_auth(&owner.token);
        crate::stage::answer(request.header("if-match", tag).json(&json!({})))
    };
    cancel(before.clone()).await.refused(412, "precondition-failed");
    cancel("nonsense".into()).await.refused(400, "bad-request");
    assert_eq!(owner.state(&id).await, "owner_verifying");
    let done = cancel(format!("{before}, {now}")).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_ne!(tag(&done), now);
}
