//! Amounts of money: a number with a currency before or after it.

use super::entity::Entity;
use super::scan::Scan;

/// Codes of ISO 4217 that are common in payments.
const CODES: &[&[u8; 3]] = &[
    b"AUD", b"BGN", b"BRL", b"CAD", b"CHF", b"CNY", b"CZK", b"DKK", b"EUR", b"GBP", b"HKD", b"HUF", b"ILS",
    b"INR", b"ISK", b"JPY", b"KRW", b"MXN", b"NOK", b"NZD", b"PLN", b"RON", b"SEK", b"SGD", b"TRY", b"USD",
    b"ZAR",
];

const SYMBOLS: &[char] = &['$', '€', '£', '¥', '₹', '₩', '₪', '₺', '₽', '฿'];

/// Suffixes that stand after a number only.
const WORDS: &[&str] = &["zł", "kr", "euros", "euro", "dollars", "pounds", "Fr."];

/// Tries an amount at a word that begins with a digit; the number is not part of a longer one.
pub(crate) fn amount(scan: &mut Scan<'_>, start: usize) {
    if matches!(scan.before(start), b'.' | b',') && start >= 2 && scan.bytes[start - 2].is_ascii_digit() {
        return;
    }
    let Some(end) = number_end(scan, start) else { return };
    let from = currency_before(scan, start);
    let to = if from.is_some() { None } else { currency_after(scan, end) };
    if from.is_none() && to.is_none() {
        return;
    }
    let from = from.unwrap_or(start);
    let from = from - usize::from(matches!(scan.before(from), b'-' | b'+'));
    scan.add(Entity::Amount, (from, to.unwrap_or(end)), 70);
}

/// The end of a number with groups of three and a decimal part.
fn number_end(scan: &Scan<'_>, start: usize) -> Option<usize> {
    const DIGITS_MAX: usize = 15;
    let digits = |at: usize| scan.run(at, |byte| byte.is_ascii_digit()) - at;
    let first = digits(start);
    if !(1..=DIGITS_MAX).contains(&first) {
        return None;
    }
    let mut at = start + first;
    while first <= 3 && at - start <= DIGITS_MAX {
        match group_separator(scan, at) {
            Some(width) if digits(at + width) == 3 => at += width + 3,
            _ => break,
        }
    }
    if matches!(scan.at(at), b'.' | b',') && matches!(digits(at + 1), 1 | 2) {
        at += 1 + digits(at + 1);
    }
    Some(at)
}

fn group_separator(scan: &Scan<'_>, at: usize) -> Option<usize> {
    if scan.at(at).is_ascii() && !matches!(scan.at(at), b'.' | b',' | b' ' | b'\'') {
        return None;
    }
    let separator = scan.char_at(at)?;
    matches!(separator, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}').then(|| separator.len_utf8())
}

fn space_before(scan: &Scan<'_>, at: usize) -> usize {
    match scan.before(at) {
        b' ' => return at - 1,
        byte if byte.is_ascii() => return at,
        _ => {}
    }
    match scan.char_before(at) {
        Some(space @ (' ' | '\u{a0}' | '\u{202f}')) => at - space.len_utf8(),
        _ => at,
    }
}

fn currency_before(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let at = space_before(scan, start);
    let may_end_currency = |byte: u8| byte == b'$' || byte.is_ascii_uppercase() || !byte.is_ascii();
    if !may_end_currency(scan.before(at)) {
        return None;
    }
    if let Some(symbol) = scan.char_before(at).filter(|symbol| SYMBOLS.contains(symbol)) {
        return Some(at - symbol.len_utf8());
    }
    let from = at.checked_sub(3)?;
    (is_code(scan.bytes.get(from..at)?) && scan.starts_word(from)).then_some(from)
}

fn currency_after(scan: &Scan<'_>, end: usize) -> Option<usize> {
    let at = match scan.char_at(end) {
        Some(space @ (' ' | '\u{a0}' | '\u{202f}')) => end + space.len_utf8(),
        _ => end,
    };
    if let Some(symbol) = scan.char_at(at).filter(|symbol| SYMBOLS.contains(symbol)) {
        // "10 $5": the symbol belongs to what follows it.
        let belongs_here = !scan.at(at + symbol.len_utf8()).is_ascii_digit();
        return belongs_here.then(|| at + symbol.len_utf8());
    }
    if scan.bytes.get(at..at + 3).is_some_and(is_code) && scan.ends_word(at + 3) {
        return Some(at + 3);
    }
    let rest = scan.bytes.get(at..)?;
    let word = WORDS.iter().find(|word| rest.starts_with(word.as_bytes()))?;
    scan.ends_word(at + word.len()).then(|| at + word.len())
}

fn is_code(text: &[u8]) -> bool {
    CODES.iter().any(|code| code.as_slice() == text)
}
