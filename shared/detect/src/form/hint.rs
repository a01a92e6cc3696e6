//! What attributes other than words say of a field.

use palet_mask::FieldClass;

use super::FieldHints;
use super::words::{self, Meaning};

/// What `autocomplete` announces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hint {
    pub(super) meaning: Meaning,
    /// Whether the field is one of a card.
    pub(super) card: bool,
}

/// The tokens of `autocomplete` that name a value, and what they mean.
///
/// **Source:** HTML Living Standard, section 4.10.18.7.
const TOKENS: &[(&str, Meaning)] = &[
    ("cc-number", Meaning::Class(FieldClass::Pan)),
    ("cc-csc", Meaning::Class(FieldClass::Cvv)),
    ("cc-exp", Meaning::Expiry),
    ("cc-exp-month", Meaning::Expiry),
    ("cc-exp-year", Meaning::Expiry),
    ("cc-name", Meaning::Class(FieldClass::Name)),
    ("cc-given-name", Meaning::Class(FieldClass::Name)),
    ("cc-additional-name", Meaning::Class(FieldClass::Name)),
    ("cc-family-name", Meaning::Class(FieldClass::Name)),
    ("current-password", Meaning::Class(FieldClass::Password)),
    ("new-password", Meaning::Class(FieldClass::Password)),
    ("one-time-code", Meaning::Class(FieldClass::Otp)),
    ("email", Meaning::Class(FieldClass::Email)),
    ("tel", Meaning::Class(FieldClass::Phone)),
    ("tel-national", Meaning::Class(FieldClass::Phone)),
    ("tel-local", Meaning::Class(FieldClass::Phone)),
    ("name", Meaning::Class(FieldClass::Name)),
    ("given-name", Meaning::Class(FieldClass::Name)),
    ("additional-name", Meaning::Class(FieldClass::Name)),
    ("family-name", Meaning::Class(FieldClass::Name)),
    ("bday", Meaning::Class(FieldClass::Dob)),
    ("bday-day", Meaning::Class(FieldClass::Dob)),
    ("bday-month", Meaning::Class(FieldClass::Dob)),
    ("bday-year", Meaning::Class(FieldClass::Dob)),
    ("street-address", Meaning::Class(FieldClass::Address)),
    ("address-line1", Meaning::Class(FieldClass::Address)),
    ("address-line2", Meaning::Class(FieldClass::Address)),
    ("address-line3", Meaning::Class(FieldClass::Address)),
    ("address-level1", Meaning::Class(FieldClass::Address)),
    ("address-level2", Meaning::Class(FieldClass::Address)),
    ("postal-code", Meaning::Class(FieldClass::Address)),
    ("transaction-amount", Meaning::Class(FieldClass::Amount)),
];

/// The meaning of an `autocomplete` attribute: its last word that names a value.
pub(super) fn of_autocomplete(attribute: &str) -> Option<Hint> {
    attribute.split_ascii_whitespace().rev().find_map(|word| {
        let (_, meaning) = TOKENS.iter().find(|(token, _)| token.eq_ignore_ascii_case(word))?;
        let card = word.get(..3).is_some_and(|prefix| prefix.eq_ignore_ascii_case("cc-"));
        Some(Hint { meaning: *meaning, card })
    })
}

/// The meaning where both the attribute and the words speak. Pages announce `new-password` on fields for PINs
/// and codes to keep browsers from filling them: there the words know better, and both are secrets.
pub(super) fn agreed(hint: Hint, words: Option<(Meaning, f32)>) -> Meaning {
    let is_password = hint.meaning == Meaning::Class(FieldClass::Password);
    match words {
        Some((meaning @ Meaning::Class(class), _)) if is_password && class.is_secret() => meaning,
        _ => hint.meaning,
    }
}

/// Whether a type of input takes no text.
pub(super) fn is_without_text(kind: &str) -> bool {
    const KINDS: [&str; 11] = [
        "button", "checkbox", "color", "file", "image", "radio", "range", "reset", "search", "submit", "url",
    ];
    KINDS.iter().any(|other| other.eq_ignore_ascii_case(kind))
}

/// Whether a field asks for digits.
pub(super) fn is_numeric(hints: &FieldHints<'_>) -> bool {
    let kind = |name: &str| hints.kind.eq_ignore_ascii_case(name);
    hints.inputmode.eq_ignore_ascii_case("numeric")
        || kind("number")
        || kind("tel")
        || hints.pattern.contains(r"\d")
        || hints.pattern.contains("[0-9")
}

/// The most characters that a field takes, by its attribute or by the bounds that end its pattern.
pub(super) fn length_max(hints: &FieldHints<'_>) -> Option<u32> {
    let of_pattern = || {
        let bytes = hints.pattern.as_bytes();
        let end = bytes.iter().rposition(|byte| *byte == b'}')?;
        let start = bytes[..end].iter().rposition(|byte| !byte.is_ascii_digit())? + 1;
        let digits = &bytes[start..end];
        let fits = (1..=3).contains(&digits.len());
        fits.then(|| digits.iter().fold(0, |length, digit| length * 10 + u32::from(digit - b'0')))
    };
    hints.maxlength.or_else(of_pattern)
}

/// Whether the neighbours are fields of a card.
pub(super) fn is_among_cards(neighbours: &[&str]) -> bool {
    use FieldClass::{Cvv, Pan};
    let of_card = |meaning| matches!(meaning, Meaning::Class(Pan | Cvv) | Meaning::Expiry | Meaning::Card);
    neighbours.iter().any(|text| words::meaning_of(text).is_some_and(|(meaning, _)| of_card(meaning)))
}

/// Whether the neighbours speak of one-time codes.
pub(super) fn is_among_codes(neighbours: &[&str]) -> bool {
    neighbours.iter().any(|text| {
        words::meaning_of(text).is_some_and(|(meaning, _)| meaning == Meaning::Class(FieldClass::Otp))
    })
}
