//! What must hold of a policy before it may answer: it is total, it reveals no secret, and more doubt never
//! reveals or permits more. What does not hold is told with the rules and the question that show it.

use crate::answer::{Obligation, Obligations, Verdict};
use crate::diagram::Diagram;
use crate::domain::{Cell, DIMS, Dim, Subject};
use crate::explain::names_of;
use crate::fault::{Breach, Fault, FaultCode};
use crate::policy::{level_of, verdict_of};
use crate::source::{Draft, Source};
use crate::table::{Outcome, Table, secrets_named, taken};
use core::ops::Range;
use palet_mask::{FieldClass, Level};
use std::collections::HashSet;

/// The most pairs of rules that break monotony and are told.
const BREACHES_MAX: usize = 8;
/// The most pairs of nodes that are compared.
const PAIRS_MAX: usize = 1_000_000;

/// What a proof found.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    pub(crate) faults: Vec<Fault>,
    pub(crate) warnings: Vec<Fault>,
}

/// The faults of single rules: those that reveal what they may not, and those that can match nothing.
pub(crate) fn faults_of_rules(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for draft in &source.rules {
        let secrets = secrets_named(draft);
        if secrets != 0 {
            faults.push(reveals_secret(draft, secrets));
        }
    }
    if let Some(default) = source.default.as_ref().filter(|draft| draft.outcome < Level::Redact as u8) {
        let message = "expected a default of `redact` or `block`: what no rule foresees is not shown";
        faults.push(Fault::new(FaultCode::Reveals, default.outcome_span.clone(), message).label("reveals"));
    }
    if let Some(default) =
        source.action_default.as_ref().filter(|draft| draft.outcome == Verdict::Allow as u8)
    {
        let message = "expected a default of `step-up` or `deny`: what no rule foresees is not allowed";
        faults.push(Fault::new(FaultCode::Reveals, default.outcome_span.clone(), message).label("permits"));
    }
    faults.extend(empty_rules(source, Subject::Fields));
    faults.extend(empty_rules(source, Subject::Actions));
    faults.truncate(crate::fault::FAULTS_MAX);
    faults
}

fn reveals_secret(draft: &Draft, secrets: u64) -> Fault {
    let named: Vec<&str> = FieldClass::ALL
        .into_iter()
        .filter(|&class| secrets >> class as u8 & 1 == 1)
        .map(FieldClass::as_str)
        .collect();
    let message = format!("rule `{}` would show a secret class: {}", draft.name, named.join(", "));
    Fault::new(FaultCode::Reveals, draft.outcome_span.clone(), message)
        .label("secret classes are only ever redacted or blocked")
        .help("take the class out of this rule, or write `redact`")
}

fn empty_rules(source: &Source, subject: Subject) -> Vec<Fault> {
    let drafts = if subject == Subject::Fields { &source.rules } else { &source.action_rules };
    let mut faults = Vec::new();
    for draft in drafts.iter().filter(|draft| secrets_named(draft) == 0) {
        let taken = taken(draft, &source.names, subject);
        if let Some(dim) = Dim::ALL.into_iter().find(|&dim| taken[dim as usize] == 0) {
            let key = crate::source::key_of(dim, subject);
            let message = format!("rule `{}` can match nothing: no value of `{key}` is left", draft.name);
            faults
                .push(Fault::new(FaultCode::MatchesNothing, draft.span.clone(), message).label("this rule"));
        }
    }
    faults
}

/// Proves a policy over its whole domain.
pub(crate) fn prove(source: &Source, fields: &Table, actions: &Table) -> Proof {
    let mut proof = Proof::default();
    prove_table(source, fields, Subject::Fields, &mut proof);
    prove_table(source, actions, Subject::Actions, &mut proof);
    proof.warnings.extend(source.rules.iter().filter_map(without_form));
    proof.warnings.truncate(crate::fault::FAULTS_MAX);
    proof
}

fn prove_table(source: &Source, table: &Table, subject: Subject, proof: &mut Proof) {
    let Ok(diagram) = Diagram::build(table, &source.names, subject) else {
        proof.faults.push(too_intricate());
        return;
    };
    let rules = Rules { source, table, subject };
    if !rules.has_default() && diagram.is_reached(table.rules()) {
        proof.faults.push(rules.not_total(&diagram));
    }
    let mut order = Order { rules, diagram: &diagram, held: HashSet::new() };
    match order.breaches() {
        Some(breaches) => proof.faults.extend(breaches.iter().map(|found| rules.not_monotone(found))),
        None => proof.faults.push(too_intricate()),
    }
    for rule in (0..table.rules()).filter(|&rule| !diagram.is_reached(rule)) {
        proof.warnings.push(rules.shadowed(rule, &diagram));
    }
}

/// A warning for a rule that names a class which has no form at its level.
fn without_form(draft: &Draft) -> Option<Fault> {
    let named = draft.include[Dim::Asked as usize]?;
    let level = level_of(draft.outcome);
    let formless: Vec<&str> = FieldClass::ALL
        .into_iter()
        .filter(|&class| named >> class as u8 & 1 == 1 && !class.has_form(level))
        .map(FieldClass::as_str)
        .collect();
    if formless.is_empty() {
        return None;
    }
    let message = format!("rule `{}` will redact {}: no such form", draft.name, formless.join(", "));
    let label = format!("`{}` has no form for them", level.as_str());
    Some(Fault::new(FaultCode::NoSuchForm, draft.outcome_span.clone(), message).label(label))
}

fn too_intricate() -> Fault {
    Fault::new(FaultCode::TooIntricate, 0..0, "expected rules that can be proved within bounds")
        .note("the rules overlap in too many ways")
        .help("name the class or the role in more rules, so that fewer of them meet")
}

/// The rules of a table, in words.
#[derive(Clone, Copy)]
struct Rules<'s> {
    source: &'s Source,
    table: &'s Table,
    subject: Subject,
}

/// A breach of monotony, by numbers.
#[derive(Clone, Debug)]
struct Found {
    dim: Dim,
    /// The question with less doubt; the other has the next value of `dim`.
    cell: Cell,
    /// The rule that answers it, the number of rules for the default.
    calmer: usize,
    /// The rule that answers with more doubt.
    doubtful: usize,
}

impl Rules<'_> {
    fn draft(&self, rule: usize) -> Option<&Draft> {
        match self.subject {
            Subject::Fields => self.source.rules.get(rule).or(self.source.default.as_ref()),
            Subject::Actions => self.source.action_rules.get(rule).or(self.source.action_default.as_ref()),
        }
    }

    fn has_default(&self) -> bool {
        match self.subject {
            Subject::Fields => self.source.default.is_some(),
            Subject::Actions => self.source.action_default.is_some(),
        }
    }

    fn name(&self, rule: usize) -> String {
        self.draft(rule).map_or("the default".to_owned(), |draft| format!("`{}`", draft.name))
    }

    fn place(&self, rule: usize) -> Range<usize> {
        self.draft(rule).map_or(0..0, |draft| draft.outcome_span.clone())
    }

    fn outcome(&self, rule: usize) -> &Outcome {
        self.table.outcome(crate::answer::RuleId(u16::try_from(rule).unwrap_or(u16::MAX)))
    }

    fn outcome_name(&self, rule: usize) -> String {
        let outcome = self.outcome(rule);
        let name = match self.subject {
            Subject::Fields => level_of(outcome.code).as_str(),
            Subject::Actions => verdict_of(outcome.code).as_str(),
        };
        let kept = names_of(outcome.obligations.and(Obligations::KEPT));
        if kept.is_empty() { name.to_owned() } else { format!("{name} with {}", kept.join(" and ")) }
    }

    fn terms(&self, cell: &Cell) -> Vec<(&'static str, String)> {
        let value = |dim: Dim| self.source.names.value(dim, self.subject, cell[dim as usize]);
        Dim::ALL.into_iter().map(|dim| (crate::source::key_of(dim, self.subject), value(dim))).collect()
    }

    /// A question in words: the dimensions that any rule looks at, since the others change nothing.
    fn question(&self, cell: &Cell) -> String {
        let terms = self.terms(cell).into_iter().zip(Dim::ALL).filter(|&(_, dim)| self.is_looked_at(dim));
        let terms: Vec<String> = terms.map(|((key, value), _)| format!("{key} = {value}")).collect();
        if terms.is_empty() { "any question".to_owned() } else { terms.join(", ") }
    }

    fn is_looked_at(&self, dim: Dim) -> bool {
        let full = self.source.names.full(dim, self.subject);
        self.table.taken.iter().any(|taken| taken[dim as usize] != full)
    }

    fn not_total(&self, diagram: &Diagram) -> Fault {
        let key = if self.subject == Subject::Fields { "default" } else { "default-action" };
        let fault = Fault::new(FaultCode::NotTotal, 0..0, "expected an answer to every question");
        let fault = match diagram.question_of_leaf(self.table.rules()) {
            Some(cell) => fault.note(format!("no rule answers: {}", self.question(&cell))),
            None => fault,
        };
        fault.help(format!("add a `[{key}]` table, which answers where no rule does"))
    }

    fn not_monotone(&self, found: &Found) -> Fault {
        let &Found { dim, cell, calmer, doubtful } = found;
        let value = |value: u8| self.source.names.value(dim, self.subject, value);
        let at = cell[dim as usize];
        let (less, more) = (value(at), value(at + 1));
        let verb = if self.subject == Subject::Fields { "reveals" } else { "permits" };
        let key = crate::source::key_of(dim, self.subject);
        let message = format!(
            "more doubt {verb} more: {key} = {more} gives {} where {key} = {less} gives {}",
            self.outcome_name(doubtful),
            self.outcome_name(calmer),
        );
        let label = format!("{} answers with {key} = {more}", self.name(doubtful));
        let other = format!("{} answers with {key} = {less}", self.name(calmer));
        let fault = Fault::new(FaultCode::NotMonotone, self.place(doubtful), message)
            .label(label)
            .related(self.place(calmer), other)
            .note(format!("for example: {}", self.question(&cell)))
            .help(format!(
                "let {} except {key} = {more}, or let {} take it too",
                self.name(doubtful),
                self.name(calmer)
            ));
        let plain = |rule| self.draft(rule).map_or("default", |draft| draft.name.as_str()).to_owned();
        let breach = Breach {
            dim,
            question: self.terms(&cell),
            more,
            calmer: plain(calmer),
            doubtful: plain(doubtful),
        };
        Fault { breach: Some(breach), ..fault }
    }

    fn shadowed(&self, rule: usize, diagram: &Diagram) -> Fault {
        let answering = diagram.answering(&self.table.taken[rule]);
        let names: Vec<String> = answering.iter().map(|&rule| self.name(rule as usize)).collect();
        let span = self.draft(rule).map_or(0..0, |draft| draft.span.clone());
        let mut fault = Fault::new(
            FaultCode::Shadowed,
            span,
            format!(
                "rule {} never answers: {} before it answers all of its questions",
                self.name(rule),
                names.join(", ")
            ),
        )
        .label("never answers")
        .help("put it before them, or take it out");
        for &rule in answering.iter().take(BREACHES_MAX) {
            fault = fault.related(self.place(rule as usize), "answers first");
        }
        fault
    }
}

/// Whether the second outcome reveals and permits no more than the first: the level is no lower, and while
/// something is shown neither a second pair of eyes nor a guard is dropped. Guards stand at `clear` alone.
pub(crate) fn no_more_open(first: &Outcome, second: &Outcome, subject: Subject) -> bool {
    let closed = match subject {
        Subject::Fields => Level::Redact as u8,
        Subject::Actions => Verdict::Deny as u8,
    };
    let four_eyes = Obligations::NONE.with(Obligation::FourEyes);
    let kept = match subject {
        Subject::Fields if second.code == Level::Clear as u8 => Obligations::KEPT,
        _ => four_eyes,
    };
    let dropped = first.obligations.and(kept).without(second.obligations);
    first.code <= second.code && (second.code >= closed || dropped == Obligations::NONE)
}

struct Order<'d> {
    rules: Rules<'d>,
    diagram: &'d Diagram,
    /// Pairs of nodes that were compared and hold.
    held: HashSet<(u8, u32, u32)>,
}

/// Why a comparison of two nodes ended without success.
enum Open {
    /// The values from the nodes down, and the two rules.
    Broken(Cell, usize, usize),
    TooMany,
}

impl Order<'_> {
    /// The pairs of rules that break monotony, each once; `None` where there is too much to compare.
    fn breaches(&mut self) -> Option<Vec<Found>> {
        let mut breaches: Vec<Found> = Vec::new();
        let mut told = HashSet::new();
        for dim in Dim::ALL.into_iter().filter(|dim| dim.is_doubt()) {
            let depth = dim as usize;
            for node in 0..self.diagram.nodes(depth) {
                let branches = self.diagram.branches(depth, node);
                for (value, pair) in branches.windows(2).enumerate() {
                    let (cell, calmer, doubtful) = match self.compare(depth + 1, pair[0], pair[1]) {
                        Ok(()) => continue,
                        Err(Open::TooMany) => return None,
                        Err(Open::Broken(cell, calmer, doubtful)) => (cell, calmer, doubtful),
                    };
                    if told.insert((calmer, doubtful)) {
                        let mut cell = merged(&self.diagram.question_to(depth, node), &cell, depth);
                        cell[depth] = value as u8;
                        breaches.push(Found { dim, cell, calmer, doubtful });
                    }
                    if breaches.len() == BREACHES_MAX {
                        return Some(breaches);
                    }
                }
            }
        }
        Some(breaches)
    }

    /// Whether the second node reveals no more than the first, whatever the values below.
    fn compare(&mut self, depth: usize, first: u32, second: u32) -> Result<(), Open> {
        if first == second {
            return Ok(());
        }
        if depth == DIMS {
            let (calmer, doubtful) = (first as usize, second as usize);
            let holds =
                no_more_open(self.rules.outcome(calmer), self.rules.outcome(doubtful), self.rules.subject);
            return if holds { Ok(()) } else { Err(Open::Broken([0; DIMS], calmer, doubtful)) };
        }
        if self.held.contains(&(depth as u8, first, second)) {
            return Ok(());
        }
        if self.held.len() >= PAIRS_MAX {
            return Err(Open::TooMany);
        }
        let diagram = self.diagram;
        let pairs = diagram.branches(depth, first).iter().zip(diagram.branches(depth, second));
        for (value, (&first, &second)) in pairs.enumerate() {
            self.compare(depth + 1, first, second).map_err(|open| match open {
                Open::Broken(mut cell, calmer, doubtful) => {
                    cell[depth] = value as u8;
                    Open::Broken(cell, calmer, doubtful)
                }
                Open::TooMany => Open::TooMany,
            })?;
        }
        self.held.insert((depth as u8, first, second));
        Ok(())
    }
}

fn merged(above: &Cell, below: &Cell, depth: usize) -> Cell {
    let mut cell = *above;
    cell[depth + 1..].copy_from_slice(&below[depth + 1..]);
    cell
}
