//! The pass over a text: it skips to the next byte that something sensitive could hold, and hands the word
//! around it to the recognisers that the word's first characters and length allow.

use super::entity::Entity;
use super::scan::{Scan, is_ascii_word, is_word};
use super::{amount, card, email, iban, ip, label, token};
#[cfg(feature = "national")]
use super::{code, dated, national, phone};

/// Up to where the pass need not look for things that have been read already.
#[derive(Default)]
struct Done {
    address: usize,
    email: usize,
    word: usize,
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
    while let Some(next) = next_of_interest(scan.bytes, at) {
        at = match scan.bytes[next] {
            b'@' => at_sign(scan, &mut done, next),
            b':' => colon(scan, &mut done, next),
            b'=' => {
                label::secret(scan, next);
                next + 1
            }
            _ => word(scan, &mut done, next),
        };
    }
}

/// How many bytes are looked at together.
const BLOCK: usize = 16;

/// The next digit, `@`, `:` or `=`, or the next of two capital letters in a row.
fn next_of_interest(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    // One byte more than the block is read, for the second of two capitals.
    while let Some(block) = bytes.get(at..at + BLOCK + 1) {
        let any =
            block.iter().zip(&block[1..]).fold(false, |any, (&byte, &next)| any | is_of_interest(byte, next));
        if any {
            break;
        }
        at += BLOCK;
    }
    let rest = bytes.get(at..)?;
    let next = rest.iter().skip(1).chain(&[0]);
    rest.iter().zip(next).position(|(&byte, &next)| is_of_interest(byte, next)).map(|offset| at + offset)
}

#[inline(always)]
const fn is_of_interest(byte: u8, next: u8) -> bool {
    // Without branches, so that a block is judged at once. The range takes the digits and the colon.
    (byte.wrapping_sub(b'0') <= 10)
        | (byte == b'@')
        | (byte == b'=')
        | ((byte.wrapping_sub(b'A') < 26) & (next.wrapping_sub(b'A') < 26))
}

fn at_sign(scan: &mut Scan<'_>, done: &mut Done, at: usize) -> usize {
    if scan.wants(Entity::EmailAddress) {
        done.email = email::address(scan, at, done.email).unwrap_or(at + 1);
    }
    at + 1
}

/// A colon follows a label, or stands between the groups of an address.
fn colon(scan: &mut Scan<'_>, done: &mut Done, at: usize) -> usize {
    label::secret(scan, at);
    let group =
        at - scan.bytes[..at].iter().rev().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let start = if group < at && at - group <= 4 { group } else { at };
    if (start < at || scan.at(at + 1) == b':') && start >= done.address && scan.wants(Entity::IpAddress) {
        done.address = ip::version_6(scan, start).unwrap_or(done.address);
    }
    at + 1
}

/// Reads the word around a position, looks at it, and answers where to go on.
fn word(scan: &mut Scan<'_>, done: &mut Done, at: usize) -> usize {
    let word = read_word(scan, done.word, at);
    done.word = word.end;
    let next = match scan.bytes[word.start].is_ascii_digit() {
        true => digits_first(scan, done, &word),
        false => letters_first(scan, &word),
    };
    #[cfg(feature = "national")]
    if word.has_digit {
        runs_of_digits(scan, &word);
        national::in_pan_weakest(scan, word.start);
    }
    if word.end - word.start >= LONG {
        long_word(scan, &word);
    }
    next
}

/// Reads the word around a position; no word that is read begins before `floor`.
fn read_word(scan: &Scan<'_>, floor: usize, at: usize) -> Word {
    let mut word = Word { start: at, end: at, has_digit: false };
    while word.start > floor {
        match scan.before(word.start) {
            byte if is_ascii_word(byte) => word.start -= 1,
            byte if byte.is_ascii() => break,
            _ => match scan.char_before(word.start) {
                Some(character) if is_word(character) => word.start -= character.len_utf8(),
                _ => break,
            },
        }
    }
    loop {
        match scan.at(word.end) {
            byte if is_ascii_word(byte) => {
                word.has_digit |= byte.is_ascii_digit();
                word.end += 1;
            }
            byte if byte.is_ascii() => return word,
            _ => match scan.char_at(word.end) {
                Some(character) if is_word(character) => word.end += character.len_utf8(),
                _ => return word,
            },
        }
    }
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

/// Words that begin with a letter.
fn letters_first(scan: &mut Scan<'_>, word: &Word) -> usize {
    let &Word { start, end, has_digit } = word;
    if token::may_begin(scan.bytes[start], scan.at(start + 1))
        && let Some(end) = token::key(scan, start)
    {
        return end;
    }
    bank_codes(scan, word);
    if !has_digit {
        return if scan.before(start) == b'-' { token::private_key(scan, start).unwrap_or(end) } else { end };
    }
    let digit = scan.run(start, |byte| !byte.is_ascii_digit());
    if digit >= start + 2 && scan.wants(Entity::Iban) {
        iban::iban(scan, digit - 2);
    }
    if scan.at(end) == b'^' {
        card::track_1(scan, start, end);
    }
    #[cfg(feature = "national")]
    national::letters_first(scan, start, end);
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
    if scan.before(start) == b'-'
        && let Some(end) = token::key_with_hyphen(scan, start)
    {
        return end;
    }
    let run_end = scan.run(start, |byte| byte.is_ascii_digit());
    let run = run_end - start;
    #[cfg(feature = "national")]
    {
        national::digits_first(scan, start, run);
        if let Some(pair) = two_letters_before(scan, start) {
            national::pair_first(scan, pair, run);
        }
    }
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
    let is_octet = run_end - word.start <= 3 && scan.at(run_end) == b'.';
    if is_octet && word.start >= done.address && scan.wants(Entity::IpAddress) {
        done.address = ip::version_4(scan, word.start).unwrap_or(done.address);
    }
}

/// A word of two letters and one separator before a position: "DE 123 456 789", "QQ 12 34 56 C".
#[cfg(feature = "national")]
fn two_letters_before(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let end = at - scan.char_before(at).filter(|character| !is_word(*character))?.len_utf8();
    let start = end.checked_sub(2)?;
    let is_pair = scan.bytes[start..end].iter().all(u8::is_ascii_alphabetic);
    (is_pair && scan.starts_word(start)).then_some(start)
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
