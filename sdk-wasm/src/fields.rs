//! What a page asks of its fields, as texts and numbers: partial forms of values that it holds itself, and what a
//! field that nobody tagged is for. Nothing is kept: each answer is made from the question alone.

#[cfg(target_arch = "wasm32")]
pub mod bindings;

use alloc::{string::String, vec::Vec};
use palet_detect::form::{FieldHints, classify};
use palet_mask::{Content, FieldClass, Level, display};

/// Stands between the parts of a question: no attribute or label of use holds it.
const SEPARATOR: char = '\u{1f}';
/// The parts before the neighbours.
const HINTS: usize = 8;
/// The most neighbours that are looked at.
const NEIGHBOURS_MAX: usize = 24;

/// The text that a field shows of a value at a level; `None` where it has no such form and is redacted. `class` is
/// the class's number on the wire.
#[must_use]
pub fn show(class: usize, level: u8, value: &str) -> Option<String> {
    let class = *FieldClass::ALL.get(class)?;
    let level = *Level::ALL.get(usize::from(level))?;
    let displayed = display(class, level, Content::Value(value));
    (displayed.level() == level && level < Level::Redact).then(|| String::from(displayed.text()))
}

/// What a field is for, by its hints: type, autocomplete, name, id, label, placeholder, inputmode, pattern, then its
/// neighbours, each after a `SEPARATOR`; `maxlength` is 0 for none. Answers 0 for nothing, else the class's number
/// and 1, plus 256 where nothing but totals may be captured of it, plus its score in thousandths times 512.
#[must_use]
pub fn guess(hints: &str, maxlength: u32) -> u32 {
    let mut parts = hints.split(SEPARATOR);
    let mut part = || parts.next().unwrap_or_default();
    let [kind, autocomplete, name, id, label, placeholder, inputmode, pattern]: [&str; HINTS] =
        core::array::from_fn(|_| part());
    let neighbours: Vec<&str> = parts.filter(|text| !text.is_empty()).take(NEIGHBOURS_MAX).collect();
    let hints = FieldHints {
        kind,
        autocomplete,
        name,
        id,
        label,
        placeholder,
        inputmode,
        pattern,
        maxlength: (maxlength > 0).then_some(maxlength),
        neighbours: &neighbours,
    };
    classify(&hints).map_or(0, |guess| {
        let score = (guess.score.clamp(0.0, 1.0) * 1_000.0) as u32;
        guess.class as u32 + 1 + 256 * u32::from(guess.secret) + 512 * score
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn parts(guess: u32) -> Option<(FieldClass, bool, u32)> {
        let class = (guess & 255).checked_sub(1)? as usize;
        Some((FieldClass::ALL[class], guess & 256 != 0, guess / 512))
    }

    #[test]
    fn a_field_is_told_by_its_hints() {
        let (class, secret, score) =
            parts(guess("text\u{1f}cc-number\u{1f}n1\u{1f}\u{1f}\u{1f}", 19)).unwrap();
        assert_eq!((class, secret), (FieldClass::Pan, true));
        assert!(score > 900 && score <= 1_000);
        let hints = ["text", "", "iban", "", "IBAN des Empfängers", "", "", "", "Betrag"].join("\u{1f}");
        assert_eq!(
            parts(guess(&hints, 0)).map(|(class, secret, _)| (class, secret)),
            Some((FieldClass::Iban, false))
        );
        assert_eq!(guess("text\u{1f}\u{1f}search", 0), 0);
        assert_eq!(guess("", 0), 0);
    }

    #[test]
    fn neighbours_tell_what_a_bare_number_is() {
        let hints = |neighbour: &str| {
            ["tel", "", "number", "", "Number", "", "numeric", "", neighbour].join("\u{1f}")
        };
        assert_eq!(parts(guess(&hints("Expiry date"), 19)).unwrap().0, FieldClass::Pan);
        assert_eq!(guess(&hints("Quantity"), 19), 0);
    }

    #[test]
    fn a_form_is_shown_and_nothing_else() {
        let iban = FieldClass::Iban as usize;
        let value = "DE89 3704 0044 0532 0130 00";
        assert_eq!(show(iban, 1, value).unwrap(), "DE•• •••• •••• •••• ••30 00".to_string());
        for level in [2, 3, 4, 5, 6] {
            assert_eq!(show(iban, level, value), None);
        }
        assert_eq!(show(iban, 1, "DE00"), None);
        assert_eq!(show(FieldClass::Pin as usize, 0, "1234"), None);
        assert_eq!(show(99, 1, value), None);
    }
}
