//! The pass over a text: it finds the beginnings of words and hands each word to the recognisers that its
//! first characters and length allow.

use super::entity::Entity;
use super::scan::{Scan, is_word};
use super::{amount, card, email, iban, ip, label, token};
#[cfg(feature = "national")]
use super::{code, dated, national, phone};

/// What a byte means to the pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Other,
    Letter,
    Digit,
    /// May stand in an address.
    At,
    Colon,
    Hyphen,
    /// Part of a character outside ASCII.
    Wide,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' => Kind::Digit,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Kind::Letter,
            b'@' => Kind::At,
            b':' => Kind::Colon,
            b'-' => Kind::Hyphen,
            0x80.. => Kind::Wide,
            _ => Kind::Other,
        };
        byte += 1;
    }
    kinds
};

/// Up to where the pass need not look for things that have been read already.
#[derive(Default)]
struct Done {
    address: usize,
    email: usize,
    #[cfg(feature = "national")]
    phone: usize,
}

/// A word: a run of letters, digits and low lines.
struct Word {
    start: usize,
    end: usize,
    has_digit: bool,
}

/// Runs every recogniser over a text.
pub(crate) fn run(scan: &mut Scan<'_>) {
    let mut done = Done::default();
    let mut at = 0;
    while at < scan.bytes.len() {
        at = match KINDS[usize::from(scan.bytes[at])] {
            Kind::Other => at + 1,
            Kind::Letter | Kind::Digit => word(scan, &mut done, at),
            Kind::Wide => match scan.char_at(at) {
                Some(character) if is_word(character) => word(scan, &mut done, at),
                Some(character) => at + character.len_utf8(),
                None => at + 1,
            },
            Kind::At => at_sign(scan, &mut done, at),
            Kind::Colon => colon(scan, &mut done, at),
            Kind::Hyphen => hyphen(scan, at),
        };
    }
}

fn at_sign(scan: &mut Scan<'_>, done: &mut Done, at: usize) -> usize {
    if scan.wants(Entity::EmailAddress) {
        done.email = email::address(scan, at, done.email).unwrap_or(at + 1);
    }
    at + 1
}

fn colon(scan: &mut Scan<'_>, done: &mut Done, at: usize) -> usize {
    if scan.at(at + 1) == b':' && at >= done.address && scan.wants(Entity::IpAddress) {
        done.address = ip::version_6(scan, at).unwrap_or(done.address);
    }
    at + 1
}

fn hyphen(scan: &mut Scan<'_>, at: usize) -> usize {
    let begins = scan.at(at + 4) == b'-' && scan.at(at + 5) == b'B' && scan.wants(Entity::Secret);
    begins.then(|| token::private_key(scan, at)).flatten().unwrap_or(at + 1)
}

/// Reads a word, looks at it, and answers where to go on.
fn word(scan: &mut Scan<'_>, done: &mut Done, start: usize) -> usize {
    let word = read_word(scan, start);
    if !word.has_digit {
        let next = letters(scan, done, &word);
        scan.recent.pass(&scan.bytes[start..word.end], word.end);
        return next;
    }
    let long = word.end - word.start >= LONG;
    let next = match scan.bytes[start].is_ascii_digit() {
        true => digits_first(scan, done, &word),
        false => letters_first(scan, done, &word),
    };
    #[cfg(feature = "national")]
    {
        runs_of_digits(scan, &word);
        national::in_pan_weakest(scan, start);
    }
    if long {
        long_word(scan, &word);
    }
    match scan.bytes[start].is_ascii_digit() {
        true => scan.recent.pass_nameless(word.end),
        false => scan.recent.pass(&scan.bytes[start..word.end], word.end),
    }
    next
}

fn read_word(scan: &Scan<'_>, start: usize) -> Word {
    let mut word = Word { start, end: start, has_digit: false };
    while let Some(&byte) = scan.bytes.get(word.end) {
        match KINDS[usize::from(byte)] {
            Kind::Letter => word.end += 1,
            Kind::Digit => {
                word.has_digit = true;
                word.end += 1;
            }
            Kind::Wide if is_latin_letter(byte, scan.at(word.end + 1)) => word.end += 2,
            Kind::Wide => match scan.char_at(word.end) {
                Some(character) if is_word(character) => word.end += character.len_utf8(),
                _ => break,
            },
            _ => break,
        }
    }
    word
}

/// Whether two bytes are a letter from À to ÿ: the signs for multiplication and division stand between them.
const fn is_latin_letter(first: u8, second: u8) -> bool {
    first == 0xc3 && second != 0x97 && second != 0xb7
}

/// The length from which a word may hold a fiscal code or a Bitcoin address.
const LONG: usize = 16;

#[cfg(feature = "national")]
fn long_word(scan: &mut Scan<'_>, word: &Word) {
    const ADDRESS_MIN: usize = 26;
    let mut at = word.start;
    while at < word.end {
        let end = scan.run(at, |byte| byte.is_ascii_alphanumeric());
        if end - at >= LONG && scan.wants(Entity::ItFiscalCode) {
            code::fiscal(scan, at, end);
        }
        if end - at >= ADDRESS_MIN && scan.wants(Entity::Crypto) {
            code::bitcoin(scan, at, end);
        }
        at = end + 1;
    }
}

#[cfg(not(feature = "national"))]
fn long_word(_: &mut Scan<'_>, _: &Word) {}

/// Words without a digit: the names of secrets, banks' identifiers, and what begins an identifier that goes on
/// after a space.
fn letters(scan: &mut Scan<'_>, done: &mut Done, word: &Word) -> usize {
    let &Word { start, end, .. } = word;
    let length = end - start;
    if token::may_begin(scan.bytes[start], scan.at(start + 1))
        && let Some(end) = token::key(scan, start)
    {
        return end;
    }
    match scan.at(end) {
        b':' if length <= 4 => version_6(scan, done, word),
        b':' | b'=' | b'"' | b'\'' => label::secret(scan, start, end),
        b' ' if matches!(scan.at(end + 1), b':' | b'=') => label::secret(scan, start, end),
        _ => {}
    }
    if matches!(length, 8 | 11) {
        iban::bic(scan, start, end);
    }
    #[cfg(feature = "national")]
    if length == 2 && scan.at(end + 1).is_ascii_digit() {
        national::letters_first(scan, start, end);
    }
    if length >= LONG {
        long_word(scan, word);
    }
    end
}

fn version_6(scan: &mut Scan<'_>, done: &mut Done, word: &Word) {
    let is_group = ip::is_group(&scan.bytes[word.start..word.end]);
    if is_group && word.start >= done.address && scan.wants(Entity::IpAddress) {
        done.address = ip::version_6(scan, word.start).unwrap_or(done.address);
    }
}

/// Words that begin with a letter and hold a digit.
fn letters_first(scan: &mut Scan<'_>, done: &mut Done, word: &Word) -> usize {
    let &Word { start, end, .. } = word;
    if token::may_begin(scan.bytes[start], scan.at(start + 1))
        && let Some(end) = token::key(scan, start)
    {
        return end;
    }
    let digit = scan.run(start, |byte| !byte.is_ascii_digit());
    if digit >= start + 2 && scan.wants(Entity::Iban) {
        iban::iban(scan, digit - 2);
    }
    if scan.at(end) == b':' {
        version_6(scan, done, word);
    }
    if scan.at(end) == b'^' {
        card::track_1(scan, start, end);
    }
    #[cfg(feature = "national")]
    national::letters_first(scan, start, end);
    bank_codes(scan, word);
    end
}

fn bank_codes(scan: &mut Scan<'_>, word: &Word) {
    let &Word { start, end, .. } = word;
    match end - start {
        8 | 11 => iban::bic(scan, start, end),
        20 => iban::lei(scan, start, end),
        _ => {}
    }
    if end - start >= 12 {
        iban::creditor(scan, start, end);
    }
}

/// Words that begin with a digit.
fn digits_first(scan: &mut Scan<'_>, done: &mut Done, word: &Word) -> usize {
    let &Word { start, end, .. } = word;
    let run_end = scan.run(start, |byte| byte.is_ascii_digit());
    let run = run_end - start;
    #[cfg(feature = "national")]
    national::digits_first(scan, start, run);
    if scan.wants(Entity::CreditCard) {
        card::number(scan, start, run_end);
    }
    card::track_2(scan, start, run_end);
    if run == 2 {
        card::expiry(scan, start);
        label::sort_code(scan, start);
    }
    if run_end == end {
        label::number(scan, start, end);
    }
    address(scan, done, word, run_end);
    #[cfg(feature = "national")]
    if start >= done.phone && scan.wants(Entity::PhoneNumber) {
        done.phone = phone::numbers(scan, start, run_end);
    }
    if scan.wants(Entity::Amount) {
        amount::amount(scan, start);
    }
    if end - start == 20 {
        iban::lei(scan, start, end);
    }
    end
}

fn address(scan: &mut Scan<'_>, done: &mut Done, word: &Word, run_end: usize) {
    if word.start < done.address || !scan.wants(Entity::IpAddress) {
        return;
    }
    match scan.at(run_end) {
        b'.' if run_end - word.start <= 3 => {
            done.address = ip::version_4(scan, word.start).unwrap_or(done.address);
        }
        _ if scan.at(word.end) == b':' => version_6(scan, done, word),
        _ => {}
    }
}

#[cfg(feature = "national")]
fn runs_of_digits(scan: &mut Scan<'_>, word: &Word) {
    let mut at = word.start;
    while at < word.end {
        let start = scan.run(at, |byte| !byte.is_ascii_digit());
        if start >= word.end {
            return;
        }
        at = scan.run(start, |byte| byte.is_ascii_digit());
        dated::at_run(scan, start, at);
    }
}
