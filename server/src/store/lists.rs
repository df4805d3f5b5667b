//! What staff list: vehicles with their cards, and requests. Pages only; nothing here reads a whole table.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{ExprTrait, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Card, Page, Position, Result, Span, StoreError, Tx, Vehicle,
    entity::{card, notice, request, request_vehicle, vehicle},
    page::page,
};
use crate::rules::{
    record,
    request::{Kind, State},
};

/// Which vehicles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehicleFilter {
    /// The one with this identification number.
    pub vin: Option<String>,
    /// The one with this card.
    pub iccid: Option<String>,
    /// The one with this card number.
    pub msisdn: Option<String>,
    /// Those whose record stands here.
    pub record: Option<record::State>,
    /// Those of a brand.
    pub brand: Option<String>,
    /// Those somebody is registered for, or the others.
    pub registered: Option<bool>,
    /// Those about which somebody was told that they must be registered (Art 22), or the others.
    pub notified: Option<bool>,
}

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Those of a kind.
    pub kind: Option<Kind>,
    /// Those in the state of this name.
    pub state: Option<String>,
    /// Those opened at or after this time.
    pub from_ms: Option<i64>,
    /// Those opened before this time.
    pub until_ms: Option<i64>,
    /// Those that should have been finished by this time.
    pub overdue_at_ms: Option<i64>,
}

/// What requests are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOrder {
    /// When they were opened.
    Opened,
    /// When they expire.
    Due,
}

/// A vehicle with its cards.
#[derive(Clone, Debug)]
pub struct ListedVehicle {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Its cards.
    pub cards: Vec<Card>,
    /// When it was recorded.
    pub created_at_ms: i64,
}

/// A request in a list.
#[derive(Clone, Debug)]
pub struct ListedRequest {
    /// Id.
    pub id: Uuid,
    /// What is asked for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// Its vehicles' identification numbers.
    pub vins: Vec<String>,
    /// When it was opened.
    pub created_at_ms: i64,
    /// When it expires.
    pub expires_at_ms: i64,
    /// When it was closed.
    pub closed_at_ms: Option<i64>,
}

/// Repository.
pub struct Lists<'a>(pub(super) &'a Tx);

impl Lists<'_> {
    /// A page of vehicles, by when they were recorded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn vehicles(&self, filter: &VehicleFilter, span: Span) -> Result<Page<ListedVehicle>> {
        let columns = (vehicle::Column::CreatedAtMs, vehicle::Column::Id);
        let position = |row: &vehicle::Model| Position { key: row.created_at_ms, id: row.id };
        let found = page(&self.0.db, vehicles(filter), columns, span, position).await?;
        let ids = found.items.iter().map(|row| row.id);
        let rows = card::Entity::find()
            .filter(card::Column::VehicleId.is_in(ids))
            .order_by_asc(card::Column::Iccid)
            .all(&self.0.db)
            .await?;
        let mut cards: HashMap<Uuid, Vec<Card>> = HashMap::new();
        for row in rows {
            let Some(vehicle) = row.vehicle_id else { continue };
            cards.entry(vehicle).or_default().push(Card::try_from(row)?);
        }
        found.try_map(|row| {
            let (cards, created_at_ms) = (cards.remove(&row.id).unwrap_or_default(), row.created_at_ms);
            Ok(ListedVehicle { vehicle: Vehicle::try_from(row)?, cards, created_at_ms })
        })
    }

    /// A page of the vehicles of these people, by when they were recorded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn vehicles_of(&self, people: &[Uuid], span: Span) -> Result<Page<Vehicle>> {
        let theirs = vehicle::Column::OwnerPersonId.is_in(people.iter().copied());
        let columns = (vehicle::Column::CreatedAtMs, vehicle::Column::Id);
        let position = |row: &vehicle::Model| Position { key: row.created_at_ms, id: row.id };
        let found = page(&self.0.db, vehicle::Entity::find().filter(theirs), columns, span, position).await?;
        found.try_map(Vehicle::try_from)
    }

    /// A page of requests.
    ///
    /// # Errors
    /// The database failed.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        order: RequestOrder,
        span: Span,
    ) -> Result<Page<ListedRequest>> {
        let key = match order {
            RequestOrder::Opened => request::Column::CreatedAtMs,
            RequestOrder::Due => request::Column::ExpiresAtMs,
        };
        let position = |row: &request::Model| {
            let key = match order {
                RequestOrder::Opened => row.created_at_ms,
                RequestOrder::Due => row.expires_at_ms,
            };
            Position { key, id: row.id }
        };
        let found = page(&self.0.db, requests(filter), (key, request::Column::Id), span, position).await?;
        let ids = found.items.iter().map(|row| row.id);
        let rows: Vec<(Uuid, String)> = request_vehicle::Entity::find()
            .select_only()
            .column(request_vehicle::Column::RequestId)
            .column(vehicle::Column::Vin)
            .join(
                sea_orm::JoinType::InnerJoin,
                request_vehicle::Entity::belongs_to(vehicle::Entity)
                    .from(request_vehicle::Column::VehicleId)
                    .to(vehicle::Column::Id)
                    .into(),
            )
            .filter(request_vehicle::Column::RequestId.is_in(ids))
            .order_by_asc(vehicle::Column::Vin)
            .into_tuple()
            .all(&self.0.db)
            .await?;
        let mut vins: HashMap<Uuid, Vec<String>> = HashMap::new();
        for (request, vin) in rows {
            vins.entry(request).or_default().push(vin);
        }
        found.try_map(|row| {
            let corrupt = || StoreError::Corrupt("request");
            let kind: Kind = row.kind.parse().map_err(|_| corrupt())?;
            Ok(ListedRequest {
                id: row.id,
                kind,
                state: State::parse(kind, &row.state).ok_or_else(corrupt)?,
                vins: vins.remove(&row.id).unwrap_or_default(),
                created_at_ms: row.created_at_ms,
                expires_at_ms: row.expires_at_ms,
                closed_at_ms: row.closed_at_ms,
            })
        })
    }
}

fn vehicles(filter: &VehicleFilter) -> Select<vehicle::Entity> {
    let with_card = |column: card::Column, number: &String| -> SelectStatement {
        Query::select().column(card::Column::VehicleId).from(card::Entity).and_where(column.eq(number)).take()
    };
    let equal = Condition::all()
        .add_option(filter.vin.as_ref().map(|vin| vehicle::Column::Vin.eq(vin)))
        .add_option(filter.record.map(|state| vehicle::Column::RecordState.eq(state.as_str())))
        .add_option(filter.brand.as_ref().map(|brand| vehicle::Column::Brand.eq(brand)))
        .add_option(filter.registered.map(is_registered))
        .add_option(filter.notified.map(is_notified))
        .add_option(
            filter
                .iccid
                .as_ref()
                .map(|number| vehicle::Column::Id.in_subquery(with_card(card::Column::Iccid, number))),
        )
        .add_option(
            filter
                .msisdn
                .as_ref()
                .map(|number| vehicle::Column::Id.in_subquery(with_card(card::Column::Msisdn, number))),
        );
    vehicle::Entity::find().filter(equal)
}

/// Whether somebody is registered for a vehicle.
pub(super) fn is_registered(so: bool) -> SimpleExpr {
    let states = record::State::ALL.iter().filter(|state| state.service() == record::Service::Open);
    let registered = vehicle::Column::RecordState.is_in(states.map(|state| state.as_str()));
    if so { registered } else { registered.not() }
}

/// Whether somebody was told that a vehicle must be registered.
pub(super) fn is_notified(so: bool) -> SimpleExpr {
    let told = Query::select().column(notice::Column::VehicleId).from(notice::Entity).take();
    let notified = vehicle::Column::Id.in_subquery(told);
    if so { notified } else { notified.not() }
}

fn requests(filter: &RequestFilter) -> Select<request::Entity> {
    let states = |name: &String| {
        let kinds = Kind::ALL.iter().filter(|kind| filter.kind.is_none_or(|wanted| wanted == **kind));
        let every = kinds.flat_map(|kind| State::every(*kind)).filter(|state| state.name() == name);
        let mut texts: Vec<String> = every.map(|state| state.to_string()).collect();
        texts.sort();
        texts.dedup();
        request::Column::State.is_in(texts)
    };
    let overdue = |at| {
        Condition::all().add(request::Column::ClosedAtMs.is_null()).add(request::Column::ExpiresAtMs.lt(at))
    };
    let all = Condition::all()
        .add_option(filter.kind.map(|kind| request::Column::Kind.eq(kind.as_str())))
        .add_option(filter.state.as_ref().map(states))
        .add_option(filter.from_ms.map(|at| request::Column::CreatedAtMs.gte(at)))
        .add_option(filter.until_ms.map(|at| request::Column::CreatedAtMs.lt(at)))
        .add_option(filter.overdue_at_ms.map(overdue));
    request::Entity::find().filter(all)
}
