//! What the server asks a person to do, and the parts of it the device must repeat in its report.

use serde::{Deserialize, Serialize};

/// One thing to do in front of the camera. Left and right are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Close both eyes shortly.
    Blink,
    /// Open the mouth wide.
    OpenMouth,
    /// Smile with the mouth closed or nearly so.
    Smile,
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Lower the head and raise it again.
    Nod,
    /// Bring the face closer to the camera.
    ComeCloser,
}

/// What moves in a step. Who cannot move one part can move another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The lids.
    Eyes,
    /// Jaw and lips.
    Mouth,
    /// The head on the neck.
    Head,
    /// The whole person, or the hand that holds the camera.
    Body,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Blink,
        Self::OpenMouth,
        Self::Smile,
        Self::TurnLeft,
        Self::TurnRight,
        Self::Nod,
        Self::ComeCloser,
    ];

    /// The name in JSON, configuration and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blink => "blink",
            Self::OpenMouth => "open_mouth",
            Self::Smile => "smile",
            Self::TurnLeft => "turn_left",
            Self::TurnRight => "turn_right",
            Self::Nod => "nod",
            Self::ComeCloser => "come_closer",
        }
    }

    /// Whether the whole head turns, so that its depth shows.
    pub const fn turns_the_head(self) -> bool {
        matches!(self, Self::TurnLeft | Self::TurnRight | Self::Nod)
    }

    /// What moves.
    pub const fn part(self) -> Part {
        match self {
            Self::Blink => Part::Eyes,
            Self::OpenMouth | Self::Smile => Part::Mouth,
            Self::TurnLeft | Self::TurnRight | Self::Nod => Part::Head,
            Self::ComeCloser => Part::Body,
        }
    }
}

/// One step of a challenge, and what a person who cannot do it may do in its place. Both are drawn by the server:
/// a device that could choose freely would choose what its footage shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What is asked.
    pub step: Step,
    /// What counts as well, once the person asks for another movement. `None` where the policy knows only one.
    pub alternative: Option<Step>,
}

impl Task {
    /// Whether doing `step` does this task.
    pub fn allows(&self, step: Step) -> bool {
        self.step == step || self.alternative == Some(step)
    }
}

impl From<Step> for Task {
    fn from(step: Step) -> Self {
        Self { step, alternative: None }
    }
}

/// A verification as the server opened it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The verification this belongs to.
    pub verification_id: String,
    /// Drawn at random for this verification; binds the report to it. Used once.
    pub nonce: String,
    /// What to do, in this order.
    pub steps: Vec<Task>,
    /// Version of the policy the verification was opened under.
    pub policy_version: u32,
    /// How long one step may take, in milliseconds.
    pub step_timeout_ms: u32,
}
