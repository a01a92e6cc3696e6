//! A ratchet that stretches one seed into many: the sans-I/O sessions draw every ephemeral key and jitter from it.

use core::fmt;
use zeroize::Zeroizing;

use crate::noise::hash;

/// Fresh 32-byte seeds from one that the caller took from a cryptographic generator.
///
/// Each draw hashes the state twice under different labels, once for the seed and once for the next state, so that
/// a state that leaks later does not give back earlier seeds. **Source**: BLAKE2s, RFC 7693.
pub struct Ratchet(Zeroizing<[u8; 32]>);

impl Ratchet {
    /// A ratchet from 32 fresh bytes.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(Zeroizing::new(seed))
    }

    /// The next seed.
    pub fn draw(&mut self) -> [u8; 32] {
        let seed = hash(&[b"palet seed", &*self.0]);
        *self.0 = hash(&[b"palet next", &*self.0]);
        seed
    }

    /// A number below `bound`, close to uniform for bounds far below 2⁶⁴; 0 where `bound` is 0.
    pub fn draw_below(&mut self, bound: u64) -> u64 {
        let seed = self.draw();
        let mut low = [0; 8];
        low.copy_from_slice(&seed[..8]);
        u64::from_le_bytes(low).checked_rem(bound).unwrap_or(0)
    }
}

impl fmt::Debug for Ratchet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ratchet(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_repeat_only_for_the_same_seed() {
        let (mut one, mut same, mut other) =
            (Ratchet::new([1; 32]), Ratchet::new([1; 32]), Ratchet::new([2; 32]));
        let first = one.draw();
        assert_eq!(first, same.draw());
        assert_ne!(first, other.draw());
        assert_ne!(first, one.draw());
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn a_bound_of_nothing_gives_nothing() {
        let mut ratchet = Ratchet::new([3; 32]);
        assert_eq!(ratchet.draw_below(0), 0);
        assert!((0..100).all(|_| ratchet.draw_below(7) < 7));
    }
}
