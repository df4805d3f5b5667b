//! How texts reach people: one gateway, chosen in the configuration.
//!
//! A use case hands a text over in its own transaction, so that nobody is told what did not happen and nobody
//! is left without the text of what did. A gateway to a carrier will queue here and send from a worker of its
//! own, as [`crate::sync`] does for the OEM platforms.

mod message_centre;

use std::pin::Pin;

use uuid::Uuid;

use crate::{
    config,
    store::{Result, Tx},
};

pub use message_centre::MessageCentre;

/// A text message to a person.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// Fresh, UUIDv7.
    pub id: Uuid,
    /// Mobile number.
    pub phone: &'a str,
    /// What it says. Never logged.
    pub body: &'a str,
}

/// The outcome of handing over, later.
pub type Handover<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// A way to send texts.
pub trait Gateway: Send + Sync {
    /// Takes a text over as part of `tx`: it goes out if, and only if, the transaction commits.
    ///
    /// # Errors
    /// The store failed.
    fn send<'a>(&'a self, tx: &'a Tx, text: Text<'a>, now_ms: i64) -> Handover<'a>;

    /// As [`Gateway::send`], a text that holds a one-time code: nobody but its recipient may ever read it.
    ///
    /// # Errors
    /// The store failed.
    fn send_code<'a>(&'a self, tx: &'a Tx, text: Text<'a>, now_ms: i64) -> Handover<'a>;
}

/// The gateway a configuration names; `None` for an unknown name.
pub fn gateway(settings: &config::Notify) -> Option<Box<dyn Gateway>> {
    match settings.gateway.as_str() {
        "message_centre" => Some(Box::new(MessageCentre { show_codes: settings.show_codes })),
        _ => None,
    }
}
