//! Cards before anybody is registered: bought in batches (Art 6), used in tests (Art 7).

use uuid::Uuid;
use verify::document::{Iccid, Msisdn};

use super::{
    App, Refusal, Result,
    identity::{Stated, checked},
    record::carrier_of,
};
use crate::{
    rules::{
        application::Identity,
        card::{Event, State},
        clocks,
    },
    store::{Actor, Batch, Card, CardEvent, CardTest, NewCard, NewPerson, StaffMember, StoreError, Tx},
};

/// Most cards of one call.
pub const MOST_CARDS: usize = 500;

/// A purchase (Art 6).
pub struct Purchase<'a> {
    /// Number of the contract.
    pub contract_number: &'a str,
    /// How many cards the authorisation letter names.
    pub quantity: u32,
    /// When, in Unix milliseconds.
    pub purchased_at_ms: i64,
    /// The unit that buys.
    pub unit: Stated<'a>,
    /// Who answers for it.
    pub responsible: Stated<'a>,
    /// Who handled it (经办人).
    pub handler: Stated<'a>,
    /// The cards: ICCID and number.
    pub cards: Vec<(&'a str, &'a str)>,
}

/// The use of a card in a test (Art 7).
pub struct NewTest<'a> {
    /// The card: one in stock, or fitted into a vehicle that was not sold.
    pub iccid: &'a str,
    /// What is developed.
    pub project: &'a str,
    /// What the card is bound to.
    pub machine: &'a str,
    /// Who answers for functions beyond directed access; needed for them.
    pub responsible: Option<Stated<'a>>,
    /// Days until it ends by itself.
    pub days: u32,
}

/// Records a purchase of cards of one carrier: all of it, or nothing.
///
/// # Errors
/// [`Refusal::BadRequest`] for more cards than the letter names, or of several carriers; [`Refusal::CardInvalid`],
/// [`Refusal::CardTaken`]; those of an identity.
pub async fn buy(app: &App, who: &StaffMember, purchase: Purchase<'_>) -> Result<Uuid> {
    let (unit, responsible) =
        (checked(app, &purchase.unit, true)?, checked(app, &purchase.responsible, false)?);
    let handler = checked(app, &purchase.handler, false)?;
    let quantity = i32::try_from(purchase.quantity).map_err(|_| Refusal::BadRequest)?;
    let carrier = purchase
        .cards
        .first()
        .map(|(iccid, msisdn)| carrier_of(app, iccid, msisdn))
        .ok_or(Refusal::BadRequest)?;
    let fits = purchase.cards.len() <= MOST_CARDS
        && purchase.cards.len() <= quantity as usize
        && purchase.cards.iter().all(|(iccid, msisdn)| carrier_of(app, iccid, msisdn) == carrier);
    if !fits {
        return Err(Refusal::BadRequest.into());
    }
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let responsible_person_id = Some(person(app, &tx, &responsible, None).await?);
    let batch = Batch {
        id: app.id(),
        carrier: carrier.clone(),
        contract_number: purchase.contract_number.to_owned(),
        quantity,
        unit_person_id: person(app, &tx, &unit, responsible_person_id).await?,
        handler_person_id: person(app, &tx, &handler, None).await?,
        purchased_at_ms: purchase.purchased_at_ms,
    };
    let batch_id = batch.id;
    tx.stock().buy(batch, now_ms).await?;
    for (iccid, msisdn) in purchase.cards {
        let iccid: Iccid = iccid.parse().map_err(|_| Refusal::CardInvalid)?;
        let msisdn: Msisdn = msisdn.parse().map_err(|_| Refusal::CardInvalid)?;
        let card = NewCard {
            id: app.id(),
            vehicle_id: None,
            batch_id: Some(batch_id),
            msisdn: msisdn.as_str(),
            iccid: iccid.as_str(),
            carrier: &carrier,
            state: State::Stocked,
        };
        match tx.cards().insert(card, Event::Bought, now_ms).await {
            Err(StoreError::Conflict) => return Err(Refusal::CardTaken.into()),
            other => other?,
        }
    }
    app.audit(&tx, Actor::Staff(who.id), "card.buy", ("card_batch", batch_id), None);
    tx.commit().await?;
    Ok(batch_id)
}

/// Starts a test.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::CardTaken`] for a card that serves somebody; those of an identity.
pub async fn start_test(app: &App, who: &StaffMember, new: NewTest<'_>) -> Result<Uuid> {
    let responsible = new.responsible.as_ref().map(|stated| checked(app, stated, false)).transpose()?;
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let card = tx.cards().by_iccid(new.iccid).await?.ok_or(Refusal::NotFound)?;
    let to = card.state.next(Event::TestStarted).ok_or(Refusal::CardTaken)?;
    tx.cards().change(&card, to, Event::TestStarted, None, now_ms).await?;
    let responsible_person_id = match &responsible {
        Some(identity) => Some(person(app, &tx, identity, None).await?),
        None => None,
    };
    let test = CardTest {
        id: app.id(),
        card_id: card.id,
        project: new.project.to_owned(),
        machine: new.machine.to_owned(),
        // Directed access needs nobody; open functions need a name.
        open_functions: responsible_person_id.is_some(),
        responsible_person_id,
        started_at_ms: now_ms,
        ends_at_ms: clocks::days_after(now_ms, new.days),
        ended_at_ms: None,
    };
    let id = test.id;
    tx.stock().start_test(test).await?;
    app.audit(&tx, Actor::Staff(who.id), "card.test", ("card_test", id), None);
    tx.commit().await?;
    Ok(id)
}

/// Ends a test: its card is closed (Art 7).
///
/// # Errors
/// [`Refusal::NotFound`] when it is not running.
pub async fn end_test(app: &App, who: &StaffMember, id: Uuid) -> Result<()> {
    end(app, Actor::Staff(who.id), id).await
}

/// Ends every test whose time is over.
///
/// # Errors
/// The store failed.
pub async fn keep_time(app: &App) -> Result<()> {
    let overdue = app.store.read().await?.stock().overdue_tests(app.now_ms()).await?;
    for id in overdue {
        end(app, Actor::System, id).await?;
    }
    Ok(())
}

/// A card and its whole life.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn life(app: &App, iccid: &str) -> Result<(Card, Vec<CardEvent>)> {
    let tx = app.store.read().await?;
    let card = tx.cards().by_iccid(iccid).await?.ok_or(Refusal::NotFound)?;
    let life = tx.cards().life(card.id).await?;
    Ok((card, life))
}

async fn end(app: &App, actor: Actor, id: Uuid) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let card = tx.stock().running_test(id).await?.ok_or(Refusal::NotFound)?;
    let card = tx.cards().find(card).await?.ok_or(Refusal::NotFound)?;
    let to = card.state.next(Event::TestEnded).ok_or(Refusal::Conflict)?;
    tx.cards().change(&card, to, Event::TestEnded, None, now_ms).await?;
    tx.stock().end_test(id, now_ms).await?;
    app.audit(&tx, actor, "card.test_end", ("card_test", id), None);
    Ok(tx.commit().await?)
}

async fn person(app: &App, tx: &Tx, identity: &Identity, responsible: Option<Uuid>) -> Result<Uuid> {
    let person = NewPerson {
        id: app.id(),
        name: &identity.name,
        document_type: &identity.document_type,
        document_number: &identity.document_number,
        phone: &identity.phone,
        address: None,
        responsible_person_id: responsible,
    };
    let id = person.id;
    tx.people().insert(person, app.now_ms()).await?;
    Ok(id)
}
