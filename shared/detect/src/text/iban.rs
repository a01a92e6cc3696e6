//! International bank account numbers, told by the country's structure and MOD 97-10; SEPA creditor
//! identifiers and legal entity identifiers, which share that check.

use super::checksum::mod_97;
use super::entity::Entity;
use super::scan::{Needs, Scan};

/// Countries and the structure of their basic account numbers: n digits, a capital letters, c either.
///
/// **Source:** the IBAN registry of ISO 13616.
const COUNTRIES: &[(&[u8; 2], &[u8])] = &[
    (b"AD", b"8n12c"),
    (b"AE", b"19n"),
    (b"AL", b"8n16c"),
    (b"AT", b"16n"),
    (b"AZ", b"4c20n"),
    (b"BA", b"16n"),
    (b"BE", b"12n"),
    (b"BG", b"4a6n8c"),
    (b"BH", b"4a14c"),
    (b"BI", b"23n"),
    (b"BR", b"23n1a1c"),
    (b"BY", b"4c4n16c"),
    (b"CH", b"5n12c"),
    (b"CR", b"18n"),
    (b"CY", b"8n16c"),
    (b"CZ", b"20n"),
    (b"DE", b"18n"),
    (b"DJ", b"23n"),
    (b"DK", b"14n"),
    (b"DO", b"4c20n"),
    (b"EE", b"16n"),
    (b"EG", b"25n"),
    (b"ES", b"20n"),
    (b"FI", b"14n"),
    (b"FK", b"2a12n"),
    (b"FO", b"14n"),
    (b"FR", b"10n11c2n"),
    (b"GB", b"4a14n"),
    (b"GE", b"2c16n"),
    (b"GI", b"4a15c"),
    (b"GL", b"14n"),
    (b"GR", b"7n16c"),
    (b"GT", b"24c"),
    (b"HN", b"4a20n"),
    (b"HR", b"17n"),
    (b"HU", b"24n"),
    (b"IE", b"4c14n"),
    (b"IL", b"19n"),
    (b"IQ", b"4a15n"),
    (b"IS", b"22n"),
    (b"IT", b"1a10n12c"),
    (b"JO", b"4a22n"),
    (b"KW", b"4a22c"),
    (b"KZ", b"3n13c"),
    (b"LB", b"4n20c"),
    (b"LC", b"4a24c"),
    (b"LI", b"5n12c"),
    (b"LT", b"16n"),
    (b"LU", b"3n13c"),
    (b"LV", b"4a13c"),
    (b"LY", b"21n"),
    (b"MC", b"10n11c2n"),
    (b"MD", b"20c"),
    (b"ME", b"18n"),
    (b"MK", b"3n10c2n"),
    (b"MN", b"16n"),
    (b"MR", b"23n"),
    (b"MT", b"4a5n18c"),
    (b"MU", b"4a19n3a"),
    (b"NI", b"4a20n"),
    (b"NL", b"4a10n"),
    (b"NO", b"11n"),
    (b"OM", b"3n16c"),
    (b"PK", b"4c16n"),
    (b"PL", b"24n"),
    (b"PS", b"4c21n"),
    (b"PT", b"21n"),
    (b"QA", b"4a21c"),
    (b"RO", b"4a16c"),
    (b"RS", b"18n"),
    (b"RU", b"14n15c"),
    (b"SA", b"2n18c"),
    (b"SC", b"4a20n3a"),
    (b"SD", b"14n"),
    (b"SE", b"20n"),
    (b"SI", b"15n"),
    (b"SK", b"20n"),
    (b"SM", b"1a10n12c"),
    (b"SO", b"19n"),
    (b"ST", b"21n"),
    (b"SV", b"4a20n"),
    (b"TL", b"19n"),
    (b"TN", b"20n"),
    (b"TR", b"5n17c"),
    (b"UA", b"6n19c"),
    (b"VA", b"18n"),
    (b"VG", b"4c16n"),
    (b"XK", b"16n"),
    (b"YE", b"4a4n18c"),
];

/// The longest IBAN that the registry allows.
const CHARACTERS_MAX: usize = 34;

/// Tries an IBAN at two letters that two digits follow; the letters may end a longer word in small letters.
pub(crate) fn iban(scan: &mut Scan<'_>, start: usize) {
    let Some(&[first, second, check_1, check_2]) = scan.bytes.get(start..start + 4) else { return };
    if !check_1.is_ascii_digit() || !check_2.is_ascii_digit() {
        return;
    }
    let case = if first.is_ascii_uppercase() { Case::Capitals } else { Case::Small };
    // A capital number may follow small letters: "IBANnrDE89…" is read as Presidio reads it.
    let begins = match case {
        Case::Capitals => !is_of(scan.before(start), Case::Capitals),
        Case::Small => scan.starts_word(start),
    };
    let country = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
    if !begins || !is_of(second, case) {
        return;
    }
    let Ok(index) = COUNTRIES.binary_search_by_key(&&country, |(code, _)| code) else { return };
    if let Some(end) = account_end(scan, start, COUNTRIES[index].1, case) {
        scan.report(Entity::Iban, (start, end), 100, Needs::Nothing);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Capitals,
    Small,
}

/// Whether a byte may stand in a number whose letters are of one case.
fn is_of(byte: u8, case: Case) -> bool {
    match case {
        Case::Capitals => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        Case::Small => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
    }
}

/// Reads as many characters as the country's structure has, with a separator before each group of four.
fn account_end(scan: &Scan<'_>, start: usize, structure: &[u8], case: Case) -> Option<usize> {
    let mut characters = [0; CHARACTERS_MAX];
    let length = 4 + structure_length(structure);
    let mut at = start;
    for (index, place) in characters.iter_mut().enumerate().take(length) {
        if index > 0 && index % 4 == 0 && matches!(scan.at(at), b' ' | b'-') {
            at += 1;
        }
        let byte = scan.at(at);
        *place = is_of(byte, case).then(|| byte.to_ascii_uppercase())?;
        at += 1;
    }
    let ends = match case {
        Case::Capitals => !is_of(scan.at(at), case) || has_short_tail(scan, at, length),
        Case::Small => scan.ends_word(at),
    };
    let account = &characters[..length];
    let rearranged = account[4..].iter().chain(&account[..4]).copied();
    // Check digits 00, 01 and 99 satisfy the remainder and are never computed.
    let check_digits = matches!(account[2..4], [b'0', b'0' | b'1'] | [b'9', b'9']);
    (ends && !check_digits && has_structure(&account[4..], structure) && mod_97(rearranged) == 1)
        .then_some(at)
}

/// Whether up to three characters too many follow a number of full groups of four, as where the next word lost
/// its space: Presidio leaves them off as well.
fn has_short_tail(scan: &Scan<'_>, at: usize, length: usize) -> bool {
    let tail = scan.bytes[at..].iter().take(4).take_while(|byte| is_of(**byte, Case::Capitals)).count();
    length.is_multiple_of(4) && tail < 4
}

fn parts(structure: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    structure.split_inclusive(u8::is_ascii_alphabetic).filter_map(|part| {
        let (&kind, count) = part.split_last()?;
        Some((count.iter().fold(0, |count, digit| count * 10 + usize::from(digit - b'0')), kind))
    })
}

fn structure_length(structure: &[u8]) -> usize {
    parts(structure).map(|(count, _)| count).sum()
}

fn has_structure(account: &[u8], structure: &[u8]) -> bool {
    let kinds = parts(structure).flat_map(|(count, kind)| core::iter::repeat_n(kind, count));
    account.iter().zip(kinds).all(|(byte, kind)| match kind {
        b'n' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_uppercase(),
        _ => true,
    })
}

/// Tries a SEPA creditor identifier at a word: country, check digits, business code, national identifier.
///
/// **Source:** EPC262-08, "Creditor Identifier Overview".
pub(crate) fn creditor(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.bytes[start..end];
    if !(12..=35).contains(&word.len()) || !word[..2].iter().all(u8::is_ascii_uppercase) {
        return;
    }
    let country = [word[0], word[1]];
    let is_known = COUNTRIES.binary_search_by_key(&&country, |(code, _)| code).is_ok();
    if !is_known
        || !word[2..4].iter().all(u8::is_ascii_digit)
        || !word[4..].iter().all(u8::is_ascii_alphanumeric)
    {
        return;
    }
    if mod_97(word[7..].iter().chain(&word[..4]).copied()) == 1 {
        let needs = if &word[4..7] == b"ZZZ" { Needs::Nothing } else { Needs::Context };
        scan.report(Entity::SepaCreditor, (start, end), 90, needs);
    }
}

/// Tries a legal entity identifier at a word of twenty characters.
///
/// **Source:** ISO 17442-1.
pub(crate) fn lei(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.bytes[start..end];
    let of_lei = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if word.len() == 20 && word.iter().all(of_lei) && word[18..].iter().all(u8::is_ascii_digit) {
        let has_letter = word.iter().any(u8::is_ascii_uppercase);
        if mod_97(word.iter().copied()) == 1 {
            scan.report(
                Entity::Lei,
                (start, end),
                90,
                if has_letter { Needs::Nothing } else { Needs::Context },
            );
        }
    }
}

/// Tries a bank's identifier at a word: four letters, a country, a place, perhaps a branch.
///
/// **Source:** ISO 9362.
pub(crate) fn bic(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.bytes[start..end];
    if !matches!(word.len(), 8 | 11) || !word[..6].iter().all(u8::is_ascii_uppercase) {
        return;
    }
    let of_place = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if !word[6..].iter().all(of_place) || !is_country(word[4], word[5]) {
        return;
    }
    let needs =
        if word.len() == 11 && word.ends_with(&HEAD_OFFICE) { Needs::Nothing } else { Needs::Context };
    scan.report(Entity::Bic, (start, end), 50, needs);
}

/// The branch code of a bank's head office (ISO 9362).
const HEAD_OFFICE: [u8; 3] = [b'X'; 3];

/// The second letters of the country codes of ISO 3166-1 (and Kosovo's) by first letter.
const COUNTRY_CODES: [&[u8]; 26] = [
    b"DEFGILMOQRSTUWXZ",
    b"ABDEFGHIJLMNOQRSTVWYZ",
    b"ACDFGHIKLMNORUVWXYZ",
    b"EJKMOZ",
    b"CEGHRST",
    b"IJKMOR",
    b"ABDEFGHILMNPQRSTUWY",
    b"KMNRTU",
    b"DELMNOQRST",
    b"EMOP",
    b"EGHIMNPRWYZ",
    b"ABCIKRSTUVY",
    b"ACDEFGHKLMNOPQRSTUVWXYZ",
    b"ACEFGILOPRUZ",
    b"M",
    b"AEFGHKLMNRSTWY",
    b"A",
    b"EOSUW",
    b"ABCDEGHIJKLMNORSTVXYZ",
    b"CDFGHJKLMNORTVWZ",
    b"AGMSYZ",
    b"ACEGINU",
    b"FS",
    b"K",
    b"ET",
    b"AMW",
];

fn is_country(first: u8, second: u8) -> bool {
    COUNTRY_CODES.get(usize::from(first.wrapping_sub(b'A'))).is_some_and(|seconds| seconds.contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_in_order_and_fit() {
        assert!(COUNTRIES.is_sorted_by_key(|(code, _)| code));
        for (code, structure) in COUNTRIES {
            assert!((11..=30).contains(&structure_length(structure)), "{code:?}");
            assert!(is_country(code[0], code[1]), "{code:?}");
        }
    }
}
