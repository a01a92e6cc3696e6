//! Rules compiled to bit masks: for each value of each dimension, the set of rules that take it.
//!
//! A decision is the intersection of one set a dimension; its first member is the rule that answers. The cost
//! depends on the number of rules only in steps of 64 and never on the question.

use crate::answer::{Obligations, RuleId};
use crate::domain::{Cell, DIMS, Dim, Names, Subject, VALUES_MAX};
use crate::source::Draft;
use palet_mask::{FieldClass, Level};

/// The classes whose values only ever redact, as a set.
const SECRET_CLASSES: u64 = {
    let mut set = 0;
    let mut at = 0;
    while at < FieldClass::ALL.len() {
        if FieldClass::ALL[at].is_secret() {
            set |= 1 << at;
        }
        at += 1;
    }
    set
};

/// The values that a rule takes in each dimension.
pub(crate) type Taken = [u64; DIMS];

/// What a rule answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The code of the level or verdict.
    pub(crate) code: u8,
    /// **Units**: s.
    pub(crate) ttl_s: u64,
    pub(crate) obligations: Obligations,
    /// The dimensions of doubt that the rule looks at.
    pub(crate) looks_at: u32,
}

/// Which rules take a value, one row a dimension: 64 rules a plane.
type Plane = [[u64; VALUES_MAX]; DIMS];

/// The rules about fields, or those about actions, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    planes: Vec<Box<Plane>>,
    outcomes: Vec<Outcome>,
    default: Outcome,
    /// What each rule takes, in the order of the text.
    pub(crate) taken: Vec<Taken>,
}

/// The rules that take everything of a question but the class or action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates {
    sets: [u64; PLANES_MAX],
    /// The dimensions of doubt that are not at their calmest.
    doubts: u32,
}

const PLANES_MAX: usize = crate::source::RULES_MAX.div_ceil(64);

/// What a rule takes: the values it names, or all, save those it excepts. A rule that reveals never takes a
/// secret class that it does not name; one that names it is refused elsewhere.
pub(crate) fn taken(draft: &Draft, names: &Names, subject: Subject) -> Taken {
    let mut taken = [0; DIMS];
    for dim in Dim::ALL {
        let at = dim as usize;
        taken[at] = draft.include[at].unwrap_or(names.full(dim, subject)) & !draft.except[at];
    }
    if subject == Subject::Fields && draft.outcome < Level::Redact as u8 {
        taken[Dim::Asked as usize] &= !SECRET_CLASSES;
    }
    taken
}

/// The secret classes that a rule names although it reveals.
pub(crate) fn secrets_named(draft: &Draft) -> u64 {
    if draft.outcome < Level::Redact as u8 {
        draft.include[Dim::Asked as usize].unwrap_or(0) & SECRET_CLASSES & !draft.except[Dim::Asked as usize]
    } else {
        0
    }
}

fn outcome(draft: &Draft, taken: &Taken, names: &Names, subject: Subject) -> Outcome {
    const TTL_S: u64 = 300;
    let looks_at = Dim::ALL
        .into_iter()
        .filter(|&dim| dim.is_doubt() && taken[dim as usize] != names.full(dim, subject))
        .fold(0, |set, dim| set | 1 << dim as u32);
    Outcome {
        code: draft.outcome,
        ttl_s: draft.ttl_s.unwrap_or(TTL_S),
        obligations: draft.obligations,
        looks_at,
    }
}

impl Table {
    pub(crate) fn compile(
        drafts: &[Draft],
        default: Option<&Draft>,
        names: &Names,
        subject: Subject,
    ) -> Self {
        let mut planes = vec![Box::new([[0; VALUES_MAX]; DIMS]); drafts.len().div_ceil(64)];
        let taken: Vec<Taken> = drafts.iter().map(|draft| taken(draft, names, subject)).collect();
        for (rule, taken) in taken.iter().enumerate() {
            let plane = &mut planes[rule / 64];
            for (row, set) in plane.iter_mut().zip(taken) {
                for (value, rules) in row.iter_mut().enumerate() {
                    *rules |= (set >> value & 1) << (rule % 64);
                }
            }
        }
        let outcomes = drafts.iter().zip(&taken).map(|(draft, taken)| outcome(draft, taken, names, subject));
        let outcomes = outcomes.collect();
        let doubt =
            Dim::ALL.into_iter().filter(|dim| dim.is_doubt()).fold(0, |set, dim| set | 1 << dim as u32);
        let closed =
            if subject == Subject::Fields { Level::Redact as u8 } else { crate::Verdict::Deny as u8 };
        let default = Outcome {
            code: default.map_or(closed, |draft| draft.outcome),
            ttl_s: 0,
            obligations: default.map_or(Obligations::NONE, |draft| draft.obligations),
            looks_at: doubt,
        };
        Self { planes, outcomes, default, taken }
    }

    /// The number of rules.
    pub(crate) fn rules(&self) -> usize {
        self.outcomes.len()
    }

    /// What a rule answers; the default's answer for every other identifier.
    pub(crate) fn outcome(&self, rule: RuleId) -> &Outcome {
        self.outcomes.get(usize::from(rule.0)).unwrap_or(&self.default)
    }

    /// The rules of one plane that take a value.
    pub(crate) fn rules_taking(&self, dim: usize, value: usize, plane: usize) -> u64 {
        self.planes.get(plane).map_or(0, |plane| plane[dim][value])
    }

    /// The rules left when only the class or action is open.
    pub(crate) fn candidates(&self, cell: &Cell) -> Candidates {
        let mut sets = [0; PLANES_MAX];
        for (set, plane) in sets.iter_mut().zip(&self.planes) {
            let mut rules = u64::MAX;
            for (dim, row) in plane.iter().enumerate() {
                if dim != Dim::Asked as usize {
                    rules &= row[usize::from(cell[dim]) % VALUES_MAX];
                }
            }
            *set = rules;
        }
        let doubts = Dim::ALL
            .into_iter()
            .filter(|&dim| dim.is_doubt() && cell[dim as usize] > 0)
            .fold(0, |set, dim| set | 1 << dim as u32);
        Candidates { sets, doubts }
    }

    /// The rule that answers for a class or action, and the doubts that it looked at.
    pub(crate) fn first(&self, candidates: &Candidates, asked: u8) -> (RuleId, u32) {
        for (at, (set, plane)) in candidates.sets.iter().zip(&self.planes).enumerate() {
            let rules = set & plane[Dim::Asked as usize][usize::from(asked) % VALUES_MAX];
            if rules != 0 {
                let rule = RuleId(at as u16 * 64 + rules.trailing_zeros() as u16);
                return (rule, candidates.doubts & self.outcome(rule).looks_at);
            }
        }
        (RuleId::DEFAULT, candidates.doubts)
    }
}
