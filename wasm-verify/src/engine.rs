//! All networks together.

use crate::digest::sha256_hex;
use crate::face::{Blendshapes, Detector, Embedder, Embedding, Face, Landmarker, rivals, subject};
use crate::image::RgbImage;
use crate::liveness::PassivePad;
use crate::net::{NetworkError, Role};

/// Every network, prepared and ready. Reading only: shared between threads and sessions.
pub struct Engine {
    pub(crate) frame_detector: Detector,
    pub(crate) still_detector: Detector,
    pub(crate) landmarker: Landmarker,
    pub(crate) blendshapes: Blendshapes,
    pub(crate) pad: PassivePad,
    pub(crate) embedder: Embedder,
    networks: Vec<String>,
}

/// Why an engine could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E> {
    /// The network's file could not be read.
    #[error("the network {0:?} could not be read: {1}")]
    Read(Role, #[source] E),
    /// The file is not the network it should be.
    #[error("the network {0:?} could not be prepared: {1}")]
    Prepare(Role, #[source] NetworkError),
}

impl Engine {
    /// Reads each network through `read`, in the order of need, and prepares it. Takes seconds.
    pub fn load<E>(mut read: impl FnMut(Role) -> Result<Vec<u8>, E>) -> Result<Self, LoadError<E>> {
        let mut networks = Vec::new();
        let mut bytes = |role: Role| {
            let bytes = read(role).map_err(|error| LoadError::Read(role, error))?;
            networks.push(sha256_hex(&bytes));
            Ok(bytes)
        };
        let prepare = |role: Role| move |error| LoadError::Prepare(role, error);

        let detector = bytes(Role::Detector)?;
        let frame_detector = Detector::load(&detector, Detector::FRAME).map_err(prepare(Role::Detector))?;
        let still_detector = Detector::load(&detector, Detector::STILL).map_err(prepare(Role::Detector))?;
        let landmarker = Landmarker::load(&bytes(Role::Landmarks)?).map_err(prepare(Role::Landmarks))?;
        let blendshapes =
            Blendshapes::load(&bytes(Role::Blendshapes)?).map_err(prepare(Role::Blendshapes))?;
        let (v2, v1se) = (bytes(Role::PadV2)?, bytes(Role::PadV1se)?);
        let pad = PassivePad::load(&v2, &v1se).map_err(prepare(Role::PadV2))?;
        let embedder = Embedder::load(&bytes(Role::Embedder)?).map_err(prepare(Role::Embedder))?;
        Ok(Self { frame_detector, still_detector, landmarker, blendshapes, pad, embedder, networks })
    }

    /// SHA-256 of each network's file, in hexadecimal, in the order of [`Role::ALL`].
    pub fn networks(&self) -> &[String] {
        &self.networks
    }

    /// The embedding of the largest face of a live frame, if there is one.
    pub(crate) fn embed_largest(&self, frame: &RgbImage) -> Result<Option<Embedding>, NetworkError> {
        match self.frame_detector.detect(frame)?.first() {
            Some(face) => self.embedder.embed(frame, face),
            None => Ok(None),
        }
    }

    /// The embedding of the person a picture is of, wherever it comes from. `None` when there is no face.
    pub fn embed_subject(&self, picture: &RgbImage) -> Result<Option<Embedding>, NetworkError> {
        match subject(&self.still_detector.detect(picture)?, picture) {
            Some(face) => self.embedder.embed(picture, face),
            None => Ok(None),
        }
    }

    /// Finds the portrait in the photograph of a document.
    pub fn portrait(&self, photograph: &RgbImage) -> Result<Portrait, NetworkError> {
        let faces = self.still_detector.detect(photograph)?;
        let Some(face) = faces.first() else { return Ok(Portrait::NoFace) };
        if rivals(&faces) > 1 {
            return Ok(Portrait::SeveralFaces);
        }
        if face.bounds[2] < MIN_PORTRAIT {
            return Ok(Portrait::TooSmall);
        }
        if crate::face::quality::measure(photograph, face).sharpness < BLURRED {
            return Ok(Portrait::Blurred);
        }
        Ok(self
            .embedder
            .embed(photograph, face)?
            .map_or(Portrait::NoFace, |found| Portrait::Found(face.clone(), found)))
    }
}

/// Narrowest portrait that can be compared, in pixels.
const MIN_PORTRAIT: f32 = 60.0;
/// Below this sharpness a portrait is out of focus.
const BLURRED: f32 = 5.0;

/// What the photograph of a document shows.
#[derive(Clone, PartialEq)]
pub enum Portrait {
    /// One face, good enough to compare.
    Found(Face, Embedding),
    /// No face.
    NoFace,
    /// More than one face of a like size.
    SeveralFaces,
    /// A face too small to compare.
    TooSmall,
    /// A face out of focus.
    Blurred,
}
