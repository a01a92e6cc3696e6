//! Rules and defaults of a policy's text: their conditions as sets of values, their answers as codes.

use super::reader::{duplicate, missing};
use super::{Draft, NAME_BYTES_MAX, REASON_BYTES_MAX, RULES_MAX, Reader, key_of};
use crate::answer::{Obligation, Obligations, Verdict};
use crate::domain::{DIMS, Dim, Names, Subject};
use crate::fault::{Fault, FaultCode};
use core::ops::Range;
use palet_mask::{FieldClass, Level};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The longest time an answer may stand: a day. **Units**: s.
const TTL_S_MAX: u64 = 86_400;

impl Reader {
    pub(super) fn rules(&mut self, table: &DeTable<'_>, subject: Subject, names: &Names) -> Vec<Draft> {
        let key = if subject == Subject::Fields { "rule" } else { "action" };
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(value.span(), &format!("`[[{key}]]` tables"), value.get_ref());
            return Vec::new();
        };
        if items.len() > RULES_MAX {
            let span = items.get(RULES_MAX).map_or(value.span(), Spanned::span);
            let message = format!("expected at most {RULES_MAX} `[[{key}]]` tables, got {}", items.len());
            self.fault(Fault::new(FaultCode::TooMany, span, message));
            return Vec::new();
        }
        let mut rules: Vec<Draft> = Vec::with_capacity(items.len());
        for item in items.iter() {
            let DeValue::Table(fields) = item.get_ref() else {
                self.wrong_kind(item.span(), "a table", item.get_ref());
                continue;
            };
            let Some(draft) = self.rule(fields, item.span(), subject, names) else { continue };
            match rules.iter().find(|known| known.name == draft.name) {
                Some(first) => {
                    let first = first.span.clone();
                    self.fault(duplicate(&draft.name, draft.span).related(first, "first one here"));
                }
                None => rules.push(draft),
            }
        }
        rules
    }

    pub(super) fn default(&mut self, table: &DeTable<'_>, subject: Subject) -> Option<Draft> {
        let key = if subject == Subject::Fields { "default" } else { "default-action" };
        let value = table.get(key)?;
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_kind(value.span(), "a table", value.get_ref());
            return None;
        };
        self.known_keys(fields, &[outcome_key(subject), "obligations", "reason"]);
        self.outcome(fields, value.span(), subject, "default".to_owned())
    }

    fn rule(
        &mut self,
        fields: &DeTable<'_>,
        span: Range<usize>,
        subject: Subject,
        names: &Names,
    ) -> Option<Draft> {
        let dims = Dim::ALL.map(|dim| key_of(dim, subject));
        let mut known = dims.to_vec();
        known.extend(["name", outcome_key(subject), "obligations", "reason", "except"]);
        if subject == Subject::Fields {
            known.push("ttl_s");
        }
        self.known_keys(fields, &known);
        let name = self.rule_name(fields, &span)?;
        let mut draft = self.outcome(fields, span, subject, name)?;
        draft.include = self.conditions(fields, subject, names);
        if let Some(value) = fields.get("except") {
            match value.get_ref() {
                DeValue::Table(fields) => {
                    self.known_keys(fields, &dims);
                    draft.except = self.conditions(fields, subject, names).map(Option::unwrap_or_default);
                }
                other => self.wrong_kind(value.span(), "a table", other),
            }
        }
        Some(draft)
    }

    fn rule_name(&mut self, fields: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
        let Some(value) = fields.get("name") else {
            self.fault(missing("name", span.clone()));
            return None;
        };
        let name = self.text(value, NAME_BYTES_MAX)?.to_owned();
        self.good_name(&name, value.span()).then_some(name)
    }

    /// The part that rules and defaults share: level or verdict, time to live, obligations, reason.
    fn outcome(
        &mut self,
        fields: &DeTable<'_>,
        span: Range<usize>,
        subject: Subject,
        name: String,
    ) -> Option<Draft> {
        let key = outcome_key(subject);
        let Some(value) = fields.get(key) else {
            self.fault(missing(key, span));
            return None;
        };
        let levels = Level::ALL.map(Level::as_str);
        let choices: &[&str] = if subject == Subject::Fields { &levels } else { &Verdict::NAMES };
        let text = self.text(value, NAME_BYTES_MAX)?;
        let Some(outcome) = choices.iter().position(|choice| *choice == text) else {
            self.unknown_name(text, value.span(), key, choices);
            return None;
        };
        let ttl_s = fields.get("ttl_s").and_then(|value| self.integer(value, 1, TTL_S_MAX));
        let obligations = self.obligations(fields, subject);
        let reason = match fields.get("reason") {
            Some(value) => self.text(value, REASON_BYTES_MAX).unwrap_or_default().to_owned(),
            None => String::new(),
        };
        Some(Draft {
            name,
            span,
            include: [None; DIMS],
            except: [0; DIMS],
            outcome: outcome as u8,
            outcome_span: value.span(),
            ttl_s,
            obligations,
            reason,
        })
    }

    fn obligations(&mut self, fields: &DeTable<'_>, subject: Subject) -> Obligations {
        let Some(value) = fields.get("obligations") else { return Obligations::NONE };
        let count = match subject {
            Subject::Fields => Obligation::ALL.len(),
            Subject::Actions => Obligation::OF_ACTIONS,
        };
        let mut set = Obligations::NONE;
        for (name, span) in self.words(value) {
            match Obligation::ALL.into_iter().take(count).find(|obligation| obligation.as_str() == name) {
                Some(obligation) => set = set.with(obligation),
                None => self.unknown_name(name, span, "obligations", &Obligation::NAMES[..count]),
            }
        }
        set
    }

    fn conditions(&mut self, fields: &DeTable<'_>, subject: Subject, names: &Names) -> [Option<u64>; DIMS] {
        Dim::ALL.map(|dim| {
            let value = fields.get(key_of(dim, subject))?;
            let mut set = 0;
            for (word, span) in self.words(value) {
                set |= self.values(word, span, dim, subject, names);
            }
            Some(set)
        })
    }

    /// The values that one word names: one name, `custom` for all of the bank's own classes, or, where the
    /// dimension carries doubt, everything from or up to a name.
    fn values(&mut self, word: &str, span: Range<usize>, dim: Dim, subject: Subject, names: &Names) -> u64 {
        if dim == Dim::Asked && subject == Subject::Fields && word == FieldClass::Custom.as_str() {
            return names.full(dim, subject) & (u64::MAX << FieldClass::Custom as u8);
        }
        let (bound, name) = match (word.strip_prefix(">="), word.strip_prefix("<=")) {
            (Some(name), _) if dim.is_doubt() => (Some(true), name.trim()),
            (_, Some(name)) if dim.is_doubt() => (Some(false), name.trim()),
            _ => (None, word),
        };
        let first = match dim {
            Dim::Tenant => 1,
            Dim::Asked if subject == Subject::Actions => 1,
            _ => 0,
        };
        let all: Vec<String> =
            (first..names.size(dim, subject) as u8).map(|value| names.value(dim, subject, value)).collect();
        let Some(at) = all.iter().position(|known| known == name) else {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            self.unknown_name(name, span, key_of(dim, subject), &all);
            return 0;
        };
        let bit = 1_u64 << (at as u8 + first);
        match bound {
            None => bit,
            Some(true) => names.full(dim, subject) & !(bit - 1),
            Some(false) => bit | (bit - 1),
        }
    }
}

const fn outcome_key(subject: Subject) -> &'static str {
    match subject {
        Subject::Fields => "level",
        Subject::Actions => "verdict",
    }
}
