//! The state of one pass over a text: what is asked for, and what has been found so far.
//!
//! Recognisers read the text through this type and report to it; it decides whether a candidate counts.
//! It knows no pattern.

use alloc::vec::Vec;

use super::context;
use super::entity::{Entity, EntitySet};
use super::topic::{Topics, topics_of};

/// What a candidate needs, besides its shape and check digits, to count when nobody asked for its entity by
/// name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: chance rarely makes such a text.
    Nothing,
    /// A word nearby that names the entity.
    Context,
    /// That the caller names the entity: the shape alone says almost nothing.
    Asking,
}

/// Which candidates count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Every candidate, with its own score.
    Candidates,
    /// Candidates that stand alone, and those whose words nearby name them; context raises the score.
    InContext,
}

/// A candidate, in byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) entity: Entity,
    /// Hundredths.
    pub(crate) score: u8,
}

/// How much context adds to a score, and the least score that it leads to, in hundredths.
///
/// **Source:** the defaults of Presidio's context enhancer.
const CONTEXT_ADDS: u8 = 35;
const CONTEXT_LEAST: u8 = 40;

/// One pass over a text.
pub(crate) struct Scan<'t> {
    pub(crate) text: &'t str,
    pub(crate) bytes: &'t [u8],
    wanted: EntitySet,
    evidence: Evidence,
    found: Vec<Found>,
    /// The topics around the span that was asked for last: several rules ask about the same one.
    around: ((usize, usize), Topics),
}

impl<'t> Scan<'t> {
    pub(crate) fn new(text: &'t str, wanted: EntitySet, evidence: Evidence) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            wanted,
            evidence,
            found: Vec::new(),
            around: ((0, 0), Topics::default()),
        }
    }

    pub(crate) fn into_found(self) -> Vec<Found> {
        self.found
    }

    pub(crate) fn wants(&self, entity: Entity) -> bool {
        self.wanted.contains(entity)
    }

    /// Adds a candidate if it counts, and says whether it does.
    pub(crate) fn report(&mut self, entity: Entity, span: (usize, usize), score: u8, needs: Needs) -> bool {
        if !self.wants(entity) {
            return false;
        }
        let (start, end) = span;
        let score = match (self.evidence, needs) {
            (Evidence::Candidates, _) => score,
            (_, Needs::Asking) => return false,
            (_, Needs::Nothing) if score >= 100 => score,
            (_, Needs::Nothing | Needs::Context) => {
                let named = self.is_named(entity, span);
                match (needs, named) {
                    (_, true) => (score + CONTEXT_ADDS).clamp(CONTEXT_LEAST, 100),
                    (Needs::Nothing, false) => score,
                    _ => return false,
                }
            }
        };
        self.found.push(Found { start, end, entity, score });
        true
    }

    /// Adds a candidate whose context has been looked at already.
    pub(crate) fn add(&mut self, entity: Entity, (start, end): (usize, usize), score: u8) {
        self.found.push(Found { start, end, entity, score });
    }

    /// Adds a candidate that means nothing without a word of its topic nearby, whoever asks.
    pub(crate) fn report_named(&mut self, entity: Entity, span: (usize, usize), score: u8) {
        if self.wants(entity) && self.is_named(entity, span) {
            self.found.push(Found { start: span.0, end: span.1, entity, score });
        }
    }

    /// Whether a word before or after a span names an entity.
    fn is_named(&mut self, entity: Entity, span: (usize, usize)) -> bool {
        if self.around.0 != span {
            self.around = (span, context::around(self.bytes, span));
        }
        self.around.1.meets(topics_of(entity))
    }

    /// Whether one of the last few words before a position is about some topics.
    pub(crate) fn follows(&self, at: usize, topics: Topics, words_max: usize) -> bool {
        context::before(self.bytes, at, words_max).meets(topics)
    }

    /// Whether the caller named the entity, so that even the weakest shape counts.
    pub(crate) fn asks_for(&self, entity: Entity) -> bool {
        self.wants(entity) && self.evidence == Evidence::Candidates
    }

    /// The byte before a position, 0 at the start.
    pub(crate) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |index| self.bytes[index])
    }

    /// The byte at a position, 0 at the end.
    pub(crate) fn at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Whether no word character stands directly before a position.
    pub(crate) fn starts_word(&self, at: usize) -> bool {
        match self.before(at) {
            byte if byte.is_ascii() => at == 0 || !is_ascii_word(byte),
            _ => !self.char_before(at).is_some_and(is_word),
        }
    }

    /// Whether no word character stands at a position.
    pub(crate) fn ends_word(&self, at: usize) -> bool {
        match self.at(at) {
            byte if byte.is_ascii() => !is_ascii_word(byte),
            _ => !self.char_at(at).is_some_and(is_word),
        }
    }

    pub(crate) fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    pub(crate) fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// The end of the run of bytes that satisfy a condition.
    pub(crate) fn run(&self, at: usize, condition: impl Fn(u8) -> bool) -> usize {
        self.bytes[at..]
            .iter()
            .position(|&byte| !condition(byte))
            .map_or(self.bytes.len(), |length| at + length)
    }
}

/// Whether a character belongs to a word: a letter, a digit or the low line.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// [`is_word`] for an ASCII byte.
pub(crate) const fn is_ascii_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
