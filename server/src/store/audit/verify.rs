//! Walking the chain.

use std::fmt;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query,
};

use super::{
    Line,
    chain::{HEAD, START},
};
use crate::store::{
    Result, Store, StoreError,
    entity::{
        audit::{Column, Entity},
        audit_head as head,
    },
};

/// Lines read together.
const PAGE: u64 = 1_000;

/// What a walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Lines that are as they were written, from the first one on.
    pub intact: i64,
    /// Hash of the last one of them, in hex: keep it where nobody who can write the database can write.
    pub head: String,
    /// The first thing that is wrong.
    pub broken: Option<Break>,
}

/// What is wrong with the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// Lines are not there.
    Missing {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// A line is not what was written.
    Changed(i64),
    /// A line was written elsewhere in the chain.
    Moved {
        /// Where it is.
        to: i64,
        /// Where it was written.
        from: i64,
    },
    /// A line after the end.
    Added(i64),
    /// The head does not name the last line.
    Head,
    /// The hash kept elsewhere is in no line: the chain was cut, or written anew, since.
    Truncated,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { from, to } if from == to => write!(f, "line {from} is missing"),
            Self::Missing { from, to } => write!(f, "lines {from} to {to} are missing"),
            Self::Changed(seq) => write!(f, "line {seq} was changed"),
            Self::Moved { to, from } => write!(f, "line {to} was moved there from place {from}"),
            Self::Added(seq) => write!(f, "line {seq} was added after the end"),
            Self::Head => f.write_str("the head does not name the last line"),
            Self::Truncated => {
                f.write_str("no line has the hash kept elsewhere: the chain was cut or rewritten")
            }
        }
    }
}

impl Store {
    /// Walks the whole chain; `since` is a head kept elsewhere, in hex, that must still be part of it. The server may
    /// keep writing meanwhile. `walked` is told how many lines each step took.
    ///
    /// # Errors
    /// The database failed.
    pub async fn verify_audit(&self, since: Option<&str>, mut walked: impl FnMut(u64)) -> Result<Verified> {
        let (last, end) = self.ends().await?;
        let (mut seq, mut hash, mut since_found) = (0, START.to_vec(), since.is_none());
        let result = |intact, hash: &[u8], broken| Ok(Verified { intact, head: hex::encode(hash), broken });
        loop {
            let rows = Entity::find()
                .filter(Column::Seq.gt(seq))
                .filter(Column::Seq.lte(end.seq))
                .order_by_asc(Column::Seq)
                .limit(PAGE)
                .all(&self.db)
                .await?;
            let count = rows.len() as u64;
            for row in rows {
                let stored = row.hash.clone();
                let line = Line::from(row);
                if line.seq != seq + 1 {
                    let broken = Break::Missing { from: seq + 1, to: line.seq - 1 };
                    return result(seq, &hash, Some(broken));
                }
                if line.hash(&self.crypter, &hash) != stored {
                    let broken = self.origin(&line, &stored, end.seq).await?;
                    return result(seq, &hash, Some(broken));
                }
                (seq, hash) = (line.seq, stored);
                since_found |= since.is_some_and(|since| since.eq_ignore_ascii_case(&hex::encode(&hash)));
            }
            walked(count);
            if count < PAGE {
                break;
            }
        }
        let broken = if seq < end.seq {
            Some(Break::Missing { from: seq + 1, to: end.seq })
        } else if hash != end.hash {
            Some(Break::Head)
        } else if last > end.seq {
            Some(Break::Added(end.seq + 1))
        } else {
            (!since_found).then_some(Break::Truncated)
        };
        result(seq, &hash, broken)
    }

    /// The number of the last line, and the head, as one look sees them.
    async fn ends(&self) -> Result<(i64, head::Model)> {
        let newest = Query::select().expr(Column::Seq.max()).from(Entity).take();
        let query = Query::select()
            .expr_as(newest, "last")
            .column(head::Column::Seq)
            .column(head::Column::Hash)
            .from(head::Entity)
            .and_where(head::Column::Id.eq(HEAD))
            .take();
        let row = self.db.query_one(&query).await?.ok_or(StoreError::Corrupt("head of the audit"))?;
        let last: Option<i64> = row.try_get("", "last")?;
        let head = head::Model { id: HEAD, seq: row.try_get("", "seq")?, hash: row.try_get("", "hash")? };
        Ok((last.unwrap_or(0), head))
    }

    /// Where a line that does not fit its place was written, if anywhere.
    async fn origin(&self, line: &Line, stored: &[u8], end: i64) -> Result<Break> {
        let written_after = |seq: i64, previous: &[u8]| {
            let there = Line { seq: seq + 1, ..line.clone() };
            (there.seq != line.seq && there.hash(&self.crypter, previous) == stored).then_some(there.seq)
        };
        let (mut seq, mut previous) = (0, START.to_vec());
        loop {
            let hashes: Vec<(i64, Vec<u8>)> = Entity::find()
                .filter(Column::Seq.gt(seq))
                .filter(Column::Seq.lte(end))
                .order_by_asc(Column::Seq)
                .limit(PAGE)
                .select_only()
                .columns([Column::Seq, Column::Hash])
                .into_tuple()
                .all(&self.db)
                .await?;
            let whole = hashes.len() as u64 == PAGE;
            for (next, hash) in hashes {
                if let Some(from) = written_after(seq, &previous) {
                    return Ok(Break::Moved { to: line.seq, from });
                }
                (seq, previous) = (next, hash);
            }
            if !whole {
                let moved = |from| Break::Moved { to: line.seq, from };
                return Ok(written_after(seq, &previous).map_or(Break::Changed(line.seq), moved));
            }
        }
    }
}
