//! What the server answers.

use alloc::{string::String, vec::Vec};
use core::fmt;
use palet_mask::Level;
use serde::{Deserialize, Serialize};

use crate::{FieldId, RefusalCode};

/// One message from the server.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// The token was good.
    Welcome(Welcome),
    /// Every batch up to this number has had its one outcome.
    Ack(u64),
    /// What fields show from now on.
    Directives(DirectiveSet),
    /// How the session looks.
    Risk(RiskUpdate),
    /// The subject should prove who they are.
    StepUp(StepUp),
    /// The answer to an action.
    ActionAnswer(ActionAnswer),
    /// Something was refused; the connection closes after it where [`RefusalCode::is_final`].
    Refused(RefusalCode),
}

/// The answer to a good `Hello`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The highest batch number that the server has seen of this page load; 0 for none.
    pub last_seq: u64,
    /// How long the page may keep its masks as they are without a connection. **Units**: ms.
    pub grace_ms: u32,
    /// When the token ends and the page must ask for a new one. **Units**: ms from now.
    pub token_ttl_ms: u32,
}

/// Directives of one decision.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectiveSet {
    /// Counts up within a connection; a number that is not higher than the last one applied is stale.
    pub revision: u64,
    /// One per field whose level or text changed.
    pub directives: Vec<Directive>,
}

/// What one field shows.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Directive {
    /// The field.
    pub field: FieldId,
    /// The level.
    pub level: Level,
    /// The text to show; none for a `Local` or `Input` field, which the page masks itself.
    pub display: Option<String>,
    /// How long the level holds without another word; then the field is redacted. **Units**: ms, 0 for no end.
    pub ttl_ms: u32,
    /// The ways by which the value may not leave the page while it is shown.
    pub shut: Doors,
}

/// Ways by which a shown value could leave the page: a set, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Doors(pub u8);

impl Doors {
    /// None.
    pub const NONE: Self = Self(0);
    /// Copying and cutting.
    pub const COPY: Self = Self(1);
    /// Dragging.
    pub const DRAG: Self = Self(2);
    /// Printing.
    pub const PRINT: Self = Self(4);
    /// Selecting.
    pub const SELECT: Self = Self(8);

    /// The doors of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How the session looks, for the page's own panel and handlers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskUpdate {
    /// Full risk. **Range**: 0..=1.
    pub risk: f32,
    /// Behaviour alone, kept apart for strong customer authentication. **Range**: 0..=1.
    pub biometric_only: f32,
    /// The policy's band.
    pub band: RiskBand,
    /// By kind of evidence.
    pub sub_scores: SubScores,
    /// Whether the subject's keystroke reference is trained.
    pub keys_trained: bool,
    /// Whether the subject's pointer reference is trained.
    pub pointer_trained: bool,
    /// At most three, in words.
    pub reasons: Vec<Reason>,
    /// Identifies model, reference and policy behind the decision.
    pub versions: String,
}

/// The policy's bands of risk, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum RiskBand {
    /// Nothing speaks against the subject.
    Calm = 0,
    /// Something does.
    Raised = 1,
    /// Much does.
    High = 2,
    /// Act.
    Severe = 3,
}

/// Risk by kind of evidence. **Range**: each 0..=1; `None` where there is no evidence of the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SubScores {
    /// Keystroke timing against the reference.
    pub keys: Option<f32>,
    /// Pointer kinematics against the reference.
    pub pointer: Option<f32>,
    /// Signs of automation.
    pub automation: Option<f32>,
    /// Signs of another device.
    pub device: Option<f32>,
}

/// One reason, as a stable code and in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code, such as `keys.rhythm`.
    pub code: String,
    /// One sentence for a person.
    pub text: String,
}

/// The subject should prove who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// What the bank's backend quotes when it confirms or asks.
    pub reference: String,
    /// Why.
    pub reason: Reason,
}

/// What the policy says to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum ActionDecision {
    /// Go on.
    Allow = 0,
    /// Prove who you are first.
    StepUp = 1,
    /// No.
    Deny = 2,
}

/// The answer to an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionAnswer {
    /// The action's number.
    pub id: u32,
    /// What the policy says.
    pub decision: ActionDecision,
    /// Why, at most three.
    pub reasons: Vec<Reason>,
    /// What the bank's backend quotes to check the decision.
    pub reference: String,
}

impl fmt::Debug for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome(welcome) => welcome.fmt(f),
            Self::Ack(seq) => write!(f, "Ack({seq})"),
            Self::Directives(set) => {
                write!(f, "Directives(revision {}, {} fields)", set.revision, set.directives.len())
            }
            Self::Risk(risk) => write!(f, "Risk({:?})", risk.band),
            Self::StepUp(step_up) => write!(f, "StepUp({})", step_up.reference),
            Self::ActionAnswer(answer) => write!(f, "ActionAnswer({}, {:?})", answer.id, answer.decision),
            Self::Refused(code) => write!(f, "Refused({code:?})"),
        }
    }
}
