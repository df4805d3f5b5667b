//! Whose complaint it is, and when.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::ComplaintHandler, objects::Done, problem::Problem, version::IfMatch},
    service::{
        App, Refusal,
        complaints::{self, Bulk},
    },
};

/// Operations.
pub struct Work;

/// Who gets it.
#[derive(Object)]
struct AssignmentRequest {
    /// The colleague; missing: whoever takes this kind and has least to do.
    to: Option<Uuid>,
}

/// Until when it is put aside.
#[derive(Object)]
struct SnoozeRequest {
    /// Within the next 90 days.
    until: DateTime<Utc>,
}

/// Where it goes on.
#[derive(Object)]
struct MergeRequest {
    /// Number of another complaint of the same person.
    #[oai(validator(max_length = 30))]
    into: String,
}

/// What is done to many.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum BulkAction {
    /// Take them.
    Take,
    /// Give them to `to`.
    Assign,
    /// Give each to whoever takes its kind and has least to do.
    AssignByLoad,
    /// Give them back.
    Release,
    /// Put them aside until `until`.
    Snooze,
    /// Give them the tag `tag`.
    Tag,
}

/// The same for many complaints.
#[derive(Object)]
struct BulkRequest {
    /// Which.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
    /// What.
    action: BulkAction,
    /// For `assign`.
    to: Option<Uuid>,
    /// For `snooze`.
    until: Option<DateTime<Utc>>,
    /// For `tag`.
    #[oai(validator(min_length = 1, max_length = 30))]
    tag: Option<String>,
}

/// What came of one of many.
#[derive(Object)]
struct BulkOutcome {
    /// Which.
    id: Uuid,
    /// It was done.
    done: bool,
    /// Why not: the last part of a problem type, see docs/problems.md.
    #[oai(skip_serializing_if_is_none)]
    problem: Option<String>,
}

/// What came of each.
#[derive(Object)]
struct BulkOutcomes {
    /// In the order they were asked for.
    #[oai(validator(max_items = 100))]
    items: Vec<BulkOutcome>,
}

#[OpenApi]
impl Work {
    /// Take a complaint that nobody has, and begin.
    #[oai(
        path = "/console/complaints/:id/take",
        method = "post",
        operation_id = "case_take",
        tag = "Group::Complaint"
    )]
    async fn take(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Done, Problem> {
        complaints::take(&app, &staff.0, id.0, &seen.0).await?;
        Ok(Done::Done)
    }

    /// Give a complaint to a colleague, or to whoever has least to do.
    #[oai(
        path = "/console/complaints/:id/assignment",
        method = "post",
        operation_id = "case_assign",
        tag = "Group::Complaint"
    )]
    async fn assign(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<AssignmentRequest>,
    ) -> Result<Done, Problem> {
        match body.to {
            Some(to) => complaints::assign(&app, &staff.0, id.0, &seen.0, to).await?,
            None => drop(complaints::assign_by_load(&app, &staff.0, id.0, &seen.0).await?),
        }
        Ok(Done::Done)
    }

    /// Give a complaint back to the queue.
    #[oai(
        path = "/console/complaints/:id/release",
        method = "post",
        operation_id = "case_release",
        tag = "Group::Complaint"
    )]
    async fn release(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Done, Problem> {
        complaints::release(&app, &staff.0, id.0, &seen.0).await?;
        Ok(Done::Done)
    }

    /// Put a complaint aside; it comes back then, or when the person speaks. No clock stands meanwhile.
    #[oai(
        path = "/console/complaints/:id/snooze",
        method = "post",
        operation_id = "case_snooze",
        tag = "Group::Complaint"
    )]
    async fn snooze(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<SnoozeRequest>,
    ) -> Result<Done, Problem> {
        let until_ms = body.until.timestamp_millis();
        complaints::snooze(&app, &staff.0, id.0, &seen.0, until_ms).await?;
        Ok(Done::Done)
    }

    /// Take a complaint up again that was put aside.
    #[oai(
        path = "/console/complaints/:id/wake",
        method = "post",
        operation_id = "case_wake",
        tag = "Group::Complaint"
    )]
    async fn wake(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Done, Problem> {
        complaints::wake(&app, &staff.0, id.0, &seen.0).await?;
        Ok(Done::Done)
    }

    /// Merge a complaint into another one of the same person.
    #[oai(
        path = "/console/complaints/:id/merge",
        method = "post",
        operation_id = "case_merge",
        tag = "Group::Complaint"
    )]
    async fn merge(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<MergeRequest>,
    ) -> Result<Done, Problem> {
        complaints::merge(&app, &staff.0, id.0, &seen.0, &body.into).await?;
        Ok(Done::Done)
    }

    /// Do the same to many complaints; each by itself.
    #[oai(
        path = "/console/complaints/bulk",
        method = "post",
        operation_id = "case_bulk",
        tag = "Group::Complaint"
    )]
    async fn bulk(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        body: Json<BulkRequest>,
    ) -> Result<Json<BulkOutcomes>, Problem> {
        let needed = Refusal::BadRequest;
        let what = match body.action {
            BulkAction::Take => Bulk::Take,
            BulkAction::Assign => Bulk::Assign(body.to.ok_or(needed)?),
            BulkAction::AssignByLoad => Bulk::AssignByLoad,
            BulkAction::Release => Bulk::Release,
            BulkAction::Snooze => Bulk::Snooze(body.until.ok_or(needed)?.timestamp_millis()),
            BulkAction::Tag => Bulk::Tag(body.tag.clone().ok_or(needed)?),
        };
        let results = complaints::bulk(&app, &staff.0, &body.ids, &what).await?;
        let items = results.into_iter().map(|one| BulkOutcome {
            id: one.id,
            done: one.refused.is_none(),
            problem: one.refused.map(|refusal| refusal.slug().to_owned()),
        });
        Ok(Json(BulkOutcomes { items: items.collect() }))
    }
}
