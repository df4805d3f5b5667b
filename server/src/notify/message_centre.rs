//! The default gateway: texts stay in the message centre of the console, where staff read them.

use super::{Gateway, Handover, Text};
use crate::store::{NewNotice, NoticeState, Tx};

/// Keeps texts in the database, encrypted; being there, they are sent.
#[derive(Debug, Clone, Copy)]
pub struct MessageCentre {
    /// Keep one-time codes readable, for a demonstration. Otherwise they are not even stored.
    pub show_codes: bool,
}

impl Gateway for MessageCentre {
    fn send<'a>(&'a self, tx: &'a Tx, text: Text<'a>, now_ms: i64) -> Handover<'a> {
        Box::pin(keep(tx, text, now_ms))
    }

    fn send_code<'a>(&'a self, tx: &'a Tx, text: Text<'a>, now_ms: i64) -> Handover<'a> {
        Box::pin(async move {
            if self.show_codes {
                return keep(tx, text, now_ms).await;
            }
            let body: String = text.body.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
            keep(tx, Text { body: &body, ..text }, now_ms).await
        })
    }
}

async fn keep(tx: &Tx, Text { id, phone, body }: Text<'_>, now_ms: i64) -> crate::store::Result<()> {
    tx.messages().enqueue(NewNotice { id, channel: "sms", recipient: phone, body }, now_ms).await?;
    tx.messages().mark(id, NoticeState::Sent, now_ms).await.map(drop)
}
