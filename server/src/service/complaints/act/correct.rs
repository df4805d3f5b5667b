//! Corrections that come of a complaint, by either side.

use uuid::Uuid;

use super::{
    super::{
        About, NewComplaint, Receipt, audit,
        file::{file, finish},
        record,
        view::find_in,
        words,
    },
    Grounds, begin, end, linked,
};
use crate::{
    rules::{
        complaint::{Act, AlertKind, By, Channel, Event, Kind, Target},
        correction::{self, Field, Side, State},
    },
    service::{
        App, Refusal, Result,
        corrections::{self, View},
        owner::owned,
    },
    store::{Actor, Correction, StaffMember, Tx, Values},
};

/// Proposes a correction of what the complaint is about. Nothing changes until the owner confirms it.
///
/// # Errors
/// As [`freeze`](super::freeze()); [`Refusal::RecordClosed`], [`Refusal::CorrectionOpen`], [`Refusal::ValueInvalid`],
/// [`Refusal::NothingToCorrect`], [`Refusal::PhoneInvalid`], [`Refusal::AddressNeeded`].
pub async fn correct(
    app: &App,
    who: &StaffMember,
    on: Grounds<'_>,
    vehicle: Uuid,
    values: &[(Field, String)],
) -> Result<View> {
    corrections::keep_time(app).await?;
    let (tx, complaint) = begin(app, who, &on, Act::Correction).await?;
    linked(&tx, complaint.id, Target::Vehicle, vehicle).await?;
    let vehicle = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    let by = (Side::Staff, who.id);
    let correction = corrections::propose(app, &tx, by, &vehicle, Some(complaint.id), values).await?;
    end(app, tx, who, complaint, (Act::Correction, correction.id), on.reason).await?;
    Ok(View { correction, vehicle })
}

/// The corrections of a complaint this member of staff has, oldest first. The look is audited.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::CaseTaken`].
pub async fn corrections(app: &App, who: &StaffMember, complaint: Uuid) -> Result<Vec<View>> {
    corrections::keep_time(app).await?;
    let tx = app.store.begin().await?;
    if find_in(&tx, complaint).await?.case.assignee != Some(who.id) {
        return Err(Refusal::CaseTaken.into());
    }
    let mut views = Vec::new();
    for correction in tx.corrections().of_complaint(complaint).await? {
        let vehicle = tx.vehicles().find(correction.vehicle_id).await?.ok_or(Refusal::NotFound)?;
        views.push(View { correction, vehicle });
    }
    audit(app, &tx, who, "corrections", complaint);
    tx.commit().await?;
    Ok(views)
}

/// Confirms what the owner proposed, and so changes the record; or declines it; or takes back what staff proposed.
///
/// # Errors
/// As [`freeze`](super::freeze()); those of [`corrections::confirm`].
pub async fn settle_correction(
    app: &App,
    who: &StaffMember,
    on: Grounds<'_>,
    id: Uuid,
    confirms: bool,
) -> Result<View> {
    corrections::keep_time(app).await?;
    let (tx, complaint) = begin(app, who, &on, Act::Correction).await?;
    let correction = tx.corrections().find(id).await?;
    let correction = correction.filter(|found| found.complaint_id == Some(complaint.id));
    let correction = correction.ok_or(Refusal::NotFound)?;
    let event = if confirms {
        correction::Event::Confirmed(Side::Staff)
    } else {
        correction::Event::Declined(Side::Staff)
    };
    let by = (Side::Staff, Actor::Staff(who.id));
    let view = corrections::decide(app, &tx, correction, by, event).await?;
    end(app, tx, who, complaint, (Act::Correction, id), on.reason).await?;
    Ok(view)
}

/// The owner says that their own record is wrong, and how it is right (PIPL Art 46): a complaint with a correction that
/// a handler confirms. A new phone number is proved with a code sent to it.
///
/// # Errors
/// As [`by_owner`](super::super::by_owner); as [`correct`]; [`Refusal::CodeWrong`].
pub async fn suggest(
    app: &App,
    account: Uuid,
    vehicle: Uuid,
    values: &[(Field, String)],
    (text, code): (&str, Option<&str>),
) -> Result<(Receipt, View)> {
    let said = words(text)?;
    corrections::keep_time(app).await?;
    let tx = app.store.begin().await?;
    let mut owned = owned(&tx, account).await?.into_iter();
    let vehicle = owned.find(|owned| owned.id == vehicle).ok_or(Refusal::NotFound)?;
    let tx = corrections::prove(app, tx, &values.iter().cloned().collect::<Values>(), code).await?;
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    let new = NewComplaint {
        kind: Kind::WrongData,
        channel: Channel::App,
        text,
        name: None,
        region: None,
        about: About { vehicle: Some(vehicle.id), ..About::default() },
    };
    let complaint = file(app, &tx, &phone, By::User, &new, said).await?;
    let by = (Side::Owner, account);
    let correction = corrections::propose(app, &tx, by, &vehicle, Some(complaint.id), values).await?;
    app.audit(&tx, Actor::Account(account), "complaint.file", ("complaint", complaint.id), None);
    let receipt = finish(app, tx, complaint).await?;
    Ok((receipt, View { correction, vehicle }))
}

/// Writes into the complaint a correction came of how it was answered: by the owner, whose phone this is, or by time.
pub(crate) async fn answered(app: &App, tx: &Tx, correction: &Correction, phone: Option<&str>) -> Result<()> {
    let Some(id) = correction.complaint_id else { return Ok(()) };
    let Some(mut complaint) = tx.complaints().find(id).await? else { return Ok(()) };
    let said = match correction.state {
        State::Confirmed => "车主已确认更正。",
        State::Declined => "车主未同意更正。",
        State::Expired => "更正逾期未确认，已失效。",
        State::Proposed => return Ok(()),
    };
    let said = Some(words(said)?);
    if phone == Some(complaint.phone.as_str()) && !complaint.case.is_closed() {
        return record(app, tx, &mut complaint, By::User, Event::UserSpoke, said).await;
    }
    record(app, tx, &mut complaint, By::System, Event::Noted, said).await?;
    match complaint.case.assignee {
        Some(handler) => {
            let now_ms = app.now_ms();
            Ok(tx.staff_alerts().insert(handler, complaint.id, AlertKind::UserSpoke, now_ms).await?)
        }
        None => Ok(()),
    }
}
