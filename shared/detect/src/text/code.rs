//! Codes whose letters and digits mix: Bitcoin addresses and Italian fiscal codes.

use sha2::{Digest, Sha256};

use super::checksum::{YearKind, is_day_of_month, value_of_alphanumeric};
use super::entity::Entity;
use super::scan::{Needs, Scan};

/// The bounds of a Bitcoin address's length after its first characters.
const ADDRESS_REST: core::ops::RangeInclusive<usize> = 25..=59;

/// Tries addresses in a run of letters and digits.
pub(crate) fn bitcoin(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut at = start;
    while let Some((from, prefix)) =
        next_prefix(&scan.bytes[at..end]).map(|(offset, prefix)| (at + offset, prefix))
    {
        let rest = (end - from - prefix).min(*ADDRESS_REST.end());
        if rest < *ADDRESS_REST.start() {
            return;
        }
        let to = from + prefix + rest;
        let address = &scan.bytes[from..to];
        if (prefix == 1 && is_base58_address(address)) || (prefix == 3 && is_bech32_address(address)) {
            let at_bounds = scan.starts_word(from) && scan.ends_word(to);
            let needs = if at_bounds { Needs::Nothing } else { Needs::Asking };
            scan.report(Entity::Crypto, (from, to), 100, needs);
        }
        at = to;
    }
}

/// The first `1`, `3` or `bc1`, and its length.
fn next_prefix(text: &[u8]) -> Option<(usize, usize)> {
    let is_segwit =
        |at: usize| text.get(at..at + 3).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"bc1"));
    text.iter().enumerate().find_map(|(at, byte)| match byte {
        b'1' | b'3' => Some((at, 1)),
        b'b' | b'B' if is_segwit(at) => Some((at, 3)),
        _ => None,
    })
}

/// The payload and checksum of a version 1 address.
const DECODED: usize = 25;

/// **Source:** the Bitcoin wiki, "Base58Check encoding".
fn is_base58_address(text: &[u8]) -> bool {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut decoded = [0u8; DECODED];
    for byte in text {
        let Some(value) = ALPHABET.iter().position(|letter| letter == byte) else { return false };
        let mut carry = value;
        for place in decoded.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            *place = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let ones = text.iter().take_while(|byte| **byte == b'1').count();
    let zeros = decoded.iter().take_while(|byte| **byte == 0).count();
    let (payload, checksum) = decoded.split_at(DECODED - 4);
    ones == zeros && Sha256::digest(Sha256::digest(payload)).starts_with(checksum)
}

/// **Source:** BIP 173 and BIP 350.
fn is_bech32_address(text: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    const BECH32: u32 = 1;
    const BECH32M: u32 = 0x2bc8_30a3;
    let mixed = text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    let step = |state: u32, value: u32| {
        let top = state >> 25;
        let shifted = (state & 0x01ff_ffff) << 5 ^ value;
        GENERATOR
            .iter()
            .enumerate()
            .fold(shifted, |state, (bit, term)| state ^ if top >> bit & 1 == 1 { *term } else { 0 })
    };
    // The expansion of the prefix "bc".
    let mut state = [3, 3, 0, 2, 3].into_iter().fold(1, step);
    for byte in &text[3..] {
        let lower = byte.to_ascii_lowercase();
        let Some(value) = ALPHABET.iter().position(|letter| *letter == lower) else { return false };
        state = step(state, value as u32);
    }
    !mixed && matches!(state, BECH32 | BECH32M)
}

/// The length of a fiscal code.
const FISCAL: usize = 16;

/// Tries fiscal codes in a run of letters and digits.
///
/// **Source:** decree of the Italian Ministry of Finance of 23 December 1976, with the substitutions of digits.
pub(crate) fn fiscal(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut at = start;
    while at + FISCAL <= end {
        // The year and the day are the quickest to tell from other text.
        if [6, 7, 9, 10]
            .into_iter()
            .any(|place| fiscal_digit(scan.bytes[at + place].to_ascii_uppercase()).is_none())
        {
            at += 1;
            continue;
        }
        let mut code = [0; FISCAL];
        code.copy_from_slice(&scan.bytes[at..at + FISCAL]);
        code.make_ascii_uppercase();
        if !has_fiscal_shape(&code) {
            at += 1;
            continue;
        }
        let span = (at, at + FISCAL);
        let at_bounds = scan.starts_word(span.0) && scan.ends_word(span.1);
        let needs = if at_bounds { Needs::Nothing } else { Needs::Asking };
        scan.report(Entity::ItFiscalCode, span, if has_fiscal_control(&code) { 100 } else { 30 }, needs);
        at += FISCAL;
    }
}

fn has_fiscal_shape(code: &[u8; FISCAL]) -> bool {
    let letters = code[..6].iter().all(u8::is_ascii_uppercase) && is_name(&code[..3]) && is_name(&code[3..6]);
    if !letters || !code[15].is_ascii_uppercase() {
        return false;
    }
    let digits = [6, 7, 9, 10, 12, 13, 14].map(|index| fiscal_digit(code[index]));
    let [
        Some(tens),
        Some(units),
        Some(day_tens),
        Some(day_units),
        Some(place_1),
        Some(place_2),
        Some(place_3),
    ] = digits
    else {
        return false;
    };
    let Some(month) = b"ABCDEHLMPRST".iter().position(|letter| *letter == code[8]) else { return false };
    // A woman's day has 40 added.
    let day = day_tens * 10 + day_units;
    let day = if day > 40 { day - 40 } else { day };
    let leap = if (tens * 10 + units).is_multiple_of(4) { YearKind::Leap } else { YearKind::Common };
    let place = place_1 * 100 + place_2 * 10 + place_3;
    let has_place = place > 0 && (matches!(code[11], b'A'..=b'M') || (code[11] == b'Z' && place_1 > 0));
    is_day_of_month(day, month as u32 + 1, leap) && has_place
}

/// Three letters of a surname or first name: consonants, then vowels, then X for what is missing.
fn is_name(letters: &[u8]) -> bool {
    let vowel = |at: usize| b"AEIOU".contains(&letters[at]);
    let x = |at: usize| letters[at] == b'X';
    (vowel(1) && (vowel(2) || x(2))) || (vowel(0) && x(1) && x(2)) || (!vowel(0) && !vowel(1))
}

/// The value of a digit, or of the letter that replaces it where two codes would be equal.
fn fiscal_digit(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(u32::from(character - b'0')),
        _ => b"LMNPQRSTUV".iter().position(|letter| *letter == character).map(|index| index as u32),
    }
}

fn has_fiscal_control(code: &[u8; FISCAL]) -> bool {
    /// The values of characters at odd places, by their value at even places.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let (control, body) = (code[15], &code[..15]);
    let even = |character: u8| match value_of_alphanumeric(character) {
        digit @ 0..=9 => digit,
        letter => letter - 10,
    };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(
            |(index, &character)| {
                if index % 2 == 0 { ODD[even(character) as usize] } else { even(character) }
            },
        )
        .sum();
    sum % 26 == u32::from(control - b'A')
}
