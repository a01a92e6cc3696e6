//! What radix and length decide: the limits of the standard, the split into halves, and how wide a half is.
//!
//! Source: NIST SP 800-38G, algorithm 7, with the limits of the second draft of Revision 1.

use super::long::LongShape;
use super::number::Radix;
use super::reduce::{Barrett, Half};

/// The smallest domain, `radix^length`, that FF1 may encrypt (SP 800-38G Rev. 1, section 5.1).
pub const DOMAIN_MIN: u128 = 1_000_000;
/// The largest radix.
pub const RADIX_MAX: u32 = 65_536;
/// The longest numeral string accepted; the standard would allow 2³²−1. **Units**: digits.
pub const LENGTH_MAX: usize = 4_096;
/// The longest tweak accepted; the standard would allow 2³²−1. **Units**: bytes.
pub const TWEAK_BYTES_MAX: usize = 65_535;

/// Why FF1 refuses. Says what was expected, never a digit, a key or a tweak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ff1Error {
    /// Not the length of an AES key.
    #[error("expected a key of 16, 24 or 32 bytes, got {0}")]
    KeyLength(usize),
    /// A radix outside of 2..=65,536.
    #[error("expected a radix of 2 to {RADIX_MAX}, got {0}")]
    Radix(u64),
    /// `radix^length` is below one million: so few values that the mapping can be listed by asking.
    #[error(
        "expected at least {needed} digits of radix {radix}, so that radix^length is at least {DOMAIN_MIN}, \
         got {length}; a smaller domain can be listed: encrypt more of the value, or use a token, or redact"
    )]
    DomainTooSmall {
        /// The radix.
        radix: u32,
        /// The digits given.
        length: usize,
        /// The fewest digits of this radix that are enough.
        needed: usize,
    },
    /// More digits than `LENGTH_MAX`.
    #[error("expected at most {LENGTH_MAX} digits, got {0}")]
    TooLong(usize),
    /// Not as many digits as the context was made for.
    #[error("expected {expected} digits, got {got}")]
    Length {
        /// The digits that the context takes.
        expected: usize,
        /// The digits given.
        got: usize,
    },
    /// A digit that is not below the radix.
    #[error("expected digits below {radix}, got another at index {index}")]
    DigitOutOfRange {
        /// The radix.
        radix: u32,
        /// Where the first of them stands.
        index: usize,
    },
    /// A tweak longer than `TWEAK_BYTES_MAX`.
    #[error("expected a tweak of at most {TWEAK_BYTES_MAX} bytes, got {0}")]
    TweakTooLong(usize),
}

impl Ff1Error {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyLength(_) => "key-length",
            Self::Radix(_) => "radix",
            Self::DomainTooSmall { .. } => "domain-too-small",
            Self::TooLong(_) => "too-long",
            Self::Length { .. } => "length",
            Self::DigitOutOfRange { .. } => "digit-out-of-range",
            Self::TweakTooLong(_) => "tweak-too-long",
        }
    }
}

/// Radix and length with everything that follows from them. Holds no secret.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) radix: u32,
    pub(super) length: usize,
    /// Digits of the left half, `u = ⌊n/2⌋`; the right half has the others.
    pub(super) left: usize,
    /// Bytes of `NUM(B)`, `b` in the standard.
    pub(super) half_bytes: usize,
    pub(super) digits: Radix,
    pub(super) width: Width,
}

/// How wide a half is, and what reduces it.
#[derive(Clone, Debug)]
pub(super) enum Width {
    /// A half is at most 2³².
    Narrow(Moduli<u64>),
    /// A half is at most 2⁹⁶.
    Wide(Moduli<u128>),
    /// A half needs arithmetic of any length.
    Long(LongShape),
}

/// What a word's arithmetic needs of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moduli<H> {
    pub(super) left: Barrett<H>,
    pub(super) right: Barrett<H>,
    /// `radix^chunk`, and its reciprocal where a half is longer than one chunk.
    pub(super) base: H,
    pub(super) base_division: Option<Barrett<H>>,
    /// How many bits of the first block of `S` are not in its first `d` bytes.
    pub(super) shift: u32,
}

impl Shape {
    /// **Errors**: `Radix`, `DomainTooSmall`, `TooLong`.
    pub(super) fn new(radix: u32, length: usize) -> Result<Self, Ff1Error> {
        check_limits(radix, length)?;
        Ok(Self::without_limits(radix, length))
    }

    /// The arithmetic alone, for the published vectors of domains that are no longer allowed.
    pub(super) fn without_limits(radix: u32, length: usize) -> Self {
        let (left, right) = (length / 2, length - length / 2);
        let digits = Radix::new(radix);
        let power = u32::try_from(right).ok().and_then(|right| u128::from(radix).checked_pow(right));
        let (half_bytes, width) = match power {
            Some(power) if power <= 1 << <u64 as Half>::MODULUS_BITS_MAX => {
                let bytes = bytes_below(power);
                (bytes, Width::Narrow(moduli::<u64>(radix, left, right, &digits, bytes)))
            }
            Some(power) if power <= 1 << <u128 as Half>::MODULUS_BITS_MAX => {
                let bytes = bytes_below(power);
                (bytes, Width::Wide(moduli::<u128>(radix, left, right, &digits, bytes)))
            }
            _ => {
                let long = LongShape::new(radix, right);
                (long.half_bytes(), Width::Long(long))
            }
        };
        Self { radix, length, left, half_bytes, digits, width }
    }

    /// Bytes of `S` that are used, `d` in the standard.
    pub(super) const fn output_bytes(&self) -> usize {
        4 * self.half_bytes.div_ceil(4) + 4
    }

    /// Bytes of the blocks of `Q` that hold the round's number and `NUM(B)`.
    pub(super) const fn variable_bytes(&self) -> usize {
        (self.half_bytes + 1).next_multiple_of(16)
    }

    /// **Errors**: `Length`, `DigitOutOfRange`.
    #[inline(always)]
    pub(super) fn check_digits(&self, digits: &[u16]) -> Result<(), Ff1Error> {
        if digits.len() != self.length {
            return Err(Ff1Error::Length { expected: self.length, got: digits.len() });
        }
        // The largest digit decides alone, so that good digits take the same path whatever they are.
        let largest = digits.iter().fold(0u16, |largest, &digit| largest.max(digit));
        if u32::from(largest) >= self.radix { Err(self.first_bad_digit(digits)) } else { Ok(()) }
    }

    #[cold]
    fn first_bad_digit(&self, digits: &[u16]) -> Ff1Error {
        let index = digits.iter().position(|&digit| u32::from(digit) >= self.radix);
        Ff1Error::DigitOutOfRange { radix: self.radix, index: index.unwrap_or_default() }
    }
}

/// **Errors**: `Radix`, `TooLong`, `DomainTooSmall`.
pub(super) fn check_limits(radix: u32, length: usize) -> Result<(), Ff1Error> {
    if !(2..=RADIX_MAX).contains(&radix) {
        return Err(Ff1Error::Radix(u64::from(radix)));
    }
    if length > LENGTH_MAX {
        return Err(Ff1Error::TooLong(length));
    }
    let needed = shortest_length(radix);
    if length < needed { Err(Ff1Error::DomainTooSmall { radix, length, needed }) } else { Ok(()) }
}

/// The fewest digits of a radix from 2 on that FF1 may encrypt. **Units**: digits.
#[must_use]
pub fn shortest_length(radix: u32) -> usize {
    let (mut length, mut domain) = (0, 1u128);
    while domain < DOMAIN_MIN {
        domain *= u128::from(radix.max(2));
        length += 1;
    }
    length.max(2)
}

/// Bytes that hold every number below `power`.
fn bytes_below(power: u128) -> usize {
    (128 - (power - 1).leading_zeros()).div_ceil(8) as usize
}

fn moduli<H: Half>(radix: u32, left: usize, right: usize, digits: &Radix, bytes: usize) -> Moduli<H> {
    let power = |exponent| {
        (0..exponent).fold(H::from_u64(1), |power, _| power.wrapping_mul(H::from_u64(u64::from(radix))))
    };
    let base = power(digits.chunk());
    let base_division = (right > digits.chunk()).then(|| Barrett::new(base));
    Moduli {
        left: Barrett::new(power(left)),
        right: Barrett::new(power(right)),
        base,
        base_division,
        shift: 128 - 8 * (4 * bytes.div_ceil(4) + 4) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_under_one_million_is_refused_with_what_would_do() {
        let refusal = Shape::new(10, 5).unwrap_err();
        assert_eq!(refusal, Ff1Error::DomainTooSmall { radix: 10, length: 5, needed: 6 });
        let text = refusal.to_string();
        for word in ["6 digits", "token", "redact"] {
            assert!(text.contains(word), "{text}");
        }
    }

    #[test]
    fn the_shortest_length_is_the_first_to_reach_a_million() {
        let expected = [
            (2, 20),
            (10, 6),
            (16, 5),
            (26, 5),
            (36, 4),
            (62, 4),
            (99, 4),
            (100, 3),
            (256, 3),
            (999, 3),
            (1000, 2),
            (65_536, 2),
        ];
        for (radix, length) in expected {
            assert_eq!(shortest_length(radix), length, "radix {radix}");
            assert!(Shape::new(radix, length).is_ok() && Shape::new(radix, length - 1).is_err());
        }
    }

    #[test]
    fn radix_and_length_have_limits() {
        for radix in [0, 1, 65_537, u32::MAX] {
            assert_eq!(Shape::new(radix, 20).unwrap_err(), Ff1Error::Radix(u64::from(radix)));
        }
        assert_eq!(Shape::new(10, 4_097).unwrap_err(), Ff1Error::TooLong(4_097));
        assert!(Shape::new(2, LENGTH_MAX).is_ok());
    }

    #[test]
    fn the_bytes_of_a_half_are_those_of_the_standard() {
        // ⌈⌈v·log2(radix)⌉ / 8⌉, at and around powers of two, where logarithms in floats go wrong.
        for (radix, length, bytes) in [
            (10, 16, 4),
            (10, 19, 5),
            (2, 64, 4),
            (2, 65, 5),
            (2, 66, 5),
            (256, 16, 8),
            (256, 17, 9),
            (36, 34, 11),
            (65_536, 12, 12),
            (65_536, 13, 14),
            (2, 192, 12),
            (2, 194, 13),
            (255, 24, 12),
            (256, 26, 13),
        ] {
            assert_eq!(Shape::new(radix, length).unwrap().half_bytes, bytes, "{radix}^{length}");
        }
    }
}
