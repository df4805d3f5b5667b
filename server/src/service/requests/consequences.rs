//! What follows by itself from a state just reached, in the transaction that reached it.

use crate::{
    rules::{
        card_limit, clocks,
        request::{Cancellation, Event, Registration, Replacement, Step, Subject, Transfer},
    },
    service::{App, Refusal, Result, record, reviews},
    store::{Detail, NewMessage, Request, Tx},
};

/// Does it, and gives the event that comes of it, if any. `last` is the event that led here.
pub(super) async fn of(app: &App, tx: &Tx, request: &mut Request, last: Event) -> Result<Option<Event>> {
    if request.state.is_disputed() {
        return Ok(None);
    }
    match request.state.step() {
        Step::Transfer(Transfer::CardLimitCheck)
        | Step::Registration(Registration::CardLimitCheck)
        | Step::Replacement(Replacement::CardLimitCheck) => {
            Ok(over_the_limit(app, tx, request).await?.then_some(Event::CardLimitExceeded))
        }
        Step::Transfer(Transfer::PriorOwnerNotified) if request.due_at_ms.is_none() => {
            ask_prior_owner(app, tx, request).await?;
            Ok(None)
        }
        Step::Transfer(Transfer::Approved)
        | Step::Cancellation(Cancellation::Approved)
        | Step::Replacement(Replacement::Approved) => enqueue(app, tx, request).await,
        // A submitted registration stays so while the platform works on it.
        Step::Registration(Registration::Submitted) if last == Event::Agreed => {
            enqueue(app, tx, request).await
        }
        Step::Cancellation(Cancellation::EmergencyOnly) if request.due_at_ms.is_none() => {
            let days = app.config.cancellation.close_after_days;
            request.due_at_ms = Some(clocks::days_after(app.now_ms(), days));
            tx.requests().save(request).await?;
            Ok(None)
        }
        Step::Cancellation(Cancellation::Closed) if last == Event::ServiceEnded => {
            record::end_service(app, tx, request).await?;
            Ok(None)
        }
        _ => {
            if request.state.under_review() == Some(Subject::Proof) {
                reviews::open_for_papers(app, tx, request).await?;
            }
            Ok(None)
        }
    }
}

/// Art 11: the person would hold more cards at one carrier than allowed.
pub(super) async fn over_the_limit(app: &App, tx: &Tx, request: &Request) -> Result<bool> {
    let person = request.new_owner_person_id.or(request.owner_person_id).ok_or(Refusal::Conflict)?;
    let person = tx.people().find(person).await?.ok_or(Refusal::NotFound)?;
    let mut held = tx.cards().carriers_of_document(&person.document_index).await?;
    let mut added = Vec::new();
    if let Detail::Replacement { card_id, iccid, msisdn } = &request.detail {
        let old = tx.cards().find(*card_id).await?.ok_or(Refusal::NotFound)?;
        if let Some(at) = held.iter().position(|carrier| *carrier == old.carrier) {
            held.remove(at);
        }
        added.push(record::carrier_of(app, iccid, msisdn));
    } else {
        for link in &request.vehicles {
            let vehicle = tx.vehicles().find(link.vehicle_id).await?.ok_or(Refusal::NotFound)?;
            let holder = match vehicle.owner_person_id {
                Some(owner) => tx.people().find(owner).await?,
                None => None,
            };
            // What is put right is held already, by another row for the same document.
            if holder.is_none_or(|holder| holder.document_index != person.document_index) {
                let cards = tx.cards().of_vehicle(vehicle.id).await?;
                added.extend(cards.into_iter().map(|card| card.carrier));
            }
        }
    }
    let (held, added) = (held.iter().map(String::as_str), added.iter().map(String::as_str));
    Ok(card_limit::exceeded(held, added, app.config.transfer.card_limit).is_some())
}

/// Tells the owner on record that someone claims the vehicle, and starts the days of silence.
async fn ask_prior_owner(app: &App, tx: &Tx, request: &mut Request) -> Result<()> {
    let days = app.config.claim.silence_days;
    let due_ms = clocks::days_after(app.now_ms(), days);
    request.due_at_ms = Some(due_ms);
    // The silence must not be cut short by the request's own end.
    request.expires_at_ms = clocks::days_after(due_ms, app.config.transfer.ttl_days);
    tx.requests().save(request).await?;
    let owner = request.owner_person_id.ok_or(Refusal::Conflict)?;
    let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    let told = format!(
        "有人申请将您名下车辆的车联网卡过户给他人。如同意或有异议，请在{days}日内登录办理；逾期将由人工审核。"
    );
    app.tell(tx, &owner.phone, &told).await
}

/// One message for each vehicle: the platform hears of a vehicle in order.
async fn enqueue(app: &App, tx: &Tx, request: &Request) -> Result<Option<Event>> {
    let kind = format!("{}.approved", request.kind.as_str());
    for link in &request.vehicles {
        let message = NewMessage {
            id: app.id(),
            aggregate: "request",
            aggregate_id: request.id,
            vehicle_id: link.vehicle_id,
            kind: &kind,
            // The worker reads the record when it sends: personal data is not kept twice.
            payload: b"{}",
        };
        tx.outbox().enqueue(message, app.now_ms()).await?;
    }
    // Rung a moment before the commit; the worker looks again by itself.
    app.wake.notify_one();
    Ok(Some(Event::Enqueued))
}
