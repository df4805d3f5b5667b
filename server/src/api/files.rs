//! Files: the built web apps, the networks, the engine.

use std::path::{Component, Path, PathBuf};

use poem::{
    Endpoint, FromRequest, IntoResponse, Request, Response, Result,
    error::StaticFileError,
    http::{HeaderValue, Method, StatusCode, header},
    web::StaticFileRequest,
};

use super::problem::Status;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Serves a single-page app: an address that is no file gets the page.
pub(super) fn app(root: &Path) -> Files {
    Files { root: root.to_owned(), page: true }
}

/// Serves a folder of files.
pub(super) fn folder(root: &Path) -> Files {
    Files { root: root.to_owned(), page: false }
}

/// A folder as an endpoint.
pub(super) struct Files {
    root: PathBuf,
    page: bool,
}

impl Endpoint for Files {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Status(StatusCode::METHOD_NOT_ALLOWED).into());
        }
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let file = self.find(&path).ok_or(Status(StatusCode::NOT_FOUND))?;
        let hashed =
            path.contains("assets/") || request.uri().query().is_some_and(|query| query.starts_with("v="));
        let compressed = compressed(&request, &file);
        let conditions = StaticFileRequest::from_request_without_body(&request).await?;
        let served = compressed.as_ref().unwrap_or(&file);
        let mut response = conditions.create_response(served, true, false).map_err(missing)?.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, if hashed { IMMUTABLE } else { REVALIDATE });
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&file)));
        if compressed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        Ok(response)
    }
}

impl Files {
    /// The file of a path, within the folder and not hidden; for an app, its page where there is no such file.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let plain =
            |part| matches!(part, Component::Normal(name) if !name.to_string_lossy().starts_with('.'));
        let relative = Path::new(path);
        let file = self.root.join(relative);
        let safe = relative.components().all(plain) && !path.contains(['%', '\\', '\0']);
        if safe && file.is_file() {
            return Some(file);
        }
        let page = self.root.join("index.html");
        (self.page && safe && relative.extension().is_none() && page.is_file()).then_some(page)
    }
}

/// `file.br`, if it is there and the client takes Brotli. Ranges are served from the plain file.
fn compressed(request: &Request, file: &Path) -> Option<PathBuf> {
    let headers = request.headers();
    let accepts = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = accepts.split(',').any(|part| {
        let mut pieces = part.trim().split(';');
        pieces.next() == Some("br") && !pieces.any(|piece| matches!(piece.trim(), "q=0" | "q=0.0"))
    });
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    let path = PathBuf::from(name);
    (takes && !headers.contains_key(header::RANGE) && path.is_file()).then_some(path)
}

/// Browsers refuse WebAssembly and modules of another type.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn missing(error: StaticFileError) -> poem::Error {
    match error {
        StaticFileError::NotFound => Status(StatusCode::NOT_FOUND).into(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_lead_to_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.js"), "").unwrap();
        std::fs::write(folder.path().join(".secret"), "").unwrap();
        let files = super::folder(folder.path());
        assert!(files.find("a.js").is_some());
        for path in [".secret", "../a.js", "/a.js", "%2e%2e/a.js", "a.js/", "b.js", "x/../a.js", ""] {
            assert!(path == "a.js/" || files.find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn an_app_answers_every_address_without_a_dot_with_its_page() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "").unwrap();
        let files = app(folder.path());
        assert!(files.find("").is_some() && files.find("invite/abc").is_some());
        assert!(files.find("missing.js").is_none());
    }
}
