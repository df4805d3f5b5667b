//! The message centre.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;
use verify::document::mask_phone;

use crate::{
    api::{Group, auth::MessageReader, objects::time, problem::Problem},
    service::{App, messages},
    store::Notice,
};

/// Operations.
pub struct Messages;

/// A text to a person.
#[derive(Object)]
struct Message {
    /// Id.
    id: Uuid,
    /// When it was handed over.
    at: DateTime<Utc>,
    /// Phone number, middle hidden.
    to_masked: String,
    /// The text.
    text: String,
}

/// Texts.
#[derive(Object)]
struct MessageList {
    /// Newest first, 100 at most.
    items: Vec<Message>,
}

impl From<Notice> for Message {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id,
            at: time(notice.created_at_ms),
            to_masked: mask_phone(&notice.recipient),
            text: notice.body,
        }
    }
}

#[OpenApi]
impl Messages {
    /// The newest texts to people.
    #[oai(
        path = "/console/messages",
        method = "get",
        operation_id = "console_messages",
        tag = "Group::Console"
    )]
    async fn list(&self, staff: MessageReader, app: Data<&App>) -> Result<Json<MessageList>, Problem> {
        let notices = messages::recent(&app, &staff.0).await?;
        Ok(Json(MessageList { items: notices.into_iter().map(Message::from).collect() }))
    }
}
