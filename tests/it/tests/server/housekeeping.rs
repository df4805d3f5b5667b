//! What happens by itself when its time is over, without anybody looking.

use std::time::Duration;

use rstest::rstest;
use server::service::housekeeping;
use tokio_util::sync::CancellationToken;

use crate::{
    person::Person,
    stage::{Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Where everything with a deadline stands, read past the server.
async fn standing(stage: &Stage) -> String {
    let count = |table| format!("CAST((SELECT COUNT(*) FROM {table}) AS TEXT)");
    stage
        .ask(&format!(
            "SELECT (SELECT state FROM request) || ' ' || (SELECT state FROM verification) || ' ' || {} || ' ' || {}",
            count("session"),
            count("sign_in_code"),
        ))
        .await
}

async fn becomes(stage: &Stage, wanted: &str) {
    for _ in 0..200 {
        if standing(stage).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(standing(stage).await, wanted);
}

#[rstest]
#[tokio::test]
async fn what_is_over_goes_by_itself(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    housekeeping::tidy(&stage.app).await;
    // The sessions of the owner, and of staff who read the code.
    assert_eq!(standing(&stage).await, "owner_verifying open 2 1", "nothing is over yet");

    let stop = CancellationToken::new();
    let pause = Duration::from_millis(10);
    let running = tokio::spawn(housekeeping::run(stage.app.clone(), pause, stop.clone()));
    stage.clock.turn(Duration::from_secs(301));
    becomes(&stage, "owner_verifying expired 2 0").await;
    owner.send(&draft).await.refused(410, "nonce-expired");
    stage.clock.turn(DAY);
    becomes(&stage, "owner_verifying expired 0 0").await;
    stage.clock.turn(6 * DAY);
    becomes(&stage, "expired expired 0 0").await;

    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}

#[rstest]
#[tokio::test]
async fn an_assessment_left_behind_is_given_up(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    stage.sql("UPDATE verification SET state = 'assessing'").await;
    stage.clock.turn(Duration::from_secs(301));
    housekeeping::tidy(&stage.app).await;
    owner.send(&draft).await.refused(409, "nonce-reused");
    stage.clock.turn(Duration::from_secs(600));
    housekeeping::tidy(&stage.app).await;
    owner.send(&draft).await.refused(410, "nonce-expired");
    owner.consent().await;
    assert_eq!(owner.verify(&id).await["outcome"], "passed");
}
