//! The rules as a decision diagram: a function of the whole domain in a form small enough to be proved over.
//!
//! Each layer branches on one dimension; equal functions are one node. Where rules are few and plain the
//! diagram has some hundred nodes, though the domain has billions of questions. Its size is bounded: rules that
//! overlap in too many ways are refused, not waited for.

use crate::domain::{Cell, DIMS, Dim, Names, Subject};
use crate::source::RULES_MAX;
use crate::table::Table;
use std::collections::HashMap;

/// The most branches of a diagram.
const BRANCHES_MAX: usize = 1_000_000;

const WORDS: usize = RULES_MAX.div_ceil(64);
/// The rules that may still answer.
type Live = [u64; WORDS];

/// The rules overlap in too many ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooIntricate;

/// One layer of nodes; a node's branches are indices into the next layer, or rules in the last.
#[derive(Debug, Default)]
struct Layer {
    values: usize,
    branches: Vec<u32>,
    /// Where each node is reached from first: a node of the layer above, and the value taken there.
    parents: Vec<(u32, u8)>,
}

/// The answer of a table for every question of the domain. A leaf is the rule that answers; the number of rules
/// stands for the default.
#[derive(Debug)]
pub(crate) struct Diagram {
    layers: Vec<Layer>,
    /// Where each leaf is reached from first; none for a rule that never answers.
    leaves: Vec<Option<(u32, u8)>>,
}

impl Diagram {
    pub(crate) fn build(table: &Table, names: &Names, subject: Subject) -> Result<Self, TooIntricate> {
        let sizes = Dim::ALL.map(|dim| names.size(dim, subject));
        let full = Dim::ALL.map(|dim| names.full(dim, subject));
        let settled = table.taken.iter().map(|taken| settled_from(taken, &full)).collect();
        let layers = sizes.map(|values| Layer { values, ..Layer::default() }).into();
        let mut builder = Builder {
            table,
            settled,
            layers,
            seen: vec![HashMap::new(); DIMS],
            unique: vec![HashMap::new(); DIMS],
            branches: 0,
        };
        let mut live = [0; WORDS];
        for rule in 0..table.rules() {
            live[rule / 64] |= 1 << (rule % 64);
        }
        builder.node(0, live)?;
        let mut diagram = Self { layers: builder.layers, leaves: vec![None; table.rules() + 1] };
        diagram.find_parents();
        Ok(diagram)
    }

    fn find_parents(&mut self) {
        for depth in 0..DIMS {
            let (upper, lower) = self.layers.split_at_mut(depth + 1);
            let Some(layer) = upper.last() else { return };
            let mut found: HashMap<u32, (u32, u8)> = HashMap::new();
            for (at, &branch) in layer.branches.iter().enumerate() {
                let origin = ((at / layer.values) as u32, (at % layer.values) as u8);
                found.entry(branch).or_insert(origin);
            }
            match lower.first_mut() {
                Some(next) => {
                    let nodes = next.branches.len() / next.values;
                    next.parents =
                        (0..nodes as u32).map(|node| found.get(&node).copied().unwrap_or((0, 0))).collect();
                }
                None => {
                    for (leaf, origin) in self.leaves.iter_mut().enumerate() {
                        *origin = found.get(&(leaf as u32)).copied();
                    }
                }
            }
        }
    }

    /// The number of nodes at a depth.
    pub(crate) fn nodes(&self, depth: usize) -> u32 {
        self.layers.get(depth).map_or(0, |layer| (layer.branches.len() / layer.values) as u32)
    }

    /// The branches of a node.
    pub(crate) fn branches(&self, depth: usize, node: u32) -> &[u32] {
        let Some(layer) = self.layers.get(depth) else { return &[] };
        let start = node as usize * layer.values;
        layer.branches.get(start..start + layer.values).unwrap_or_default()
    }

    /// Whether a rule ever answers.
    pub(crate) fn is_reached(&self, rule: usize) -> bool {
        self.leaves.get(rule).is_some_and(Option::is_some)
    }

    /// A question that a leaf answers, where there is one.
    pub(crate) fn question_of_leaf(&self, rule: usize) -> Option<Cell> {
        let &(node, value) = self.leaves.get(rule)?.as_ref()?;
        let mut cell = self.question_to(DIMS - 1, node);
        cell[DIMS - 1] = value;
        Some(cell)
    }

    /// A question that leads to a node: its values above `depth` are set, the others are 0.
    pub(crate) fn question_to(&self, depth: usize, node: u32) -> Cell {
        let mut cell = [0; DIMS];
        let mut node = node;
        for depth in (1..=depth).rev() {
            let (parent, value) = self.layers[depth].parents.get(node as usize).copied().unwrap_or((0, 0));
            cell[depth - 1] = value;
            node = parent;
        }
        cell
    }

    /// The rules that answer questions of a box.
    pub(crate) fn answering(&self, taken: &crate::table::Taken) -> Vec<u32> {
        let mut frontier = vec![0_u32];
        for (layer, taken) in self.layers.iter().zip(taken) {
            let mut next: Vec<u32> = frontier
                .iter()
                .flat_map(|&node| {
                    let start = node as usize * layer.values;
                    let branches = layer.branches.get(start..start + layer.values).unwrap_or_default();
                    branches.iter().enumerate().filter(move |(value, _)| taken >> value & 1 == 1)
                })
                .map(|(_, &branch)| branch)
                .collect();
            next.sort_unstable();
            next.dedup();
            frontier = next;
        }
        frontier
    }
}

/// From which dimension on a rule takes everything.
fn settled_from(taken: &crate::table::Taken, full: &[u64; DIMS]) -> usize {
    let open = taken.iter().zip(full).rposition(|(taken, full)| taken != full);
    open.map_or(0, |at| at + 1)
}

struct Builder<'t> {
    table: &'t Table,
    settled: Vec<usize>,
    layers: Vec<Layer>,
    seen: Vec<HashMap<Live, u32>>,
    unique: Vec<HashMap<Box<[u32]>, u32>>,
    branches: usize,
}

impl Builder<'_> {
    fn node(&mut self, depth: usize, live: Live) -> Result<u32, TooIntricate> {
        let live = self.relevant(depth, live);
        if depth == DIMS {
            return Ok(first(&live).unwrap_or(self.table.rules()) as u32);
        }
        if let Some(&node) = self.seen[depth].get(&live) {
            return Ok(node);
        }
        let values = self.layers[depth].values;
        let mut branches = Vec::with_capacity(values);
        for value in 0..values {
            branches.push(self.node(depth + 1, self.narrowed(depth, value, &live))?);
        }
        let node = self.intern(depth, branches)?;
        self.seen[depth].insert(live, node);
        Ok(node)
    }

    fn intern(&mut self, depth: usize, branches: Vec<u32>) -> Result<u32, TooIntricate> {
        // Nodes met under different rules count too: they cost the time that the bound is there to save.
        self.branches += branches.len();
        if self.branches > BRANCHES_MAX {
            return Err(TooIntricate);
        }
        let layer = &mut self.layers[depth];
        let next = (layer.branches.len() / layer.values) as u32;
        let node = *self.unique[depth].entry(branches.into_boxed_slice()).or_insert_with_key(|branches| {
            layer.branches.extend_from_slice(branches);
            next
        });
        Ok(node)
    }

    /// The live rules without those behind a rule that takes everything from here on.
    fn relevant(&self, depth: usize, mut live: Live) -> Live {
        for word in 0..WORDS {
            let mut rest = live[word];
            while rest != 0 {
                let bit = rest.trailing_zeros();
                if self.settled.get(word * 64 + bit as usize).is_some_and(|&from| from <= depth) {
                    live[word] &= u64::MAX >> (63 - bit);
                    live[word + 1..].fill(0);
                    return live;
                }
                rest &= rest - 1;
            }
        }
        live
    }

    fn narrowed(&self, depth: usize, value: usize, live: &Live) -> Live {
        let mut narrowed = *live;
        for (word, rules) in narrowed.iter_mut().enumerate() {
            *rules &= self.table.rules_taking(depth, value, word);
        }
        narrowed
    }
}

fn first(live: &Live) -> Option<usize> {
    live.iter()
        .enumerate()
        .find(|(_, word)| **word != 0)
        .map(|(at, word)| at * 64 + word.trailing_zeros() as usize)
}
