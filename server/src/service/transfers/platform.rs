//! What passes between a transfer and the OEM platform.

use uuid::Uuid;

use super::{By, advance};
use crate::{
    rules::transfer::{Event, State},
    service::{Refusal, Result},
    store::{Card, Message, Store, Transfer, Tx},
};

/// Everything the platform must hear about an approved transfer. Holds personal data: no `Debug`.
#[derive(Clone)]
pub struct Delivery {
    /// Id of the transfer.
    pub request_id: Uuid,
    /// Vehicle identification number.
    pub vin: String,
    /// All cards of the vehicle.
    pub cards: Vec<Card>,
    /// Name of the new owner.
    pub name: String,
    /// Kind of document of the new owner.
    pub document_type: String,
    /// Document number of the new owner.
    pub document_number: String,
    /// Phone of the new owner.
    pub phone: String,
    /// When the new owner passed, in Unix milliseconds.
    pub verified_at_ms: i64,
    /// Policy the new owner passed under.
    pub policy_version: u32,
}

/// What the platform said in a callback whose signature was checked.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// `webhook-id` header: a repeated one changes nothing.
    pub webhook_id: &'a str,
    /// The transfer.
    pub request_id: Uuid,
    /// Vehicle identification number; must be the transfer's.
    pub vin: &'a str,
}

/// Reads what the platform must hear about a transfer.
///
/// # Errors
/// [`Refusal::NotFound`] when the transfer or a part of it is missing.
pub async fn delivery(tx: &Tx, transfer: Uuid) -> Result<Delivery> {
    let transfer = tx.transfers().find(transfer).await?.ok_or(Refusal::NotFound)?;
    let person = transfer.counterparty_person_id.ok_or(Refusal::NotFound)?;
    let person = tx.people().find(person).await?.ok_or(Refusal::NotFound)?;
    let vehicle = tx.vehicles().find(transfer.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    Ok(Delivery {
        request_id: transfer.id,
        vin: vehicle.vin,
        cards: tx.cards().of_vehicle(vehicle.id).await?,
        name: person.name,
        document_type: person.document_type,
        document_number: person.document_number,
        phone: person.phone,
        verified_at_ms: transfer.verified_at_ms.ok_or(Refusal::NotFound)?,
        policy_version: transfer.policy_version.ok_or(Refusal::NotFound)?,
    })
}

/// The platform took a delivery: settles the outbox row and the transfer in one transaction. A second call, one
/// that a callback overtook, or one by a worker whose claim was lost (the one who has it now will hear the same)
/// changes nothing.
///
/// # Errors
/// The store failed.
pub async fn platform_accepted(store: &Store, message: &Message, now_ms: i64) -> Result<()> {
    let tx = store.begin().await?;
    if !tx.outbox().accepted(message, now_ms).await? {
        return Ok(());
    }
    if let Some(mut transfer) = tx.transfers().find(message.aggregate_id).await?
        && transfer.state == State::Syncing
    {
        advance(&tx, &mut transfer, Event::PlatformAccepted, By::Platform, None, now_ms).await?;
    }
    Ok(tx.commit().await?)
}

/// The platform confirmed a transfer: the vehicle, and with it every card, goes to the new owner.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown request or another vehicle, [`Refusal::Conflict`] when the transfer does not
/// wait for the platform.
pub async fn platform_confirmed(store: &Store, received: Received<'_>, now_ms: i64) -> Result<()> {
    let tx = store.begin().await?;
    let Some(mut transfer) = open(&tx, &received, State::Confirmed, now_ms).await? else {
        return Ok(tx.commit().await?);
    };
    advance(&tx, &mut transfer, Event::PlatformConfirmed, By::Platform, None, now_ms).await?;
    let person = transfer.counterparty_person_id.ok_or(Refusal::Conflict)?;
    tx.vehicles().change_owner(transfer.vehicle_id, transfer.owner_person_id, person).await?;
    Ok(tx.commit().await?)
}

/// The platform refused a transfer. `reason` is shown to both sides and must hold no personal data.
///
/// # Errors
/// As [`platform_confirmed`].
pub async fn platform_rejected(
    store: &Store,
    received: Received<'_>,
    reason: Option<String>,
    now_ms: i64,
) -> Result<()> {
    let tx = store.begin().await?;
    let Some(mut transfer) = open(&tx, &received, State::Rejected, now_ms).await? else {
        return Ok(tx.commit().await?);
    };
    advance(&tx, &mut transfer, Event::PlatformRejected, By::Platform, reason, now_ms).await?;
    Ok(tx.commit().await?)
}

/// The transfer a callback is about; `None` when the callback, or its outcome, is known already.
async fn open(tx: &Tx, received: &Received<'_>, outcome: State, now_ms: i64) -> Result<Option<Transfer>> {
    let transfer = tx.transfers().find(received.request_id).await?.ok_or(Refusal::NotFound)?;
    let vehicle = tx.vehicles().find(transfer.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    if vehicle.vin != received.vin {
        return Err(Refusal::NotFound.into());
    }
    let fresh = tx.inbox().receive("oem", received.webhook_id, now_ms).await?;
    Ok((fresh && transfer.state != outcome).then_some(transfer))
}
