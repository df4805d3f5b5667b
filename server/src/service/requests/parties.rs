//! What the sides of a request do.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{By, acting, advance, consequences, keep_time};
use crate::{
    rules::request::{Event, Kind, Party},
    service::{App, Expected, Refusal, Result, text, texts},
    store::{Acceptance, Actor, Request, Tx},
};

/// What a person signs: the versions of the texts that were shown, and what the record still needs.
pub struct Signature<'a> {
    /// Version of the responsibility notice (Art 13).
    pub notice: &'a str,
    /// Version of the agreement (Art 17).
    pub agreement: &'a str,
    /// Address of the new owner (Art 5); needed where there is none on record.
    pub address: Option<&'a str>,
}

/// Makes this account the counterparty of a transfer. Once it is, doing so again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown token, [`Refusal::SamePerson`] for the owner, [`Refusal::RequestExpired`],
/// [`Refusal::Conflict`] when someone else was faster.
pub async fn claim_invitation(app: &App, account: Uuid, token: &str) -> Result<Uuid> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let mut request = tx.requests().by_invitation(token).await?.ok_or(Refusal::NotFound)?;
    if request.owner_account_id == Some(account) {
        return Err(Refusal::SamePerson.into());
    }
    if request.counterparty_account_id == Some(account) {
        return Ok(request.id);
    }
    if request.state.name() == "expired" {
        return Err(Refusal::RequestExpired.into());
    }
    request.counterparty_account_id = Some(account);
    advance(app, &tx, &mut request, Event::Claimed, By::Party(Party::Counterparty), None).await?;
    audit(app, &tx, account, &request, "claim_invitation");
    tx.commit().await?;
    Ok(request.id)
}

/// The person whose verification decides accepts the responsibility notice (Art 13) and the agreement (Art 17), or
/// confirms the end of service: the record goes into the outbox in the same transaction. Over the card limit
/// (Art 11) the request goes to the carrier's shop instead.
///
/// # Errors
/// [`Refusal::TextVersionInvalid`], [`Refusal::AddressNeeded`], [`Refusal::NotFound`], [`Refusal::RequestExpired`],
/// [`Refusal::Conflict`].
pub async fn accept(
    app: &App,
    account: Uuid,
    id: Uuid,
    seen: &Expected,
    signature: Signature<'_>,
) -> Result<()> {
    text::version(signature.notice)?;
    text::version(signature.agreement)?;
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let (mut request, party) = acting(&tx, id, account).await?;
    seen.check(request.version)?;
    if party != super::deciding(&request) {
        return Err(Refusal::NotFound.into());
    }
    let by = By::Party(party);
    if request.kind != Kind::Cancellation && request.state.name() == "card_limit_check" {
        if consequences::over_the_limit(app, &tx, &request).await? {
            advance(app, &tx, &mut request, Event::CardLimitExceeded, By::System, None).await?;
            return Ok(tx.commit().await?);
        }
        live_at(&tx, &request, signature.address).await?;
    }
    let event = super::verified::last_word(&tx, &request).await?;
    advance(app, &tx, &mut request, event, by, None).await?;
    for (text, version) in
        [(texts::RESPONSIBILITY_NOTICE, signature.notice), (texts::AGREEMENT, signature.agreement)]
    {
        let acceptance = Acceptance {
            id: app.id(),
            request_id: request.id,
            account_id: account,
            text,
            text_version: version,
            text_sha256: Sha256::digest(texts::words(text, version)?).into(),
        };
        tx.requests().accept(acceptance, app.now_ms()).await?;
    }
    audit(app, &tx, account, &request, "accept");
    Ok(tx.commit().await?)
}

/// Who started it takes it back, before it is approved.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`], [`Refusal::RequestExpired`], [`Refusal::Conflict`] after
/// approval.
pub async fn cancel(app: &App, account: Uuid, id: Uuid, seen: &Expected) -> Result<()> {
    leave(app, account, (id, seen), Event::Cancel, "cancel", |request, party| {
        (request.kind == Kind::Claim) == (party == Party::Counterparty)
    })
    .await
}

/// The counterparty refuses the transfer.
///
/// # Errors
/// As [`cancel`].
pub async fn decline(app: &App, account: Uuid, id: Uuid, seen: &Expected) -> Result<()> {
    leave(app, account, (id, seen), Event::Decline, "decline", |request, party| {
        request.kind == Kind::Transfer && party == Party::Counterparty
    })
    .await
}

/// The owner on record answers a claim: consents, or objects and so disputes it.
///
/// # Errors
/// As [`cancel`].
pub async fn answer_claim(app: &App, account: Uuid, id: Uuid, seen: &Expected, consents: bool) -> Result<()> {
    let (event, action) =
        if consents { (Event::OwnerConsented, "consent") } else { (Event::OwnerObjected, "object") };
    leave(app, account, (id, seen), event, action, |request, party| {
        request.kind == Kind::Claim && party == Party::Owner
    })
    .await
}

async fn leave(
    app: &App,
    account: Uuid,
    (id, seen): (Uuid, &Expected),
    event: Event,
    action: &str,
    may: impl FnOnce(&Request, Party) -> bool,
) -> Result<()> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let (mut request, party) = acting(&tx, id, account).await?;
    seen.check(request.version)?;
    if !may(&request, party) {
        return Err(Refusal::NotFound.into());
    }
    advance(app, &tx, &mut request, event, By::Party(party), None).await?;
    audit(app, &tx, account, &request, action);
    Ok(tx.commit().await?)
}

/// Completes the record of the new owner with an address (Art 5), where it has none.
async fn live_at(tx: &Tx, request: &Request, address: Option<&str>) -> Result<()> {
    let Some(person) = request.new_owner_person_id else { return Ok(()) };
    let person = tx.people().find(person).await?.ok_or(Refusal::NotFound)?;
    match (person.address, address.map(str::trim)) {
        (Some(_), _) => Ok(()),
        (None, Some(address)) if (1..=200).contains(&address.chars().count()) => {
            Ok(tx.people().set_address(person.id, address).await?)
        }
        (None, _) => Err(Refusal::AddressNeeded.into()),
    }
}

fn audit(app: &App, tx: &Tx, account: Uuid, request: &Request, action: &str) {
    let action = format!("{}.{action}", request.kind.as_str());
    app.audit(tx, Actor::Account(account), &action, ("request", request.id), None);
}
