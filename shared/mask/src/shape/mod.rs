//! The shape of a value: which of its characters a same-shape pseudonym may change, and what must hold after.
//!
//! A cipher over digits (FF1) takes [`Shape::radix`] and [`Shape::digits`] and gives its result back to
//! [`Shape::assemble`]. Where the characters are of several alphabets, the digits are a decimal number and
//! not every number is a value: `assemble` then says `None`, and the cipher is applied once more (cycle walking,
//! in fewer than ten rounds on average). A pseudonym's own shape has the same radix, length and fixed characters,
//! so that the way back is the same. The way back ends at the value's plain spelling: ASCII digits, capitals where
//! the class has only those, plain separators.

mod alphabet;
mod decimal;
mod reading;

use crate::checksum::{Checksum, Expected};
use crate::class::FieldClass;
use crate::custom::CustomClass;
use crate::display::{ClassRef, VALUE_BYTES_MAX};
use crate::grouped::Malformed;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use alphabet::Alphabet;
use decimal::{divide, multiply_add};
use reading::{of_custom, of_email, of_number, of_phone, unmarked};
use zeroize::Zeroizing;

/// Whether a text is a value or a pseudonym, and if a pseudonym, how it is told from a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marking {
    /// A value, or a pseudonym that passes for one: its checksum holds and nothing marks it.
    Plain,
    /// A pseudonym that arithmetic or a glance tells from every value: its checksum is off by a constant;
    /// an e-mail address ends in `.invalid` (RFC 2606), a number without a checksum in `*`.
    Marked,
}

/// What marks a pseudonym whose class has no checksum.
const MARK: char = '*';
const MARK_EMAIL: &str = ".invalid";
/// The fewest values that a shape may have. **Source**: NIST SP 800-38G Rev. 1, 5.1.
const DOMAIN_MIN: u32 = 1_000_000;
/// The most characters that vary.
const VARYING_MAX: usize = 96;

/// Why a value has no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The class has no same-shape pseudonym.
    #[error("expected a class with a same-shape pseudonym; use a token")]
    NoShape,
    /// The value is none of its class.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// So few varying characters that trying them all leads back (SP 800-38G: a domain below 10⁶).
    #[error("expected varying characters for at least 1000000 values, got {0} values; use a token")]
    TooSmall(u32),
    /// More varying characters than are handled.
    #[error("expected at most 96 varying characters, got {0}; use a token")]
    TooLong(usize),
    /// A pseudonym was expected that carries its mark.
    #[error("expected a marked pseudonym")]
    NotMarked,
}

impl ShapeError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoShape => "shape-none",
            Self::Malformed(malformed) => malformed.code(),
            Self::TooSmall(_) => "shape-too-small",
            Self::TooLong(_) => "shape-too-long",
            Self::NotMarked => "shape-not-marked",
        }
    }
}

/// One character of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// A gap, or a character outside of the checksum.
    Between(char),
    /// A symbol that stays.
    Kept(char),
    /// A symbol that varies.
    Varies(Alphabet),
    /// A symbol that follows from the others.
    Check,
}

/// The shape of one value. Wiped when dropped; its `Debug` prints no character of the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Shape {
    slots: Vec<Slot>,
    values: Zeroizing<Vec<u16>>,
    checksum: Checksum,
    kind: Kind,
    /// The number of decimal digits, where alphabets are mixed.
    decimal_length: usize,
}

/// What kind of text a shape is of, where that changes how it is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Email,
    /// A telephone number without a country: two zeros at its start would make one.
    NationalPhone,
}

impl core::fmt::Debug for Shape {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let kind = |slot: &Slot| match slot {
            Slot::Between(_) => '-',
            Slot::Kept(_) => 'k',
            Slot::Varies(_) => 'v',
            Slot::Check => 'c',
        };
        let slots: String = self.slots.iter().map(kind).collect();
        f.debug_struct("Shape")
            .field("slots", &slots)
            .field("checksum", &self.checksum)
            .finish_non_exhaustive()
    }
}

impl Shape {
    /// The shape of a text: a value or plain pseudonym, or a marked pseudonym. **Errors**: why there is none.
    pub fn parse<'c>(
        class: impl Into<ClassRef<'c>>,
        text: &str,
        marking: Marking,
    ) -> Result<Self, ShapeError> {
        let class = class.into();
        if class.is_secret() {
            return Err(ShapeError::NoShape);
        }
        if text.len() > VALUE_BYTES_MAX {
            return Err(Malformed::Length(text.len()).into());
        }
        let (text, expected) = unmarked(class, text, marking)?;
        let mut shape = match class {
            ClassRef::Custom(class) => of_custom(class, &class.parse(text, expected)?),
            ClassRef::BuiltIn(FieldClass::Email) => of_email(text)?,
            ClassRef::BuiltIn(FieldClass::Phone) => of_phone(text)?,
            ClassRef::BuiltIn(class) => of_number(class, text, expected)?,
        };
        let domain = shape
            .alphabets()
            .fold(1_u32, |domain, alphabet| domain.saturating_mul(u32::from(alphabet.radix())));
        match shape.values.len() {
            count if count > VARYING_MAX => Err(ShapeError::TooLong(count)),
            _ if domain < DOMAIN_MIN => Err(ShapeError::TooSmall(domain)),
            _ => {
                shape.decimal_length = shape.count_decimals();
                Ok(shape)
            }
        }
    }

    fn empty(checksum: Checksum, kind: Kind) -> Self {
        // Room for every value that is handled: growing would leave a copy behind.
        let values = Zeroizing::new(Vec::with_capacity(VARYING_MAX));
        Self { slots: Vec::new(), values, checksum, kind, decimal_length: 0 }
    }

    /// The radix of [`Shape::digits`]: that of the alphabet where there is one, else 10.
    #[must_use]
    pub fn radix(&self) -> u16 {
        self.uniform().unwrap_or(10)
    }

    /// The digits to encrypt, the most significant first. **Range**: each below [`Shape::radix`].
    #[must_use]
    pub fn digits(&self) -> Zeroizing<Vec<u16>> {
        if self.uniform().is_some() {
            return self.values.clone();
        }
        let mut number = Zeroizing::new(vec![0; self.decimal_length]);
        for (alphabet, &value) in self.alphabets().zip(self.values.iter()) {
            multiply_add(&mut number, alphabet.radix(), value);
        }
        number
    }

    /// The text whose varying characters are these digits, with its checksum and mark. `None` where the digits
    /// are none of this shape: too many, out of range, or a number that stands for no value of it.
    #[must_use]
    pub fn assemble(&self, digits: &[u16], marking: Marking) -> Option<Zeroizing<String>> {
        let values = self.values_of(digits)?;
        let mut values = values.iter();
        let mut symbols: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(self.slots.len()));
        for slot in &self.slots {
            match slot {
                Slot::Between(_) => {}
                Slot::Kept(c) => symbols.push(*c),
                Slot::Varies(alphabet) => symbols.push(alphabet.symbol(*values.next()?)?),
                Slot::Check => symbols.push('0'),
            }
        }
        let expected = if marking == Marking::Marked { Expected::Surrogate } else { Expected::Value };
        self.checksum.fix(&mut symbols, expected);
        if self.kind == Kind::NationalPhone && symbols.starts_with(&['0', '0']) {
            return None;
        }
        let mut symbols = symbols.iter();
        let mut text = Zeroizing::new(String::with_capacity(4 * self.slots.len() + MARK_EMAIL.len()));
        for slot in &self.slots {
            text.push(if let Slot::Between(c) = slot { *c } else { *symbols.next()? });
        }
        if marking == Marking::Marked && self.kind == Kind::Email {
            text.push_str(MARK_EMAIL);
        } else if marking == Marking::Marked && self.checksum == Checksum::None {
            text.push(MARK);
        }
        Some(text)
    }

    fn alphabets(&self) -> impl DoubleEndedIterator<Item = &Alphabet> {
        self.slots
            .iter()
            .filter_map(|slot| if let Slot::Varies(alphabet) = slot { Some(alphabet) } else { None })
    }

    /// The radix, where all varying characters have the same alphabet.
    fn uniform(&self) -> Option<u16> {
        let first = self.alphabets().next()?;
        self.alphabets().all(|alphabet| alphabet == first).then(|| first.radix())
    }

    /// The number of decimal digits of the largest number that stands for a value; 0 where none is needed.
    fn count_decimals(&self) -> usize {
        if self.uniform().is_some() {
            return 0;
        }
        let mut largest = vec![0; 3 * self.values.len()];
        for alphabet in self.alphabets() {
            multiply_add(&mut largest, alphabet.radix(), alphabet.radix() - 1);
        }
        let zeros = largest.iter().take_while(|&&digit| digit == 0).count();
        largest.len() - zeros
    }

    fn values_of(&self, digits: &[u16]) -> Option<Zeroizing<Vec<u16>>> {
        if self.uniform().is_some() {
            return (digits.len() == self.values.len()).then(|| Zeroizing::new(digits.to_vec()));
        }
        if digits.len() != self.decimal_length || digits.iter().any(|&digit| digit > 9) {
            return None;
        }
        let mut number = Zeroizing::new(digits.to_vec());
        let mut values = Zeroizing::new(vec![0; self.values.len()]);
        for (value, alphabet) in values.iter_mut().rev().zip(self.alphabets().rev()) {
            *value = divide(&mut number, alphabet.radix());
        }
        number.iter().all(|&digit| digit == 0).then_some(values)
    }
}

impl FieldClass {
    /// The shape of a value of the class. **Errors**: why there is none.
    pub fn shape(self, value: &str) -> Result<Shape, ShapeError> {
        Shape::parse(self, value, Marking::Plain)
    }

    /// Whether a text is a marked pseudonym of the class, and so none of its values.
    #[must_use]
    pub fn is_surrogate(self, text: &str) -> bool {
        Shape::parse(self, text, Marking::Marked).is_ok()
    }
}

impl CustomClass {
    /// The shape of a value of the class. **Errors**: why there is none.
    pub fn shape(&self, value: &str) -> Result<Shape, ShapeError> {
        Shape::parse(self, value, Marking::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPED: [(FieldClass, &str); 14] = [
        (FieldClass::Pan, "4111 1111 1111 1111"),
        (FieldClass::Pan, "378282246310005"),
        (FieldClass::Iban, "DE89 3704 0044 0532 0130 00"),
        (FieldClass::Iban, "GB29NWBK60161331926819"),
        (FieldClass::Iban, "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
        (FieldClass::Account, "0319-268.19"),
        (FieldClass::SortCode, "12-34-56"),
        (FieldClass::Routing, "021000021"),
        (FieldClass::NationalId, "AB 12 34 56 C"),
        (FieldClass::Passport, "C01X00T47"),
        (FieldClass::Email, "Ada.Lovelace1985+x@Mail-7.example.co.uk"),
        (FieldClass::Phone, "+49 (171) 123-45 67"),
        (FieldClass::Phone, "0049 171 1234567"),
        (FieldClass::Phone, "020 7946 0018"),
    ];

    /// A stand-in for a cipher: some permutation of the digits, and the way back.
    fn turned(digits: &[u16], radix: u16, forth: bool) -> Vec<u16> {
        let turn = |at: usize| (at as u16 * 7 + 3) % radix;
        let step =
            |(at, digit): (usize, &u16)| (digit + if forth { turn(at) } else { radix - turn(at) }) % radix;
        digits.iter().enumerate().map(step).collect()
    }

    /// Turns until the digits are a value.
    fn walked(shape: &Shape, marking: Marking, forth: bool) -> Zeroizing<String> {
        let mut digits = shape.digits().to_vec();
        loop {
            digits = turned(&digits, shape.radix(), forth);
            if let Some(text) = shape.assemble(&digits, marking) {
                return text;
            }
        }
    }

    #[test]
    fn a_pseudonym_has_the_same_shape_and_leads_back() {
        let mut changed = 0;
        for (class, value) in SHAPED {
            for marking in [Marking::Plain, Marking::Marked] {
                let shape = class.shape(value).unwrap();
                let surrogate = walked(&shape, marking, true);
                changed += usize::from(surrogate.as_str() != value);
                let back = Shape::parse(class, &surrogate, marking).unwrap();
                assert_eq!(back.radix(), shape.radix(), "{value}");
                assert_eq!(walked(&back, Marking::Plain, false).as_str(), value);
                assert_eq!(class.is_surrogate(&surrogate), marking == Marking::Marked, "{value}");
            }
        }
        assert_eq!(changed, 2 * SHAPED.len());
    }

    #[test]
    fn a_national_number_never_becomes_an_international_one() {
        let shape = FieldClass::Phone.shape("20 7946 0018").unwrap();
        assert_eq!(shape.assemble(&[0, 0, 4, 9, 1, 1, 1, 1, 1, 1], Marking::Plain), None);
        assert!(shape.assemble(&[0, 1, 4, 9, 1, 1, 1, 1, 1, 1], Marking::Plain).is_some());
        let eastern = FieldClass::Phone.shape("٠٠٤٩ ١٧١ ١٢٣٤٥٦٧").unwrap();
        assert_eq!(eastern.digits().len(), 10, "the country's code stays");
    }

    #[test]
    fn too_small_and_too_long_values_have_no_shape() {
        assert_eq!(FieldClass::Account.shape("1234"), Err(ShapeError::TooSmall(10_000)));
        assert_eq!(FieldClass::Email.shape("a@bc.de"), Err(ShapeError::TooSmall(17_576)));
        let long = alloc::format!("{}@{}.{}.com", "a".repeat(60), "b".repeat(60), "c".repeat(60));
        assert_eq!(FieldClass::Email.shape(&long), Err(ShapeError::TooLong(180)));
    }

    #[test]
    fn a_marked_pseudonym_is_no_value() {
        let shape = FieldClass::Pan.shape("4111 1111 1111 1111").unwrap();
        let marked = shape.assemble(&shape.digits(), Marking::Marked).unwrap();
        assert_eq!(FieldClass::Pan.shape(&marked), Err(Malformed::Checksum.into()));
        assert!(!FieldClass::Pan.is_surrogate("4111 1111 1111 1111"));
        let shape = FieldClass::Email.shape("ada@example.com").unwrap();
        let marked = shape.assemble(&[0; 10], Marking::Marked).unwrap();
        assert_eq!(marked.as_str(), "aaa@aaaaaaa.com.invalid");
    }

    #[test]
    fn digits_of_another_shape_are_refused() {
        let shape = FieldClass::Passport.shape("C01X00T47").unwrap();
        assert_eq!(shape.radix(), 10, "letters and digits are one decimal number");
        assert_eq!(shape.digits().len(), 11, "26^3 * 10^6 values");
        assert_eq!(shape.assemble(&[9; 11], Marking::Plain), None, "a number beyond the last value");
        assert_eq!(shape.assemble(&[0; 10], Marking::Plain), None);
        assert_eq!(shape.assemble(&[10; 11], Marking::Plain), None);
        let pan = FieldClass::Pan.shape("4111111111111111").unwrap();
        assert_eq!(pan.assemble(&[10; 9], Marking::Plain), None);
    }

    #[test]
    fn classes_without_a_shape_say_so() {
        for (class, value) in [
            (FieldClass::Name, "Ada"),
            (FieldClass::Dob, "1980-12-31"),
            (FieldClass::Bic, "DEUTDEFF"),
            (FieldClass::Pin, "1234"),
            (FieldClass::Email, "ада@example.com"),
        ] {
            assert_eq!(class.shape(value), Err(ShapeError::NoShape), "{class:?}");
        }
    }

    #[test]
    fn a_shape_prints_no_character_of_its_value() {
        let shape = FieldClass::SortCode.shape("12-34-56").unwrap();
        assert_eq!(alloc::format!("{shape:?}"), "Shape { slots: \"vv-vv-vv\", checksum: None, .. }");
    }
}
