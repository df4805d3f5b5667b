//! A system of an OEM about itself.

use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::AnyClient, problem::Problem},
    rules::rights::Scope,
};

/// Operations.
pub struct Clients;

/// A system of an OEM.
#[derive(Object)]
#[oai(rename = "OemClient")]
struct Client {
    /// Id.
    id: Uuid,
    /// What operators call it.
    name: String,
    /// What this token allows.
    scopes: Vec<String>,
}

#[OpenApi]
impl Clients {
    /// Who is signed in, and what the token allows.
    #[oai(path = "/oem/clients/self", method = "get", operation_id = "oem_client", tag = "Group::Oem")]
    async fn get(&self, client: AnyClient) -> Result<Json<Client>, Problem> {
        let client = client.0;
        let scopes = client.scopes.iter().map(Scope::to_string).collect();
        Ok(Json(Client { id: client.id, name: client.name, scopes }))
    }
}
