//! Passkeys as browsers write them: the JSON of Web Authentication Level 3 (`parseCreationOptionsFromJSON`,
//! `parseRequestOptionsFromJSON`, `PublicKeyCredential.toJSON()`), so that a page hands it over as it is. Bytes are in
//! URL-safe base64 without padding.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::objects::time;
use crate::{
    rules::webauthn::ALGORITHMS,
    service::{
        Refusal,
        passkeys::{Answer, Ask, Made, TIMEOUT_S, decode, encode},
    },
    store,
};

/// The only kind there is.
#[derive(Enum)]
#[oai(rename = "PasskeyKind")]
enum Kind {
    /// A public key.
    #[oai(rename = "public-key")]
    PublicKey,
}

/// Whether the person is verified by PIN, fingerprint or face.
#[derive(Enum)]
#[oai(rename = "PasskeyNeed", rename_all = "lowercase")]
enum Need {
    /// Always.
    Required,
}

/// Whether the authenticator proves its make.
#[derive(Enum)]
#[oai(rename = "PasskeyAttestation", rename_all = "lowercase")]
enum Attestation {
    /// It does not.
    None,
}

/// Whom the passkey is for.
#[derive(Object)]
#[oai(rename = "PasskeyRelyingParty")]
struct RelyingParty {
    /// Host name.
    id: String,
    /// Shown by the browser.
    name: String,
}

/// Who makes the passkey.
#[derive(Object)]
#[oai(rename = "PasskeyUser", rename_all = "camelCase")]
struct User {
    /// Opaque.
    id: String,
    /// Shown by the browser.
    name: String,
    /// Shown by the browser.
    display_name: String,
}

/// A kind of key.
#[derive(Object)]
#[oai(rename = "PasskeyParameter")]
struct Parameter {
    /// Kind.
    #[oai(rename = "type")]
    kind: Kind,
    /// COSE number of the algorithm.
    alg: i32,
}

/// A passkey on record.
#[derive(Object)]
#[oai(rename = "PasskeyDescriptor")]
struct Descriptor {
    /// Kind.
    #[oai(rename = "type")]
    kind: Kind,
    /// Its own id.
    id: String,
}

/// Which authenticators will do.
#[derive(Object)]
#[oai(rename = "PasskeySelection", rename_all = "camelCase")]
struct Selection {
    /// The passkey can be found without a user name.
    resident_key: Need,
    /// The person is verified.
    user_verification: Need,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Object)]
#[oai(rename = "PasskeyCreationOptions", rename_all = "camelCase")]
pub(super) struct CreationOptions {
    /// Whom the passkey is for.
    rp: RelyingParty,
    /// Who makes it.
    user: User,
    /// To be answered once.
    challenge: String,
    /// Kinds of keys, best first.
    pub_key_cred_params: Vec<Parameter>,
    /// Milliseconds.
    timeout: u64,
    /// Passkeys this person has.
    exclude_credentials: Vec<Descriptor>,
    /// Which authenticators will do.
    authenticator_selection: Selection,
    /// Whether the authenticator proves its make.
    attestation: Attestation,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Object)]
#[oai(rename = "PasskeyRequestOptions", rename_all = "camelCase")]
pub(super) struct RequestOptions {
    /// To be answered once.
    challenge: String,
    /// Milliseconds.
    timeout: u64,
    /// Whom the passkey is for.
    rp_id: String,
    /// Passkeys that will do; empty: any.
    allow_credentials: Vec<Descriptor>,
    /// Whether the person is verified.
    user_verification: Need,
}

/// What the authenticator made.
#[derive(Object)]
#[oai(rename = "PasskeyAttestationResponse", rename_all = "camelCase")]
struct AttestationResponse {
    /// What the browser says it asked for.
    #[oai(rename = "clientDataJSON", validator(max_length = 4096))]
    client_data_json: String,
    /// What the authenticator says.
    #[oai(validator(max_length = 4096))]
    authenticator_data: String,
}

/// A new passkey: `RegistrationResponseJSON` and a name for it.
#[derive(Object)]
#[oai(rename = "PasskeyRegistration", rename_all = "camelCase")]
pub(super) struct Registration {
    /// What the authenticator made.
    response: AttestationResponse,
    /// What its owner calls it.
    #[oai(validator(min_length = 1, max_length = 60))]
    label: String,
}

/// What the authenticator signed.
#[derive(Object)]
#[oai(rename = "PasskeyAssertionResponse", rename_all = "camelCase")]
struct AssertionResponse {
    /// What the browser says it asked for.
    #[oai(rename = "clientDataJSON", validator(max_length = 4096))]
    client_data_json: String,
    /// What the authenticator says.
    #[oai(validator(max_length = 4096))]
    authenticator_data: String,
    /// Over both.
    #[oai(validator(max_length = 1024))]
    signature: String,
    /// Whom the authenticator takes the person for.
    #[oai(validator(max_length = 128))]
    user_handle: Option<String>,
}

/// A passkey in use: `AuthenticationResponseJSON`.
#[derive(Object)]
#[oai(rename = "PasskeyAssertion", rename_all = "camelCase")]
pub(super) struct Assertion {
    /// The passkey's own id.
    #[oai(validator(max_length = 1400))]
    id: String,
    /// What the authenticator signed.
    response: AssertionResponse,
}

/// A passkey on record.
#[derive(Object)]
#[oai(rename = "Passkey")]
pub(super) struct Passkey {
    /// Id.
    id: Uuid,
    /// What its owner calls it.
    label: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it last signed in.
    #[oai(skip_serializing_if_is_none)]
    last_used_at: Option<DateTime<Utc>>,
}

/// Passkeys.
#[derive(Object)]
#[oai(rename = "PasskeyList")]
pub(super) struct PasskeyList {
    /// Oldest first, 20 at most.
    items: Vec<Passkey>,
}

impl CreationOptions {
    /// What to ask a person for, whom browsers show as `name`.
    pub(super) fn new(ask: Ask, subject: Uuid, name: &str) -> Self {
        Self {
            rp: RelyingParty { id: ask.rp_id, name: "OwnerProof".to_owned() },
            user: User {
                id: encode(subject.as_bytes()),
                name: name.to_owned(),
                display_name: name.to_owned(),
            },
            challenge: ask.challenge,
            pub_key_cred_params: ALGORITHMS.map(|alg| Parameter { kind: Kind::PublicKey, alg }).into(),
            timeout: TIMEOUT_S * 1000,
            exclude_credentials: ask.known.iter().map(Descriptor::from).collect(),
            authenticator_selection: Selection {
                resident_key: Need::Required,
                user_verification: Need::Required,
            },
            attestation: Attestation::None,
        }
    }
}

impl From<Ask> for RequestOptions {
    fn from(ask: Ask) -> Self {
        Self {
            challenge: ask.challenge,
            timeout: TIMEOUT_S * 1000,
            rp_id: ask.rp_id,
            allow_credentials: ask.known.iter().map(Descriptor::from).collect(),
            user_verification: Need::Required,
        }
    }
}

impl From<&store::Passkey> for Descriptor {
    fn from(passkey: &store::Passkey) -> Self {
        Self { kind: Kind::PublicKey, id: encode(&passkey.credential.id) }
    }
}

impl TryFrom<Registration> for Made {
    type Error = Refusal;

    fn try_from(Registration { response, label }: Registration) -> Result<Self, Refusal> {
        let read = |text: &str| decode(text).ok_or(Refusal::PasskeyInvalid);
        Ok(Self {
            client_data: read(&response.client_data_json)?,
            authenticator_data: read(&response.authenticator_data)?,
            label,
        })
    }
}

impl TryFrom<Assertion> for Answer {
    type Error = Refusal;

    fn try_from(Assertion { id, response }: Assertion) -> Result<Self, Refusal> {
        let read = |text: &str| decode(text).ok_or(Refusal::PasskeyWrong);
        Ok(Self {
            credential_id: read(&id)?,
            client_data: read(&response.client_data_json)?,
            authenticator_data: read(&response.authenticator_data)?,
            signature: read(&response.signature)?,
            user_handle: response.user_handle.as_deref().map(read).transpose()?,
        })
    }
}

impl From<store::Passkey> for Passkey {
    fn from(passkey: store::Passkey) -> Self {
        Self {
            id: passkey.id,
            label: passkey.label,
            created_at: time(passkey.created_at_ms),
            last_used_at: passkey.last_used_at_ms.map(time),
        }
    }
}

impl From<Vec<store::Passkey>> for PasskeyList {
    fn from(passkeys: Vec<store::Passkey>) -> Self {
        Self { items: passkeys.into_iter().map(Passkey::from).collect() }
    }
}
