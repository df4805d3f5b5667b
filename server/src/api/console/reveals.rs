//! Personal data unmasked, with a reason.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{AuditReader, Revealer},
        objects::time,
        problem::Problem,
    },
    service::{App, reveals},
    store,
};

/// Operations.
pub struct Reveals;

/// Kind of record.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
enum RevealSubject {
    /// A person on record.
    Person,
    /// A vehicle and its cards.
    Vehicle,
    /// Who complains: only who has the complaint, or leads.
    Complaint,
}

/// Something that is masked everywhere else.
#[derive(Clone, Copy, Enum, PartialEq, Eq, Hash)]
#[oai(rename_all = "snake_case")]
enum RevealField {
    /// Of a person, or of who complains.
    Name,
    /// Of a person.
    DocumentNumber,
    /// Of a person, or of who complains.
    Phone,
    /// Of a person.
    Address,
    /// Of a vehicle.
    Vin,
    /// Of each card in a vehicle.
    Iccid,
    /// Of each card in a vehicle.
    Msisdn,
}

/// Why someone looks.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
enum RevealReason {
    /// To answer a complaint.
    Complaint,
    /// To decide a review or a dispute.
    Decision,
    /// To put a record right.
    Correction,
    /// An authority asks.
    Authority,
    /// Something else, said in the sentence.
    Other,
}

/// What to show, and why.
#[derive(Object)]
struct RevealRequest {
    /// Kind of record.
    subject_kind: RevealSubject,
    /// Record.
    subject_id: Uuid,
    /// What of it; no more than is needed.
    #[oai(validator(min_items = 1, max_items = 4, unique_items = true))]
    fields: Vec<RevealField>,
    /// Why.
    reason: RevealReason,
    /// Why, in a sentence of 1 to 200 characters. The auditor reads it.
    #[oai(validator(min_length = 1, max_length = 200))]
    sentence: String,
}

/// A value in full.
#[derive(Object)]
struct RevealedValue {
    /// What it is.
    field: RevealField,
    /// The value.
    value: String,
}

/// What was asked for.
#[derive(Object)]
struct Revealed {
    /// One after the other; a field can have several values, or none.
    values: Vec<RevealedValue>,
}

/// One look of a member of staff.
#[derive(Object)]
struct Reveal {
    /// Id.
    id: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// Who looked.
    staff_id: Uuid,
    /// Kind of record.
    subject_kind: String,
    /// Record.
    subject_id: Uuid,
    /// What was shown.
    fields: Vec<String>,
    /// Why, by name.
    reason: String,
    /// Why, in their words.
    sentence: String,
}

/// A page of looks.
#[derive(Object)]
struct RevealList {
    /// Newest first, 50 at most.
    items: Vec<Reveal>,
    /// Goes into `before` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none)]
    next: Option<Uuid>,
}

#[derive(ApiResponse)]
enum Created {
    /// Shown, and written down.
    #[oai(status = 201)]
    Created(Json<Revealed>),
}

impl From<RevealField> for reveals::Field {
    fn from(field: RevealField) -> Self {
        match field {
            RevealField::Name => Self::Name,
            RevealField::DocumentNumber => Self::DocumentNumber,
            RevealField::Phone => Self::Phone,
            RevealField::Address => Self::Address,
            RevealField::Vin => Self::Vin,
            RevealField::Iccid => Self::Iccid,
            RevealField::Msisdn => Self::Msisdn,
        }
    }
}

impl From<reveals::Field> for RevealField {
    fn from(field: reveals::Field) -> Self {
        match field {
            reveals::Field::Name => Self::Name,
            reveals::Field::DocumentNumber => Self::DocumentNumber,
            reveals::Field::Phone => Self::Phone,
            reveals::Field::Address => Self::Address,
            reveals::Field::Vin => Self::Vin,
            reveals::Field::Iccid => Self::Iccid,
            reveals::Field::Msisdn => Self::Msisdn,
        }
    }
}

impl From<RevealReason> for reveals::Reason {
    fn from(reason: RevealReason) -> Self {
        match reason {
            RevealReason::Complaint => Self::Complaint,
            RevealReason::Decision => Self::Decision,
            RevealReason::Correction => Self::Correction,
            RevealReason::Authority => Self::Authority,
            RevealReason::Other => Self::Other,
        }
    }
}

impl From<store::Reveal> for Reveal {
    fn from(look: store::Reveal) -> Self {
        Self {
            id: look.id,
            at: time(look.created_at_ms),
            staff_id: look.staff_id,
            subject_kind: look.subject_kind,
            subject_id: look.subject_id,
            fields: look.fields,
            reason: look.reason,
            sentence: look.sentence,
        }
    }
}

#[OpenApi]
impl Reveals {
    /// See personal data in full. Only with a reason, and only so often a day.
    #[oai(path = "/console/reveals", method = "post", operation_id = "reveal", tag = "Group::Console")]
    async fn create(
        &self,
        staff: Revealer,
        app: Data<&App>,
        body: Json<RevealRequest>,
    ) -> Result<Created, Problem> {
        let RevealRequest { subject_kind, subject_id, fields, reason, sentence } = body.0;
        let request = reveals::Request {
            subject: match subject_kind {
                RevealSubject::Person => reveals::Subject::Person(subject_id),
                RevealSubject::Vehicle => reveals::Subject::Vehicle(subject_id),
                RevealSubject::Complaint => reveals::Subject::Complaint(subject_id),
            },
            fields: fields.into_iter().map(reveals::Field::from).collect(),
            reason: reason.into(),
            sentence,
        };
        let values = reveals::reveal(&app, &staff.0, request).await?;
        let values = values.into_iter().map(|(field, value)| RevealedValue { field: field.into(), value });
        Ok(Created::Created(Json(Revealed { values: values.collect() })))
    }

    /// Who saw what, and why, newest first.
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    #[oai(path = "/console/reveals", method = "get", operation_id = "reveals", tag = "Group::Console")]
    async fn list(
        &self,
        staff: AuditReader,
        app: Data<&App>,
        /// Those of this member of staff.
        staff_id: Query<Option<Uuid>>,
        /// Those at this kind of record.
        subject_kind: Query<Option<RevealSubject>>,
        /// Those at this record.
        subject_id: Query<Option<Uuid>>,
        /// Those at this time or later.
        from: Query<Option<DateTime<Utc>>>,
        /// Those before this time.
        until: Query<Option<DateTime<Utc>>>,
        /// `next` of the page before.
        before: Query<Option<Uuid>>,
    ) -> Result<Json<RevealList>, Problem> {
        let filter = store::RevealFilter {
            staff_id: staff_id.0,
            subject_kind: subject_kind.0.map(|kind| match kind {
                RevealSubject::Person => "person",
                RevealSubject::Vehicle => "vehicle",
                RevealSubject::Complaint => "complaint",
            }),
            subject_id: subject_id.0,
            from_ms: from.0.map(|at| at.timestamp_millis()),
            until_ms: until.0.map(|at| at.timestamp_millis()),
        };
        let (looks, next) = reveals::page(&app, &staff.0, &filter, before.0).await?;
        Ok(Json(RevealList { items: looks.into_iter().map(Reveal::from).collect(), next }))
    }
}
