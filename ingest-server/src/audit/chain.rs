//! The bytes of a line, and how each holds on to the one before.
//!
//! ```text
//! {"seq":12,"prev":"<64 hexadecimal digits>",<the entry>,"hash":"<64 hexadecimal digits>"}⏎
//! └───────────────────── body ─────────────────────────┘
//! hash = SHA-256("palet audit 1\n" ‖ body); prev = the hash of line 11, zeros for the first
//! ```
//!
//! Hashes are over bytes as they stand, so that another program needs no JSON writer of its own to check them.

use sha2::{Digest, Sha256};
use std::fmt::Write;

use super::Entry;

const LABEL: &[u8] = b"palet audit 1\n";
const HASH_MEMBER: &str = ",\"hash\":\"";

/// A hash of the chain.
pub(super) type Link = [u8; 32];

/// What comes before the first line.
pub(super) const GENESIS: Link = [0; 32];

/// Where the chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    /// Number of the last entry; 0 for an empty log.
    pub(super) seq: u64,
    /// Its hash.
    pub(super) hash: Link,
}

impl Tip {
    pub(super) const EMPTY: Self = Self { seq: 0, hash: GENESIS };
}

/// Appends the line of an entry to `text`; gives back where the chain ends then.
///
/// **Errors**: an entry that cannot be written as JSON, which none is.
pub(super) fn push_line(text: &mut String, entry: &Entry, tip: Tip) -> Result<Tip, serde_json::Error> {
    let entry = serde_json::to_string(entry)?;
    let inner = entry.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    let seq = tip.seq + 1;
    let body = format!("{{\"seq\":{seq},\"prev\":\"{}\",{inner}", hex(&tip.hash));
    let hash = hash_of(&body);
    text.push_str(&body);
    text.push_str(HASH_MEMBER);
    text.push_str(&hex(&hash));
    text.push_str("\"}\n");
    Ok(Tip { seq, hash })
}

/// A line, taken apart without believing it.
pub(super) struct Line {
    pub(super) seq: u64,
    pub(super) prev: Link,
    /// The hash that it claims.
    pub(super) hash: Link,
    /// The hash that its bytes have.
    pub(super) own: Link,
}

impl Line {
    /// Parses a line without its end; `None` for what is none.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (body, rest) = line.rsplit_once(HASH_MEMBER)?;
        let hash = parse_hex(rest.strip_suffix("\"}")?)?;
        let (seq, rest) = body.strip_prefix("{\"seq\":")?.split_once(',')?;
        let (prev, _) = rest.strip_prefix("\"prev\":\"")?.split_once('"')?;
        Some(Self { seq: seq.parse().ok()?, prev: parse_hex(prev)?, hash, own: hash_of(body) })
    }

    /// Whether its bytes are those that were hashed.
    pub(super) fn is_whole(&self) -> bool {
        self.hash == self.own
    }

    pub(super) const fn tip(&self) -> Tip {
        Tip { seq: self.seq, hash: self.hash }
    }
}

fn hash_of(body: &str) -> Link {
    let mut hasher = Sha256::new();
    hasher.update(LABEL);
    hasher.update(body.as_bytes());
    hasher.finalize().into()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 bytes of hexadecimal digits.
pub(super) fn parse_hex(text: &str) -> Option<Link> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    let mut link = GENESIS;
    for (at, byte) in link.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Action, Detail, Outcome};
    use palet_units::Micros;

    #[test]
    fn a_line_parses_to_what_it_was_made_of_and_any_other_byte_shows() {
        let entry =
            Entry::new(Action::Unmask, Outcome::Done, Micros(7)).with(Detail::Reason, "\",\"hash\":\"");
        let mut text = String::new();
        let first = push_line(&mut text, &entry, Tip::EMPTY).unwrap();
        let second = push_line(&mut text, &entry, first).unwrap();
        let lines: Vec<_> = text.lines().map(|line| Line::parse(line).unwrap()).collect();
        assert!(lines.iter().all(Line::is_whole));
        assert_eq!((lines[0].seq, lines[0].prev), (1, GENESIS));
        assert_eq!((lines[1].prev, lines[1].tip()), (first.hash, second));
        let line = text.lines().next().unwrap();
        for at in 0..line.len() {
            let mut altered = line.as_bytes().to_vec();
            altered[at] ^= 1;
            let whole =
                std::str::from_utf8(&altered).ok().and_then(Line::parse).is_some_and(|line| line.is_whole());
            assert!(!whole, "a changed byte at {at} does not show");
        }
        for end in 0..line.len() {
            assert!(Line::parse(&line[..end]).is_none_or(|line| !line.is_whole()));
        }
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&json["seq"], &json["action"]), (&1.into(), &"unmask".into()));
    }
}
