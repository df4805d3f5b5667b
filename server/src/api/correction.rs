//! Corrections, as owners and staff see them.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use uuid::Uuid;
use verify::document::mask_phone;

use super::{
    mask,
    objects::{CorrectionSide, CorrectionState, SyncStage, time},
};
use crate::{
    rules::correction::{Field, Side, State},
    service::{Refusal, corrections::View},
};

/// What a correction is about.
#[derive(Clone, Copy, Enum, PartialEq, Eq, Hash)]
#[oai(rename_all = "snake_case")]
pub(super) enum CorrectionField {
    /// Engine or motor number of the vehicle.
    EngineNumber,
    /// Brand of the vehicle.
    Brand,
    /// Model of the vehicle.
    Model,
    /// Body colour of the vehicle.
    BodyColour,
    /// Phone number of the owner; the new one is proved with a code.
    Phone,
    /// Address of the owner.
    Address,
    /// Name of the owner: always refused, it needs a new verification.
    Name,
    /// Document of the owner: always refused, it needs a new verification.
    DocumentNumber,
}

impl From<Field> for CorrectionField {
    fn from(field: Field) -> Self {
        match field {
            Field::EngineNumber => Self::EngineNumber,
            Field::Brand => Self::Brand,
            Field::Model => Self::Model,
            Field::BodyColour => Self::BodyColour,
            Field::Phone => Self::Phone,
            Field::Address => Self::Address,
        }
    }
}

impl TryFrom<CorrectionField> for Field {
    type Error = Refusal;

    fn try_from(field: CorrectionField) -> Result<Self, Refusal> {
        Ok(match field {
            CorrectionField::EngineNumber => Self::EngineNumber,
            CorrectionField::Brand => Self::Brand,
            CorrectionField::Model => Self::Model,
            CorrectionField::BodyColour => Self::BodyColour,
            CorrectionField::Phone => Self::Phone,
            CorrectionField::Address => Self::Address,
            CorrectionField::Name | CorrectionField::DocumentNumber => {
                return Err(Refusal::VerificationNeeded);
            }
        })
    }
}

/// A value as it shall stand on record.
#[derive(Object)]
pub(super) struct CorrectedValue {
    /// What it is.
    pub field: CorrectionField,
    /// What the record shall say.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub value: String,
}

/// The values as the use cases take them.
pub(super) fn corrected(values: Vec<CorrectedValue>) -> Result<Vec<(Field, String)>, Refusal> {
    values.into_iter().map(|value| Ok((value.field.try_into()?, value.value))).collect()
}

/// One change of a correction.
#[derive(Object)]
pub(super) struct CorrectionChange {
    /// What is changed.
    pub field: CorrectionField,
    /// What the record said, masked; missing where it said nothing.
    #[oai(skip_serializing_if_is_none, validator(max_length = 200))]
    pub before_masked: Option<String>,
    /// What it shall say, in full: the owner must see what they confirm.
    #[oai(validator(max_length = 200))]
    pub after: String,
}

/// A correction of what is on record.
#[derive(Object)]
pub(super) struct Correction {
    /// Id.
    pub id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// Last 6 characters shown.
    #[oai(validator(max_length = 17))]
    pub vin_masked: String,
    /// The complaint it came of.
    #[oai(skip_serializing_if_is_none)]
    pub complaint_id: Option<Uuid>,
    /// Who proposed it; the other side decides.
    pub proposed_by: CorrectionSide,
    /// Where it stands.
    pub state: CorrectionState,
    /// What changes.
    #[oai(validator(max_items = 6))]
    pub changes: Vec<CorrectionChange>,
    /// Confirming needs a code sent to the new phone number.
    pub code_needed: bool,
    /// How far the OEM platform has come with it, once it is confirmed.
    #[oai(skip_serializing_if_is_none)]
    pub platform: Option<SyncStage>,
    /// When it was proposed.
    pub created_at: DateTime<Utc>,
    /// Until when it can be decided.
    pub expires_at: DateTime<Utc>,
    /// When it was decided.
    #[oai(skip_serializing_if_is_none)]
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<View> for Correction {
    fn from(View { correction, vehicle }: View) -> Self {
        let masked = |field: Field, value: &str| match field {
            Field::EngineNumber => mask::beginning(value, 2),
            Field::Brand | Field::Model | Field::BodyColour => value.to_owned(),
            Field::Phone => mask_phone(value),
            Field::Address => mask::beginning(value, 3),
        };
        let changes = correction.after.iter().map(|(field, after)| CorrectionChange {
            field: (*field).into(),
            before_masked: correction.before.get(field).map(|before| masked(*field, before)),
            after: after.clone(),
        });
        let confirmed = correction.state == State::Confirmed;
        Self {
            changes: changes.collect(),
            code_needed: correction.proposed_by == Side::Staff
                && correction.after.contains_key(&Field::Phone),
            platform: confirmed.then(|| correction.sync.into()),
            id: correction.id,
            vehicle_id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            complaint_id: correction.complaint_id,
            proposed_by: correction.proposed_by.into(),
            state: correction.state.into(),
            created_at: time(correction.created_at_ms),
            expires_at: time(correction.expires_at_ms),
            decided_at: correction.decided_at_ms.map(time),
        }
    }
}
