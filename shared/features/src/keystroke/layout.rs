//! Where each histogram cell of a block stands: channel, class or class pair, bin.
//!
//! The page counts into the finest layout and folds down when a block closes; the server folds the same way, so a
//! K4 block can always be read as K3 or K1. Bin edges are microseconds: the page needs no logarithm.

use super::edges::{
    DD_EDGES_US, DWELL_EDGES_US, JOINT_DWELL_EDGES_US, JOINT_UD_EDGES_US, UD_EDGES_US, UU_EDGES_US,
};
use crate::Ladder;
use palet_capture::KeyClass;

/// Bins of a plain channel.
pub const BINS: usize = 16;
/// Bins of dwell inside of a joint channel.
pub const JOINT_DWELL_BINS: usize = 6;
/// Bins of flight_ud inside of a joint channel.
pub const JOINT_UD_BINS: usize = 7;

/// What a cell counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Channel {
    /// Dwell by class.
    Dwell = 0,
    /// Release to press by class pair.
    FlightUd = 1,
    /// Press to press by class pair.
    FlightDd = 2,
    /// Release to release by class pair.
    FlightUu = 3,
    /// Dwell and the flight_ud after it, by class pair.
    DwellThenUd = 4,
    /// Dwell and the next key's dwell. Without classes: by class pair, equal dwells would chain the pairs of a block
    /// into an order.
    DwellThenDwell = 5,
}

/// How many channels there are.
pub const CHANNELS: usize = 6;

impl Channel {
    /// Every channel, in the order of the cells.
    pub const ALL: [Self; CHANNELS] = [
        Self::Dwell,
        Self::FlightUd,
        Self::FlightDd,
        Self::FlightUu,
        Self::DwellThenUd,
        Self::DwellThenDwell,
    ];

    /// Bins that one class or class pair of this channel has, rows times columns.
    #[must_use]
    pub const fn shape(self) -> (usize, usize) {
        match self {
            Self::DwellThenUd => (JOINT_DWELL_BINS, JOINT_UD_BINS),
            Self::DwellThenDwell => (JOINT_DWELL_BINS, JOINT_DWELL_BINS),
            _ => (1, BINS),
        }
    }

    /// Edges between the rows, and between the columns, of one class or class pair. **Units**: µs.
    #[must_use]
    pub const fn edges_us(self) -> (&'static [i32], &'static [i32]) {
        match self {
            Self::Dwell => (&[], &DWELL_EDGES_US),
            Self::FlightUd => (&[], &UD_EDGES_US),
            Self::FlightDd => (&[], &DD_EDGES_US),
            Self::FlightUu => (&[], &UU_EDGES_US),
            Self::DwellThenUd => (&JOINT_DWELL_EDGES_US, &JOINT_UD_EDGES_US),
            Self::DwellThenDwell => (&JOINT_DWELL_EDGES_US, &JOINT_DWELL_EDGES_US),
        }
    }

    /// Bins of one group: one class, or one pair.
    #[must_use]
    pub const fn bins(self) -> usize {
        let (rows, columns) = self.shape();
        rows * columns
    }

    /// Groups that this channel has where there are so many classes.
    const fn groups(self, classes: usize) -> usize {
        match self {
            Self::Dwell => classes,
            Self::DwellThenDwell => 1,
            _ => classes * classes,
        }
    }
}

impl Ladder {
    /// Every step, finest first.
    pub const ALL: [Self; 3] = [Self::K4, Self::K3, Self::K1];

    /// How many classes this step tells apart.
    #[must_use]
    pub const fn classes(self) -> usize {
        match self {
            Self::K4 => 4,
            Self::K3 => 3,
            Self::K1 => 1,
        }
    }

    /// The class at this step of a class of K4.
    #[must_use]
    pub const fn fold_class(self, k4: usize) -> usize {
        match self {
            Self::K4 => k4,
            Self::K3 => k4.saturating_sub(1),
            Self::K1 => 0,
        }
    }
}

/// The class of K4 that a key belongs to: left letter, right letter, space, other.
#[must_use]
pub(crate) const fn k4_class(class: KeyClass) -> usize {
    match class {
        KeyClass::LeftLetter => 0,
        KeyClass::RightLetter => 1,
        KeyClass::Space => 2,
        _ => 3,
    }
}

/// The cells of one step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    ladder: Ladder,
}

/// Cells of the finest step: the size of the page's counting array.
pub const CELLS_MAX: usize = Layout::of(Ladder::K4).cells();

impl Layout {
    /// The layout of a step.
    #[must_use]
    pub const fn of(ladder: Ladder) -> Self {
        Self { ladder }
    }

    /// The first cell of a channel.
    #[must_use]
    pub const fn start(self, channel: Channel) -> usize {
        let mut at = 0;
        let mut index = 0;
        while index < channel as usize {
            at += self.groups(Channel::ALL[index]) * Channel::ALL[index].bins();
            index += 1;
        }
        at
    }

    /// Classes or class pairs of a channel.
    #[must_use]
    pub const fn groups(self, channel: Channel) -> usize {
        channel.groups(self.ladder.classes())
    }

    /// How many cells there are.
    #[must_use]
    pub const fn cells(self) -> usize {
        let last = Channel::ALL[CHANNELS - 1];
        self.start(last) + self.groups(last) * last.bins()
    }

    /// The cell of a group's bin.
    #[must_use]
    pub const fn cell(self, channel: Channel, group: usize, bin: usize) -> usize {
        self.start(channel) + group * channel.bins() + bin
    }

    /// Channel, group and bin of a cell; nothing for an index beyond the last cell.
    #[must_use]
    pub fn locate(self, cell: usize) -> Option<(Channel, usize, usize)> {
        let channel = *Channel::ALL.iter().rev().find(|c| self.start(**c) <= cell)?;
        let offset = cell - self.start(channel);
        let (group, bin) = (offset / channel.bins(), offset % channel.bins());
        (group < self.groups(channel)).then_some((channel, group, bin))
    }

    /// The group of the coarser step that a group of this step falls into.
    #[must_use]
    pub const fn fold_group(self, channel: Channel, group: usize, coarser: Ladder) -> usize {
        let classes = self.ladder.classes();
        match channel {
            Channel::Dwell => fold(self.ladder, coarser, group),
            Channel::DwellThenDwell => group,
            _ => {
                let first = fold(self.ladder, coarser, group / classes);
                first * coarser.classes() + fold(self.ladder, coarser, group % classes)
            }
        }
    }
}

/// A class of one step at a coarser one.
const fn fold(from: Ladder, to: Ladder, class: usize) -> usize {
    match (from, to) {
        (Ladder::K4, _) => to.fold_class(class),
        (Ladder::K3, Ladder::K1) | (Ladder::K1, _) => 0,
        (Ladder::K3, _) => class,
    }
}

/// The bin of a value among ascending edges.
fn bin_of(edges: &[i32], value_us: i32) -> usize {
    edges.partition_point(|edge| *edge <= value_us)
}

/// The bin of a value in a plain channel. **Units**: µs.
pub(crate) fn plain_bin(channel: Channel, value_us: i32) -> usize {
    match channel {
        Channel::Dwell => bin_of(&DWELL_EDGES_US, value_us),
        Channel::FlightDd => bin_of(&DD_EDGES_US, value_us),
        Channel::FlightUu => bin_of(&UU_EDGES_US, value_us),
        _ => bin_of(&UD_EDGES_US, value_us),
    }
}

/// The bin of a dwell inside of a joint channel. **Units**: µs.
pub(crate) fn joint_dwell_bin(dwell_us: i32) -> usize {
    bin_of(&JOINT_DWELL_EDGES_US, dwell_us)
}

/// The bin of a flight_ud inside of a joint channel. **Units**: µs.
pub(crate) fn joint_ud_bin(ud_us: i32) -> usize {
    bin_of(&JOINT_UD_EDGES_US, ud_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_places_agree_on_every_step() {
        for ladder in Ladder::ALL {
            let layout = Layout::of(ladder);
            for cell in 0..layout.cells() {
                let (channel, group, bin) = layout.locate(cell).unwrap();
                assert_eq!(layout.cell(channel, group, bin), cell);
            }
            assert_eq!(layout.locate(layout.cells()), None);
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        let (fine, middle) = (Layout::of(Ladder::K4), Layout::of(Ladder::K3));
        for channel in Channel::ALL {
            for group in 0..fine.groups(channel) {
                let by_middle =
                    middle.fold_group(channel, fine.fold_group(channel, group, Ladder::K3), Ladder::K1);
                assert_eq!(by_middle, fine.fold_group(channel, group, Ladder::K1));
                assert!(fine.fold_group(channel, group, Ladder::K3) < middle.groups(channel));
            }
        }
    }

    #[test]
    fn a_left_and_a_right_letter_are_one_class_on_the_coarser_step() {
        let layout = Layout::of(Ladder::K4);
        let left_right = k4_class(KeyClass::LeftLetter) * 4 + k4_class(KeyClass::RightLetter);
        let right_left = k4_class(KeyClass::RightLetter) * 4 + k4_class(KeyClass::LeftLetter);
        let fold = |pair| layout.fold_group(Channel::FlightDd, pair, Ladder::K3);
        assert_eq!(fold(left_right), fold(right_left));
        assert_ne!(fold(left_right), fold(k4_class(KeyClass::Space)));
    }
}
