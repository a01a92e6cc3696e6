//! One block of histograms: counted at K4, folded down to what the ladder allows when it closes.

use super::chain::TimedKey;
use super::layout::{CELLS_MAX, Channel, Layout, joint_dwell_bin, joint_ud_bin, plain_bin};
use crate::{KeystrokeBlock, Ladder};
use alloc::vec::Vec;

/// Keys that close a block.
pub const BLOCK_KEYS: u16 = 64;
/// The most keys that a block may claim.
pub const BLOCK_KEYS_MAX: u16 = 127;
/// The fewest keys of a block at K4.
pub const K4_KEYS_MIN: u16 = 64;
/// The fewest keys of a block at K3.
pub const K3_KEYS_MIN: u16 = 24;
/// Neighbours pressed further apart are not a transition. **Units**: µs.
const FLIGHT_DD_US_MAX: i64 = 2_000_000;
/// A press sooner after the one before is hasty. **Units**: µs.
const HASTY_US: i64 = 15_000;
/// Dwells this close are the same. **Units**: µs.
const SAME_DWELL_US: u64 = 1_000;

/// Counts of the block that is being filled.
pub(crate) struct BlockBuilder {
    counts: [u8; CELLS_MAX],
    keys: u16,
    repeats: u8,
    hasty: u8,
    previous: Option<TimedKey>,
}

impl BlockBuilder {
    pub(crate) const fn new() -> Self {
        Self { counts: [0; CELLS_MAX], keys: 0, repeats: 0, hasty: 0, previous: None }
    }

    /// Keys counted so far.
    pub(crate) const fn keys(&self) -> u16 {
        self.keys
    }

    /// Forgets the key before: what comes next does not follow it.
    pub(crate) fn break_chain(&mut self) {
        self.previous = None;
    }

    /// Counts one key and the transition that leads to it.
    pub(crate) fn count(&mut self, key: TimedKey) {
        self.keys += 1;
        if let Some(dwell) = dwell_us(&key) {
            self.add(Channel::Dwell, key.class, plain_bin(Channel::Dwell, dwell));
        }
        if let Some(before) = self.previous.replace(key) {
            self.count_transition(&before, &key);
        }
    }

    fn count_transition(&mut self, before: &TimedKey, key: &TimedKey) {
        let raw_dd = key.press.raw.signed_since(before.press.raw);
        if !(0..FLIGHT_DD_US_MAX).contains(&raw_dd) {
            return;
        }
        self.hasty += u8::from(raw_dd < HASTY_US);
        self.repeats += u8::from(same_dwell(before, key));
        let pair = before.class * Ladder::K4.classes() + key.class;
        let dd = key.press.noisy_since(before.press);
        self.add(Channel::FlightDd, pair, plain_bin(Channel::FlightDd, dd));
        let Some(released) = before.release else { return };
        let ud = key.press.noisy_since(released);
        self.add(Channel::FlightUd, pair, plain_bin(Channel::FlightUd, ud));
        if let Some(release) = key.release {
            let uu = release.noisy_since(released);
            self.add(Channel::FlightUu, pair, plain_bin(Channel::FlightUu, uu));
        }
        self.count_joint(before, key, pair, ud);
    }

    fn count_joint(&mut self, before: &TimedKey, key: &TimedKey, pair: usize, ud: i32) {
        let Some(dwell) = dwell_us(before) else { return };
        let row = joint_dwell_bin(dwell);
        let columns = |channel: Channel| channel.shape().1;
        let ud_cell = row * columns(Channel::DwellThenUd) + joint_ud_bin(ud);
        self.add(Channel::DwellThenUd, pair, ud_cell);
        if let Some(next) = dwell_us(key) {
            let cell = row * columns(Channel::DwellThenDwell) + joint_dwell_bin(next);
            self.add(Channel::DwellThenDwell, 0, cell);
        }
    }

    fn add(&mut self, channel: Channel, group: usize, bin: usize) {
        let cell = Layout::of(Ladder::K4).cell(channel, group, bin);
        if let Some(count) = self.counts.get_mut(cell) {
            *count = count.saturating_add(1);
        }
    }

    /// Closes the block at the finest step that its size and `finest` allow; none where it has no key.
    pub(crate) fn close(&mut self, finest: Ladder) -> Option<KeystrokeBlock> {
        if self.keys == 0 {
            return None;
        }
        let ladder = coarser(Ladder::for_keys(self.keys), finest);
        let cells = self.folded(ladder);
        let block =
            KeystrokeBlock { ladder, keys: self.keys, repeats: self.repeats, hasty: self.hasty, cells };
        (self.keys, self.repeats, self.hasty) = (0, 0, 0);
        self.counts.fill(0);
        Some(block)
    }

    fn folded(&mut self, ladder: Ladder) -> Vec<(u16, u8)> {
        if ladder != Ladder::K4 {
            self.fold(ladder);
        }
        let counted = |(cell, count): (usize, &u8)| (*count > 0).then_some((cell as u16, *count));
        self.counts.iter().enumerate().filter_map(counted).collect()
    }

    /// Moves every count to its cell of a coarser step. A coarser cell never stands behind a finer one.
    fn fold(&mut self, ladder: Ladder) {
        let (fine, coarse) = (Layout::of(Ladder::K4), Layout::of(ladder));
        for channel in Channel::ALL {
            for group in 0..fine.groups(channel) {
                let folded = fine.fold_group(channel, group, ladder);
                for bin in 0..channel.bins() {
                    let count = core::mem::take(&mut self.counts[fine.cell(channel, group, bin)]);
                    let target = &mut self.counts[coarse.cell(channel, folded, bin)];
                    *target = target.saturating_add(count);
                }
            }
        }
    }
}

impl Ladder {
    /// The finest step that a block of so many keys may have.
    #[must_use]
    pub const fn for_keys(keys: u16) -> Self {
        if keys >= K4_KEYS_MIN {
            Self::K4
        } else if keys >= K3_KEYS_MIN {
            Self::K3
        } else {
            Self::K1
        }
    }
}

fn coarser(a: Ladder, b: Ladder) -> Ladder {
    if a.classes() < b.classes() { a } else { b }
}

fn dwell_us(key: &TimedKey) -> Option<i32> {
    key.release.map(|release| release.noisy_since(key.press))
}

fn same_dwell(before: &TimedKey, key: &TimedKey) -> bool {
    let raw = |k: &TimedKey| k.release.map(|r| r.raw.since(k.press.raw).0);
    raw(before).zip(raw(key)).is_some_and(|(a, b)| a.abs_diff(b) < SAME_DWELL_US)
}

#[cfg(test)]
mod tests {
    use super::super::chain::Stamp;
    use super::*;
    use palet_units::Micros;

    fn typed(builder: &mut BlockBuilder, keys: u64) {
        for index in 0..keys {
            let press = Stamp::new(Micros(index * 150_000), 0);
            let release = Some(Stamp::new(Micros(index * 150_000 + 90_000 + index * 3_000), 0));
            builder.count(TimedKey { class: (index % 4) as usize, press, release });
        }
    }

    fn total(block: &KeystrokeBlock, channel: Channel) -> u32 {
        let layout = Layout::of(block.ladder);
        let of_channel = |cell: u16| layout.locate(usize::from(cell)).is_some_and(|(c, _, _)| c == channel);
        block.cells.iter().filter(|(cell, _)| of_channel(*cell)).map(|(_, count)| u32::from(*count)).sum()
    }

    #[test]
    fn a_block_gets_coarser_as_it_gets_smaller_and_loses_no_count() {
        for (keys, ladder) in
            [(64, Ladder::K4), (63, Ladder::K3), (24, Ladder::K3), (23, Ladder::K1), (1, Ladder::K1)]
        {
            let mut builder = BlockBuilder::new();
            typed(&mut builder, keys);
            let block = builder.close(Ladder::K4).unwrap();
            assert!(block.ladder == ladder, "{keys}");
            assert_eq!(total(&block, Channel::Dwell), keys as u32);
            assert_eq!(total(&block, Channel::FlightDd), keys as u32 - 1);
            assert!(block.cells.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn strict_pages_never_tell_left_from_right() {
        let mut builder = BlockBuilder::new();
        typed(&mut builder, 64);
        assert!(builder.close(Ladder::K3).unwrap().ladder == Ladder::K3);
    }

    #[test]
    fn a_closed_block_leaves_nothing_to_the_next() {
        let mut builder = BlockBuilder::new();
        typed(&mut builder, 64);
        builder.close(Ladder::K4).unwrap();
        assert!(builder.close(Ladder::K4).is_none());
        builder.break_chain();
        typed(&mut builder, 64);
        assert_eq!(total(&builder.close(Ladder::K4).unwrap(), Channel::Dwell), 64);
    }

    #[test]
    fn constant_dwell_is_counted_as_repeats() {
        let mut builder = BlockBuilder::new();
        for index in 0..64_u64 {
            let press = Stamp::new(Micros(index * 5_000), 0);
            let release = Some(Stamp::new(Micros(index * 5_000 + 50_000), 0));
            builder.count(TimedKey { class: 0, press, release });
        }
        let block = builder.close(Ladder::K4).unwrap();
        assert_eq!((block.repeats, block.hasty), (63, 63));
    }
}
