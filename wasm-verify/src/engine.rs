//! All networks together.

use std::collections::BTreeMap;

use crate::digest::sha256_hex;
use crate::face::quality::{DocumentFlaw, document_flaw};
use crate::face::{Blendshapes, Detector, Embedder, Embedding, Face, Landmarker, rivals, subject};
use crate::image::RgbImage;
use crate::liveness::PassivePad;
use crate::net::{NetworkError, Role};

/// The networks, each prepared as its file comes: a device guides the person with the first three while it still
/// fetches the others. Reading only once complete: shared between threads and sessions.
#[derive(Default)]
pub struct Engine {
    frame_detector: Option<Detector>,
    still_detector: Option<Detector>,
    landmarker: Option<Landmarker>,
    blendshapes: Option<Blendshapes>,
    pad: Option<PassivePad>,
    embedder: Option<Embedder>,
    /// Files of networks that work in pairs, until the pair is there.
    waiting: BTreeMap<Role, Vec<u8>>,
    hashes: BTreeMap<Role, String>,
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
        let mut engine = Self::default();
        for role in Role::ALL {
            let bytes = read(role).map_err(|error| LoadError::Read(role, error))?;
            engine.prepare(role, bytes).map_err(|error| LoadError::Prepare(role, error))?;
        }
        Ok(engine)
    }

    /// Prepares one network from its file.
    ///
    /// # Errors
    /// When the file is not the network it should be; the engine is then as before.
    pub fn prepare(&mut self, role: Role, bytes: Vec<u8>) -> Result<(), NetworkError> {
        let hash = sha256_hex(&bytes);
        match role {
            Role::Detector => {
                let still = Detector::load(&bytes, Detector::STILL)?;
                self.frame_detector = Some(Detector::load(&bytes, Detector::FRAME)?);
                self.still_detector = Some(still);
            }
            Role::Landmarks => self.landmarker = Some(Landmarker::load(&bytes)?),
            Role::Blendshapes => self.blendshapes = Some(Blendshapes::load(&bytes)?),
            Role::PadV2 => match self.waiting.remove(&Role::PadV1se) {
                Some(other) => self.pad = Some(PassivePad::load(&bytes, &other)?),
                None => drop(self.waiting.insert(role, bytes)),
            },
            Role::PadV1se => match self.waiting.remove(&Role::PadV2) {
                Some(other) => self.pad = Some(PassivePad::load(&other, &bytes)?),
                None => drop(self.waiting.insert(role, bytes)),
            },
            Role::Embedder => self.embedder = Some(Embedder::load(&bytes)?),
        }
        self.hashes.insert(role, hash);
        Ok(())
    }

    /// Whether frames can be looked at and the person guided: every network of [`Role::GUIDANCE`] is there.
    pub fn can_guide(&self) -> bool {
        Role::GUIDANCE.iter().all(|role| self.hashes.contains_key(role))
    }

    /// Whether every network is there.
    pub fn is_complete(&self) -> bool {
        Role::ALL.iter().all(|role| self.hashes.contains_key(role))
    }

    /// SHA-256 of each network's file, in hexadecimal, in the order of [`Role::ALL`].
    pub fn networks(&self) -> Vec<String> {
        self.hashes.values().cloned().collect()
    }

    pub(crate) fn frame_detector(&self) -> Result<&Detector, NetworkError> {
        self.frame_detector.as_ref().ok_or(NetworkError::NotLoaded(Role::Detector))
    }

    pub(crate) fn still_detector(&self) -> Result<&Detector, NetworkError> {
        self.still_detector.as_ref().ok_or(NetworkError::NotLoaded(Role::Detector))
    }

    pub(crate) fn landmarker(&self) -> Result<&Landmarker, NetworkError> {
        self.landmarker.as_ref().ok_or(NetworkError::NotLoaded(Role::Landmarks))
    }

    pub(crate) fn blendshapes(&self) -> Result<&Blendshapes, NetworkError> {
        self.blendshapes.as_ref().ok_or(NetworkError::NotLoaded(Role::Blendshapes))
    }

    pub(crate) fn pad(&self) -> Result<&PassivePad, NetworkError> {
        self.pad.as_ref().ok_or(NetworkError::NotLoaded(Role::PadV2))
    }

    pub(crate) fn embedder(&self) -> Result<&Embedder, NetworkError> {
        self.embedder.as_ref().ok_or(NetworkError::NotLoaded(Role::Embedder))
    }

    /// The embedding of the largest face of a live frame, if there is one.
    pub(crate) fn embed_largest(&self, frame: &RgbImage) -> Result<Option<Embedding>, NetworkError> {
        match self.frame_detector()?.detect(frame)?.first() {
            Some(face) => self.embed(frame, face),
            None => Ok(None),
        }
    }

    /// The embedding of the person a picture is of, wherever it comes from. `None` when there is no face.
    pub fn embed_subject(&self, picture: &RgbImage) -> Result<Option<Embedding>, NetworkError> {
        match subject(&self.still_detector()?.detect(picture)?, picture) {
            Some(face) => self.embed(picture, face),
            None => Ok(None),
        }
    }

    /// The embedding of a face, whose points are looked for a second time.
    ///
    /// # Errors
    /// When the embedder fails or is not there yet. `None` when the face cannot be aligned.
    pub fn embed(&self, picture: &RgbImage, face: &Face) -> Result<Option<Embedding>, NetworkError> {
        let again = self.frame_detector()?.points_again(picture, face)?.unwrap_or(face.points);
        self.embedder()?.embed(picture, &face.points, &again)
    }

    /// Finds the portrait in the photograph of a document. Needs the detector only.
    pub fn portrait(&self, photograph: &RgbImage) -> Result<Portrait, NetworkError> {
        let faces = self.still_detector()?.detect(photograph)?;
        let Some(face) = faces.first() else { return Ok(Portrait::NoFace) };
        if rivals(&faces) > 1 {
            return Ok(Portrait::SeveralFaces);
        }
        if face.bounds[2] < MIN_PORTRAIT {
            return Ok(Portrait::TooSmall);
        }
        if let Some(flaw) = document_flaw(photograph, face) {
            return Ok(Portrait::Flawed(flaw));
        }
        Ok(Portrait::Found(face.clone()))
    }
}

/// Narrowest portrait that can be compared, in pixels.
const MIN_PORTRAIT: f32 = 60.0;

/// What the photograph of a document shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Portrait {
    /// One face, good enough to compare.
    Found(Face),
    /// No face.
    NoFace,
    /// More than one face of a like size.
    SeveralFaces,
    /// A face too small to compare.
    TooSmall,
    /// A face that cannot be compared, or lines that cannot be read.
    Flawed(DocumentFlaw),
}
