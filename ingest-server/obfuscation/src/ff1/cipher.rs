//! The AES key of FF1 and the round function's blocks.
//!
//! Work is handed to the cipher as a closure over its backend, so that ten rounds run as one stretch of code
//! compiled for the processor's AES instructions. The key schedule is wiped when it is dropped.

use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16,
};
use aes::{Aes128Enc, Aes192Enc, Aes256Enc};

use super::shape::Ff1Error;

/// An AES key of 128, 192 or 256 bits, expanded.
#[derive(Clone)]
pub struct Ff1Key(Schedule);

// Boxing would cost a load in each call; the key lives behind the scheme's `Arc` as it is.
#[allow(clippy::large_enum_variant)]
#[derive(Clone)]
enum Schedule {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl core::fmt::Debug for Ff1Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ff1Key(..)")
    }
}

impl Ff1Key {
    /// Expands a key. The caller wipes its own copy. **Errors**: `KeyLength`.
    pub fn new(key: &[u8]) -> Result<Self, Ff1Error> {
        let wrong = |_| Ff1Error::KeyLength(key.len());
        Ok(Self(match key.len() {
            16 => Schedule::Aes128(Aes128Enc::new_from_slice(key).map_err(wrong)?),
            24 => Schedule::Aes192(Aes192Enc::new_from_slice(key).map_err(wrong)?),
            32 => Schedule::Aes256(Aes256Enc::new_from_slice(key).map_err(wrong)?),
            length => return Err(Ff1Error::KeyLength(length)),
        }))
    }

    #[inline(always)]
    pub(super) fn run(&self, work: impl BlockCipherEncClosure<BlockSize = U16>) {
        match &self.0 {
            Schedule::Aes128(cipher) => cipher.encrypt_with_backend(work),
            Schedule::Aes192(cipher) => cipher.encrypt_with_backend(work),
            Schedule::Aes256(cipher) => cipher.encrypt_with_backend(work),
        }
    }

    /// `PRF` of the standard over the constant blocks of each prefix; `take` is handed each outcome in order.
    pub(super) fn mac_each<'a>(&self, prefixes: impl Iterator<Item = Prefix<'a>>, take: impl FnMut(u128)) {
        self.run(MacEach { prefixes, take });
    }

    /// `PRF` of the standard continued from `chain`: CBC-MAC over whole blocks.
    pub(super) fn mac(&self, chain: u128, blocks: &[u8]) -> u128 {
        let mut chain = chain;
        self.run(Mac { chain: &mut chain, blocks });
        chain
    }

    /// `S` of the standard: the first bytes of `R ‖ CIPH(R ⊕ 1) ‖ CIPH(R ⊕ 2) ‖ …`.
    pub(super) fn stretch(&self, first: u128, output: &mut [u8]) {
        self.run(Stretch { first, output });
    }
}

/// Encrypts one block given and answered as a big-endian number.
#[inline(always)]
pub(super) fn encrypt_block<B: BlockCipherEncBackend<BlockSize = U16>>(backend: &B, block: u128) -> u128 {
    let mut bytes = aes::Block::from(block.to_be_bytes());
    backend.encrypt_block((&mut bytes).into());
    u128::from_be_bytes(bytes.into())
}

/// What the round function reads before the variable blocks.
#[derive(Clone, Copy)]
pub(super) struct Prefix<'a> {
    /// `P`.
    pub(super) first: [u8; 16],
    /// What of the tweak lies in constant blocks; zeros make the last of them whole.
    pub(super) absorbed: &'a [u8],
    /// What of the tweak lies in the variable blocks.
    pub(super) rest: &'a [u8],
}

impl Prefix<'_> {
    /// The constant part of a single variable block. **Range**: `rest` of less than 16 bytes.
    #[inline(always)]
    pub(super) fn last_block(&self) -> u128 {
        padded(self.rest)
    }
}

/// Up to 16 bytes as a block that ends in zeros.
#[inline(always)]
fn padded(bytes: &[u8]) -> u128 {
    let mut block = [0u8; 16];
    block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u128::from_be_bytes(block)
}

struct MacEach<I, F> {
    prefixes: I,
    take: F,
}

impl<I, F> BlockSizeUser for MacEach<I, F> {
    type BlockSize = U16;
}

impl<'a, I: Iterator<Item = Prefix<'a>>, F: FnMut(u128)> BlockCipherEncClosure for MacEach<I, F> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(mut self, backend: &B) {
        // One prefix does not wait for another: the processor overlaps them.
        for prefix in self.prefixes {
            let (blocks, rest) = prefix.absorbed.as_chunks::<16>();
            let mut chain = encrypt_block(backend, u128::from_be_bytes(prefix.first));
            for block in blocks {
                chain = encrypt_block(backend, chain ^ u128::from_be_bytes(*block));
            }
            if !rest.is_empty() {
                chain = encrypt_block(backend, chain ^ padded(rest));
            }
            (self.take)(chain);
        }
    }
}

struct Mac<'a> {
    chain: &'a mut u128,
    blocks: &'a [u8],
}

impl BlockSizeUser for Mac<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Mac<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        for block in self.blocks.as_chunks::<16>().0 {
            *self.chain = encrypt_block(backend, *self.chain ^ u128::from_be_bytes(*block));
        }
    }
}

struct Stretch<'a> {
    first: u128,
    output: &'a mut [u8],
}

impl BlockSizeUser for Stretch<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Stretch<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        for (piece, index) in self.output.chunks_mut(16).zip(0u128..) {
            let block = if index == 0 { self.first } else { encrypt_block(backend, self.first ^ index) };
            piece.copy_from_slice(&block.to_be_bytes()[..piece.len()]);
        }
    }
}
