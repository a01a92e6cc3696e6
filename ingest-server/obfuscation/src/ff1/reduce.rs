//! Arithmetic of a Feistel half: reduction modulo `radix^m` and exact division, by Barrett's method.
//!
//! Two widths: `u64` where a half is below 2³² and `u128` where it is below 2⁹⁶. Nothing here branches on a
//! value or looks one up in a table: what remains of the quotient's error is taken off under a mask.

/// A word that holds a half and, before reduction, the round function's output.
pub(super) trait Half: Copy + Send + Sync + 'static {
    /// The largest modulus that leaves room for three times itself. **Units**: bits.
    const MODULUS_BITS_MAX: u32;
    const ZERO: Self;
    fn from_u64(value: u64) -> Self;
    fn low_u64(self) -> u64;
    /// The word as the last bytes of a block.
    fn into_block(self) -> u128;
    /// The first `128 − shift` bits of a block. Narrow halves use 64 bits whatever `shift` says.
    fn from_block(block: u128, shift: u32) -> Self;
    fn wrapping_add(self, other: Self) -> Self;
    fn wrapping_sub(self, other: Self) -> Self;
    fn wrapping_mul(self, other: Self) -> Self;
    /// The upper half of the product.
    fn mul_high(self, other: Self) -> Self;
    /// `self − modulus` where that is not negative, else `self`; and one or zero accordingly.
    fn subtract_once(self, modulus: Self) -> (Self, Self);
    /// `⌊2^bits / self⌋` for `self ≥ 2`.
    fn reciprocal(self) -> Self;
}

macro_rules! impl_half_arithmetic {
    ($word:ty) => {
        #[inline(always)]
        fn wrapping_add(self, other: Self) -> Self {
            <$word>::wrapping_add(self, other)
        }
        #[inline(always)]
        fn wrapping_sub(self, other: Self) -> Self {
            <$word>::wrapping_sub(self, other)
        }
        #[inline(always)]
        fn wrapping_mul(self, other: Self) -> Self {
            <$word>::wrapping_mul(self, other)
        }
        #[inline(always)]
        fn subtract_once(self, modulus: Self) -> (Self, Self) {
            let (less, borrow) = self.overflowing_sub(modulus);
            let keep = (0 as $word).wrapping_sub(<$word>::from(borrow));
            (less.wrapping_add(modulus & keep), <$word>::from(!borrow))
        }
        fn reciprocal(self) -> Self {
            <$word>::MAX / self + <$word>::from(<$word>::MAX % self == self - 1)
        }
    };
}

impl Half for u64 {
    const MODULUS_BITS_MAX: u32 = 32;
    const ZERO: Self = 0;
    #[inline(always)]
    fn from_u64(value: u64) -> Self {
        value
    }
    #[inline(always)]
    fn low_u64(self) -> u64 {
        self
    }
    #[inline(always)]
    fn into_block(self) -> u128 {
        u128::from(self)
    }
    #[inline(always)]
    fn from_block(block: u128, _shift: u32) -> Self {
        (block >> 64) as u64
    }
    #[inline(always)]
    fn mul_high(self, other: Self) -> Self {
        ((u128::from(self) * u128::from(other)) >> 64) as u64
    }
    impl_half_arithmetic!(u64);
}

impl Half for u128 {
    const MODULUS_BITS_MAX: u32 = 96;
    const ZERO: Self = 0;
    #[inline(always)]
    fn from_u64(value: u64) -> Self {
        u128::from(value)
    }
    #[inline(always)]
    fn low_u64(self) -> u64 {
        self as u64
    }
    #[inline(always)]
    fn into_block(self) -> u128 {
        self
    }
    #[inline(always)]
    fn from_block(block: u128, shift: u32) -> Self {
        block >> shift
    }
    #[inline(always)]
    fn mul_high(self, other: Self) -> Self {
        let wide = |x: u128, y: u128| (x as u64 as u128) * (y as u64 as u128);
        let (x1, y1) = (self >> 64, other >> 64);
        let middle = wide(x1, other) + (wide(self, other) >> 64);
        let cross = wide(self, y1) + (middle as u64 as u128);
        wide(x1, y1) + (middle >> 64) + (cross >> 64)
    }
    impl_half_arithmetic!(u128);
}

/// A divisor with its reciprocal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barrett<H> {
    modulus: H,
    reciprocal: H,
}

impl<H: Half> Barrett<H> {
    /// **Range**: 2 to 2^`MODULUS_BITS_MAX`.
    pub(super) fn new(modulus: H) -> Self {
        Self { modulus, reciprocal: modulus.reciprocal() }
    }

    /// `(a + y) mod m` for `a < m` and any `y`.
    #[inline(always)]
    pub(super) fn add(&self, a: H, y: H) -> H {
        // The estimated quotient is short by at most one, so that the sum is below three moduli.
        let quotient = y.mul_high(self.reciprocal);
        let sum = y.wrapping_add(a).wrapping_sub(quotient.wrapping_mul(self.modulus));
        sum.subtract_once(self.modulus).0.subtract_once(self.modulus).0
    }

    /// `(a − y) mod m` for `a < m` and any `y`.
    #[inline(always)]
    pub(super) fn sub(&self, a: H, y: H) -> H {
        let quotient = y.mul_high(self.reciprocal);
        let raised = a.wrapping_add(self.modulus).wrapping_add(self.modulus);
        let difference = raised.wrapping_add(quotient.wrapping_mul(self.modulus)).wrapping_sub(y);
        difference.subtract_once(self.modulus).0.subtract_once(self.modulus).0
    }

    /// Quotient and remainder of any `x`.
    #[inline(always)]
    pub(super) fn div_rem(&self, x: H) -> (H, H) {
        let quotient = x.mul_high(self.reciprocal);
        let rest = x.wrapping_sub(quotient.wrapping_mul(self.modulus));
        let (rest, more) = rest.subtract_once(self.modulus);
        (quotient.wrapping_add(more), rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn narrow_halves_reduce_as_division_does(m in 2u64..=1 << 32, a: u64, y: u64) {
            let (a, barrett) = (a % m, Barrett::new(m));
            prop_assert_eq!(barrett.add(a, y), ((u128::from(a) + u128::from(y)) % u128::from(m)) as u64);
            prop_assert_eq!(barrett.sub(a, y), (a + m - y % m) % m);
            prop_assert_eq!(barrett.div_rem(y), (y / m, y % m));
        }

        #[test]
        fn wide_halves_reduce_as_division_does(m in 2u128..=1 << 96, a: u128, y: u128, power in 1u32..=96) {
            for m in [m, 1 << power, (1 << power) + 1] {
                let m = m.min(1 << 96);
                let (a, barrett) = (a % m, Barrett::new(m));
                prop_assert_eq!(barrett.add(a, y), (a + y % m) % m);
                prop_assert_eq!(barrett.sub(a, y), (a + m - y % m) % m);
                prop_assert_eq!(barrett.div_rem(y), (y / m, y % m));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_reduce() {
        for m in [2u128, 3, 1 << 64, (1 << 64) + 1, 10u128.pow(28), (1 << 96) - 1, 1 << 96] {
            let barrett = Barrett::new(m);
            for y in [0, 1, m - 1, m, m + 1, 2 * m - 1, 2 * m, u128::MAX - 1, u128::MAX] {
                assert_eq!(barrett.add(m - 1, y), (m - 1 + y % m) % m);
                assert_eq!(barrett.div_rem(y), (y / m, y % m));
            }
        }
    }
}
