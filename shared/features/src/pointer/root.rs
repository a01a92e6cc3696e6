//! The square root of the page's module: `libm`'s weighs more there than all other arithmetic of a stroke.
//!
//! It gives the same bits, since both round correctly; where size does not count, `libm`'s is taken, which is faster.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use libm::sqrtf;
#[cfg(target_arch = "wasm32")]
pub(crate) use small::sqrtf;

#[cfg(any(test, target_arch = "wasm32"))]
mod small {
    /// Half of the exponent's bias, and what makes a first guess least wrong.
    const GUESS: u64 = 0x1FF7_A3BE_A91D_9B1B;

    /// The square root of a number that is not negative. Heron's steps in double precision double the right digits each
    /// time; what is left is rounded once.
    #[inline(never)]
    pub(crate) fn sqrtf(value: f32) -> f32 {
        let value = f64::from(value);
        let mut root = f64::from_bits((value.to_bits() >> 1) + GUESS);
        for _ in 0..4 {
            root = (root + value / root) * 0.5;
        }
        root as f32
    }
}

#[cfg(test)]
mod tests {
    use super::small::sqrtf;

    /// Scaling by four scales the root by two, exactly: two binades stand for all.
    #[test]
    fn every_mantissa_gives_the_same_bits_as_libm() {
        let (first, last) = (1.0f32.to_bits(), 4.0f32.to_bits());
        let wrong = (first..last).map(f32::from_bits).find(|&value| sqrtf(value) != libm::sqrtf(value));
        assert_eq!(wrong, None);
    }

    #[test]
    fn every_exponent_gives_the_same_bits_as_libm() {
        for value in (0..f32::INFINITY.to_bits()).step_by(4_099).map(f32::from_bits) {
            assert_eq!(sqrtf(value).to_bits(), libm::sqrtf(value).to_bits(), "root of {value:e}");
        }
        assert!(sqrtf(f32::NAN).is_nan());
    }
}
