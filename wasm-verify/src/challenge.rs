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
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Lower the head and raise it again.
    Nod,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Blink, Self::OpenMouth, Self::TurnLeft, Self::TurnRight, Self::Nod];

    /// The name in JSON, configuration and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blink => "blink",
            Self::OpenMouth => "open_mouth",
            Self::TurnLeft => "turn_left",
            Self::TurnRight => "turn_right",
            Self::Nod => "nod",
        }
    }

    /// Whether the whole head turns, so that its depth shows.
    pub const fn turns_the_head(self) -> bool {
        matches!(self, Self::TurnLeft | Self::TurnRight | Self::Nod)
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
    pub steps: Vec<Step>,
    /// Version of the policy the verification was opened under.
    pub policy_version: u32,
    /// How long one step may take, in milliseconds.
    pub step_timeout_ms: u32,
}
