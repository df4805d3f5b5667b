//! Complaints (Art 21): what people say is wrong, and what becomes of it.
//!
//! A complaint *is* its history, a list of [`Moment`]s that only grows. Where it stands ([`Case`]) is what its events
//! lead to, one after the other; there is one way to a new state, [`Case::next`].
//!
//! `Submitted → Accepted → Assigned → Investigating ⇄ WaitingForUser → Proposed → [SecondApproval] → Replied →
//! (Closed | Reopened | Appealed)`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub mod assign;
pub mod attachment;
pub mod clocks;
pub mod list;
pub mod number;
pub mod template;
pub mod terms;

#[cfg(test)]
mod tests;

named! {
    /// What it is about.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Kind {
        /// A card is registered in a name without the person's knowledge.
        RegisteredWithoutKnowledge = "registered_without_knowledge",
        /// The vehicle cannot be transferred.
        CannotTransfer = "cannot_transfer",
        /// The owner before cannot be reached.
        PriorOwnerUnreachable = "prior_owner_unreachable",
        /// Something on record is wrong.
        WrongData = "wrong_data",
        /// A function of the card was not opened.
        FunctionNotOpened = "function_not_opened",
        /// How personal data is dealt with.
        PersonalData = "personal_data",
        /// How staff behaved.
        Staff = "staff",
        /// Money.
        Fee = "fee",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Which way it came (Art 21: counter, internet, hotline).
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Channel {
        /// The owner app.
        App = "app",
        /// The portal.
        Portal = "portal",
        /// By telephone, written down by a handler.
        Hotline = "hotline",
        /// At the counter, written down by a handler.
        Counter = "counter",
    }
}

named! {
    /// How it ended, or was answered.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Outcome {
        /// The person was right.
        Upheld = "upheld",
        /// In part.
        PartlyUpheld = "partly_upheld",
        /// The person was not.
        Unfounded = "unfounded",
        /// The person took it back.
        Withdrawn = "withdrawn",
        /// It is told in another complaint, where it goes on.
        Duplicate = "duplicate",
    }
}

impl Kind {
    /// As people read it in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::RegisteredWithoutKnowledge => "被他人冒名登记",
            Self::CannotTransfer => "无法办理过户",
            Self::PriorOwnerUnreachable => "联系不上原车主",
            Self::WrongData => "登记信息有误",
            Self::FunctionNotOpened => "功能未开通",
            Self::PersonalData => "个人信息保护",
            Self::Staff => "服务态度",
            Self::Fee => "资费争议",
            Self::Other => "其他",
        }
    }

    /// As people read it in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::RegisteredWithoutKnowledge => "registered without my knowledge",
            Self::CannotTransfer => "cannot transfer",
            Self::PriorOwnerUnreachable => "prior owner unreachable",
            Self::WrongData => "wrong data",
            Self::FunctionNotOpened => "function not opened",
            Self::PersonalData => "personal data",
            Self::Staff => "staff",
            Self::Fee => "fee",
            Self::Other => "other",
        }
    }
}

impl Outcome {
    /// It says who was right.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Upheld | Self::PartlyUpheld | Self::Unfounded)
    }
}

named! {
    /// Where it stands.
    State {
        /// Sent.
        Submitted = "submitted",
        /// Received, with a number; nobody has it.
        Accepted = "accepted",
        /// A handler has it.
        Assigned = "assigned",
        /// The handler works on it.
        Investigating = "investigating",
        /// The person was asked something.
        WaitingForUser = "waiting_for_user",
        /// An answer is written and was not sent.
        Proposed = "proposed",
        /// A second person must agree to the answer.
        SecondApproval = "second_approval",
        /// Answered.
        Replied = "replied",
        /// Over.
        Closed = "closed",
        /// The person was not content with the answer.
        Reopened = "reopened",
        /// The person went to the authority for appeals (电信用户申诉受理机构).
        Appealed = "appealed",
    }
}

named! {
    /// What a handler did elsewhere because of it.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Act {
        /// Froze a request.
        Freeze = "freeze",
        /// Let a frozen request go on, or ended it.
        Settle = "settle",
        /// Opened a claim of a vehicle for the person.
        Claim = "claim",
        /// Asked the owner on record to verify anew.
        Verification = "verification",
        /// Proposed a correction of a record.
        Correction = "correction",
        /// Marked a registration as not the person's own and started its cancellation.
        NotOwn = "not_own",
        /// Put everything about it together for the authority.
        Package = "package",
    }
}

named! {
    /// What runs against it.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Clock {
        /// An answer within 15 calendar days.
        Statutory = "statutory",
        /// The first words of a member of staff.
        FirstResponse = "first_response",
        /// The answer, as we want it.
        Resolution = "resolution",
    }
}

named! {
    /// How far a clock has run.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Stage {
        /// It will soon be over.
        Warning = "warning",
        /// It is over.
        Breach = "breach",
    }
}

named! {
    /// Who must act next.
    NextActor {
        /// Whoever takes it.
        Queue = "queue",
        /// The handler who has it.
        Handler = "handler",
        /// A second person.
        Approver = "approver",
        /// The person who complained.
        User = "user",
        /// Nobody.
        Nobody = "nobody",
    }
}

named! {
    /// Why a member of staff should look at a complaint.
    AlertKind {
        /// It is theirs now.
        Assigned = "assigned",
        /// The person has spoken.
        UserSpoke = "user_spoke",
        /// An answer waits for a second person.
        ApprovalWanted = "approval_wanted",
        /// A second person did not agree.
        Returned = "returned",
        /// Something happened to one they follow.
        Followed = "followed",
        /// The person is not content.
        Reopened = "reopened",
        /// The person went to the authority.
        Appealed = "appealed",
        /// A clock will soon be over.
        Warning = "warning",
        /// A clock is over.
        Breach = "breach",
        /// The time has come they wanted it back.
        Woken = "woken",
    }
}

named! {
    /// What a complaint can be found by, besides its number.
    Key {
        /// Phone number.
        Phone = "phone",
        /// Vehicle identification number.
        Vin = "vin",
        /// ICCID of a card.
        Iccid = "iccid",
        /// Number of a card.
        Msisdn = "msisdn",
        /// Number of a document.
        Document = "document",
    }
}

named! {
    /// What a complaint can be linked to.
    Target {
        /// The vehicle it is about.
        Vehicle = "vehicle",
        /// The request it is about.
        Request = "request",
        /// Another complaint.
        Complaint = "complaint",
    }
}

/// Who does something to a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The person who complains.
    User,
    /// A member of staff.
    Staff(Uuid),
    /// The server itself.
    System,
}

/// What happens to a complaint. Words, and who was told what, are kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// It was sent.
    Filed,
    /// It has a number; the statutory clock runs.
    Accepted,
    /// It is somebody's.
    Assigned {
        /// Whose.
        to: Uuid,
    },
    /// Its handler gave it back to the queue.
    Released,
    /// Its handler began.
    Started,
    /// Words for staff only.
    Noted,
    /// Words to the person that ask nothing.
    Said,
    /// Words to the person that want an answer.
    Asked,
    /// Words of the person, sent or said and written down.
    UserSpoke,
    /// An answer was written.
    Proposed {
        /// What it says about who was right.
        outcome: Outcome,
        /// A second person must agree.
        second: bool,
    },
    /// The answer was taken back, or a second person did not agree.
    Returned,
    /// The answer was sent.
    Replied {
        /// What it says about who was right.
        outcome: Outcome,
    },
    /// It is over.
    Closed {
        /// How.
        outcome: Outcome,
    },
    /// The person is not content.
    Reopened,
    /// The person went to the authority for appeals.
    Appealed,
    /// Its handler wants it back later.
    Snoozed {
        /// When, in Unix milliseconds.
        until_ms: i64,
    },
    /// That time has come, or the handler did not wait for it.
    Woken,
    /// Something was done elsewhere because of it.
    Acted {
        /// What.
        act: Act,
        /// To which record.
        target: Uuid,
    },
    /// Another complaint was merged into it.
    Absorbed {
        /// Which.
        complaint: Uuid,
    },
    /// Staff were told about a clock.
    Alerted {
        /// Which.
        clock: Clock,
        /// In which round.
        round: u32,
        /// How far it had run.
        stage: Stage,
    },
}

impl Event {
    /// The person may see it: not what staff say among themselves, nor an answer that was not sent.
    pub fn is_public(self) -> bool {
        matches!(
            self,
            Self::Filed
                | Self::Accepted
                | Self::Said
                | Self::Asked
                | Self::UserSpoke
                | Self::Replied { .. }
                | Self::Closed { .. }
                | Self::Reopened
                | Self::Appealed
        )
    }
}

/// One line of a complaint's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub by: By,
    /// What.
    pub event: Event,
}

/// Why an event cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Illegal {
    /// It has no place in this state.
    OutOfPlace,
    /// Another handler has it, or nobody.
    NotYours,
    /// Who wrote the answer cannot be the second to agree.
    SecondPerson,
    /// It is over.
    Closed,
}

/// Where a complaint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where.
    pub state: State,
    /// Who has it.
    pub assignee: Option<Uuid>,
    /// Who wrote the answer that was not sent yet.
    pub proposed_by: Option<Uuid>,
    /// What the answer says, or how it ended.
    pub outcome: Option<Outcome>,
    /// Until when its handler does not want to see it, in Unix milliseconds.
    pub snoozed_until_ms: Option<i64>,
    /// How often it was begun: 1, and 1 more with each reopening.
    pub round: u32,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            state: State::Submitted,
            assignee: None,
            proposed_by: None,
            outcome: None,
            snoozed_until_ms: None,
            round: 1,
        }
    }
}

impl Case {
    /// Where a history leads.
    ///
    /// # Errors
    /// [`Illegal`] for one that no complaint can have had.
    pub fn of(history: &[Moment]) -> Result<Self, Illegal> {
        history.iter().try_fold(Self::default(), |case, moment| case.next(moment.event, moment.by))
    }

    /// Where it stands after `event`.
    ///
    /// # Errors
    /// [`Illegal`]; nothing changes then.
    pub fn next(self, event: Event, by: By) -> Result<Self, Illegal> {
        use State as S;
        let to = |state| Ok(Self { state, ..self });
        let worked = || if self.is_at_rest() { S::Investigating } else { self.state };
        match (self.state, event) {
            (_, Event::Noted | Event::Alerted { .. }) => Ok(self),
            (S::Submitted, Event::Filed) => Ok(self),
            (S::Submitted, Event::Accepted) => to(S::Accepted),
            (S::Submitted, _) => Err(Illegal::OutOfPlace),

            (_, Event::Reopened) if self.may_be_reopened() => Ok(Self {
                state: S::Reopened,
                outcome: None,
                proposed_by: None,
                round: self.round + 1,
                ..self
            }),
            (S::Appealed, Event::Appealed) => Err(Illegal::OutOfPlace),
            (_, Event::Appealed) if self.outcome != Some(Outcome::Duplicate) => {
                Ok(Self { state: S::Appealed, proposed_by: None, snoozed_until_ms: None, ..self })
            }
            (S::Closed, _) => Err(Illegal::Closed),
            (_, Event::Reopened | Event::Filed | Event::Accepted) => Err(Illegal::OutOfPlace),

            (_, Event::Assigned { to }) => {
                let state =
                    if self.is_at_rest() || self.state == S::Accepted { S::Assigned } else { self.state };
                Ok(Self { state, assignee: Some(to), ..self })
            }
            (_, Event::UserSpoke) => {
                let state = if self.state == S::WaitingForUser { S::Investigating } else { self.state };
                Ok(Self { state, snoozed_until_ms: None, ..self })
            }
            (_, Event::Woken) => Ok(Self { snoozed_until_ms: None, ..self }),
            (_, Event::Absorbed { .. }) => Ok(self),
            (_, Event::Closed { outcome }) if self.may_be_closed(outcome, by)? => {
                Ok(Self { state: S::Closed, outcome: Some(outcome), snoozed_until_ms: None, ..self })
            }

            (S::SecondApproval, Event::Replied { .. } | Event::Returned) if self.is_proposers(by) => {
                Err(Illegal::SecondPerson)
            }
            (S::SecondApproval, Event::Replied { outcome }) => self.replied(outcome),
            (S::SecondApproval, Event::Returned) => {
                Ok(Self { state: S::Investigating, proposed_by: None, outcome: None, ..self })
            }

            // From here on: only who has it.
            (_, _) if !self.is_assignees(by) => Err(Illegal::NotYours),
            (S::Assigned | S::Investigating | S::Reopened, Event::Released) => {
                Ok(Self { state: S::Accepted, assignee: None, snoozed_until_ms: None, ..self })
            }
            (S::Assigned | S::Reopened, Event::Started) => to(S::Investigating),
            (_, Event::Said | Event::Acted { .. }) => to(worked()),
            (S::Assigned | S::Investigating | S::Reopened | S::WaitingForUser, Event::Asked) => {
                to(S::WaitingForUser)
            }
            (
                S::Assigned
                | S::Investigating
                | S::Reopened
                | S::WaitingForUser
                | S::Proposed
                | S::SecondApproval
                | S::Appealed,
                Event::Proposed { outcome, second },
            ) if outcome.is_answer() => {
                let By::Staff(who) = by else { return Err(Illegal::NotYours) };
                let state = if second { S::SecondApproval } else { S::Proposed };
                Ok(Self { state, proposed_by: Some(who), outcome: Some(outcome), ..self })
            }
            (S::Proposed, Event::Replied { outcome }) => self.replied(outcome),
            (S::Proposed, Event::Returned) => {
                Ok(Self { state: S::Investigating, proposed_by: None, outcome: None, ..self })
            }
            (_, Event::Snoozed { until_ms }) => Ok(Self { snoozed_until_ms: Some(until_ms), ..self }),
            _ => Err(Illegal::OutOfPlace),
        }
    }

    /// Nothing is left to do, unless the person comes back.
    pub fn is_closed(self) -> bool {
        self.state == State::Closed
    }

    /// The person may say the answer is not good enough. What was merged goes on elsewhere.
    pub fn may_be_reopened(self) -> bool {
        matches!(self.state, State::Replied | State::Closed) && self.outcome != Some(Outcome::Duplicate)
    }

    fn replied(self, outcome: Outcome) -> Result<Self, Illegal> {
        // A second person agrees to what was proposed, not to something else.
        if self.outcome != Some(outcome) {
            return Err(Illegal::OutOfPlace);
        }
        Ok(Self { state: State::Replied, proposed_by: None, snoozed_until_ms: None, ..self })
    }

    /// Whether it can end this way: the person may take it back at any time, a duplicate goes on elsewhere, and
    /// everything else wants an answer first.
    fn may_be_closed(self, outcome: Outcome, by: By) -> Result<bool, Illegal> {
        Ok(match (outcome, self.state) {
            (Outcome::Withdrawn, _) => by == By::User,
            (Outcome::Duplicate, _) => matches!(by, By::Staff(_)),
            (_, State::Replied) if self.outcome != Some(outcome) => return Err(Illegal::OutOfPlace),
            (_, State::Replied) => !matches!(by, By::Staff(_)) || self.is_assignees(by),
            (_, State::Appealed) => self.is_assignees(by),
            _ => return Err(Illegal::OutOfPlace),
        })
    }

    /// Somebody has it and has not touched it.
    fn is_at_rest(self) -> bool {
        matches!(self.state, State::Assigned | State::Reopened)
    }

    fn is_assignees(self, by: By) -> bool {
        matches!((by, self.assignee), (By::Staff(who), Some(holder)) if who == holder)
    }

    fn is_proposers(self, by: By) -> bool {
        matches!((by, self.proposed_by), (By::Staff(who), Some(proposer)) if who == proposer)
    }
}
