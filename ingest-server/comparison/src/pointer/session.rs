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

/// Strokes that make the anchor: about fifteen seconds of use. More of them would be a better reference, and would more
/// often hold those of somebody who takes over early.
pub const ANCHOR_STROKES: u32 = 16;
/// What a block says at most before the anchor is set. **Units**: nats.
const PROVISIONAL_NATS: f64 = 0.25;
/// First strokes that score below this do not join the reference, unless the subject has just proved who they are.
/// **Units**: nats.
const ANCHOR_NATS_MIN: f64 = -1.5;
/// Taken off what some blocks say together: an anchored reference holds strokes of this very session. **Units**: nats.
const ANCHORED_NATS: f64 = 1.0;
/// Taken off for each of their strokes: the longer they speak for nobody, the less they are the subject's.
/// **Units**: nats.
const STROKE_NATS: f64 = 0.02;
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
    /// Everything since the evidence last spoke for the subject.
    stretch: PointerEvidence,
    /// The block before.
    before: PointerEvidence,
    /// What was told against the subject so far. **Units**: nats, 0 and more.
    told_nats: f64,
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
    /// Compares a block together with the one before it, and with everything since the evidence last spoke for the
    /// subject: whichever speaks more against the subject is told, as what it changes. The stretch alone would hold the
    /// subject's own last strokes too, when somebody takes over. Nothing where the block holds nothing to compare.
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
        let (against, share, nats_max) = match &self.anchor {
            Anchor::Set(anchored) => (&**anchored, 1.0, BLOCK_NATS),
            Anchor::Gathering | Anchor::Refused => (reference, UNANCHORED_SHARE, UNANCHORED_NATS),
        };
        self.stretch.merge(&latest);
        self.before.merge(&latest);
        let whole = spoken(models, against, &self.stretch)?;
        let pair = spoken(models, against, &self.before)?;
        let score = if pair.llr < whole.llr { pair } else { whole };
        if whole.llr.nats() >= 0.0 {
            self.stretch = PointerEvidence::default();
        }
        let events = latest.strokes();
        self.before = latest;
        let changes = (score.llr.nats() * share + self.told_nats).clamp(-nats_max, nats_max);
        Some(self.told(ModalityScore { llr: LogLikelihoodRatio::bounded(changes), events, ..score }))
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
        let score = latest.score(models, reference).map(|score| self.told(limited(score, PROVISIONAL_NATS)));
        self.gathered.merge(&latest);
        if self.gathered.strokes() >= ANCHOR_STROKES {
            self.anchor = self.anchor_of(models, reference);
        }
        score
    }

    /// Remembers what is told, so that a session's sum follows what its blocks say together.
    fn told(&mut self, score: ModalityScore) -> ModalityScore {
        self.told_nats = (self.told_nats - score.llr.nats()).max(0.0);
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

/// What some of the session's blocks say together, less what they say for the subject only because the reference is
/// anchored to this session.
fn spoken(
    models: &PointerModels,
    against: &PreparedPointer,
    some: &PointerEvidence,
) -> Option<ModalityScore> {
    let score = some.score(models, against)?;
    let nats = score.llr.nats() - ANCHORED_NATS - STROKE_NATS * f64::from(some.strokes());
    Some(ModalityScore { llr: LogLikelihoodRatio::bounded(nats), ..score })
}

fn limited(score: ModalityScore, nats_max: f64) -> ModalityScore {
    let nats = score.llr.nats().clamp(-nats_max, nats_max);
    ModalityScore { llr: LogLikelihoodRatio::bounded(nats), ..score }
}
