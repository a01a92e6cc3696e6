//! The risk of one session, accumulated over its windows.

use crate::automation::{AutomationFinding, AutomationWatch};
use crate::cusum::Cusum;
use crate::reason::{ReasonCode, RiskReason};
use crate::settings::RiskSettings;
use palet_comparison::{
    Evidence, LogLikelihoodRatio, Modality, ModalityScore, ModelHash, Models, PreparedReference,
};
use palet_features::{FeatureWindow, SCHEMA_VERSION};
use palet_units::{Micros, Probability};

/// Where the bands of the shipped policy begin.
const RAISED: f64 = 0.35;
const HIGH: f64 = 0.65;
const SEVERE: f64 = 0.9;
/// The sum stops here: so much more than severe that a few genuine windows do not clear it. **Units**: severe sums.
const CAP: f64 = 1.5;
/// Reasons that a risk gives, at most.
const REASONS_MAX: usize = 3;

/// Parts of a risk, each in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SubScores {
    /// Somebody else types.
    pub keystroke: Probability,
    /// Somebody else moves the pointer.
    pub pointer: Probability,
    /// Somebody else typed a fixed text.
    pub fixed_text: Probability,
    /// A machine made the events.
    pub automation: Probability,
}

/// What could be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trained {
    /// Typing.
    pub keystroke: bool,
    /// Pointer.
    pub pointer: bool,
    /// Fixed text.
    pub fixed_text: bool,
}

/// What a risk was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The features' schema.
    pub schema: u16,
    /// The models.
    pub models: ModelHash,
    /// The reference; none without one.
    pub reference: Option<u32>,
}

/// How much speaks against the session, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// Everything together. The shipped policy's bands begin at .35, .65 and .9.
    pub value: Probability,
    /// Only what the biometric comparison says: kept apart from signs of fraud.
    pub biometric_only: Probability,
    /// By part.
    pub sub_scores: SubScores,
    /// Up to three, the strongest first.
    pub reasons: Vec<RiskReason>,
    /// What could be compared.
    pub trained: Trained,
    /// Windows that were compared with a reference so far.
    pub windows_compared: u32,
    /// What it was made with.
    pub versions: Versions,
}

/// One modality's part of the session.
#[derive(Clone)]
struct Track {
    sum: Cusum,
    latest: Option<ModalityScore>,
    windows: u32,
}

impl Track {
    const fn new(clip: f64, cap: f64) -> Self {
        Self { sum: Cusum::new(clip, cap), latest: None, windows: 0 }
    }

    fn add(&mut self, score: ModalityScore, slack: f64) {
        self.sum.add(LogLikelihoodRatio::bounded(score.llr.nats() + slack));
        self.latest = Some(score);
        self.windows = self.windows.saturating_add(1);
    }

    fn reset(&mut self) {
        self.sum.reset();
        self.latest = None;
    }
}

/// The state of one session's risk.
pub struct SessionRisk {
    settings: RiskSettings,
    keystroke: Track,
    pointer: Track,
    fixed_text: Track,
    fused: Cusum,
    automation: AutomationWatch,
    updated_at: Micros,
    risk: Risk,
}

impl SessionRisk {
    /// A session about which nothing is known yet.
    #[must_use]
    pub fn new(settings: &RiskSettings) -> Self {
        let cap = settings.severe_nats * CAP;
        Self {
            settings: *settings,
            keystroke: Track::new(settings.keystroke_clip, cap),
            pointer: Track::new(settings.pointer_clip, cap),
            fixed_text: Track::new(settings.fixed_text_clip, cap),
            fused: Cusum::new(settings.keystroke_clip.max(settings.pointer_clip), cap),
            automation: AutomationWatch::default(),
            updated_at: Micros::ZERO,
            risk: nothing_known(),
        }
    }

    /// Takes the windows of one batch, in their order. Without a reference only signs of a machine count.
    pub fn update(
        &mut self,
        models: &Models,
        reference: Option<&PreparedReference>,
        windows: &[FeatureWindow],
        now: Micros,
    ) -> &Risk {
        self.updated_at = self.updated_at.max(now);
        for window in windows {
            self.automation.see(window);
            if let Some(reference) = reference {
                self.compare(models, reference, window);
            }
        }
        self.risk = self.made(models, reference);
        &self.risk
    }

    /// The subject has proved who they are: what spoke against them until now is forgotten.
    pub fn step_up_passed(&mut self) {
        [&mut self.keystroke, &mut self.pointer, &mut self.fixed_text].into_iter().for_each(Track::reset);
        self.fused.reset();
        self.automation = AutomationWatch::default();
        self.risk = Risk { versions: self.risk.versions, trained: self.risk.trained, ..nothing_known() };
    }

    /// The risk after the latest update.
    #[must_use]
    pub const fn risk(&self) -> &Risk {
        &self.risk
    }

    /// When windows last came.
    #[must_use]
    pub const fn updated_at(&self) -> Micros {
        self.updated_at
    }

    fn compare(&mut self, models: &Models, reference: &PreparedReference, window: &FeatureWindow) {
        let mut evidence = Evidence::default();
        evidence.add(models, reference, window);
        let scores = evidence.scores(models, reference);
        let settings = self.settings;
        let parts = [
            (&mut self.keystroke, scores.keystroke, settings.keystroke_slack),
            (&mut self.pointer, scores.pointer, settings.pointer_slack),
            (&mut self.fixed_text, scores.fixed_text, 0.0),
        ];
        for (track, score, slack) in parts {
            if let Some(score) = score {
                track.add(score, slack);
                self.fused.add(LogLikelihoodRatio::bounded(score.llr.nats() + slack));
            }
        }
    }

    fn made(&self, models: &Models, reference: Option<&PreparedReference>) -> Risk {
        let finding = self.automation.finding();
        let automation = finding.map_or(Probability::ZERO, |finding| finding.risk);
        let sub_scores = SubScores {
            keystroke: self.mapped(self.keystroke.sum.nats()),
            pointer: self.mapped(self.pointer.sum.nats()),
            fixed_text: self.mapped(self.fixed_text.sum.nats()),
            automation,
        };
        let biometric_only = self.mapped(self.biometric_nats());
        let trained = |modality| reference.is_some_and(|reference| reference.is_trained(modality));
        Risk {
            value: Probability::clamped(biometric_only.get().max(automation.get())),
            biometric_only,
            sub_scores,
            reasons: self.reasons(reference, finding),
            trained: Trained {
                keystroke: trained(Modality::Keystroke),
                pointer: trained(Modality::Pointer),
                fixed_text: trained(Modality::FixedText),
            },
            windows_compared: self.keystroke.windows + self.pointer.windows + self.fixed_text.windows,
            versions: Versions {
                schema: SCHEMA_VERSION,
                models: models.hash(),
                reference: reference.map(PreparedReference::version),
            },
        }
    }

    /// The larger of the strongest modality's sum and the sum over all of them.
    fn biometric_nats(&self) -> f64 {
        let single = [&self.keystroke, &self.pointer].map(|track| track.sum.nats());
        single.into_iter().fold(self.fused.nats(), f64::max)
    }

    /// A sum in nats as a risk: straight lines between the bands, so that a band means one false-alarm rate.
    fn mapped(&self, nats: f64) -> Probability {
        let settings = &self.settings;
        let points = [
            (0.0, 0.0),
            (settings.raised_nats, RAISED),
            (settings.high_nats, HIGH),
            (settings.severe_nats, SEVERE),
            (settings.severe_nats * CAP, 1.0),
        ];
        let line = points.windows(2).find(|pair| nats < pair[1].0);
        let value = line.map_or(1.0, |pair| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            y0 + (nats - x0) / (x1 - x0) * (y1 - y0)
        });
        Probability::clamped(value)
    }

    fn reasons(
        &self,
        reference: Option<&PreparedReference>,
        finding: Option<AutomationFinding>,
    ) -> Vec<RiskReason> {
        let mut reasons: Vec<RiskReason> = Vec::with_capacity(REASONS_MAX + 1);
        let general = [ReasonCode::KeyGeneral, ReasonCode::PointerGeneral, ReasonCode::FixedText];
        for (track, general) in [&self.keystroke, &self.pointer, &self.fixed_text].into_iter().zip(general) {
            if track.sum.nats() > 0.0 {
                let code = track.latest.and_then(|score| score.reason).map_or(general, ReasonCode::from);
                reasons.push(RiskReason::new(code, track.sum.nats()));
            }
        }
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        if let Some(finding) = finding {
            reasons
                .insert(0, RiskReason::new(finding.reason, self.settings.severe_nats * finding.risk.get()));
        }
        if reasons.is_empty() {
            reasons.extend(self.nothing_to_say(reference).map(|code| RiskReason::new(code, 0.0)));
        }
        reasons.truncate(REASONS_MAX);
        reasons
    }

    fn nothing_to_say(&self, reference: Option<&PreparedReference>) -> Option<ReasonCode> {
        let any = |reference: &PreparedReference| {
            [Modality::Keystroke, Modality::Pointer, Modality::FixedText]
                .iter()
                .any(|m| reference.is_trained(*m))
        };
        if !reference.is_some_and(any) {
            return Some(ReasonCode::NotTrained);
        }
        let compared = self.keystroke.windows + self.pointer.windows + self.fixed_text.windows;
        (compared == 0).then_some(ReasonCode::NoEvidence)
    }
}

fn nothing_known() -> Risk {
    Risk {
        value: Probability::ZERO,
        biometric_only: Probability::ZERO,
        sub_scores: SubScores {
            keystroke: Probability::ZERO,
            pointer: Probability::ZERO,
            fixed_text: Probability::ZERO,
            automation: Probability::ZERO,
        },
        reasons: vec![RiskReason::new(ReasonCode::NoEvidence, 0.0)],
        trained: Trained::default(),
        windows_compared: 0,
        versions: Versions { schema: SCHEMA_VERSION, models: ModelHash([0; 32]), reference: None },
    }
}
