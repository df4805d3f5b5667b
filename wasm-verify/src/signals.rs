//! A frame in numbers, and the tracker that gets from pixels to numbers.

use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::face::{Face, Landmarks, Region, rivals};
use crate::image::RgbImage;
use crate::net::NetworkError;

/// What one frame shows. Holds no pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Time of the frame in milliseconds since the session began.
    pub t_ms: u32,
    /// How many faces were seen when last looked for.
    pub faces: u8,
    /// The largest face, if there is one.
    pub face: Option<FaceSignals>,
}

/// What one face does in one frame. Lengths in pixels of the frame, angles in degrees (see
/// [`crate::face::Pose`]), expressions from 0 to 1 (see [`crate::face::Expression`]).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceSignals {
    /// Left edge, top edge, width, height.
    pub bounds: [f32; 4],
    /// Positive to the person's own left.
    pub yaw: f32,
    /// Positive downwards.
    pub pitch: f32,
    /// Positive towards the person's left shoulder.
    pub roll: f32,
    /// How far both eyes are shut.
    pub blink: f32,
    /// Height of the open eyes by their width (see [`Landmarks::eye_opening`]).
    pub eye_opening: f32,
    /// Distance of the outer corners of the eyes, in pixels.
    pub eye_span: f32,
    /// How far the jaw is dropped.
    pub jaw_open: f32,
    /// How far the mouth smiles.
    pub smile: f32,
}

/// Eyes are shut when both measures say so: narrow eyes look shut to the one, laughing ones to the other.
const SHUT: (f32, f32) = (0.5, 0.12);
/// A mouth open further than this is not at rest.
const MOUTH_SHUT: f32 = 0.3;

impl FaceSignals {
    /// Whether the face looks into the camera closely enough to begin. Cameras are held low and heads are held
    /// differently, so the range is wide; what follows is measured from how this person holds still.
    pub fn is_straight(&self) -> bool {
        self.yaw.abs() < 15.0 && self.pitch.abs() < 20.0 && self.roll.abs() < 20.0
    }

    /// Whether the face is straight with its eyes open and its mouth shut.
    pub fn is_at_rest(&self) -> bool {
        self.is_straight() && !self.has_shut_eyes() && self.jaw_open < MOUTH_SHUT
    }

    /// Whether both eyes are shut.
    pub fn has_shut_eyes(&self) -> bool {
        self.blink >= SHUT.0 && self.eye_opening < SHUT.1
    }
}

/// Follows one face from frame to frame: looks for faces now and then, and in between looks only where the face
/// was, which costs a third.
#[derive(Debug, Default)]
pub struct Tracker {
    region: Option<Region>,
    faces: u8,
    detected_ms: Option<u32>,
}

/// Longest time between two looks at the whole frame, in milliseconds.
const DETECT_EVERY_MS: u32 = 300;
/// Below this presence the tracked region holds no face any more.
pub(crate) const PRESENCE: f32 = 0.5;
/// The same where the detector has just seen a face: a mask makes the landmark network doubt what is plain to see, and
/// its wearer must hear of the mask, not that there is no face.
const PRESENCE_OF_SEEN: f32 = 0.2;

/// What the tracker saw: the numbers, the points they were read from, and the face when the whole frame was looked at.
pub struct Sighting {
    /// The frame in numbers.
    pub signals: Signals,
    /// The points on the face.
    pub landmarks: Option<Landmarks>,
    /// The face as detected in this very frame.
    pub face: Option<Face>,
}

impl Tracker {
    /// Forgets the face, as after a pause.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Looks at one frame.
    pub fn see(&mut self, engine: &Engine, frame: &RgbImage, t_ms: u32) -> Result<Sighting, NetworkError> {
        let due = self.detected_ms.is_none_or(|last| t_ms.saturating_sub(last) >= DETECT_EVERY_MS);
        let mut detected = None;
        if due || self.region.is_none() {
            detected = self.detect(engine, frame, t_ms)?;
        }
        let mut landmarks = self.landmarks(engine, frame, detected.is_some())?;
        if landmarks.is_none() && detected.is_none() && self.region.take().is_some() {
            detected = self.detect(engine, frame, t_ms)?;
            landmarks = self.landmarks(engine, frame, detected.is_some())?;
        }
        self.region = landmarks.as_ref().map(Region::following);
        let face = match &landmarks {
            Some(landmarks) => Some(face_signals(engine, landmarks)?),
            None => None,
        };
        let faces = if face.is_some() { self.faces.max(1) } else { 0 };
        Ok(Sighting {
            signals: Signals { t_ms, faces, face },
            landmarks,
            face: detected.filter(|_| face.is_some()),
        })
    }

    fn detect(&mut self, engine: &Engine, frame: &RgbImage, t_ms: u32) -> Result<Option<Face>, NetworkError> {
        let faces = engine.frame_detector()?.detect(frame)?;
        self.detected_ms = Some(t_ms);
        self.faces = u8::try_from(rivals(&faces)).unwrap_or(u8::MAX);
        let face = faces.into_iter().next();
        self.region = face.as_ref().map(Region::of_face);
        Ok(face)
    }

    fn landmarks(
        &self,
        engine: &Engine,
        frame: &RgbImage,
        seen: bool,
    ) -> Result<Option<Landmarks>, NetworkError> {
        let Some(region) = &self.region else { return Ok(None) };
        let least = if seen { PRESENCE_OF_SEEN } else { PRESENCE };
        Ok(engine.landmarker()?.find(frame, region)?.filter(|landmarks| landmarks.presence >= least))
    }
}

/// Reads pose and expression from landmarks.
pub fn face_signals(engine: &Engine, landmarks: &Landmarks) -> Result<FaceSignals, NetworkError> {
    let pose = landmarks.pose();
    let expression = engine.blendshapes()?.read(landmarks)?;
    Ok(FaceSignals {
        bounds: landmarks.bounds(),
        yaw: pose.yaw,
        pitch: pose.pitch,
        roll: pose.roll,
        blink: (expression.blink_left + expression.blink_right) / 2.0,
        eye_opening: landmarks.eye_opening(),
        eye_span: landmarks.eye_span(),
        jaw_open: expression.jaw_open,
        smile: expression.smile,
    })
}
