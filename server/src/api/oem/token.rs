//! The token endpoint of OAuth 2.0 for systems of OEMs (RFC 6749, section 4.4). Refusals are problems that also carry
//! `error`, as section 5.2 asks.

use base64::{Engine, prelude::BASE64_STANDARD};
use poem::{Request, web::Data};
use poem_openapi::{
    Object, OpenApi,
    payload::{Form, Json},
    types::ParseFromJSON,
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{Group, auth::Anonymous, problem::Problem},
    rules::rights::{Names, Scope},
    service::{App, Refusal, clients},
};

/// Operations.
pub struct Tokens;

/// A system that signs in, here or by HTTP Basic.
#[derive(Deserialize, Serialize, Object)]
struct TokenRequest {
    /// `client_credentials`.
    #[oai(validator(max_length = 100))]
    grant_type: String,
    /// Unless HTTP Basic has it.
    #[oai(validator(max_length = 100))]
    client_id: Option<String>,
    /// Unless HTTP Basic has it.
    #[oai(validator(max_length = 200))]
    client_secret: Option<String>,
    /// With spaces between; without it all the client has.
    #[oai(validator(max_length = 500))]
    scope: Option<String>,
}

/// A token.
#[derive(Object)]
struct AccessToken {
    /// Goes into `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds it works.
    expires_in: u32,
    /// With spaces between.
    scope: String,
}

#[OpenApi]
impl Tokens {
    /// Get a token for a system of an OEM.
    #[oai(path = "/oem/token", method = "post", operation_id = "oem_token", tag = "Group::Oem")]
    async fn create(
        &self,
        _caller: Anonymous,
        request: &Request,
        app: Data<&App>,
        body: Form<TokenRequest>,
    ) -> Result<Json<AccessToken>, Problem> {
        // A form is read by serde, which knows nothing of the limits.
        let limited = TokenRequest::parse_from_json(serde_json::to_value(body.0).ok());
        let TokenRequest { grant_type, client_id, client_secret, scope } =
            limited.map_err(|_| Refusal::BadRequest)?;
        if grant_type != "client_credentials" {
            return Err(Refusal::GrantUnknown.into());
        }
        let (id, secret) = match (basic(request), client_id.zip(client_secret)) {
            (Some(sent), None) | (None, Some(sent)) => sent,
            // Section 2.3: not more than one way in each request.
            _ => return Err(Refusal::ClientUnknown.into()),
        };
        let (token, scopes) = clients::token(&app, &id, &secret, scope.as_deref()).await?;
        Ok(Json(AccessToken {
            access_token: token.token,
            token_type: "Bearer".to_owned(),
            expires_in: app.config.sign_in.client_minutes * 60,
            scope: Scope::join(&scopes),
        }))
    }
}

/// Id and secret by HTTP Basic. Ours hold nothing that form encoding would change.
fn basic(request: &Request) -> Option<(String, String)> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, text) = header.split_once(' ')?;
    let text = BASE64_STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&text).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
