//! What complaints are asked for: the body of a search, of a file, of a saved view, and what a figure of a report
//! carries.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use uuid::Uuid;
use verify::document::{Iccid, Msisdn, Vin};

use crate::{
    api::{
        complaint::{
            ComplaintChannel, ComplaintKind, ComplaintNextActor, ComplaintSort, ComplaintStanding,
            ComplaintState,
        },
        objects::time,
    },
    rules::complaint::{Key, list::Order, number::Number, terms::Query},
    service::{Refusal, codes::Phone},
    store::{Assignee, ComplaintFilter, ComplaintRegion},
};

/// The code of complaints nobody gave a province for.
const UNKNOWN: &str = "00";

/// Whose a complaint is.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(in crate::api) enum ComplaintAssigned {
    /// Yours.
    Me,
    /// Nobody's.
    Nobody,
}

/// Which complaints. Everything that is given must be so; nothing given: all of them.
#[derive(Clone, Default, Object)]
pub(in crate::api) struct ComplaintQuery {
    /// The one with this receipt number.
    #[oai(skip_serializing_if_is_none, validator(max_length = 20))]
    pub number: Option<String>,
    /// Those of the person with this whole mobile number.
    #[oai(skip_serializing_if_is_none, validator(max_length = 20))]
    pub phone: Option<String>,
    /// Those about the vehicle with this whole VIN.
    #[oai(skip_serializing_if_is_none, validator(max_length = 20))]
    pub vin: Option<String>,
    /// Those about the card with this whole ICCID.
    #[oai(skip_serializing_if_is_none, validator(max_length = 24))]
    pub iccid: Option<String>,
    /// Those about the card with this whole number.
    #[oai(skip_serializing_if_is_none, validator(max_length = 16))]
    pub msisdn: Option<String>,
    /// Those of the person with this whole document number.
    #[oai(skip_serializing_if_is_none, validator(max_length = 40))]
    pub document_number: Option<String>,
    /// Those in which all of these words were said, in whatever message: parts of Chinese sentences from two characters
    /// on, other words as a whole.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 100))]
    pub text: Option<String>,
    /// Those of one of these kinds.
    #[oai(default, skip_serializing_if_is_empty, validator(max_items = 9))]
    pub kinds: Vec<ComplaintKind>,
    /// Those that came one of these ways.
    #[oai(default, skip_serializing_if_is_empty, validator(max_items = 4))]
    pub channels: Vec<ComplaintChannel>,
    /// Those in one of these states.
    #[oai(default, skip_serializing_if_is_empty, validator(max_items = 11))]
    pub states: Vec<ComplaintState>,
    /// Those still to be answered, or the others.
    #[oai(skip_serializing_if_is_none)]
    pub open: Option<bool>,
    /// Yours, or nobody's.
    #[oai(skip_serializing_if_is_none)]
    pub assigned: Option<ComplaintAssigned>,
    /// Those of this member of staff.
    #[oai(skip_serializing_if_is_none)]
    pub assignee_id: Option<Uuid>,
    /// Those where it is their turn.
    #[oai(skip_serializing_if_is_none)]
    pub next_actor: Option<ComplaintNextActor>,
    /// Those from this province: first two digits of GB/T 2260; `00`: nobody said.
    #[oai(skip_serializing_if_is_none, validator(pattern = "^[0-9]{2}$"))]
    pub region: Option<String>,
    /// Those received at this time or later.
    #[oai(skip_serializing_if_is_none)]
    pub received_from: Option<DateTime<Utc>>,
    /// Those received before this time.
    #[oai(skip_serializing_if_is_none)]
    pub received_until: Option<DateTime<Utc>>,
    /// How they stand by the statutory clock.
    #[oai(skip_serializing_if_is_none)]
    pub standing: Option<ComplaintStanding>,
    /// Those that must be answered before this time.
    #[oai(skip_serializing_if_is_none)]
    pub due_before: Option<DateTime<Utc>>,
    /// Those with this tag.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 30))]
    pub tag: Option<String>,
    /// Those you follow.
    #[oai(skip_serializing_if_is_none)]
    pub followed: Option<bool>,
    /// Those put aside, or the others.
    #[oai(skip_serializing_if_is_none)]
    pub snoozed: Option<bool>,
    /// Those the person gave so many of 5 points.
    #[oai(skip_serializing_if_is_none, validator(minimum(value = "1"), maximum(value = "5")))]
    pub satisfaction: Option<u8>,
    /// By when they must be answered if missing.
    #[oai(skip_serializing_if_is_none)]
    pub sort: Option<ComplaintSort>,
    /// The other way round.
    #[oai(skip_serializing_if_is_none)]
    pub reverse: Option<bool>,
}

/// A query as the store knows it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub filter: ComplaintFilter,
    pub order: Order,
    pub descending: bool,
}

impl ComplaintQuery {
    /// What `who` asks; a number that cannot be one is refused rather than not found.
    pub(super) fn read(&self, who: Uuid) -> Result<Asked, Refusal> {
        let order = self.sort.map_or(Order::Due, Order::from);
        let filter = ComplaintFilter {
            number: self.number.as_deref().map(number).transpose()?,
            keys: self.keys()?,
            text: self.text.as_deref().map(Query::parse).transpose().map_err(|_| Refusal::SearchTooShort)?,
            kinds: self.kinds.iter().map(|kind| (*kind).into()).collect(),
            channels: self.channels.iter().map(|channel| (*channel).into()).collect(),
            states: self.states.iter().map(|state| (*state).into()).collect(),
            open: self.open,
            assignee: self.assignee_id.map(Assignee::Is).or(self.assigned.map(|assigned| match assigned {
                ComplaintAssigned::Me => Assignee::Is(who),
                ComplaintAssigned::Nobody => Assignee::Nobody,
            })),
            next_actor: self.next_actor.map(Into::into),
            region: self.region.as_ref().map(|code| match code.as_str() {
                UNKNOWN => ComplaintRegion::Unknown,
                code => ComplaintRegion::Is(code.to_owned()),
            }),
            received_from_ms: self.received_from.map(|at| at.timestamp_millis()),
            received_until_ms: self.received_until.map(|at| at.timestamp_millis()),
            standing: self.standing.map(Into::into),
            due_before_ms: self.due_before.map(|at| at.timestamp_millis()),
            tag: self.tag.clone(),
            followed_by: self.followed.unwrap_or_default().then_some(who),
            snoozed: self.snoozed,
            satisfaction: self.satisfaction,
        };
        let descending = (order != Order::Due) != self.reverse.unwrap_or_default();
        Ok(Asked { filter, order, descending })
    }

    fn keys(&self) -> Result<Vec<(Key, String)>, Refusal> {
        let mut keys = Vec::new();
        if let Some(text) = &self.phone {
            let phone = Phone::parse(text).map_err(|_| Refusal::PhoneInvalid)?;
            keys.push((Key::Phone, phone.as_str().to_owned()));
        }
        if let Some(text) = &self.vin {
            let vin: Vin = text.parse().map_err(|_| Refusal::FilterInvalid)?;
            keys.push((Key::Vin, vin.to_string()));
        }
        if let Some(text) = &self.iccid {
            let iccid: Iccid = text.parse().map_err(|_| Refusal::FilterInvalid)?;
            keys.push((Key::Iccid, iccid.to_string()));
        }
        if let Some(text) = &self.msisdn {
            let msisdn: Msisdn = text.parse().map_err(|_| Refusal::FilterInvalid)?;
            keys.push((Key::Msisdn, msisdn.to_string()));
        }
        if let Some(text) = &self.document_number {
            keys.push((Key::Document, text.trim().to_uppercase()));
        }
        Ok(keys)
    }
}

fn number(text: &str) -> Result<String, Refusal> {
    Number::parse(text).map(|number| number.to_string()).map_err(|_| Refusal::FilterInvalid)
}

/// What a figure counts. Figures never look for personal data or words.
impl From<ComplaintFilter> for ComplaintQuery {
    fn from(filter: ComplaintFilter) -> Self {
        Self {
            number: filter.number,
            kinds: filter.kinds.into_iter().map(Into::into).collect(),
            channels: filter.channels.into_iter().map(Into::into).collect(),
            states: filter.states.into_iter().map(Into::into).collect(),
            open: filter.open,
            assignee_id: match filter.assignee {
                Some(Assignee::Is(staff)) => Some(staff),
                _ => None,
            },
            assigned: (filter.assignee == Some(Assignee::Nobody)).then_some(ComplaintAssigned::Nobody),
            next_actor: filter.next_actor.map(Into::into),
            region: filter.region.map(|region| match region {
                ComplaintRegion::Unknown => UNKNOWN.to_owned(),
                ComplaintRegion::Is(code) => code,
            }),
            received_from: filter.received_from_ms.map(time),
            received_until: filter.received_until_ms.map(time),
            standing: filter.standing.map(Into::into),
            due_before: filter.due_before_ms.map(time),
            tag: filter.tag,
            snoozed: filter.snoozed,
            satisfaction: filter.satisfaction,
            ..Self::default()
        }
    }
}
