//! Start the replacement of a card in one of your vehicles (Art 13).

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;

use super::requests::{Started, started};
use crate::{
    api::{Group, auth::Owner, problem::Problem},
    service::{App, requests},
};

/// Operations.
pub struct Replacements;

/// A card and the one that comes in its place.
#[derive(Object)]
struct ReplacementRequest {
    /// The card that goes.
    card_id: Uuid,
    /// ICCID of the one that comes.
    #[oai(validator(max_length = 20))]
    iccid: String,
    /// Number of the one that comes.
    #[oai(validator(max_length = 13))]
    msisdn: String,
}

#[OpenApi]
impl Replacements {
    /// Start the replacement of a card in one of your vehicles (Art 13).
    #[oai(
        path = "/owner/replacements",
        method = "post",
        operation_id = "replacement_start",
        tag = "Group::Request"
    )]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<ReplacementRequest>,
    ) -> Result<Started, Problem> {
        let account = owner.0.subject_id;
        let ReplacementRequest { card_id, iccid, msisdn } = &*body;
        let id = requests::replacement(&app, account, *card_id, iccid, msisdn).await?;
        started(&app, &owner, id).await
    }
}
