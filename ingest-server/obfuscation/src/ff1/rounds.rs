//! The ten Feistel rounds on halves that fit a word: one value, or as many side by side as the cipher takes.
//!
//! The two halves change roles instead of places: an even round adds to the left half what the right one
//! gives, an odd round the reverse. All of a round's block but the round's number and the half is in `chain`.

use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, ParBlocks, array::Array, consts::U16,
    typenum::Unsigned,
};

use zeroize::Zeroize;

use super::cipher::encrypt_block;
use super::number::Radix;
use super::reduce::Half;
use super::shape::Moduli;

/// What the rounds need to know of a shape.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a, H> {
    pub(super) moduli: &'a Moduli<H>,
    pub(super) digits: &'a Radix,
    /// Digits of the left half.
    pub(super) left: usize,
    /// Bytes of a half within the block.
    pub(super) half_bytes: usize,
}

impl<H: Half> Frame<'_, H> {
    /// The round's number at its place in the block.
    #[inline(always)]
    fn round(&self, round: u128) -> u128 {
        round << (8 * self.half_bytes)
    }

    #[inline(always)]
    fn join(&self, digits: &[u16]) -> (H, H) {
        let (left, right) = digits.split_at(self.left);
        (self.digits.join(left, self.moduli.base), self.digits.join(right, self.moduli.base))
    }

    #[inline(always)]
    fn split(&self, halves: (H, H), digits: &mut [u16]) {
        let (left, right) = digits.split_at_mut(self.left);
        self.digits.split(halves.0, self.moduli.base_division.as_ref(), left);
        self.digits.split(halves.1, self.moduli.base_division.as_ref(), right);
    }

    /// The round function before reduction.
    #[inline(always)]
    fn output<B>(&self, backend: &B, chain: u128, round: u128, half: H) -> H
    where
        B: BlockCipherEncBackend<BlockSize = U16>,
    {
        let block = chain ^ self.round(round) ^ half.into_block();
        H::from_block(encrypt_block(backend, block), self.moduli.shift)
    }
}

/// One value.
pub(super) struct Single<'a, H, const DECRYPT: bool> {
    pub(super) frame: Frame<'a, H>,
    pub(super) chain: u128,
    pub(super) value: &'a mut [u16],
}

impl<H, const DECRYPT: bool> BlockSizeUser for Single<'_, H, DECRYPT> {
    type BlockSize = U16;
}

impl<H: Half, const DECRYPT: bool> BlockCipherEncClosure for Single<'_, H, DECRYPT> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { frame, chain, value } = self;
        let Moduli { left, right, .. } = frame.moduli;
        let (mut a, mut b) = frame.join(value);
        if DECRYPT {
            for round in [8, 6, 4, 2, 0] {
                b = right.sub(b, frame.output(backend, chain, round + 1, a));
                a = left.sub(a, frame.output(backend, chain, round, b));
            }
        } else {
            for round in [0, 2, 4, 6, 8] {
                a = left.add(a, frame.output(backend, chain, round, b));
                b = right.add(b, frame.output(backend, chain, round + 1, a));
            }
        }
        frame.split((a, b), value);
    }
}

/// One value of a batch with the chain of its tweak.
pub(super) struct Lane<'a> {
    pub(super) chain: u128,
    pub(super) value: &'a mut [u16],
}

/// Values side by side. Each lane has its own chain, so that each may have its own tweak.
pub(super) struct Batch<'a, H, I, const DECRYPT: bool> {
    pub(super) frame: Frame<'a, H>,
    pub(super) lanes: I,
}

impl<H, I, const DECRYPT: bool> BlockSizeUser for Batch<'_, H, I, DECRYPT> {
    type BlockSize = U16;
}

impl<'v, H, I, const DECRYPT: bool> BlockCipherEncClosure for Batch<'_, H, I, DECRYPT>
where
    H: Half,
    I: Iterator<Item = Lane<'v>>,
{
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { frame, mut lanes } = self;
        let mut group = Group::<H, B>::new();
        while group.load(&frame, &mut lanes) > 0 {
            if DECRYPT {
                for round in [8, 6, 4, 2, 0] {
                    group.step::<DECRYPT>(backend, &frame, round + 1);
                    group.step::<DECRYPT>(backend, &frame, round);
                }
            } else {
                for round in 0..10 {
                    group.step::<DECRYPT>(backend, &frame, round);
                }
            }
            group.store(&frame);
        }
        group.chains.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// As many lanes as the cipher encrypts at once.
struct Group<'v, H, B: BlockCipherEncBackend<BlockSize = U16>> {
    count: usize,
    chains: Array<u128, B::ParBlocksSize>,
    left: Array<H, B::ParBlocksSize>,
    right: Array<H, B::ParBlocksSize>,
    blocks: ParBlocks<B>,
    values: Vec<&'v mut [u16]>,
}

impl<'v, H: Half, B: BlockCipherEncBackend<BlockSize = U16>> Group<'v, H, B> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            count: 0,
            chains: Array::from_fn(|_| 0),
            left: Array::from_fn(|_| H::ZERO),
            right: Array::from_fn(|_| H::ZERO),
            blocks: Array::from_fn(|_| aes::Block::default()),
            values: Vec::with_capacity(B::ParBlocksSize::USIZE),
        }
    }

    /// Takes the next lanes; answers how many there were.
    #[inline(always)]
    fn load(&mut self, frame: &Frame<'_, H>, lanes: &mut impl Iterator<Item = Lane<'v>>) -> usize {
        self.values.clear();
        for lane in lanes.take(B::ParBlocksSize::USIZE) {
            let at = self.values.len();
            (self.left[at], self.right[at]) = frame.join(lane.value);
            self.chains[at] = lane.chain;
            self.values.push(lane.value);
        }
        self.count = self.values.len();
        self.count
    }

    #[inline(always)]
    fn step<const DECRYPT: bool>(&mut self, backend: &B, frame: &Frame<'_, H>, round: u128) {
        let even = round.is_multiple_of(2);
        let number = frame.round(round);
        let (target, source, modulus) = if even {
            (&mut self.left, &self.right, &frame.moduli.left)
        } else {
            (&mut self.right, &self.left, &frame.moduli.right)
        };
        for ((block, half), chain) in self.blocks.iter_mut().zip(source).zip(&self.chains).take(self.count) {
            *block = (chain ^ number ^ half.into_block()).to_be_bytes().into();
        }
        if self.count == B::ParBlocksSize::USIZE {
            backend.encrypt_par_blocks((&mut self.blocks).into());
        } else {
            // The blocks do not depend on one another: the processor overlaps them.
            for block in self.blocks.iter_mut().take(self.count) {
                backend.encrypt_block(block.into());
            }
        }
        for (half, block) in target.iter_mut().zip(&self.blocks).take(self.count) {
            let output = H::from_block(u128::from_be_bytes((*block).into()), frame.moduli.shift);
            *half = if DECRYPT { modulus.sub(*half, output) } else { modulus.add(*half, output) };
        }
    }

    #[inline(always)]
    fn store(&mut self, frame: &Frame<'_, H>) {
        for ((value, &left), &right) in self.values.iter_mut().zip(&self.left).zip(&self.right) {
            frame.split((left, right), value);
        }
    }
}
