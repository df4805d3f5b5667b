//! A registration in the name of someone who knows nothing of it.

use uuid::Uuid;

use super::{super::tell, Grounds, begin, end, linked, proved};
use crate::{
    rules::complaint::{Act, Kind, Target},
    service::{App, Refusal, Result, requests, text},
    store::StaffMember,
};

/// Marks a registration as not the person's own and starts its cancellation: the person verifies as the one named on
/// the record, then staff decide. The request.
///
/// # Errors
/// As [`freeze`](super::freeze()); [`Refusal::KindUnfit`], [`Refusal::PhoneUnproved`], [`Refusal::RecordClosed`],
/// [`Refusal::RequestOpen`].
pub async fn not_own(app: &App, who: &StaffMember, on: Grounds<'_>, vehicle: Uuid) -> Result<Uuid> {
    let (tx, complaint) = begin(app, who, &on, Act::NotOwn).await?;
    if complaint.kind != Kind::RegisteredWithoutKnowledge {
        return Err(Refusal::KindUnfit.into());
    }
    linked(&tx, complaint.id, Target::Vehicle, vehicle).await?;
    let account = proved(app, &tx, &complaint).await?;
    let record = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    let note = text::sentence(on.reason)?;
    let request = requests::not_own(app, &tx, who, account.id, &record, note).await?;
    tx.complaint_marks().link(complaint.id, Target::Request, request.id).await?;
    tell(app, &tx, &complaint, "已为您发起注销非本人登记，请登录以登记姓名完成核验。").await?;
    end(app, tx, who, complaint, (Act::NotOwn, request.id), on.reason).await?;
    Ok(request.id)
}
