//! Samples of records (Art 10).

use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Result, StoreError, Tx,
    entity::{
        sample::{ActiveModel, Column, Entity, Model},
        vehicle,
    },
};
use crate::rules::record::{self, SampleState};

/// A record drawn for a check.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Id.
    pub id: Uuid,
    /// The vehicle whose record it is.
    pub vehicle_id: Uuid,
    /// What came of it.
    pub state: SampleState,
    /// What was found, in words.
    pub finding: Option<String>,
    /// Who drew it.
    pub drawn_by: Uuid,
    /// When it was drawn.
    pub drawn_at_ms: i64,
    /// Who decided it.
    pub decided_by: Option<Uuid>,
    /// When it was decided.
    pub decided_at_ms: Option<i64>,
    /// By when it must be put right.
    pub rectify_by_ms: Option<i64>,
}

/// Repository.
pub struct Samples<'a>(pub(super) &'a Tx);

impl Samples<'_> {
    /// The sample with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Sample>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(Sample::try_from).transpose()
    }

    /// Samples, newest first, before the sample `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(
        &self,
        state: Option<SampleState>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Sample>> {
        let mut rows = Entity::find();
        if let Some(state) = state {
            rows = rows.filter(Column::State.eq(state.as_str()));
        }
        if let Some(before) = before {
            rows = rows.filter(Column::Id.lt(before));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit).all(&self.0.db).await?;
        rows.into_iter().map(Sample::try_from).collect()
    }

    /// How many records a sample can be drawn from.
    ///
    /// # Errors
    /// The database failed.
    pub async fn population(&self) -> Result<u64> {
        let active = vehicle::Column::RecordState.eq(record::State::Active.as_str());
        Ok(vehicle::Entity::find().filter(active).count(&self.0.db).await?)
    }

    /// The vehicle at a place in that population.
    ///
    /// # Errors
    /// The database failed.
    pub async fn at(&self, place: u64) -> Result<Option<Uuid>> {
        let active = vehicle::Column::RecordState.eq(record::State::Active.as_str());
        Ok(vehicle::Entity::find()
            .filter(active)
            .order_by_asc(vehicle::Column::Id)
            .select_only()
            .column(vehicle::Column::Id)
            .offset(place)
            .into_tuple()
            .one(&self.0.db)
            .await?)
    }

    /// Records a sample: one just drawn, or one that failed at once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, sample: &Sample) -> Result<()> {
        let row = Model {
            id: sample.id,
            vehicle_id: sample.vehicle_id,
            state: sample.state.as_str().to_owned(),
            finding: sample.finding.clone(),
            drawn_by: sample.drawn_by,
            decided_by: sample.decided_by,
            drawn_at_ms: sample.drawn_at_ms,
            decided_at_ms: sample.decided_at_ms,
            rectify_by_ms: sample.rectify_by_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Writes down what was found in a drawn sample.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was decided before.
    pub async fn decide(&self, sample: &Sample) -> Result<()> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(sample.state.as_str()))
            .col_expr(Column::Finding, Expr::value(sample.finding.clone()))
            .col_expr(Column::DecidedBy, Expr::value(sample.decided_by))
            .col_expr(Column::DecidedAtMs, Expr::value(sample.decided_at_ms))
            .col_expr(Column::RectifyByMs, Expr::value(sample.rectify_by_ms))
            .filter(Column::Id.eq(sample.id))
            .filter(Column::State.eq(SampleState::Drawn.as_str()))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Ends the failed sample of a vehicle, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end(&self, vehicle: Uuid, state: SampleState) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::State, Expr::value(state.as_str()))
            .filter(Column::VehicleId.eq(vehicle))
            .filter(Column::State.eq(SampleState::Failed.as_str()))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }
}

impl TryFrom<Model> for Sample {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            vehicle_id: row.vehicle_id,
            state: row.state.parse().map_err(|_| StoreError::Corrupt("sample"))?,
            finding: row.finding,
            drawn_by: row.drawn_by,
            drawn_at_ms: row.drawn_at_ms,
            decided_by: row.decided_by,
            decided_at_ms: row.decided_at_ms,
            rectify_by_ms: row.rectify_by_ms,
        })
    }
}
