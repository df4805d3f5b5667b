//! The engine as a JavaScript class: a thin skin, the only code that knows of wasm-bindgen.
//!
//! Objects cross as JSON text, whose shapes are those of the types named at each method. Errors cross as `Error`
//! with a stable code as its message.

use wasm_bindgen::prelude::*;

use crate::challenge::Challenge;
use crate::document::Reader;
use crate::engine::{Engine, Portrait};
use crate::face::quality::DocumentFlaw;
use crate::face::{Embedding, Face};
use crate::image::{RgbImage, decode, from_rgba};
use crate::inspect::inspect;
use crate::net::{Network, Role};
use crate::report::EngineIdentity;
use crate::session::Session;
use crate::signals::Tracker;

/// The verification engine of one page. Lives in a Web Worker; `free()` gives its memory back.
#[wasm_bindgen]
#[derive(Default)]
pub struct Verifier {
    engine: Engine,
    document: Option<Document>,
    session: Option<Session>,
    tracker: Tracker,
}

/// A photograph of a document that shows one good portrait.
struct Document {
    file: Vec<u8>,
    face: Face,
    portrait: DocumentPortrait,
}

enum DocumentPortrait {
    /// Found before the embedder was there.
    Waiting(Box<RgbImage>, Face),
    Known(Option<Embedding>),
}

impl Document {
    /// The portrait's embedding, made once the engine can.
    fn embedding(&mut self, engine: &Engine) -> Result<Option<Embedding>, JsError> {
        if let DocumentPortrait::Waiting(photograph, face) = &self.portrait {
            if !engine.is_complete() {
                return Ok(None);
            }
            let embedding = engine.embed(photograph, face).map_err(|_| error("engine-failed"))?;
            self.portrait = DocumentPortrait::Known(embedding);
        }
        match &self.portrait {
            DocumentPortrait::Known(embedding) => Ok(embedding.clone()),
            DocumentPortrait::Waiting(..) => Ok(None),
        }
    }
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

    /// Takes the file of one network and prepares it. Networks come in any order. Answers whether frames can be
    /// pushed: once those of [`Role::GUIDANCE`] are there.
    ///
    /// # Errors
    /// `unknown-role`; `network-broken` when the file is not the network it should be; `engine-failed`.
    #[wasm_bindgen(js_name = loadNetwork)]
    pub fn load_network(&mut self, role: &str, bytes: Vec<u8>) -> Result<bool, JsError> {
        let role = Role::from_name(role).ok_or_else(|| error("unknown-role"))?;
        self.engine.prepare(role, bytes).map_err(|_| error("network-broken"))?;
        if let (Some(document), Some(session)) = (&mut self.document, &mut self.session)
            && let Some(embedding) = document.embedding(&self.engine)?
        {
            session.compare_with(embedding);
        }
        Ok(self.engine.can_guide())
    }

    /// The engine, once it can look at pictures.
    fn engine(&self) -> Result<&Engine, JsError> {
        if self.engine.can_guide() { Ok(&self.engine) } else { Err(error("not-ready")) }
    }

    /// Takes the photograph of the document (JPEG or PNG) and answers `{"status": …}`: `ok`, `no_face`,
    /// `several_faces`, `too_small`, `dark`, `glare`, `blurred` or `unreadable`. Only an `ok` one is kept.
    ///
    /// # Errors
    /// `not-ready`; `engine-failed`.
    #[wasm_bindgen(js_name = setDocument)]
    pub fn set_document(&mut self, image: Vec<u8>) -> Result<String, JsError> {
        let status = match decode(&image) {
            Err(_) => "unreadable",
            Ok(photograph) => {
                match self.engine()?.portrait(&photograph).map_err(|_| error("engine-failed"))? {
                    Portrait::Found(face) => {
                        let portrait = DocumentPortrait::Waiting(Box::new(photograph), face.clone());
                        self.document = Some(Document { file: image, face, portrait });
                        "ok"
                    }
                    Portrait::NoFace => "no_face",
                    Portrait::SeveralFaces => "several_faces",
                    Portrait::TooSmall => "too_small",
                    Portrait::Flawed(DocumentFlaw::Dark) => "dark",
                    Portrait::Flawed(DocumentFlaw::Glare) => "glare",
                    Portrait::Flawed(DocumentFlaw::Blurred) => "blurred",
                }
            }
        };
        Ok(format!("{{\"status\":\"{status}\"}}"))
    }

    /// Reads the document that was set, with the network in `reader`, which is not kept: it is needed for a moment.
    /// Answers `{"number": …, "name": …}`, each null when it could not be read; the number is valid, the name is for
    /// its holder to confirm.
    ///
    /// # Errors
    /// `not-ready`; `network-broken` when `reader` is not the network it should be; `engine-failed`.
    #[wasm_bindgen(js_name = readDocument)]
    pub fn read_document(&self, reader: &[u8]) -> Result<String, JsError> {
        let document = self.document.as_ref().ok_or_else(|| error("not-ready"))?;
        let photograph = decode(&document.file).map_err(|_| error("engine-failed"))?;
        let reader = Reader::load(reader).map_err(|_| error("network-broken"))?;
        let text = reader.read(&photograph, &document.face).map_err(|_| error("engine-failed"))?;
        let number = text.number.map(|read| read.number.to_string());
        Ok(serde_json::json!({ "number": number, "name": text.name.map(|read| read.name) }).to_string())
    }

    /// Begins the verification of a [`Challenge`] (JSON).
    ///
    /// # Errors
    /// `challenge-malformed`; `engine-failed`.
    pub fn begin(&mut self, challenge: &str) -> Result<(), JsError> {
        let challenge: Challenge =
            serde_json::from_str(challenge).map_err(|_| error("challenge-malformed"))?;
        let document = match &mut self.document {
            Some(document) => document.embedding(&self.engine)?,
            None => None,
        };
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
        let session = self.session.as_mut().ok_or_else(|| error("not-begun"))?;
        if !self.engine.can_guide() {
            return Err(error("not-ready"));
        }
        // A cast from float saturates; a session of 49 days is over anyway.
        let progress = session.push(&self.engine, &frame, t_ms as u32).map_err(|_| error("engine-failed"))?;
        serde_json::to_string(&progress).map_err(|_| error("engine-failed"))
    }

    /// Asks for the running step's alternative: the person cannot do the step. `false` when there is none.
    ///
    /// # Errors
    /// `not-begun`.
    #[wasm_bindgen(js_name = askAnother)]
    pub fn ask_another(&mut self) -> Result<bool, JsError> {
        Ok(self.session.as_mut().ok_or_else(|| error("not-begun"))?.ask_another())
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
            networks: self.engine.networks(),
        };
        let document = self.document.as_ref().map(|document| document.file.as_slice());
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
        self.document.as_ref().map(|document| document.file.clone())
    }

    /// Follows the face without a session: the [`crate::signals::Signals`] (JSON) of one frame, as `pushFrame` gets
    /// them before it judges anything. For benches.
    ///
    /// # Errors
    /// `frame-malformed`; `engine-failed`, also before the networks of [`Role::GUIDANCE`] are there.
    pub fn watch(&mut self, rgba: &[u8], width: u32, height: u32, t_ms: f64) -> Result<String, JsError> {
        let frame = from_rgba(rgba, width, height).ok_or_else(|| error("frame-malformed"))?;
        let seen = self.tracker.see(&self.engine, &frame, t_ms as u32).map_err(|_| error("engine-failed"))?;
        serde_json::to_string(&seen.signals).map_err(|_| error("engine-failed"))
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

/// One network by itself, from input tensor to output tensors. For benches and for tests that hold this build
/// against another.
#[wasm_bindgen]
pub struct LoneNetwork {
    network: Network,
    shape: Vec<usize>,
}

#[wasm_bindgen]
impl LoneNetwork {
    /// Prepares the network in `bytes` for inputs of this shape.
    ///
    /// # Errors
    /// `network-broken`.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], shape: &[u32]) -> Result<Self, JsError> {
        let shape: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
        let network = Network::load(bytes, &shape).map_err(|_| error("network-broken"))?;
        Ok(Self { network, shape })
    }

    /// Runs it; inputs and outputs are flat, in row-major order.
    ///
    /// # Errors
    /// `engine-failed`, also for an input that does not fill the shape.
    pub fn run(&self, input: Vec<f32>) -> Result<Vec<js_sys::Float32Array>, JsError> {
        let outputs = self.network.run(&self.shape, input).map_err(|_| error("engine-failed"))?;
        Ok(outputs.iter().map(|output| js_sys::Float32Array::from(output.as_slice())).collect())
    }
}
