//! Single values of a policy's text: strings, lists of strings, numbers. Knows no rule.

use super::Reader;
use crate::fault::{FAULTS_MAX, Fault, FaultCode, nearest};
use core::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A name in the source with its place.
pub(super) type Word<'s> = (&'s str, Range<usize>);

impl Reader {
    pub(super) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    /// Complains of every key that is not one of `known`.
    pub(super) fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
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

    pub(super) fn text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, bytes_max: usize) -> Option<&'v str> {
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

    pub(super) fn wrong_kind(&mut self, span: Range<usize>, expected: &str, got: &DeValue<'_>) {
        let kind = kind_name(got);
        self.fault(
            Fault::new(FaultCode::WrongKind, span, format!("expected {expected}, got {kind}"))
                .label(format!("this is {kind}")),
        );
    }

    /// A string, or a list of strings, each with its place.
    pub(super) fn words<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Vec<Word<'v>> {
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

    pub(super) fn integer(&mut self, value: &Spanned<DeValue<'_>>, min: u64, max: u64) -> Option<u64> {
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

    pub(super) fn share(&mut self, value: &Spanned<DeValue<'_>>) -> Option<f64> {
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

    pub(super) fn unknown_name(&mut self, name: &str, span: Range<usize>, key: &str, choices: &[&str]) {
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
}

pub(super) fn missing(key: &str, span: Range<usize>) -> Fault {
    Fault::new(FaultCode::MissingKey, span, format!("missing key `{key}`")).label(format!("no `{key}` here"))
}

pub(super) fn duplicate(name: &str, span: Range<usize>) -> Fault {
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
