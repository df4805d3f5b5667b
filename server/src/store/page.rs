//! Pages of a list by keyset: a page starts after a row, not at a count, so rows that come or go before it move nothing.

use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::{Expr, IntoColumnRef, Order},
};
use uuid::Uuid;

use super::Result;

/// The row a page starts after: what the list is sorted by, and the id where that is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// What the list is sorted by.
    pub key: i64,
    /// Id.
    pub id: Uuid,
}

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The row before it; none for the first page.
    pub after: Option<Position>,
    /// Most rows.
    pub limit: u64,
    /// Largest first.
    pub descending: bool,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// Where the next one starts; none on the last.
    pub next: Option<Position>,
}

impl<T> Page<T> {
    /// The same page of something else.
    ///
    /// # Errors
    /// Those of `change`.
    pub fn try_map<U, E>(
        self,
        change: impl FnMut(T) -> std::result::Result<U, E>,
    ) -> std::result::Result<Page<U>, E> {
        let items = self.items.into_iter().map(change).collect::<std::result::Result<_, E>>()?;
        Ok(Page { items, next: self.next })
    }
}

/// One page of `rows`, sorted by the columns `key` and `id`; `position` says where a row stands.
pub(super) async fn page<E, C>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    (key, id): (C, C),
    span: Span,
    position: impl Fn(&E::Model) -> Position,
) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    C: IntoColumnRef + sea_orm::IntoSimpleExpr + Copy,
{
    let order = if span.descending { Order::Desc } else { Order::Asc };
    let mut rows = rows.order_by(key, order.clone()).order_by(id, order).limit(span.limit + 1);
    if let Some(Position { key: after_key, id: after_id }) = span.after {
        let columns = Expr::tuple([Expr::col(key), Expr::col(id)]);
        let after = Expr::tuple([Value::from(after_key).into(), Value::from(after_id).into()]);
        rows = rows.filter(if span.descending { columns.lt(after) } else { columns.gt(after) });
    }
    let mut items = rows.all(db).await?;
    let more = items.len() as u64 > span.limit;
    items.truncate(usize::try_from(span.limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| more).map(position);
    Ok(Page { items, next })
}
