//! The message centre.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;
use verify::document::mask_phone;

use crate::{
    api::{Group, auth::MessageReader, objects::time, page::List, problem::Problem},
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
    /// Newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Message>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
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
    async fn list(
        &self,
        staff: MessageReader,
        app: Data<&App>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<MessageList>, Problem> {
        let list = List::new(&app, "messages", (), true);
        let page = messages::page(&app, &staff.0, list.span(cursor.0.as_deref(), limit.0)?).await?;
        let (items, next) = list.shown(page, Message::from);
        Ok(Json(MessageList { items, next }))
    }
}
