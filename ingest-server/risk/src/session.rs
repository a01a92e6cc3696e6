//! The risk of one session, accumulated over its windows.

use crate::accumulator::Accumulator;
use crate::automation::{AutomationFinding, AutomationWatch};
use crate::habits::HabitEvidence;
use crate::reason::{ReasonCode, RiskReason};
use crate::settings::RiskSettings;
use palet_comparison::habits::{HabitWatch, Place};
use palet_comparison::{Margin, Modality, ModelHash, Models, PreparedReference, SessionComparison};
use palet_features::{FeatureWindow, SCHEMA_VERSION};
use palet_units::{Micros, Probability};

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
    /// The session is unlike the subject's others. Bounded far below what the other parts may say.
    pub habits: Probability,
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
    /// Habits.
    pub habits: bool,
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
    /// Everything together. [`crate::RISK_RAISED`], [`crate::RISK_HIGH`] and [`crate::RISK_SEVERE`] are where the
    /// shipped policy's bands begin.
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

/// One of the account's people, watched over the session.
struct Watched {
    comparison: SessionComparison,
    evidence: Accumulator,
    habits: HabitEvidence,
    margin: Margin,
}

/// The state of one session's risk.
pub struct SessionRisk {
    settings: RiskSettings,
    /// In the order of the reference's people; at least one.
    people: Vec<Watched>,
    automation: AutomationWatch,
    habits: HabitWatch,
    updated_at: Micros,
    risk: Risk,
}

impl Watched {
    fn new(settings: &RiskSettings) -> Self {
        Self {
            comparison: SessionComparison::default(),
            evidence: Accumulator::new(settings),
            habits: HabitEvidence::default(),
            margin: Margin::NONE,
        }
    }

    /// Everything that speaks against this person. **Units**: nats.
    fn nats(&self, settings: &RiskSettings) -> f64 {
        self.evidence.nats() + self.habits.nats(settings.habits_nats_max)
    }

    /// How far that is beyond what is usual for this person. **Units**: nats.
    fn beyond(&self, settings: &RiskSettings) -> f64 {
        self.nats(settings) - self.margin.nats()
    }
}

impl SessionRisk {
    /// A session about which nothing is known yet.
    #[must_use]
    pub fn new(settings: &RiskSettings) -> Self {
        Self {
            settings: *settings,
            people: vec![Watched::new(settings)],
            automation: AutomationWatch::default(),
            habits: HabitWatch::default(),
            updated_at: Micros::ZERO,
            risk: nothing_known(),
        }
    }

    /// The session with the time at which it began, by the clock that everybody shares.
    #[must_use]
    pub fn begun_at(mut self, at: Micros) -> Self {
        self.habits = HabitWatch::beginning(at);
        self
    }

    /// Takes where the page of a batch is and what its windows tell of habits. [`Self::update`] with the same windows
    /// follows.
    pub fn visit(
        &mut self,
        reference: Option<&PreparedReference>,
        place: Option<Place>,
        windows: &[FeatureWindow],
    ) {
        for event in self.habits.see(place, windows) {
            for (at, person) in reference.iter().flat_map(|reference| reference.people()).enumerate() {
                watched(&mut self.people, &self.settings, at).habits.add(person.habits(), event);
            }
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
        for person in &mut self.people {
            person.evidence.step_up_passed();
            person.habits.step_up_passed();
            person.comparison.step_up_passed();
        }
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
        for (at, person) in reference.people().enumerate() {
            let Watched { comparison, evidence, margin, .. } = watched(&mut self.people, &self.settings, at);
            *margin = person.margin();
            evidence.add(&comparison.compare(models, person, window));
        }
    }

    /// Whoever of the account's people the evidence speaks against least.
    fn best(&self) -> &Watched {
        let mut best = &self.people[0];
        for other in &self.people[1..] {
            if other.beyond(&self.settings) < best.beyond(&self.settings) {
                best = other;
            }
        }
        best
    }

    fn evidence(&self) -> &Accumulator {
        &self.best().evidence
    }

    fn made(&self, models: &Models, reference: Option<&PreparedReference>) -> Risk {
        let finding = self.automation.finding();
        let automation = finding.map_or(Probability::ZERO, |finding| finding.risk);
        let sub_scores = SubScores {
            keystroke: self.mapped(self.evidence().nats_of(Modality::Keystroke)),
            pointer: self.mapped(self.evidence().nats_of(Modality::Pointer)),
            fixed_text: self.mapped(self.evidence().nats_of(Modality::FixedText)),
            automation,
            habits: self.mapped(self.best().habits.nats(self.settings.habits_nats_max)),
        };
        let biometric_only = self.mapped(self.evidence().nats());
        let behaviour = self.mapped(self.best().nats(&self.settings));
        let trained = |modality| reference.is_some_and(|reference| reference.is_trained(modality));
        Risk {
            value: Probability::clamped(behaviour.get().max(automation.get())),
            biometric_only,
            sub_scores,
            reasons: self.reasons(reference, finding),
            trained: Trained {
                keystroke: trained(Modality::Keystroke),
                pointer: trained(Modality::Pointer),
                fixed_text: trained(Modality::FixedText),
                habits: reference.is_some_and(|reference| reference.habits().is_trained()),
            },
            windows_compared: self.evidence().windows(),
            versions: Versions {
                schema: SCHEMA_VERSION,
                models: models.hash(),
                reference: reference.map(PreparedReference::version),
            },
        }
    }

    fn mapped(&self, nats: f64) -> Probability {
        self.settings.with_margin(self.best().margin).risk_of(nats)
    }

    fn reasons(
        &self,
        reference: Option<&PreparedReference>,
        finding: Option<AutomationFinding>,
    ) -> Vec<RiskReason> {
        let mut reasons: Vec<RiskReason> = Vec::with_capacity(REASONS_MAX + 1);
        for modality in [Modality::Keystroke, Modality::Pointer, Modality::FixedText] {
            let nats = self.evidence().nats_of(modality);
            if nats > 0.0 {
                let code = self.evidence().reason_of(modality).map_or(general(modality), ReasonCode::from);
                reasons.push(RiskReason::new(code, nats));
            }
        }
        let compared = !reasons.is_empty();
        reasons.extend(self.best().habits.reasons(self.settings.habits_nats_max));
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        if let Some(finding) = finding {
            reasons
                .insert(0, RiskReason::new(finding.reason, self.settings.severe_nats * finding.risk.get()));
        }
        if !compared && finding.is_none() {
            reasons.truncate(REASONS_MAX - 1);
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
        (self.evidence().windows() == 0).then_some(ReasonCode::NoEvidence)
    }
}

/// The state of the account's person at this place, made where it is not there yet.
fn watched<'a>(people: &'a mut Vec<Watched>, settings: &RiskSettings, at: usize) -> &'a mut Watched {
    if at == people.len() {
        people.push(Watched::new(settings));
    }
    &mut people[at]
}

const fn general(modality: Modality) -> ReasonCode {
    match modality {
        Modality::Keystroke => ReasonCode::KeyGeneral,
        Modality::Pointer => ReasonCode::PointerGeneral,
        Modality::FixedText => ReasonCode::FixedText,
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
            habits: Probability::ZERO,
        },
        reasons: vec![RiskReason::new(ReasonCode::NoEvidence, 0.0)],
        trained: Trained::default(),
        windows_compared: 0,
        versions: Versions { schema: SCHEMA_VERSION, models: ModelHash([0; 32]), reference: None },
    }
}
