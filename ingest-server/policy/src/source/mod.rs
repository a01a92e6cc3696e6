//! A policy's text, read into drafts of rules that keep the place of every word.
//!
//! Reads all of the text before it complains, so that every fault is told at once.

mod reader;
mod rules;
mod thresholds;

use crate::answer::Obligations;
use crate::domain::{DIMS, Dim, Names, Subject, name_order};
use crate::fault::{Fault, FaultCode};
use core::ops::Range;
use reader::duplicate;
use toml::de::DeTable;

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

/// Collects faults while it reads; what cannot be read is replaced by something harmless, since a text with
/// faults is never used.
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
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
            default: self.default(table, Subject::Fields),
            action_rules: self.rules(table, Subject::Actions, &names),
            action_default: self.default(table, Subject::Actions),
            names,
        }
    }

    /// The names that a policy declares under `key`, in their order.
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
            match names.binary_search_by(|known| name_order(known, name)) {
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
}

/// The key of a dimension in a rule.
pub(crate) fn key_of(dim: Dim, subject: Subject) -> &'static str {
    if dim == Dim::Asked { subject.asked_key() } else { dim.as_str() }
}
