//! Digits to numbers and back, eight digits at a time (four where the radix exceeds 256).
//!
//! A chunk is joined as a tree: pairs, pairs of pairs, whole; and taken apart the same way, by multiplication
//! with exact reciprocals. How many digits there are is public; what they are decides no branch or address.

use super::reduce::{Barrett, Half};

/// Digits of one chunk where the radix is at most 256.
const CHUNK_MAX: usize = 8;
/// Digits of one chunk above that.
const CHUNK_WIDE: usize = 4;

/// The powers of a radix and their reciprocals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Radix {
    radix: u64,
    squared: u64,
    /// Splits a chunk into two halves.
    top: Barrett<u64>,
    /// The divisor of `top`: `radix⁴`, or `radix²` above 256.
    top_power: u64,
    /// `⌈2⁴⁸ / radix²⌉`, or `⌈2⁴⁸ / radix⌉` above 256: exact for what is below 2³².
    middle: u64,
    /// `⌈2²⁴ / radix⌉`: exact for what is below 2¹⁶. Unused above 256.
    low: u32,
    chunk: usize,
}

impl Radix {
    /// **Range**: 2 to 65,536.
    pub(super) fn new(radix: u32) -> Self {
        let r = u64::from(radix);
        let small = radix <= 256;
        let top_power = if small { r.pow(4) } else { r * r };
        Self {
            radix: r,
            squared: r * r,
            top: Barrett::new(top_power),
            top_power,
            middle: (1u64 << 48).div_ceil(if small { r * r } else { r }),
            low: (1u32 << 24).div_ceil(radix),
            chunk: if small { CHUNK_MAX } else { CHUNK_WIDE },
        }
    }

    /// Digits of one chunk.
    pub(super) const fn chunk(&self) -> usize {
        self.chunk
    }

    /// The number that the digits write, the most significant first.
    ///
    /// `base` is `radix^chunk`; it is asked for only where there is more than one chunk.
    #[inline(always)]
    pub(super) fn join<H: Half>(&self, digits: &[u16], base: H) -> H {
        if self.chunk == CHUNK_MAX {
            self.join_chunks::<H, CHUNK_MAX>(digits, base)
        } else {
            self.join_chunks::<H, CHUNK_WIDE>(digits, base)
        }
    }

    /// Writes the number as digits, the most significant first. **Range**: below `radix^digits.len()`.
    #[inline(always)]
    pub(super) fn split<H: Half>(&self, number: H, base: Option<&Barrett<H>>, digits: &mut [u16]) {
        if self.chunk == CHUNK_MAX {
            self.split_chunks::<H, CHUNK_MAX>(number, base, digits);
        } else {
            self.split_chunks::<H, CHUNK_WIDE>(number, base, digits);
        }
    }

    #[inline(always)]
    fn join_chunks<H: Half, const CHUNK: usize>(&self, digits: &[u16], base: H) -> H {
        let (head, chunks) = digits.as_rchunks::<CHUNK>();
        let mut first = 0u64;
        for &digit in head {
            first = first * self.radix + u64::from(digit);
        }
        let mut number = H::from_u64(first);
        for chunk in chunks {
            number = number.wrapping_mul(base).wrapping_add(H::from_u64(self.join_chunk(chunk)));
        }
        number
    }

    #[inline(always)]
    fn split_chunks<H: Half, const CHUNK: usize>(
        &self,
        number: H,
        base: Option<&Barrett<H>>,
        digits: &mut [u16],
    ) {
        let mut rest = number;
        let (head, chunks) = digits.as_rchunks_mut::<CHUNK>();
        for chunk in chunks.iter_mut().rev() {
            // The last quotient is the head, or zero: no division where nothing is left to divide.
            let piece = match base {
                Some(base) => {
                    let (quotient, piece) = base.div_rem(rest);
                    rest = quotient;
                    piece.low_u64()
                }
                None => rest.low_u64(),
            };
            self.split_chunk(piece, chunk);
        }
        if !head.is_empty() {
            let mut whole = [0u16; CHUNK];
            self.split_chunk(rest.low_u64(), &mut whole);
            for (digit, &from) in head.iter_mut().rev().zip(whole.iter().rev()) {
                *digit = from;
            }
        }
    }

    #[inline(always)]
    fn join_chunk(&self, chunk: &[u16]) -> u64 {
        let pair = |high: u16, low: u16| u64::from(high) * self.radix + u64::from(low);
        match *chunk {
            [a, b, c, d, e, f, g, h] => {
                let front = pair(a, b) * self.squared + pair(c, d);
                let back = pair(e, f) * self.squared + pair(g, h);
                front.wrapping_mul(self.top_power).wrapping_add(back)
            }
            [a, b, c, d] => pair(a, b).wrapping_mul(self.top_power).wrapping_add(pair(c, d)),
            _ => 0,
        }
    }

    #[inline(always)]
    fn split_chunk(&self, piece: u64, chunk: &mut [u16]) {
        let (front, back) = self.top.div_rem(piece);
        match chunk {
            [a, b, c, d, e, f, g, h] => {
                (*a, *b, *c, *d) = self.split_four(front);
                (*e, *f, *g, *h) = self.split_four(back);
            }
            [a, b, c, d] => {
                (*a, *b) = self.split_two(front);
                (*c, *d) = self.split_two(back);
            }
            _ => {}
        }
    }

    /// Four digits of a radix up to 256 from a number below 2³².
    #[inline(always)]
    fn split_four(&self, number: u64) -> (u16, u16, u16, u16) {
        let high = (number * self.middle) >> 48;
        let low = number - high * self.squared;
        let (a, b) = self.split_pair(high as u32);
        let (c, d) = self.split_pair(low as u32);
        (a, b, c, d)
    }

    /// Two digits of a radix up to 256 from a number below 2¹⁶.
    #[inline(always)]
    fn split_pair(&self, number: u32) -> (u16, u16) {
        let high = ((u64::from(number) * u64::from(self.low)) >> 24) as u32;
        (high as u16, (number - high * self.radix as u32) as u16)
    }

    /// Two digits of a radix above 256 from a number below 2³².
    #[inline(always)]
    fn split_two(&self, number: u64) -> (u16, u16) {
        let high = (number * self.middle) >> 48;
        (high as u16, (number - high * self.radix) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(radix: u32, digits: &[u16]) {
        let tool = Radix::new(radix);
        let base = u128::from(radix).pow(tool.chunk() as u32);
        let expected = digits.iter().fold(0u128, |n, &d| n * u128::from(radix) + u128::from(d));
        let joined = tool.join::<u128>(digits, base);
        assert_eq!(joined, expected);
        let mut back = vec![0; digits.len()];
        tool.split(joined, Some(&Barrett::new(base)), &mut back);
        assert_eq!(back, digits);
    }

    proptest! {
        #[test]
        fn digits_come_back(radix in 2u32..=65_536, raw in prop::collection::vec(any::<u16>(), 1..96)) {
            let longest = (96.0 / f64::from(radix).log2()).floor() as usize;
            let digits: Vec<u16> =
                raw.iter().take(longest).map(|&d| (u32::from(d) % radix) as u16).collect();
            check(radix, &digits);
        }
    }

    #[test]
    fn the_largest_and_smallest_digits_of_every_radix_come_back() {
        for radix in 2..=65_536u32 {
            let longest = ((96.0 / f64::from(radix).log2()).floor() as usize).min(18);
            let largest = (radix - 1) as u16;
            for length in [1, longest / 2, longest] {
                check(radix, &vec![largest; length]);
                check(radix, &[vec![0; length - length / 2], vec![largest; length / 2]].concat());
                check(radix, &[vec![largest; length / 2], vec![0; length - length / 2]].concat());
            }
        }
    }
}
