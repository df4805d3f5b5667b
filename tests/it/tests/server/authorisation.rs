//! docs/authorisation.md is true: every operation of the OpenAPI document, called as everybody.

mod caller;
mod document;
mod table;
mod world;

use rstest::rstest;

use crate::stage::{Answer, Db, Stage};
use caller::Caller;
use table::Cell;
use world::World;

/// Whether the answer is what the table promises.
fn fits(cell: &Cell, caller: Caller, answer: &Answer, must_exist: bool) -> bool {
    let slug = answer.body["type"].as_str().unwrap_or_default();
    let refused =
        matches!(slug, "/problems/sign-in-needed" | "/problems/right-missing" | "/problems/scope-missing");
    match cell {
        Cell::Yes => !(refused || must_exist && answer.status == 404),
        Cell::No => refused,
        Cell::Unseen => answer.status == 404,
        Cell::Signed => slug == "/problems/callback-signature",
        Cell::Scope(scope) => refused != caller.has(scope),
    }
}

#[rstest]
#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (operations, rows) = (document::operations(), table::rows());
    let world = World::new(&stage).await;
    let mut wrong = Vec::new();
    for name in rows.keys().filter(|name| !operations.iter().any(|operation| operation.id == **name)) {
        wrong.push(format!("{name}: in the table, but not in the API"));
    }
    for operation in &operations {
        let Some(row) = rows.get(operation.id.as_str()) else {
            wrong.push(format!("{}: no row in docs/authorisation.md", operation.id));
            continue;
        };
        // The owner comes last: what they end would be gone for the others.
        for caller in Caller::all() {
            let cell = row.cell(caller);
            let answer = world.call(operation, caller).await;
            let must_exist = caller == Caller::Owner && *row.cell(Caller::Stranger) == Cell::Unseen;
            if !fits(cell, caller, &answer, must_exist) {
                let (status, kind) = (answer.status, &answer.body["type"]);
                wrong.push(format!("{} as {caller:?}: {cell:?} expected, got {status} {kind}", operation.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
