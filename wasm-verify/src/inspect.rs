//! Everything the networks say about one picture, for holding one build against another.

use serde::Serialize;

use crate::engine::Engine;
use crate::face::Region;
use crate::image::RgbImage;
use crate::net::NetworkError;
use crate::signals::{FaceSignals, face_signals};

/// The largest face of a picture, in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// How many faces there are.
    pub faces: usize,
    /// Left edge, top edge, width, height in pixels, and confidence.
    pub detection: Vec<f32>,
    /// Pose, expression and bounds.
    pub signals: Option<FaceSignals>,
    /// Passive liveness, 0 to 1.
    pub live: Option<f32>,
    /// The embedding's 128 numbers.
    pub embedding: Vec<f32>,
}

/// Runs every network on the largest face of `picture`.
pub fn inspect(engine: &Engine, picture: &RgbImage) -> Result<Inspection, NetworkError> {
    let faces = engine.still_detector()?.detect(picture)?;
    let mut found =
        Inspection { faces: faces.len(), detection: vec![], signals: None, live: None, embedding: vec![] };
    let Some(face) = faces.first() else { return Ok(found) };
    found.detection = face.bounds.iter().copied().chain([face.score]).collect();
    if let Some(landmarks) = engine.landmarker()?.find(picture, &Region::of_face(face))? {
        found.signals = Some(face_signals(engine, &landmarks)?);
    }
    found.live = Some(engine.pad()?.live(picture, face)?);
    found.embedding = engine.embed(picture, face)?.map(|e| e.values().to_vec()).unwrap_or_default();
    Ok(found)
}

/// Passive liveness of the largest face, 0 to 1, found and judged as a session does it. `None` without a face.
pub fn passive_liveness(engine: &Engine, picture: &RgbImage) -> Result<Option<f32>, NetworkError> {
    let faces = engine.frame_detector()?.detect(picture)?;
    let Some(face) = faces.first() else { return Ok(None) };
    Ok(Some(engine.pad()?.live(picture, face)?))
}
