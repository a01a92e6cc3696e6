//! Single characters: which are digits, letters, gaps or invisible, in the scripts that people write in.
//!
//! Small tables instead of the Unicode database, since they travel to the page. A character that they do not
//! know is never shown in a partial form.

/// The character that stands for a hidden one.
pub const BULLET: char = '•';

/// The zeros of the decimal digits of several scripts besides ASCII; the other nine follow each of them.
const ZEROS: [u32; 19] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
    0x1040, 0x17E0, 0x1810, 0xFF10,
];

/// Letters, base characters only, as closed ranges in order.
const LETTERS: [(u32, u32); 44] = [
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x24F),
    (0x386, 0x3FF),
    (0x400, 0x481),
    (0x48A, 0x52F),
    (0x531, 0x587),
    (0x5D0, 0x5EA),
    (0x620, 0x63F),
    (0x641, 0x64A),
    (0x671, 0x6D3),
    (0x904, 0x939),
    (0x985, 0x9B9),
    (0xA05, 0xA39),
    (0xA85, 0xAB9),
    (0xB05, 0xB39),
    (0xB85, 0xBB9),
    (0xC05, 0xC39),
    (0xC85, 0xCB9),
    (0xD05, 0xD39),
    (0xD85, 0xDC6),
    (0xE01, 0xE30),
    (0xE81, 0xEB0),
    (0x1000, 0x102A),
    (0x10A0, 0x10FF),
    (0x1200, 0x135A),
    (0x13A0, 0x13F5),
    (0x1780, 0x17A2),
    (0x1820, 0x1878),
    (0x1E00, 0x1FFC),
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0x3105, 0x312F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA48C),
    (0xAC00, 0xD7A3),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF66, 0xFF9D),
    (0x20000, 0x2FA1D),
    (0x30000, 0x323AF),
];

/// The value of a decimal digit in any of the known scripts.
pub(crate) fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).map(|value| value as u8);
    }
    let code = c as u32;
    ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code)).map(|zero| (code - zero) as u8)
}

/// The ASCII digit of a decimal digit in any of the known scripts.
pub(crate) fn ascii_digit(c: char) -> Option<char> {
    digit(c).map(|value| char::from(b'0' + value))
}

/// The ASCII digit or capital letter of a digit or an ASCII letter.
pub(crate) fn ascii_upper(c: char) -> Option<char> {
    ascii_digit(c).or_else(|| c.is_ascii_alphabetic().then(|| c.to_ascii_uppercase()))
}

/// Whether the character is a letter of a known script, without its marks.
pub(crate) fn is_letter(c: char) -> bool {
    let code = c as u32;
    let after = LETTERS.partition_point(|&(first, _)| first <= code);
    after > 0 && LETTERS[after - 1].1 >= code
}

/// Whether the character is a blank of some width.
pub(crate) const fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Whether the character shows nothing and only steers: joiners, marks of direction, the byte order mark.
pub(crate) const fn is_invisible(c: char) -> bool {
    // Most characters are ASCII, and none of those is.
    !c.is_ascii()
        && matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The plain form of a character that groups symbols: a blank, hyphen, dot or slash.
pub(crate) const fn gap(c: char) -> Option<char> {
    match c {
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => Some('-'),
        '.' => Some('.'),
        '/' => Some('/'),
        _ if is_blank(c) => Some(' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_several_scripts_have_their_values() {
        for (text, value) in [("7", 7), ("٧", 7), ("۷", 7), ("७", 7), ("７", 7), ("๐", 0)] {
            assert_eq!(text.chars().next().and_then(digit), Some(value), "{text}");
        }
        assert_eq!(digit('x'), None);
        assert_eq!(digit('²'), None);
    }

    #[test]
    fn letters_are_letters_in_the_judgement_of_unicode() {
        assert!(LETTERS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        let all = LETTERS.iter().flat_map(|&(first, last)| first..=last).filter_map(char::from_u32);
        // Unassigned code points lie inside of some ranges; nothing else may.
        let others = all.filter(|c| is_letter(*c) && !c.is_alphabetic() && c.is_control());
        assert_eq!(others.count(), 0);
        for c in ['×', '÷', '1', '@', '\u{301}', '\u{202e}', '\u{640}', '•', '、'] {
            assert!(!is_letter(c), "{c:?}");
        }
        for c in "aZéßΩЖאمकกქ明あ한".chars() {
            assert!(is_letter(c), "{c:?}");
        }
    }
}
