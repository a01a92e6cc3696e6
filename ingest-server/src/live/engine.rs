//! A session's state: inputs in, outcomes out, the same for the same inputs. No clock, no store, no socket.

use palet_comparison::{Models, PreparedReference, habits::Place};
use palet_features::FeatureWindow;
use palet_mask::FieldClass;
use palet_policy::{
    ActionQuestion, Authenticated, Channel, Circumstances, DeviceState, EvidenceState, PageContext, Policy,
    Purpose, RiskBand, Role, SubBands, SubScore, SupportMode, Verdict,
};
use palet_risk::{ReasonCode, Risk, RiskSettings, SessionRisk};
use palet_units::{Micros, TenantId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::{
    outcome::{DecisionOutcome, DecisionVersions},
    policies::ShadowCounts,
};

/// A session counts as live for this long after its page was last heard of.
const HEARD_FOR: Micros = Micros::from_secs(60);

/// What every session of a process is judged with.
#[derive(Clone)]
pub struct Knowledge {
    /// What was learnt from other people.
    pub models: Arc<Models>,
    /// What may be shown and done.
    pub policy: Arc<Policy>,
    /// The policy that waits: it answers as well, without effect.
    pub staged: Option<Arc<Policy>>,
    /// How the policy that waits compares with the one that answers.
    pub shadow: Arc<ShadowCounts>,
    /// How evidence becomes risk.
    pub risk: RiskSettings,
    /// Names these numbers where they are not the shipped ones.
    pub risk_version: Option<String>,
}

/// Whose session it is, and what the subject is known by.
pub struct Whose {
    /// The tenant.
    pub tenant: TenantId,
    /// The policy's channel.
    pub channel: Channel,
    /// The subject's reference; none without consent or enrolment.
    pub reference: Option<PreparedReference>,
    /// The version under which the store has it; 0 for none.
    pub reference_version: u64,
    /// The versions of the references of the account's further people, in the order in which they joined.
    pub others: Vec<u64>,
}

/// Something that changes a session or asks it something, as it is kept in the decision log.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Windows of a page, and the name of the part of the site that it shows.
    Batch {
        /// The policy's context.
        context: String,
        /// The windows.
        windows: Vec<FeatureWindow>,
    },
    /// An action that a page or the bank asks about.
    Action {
        /// The policy's context.
        context: String,
        /// Its name.
        name: String,
        /// Whether the page was there when it was asked.
        heard: bool,
    },
    /// The subject logged in.
    LoginPassed,
    /// The subject proved who they are.
    StepUpPassed,
    /// The subject failed to.
    StepUpFailed,
}

/// What was captured in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// Pressed keys in keystroke blocks.
    pub keys: u32,
    /// Pointer strokes.
    pub strokes: u32,
    /// Entries of fixed-text fields.
    pub entries: u32,
}

impl Counts {
    /// Adds what is in the windows.
    pub fn add(&mut self, windows: &[FeatureWindow]) {
        for window in windows {
            match window {
                FeatureWindow::Keystroke(block) => self.keys += u32::from(block.keys),
                FeatureWindow::Pointer(block) => {
                    self.strokes += u32::try_from(block.strokes.len()).unwrap_or(u32::MAX);
                }
                FeatureWindow::FixedText(_) => self.entries += 1,
                FeatureWindow::Device(_) | FeatureWindow::Context(_) => {}
            }
        }
    }
}

/// The state of one session.
pub struct SessionEngine {
    risk: SessionRisk,
    band: RiskBand,
    /// The band by the thresholds of the policy that waits; the one that answers has the other.
    pub(super) shadow_band: RiskBand,
    pub(super) login_at: Option<Micros>,
    step_up_at: Option<Micros>,
    counts: Counts,
}

impl SessionEngine {
    /// A session of which nothing is known yet but when it began, and perhaps when its subject logged in.
    #[must_use]
    pub fn new(knowledge: &Knowledge, began_at: Micros, login_at: Option<Micros>) -> Self {
        Self {
            risk: SessionRisk::new(&knowledge.risk).begun_at(began_at),
            band: RiskBand::Calm,
            shadow_band: RiskBand::Calm,
            login_at,
            step_up_at: None,
            counts: Counts::default(),
        }
    }

    /// Takes an input. Actions change nothing.
    pub fn apply(&mut self, knowledge: &Knowledge, whose: &Whose, input: &Input, at: Micros) {
        match input {
            Input::Batch { context, windows } => {
                self.risk.visit(whose.reference.as_ref(), place_of(context), windows);
                self.take_windows(knowledge, whose, windows, at);
            }
            Input::Action { .. } => {}
            Input::LoginPassed => self.login_at = Some(at),
            Input::StepUpPassed => {
                self.risk.step_up_passed();
                self.step_up_at = Some(at);
                (self.band, self.shadow_band) = (RiskBand::Calm, RiskBand::Calm);
            }
            Input::StepUpFailed => self.step_up_at = None,
        }
    }

    /// Scores the windows of one batch.
    pub fn take_windows(
        &mut self,
        knowledge: &Knowledge,
        whose: &Whose,
        windows: &[FeatureWindow],
        at: Micros,
    ) {
        self.counts.add(windows);
        let risk = self.risk.update(&knowledge.models, whose.reference.as_ref(), windows, at);
        self.band = knowledge.policy.band_after(self.band, risk.value);
        self.shadow_band = match &knowledge.staged {
            Some(staged) => staged.band_after(self.shadow_band, risk.value),
            None => self.band,
        };
    }

    /// The risk after the last input.
    #[must_use]
    pub const fn risk(&self) -> &Risk {
        self.risk.risk()
    }

    /// The band after the last input.
    #[must_use]
    pub const fn band(&self) -> RiskBand {
        self.band
    }

    /// What was captured so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// When the last step-up was passed.
    #[must_use]
    pub const fn step_up_at(&self) -> Option<Micros> {
        self.step_up_at
    }

    /// What the policy is asked with at `now`, for a page that was last heard of at `heard_at`.
    #[must_use]
    pub fn circumstances(
        &self,
        knowledge: &Knowledge,
        whose: &Whose,
        context: PageContext,
        heard_at: Option<Micros>,
        now: Micros,
    ) -> Circumstances {
        self.circumstances_under((&knowledge.policy, self.band), whose, context, heard_at, now)
    }

    pub(super) fn circumstances_under(
        &self,
        (policy, band): (&Policy, RiskBand),
        whose: &Whose,
        context: PageContext,
        heard_at: Option<Micros>,
        now: Micros,
    ) -> Circumstances {
        let heard = heard_at.is_some_and(|at| now.since(at) <= HEARD_FOR);
        let automation = self.risk().sub_scores.automation;
        Circumstances {
            role: Role::Customer,
            channel: whose.channel,
            context,
            purpose: Purpose::Display,
            support: SupportMode::Off,
            band,
            evidence: self.evidence(heard),
            subs: SubBands::CALM.with(SubScore::Bot, policy.sub_band(SubScore::Bot, automation)),
            mfa: policy.mfa_age(&Authenticated {
                since_login: self.login_at.map(|at| now.since(at)),
                since_step_up: self.step_up_at.map(|at| now.since(at)),
            }),
            device: DeviceState::Known,
        }
    }

    fn evidence(&self, heard: bool) -> EvidenceState {
        let risk = self.risk();
        let trained = risk.trained.keystroke || risk.trained.pointer || risk.trained.fixed_text;
        match heard {
            false => EvidenceState::None,
            true if trained && risk.windows_compared > 0 => EvidenceState::Trained,
            true => EvidenceState::NotTrained,
        }
    }

    /// What is kept of a decision made in these circumstances.
    #[must_use]
    pub fn outcome(
        &self,
        knowledge: &Knowledge,
        whose: &Whose,
        circumstances: &Circumstances,
        verdict: Option<Verdict>,
    ) -> DecisionOutcome {
        let risk = self.risk();
        let prepared = knowledge.policy.prepare(&whose.tenant, circumstances);
        let subs = &risk.sub_scores;
        DecisionOutcome {
            risk: risk.value.get(),
            biometric_only: risk.biometric_only.get(),
            sub_scores: [subs.keystroke, subs.pointer, subs.fixed_text, subs.automation]
                .map(|score| score.get()),
            band: circumstances.band.as_str().to_owned(),
            evidence: circumstances.evidence.as_str().to_owned(),
            windows_compared: risk.windows_compared,
            reasons: risk.reasons.iter().map(|reason| reason.code.as_str().to_owned()).collect(),
            levels: FieldClass::ALL.map(|class| prepared.field(class, None).level as u8).to_vec(),
            verdict: verdict.map(|verdict| verdict.as_str().to_owned()),
            habits: subs.habits.get(),
        }
    }

    /// The outcome of an input that was just applied, with nothing known but the input itself: how
    /// `palet rescore` and the decision log come to the same.
    #[must_use]
    pub fn outcome_of(
        &self,
        knowledge: &Knowledge,
        whose: &Whose,
        input: &Input,
        at: Micros,
    ) -> DecisionOutcome {
        let (context, heard, action) = asked_in(input);
        let circumstances = self.circumstances(knowledge, whose, context, heard.then_some(at), at);
        let verdict = action.map(|action| {
            let question = ActionQuestion { tenant: &whose.tenant, action, circumstances };
            knowledge.policy.decide_action(&question).verdict
        });
        self.outcome(knowledge, whose, &circumstances, verdict)
    }

    /// Model, reference and policy behind what is decided now.
    #[must_use]
    pub fn versions(&self, knowledge: &Knowledge, whose: &Whose) -> DecisionVersions {
        let models = knowledge.models.hash().to_string();
        DecisionVersions {
            model: models.get(..16).unwrap_or(&models).to_owned(),
            reference: whose.reference_version,
            others: whose.others.clone(),
            risk: knowledge.risk_version.clone(),
            policy: knowledge.policy.version().to_string(),
        }
    }
}

/// The part of the site that an input is about, whether its page was there, and the action that was asked about.
pub(super) fn asked_in(input: &Input) -> (PageContext, bool, Option<&str>) {
    let (context, heard, action) = match input {
        Input::Batch { context, .. } => (context.as_str(), true, None),
        Input::Action { context, name, heard } => (context.as_str(), *heard, Some(name.as_str())),
        Input::LoginPassed | Input::StepUpPassed | Input::StepUpFailed => ("other", true, None),
    };
    (PageContext::parse_or_other(context), heard, action)
}

/// Where a page is, for the subject's habits; nowhere without a name that the policy knows.
#[must_use]
pub fn place_of(context: &str) -> Option<Place> {
    match PageContext::parse_or_other(context) {
        PageContext::Other => None,
        named => Place::new(named as u8),
    }
}

/// Whether a reason says that something is missing rather than wrong.
pub(super) const fn is_absence(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::NotTrained | ReasonCode::NoEvidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_site_is_a_place_and_the_first_is_the_login() {
        let named = PageContext::ALL.iter().filter(|context| **context != PageContext::Other);
        let places: Vec<Option<Place>> = named.map(|context| place_of(context.as_str())).collect();
        assert_eq!(place_of("login"), Some(Place::LOGIN));
        assert!(places.iter().all(Option::is_some), "{places:?}");
        // Their numbers stand in stored habits: new ones come behind these.
        let stored =
            ["login", "overview", "statement", "card", "payment", "profile", "application", "support"];
        assert_eq!(PageContext::NAMES[..stored.len()], stored);
        assert_eq!((place_of("other"), place_of("no-such-part")), (None, None));
    }
}
