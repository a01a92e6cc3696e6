//! Halves above 96 bits: arithmetic of any length, in 32-bit limbs.
//!
//! A half stays a string of digits; a number exists only between two steps of one round and is wiped there.
//! This is the slow path, for free text and long alphabets. It divides, so that on some processors its time
//! depends on the values: nothing is promised here about timing.

use zeroize::Zeroizing;

/// What radix and length of the longer half decide.
#[derive(Clone, Debug)]
pub(super) struct LongShape {
    radix: u32,
    /// Digits per chunk: the most whose power fits a limb.
    chunk: usize,
    half_bytes: usize,
}

impl LongShape {
    pub(super) fn new(radix: u32, right: usize) -> Self {
        let mut chunk = 1;
        while u64::from(radix).pow(chunk as u32 + 1) <= 1 << 32 {
            chunk += 1;
        }
        Self { radix, chunk, half_bytes: bytes_below_power(radix, right) }
    }

    pub(super) const fn half_bytes(&self) -> usize {
        self.half_bytes
    }

    /// Writes `NUM(digits)`, big endian, into `bytes`.
    pub(super) fn number_to_bytes(&self, digits: &[u16], bytes: &mut [u8]) {
        let mut limbs = Zeroizing::new(vec![0u32; bytes.len().div_ceil(4)]);
        for chunk in chunks_from_head(digits, self.chunk) {
            let (power, number) = chunk.iter().fold((1u64, 0u64), |(power, number), &digit| {
                (power * u64::from(self.radix), number * u64::from(self.radix) + u64::from(digit))
            });
            multiply_add(&mut limbs, power, number);
        }
        for (byte, at) in bytes.iter_mut().rev().zip(0..) {
            *byte = (limbs[at / 4] >> (8 * (at % 4))) as u8;
        }
    }

    /// `half + y mod radix^m` for a half of `m` digits and `y` big endian.
    pub(super) fn add(&self, half: &mut [u16], y: &[u8]) {
        let digits = self.last_digits(y, half.len());
        let mut carry = 0;
        for (digit, &other) in half.iter_mut().zip(digits.iter()).rev() {
            let sum = u32::from(*digit) + u32::from(other) + carry;
            carry = u32::from(sum >= self.radix);
            *digit = (sum - carry * self.radix) as u16;
        }
    }

    /// `half − y mod radix^m` for a half of `m` digits and `y` big endian.
    pub(super) fn sub(&self, half: &mut [u16], y: &[u8]) {
        let digits = self.last_digits(y, half.len());
        let mut borrow = 0;
        for (digit, &other) in half.iter_mut().zip(digits.iter()).rev() {
            let raised = u32::from(*digit) + self.radix - u32::from(other) - borrow;
            borrow = u32::from(raised < self.radix);
            *digit = (raised - (1 - borrow) * self.radix) as u16;
        }
    }

    /// The last `count` digits of a number: the number modulo `radix^count`.
    fn last_digits(&self, y: &[u8], count: usize) -> Zeroizing<Vec<u16>> {
        let mut limbs = Zeroizing::new(vec![0u32; y.len().div_ceil(4)]);
        for (&byte, at) in y.iter().rev().zip(0..) {
            limbs[at / 4] |= u32::from(byte) << (8 * (at % 4));
        }
        let mut digits = Zeroizing::new(vec![0u16; count]);
        let power = u64::from(self.radix).pow(self.chunk as u32);
        for chunk in digits.rchunks_mut(self.chunk) {
            let mut rest = divide(&mut limbs, power);
            for digit in chunk.iter_mut().rev() {
                *digit = (rest % u64::from(self.radix)) as u16;
                rest /= u64::from(self.radix);
            }
        }
        digits
    }
}

/// Chunks of `size`, the first one shorter where the length is no multiple.
fn chunks_from_head(digits: &[u16], size: usize) -> impl Iterator<Item = &[u16]> {
    let (head, rest) = digits.split_at(digits.len() % size);
    core::iter::once(head).chain(rest.chunks_exact(size))
}

/// `limbs · factor + addend`, the least significant limb first. **Range**: factor and addend up to 2³².
fn multiply_add(limbs: &mut [u32], factor: u64, addend: u64) {
    let mut carry = u128::from(addend);
    for limb in limbs {
        let sum = u128::from(*limb) * u128::from(factor) + carry;
        *limb = sum as u32;
        carry = sum >> 32;
    }
}

/// Divides in place and answers the remainder. **Range**: divisor up to 2³².
fn divide(limbs: &mut [u32], divisor: u64) -> u64 {
    let mut rest = 0u64;
    for limb in limbs.iter_mut().rev() {
        let current = (rest << 32) | u64::from(*limb);
        *limb = (current / divisor) as u32;
        rest = current % divisor;
    }
    rest
}

/// Bytes that hold every number below `radix^exponent`.
fn bytes_below_power(radix: u32, exponent: usize) -> usize {
    let mut limbs = vec![0u32; exponent / 2 + 2];
    limbs[0] = 1;
    for _ in 0..exponent {
        multiply_add(&mut limbs, u64::from(radix), 0);
    }
    // Less one: a power of two needs one bit less than its own length.
    for limb in &mut limbs {
        let (less, borrow) = limb.overflowing_sub(1);
        *limb = less;
        if !borrow {
            break;
        }
    }
    let top = limbs.iter().rposition(|&limb| limb != 0).unwrap_or_default();
    let bits = 32 * (top + 1) - limbs[top].leading_zeros() as usize;
    bits.div_ceil(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_the_bytes_of_their_greatest_number() {
        for (radix, exponent, bytes) in
            [(2, 104, 13), (2, 105, 14), (256, 13, 13), (65_536, 7, 14), (10, 30, 13), (65_536, 2_048, 4_096)]
        {
            assert_eq!(bytes_below_power(radix, exponent), bytes, "{radix}^{exponent}");
        }
    }

    #[test]
    fn addition_and_subtraction_undo_each_other_across_the_carry() {
        for radix in [2u32, 10, 36, 255, 256, 65_535, 65_536] {
            let shape = LongShape::new(radix, 40);
            let largest = vec![(radix - 1) as u16; 40];
            let mut half = largest.clone();
            shape.add(&mut half, &[1]);
            assert_eq!(half, vec![0; 40], "the largest number and one is nought");
            shape.sub(&mut half, &[1]);
            assert_eq!(half, largest);
            shape.add(&mut half, &[0xff; 36]);
            shape.sub(&mut half, &[0xff; 36]);
            assert_eq!(half, largest);
        }
    }

    #[test]
    fn a_number_reads_as_bytes() {
        let shape = LongShape::new(10, 40);
        let mut bytes = [0; 4];
        shape.number_to_bytes(&[0, 0, 1, 6, 7, 7, 7, 2, 1, 6], &mut bytes);
        assert_eq!(bytes, [1, 0, 0, 0]);
    }
}
