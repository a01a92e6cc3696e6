//! Two policies side by side: every kind of question that they answer differently, in words.
//!
//! Both are read over the names of either, walked together as diagrams, and counted: nothing is sampled.

mod change;
mod side;

pub use change::{Change, Comparison, Direction};

use crate::diagram::TooIntricate;
use crate::domain::{Cell, DIMS, Dim, Names, Subject, name_order};
use crate::explain::names_of;
use crate::policy::{Policy, level_of, verdict_of};
use crate::proof::no_more_open;
use crate::source::{Source, key_of};
use crate::table::Outcome;
use palet_mask::Level;
use side::Side;
use std::collections::HashMap;

/// The most pairs of nodes that are walked.
const PAIRS_MAX: usize = 1_000_000;

/// The rules of the two policies meet in too many ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected policies that can be compared within bounds")]
pub struct TooDifferent;

impl Policy {
    /// What would change if `newer` answered instead. **Errors**: [`TooDifferent`].
    pub fn compare(&self, newer: &Self) -> Result<Comparison, TooDifferent> {
        let names = union(self.names(), newer.names());
        let changes = |subject| {
            let before = Side::new(self, &names, subject)?;
            let after = Side::new(newer, &names, subject)?;
            changes(&before, &after, &names, subject)
        };
        let fields = changes(Subject::Fields).map_err(|TooIntricate| TooDifferent)?;
        let actions = changes(Subject::Actions).map_err(|TooIntricate| TooDifferent)?;
        Ok(Comparison { limits: limits(&self.source, &newer.source), fields, actions })
    }
}

fn limits(before: &Source, after: &Source) -> Vec<String> {
    let [a, b] = [before, after].map(|source| {
        let bands = source.bands;
        let [immediate, fresh, recent] = source.mfa_s;
        let mut all = vec![
            ("bands.raised".to_owned(), bands.raised.to_string()),
            ("bands.high".to_owned(), bands.high.to_string()),
            ("bands.severe".to_owned(), bands.severe.to_string()),
            ("bands.hysteresis".to_owned(), source.hysteresis.to_string()),
            ("mfa.immediate_s".to_owned(), immediate.to_string()),
            ("mfa.fresh_s".to_owned(), fresh.to_string()),
            ("mfa.recent_s".to_owned(), recent.to_string()),
        ];
        for (name, sub) in crate::question::SubScore::NAMES.iter().zip(source.sub_bands) {
            all.push((format!("bands.{name}"), format!("{} / {} / {}", sub.raised, sub.high, sub.severe)));
        }
        all
    });
    let differ = a.into_iter().zip(b).filter(|(a, b)| a.1 != b.1);
    differ.map(|((name, a), (_, b))| format!("{name}: {a} becomes {b}")).collect()
}

fn union(a: &Names, b: &Names) -> Names {
    let merge = |a: &[String], b: &[String]| {
        let mut all: Vec<String> = a.iter().chain(b).cloned().collect();
        all.sort_by(|a, b| name_order(a, b));
        all.dedup();
        all
    };
    Names {
        tenants: merge(&a.tenants, &b.tenants),
        customs: merge(&a.customs, &b.customs),
        actions: merge(&a.actions, &b.actions),
    }
}

/// Pairs of nodes at one depth: how many questions lead there, and one that does.
type Frontier = HashMap<(u32, u32), (f64, Cell)>;

fn changes(
    before: &Side<'_>,
    after: &Side<'_>,
    names: &Names,
    subject: Subject,
) -> Result<Vec<Change>, TooIntricate> {
    let mut frontier: Frontier = HashMap::from([((0, 0), (1.0, [0; DIMS]))]);
    for depth in 0..DIMS {
        let mut next: Frontier = HashMap::new();
        for ((a, b), (count, cell)) in frontier {
            let pairs = before.diagram.branches(depth, a).iter().zip(after.diagram.branches(depth, b));
            for (value, (&a, &b)) in pairs.enumerate() {
                next.entry((a, b)).or_insert_with(|| (0.0, with(cell, depth, value))).0 += count;
            }
        }
        if next.len() > PAIRS_MAX {
            return Err(TooIntricate);
        }
        frontier = next;
    }
    let total: f64 = frontier.values().map(|(count, _)| count).sum();
    let mut changes: Vec<Change> = frontier
        .into_iter()
        .filter_map(|((a, b), (count, cell))| {
            change(before, after, (a as usize, b as usize), names, subject).map(|change| Change {
                example: in_words(&cell, before, after, names, subject),
                share: count / total,
                ..change
            })
        })
        .collect();
    changes.sort_by(|a, b| {
        a.direction
            .cmp(&b.direction)
            .then(b.share.total_cmp(&a.share))
            .then_with(|| a.example.cmp(&b.example))
    });
    Ok(changes)
}

fn with(mut cell: Cell, depth: usize, value: usize) -> Cell {
    cell[depth] = value as u8;
    cell
}

/// The change from one rule to another, without example and share; `None` where they answer alike.
fn change(
    before: &Side<'_>,
    after: &Side<'_>,
    (a, b): (usize, usize),
    names: &Names,
    subject: Subject,
) -> Option<Change> {
    let (from, to) = (before.outcome(a), after.outcome(b));
    let (outcome_before, outcome_after) = (outcome(from, subject), outcome(to, subject));
    if outcome_before == outcome_after {
        return None;
    }
    let direction = match (no_more_open(from, to, subject), no_more_open(to, from, subject)) {
        (true, false) => Direction::LessOpen,
        (false, true) => Direction::MoreOpen,
        _ => Direction::Otherwise,
    };
    let (taken_a, taken_b) = (before.taken(a, names, subject), after.taken(b, names, subject));
    let within: Vec<String> = Dim::ALL
        .into_iter()
        .filter_map(|dim| set_in_words(dim, taken_a[dim as usize] & taken_b[dim as usize], names, subject))
        .collect();
    let within = if within.is_empty() { "any question".to_owned() } else { within.join(", ") };
    let (name_a, name_b) = (before.name(a).to_owned(), after.name(b).to_owned());
    Some(Change {
        direction,
        before: name_a,
        outcome_before,
        after: name_b,
        outcome_after,
        within,
        example: String::new(),
        share: 0.0,
    })
}

fn outcome(outcome: &Outcome, subject: Subject) -> String {
    let mut words = match subject {
        Subject::Fields if level_of(outcome.code) < Level::Redact => {
            vec![format!("{} for {} s", level_of(outcome.code).as_str(), outcome.ttl_s)]
        }
        Subject::Fields => vec![level_of(outcome.code).as_str().to_owned()],
        Subject::Actions => vec![verdict_of(outcome.code).as_str().to_owned()],
    };
    let obligations = names_of(outcome.obligations);
    if !obligations.is_empty() {
        words.push(format!("with {}", obligations.join(" and ")));
    }
    words.join(" ")
}

/// A set of values as `key = a | b`, or as `key ≠ c` where that is shorter; `None` for all of them.
fn set_in_words(dim: Dim, set: u64, names: &Names, subject: Subject) -> Option<String> {
    let full = names.full(dim, subject);
    if set == full {
        return None;
    }
    let (sign, set) =
        if set.count_ones() * 2 > full.count_ones() { ("≠", full & !set) } else { ("=", set) };
    let values: Vec<String> =
        (0..64).filter(|value| set >> value & 1 == 1).map(|v| names.value(dim, subject, v)).collect();
    Some(format!("{} {sign} {}", key_of(dim, subject), values.join(" | ")))
}

/// A question, by the dimensions that any rule of either side looks at.
fn in_words(cell: &Cell, before: &Side<'_>, after: &Side<'_>, names: &Names, subject: Subject) -> String {
    let looked_at = |dim: &Dim| {
        let full = names.full(*dim, subject);
        let mut all = before.table.taken.iter().chain(&after.table.taken);
        all.any(|taken| taken[*dim as usize] != full)
    };
    let terms = Dim::ALL.into_iter().filter(looked_at);
    let terms: Vec<String> = terms
        .map(|dim| format!("{} = {}", key_of(dim, subject), names.value(dim, subject, cell[dim as usize])))
        .collect();
    if terms.is_empty() { "any question".to_owned() } else { terms.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_with(from: &str, to: &str) -> Policy {
        let text = crate::DEFAULT_TOML.replacen(from, to, 1);
        assert_ne!(text, crate::DEFAULT_TOML, "{from}");
        Policy::compile(&text).unwrap()
    }

    #[test]
    fn a_policy_differs_from_itself_in_nothing() {
        let policy = Policy::embedded_default().unwrap();
        let other = shipped_with(
            "reason = \"There is no live session behind this page.\"",
            "reason = \"Other words.\"",
        );
        assert!(policy.compare(&policy).unwrap().is_empty());
        assert!(policy.compare(&other).unwrap().is_empty(), "reasons are words, not answers");
    }

    #[test]
    fn a_changed_level_is_told_with_both_rules_and_the_region() {
        let policy = Policy::embedded_default().unwrap();
        let from = "mfa = \"<=recent\"\nlevel = \"token\"";
        let stricter = shipped_with(from, &from.replace("token", "redact"));
        let there = policy.compare(&stricter).unwrap();
        let back = stricter.compare(&policy).unwrap();
        assert!(there.actions.is_empty() && there.limits.is_empty());
        let [change] = &there.fields[..] else { panic!("{there}") };
        assert_eq!(change.direction, Direction::LessOpen);
        assert_eq!((change.before.as_str(), change.after.as_str()), ("auditor", "auditor"));
        let outcomes = (change.outcome_before.as_str(), change.outcome_after.as_str());
        assert_eq!(outcomes, ("token for 300 s", "redact"));
        assert_eq!(
            change.within,
            "class ≠ cvv | pin | otp | password | track, role = auditor, purpose = audit, mfa ≠ old | never"
        );
        assert!(change.share > 0.0 && change.share < 0.1);
        assert_eq!(back.fields[0].direction, Direction::MoreOpen);
        assert_eq!(back.fields[0].share, change.share);
    }

    #[test]
    fn changed_limits_are_told() {
        let policy = Policy::embedded_default().unwrap();
        let other = shipped_with("high = 0.80", "high = 0.75");
        let told = policy.compare(&other).unwrap().limits;
        assert_eq!(told.first().map(String::as_str), Some("bands.high: 0.8 becomes 0.75"));
    }

    #[test]
    fn a_name_that_only_one_policy_has_falls_under_the_rest_of_the_other() {
        let policy = Policy::embedded_default().unwrap();
        let text = format!(
            "tenants = [\"bank-2\"]\n{}\n[[rule]]\nname = \"bank-2-clerk\"\ntenant = \"bank-2\"\nrole = \"clerk\"\n\
             purpose = \"audit\"\nlevel = \"token\"\n",
            crate::DEFAULT_TOML
        );
        let other = Policy::compile(&text).unwrap();
        let told = policy.compare(&other).unwrap();
        let [change] = &told.fields[..] else { panic!("{told}") };
        assert_eq!((change.before.as_str(), change.after.as_str()), ("default", "bank-2-clerk"));
        assert!(change.within.starts_with("tenant = bank-2, class ≠ cvv"), "{}", change.within);
    }
}
