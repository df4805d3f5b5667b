//! What a verdict about a person means for the request.

use uuid::Uuid;

use super::{By, advance, deciding, papers};
use crate::{
    rules::{
        application::Applicant,
        request::{Event, Kind, Party, Subject},
    },
    service::{App, Refusal, Result, reviews},
    store::{Detail, NewPerson, Request, Tx, Verification},
};

/// The machine let the party pass. Papers that came with the request are for people to read: they decide then.
pub(crate) async fn passed(app: &App, tx: &Tx, request: &mut Request, of: &Verification) -> Result<()> {
    record_person(app, tx, of, request).await?;
    let event = match &request.detail {
        Detail::Registration(application) if application.applicant != Applicant::Person => {
            Event::ReviewNeeded(Subject::Proof)
        }
        _ => Event::VerificationPassed(of.party),
    };
    advance(app, tx, request, event, By::Party(of.party), None).await
}

/// Staff must decide about the party.
pub(crate) async fn review_needed(
    app: &App,
    tx: &Tx,
    request: &mut Request,
    of: &Verification,
) -> Result<()> {
    record_person(app, tx, of, request).await?;
    let subject = match of.party {
        Party::Owner => Subject::Owner,
        Party::Agent => Subject::Agent,
        Party::Counterparty if request.kind == Kind::Claim => Subject::Claimant,
        Party::Counterparty => Subject::Counterparty,
    };
    advance(app, tx, request, Event::ReviewNeeded(subject), By::Party(of.party), None).await?;
    reviews::open(app, tx, of, subject).await
}

/// The last word of the person, after which it is sent. Before the end of service people look at its proof.
pub(super) async fn last_word(tx: &Tx, request: &Request) -> Result<Event> {
    if request.kind != Kind::Cancellation {
        return Ok(Event::Agreed);
    }
    papers::complete(tx, request).await?;
    Ok(Event::ReviewNeeded(Subject::Proof))
}

/// Takes back who was written down, because better pictures were asked for.
pub(crate) fn decided_person(request: &mut Request, party: Party) {
    if party == deciding(request) {
        request.new_owner_person_id = None;
        request.agent_person_id = None;
        request.verified_at_ms = None;
    }
}

/// Writes down who becomes the owner, if this verification decides that.
async fn record_person(app: &App, tx: &Tx, of: &Verification, request: &mut Request) -> Result<()> {
    if of.party != deciding(request) {
        return Ok(());
    }
    request.verified_at_ms = Some(app.now_ms());
    request.policy_version = Some(of.challenge.policy_version);
    let account = tx.accounts().find(of.account_id).await?.ok_or(Refusal::NotFound)?;
    let verified = NewPerson {
        id: app.id(),
        name: &of.name,
        document_type: of.document_type.as_str(),
        document_number: &of.document_number,
        phone: &account.phone,
        address: None,
        responsible_person_id: None,
    };
    let application = match &request.detail {
        Detail::Registration(application) => application,
        Detail::None => {
            request.new_owner_person_id = Some(insert(app, tx, verified).await?);
            return Ok(());
        }
        Detail::Cancellation { .. } | Detail::Replacement { .. } => return Ok(()),
    };
    let address = Some(application.address.as_str());
    let (owner, agent) = match &application.applicant {
        Applicant::Person => (insert(app, tx, NewPerson { address, ..verified }).await?, None),
        Applicant::Unit(unit) => {
            let responsible = insert(app, tx, verified).await?;
            let unit = NewPerson {
                id: app.id(),
                name: &unit.name,
                document_type: &unit.document_type,
                document_number: &unit.document_number,
                phone: &account.phone,
                address,
                responsible_person_id: Some(responsible),
            };
            (insert(app, tx, unit).await?, None)
        }
        Applicant::Principal(principal) => {
            let agent = insert(app, tx, verified).await?;
            let principal = NewPerson {
                id: app.id(),
                name: &principal.name,
                document_type: &principal.document_type,
                document_number: &principal.document_number,
                phone: &principal.phone,
                address,
                responsible_person_id: None,
            };
            (insert(app, tx, principal).await?, Some(agent))
        }
    };
    request.new_owner_person_id = Some(owner);
    request.agent_person_id = agent;
    Ok(())
}

async fn insert(app: &App, tx: &Tx, person: NewPerson<'_>) -> Result<Uuid> {
    let id = person.id;
    tx.people().insert(person, app.now_ms()).await?;
    Ok(id)
}
