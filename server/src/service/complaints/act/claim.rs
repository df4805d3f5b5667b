//! Opening a claim for someone who complains that the owner before cannot be reached.

use uuid::Uuid;

use super::{super::tell, Grounds, begin, end, proved};
use crate::{
    rules::complaint::{Act, Target},
    service::{
        App, Result,
        requests::{self, Proved},
    },
    store::{Actor, StaffMember},
};

/// Opens a claim of a vehicle for the person who complains. From then on it runs as every claim: papers,
/// verification, the word of the owner before.
///
/// # Errors
/// As [`freeze`](super::freeze()); [`PhoneUnproved`](crate::service::Refusal::PhoneUnproved) for someone who has not proved the phone; those of
/// [`requests::claim`].
pub async fn claim(app: &App, who: &StaffMember, on: Grounds<'_>, vehicle: Proved<'_>) -> Result<Uuid> {
    let (tx, complaint) = begin(app, who, &on, Act::Claim).await?;
    let account = proved(app, &tx, &complaint).await?;
    let request = requests::claim_for(app, &tx, Actor::Staff(who.id), account.id, vehicle).await?;
    tx.complaint_marks().link(complaint.id, Target::Request, request.id).await?;
    for link in &request.vehicles {
        tx.complaint_marks().link(complaint.id, Target::Vehicle, link.vehicle_id).await?;
    }
    tell(app, &tx, &complaint, "已为您发起车辆认领，请登录上传车辆证件并完成核验。").await?;
    end(app, tx, who, complaint, (Act::Claim, request.id), on.reason).await?;
    Ok(request.id)
}
