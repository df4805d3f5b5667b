//! Complaints on record before the load starts.

use anyhow::{Context, Result};
use chrono::DateTime;
use rand::{Rng, SeedableRng, rngs::StdRng};
use sea_orm::{ConnectionTrait, Database};
use secrecy::ExposeSecret;
use server::{
    rules::{
        clocks::{DAY_MS, days_after},
        complaint::{By, Case, Channel, Event, Key, Kind, Moment, NextActor, Outcome, State, number::Number},
        region::REGIONS,
    },
    service::App,
    store::{BulkComplaint, Complaint, ComplaintLine, Words},
};
use uuid::Uuid;

use super::sentence;
use crate::api::record::{staff, vin};

/// Written in one transaction.
const BATCH: u32 = 2_000;
/// They came in so many days; a twentieth is not answered yet.
const DAYS: i64 = 730;
const OPEN_DAYS: i64 = DAYS / 20;

/// Who asks, and for what.
pub struct World {
    /// Token of a member of staff.
    pub staff: String,
    /// Complaints on record.
    pub rows: u32,
}

/// The phone of the person who filed the complaint with this number.
pub fn phone(number: u32) -> String {
    format!("139{:08}", number / 2)
}

/// The dealer the complaint with this number is about; the same complaints have the same.
pub fn dealer(number: u32) -> String {
    sentence::dealer(number.wrapping_mul(2_654_435_761) >> 17)
}

/// Complaints with about three messages each, found by phone and vehicle; the newest are still open.
pub async fn complaints(app: &App, rows: u32) -> Result<World> {
    let tx = app.store.begin().await?;
    let mut handlers = Vec::new();
    for number in 0..20 {
        handlers.push(staff(app, &tx, &format!("bench{number}")).await?);
    }
    tx.commit().await?;
    let ids: Vec<Uuid> = handlers.iter().map(|(id, _)| *id).collect();
    let mut draw = StdRng::seed_from_u64(20_261_122);
    for first in (0..rows).step_by(BATCH as usize) {
        let all: Result<Vec<_>> =
            (first..rows.min(first + BATCH)).map(|number| one(app, &mut draw, &ids, number, rows)).collect();
        let tx = app.store.begin().await?;
        tx.complaint_bulk().insert(&all?).await?;
        tx.commit().await?;
    }
    let database = Database::connect(app.config.database.url.expose_secret()).await?;
    database.execute_unprepared("ANALYZE").await?;
    database.close().await?;
    let staff = handlers.into_iter().next().context("a member of staff")?.1;
    Ok(World { staff, rows })
}

/// A complaint, its history, and what finds it.
fn one(app: &App, draw: &mut StdRng, handlers: &[Uuid], number: u32, rows: u32) -> Result<BulkComplaint> {
    let age_ms = (i64::from(rows - number) * DAYS * DAY_MS) / i64::from(rows);
    let received_ms = app.now_ms() - age_ms;
    let is_open = age_ms < OPEN_DAYS * DAY_MS;
    let handler = handlers[draw.random_range(0..handlers.len())];
    let (by, outcome) = (By::Staff(handler), Outcome::Upheld);
    let mut steps = vec![
        (By::User, Event::Filed, Some(sentence::complaint(draw, &dealer(number)))),
        (By::System, Event::Accepted, None),
    ];
    // A few nobody has taken yet.
    if !is_open || draw.random_range(0..10) > 0 {
        steps.push((by, Event::Assigned { to: handler }, None));
        steps.push((by, Event::Started, None));
        steps.push((by, Event::Asked, Some(sentence::answer(draw))));
    }
    if !is_open || draw.random_range(0..2) > 0 {
        steps.push((By::User, Event::UserSpoke, Some(sentence::reply(draw))));
    }
    if !is_open {
        steps.push((by, Event::Proposed { outcome, second: false }, Some(sentence::answer(draw))));
        steps.push((by, Event::Replied { outcome }, None));
        steps.push((By::System, Event::Closed { outcome }, None));
    }
    let mut case = Case::default();
    let mut lines = Vec::new();
    for (place, (by, event, text)) in steps.into_iter().enumerate() {
        case = case.next(event, by).map_err(|illegal| anyhow::anyhow!("{event:?}: {illegal:?}"))?;
        lines.push(ComplaintLine {
            id: Uuid::now_v7(),
            seq: place as u32 + 1,
            moment: Moment { at_ms: received_ms + place as i64 * DAY_MS / 2, by, event },
            public: event.is_public(),
            words: text.map(|text| Words { text, ..Words::default() }),
        });
    }
    let at =
        |is: fn(Event) -> bool| lines.iter().find(|line| is(line.moment.event)).map(|line| line.moment.at_ms);
    let day = DateTime::from_timestamp_millis(received_ms).context("a time")?.date_naive();
    let complaint = Complaint {
        id: Uuid::now_v7(),
        number: Number::new(day, number % 1_000_000).to_string(),
        kind: Kind::ALL[draw.random_range(0..Kind::ALL.len())],
        channel: Channel::ALL[draw.random_range(0..Channel::ALL.len())],
        phone: phone(number),
        name: Some("张三丰".to_owned()),
        region: Some(REGIONS[draw.random_range(0..REGIONS.len())].code.to_owned()),
        satisfaction: (!is_open).then(|| draw.random_range(1..=5)),
        merged_into: None,
        received_at_ms: received_ms,
        first_response_at_ms: at(|event| event == Event::Asked),
        replied_at_ms: at(|event| matches!(event, Event::Replied { .. })),
        closed_at_ms: at(|event| matches!(event, Event::Closed { .. })),
        statutory_due_ms: days_after(received_ms, 15),
        first_response_due_ms: None,
        resolution_due_ms: None,
        next_alert_at_ms: None,
        next_actor: match (case.state, case.assignee) {
            (State::Closed, _) => NextActor::Nobody,
            (State::WaitingForUser, _) => NextActor::User,
            (_, None) => NextActor::Queue,
            _ => NextActor::Handler,
        },
        statutory_breached: is_open && age_ms > 15 * DAY_MS,
        first_response_breached: false,
        resolution_breached: false,
        last_user_at_ms: received_ms,
        changed_at_ms: lines.last().map_or(received_ms, |line| line.moment.at_ms),
        version: 0,
        case,
    };
    let keys = vec![(Key::Phone, phone(number)), (Key::Vin, vin(number))];
    Ok(BulkComplaint { complaint, lines, keys })
}
