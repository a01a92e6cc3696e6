//! The proof against brute force: ten thousand random policies, each asked every question of its domain.
//!
//! The oracle reads rules as a person does, from the top, and shares no code with the tables or the diagram.
#![cfg(test)]

use palet_mask::{FieldClass, Level};
use palet_policy::{
    Circumstances, DeviceState, EvidenceState, FaultCode, MfaAge, Obligation, Policy, Question, RiskBand,
    Role, SubBands, SubScore,
};
use palet_units::TenantId;
use std::fmt::Write;

const POLICIES: usize = 10_000;

/// The dimensions that the random rules use: their keys, their values, and whether the order means doubt.
const DIMS: [(&str, &[&str], bool); 7] = [
    ("class", &["iban", "pan", "name", "pin", "phone", "cvv"], false),
    ("role", &["customer", "clerk", "auditor"], false),
    ("evidence", &["trained", "not-trained", "none"], true),
    ("mfa", &["immediate", "fresh", "recent", "old", "never"], true),
    ("band", &["calm", "raised", "high", "severe"], true),
    ("device", &["known", "changed"], true),
    ("bot", &["calm", "raised", "high", "severe"], true),
];
const PIN: usize = 3;
/// The classes and the role that no random rule names: one of each kind stands for all others.
const PHONE: usize = 4;
const CVV: usize = 5;
const AUDITOR: usize = 2;

const CLASSES: [FieldClass; 6] = [
    FieldClass::Iban,
    FieldClass::Pan,
    FieldClass::Name,
    FieldClass::Pin,
    FieldClass::Phone,
    FieldClass::Cvv,
];

type Cell = [usize; DIMS.len()];

#[derive(Clone)]
struct Rule {
    /// The values taken in each dimension; none where the rule names none and takes all.
    takes: [Option<Vec<usize>>; DIMS.len()],
    level: Level,
    four_eyes: bool,
}

impl Rule {
    fn matches(&self, cell: &Cell) -> bool {
        // A rule that reveals never takes a secret class that it does not name.
        if self.takes[0].is_none() && matches!(cell[0], PIN | CVV) && self.level < Level::Redact {
            return false;
        }
        self.takes
            .iter()
            .zip(cell)
            .all(|(takes, value)| takes.as_ref().is_none_or(|takes| takes.contains(value)))
    }
}

/// The oracle: the first rule that matches, else the default.
fn answer(rules: &[Rule], cell: &Cell) -> (usize, Level, bool) {
    match rules.iter().position(|rule| rule.matches(cell)) {
        Some(at) => (at, rules[at].level, rules[at].four_eyes),
        None => (rules.len(), Level::Redact, false),
    }
}

/// What "reveals no more" means, written once more and plainly.
fn reveals_no_more(calmer: (usize, Level, bool), doubtful: (usize, Level, bool)) -> bool {
    let closed = doubtful.1 == Level::Redact || doubtful.1 == Level::Block;
    doubtful.1 >= calmer.1 && (closed || !calmer.2 || doubtful.2)
}

struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    /// A set of values: an end of the order more often than not, since that is what people write.
    fn set(&mut self, size: usize) -> Vec<usize> {
        let at = self.below(size);
        match self.below(5) {
            0 | 1 => (at..size).collect(),
            2 => (0..=at).collect(),
            3 => vec![at],
            _ => {
                let some: Vec<usize> = (0..size).filter(|_| self.below(2) == 0).collect();
                if some.is_empty() { vec![at] } else { some }
            }
        }
    }

    fn rule(&mut self) -> Rule {
        let mut takes = [const { None }; DIMS.len()];
        for _ in 0..self.below(4) {
            let dim = self.below(DIMS.len());
            takes[dim] = Some(self.set([PHONE, AUDITOR].get(dim).copied().unwrap_or(DIMS[dim].1.len())));
        }
        let level = Level::ALL[self.below(Level::ALL.len())];
        if takes[0].as_ref().is_some_and(|classes| classes.contains(&PIN)) && level < Level::Redact {
            takes[0] = Some(vec![0, 1]);
        }
        Rule { takes, level, four_eyes: self.below(6) == 0 }
    }

    /// Rules as they come, or sorted so that the careful ones answer first, which is how policies are written.
    fn policy(&mut self) -> Vec<Rule> {
        let count = 1 + self.below(6);
        let mut rules: Vec<Rule> = (0..count).map(|_| self.rule()).collect();
        if self.below(4) > 0 {
            rules.sort_by_key(|rule| std::cmp::Reverse(rule.level));
        }
        rules
    }
}

fn toml(rules: &[Rule]) -> String {
    let mut text = String::from(
        "[bands]\nraised = 0.5\nhigh = 0.8\nsevere = 0.9\n[mfa]\nimmediate_s = 1\nfresh_s = 2\nrecent_s = 3\n\
         [default]\nlevel = \"redact\"\n[default-action]\nverdict = \"deny\"\n",
    );
    for (at, rule) in rules.iter().enumerate() {
        writeln!(text, "[[rule]]\nname = \"r{at}\"\nlevel = \"{}\"", rule.level.as_str()).unwrap();
        if rule.four_eyes {
            text.push_str("obligations = \"four-eyes\"\n");
        }
        for ((key, names, _), takes) in DIMS.iter().zip(&rule.takes) {
            let Some(takes) = takes else { continue };
            let takes: Vec<String> = takes.iter().map(|&value| format!("\"{}\"", names[value])).collect();
            writeln!(text, "{key} = [{}]", takes.join(", ")).unwrap();
        }
    }
    text
}

fn cells() -> impl Iterator<Item = Cell> {
    let sizes = DIMS.map(|(_, values, _)| values.len());
    (0..sizes.iter().product::<usize>()).map(move |mut number| {
        sizes.map(|size| {
            let value = number % size;
            number /= size;
            value
        })
    })
}

fn ask(policy: &Policy, tenant: &TenantId, cell: &Cell) -> (usize, Level, bool) {
    let class = CLASSES[cell[0]];
    let circumstances = Circumstances {
        role: [Role::Customer, Role::Clerk, Role::Auditor][cell[1]],
        evidence: EvidenceState::ALL[cell[2]],
        mfa: MfaAge::ALL[cell[3]],
        band: RiskBand::ALL[cell[4]],
        device: DeviceState::ALL[cell[5]],
        subs: SubBands::CALM.with(SubScore::Bot, RiskBand::ALL[cell[6]]),
        ..Circumstances::UNKNOWN
    };
    let answer = policy.decide(&Question { tenant, class, custom: None, circumstances });
    let rule = policy.rule(answer.rule).name.strip_prefix('r').map_or(usize::MAX, |at| at.parse().unwrap());
    (rule, answer.level, answer.obligations.has(Obligation::FourEyes))
}

/// Every question answered as the oracle answers it, and no more openly with more doubt.
fn check_accepted(policy: &Policy, rules: &[Rule], tenant: &TenantId) {
    for cell in cells() {
        let expected = answer(rules, &cell);
        let (rule, level, four_eyes) = ask(policy, tenant, &cell);
        assert_eq!((level, four_eyes), (expected.1, expected.2), "{cell:?}\n{}", policy.text());
        assert!(rule == expected.0 || (rule == usize::MAX && expected.0 == rules.len()));
        for (dim, (_, values, doubt)) in DIMS.iter().enumerate() {
            let mut more = cell;
            more[dim] += 1;
            if *doubt && more[dim] < values.len() {
                assert!(reveals_no_more(expected, answer(rules, &more)), "{cell:?} {dim}\n{}", policy.text());
            }
        }
    }
}

/// Each counter-example that a refusal names really is one, by the oracle.
fn check_refused(errors: &palet_policy::PolicyErrors, rules: &[Rule]) {
    for fault in errors.faults() {
        assert_eq!(fault.code, FaultCode::NotMonotone, "{errors}");
        let breach = fault.breach.as_ref().expect("a refusal has its counter-example");
        let value =
            |key: &str| &breach.question.iter().find(|(known, _)| *known == key).expect("every key").1;
        let cell: Cell = std::array::from_fn(|dim| {
            let (key, names, _) = DIMS[dim];
            names.iter().position(|name| name == value(key)).unwrap_or_else(|| match key {
                "class" if value(key).parse::<FieldClass>().unwrap().is_secret() => CVV,
                "class" => PHONE,
                _ => AUDITOR,
            })
        });
        let mut more = cell;
        let dim =
            DIMS.iter().position(|(key, ..)| *key == breach.dim.as_str()).expect("a dimension of the rules");
        more[dim] += 1;
        assert_eq!(DIMS[dim].1[more[dim]], breach.more);
        let (calmer, doubtful) = (answer(rules, &cell), answer(rules, &more));
        assert!(!reveals_no_more(calmer, doubtful), "{cell:?} {more:?}\n{errors}");
        let name = |rule: usize| if rule == rules.len() { "default".to_owned() } else { format!("r{rule}") };
        assert_eq!(
            (name(calmer.0), name(doubtful.0)),
            (breach.calmer.clone(), breach.doubtful.clone()),
            "{errors}"
        );
    }
}

#[test]
fn what_is_accepted_is_monotone_and_what_is_refused_has_its_counter_example() {
    let mut draw = Draw(0x5DEE_CE66_D1CE_CAFE);
    let tenant: TenantId = "bank-1".parse().unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..POLICIES {
        let rules = draw.policy();
        match Policy::compile(&toml(&rules)) {
            Ok(policy) => {
                accepted += 1;
                check_accepted(&policy, &rules, &tenant);
            }
            Err(errors) => {
                refused += 1;
                check_refused(&errors, &rules);
            }
        }
    }
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted > POLICIES / 10 && refused > POLICIES / 10, "{accepted} accepted, {refused} refused");
}
