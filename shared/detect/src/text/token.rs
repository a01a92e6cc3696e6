//! Tokens and keys that carry their issuer's mark: JWTs, keys of interfaces, private keys in PEM.

use super::entity::Entity;
use super::scan::{Needs, Scan};

/// Prefixes of keys, and how many characters follow at least.
///
/// **Source:** the issuers' published formats.
const KEYS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("ghr_", 36),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("npm_", 36),
    ("rk_live_", 16),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("whsec_", 16),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
];

const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a key or a JWT may begin with these two bytes.
#[inline(always)]
pub(crate) const fn may_begin(first: u8, second: u8) -> bool {
    matches!(
        (first, second),
        (b'e', b'y')
            | (b'A', b'K' | b'S' | b'I')
            | (b'g', b'h' | b'i' | b'l')
            | (b'n', b'p')
            | (b'r' | b's', b'k')
            | (b'w', b'h')
            | (b'x', b'o')
    )
}

/// Tries a key or a JWT at a word that begins with a letter.
pub(crate) fn key(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    if !scan.wants(Entity::Secret) && !scan.wants(Entity::Jwt) {
        return None;
    }
    let text = &scan.bytes[start..];
    if text.starts_with(b"eyJ") {
        return jwt(scan, start);
    }
    let (prefix, rest) = KEYS.iter().find(|(prefix, _)| text.starts_with(prefix.as_bytes()))?;
    let end = scan.run(start + prefix.len(), is_key_byte);
    let end = end - scan.bytes[start..end].iter().rev().take_while(|byte| **byte == b'-').count();
    (end >= start + prefix.len() + rest).then_some(())?;
    scan.report(Entity::Secret, (start, end), 95, Needs::Nothing);
    Some(end)
}

/// Three parts of JWS, or five of JWE, of which the first is an object.
///
/// **Source:** RFC 7515, section 3.1; RFC 7516, section 3.1.
fn jwt(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    const HEADER_MIN: usize = 10;
    let mut end = scan.run(start, is_key_byte);
    (end - start >= HEADER_MIN).then_some(())?;
    let mut parts = 1;
    while parts < 5 && scan.at(end) == b'.' {
        let next = scan.run(end + 1, is_key_byte);
        // A part may be empty, but a full stop at the end of a sentence is none.
        if next == end + 1 && scan.at(next) != b'.' {
            break;
        }
        end = next;
        parts += 1;
    }
    (parts >= 3 || (parts == 2 && scan.at(end) == b'.')).then_some(())?;
    scan.report(Entity::Jwt, (start, end), 95, Needs::Nothing);
    Some(end)
}

/// Tries a key at the digits after a hyphen: its prefix ends with that hyphen.
pub(crate) fn key_with_hyphen(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let before = &scan.bytes[..at];
    let (prefix, _) =
        KEYS.iter().find(|(prefix, _)| prefix.ends_with('-') && before.ends_with(prefix.as_bytes()))?;
    let start = at - prefix.len();
    if scan.starts_word(start) { key(scan, start) } else { None }
}

/// The longest block that is read as one private key.
const PEM_MAX: usize = 16 * 1024;

/// Tries a private key in PEM at the word after five hyphens.
///
/// **Source:** RFC 7468, section 2.
pub(crate) fn private_key(scan: &mut Scan<'_>, word: usize) -> Option<usize> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    const LABEL_MAX: usize = 40;
    let start = word.checked_sub(5)?;
    let rest = scan.text.get(start..)?.strip_prefix(BEGIN)?;
    let label = rest.bytes().take(LABEL_MAX).position(|byte| byte == b'-')?;
    rest[..label].ends_with("PRIVATE KEY").then_some(())?;
    let from = start + BEGIN.len() + label;
    let window = &scan.bytes[from..scan.bytes.len().min(from + PEM_MAX)];
    let end = match window.windows(END.len()).position(|text| text == END.as_bytes()) {
        Some(at) => from + at + END.len() + label + 5,
        // A key whose end is cut off is still a key.
        None => from + window.len(),
    };
    let end = (end.min(scan.bytes.len())..=scan.bytes.len()).find(|end| scan.text.is_char_boundary(*end))?;
    scan.report(Entity::Secret, (start, end), 100, Needs::Nothing);
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_may_begin_a_key() {
        for (prefix, _) in KEYS {
            assert!(may_begin(prefix.as_bytes()[0], prefix.as_bytes()[1]), "{prefix}");
        }
    }
}
