//! Complaints as staff see them: the case, and filing for someone who calls or stands at the counter.

pub mod actions;
pub mod answer;
pub mod attachments;
pub mod desk;
pub mod list;
pub mod marks;
pub(in crate::api) mod query;
pub mod talk;
pub mod work;

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;
use verify::document::{mask_name, mask_phone};

use query::{ComplaintAssigned, ComplaintQuery};

use crate::{
    api::{
        Group,
        auth::{ComplaintHandler, ComplaintReader},
        complaint::{
            ComplaintAct, ComplaintActor, ComplaintChannel, ComplaintClock, ComplaintDetails,
            ComplaintEventKind, ComplaintKind, ComplaintNextActor, ComplaintOutcome, ComplaintReceipt,
            ComplaintSort, ComplaintStage, ComplaintState, Filed,
        },
        mask,
        objects::{RecordState, RequestKind, RequestState, time},
        problem::Problem,
        version::Versioned,
    },
    rules::complaint::{Channel, Event},
    service::{
        App,
        complaints::{self, CaseView, Line},
    },
    store::Complaint,
};

/// Operations.
pub struct Complaints;

/// How somebody reached us.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum CallerChannel {
    /// By telephone.
    Hotline,
    /// At the counter.
    Counter,
}

/// What somebody says is wrong, written down by a handler.
#[derive(Object)]
struct CallerComplaintRequest {
    /// How they reached us.
    channel: CallerChannel,
    /// Their mobile number.
    #[oai(validator(max_length = 20))]
    phone: String,
    /// What it is.
    #[oai(flatten)]
    details: ComplaintDetails,
}

/// A complaint in a list of the console.
#[derive(Object)]
pub(in crate::api) struct ComplaintSummary {
    /// Id.
    id: Uuid,
    /// Receipt number.
    number: String,
    /// What it is about.
    kind: ComplaintKind,
    /// Which way it came.
    channel: ComplaintChannel,
    /// Where it stands.
    state: ComplaintState,
    /// How often it was begun: 1, and 1 more with each reopening.
    round: u32,
    /// Who must act next.
    next_actor: ComplaintNextActor,
    /// Who has it.
    #[oai(skip_serializing_if_is_none)]
    assignee_id: Option<Uuid>,
    /// How the person is called, masked.
    #[oai(skip_serializing_if_is_none)]
    name_masked: Option<String>,
    /// Phone, middle hidden.
    phone_masked: String,
    /// Province: first two digits of GB/T 2260.
    #[oai(skip_serializing_if_is_none)]
    region: Option<String>,
    /// How it ended, or is to be answered.
    #[oai(skip_serializing_if_is_none)]
    outcome: Option<ComplaintOutcome>,
    /// How content the person was, 1 to 5.
    #[oai(skip_serializing_if_is_none, validator(minimum(value = "1"), maximum(value = "5")))]
    satisfaction: Option<u8>,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// When staff first spoke to the person, in this round.
    #[oai(skip_serializing_if_is_none)]
    first_response_at: Option<DateTime<Utc>>,
    /// When it was answered, in this round.
    #[oai(skip_serializing_if_is_none)]
    replied_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[oai(skip_serializing_if_is_none)]
    closed_at: Option<DateTime<Utc>>,
    /// By when there must be an answer (15 calendar days); nothing stops it.
    statutory_due: DateTime<Utc>,
    /// By when staff should speak; missing once they did.
    #[oai(skip_serializing_if_is_none)]
    first_response_due: Option<DateTime<Utc>>,
    /// By when there should be an answer; missing while the clock stands.
    #[oai(skip_serializing_if_is_none)]
    resolution_due: Option<DateTime<Utc>>,
    /// The statutory clock was not kept.
    statutory_breached: bool,
    /// The first words came late.
    first_response_breached: bool,
    /// The answer came later than we want.
    resolution_breached: bool,
    /// Put aside until then.
    #[oai(skip_serializing_if_is_none)]
    snoozed_until: Option<DateTime<Utc>>,
    /// When the person last spoke.
    last_user_at: DateTime<Utc>,
    /// When anything last happened.
    changed_at: DateTime<Utc>,
}

impl From<Complaint> for ComplaintSummary {
    fn from(complaint: Complaint) -> Self {
        let case = complaint.case;
        Self {
            id: complaint.id,
            number: complaint.number,
            kind: complaint.kind.into(),
            channel: complaint.channel.into(),
            state: case.state.into(),
            round: case.round,
            next_actor: complaint.next_actor.into(),
            assignee_id: case.assignee,
            name_masked: complaint.name.as_deref().map(mask_name),
            phone_masked: mask_phone(&complaint.phone),
            region: complaint.region,
            outcome: case.outcome.map(ComplaintOutcome::from),
            satisfaction: complaint.satisfaction,
            received_at: time(complaint.received_at_ms),
            first_response_at: complaint.first_response_at_ms.map(time),
            replied_at: complaint.replied_at_ms.map(time),
            closed_at: complaint.closed_at_ms.map(time),
            statutory_due: time(complaint.statutory_due_ms),
            first_response_due: complaint.first_response_due_ms.map(time),
            resolution_due: complaint.resolution_due_ms.map(time),
            statutory_breached: complaint.statutory_breached,
            first_response_breached: complaint.first_response_breached,
            resolution_breached: complaint.resolution_breached,
            snoozed_until: case.snoozed_until_ms.map(time),
            last_user_at: time(complaint.last_user_at_ms),
            changed_at: time(complaint.changed_at_ms),
        }
    }
}

/// A line of a complaint's history.
#[derive(Object)]
struct ComplaintLine {
    /// Place in the history.
    seq: u32,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: ComplaintActor,
    /// Sign-in name of the member of staff who did it.
    #[oai(skip_serializing_if_is_none)]
    staff: Option<String>,
    /// What.
    kind: ComplaintEventKind,
    /// The person may see it.
    public: bool,
    /// What was said.
    #[oai(skip_serializing_if_is_none)]
    text: Option<String>,
    /// A member of staff wrote down what the person said.
    written_down: bool,
    /// Files that were sent along.
    #[oai(validator(max_items = 10))]
    attachments: Vec<Uuid>,
    /// Whose it became.
    #[oai(skip_serializing_if_is_none)]
    to: Option<Uuid>,
    /// What the answer says, or how it ended.
    #[oai(skip_serializing_if_is_none)]
    outcome: Option<ComplaintOutcome>,
    /// Put aside until then.
    #[oai(skip_serializing_if_is_none)]
    until: Option<DateTime<Utc>>,
    /// What was done elsewhere.
    #[oai(skip_serializing_if_is_none)]
    act: Option<ComplaintAct>,
    /// To which record.
    #[oai(skip_serializing_if_is_none)]
    target_id: Option<Uuid>,
    /// Which clock staff were told of.
    #[oai(skip_serializing_if_is_none)]
    clock: Option<ComplaintClock>,
    /// How far it had run.
    #[oai(skip_serializing_if_is_none)]
    stage: Option<ComplaintStage>,
}

impl From<Line> for ComplaintLine {
    fn from(Line { line, staff }: Line) -> Self {
        let moment = line.moment;
        let mut shown = Self {
            seq: line.seq,
            at: time(moment.at_ms),
            actor: moment.by.into(),
            staff,
            kind: moment.event.into(),
            public: line.public,
            written_down: line.words.as_ref().is_some_and(|words| words.written_by.is_some()),
            attachments: line.words.as_ref().map(|words| words.attachments.clone()).unwrap_or_default(),
            text: line.words.map(|words| words.text),
            to: None,
            outcome: None,
            until: None,
            act: None,
            target_id: None,
            clock: None,
            stage: None,
        };
        match moment.event {
            Event::Assigned { to } => shown.to = Some(to),
            Event::Proposed { outcome, .. } | Event::Replied { outcome } | Event::Closed { outcome } => {
                shown.outcome = Some(outcome.into());
            }
            Event::Snoozed { until_ms } => shown.until = Some(time(until_ms)),
            Event::Acted { act, target } => {
                (shown.act, shown.target_id) = (Some(act.into()), Some(target));
            }
            Event::Absorbed { complaint } => shown.target_id = Some(complaint),
            Event::Alerted { clock, stage, .. } => {
                (shown.clock, shown.stage) = (Some(clock.into()), Some(stage.into()));
            }
            _ => {}
        }
        shown
    }
}

/// A member of staff.
#[derive(Object)]
struct ComplaintColleague {
    /// Id.
    id: Uuid,
    /// Sign-in name.
    username: String,
}

/// A vehicle a complaint is about.
#[derive(Object)]
struct ComplaintVehicle {
    /// Id.
    id: Uuid,
    /// Last 6 characters shown.
    vin_masked: String,
    /// Brand.
    brand: String,
    /// Model.
    model: String,
    /// Where its record stands.
    record: RecordState,
}

/// A request a complaint is about.
#[derive(Object)]
struct ComplaintRequestLink {
    /// Id.
    id: Uuid,
    /// What is asked for.
    kind: RequestKind,
    /// Where it stands.
    state: RequestState,
}

/// A complaint with everything about it. Names and numbers are masked; see `reveals` for more.
#[derive(Object)]
struct ComplaintCase {
    /// What a list shows of it.
    complaint: ComplaintSummary,
    /// Sign-in name of who has it.
    #[oai(skip_serializing_if_is_none)]
    assignee: Option<String>,
    /// You have it.
    mine: bool,
    /// You wrote the answer that waits, so somebody else must agree to it.
    proposed_by_me: bool,
    /// The complaint it was merged into.
    #[oai(skip_serializing_if_is_none)]
    merged_into: Option<Uuid>,
    /// What was said and done, oldest first.
    #[oai(validator(max_items = 1000))]
    lines: Vec<ComplaintLine>,
    /// Its tags.
    #[oai(validator(max_items = 20))]
    tags: Vec<String>,
    /// Who follows it.
    #[oai(validator(max_items = 500))]
    followers: Vec<ComplaintColleague>,
    /// The vehicles it is about.
    #[oai(validator(max_items = 500))]
    vehicles: Vec<ComplaintVehicle>,
    /// The requests it is about.
    #[oai(validator(max_items = 500))]
    requests: Vec<ComplaintRequestLink>,
    /// Complaints it belongs with.
    #[oai(validator(max_items = 500))]
    complaints: Vec<ComplaintSummary>,
}

fn shown(view: CaseView, viewer: Uuid) -> ComplaintCase {
    let case = view.complaint.case;
    let followers = view.followers.into_iter().map(|(id, username)| ComplaintColleague { id, username });
    let vehicles = view.vehicles.into_iter().map(|vehicle| ComplaintVehicle {
        id: vehicle.id,
        vin_masked: mask::vin(&vehicle.vin),
        brand: vehicle.brand,
        model: vehicle.model,
        record: vehicle.record.into(),
    });
    let requests = view.requests.into_iter().map(|request| ComplaintRequestLink {
        id: request.id,
        kind: request.kind.into(),
        state: request.state.into(),
    });
    ComplaintCase {
        assignee: view.assignee,
        mine: case.assignee == Some(viewer),
        proposed_by_me: case.proposed_by == Some(viewer),
        merged_into: view.complaint.merged_into,
        complaint: view.complaint.into(),
        lines: view.lines.into_iter().map(ComplaintLine::from).collect(),
        tags: view.tags,
        followers: followers.collect(),
        vehicles: vehicles.collect(),
        requests: requests.collect(),
        complaints: view.complaints.into_iter().map(ComplaintSummary::from).collect(),
    }
}

#[OpenApi]
impl Complaints {
    /// Complaints, the one that must be answered first at the top. `case_search` has everything that can be asked.
    #[oai(path = "/console/complaints", method = "get", operation_id = "cases", tag = "Group::Complaint")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn list(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        /// Those still to be answered, or the others.
        open: Query<Option<bool>>,
        /// Those of this kind.
        kind: Query<Option<ComplaintKind>>,
        /// Those that stand here.
        state: Query<Option<ComplaintState>>,
        /// Yours, or nobody's.
        assigned: Query<Option<ComplaintAssigned>>,
        /// Those of this member of staff.
        assignee_id: Query<Option<Uuid>>,
        /// Those put aside, or the others.
        snoozed: Query<Option<bool>>,
        /// By when they must be answered if missing.
        sort: Query<Option<ComplaintSort>>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<list::ComplaintList>, Problem> {
        let query = ComplaintQuery {
            open: open.0,
            kinds: kind.0.into_iter().collect(),
            states: state.0.into_iter().collect(),
            assigned: assigned.0,
            assignee_id: assignee_id.0,
            snoozed: snoozed.0,
            sort: sort.0,
            ..ComplaintQuery::default()
        };
        list::page(&app, &staff.0, &query, cursor.0.as_deref(), limit.0).await
    }

    /// File the complaint of someone who calls or stands at the counter.
    #[oai(
        path = "/console/complaints",
        method = "post",
        operation_id = "case_file",
        tag = "Group::Complaint"
    )]
    async fn file(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        body: Json<CallerComplaintRequest>,
    ) -> Result<Filed, Problem> {
        let channel = match body.channel {
            CallerChannel::Hotline => Channel::Hotline,
            CallerChannel::Counter => Channel::Counter,
        };
        let new = body.details.filed(channel);
        let receipt = complaints::for_caller(&app, &staff.0, &body.phone, new).await?;
        Ok(Filed::Filed(Json(ComplaintReceipt::from(receipt))))
    }

    /// A complaint with everything about it.
    #[oai(path = "/console/complaints/:id", method = "get", operation_id = "case", tag = "Group::Complaint")]
    async fn find(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Versioned<ComplaintCase>, Problem> {
        let view = complaints::case(&app, &staff.0, id.0).await?;
        let version = view.complaint.version;
        Ok(Versioned::new(shown(view, staff.0.id), version))
    }
}
