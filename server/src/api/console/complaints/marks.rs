//! Tags, links and followers of complaints.

use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{ComplaintHandler, ComplaintReader},
        complaint::ComplaintTarget,
        objects::Done,
        problem::Problem,
    },
    service::{
        App, Refusal,
        complaints::{self, Link},
    },
};

/// Operations.
pub struct Marks;

/// Tags.
#[derive(Object)]
struct ComplaintTags {
    /// Each 1 to 30 characters.
    #[oai(validator(max_items = 500))]
    tags: Vec<String>,
}

/// What a complaint is linked to: exactly one of them.
#[derive(Object)]
struct LinkRequest {
    /// Identification number of a vehicle.
    #[oai(validator(max_length = 17))]
    vin: Option<String>,
    /// A request.
    request_id: Option<Uuid>,
    /// Number of another complaint.
    #[oai(validator(max_length = 30))]
    complaint: Option<String>,
}

#[OpenApi]
impl Marks {
    /// Every tag in use.
    #[oai(
        path = "/console/complaint-tags",
        method = "get",
        operation_id = "case_all_tags",
        tag = "Group::Complaint"
    )]
    async fn all_tags(
        &self,
        _staff: ComplaintReader,
        app: Data<&App>,
    ) -> Result<Json<ComplaintTags>, Problem> {
        let tags = complaints::all_tags(&app).await?;
        Ok(Json(ComplaintTags { tags }))
    }

    /// Give a complaint these tags and no others; 20 at most.
    #[oai(
        path = "/console/complaints/:id/tags",
        method = "put",
        operation_id = "case_tags",
        tag = "Group::Complaint"
    )]
    async fn set_tags(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintTags>,
    ) -> Result<Done, Problem> {
        complaints::set_tags(&app, &staff.0, id.0, &body.tags).await?;
        Ok(Done::Done)
    }

    /// Link a complaint to a vehicle, a request or another complaint.
    #[oai(
        path = "/console/complaints/:id/links",
        method = "post",
        operation_id = "case_link",
        tag = "Group::Complaint"
    )]
    async fn link(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<LinkRequest>,
    ) -> Result<Done, Problem> {
        let to = match (&body.vin, body.request_id, &body.complaint) {
            (Some(vin), None, None) => Link::Vehicle(vin),
            (None, Some(request), None) => Link::Request(request),
            (None, None, Some(number)) => Link::Complaint(number),
            _ => return Err(Refusal::BadRequest.into()),
        };
        complaints::link(&app, &staff.0, id.0, to).await?;
        Ok(Done::Done)
    }

    /// Take a link away.
    #[oai(
        path = "/console/complaints/:id/links",
        method = "delete",
        operation_id = "case_unlink",
        tag = "Group::Complaint"
    )]
    async fn unlink(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        /// To what kind of record.
        kind: Query<ComplaintTarget>,
        /// To which.
        target: Query<Uuid>,
    ) -> Result<Done, Problem> {
        complaints::unlink(&app, &staff.0, id.0, kind.0.into(), target.0).await?;
        Ok(Done::Done)
    }

    /// Be told of what happens to a complaint.
    #[oai(
        path = "/console/complaints/:id/follow",
        method = "put",
        operation_id = "case_follow",
        tag = "Group::Complaint"
    )]
    async fn follow(&self, staff: ComplaintReader, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        complaints::follow(&app, &staff.0, id.0).await?;
        Ok(Done::Done)
    }

    /// End that.
    #[oai(
        path = "/console/complaints/:id/follow",
        method = "delete",
        operation_id = "case_unfollow",
        tag = "Group::Complaint"
    )]
    async fn unfollow(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        complaints::unfollow(&app, &staff.0, id.0).await?;
        Ok(Done::Done)
    }
}
