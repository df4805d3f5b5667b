//! Requests: what an owner, or someone who becomes one, asks for.
//!
//! One machine for each kind, all driven by the same [`Event`]s. There is one way to a new state, [`State::next`]:
//! what a kind's table does not list cannot happen. A dispute freezes a request of any kind where it stands.

mod cancellation;
mod registration;
mod replacement;
mod transfer;

use std::fmt;

pub use cancellation::Step as Cancellation;
pub use registration::Step as Registration;
pub use replacement::Step as Replacement;
pub use transfer::Step as Transfer;

named! {
    /// What is asked for.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Kind {
        /// Registering the owner of unregistered vehicles (Art 8, 9, 12, 22), or putting a record right (Art 10).
        Registration = "registration",
        /// A new owner, started by the owner on record (Art 2, 13).
        Transfer = "transfer",
        /// A new owner, started by the new owner because the one on record cannot be reached.
        Claim = "claim",
        /// The end of the vehicle's cards (Art 13).
        Cancellation = "cancellation",
        /// Another card in the place of one (Art 13: replacement of a part that holds a card).
        Replacement = "replacement",
    }
}

named! {
    /// A side of a request.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Party {
        /// The owner on record; in a registration, who becomes it.
        Owner = "owner",
        /// The owner to be.
        Counterparty = "counterparty",
        /// Who acts for the owner to be (Art 12).
        Agent = "agent",
    }
}

named! {
    /// How far the record of one vehicle has come towards the platform.
    SyncStage {
        /// Not taken yet.
        Pending = "pending",
        /// Taken.
        Accepted = "accepted",
        /// Confirmed.
        Confirmed = "confirmed",
        /// Refused.
        Rejected = "rejected",
    }
}

named! {
    /// What staff look at in a manual review.
    Subject {
        /// The verification of the owner.
        Owner = "owner",
        /// The verification of the counterparty.
        Counterparty = "counterparty",
        /// The verification of the agent.
        Agent = "agent",
        /// The verification of a counterparty who claims the vehicle.
        Claimant = "claimant",
        /// The papers.
        Proof = "proof",
    }
}

impl Subject {
    /// The side whose turn it is if more is needed.
    pub fn party(self, kind: Kind) -> Party {
        match self {
            Self::Counterparty | Self::Claimant => Party::Counterparty,
            Self::Agent => Party::Agent,
            Self::Proof if kind == Kind::Claim => Party::Counterparty,
            Self::Owner | Self::Proof => Party::Owner,
        }
    }
}

/// What can happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A verification of the party was opened.
    VerificationStarted(Party),
    /// The party passed.
    VerificationPassed(Party),
    /// Staff must decide.
    ReviewNeeded(Subject),
    /// Staff said yes.
    ReviewPassed,
    /// Staff said no.
    ReviewRefused,
    /// Staff asked for better pictures or papers.
    ReviewSentBack,
    /// The counterparty opened the invitation and signed in.
    Claimed,
    /// The owner on record agrees to a claim.
    OwnerConsented,
    /// The owner on record objects to a claim: it is disputed.
    OwnerObjected,
    /// The owner on record has not answered a claim in time.
    SilenceOver,
    /// The person would hold too many cards at one carrier (Art 11).
    CardLimitExceeded,
    /// The person accepted the responsibility notice (Art 13) and the agreement (Art 17), or confirmed the end.
    Agreed,
    /// The record was written to the outbox.
    Enqueued,
    /// The platform took the record.
    PlatformAccepted,
    /// The platform confirmed the record.
    PlatformConfirmed,
    /// The platform refused the record.
    PlatformRejected,
    /// The carrier has closed the cards for good.
    ServiceEnded,
    /// Who started it takes it back.
    Cancel,
    /// The counterparty refuses.
    Decline,
    /// Its time is over.
    Expire,
    /// Someone disputes it: it stands still.
    Dispute,
    /// The dispute was unfounded: it goes on where it stood.
    DisputeDismissed,
    /// The dispute was founded: it ends.
    DisputeUpheld,
}

/// Whose turn it is, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// People's: it can be taken back, disputed, and it can expire.
    Open,
    /// The platform's: it was agreed and is on its way.
    Agreed,
    /// Nobody's: nothing can happen any more.
    Closed,
}

/// A step of one kind's machine.
trait Machine: Copy + Sized {
    fn next(self, event: Event) -> Option<Self>;
    fn phase(self) -> Phase;
    fn name(self) -> &'static str;
    fn under_review(self) -> Option<Subject>;
    fn rejected() -> Self;
    fn every() -> Vec<Self>;
}

/// The enum of a kind's steps, with their names and phases, and the steps and transitions every kind has.
macro_rules! steps {
    ($(#[$doc:meta])* Step { $($(#[$item:meta])* $name:ident = $text:literal $phase:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Step {
            $($(#[$item])* $name,)*
            /// Staff decide about this.
            ManualReview(super::Subject),
            /// Who started it took it back.
            Cancelled,
            /// Nobody finished it in time.
            Expired,
            /// Staff or the platform refused it.
            Rejected,
        }

        impl Step {
            fn of(self) -> (&'static str, super::Phase) {
                match self {
                    $(Self::$name => ($text, super::Phase::$phase),)*
                    Self::ManualReview(_) => ("manual_review", super::Phase::Open),
                    Self::Cancelled => ("cancelled", super::Phase::Closed),
                    Self::Expired => ("expired", super::Phase::Closed),
                    Self::Rejected => ("rejected", super::Phase::Closed),
                }
            }

            fn all() -> Vec<Self> {
                let reviews = super::Subject::ALL.iter().copied().map(Self::ManualReview);
                let ends = [Self::Cancelled, Self::Expired, Self::Rejected];
                [$(Self::$name),*].into_iter().chain(reviews).chain(ends).collect()
            }
        }

        impl super::Machine for Step {
            fn next(self, event: super::Event) -> Option<Self> {
                let open = self.of().1 == super::Phase::Open;
                match (self, event) {
                    (_, super::Event::Cancel) if open => Some(Self::Cancelled),
                    (_, super::Event::Expire) if open => Some(Self::Expired),
                    (Self::ManualReview(_), super::Event::ReviewRefused) => Some(Self::Rejected),
                    _ => self.after(event),
                }
            }

            fn phase(self) -> super::Phase {
                self.of().1
            }

            fn name(self) -> &'static str {
                self.of().0
            }

            fn under_review(self) -> Option<super::Subject> {
                match self {
                    Self::ManualReview(subject) => Some(subject),
                    _ => None,
                }
            }

            fn rejected() -> Self {
                Self::Rejected
            }

            fn every() -> Vec<Self> {
                Self::all()
            }
        }
    };
}
use steps;

/// Where a request stands in its kind's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Of a registration.
    Registration(Registration),
    /// Of a transfer or a claim.
    Transfer(Transfer),
    /// Of a cancellation.
    Cancellation(Cancellation),
    /// Of a replacement.
    Replacement(Replacement),
}

/// Runs the same on the step of whichever kind.
macro_rules! each {
    ($step:expr, $inner:ident => $result:expr) => {
        match $step {
            Step::Registration($inner) => $result,
            Step::Transfer($inner) => $result,
            Step::Cancellation($inner) => $result,
            Step::Replacement($inner) => $result,
        }
    };
    ($step:expr, $inner:ident => wrap $result:expr) => {
        match $step {
            Step::Registration($inner) => $result.map(Step::Registration),
            Step::Transfer($inner) => $result.map(Step::Transfer),
            Step::Cancellation($inner) => $result.map(Step::Cancellation),
            Step::Replacement($inner) => $result.map(Step::Replacement),
        }
    };
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    step: Step,
    /// Disputed: nothing but the end of the dispute moves it.
    frozen: bool,
}

/// The event cannot happen in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen in {state}")]
pub struct Illegal {
    /// Where the request stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// Where a request of this kind begins.
    pub fn first(kind: Kind) -> Self {
        let step = match kind {
            Kind::Registration => Step::Registration(Registration::Capturing),
            Kind::Transfer => Step::Transfer(Transfer::Draft),
            Kind::Claim => Step::Transfer(Transfer::Claimed),
            Kind::Cancellation => Step::Cancellation(Cancellation::Draft),
            Kind::Replacement => Step::Replacement(Replacement::Draft),
        };
        Self { step, frozen: false }
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// [`Illegal`] when the event has no place here; nothing changes then.
    pub fn next(self, event: Event) -> Result<Self, Illegal> {
        let next = match (self.frozen, event) {
            (true, Event::DisputeDismissed) => Some(Self { frozen: false, ..self }),
            (true, Event::DisputeUpheld) => Some(Self { step: self.step.rejected(), frozen: false }),
            (true, _) => None,
            (false, Event::Dispute) if self.phase() == Phase::Open => Some(Self { frozen: true, ..self }),
            (false, event) => {
                let step = each!(self.step, inner => wrap inner.next(event));
                step.map(|step| Self { step, frozen: event == Event::OwnerObjected })
            }
        };
        next.ok_or(Illegal { state: self, event })
    }

    /// The step of the kind's machine. A frozen request keeps the one it will go on from.
    pub fn step(self) -> Step {
        self.step
    }

    /// Somebody disputes it.
    pub fn is_disputed(self) -> bool {
        self.frozen
    }

    /// Whose turn it is, roughly.
    pub fn phase(self) -> Phase {
        each!(self.step, inner => inner.phase())
    }

    /// Nothing can happen any more.
    pub fn is_closed(self) -> bool {
        self.phase() == Phase::Closed
    }

    /// It can be taken back and it can expire.
    pub fn can_end_early(self) -> bool {
        self.phase() == Phase::Open && !self.frozen
    }

    /// What staff look at, if it is in manual review.
    pub fn under_review(self) -> Option<Subject> {
        each!(self.step, inner => inner.under_review())
    }

    /// Name in the API.
    pub fn name(self) -> &'static str {
        if self.frozen { "disputed" } else { each!(self.step, inner => inner.name()) }
    }

    /// Every state of a request of this kind, whether or not its machine reaches it.
    pub fn every(kind: Kind) -> Vec<Self> {
        let steps: Vec<Step> = match kind {
            Kind::Registration => Registration::every().into_iter().map(Step::Registration).collect(),
            Kind::Transfer | Kind::Claim => Transfer::every().into_iter().map(Step::Transfer).collect(),
            Kind::Cancellation => Cancellation::every().into_iter().map(Step::Cancellation).collect(),
            Kind::Replacement => Replacement::every().into_iter().map(Step::Replacement).collect(),
        };
        let both = |step| [false, true].map(|frozen| Self { step, frozen });
        steps.into_iter().flat_map(both).collect()
    }

    /// The state of a request of this kind with this text (as [`Display`](fmt::Display) writes it).
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        Self::every(kind).into_iter().find(|state| state.to_string() == text)
    }
}

impl Step {
    fn rejected(self) -> Self {
        match self {
            Self::Registration(_) => Self::Registration(Machine::rejected()),
            Self::Transfer(_) => Self::Transfer(Machine::rejected()),
            Self::Cancellation(_) => Self::Cancellation(Machine::rejected()),
            Self::Replacement(_) => Self::Replacement(Machine::rejected()),
        }
    }
}

/// As stored: the step's name, who is under review, and in front of both whether it is disputed.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.frozen {
            f.write_str("disputed/")?;
        }
        f.write_str(each!(self.step, inner => inner.name()))?;
        self.under_review().map_or(Ok(()), |subject| write!(f, "/{}", subject.as_str()))
    }
}

#[cfg(test)]
mod tests;
