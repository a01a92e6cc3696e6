//! A compiled policy: what the server asks, once a page, a field or an action.

use crate::answer::{ActionAnswer, Answer, PolicyVersion, Reasons, RuleId, Verdict};
use crate::domain::{self, Names, Subject};
use crate::fault::{Fault, PolicyErrors};
use crate::question::{ActionQuestion, Circumstances, MfaAge, Question, RiskBand, SubScore};
use crate::source::{BandLimits, Source};
use crate::table::{Candidates, Table};
use palet_mask::{FieldClass, Level};
use palet_units::{Micros, Probability, TenantId};
use sha2::{Digest, Sha256};

/// The policy that ships: masked without evidence, clear while calm, less and less as the risk rises.
pub const DEFAULT_TOML: &str = include_str!("../default.toml");

/// A policy, compiled and proved. Immutable: a new text makes a new policy.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) version: PolicyVersion,
    pub(crate) text: String,
    pub(crate) source: Source,
    pub(crate) fields: Table,
    pub(crate) actions: Table,
    pub(crate) warnings: Vec<Fault>,
}

/// A rule as operators know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo<'p> {
    /// Its name; `default` for the default.
    pub name: &'p str,
    /// Its reason, in the words of whoever wrote the rule; empty where none was given.
    pub reason: &'p str,
    /// The line where it begins. **Range**: 1 and up; 0 where the text has no default.
    pub line: usize,
}

/// How long ago the person authenticated strongly; `None` where they did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Authenticated {
    /// Since the login that opened the session.
    pub since_login: Option<Micros>,
    /// Since the last step-up that was passed within the session.
    pub since_step_up: Option<Micros>,
}

/// The thresholds that cut a score into bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// From here on the risk is raised.
    pub raised: Probability,
    /// From here on it is high.
    pub high: Probability,
    /// From here on it is severe.
    pub severe: Probability,
}

impl Policy {
    /// Reads, compiles and proves a policy. **Errors**: all faults of the text at once, each with its place.
    pub fn compile(toml: &str) -> Result<Self, PolicyErrors> {
        let source = crate::source::parse(toml).map_err(|faults| {
            // A text over the limit is not carried along with its error.
            let kept = if toml.len() > crate::source::SOURCE_BYTES_MAX { "" } else { toml };
            PolicyErrors::new(faults, kept)
        })?;
        let faults = crate::proof::faults_of_rules(&source);
        if !faults.is_empty() {
            return Err(PolicyErrors::new(faults, toml));
        }
        let table = |subject| match subject {
            Subject::Fields => Table::compile(&source.rules, source.default.as_ref(), &source.names, subject),
            Subject::Actions => {
                Table::compile(&source.action_rules, source.action_default.as_ref(), &source.names, subject)
            }
        };
        let (fields, actions) = (table(Subject::Fields), table(Subject::Actions));
        let proof = crate::proof::prove(&source, &fields, &actions);
        if !proof.faults.is_empty() {
            return Err(PolicyErrors::new(proof.faults, toml));
        }
        let warnings = proof.warnings.into_iter().map(|fault| fault.locate(toml)).collect();
        let version = PolicyVersion(Sha256::digest(toml.as_bytes()).into());
        Ok(Self { version, text: toml.to_owned(), source, fields, actions, warnings })
    }

    /// The policy that ships. **Errors**: none, as long as the shipped text compiles, which a test sees to.
    pub fn embedded_default() -> Result<Self, PolicyErrors> {
        Self::compile(DEFAULT_TOML)
    }

    /// The version: a hash of the text.
    #[must_use]
    pub const fn version(&self) -> PolicyVersion {
        self.version
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The title that the text gives itself.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.source.title
    }

    /// What is doubtful about the text, though it is valid: rules that never answer, levels without a form.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The number of rules about fields, and of those about actions.
    #[must_use]
    pub fn rule_counts(&self) -> (usize, usize) {
        (self.source.rules.len(), self.source.action_rules.len())
    }

    /// The answer about one field. Never less than `redact` for a secret class, whatever the rules say.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>) -> Answer {
        self.prepare(question.tenant, &question.circumstances).field(question.class, question.custom)
    }

    /// The answer about one action.
    #[must_use]
    pub fn decide_action(&self, question: &ActionQuestion<'_>) -> ActionAnswer {
        self.prepare_actions(question.tenant, &question.circumstances).action(question.action)
    }

    /// Fixes the circumstances of a page, so that each of its fields costs little more than one look-up.
    #[must_use]
    pub fn prepare(&self, tenant: &TenantId, at: &Circumstances) -> Prepared<'_> {
        let cell = domain::cell(self.source.names.tenant(tenant.as_str()), 0, at);
        Prepared { policy: self, candidates: self.fields.candidates(&cell) }
    }

    fn prepare_actions(&self, tenant: &TenantId, at: &Circumstances) -> PreparedActions<'_> {
        let cell = domain::cell(self.source.names.tenant(tenant.as_str()), 0, at);
        PreparedActions { policy: self, candidates: self.actions.candidates(&cell) }
    }

    /// The thresholds of the overall risk.
    #[must_use]
    pub fn bands(&self) -> Bands {
        let limit = |share| Probability::clamped(share);
        let BandLimits { raised, high, severe } = self.source.bands;
        Bands { raised: limit(raised), high: limit(high), severe: limit(severe) }
    }

    /// The band of a risk.
    #[must_use]
    pub fn band(&self, risk: Probability) -> RiskBand {
        self.source.bands.band(risk.get())
    }

    /// The band of a risk after another: it rises at once, and falls only when the risk is below the
    /// threshold by the policy's hysteresis, so that fields do not flicker.
    #[must_use]
    pub fn band_after(&self, before: RiskBand, risk: Probability) -> RiskBand {
        let now = self.band(risk);
        let held = self.source.bands.band(risk.get() + self.source.hysteresis);
        now.max(held.min(before))
    }

    /// The band of a detector's score.
    #[must_use]
    pub fn sub_band(&self, score: SubScore, risk: Probability) -> RiskBand {
        self.source.sub_bands[score as usize].band(risk.get())
    }

    /// The step of the time since the last strong authentication. A login is `fresh` at best: it may have
    /// been phished; only a step-up that was passed within the session is `immediate`.
    #[must_use]
    pub fn mfa_age(&self, authenticated: &Authenticated) -> MfaAge {
        let [immediate, fresh, recent] = self.source.mfa_s.map(Micros::from_secs);
        let age = |since: Micros| match since {
            since if since <= fresh => MfaAge::Fresh,
            since if since <= recent => MfaAge::Recent,
            _ => MfaAge::Old,
        };
        let Authenticated { since_login, since_step_up } = *authenticated;
        match since_step_up {
            Some(since) if since <= immediate => MfaAge::Immediate,
            _ => since_login.into_iter().chain(since_step_up).map(age).min().unwrap_or(MfaAge::Never),
        }
    }

    /// The name, reason and place of a rule about fields.
    #[must_use]
    pub fn rule(&self, rule: RuleId) -> RuleInfo<'_> {
        self.info(rule, Subject::Fields)
    }

    /// The name, reason and place of a rule about actions.
    #[must_use]
    pub fn action_rule(&self, rule: RuleId) -> RuleInfo<'_> {
        self.info(rule, Subject::Actions)
    }

    pub(crate) fn info(&self, rule: RuleId, subject: Subject) -> RuleInfo<'_> {
        let (drafts, default) = self.drafts(subject);
        match drafts.get(usize::from(rule.0)).or(default) {
            Some(draft) => {
                let before = self.text.get(..draft.span.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                RuleInfo { name: &draft.name, reason: &draft.reason, line }
            }
            None => RuleInfo { name: "default", reason: "", line: 0 },
        }
    }

    pub(crate) fn drafts(
        &self,
        subject: Subject,
    ) -> (&[crate::source::Draft], Option<&crate::source::Draft>) {
        match subject {
            Subject::Fields => (&self.source.rules, self.source.default.as_ref()),
            Subject::Actions => (&self.source.action_rules, self.source.action_default.as_ref()),
        }
    }

    pub(crate) fn table(&self, subject: Subject) -> &Table {
        match subject {
            Subject::Fields => &self.fields,
            Subject::Actions => &self.actions,
        }
    }

    pub(crate) const fn names(&self) -> &Names {
        &self.source.names
    }
}

impl BandLimits {
    fn band(&self, risk: f64) -> RiskBand {
        match risk {
            risk if risk >= self.severe => RiskBand::Severe,
            risk if risk >= self.high => RiskBand::High,
            risk if risk >= self.raised => RiskBand::Raised,
            _ => RiskBand::Calm,
        }
    }
}

/// A policy with the circumstances of one page fixed: answers for any of its fields.
#[derive(Clone, Copy, Debug)]
pub struct Prepared<'p> {
    policy: &'p Policy,
    candidates: Candidates,
}

impl Prepared<'_> {
    /// The answer about a field; `custom` is the bank's name for a class of its own.
    #[must_use]
    pub fn field(&self, class: FieldClass, custom: Option<&str>) -> Answer {
        let table = &self.policy.fields;
        let (rule, doubts) = table.first(&self.candidates, self.policy.source.names.class(class, custom));
        let outcome = table.outcome(rule);
        let level = level_of(outcome.code);
        let level = if class.is_secret() { level.max(Level::Redact) } else { level };
        let ttl = (level < Level::Redact).then_some(Micros::from_secs(outcome.ttl_s));
        Answer { level, ttl, obligations: outcome.obligations, rule, reasons: Reasons(doubts) }
    }
}

#[derive(Clone, Copy, Debug)]
struct PreparedActions<'p> {
    policy: &'p Policy,
    candidates: Candidates,
}

impl PreparedActions<'_> {
    fn action(&self, name: &str) -> ActionAnswer {
        let table = &self.policy.actions;
        let (rule, doubts) = table.first(&self.candidates, self.policy.source.names.action(name));
        let outcome = table.outcome(rule);
        let verdict = verdict_of(outcome.code);
        ActionAnswer { verdict, obligations: outcome.obligations, rule, reasons: Reasons(doubts) }
    }
}

/// The level of a code; the most careful one for a code that is none.
pub(crate) fn level_of(code: u8) -> Level {
    Level::ALL.get(usize::from(code)).copied().unwrap_or(Level::Block)
}

/// The verdict of a code; the most careful one for a code that is none.
pub(crate) fn verdict_of(code: u8) -> Verdict {
    Verdict::ALL.get(usize::from(code)).copied().unwrap_or(Verdict::Deny)
}
