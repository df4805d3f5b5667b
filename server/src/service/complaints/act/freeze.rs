//! Freezing a request because of a complaint, and what becomes of it.

use uuid::Uuid;

use super::{Grounds, begin, end, linked};
use crate::{
    rules::complaint::{Act, Target},
    service::{
        App, Result,
        requests::{self, Settlement},
    },
    store::StaffMember,
};

/// Freezes a request the complaint is about.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::SentenceInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`],
/// [`Refusal::ComplaintClosed`], [`Refusal::NotLinked`]; [`Refusal::Conflict`] for a request that cannot be frozen.
///
/// [`Refusal::NotFound`]: crate::service::Refusal::NotFound
/// [`Refusal::SentenceInvalid`]: crate::service::Refusal::SentenceInvalid
/// [`Refusal::PreconditionFailed`]: crate::service::Refusal::PreconditionFailed
/// [`Refusal::CaseTaken`]: crate::service::Refusal::CaseTaken
/// [`Refusal::ComplaintClosed`]: crate::service::Refusal::ComplaintClosed
/// [`Refusal::NotLinked`]: crate::service::Refusal::NotLinked
/// [`Refusal::Conflict`]: crate::service::Refusal::Conflict
pub async fn freeze(app: &App, who: &StaffMember, on: Grounds<'_>, request: Uuid) -> Result<()> {
    let (tx, complaint) = begin(app, who, &on, Act::Freeze).await?;
    linked(&tx, complaint.id, Target::Request, request).await?;
    requests::freeze_in(app, &tx, who, request, on.reason).await?;
    end(app, tx, who, complaint, (Act::Freeze, request), on.reason).await
}

/// Lets a frozen request go on, or ends it.
///
/// # Errors
/// As [`freeze`].
pub async fn settle(
    app: &App,
    who: &StaffMember,
    on: Grounds<'_>,
    request: Uuid,
    settlement: Settlement,
) -> Result<()> {
    let (tx, complaint) = begin(app, who, &on, Act::Settle).await?;
    linked(&tx, complaint.id, Target::Request, request).await?;
    requests::settle_in(app, &tx, who, request, settlement, on.reason).await?;
    end(app, tx, who, complaint, (Act::Settle, request), on.reason).await
}
