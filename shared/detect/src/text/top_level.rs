//! The names of the top-level domains, to tell an address from a text with an `@`.
//!
//! `top_level.txt` holds the names of the root zone, in order of their bytes, internationalised ones in both
//! forms.

/// One name a line, in order of bytes.
const NAMES: &str = include_str!("top_level.txt");

/// The longest label of a domain name.
const LABEL_MAX: usize = 63;

/// Whether a label, in any case of ASCII letters, is a top-level domain.
pub(crate) fn contains(label: &str) -> bool {
    let mut lower = [0; LABEL_MAX];
    let Some(lower) = lower.get_mut(..label.len()) else { return false };
    lower.copy_from_slice(label.as_bytes());
    lower.make_ascii_lowercase();
    let names = NAMES.as_bytes();
    let (mut low, mut high) = (0, names.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = names[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
        let end = names[middle..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(names.len(), |length| middle + length);
        match names[start..end].cmp(lower) {
            core::cmp::Ordering::Equal => return true,
            core::cmp::Ordering::Less => low = end + 1,
            core::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_its_neighbours_are_not() {
        for name in NAMES.lines() {
            assert!(contains(name), "{name}");
            assert!(contains(&name.to_ascii_uppercase()), "{name}");
            assert!(!contains(&(alloc::string::String::from(name) + "0")), "{name}");
        }
        assert!(!contains(""));
        assert!(!contains("presidi"));
        assert!(!contains(&"x".repeat(200)));
    }
}
