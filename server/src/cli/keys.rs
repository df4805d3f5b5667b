//! `ownerproof keys`.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use server::{
    service::{App, keys},
    store::Count,
};

use super::bar;

/// How many values each key seals, and which key can be removed.
pub async fn status(app: &App) -> anyhow::Result<String> {
    Ok(table(&keys::counts(app).await?))
}

/// Seals everything with the newest key; Ctrl-C stops it between two transactions.
pub async fn rotate(app: &App, dry_run: bool) -> anyhow::Result<String> {
    let old: u64 = under_old_keys(&keys::counts(app).await?);
    if dry_run {
        return Ok(format!("{old} values are under old keys"));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let listener = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.store(true, Ordering::Relaxed);
        }
    });
    let bar = bar(old, "sealing");
    let done = keys::rotate(app, |done| {
        bar.set_position(done);
        !stop.load(Ordering::Relaxed)
    });
    let done = done.await?;
    listener.abort();
    bar.finish_and_clear();
    let left = table(&keys::counts(app).await?);
    Ok(format!("{done} values sealed again\n\n{left}"))
}

fn under_old_keys(counts: &[Count]) -> u64 {
    counts.iter().flat_map(|count| &count.by_key[1..]).map(|(_, values)| values).sum()
}

fn table(counts: &[Count]) -> String {
    let mut text = String::new();
    let ids = counts.first().map(|count| count.by_key.iter().map(|(id, _)| id.as_str()));
    for (place, id) in ids.into_iter().flatten().enumerate() {
        let values: u64 = counts.iter().map(|count| count.by_key[place].1).sum();
        let role = match (place, values) {
            (0, _) => "seals",
            (_, 0) => "can be removed from the configuration; backups made under it can then not be read",
            _ => "still needed: run `ownerproof keys rotate`",
        };
        let _ = writeln!(text, "{id:<24}{values:>12} values   {role}");
    }
    for count in counts.iter().filter(|count| count.unreadable > 0) {
        let (table, column) = (count.column.table, count.column.column);
        let _ = writeln!(
            text,
            "{} values in {table}.{column} are under a key that is not configured",
            count.unreadable
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use server::store::SEALED;

    use super::*;

    #[test]
    fn an_old_key_can_go_when_nothing_is_under_it() {
        let count = |old| Count {
            column: SEALED[0],
            by_key: vec![("b".into(), 2), ("a".into(), old)],
            unreadable: 0,
        };
        assert!(table(&[count(0), count(1)]).contains("still needed"));
        assert_eq!(under_old_keys(&[count(0), count(1)]), 1);
        assert!(table(&[count(0), count(0)]).contains("can be removed"));
    }
}
