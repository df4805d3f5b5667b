//! What members of staff should look at.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value,
    sea_query::{Expr, Order},
};
use uuid::Uuid;

use super::{
    Page, Position, Result, Span, StoreError, Tx,
    entity::{
        complaint,
        staff_alert::{ActiveModel, Column, Entity, Model},
    },
};
use crate::rules::complaint::{AlertKind, Clock};

/// Added to the time of what was not read, so that it sorts before everything that was. Later than any time, and small
/// enough to be added to one.
const UNREAD: i64 = 1 << 60;

/// Something a member of staff should look at.
#[derive(Clone, Debug)]
pub struct StaffAlert {
    /// Id.
    pub id: Uuid,
    /// The complaint.
    pub complaint_id: Uuid,
    /// Its number.
    pub number: String,
    /// Why.
    pub kind: AlertKind,
    /// Which clock, if it is about one.
    pub clock: Option<Clock>,
    /// Since when.
    pub at_ms: i64,
    /// When they said they had.
    pub read_at_ms: Option<i64>,
}

/// Repository.
pub struct StaffAlerts<'a>(pub(super) &'a Tx);

impl StaffAlerts<'_> {
    /// Tells a member of staff about a complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, staff: Uuid, complaint: Uuid, kind: AlertKind, now_ms: i64) -> Result<()> {
        self.put(staff, complaint, (kind, None), now_ms).await
    }

    /// Tells a member of staff about a clock of a complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_of_clock(
        &self,
        staff: Uuid,
        complaint: Uuid,
        (kind, clock): (AlertKind, Clock),
        now_ms: i64,
    ) -> Result<()> {
        self.put(staff, complaint, (kind, Some(clock)), now_ms).await
    }

    /// A page of what this member should look at: what they have not read first, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, staff: Uuid, span: Span) -> Result<Page<StaffAlert>> {
        let key = || -> Expr {
            let unread = Expr::col(Column::AtMs).add(UNREAD);
            Expr::case(Expr::col(Column::ReadAtMs).is_null(), unread).finally(Expr::col(Column::AtMs)).into()
        };
        let mut rows = Entity::find()
            .filter(Column::StaffId.eq(staff))
            .order_by(key(), Order::Desc)
            .order_by(Column::Id, Order::Desc)
            .limit(span.limit + 1);
        if let Some(Position { key: after, id }) = span.after {
            let after = Expr::tuple([Value::from(after).into(), Value::from(id).into()]);
            rows = rows.filter(Expr::tuple([key(), Expr::col(Column::Id)]).lt(after));
        }
        let mut items = rows.all(&self.0.db).await?;
        let more = items.len() as u64 > span.limit;
        items.truncate(usize::try_from(span.limit).unwrap_or(usize::MAX));
        let position = |row: &Model| Position {
            key: row.at_ms + if row.read_at_ms.is_none() { UNREAD } else { 0 },
            id: row.id,
        };
        let next = items.last().filter(|_| more).map(position);
        let numbers = self.numbers(&items).await?;
        Page { items, next }.try_map(|row| opened(row, &numbers))
    }

    /// How much this member has not read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unread(&self, staff: Uuid) -> Result<u64> {
        let rows = Entity::find().filter(Column::StaffId.eq(staff)).filter(Column::ReadAtMs.is_null());
        Ok(rows.count(&self.0.db).await?)
    }

    /// Marks one, or all, of what this member has not read. False when `one` is not theirs; reading it twice is well.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mark_read(&self, staff: Uuid, one: Option<Uuid>, now_ms: i64) -> Result<bool> {
        let mut rows = Entity::find().filter(Column::StaffId.eq(staff));
        let mut unread = Entity::update_many()
            .col_expr(Column::ReadAtMs, Expr::value(now_ms))
            .filter(Column::StaffId.eq(staff))
            .filter(Column::ReadAtMs.is_null());
        if let Some(id) = one {
            rows = rows.filter(Column::Id.eq(id));
            unread = unread.filter(Column::Id.eq(id));
        }
        unread.exec(&self.0.db).await?;
        Ok(one.is_none() || rows.count(&self.0.db).await? == 1)
    }

    async fn put(
        &self,
        staff: Uuid,
        complaint: Uuid,
        (kind, clock): (AlertKind, Option<Clock>),
        now_ms: i64,
    ) -> Result<()> {
        let row = Model {
            id: Uuid::now_v7(),
            complaint_id: complaint,
            staff_id: staff,
            kind: kind.as_str().to_owned(),
            clock: clock.map(|clock| clock.as_str().to_owned()),
            at_ms: now_ms,
            read_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// The numbers of their complaints.
    async fn numbers(&self, rows: &[Model]) -> Result<BTreeMap<Uuid, String>> {
        use complaint::Column;
        let found: Vec<(Uuid, String)> = complaint::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Number])
            .filter(Column::Id.is_in(rows.iter().map(|row| row.complaint_id)))
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(found.into_iter().collect())
    }
}

fn opened(row: Model, numbers: &BTreeMap<Uuid, String>) -> Result<StaffAlert> {
    let corrupt = || StoreError::Corrupt("alert");
    Ok(StaffAlert {
        number: numbers.get(&row.complaint_id).ok_or_else(corrupt)?.clone(),
        kind: row.kind.parse().map_err(|_| corrupt())?,
        clock: row.clock.map(|clock| clock.parse().map_err(|_| corrupt())).transpose()?,
        id: row.id,
        complaint_id: row.complaint_id,
        at_ms: row.at_ms,
        read_at_ms: row.read_at_ms,
    })
}
