//! A biometric reference: what is known of one subject on one class of device.
//!
//! It keeps a frozen anchor from the enrolment, and what was learned since beside it, bounded by the anchor's size, so
//! that no sequence of updates can carry it away from whom the bank enrolled.

use crate::Models;
use crate::fixed_text::{FixedTextReference, PreparedFixedText};
use crate::habits::Habits;
use crate::keystroke::{KeystrokeReference, PreparedKeystroke};
use crate::margin::Margin;
use crate::pointer::{PointerReference, PreparedPointer};
use crate::score::Modality;
use palet_features::{
    DeviceClass, FeatureWindow, FixedTextSample, KeystrokeBlock, PointerBlock, SCHEMA_VERSION,
};
use serde::{Deserialize, Serialize};

/// Keys that one update may add, at most.
const STEP_KEYS_MAX: u32 = 256;
/// What was learned after the enrolment weighs at most as much as the anchor.
const DRIFT_SHARE_MAX: u32 = 1;

/// Why windows do not make a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// No window held anything to learn from.
    #[error("expected windows with biometric features, got none")]
    NothingToLearn,
    /// The reference was made from features of another schema.
    #[error("expected a reference of schema {SCHEMA_VERSION}, got {0}")]
    Schema(u16),
}

/// One subject's reference on one class of device.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reference {
    schema: u16,
    version: u32,
    device: DeviceClass,
    anchor: Parts,
    drift: Parts,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Parts {
    keystroke: Option<KeystrokeReference>,
    pointer: Option<PointerReference>,
    fixed_text: Option<FixedTextReference>,
}

/// The windows of one session, by modality.
struct Sorted<'a> {
    keystroke: Vec<&'a KeystrokeBlock>,
    pointer: Vec<&'a PointerBlock>,
    fixed_text: Vec<&'a FixedTextSample>,
}

fn sorted(windows: &[FeatureWindow]) -> Sorted<'_> {
    let mut sorted = Sorted { keystroke: Vec::new(), pointer: Vec::new(), fixed_text: Vec::new() };
    for window in windows {
        match window {
            FeatureWindow::Keystroke(block) => sorted.keystroke.push(block),
            FeatureWindow::Pointer(block) => sorted.pointer.push(block),
            FeatureWindow::FixedText(sample) => sorted.fixed_text.push(sample),
            FeatureWindow::Device(_) | FeatureWindow::Context(_) => {}
        }
    }
    sorted
}

impl Reference {
    /// Enrols a subject from the windows of guided, authenticated sessions, in their order.
    ///
    /// **Errors**: [`EnrolError::NothingToLearn`] where no window held biometric features.
    pub fn enrol<S: AsRef<[FeatureWindow]>>(
        models: &Models,
        device: DeviceClass,
        sessions: &[S],
    ) -> Result<Self, EnrolError> {
        let sorted: Vec<Sorted<'_>> = sessions.iter().map(|session| sorted(session.as_ref())).collect();
        let strokes: Vec<&PointerBlock> =
            sorted.iter().flat_map(|session| &session.pointer).copied().collect();
        let anchor = Parts {
            keystroke: KeystrokeReference::enrol(
                sorted.iter().map(|session| session.keystroke.iter().copied()),
            ),
            pointer: PointerReference::enrol(models.pointer(), &strokes),
            fixed_text: FixedTextReference::enrol(
                sorted.iter().flat_map(|session| session.fixed_text.iter().copied()),
            ),
        };
        if anchor.keystroke.is_none() && anchor.pointer.is_none() && anchor.fixed_text.is_none() {
            return Err(EnrolError::NothingToLearn);
        }
        Ok(Self { schema: SCHEMA_VERSION, version: 1, device, anchor, drift: Parts::default() })
    }

    /// The next version, after one more session of the same subject. Whether a session may be learned from is
    /// [`crate::enrolment`]'s to say; here the step is bounded, and the drift as a whole.
    ///
    /// **Errors**: [`EnrolError`] where there is nothing to learn, or the reference is of another schema.
    pub fn updated(&self, models: &Models, windows: &[FeatureWindow]) -> Result<Self, EnrolError> {
        if self.schema != SCHEMA_VERSION {
            return Err(EnrolError::Schema(self.schema));
        }
        let sorted = sorted(windows);
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let learned = [next.learn_keystroke(sorted.keystroke), next.learn_pointer(models, &sorted.pointer)];
        if learned.contains(&true) { Ok(next) } else { Err(EnrolError::NothingToLearn) }
    }

    fn learn_keystroke(&mut self, blocks: Vec<&KeystrokeBlock>) -> bool {
        let (Some(anchor), Some(step)) = (&self.anchor.keystroke, KeystrokeReference::enrol([blocks])) else {
            return false;
        };
        let limit = anchor.counts().keys().saturating_mul(DRIFT_SHARE_MAX);
        let room = limit.saturating_sub(STEP_KEYS_MAX.min(limit));
        let kept = self.drift.keystroke.take().unwrap_or_default().limited(room);
        self.drift.keystroke = Some(kept.pooled(&step, STEP_KEYS_MAX.min(limit)));
        true
    }

    fn learn_pointer(&mut self, models: &Models, blocks: &[&PointerBlock]) -> bool {
        let Some(anchor) = &self.anchor.pointer else { return false };
        if blocks.is_empty() {
            return false;
        }
        let before = self.drift.pointer.as_ref().unwrap_or(anchor);
        self.drift.pointer = Some(before.updated(models.pointer(), blocks));
        true
    }

    /// The reference as it was enrolled, without what was learned since.
    #[must_use]
    pub fn rolled_back(&self) -> Self {
        Self { version: self.version.saturating_add(1), drift: Parts::default(), ..self.clone() }
    }

    /// Rises with every change.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// What it was enrolled on.
    #[must_use]
    pub const fn device(&self) -> DeviceClass {
        self.device
    }

    /// Whether there is enough of a modality to compare with.
    #[must_use]
    pub fn is_trained(&self, modality: Modality) -> bool {
        match modality {
            Modality::Keystroke => self.anchor.keystroke.as_ref().is_some_and(KeystrokeReference::is_trained),
            Modality::Pointer => self.anchor.pointer.as_ref().is_some_and(PointerReference::is_trained),
            Modality::FixedText => {
                self.anchor.fixed_text.as_ref().is_some_and(FixedTextReference::is_trained)
            }
        }
    }

    /// The form that comparisons use, with every modality that is trained.
    #[must_use]
    pub fn prepare(&self, models: &Models) -> PreparedReference {
        let trained = |modality| self.schema == SCHEMA_VERSION && self.is_trained(modality);
        let keystroke =
            self.anchor.keystroke.as_ref().filter(|k| trained(Modality::Keystroke) && k.has_layout());
        let pointer = self
            .drift
            .pointer
            .as_ref()
            .or(self.anchor.pointer.as_ref())
            .filter(|_| trained(Modality::Pointer));
        let fixed_text = self.anchor.fixed_text.as_ref().filter(|_| trained(Modality::FixedText));
        PreparedReference {
            others: Vec::new(),
            version: self.version,
            margin: Margin::NONE,
            habits: Habits::default(),
            keystroke: keystroke
                .map(|anchor| anchor.prepare(models.keystroke(), self.drift.keystroke.as_ref())),
            pointer: pointer.map(|p| p.prepare(models.pointer())),
            fixed_text: fixed_text.map(|f| f.prepare(models.fixed_text())),
        }
    }
}

/// A reference, ready to be compared with: made once a session.
#[derive(Clone)]
pub struct PreparedReference {
    pub(crate) others: Vec<Self>,
    version: u32,
    margin: Margin,
    pub(crate) habits: Habits,
    keystroke: Option<PreparedKeystroke>,
    pointer: Option<PreparedPointer>,
    fixed_text: Option<PreparedFixedText>,
}

impl PreparedReference {
    /// The version of the reference that it was prepared from.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// How much further evidence must rise against this person.
    #[must_use]
    pub const fn margin(&self) -> Margin {
        self.margin
    }

    /// The same reference with another margin.
    #[must_use]
    pub const fn with_margin(mut self, margin: Margin) -> Self {
        self.margin = margin;
        self
    }

    /// What is usual in this person's sessions.
    #[must_use]
    pub const fn habits(&self) -> &Habits {
        &self.habits
    }

    /// Everybody on the account, the first enrolled first.
    pub fn people(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// Whether this modality can be compared.
    #[must_use]
    pub const fn is_trained(&self, modality: Modality) -> bool {
        match modality {
            Modality::Keystroke => self.keystroke.is_some(),
            Modality::Pointer => self.pointer.is_some(),
            Modality::FixedText => self.fixed_text.is_some(),
        }
    }

    /// The keystrokes' part.
    #[must_use]
    pub const fn keystroke(&self) -> Option<&PreparedKeystroke> {
        self.keystroke.as_ref()
    }

    /// The pointer's part.
    #[must_use]
    pub const fn pointer(&self) -> Option<&PreparedPointer> {
        self.pointer.as_ref()
    }

    /// The fixed texts' part.
    #[must_use]
    pub const fn fixed_text(&self) -> Option<&PreparedFixedText> {
        self.fixed_text.as_ref()
    }
}
