//! What the two sides do.

use uuid::Uuid;

use super::{By, acting, advance, expire_due};
use crate::{
    rules::{
        card_limit, clocks,
        transfer::{Event, Party, State},
    },
    service::{App, Refusal, Result, consents::check_text_version, owner::owned},
    store::{Actor, NewMessage, NewTransfer, StoreError, Transfer, Tx},
};

/// Starts a transfer of a vehicle this account owns.
///
/// # Errors
/// [`Refusal::NotFound`] for another's vehicle, [`Refusal::TransferOpen`].
pub async fn start(app: &App, account: Uuid, vehicle: Uuid) -> Result<Uuid> {
    expire_due(app).await?;
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let owned = owned(&tx, account).await?;
    let vehicle = owned.into_iter().find(|owned| owned.id == vehicle).ok_or(Refusal::NotFound)?;
    let days = u64::from(app.config.transfer.ttl_days);
    let new = NewTransfer {
        id: app.id(),
        vehicle_id: vehicle.id,
        owner_account_id: account,
        owner_person_id: vehicle.owner_person_id,
        invitation: &app.token(),
        expires_at_ms: clocks::deadline(now_ms, days * 24 * 3600),
    };
    let transfer = match tx.transfers().insert(new, now_ms).await {
        Err(StoreError::Conflict) => return Err(Refusal::TransferOpen.into()),
        other => other?,
    };
    let line = crate::store::Event {
        id: Uuid::now_v7(),
        at_ms: now_ms,
        state: transfer.state.as_str().to_owned(),
        actor: Party::Owner.as_str().to_owned(),
        note: None,
    };
    tx.transfers().record(transfer.id, line).await?;
    audit(app, &tx, account, "transfer.start", transfer.id).await?;
    tx.commit().await?;
    Ok(transfer.id)
}

/// Makes this account the counterparty. Once it is, claiming again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown token, [`Refusal::SamePerson`] for the owner, [`Refusal::TransferExpired`],
/// [`Refusal::Conflict`] when someone else was faster.
pub async fn claim(app: &App, account: Uuid, token: &str) -> Result<Uuid> {
    expire_due(app).await?;
    let tx = app.store.begin().await?;
    let mut transfer = tx.transfers().by_invitation(token).await?.ok_or(Refusal::NotFound)?;
    if transfer.owner_account_id == account {
        return Err(Refusal::SamePerson.into());
    }
    if transfer.counterparty_account_id == Some(account) {
        return Ok(transfer.id);
    }
    if transfer.state == State::Expired {
        return Err(Refusal::TransferExpired.into());
    }
    transfer.counterparty_account_id = Some(account);
    step(app, &tx, &mut transfer, Event::Claimed, Party::Counterparty).await?;
    audit(app, &tx, account, "transfer.claim", transfer.id).await?;
    tx.commit().await?;
    Ok(transfer.id)
}

/// The counterparty accepts the responsibility notice (Art 13) and the agreement (Art 17): the record goes into the
/// outbox in the same transaction. Over the card limit (Art 11) the transfer goes to the carrier's shop instead.
///
/// # Errors
/// [`Refusal::TextVersionInvalid`], [`Refusal::NotFound`], [`Refusal::TransferExpired`], [`Refusal::Conflict`].
pub async fn accept(app: &App, account: Uuid, id: Uuid, notice: &str, agreement: &str) -> Result<()> {
    check_text_version(notice)?;
    check_text_version(agreement)?;
    expire_due(app).await?;
    let tx = app.store.begin().await?;
    let mut transfer = acting(&tx, id, account, Party::Counterparty).await?;
    check_card_limit(app, &tx, &mut transfer).await?;
    if transfer.state == State::ReferredToShop {
        return Ok(tx.commit().await?);
    }
    transfer.notice_version = Some(notice.to_owned());
    transfer.agreement_version = Some(agreement.to_owned());
    step(app, &tx, &mut transfer, Event::Agreed, Party::Counterparty).await?;
    let message = NewMessage {
        id: app.id(),
        aggregate: "transfer",
        aggregate_id: transfer.id,
        vehicle_id: transfer.vehicle_id,
        kind: "transfer.approved",
        // The worker reads the record when it sends: personal data is not kept twice.
        payload: b"{}",
    };
    tx.outbox().enqueue(message, app.now_ms()).await?;
    advance(&tx, &mut transfer, Event::Enqueued, By::System, None, app.now_ms()).await?;
    audit(app, &tx, account, "transfer.accept", transfer.id).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(())
}

/// The owner takes the transfer back.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TransferExpired`], [`Refusal::Conflict`] after approval.
pub async fn cancel(app: &App, account: Uuid, id: Uuid) -> Result<()> {
    leave(app, account, id, Party::Owner, Event::Cancel, "transfer.cancel").await
}

/// The counterparty refuses the transfer.
///
/// # Errors
/// As [`cancel`].
pub async fn decline(app: &App, account: Uuid, id: Uuid) -> Result<()> {
    leave(app, account, id, Party::Counterparty, Event::Decline, "transfer.decline").await
}

async fn leave(app: &App, account: Uuid, id: Uuid, party: Party, event: Event, action: &str) -> Result<()> {
    expire_due(app).await?;
    let tx = app.store.begin().await?;
    let mut transfer = acting(&tx, id, account, party).await?;
    step(app, &tx, &mut transfer, event, party).await?;
    audit(app, &tx, account, action, id).await?;
    Ok(tx.commit().await?)
}

/// Art 11: refers a transfer that stands in the card limit check to the carrier's shop, when it has to be.
pub(crate) async fn check_card_limit(app: &App, tx: &Tx, transfer: &mut Transfer) -> Result<()> {
    let Some(person) = transfer.counterparty_person_id.filter(|_| transfer.state == State::CardLimitCheck)
    else {
        return Ok(());
    };
    let person = tx.people().find(person).await?.ok_or(Refusal::NotFound)?;
    let held = tx.cards().carriers_of_document(&person.document_index).await?;
    let cards = tx.cards().of_vehicle(transfer.vehicle_id).await?;
    let added = cards.iter().map(|card| card.carrier.as_str());
    if card_limit::exceeded(held.iter().map(String::as_str), added, app.config.transfer.card_limit).is_some()
    {
        advance(tx, transfer, Event::CardLimitExceeded, By::System, None, app.now_ms()).await?;
    }
    Ok(())
}

async fn step(app: &App, tx: &Tx, transfer: &mut Transfer, event: Event, party: Party) -> Result<()> {
    advance(tx, transfer, event, By::Party(party), None, app.now_ms()).await
}

async fn audit(app: &App, tx: &Tx, account: Uuid, action: &str, transfer: Uuid) -> Result<()> {
    app.audit(tx, Actor::Account(account), action, ("transfer", transfer), None).await
}
