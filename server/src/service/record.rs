//! The record of a vehicle: its owner, what its cards may do. Cards of a vehicle move together with it.

use uuid::Uuid;
use verify::document::{Iccid, Msisdn};

use super::{App, Refusal, Result};
use crate::{
    rules::{
        card,
        record::{Event, SampleState, State},
    },
    store::{Card, Detail, NewCard, Request, StoreError, Tx, Vehicle},
};

/// Moves a record by one event, and every card of the vehicle with it. The caller writes owner and clocks into
/// `vehicle` first; all of it is saved.
///
/// # Errors
/// [`Refusal::Conflict`] when the event has no place here.
pub(crate) async fn advance(
    app: &App,
    tx: &Tx,
    vehicle: &mut Vehicle,
    event: Event,
    request: Option<Uuid>,
) -> Result<()> {
    vehicle.record = vehicle.record.next(event).ok_or(Refusal::Conflict)?;
    if vehicle.record != State::Rectifying {
        vehicle.rectify_by_ms = None;
    }
    tx.vehicles().save(vehicle).await?;
    let Some(event) = card::follow(event) else { return Ok(()) };
    for card in tx.cards().of_vehicle(vehicle.id).await? {
        let to = card.state.next(event).ok_or(Refusal::Conflict)?;
        tx.cards().change(&card, to, event, request, app.now_ms()).await?;
    }
    Ok(())
}

/// What the platform's word means for one vehicle of a request.
pub(crate) async fn confirmed(app: &App, tx: &Tx, request: &Request, vehicle: &mut Vehicle) -> Result<()> {
    let event = match &request.detail {
        Detail::Replacement { card_id, iccid, msisdn } => {
            return replaced(app, tx, request, vehicle.id, (*card_id, iccid, msisdn)).await;
        }
        Detail::Cancellation { .. } => Event::Cancelled,
        Detail::Registration(_) => Event::Registered,
        Detail::None => Event::Transferred,
    };
    if event == Event::Transferred && vehicle.owner_person_id != request.owner_person_id {
        return Err(Refusal::Conflict.into());
    }
    if event != Event::Cancelled {
        vehicle.owner_person_id = Some(request.new_owner_person_id.ok_or(Refusal::Conflict)?);
    }
    if vehicle.record == State::Rectifying {
        tx.samples().end(vehicle.id, SampleState::Rectified).await?;
    }
    advance(app, tx, vehicle, event, Some(request.id)).await
}

/// The carrier has closed the cards: the two years of Art 18 begin.
pub(crate) async fn end_service(app: &App, tx: &Tx, request: &Request) -> Result<()> {
    for link in &request.vehicles {
        let mut vehicle = tx.vehicles().find(link.vehicle_id).await?.ok_or(Refusal::NotFound)?;
        vehicle.service_ended_at_ms = Some(app.now_ms());
        advance(app, tx, &mut vehicle, Event::ServiceEnded, Some(request.id)).await?;
    }
    Ok(())
}

/// Closes the old card; the new one serves in its place.
async fn replaced(
    app: &App,
    tx: &Tx,
    request: &Request,
    vehicle: Uuid,
    (old, iccid, msisdn): (Uuid, &str, &str),
) -> Result<()> {
    let (now_ms, by) = (app.now_ms(), Some(request.id));
    let old = tx.cards().find(old).await?.ok_or(Refusal::NotFound)?;
    let closed = old.state.next(card::Event::Closed).ok_or(Refusal::Conflict)?;
    tx.cards().change(&old, closed, card::Event::Closed, by, now_ms).await?;
    let stocked = match tx.cards().by_iccid(iccid).await? {
        Some(card) => card,
        None => {
            let carrier = carrier_of(app, iccid, msisdn);
            let (id, state) = (app.id(), card::State::Stocked);
            let new =
                NewCard { id, vehicle_id: None, batch_id: None, msisdn, iccid, carrier: &carrier, state };
            tx.cards().insert(new, card::Event::Bought, now_ms).await?;
            tx.cards().find(id).await?.ok_or(StoreError::Corrupt("card"))?
        }
    };
    let mut card = Card { vehicle_id: Some(vehicle), ..stocked };
    for event in [card::Event::Fitted, card::Event::Registered] {
        let to = card.state.next(event).ok_or(Refusal::CardTaken)?;
        tx.cards().change(&card, to, event, by, now_ms).await?;
        card.state = to;
    }
    Ok(())
}

/// The carrier of a card, in snake case: as its ICCID names it, or else the range its number lies in (Art 15);
/// `unknown` where neither does.
pub(crate) fn carrier_of(app: &App, iccid: &str, msisdn: &str) -> String {
    let named = iccid.parse::<Iccid>().ok().and_then(|iccid| iccid.carrier());
    let in_range = || {
        let number: Msisdn = msisdn.parse().ok()?;
        app.config.card.number_ranges.iter().find(|range| range.holds(&number))?.carrier
    };
    let carrier = named.or_else(in_range).and_then(|carrier| serde_json::to_value(carrier).ok());
    carrier.as_ref().and_then(|name| name.as_str()).unwrap_or("unknown").to_owned()
}
