//! What will be asked of the owner.

use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, payload::Json};
use verify::document;

use crate::{
    api::{
        Group,
        auth::Owner,
        objects::{DocumentType, Method, RequestKind, Role},
        problem::Problem,
    },
    rules::policy::{self, Method as By},
    service::{App, policies},
    verification::MOST_PHOTOGRAPHS,
};

/// Operations.
pub struct PolicyInForce;

/// Whose document it is.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Holder {
    /// A person.
    Person,
    /// A unit, through its responsible person.
    Unit,
}

/// How a party of a request can prove who they are.
#[derive(Object)]
struct Ways {
    /// The kind of request.
    kind: RequestKind,
    /// The side.
    role: Role,
    /// For a person or for a unit's responsible person.
    holder: Holder,
    /// The ways to choose from.
    #[oai(validator(max_items = 3))]
    methods: Vec<Method>,
    /// A member of staff decides in any case.
    always_review: bool,
}

/// A type of document.
#[derive(Object)]
struct AcceptedDocument {
    /// The type.
    document_type: DocumentType,
    /// Whose it is.
    holder: Holder,
    /// Can be used with `face`: it shows one.
    shows_face: bool,
    /// A member of staff decides in any case.
    always_review: bool,
}

/// What limits a verification.
#[derive(Object)]
struct Limits {
    /// Movements before the camera.
    steps: u32,
    /// Milliseconds for each.
    step_timeout_ms: u32,
    /// Seconds from opening a verification by face until its report is taken.
    face_ttl_s: u64,
    /// Seconds until photographs of documents are taken.
    documents_ttl_s: u64,
    /// Seconds to visit the identity service.
    authority_ttl_s: u64,
    /// Most photographs of documents.
    photographs: u32,
    /// Verifications an account may start in 24 hours.
    per_day: u64,
    /// Failures that lock an account for one document.
    failures: u32,
    /// Seconds the lock lasts.
    lock_s: u64,
    /// Full years from which on a person acts alone.
    minimum_age: u32,
    /// A younger person may send the guardian's document along.
    guardian: bool,
}

/// The policy for verifications opened now.
#[derive(Object)]
struct Policy {
    /// Its number; each verification says which one it was opened under.
    version: u32,
    /// One entry for each kind of request, side and holder.
    #[oai(validator(max_items = 100))]
    ways: Vec<Ways>,
    /// The documents taken.
    #[oai(validator(max_items = 50))]
    documents: Vec<AcceptedDocument>,
    /// What limits a verification.
    limits: Limits,
}

impl From<document::Holder> for Holder {
    fn from(holder: document::Holder) -> Self {
        match holder {
            document::Holder::Person => Self::Person,
            document::Holder::Unit => Self::Unit,
        }
    }
}

impl Policy {
    /// The policy as far as it concerns people. Where the machine draws its lines is not their business.
    fn of(policy: &policy::Policy, has_authority: bool) -> Self {
        let open = |method: &By| has_authority || *method != By::Authority;
        let ways = policy::cases().filter_map(|(kind, party, holder)| {
            let rule = policy.rule(kind, party, holder)?;
            Some(Ways {
                kind: kind.into(),
                role: party.into(),
                holder: holder.into(),
                methods: rule.methods.iter().copied().filter(open).map(Method::from).collect(),
                always_review: rule.always_review,
            })
        });
        let documents = policy.documents.person.iter().chain(&policy.documents.unit);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            version: policy.version,
            ways: ways.collect(),
            documents: documents
                .map(|kind| AcceptedDocument {
                    document_type: (*kind).into(),
                    holder: kind.holder().into(),
                    shows_face: kind.shows_face(),
                    always_review: kind.needs_review(),
                })
                .collect(),
            limits: Limits {
                steps: count(policy.challenge.steps),
                step_timeout_ms: policy.challenge.step_timeout_ms,
                face_ttl_s: policy.challenge.ttl_s,
                documents_ttl_s: policy.documents.ttl_s,
                authority_ttl_s: policy.authority.ttl_s,
                photographs: count(MOST_PHOTOGRAPHS),
                per_day: policy.daily_cap,
                failures: count(policy.lockout.failures),
                lock_s: policy.lockout.lock_s,
                minimum_age: policy.minors.age,
                guardian: policy.minors.guardian,
            },
        }
    }
}

#[OpenApi]
impl PolicyInForce {
    /// What will be asked of you: ways to verify, documents, limits.
    #[oai(path = "/owner/policy", method = "get", operation_id = "owner_policy", tag = "Group::Verification")]
    async fn get(&self, _owner: Owner, app: Data<&App>) -> Result<Json<Policy>, Problem> {
        Ok(Json(Policy::of(policies::in_force(&app)?, app.authority.is_some())))
    }
}
