//! What was done, as the auditor reads it.

use super::{App, Result};
use crate::store::{Filter, Line};

/// Most lines in one page.
pub const PAGE: u64 = 100;

/// One page of lines, newest first, from before the line `before`; and where the next page starts.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, filter: &Filter, before: Option<i64>) -> Result<(Vec<Line>, Option<i64>)> {
    let mut lines = app.store.read().await?.audit().page(filter, before, PAGE + 1).await?;
    let more = lines.len() as u64 > PAGE;
    lines.truncate(PAGE as usize);
    let next = lines.last().filter(|_| more).map(|line| line.seq);
    Ok((lines, next))
}
