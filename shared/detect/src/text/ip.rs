//! IP addresses of versions 4 and 6, with zone and prefix length.

use super::entity::Entity;
use super::scan::{Needs, Scan};

/// Tries a version 4 address at a word that begins with a digit; answers where it ends.
pub(crate) fn version_4(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let (end, is_address) = dotted_end(scan, start)?;
    let end = prefix_end(scan, end, 32);
    scan.ends_word(end).then_some(())?;
    if is_address {
        scan.report(Entity::IpAddress, (start, end), 60, Needs::Nothing);
    }
    Some(end)
}

/// The end of four decimal octets, and whether they are an address: with a leading zero, which is octal to some
/// readers, they are not, and no part of them is.
fn dotted_end(scan: &Scan<'_>, start: usize) -> Option<(usize, bool)> {
    let mut at = start;
    let mut is_address = true;
    for index in 0..4 {
        if index > 0 {
            (scan.at(at) == b'.').then_some(())?;
            at += 1;
        }
        let end = scan.run(at, |byte| byte.is_ascii_digit());
        let digits = &scan.bytes[at..end];
        (1..=3).contains(&digits.len()).then_some(())?;
        is_address &= digits.len() == 1 || digits[0] != b'0';
        let value = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        (value <= 255).then_some(())?;
        at = end;
    }
    Some((at, is_address))
}

/// The end of a prefix length, where one follows.
fn prefix_end(scan: &Scan<'_>, at: usize, bits_max: u32) -> usize {
    if scan.at(at) != b'/' {
        return at;
    }
    let end = scan.run(at + 1, |byte| byte.is_ascii_digit());
    let digits = &scan.bytes[at + 1..end];
    let bits = digits.iter().take(4).fold(0, |bits, digit| bits * 10 + u32::from(digit - b'0'));
    if (1..=3).contains(&digits.len()) && bits <= bits_max && scan.ends_word(end) { end } else { at }
}

/// The longest text of an address without zone and prefix: eight groups, the last two as four octets.
const ADDRESS_MAX: usize = 45;

/// Tries a version 6 address at a hexadecimal group that a colon follows, or at `::`; answers where it ends.
pub(crate) fn version_6(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    if !scan.starts_word(start) || scan.before(start) == b':' {
        return None;
    }
    let of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let stop = scan.bytes.len().min(start + ADDRESS_MAX + 1);
    let length = scan.bytes[start..stop].iter().take_while(|byte| of_address(**byte)).count();
    let text = &scan.bytes[start..start + length];
    let address = trimmed(text);
    let groups = parse_groups(address)?;
    let mut end = start + address.len();
    if scan.at(end) == b'%' {
        let zone = scan.run(end + 1, |byte| byte.is_ascii_alphanumeric());
        end = if zone > end + 1 { zone } else { end };
    }
    let stops = |end: usize| {
        let goes_on = scan.at(end) == b':' || (scan.at(end) == b'.' && scan.at(end + 1).is_ascii_digit());
        !goes_on && scan.ends_word(end)
    };
    let end = [prefix_end(scan, end, 128), end].into_iter().find(|end| stops(*end))?;
    let (score, needs) = if groups == 0 { (10, Needs::Asking) } else { (60, Needs::Nothing) };
    scan.report(Entity::IpAddress, (start, end), score, needs);
    Some(end)
}

/// The text up to a full stop that no digit follows: it ends a sentence.
fn trimmed(text: &[u8]) -> &[u8] {
    let ends = |at: &usize| text[*at] == b'.' && !text.get(at + 1).is_some_and(u8::is_ascii_digit);
    &text[..(0..text.len()).find(ends).unwrap_or(text.len())]
}

/// The number of groups that are written out, if the text is an address.
///
/// **Source:** RFC 4291, section 2.2.
fn parse_groups(text: &[u8]) -> Option<usize> {
    let mut groups = 0;
    let mut compressed = false;
    let mut at = 0;
    if text.starts_with(b"::") {
        compressed = true;
        at = 2;
    }
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match text.get(at + length) {
            Some(b'.') => {
                parse_octets(&text[at..])?;
                groups += 2;
                break;
            }
            _ if !(1..=4).contains(&length) => return None,
            None => {
                groups += 1;
                break;
            }
            Some(_) => {
                groups += 1;
                at += length + 1;
            }
        }
        match text.get(at) {
            Some(b':') if compressed => return None,
            Some(b':') => {
                compressed = true;
                at += 1;
            }
            Some(_) => {}
            None => return None,
        }
    }
    match (groups, compressed) {
        (8, false) | (0..=7, true) => Some(groups),
        _ => None,
    }
}

fn parse_octets(text: &[u8]) -> Option<()> {
    let mut octets = text.split(|byte| *byte == b'.');
    let valid = octets.by_ref().take(4).filter(|octet| octet_value(octet).is_some()).count();
    (valid == 4 && octets.next().is_none()).then_some(())
}

/// The value of one to three decimal digits, at most 255, without a leading zero.
fn octet_value(octet: &[u8]) -> Option<u32> {
    let has_shape = matches!(octet.len(), 1..=3) && octet.iter().all(u8::is_ascii_digit);
    if !has_shape || (octet.len() > 1 && octet[0] == b'0') {
        return None;
    }
    let value = octet.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    (value <= 255).then_some(value)
}
