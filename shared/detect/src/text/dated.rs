//! Identity numbers that begin with a date of birth: Polish, Swedish, Finnish and Korean.
//!
//! Presidio also finds some of these inside longer words; such a match counts only when the entity is asked
//! for by name.

use super::checksum::{YearKind, is_day_of_month, luhn, two_digits, value_of_digit, weighted};
use super::entity::Entity;
use super::scan::{Needs, Scan};

/// Tries every number of this kind at a run of digits, which may stand anywhere in a word.
pub(crate) fn at_run(scan: &mut Scan<'_>, start: usize, end: usize) {
    if end - start < 6 {
        return;
    }
    if scan.wants(Entity::PlPesel) {
        pesel(scan, start, end);
    }
    if scan.wants(Entity::SePersonnummer) {
        personnummer(scan, start, end);
    }
    if scan.wants(Entity::FiPersonalIdentityCode) {
        finnish(scan, end);
    }
    if scan.wants(Entity::KrRrn) {
        korean(scan, start, end);
    }
}

/// What a match needs where the entity is plain only at the bounds of a word.
fn needs_of_word(scan: &Scan<'_>, span: (usize, usize), at_bounds: Needs) -> Needs {
    if scan.starts_word(span.0) && scan.ends_word(span.1) { at_bounds } else { Needs::Asking }
}

fn pesel(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut at = start;
    while at + 11 <= end {
        let digits = &scan.bytes[at..at + 11];
        let month = two_digits(digits, 2) % 20;
        if !(1..=12).contains(&month) || !(1..=31).contains(&two_digits(digits, 4)) {
            at += 1;
            continue;
        }
        let sum = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
        if sum.is_multiple_of(10) {
            let needs = needs_of_word(scan, (at, at + 11), Needs::Nothing);
            scan.report(Entity::PlPesel, (at, at + 11), 100, needs);
        }
        at += 11;
    }
}

fn personnummer(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut at = start;
    while at + 6 <= end {
        let Some(stop) = personnummer_end(scan, at, end) else {
            at += 1;
            continue;
        };
        if is_personnummer(&scan.bytes[at..stop]) {
            let has_separator = stop > end;
            let at_bounds = if has_separator { Needs::Nothing } else { Needs::Context };
            let needs = needs_of_word(scan, (at, stop), at_bounds);
            scan.report(Entity::SePersonnummer, (at, stop), 100, needs);
        }
        at = stop;
    }
}

/// Six to eight digits, perhaps a separator, and four digits: where they end.
fn personnummer_end(scan: &Scan<'_>, start: usize, end: usize) -> Option<usize> {
    match end - start {
        length @ 10.. => Some(start + length.min(12)),
        6..=8 if matches!(scan.at(end), b'-' | b'+') => {
            let stop = end + 5;
            let serial = scan.bytes.get(end + 1..stop)?;
            serial.iter().all(u8::is_ascii_digit).then_some(stop)
        }
        _ => None,
    }
}

fn is_personnummer(text: &[u8]) -> bool {
    let mut digits = [0; 10];
    let mut from_end = text.iter().rev().filter(|byte| byte.is_ascii_digit());
    for place in digits.iter_mut().rev() {
        match from_end.next() {
            Some(&digit) => *place = digit,
            None => return false,
        }
    }
    let (month, day) = (two_digits(&digits, 2), two_digits(&digits, 4));
    // A coordination number adds 60 to the day.
    let day = if day > 60 { day - 60 } else { day };
    (1..=12).contains(&month) && (1..=31).contains(&day) && luhn(&digits)
}

/// Six digits before `end`, a sign of the century, three digits and a control character.
fn finnish(scan: &mut Scan<'_>, end: usize) {
    let start = end - 6;
    let Some(code) = scan.bytes.get(start..start + 11) else { return };
    let century = match code[6].to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return,
    };
    if !code[7..10].iter().all(u8::is_ascii_digit) {
        return;
    }
    let year = YearKind::of(century + two_digits(code, 4));
    let number =
        code[..6].iter().chain(&code[7..10]).fold(0, |number, &digit| number * 10 + value_of_digit(digit));
    let control = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number % 31) as usize];
    if is_day_of_month(two_digits(code, 0), two_digits(code, 2), year)
        && control == code[10].to_ascii_uppercase()
    {
        let span = (start, start + 11);
        let needs = needs_of_word(scan, span, Needs::Nothing);
        scan.report(Entity::FiPersonalIdentityCode, span, 100, needs);
    }
}

fn korean(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut digits = [0; 13];
    let stop = match end - start {
        13 => end,
        6 if scan.at(end) == b'-' && scan.run(end + 1, |byte| byte.is_ascii_digit()) == end + 8 => end + 8,
        _ => return,
    };
    let source = scan.bytes[start..stop].iter().filter(|byte| byte.is_ascii_digit());
    digits.iter_mut().zip(source).for_each(|(place, &digit)| *place = digit);
    let day_exists = (1..=12).contains(&two_digits(&digits, 2)) && (1..=31).contains(&two_digits(&digits, 4));
    if !day_exists || !matches!(digits[6], b'1'..=b'4') {
        return;
    }
    let sum = weighted(&digits[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    // Numbers given out since October 2020 have neither a region nor a check digit.
    let agrees = two_digits(&digits, 7) <= 95 && (11 - sum % 11) % 10 == value_of_digit(digits[12]);
    let (score, needs) = match (agrees, stop > end) {
        (true, _) => (100, Needs::Nothing),
        (false, true) => (50, Needs::Nothing),
        (false, false) => (50, Needs::Context),
    };
    scan.report(Entity::KrRrn, (start, stop), score, needs);
}
