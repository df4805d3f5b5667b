//! Reports about complaints (Art 21) and about supplementary registration (Art 22). Every figure says what shows the
//! rows behind it.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::complaints::query::ComplaintQuery;
use crate::{
    api::{
        Group,
        auth::StatisticsReader,
        csv::{Csv, csv},
        objects::{RecordState, time},
        problem::Problem,
    },
    rules::{
        clocks::DAY_MS,
        complaint::list::Standing,
        region::{self, Region},
    },
    service::{
        App, Refusal,
        complaints::reports::{self, AGES},
        supplementary::{self, Progress},
    },
    store::{Page, Spread},
};

/// Operations.
pub struct Reports;

/// Days a report covers if nothing else is asked.
const DAYS: i64 = 30;
/// Most days a report covers.
const MOST_DAYS: i64 = 366;

/// How many complaints, and which.
#[derive(Object)]
struct ComplaintFigure {
    /// How many.
    count: u64,
    /// The search that shows them.
    query: ComplaintQuery,
}

/// What is counted of a group of complaints.
#[derive(Object)]
struct ComplaintFigures {
    /// All of them.
    received: ComplaintFigure,
    /// Answered in time.
    in_time: ComplaintFigure,
    /// Not answered in time, in some round.
    breached: ComplaintFigure,
    /// To be answered, and there is time.
    running: ComplaintFigure,
    /// Over without an answer: taken back, or told in another one.
    unanswered: ComplaintFigure,
    /// Still to be answered, in time or not.
    open: ComplaintFigure,
}

/// A group of complaints.
#[derive(Object)]
struct ComplaintGroup {
    /// A kind, a channel, a province (first two digits of GB/T 2260), or a day in China (`2026-11-22`); missing for
    /// those without.
    #[oai(skip_serializing_if_is_none, validator(max_length = 40))]
    name: Option<String>,
    /// A province in Chinese.
    #[oai(skip_serializing_if_is_none, validator(max_length = 40))]
    zh: Option<String>,
    /// A province in English.
    #[oai(skip_serializing_if_is_none, validator(max_length = 40))]
    en: Option<String>,
    /// What is counted of it.
    figures: ComplaintFigures,
}

/// Complaints that have waited for some time.
#[derive(Object)]
struct ComplaintAge {
    /// For so many days or longer.
    from_days: u32,
    /// But not longer than so many; missing for the oldest.
    #[oai(skip_serializing_if_is_none)]
    to_days: Option<u32>,
    /// How many.
    open: ComplaintFigure,
}

/// How long something took; nearest rank.
#[derive(Object)]
struct ComplaintSpread {
    /// Complaints where it has happened.
    count: u64,
    /// Half took at most so many seconds.
    #[oai(skip_serializing_if_is_none)]
    median_s: Option<u64>,
    /// Nine of ten took at most so many seconds.
    #[oai(skip_serializing_if_is_none)]
    p90_s: Option<u64>,
}

/// A report about the complaints received in a time.
#[derive(Object)]
struct ComplaintReport {
    /// Received at this time or later.
    from: DateTime<Utc>,
    /// Received before this time.
    until: DateTime<Utc>,
    /// All of them.
    all: ComplaintFigures,
    /// By what they are about.
    #[oai(validator(max_items = 9))]
    by_kind: Vec<ComplaintGroup>,
    /// By which way they came.
    #[oai(validator(max_items = 4))]
    by_channel: Vec<ComplaintGroup>,
    /// By province.
    #[oai(validator(max_items = 35))]
    by_region: Vec<ComplaintGroup>,
    /// By day.
    #[oai(validator(max_items = 367))]
    by_day: Vec<ComplaintGroup>,
    /// Those given 1, 2, 3, 4, and 5 points.
    #[oai(validator(min_items = 5, max_items = 5))]
    satisfaction: Vec<ComplaintFigure>,
    /// From receipt to the first words of staff; without reopened complaints.
    first_response: ComplaintSpread,
    /// From receipt to the answer that stands.
    answer: ComplaintSpread,
    /// Everything still to be answered now, whenever it was received.
    #[oai(validator(max_items = 5))]
    open_by_age: Vec<ComplaintAge>,
}

/// Which vehicles: parameters of `console_vehicles`.
#[derive(Object)]
struct VehicleQuery {
    /// Of this brand.
    #[oai(skip_serializing_if_is_none, validator(max_length = 60))]
    brand: Option<String>,
    /// Whose record stands here.
    #[oai(skip_serializing_if_is_none)]
    state: Option<RecordState>,
    /// Somebody is registered for them, or not.
    #[oai(skip_serializing_if_is_none)]
    registered: Option<bool>,
    /// Somebody was told that they must be registered, or not.
    #[oai(skip_serializing_if_is_none)]
    notified: Option<bool>,
}

/// How many vehicles, and which.
#[derive(Object)]
struct VehicleFigure {
    /// How many.
    count: u64,
    /// The list that shows them.
    query: VehicleQuery,
}

/// How far the cards in use of a brand have been registered.
#[derive(Object)]
struct RegistrationProgress {
    /// The brand; missing for all of them.
    #[oai(skip_serializing_if_is_none, validator(max_length = 60))]
    brand: Option<String>,
    /// All vehicles.
    vehicles: VehicleFigure,
    /// Those nobody was ever registered for.
    unregistered: VehicleFigure,
    /// Those somebody is registered for.
    registered: VehicleFigure,
    /// Those about which somebody was told.
    notified: VehicleFigure,
    /// Those somebody is registered for since.
    registered_after_notice: VehicleFigure,
}

/// Supplementary registration (Art 22).
#[derive(Object)]
struct RegistrationReport {
    /// All vehicles.
    all: RegistrationProgress,
    /// Each brand by itself.
    #[oai(validator(max_items = 1000))]
    by_brand: Vec<RegistrationProgress>,
}

impl From<reports::Figure> for ComplaintFigure {
    fn from(reports::Figure { count, filter }: reports::Figure) -> Self {
        Self { count, query: filter.into() }
    }
}

impl From<reports::Figures> for ComplaintFigures {
    fn from(figures: reports::Figures) -> Self {
        let [in_time, breached, running, unanswered] = figures.standing;
        Self {
            received: figures.received.into(),
            in_time: in_time.into(),
            breached: breached.into(),
            running: running.into(),
            unanswered: unanswered.into(),
            open: figures.open.into(),
        }
    }
}

impl From<supplementary::Figure> for VehicleFigure {
    fn from(supplementary::Figure { count, filter }: supplementary::Figure) -> Self {
        let query = VehicleQuery {
            brand: filter.brand,
            state: filter.record.map(Into::into),
            registered: filter.registered,
            notified: filter.notified,
        };
        Self { count, query }
    }
}

impl From<Progress> for RegistrationProgress {
    fn from(progress: Progress) -> Self {
        Self {
            brand: progress.brand,
            vehicles: progress.vehicles.into(),
            unregistered: progress.unregistered.into(),
            registered: progress.registered.into(),
            notified: progress.notified.into(),
            registered_after_notice: progress.registered_after_notice.into(),
        }
    }
}

impl From<Spread> for ComplaintSpread {
    fn from(spread: Spread) -> Self {
        let seconds = |ms: i64| ms.max(0).unsigned_abs() / 1000;
        Self {
            count: spread.count,
            median_s: spread.median_ms.map(seconds),
            p90_s: spread.p90_ms.map(seconds),
        }
    }
}

fn group(figures: reports::Figures) -> ComplaintGroup {
    ComplaintGroup { name: figures.name.clone(), zh: None, en: None, figures: figures.into() }
}

fn province(figures: reports::Figures) -> ComplaintGroup {
    let province: Option<&Region> = figures.name.as_deref().and_then(region::find);
    ComplaintGroup {
        zh: province.map(|province| province.zh.to_owned()),
        en: province.map(|province| province.en.to_owned()),
        ..group(figures)
    }
}

fn ages(figures: Vec<reports::Figure>) -> Vec<ComplaintAge> {
    let days = |day: i64| u32::try_from(day).unwrap_or_default();
    let age = |(place, figure): (usize, reports::Figure)| ComplaintAge {
        from_days: days(AGES[place]),
        to_days: AGES.get(place + 1).map(|next| days(next - 1)),
        open: figure.into(),
    };
    figures.into_iter().enumerate().map(age).collect()
}

/// The time a report covers.
fn period(
    app: &App,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), Refusal> {
    let until = until.unwrap_or_else(|| time(app.now_ms()));
    let from = from.unwrap_or_else(|| time(until.timestamp_millis() - DAYS * DAY_MS));
    let days = (until.timestamp_millis() - from.timestamp_millis()) / DAY_MS;
    if from <= until && days <= MOST_DAYS { Ok((from, until)) } else { Err(Refusal::BadRequest) }
}

/// A report as lines of one figure each.
fn lines(report: reports::Report) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let mut line = |part: &str, name: &str, figure: &str, value: u64| {
        lines.push(vec![part.to_owned(), name.to_owned(), figure.to_owned(), value.to_string()]);
    };
    let parts = [
        ("all", vec![report.all]),
        ("kind", report.by_kind),
        ("channel", report.by_channel),
        ("region", report.by_region),
        ("day", report.by_day),
    ];
    for (part, groups) in parts {
        for figures in groups {
            let name = figures.name.unwrap_or_default();
            line(part, &name, "received", figures.received.count);
            for (standing, figure) in Standing::ALL.iter().zip(figures.standing) {
                line(part, &name, standing.as_str(), figure.count);
            }
            line(part, &name, "open", figures.open.count);
        }
    }
    for (points, figure) in (1..=5).zip(report.satisfaction) {
        line("satisfaction", &points.to_string(), "received", figure.count);
    }
    for (from, figure) in AGES.iter().zip(report.open_by_age) {
        line("age_days", &from.to_string(), "open", figure.count);
    }
    for (name, spread) in [("first_response", report.first_response), ("answer", report.answer)] {
        let spread = ComplaintSpread::from(spread);
        line("time", name, "count", spread.count);
        for (figure, value) in [("median_s", spread.median_s), ("p90_s", spread.p90_s)] {
            if let Some(value) = value {
                line("time", name, figure, value);
            }
        }
    }
    lines
}

/// Rows that are known at once.
fn file(name: &str, heading: &'static [&'static str], rows: Vec<Vec<String>>) -> Csv {
    csv(name, heading, false, move |_| {
        let items = rows.clone();
        async move { Ok(Page { items, next: None }) }
    })
}

#[OpenApi]
impl Reports {
    /// What came, what was answered in time, and what waits.
    #[oai(
        path = "/console/reports/complaints",
        method = "get",
        operation_id = "report_complaints",
        tag = "Group::Complaint"
    )]
    async fn complaints(
        &self,
        _staff: StatisticsReader,
        app: Data<&App>,
        /// Complaints received at this time or later; 30 days before `until` if missing.
        from: Query<Option<DateTime<Utc>>>,
        /// Complaints received before this time, at most 366 days after `from`; now if missing.
        until: Query<Option<DateTime<Utc>>>,
    ) -> Result<Json<ComplaintReport>, Problem> {
        let (from, until) = period(&app, from.0, until.0)?;
        let report = reports::report(&app, from.timestamp_millis(), until.timestamp_millis()).await?;
        Ok(Json(ComplaintReport {
            from,
            until,
            all: report.all.into(),
            by_kind: report.by_kind.into_iter().map(group).collect(),
            by_channel: report.by_channel.into_iter().map(group).collect(),
            by_region: report.by_region.into_iter().map(province).collect(),
            by_day: report.by_day.into_iter().map(group).collect(),
            satisfaction: report.satisfaction.into_iter().map(ComplaintFigure::from).collect(),
            first_response: report.first_response.into(),
            answer: report.answer.into(),
            open_by_age: ages(report.open_by_age),
        }))
    }

    /// The same as a file: a line for each figure.
    #[oai(
        path = "/console/reports/complaints.csv",
        method = "get",
        operation_id = "report_complaints_csv",
        tag = "Group::Complaint"
    )]
    async fn complaints_csv(
        &self,
        _staff: StatisticsReader,
        app: Data<&App>,
        /// Complaints received at this time or later; 30 days before `until` if missing.
        from: Query<Option<DateTime<Utc>>>,
        /// Complaints received before this time, at most 366 days after `from`; now if missing.
        until: Query<Option<DateTime<Utc>>>,
    ) -> Result<Csv, Problem> {
        let (from, until) = period(&app, from.0, until.0)?;
        let report = reports::report(&app, from.timestamp_millis(), until.timestamp_millis()).await?;
        Ok(file("complaint-report", &["part", "name", "figure", "value"], lines(report)))
    }

    /// How far the cards already in use have been registered (Art 22), by brand.
    #[oai(
        path = "/console/reports/registration",
        method = "get",
        operation_id = "report_registration",
        tag = "Group::Console"
    )]
    async fn registration(
        &self,
        _staff: StatisticsReader,
        app: Data<&App>,
    ) -> Result<Json<RegistrationReport>, Problem> {
        let (all, brands) = supplementary::progress(&app).await?;
        let by_brand = brands.into_iter().map(RegistrationProgress::from).collect();
        Ok(Json(RegistrationReport { all: all.into(), by_brand }))
    }

    /// The same as a file: a line for each brand.
    #[oai(
        path = "/console/reports/registration.csv",
        method = "get",
        operation_id = "report_registration_csv",
        tag = "Group::Console"
    )]
    async fn registration_csv(&self, _staff: StatisticsReader, app: Data<&App>) -> Result<Csv, Problem> {
        let (_, brands) = supplementary::progress(&app).await?;
        let line = |progress: Progress| {
            let Progress { brand, vehicles, unregistered, registered, notified, registered_after_notice } =
                progress;
            let figures = [vehicles, unregistered, registered, notified, registered_after_notice];
            let counts = figures.map(|figure| figure.count.to_string());
            brand.into_iter().chain(counts).collect()
        };
        const HEADING: [&str; 6] =
            ["brand", "vehicles", "unregistered", "registered", "notified", "registered_after_notice"];
        Ok(file("registration-report", &HEADING, brands.into_iter().map(line).collect()))
    }
}
