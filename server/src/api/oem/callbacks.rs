//! Callbacks: the platform confirms or refuses what it took before. Standard Webhooks: signed over id, timestamp and
//! body, five minutes of replay window, each id taken once.

use chrono::{DateTime, Utc};
use poem::{Request, RequestBody, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::Header,
    payload::{Json, ParsePayload, Payload},
    registry::{MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{
    api::{Group, problem::Problem},
    service::{
        App, Refusal,
        requests::{Received, platform_confirmed, platform_rejected},
    },
    sync::signature::{Headers, Keyring},
};

/// Operations.
pub struct Callbacks;

/// What the platform decided.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum CallbackStatus {
    /// Registered.
    Confirmed,
    /// Refused.
    Rejected,
}

/// The platform's word on a record.
#[derive(Object)]
struct Callback {
    /// Our message id, as delivered.
    message_id: String,
    /// Our request.
    request_id: Uuid,
    /// One of its vehicles.
    vin: String,
    /// The decision.
    status: CallbackStatus,
    /// Why, shown to both sides: no personal data, 200 characters at most.
    #[oai(validator(max_length = 200))]
    reason: Option<String>,
    /// When the platform decided.
    at: DateTime<Utc>,
}

#[derive(ApiResponse)]
enum Taken {
    /// Taken, or taken before.
    #[oai(status = 204)]
    Taken,
}

/// The body as it was signed: raw for the signature, typed in the document.
struct Signed(Vec<u8>);

impl Payload for Signed {
    const CONTENT_TYPE: &'static str = Json::<Callback>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        Json::<Callback>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        Callback::schema_ref()
    }

    fn register(registry: &mut Registry) {
        Callback::register(registry);
    }
}

impl ParsePayload for Signed {
    const IS_REQUIRED: bool = true;

    async fn from_request(_: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(body.take()?.into_vec().await?))
    }
}

poem_openapi::impl_apirequest_for_payload!(Signed,);

impl Signed {
    fn parse(&self) -> Result<Callback, Refusal> {
        let value = serde_json::from_slice(&self.0).map_err(|_| Refusal::BadRequest)?;
        Callback::parse_from_json(Some(value)).map_err(|_| Refusal::BadRequest)
    }
}

#[OpenApi]
impl Callbacks {
    /// Confirm or refuse a record.
    #[oai(path = "/oem/callbacks", method = "post", operation_id = "oem_callback", tag = "Group::Oem")]
    async fn receive(
        &self,
        app: Data<&App>,
        #[oai(name = "webhook-id")] id: Header<Option<String>>,
        #[oai(name = "webhook-timestamp")] timestamp: Header<Option<String>>,
        #[oai(name = "webhook-signature")] signature: Header<Option<String>>,
        body: Signed,
    ) -> Result<Taken, Problem> {
        let id = id.0.unwrap_or_default();
        let (timestamp, signature) = (timestamp.0.unwrap_or_default(), signature.0.unwrap_or_default());
        // Without a secret nobody can sign: every callback is refused.
        let keys: Keyring =
            app.config.oem.callback_secret.expose_secret().parse().map_err(|_| Refusal::CallbackSignature)?;
        let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
        keys.verify(headers, &body.0, app.now_ms().div_euclid(1000))
            .map_err(|_| Refusal::CallbackSignature)?;

        let callback = body.parse()?;
        let received = Received { webhook_id: &id, request_id: callback.request_id, vin: &callback.vin };
        match callback.status {
            CallbackStatus::Confirmed => platform_confirmed(&app, received).await?,
            CallbackStatus::Rejected => {
                platform_rejected(&app, received, callback.reason).await?;
            }
        }
        Ok(Taken::Taken)
    }
}
