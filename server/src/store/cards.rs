//! Cards and their lives.

use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{
    Result, StoreError, Tx, conflict,
    entity::{
        card::{ActiveModel, Column, Entity, Model},
        card_event, person, vehicle,
    },
};
use crate::rules::card::{Event, State};

/// A card.
#[derive(Clone, Debug)]
pub struct Card {
    /// Id.
    pub id: Uuid,
    /// The vehicle it is in; none while in stock.
    pub vehicle_id: Option<Uuid>,
    /// Card number.
    pub msisdn: String,
    /// Integrated circuit card identifier.
    pub iccid: String,
    /// Carrier, in snake case.
    pub carrier: String,
    /// Where it stands.
    pub state: State,
}

/// A card to record (Art 5).
#[derive(Clone, Debug)]
pub struct NewCard<'a> {
    /// Id.
    pub id: Uuid,
    /// The vehicle it is in; none while in stock.
    pub vehicle_id: Option<Uuid>,
    /// The purchase it came with (Art 6).
    pub batch_id: Option<Uuid>,
    /// Card number.
    pub msisdn: &'a str,
    /// Integrated circuit card identifier.
    pub iccid: &'a str,
    /// Carrier, in snake case.
    pub carrier: &'a str,
    /// Where it stands.
    pub state: State,
}

/// A line of a card's life.
#[derive(Clone, Debug)]
pub struct CardEvent {
    /// When.
    pub at_ms: i64,
    /// What happened.
    pub event: Event,
    /// State reached.
    pub state: State,
    /// The request that did it.
    pub request_id: Option<Uuid>,
}

/// Repository.
pub struct Cards<'a>(pub(super) &'a Tx);

impl Cards<'_> {
    /// The card with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Card>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(Card::try_from).transpose()
    }

    /// The card with this ICCID.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_iccid(&self, iccid: &str) -> Result<Option<Card>> {
        let row = Entity::find().filter(Column::Iccid.eq(iccid)).one(&self.0.db).await?;
        row.map(Card::try_from).transpose()
    }

    /// The card with this number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_msisdn(&self, msisdn: &str) -> Result<Option<Card>> {
        let row = Entity::find().filter(Column::Msisdn.eq(msisdn)).one(&self.0.db).await?;
        row.map(Card::try_from).transpose()
    }

    /// The cards in a vehicle that are not closed, in a stable order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_vehicle(&self, vehicle: Uuid) -> Result<Vec<Card>> {
        let rows = Entity::find()
            .filter(Column::VehicleId.eq(vehicle))
            .filter(Column::State.ne(State::Closed.as_str()))
            .order_by_asc(Column::Iccid)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(Card::try_from).collect()
    }

    /// The carrier of every card held under one document, for the card limit (Art 11).
    ///
    /// # Errors
    /// The database failed.
    pub async fn carriers_of_document(&self, document_index: &[u8]) -> Result<Vec<String>> {
        let people = Query::select()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(person::Column::DocumentIndex.eq(document_index.to_vec()))
            .take();
        let vehicles = Query::select()
            .column(vehicle::Column::Id)
            .from(vehicle::Entity)
            .and_where(vehicle::Column::OwnerPersonId.in_subquery(people))
            .take();
        Ok(Entity::find()
            .filter(Column::VehicleId.in_subquery(vehicles))
            .filter(Column::State.ne(State::Closed.as_str()))
            .select_only()
            .column(Column::Carrier)
            .into_tuple()
            .all(&self.0.db)
            .await?)
    }

    /// Records a card and how it came here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its number or ICCID is taken.
    pub async fn insert(&self, card: NewCard<'_>, event: Event, now_ms: i64) -> Result<()> {
        let row = Model {
            id: card.id,
            vehicle_id: card.vehicle_id,
            batch_id: card.batch_id,
            msisdn: card.msisdn.to_owned(),
            iccid: card.iccid.to_owned(),
            carrier: card.carrier.to_owned(),
            state: card.state.as_str().to_owned(),
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        self.record(card.id, event, card.state, None, now_ms).await
    }

    /// Writes where the card stands now, if nobody moved it since it was read, and a line of its life.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn change(
        &self,
        card: &Card,
        to: State,
        event: Event,
        request: Option<Uuid>,
        now_ms: i64,
    ) -> Result<()> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(to.as_str()))
            .col_expr(Column::VehicleId, Expr::value(card.vehicle_id))
            .filter(Column::Id.eq(card.id))
            .filter(Column::State.eq(card.state.as_str()))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        self.record(card.id, event, to, request, now_ms).await
    }

    /// The life of a card, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn life(&self, card: Uuid) -> Result<Vec<CardEvent>> {
        let rows = card_event::Entity::find()
            .filter(card_event::Column::CardId.eq(card))
            .order_by_asc(card_event::Column::AtMs)
            .order_by_asc(card_event::Column::Id)
            .all(&self.0.db)
            .await?;
        let corrupt = || StoreError::Corrupt("card");
        let line = |row: card_event::Model| {
            Ok(CardEvent {
                at_ms: row.at_ms,
                event: row.event.parse().map_err(|_| corrupt())?,
                state: row.state.parse().map_err(|_| corrupt())?,
                request_id: row.request_id,
            })
        };
        rows.into_iter().map(line).collect()
    }

    async fn record(
        &self,
        card: Uuid,
        event: Event,
        state: State,
        request: Option<Uuid>,
        now_ms: i64,
    ) -> Result<()> {
        let row = card_event::Model {
            id: Uuid::now_v7(),
            card_id: card,
            at_ms: now_ms,
            event: event.as_str().to_owned(),
            state: state.as_str().to_owned(),
            request_id: request,
        };
        let insert = card_event::Entity::insert(card_event::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}

impl TryFrom<Model> for Card {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self> {
        let Model { id, vehicle_id, msisdn, iccid, carrier, state, .. } = row;
        let state = state.parse().map_err(|_| StoreError::Corrupt("card"))?;
        Ok(Self { id, vehicle_id, msisdn, iccid, carrier, state })
    }
}
