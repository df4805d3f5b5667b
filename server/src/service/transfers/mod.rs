//! Transfers: from the owner's first step to the platform's confirmation.

mod parties;
mod platform;
mod view;

pub(crate) use parties::check_card_limit;
pub use parties::{accept, cancel, claim, decline, start};
pub use platform::{Delivery, Received, delivery, platform_accepted, platform_confirmed, platform_rejected};
pub use view::{Invitation, Next, View, invitation, list, view};

use uuid::Uuid;

use super::{App, Error, Refusal, Result, reviews};
use crate::{
    rules::transfer::{Event, Party, State},
    store::{self, Transfer, Tx},
};

/// Who moved the transfer, as the timeline names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The owner on record or the owner to be.
    Party(Party),
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
            Self::Party(party) => party.as_str(),
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
        // A timeline is read by time, then id: ids of one process ascend even within a millisecond.
        let line =
            store::Event { id: Uuid::now_v7(), at_ms: now_ms, state, actor: by.as_str().to_owned(), note };
        tx.transfers().record(transfer.id, line).await?;
    }
    if transfer.state.is_closed() {
        reviews::withdraw(tx, transfer, before).await?;
    }
    Ok(())
}

/// Closes every transfer whose time is over. Cheap when there is none: called before transfers are looked at, so
/// that nobody acts on an expired one, and now and then by the server itself.
///
/// # Errors
/// The store failed.
pub async fn expire_due(app: &App) -> Result<()> {
    let now_ms = app.now_ms();
    if app.store.read().await?.transfers().overdue(now_ms).await?.is_empty() {
        return Ok(());
    }
    let tx = app.store.begin().await?;
    for mut transfer in tx.transfers().overdue(now_ms).await? {
        match advance(&tx, &mut transfer, Event::Expire, By::System, None, now_ms).await {
            // Someone else closed it between our reading and writing.
            Ok(()) | Err(Error::Refused(Refusal::Conflict)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tx.commit().await?)
}

/// The transfer, and the side this account takes in it.
pub(crate) async fn mine(tx: &Tx, id: Uuid, account: Uuid) -> Result<(Transfer, Party)> {
    let transfer = tx.transfers().find(id).await?.ok_or(Refusal::NotFound)?;
    if transfer.owner_account_id == account {
        Ok((transfer, Party::Owner))
    } else if transfer.counterparty_account_id == Some(account) {
        Ok((transfer, Party::Counterparty))
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// As [`mine`], for an account that wants to act for `party`.
pub(crate) async fn acting(tx: &Tx, id: Uuid, account: Uuid, party: Party) -> Result<Transfer> {
    let (transfer, mine) = mine(tx, id, account).await?;
    match transfer.state {
        _ if mine != party => Err(Refusal::NotFound.into()),
        State::Expired => Err(Refusal::TransferExpired.into()),
        _ => Ok(transfer),
    }
}
