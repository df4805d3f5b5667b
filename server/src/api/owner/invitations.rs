//! Invitations: how the counterparty comes to a transfer.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use verify::document::mask_name;

use super::requests::{Request, show};
use crate::{
    api::{
        Group,
        auth::{Anonymous, Owner},
        mask,
        objects::{RequestState, time},
        problem::Problem,
    },
    service::{App, requests},
};

/// Operations.
pub struct Invitations;

/// What an invitation shows before signing in.
#[derive(Object)]
struct Invitation {
    /// Brand of the vehicle.
    brand: String,
    /// Model of the vehicle.
    model: String,
    /// Last 6 characters shown.
    vin_masked: String,
    /// How many cards move.
    card_count: usize,
    /// Name of the owner on record.
    owner_name_masked: String,
    /// Where the transfer stands.
    state: RequestState,
    /// When it expires.
    expires_at: DateTime<Utc>,
}

#[OpenApi]
impl Invitations {
    /// What an invitation is about. Needs no signing in.
    #[oai(
        path = "/owner/invitations/:token",
        method = "get",
        operation_id = "invitation",
        tag = "Group::Request"
    )]
    async fn get(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        token: Path<String>,
    ) -> Result<Json<Invitation>, Problem> {
        let invitation = requests::invitation(&app, &token.0).await?;
        Ok(Json(Invitation {
            brand: invitation.vehicle.brand,
            model: invitation.vehicle.model,
            vin_masked: mask::vin(&invitation.vehicle.vin),
            card_count: invitation.card_count,
            owner_name_masked: mask_name(&invitation.owner_name),
            state: invitation.request.state.into(),
            expires_at: time(invitation.request.expires_at_ms),
        }))
    }

    /// Become the counterparty of the transfer.
    #[oai(
        path = "/owner/invitations/:token/claim",
        method = "post",
        operation_id = "invitation_claim",
        tag = "Group::Request"
    )]
    async fn claim(
        &self,
        owner: Owner,
        app: Data<&App>,
        token: Path<String>,
    ) -> Result<Json<Request>, Problem> {
        let id = requests::claim_invitation(&app, owner.0.subject_id, &token.0).await?;
        show(&app, &owner, id).await
    }
}
