//! Corrections of what is on record, each with what it said before.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::correction::{ActiveModel, Column, Entity, Model},
};
use crate::rules::{
    correction::{Field, Side, State},
    request::SyncStage,
};

/// Values of a record, by what they are. Personal data: encrypted at rest.
pub type Values = BTreeMap<Field, String>;

/// A proposal to correct a record.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Id.
    pub id: Uuid,
    /// The vehicle on record.
    pub vehicle_id: Uuid,
    /// The complaint it came of.
    pub complaint_id: Option<Uuid>,
    /// Who proposed it; the other side decides.
    pub proposed_by: Side,
    /// The account or the member of staff.
    pub proposer_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// What the record said when it was proposed; nothing where it said nothing.
    pub before: Values,
    /// What it shall say.
    pub after: Values,
    /// How far the OEM platform has come with it.
    pub sync: SyncStage,
    /// When it was proposed.
    pub created_at_ms: i64,
    /// Until when it can be decided.
    pub expires_at_ms: i64,
    /// When it was decided.
    pub decided_at_ms: Option<i64>,
    /// The member of staff or the account who decided; none where time did.
    pub decider_id: Option<Uuid>,
}

/// Repository.
pub struct Corrections<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "correction", row, column }
}

impl Corrections<'_> {
    /// The correction with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Correction>> {
        Ok(self.all(Entity::find_by_id(id)).await?.pop())
    }

    /// Those of these vehicles, newest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_vehicles(&self, vehicles: &[Uuid]) -> Result<Vec<Correction>> {
        let mine = Entity::find().filter(Column::VehicleId.is_in(vehicles.iter().copied()));
        self.all(mine.order_by_desc(Column::Id).limit(100)).await
    }

    /// Those that came of a complaint, oldest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_complaint(&self, complaint: Uuid) -> Result<Vec<Correction>> {
        let of = Entity::find().filter(Column::ComplaintId.eq(complaint));
        self.all(of.order_by_asc(Column::Id).limit(100)).await
    }

    /// Whether a correction of the vehicle waits to be decided.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_open(&self, vehicle: Uuid) -> Result<bool> {
        let open = Entity::find()
            .filter(Column::VehicleId.eq(vehicle))
            .filter(Column::State.eq(State::Proposed.as_str()));
        Ok(open.limit(1).one(&self.0.db).await?.is_some())
    }

    /// Those whose time is over by `now_ms`, 100 at most: ids only, so that one that does not open holds up no other.
    ///
    /// # Errors
    /// The database failed.
    pub async fn overdue(&self, now_ms: i64) -> Result<Vec<Uuid>> {
        let over = Entity::find()
            .filter(Column::State.eq(State::Proposed.as_str()))
            .filter(Column::ExpiresAtMs.lte(now_ms));
        Ok(over.select_only().column(Column::Id).limit(100).into_tuple().all(&self.0.db).await?)
    }

    /// Records a proposal.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, new: &Correction) -> Result<()> {
        let seal = |column, values: &Values| {
            let json = serde_json::to_vec(values).map_err(|_| StoreError::Corrupt("correction"))?;
            Result::Ok(self.0.crypter.seal(place(new.id, column), &json))
        };
        let row = Model {
            id: new.id,
            vehicle_id: new.vehicle_id,
            complaint_id: new.complaint_id,
            proposed_by: new.proposed_by.as_str().to_owned(),
            proposer_id: new.proposer_id,
            state: new.state.as_str().to_owned(),
            before: seal("before", &new.before)?,
            after: seal("after", &new.after)?,
            sync: new.sync.as_str().to_owned(),
            created_at_ms: new.created_at_ms,
            expires_at_ms: new.expires_at_ms,
            decided_at_ms: new.decided_at_ms,
            decider_id: new.decider_id,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes down how it was decided.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was decided before.
    pub async fn decide(&self, decided: &Correction) -> Result<()> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(decided.state.as_str()))
            .col_expr(Column::DecidedAtMs, Expr::value(decided.decided_at_ms))
            .col_expr(Column::DeciderId, Expr::value(decided.decider_id))
            .filter(Column::Id.eq(decided.id))
            .filter(Column::State.eq(State::Proposed.as_str()))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Writes down how far the OEM platform has come with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_sync(&self, id: Uuid, sync: SyncStage) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Sync, Expr::value(sync.as_str()))
            .filter(Column::Id.eq(id))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }

    async fn all(&self, query: Select<Entity>) -> Result<Vec<Correction>> {
        query.all(&self.0.db).await?.into_iter().map(|row| self.open(row)).collect()
    }

    fn open(&self, row: Model) -> Result<Correction> {
        let corrupt = || StoreError::Corrupt("correction");
        let open = |column, sealed: &[u8]| {
            let json = self.0.crypter.open(place(row.id, column), sealed)?;
            serde_json::from_slice(&json).map_err(|_| corrupt())
        };
        Ok(Correction {
            before: open("before", &row.before)?,
            after: open("after", &row.after)?,
            proposed_by: row.proposed_by.parse().map_err(|_| corrupt())?,
            state: row.state.parse().map_err(|_| corrupt())?,
            sync: row.sync.parse().map_err(|_| corrupt())?,
            id: row.id,
            vehicle_id: row.vehicle_id,
            complaint_id: row.complaint_id,
            proposer_id: row.proposer_id,
            created_at_ms: row.created_at_ms,
            expires_at_ms: row.expires_at_ms,
            decided_at_ms: row.decided_at_ms,
            decider_id: row.decider_id,
        })
    }
}
