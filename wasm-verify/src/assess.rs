//! The server's side: believe nothing the device says, compute everything again.
//!
//! [`check`] is cheap and answers whether the submission is well-formed and belongs to the challenge; what it
//! refuses is bad input. [`assess`] is heavy: it looks at every picture with the same networks as the device and
//! weighs what it finds.

mod binding;
mod stated;
mod weigh;

pub use crate::engine::Engine;
pub use binding::{Checked, Submission, check};
pub use stated::{check_document, check_stated};
pub use weigh::{Thresholds, assess};

use crate::image::ImageError;

/// Why a submission is bad input. It changes nothing: the verification stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Not a report in canonical bytes.
    #[error("the report cannot be read")]
    ReportMalformed,
    /// A report of another verification, nonce or policy.
    #[error("the report belongs to another verification")]
    NonceMismatch,
    /// Steps in another order, missing or extra, or times that cannot be.
    #[error("the report does not follow the challenge")]
    StepsMismatch,
    /// More or fewer pictures than the report names.
    #[error("the number of keyframes is not the number the report names")]
    KeyframeCount,
    /// A picture is not the one the report names.
    #[error("keyframe {0} is not the picture the report names")]
    KeyframeHashMismatch(usize),
    /// The document portrait is not the one the report names, or only one of the two is there.
    #[error("the document portrait is not the picture the report names")]
    DocumentHashMismatch,
    /// A picture cannot be read.
    #[error("keyframe {0}: {1}")]
    KeyframeImage(usize, ImageError),
    /// No face in a picture that must show one.
    #[error("no face can be found in keyframe {0}")]
    KeyframeNoFace(usize),
    /// More than one face in a picture.
    #[error("more than one face can be seen in keyframe {0}")]
    KeyframeSeveralFaces(usize),
    /// The document portrait cannot be read.
    #[error("the document portrait: {0}")]
    DocumentImage(ImageError),
    /// No face on the document.
    #[error("no face can be found on the document")]
    DocumentNoFace,
    /// More than one face on the document.
    #[error("more than one face can be seen on the document")]
    DocumentSeveralFaces,
    /// The face on the document is too small, too dark, out of focus or behind a reflection.
    #[error("the face on the document is too small, too dark, out of focus or behind a reflection")]
    DocumentUnclear,
    /// A network failed; no fault of the sender's.
    #[error("the pictures could not be judged")]
    Engine,
}

impl EvidenceError {
    /// A stable name, the end of the problem's type.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReportMalformed => "report-malformed",
            Self::NonceMismatch => "nonce-mismatch",
            Self::StepsMismatch => "steps-mismatch",
            Self::KeyframeCount => "keyframe-count",
            Self::KeyframeHashMismatch(_) => "keyframe-hash-mismatch",
            Self::DocumentHashMismatch => "document-hash-mismatch",
            Self::KeyframeImage(_, error) | Self::DocumentImage(error) => match error {
                ImageError::Format => "image-format",
                ImageError::TooLarge => "image-too-large",
                ImageError::Damaged => "image-damaged",
            },
            Self::KeyframeNoFace(_) => "keyframe-no-face",
            Self::KeyframeSeveralFaces(_) => "keyframe-several-faces",
            Self::DocumentNoFace => "document-no-face",
            Self::DocumentSeveralFaces => "document-several-faces",
            Self::DocumentUnclear => "document-unclear",
            Self::Engine => "engine-failed",
        }
    }
}

/// How a verification ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The person is who they say.
    Pass,
    /// A member of staff decides.
    ManualReview,
    /// The person is not, or not provably.
    Fail,
}

/// What spoke against a pass, for staff. Never shown to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The device itself came to another verdict than "passed".
    DeviceRefused,
    /// No pictures were sent: only the device's word.
    DeviceOnly,
    /// The pictures look like a photograph or a screen.
    NotLive,
    /// They may be live or not.
    LivenessUnclear,
    /// What turned was a flat picture, not a head.
    Flat,
    /// It may have been flat or not.
    ParallaxUnclear,
    /// The footage was cut while a step was shown.
    TrackBroken,
    /// A step's picture does not show the step.
    StepNotShown,
    /// The face is not the same throughout.
    FaceChanged,
    /// The face is not the one on the document.
    NoMatch,
    /// It may be or not.
    MatchUnclear,
    /// No document portrait to compare with.
    NoDocument,
    /// The device's figures are not what its pictures give.
    ClaimsDiffer,
    /// The times cannot be those of a camera and a person.
    ImplausibleTiming,
    /// The same picture twice.
    PictureRepeated,
    /// The device ran other networks than ours: an app gone stale, or another program.
    OtherNetworks,
    /// The number on the document is not the one the person stated.
    DocumentNumberDiffers,
    /// The pictures at rest are too dark, blurred, or do not show eyes and mouth.
    PoorPicture,
}

impl Reason {
    /// What this reason alone leads to.
    pub const fn grade(self) -> Grade {
        match self {
            Self::DeviceOnly
            | Self::LivenessUnclear
            | Self::ParallaxUnclear
            | Self::MatchUnclear
            | Self::NoDocument
            | Self::OtherNetworks
            | Self::DocumentNumberDiffers
            | Self::PoorPicture => Grade::ManualReview,
            _ => Grade::Fail,
        }
    }
}

/// The result of an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The worst any reason leads to; [`Grade::Pass`] without reasons.
    pub grade: Grade,
    /// What spoke against a pass.
    pub reasons: Vec<Reason>,
    /// The figures as computed from the pictures.
    pub scores: crate::report::Scores,
}

impl Assessment {
    fn new(reasons: Vec<Reason>, scores: crate::report::Scores) -> Self {
        let grade = reasons.iter().map(|reason| reason.grade()).max().unwrap_or(Grade::Pass);
        Self { grade, reasons, scores }
    }

    /// The same with one more reason.
    pub fn and(mut self, reason: Reason) -> Self {
        self.reasons.push(reason);
        Self::new(self.reasons, self.scores)
    }
}
