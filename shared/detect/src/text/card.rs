//! Payment cards: the number, what stands beside it, and the data of its stripe.

use super::checksum::{luhn, two_digits, value_of_digit};
use super::context;
use super::entity::Entity;
use super::scan::{Needs, Scan};
use super::topic::topics_of;

/// The most digits of a card number.
///
/// **Source:** ISO/IEC 7812-1.
const DIGITS_MAX: usize = 19;

/// Tries a card number at a word that begins with a run of digits.
pub(crate) fn number(scan: &mut Scan<'_>, start: usize, run_end: usize) {
    if !matches!(run_end - start, 4 | 7 | 8 | 10..=19) {
        return;
    }
    let Some(card) = Card::read(scan, start, run_end) else { return };
    // The last groups of a longer number are no short one.
    let goes_before =
        matches!(scan.before(start), b' ' | b'-') && start > 1 && scan.bytes[start - 2].is_ascii_digit();
    if !luhn(card.digits()) || (card.length == 12 && goes_before) {
        return;
    }
    let (score, needs) = match (card.issuer(), card.length) {
        // Luhn's check alone lets one number in ten pass: short numbers need more.
        (Issuer::Known, 12) => (60, Needs::Context),
        (Issuer::Known, _) => (100, Needs::Nothing),
        (Issuer::Plausible, _) => (100, Needs::Context),
        (Issuer::None, _) => return,
    };
    if scan.report(Entity::CreditCard, (start, card.end), score, needs) {
        beside(scan, card.end);
    }
}

struct Card {
    digits: [u8; DIGITS_MAX],
    length: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Issuer {
    /// The leading digits and the length belong to a card network.
    Known,
    /// The shape is one that Presidio accepts; no network is known to use it.
    Plausible,
    None,
}

impl Card {
    /// Reads groups of digits as they are printed on cards, up to the end of a word.
    fn read(scan: &Scan<'_>, start: usize, run_end: usize) -> Option<Self> {
        let mut card = Self { digits: [0; DIGITS_MAX], length: 0, end: run_end };
        card.push(&scan.bytes[start..run_end])?;
        let mut group_end = run_end;
        while matches!(scan.at(group_end), b' ' | b'-') {
            let next = group_end + 1;
            let next_end = scan.run(next, |byte| byte.is_ascii_digit());
            let group = &scan.bytes[next..next_end];
            if !(3..=9).contains(&group.len()) || card.is_complete() || card.push(group).is_none() {
                break;
            }
            group_end = next_end;
        }
        card.end = group_end;
        (scan.ends_word(card.end) && card.length >= 12).then_some(card)
    }

    fn push(&mut self, group: &[u8]) -> Option<()> {
        self.digits.get_mut(self.length..self.length + group.len())?.copy_from_slice(group);
        self.length += group.len();
        Some(())
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.length]
    }

    /// Whether another group would begin a new number: the last group made a valid card of a full length.
    fn is_complete(&self) -> bool {
        self.length >= 13 && self.issuer() == Issuer::Known && luhn(self.digits())
    }

    /// **Source:** ISO/IEC 7812-1 and the networks' published ranges.
    fn issuer(&self) -> Issuer {
        let lead = self.digits[..6].iter().fold(0, |lead, &digit| lead * 10 + value_of_digit(digit));
        let (two, three, four) = (lead / 10_000, lead / 1_000, lead / 100);
        let lengths = match lead {
            _ if matches!(two, 34 | 37) => 15..=15,
            _ if matches!(two, 36 | 38 | 39) || matches!(three, 300..=305) => 14..=19,
            _ if matches!(four, 3528..=3589) => 15..=19,
            _ if matches!(four, 1800 | 2131) => 15..=15,
            _ if two / 10 == 4 => 13..=19,
            222_100..=272_099 => 16..=16,
            _ if matches!(two, 51..=55) => 16..=16,
            _ if matches!(two, 50 | 56..=69) => 12..=19,
            _ if matches!(four, 2200..=2204) => 16..=19,
            _ => 0..=0,
        };
        match self.digits[0] {
            _ if lengths.contains(&self.length) => Issuer::Known,
            b'1' if self.length == 13 => Issuer::None,
            b'1' | b'3' | b'4' | b'6' if (13..=17).contains(&self.length) => Issuer::Plausible,
            b'5' if self.digits[1] <= b'5' && (13..=17).contains(&self.length) => Issuer::Plausible,
            _ => Issuer::None,
        }
    }
}

/// How far from a card number its expiry and verification value may stand.
const BESIDE_MAX: usize = 40;

/// Looks for an expiry date and a verification value after a card number.
fn beside(scan: &mut Scan<'_>, end: usize) {
    let mut at = end;
    if let Some((from, to)) =
        next_number(scan, end, BESIDE_MAX).and_then(|from| Some((from, expiry_end(scan, from)?)))
    {
        scan.report(Entity::CardExpiry, (from, to), 85, Needs::Nothing);
        at = to;
    }
    let Some(from) = next_number(scan, at, BESIDE_MAX) else { return };
    let to = scan.run(from, |byte| byte.is_ascii_digit());
    let is_named = context::between(scan.bytes, at, from).meets(topics_of(Entity::Cvv));
    if matches!(to - from, 3 | 4) && scan.ends_word(to) && (is_named || at > end) && !goes_on(scan, to) {
        scan.report(Entity::Cvv, (from, to), 85, Needs::Nothing);
    }
}

/// Whether a number goes on after a separator, as amounts, dates and grouped numbers do.
pub(crate) fn goes_on(scan: &Scan<'_>, end: usize) -> bool {
    matches!(scan.at(end), b'.' | b',' | b'-' | b'/' | b':' | b' ') && scan.at(end + 1).is_ascii_digit()
}

/// The next word that begins with a digit, on the same line.
fn next_number(scan: &Scan<'_>, from: usize, reach: usize) -> Option<usize> {
    let window = &scan.bytes[from..scan.bytes.len().min(from + reach)];
    let line = window.split(|byte| *byte == b'\n').next().unwrap_or(window);
    let at = from + line.iter().position(u8::is_ascii_digit)?;
    scan.starts_word(at).then_some(at)
}

/// A month and a year of expiry: where they end.
fn expiry_end(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let month = scan.bytes.get(start..start + 2)?;
    let separator = start + 2 + usize::from(scan.at(start + 2) == b' ');
    if !month.iter().all(u8::is_ascii_digit) || !(1..=12).contains(&two_digits(month, 0)) {
        return None;
    }
    if !matches!(scan.at(separator), b'/' | b'-') {
        return None;
    }
    let year = separator + 1 + usize::from(scan.at(separator + 1) == b' ');
    let end = scan.run(year, |byte| byte.is_ascii_digit());
    let plausible = match end - year {
        2 => true,
        4 => scan.bytes[year..].starts_with(b"20"),
        _ => false,
    };
    // A verification value may follow after a space.
    let in_longer = scan.at(end) != b' ' && goes_on(scan, end);
    (plausible && scan.ends_word(end) && !in_longer).then_some(end)
}

/// Tries a date of expiry at a word that begins with two digits.
pub(crate) fn expiry(scan: &mut Scan<'_>, start: usize) {
    let follows_date = matches!(scan.before(start), b'/' | b'-' | b'.');
    if let Some(end) = (!follows_date).then(|| expiry_end(scan, start)).flatten() {
        scan.report_named(Entity::CardExpiry, (start, end), 70);
    }
}

/// Tries track 2 at a run of digits: `;PAN=YYMM…?`.
///
/// **Source:** ISO/IEC 7813, section 9.
pub(crate) fn track_2(scan: &mut Scan<'_>, start: usize, run_end: usize) {
    if !(12..=DIGITS_MAX).contains(&(run_end - start)) || !matches!(scan.at(run_end), b'=' | b'D' | b'd') {
        return;
    }
    let rest = run_end + 1;
    let rest_end = scan.run(rest, |byte| byte.is_ascii_digit());
    if rest_end - rest < 7
        || !luhn(&scan.bytes[start..run_end])
        || !(1..=12).contains(&two_digits(scan.bytes, rest + 2))
    {
        return;
    }
    let start = start - usize::from(scan.before(start) == b';');
    let end = rest_end + usize::from(scan.at(rest_end) == b'?');
    scan.report(Entity::TrackData, (start, end), 100, Needs::Nothing);
}

/// Tries track 1 at a word that begins with `B` and digits: `%BPAN^NAME^YYMM…?`.
///
/// **Source:** ISO/IEC 7813, section 8.
pub(crate) fn track_1(scan: &mut Scan<'_>, start: usize, end: usize) {
    const NAME_MAX: usize = 26;
    const REST_MAX: usize = 45;
    let digits = &scan.bytes[start + 1..end];
    if !matches!(scan.bytes[start], b'B' | b'b') || scan.at(end) != b'^' || digits.len() > DIGITS_MAX {
        return;
    }
    if !digits.iter().all(u8::is_ascii_digit) || !luhn(digits) {
        return;
    }
    let name = end + 1;
    let Some(name_length) = scan.bytes[name..].iter().take(NAME_MAX + 1).position(|byte| *byte == b'^')
    else {
        return;
    };
    let rest = name + name_length + 1;
    let expiry = scan.run(rest, |byte| byte.is_ascii_digit());
    if expiry - rest < 4 {
        return;
    }
    let is_track = |byte: &u8| byte.is_ascii_graphic() && *byte != b'?';
    let length = scan.bytes[expiry..].iter().take(REST_MAX).take_while(|byte| is_track(byte)).count();
    let end = expiry + length + usize::from(scan.at(expiry + length) == b'?');
    let start = start - usize::from(scan.before(start) == b'%');
    scan.report(Entity::TrackData, (start, end), 100, Needs::Nothing);
}
