//! Shapes that several operations share.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::mask;
use crate::{
    rules::{
        review,
        transfer::{Party, State},
    },
    service::sessions::Token,
    store,
};

/// Unix milliseconds as a time with a zone.
pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// The answer to signing in.
#[derive(Object)]
pub(super) struct Session {
    /// Goes into `Authorization: Bearer`.
    token: String,
    /// When it stops working.
    expires_at: DateTime<Utc>,
}

impl From<Token> for Session {
    fn from(Token { token, expires_at_ms }: Token) -> Self {
        Self { token, expires_at: time(expires_at_ms) }
    }
}

/// A card, masked.
#[derive(Object)]
pub(super) struct Card {
    /// Id.
    id: Uuid,
    /// Card number, middle hidden.
    msisdn_masked: String,
    /// ICCID, last 4 characters shown.
    iccid_masked: String,
    /// `china_mobile`, `china_unicom`, `china_telecom` or `unknown`.
    carrier: String,
    /// `active`.
    state: String,
}

impl From<store::Card> for Card {
    fn from(card: store::Card) -> Self {
        Self {
            id: card.id,
            msisdn_masked: mask::msisdn(&card.msisdn),
            iccid_masked: mask::iccid(&card.iccid),
            carrier: card.carrier,
            state: card.state,
        }
    }
}

/// A side of a transfer.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum Role {
    /// The owner on record.
    Owner,
    /// The owner to be.
    Counterparty,
}

impl From<Party> for Role {
    fn from(party: Party) -> Self {
        match party {
            Party::Owner => Self::Owner,
            Party::Counterparty => Self::Counterparty,
        }
    }
}

macro_rules! states {
    ($($name:ident $doc:literal = $pattern:pat,)*) => {
        /// Where a transfer stands.
        #[derive(Enum)]
        #[oai(rename_all = "snake_case")]
        pub(super) enum TransferState { $(#[doc = $doc] $name,)* }

        impl From<State> for TransferState {
            fn from(state: State) -> Self {
                match state { $($pattern => Self::$name,)* }
            }
        }
    };
}

states! {
    Draft "Made; the owner has not verified yet." = State::Draft,
    OwnerVerifying "The owner is verifying." = State::OwnerVerifying,
    AwaitingCounterparty "The invitation can be used." = State::AwaitingCounterparty,
    CounterpartyVerifying "The counterparty is verifying." = State::CounterpartyVerifying,
    ManualReview "Staff look at a verification." = State::ManualReview(_),
    CardLimitCheck "The counterparty passed and may accept." = State::CardLimitCheck,
    Approved "Both sides agree." = State::Approved,
    Syncing "On its way to the OEM platform." = State::Syncing,
    Accepted "The platform took it." = State::Accepted,
    Confirmed "The platform confirmed it; the cards have moved." = State::Confirmed,
    Cancelled "The owner took it back." = State::Cancelled,
    Declined "The counterparty refused." = State::Declined,
    Expired "Nobody finished it in time." = State::Expired,
    Rejected "Staff or the platform refused it." = State::Rejected,
    ReferredToShop "The carrier's designated shop must do it." = State::ReferredToShop,
    Disputed "Frozen by a dispute." = State::Disputed,
}

/// Where a manual review stands.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum ReviewState {
    /// Nobody has it.
    Waiting,
    /// Somebody looks at it.
    Claimed,
    /// The person was let pass.
    Passed,
    /// The person was refused.
    Refused,
    /// Better pictures were asked for.
    SentBack,
    /// The request ended by itself.
    Withdrawn,
}

impl From<review::State> for ReviewState {
    fn from(state: review::State) -> Self {
        match state {
            review::State::Waiting => Self::Waiting,
            review::State::Claimed(_) => Self::Claimed,
            review::State::Passed => Self::Passed,
            review::State::Refused => Self::Refused,
            review::State::SentBack => Self::SentBack,
            review::State::Withdrawn => Self::Withdrawn,
        }
    }
}
