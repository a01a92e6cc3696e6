//! FF1: format-preserving encryption of digit strings.
//!
//! A `Scheme` is a key with a radix and a length; a `Context` is a scheme with a tweak, and encrypts and
//! decrypts one value or a batch. Halves up to 96 bits run in machine words without a branch or an address
//! that depends on a digit; longer ones in arithmetic of any length. FF1 has no integrity and is
//! deterministic: bind tenant, class and record into the tweak, and keep the key's version beside the value.
//!
//! Source: NIST SP 800-38G, algorithms 7 and 8; limits of the second draft of Revision 1 (2025).

mod alphabet;
mod cipher;
mod contexts;
pub mod lines;
mod long;
mod number;
mod reduce;
mod rounds;
mod shape;

use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

pub use alphabet::{Alphabet, AlphabetError, TextError};
pub use cipher::Ff1Key;
use cipher::Prefix;
pub use contexts::{Contexts, ContextsError};
use reduce::Half;
use rounds::{Batch, Frame, Lane, Single};
pub use shape::{DOMAIN_MIN, Ff1Error, LENGTH_MAX, RADIX_MAX, TWEAK_BYTES_MAX, shortest_length};
use shape::{Moduli, Shape, Width};

/// A key, a radix and a length: all but the tweak. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scheme {
    inner: Arc<(Ff1Key, Shape)>,
}

/// A scheme with a tweak, ready to encrypt. What it caches of the tweak is key material and is wiped.
#[derive(Clone)]
pub struct Context {
    scheme: Scheme,
    /// The round function's state before its last, variable blocks, with their constant part mixed in where
    /// that is one block.
    chain: u128,
    /// The constant part of the variable blocks where there are several; else empty.
    tail: Zeroizing<Vec<u8>>,
}

impl Drop for Context {
    fn drop(&mut self) {
        self.chain.zeroize();
    }
}

impl core::fmt::Debug for Context {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Shape { radix, length, .. } = self.scheme.inner.1;
        f.debug_struct("Context").field("radix", &radix).field("length", &length).finish_non_exhaustive()
    }
}

/// One value of a batch in which each value has its own tweak.
pub struct Item<'a> {
    /// The tweak of this value. **Range**: up to `TWEAK_BYTES_MAX`.
    pub tweak: &'a [u8],
    /// The value, changed in place.
    pub digits: &'a mut [u16],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Encrypt,
    Decrypt,
}

impl Scheme {
    /// Checks radix and length against the standard's limits.
    ///
    /// **Errors**: `Radix`, `DomainTooSmall`, `TooLong`.
    pub fn new(key: Ff1Key, radix: u32, length: usize) -> Result<Self, Ff1Error> {
        Ok(Self { inner: Arc::new((key, Shape::new(radix, length)?)) })
    }

    /// Digits of each value.
    #[must_use]
    pub fn length(&self) -> usize {
        self.inner.1.length
    }

    /// The radix.
    #[must_use]
    pub fn radix(&self) -> u32 {
        self.inner.1.radix
    }

    /// Binds a tweak. **Errors**: `TweakTooLong`.
    pub fn context(&self, tweak: &[u8]) -> Result<Context, Ff1Error> {
        let (chain, tail) = self.absorb(tweak)?;
        Ok(Context { scheme: self.clone(), chain, tail })
    }

    /// Encrypts values that each have their own tweak, side by side.
    ///
    /// **Errors**: the first bad item's, and then nothing is changed.
    pub fn encrypt_each(&self, items: &mut [Item<'_>]) -> Result<(), Ff1Error> {
        self.each(items, Direction::Encrypt)
    }

    /// Decrypts values that each have their own tweak, side by side.
    ///
    /// **Errors**: the first bad item's, and then nothing is changed.
    pub fn decrypt_each(&self, items: &mut [Item<'_>]) -> Result<(), Ff1Error> {
        self.each(items, Direction::Decrypt)
    }

    fn each(&self, items: &mut [Item<'_>], direction: Direction) -> Result<(), Ff1Error> {
        let shape = &self.inner.1;
        let mut prefixes = Vec::with_capacity(items.len());
        for item in items.iter() {
            shape.check_digits(item.digits)?;
            prefixes.push(prefix(shape, item.tweak)?);
        }
        let mut chains = Zeroizing::new(Vec::with_capacity(items.len()));
        self.inner.0.mac_each(prefixes.iter().copied(), |chain| chains.push(chain));
        chains.iter_mut().zip(&prefixes).for_each(|(chain, prefix)| *chain ^= prefix.last_block());
        let pairs = items.iter_mut().zip(chains.iter());
        let mut lanes = pairs.map(|(item, &chain)| Lane { chain, value: &mut *item.digits });
        match &shape.width {
            Width::Narrow(moduli) => self.run_batch(moduli, &mut lanes, direction),
            Width::Wide(moduli) => self.run_batch(moduli, &mut lanes, direction),
            Width::Long(_) => {
                drop(lanes);
                for item in items {
                    self.context(item.tweak)?.run_long(item.digits, direction);
                }
            }
        }
        Ok(())
    }

    /// `P` and the constant part of `Q` (algorithm 7, steps 5 and 6.i), as far as they can be absorbed.
    fn absorb(&self, tweak: &[u8]) -> Result<(u128, Zeroizing<Vec<u8>>), Ff1Error> {
        let (key, shape) = &*self.inner;
        let prefix = prefix(shape, tweak)?;
        let mut chain = 0;
        key.mac_each([prefix].into_iter(), |all| chain = all);
        if shape.variable_bytes() == 16 {
            return Ok((chain ^ prefix.last_block(), Zeroizing::default()));
        }
        let mut tail = Zeroizing::new(prefix.rest.to_vec());
        tail.resize(shape.variable_bytes(), 0);
        Ok((chain, tail))
    }

    fn frame<'a, H: Half>(&'a self, moduli: &'a Moduli<H>) -> Frame<'a, H> {
        let shape = &self.inner.1;
        Frame { moduli, digits: &shape.digits, left: shape.left, half_bytes: shape.half_bytes }
    }

    fn run_batch<'v, H: Half>(
        &self,
        moduli: &Moduli<H>,
        lanes: &mut dyn Iterator<Item = Lane<'v>>,
        direction: Direction,
    ) {
        let (key, frame) = (&self.inner.0, self.frame(moduli));
        match direction {
            Direction::Encrypt => key.run(Batch::<_, _, false> { frame, lanes }),
            Direction::Decrypt => key.run(Batch::<_, _, true> { frame, lanes }),
        }
    }
}

impl Context {
    /// Checks key, radix, length and tweak at once.
    ///
    /// **Errors**: all of `Ff1Error` but those about digits.
    pub fn new(key: &[u8], radix: u32, length: usize, tweak: &[u8]) -> Result<Self, Ff1Error> {
        Scheme::new(Ff1Key::new(key)?, radix, length)?.context(tweak)
    }

    /// Encrypts a value in place. **Errors**: `Length`, `DigitOutOfRange`.
    #[inline]
    pub fn encrypt(&self, digits: &mut [u16]) -> Result<(), Ff1Error> {
        self.run_one(digits, Direction::Encrypt)
    }

    /// Decrypts a value in place. **Errors**: `Length`, `DigitOutOfRange`.
    #[inline]
    pub fn decrypt(&self, digits: &mut [u16]) -> Result<(), Ff1Error> {
        self.run_one(digits, Direction::Decrypt)
    }

    /// Encrypts values that stand one after another, side by side.
    ///
    /// **Errors**: `Length` where the last is cut, `DigitOutOfRange`; then nothing is changed.
    pub fn encrypt_batch(&self, values: &mut [u16]) -> Result<(), Ff1Error> {
        self.run_many(values, Direction::Encrypt)
    }

    /// Decrypts values that stand one after another, side by side.
    ///
    /// **Errors**: `Length` where the last is cut, `DigitOutOfRange`; then nothing is changed.
    pub fn decrypt_batch(&self, values: &mut [u16]) -> Result<(), Ff1Error> {
        self.run_many(values, Direction::Decrypt)
    }

    #[inline]
    fn run_one(&self, digits: &mut [u16], direction: Direction) -> Result<(), Ff1Error> {
        let shape = &self.scheme.inner.1;
        shape.check_digits(digits)?;
        match &shape.width {
            Width::Narrow(moduli) => self.run_single(moduli, digits, direction),
            Width::Wide(moduli) => self.run_single(moduli, digits, direction),
            Width::Long(_) => self.run_long(digits, direction),
        }
        Ok(())
    }

    #[inline]
    fn run_single<H: Half>(&self, moduli: &Moduli<H>, value: &mut [u16], direction: Direction) {
        let (key, chain, frame) = (&self.scheme.inner.0, self.chain, self.scheme.frame(moduli));
        match direction {
            Direction::Encrypt => key.run(Single::<_, false> { frame, chain, value }),
            Direction::Decrypt => key.run(Single::<_, true> { frame, chain, value }),
        }
    }

    fn run_many(&self, values: &mut [u16], direction: Direction) -> Result<(), Ff1Error> {
        let shape = &self.scheme.inner.1;
        values.chunks(shape.length).try_for_each(|value| shape.check_digits(value))?;
        let mut lanes = values.chunks_exact_mut(shape.length).map(|value| Lane { chain: self.chain, value });
        match &shape.width {
            Width::Narrow(moduli) => self.scheme.run_batch(moduli, &mut lanes, direction),
            Width::Wide(moduli) => self.scheme.run_batch(moduli, &mut lanes, direction),
            Width::Long(_) => lanes.for_each(|lane| self.run_long(lane.value, direction)),
        }
        Ok(())
    }

    fn run_long(&self, digits: &mut [u16], direction: Direction) {
        let (key, shape) = &*self.scheme.inner;
        let Width::Long(long) = &shape.width else { return };
        let mut blocks = self.tail.clone();
        // A single variable block has its constant part in the chain already.
        let bytes = blocks.len().max(16);
        blocks.resize(bytes, 0);
        let mut output = Zeroizing::new(vec![0u8; shape.output_bytes()]);
        let number_at = blocks.len() - shape.half_bytes;
        let (left, right) = digits.split_at_mut(shape.left);
        for step in 0..10u8 {
            let round = if direction == Direction::Encrypt { step } else { 9 - step };
            let (target, source) = if round % 2 == 0 { (&mut *left, &*right) } else { (&mut *right, &*left) };
            blocks[number_at - 1] = round;
            long.number_to_bytes(source, &mut blocks[number_at..]);
            key.stretch(key.mac(self.chain, &blocks), &mut output);
            match direction {
                Direction::Encrypt => long.add(target, &output),
                Direction::Decrypt => long.sub(target, &output),
            }
        }
    }
}

/// `P` and the tweak as it is absorbed. **Errors**: `TweakTooLong`.
fn prefix<'a>(shape: &Shape, tweak: &'a [u8]) -> Result<Prefix<'a>, Ff1Error> {
    if tweak.len() > TWEAK_BYTES_MAX {
        return Err(Ff1Error::TweakTooLong(tweak.len()));
    }
    let whole = (tweak.len() + shape.half_bytes + 1).next_multiple_of(16);
    let constant = whole - shape.variable_bytes();
    let (absorbed, rest) = tweak.split_at(constant.min(tweak.len()));
    Ok(Prefix { first: first_block(shape, tweak.len()), absorbed, rest })
}

/// `P` (algorithm 7, step 5).
fn first_block(shape: &Shape, tweak_bytes: usize) -> [u8; 16] {
    let [_, r0, r1, r2] = shape.radix.to_be_bytes();
    // Both lengths are within their limits, far below 2³².
    let [n0, n1, n2, n3] = (shape.length as u32).to_be_bytes();
    let [t0, t1, t2, t3] = (tweak_bytes as u32).to_be_bytes();
    [1, 2, 1, r0, r1, r2, 10, shape.left as u8, n0, n1, n2, n3, t0, t1, t2, t3]
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
