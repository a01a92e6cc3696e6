//! A pointer over one session: blocks compared as they come, against a reference anchored to the session's beginning.
//!
//! Today's chair, mouse and mood shift a person's strokes more than another person differs in a block. So the first
//! strokes after an authenticated start join the reference, once, and unless they speak against the subject already.
//! Nothing here knows a clock: the same blocks in the same order give the same scores.

use super::evidence::PointerEvidence;
use super::model::PointerModels;
use super::reference::PreparedPointer;
use crate::score::{LogLikelihoodRatio, ModalityScore};
use palet_features::PointerBlock;

/// Strokes that make the anchor: about twenty seconds of use.
pub const ANCHOR_STROKES: u32 = 24;
/// What a block says at most before the anchor is set. **Units**: nats.
const PROVISIONAL_NATS: f64 = 0.25;
/// First strokes that score below this do not join the reference, unless the subject has just proved who they are.
/// **Units**: nats.
const ANCHOR_NATS_MIN: f64 = -2.0;
/// Taken off what a stretch says: an anchored reference holds strokes of this very session. **Units**: nats.
const ANCHORED_NATS: f64 = 1.0;
/// Taken off for each stroke of the stretch: the longer it speaks for nobody, the less it is the subject's.
/// **Units**: nats.
const STROKE_NATS: f64 = 0.0375;
/// What a block changes at most. **Units**: nats.
const BLOCK_NATS: f64 = 2.0;
/// How much of its evidence counts where no anchor could be set.
const UNANCHORED_SHARE: f64 = 0.5;
/// What a block says at most where no anchor could be set. **Units**: nats.
const UNANCHORED_NATS: f64 = 0.75;
/// How many strokes of the enrolment one stroke of the anchor weighs, after a mere sign-in.
const SIGNED_IN_WEIGHT: f32 = 3.0;
/// The same after a passed step-up.
const STEPPED_UP_WEIGHT: f32 = 8.0;

/// The state of one session's pointer.
#[derive(Clone, Default)]
pub struct PointerSession {
    gathered: PointerEvidence,
    /// Everything since the evidence last spoke for the subject, together.
    stretch: PointerEvidence,
    /// What the stretch says. **Units**: nats.
    stretch_nats: f64,
    anchor: Anchor,
    proof: Proof,
}

/// Whether somebody proved who they are when the anchor's strokes began.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Proof {
    /// They signed in, as anybody with their password could.
    #[default]
    SignedIn,
    /// They passed a step-up.
    SteppedUp,
}

#[derive(Clone, Default)]
enum Anchor {
    /// The first strokes are still being gathered.
    #[default]
    Gathering,
    /// They joined the reference.
    Set(Box<PreparedPointer>),
    /// They spoke against the subject: the reference stays as it was enrolled.
    Refused,
}

impl PointerSession {
    /// Compares a block, together with everything since the evidence last spoke for the subject: what it changes.
    /// Nothing where it holds nothing to compare.
    pub fn compare(
        &mut self,
        models: &PointerModels,
        reference: &PreparedPointer,
        block: &PointerBlock,
    ) -> Option<ModalityScore> {
        let mut latest = PointerEvidence::default();
        latest.add(models, reference, block);
        if latest.strokes() == 0 {
            return None;
        }
        if matches!(self.anchor, Anchor::Gathering) {
            return self.gather(models, reference, latest);
        }
        self.stretch.merge(&latest);
        let (against, share, nats_max) = match &self.anchor {
            Anchor::Set(anchored) => (&**anchored, 1.0, BLOCK_NATS),
            Anchor::Gathering | Anchor::Refused => (reference, UNANCHORED_SHARE, UNANCHORED_NATS),
        };
        let score = self.stretch.score(models, against)?;
        let nats = score.llr.nats() - ANCHORED_NATS - STROKE_NATS * f64::from(self.stretch.strokes());
        let told = ((nats - self.stretch_nats) * share).clamp(-nats_max, nats_max);
        if self.stretch_nats + told < 0.0 {
            self.stretch_nats += told;
        } else {
            self.stretch = PointerEvidence::default();
            self.stretch_nats = 0.0;
        }
        Some(ModalityScore { llr: LogLikelihoodRatio::bounded(told), events: latest.strokes(), ..score })
    }

    /// The subject has proved who they are: the strokes that follow make a new anchor, however odd they are.
    pub fn step_up_passed(&mut self) {
        *self = Self { proof: Proof::SteppedUp, ..Self::default() };
    }

    fn gather(
        &mut self,
        models: &PointerModels,
        reference: &PreparedPointer,
        latest: PointerEvidence,
    ) -> Option<ModalityScore> {
        let score = latest.score(models, reference).map(|score| limited(score, 1.0, PROVISIONAL_NATS));
        self.gathered.merge(&latest);
        if self.gathered.strokes() >= ANCHOR_STROKES {
            self.anchor = self.anchor_of(models, reference);
        }
        score
    }

    fn anchor_of(&self, models: &PointerModels, reference: &PreparedPointer) -> Anchor {
        let speaks = self.gathered.score(models, reference).map_or(0.0, |score| score.llr.nats());
        let weight = match self.proof {
            Proof::SteppedUp => STEPPED_UP_WEIGHT,
            Proof::SignedIn if speaks >= ANCHOR_NATS_MIN => SIGNED_IN_WEIGHT,
            Proof::SignedIn => return Anchor::Refused,
        };
        Anchor::Set(Box::new(reference.anchored(models, &self.gathered, weight)))
    }
}

fn limited(score: ModalityScore, share: f64, nats_max: f64) -> ModalityScore {
    let nats = (score.llr.nats() * share).clamp(-nats_max, nats_max);
    ModalityScore { llr: LogLikelihoodRatio::bounded(nats), ..score }
}
