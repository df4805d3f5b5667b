//! Static files: types, caches, Brotli, policies.

use reqwest::Method;

use crate::stage::{Db, Stage};

#[tokio::test]
async fn files_have_the_right_headers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    std::fs::create_dir(path.join("assets")).unwrap();
    for (name, content) in [
        ("index.html", "page"),
        ("assets/app-abc.js", "plain"),
        ("assets/app-abc.js.br", "compressed"),
        ("verify_bg.wasm", "wasm"),
        ("detector.onnx", "network"),
    ] {
        std::fs::write(path.join(name), content).unwrap();
    }
    let stage = Stage::up_with(Db::Sqlite, |config| {
        config.files.owner = path.clone();
        config.files.engine = path.clone();
        config.files.models = path;
    })
    .await
    .unwrap();
    let get = async |path: &str, encoding: &str| {
        let response = stage.raw(Method::GET, path).header("accept-encoding", encoding).send().await.unwrap();
        let header = |name: &str| {
            response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let seen = (header("content-type"), header("cache-control"), header("content-encoding"));
        let policy = header("content-security-policy");
        (response.status().as_u16(), seen, policy, response.text().await.unwrap())
    };
    let immutable = "public, max-age=31536000, immutable";

    let (status, (kind, cache, encoding), policy, body) = get("/owner/assets/app-abc.js", "gzip, br").await;
    assert_eq!(
        (status, cache.as_str(), encoding.as_str(), body.as_str()),
        (200, immutable, "br", "compressed")
    );
    assert_eq!(kind, "text/javascript; charset=utf-8");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'"));
    let (_, (_, _, encoding), _, body) = get("/owner/assets/app-abc.js", "gzip").await;
    assert_eq!((encoding.as_str(), body.as_str()), ("", "plain"));
    let (_, (kind, cache, _), ..) = get("/engine/verify_bg.wasm", "").await;
    assert_eq!((kind.as_str(), cache.as_str()), ("application/wasm", "no-cache"));
    let (_, (_, cache, _), ..) = get("/models/detector.onnx?v=abc", "").await;
    assert_eq!(cache, immutable);
    for page in ["/owner/", "/owner", "/owner/invite/token"] {
        let (status, (kind, cache, _), _, body) = get(page, "").await;
        assert_eq!(
            (status, kind.as_str(), body.as_str()),
            (200, "text/html; charset=utf-8", "page"),
            "{page}"
        );
        assert_eq!(cache, "no-cache");
    }
    assert_eq!(get("/owner/missing.js", "").await.0, 404);
    assert_eq!(get("/", "").await.0, 307);
    for path in [
        "/",
        "/owner/",
        "/owner/invite/x",
        "/console/",
        "/engine/",
        "/models/",
        "/api/v1/owner/me",
        "/healthz",
    ] {
        let policy = get(path, "").await.2;
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        for loophole in ["unsafe-inline", "'unsafe-eval'", "blob:", "data:", "*"] {
            assert!(!policy.contains(loophole), "{path}: {policy}");
        }
    }
    assert!(get("/docs", "").await.2.contains("'unsafe-inline'"));
    assert!(get("/openapi.json", "").await.3.starts_with('{'));
    assert_eq!(get("/healthz", "").await.0, 200);
}
