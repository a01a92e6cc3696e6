//! Alphabets: which character writes which digit.
//!
//! Up to 256 characters a text is read and written by going over the whole alphabet for each character, so
//! that neither branches nor addresses tell which one it was. Longer alphabets are searched, and may tell.

use zeroize::Zeroizing;

use super::shape::RADIX_MAX;

/// The longest alphabet that is gone over whole. **Units**: characters.
const SCANNED_MAX: usize = 256;

/// Distinct characters, each standing for the digit of its place.
#[derive(Clone, Debug)]
pub struct Alphabet {
    symbols: Vec<char>,
    /// The places in the order of their characters, for alphabets too long to be gone over.
    sorted: Vec<u16>,
}

/// Why a text is no alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlphabetError {
    /// Fewer than two characters or more than 65,536.
    #[error("expected 2 to {RADIX_MAX} characters, got {0}")]
    Size(usize),
    /// One character twice.
    #[error("expected distinct characters, got one again at index {index}")]
    Duplicate {
        /// Where it stands the second time. **Units**: code points.
        index: usize,
    },
}

impl AlphabetError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Size(_) => "alphabet-size",
            Self::Duplicate { .. } => "duplicate-character",
        }
    }
}

/// A text with a character that the alphabet has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected characters of the alphabet, got another at index {index}")]
pub struct TextError {
    /// Where the first of them stands. **Units**: code points.
    pub index: usize,
}

impl TextError {
    /// The stable code of this refusal.
    pub const CODE: &'static str = "character-not-in-alphabet";
}

impl Alphabet {
    /// Parses the characters in the order of their digits. **Errors**: `Size`, `Duplicate`.
    pub fn new(symbols: &str) -> Result<Self, AlphabetError> {
        let symbols: Vec<char> = symbols.chars().collect();
        if !(2..=RADIX_MAX as usize).contains(&symbols.len()) {
            return Err(AlphabetError::Size(symbols.len()));
        }
        // At most 65,536 places, so that each fits.
        let mut sorted: Vec<u16> = (0..symbols.len()).map(|place| place as u16).collect();
        sorted.sort_by_key(|&place| (symbols[usize::from(place)], place));
        let again = sorted.windows(2).filter(|pair| {
            let [first, second] = [pair[0], pair[1]].map(|place| symbols[usize::from(place)]);
            first == second
        });
        match again.map(|pair| usize::from(pair[1])).min() {
            Some(index) => Err(AlphabetError::Duplicate { index }),
            None => Ok(Self { symbols, sorted }),
        }
    }

    /// How many characters there are.
    #[must_use]
    pub fn radix(&self) -> u32 {
        self.symbols.len() as u32
    }

    /// The digits that a text writes. **Errors**: `TextError` with the first character that has no digit.
    pub fn digits(&self, text: &str) -> Result<Zeroizing<Vec<u16>>, TextError> {
        let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut unknown = None;
        for (index, symbol) in text.chars().enumerate() {
            match self.digit(symbol) {
                Some(digit) => digits.push(digit),
                None => unknown = unknown.or(Some(TextError { index })),
            }
        }
        unknown.map_or(Ok(digits), Err)
    }

    /// Writes digits as a text. Digits that are not below the radix are left out.
    #[must_use]
    pub fn text(&self, digits: &[u16]) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(digits.len() * 4));
        text.extend(digits.iter().filter_map(|&digit| self.symbol(digit)));
        text
    }

    fn digit(&self, symbol: char) -> Option<u16> {
        if self.symbols.len() > SCANNED_MAX {
            let at = self.sorted.binary_search_by_key(&symbol, |&place| self.symbols[usize::from(place)]);
            return at.ok().map(|at| self.sorted[at]);
        }
        let place_if =
            |(place, &other): (u32, &char)| (place + 1) & mask(u32::from(other) == u32::from(symbol));
        let found = (0..).zip(&self.symbols).map(place_if).fold(0, |all, place| all | place);
        found.checked_sub(1).map(|place| place as u16)
    }

    fn symbol(&self, digit: u16) -> Option<char> {
        if self.symbols.len() > SCANNED_MAX || usize::from(digit) >= self.symbols.len() {
            return self.symbols.get(usize::from(digit)).copied();
        }
        let symbol_if = |(place, &symbol): (u32, &char)| u32::from(symbol) & mask(place == u32::from(digit));
        char::from_u32((0..).zip(&self.symbols).map(symbol_if).fold(0, |all, symbol| all | symbol))
    }
}

/// All ones where it holds, else zero.
#[inline(always)]
fn mask(holds: bool) -> u32 {
    0u32.wrapping_sub(u32::from(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_from_its_digits() {
        let wide: String = ('一'..).take(300).collect();
        for symbols in ["0123456789", "zyx", "aäoöuü€😀", wide.as_str()] {
            let alphabet = Alphabet::new(symbols).unwrap();
            let digits = alphabet.digits(symbols).unwrap();
            assert!(digits.iter().copied().eq(0..alphabet.radix() as u16));
            assert_eq!(alphabet.text(&digits).as_str(), symbols);
        }
    }

    #[test]
    fn the_first_character_outside_of_the_alphabet_is_named() {
        let alphabet = Alphabet::new("0123456789").unwrap();
        assert_eq!(alphabet.digits("12€4x").unwrap_err(), TextError { index: 2 });
        let wide: String = ('一'..).take(300).collect();
        assert_eq!(Alphabet::new(&wide).unwrap().digits("一x").unwrap_err(), TextError { index: 1 });
    }

    #[test]
    fn an_alphabet_is_distinct_and_has_a_size() {
        assert_eq!(Alphabet::new("").unwrap_err(), AlphabetError::Size(0));
        assert_eq!(Alphabet::new("a").unwrap_err(), AlphabetError::Size(1));
        assert_eq!(Alphabet::new("abcbac").unwrap_err(), AlphabetError::Duplicate { index: 3 });
        assert_eq!(Alphabet::new("aa").unwrap_err(), AlphabetError::Duplicate { index: 1 });
        let symbols: String = ('\u{10000}'..).take(65_537).collect();
        assert_eq!(Alphabet::new(&symbols).unwrap_err(), AlphabetError::Size(65_537));
    }
}
