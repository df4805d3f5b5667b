//! Shapes of complaints that owners, the portal and the console share.

use chrono::{DateTime, Utc};
use poem_openapi::{ApiResponse, Enum, Object, payload::Json};
use uuid::Uuid;

use super::objects::{DocumentType, mirror, time};
use crate::{
    rules::complaint::{self, By, Event},
    service::complaints::{About, NewComplaint, Receipt},
};

mirror! {
    /// What a complaint is about.
    ComplaintKind = complaint::Kind {
        /// A card is registered in a name without the person's knowledge.
        RegisteredWithoutKnowledge,
        /// The vehicle cannot be transferred.
        CannotTransfer,
        /// The owner before cannot be reached.
        PriorOwnerUnreachable,
        /// Something on record is wrong.
        WrongData,
        /// A function of the card was not opened.
        FunctionNotOpened,
        /// How personal data is dealt with.
        PersonalData,
        /// How staff behaved.
        Staff,
        /// Money.
        Fee,
        /// Anything else.
        Other,
    }
    /// Which way a complaint came.
    ComplaintChannel = complaint::Channel {
        /// The owner app.
        App,
        /// The portal.
        Portal,
        /// By telephone.
        Hotline,
        /// At the counter.
        Counter,
    }
    /// How a complaint ended, or was answered.
    ComplaintOutcome = complaint::Outcome {
        /// The person was right.
        Upheld,
        /// In part.
        PartlyUpheld,
        /// The person was not.
        Unfounded,
        /// The person took it back.
        Withdrawn,
        /// It goes on in another complaint.
        Duplicate,
    }
    /// Where a complaint stands.
    ComplaintState = complaint::State {
        /// Sent.
        Submitted,
        /// Received; nobody has it.
        Accepted,
        /// A handler has it.
        Assigned,
        /// The handler works on it.
        Investigating,
        /// The person was asked something.
        WaitingForUser,
        /// An answer is written and was not sent.
        Proposed,
        /// A second person must agree to the answer.
        SecondApproval,
        /// Answered.
        Replied,
        /// Over.
        Closed,
        /// The person was not content with the answer.
        Reopened,
        /// The person went to the authority for appeals.
        Appealed,
    }
    /// Who must act next.
    ComplaintNextActor = complaint::NextActor {
        /// Whoever takes it.
        Queue,
        /// The handler who has it.
        Handler,
        /// A second person.
        Approver,
        /// The person who complained.
        User,
        /// Nobody.
        Nobody,
    }
    /// What a complaint can be linked to.
    ComplaintTarget = complaint::Target {
        /// A vehicle.
        Vehicle,
        /// A request.
        Request,
        /// Another complaint.
        Complaint,
    }
    /// What a handler did elsewhere because of a complaint.
    ComplaintAct = complaint::Act {
        /// Froze a request.
        Freeze,
        /// Let a frozen request go on, or ended it.
        Settle,
        /// Opened a claim.
        Claim,
        /// Asked the owner on record to verify anew.
        Verification,
        /// Proposed a correction.
        Correction,
        /// Marked a registration as not the person's own.
        NotOwn,
        /// Put everything together for the authority.
        Package,
    }
    /// What runs against a complaint.
    ComplaintClock = complaint::Clock {
        /// An answer within 15 calendar days.
        Statutory,
        /// The first words of a member of staff.
        FirstResponse,
        /// The answer, as we want it.
        Resolution,
    }
    /// How far a clock has run.
    ComplaintStage = complaint::Stage {
        /// It will soon be over.
        Warning,
        /// It is over.
        Breach,
    }
    /// How a complaint stands by the statutory clock.
    ComplaintStanding = complaint::list::Standing {
        /// Answered in time.
        InTime,
        /// Not answered in time, in some round.
        Breached,
        /// To be answered, and there is time.
        Running,
        /// Over without an answer: taken back, or told in another one.
        Unanswered,
    }
    /// What complaints are sorted by.
    ComplaintSort = complaint::list::Order {
        /// When they were received, newest first.
        Received,
        /// When they must be answered, soonest first.
        Due,
        /// When anything last happened, newest first.
        Changed,
    }
}

/// How an answered complaint is answered.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum ComplaintAnswer {
    /// The person was right.
    Upheld,
    /// In part.
    PartlyUpheld,
    /// The person was not.
    Unfounded,
}

impl From<ComplaintAnswer> for complaint::Outcome {
    fn from(answer: ComplaintAnswer) -> Self {
        match answer {
            ComplaintAnswer::Upheld => Self::Upheld,
            ComplaintAnswer::PartlyUpheld => Self::PartlyUpheld,
            ComplaintAnswer::Unfounded => Self::Unfounded,
        }
    }
}

/// Who did something to a complaint.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum ComplaintActor {
    /// The person who complains.
    User,
    /// Staff.
    Staff,
    /// The server itself.
    System,
}

impl From<By> for ComplaintActor {
    fn from(by: By) -> Self {
        match by {
            By::User => Self::User,
            By::Staff(_) => Self::Staff,
            By::System => Self::System,
        }
    }
}

/// What happened to a complaint.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum ComplaintEventKind {
    /// It was sent.
    Filed,
    /// It was received and has a number.
    Accepted,
    /// It is somebody's.
    Assigned,
    /// It was given back to the queue.
    Released,
    /// Its handler began.
    Started,
    /// Words for staff only.
    Noted,
    /// Words to the person.
    Said,
    /// A question to the person.
    Asked,
    /// Words of the person.
    UserSpoke,
    /// An answer was written.
    Proposed,
    /// The answer was taken back or not agreed to.
    Returned,
    /// The answer was sent.
    Replied,
    /// It is over.
    Closed,
    /// The person is not content.
    Reopened,
    /// The person went to the authority for appeals.
    Appealed,
    /// It was put aside.
    Snoozed,
    /// It was taken up again.
    Woken,
    /// Something was done elsewhere because of it.
    Acted,
    /// Another complaint was merged into it.
    Absorbed,
    /// Staff were told about a clock.
    Alerted,
}

impl From<Event> for ComplaintEventKind {
    fn from(event: Event) -> Self {
        match event {
            Event::Filed => Self::Filed,
            Event::Accepted => Self::Accepted,
            Event::Assigned { .. } => Self::Assigned,
            Event::Released => Self::Released,
            Event::Started => Self::Started,
            Event::Noted => Self::Noted,
            Event::Said => Self::Said,
            Event::Asked => Self::Asked,
            Event::UserSpoke => Self::UserSpoke,
            Event::Proposed { .. } => Self::Proposed,
            Event::Returned => Self::Returned,
            Event::Replied { .. } => Self::Replied,
            Event::Closed { .. } => Self::Closed,
            Event::Reopened => Self::Reopened,
            Event::Appealed => Self::Appealed,
            Event::Snoozed { .. } => Self::Snoozed,
            Event::Woken => Self::Woken,
            Event::Acted { .. } => Self::Acted,
            Event::Absorbed { .. } => Self::Absorbed,
            Event::Alerted { .. } => Self::Alerted,
        }
    }
}

/// What a complaint says, whoever writes it down.
#[derive(Object)]
pub(super) struct ComplaintDetails {
    /// What it is about.
    kind: ComplaintKind,
    /// What happened, 1 to 2,000 characters.
    #[oai(validator(min_length = 1, max_length = 2000))]
    text: String,
    /// How the person is called.
    #[oai(validator(max_length = 50))]
    name: Option<String>,
    /// Province: first two digits of GB/T 2260.
    #[oai(validator(max_length = 2))]
    region: Option<String>,
    /// The vehicle; an owner's must be one of their own.
    vehicle_id: Option<Uuid>,
    /// The request; an owner's must be one of their own.
    request_id: Option<Uuid>,
    /// Vehicle identification number.
    #[oai(validator(max_length = 17))]
    vin: Option<String>,
    /// ICCID of the card.
    #[oai(validator(max_length = 20))]
    iccid: Option<String>,
    /// Number of the card.
    #[oai(validator(max_length = 13))]
    msisdn: Option<String>,
    /// Type of the person's document.
    document_type: Option<DocumentType>,
    /// Its number.
    #[oai(validator(max_length = 40))]
    document_number: Option<String>,
}

impl ComplaintDetails {
    /// What is filed, by the way it came.
    pub(super) fn filed(&self, channel: complaint::Channel) -> NewComplaint<'_> {
        let document = self.document_type.zip(self.document_number.as_deref());
        NewComplaint {
            kind: self.kind.into(),
            channel,
            text: &self.text,
            name: self.name.as_deref(),
            region: self.region.as_deref(),
            about: About {
                vehicle: self.vehicle_id,
                request: self.request_id,
                vin: self.vin.as_deref(),
                iccid: self.iccid.as_deref(),
                msisdn: self.msisdn.as_deref(),
                document: document.map(|(kind, number)| (kind.into(), number)),
            },
        }
    }
}

/// That a complaint was received.
#[derive(Object)]
pub(super) struct ComplaintReceipt {
    /// Id.
    id: Uuid,
    /// Receipt number: finds the complaint again, together with the phone.
    number: String,
    /// By when there must be an answer (15 calendar days, Art 21).
    answer_by: DateTime<Utc>,
}

impl From<Receipt> for ComplaintReceipt {
    fn from(receipt: Receipt) -> Self {
        Self { id: receipt.id, number: receipt.number, answer_by: time(receipt.answer_by_ms) }
    }
}

/// The answer to filing.
#[derive(ApiResponse)]
pub(super) enum Filed {
    /// Received.
    #[oai(status = 201)]
    Filed(Json<ComplaintReceipt>),
}

/// Words.
#[derive(Object)]
pub(super) struct ComplaintText {
    /// 1 to 2,000 characters.
    #[oai(validator(min_length = 1, max_length = 2000))]
    pub text: String,
}
