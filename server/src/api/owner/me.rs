//! The signed-in owner.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use verify::document::{mask_name, mask_phone};

use crate::{
    api::{Group, auth::Owner, problem::Problem},
    service::{App, owner},
};

/// Operations.
pub struct Me;

/// The signed-in owner, masked.
#[derive(Object)]
#[oai(rename = "Me")]
struct Account {
    /// Middle digits hidden.
    phone_masked: String,
    /// Only for a phone on record.
    #[oai(skip_serializing_if_is_none)]
    name_masked: Option<String>,
}

#[OpenApi]
impl Me {
    /// Who is signed in.
    #[oai(path = "/owner/me", method = "get", operation_id = "owner_me", tag = "Group::OwnerRecord")]
    async fn get(&self, owner: Owner, app: Data<&App>) -> Result<Json<Account>, Problem> {
        let (account, person) = owner::me(&app, owner.0.subject_id).await?;
        Ok(Json(Account {
            phone_masked: mask_phone(&account.phone),
            name_masked: person.map(|person| mask_name(&person.name)),
        }))
    }
}
