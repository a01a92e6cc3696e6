//! What a form's field is for, told by its attributes, its label and its neighbours, in several languages.
//!
//! The page asks this of every field that nobody tagged, so it must be small and quick: one table of words, no
//! regular expressions, nothing kept. It never reads a field's value.

mod hint;
mod words;

use palet_mask::FieldClass;

use words::Meaning;

/// What a page tells of a field. An attribute that is absent is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldHints<'a> {
    /// The `type` of an input; `select-one` and `textarea` for those elements.
    pub kind: &'a str,
    /// The `autocomplete` attribute.
    pub autocomplete: &'a str,
    /// The `name` attribute.
    pub name: &'a str,
    /// The `id` attribute.
    pub id: &'a str,
    /// The text of the label, or of `aria-label` or `aria-labelledby`.
    pub label: &'a str,
    /// The `placeholder` attribute.
    pub placeholder: &'a str,
    /// The `inputmode` attribute.
    pub inputmode: &'a str,
    /// The `pattern` attribute.
    pub pattern: &'a str,
    /// The `maxlength` attribute.
    pub maxlength: Option<u32>,
    /// Names, identifiers or labels of the fields near it, and the heading of their group.
    pub neighbours: &'a [&'a str],
}

/// What a field is probably for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldGuess {
    /// The class by which its value is masked; a card's date of expiry, which has none, is `Custom`.
    pub class: FieldClass,
    /// How sure the guess is. **Range:** 0..=1.
    pub score: f32,
    /// Whether nothing but totals may be captured from the field: secrets, and everything of a card.
    pub secret: bool,
}

/// The least score of a guess.
const SCORE_MIN: f32 = 0.5;

/// How much each source is worth where its words are plain.
const WEIGHT_NAME: f32 = 0.9;
const WEIGHT_LABEL: f32 = 0.95;
const WEIGHT_PLACEHOLDER: f32 = 0.75;
const WEIGHT_IBAN: f32 = 0.97;

/// Guesses what a field is for; nothing where it is for nothing sensitive, or for nothing that can be told.
///
/// A field that hides what is typed is never nothing. A page that shows a password changes its type: what was
/// secret once stays so.
#[must_use]
pub fn classify(hints: &FieldHints<'_>) -> Option<FieldGuess> {
    if hint::is_without_text(hints.kind) {
        return None;
    }
    let announced = hint::of_autocomplete(hints.autocomplete);
    let mut tally = Tally::default();
    for (text, weight) in sources(hints) {
        if let Some((meaning, strength)) = words::meaning_of(text) {
            // Whoever writes "IBAN" means one, whatever else the field is called.
            let weight = if meaning == Meaning::Class(FieldClass::Iban) { WEIGHT_IBAN } else { weight };
            tally.add(meaning, strength * weight);
        }
    }
    let of_card = announced.is_some_and(|hint| hint.card);
    tally.add_kind(hints, of_card);
    tally.add_shape(hints, of_card);
    let guess = match (announced, tally.best()) {
        (Some(hint), best) => Some((hint::agreed(hint, best), 0.98)),
        (None, best) => best,
    };
    let guess = guess
        .filter(|(_, score)| *score >= SCORE_MIN)
        .and_then(|(meaning, score)| Some((meaning.class()?, score, meaning == Meaning::Expiry)));
    let hidden = hints.kind.eq_ignore_ascii_case("password");
    let (class, score, expiry) = guess.or(hidden.then_some((FieldClass::Password, SCORE_MIN, false)))?;
    let secret = hidden || of_card || expiry || class.is_secret() || class == FieldClass::Pan;
    Some(FieldGuess { class, score, secret })
}

fn sources<'a>(hints: &FieldHints<'a>) -> [(&'a str, f32); 4] {
    [
        (hints.label, WEIGHT_LABEL),
        (hints.name, WEIGHT_NAME),
        (hints.id, WEIGHT_NAME),
        (hints.placeholder, WEIGHT_PLACEHOLDER),
    ]
}

/// The meanings that have been seen, and how sure each is.
#[derive(Default)]
struct Tally {
    seen: alloc::vec::Vec<(Meaning, f32)>,
}

impl Tally {
    /// Adds a piece of evidence: independent pieces for one meaning strengthen each other.
    fn add(&mut self, meaning: Meaning, strength: f32) {
        match self.seen.iter_mut().find(|(seen, _)| *seen == meaning) {
            Some((_, sure)) => *sure = 1.0 - (1.0 - *sure) * (1.0 - strength),
            None => self.seen.push((meaning, strength)),
        }
    }

    fn best(&self) -> Option<(Meaning, f32)> {
        self.seen.iter().copied().max_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.seen.iter().any(|(seen, _)| *seen == meaning)
    }

    /// Whether the words leave open what the field is for.
    fn is_vague(&self) -> bool {
        self.best().is_none_or(|(meaning, _)| matches!(meaning, Meaning::Number | Meaning::Code))
    }

    /// Adds what the type says, given what the words said.
    fn add_kind(&mut self, hints: &FieldHints<'_>, of_card: bool) {
        use FieldClass::{Cvv, Email, Otp, Password, Phone, Pin};
        let kind = |name: &str| hints.kind.eq_ignore_ascii_case(name);
        let length = hint::length_max(hints);
        let among_cards = || of_card || hint::is_among_cards(hints.neighbours);
        if kind("email") {
            self.add(Meaning::Class(Email), 0.9);
        } else if kind("password") {
            if matches!(length, Some(3 | 4)) && self.is_vague() && among_cards() {
                self.add(Meaning::Class(Cvv), 0.9);
            } else if ![Cvv, Otp, Pin].into_iter().any(|secret| self.has(Meaning::Class(secret))) {
                self.add(Meaning::Class(Password), 0.97);
            }
        } else if kind("tel") && self.seen.is_empty() && length.is_none_or(|max| max > 8) && !among_cards() {
            // Pages use this type for the keys that it brings up; alone it is a telephone number.
            self.add(Meaning::Class(Phone), 0.6);
        }
    }

    /// Adds what lengths and neighbours say, where words and type left it open.
    fn add_shape(&mut self, hints: &FieldHints<'_>, of_card: bool) {
        use FieldClass::{Cvv, Otp, Pan};
        if !self.is_vague() {
            return;
        }
        let numeric = hint::is_numeric(hints);
        let (number, code) = (self.has(Meaning::Number), self.has(Meaning::Code));
        let length = hint::length_max(hints);
        let (class, strength) = if of_card || hint::is_among_cards(hints.neighbours) {
            match length {
                Some(3 | 4) if numeric => (Cvv, 0.8),
                Some(13..=23) if numeric || number => (Pan, 0.85),
                None if number => (Pan, 0.9),
                _ if code => (Cvv, 0.85),
                _ => return,
            }
        } else {
            match length {
                Some(1) if numeric && hints.neighbours.len() >= 3 => (Otp, 0.7),
                Some(4..=8) if numeric && hint::is_among_codes(hints.neighbours) => (Otp, 0.75),
                _ if code && hint::is_among_codes(hints.neighbours) => (Otp, 0.8),
                _ => return,
            }
        };
        self.add(Meaning::Class(class), strength);
    }
}
