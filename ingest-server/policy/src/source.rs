//! A policy's text, read into drafts of rules that keep the place of every word.
//!
//! Reads all of the text before it complains, so that every fault is told at once.

use crate::answer::{Obligation, Obligations, Verdict};
use crate::domain::{DIMS, Dim, Names, Subject};
use crate::fault::{FAULTS_MAX, Fault, FaultCode, nearest};
use core::ops::Range;
use palet_mask::{FieldClass, Level};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The longest text of a policy. **Units**: bytes.
pub const SOURCE_BYTES_MAX: usize = 256 * 1024;
/// The most rules about fields, and as many about actions.
pub const RULES_MAX: usize = 256;
/// The most tenants, and as many actions, that a policy may name.
pub const NAMES_MAX: usize = 63;
/// The most classes of the bank's own that a policy may name.
pub const CUSTOM_CLASSES_MAX: usize = 32;
/// The longest name. **Units**: bytes.
const NAME_BYTES_MAX: usize = 64;
/// The longest reason. **Units**: bytes.
const REASON_BYTES_MAX: usize = 240;
/// The longest time an answer may stand: a day. **Units**: s.
const TTL_S_MAX: u64 = 86_400;

/// A name in the source with its place.
type Word<'s> = (&'s str, Range<usize>);

/// One rule, or a default, as it stands in the text.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) span: Range<usize>,
    /// The values named by the rule; `None` where it names none and takes them all.
    pub(crate) include: [Option<u64>; DIMS],
    /// The values that the rule excepts.
    pub(crate) except: [u64; DIMS],
    /// The level's or the verdict's code, and its place.
    pub(crate) outcome: u8,
    pub(crate) outcome_span: Range<usize>,
    pub(crate) ttl_s: Option<u64>,
    pub(crate) obligations: Obligations,
    pub(crate) reason: String,
}

/// The thresholds of a policy, still as numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BandLimits {
    pub(crate) raised: f64,
    pub(crate) high: f64,
    pub(crate) severe: f64,
}

/// A policy's text, read.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) title: String,
    pub(crate) names: Names,
    pub(crate) bands: BandLimits,
    pub(crate) hysteresis: f64,
    pub(crate) sub_bands: [BandLimits; 6],
    /// Limits of `immediate`, `fresh` and `recent`. **Units**: s.
    pub(crate) mfa_s: [u64; 3],
    pub(crate) rules: Vec<Draft>,
    pub(crate) default: Option<Draft>,
    pub(crate) action_rules: Vec<Draft>,
    pub(crate) action_default: Option<Draft>,
}

/// Reads a text. **Errors**: all faults of spelling, kind and range, at most 32.
pub(crate) fn parse(text: &str) -> Result<Source, Vec<Fault>> {
    if text.len() > SOURCE_BYTES_MAX {
        let message = format!("expected a policy of at most {SOURCE_BYTES_MAX} bytes, got {}", text.len());
        return Err(vec![Fault::new(FaultCode::TooLong, 0..0, message)]);
    }
    let table = DeTable::parse(text).map_err(|error| vec![syntax_fault(&error)])?;
    let mut reader = Reader { faults: Vec::new() };
    let source = reader.policy(table.get_ref());
    if reader.faults.is_empty() { Ok(source) } else { Err(reader.faults) }
}

fn syntax_fault(error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    Fault::new(FaultCode::Syntax, span, "expected TOML").label(error.message())
}

const TOP_KEYS: [&str; 10] =
    ["title", "tenants", "custom", "actions", "bands", "mfa", "default", "default-action", "rule", "action"];

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    fn policy(&mut self, table: &DeTable<'_>) -> Source {
        self.known_keys(table, &TOP_KEYS);
        let mut title = String::new();
        if let Some(value) = table.get("title") {
            title = self.text(value, REASON_BYTES_MAX).unwrap_or_default().to_owned();
        }
        let names = Names {
            tenants: self.declared(table, "tenants", NAMES_MAX),
            customs: self.declared(table, "custom", CUSTOM_CLASSES_MAX),
            actions: self.declared(table, "actions", NAMES_MAX),
        };
        let (bands, hysteresis, sub_bands) = self.bands(table);
        let mfa_s = self.mfa(table);
        Source {
            title,
            bands,
            hysteresis,
            sub_bands,
            mfa_s,
            rules: self.rules(table, Subject::Fields, &names),
            default: self.default(table, Subject::Fields, &names),
            action_rules: self.rules(table, Subject::Actions, &names),
            action_default: self.default(table, Subject::Actions, &names),
            names,
        }
    }

    /// Complains of every key that is not one of `known`.
    fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let fault =
                    Fault::new(FaultCode::UnknownKey, key.span(), format!("unknown key `{}`", cut(name)))
                        .label("not a key of a policy here");
                self.fault(suggest(fault, name, known));
            }
        }
    }

    fn text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, bytes_max: usize) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) if text.len() <= bytes_max && !text.chars().any(char::is_control) => {
                Some(text)
            }
            DeValue::String(text) => {
                let message =
                    format!("expected one line of at most {bytes_max} bytes, got {} bytes", text.len());
                self.fault(Fault::new(FaultCode::OutOfRange, value.span(), message));
                None
            }
            other => {
                self.wrong_kind(value.span(), "a string", other);
                None
            }
        }
    }

    fn wrong_kind(&mut self, span: Range<usize>, expected: &str, got: &DeValue<'_>) {
        let kind = kind_name(got);
        self.fault(
            Fault::new(FaultCode::WrongKind, span, format!("expected {expected}, got {kind}"))
                .label(format!("this is {kind}")),
        );
    }

    /// A string, or a list of strings, each with its place.
    fn words<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Vec<Word<'v>> {
        match value.get_ref() {
            DeValue::String(text) => vec![(text.as_ref(), value.span())],
            DeValue::Array(items) => {
                let mut words = Vec::new();
                for item in items.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => words.push((text.as_ref(), item.span())),
                        other => self.wrong_kind(item.span(), "a string", other),
                    }
                }
                words
            }
            other => {
                self.wrong_kind(value.span(), "a string or a list of strings", other);
                Vec::new()
            }
        }
    }

    /// The names that a policy declares under `key`, sorted.
    fn declared(&mut self, table: &DeTable<'_>, key: &str, max: usize) -> Vec<String> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let words = self.words(value);
        if words.len() > max {
            let message = format!("expected at most {max} names in `{key}`, got {}", words.len());
            self.fault(Fault::new(FaultCode::TooMany, value.span(), message));
            return Vec::new();
        }
        let mut names: Vec<String> = Vec::new();
        for (name, span) in words {
            if !self.good_name(name, span.clone()) {
                continue;
            }
            match names.binary_search_by(|known| known.as_str().cmp(name)) {
                Ok(_) => self.fault(duplicate(name, span)),
                Err(at) => names.insert(at, name.to_owned()),
            }
        }
        names
    }

    fn good_name(&mut self, name: &str, span: Range<usize>) -> bool {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let good = !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(allowed);
        if !good {
            let message =
                format!("expected a name of 1 to {NAME_BYTES_MAX} letters, digits, '.', '_' and '-'");
            self.fault(Fault::new(FaultCode::BadName, span, message));
        }
        good
    }

    fn rules(&mut self, table: &DeTable<'_>, subject: Subject, names: &Names) -> Vec<Draft> {
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

    fn default(&mut self, table: &DeTable<'_>, subject: Subject, names: &Names) -> Option<Draft> {
        let key = if subject == Subject::Fields { "default" } else { "default-action" };
        let value = table.get(key)?;
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_kind(value.span(), "a table", value.get_ref());
            return None;
        };
        self.known_keys(fields, &[outcome_key(subject), "obligations", "reason"]);
        self.outcome(fields, value.span(), subject, names, "default".to_owned())
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
        let mut draft = self.outcome(fields, span, subject, names, name)?;
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
        _names: &Names,
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
        let obligations = self.obligations(fields);
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

    fn obligations(&mut self, fields: &DeTable<'_>) -> Obligations {
        let Some(value) = fields.get("obligations") else { return Obligations::NONE };
        let mut set = Obligations::NONE;
        for (name, span) in self.words(value) {
            match Obligation::ALL.into_iter().find(|obligation| obligation.as_str() == name) {
                Some(obligation) => set = set.with(obligation),
                None => self.unknown_name(name, span, "obligations", &Obligation::NAMES),
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

    fn unknown_name(&mut self, name: &str, span: Range<usize>, key: &str, choices: &[&str]) {
        let fault =
            Fault::new(FaultCode::UnknownName, span, format!("unknown name `{}` in `{key}`", cut(name)))
                .label("no such name");
        let declared = match key {
            "tenant" => Some("tenants"),
            "action" => Some("actions"),
            _ => None,
        };
        let fault = match declared {
            Some(list) => {
                fault.note(format!("names in `{key}` are declared in the list `{list}` at the top"))
            }
            None => fault.note(format!("expected one of {}", choices.join(", "))),
        };
        self.fault(suggest(fault, name, choices));
    }

    fn integer(&mut self, value: &Spanned<DeValue<'_>>, min: u64, max: u64) -> Option<u64> {
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_kind(value.span(), "a whole number", value.get_ref());
            return None;
        };
        let parsed = u64::from_str_radix(number.as_str(), number.radix()).ok();
        let parsed = parsed.filter(|number| (min..=max).contains(number));
        if parsed.is_none() {
            let message = format!("expected a whole number in {min}..={max}");
            self.fault(Fault::new(FaultCode::OutOfRange, value.span(), message));
        }
        parsed
    }

    fn share(&mut self, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<f64>().ok(),
            other => {
                self.wrong_kind(value.span(), "a number", other);
                return None;
            }
        };
        let share = number.filter(|number| (0.0..=1.0).contains(number));
        if share.is_none() {
            self.fault(Fault::new(FaultCode::OutOfRange, value.span(), "expected a number in 0..=1"));
        }
        share
    }

    fn bands(&mut self, table: &DeTable<'_>) -> (BandLimits, f64, [BandLimits; 6]) {
        let none = BandLimits { raised: 0.0, high: 0.0, severe: 0.0 };
        let fields = match table.get("bands").map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::Table(fields), span)) => (fields, span),
            Some((other, span)) => {
                self.wrong_kind(span, "a table", other);
                return (none, 0.0, [none; 6]);
            }
            None => {
                self.fault(missing("bands", 0..0).help("write `[bands]` with raised, high and severe"));
                return (none, 0.0, [none; 6]);
            }
        };
        let (fields, span) = fields;
        let scores = crate::question::SubScore::NAMES;
        let mut known = vec!["raised", "high", "severe", "hysteresis"];
        known.extend(scores);
        self.known_keys(fields, &known);
        let limits = self.band_limits(fields, span).unwrap_or(none);
        let hysteresis = fields.get("hysteresis").and_then(|value| self.share(value)).unwrap_or(0.0);
        let mut subs = [limits; 6];
        for (sub, score) in subs.iter_mut().zip(scores) {
            match fields.get(*score).map(|value| (value.get_ref(), value.span())) {
                Some((DeValue::Table(fields), span)) => {
                    self.known_keys(fields, &["raised", "high", "severe"]);
                    *sub = self.band_limits(fields, span).unwrap_or(none);
                }
                Some((other, span)) => self.wrong_kind(span, "a table", other),
                None => {}
            }
        }
        (limits, hysteresis, subs)
    }

    fn band_limits(&mut self, fields: &DeTable<'_>, span: Range<usize>) -> Option<BandLimits> {
        let mut limits = [None; 3];
        for (limit, key) in limits.iter_mut().zip(["raised", "high", "severe"]) {
            match fields.get(key) {
                Some(value) => *limit = self.share(value),
                None => self.fault(missing(key, span.clone())),
            }
        }
        let [Some(raised), Some(high), Some(severe)] = limits else { return None };
        if !(raised < high && high < severe) {
            let message = "expected thresholds in order: raised < high < severe";
            self.fault(Fault::new(FaultCode::OutOfRange, span, message));
            return None;
        }
        Some(BandLimits { raised, high, severe })
    }

    fn mfa(&mut self, table: &DeTable<'_>) -> [u64; 3] {
        const MFA_S_MAX: u64 = 31 * 86_400;
        let Some(value) = table.get("mfa") else {
            self.fault(missing("mfa", 0..0).help("write `[mfa]` with immediate_s, fresh_s and recent_s"));
            return [0; 3];
        };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_kind(value.span(), "a table", value.get_ref());
            return [0; 3];
        };
        let keys = ["immediate_s", "fresh_s", "recent_s"];
        self.known_keys(fields, &keys);
        let limits = keys.map(|key| match fields.get(key) {
            Some(value) => self.integer(value, 1, MFA_S_MAX),
            None => {
                self.fault(missing(key, value.span()));
                None
            }
        });
        let [Some(immediate), Some(fresh), Some(recent)] = limits else { return [0; 3] };
        if !(immediate < fresh && fresh < recent) {
            let message = "expected limits in order: immediate_s < fresh_s < recent_s";
            self.fault(Fault::new(FaultCode::OutOfRange, value.span(), message));
        }
        [immediate, fresh, recent]
    }
}

/// The key of a dimension in a rule.
pub(crate) fn key_of(dim: Dim, subject: Subject) -> &'static str {
    if dim == Dim::Asked { subject.asked_key() } else { dim.as_str() }
}

const fn outcome_key(subject: Subject) -> &'static str {
    match subject {
        Subject::Fields => "level",
        Subject::Actions => "verdict",
    }
}

fn missing(key: &str, span: Range<usize>) -> Fault {
    Fault::new(FaultCode::MissingKey, span, format!("missing key `{key}`")).label(format!("no `{key}` here"))
}

fn duplicate(name: &str, span: Range<usize>) -> Fault {
    Fault::new(FaultCode::DuplicateName, span, format!("the name `{}` is taken", cut(name)))
        .label("used again here")
}

fn suggest(fault: Fault, name: &str, known: &[&str]) -> Fault {
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault,
    }
}

/// The start of a text from the source, short and without control characters: what a message may repeat.
fn cut(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 40;
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

const fn kind_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
