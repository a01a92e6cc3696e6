//! Check digits: the arithmetic that tells an identifier from a number that only looks like one.
//!
//! Each function takes the characters without separators and answers whether they agree with their check
//! digits. None of them looks at the text around a match, and none allocates.

/// Luhn's check over ASCII digits.
///
/// **Source:** ISO/IEC 7812-1, annex B.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0u32;
    for (index, &digit) in digits.iter().rev().enumerate() {
        let value = value_of_digit(digit);
        sum += match (index % 2, value) {
            (0, value) => value,
            (_, value) if value > 4 => value * 2 - 9,
            (_, value) => value * 2,
        };
    }
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The remainder modulo 97 of characters read as digits and letters (A = 10 … Z = 35).
///
/// **Source:** ISO/IEC 7064, MOD 97-10.
pub(crate) fn mod_97(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |remainder, character| {
        let value = value_of_alphanumeric(character);
        (if value < 10 { remainder * 10 } else { remainder * 100 } + value) % 97
    })
}

/// The hybrid system MOD 11,10 over all digits, the last being the check digit.
///
/// **Source:** ISO/IEC 7064, used by the German tax and VAT numbers.
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((&check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, &digit| {
        let sum = (value_of_digit(digit) + product) % 10;
        (if sum == 0 { 10 } else { sum } * 2) % 11
    });
    (11 - product) % 10 == value_of_digit(check)
}

/// The sum of digits times weights.
pub(crate) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| value_of_digit(digit) * weight).sum()
}

/// The check digit of a machine-readable travel document: weights 7, 3, 1 over all characters but the last.
///
/// **Source:** ICAO Doc 9303, part 3, section 4.9.
pub(crate) fn icao_9303(characters: &[u8]) -> bool {
    let Some((&check, body)) = characters.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(&character, weight)| value_of_alphanumeric(character) * weight)
        .sum();
    check.is_ascii_digit() && sum % 10 == value_of_digit(check)
}

const DIHEDRAL: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

const PERMUTATION: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// Verhoeff's check over ASCII digits, the last being the check digit.
///
/// **Source:** J. Verhoeff, "Error detecting decimal codes", 1969.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let state = digits.iter().rev().zip((0..8).cycle()).fold(0u8, |state, (&digit, position): (_, usize)| {
        let permuted = PERMUTATION[position][value_of_digit(digit) as usize];
        DIHEDRAL[usize::from(state)][usize::from(permuted)]
    });
    state == 0
}

/// The value of an ASCII digit; anything else counts as its low four bits, modulo ten.
pub(crate) const fn value_of_digit(digit: u8) -> u32 {
    (digit & 0x0f) as u32 % 10
}

/// The value of a digit or of a letter of either case (A = 10 … Z = 35).
pub(crate) const fn value_of_alphanumeric(character: u8) -> u32 {
    match character {
        b'0'..=b'9' => (character - b'0') as u32,
        b'A'..=b'Z' => (character - b'A') as u32 + 10,
        b'a'..=b'z' => (character - b'a') as u32 + 10,
        _ => 0,
    }
}

/// Whether day and month exist in the Gregorian calendar, in a year that may be a leap year.
pub(crate) const fn is_day_of_month(day: u32, month: u32, leap_year: YearKind) -> bool {
    let last = match month {
        2 => match leap_year {
            YearKind::Leap => 29,
            YearKind::Common => 28,
        },
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    day >= 1 && day <= last
}

/// Whether a year has a 29th of February.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum YearKind {
    Leap,
    Common,
}

impl YearKind {
    pub(crate) const fn of(year: u32) -> Self {
        if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) {
            Self::Leap
        } else {
            Self::Common
        }
    }
}

/// Two ASCII digits as a number.
pub(crate) const fn two_digits(digits: &[u8], at: usize) -> u32 {
    value_of_digit(digits[at]) * 10 + value_of_digit(digits[at + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_accepts_the_check_digit_of_iso_7812_and_no_other() {
        for last in b'0'..=b'9' {
            let digits = [&b"7992739871"[..], &[last]].concat();
            assert_eq!(luhn(&digits), last == b'3');
        }
        assert!(!luhn(b""));
    }

    #[test]
    fn mod_97_of_an_iban_is_one() {
        assert_eq!(mod_97(b"370400440532013000DE89".iter().copied()), 1);
        assert_ne!(mod_97(b"370400440532013001DE89".iter().copied()), 1);
    }

    #[test]
    fn hybrid_system_finds_each_wrong_digit() {
        assert!(mod_11_10(b"86095742719"));
        for position in 0..11 {
            let mut wrong = *b"86095742719";
            wrong[position] = b'0' + (wrong[position] - b'0' + 1) % 10;
            assert!(!mod_11_10(&wrong), "position {position}");
        }
    }

    #[test]
    fn verhoeff_finds_adjacent_transpositions() {
        assert!(verhoeff(b"2363"));
        assert!(!verhoeff(b"3263"));
        assert!(!verhoeff(b"2633"));
    }

    #[test]
    fn travel_document_check_digit() {
        assert!(icao_9303(b"L898902C36"));
        assert!(!icao_9303(b"L898902C37"));
    }

    #[test]
    fn february_has_29_days_in_leap_years_only() {
        assert!(is_day_of_month(29, 2, YearKind::of(2000)));
        assert!(!is_day_of_month(29, 2, YearKind::of(1900)));
        assert!(!is_day_of_month(31, 4, YearKind::of(2024)));
        assert!(!is_day_of_month(1, 13, YearKind::of(2024)));
    }
}
