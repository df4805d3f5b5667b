//! Which rules a verification is opened and judged under.

use verify::document::Holder;

use super::{App, Refusal, Result, SetupError};
use crate::{
    rules::{
        application::Applicant,
        policy::{Policy, Rule},
        request::Party,
    },
    store::{Detail, Request, StoreError, Tx},
};

/// Records every policy of the configuration under its number. Comes after the migration, before anybody is served.
///
/// # Errors
/// [`SetupError::PolicyChanged`] when other rules were recorded under one of the numbers: what was decided under it must
/// stay explainable.
pub async fn record(app: &App) -> std::result::Result<(), SetupError> {
    let tx = app.store.begin().await?;
    for policy in app.config.policy.iter() {
        tx.policies().insert(policy, app.now_ms()).await?;
        // Compared by meaning: a later release may write more settings.
        if tx.policies().find(policy.version).await?.as_ref() != Some(policy) {
            return Err(SetupError::PolicyChanged(policy.version));
        }
    }
    Ok(tx.commit().await?)
}

/// The policy for what is opened now.
///
/// # Errors
/// None is in force: the configuration was not checked.
pub fn in_force(app: &App) -> Result<&Policy> {
    app.config.policy.in_force(app.now_ms()).ok_or(Refusal::Internal.into())
}

/// The policy with this number, from the configuration or, when it has left it, from the record.
///
/// # Errors
/// Nobody has recorded it.
pub async fn find(app: &App, tx: &Tx, version: u32) -> Result<Policy> {
    match app.config.policy.find(version) {
        Some(policy) => Ok(policy.clone()),
        None => Ok(tx.policies().find(version).await?.ok_or(StoreError::Corrupt("policy"))?),
    }
}

/// The rule for this party of a request.
pub(crate) async fn rule(tx: &Tx, policy: &Policy, request: &Request, party: Party) -> Result<Rule> {
    let holder = if acts_for_a_unit(tx, request, party).await? { Holder::Unit } else { Holder::Person };
    Ok(policy.rule(request.kind, party, holder).ok_or(Refusal::Internal)?.clone())
}

/// Whether the party is the responsible person of a unit (Art 9).
async fn acts_for_a_unit(tx: &Tx, request: &Request, party: Party) -> Result<bool> {
    match (&request.detail, request.owner_person_id) {
        _ if party != Party::Owner => Ok(false),
        (Detail::Registration(application), _) => Ok(matches!(application.applicant, Applicant::Unit(_))),
        (_, Some(owner)) => {
            let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
            Ok(owner.responsible_person_id.is_some())
        }
        _ => Ok(false),
    }
}
