//! HTTP. poem stops here: below are use cases, above is the network.

mod attachment;
mod auth;
mod body;
mod complaint;
mod console;
mod correction;
mod csv;
mod document;
mod files;
mod headers;
mod idempotency;
mod log;
mod mask;
mod objects;
mod oem;
mod owner;
mod page;
mod passkey;
mod portal;
pub mod problem;
mod texts;
mod version;

use poem::{
    Endpoint, EndpointExt, IntoResponse, Response, Route, get, handler,
    http::StatusCode,
    web::{Data, Redirect},
};
use poem_openapi::{OpenApi, OpenApiService, Tags};

use self::problem::Problem;
use crate::{
    metrics::{self, METRICS},
    service::{App, Refusal, vitals},
};

/// Groups of operations.
#[derive(Tags)]
pub(crate) enum Group {
    /// Signing in as an owner.
    OwnerSession,
    /// What an owner has, and agreed to.
    OwnerRecord,
    /// Requests: registration, transfer, claim, cancellation, replacement.
    Request,
    /// Verifying a person.
    Verification,
    /// Saying that something is wrong, and what becomes of it.
    Complaint,
    /// What OEM platforms call.
    Oem,
    /// Signing in as staff.
    StaffSession,
    /// Who works here, and as what.
    Staff,
    /// What staff use.
    Console,
}

/// Where the operations are.
const PREFIX: &str = "/api/v1";

fn service() -> OpenApiService<impl OpenApi, ()> {
    let owner = (
        owner::codes::Codes,
        owner::sessions::Sessions,
        owner::passkeys::Passkeys,
        owner::me::Me,
        owner::vehicles::Vehicles,
        owner::consents::Consents,
        owner::corrections::Corrections,
        owner::requests::Requests,
        owner::registrations::Registrations,
        owner::transfers::Transfers,
        owner::claims::Claims,
        owner::cancellations::Cancellations,
        owner::replacements::Replacements,
        owner::invitations::Invitations,
        owner::policy::PolicyInForce,
        owner::verifications::Verifications,
    );
    let oem = (oem::callbacks::Callbacks, oem::token::Tokens, oem::clients::Clients, oem::requests::Requests);
    let sign_in = (
        console::sessions::Sessions,
        console::second_factor::SecondFactor,
        console::passkeys::Passkeys,
        console::oidc::Oidc,
        console::staff::Staff,
    );
    let complaints = (
        owner::complaints::Complaints,
        portal::complaints::Complaints,
        console::complaints::list::Lists,
        console::complaints::Complaints,
        console::complaints::talk::Talk,
        console::complaints::work::Work,
        console::complaints::answer::Answers,
        console::complaints::marks::Marks,
        console::complaints::desk::Desk,
        owner::attachments::Attachments,
        console::complaints::attachments::Attachments,
        console::complaints::actions::Actions,
    );
    let console = (
        sign_in,
        console::live::Live,
        console::alerts::Alerts,
        console::messages::Messages,
        console::reviews::Reviews,
        console::disputes::Disputes,
        console::samples::Samples,
        console::stock::Stock,
        console::vehicles::Vehicles,
        console::requests::Requests,
        console::reveals::Reveals,
        console::audit::Audit,
        console::statistics::Statistics,
        console::reports::Reports,
    );
    OpenApiService::new(
        (owner, complaints, oem, console, texts::Texts),
        "OwnerProof",
        env!("CARGO_PKG_VERSION"),
    )
    .description("Real-name registration of vehicle SIM cards. Errors are RFC 9457 problems.")
    .server(PREFIX)
}

/// The OpenAPI 3.0 document.
pub fn openapi() -> String {
    document::complete(&service().spec())
}

/// Everything the server answers.
pub fn routes(app: App) -> impl Endpoint<Output = Response> {
    let files = &app.config.files;
    let api = service();
    let spec = openapi();
    let (docs, operations) = (api.swagger_ui(), api.map_to_response());
    Route::new()
        .nest(PREFIX, operations.around(idempotency::once).around(body::capped))
        .at("/healthz", get(healthz))
        .at(
            "/openapi.json",
            get(poem::endpoint::make_sync(move |_| {
                spec.clone().with_content_type("application/json").into_response()
            })),
        )
        .nest("/docs", docs.around(headers::docs))
        .at("/", get(poem::endpoint::make_sync(|_| Redirect::temporary("/owner/").into_response())))
        .nest("/owner", files::app(&files.owner))
        .nest("/console", files::app(&files.console))
        .nest("/models", files::folder(&files.models))
        .nest("/engine", files::folder(&files.engine))
        .catch_all_error(problem::catch_all)
        .around(headers::security)
        .around(log::requests)
        .data(app)
}

/// What Prometheus reads, under `/metrics`; to be served on an address of its own.
pub fn metrics(app: App) -> impl Endpoint<Output = Response> {
    Route::new().at("/metrics", get(figures)).catch_all_error(problem::catch_all).data(app)
}

/// The figures of this process, and how much waits in the database now.
#[handler]
async fn figures(app: Data<&App>) -> Result<Response, Problem> {
    let text = METRICS.text(&vitals::read(&app).await?).map_err(|_| Refusal::Internal)?;
    Ok(text.with_content_type(metrics::CONTENT_TYPE).into_response())
}

/// Says whether the server can work: it can when the database answers.
#[handler]
async fn healthz(app: Data<&App>) -> Response {
    match app.store.ping().await {
        Ok(()) => "ok".with_content_type("text/plain").into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
