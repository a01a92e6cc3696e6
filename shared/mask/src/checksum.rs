//! Checksums of published numbering schemes, over ASCII text without separators.

/// A kind of checksum, and which symbols carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checksum {
    /// None.
    #[default]
    None,
    /// Luhn, the last digit. **Source**: ISO/IEC 7812-1, annex B.
    Luhn,
    /// Modulo 97 = 1 with the first four symbols moved to the end; the third and fourth symbol.
    /// **Source**: ISO 13616-1, ISO/IEC 7064 MOD 97-10.
    Iban,
    /// Weights 3, 7, 1 modulo 10, the last of nine digits. **Source**: ANSI X9.104 (ABA routing numbers).
    Aba,
}

/// The remainder of a checksum that holds for a surrogate: as far from the right one as can be, so that a
/// surrogate is told from a value, and from a value with one wrong digit, by arithmetic alone.
const SURROGATE_MOD_10: u32 = 5;
const SURROGATE_MOD_97: u32 = 48;

/// Whether the digits hold the Luhn checksum.
#[must_use]
pub fn luhn(digits: &str) -> bool {
    Checksum::Luhn.remainder(digits.chars()) == Some(0)
}

/// Whether the text holds the IBAN checksum; letters are capitals.
#[must_use]
pub fn iban(text: &str) -> bool {
    text.len() > 4 && Checksum::Iban.remainder(text.chars()) == Some(1)
}

/// Whether nine digits hold the ABA checksum.
#[must_use]
pub fn aba(digits: &str) -> bool {
    digits.len() == 9 && Checksum::Aba.remainder(digits.chars()) == Some(0)
}

/// What a checksum must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Value,
    Surrogate,
}

impl Checksum {
    /// The remainder over the symbols; `None` where a symbol is out of the alphabet.
    pub(crate) fn remainder(self, symbols: impl Iterator<Item = char> + Clone) -> Option<u32> {
        match self {
            Self::None => Some(0),
            Self::Luhn => {
                let count = symbols.clone().count();
                symbols.enumerate().try_fold(0, |sum, (at, c)| {
                    let digit = c.to_digit(10)?;
                    let term =
                        if (count - at).is_multiple_of(2) { digit * 2 / 10 + digit * 2 % 10 } else { digit };
                    Some((sum + term) % 10)
                })
            }
            Self::Iban => {
                let mut rotated = symbols.clone().skip(4).chain(symbols.take(4));
                rotated.try_fold(0, |rest, c| {
                    let value = c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?;
                    Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
                })
            }
            Self::Aba => symbols
                .zip([3, 7, 1].into_iter().cycle())
                .try_fold(0, |sum, (c, weight)| Some((sum + c.to_digit(10)? * weight) % 10)),
        }
    }

    const fn target(self, expected: Expected) -> u32 {
        match (self, expected) {
            (Self::None, _) | (Self::Luhn | Self::Aba, Expected::Value) => 0,
            (Self::Luhn | Self::Aba, Expected::Surrogate) => SURROGATE_MOD_10,
            (Self::Iban, Expected::Value) => 1,
            (Self::Iban, Expected::Surrogate) => SURROGATE_MOD_97,
        }
    }

    /// Whether the symbols hold the checksum, a value's or a surrogate's.
    pub(crate) fn holds(self, symbols: impl Iterator<Item = char> + Clone, expected: Expected) -> bool {
        self.remainder(symbols) == Some(self.target(expected))
    }

    /// Whether the symbol at `at`, of `count`, carries the checksum and not a value.
    pub(crate) const fn is_check(self, at: usize, count: usize) -> bool {
        match self {
            Self::None => false,
            Self::Luhn | Self::Aba => at + 1 == count,
            Self::Iban => at == 2 || at == 3,
        }
    }

    /// Sets the check symbols, so that the checksum comes to what is expected.
    pub(crate) fn fix(self, symbols: &mut [char], expected: Expected) {
        let count = symbols.len();
        for (at, symbol) in symbols.iter_mut().enumerate() {
            if self.is_check(at, count) {
                *symbol = '0';
            }
        }
        let Some(rest) = self.remainder(symbols.iter().copied()) else { return };
        let target = self.target(expected);
        let digit = |value: u32| char::from_digit(value % 10, 10).unwrap_or('0');
        match (self, symbols) {
            (Self::Luhn | Self::Aba, [.., last]) => *last = digit(target + 10 - rest),
            (Self::Iban, [_, _, tens, ones, ..]) => {
                // A value's check digits run from 02 to 98; 0 and 1 stand for 97 and 98.
                let check = (target + 97 - rest) % 97;
                let check = if expected == Expected::Value && check < 2 { check + 97 } else { check };
                (*tens, *ones) = (digit(check / 10), digit(check));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn published_numbers_hold_and_one_wrong_digit_does_not() {
        for pan in ["4111111111111111", "378282246310005", "5555555555554444", "79927398713"] {
            assert!(luhn(pan), "{pan}");
            let wrong: String =
                pan.chars().enumerate().map(|(at, c)| if at == 3 && c != '9' { '9' } else { c }).collect();
            assert!(wrong == pan || !luhn(&wrong), "{wrong}");
        }
        for text in [
            "DE89370400440532013000",
            "GB29NWBK60161331926819",
            "FR1420041010050500013M02606",
            "NO9386011117947",
        ] {
            assert!(iban(text), "{text}");
        }
        assert!(!iban("DE88370400440532013000"));
        assert!(aba("021000021") && !aba("021000022") && !aba("0"));
    }

    #[test]
    fn a_fixed_checksum_holds_for_a_value_or_a_surrogate_and_not_for_both() {
        for (kind, text) in [
            (Checksum::Luhn, "4111111111111111"),
            (Checksum::Iban, "GB29NWBK60161331926819"),
            (Checksum::Iban, "DE97000000000000000000"),
            (Checksum::Aba, "021000021"),
        ] {
            let mut symbols: Vec<char> = text.chars().collect();
            kind.fix(&mut symbols, Expected::Surrogate);
            assert!(kind.holds(symbols.iter().copied(), Expected::Surrogate));
            assert!(!kind.holds(symbols.iter().copied(), Expected::Value));
            kind.fix(&mut symbols, Expected::Value);
            assert!(kind.holds(symbols.iter().copied(), Expected::Value));
        }
        let mut symbols: Vec<char> = "GB00NWBK60161331926819".chars().collect();
        Checksum::Iban.fix(&mut symbols, Expected::Value);
        assert_eq!(symbols.into_iter().collect::<String>(), "GB29NWBK60161331926819");
    }
}
