//! Figures about complaints: counts by group, and how long things took. What a count counts is what
//! [`ComplaintFilter`] finds.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement, SimpleExpr},
};

use super::{
    ComplaintFilter, Result, Tx,
    complaint_lists::{OPEN, stands},
    entity::complaint::{Column, Entity},
};
use crate::rules::{clocks::DAY_MS, complaint::list::Standing};

/// Milliseconds that China is ahead of UTC: a day begins at midnight there.
const CHINA_MS: i64 = 8 * 3600 * 1000;

/// The column of a group's name; complaints have a `name` of their own.
const LABEL: &str = "label";

/// What complaints are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// All of them.
    All,
    /// What they are about.
    Kind,
    /// Which way they came.
    Channel,
    /// Province.
    Region,
    /// The day they were received, in China: `2026-11-22`.
    Day,
    /// Points the person gave.
    Satisfaction,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Its name; none where a complaint has none.
    pub name: Option<String>,
    /// Complaints in it.
    pub received: u64,
    /// Those by how they stand by the statutory clock, in the order of [`Standing::ALL`].
    pub standing: [u64; 4],
    /// Those still to be answered.
    pub open: u64,
}

/// How long something took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// From receipt to the first words of staff, in the first round.
    FirstResponse,
    /// From receipt to the answer that stands.
    Answer,
}

/// What a list of times looks like, in milliseconds; nearest rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub count: u64,
    /// Half took at most as long.
    pub median_ms: Option<i64>,
    /// Nine of ten took at most as long.
    pub p90_ms: Option<i64>,
}

/// Repository.
pub struct ComplaintReports<'a>(pub(super) &'a Tx);

impl ComplaintReports<'_> {
    /// Complaints by group, in the order of its names.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tally(&self, filter: &ComplaintFilter, group: Group) -> Result<Vec<Tally>> {
        let mut query = Query::select();
        query.from(Entity).cond_where(self.0.complaint_lists().condition(filter).await?);
        if let Some(name) = group.name() {
            query
                .expr_as(name, LABEL)
                .group_by_col(Alias::new(LABEL))
                .order_by(Alias::new(LABEL), Order::Asc);
        }
        query.expr_as(Func::count(Expr::col(Column::Id)), "received");
        for standing in Standing::ALL {
            query.expr_as(counted(stands(*standing)), standing.as_str());
        }
        query.expr_as(counted(Condition::all().add(Expr::cust(OPEN))), "open");
        let rows = self.0.db.query_all(&query).await?;
        rows.iter().map(|row| tally(row, group)).collect()
    }

    /// How long it took for those of these complaints where it has happened.
    ///
    /// # Errors
    /// The database failed.
    pub async fn spread(&self, filter: &ComplaintFilter, lapse: Lapse) -> Result<Spread> {
        let (end, only) = match lapse {
            Lapse::FirstResponse => (Column::FirstResponseAtMs, Column::Round.eq(1)),
            Lapse::Answer => (Column::RepliedAtMs, Column::Round.gte(1)),
        };
        let mut times = Query::select();
        times
            .from(Entity)
            .cond_where(self.0.complaint_lists().condition(filter).await?)
            .and_where(end.is_not_null())
            .and_where(only);
        let mut count = times.clone();
        count.expr_as(Func::count(Expr::col(Column::Id)), "n");
        let count = self.number(&count).await?.unwrap_or_default().unsigned_abs();
        let took = Expr::col(end).sub(Expr::col(Column::ReceivedAtMs));
        times.expr_as(took, "n").order_by(Alias::new("n"), Order::Asc).limit(1);
        Ok(Spread {
            count,
            median_ms: self.number(times.clone().offset(rank(count, 50))).await?,
            p90_ms: self.number(times.offset(rank(count, 90))).await?,
        })
    }

    async fn number(&self, query: &SelectStatement) -> Result<Option<i64>> {
        Ok(self.0.db.query_one(query).await?.map(|row| row.try_get("", "n")).transpose()?)
    }
}

impl Group {
    /// When a day of [`Group::Day`] begins, in Unix milliseconds.
    pub fn day_ms(name: &str) -> Option<i64> {
        let day: NaiveDate = name.parse().ok()?;
        Some(i64::from(day.to_epoch_days()) * DAY_MS - CHINA_MS)
    }

    fn name(self) -> Option<SimpleExpr> {
        Some(match self {
            Self::All => return None,
            Self::Kind => Expr::col(Column::Kind),
            Self::Channel => Expr::col(Column::Channel),
            Self::Region => Expr::col(Column::Region),
            Self::Day => Expr::cust(format!("CAST((received_at_ms + {CHINA_MS}) / {DAY_MS} AS TEXT)")),
            Self::Satisfaction => Expr::cust("CAST(satisfaction AS TEXT)"),
        })
    }
}

fn tally(row: &QueryResult, group: Group) -> Result<Tally> {
    let count = |name: &str| Ok::<_, sea_orm::DbErr>(row.try_get::<i64>("", name)?.unsigned_abs());
    let mut standing = [0; 4];
    for (count_of, one) in standing.iter_mut().zip(Standing::ALL) {
        *count_of = count(one.as_str())?;
    }
    let name: Option<String> = if group == Group::All { None } else { row.try_get("", LABEL)? };
    let day = |name: &str| NaiveDate::from_epoch_days(name.parse().ok()?).map(|day| day.to_string());
    let name = if group == Group::Day { name.as_deref().and_then(day) } else { name };
    Ok(Tally { name, received: count("received")?, standing, open: count("open")? })
}

/// How many rows of a group are so.
fn counted(so: Condition) -> SimpleExpr {
    Func::count(Expr::case(so, 1)).into()
}

/// Where the nearest rank stands, from 0.
fn rank(count: u64, percent: u64) -> u64 {
    (count * percent).div_ceil(100).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        let ranks = |count| (rank(count, 50), rank(count, 90));
        assert_eq!(
            (ranks(0), ranks(1), ranks(2), ranks(10), ranks(11)),
            ((0, 0), (0, 0), (0, 1), (4, 8), (5, 9))
        );
    }
}
