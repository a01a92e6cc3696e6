//! A session's evidence, accumulated by modality and over all of them.

use crate::cusum::Cusum;
use crate::settings::RiskSettings;
use palet_comparison::{LogLikelihoodRatio, Modality, ModalityScore, Reason, Scores};

/// The sum stops at so many times the sum of "severe", so that a few genuine windows do not clear it.
pub(crate) const CAP: f64 = 1.5;

/// The most that a passed step-up forgives each later window of the session. **Units**: nats.
const FORGIVEN_MAX: f64 = 3.0;

/// One modality's part.
#[derive(Clone, Debug)]
struct Track {
    sum: Cusum,
    slack: f64,
    /// Log-likelihood ratios since the sum was last at nothing: how odd the stretch is that it stands for.
    stretch: f64,
    stretch_windows: u32,
    reason: Option<Reason>,
    windows: u32,
}

impl Track {
    const fn new(clip: f64, slack: f64, cap: f64) -> Self {
        Self { sum: Cusum::new(clip, cap), slack, stretch: 0.0, stretch_windows: 0, reason: None, windows: 0 }
    }

    fn add(&mut self, score: ModalityScore) -> LogLikelihoodRatio {
        let llr = LogLikelihoodRatio::bounded(score.llr.nats() + self.slack);
        self.sum.add(llr);
        self.stretch += llr.nats();
        self.stretch_windows += 1;
        if self.sum.nats() <= 0.0 {
            (self.stretch, self.stretch_windows) = (0.0, 0);
        }
        self.reason = score.reason.or(self.reason);
        self.windows = self.windows.saturating_add(1);
        llr
    }

    /// What looked odd is known to be the subject's own today: as much oddness no longer counts in this session.
    fn forgive(&mut self) {
        let mean = self.stretch / f64::from(self.stretch_windows.max(1));
        self.slack = (self.slack - mean).clamp(self.slack, self.slack.max(FORGIVEN_MAX));
        (self.stretch, self.stretch_windows) = (0.0, 0);
        self.sum.reset();
        self.reason = None;
    }
}

/// Sums of evidence against the subject.
#[derive(Clone, Debug)]
pub struct Accumulator {
    keystroke: Track,
    pointer: Track,
    fixed_text: Track,
    fused: Cusum,
}

impl Accumulator {
    /// Sums at nothing.
    #[must_use]
    pub fn new(settings: &RiskSettings) -> Self {
        let cap = settings.severe_nats * CAP;
        let clip = settings.keystroke_clip.max(settings.pointer_clip);
        Self {
            keystroke: Track::new(settings.keystroke_clip, settings.keystroke_slack, cap),
            pointer: Track::new(settings.pointer_clip, settings.pointer_slack, cap),
            fixed_text: Track::new(settings.fixed_text_clip, 0.0, cap),
            fused: Cusum::new(clip, cap),
        }
    }

    /// Takes the scores of one window.
    pub fn add(&mut self, scores: &Scores) {
        let parts = [
            (&mut self.keystroke, scores.keystroke),
            (&mut self.pointer, scores.pointer),
            (&mut self.fixed_text, scores.fixed_text),
        ];
        for (track, score) in parts {
            if let Some(score) = score {
                let llr = track.add(score);
                self.fused.add(llr);
            }
        }
    }

    /// The largest of the sum over all modalities and the sums of typing and pointer by themselves. A fixed text alone
    /// is too short to speak for itself. **Units**: nats.
    #[must_use]
    pub fn nats(&self) -> f64 {
        self.fused.nats().max(self.keystroke.sum.nats()).max(self.pointer.sum.nats())
    }

    /// One modality's own sum. **Units**: nats.
    #[must_use]
    pub const fn nats_of(&self, modality: Modality) -> f64 {
        self.track(modality).sum.nats()
    }

    /// What differed most in one modality.
    #[must_use]
    pub const fn reason_of(&self, modality: Modality) -> Option<Reason> {
        self.track(modality).reason
    }

    /// Windows that were compared.
    #[must_use]
    pub const fn windows(&self) -> u32 {
        self.keystroke.windows + self.pointer.windows + self.fixed_text.windows
    }

    /// The subject has proved who they are: what spoke against them is forgotten, and in this session as much oddness
    /// as they have shown is forgiven from now on, within a bound.
    pub fn step_up_passed(&mut self) {
        [&mut self.keystroke, &mut self.pointer, &mut self.fixed_text].into_iter().for_each(Track::forgive);
        self.fused.reset();
    }

    const fn track(&self, modality: Modality) -> &Track {
        match modality {
            Modality::Keystroke => &self.keystroke,
            Modality::Pointer => &self.pointer,
            Modality::FixedText => &self.fixed_text,
        }
    }
}
