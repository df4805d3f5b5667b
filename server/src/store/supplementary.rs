//! How far the cards already in use have been registered (Art 22), by brand.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr},
};

use super::{
    Result, Tx,
    entity::vehicle::{Column, Entity},
    lists::{is_notified, is_registered},
};
use crate::rules::record::State;

/// Vehicles of a brand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandProgress {
    /// The brand.
    pub brand: String,
    /// All of them.
    pub vehicles: u64,
    /// Those nobody was ever registered for.
    pub unregistered: u64,
    /// Those somebody is registered for.
    pub registered: u64,
    /// Those about which somebody was told.
    pub notified: u64,
    /// Those somebody is registered for since.
    pub registered_after_notice: u64,
}

/// Repository.
pub struct Supplementary<'a>(pub(super) &'a Tx);

impl Supplementary<'_> {
    /// Vehicles by brand, in its order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_brand(&self) -> Result<Vec<BrandProgress>> {
        let count = |so: SimpleExpr| Func::count(Expr::case(so, 1));
        let query = Query::select()
            .column(Column::Brand)
            .expr_as(Func::count(Expr::col(Column::Id)), "vehicles")
            .expr_as(count(Expr::col(Column::RecordState).eq(State::Unregistered.as_str())), "unregistered")
            .expr_as(count(is_registered(true)), "registered")
            .expr_as(count(is_notified(true)), "notified")
            // A notice goes to nobody who is registered: the registration came later.
            .expr_as(count(is_notified(true).and(is_registered(true))), "registered_after_notice")
            .from(Entity)
            .group_by_col(Column::Brand)
            .order_by(Column::Brand, sea_orm::Order::Asc)
            .take();
        let rows = self.0.db.query_all(&query).await?;
        let brand = |row: &sea_orm::QueryResult| {
            let count = |name| Ok::<_, sea_orm::DbErr>(row.try_get::<i64>("", name)?.unsigned_abs());
            Ok(BrandProgress {
                brand: row.try_get("", "brand")?,
                vehicles: count("vehicles")?,
                unregistered: count("unregistered")?,
                registered: count("registered")?,
                notified: count("notified")?,
                registered_after_notice: count("registered_after_notice")?,
            })
        };
        rows.iter().map(brand).collect()
    }
}
