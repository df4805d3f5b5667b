//! `ownerproof audit`.

use anyhow::bail;
use server::service::App;

use super::bar;

/// Walks the chain; fails when it is broken.
pub async fn verify(app: &App, since_head: Option<&str>) -> anyhow::Result<String> {
    let bar = bar(0, "lines");
    let verified = app.store.verify_audit(since_head, |lines| bar.inc(lines)).await?;
    bar.finish_and_clear();
    let text = format!("{} lines are intact; the last one has the hash\n{}", verified.intact, verified.head);
    match verified.broken {
        None => Ok(text),
        Some(broken) => bail!("{broken}\n{text}"),
    }
}
