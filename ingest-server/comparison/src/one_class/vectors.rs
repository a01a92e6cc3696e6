//! Windows as plain vectors, by kind: a block's histograms, a stroke's features, an entry's times.

use palet_features::keystroke::{Channel, Layout};
use palet_features::{FeatureWindow, FixedTextSample, KeystrokeBlock, Ladder, PointerBlock, pointer};
use std::collections::BTreeMap;

/// Vectors of one kind have one length and are compared with each other alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A keystroke block.
    Block,
    /// A stroke.
    Stroke,
    /// An entry of this field, of so many dwells and flights.
    Entry(u8, usize, usize),
}

/// The channels whose histograms make a block's vector.
const PLAIN: [Channel; 4] = [Channel::Dwell, Channel::FlightUd, Channel::FlightDd, Channel::FlightUu];

/// The vectors of some windows.
#[derive(Default)]
pub(super) struct Vectors {
    kinds: BTreeMap<Kind, Vec<Vec<f64>>>,
}

impl Vectors {
    /// The vectors of these windows; windows without biometric features have none.
    pub(super) fn of(windows: &[FeatureWindow]) -> Self {
        let mut vectors = Self::default();
        for window in windows {
            match window {
                FeatureWindow::Keystroke(block) => vectors.push(Kind::Block, block_vector(block)),
                FeatureWindow::Pointer(block) => vectors.push_strokes(block),
                FeatureWindow::FixedText(entry) => {
                    let (dwells, flights) = (entry.dwell_ms.len(), entry.flight_dd_ms.len());
                    vectors.push(Kind::Entry(entry.field, dwells, flights), entry_vector(entry));
                }
                FeatureWindow::Device(_) | FeatureWindow::Context(_) => {}
            }
        }
        vectors
    }

    pub(super) fn into_kinds(self) -> impl Iterator<Item = (Kind, Vec<Vec<f64>>)> {
        self.kinds.into_iter()
    }

    fn push(&mut self, kind: Kind, vector: Vec<f64>) {
        self.kinds.entry(kind).or_default().push(vector);
    }

    fn push_strokes(&mut self, block: &PointerBlock) {
        for stroke in &block.strokes {
            let told = |feature: &i16| if *feature == pointer::ABSENT { 0.0 } else { f64::from(*feature) };
            let scaled = stroke.features.iter().map(|f| told(f) / f64::from(pointer::STEPS_PER_UNIT));
            self.push(Kind::Stroke, scaled.collect());
        }
    }
}

/// Shares of a block's times up to each bin, without classes, so that blocks of every step of the ladder compare.
fn block_vector(block: &KeystrokeBlock) -> Vec<f64> {
    let (layout, coarse) = (Layout::of(block.ladder), Layout::of(Ladder::K1));
    let mut counts = vec![0.0; coarse.cells()];
    for &(cell, count) in &block.cells {
        let place = layout.locate(usize::from(cell)).filter(|(channel, _, _)| PLAIN.contains(channel));
        if let Some((channel, _, bin)) = place {
            counts[coarse.cell(channel, 0, bin)] += f64::from(count);
        }
    }
    let shares = |channel: Channel| {
        let start = coarse.start(channel);
        let own = &counts[start..start + channel.bins()];
        let total: f64 = own.iter().sum::<f64>().max(1.0);
        let mut below = 0.0;
        // The last share is always the whole.
        own[..own.len() - 1]
            .iter()
            .map(|count| {
                below += count;
                below / total
            })
            .collect::<Vec<f64>>()
    };
    PLAIN.into_iter().flat_map(shares).collect()
}

/// An entry's times, on a logarithmic scale.
fn entry_vector(entry: &FixedTextSample) -> Vec<f64> {
    const FLOOR_MS: f64 = 20.0;
    let times = entry.dwell_ms.iter().chain(&entry.flight_dd_ms);
    times.map(|ms| libm::log(f64::from(*ms) + FLOOR_MS)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(ladder: Ladder, group: usize) -> KeystrokeBlock {
        let cell = |bin| Layout::of(ladder).cell(Channel::FlightDd, group, bin) as u16;
        KeystrokeBlock { ladder, keys: 64, repeats: 0, hasty: 0, cells: vec![(cell(2), 10), (cell(9), 30)] }
    }

    #[test]
    fn blocks_of_every_step_make_one_vector() {
        let (fine, coarse) = (block_vector(&block(Ladder::K4, 5)), block_vector(&block(Ladder::K1, 0)));
        assert_eq!(fine, coarse);
        assert_eq!(fine.len(), 4 * 15);
        assert_eq!((fine[30 + 1], fine[30 + 2], fine[30 + 9]), (0.0, 0.25, 1.0));
    }
}
