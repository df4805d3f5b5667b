//! Reports: what came, what was answered in time, and where it hurts. A figure carries the filter that shows the
//! complaints behind it.

use crate::{
    rules::{
        clocks::DAY_MS,
        complaint::{Channel, Kind, list::Standing},
    },
    service::{App, Refusal, Result},
    store::{ComplaintFilter, ComplaintRegion, Group, Lapse, Spread, Tally},
};

/// Ages of complaints still to be answered: from so many days on. The law gives 15.
pub const AGES: [i64; 5] = [0, 4, 8, 13, 16];

/// How many, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: u64,
    /// Which.
    pub filter: ComplaintFilter,
}

/// What is counted of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The group: a name, a province code, or a day (`2026-11-22`); none where a complaint has none.
    pub name: Option<String>,
    /// All of it.
    pub received: Figure,
    /// By how they stand by the statutory clock, in the order of [`Standing::ALL`].
    pub standing: [Figure; 4],
    /// Still to be answered.
    pub open: Figure,
}

/// A report about the complaints received in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// All of them.
    pub all: Figures,
    /// By what they are about.
    pub by_kind: Vec<Figures>,
    /// By which way they came.
    pub by_channel: Vec<Figures>,
    /// By province.
    pub by_region: Vec<Figures>,
    /// By day.
    pub by_day: Vec<Figures>,
    /// Those given 1 to 5 points.
    pub satisfaction: Vec<Figure>,
    /// How long the first words of staff took.
    pub first_response: Spread,
    /// How long the answer took.
    pub answer: Spread,
    /// Everything still to be answered now, whenever it was received, by its age: [`AGES`].
    pub open_by_age: Vec<Figure>,
}

/// The report about the complaints received at `from_ms` or later and before `until_ms`.
///
/// # Errors
/// The store failed.
pub async fn report(app: &App, from_ms: i64, until_ms: i64) -> Result<Report> {
    let now_ms = app.now_ms();
    let tx = app.store.read().await?;
    let base = ComplaintFilter {
        received_from_ms: Some(from_ms),
        received_until_ms: Some(until_ms),
        ..ComplaintFilter::default()
    };
    let reports = tx.complaint_reports();
    let by = async |group: Group| -> Result<Vec<Figures>> {
        let tallies = reports.tally(&base, group).await?;
        Ok(tallies.into_iter().map(|tally| figures(&base, group, tally)).collect())
    };
    let satisfaction = reports.tally(&base, Group::Satisfaction).await?;
    let given = |points: u8| {
        let name = Some(points.to_string());
        let tally = satisfaction.iter().find(|tally| tally.name == name);
        let filter = ComplaintFilter { satisfaction: Some(points), ..base.clone() };
        Figure { count: tally.map_or(0, |tally| tally.received), filter }
    };
    let mut open_by_age = Vec::new();
    for (place, from_day) in AGES.into_iter().enumerate() {
        let filter = aged(from_day, AGES.get(place + 1).copied(), now_ms);
        let tally = reports.tally(&filter, Group::All).await?;
        open_by_age.push(Figure { count: tally.first().map_or(0, |tally| tally.received), filter });
    }
    Ok(Report {
        all: by(Group::All).await?.pop().ok_or(Refusal::Internal)?,
        by_kind: by(Group::Kind).await?,
        by_channel: by(Group::Channel).await?,
        by_region: by(Group::Region).await?,
        by_day: by(Group::Day).await?,
        satisfaction: (1..=5).map(given).collect(),
        first_response: reports.spread(&base, Lapse::FirstResponse).await?,
        answer: reports.spread(&base, Lapse::Answer).await?,
        open_by_age,
    })
}

fn figures(base: &ComplaintFilter, group: Group, tally: Tally) -> Figures {
    let filter = narrowed(base, group, tally.name.as_deref());
    let stands = |place: usize| Figure {
        count: tally.standing[place],
        filter: ComplaintFilter { standing: Standing::ALL.get(place).copied(), ..filter.clone() },
    };
    let open = ComplaintFilter { open: Some(true), ..filter.clone() };
    Figures {
        name: tally.name,
        standing: std::array::from_fn(stands),
        open: Figure { count: tally.open, filter: open },
        received: Figure { count: tally.received, filter },
    }
}

/// The complaints of one group.
fn narrowed(base: &ComplaintFilter, group: Group, name: Option<&str>) -> ComplaintFilter {
    let mut filter = base.clone();
    match group {
        Group::All => {}
        Group::Kind => filter.kinds.extend(name.and_then(|name| name.parse::<Kind>().ok())),
        Group::Channel => filter.channels.extend(name.and_then(|name| name.parse::<Channel>().ok())),
        Group::Region => {
            filter.region =
                Some(name.map_or(ComplaintRegion::Unknown, |code| ComplaintRegion::Is(code.to_owned())));
        }
        Group::Day => {
            let start_ms = name.and_then(Group::day_ms).unwrap_or_default();
            filter.received_from_ms = filter.received_from_ms.max(Some(start_ms));
            let end_ms = start_ms + DAY_MS;
            filter.received_until_ms =
                Some(filter.received_until_ms.map_or(end_ms, |until| until.min(end_ms)));
        }
        Group::Satisfaction => filter.satisfaction = name.and_then(|points| points.parse().ok()),
    }
    filter
}

/// Complaints still to be answered that have waited for `from` days and not yet for `until`.
fn aged(from: i64, until: Option<i64>, now_ms: i64) -> ComplaintFilter {
    let received = |days: i64| now_ms - days * DAY_MS + 1;
    ComplaintFilter {
        open: Some(true),
        received_from_ms: until.map(received),
        received_until_ms: (from > 0).then(|| received(from)),
        ..ComplaintFilter::default()
    }
}
