//! Shapes that several operations share.

use chrono::{DateTime, Utc};
use poem_openapi::{ApiResponse, Enum, Object, types::ParseFromParameter};
use uuid::Uuid;
use verify::document;

use super::mask;
use crate::{
    rules::{
        card, correction, notice, policy,
        proof::{Proof, Reason},
        record,
        request::{self, Kind, Party, State, Subject},
        review,
    },
    service::{identity::Stated, sessions::Token},
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

/// A session in force.
#[derive(Object)]
pub(super) struct SessionInfo {
    /// Id.
    id: Uuid,
    /// It is the one this request came with.
    current: bool,
    /// How it began: `code`, `passkey`, `password` or `oidc`.
    method: String,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: DateTime<Utc>,
    /// When it ends, used or not.
    expires_at: DateTime<Utc>,
}

/// Sessions in force.
#[derive(Object)]
pub(super) struct SessionList {
    /// Newest first, 100 at most.
    items: Vec<SessionInfo>,
}

impl SessionList {
    pub(super) fn new(sessions: Vec<store::Session>, current: Uuid) -> Self {
        let info = |session: store::Session| SessionInfo {
            id: session.id,
            current: session.id == current,
            method: session.method,
            created_at: time(session.created_at_ms),
            last_used_at: time(session.last_used_at_ms),
            expires_at: time(session.expires_at_ms),
        };
        Self { items: sessions.into_iter().map(info).collect() }
    }
}

/// Nothing more to say.
#[derive(ApiResponse)]
pub(super) enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
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
    /// Where it stands.
    state: CardState,
}

impl From<store::Card> for Card {
    fn from(card: store::Card) -> Self {
        Self {
            id: card.id,
            msisdn_masked: mask::msisdn(&card.msisdn),
            iccid_masked: mask::iccid(&card.iccid),
            carrier: card.carrier,
            state: card.state.into(),
        }
    }
}

/// An enumeration of the rules as the API names it; it goes both ways.
macro_rules! mirror {
    ($($(#[$doc:meta])* $Name:ident = $Rule:path { $($(#[$item:meta])* $name:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Enum)]
        #[oai(rename_all = "snake_case")]
        pub(super) enum $Name { $($(#[$item])* $name,)* }

        impl From<$Rule> for $Name {
            fn from(rule: $Rule) -> Self {
                match rule { $(<$Rule>::$name => Self::$name,)* }
            }
        }

        impl From<$Name> for $Rule {
            fn from(name: $Name) -> Self {
                match name { $($Name::$name => Self::$name,)* }
            }
        }
    )*};
}

pub(super) use mirror;

mirror! {
    /// A way to prove who one is.
    Method = policy::Method {
        /// A live face before the camera.
        Face,
        /// Photographs of documents, looked at by staff.
        Documents,
        /// An identity service outside.
        Authority,
    }
    /// A side of a request.
    Role = Party {
        /// The owner on record; in a registration, who becomes it.
        Owner,
        /// The owner to be.
        Counterparty,
        /// Who acts for the owner to be (Art 12).
        Agent,
    }
    /// What is asked for.
    RequestKind = Kind {
        /// Registering the owner of a vehicle.
        Registration,
        /// A new owner, started by the owner on record.
        Transfer,
        /// A new owner, started by the new owner.
        Claim,
        /// The end of service.
        Cancellation,
        /// Another card in the place of one.
        Replacement,
    }
    /// What staff look at.
    ReviewSubject = Subject {
        /// The verification of the owner.
        Owner,
        /// The verification of the counterparty.
        Counterparty,
        /// The verification of the agent.
        Agent,
        /// The verification of who claims the vehicle.
        Claimant,
        /// The papers.
        Proof,
    }
    /// What a paper is.
    PaperKind = Proof {
        /// 机动车登记证书.
        VehicleCertificate,
        /// 行驶证.
        VehicleLicence,
        /// The document of a unit, such as its business licence.
        UnitDocument,
        /// The letter that authorises a responsible person or an agent.
        AuthorisationLetter,
        /// The document of who acts through an agent.
        PrincipalDocument,
        /// 报废机动车回收证明.
        ScrappingCertificate,
        /// Proof of export.
        ExportCertificate,
        /// A report to the police.
        LossReport,
        /// Anything else.
        Other,
    }
    /// Why service ends.
    CancellationReason = Reason {
        /// Scrapped.
        Scrapped,
        /// Sold abroad.
        SoldAbroad,
        /// Lost or stolen.
        Lost,
        /// Somebody else registered it in the person's name; only a complaint opens this.
        NotOwn,
        /// Something else, said in words.
        Other,
    }
    /// A side of a correction.
    CorrectionSide = correction::Side {
        /// The owner on record.
        Owner,
        /// Staff.
        Staff,
    }
    /// Where a correction stands.
    CorrectionState = correction::State {
        /// The other side has not answered.
        Proposed,
        /// It did, and the record was changed.
        Confirmed,
        /// Refused by the other side, or taken back.
        Declined,
        /// Not answered in time.
        Expired,
    }
    /// How far the OEM platform has come.
    SyncStage = request::SyncStage {
        /// Not taken yet.
        Pending,
        /// Taken.
        Accepted,
        /// Confirmed.
        Confirmed,
        /// Refused.
        Rejected,
    }
    /// Where the record of a vehicle stands.
    RecordState = record::State {
        /// Nobody is registered: emergency only (Art 14).
        Unregistered,
        /// Somebody is.
        Active,
        /// Drawn for a check (Art 10).
        Sampled,
        /// The check failed; the owner must put it right.
        Rectifying,
        /// Cancelled, or not put right in time: emergency only (Art 14).
        EmergencyOnly,
        /// The cards are closed.
        Closed,
    }
    /// What happened to a card.
    CardEventKind = card::Event {
        /// Bought in a batch.
        Bought,
        /// Built into a vehicle.
        Fitted,
        /// A test began.
        TestStarted,
        /// The test ended.
        TestEnded,
        /// The vehicle was sold.
        Sold,
        /// Its vehicle's owner was registered.
        Registered,
        /// Its vehicle has another owner.
        Transferred,
        /// Its functions were taken back.
        Suspended,
        /// Closed by the carrier, or replaced.
        Closed,
    }
    /// What came of a sample.
    SampleState = record::SampleState {
        /// To be checked.
        Drawn,
        /// In order.
        Passed,
        /// Not in order; the owner must put it right.
        Failed,
        /// Was put right.
        Rectified,
        /// Was not put right in time.
        Missed,
    }
    /// How somebody was told.
    NoticeChannel = notice::Channel {
        /// By text message.
        Sms,
        /// By a call.
        Phone,
    }
    /// A type of document.
    DocumentType = document::DocumentType {
        /// 居民身份证.
        ResidentId,
        /// 临时居民身份证.
        TemporaryResidentId,
        /// 居民户口簿.
        HouseholdRegister,
        /// 港澳台居民居住证.
        ResidencePermit,
        /// 外国人永久居留身份证.
        PermanentResidence,
        /// 军官证.
        OfficerCard,
        /// 武警证.
        PoliceCard,
        /// 港澳居民来往内地通行证.
        HkMacaoPass,
        /// 台湾居民来往大陆通行证.
        TaiwanPass,
        /// 护照.
        Passport,
        /// 营业执照.
        BusinessLicence,
        /// 组织机构代码证.
        OrganisationCode,
        /// 事业单位法人证书.
        LegalPersonCertificate,
        /// 单位证明, 介绍信.
        CertificateLetter,
    }
    /// Where a card stands.
    CardState = card::State {
        /// Bought, in no vehicle.
        Stocked,
        /// In a vehicle that was not sold.
        Fitted,
        /// In use for development or test.
        Testing,
        /// In a vehicle that was sold; nobody is registered.
        Sold,
        /// Registered.
        Active,
        /// Emergency call and rescue only.
        EmergencyOnly,
        /// Closed for good.
        Closed,
    }
}

/// Who someone is, as typed.
#[derive(Object)]
pub(super) struct Identity {
    /// Name on the document.
    #[oai(validator(max_length = 100))]
    pub name: String,
    /// Kind of document.
    pub document_type: DocumentType,
    /// Its number.
    #[oai(validator(max_length = 40))]
    pub document_number: String,
    /// Mobile number.
    #[oai(validator(max_length = 20))]
    pub phone: String,
}

impl<'a> From<&'a Identity> for Stated<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self {
            name: &identity.name,
            document_type: identity.document_type.into(),
            document_number: &identity.document_number,
            phone: &identity.phone,
        }
    }
}

/// A paper that was sent for a request.
#[derive(Object)]
pub(super) struct Paper {
    /// Id.
    pub id: Uuid,
    /// What it is.
    pub kind: PaperKind,
}

/// Where a request stands. Which of them a kind of request passes, docs/requests.md says.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum RequestState {
    /// Made; nobody has verified yet.
    Draft,
    /// The form is being filled in.
    Capturing,
    /// The owner is verifying.
    OwnerVerifying,
    /// The person is verifying.
    Verifying,
    /// The invitation can be used.
    AwaitingCounterparty,
    /// The counterparty is verifying.
    CounterpartyVerifying,
    /// Someone claims the vehicle.
    Claimed,
    /// The owner on record was told of the claim.
    PriorOwnerNotified,
    /// Staff look at it.
    ManualReview,
    /// Reason and proof of the end are there; the owner's last word is awaited.
    ReasonGiven,
    /// The person passed and may accept.
    CardLimitCheck,
    /// Agreed.
    Approved,
    /// A registration on its way to the OEM platform.
    Submitted,
    /// On its way to the OEM platform.
    Syncing,
    /// The platform took it.
    Accepted,
    /// The platform confirmed it.
    Confirmed,
    /// The platform confirmed the registration.
    Active,
    /// The cards reach emergency call and rescue only.
    EmergencyOnly,
    /// The cards are closed.
    Closed,
    /// Who started it took it back.
    Cancelled,
    /// The counterparty refused.
    Declined,
    /// Nobody finished it in time.
    Expired,
    /// Staff or the platform refused it.
    Rejected,
    /// The carrier's designated shop must do it.
    ReferredToShop,
    /// Frozen by a dispute.
    Disputed,
}

impl RequestState {
    /// The state of this name; `None` for a name that is not known any more.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::parse_from_parameter(name).ok()
    }
}

impl From<State> for RequestState {
    fn from(state: State) -> Self {
        // Every name is a member: held by a test below.
        Self::named(state.name()).unwrap_or(Self::Rejected)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_request_has_its_name() {
        for kind in Kind::ALL {
            for state in State::every(*kind) {
                assert!(RequestState::named(state.name()).is_some(), "{state}");
            }
        }
    }
}
