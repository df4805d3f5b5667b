//! Asking the owner on record to verify anew.

use uuid::Uuid;

use super::{Grounds, begin, end, linked};
use crate::{
    rules::complaint::{Act, Target},
    service::{App, Refusal, Result, samples, text},
    store::{Sample, StaffMember},
};

/// Questions the record of a vehicle the complaint is about: its owner must verify anew, as after a failed sample
/// (Art 10). The sample that stands for it.
///
/// # Errors
/// As [`freeze`](super::freeze()); [`Refusal::Conflict`] for a record that is not active.
pub async fn question(app: &App, who: &StaffMember, on: Grounds<'_>, vehicle: Uuid) -> Result<Sample> {
    let (tx, complaint) = begin(app, who, &on, Act::Verification).await?;
    linked(&tx, complaint.id, Target::Vehicle, vehicle).await?;
    let mut record = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    let sample = samples::question(app, &tx, who, &mut record, text::sentence(on.reason)?).await?;
    end(app, tx, who, complaint, (Act::Verification, vehicle), on.reason).await?;
    Ok(sample)
}
