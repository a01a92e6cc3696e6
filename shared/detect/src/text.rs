//! Sensitive data in text: shape, check digits, and the words around.
//!
//! One pass over the bytes finds the beginnings of words; a word's first characters and length decide which
//! recognisers look at it, and each of them reads forward without coming back, so that the time grows with the
//! length of the text whatever the text is. Offsets are Unicode code points unless another unit is asked for.

mod amount;
mod card;
mod checksum;
#[cfg(feature = "national")]
mod code;
mod context;
#[cfg(feature = "national")]
mod dated;
mod email;
mod entity;
mod iban;
mod ip;
mod label;
#[cfg(feature = "national")]
mod national;
mod pass;
#[cfg(feature = "national")]
mod phone;
#[cfg(feature = "national")]
mod phone_plan;
mod scan;
#[cfg(feature = "national")]
mod shape;
mod token;
#[cfg(feature = "national")]
mod top_level;
mod topic;

use alloc::vec::Vec;

pub use entity::{Entity, EntitySet, UnknownEntity};

use scan::{Evidence, Found, Scan};

/// A piece of sensitive data in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends: the first position after it.
    pub end: usize,
    /// What it is.
    pub entity: Entity,
    /// How sure the detector is. **Range:** 0..=1; 1 where check digits agree.
    pub score: f32,
}

/// The unit of a span's offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Offsets {
    /// Unicode code points, as Python counts.
    #[default]
    CodePoints,
    /// Bytes of UTF-8, as Rust counts.
    Bytes,
    /// Code units of UTF-16, as a browser counts.
    Utf16,
}

/// Finds sensitive data in text.
///
/// A detector holds no state between texts and allocates only the list that it returns.
#[derive(Clone, Copy, Debug)]
pub struct Detector {
    wanted: EntitySet,
    evidence: Evidence,
    score_min: f32,
    offsets: Offsets,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// A detector of everything: what is weak by its shape counts where words nearby name it, and context raises
    /// scores.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            wanted: EntitySet::ALL,
            evidence: Evidence::InContext,
            score_min: 0.0,
            offsets: Offsets::CodePoints,
        }
    }

    /// A detector of the named entities: every candidate counts, with the score of its own shape and check, as
    /// Presidio's recognisers answer when they are run alone.
    #[must_use]
    pub const fn of(entities: EntitySet) -> Self {
        Self {
            wanted: entities,
            evidence: Evidence::Candidates,
            score_min: 0.0,
            offsets: Offsets::CodePoints,
        }
    }

    /// Leaves some entities out.
    #[must_use]
    pub const fn only(self, entities: EntitySet) -> Self {
        Self { wanted: entities, ..self }
    }

    /// Drops spans with a lower score. **Range:** 0..=1.
    #[must_use]
    pub const fn with_score_min(self, score_min: f32) -> Self {
        Self { score_min, ..self }
    }

    /// Counts offsets in another unit.
    #[must_use]
    pub const fn with_offsets(self, offsets: Offsets) -> Self {
        Self { offsets, ..self }
    }

    /// The spans of a text, in order and without overlaps: where candidates overlap, the one with the higher
    /// score stays, and of equal ones the longer.
    #[must_use]
    pub fn detect(&self, text: &str) -> Vec<Span> {
        let mut scan = Scan::new(text, self.wanted, self.evidence);
        pass::run(&mut scan);
        let mut found = scan.into_found();
        resolve(&mut found);
        let mut counter = Counter::new(text, self.offsets);
        let spans = found.into_iter().map(|found| Span {
            start: counter.count_to(found.start),
            end: counter.count_to(found.end),
            entity: found.entity,
            score: f32::from(found.score) / 100.0,
        });
        spans.filter(|span| span.score >= self.score_min).collect()
    }
}

/// Keeps the better of overlapping candidates, in one sweep.
fn resolve(found: &mut Vec<Found>) {
    let rank = |found: &Found| (found.score, found.end - found.start, u8::MAX - found.entity as u8);
    found.sort_unstable_by_key(|found| (found.start, core::cmp::Reverse(rank(found))));
    let mut kept = 0usize;
    for index in 0..found.len() {
        let next = found[index];
        match kept.checked_sub(1).map(|last| found[last]) {
            Some(last) if next.start < last.end => {
                if rank(&next) > rank(&last) {
                    found[kept - 1] = next;
                }
            }
            _ => {
                found[kept] = next;
                kept += 1;
            }
        }
    }
    found.truncate(kept);
}

/// Turns rising byte offsets into another unit, reading the text once.
struct Counter<'t> {
    bytes: &'t [u8],
    unit: Offsets,
    at: usize,
    count: usize,
}

impl<'t> Counter<'t> {
    const fn new(text: &'t str, unit: Offsets) -> Self {
        Self { bytes: text.as_bytes(), unit, at: 0, count: 0 }
    }

    fn count_to(&mut self, at: usize) -> usize {
        let passed = &self.bytes[self.at..at];
        self.at = at;
        let characters = || count(passed, |byte| byte & 0xc0 != 0x80);
        self.count += match self.unit {
            Offsets::Bytes => passed.len(),
            Offsets::CodePoints => characters(),
            Offsets::Utf16 => characters() + count(passed, |byte| byte >= 0xf0),
        };
        self.count
    }
}

/// Counts bytes in portions whose count fits a byte, which lets many be counted at once.
fn count(bytes: &[u8], condition: impl Fn(u8) -> bool) -> usize {
    let portions = bytes.chunks(usize::from(u8::MAX));
    portions
        .map(|portion| usize::from(portion.iter().map(|&byte| u8::from(condition(byte))).sum::<u8>()))
        .sum()
}
