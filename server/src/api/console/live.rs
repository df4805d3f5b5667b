//! The live feed of complaints, and who is at one.

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use poem::web::{Data, sse::Event};
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Header, Path},
    payload::{EventStream, Json},
    types::ToJSON,
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{ComplaintReader, ComplaintWatcher},
        objects::Done,
        problem::Problem,
    },
    service::{
        App, Result,
        complaints::{
            presence::{self, Colleague},
            queues::{self, Waiting},
        },
        live::{self, Item, News},
    },
    store::StaffMember,
};

/// Operations.
pub struct Live;

/// What happened.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum NewsKind {
    /// More than is told: ask again for everything that is shown.
    Refetch,
    /// A complaint changed.
    Complaint,
    /// Somebody came to a complaint, left it, began or stopped to write.
    Presence,
}

/// What a server-sent event holds.
#[derive(Object)]
struct ComplaintNews {
    /// What happened.
    kind: NewsKind,
    /// Which complaint.
    #[oai(skip_serializing_if_is_none)]
    id: Option<Uuid>,
    /// The version it has now; versions count up.
    #[oai(skip_serializing_if_is_none)]
    version: Option<i64>,
    /// The event's id, which goes into Last-Event-ID after a break.
    #[oai(skip_serializing_if_is_none)]
    cursor: Option<i64>,
}

/// How many complaints are still to be answered, by queue; one can be in several.
#[derive(Object)]
struct ComplaintCounts {
    /// Yours, and not put aside.
    mine: u64,
    /// Yours, put aside.
    snoozed: u64,
    /// Nobody's.
    unassigned: u64,
    /// Not answered in the time the law gives.
    overdue: u64,
    /// Waiting for the person.
    waiting: u64,
    /// Waiting for a second person.
    approval: u64,
    /// All.
    open: u64,
}

/// What a member of staff does at a complaint.
#[derive(Object)]
struct AtComplaint {
    /// They write something.
    typing: bool,
}

/// A colleague at a complaint.
#[derive(Object)]
struct ComplaintVisitor {
    /// Who.
    staff_id: Uuid,
    /// Sign-in name.
    #[oai(validator(max_length = 100))]
    name: String,
    /// They write something.
    typing: bool,
}

/// Who else is at a complaint.
#[derive(Object)]
struct ComplaintPresence {
    /// Everybody heard of in the last 30 seconds, but you.
    #[oai(validator(max_items = 100))]
    others: Vec<ComplaintVisitor>,
}

impl From<Item> for ComplaintNews {
    fn from(Item { cursor, news }: Item) -> Self {
        let (kind, id, version) = match news {
            News::Refetch => (NewsKind::Refetch, None, None),
            News::Complaint { id, version } => (NewsKind::Complaint, Some(id), Some(version)),
            News::Presence { id } => (NewsKind::Presence, Some(id), None),
        };
        Self { kind, id, version, cursor }
    }
}

fn event(news: ComplaintNews) -> Event {
    let event = Event::message(news.to_json_string());
    match news.cursor {
        Some(cursor) => event.id(cursor.to_string()),
        None => event,
    }
}

async fn others(app: &App, who: &StaffMember, id: Uuid) -> Result<Json<ComplaintPresence>> {
    let others = presence::others(app, who, id).await?.into_iter();
    let shown = |Colleague { id, name, typing }| ComplaintVisitor { staff_id: id, name, typing };
    Ok(Json(ComplaintPresence { others: others.map(shown).collect() }))
}

#[OpenApi]
impl Live {
    /// What happens to complaints, as server-sent events, within a second of its happening: ids and versions only. The
    /// same may be told twice; nothing is left out. It ends with the session, and when this server stops: come back
    /// with Last-Event-ID.
    #[oai(
        path = "/console/events",
        method = "get",
        operation_id = "console_events",
        tag = "Group::Complaint"
    )]
    async fn events(
        &self,
        staff: ComplaintWatcher,
        app: Data<&App>,
        /// `id` of the last event that came. Without it, and after a long time, the first event says to ask for
        /// everything again.
        #[oai(name = "Last-Event-ID", validator(max_length = 20))]
        last: Header<Option<String>>,
    ) -> std::result::Result<EventStream<BoxStream<'static, ComplaintNews>>, Problem> {
        let since_ms = last.0.and_then(|last| last.parse().ok());
        let news = live::listen(&app, staff.0, since_ms).await?.map(ComplaintNews::from).boxed();
        let heartbeat = Duration::from_secs(app.config.complaint.live_heartbeat_s.max(1));
        Ok(EventStream::new(news).to_event(event).keep_alive(heartbeat))
    }

    /// How much waits in your queues.
    #[oai(
        path = "/console/complaints/counts",
        method = "get",
        operation_id = "case_counts",
        tag = "Group::Complaint"
    )]
    async fn counts(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
    ) -> std::result::Result<Json<ComplaintCounts>, Problem> {
        let Waiting { mine, snoozed, unassigned, overdue, waiting, approval, open } =
            queues::waiting(&app, &staff.0).await?;
        Ok(Json(ComplaintCounts { mine, snoozed, unassigned, overdue, waiting, approval, open }))
    }

    /// Who else is at a complaint.
    #[oai(
        path = "/console/complaints/:id/presence",
        method = "get",
        operation_id = "complaint_presence",
        tag = "Group::Complaint"
    )]
    async fn presence(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> std::result::Result<Json<ComplaintPresence>, Problem> {
        Ok(others(&app, &staff.0, id.0).await?)
    }

    /// Say that you are at a complaint, and whether you write; to be repeated within 30 seconds.
    #[oai(
        path = "/console/complaints/:id/presence",
        method = "put",
        operation_id = "complaint_arrive",
        tag = "Group::Complaint"
    )]
    async fn arrive(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<AtComplaint>,
    ) -> std::result::Result<Json<ComplaintPresence>, Problem> {
        presence::arrive(&app, &staff.0, id.0, body.0.typing).await?;
        Ok(others(&app, &staff.0, id.0).await?)
    }

    /// Say that you left a complaint.
    #[oai(
        path = "/console/complaints/:id/presence",
        method = "delete",
        operation_id = "complaint_leave",
        tag = "Group::Complaint"
    )]
    async fn leave(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> std::result::Result<Done, Problem> {
        presence::leave(&app, &staff.0, id.0).await?;
        Ok(Done::Done)
    }
}
