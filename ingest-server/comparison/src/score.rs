//! What a comparison says: a log-likelihood ratio per modality, and why.

use crate::fixed_text::FixedTextEvidence;
use crate::keystroke::KeystrokeEvidence;
use crate::pointer::PointerEvidence;
use crate::{Models, PreparedReference};
use palet_features::FeatureWindow;
use serde::{Deserialize, Serialize};

/// ln(p(probe | the subject) / p(probe | another person)). Positive speaks for the subject.
///
/// **Range**: finite; calibrated, so that 0 means "no evidence either way".
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct LogLikelihoodRatio(f64);

/// The largest ratio that one comparison may claim, in both directions. **Units**: nats.
const LLR_MAX: f64 = 30.0;

impl LogLikelihoodRatio {
    /// No evidence either way.
    pub const NEUTRAL: Self = Self(0.0);

    /// A ratio within bounds; what is not a number is no evidence.
    #[must_use]
    pub fn bounded(nats: f64) -> Self {
        Self(if nats.is_nan() { 0.0 } else { nats.clamp(-LLR_MAX, LLR_MAX) })
    }

    /// **Units**: nats.
    #[must_use]
    pub const fn nats(self) -> f64 {
        self.0
    }
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// Free typing.
    Keystroke,
    /// Strokes of a pointer.
    Pointer,
    /// A field that opted into fixed-text comparison.
    FixedText,
}

/// Why a score is what it is, by what differed most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Keys are held for other times.
    KeyDwell,
    /// The gaps between keys differ.
    KeyFlight,
    /// Gaps and holds go together in another way.
    KeyRhythm,
    /// A fixed text is typed in another way.
    FixedTextRhythm,
    /// Movements speed up and slow down in another way.
    PointerMotion,
    /// Movements are shaped in another way.
    PointerShape,
    /// Clicks and pauses differ.
    PointerClicks,
}

/// The score of one modality.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModalityScore {
    /// Calibrated on development people.
    pub llr: LogLikelihoodRatio,
    /// Keys or strokes behind it.
    pub events: u32,
    /// What differed most, where something did.
    pub reason: Option<Reason>,
}

/// The scores of one probe. A modality without evidence, or without a trained reference, has none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Free typing.
    pub keystroke: Option<ModalityScore>,
    /// Pointer.
    pub pointer: Option<ModalityScore>,
    /// Fixed text.
    pub fixed_text: Option<ModalityScore>,
}

impl Scores {
    /// The sum of what the modalities say, taking them as independent.
    #[must_use]
    pub fn fused(&self) -> LogLikelihoodRatio {
        let parts = [self.keystroke, self.pointer, self.fixed_text];
        LogLikelihoodRatio::bounded(parts.iter().flatten().map(|score| score.llr.nats()).sum())
    }
}

/// Evidence gathered from windows against one prepared reference; windows add up to longer ones.
#[derive(Clone, Default)]
pub struct Evidence {
    keystroke: KeystrokeEvidence,
    pointer: PointerEvidence,
    fixed_text: FixedTextEvidence,
}

impl Evidence {
    /// Adds one window. Windows without biometric features add nothing.
    pub fn add(&mut self, models: &Models, reference: &PreparedReference, window: &FeatureWindow) {
        match window {
            FeatureWindow::Keystroke(block) => {
                if let Some(prepared) = reference.keystroke() {
                    self.keystroke.add(models.keystroke(), prepared, block);
                }
            }
            FeatureWindow::Pointer(block) => {
                if let Some(prepared) = reference.pointer() {
                    self.pointer.add(models.pointer(), prepared, block);
                }
            }
            FeatureWindow::FixedText(sample) => {
                if let Some(prepared) = reference.fixed_text() {
                    self.fixed_text.add(prepared, sample);
                }
            }
            FeatureWindow::Device(_) | FeatureWindow::Context(_) => {}
        }
    }

    /// The keystrokes' part.
    #[must_use]
    pub const fn keystroke(&self) -> &KeystrokeEvidence {
        &self.keystroke
    }

    /// The pointer's part.
    #[must_use]
    pub const fn pointer(&self) -> &PointerEvidence {
        &self.pointer
    }

    /// Every scorer by itself, for evaluation: name and score, not calibrated.
    #[must_use]
    pub fn parts(&self, models: &Models, reference: &PreparedReference) -> Vec<(&'static str, f64)> {
        let mut parts = self.keystroke.parts(models.keystroke());
        if let Some(prepared) = reference.pointer() {
            parts.extend(self.pointer.parts(models.pointer(), prepared));
        }
        parts.extend(self.fixed_text.parts());
        parts
    }

    /// What the gathered windows say together.
    #[must_use]
    pub fn scores(&self, models: &Models, reference: &PreparedReference) -> Scores {
        Scores {
            keystroke: self.keystroke.score(models.keystroke()),
            pointer: reference.pointer().and_then(|prepared| self.pointer.score(models.pointer(), prepared)),
            fixed_text: self.fixed_text.score(models.fixed_text()),
        }
    }
}

/// Compares windows, taken as one probe, with a reference.
#[must_use]
pub fn compare(models: &Models, reference: &PreparedReference, windows: &[FeatureWindow]) -> Scores {
    let mut evidence = Evidence::default();
    windows.iter().for_each(|window| evidence.add(models, reference, window));
    evidence.scores(models, reference)
}
