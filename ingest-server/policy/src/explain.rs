//! A decision in words: which rule answered, what it looked at, and which single change would have changed it.

use crate::answer::{Obligations, Reasons, RuleId};
use crate::domain::{self, Cell, Dim, Subject};
use crate::policy::{Policy, level_of, verdict_of};
use crate::question::{ActionQuestion, Question};
use core::fmt;
use palet_mask::Level;

/// A decision in words. `Display` gives them as lines for a console, a log or a letter to the person concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The class or action asked about.
    pub asked: String,
    /// The level or verdict.
    pub outcome: &'static str,
    /// The name of the rule.
    pub rule: String,
    /// The line where it begins; 0 where the text has no default.
    pub line: usize,
    /// The rule's own reason.
    pub reason: String,
    /// The doubts that the rule looked at, as key and value.
    pub doubts: Vec<(&'static str, String)>,
    /// What must be done besides, by name.
    pub obligations: Vec<&'static str>,
    /// How long the answer stands. **Units**: s.
    pub ttl_s: Option<u64>,
    /// What the answer would have been with one doubt less, where it would have been another.
    pub otherwise: Vec<Otherwise>,
    /// The version of the policy.
    pub version: String,
}

/// The answer with one doubt less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// The doubt.
    pub key: &'static str,
    /// The value that it would have had.
    pub value: String,
    /// The level or verdict.
    pub outcome: &'static str,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.asked, self.outcome)?;
        match self.line {
            0 => write!(f, ", by the default")?,
            line => write!(f, ", by `{}` (line {line})", self.rule)?,
        }
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        writeln!(f)?;
        let pairs: Vec<String> = self.doubts.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        if !pairs.is_empty() {
            writeln!(f, "  because {}", pairs.join(", "))?;
        }
        if let Some(ttl_s) = self.ttl_s {
            writeln!(f, "  stands for {ttl_s} s")?;
        }
        if !self.obligations.is_empty() {
            writeln!(f, "  with {}", self.obligations.join(", "))?;
        }
        for Otherwise { key, value, outcome } in &self.otherwise {
            writeln!(f, "  with {key} = {value} it would be {outcome}")?;
        }
        write!(f, "  policy {}", self.version)
    }
}

impl Policy {
    /// The answer about a field, in words.
    #[must_use]
    pub fn explain(&self, question: &Question<'_>) -> Explanation {
        let names = self.names();
        let asked = names.class(question.class, question.custom);
        let cell = domain::cell(names.tenant(question.tenant.as_str()), asked, &question.circumstances);
        let least = if question.class.is_secret() { Level::Redact } else { Level::Clear };
        self.explain_cell(&cell, Subject::Fields, least)
    }

    /// The answer about an action, in words.
    #[must_use]
    pub fn explain_action(&self, question: &ActionQuestion<'_>) -> Explanation {
        let names = self.names();
        let asked = names.action(question.action);
        let cell = domain::cell(names.tenant(question.tenant.as_str()), asked, &question.circumstances);
        self.explain_cell(&cell, Subject::Actions, Level::Clear)
    }

    /// The rule that answers a question of the domain, and the doubts that it looked at.
    pub(crate) fn answer_cell(&self, cell: &Cell, subject: Subject) -> (RuleId, u32) {
        let table = self.table(subject);
        table.first(&table.candidates(cell), cell[Dim::Asked as usize])
    }

    /// The name of the level or verdict of a rule, no more open than `least`.
    pub(crate) fn outcome_name(&self, rule: RuleId, subject: Subject, least: Level) -> &'static str {
        let code = self.table(subject).outcome(rule).code;
        match subject {
            Subject::Fields => level_of(code).max(least).as_str(),
            Subject::Actions => verdict_of(code).as_str(),
        }
    }

    fn explain_cell(&self, cell: &Cell, subject: Subject, least: Level) -> Explanation {
        let (rule, doubts) = self.answer_cell(cell, subject);
        let outcome = self.outcome_name(rule, subject, least);
        let info = self.info(rule, subject);
        let names = self.names();
        let value = |dim: Dim, value: u8| names.value(dim, subject, value);
        let given = |dim: Dim| (crate::source::key_of(dim, subject), value(dim, cell[dim as usize]));
        let compiled = self.table(subject).outcome(rule);
        let shows = subject == Subject::Fields && level_of(compiled.code).max(least) < Level::Redact;
        Explanation {
            asked: value(Dim::Asked, cell[Dim::Asked as usize]),
            outcome,
            rule: info.name.to_owned(),
            line: info.line,
            reason: info.reason.to_owned(),
            doubts: Reasons(doubts).iter().map(given).collect(),
            obligations: names_of(compiled.obligations),
            ttl_s: shows.then_some(compiled.ttl_s),
            otherwise: self.otherwise(cell, subject, least, outcome),
            version: self.version().to_string(),
        }
    }

    /// For each doubt, the most doubtful value below the given one that would have changed the answer.
    fn otherwise(&self, cell: &Cell, subject: Subject, least: Level, outcome: &str) -> Vec<Otherwise> {
        let mut changes = Vec::new();
        for dim in Dim::ALL.into_iter().filter(|dim| dim.is_doubt()) {
            let change = (0..cell[dim as usize]).rev().find_map(|lower| {
                let mut other = *cell;
                other[dim as usize] = lower;
                let changed = self.outcome_name(self.answer_cell(&other, subject).0, subject, least);
                (changed != outcome).then(|| Otherwise {
                    key: crate::source::key_of(dim, subject),
                    value: self.names().value(dim, subject, lower),
                    outcome: changed,
                })
            });
            changes.extend(change);
        }
        changes
    }
}

/// The names of obligations.
pub(crate) fn names_of(obligations: Obligations) -> Vec<&'static str> {
    obligations.iter().map(crate::answer::Obligation::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Circumstances, EvidenceState, MfaAge, RiskBand};
    use palet_mask::FieldClass;

    #[test]
    fn an_explanation_names_the_rule_the_doubts_and_the_way_back() {
        let policy = Policy::embedded_default().unwrap();
        let circumstances = Circumstances {
            evidence: EvidenceState::Trained,
            mfa: MfaAge::Recent,
            band: RiskBand::High,
            ..Circumstances::UNKNOWN
        };
        let tenant = "bank-1".parse().unwrap();
        let question = Question { tenant: &tenant, class: FieldClass::Iban, custom: None, circumstances };
        let text = policy.explain(&question).to_string();
        assert!(text.starts_with("iban: redact, by `customer-high` (line "), "{text}");
        assert!(text.contains("\n  because mfa = recent, band = high\n"), "{text}");
        assert!(text.contains("\n  with step-up\n"), "{text}");
        assert!(text.contains("\n  with mfa = immediate it would be partial\n"), "{text}");
        assert!(text.contains("\n  with band = raised it would be partial\n"), "{text}");
        assert!(text.ends_with(&format!("policy {}", policy.version())), "{text}");
        let pin = Question { class: FieldClass::Pin, ..question };
        assert_eq!(policy.explain(&pin).outcome, "redact");
        assert!(policy.explain(&pin).otherwise.is_empty());
    }
}
