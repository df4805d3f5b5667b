//! The verdict, and everything that follows from it, in one transaction.

use uuid::Uuid;
use verify::{assess::Grade, document::DocumentType};

use crate::{
    rules::policy::Policy,
    service::{App, Error, Refusal, Result, policies, requests},
    store::{Tx, Verdict, Verification},
};

/// What the person is told. Scores and reasons stay here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ends.
    pub grade: Grade,
    /// A kind sentence in Chinese.
    pub message_zh: &'static str,
    /// The same in English.
    pub message_en: &'static str,
    /// A new verification can be started now.
    pub may_retry: bool,
}

/// What was found out about a person, before the policy has had its say.
pub(super) struct Finding {
    /// What it leads to by itself.
    pub grade: Grade,
    /// Names of what spoke against a pass, for staff.
    pub reasons: Vec<String>,
    /// JSON, for staff.
    pub scores: Option<String>,
    /// SHA-256 of what was handed in.
    pub sha256: [u8; 32],
}

/// Name in the database.
pub(super) fn name(grade: Grade) -> &'static str {
    match grade {
        Grade::Pass => "passed",
        Grade::ManualReview => "manual_review",
        Grade::Fail => "failed",
    }
}

/// Writes the verdict of a verification that was claimed, and moves its request.
///
/// # Errors
/// [`Refusal::Conflict`] when the request moved on meanwhile.
pub(super) async fn settle(
    app: &App,
    tx: &Tx,
    of: &Verification,
    policy: &Policy,
    mut finding: Finding,
) -> Result<Outcome> {
    let mut request = tx.requests().find(of.request_id).await?.ok_or(Refusal::NotFound)?;
    let rule = policies::rule(tx, policy, &request, of.party).await?;
    if finding.grade == Grade::Pass {
        let mut look = |reason: &str| {
            finding.grade = Grade::ManualReview;
            finding.reasons.push(reason.to_owned());
        };
        if of.document_type.needs_review() {
            look("document_type");
        }
        if rule.always_review {
            look("policy");
        }
    }
    let verdict = Verdict {
        outcome: name(finding.grade),
        reasons: serde_json::to_string(&finding.reasons).unwrap_or_default(),
        scores: finding.scores,
        report_sha256: finding.sha256,
    };
    tx.verifications().finish(of.id, verdict, app.now_ms()).await?;
    match finding.grade {
        Grade::Pass => requests::passed(app, tx, &mut request, of).await?,
        Grade::ManualReview => requests::review_needed(app, tx, &mut request, of).await?,
        Grade::Fail => {}
    }
    let locked =
        match check_lock(app, tx, policy, of.account_id, (of.document_type, &of.document_number)).await {
            Err(Error::Later { .. }) => true,
            other => other.map(|()| false)?,
        };
    Ok(told(finding.grade, !locked))
}

/// What the person is told.
pub(super) fn told(grade: Grade, may_retry: bool) -> Outcome {
    let (message_zh, message_en) = match grade {
        Grade::Pass => ("核验通过", "You are verified"),
        Grade::ManualReview => {
            ("已转人工审核，结果会在这里显示", "A person will look at it; you will see the result here")
        }
        Grade::Fail => (
            "这次没有通过。请再试一次，或选择其他核验方式",
            "This did not work. Try once more, or choose another way",
        ),
    };
    Outcome { grade, message_zh, message_en, may_retry: grade == Grade::Fail && may_retry }
}

/// Refuses while the account is locked for this document.
pub(super) async fn check_lock(
    app: &App,
    tx: &Tx,
    policy: &Policy,
    account: Uuid,
    (document_type, number): (DocumentType, &str),
) -> Result<()> {
    let (rule, now_ms) = (policy.lock(), app.now_ms());
    let since_ms = now_ms.saturating_sub(rule.window_ms).saturating_sub(rule.lock_ms);
    let failures = tx.verifications().failures(account, document_type.as_str(), number, since_ms).await?;
    match rule.locked_until(&failures, now_ms) {
        None => Ok(()),
        Some(until_ms) => {
            let retry_after_s = (until_ms - now_ms).unsigned_abs().div_ceil(1000);
            Err(Error::Later { refusal: Refusal::LockedOut, retry_after_s })
        }
    }
}
