//! Headers that keep browsers strict.

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderValue, StatusCode, header},
};

/// Nothing inline, nothing from elsewhere; `wasm-unsafe-eval` only allows compiling WebAssembly. The camera's
/// picture is a stream, not a source.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
    style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Swagger UI is one page with everything inline.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
    img-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers every answer carries, unless a route has set its own.
pub(super) async fn security<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let api = request.uri().path().starts_with(super::PREFIX);
    // Clients of the token endpoint sign in with a secret, everybody else with a token (RFC 6749, section 5.2).
    let scheme = if request.uri().path().ends_with("/oem/token") { "Basic" } else { "Bearer" };
    let mut response = next.call(request).await?;
    let unauthorised = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    let mut add = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, POLICY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "no-referrer");
    add(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(
        header::HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(), geolocation=()",
    );
    if api {
        add(header::CACHE_CONTROL, "no-store");
    }
    if unauthorised {
        add(header::WWW_AUTHENTICATE, scheme);
    }
    Ok(response)
}

/// The looser policy of the API documentation, and only of it.
pub(super) async fn docs<E: Endpoint>(next: Arc<E>, request: Request) -> Result<Response> {
    let mut response = next.get_response(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
    Ok(response)
}
