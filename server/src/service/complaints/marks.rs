//! Tags, links and followers.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{About, audit, file::about, view::find_in};
use crate::{
    rules::complaint::{Target, number::Number},
    service::{App, Refusal, Result},
    store::StaffMember,
};

/// Most tags of one complaint.
const MOST_TAGS: usize = 20;
/// Longest tag, in characters.
const LONGEST_TAG: usize = 30;

/// What a complaint is to be linked to.
#[derive(Clone, Copy, Debug)]
pub enum Link<'a> {
    /// The vehicle with this identification number.
    Vehicle(&'a str),
    /// A request.
    Request(Uuid),
    /// The complaint with this number.
    Complaint(&'a str),
}

/// Gives a complaint these tags and no others.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::TextInvalid`] for more than 20, or one that is not 1 to 30 characters.
pub async fn set_tags(app: &App, who: &StaffMember, id: Uuid, tags: &[String]) -> Result<()> {
    let tags: BTreeSet<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
    let fits =
        |tag: &String| (1..=LONGEST_TAG).contains(&tag.chars().count()) && !tag.chars().any(char::is_control);
    if tags.len() > MOST_TAGS || !tags.iter().all(fits) {
        return Err(Refusal::TextInvalid.into());
    }
    let tx = app.store.begin().await?;
    find_in(&tx, id).await?;
    tx.complaint_marks().set_tags(id, &tags.into_iter().collect::<Vec<_>>()).await?;
    audit(app, &tx, who, "tag", id);
    Ok(tx.commit().await?)
}

/// Every tag in use.
///
/// # Errors
/// The store failed.
pub async fn all_tags(app: &App) -> Result<Vec<String>> {
    Ok(app.store.read().await?.complaint_marks().all_tags().await?)
}

/// Links a complaint to a vehicle, a request or another complaint; it can be found by the vehicle's numbers from then
/// on.
///
/// # Errors
/// [`Refusal::NotFound`] for the complaint or a request; [`Refusal::VehicleUnknown`], [`Refusal::ComplaintUnknown`].
pub async fn link(app: &App, who: &StaffMember, id: Uuid, to: Link<'_>) -> Result<()> {
    let tx = app.store.begin().await?;
    find_in(&tx, id).await?;
    match to {
        Link::Vehicle(vin) => {
            let vehicle = tx.vehicles().by_vin(&vin.trim().to_ascii_uppercase()).await?;
            let vehicle = Some(vehicle.ok_or(Refusal::VehicleUnknown)?.id);
            about(&tx, id, &About { vehicle, ..About::default() }).await?;
        }
        Link::Request(request) => {
            about(&tx, id, &About { request: Some(request), ..About::default() }).await?;
        }
        Link::Complaint(number) => {
            let number = Number::parse(number).map_err(|_| Refusal::ComplaintUnknown)?;
            let other = tx.complaints().by_number(number.as_str()).await?;
            let other = other.filter(|other| other.id != id).ok_or(Refusal::ComplaintUnknown)?;
            tx.complaint_marks().link(id, Target::Complaint, other.id).await?;
            tx.complaint_marks().link(other.id, Target::Complaint, id).await?;
        }
    }
    audit(app, &tx, who, "link", id);
    Ok(tx.commit().await?)
}

/// Takes a link away.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn unlink(app: &App, who: &StaffMember, id: Uuid, kind: Target, target: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.complaint_marks().unlink(id, kind, target).await? {
        return Err(Refusal::NotFound.into());
    }
    if kind == Target::Complaint {
        tx.complaint_marks().unlink(target, Target::Complaint, id).await?;
    }
    audit(app, &tx, who, "unlink", id);
    Ok(tx.commit().await?)
}

/// Lets this member of staff be told of what happens to a complaint.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn follow(app: &App, who: &StaffMember, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    find_in(&tx, id).await?;
    tx.complaint_marks().follow(id, who.id).await?;
    Ok(tx.commit().await?)
}

/// Ends that.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn unfollow(app: &App, who: &StaffMember, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    find_in(&tx, id).await?;
    tx.complaint_marks().unfollow(id, who.id).await?;
    Ok(tx.commit().await?)
}
