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

/// Guesses what a field is for; nothing where it is for nothing sensitive, or for nothing that can be told.
#[must_use]
pub fn classify(hints: &FieldHints<'_>) -> Option<FieldGuess> {
    if hint::is_without_text(hints.kind) {
        return None;
    }
    let announced = hint::of_autocomplete(hints.autocomplete);
    // Some pages announce a wrong kind of password to keep browsers from filling: a secret stays a secret.
    let mut tally = Tally::default();
    for (text, weight) in sources(hints) {
        if let Some((meaning, strength)) = words::meaning_of(text) {
            tally.add(meaning, strength * weight);
        }
    }
    let card = announced.is_some_and(|hint| hint.card) || hint::is_among_cards(hints.neighbours);
    tally.refine(hints, card);
    let guess = match (announced, tally.best()) {
        (Some(hint), best) => Some((hint::agreed(hint, best), 0.98)),
        (None, Some((Meaning::Nothing, _))) => None,
        (None, best) => best,
    };
    let (meaning, score) = guess.filter(|(_, score)| *score >= SCORE_MIN)?;
    let class = meaning.class()?;
    let of_card = matches!(meaning, Meaning::Class(FieldClass::Pan) | Meaning::Expiry);
    let secret = class.is_secret() || of_card || announced.is_some_and(|hint| hint.card);
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

    /// Adds what type, lengths and neighbours say, given what the words said.
    fn refine(&mut self, hints: &FieldHints<'_>, card: bool) {
        use FieldClass::{Cvv, Email, Otp, Pan, Password, Phone, Pin};
        let class = Meaning::Class;
        let numeric = hint::is_numeric(hints);
        let length = hint::length_max(hints);
        match hints.kind {
            kind if kind.eq_ignore_ascii_case("password") => {
                let other_secret = [Cvv, Otp, Pin].into_iter().any(|secret| self.has(class(secret)));
                match (other_secret, card && matches!(length, Some(3 | 4))) {
                    (true, _) => self.seen.retain(|(meaning, _)| *meaning != class(Password)),
                    (false, true) => self.add(class(Cvv), 0.9),
                    (false, false) => self.add(class(Password), 0.97),
                }
            }
            kind if kind.eq_ignore_ascii_case("email") => self.add(class(Email), 0.9),
            // Pages use this type for the number keys it brings up; alone it is a telephone number.
            kind if kind.eq_ignore_ascii_case("tel")
                && self.seen.is_empty()
                && !card
                && length.is_none_or(|max| max > 8) =>
            {
                self.add(class(Phone), 0.6);
            }
            _ => {}
        }
        let vague =
            self.best().is_none_or(|(meaning, _)| meaning == Meaning::Number || meaning == Meaning::Code);
        if !vague {
            return;
        }
        match length {
            Some(3 | 4) if card && numeric => self.add(class(Cvv), 0.8),
            Some(13..=23) if card && (numeric || self.has(Meaning::Number)) => self.add(class(Pan), 0.85),
            None if card && self.has(Meaning::Number) => self.add(class(Pan), 0.9),
            _ if card && self.has(Meaning::Code) => self.add(class(Cvv), 0.85),
            Some(1) if numeric && hints.neighbours.len() >= 3 => self.add(class(Otp), 0.7),
            Some(4..=8) if numeric && hint::is_among_codes(hints.neighbours) => self.add(class(Otp), 0.75),
            _ if self.has(Meaning::Code) && hint::is_among_codes(hints.neighbours) => {
                self.add(class(Otp), 0.8)
            }
            _ => {}
        }
    }
}
