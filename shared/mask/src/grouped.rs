//! Symbols with gaps between them: how every number that people copy by hand is written.

use crate::symbol::{gap, is_blank, is_invisible};
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The most symbols of a value that is written in groups.
pub(crate) const SYMBOLS_MAX: usize = 64;

/// Why a value is not one of its class. Says where, never what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Nothing, or nothing but blanks.
    #[error("expected a value, got none")]
    Empty,
    /// A character that the class does not have.
    #[error("expected only characters of the class, got another at character {0}")]
    Character(usize),
    /// Gaps at the start, at the end, two in a row, or where the class has none.
    #[error("expected single separators between groups, got another arrangement at character {0}")]
    Separator(usize),
    /// Too few or too many characters.
    #[error("expected another length, got {0} characters")]
    Length(usize),
    /// A checksum that does not hold.
    #[error("expected a checksum that holds")]
    Checksum,
    /// A part that is out of its range, such as a thirteenth month or an unknown country.
    #[error("expected parts within their ranges")]
    Range,
    /// A class whose values have no form but themselves, or may not be looked at.
    #[error("expected a class with a form, got one that only redacts")]
    Formless,
}

impl Malformed {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "value-empty",
            Self::Character(_) => "value-character",
            Self::Separator(_) => "value-separator",
            Self::Length(_) => "value-length",
            Self::Checksum => "value-checksum",
            Self::Range => "value-range",
            Self::Formless => "class-formless",
        }
    }
}

/// The symbols of a value, and the gaps between them. Wiped when dropped; never printed.
pub(crate) struct Grouped {
    pub(crate) symbols: Zeroizing<Vec<char>>,
    /// The number of symbols before each gap, and the gap in its plain form.
    pub(crate) gaps: Vec<(usize, char)>,
}

impl Grouped {
    /// Parses a value: `read` gives the plain form of a symbol, `gaps` lists the gaps that the class has.
    pub(crate) fn parse(
        value: &str,
        read: impl Fn(char) -> Option<char>,
        gaps: &str,
    ) -> Result<Self, Malformed> {
        let value = value.trim_matches(|c| is_blank(c) || is_invisible(c));
        // Never moved while it grows, and no more to wipe than it takes.
        let room = value.len().min(SYMBOLS_MAX);
        let mut grouped = Self { symbols: Zeroizing::new(Vec::with_capacity(room)), gaps: Vec::new() };
        for (at, c) in value.chars().enumerate().filter(|&(_, c)| !is_invisible(c)) {
            if let Some(symbol) = read(c) {
                if grouped.symbols.len() == SYMBOLS_MAX {
                    return Err(Malformed::Length(SYMBOLS_MAX + 1));
                }
                grouped.symbols.push(symbol);
                continue;
            }
            let plain = gap(c).filter(|&plain| gaps.contains(plain)).ok_or(Malformed::Character(at))?;
            let before = grouped.symbols.len();
            if before == 0 || grouped.gaps.last().is_some_and(|&(last, _)| last == before) {
                return Err(Malformed::Separator(at));
            }
            grouped.gaps.push((before, plain));
        }
        let count = grouped.symbols.len();
        match grouped.gaps.last() {
            _ if count == 0 => Err(Malformed::Empty),
            Some(&(last, _)) if last == count => Err(Malformed::Separator(count)),
            _ => Ok(grouped),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.symbols.len()
    }

    pub(crate) fn chars(&self) -> impl Iterator<Item = char> + Clone + '_ {
        self.symbols.iter().copied()
    }

    /// The number of symbols in each group.
    pub(crate) fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        let ends = self.gaps.iter().map(|&(end, _)| end).chain([self.count()]);
        ends.scan(0, |start, end| {
            let length = end - *start;
            *start = end;
            Some(length)
        })
    }

    /// The symbols as `form` shows each, with the gaps between them.
    pub(crate) fn render(&self, form: impl Fn(usize, char) -> char) -> String {
        let mut text = String::with_capacity(4 * (self.count() + self.gaps.len()));
        let mut gaps = self.gaps.iter().peekable();
        for (at, symbol) in self.chars().enumerate() {
            if let Some((_, gap)) = gaps.next_if(|&&(before, _)| before == at) {
                text.push(*gap);
            }
            text.push(form(at, symbol));
        }
        text
    }

    /// The symbols alone.
    pub(crate) fn compact(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(4 * self.count()));
        text.extend(self.chars());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::ascii_digit;

    fn parse(value: &str) -> Result<String, Malformed> {
        Grouped::parse(value, ascii_digit, " -").map(|grouped| grouped.render(|_, c| c))
    }

    #[test]
    fn gaps_stand_singly_between_symbols() {
        assert_eq!(parse(" 12 34-56 ").as_deref(), Ok("12 34-56"));
        assert_eq!(parse("12\u{a0}34").as_deref(), Ok("12 34"));
        assert_eq!(parse("\u{200e}١٢\u{200e}").as_deref(), Ok("12"));
        assert_eq!(parse("12  34"), Err(Malformed::Separator(3)));
        assert_eq!(parse("12-"), Err(Malformed::Separator(2)));
        assert_eq!(parse("-12"), Err(Malformed::Separator(0)));
        assert_eq!(parse("12.34"), Err(Malformed::Character(2)));
        assert_eq!(parse("\u{a0} "), Err(Malformed::Empty));
        assert_eq!(parse(&"1".repeat(65)), Err(Malformed::Length(65)));
    }

    #[test]
    fn groups_are_counted_between_gaps() {
        let grouped = Grouped::parse("1 234-56", ascii_digit, " -").ok();
        let groups: Option<Vec<usize>> = grouped.map(|grouped| grouped.groups().collect());
        assert_eq!(groups.as_deref(), Some(&[1, 3, 2][..]));
    }
}
