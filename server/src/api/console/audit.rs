//! What was done, for the auditor.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::AuditReader, objects::time, problem::Problem},
    service::{App, audit},
    store,
};

/// Operations.
pub struct Audit;

/// Kind of who did it.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum ActorKind {
    /// An owner's account.
    Account,
    /// A member of staff.
    Staff,
    /// The server itself.
    System,
    /// The OEM platform.
    Platform,
}

/// One thing that was done.
#[derive(Object)]
struct AuditLine {
    /// Its number: 1, 2, 3 … without a gap.
    seq: i64,
    /// When.
    at: DateTime<Utc>,
    /// Kind of who did it.
    actor_kind: ActorKind,
    /// Account or member of staff who did it.
    #[oai(skip_serializing_if_is_none)]
    actor_id: Option<Uuid>,
    /// What: `review.pass`.
    action: String,
    /// Kind of record it was done to.
    subject_kind: String,
    /// Record it was done to.
    subject_id: Uuid,
    /// More, without personal data.
    #[oai(skip_serializing_if_is_none)]
    detail: Option<String>,
}

/// A page of the audit.
#[derive(Object)]
struct AuditPage {
    /// Newest first, 100 at most.
    items: Vec<AuditLine>,
    /// Goes into `before` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none)]
    next: Option<i64>,
}

impl From<store::Line> for AuditLine {
    fn from(line: store::Line) -> Self {
        Self {
            seq: line.seq,
            at: time(line.at_ms),
            actor_kind: match line.actor_kind.as_str() {
                "account" => ActorKind::Account,
                "staff" => ActorKind::Staff,
                "platform" => ActorKind::Platform,
                _ => ActorKind::System,
            },
            actor_id: line.actor_id,
            action: line.action,
            subject_kind: line.subject_kind,
            subject_id: line.subject_id,
            detail: line.detail,
        }
    }
}

#[OpenApi]
impl Audit {
    /// Who did what, newest first.
    #[oai(path = "/console/audit", method = "get", operation_id = "audit", tag = "Group::Console")]
    #[expect(clippy::too_many_arguments, reason = "each is one filter of the list")]
    async fn list(
        &self,
        _staff: AuditReader,
        app: Data<&App>,
        /// Done by this account or member of staff.
        actor: Query<Option<Uuid>>,
        /// What was done: `review.pass`.
        #[oai(validator(max_length = 60))]
        action: Query<Option<String>>,
        /// Done to this record.
        subject: Query<Option<Uuid>>,
        /// Not before.
        from: Query<Option<DateTime<Utc>>>,
        /// Before.
        to: Query<Option<DateTime<Utc>>>,
        /// `next` of the page before.
        #[oai(validator(minimum(value = "1")))]
        before: Query<Option<i64>>,
    ) -> Result<Json<AuditPage>, Problem> {
        let edge =
            |time: Option<DateTime<Utc>>, otherwise| time.map_or(otherwise, |time| time.timestamp_millis());
        let filter = store::Filter {
            actor: actor.0,
            action: action.0,
            subjects: subject.0.into_iter().collect(),
            at_ms: (from.0.is_some() || to.0.is_some()).then(|| edge(from.0, i64::MIN)..edge(to.0, i64::MAX)),
        };
        let (lines, next) = audit::page(&app, &filter, before.0).await?;
        Ok(Json(AuditPage { items: lines.into_iter().map(AuditLine::from).collect(), next }))
    }
}
