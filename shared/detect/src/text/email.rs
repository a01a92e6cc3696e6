//! E-mail addresses: a local part, `@`, and a name under a known top-level domain.

use super::entity::Entity;
use super::scan::{Needs, Scan, is_ascii_word, is_word};

/// Names that never resolve outside an organisation; an address under one is still a person's.
///
/// **Source:** RFC 6762, appendix G; RFC 8375; ICANN's reservation of `internal`.
const INTERNAL: &[&str] = &["internal", "intranet", "lan", "corp", "home", "private", "local"];

/// Tries an address at an `@`. `floor` is where the previous one ended.
pub(crate) fn address(scan: &mut Scan<'_>, at: usize, floor: usize) -> Option<usize> {
    let start = local_start(scan, at, floor)?;
    let (end, top) = domain_end(scan, at + 1)?;
    let score = match is_top_level(&scan.text[top..end]) {
        true => 100,
        false if INTERNAL.iter().any(|name| name.eq_ignore_ascii_case(&scan.text[top..end])) => 50,
        false => return None,
    };
    scan.report(Entity::EmailAddress, (start, end), score, Needs::Nothing);
    Some(end)
}

fn is_local(byte: u8) -> bool {
    is_ascii_word(byte) || !byte.is_ascii() || b"!#$%&'*+-/=?^`{|}~.".contains(&byte)
}

/// Where the local part begins: at a bound of a word, and not with a full stop.
fn local_start(scan: &Scan<'_>, at: usize, floor: usize) -> Option<usize> {
    let bytes = &scan.bytes[floor..at];
    let mut start = floor + bytes.iter().rposition(|&byte| !is_local(byte)).map_or(0, |index| index + 1);
    // Characters outside ASCII are part of the local part only where they are letters or digits.
    if let Some((offset, character)) =
        scan.text.get(start..at)?.char_indices().rev().find(|(_, c)| !c.is_ascii() && !is_word(*c))
    {
        start += offset + character.len_utf8();
    }
    let is_bound = |index: &usize| {
        let before = scan.char_before(*index).is_some_and(is_word);
        let here = scan.char_at(*index).is_some_and(is_word);
        before != here && scan.at(*index) != b'.'
    };
    let first = (start..at).find(|index| scan.text.is_char_boundary(*index) && is_bound(index))?;
    (scan.before(at) != b'.').then_some(first)
}

/// The ends of the domain name, and the start of its last label; at least two labels.
fn domain_end(scan: &Scan<'_>, start: usize) -> Option<(usize, usize)> {
    let mut label = start;
    let mut found = None;
    loop {
        let end = label_end(scan, label)?;
        if label > start {
            found = Some((end, label));
        }
        if scan.at(end) != b'.' || label_end(scan, end + 1).is_none() {
            return found;
        }
        label = end + 1;
    }
}

/// The end of a label: words with hyphens between them.
fn label_end(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let mut end = start;
    let mut at = start;
    for character in scan.text.get(start..)?.chars() {
        match character {
            '-' if at > start => at += 1,
            _ if is_word(character) => {
                at += character.len_utf8();
                end = at;
            }
            _ => break,
        }
    }
    (end > start).then_some(end)
}

#[cfg(feature = "national")]
fn is_top_level(label: &str) -> bool {
    super::top_level::contains(label)
}

/// Without the list of names, any name that could be one: letters, or a name in another script.
#[cfg(not(feature = "national"))]
fn is_top_level(label: &str) -> bool {
    let is_name =
        label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    is_name || label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"))
}
