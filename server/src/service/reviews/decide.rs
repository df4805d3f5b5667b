use uuid::Uuid;

use super::{audit, find};
use crate::{
    rules::{
        request::{Event, Party},
        review::{Event as ReviewEvent, Illegal, State},
    },
    service::{
        App, Error, Expected, Refusal, Result,
        requests::{By, advance, decided_person},
        text::sentence,
    },
    store::{Review, StaffMember, Tx},
};

/// Why a person was refused or asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The person is not the one on the document.
    FaceMismatch,
    /// Pictures or document cannot be made out.
    Unreadable,
    /// What was typed is not what the document says.
    DocumentMismatch,
    /// Someone tried to pass for someone else.
    SuspectedAttack,
    /// Something else, said in the sentence.
    Other,
}

impl Reason {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FaceMismatch => "face_mismatch",
            Self::Unreadable => "unreadable",
            Self::DocumentMismatch => "document_mismatch",
            Self::SuspectedAttack => "suspected_attack",
            Self::Other => "other",
        }
    }
}

/// What a member of staff decides.
pub enum Decision {
    /// The person passes.
    Pass,
    /// The person is refused; the sentence is shown to them.
    Refuse(Reason, String),
    /// Better pictures are needed; the sentence says what to change.
    SendBack(Reason, String),
}

/// Takes a review. Taking one's own again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`], [`Refusal::ReviewTaken`],
/// [`Refusal::SecondPerson`], [`Refusal::Conflict`].
pub async fn claim(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    step(app, who, (id, seen), ReviewEvent::Claim(who.id), "review.claim").await
}

/// Gives a review back undecided.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`], [`Refusal::ReviewTaken`],
/// [`Refusal::Conflict`].
pub async fn release(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    step(app, who, (id, seen), ReviewEvent::Release(who.id), "review.release").await
}

async fn step(
    app: &App,
    who: &StaffMember,
    (id, seen): (Uuid, &Expected),
    event: ReviewEvent,
    action: &str,
) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut review = find(&tx, id).await?;
    seen.check(review.version)?;
    let next = review.rule.next(event)?;
    if next != review.rule {
        review.rule = next;
        tx.reviews().save(&mut review).await?;
        audit(app, &tx, who, action, id);
    }
    Ok(tx.commit().await?)
}

/// Decides a review that this member of staff has claimed. The request moves, and the person is told, in the same
/// transaction.
///
/// # Errors
/// As [`release`]; [`Refusal::SentenceInvalid`] for an empty or long sentence.
pub async fn decide(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    seen: &Expected,
    decision: Decision,
) -> Result<()> {
    let (event, said, action) = match decision {
        Decision::Pass => (ReviewEvent::Pass(who.id), None, "review.pass"),
        Decision::Refuse(reason, text) => {
            (ReviewEvent::Refuse(who.id), Some((reason, sentence(&text)?)), "review.refuse")
        }
        Decision::SendBack(reason, text) => {
            (ReviewEvent::SendBack(who.id), Some((reason, sentence(&text)?)), "review.send_back")
        }
    };
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let mut review = find(&tx, id).await?;
    seen.check(review.version)?;
    review.rule = review.rule.next(event)?;
    if review.rule.is_closed() {
        (review.decided_by, review.decided_at_ms) = (Some(who.id), Some(now_ms));
    }
    if let Some((reason, text)) = said {
        (review.reason, review.message) = (Some(reason.as_str().to_owned()), Some(text));
    }
    tx.reviews().save(&mut review).await?;
    audit(app, &tx, who, action, id);
    conclude(app, &tx, &review).await?;
    Ok(tx.commit().await?)
}

/// What follows from a closed review.
async fn conclude(app: &App, tx: &Tx, review: &Review) -> Result<()> {
    let (event, told) = match review.rule.state {
        State::Passed => (Event::ReviewPassed, "人工审核已通过，请打开应用继续。"),
        State::Refused => (Event::ReviewRefused, "人工审核未通过，原因见应用。"),
        State::SentBack => (Event::ReviewSentBack, "人工审核需要更清楚的照片，请打开应用重新提交。"),
        State::Waiting | State::Claimed(_) | State::Withdrawn => return Ok(()),
    };
    let mut request = tx.requests().find(review.request_id).await?.ok_or(Refusal::NotFound)?;
    let party = review.subject.party(request.kind);
    let account = match party {
        Party::Owner | Party::Agent => request.owner_account_id,
        Party::Counterparty => request.counterparty_account_id,
    };
    if event == Event::ReviewSentBack {
        decided_person(&mut request, party);
    }
    advance(app, tx, &mut request, event, By::Staff, None).await?;
    let account = tx.accounts().find(account.ok_or(Refusal::Conflict)?).await?.ok_or(Refusal::Conflict)?;
    app.tell(tx, &account.phone, told).await
}

impl From<Illegal> for Error {
    fn from(illegal: Illegal) -> Self {
        Self::Refused(match illegal {
            Illegal::NotYours => Refusal::ReviewTaken,
            Illegal::SecondPerson => Refusal::SecondPerson,
            Illegal::Closed => Refusal::Conflict,
        })
    }
}
