//! Numbering plans: which digits make a telephone number that can exist.
//!
//! Seven plans, of the eight countries whose national numbers are found, are known by their first three digits
//! and lengths; the others by their first two digits and lengths. A rare prefix may be wrong in either
//! direction; the matcher asks only whether a number is plausible.
//!
//! **Source:** the number ranges of the ITU's and the regulators' plans, as collected in the metadata of
//! libphonenumber 9 (Apache-2.0).

mod table;

use super::checksum::value_of_digit;
use table::{OUTLINES, PLANS};

/// How a number was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// With a plus sign or an international prefix.
    International,
    /// The ten digits of North America, with or without the leading 1.
    NorthAmerican,
    /// With the trunk prefix 0.
    TrunkPrefix,
    /// Without a prefix, or with a country code and no plus sign.
    Bare,
}

/// A country code, and ranges of the three digits that follow: each entry begins a range, its upper half the
/// first of the digits, its lower half the lengths that are in use, bit n for n digits.
struct Plan {
    code: u16,
    ranges: &'static [u32],
}

/// A country code, the lengths in use, and the first two digits in use, a bit each.
struct Outline {
    code: u16,
    lengths: u16,
    heads: u128,
}

/// Whether digits that follow a plus sign are a number.
pub(crate) fn is_international(digits: &[u8]) -> bool {
    (1..=3).any(|length| {
        let Some((code, rest)) = digits.split_at_checked(length) else { return false };
        let code = number_of(code) as u16;
        // The trunk prefix stays in the brackets of "+44 (0)20".
        has_number(code, rest) || rest.strip_prefix(b"0").is_some_and(|rest| has_number(code, rest))
    })
}

/// Whether digits without a plus sign are a number somewhere in the countries whose national numbers are
/// found, and how they are written.
pub(crate) fn is_national(digits: &[u8]) -> Option<Format> {
    let in_plan = |code: u16, digits: &[u8]| plan(code).is_some_and(|plan| plan.has(digits));
    let trunk = digits.strip_prefix(b"0");
    if in_plan(1, digits) || digits.strip_prefix(b"1").is_some_and(|rest| in_plan(1, rest)) {
        return Some(Format::NorthAmerican);
    }
    if trunk.is_some_and(|rest| [33, 44, 49, 55, 91, 972].into_iter().any(|code| in_plan(code, rest))) {
        return Some(Format::TrunkPrefix);
    }
    let abroad = digits.strip_prefix(b"00").or_else(|| digits.strip_prefix(b"011"));
    if abroad.is_some_and(is_international) {
        return Some(Format::International);
    }
    let with_code = PLANS.iter().any(|plan| {
        (1..=3).any(|length| {
            digits
                .split_at_checked(length)
                .is_some_and(|(code, rest)| number_of(code) == u32::from(plan.code) && plan.has(rest))
        })
    });
    (in_plan(55, digits) || in_plan(91, digits) || with_code).then_some(Format::Bare)
}

fn has_number(code: u16, digits: &[u8]) -> bool {
    match plan(code) {
        Some(plan) => plan.has(digits),
        None => OUTLINES
            .binary_search_by_key(&code, |outline| outline.code)
            .is_ok_and(|index| OUTLINES[index].has(digits)),
    }
}

fn plan(code: u16) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.code == code)
}

fn number_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, &digit| number * 10 + value_of_digit(digit))
}

fn has_length(lengths: u32, digits: &[u8]) -> bool {
    digits.len() < 16 && lengths >> digits.len() & 1 == 1
}

impl Plan {
    fn has(&self, digits: &[u8]) -> bool {
        let Some(head) = digits.get(..3) else { return false };
        let after = self.ranges.partition_point(|range| range >> 16 <= number_of(head));
        after.checked_sub(1).is_some_and(|index| has_length(self.ranges[index] & 0xffff, digits))
    }
}

impl Outline {
    fn has(&self, digits: &[u8]) -> bool {
        digits.get(..2).is_some_and(|head| self.heads >> number_of(head) & 1 == 1)
            && has_length(u32::from(self.lengths), digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_in_order() {
        assert!(OUTLINES.is_sorted_by_key(|outline| outline.code));
        assert!(PLANS.iter().all(|plan| plan.ranges.is_sorted_by_key(|range| range >> 16)));
    }

    #[test]
    fn a_trunk_prefix_after_the_country_code_is_skipped() {
        assert!(is_international(b"442071234567"));
        assert!(is_international(b"4402071234567"));
        assert!(!is_international(b"44001"));
    }

    #[test]
    fn national_numbers_are_told_by_their_prefix() {
        assert_eq!(is_national(b"4155550132"), Some(Format::NorthAmerican));
        assert_eq!(is_national(b"02071234567"), Some(Format::TrunkPrefix));
        assert_eq!(is_national(b"0015186400854"), Some(Format::International));
        assert_eq!(is_national(b"1234567"), None);
    }
}
