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
    clip: f64,
    weight: f64,
    slack: f64,
    /// Evidence since the sum was last at nothing: how odd the stretch is that it stands for.
    stretch: f64,
    stretch_windows: u32,
    reason: Option<Reason>,
    windows: u32,
}

impl Track {
    const fn new(clip: f64, weight: f64, slack: f64, cap: f64) -> Self {
        Self {
            sum: Cusum::new(clip, cap),
            clip,
            weight,
            slack,
            stretch: 0.0,
            stretch_windows: 0,
            reason: None,
            windows: 0,
        }
    }

    fn add(&mut self, score: ModalityScore) -> LogLikelihoodRatio {
        let nats = self.weight * score.llr.nats() + self.slack;
        let llr = LogLikelihoodRatio::bounded(nats.clamp(-self.clip, self.clip));
        self.sum.add(llr);
        self.stretch += nats;
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
            keystroke: Track::new(settings.keystroke_clip, 1.0, settings.keystroke_slack, cap),
            pointer: Track::new(settings.pointer_clip, settings.pointer_weight, settings.pointer_slack, cap),
            fixed_text: Track::new(settings.fixed_text_clip, 1.0, 0.0, cap),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn score(nats: f64) -> ModalityScore {
        ModalityScore { llr: LogLikelihoodRatio::bounded(nats), events: 64, reason: None }
    }

    fn keys(nats: f64) -> Scores {
        Scores { keystroke: Some(score(nats)), ..Scores::default() }
    }

    #[test]
    fn one_window_never_reaches_the_band_high() {
        let settings = RiskSettings::default();
        for scores in [
            keys(-30.0),
            Scores { pointer: Some(score(-30.0)), ..Scores::default() },
            Scores { fixed_text: Some(score(-30.0)), ..Scores::default() },
        ] {
            let mut sum = Accumulator::new(&settings);
            sum.add(&scores);
            assert!(sum.nats() < settings.high_nats, "{}", sum.nats());
        }
    }

    #[test]
    fn missing_evidence_is_neutral() {
        let mut sum = Accumulator::new(&RiskSettings::default());
        sum.add(&keys(-3.0));
        let before = sum.nats();
        (0..50).for_each(|_| sum.add(&Scores::default()));
        assert_eq!((sum.nats(), sum.windows()), (before, 1));
    }

    #[test]
    fn a_passed_step_up_forgives_as_much_oddness_and_no_more() {
        let settings = RiskSettings::default();
        let mut sum = Accumulator::new(&settings);
        (0..3).for_each(|_| sum.add(&keys(-1.0)));
        assert!(sum.nats() >= settings.raised_nats);
        sum.step_up_passed();
        (0..5).for_each(|_| sum.add(&keys(-1.0)));
        assert!(sum.nats() < settings.raised_nats, "{}", sum.nats());
        (0..2).for_each(|_| sum.add(&keys(-9.0)));
        assert!(sum.nats() >= settings.high_nats, "{}", sum.nats());
    }

    #[test]
    fn keys_and_pointer_add_up() {
        let settings = RiskSettings::default();
        let mut both = Accumulator::new(&settings);
        let mut alone = Accumulator::new(&settings);
        for _ in 0..2 {
            both.add(&Scores { pointer: Some(score(-1.5)), ..keys(-0.5) });
            alone.add(&keys(-0.5));
        }
        assert!(both.nats() > alone.nats());
    }
}
