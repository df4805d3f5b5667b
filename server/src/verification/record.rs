//! Whether who verifies is who the record and the request speak of.

use uuid::Uuid;

use super::stated::Person;
use crate::{
    rules::{
        application::{Applicant, Way},
        request::Party,
    },
    service::{Refusal, Result},
    store::{self, Detail, Request, Tx},
};

/// The owner must be the person on record, or answer for the unit on record; a new owner must be someone else
/// (Art 2: verified like a first owner, who has no record yet); an agent is not the principal (Art 12).
pub(super) async fn check_record(tx: &Tx, asked: &Request, party: Party, who: &Person) -> Result<()> {
    let index = tx.document_index(who.document.kind().as_str(), who.document.number());
    let on_record = match asked.owner_person_id {
        Some(owner) => Some(natural(tx, owner).await?),
        None => None,
    };
    let is_on_record = on_record.as_ref().is_some_and(|person| person.document_index == index);
    let must_be_on_record = match (&asked.detail, party) {
        (Detail::Registration(application), Party::Agent) => {
            if let Applicant::Principal(principal) = &application.applicant
                && tx.document_index(&principal.document_type, &principal.document_number) == index
            {
                return Err(Refusal::SamePerson.into());
            }
            false
        }
        (Detail::Registration(application), _) => application.way == Way::Rectification,
        (_, Party::Owner) => true,
        (_, Party::Counterparty | Party::Agent) => {
            if is_on_record {
                return Err(Refusal::SamePerson.into());
            }
            false
        }
    };
    let fits = is_on_record && on_record.is_some_and(|person| person.name == who.name);
    if must_be_on_record && !fits { Err(Refusal::DocumentMismatch.into()) } else { Ok(()) }
}

/// The person, or who answers for the unit.
async fn natural(tx: &Tx, owner: Uuid) -> Result<store::Person> {
    let person = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    match person.responsible_person_id {
        Some(responsible) => Ok(tx.people().find(responsible).await?.ok_or(Refusal::NotFound)?),
        None => Ok(person),
    }
}
