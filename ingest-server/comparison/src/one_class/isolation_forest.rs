//! Isolation forest: how many random cuts it takes to set a vector apart from the subject's own.
//!
//! The cuts are drawn from a fixed seed, so that a run repeats. **Source**: Liu, Ting and Zhou 2008.

use super::{ByKind, OneClass};
use crate::scorer::{Enrolment, Scorer, ScorerReference};

/// Trees of a forest.
const TREES: usize = 100;
/// Vectors that a tree is grown from, at most.
const SAMPLE_MAX: usize = 256;

/// See the file's head.
#[derive(Clone, Copy, Debug)]
pub struct IsolationForest;

impl Scorer for IsolationForest {
    fn name(&self) -> &'static str {
        "isolation-forest"
    }

    fn enrol(&self, enrolment: Enrolment<'_>) -> Option<Box<dyn ScorerReference>> {
        ByKind::fitted(enrolment.windows, |vectors| Box::new(Forest::of(vectors)))
    }
}

enum Node {
    /// So many vectors end here.
    Leaf(usize),
    /// Below the threshold, and not below it: places of the nodes that follow.
    Cut { column: usize, threshold: f64, below: usize, above: usize },
}

struct Forest {
    trees: Vec<Vec<Node>>,
    sample: usize,
}

impl Forest {
    fn of(vectors: &[Vec<f64>]) -> Self {
        let mut draw = Draw(0x1505_a710_f0ee_5700);
        let sample = vectors.len().min(SAMPLE_MAX);
        let depth_max = usize::BITS - (sample - 1).leading_zeros();
        let trees = (0..TREES).map(|_| {
            let mut order: Vec<&[f64]> = vectors.iter().map(Vec::as_slice).collect();
            for at in 0..sample {
                let other = at + draw.below(order.len() - at);
                order.swap(at, other);
            }
            let mut nodes = Vec::new();
            grow(&mut nodes, &mut order[..sample], depth_max, &mut draw);
            nodes
        });
        Self { trees: trees.collect(), sample }
    }
}

impl OneClass for Forest {
    /// The score's sign is turned: 0 to −1, where −.5 is as usual as the vectors are among themselves.
    fn nearness(&self, vector: &[f64]) -> f64 {
        let cuts: f64 = self.trees.iter().map(|nodes| cuts_to(nodes, vector)).sum();
        -libm::exp2(-cuts / self.trees.len() as f64 / usual_cuts(self.sample).max(1.0))
    }
}

/// Grows one node and all below it; its place is the number of nodes before it.
fn grow(nodes: &mut Vec<Node>, vectors: &mut [&[f64]], depth_left: u32, draw: &mut Draw) -> usize {
    let place = nodes.len();
    nodes.push(Node::Leaf(vectors.len()));
    if depth_left == 0 || vectors.len() < 2 {
        return place;
    }
    let Some((column, threshold)) = cut(vectors, draw) else { return place };
    vectors.sort_by(|a, b| a[column].total_cmp(&b[column]));
    let middle = vectors.partition_point(|vector| vector[column] < threshold);
    let (low, high) = vectors.split_at_mut(middle);
    let below = grow(nodes, low, depth_left - 1, draw);
    let above = grow(nodes, high, depth_left - 1, draw);
    nodes[place] = Node::Cut { column, threshold, below, above };
    place
}

/// A column in which the vectors differ, and a place between its lowest and highest number; none where all are alike.
fn cut(vectors: &[&[f64]], draw: &mut Draw) -> Option<(usize, f64)> {
    let columns = vectors.first()?.len();
    let first = draw.below(columns);
    for at in 0..columns {
        let column = (first + at) % columns;
        let range = vectors.iter().map(|vector| vector[column]);
        let (low, high) =
            range.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low < high {
            // Never the lowest itself, so that both sides keep a vector.
            return Some((column, (low + (high - low) * draw.share()).max(low.next_up())));
        }
    }
    None
}

fn cuts_to(nodes: &[Node], vector: &[f64]) -> f64 {
    let (mut at, mut cuts) = (0, 0.0);
    loop {
        match nodes.get(at) {
            Some(Node::Cut { column, threshold, below, above }) => {
                at = if vector[*column] < *threshold { *below } else { *above };
                cuts += 1.0;
            }
            Some(Node::Leaf(size)) => return cuts + usual_cuts(*size),
            None => return cuts,
        }
    }
}

/// Cuts that an unsuccessful search in a binary tree of so many vectors takes on average.
fn usual_cuts(size: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match size {
        0 | 1 => 0.0,
        2 => 1.0,
        size => {
            let n = size as f64;
            2.0 * (libm::log(n - 1.0) + EULER) - 2.0 * (n - 1.0) / n
        }
    }
}

/// SplitMix64: draws that are the same in every run.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// A share in 0..1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(count: usize) -> Vec<Vec<f64>> {
        let mut draw = Draw(9);
        (0..count).map(|_| (0..3).map(|_| draw.share() + draw.share() + draw.share()).collect()).collect()
    }

    #[test]
    fn what_lies_outside_is_set_apart_sooner() {
        let forest = Forest::of(&cloud(300));
        let (inside, outside) = (forest.nearness(&[1.5, 1.5, 1.5]), forest.nearness(&[9.0, -4.0, 9.0]));
        assert!(inside > -0.5 && outside < -0.65, "{inside} {outside}");
    }

    #[test]
    fn the_same_vectors_grow_the_same_forest() {
        let (one, other) = (Forest::of(&cloud(60)), Forest::of(&cloud(60)));
        assert_eq!(one.nearness(&[1.0, 2.0, 0.5]), other.nearness(&[1.0, 2.0, 0.5]));
    }

    #[test]
    fn vectors_that_are_all_alike_end_in_one_leaf() {
        let forest = Forest::of(&vec![vec![1.0, 2.0]; 8]);
        assert!(forest.trees.iter().all(|nodes| matches!(nodes.as_slice(), [Node::Leaf(8)])));
        assert!(forest.nearness(&[5.0, 5.0]).is_finite());
    }

    #[test]
    fn a_search_in_two_takes_one_cut_and_in_256_about_ten() {
        assert_eq!((usual_cuts(1), usual_cuts(2)), (0.0, 1.0));
        assert!((usual_cuts(256) - 10.244_8).abs() < 1e-3, "{}", usual_cuts(256));
    }
}
