//! `ownerproof purge`.

use std::fmt::Write as _;

use server::service::{
    App,
    purge::{self, Plan},
};

use super::bar;

/// Removes what was kept long enough, or lists it.
pub async fn purge(app: &App, dry_run: bool) -> anyhow::Result<String> {
    let plan = purge::plan(app).await?;
    if dry_run {
        return Ok(list(&plan, "would go"));
    }
    let bar = bar(plan.steps() as u64, "purging");
    let gone = purge::purge(app, |steps| bar.inc(steps as u64)).await?;
    purge::sweep(app).await?;
    bar.finish_and_clear();
    Ok(list(&gone, "gone"))
}

fn list(plan: &Plan, verb: &str) -> String {
    let mut text = String::new();
    for (what, ids) in [
        ("records of vehicles", &plan.records),
        ("unfinished requests", &plan.requests),
        ("complaints", &plan.complaints),
    ] {
        let _ = writeln!(text, "{} {what} {verb}", ids.len());
        for id in ids {
            let _ = writeln!(text, "  {id}");
        }
    }
    let _ = writeln!(text, "{} texts and delivered messages {verb}", plan.messages);
    text
}
