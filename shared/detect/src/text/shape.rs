//! Fixed shapes of identifiers: so many digits or letters, with separators at given places.
//!
//! A shape is matched from one position in one direction, without a choice to come back to, so a match costs
//! no more than the shape is long.

use super::scan::Scan;

/// A shape, one byte an element:
///
/// | byte | stands for |
/// |---|---|
/// | `9` | a digit |
/// | `A` | an ASCII letter |
/// | `o` | an optional space or hyphen |
/// | `m` | a space or hyphen |
/// | `p` | a space, hyphen or full stop |
/// | `c` | a space, hyphen or colon |
/// | `v` | an optional white space, hyphen or full stop |
/// | `w` | white space |
/// | `h` | an optional hyphen |
/// | `g` | an optional hyphen or plus sign |
/// | `s` | an optional space |
/// | another | itself |
pub(crate) type Shape = &'static [u8];

/// The longest text without separators that a shape matches.
const CHARACTERS_MAX: usize = 24;

/// What a shape matched: where, and the characters without separators.
pub(crate) struct Match<'t> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) raw: &'t [u8],
    characters: [u8; CHARACTERS_MAX],
    length: usize,
}

impl Match<'_> {
    /// The letters, in upper case, and digits.
    pub(crate) fn characters(&self) -> &[u8] {
        &self.characters[..self.length]
    }
}

/// Matches a shape at a position, up to the end of a word.
pub(crate) fn match_at<'t>(scan: &Scan<'t>, shape: Shape, start: usize) -> Option<Match<'t>> {
    let mut characters = [0; CHARACTERS_MAX];
    let mut length = 0;
    let mut at = start;
    for &element in shape {
        let byte = scan.at(at);
        match step(scan, element, byte, at)? {
            Step::Character => {
                *characters.get_mut(length)? = byte.to_ascii_uppercase();
                length += 1;
                at += 1;
            }
            Step::Separator(width) => at += width,
        }
    }
    scan.ends_word(at).then(|| Match { start, end: at, raw: &scan.bytes[start..at], characters, length })
}

enum Step {
    Character,
    Separator(usize),
}

fn step(scan: &Scan<'_>, element: u8, byte: u8, at: usize) -> Option<Step> {
    let one_of = |set: &[u8]| set.contains(&byte).then_some(Step::Separator(1));
    let optional = |set: &[u8]| Some(Step::Separator(usize::from(set.contains(&byte))));
    match element {
        b'9' => byte.is_ascii_digit().then_some(Step::Character),
        b'A' => byte.is_ascii_alphabetic().then_some(Step::Character),
        b'o' => optional(b"- "),
        b'm' => one_of(b"- "),
        b'p' => one_of(b"- ."),
        b'c' => one_of(b"- :"),
        b'h' => optional(b"-"),
        b'g' => optional(b"-+"),
        b's' => optional(b" "),
        b'w' => white_space(scan, at).map(Step::Separator),
        b'v' => match white_space(scan, at) {
            Some(width) => Some(Step::Separator(width)),
            None => optional(b"-."),
        },
        itself => (byte == itself).then_some(Step::Separator(1)),
    }
}

fn white_space(scan: &Scan<'_>, at: usize) -> Option<usize> {
    scan.char_at(at).filter(|character| character.is_whitespace()).map(char::len_utf8)
}

/// The lengths that the first run of digits of a text may have where the shape matches: bit n for n digits.
pub(crate) const fn first_runs(shape: Shape) -> u32 {
    let mut runs = 0;
    let mut digits = 0;
    let mut index = 0;
    while index < shape.len() {
        match shape[index] {
            b'9' => digits += 1,
            b'o' | b'v' | b'h' | b'g' | b's' => runs |= 1 << digits,
            _ => return runs | 1 << digits,
        }
        index += 1;
    }
    runs | 1 << digits
}

#[cfg(test)]
mod tests {
    use super::super::entity::EntitySet;
    use super::super::scan::Evidence;
    use super::*;

    fn matched(shape: Shape, text: &str) -> Option<(usize, alloc::vec::Vec<u8>)> {
        let scan = Scan::new(text, EntitySet::ALL, Evidence::Candidates);
        match_at(&scan, shape, 0).map(|found| (found.end, found.characters().to_vec()))
    }

    #[test]
    fn separators_are_matched_and_left_out() {
        assert_eq!(matched(b"999o99", "123-45"), Some((6, b"12345".to_vec())));
        assert_eq!(matched(b"999o99", "12345"), Some((5, b"12345".to_vec())));
        assert_eq!(matched(b"999m99", "12345"), None);
        assert_eq!(matched(b"99w99", "12\u{a0}34"), Some((6, b"1234".to_vec())));
    }

    #[test]
    fn a_match_ends_at_the_end_of_a_word() {
        assert_eq!(matched(b"999", "1234"), None);
        assert_eq!(matched(b"999", "123é"), None);
        assert_eq!(matched(b"999", "123”"), Some((3, b"123".to_vec())));
        assert_eq!(matched(b"999", "12"), None);
    }

    #[test]
    fn first_runs_follow_from_optional_separators() {
        assert_eq!(first_runs(b"999o999o9999"), 1 << 3 | 1 << 6 | 1 << 10);
        assert_eq!(first_runs(b"9999-9999-9"), 1 << 4);
    }
}
