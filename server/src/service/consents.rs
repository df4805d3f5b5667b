//! Consents: separate, and withdrawable at any time (PIPL 15 and 29).

use uuid::Uuid;

use super::{App, Refusal, Result, text};
use crate::store::{Actor, Consent};

/// Purpose of the consent under which pictures may be sent.
pub const FACE_EVIDENCE: &str = "face_evidence_upload";

/// Purpose of the consent under which photographs of documents may be sent.
pub const DOCUMENT_REVIEW: &str = "document_review";

/// The consents of an account that are in force, newest first.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, account: Uuid) -> Result<Vec<Consent>> {
    let mut consents = app.store.read().await?.consents().of_account(account).await?;
    consents.retain(|consent| consent.withdrawn_at_ms.is_none());
    Ok(consents)
}

/// Records a consent to the text of this version.
///
/// # Errors
/// [`Refusal::TextVersionInvalid`].
pub async fn give(app: &App, account: Uuid, purpose: &str, text_version: &str) -> Result<Consent> {
    text::version(text_version)?;
    let consent = Consent {
        id: app.id(),
        account_id: account,
        purpose: purpose.to_owned(),
        text_version: text_version.to_owned(),
        given_at_ms: app.now_ms(),
        withdrawn_at_ms: None,
    };
    let tx = app.store.begin().await?;
    tx.consents().insert(consent.clone()).await?;
    app.audit(&tx, Actor::Account(account), "consent.give", ("consent", consent.id), Some(text_version));
    tx.commit().await?;
    Ok(consent)
}

/// Withdraws a consent, deletes everything kept under it, and destroys the keys that could open copies of it. Twice
/// is as good as once.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn withdraw(app: &App, account: Uuid, id: Uuid) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let consent = tx.consents().find(id).await?.filter(|consent| consent.account_id == account);
    let consent = consent.ok_or(Refusal::NotFound)?;
    if tx.consents().withdraw(consent.id, now_ms).await? {
        let pieces = tx.evidence().delete_of_consent(consent.id).await?;
        let detail = format!("{pieces} pieces deleted");
        app.audit(&tx, Actor::Account(account), "consent.withdraw", ("consent", consent.id), Some(&detail));
    }
    Ok(tx.commit().await?)
}
