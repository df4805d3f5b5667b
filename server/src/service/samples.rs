//! Samples of records: drawn, checked, put right (Art 10).

use uuid::Uuid;

use super::{App, Refusal, Result, record, text};
use crate::{
    rules::{
        clocks,
        record::{Event, SampleState},
    },
    store::{Actor, Sample, StaffMember, Tx, Vehicle},
};

/// Most records in one draw, and in one page.
pub const MOST: u64 = 100;

/// A sample with the vehicle it is about.
pub struct View {
    /// The sample.
    pub sample: Sample,
    /// The vehicle.
    pub vehicle: Vehicle,
}

/// Draws up to `count` active records, every one equally likely. Fewer when there are not so many.
///
/// # Errors
/// [`Refusal::BadRequest`] for none or more than [`MOST`].
pub async fn draw(app: &App, who: &StaffMember, count: u64) -> Result<Vec<View>> {
    if !(1..=MOST).contains(&count) {
        return Err(Refusal::BadRequest.into());
    }
    let tx = app.store.begin().await?;
    let mut drawn = Vec::new();
    for _ in 0..count {
        // What was drawn is sampled from then on: the population shrinks with every draw.
        let population = tx.samples().population().await?;
        if population == 0 {
            break;
        }
        let place = app.below(u32::try_from(population).unwrap_or(u32::MAX));
        let vehicle = tx.samples().at(u64::from(place)).await?.ok_or(Refusal::Conflict)?;
        let mut vehicle = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
        let sample = fresh(app, who, vehicle.id);
        tx.samples().insert(&sample).await?;
        record::advance(app, &tx, &mut vehicle, Event::Sampled, None).await?;
        app.audit(&tx, Actor::Staff(who.id), "sample.draw", ("vehicle", vehicle.id), None);
        drawn.push(View { sample, vehicle });
    }
    tx.commit().await?;
    Ok(drawn)
}

/// A page of samples, newest first, before the sample `before`; and where the next page starts.
///
/// # Errors
/// The store failed.
pub async fn page(
    app: &App,
    state: Option<SampleState>,
    before: Option<Uuid>,
) -> Result<(Vec<View>, Option<Uuid>)> {
    let tx = app.store.read().await?;
    let mut samples = tx.samples().page(state, before, MOST + 1).await?;
    let more = samples.len() as u64 > MOST;
    samples.truncate(MOST as usize);
    let next = samples.last().filter(|_| more).map(|last| last.id);
    let mut views = Vec::new();
    for sample in samples {
        let vehicle = tx.vehicles().find(sample.vehicle_id).await?.ok_or(Refusal::NotFound)?;
        views.push(View { sample, vehicle });
    }
    Ok((views, next))
}

/// Writes down what was found. A record that is not in order must be put right in time; its owner is told.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::SentenceInvalid`] without a finding, [`Refusal::Conflict`] when it was decided.
pub async fn decide(app: &App, who: &StaffMember, id: Uuid, passed: bool, finding: &str) -> Result<View> {
    let finding = text::sentence(finding)?;
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let mut sample = tx.samples().find(id).await?.ok_or(Refusal::NotFound)?;
    let mut vehicle = tx.vehicles().find(sample.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    sample.finding = Some(finding);
    (sample.decided_by, sample.decided_at_ms) = (Some(who.id), Some(now_ms));
    if passed {
        sample.state = SampleState::Passed;
        record::advance(app, &tx, &mut vehicle, Event::SamplePassed, None).await?;
    } else {
        fail(app, &tx, &mut sample, &mut vehicle, Event::SampleFailed).await?;
    }
    tx.samples().decide(&sample).await?;
    let action = if passed { "sample.pass" } else { "sample.fail" };
    app.audit(&tx, Actor::Staff(who.id), action, ("sample", id), None);
    tx.commit().await?;
    Ok(View { sample, vehicle })
}

/// Questions the record of a vehicle, in the transaction of the complaint that gave reason to: its owner must verify
/// again in time, exactly as after a sample that failed. The sample, which is one that nobody drew.
///
/// # Errors
/// [`Refusal::Conflict`] for a record that is not active: not registered, being checked, or to be put right already.
pub(crate) async fn question(
    app: &App,
    tx: &Tx,
    who: &StaffMember,
    vehicle: &mut Vehicle,
    finding: String,
) -> Result<Sample> {
    let mut sample = Sample {
        finding: Some(finding),
        decided_by: Some(who.id),
        decided_at_ms: Some(app.now_ms()),
        ..fresh(app, who, vehicle.id)
    };
    fail(app, tx, &mut sample, vehicle, Event::Questioned).await?;
    tx.samples().insert(&sample).await?;
    app.audit(tx, Actor::Staff(who.id), "record.question", ("vehicle", vehicle.id), None);
    Ok(sample)
}

fn fresh(app: &App, who: &StaffMember, vehicle: Uuid) -> Sample {
    Sample {
        id: app.id(),
        vehicle_id: vehicle,
        state: SampleState::Drawn,
        finding: None,
        drawn_by: who.id,
        drawn_at_ms: app.now_ms(),
        decided_by: None,
        decided_at_ms: None,
        rectify_by_ms: None,
    }
}

/// The record must be put right in time; its owner is told.
async fn fail(app: &App, tx: &Tx, sample: &mut Sample, vehicle: &mut Vehicle, event: Event) -> Result<()> {
    let days = app.config.sampling.rectify_days;
    sample.state = SampleState::Failed;
    sample.rectify_by_ms = Some(clocks::days_after(app.now_ms(), days));
    vehicle.rectify_by_ms = sample.rectify_by_ms;
    record::advance(app, tx, vehicle, event, None).await?;
    let told =
        format!("您车辆的车联网卡登记信息需要更正，请在{days}日内登录重新登记，逾期将仅保留紧急呼叫。");
    tell(app, tx, vehicle, &told).await
}

/// Takes the functions of every record that was not put right in time (Art 14).
///
/// # Errors
/// The store failed.
pub async fn keep_time(app: &App) -> Result<()> {
    let missed = app.store.read().await?.vehicles().rectification_missed(app.now_ms()).await?;
    for vehicle in missed {
        let tx = app.store.begin().await?;
        let Some(mut vehicle) = tx.vehicles().find(vehicle.id).await? else { continue };
        record::advance(app, &tx, &mut vehicle, Event::RectificationMissed, None).await?;
        tx.samples().end(vehicle.id, SampleState::Missed).await?;
        tell(
            app,
            &tx,
            &vehicle,
            "您车辆的车联网卡因逾期未更正登记信息，现仅保留紧急呼叫，请尽快登录重新登记。",
        )
        .await?;
        app.audit(&tx, Actor::System, "record.suspend", ("vehicle", vehicle.id), None);
        tx.commit().await?;
    }
    Ok(())
}

async fn tell(app: &App, tx: &Tx, vehicle: &Vehicle, told: &str) -> Result<()> {
    let Some(owner) = vehicle.owner_person_id else { return Ok(()) };
    let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    app.tell(tx, &owner.phone, told).await
}
