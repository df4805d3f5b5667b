//! Taking a report: cheap checks first, then the nonce is claimed, the pictures are judged, and the verdict, the
//! evidence and the request's next state are written together. Bad input gives the nonce back.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use verify::{
    assess::{Assessment, Grade, Reason, Submission, check},
    challenge::Challenge,
    document::Document,
};

use super::{
    Outcome,
    desk::evidence,
    issue::open,
    settle::{Finding, check_lock, settle},
};
use crate::{
    metrics::METRICS,
    rules::policy::{Method, Policy},
    service::{App, Error, Refusal, Result, consents::FACE_EVIDENCE, policies},
    store::{EvidenceKind, NewEvidence, Tx, Verification},
};

#[cfg(test)]
mod tests;

/// More keyframes than any challenge has.
const MOST_KEYFRAMES: usize = 16;

/// What the device sends, in base64.
pub struct Upload<'a> {
    /// Canonical bytes of the report.
    pub report: &'a str,
    /// ECDSA P-256 over them, IEEE P1363.
    pub signature: &'a str,
    /// Pictures, only with consent.
    pub keyframes: &'a [String],
    /// The portrait on the document, only with consent.
    pub document_portrait: Option<&'a str>,
}

/// The upload, decoded.
#[derive(Clone)]
struct Files {
    report: Arc<[u8]>,
    keyframes: Arc<[Vec<u8>]>,
    portrait: Option<Arc<[u8]>>,
}

/// Takes a report.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::BadRequest`], [`Refusal::NonceReused`], [`Refusal::NonceExpired`],
/// [`Refusal::ReportSignature`], [`Refusal::ConsentNeeded`], [`Refusal::EngineLoading`], [`Refusal::LockedOut`] and
/// [`Error::Evidence`] change nothing. [`Refusal::Conflict`] when the request moved on meanwhile.
pub async fn report(app: &App, account: Uuid, id: Uuid, upload: Upload<'_>) -> Result<Outcome> {
    app.desk.assessor()?;
    let verification = open(app, account, id, Method::Face).await?;
    let files = admit(&verification.device_key, &verification.challenge, &upload)?;

    let tx = app.store.begin().await?;
    let policy = policies::find(app, &tx, verification.challenge.policy_version).await?;
    let document = Document::parse(verification.document_type, &verification.document_number)
        .map_err(|_| Refusal::DocumentNumberInvalid)?;
    check_lock(app, &tx, &policy, account, (document.kind(), document.number())).await?;
    if files.has_pictures() && tx.consents().active(account, FACE_EVIDENCE).await?.is_none() {
        return Err(Refusal::ConsentNeeded.into());
    }
    if !tx.verifications().claim(id).await? {
        return Err(Refusal::NonceReused.into());
    }
    tx.commit().await?;

    // From here on the nonce is claimed: a client that hangs up must not leave it so.
    let app = app.clone();
    let work = tokio::spawn(async move { judge(&app, &verification, &policy, document, files).await });
    work.await.unwrap_or(Err(Refusal::Internal.into()))
}

async fn judge(
    app: &App,
    of: &Verification,
    policy: &Policy,
    stated: Document,
    files: Files,
) -> Result<Outcome> {
    let Files { report, keyframes, portrait } = files.clone();
    let challenge = of.challenge.clone();
    match app.desk.assess(challenge, report, keyframes, portrait, stated, policy.thresholds).await {
        Ok(assessment) => conclude(app, of, policy, &files, &assessment).await,
        Err(error) => {
            let tx = app.store.begin().await?;
            tx.verifications().release(of.id).await?;
            tx.commit().await?;
            Err(error)
        }
    }
}

async fn conclude(
    app: &App,
    of: &Verification,
    policy: &Policy,
    files: &Files,
    assessment: &Assessment,
) -> Result<Outcome> {
    let grade = match assessment.reasons.as_slice() {
        [Reason::DeviceOnly] if policy.accept_device_only => Grade::Pass,
        _ => assessment.grade,
    };
    let finding = Finding {
        grade,
        reasons: serde_json::to_value(&assessment.reasons)
            .and_then(serde_json::from_value)
            .unwrap_or_default(),
        scores: serde_json::to_string(&assessment.scores).ok(),
        sha256: Sha256::digest(&files.report).into(),
    };
    let tx = app.store.begin().await?;
    let outcome = settle(app, &tx, of, policy, finding).await?;
    keep(app, &tx, of, files).await?;
    tx.commit().await?;
    METRICS.verdict(match outcome.grade {
        Grade::Pass => "passed",
        Grade::ManualReview => "manual_review",
        Grade::Fail => "failed",
    });
    Ok(outcome)
}

/// Keeps the pictures and the report they belong to, if the consent is still in force.
async fn keep(app: &App, tx: &Tx, of: &Verification, files: &Files) -> Result<()> {
    let consent = tx.consents().active(of.account_id, FACE_EVIDENCE).await?;
    let Some(consent) = consent.filter(|_| files.has_pictures()) else { return Ok(()) };
    let keyframes = files.keyframes.iter().map(|picture| (EvidenceKind::Keyframe, picture.as_slice()));
    let portrait = files.portrait.iter().map(|picture| (EvidenceKind::DocumentPortrait, &picture[..]));
    let report = std::iter::once((EvidenceKind::Report, &files.report[..]));
    for (position, (kind, content)) in report.chain(keyframes).chain(portrait).enumerate() {
        let evidence = NewEvidence {
            id: app.id(),
            request_id: None,
            verification_id: Some(of.id),
            consent_id: Some(consent.id),
            complaint_id: None,
            kind,
            position: position as i32,
            content,
        };
        tx.evidence().insert(evidence, app.now_ms()).await?;
    }
    Ok(())
}

impl Files {
    fn decode(upload: &Upload<'_>) -> Result<Self> {
        if upload.keyframes.len() > MOST_KEYFRAMES {
            return Err(Refusal::BadRequest.into());
        }
        let decode = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| Error::from(Refusal::BadRequest));
        Ok(Self {
            report: decode(upload.report)?.into(),
            keyframes: upload.keyframes.iter().map(|text| decode(text)).collect::<Result<_>>()?,
            portrait: upload.document_portrait.map(decode).transpose()?.map(Arc::from),
        })
    }

    fn submission(&self) -> Submission<'_> {
        Submission {
            report: &self.report,
            keyframes: &self.keyframes,
            document_portrait: self.portrait.as_deref(),
        }
    }

    fn has_pictures(&self) -> bool {
        !self.keyframes.is_empty() || self.portrait.is_some()
    }
}

/// Lets in what was signed by the device the verification was opened for, belongs to its challenge, and is whole.
fn admit(device_key: &[u8], challenge: &Challenge, upload: &Upload<'_>) -> Result<Files> {
    let files = Files::decode(upload)?;
    check_signature(device_key, &files.report, upload.signature)?;
    check(challenge, &files.submission()).map_err(evidence)?;
    Ok(files)
}

fn check_signature(key: &[u8], report: &[u8], signature: &str) -> Result<()> {
    let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| Refusal::DeviceKeyInvalid)?;
    let signature = BASE64_STANDARD.decode(signature).ok();
    let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
    let fits = signature.is_some_and(|signature| key.verify(report, &signature).is_ok());
    if fits { Ok(()) } else { Err(Refusal::ReportSignature.into()) }
}
