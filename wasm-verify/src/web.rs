//! The engine as a JavaScript class: a thin skin, the only code that knows of wasm-bindgen.
//!
//! Objects cross as JSON text, whose shapes are those of the types named at each method. Errors cross as `Error`
//! with a stable code as its message.

use std::collections::BTreeMap;

use wasm_bindgen::prelude::*;

use crate::challenge::Challenge;
use crate::engine::{Engine, Portrait};
use crate::face::Embedding;
use crate::image::{decode, from_rgba};
use crate::inspect::inspect;
use crate::net::Role;
use crate::report::EngineIdentity;
use crate::session::Session;

/// The verification engine of one page. Lives in a Web Worker; `free()` gives its memory back.
#[wasm_bindgen]
#[derive(Default)]
pub struct Verifier {
    files: BTreeMap<Role, Vec<u8>>,
    engine: Option<Engine>,
    document: Option<(Vec<u8>, Embedding)>,
    session: Option<Session>,
}

fn error(code: &str) -> JsError {
    JsError::new(code)
}

#[wasm_bindgen]
impl Verifier {
    /// An engine without networks.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the file of one network. With the last one all are prepared, which takes about a second.
    ///
    /// # Errors
    /// `unknown-role`; `network-broken` when the file is not the network it should be.
    #[wasm_bindgen(js_name = loadNetwork)]
    pub fn load_network(&mut self, role: &str, bytes: Vec<u8>) -> Result<(), JsError> {
        let role = Role::from_name(role).ok_or_else(|| error("unknown-role"))?;
        self.files.insert(role, bytes);
        if self.files.len() == Role::ALL.len() {
            let mut files = std::mem::take(&mut self.files);
            let engine = Engine::load(|role| files.remove(&role).ok_or("missing"));
            self.engine = Some(engine.map_err(|_| error("network-broken"))?);
        }
        Ok(())
    }

    fn engine(&self) -> Result<&Engine, JsError> {
        self.engine.as_ref().ok_or_else(|| error("not-ready"))
    }

    /// Takes the photograph of the document (JPEG or PNG) and answers `{"status": …}`: `ok`, `no_face`,
    /// `several_faces`, `too_small`, `blurred` or `unreadable`. Only an `ok` one is kept.
    ///
    /// # Errors
    /// `not-ready`; `engine-failed`.
    #[wasm_bindgen(js_name = setDocument)]
    pub fn set_document(&mut self, image: Vec<u8>) -> Result<String, JsError> {
        let status = match decode(&image) {
            Err(_) => "unreadable",
            Ok(photograph) => {
                match self.engine()?.portrait(&photograph).map_err(|_| error("engine-failed"))? {
                    Portrait::Found(_, embedding) => {
                        self.document = Some((image, embedding));
                        "ok"
                    }
                    Portrait::NoFace => "no_face",
                    Portrait::SeveralFaces => "several_faces",
                    Portrait::TooSmall => "too_small",
                    Portrait::Blurred => "blurred",
                }
            }
        };
        Ok(format!("{{\"status\":\"{status}\"}}"))
    }

    /// Begins the verification of a [`Challenge`] (JSON).
    ///
    /// # Errors
    /// `challenge-malformed`.
    pub fn begin(&mut self, challenge: &str) -> Result<(), JsError> {
        let challenge: Challenge =
            serde_json::from_str(challenge).map_err(|_| error("challenge-malformed"))?;
        let document = self.document.as_ref().map(|(_, embedding)| embedding.clone());
        self.session = Some(Session::new(challenge, document));
        Ok(())
    }

    /// Looks at one frame (RGBA, `4 * width * height` bytes) taken `t_ms` milliseconds after any fixed moment, and
    /// answers with a [`crate::session::Progress`] (JSON).
    ///
    /// # Errors
    /// `not-ready`; `not-begun`; `frame-malformed`; `engine-failed`.
    #[wasm_bindgen(js_name = pushFrame)]
    pub fn push_frame(&mut self, rgba: &[u8], width: u32, height: u32, t_ms: f64) -> Result<String, JsError> {
        let frame = from_rgba(rgba, width, height).ok_or_else(|| error("frame-malformed"))?;
        let engine = self.engine.as_ref().ok_or_else(|| error("not-ready"))?;
        let session = self.session.as_mut().ok_or_else(|| error("not-begun"))?;
        // A cast from float saturates; a session of 49 days is over anyway.
        let progress = session.push(engine, &frame, t_ms as u32).map_err(|_| error("engine-failed"))?;
        serde_json::to_string(&progress).map_err(|_| error("engine-failed"))
    }

    /// The canonical bytes of the report, once there is a verdict. `engine_sha256` is the hash of this module's
    /// file as the page fetched it.
    ///
    /// # Errors
    /// `not-done`.
    pub fn report(&self, engine_sha256: &str) -> Result<Vec<u8>, JsError> {
        let identity = EngineIdentity {
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            wasm_sha256: engine_sha256.to_owned(),
            networks: self.engine()?.networks().to_vec(),
        };
        let document = self.document.as_ref().map(|(file, _)| file.as_slice());
        let report = self.session.as_ref().and_then(|session| session.report(identity, document));
        Ok(report.ok_or_else(|| error("not-done"))?.to_bytes())
    }

    /// The keyframes as JPEG files, in the order of the report.
    pub fn keyframes(&self) -> Vec<js_sys::Uint8Array> {
        let files = self.session.as_ref().map_or(&[] as &[Vec<u8>], Session::keyframes);
        files.iter().map(|file| js_sys::Uint8Array::from(file.as_slice())).collect()
    }

    /// The photograph of the document as it must be sent.
    pub fn document(&self) -> Option<Vec<u8>> {
        self.document.as_ref().map(|(file, _)| file.clone())
    }

    /// What the networks make of one picture: a [`crate::inspect::Inspection`] (JSON). For tests that hold this
    /// build against the native one.
    ///
    /// # Errors
    /// `not-ready`; `unreadable`; `engine-failed`.
    pub fn inspect(&self, image: &[u8]) -> Result<String, JsError> {
        let picture = decode(image).map_err(|_| error("unreadable"))?;
        let found = inspect(self.engine()?, &picture).map_err(|_| error("engine-failed"))?;
        serde_json::to_string(&found).map_err(|_| error("engine-failed"))
    }
}
