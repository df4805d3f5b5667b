//! Transfers: from the owner's first step to the platform's confirmation.

mod platform;

pub use platform::{Delivery, Received, delivery, platform_accepted, platform_confirmed, platform_rejected};

use uuid::Uuid;

use super::Result;
use crate::{
    rules::transfer::Event,
    store::{self, Transfer, Tx},
};

/// Who moved the transfer, as the timeline names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The owner on record.
    Owner,
    /// The owner to be.
    Counterparty,
    /// Staff.
    Staff,
    /// The server itself.
    System,
    /// The OEM platform.
    Platform,
}

impl By {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Counterparty => "counterparty",
            Self::Staff => "staff",
            Self::System => "system",
            Self::Platform => "platform",
        }
    }
}

/// Moves a transfer by one event and writes its timeline. The only way a state is stored.
pub(crate) async fn advance(
    tx: &Tx,
    transfer: &mut Transfer,
    event: Event,
    by: By,
    note: Option<String>,
    now_ms: i64,
) -> Result<()> {
    let before = transfer.state;
    transfer.state = before.next(event)?;
    tx.transfers().save(transfer).await?;
    if transfer.state != before {
        let state = transfer.state.as_str().to_owned();
        // The database orders a timeline by time, then id: the id only has to be unique and ascending.
        let id = Uuid::now_v7();
        let line = store::Event { id, at_ms: now_ms, state, actor: by.as_str().to_owned(), note };
        tx.transfers().record(transfer.id, line).await?;
    }
    Ok(())
}
