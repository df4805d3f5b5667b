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
};

use super::{check_lock, desk::evidence, issue::status};
use crate::{
    service::{App, Error, Refusal, Result, consents::FACE_EVIDENCE, requests},
    store::{EvidenceKind, NewEvidence, Tx, Verdict, Verification},
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

/// What the person is told. Scores and reasons stay here.
pub struct Outcome {
    /// `passed`, `manual_review` or `failed`.
    pub outcome: &'static str,
    /// A kind sentence in Chinese.
    pub message_zh: &'static str,
    /// The same in English.
    pub message_en: &'static str,
    /// A new verification can be started now.
    pub may_retry: bool,
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
    let verification = status(app, account, id).await?;
    match verification.state.as_str() {
        "open" => {}
        "expired" => return Err(Refusal::NonceExpired.into()),
        _ => return Err(Refusal::NonceReused.into()),
    }
    let files = admit(&verification.device_key, &verification.challenge, &upload)?;

    let tx = app.store.begin().await?;
    check_lock(app, &tx, account, &verification.document_number).await?;
    if files.has_pictures() && tx.consents().active(account, FACE_EVIDENCE).await?.is_none() {
        return Err(Refusal::ConsentNeeded.into());
    }
    if !tx.verifications().claim(id).await? {
        return Err(Refusal::NonceReused.into());
    }
    tx.commit().await?;

    // From here on the nonce is claimed: a client that hangs up must not leave it so.
    let app = app.clone();
    let work = tokio::spawn(async move { judge(&app, &verification, files).await });
    work.await.unwrap_or(Err(Refusal::Internal.into()))
}

async fn judge(app: &App, verification: &Verification, files: Files) -> Result<Outcome> {
    let Files { report, keyframes, portrait } = files.clone();
    let (challenge, stated) = (verification.challenge.clone(), verification.document_number.clone());
    match app.desk.assess(challenge, report, keyframes, portrait, stated).await {
        Ok(assessment) => settle(app, verification, &files, &assessment).await,
        Err(error) => {
            let tx = app.store.begin().await?;
            tx.verifications().release(verification.id).await?;
            tx.commit().await?;
            Err(error)
        }
    }
}

/// Writes the verdict and everything that follows from it.
async fn settle(app: &App, of: &Verification, files: &Files, assessment: &Assessment) -> Result<Outcome> {
    let now_ms = app.now_ms();
    let grade = match assessment.reasons.as_slice() {
        [Reason::DeviceOnly] if app.config.verification.accept_device_only => Grade::Pass,
        _ => assessment.grade,
    };
    let outcome = match grade {
        Grade::Pass => "passed",
        Grade::ManualReview => "manual_review",
        Grade::Fail => "failed",
    };
    let tx = app.store.begin().await?;
    let verdict = Verdict {
        outcome,
        reasons: serde_json::to_string(&assessment.reasons).unwrap_or_default(),
        scores: serde_json::to_string(&assessment.scores).ok(),
        report_sha256: Sha256::digest(&files.report).into(),
    };
    tx.verifications().finish(of.id, verdict, now_ms).await?;
    keep(app, &tx, of, files).await?;
    let mut request = tx.requests().find(of.request_id).await?.ok_or(Refusal::NotFound)?;
    match grade {
        Grade::Pass => requests::passed(app, &tx, &mut request, of).await?,
        Grade::ManualReview => requests::review_needed(app, &tx, &mut request, of).await?,
        Grade::Fail => {}
    }
    let locked = match check_lock(app, &tx, of.account_id, &of.document_number).await {
        Err(Error::Later { .. }) => true,
        other => other.map(|()| false)?,
    };
    tx.commit().await?;
    let (message_zh, message_en) = match grade {
        Grade::Pass => ("核验通过", "You are verified"),
        Grade::ManualReview => {
            ("已转人工审核，结果会在这里显示", "A person will look at it; you will see the result here")
        }
        Grade::Fail => (
            "这次没有通过。请在光线充足处正对镜头，按提示再试一次",
            "This did not work. Find good light, face the camera and follow the steps once more",
        ),
    };
    Ok(Outcome { outcome, message_zh, message_en, may_retry: grade == Grade::Fail && !locked })
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
