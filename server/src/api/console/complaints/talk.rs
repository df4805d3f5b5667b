//! What handlers say, to the person and among themselves.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group, auth::ComplaintHandler, complaint::ComplaintText, objects::Done, problem::Problem,
        version::IfMatch,
    },
    service::{App, complaints},
};

/// Operations.
pub struct Talk;

/// Words to the person.
#[derive(Object)]
struct ComplaintMessage {
    /// 1 to 2,000 characters.
    #[oai(validator(min_length = 1, max_length = 2000))]
    text: String,
    /// They want an answer: our own targets stand until it comes, the statutory clock does not.
    asks: bool,
}

#[OpenApi]
impl Talk {
    /// Write something down for staff only.
    #[oai(
        path = "/console/complaints/:id/notes",
        method = "post",
        operation_id = "case_note",
        tag = "Group::Complaint"
    )]
    async fn note(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::note(&app, &staff.0, id.0, &body.text).await?;
        Ok(Done::Done)
    }

    /// Say or ask something. With `If-Match`: only if nothing has happened since you looked.
    #[oai(
        path = "/console/complaints/:id/messages",
        method = "post",
        operation_id = "case_say",
        tag = "Group::Complaint"
    )]
    async fn say(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ComplaintMessage>,
    ) -> Result<Done, Problem> {
        if body.asks {
            complaints::ask(&app, &staff.0, id.0, &seen.0, &body.text).await?;
        } else {
            complaints::say(&app, &staff.0, id.0, &seen.0, &body.text).await?;
        }
        Ok(Done::Done)
    }

    /// Write down what the person said on the telephone or at the counter.
    #[oai(
        path = "/console/complaints/:id/heard",
        method = "post",
        operation_id = "case_heard",
        tag = "Group::Complaint"
    )]
    async fn heard(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::heard(&app, &staff.0, id.0, &body.text).await?;
        Ok(Done::Done)
    }
}
