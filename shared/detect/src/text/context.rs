//! The words around a candidate, and what they say of it.
//!
//! They are read only when a recogniser asks, and only within a fixed distance, so that the cost of a text
//! stays in proportion to its length.

use super::topic::{CODE, CODE_KIND, OTP, Topics, topic_of};

/// How far before and after a candidate a naming word may stand.
const BYTES_BEFORE: usize = 96;
const BYTES_AFTER: usize = 32;
/// The most words that are looked at before and after a candidate.
const WORDS_BEFORE: usize = 10;
const WORDS_AFTER: usize = 4;

/// What the last words before a position are about.
pub(crate) fn before(bytes: &[u8], at: usize, words_max: usize) -> Topics {
    words_before(bytes, at).take(words_max).fold(Topics::default(), |topics, word| topics.and(topic_of(word)))
}

/// The words before a position, the nearest first.
fn words_before(bytes: &[u8], at: usize) -> impl Iterator<Item = &[u8]> {
    let before = &bytes[at.saturating_sub(BYTES_BEFORE)..at];
    before.rsplit(|byte| !is_letter(byte)).filter(|word| !word.is_empty())
}

/// What the words of a label that ends before a position are about. "Code" after a word that says what it is for
/// ("your login code is") is a one-time code.
pub(crate) fn label(bytes: &[u8], at: usize, words_max: usize) -> Topics {
    let mut all = Topics::default();
    let mut after = Topics::default();
    for (index, topics) in words_before(bytes, at).take(words_max + 1).map(topic_of).enumerate() {
        if after.meets(CODE) && topics.meets(CODE_KIND) {
            all = all.and(OTP);
        }
        if index < words_max {
            all = all.and(topics);
        }
        after = topics;
    }
    all
}

/// What the words around a span are about.
pub(crate) fn around(bytes: &[u8], (start, end): (usize, usize)) -> Topics {
    before(bytes, start, WORDS_BEFORE)
        .and(about(&bytes[end..bytes.len().min(end + BYTES_AFTER)], WORDS_AFTER))
}

/// What the next word after a position is about; the position is the end of a word.
pub(crate) fn just_after(bytes: &[u8], at: usize) -> Topics {
    about(&bytes[at..bytes.len().min(at + BYTES_AFTER)], 1)
}

/// What the words between two positions are about.
pub(crate) fn between(bytes: &[u8], from: usize, to: usize) -> Topics {
    about(&bytes[from..to], WORDS_BEFORE)
}

/// A character outside ASCII counts as a letter.
const fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// What the first words are about.
fn about(bytes: &[u8], words_max: usize) -> Topics {
    let words = bytes.split(|byte| !is_letter(byte)).filter(|word| !word.is_empty());
    words.take(words_max).fold(Topics::default(), |topics, word| topics.and(topic_of(word)))
}

#[cfg(test)]
mod tests {
    use super::super::entity::Entity;
    use super::super::topic::topics_of;
    use super::*;

    const CARD: Topics = topics_of(Entity::CreditCard);

    #[test]
    fn a_word_out_of_reach_does_not_count() {
        let text = b"card 1 2 3";
        assert!(!before(text, 10, 3).meets(CARD));
        assert!(before(text, 10, 4).meets(CARD));
        let far = alloc::format!("card{}4111", " ".repeat(BYTES_BEFORE));
        assert!(!before(far.as_bytes(), far.len() - 4, 3).meets(CARD));
    }

    #[test]
    fn words_after_a_span_count_too() {
        assert!(around(b"4111 visa", (0, 4)).meets(CARD));
        assert!(just_after(b"4111 visa", 4).meets(CARD));
        assert!(!just_after(b"4111 my visa", 4).meets(CARD));
    }

    #[test]
    fn a_code_is_one_for_once_only_after_its_kind() {
        let otp = topics_of(Entity::Otp);
        assert!(label(b"your login code is 1", 19, 3).meets(otp));
        assert!(!label(b"the error code is 1", 18, 3).meets(otp));
    }
}
