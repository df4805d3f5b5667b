//! What a member of staff was told about complaints.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::ComplaintReader,
        complaint::ComplaintClock,
        objects::{Done, mirror, time},
        page::List,
        problem::Problem,
    },
    rules::complaint,
    service::{App, complaints},
    store,
};

/// Operations.
pub struct Alerts;

mirror! {
    /// Why somebody should look at a complaint.
    AlertKind = complaint::AlertKind {
        /// It is theirs now.
        Assigned,
        /// The person has spoken.
        UserSpoke,
        /// An answer waits for a second person.
        ApprovalWanted,
        /// A second person did not agree.
        Returned,
        /// Something happened to one they follow.
        Followed,
        /// The person is not content.
        Reopened,
        /// The person went to the authority.
        Appealed,
        /// A clock will soon be over.
        Warning,
        /// A clock is over.
        Breach,
        /// The time has come they wanted it back.
        Woken,
    }
}

/// Something to look at.
#[derive(Object)]
struct Alert {
    /// Id.
    id: Uuid,
    /// The complaint.
    complaint_id: Uuid,
    /// Its receipt number.
    complaint_number: String,
    /// Why.
    kind: AlertKind,
    /// Which clock, if it is about one.
    #[oai(skip_serializing_if_is_none)]
    clock: Option<ComplaintClock>,
    /// Since when.
    at: DateTime<Utc>,
    /// When you said you had; missing where you did not.
    #[oai(skip_serializing_if_is_none)]
    read_at: Option<DateTime<Utc>>,
}

impl From<store::StaffAlert> for Alert {
    fn from(alert: store::StaffAlert) -> Self {
        Self {
            id: alert.id,
            complaint_id: alert.complaint_id,
            complaint_number: alert.number,
            kind: alert.kind.into(),
            clock: alert.clock.map(ComplaintClock::from),
            at: time(alert.at_ms),
            read_at: alert.read_at_ms.map(time),
        }
    }
}

/// What there is to look at.
#[derive(Object)]
struct AlertList {
    /// Unread first, the newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Alert>,
    /// How much you have not read, on all pages.
    unread: u64,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

#[OpenApi]
impl Alerts {
    /// What you were told about complaints.
    #[oai(path = "/console/alerts", method = "get", operation_id = "alerts", tag = "Group::Console")]
    async fn list(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<AlertList>, Problem> {
        let list = List::new(&app, "alerts", staff.0.id, true);
        let span = list.span(cursor.0.as_deref(), limit.0)?;
        let (page, unread) = complaints::alerts(&app, &staff.0, span).await?;
        let (items, next) = list.shown(page, Alert::from);
        Ok(Json(AlertList { items, unread, next }))
    }

    /// Say that you have seen one.
    #[oai(
        path = "/console/alerts/:id/read",
        method = "post",
        operation_id = "alert_read",
        tag = "Group::Console"
    )]
    async fn read(&self, staff: ComplaintReader, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        complaints::read_alerts(&app, &staff.0, Some(id.0)).await?;
        Ok(Done::Done)
    }

    /// Say that you have seen all.
    #[oai(
        path = "/console/alerts/read",
        method = "post",
        operation_id = "alerts_read",
        tag = "Group::Console"
    )]
    async fn read_all(&self, staff: ComplaintReader, app: Data<&App>) -> Result<Done, Problem> {
        complaints::read_alerts(&app, &staff.0, None).await?;
        Ok(Done::Done)
    }
}
