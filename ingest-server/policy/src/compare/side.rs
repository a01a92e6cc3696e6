//! One of the two policies, read over the names of both: what a name means that only the other one has.

use crate::answer::RuleId;
use crate::diagram::{Diagram, TooIntricate};
use crate::domain::{Dim, Names, Subject, VALUES_MAX};
use crate::policy::Policy;
use crate::source::Draft;
use crate::table::{Outcome, Table, Taken};
use palet_mask::FieldClass;

/// One policy's rules about fields or actions, over the names of both.
pub(super) struct Side<'p> {
    drafts: Vec<Draft>,
    default: Option<&'p Draft>,
    pub(super) table: Table,
    pub(super) diagram: Diagram,
}

impl<'p> Side<'p> {
    pub(super) fn new(policy: &'p Policy, names: &Names, subject: Subject) -> Result<Self, TooIntricate> {
        // More names than a set of values holds cannot be compared at once.
        let sizes = [Dim::Tenant, Dim::Asked].map(|dim| names.size(dim, subject));
        if sizes.iter().any(|&size| size > VALUES_MAX) {
            return Err(TooIntricate);
        }
        let (drafts, default) = policy.drafts(subject);
        let drafts: Vec<Draft> =
            drafts.iter().map(|draft| rebased(draft, policy.names(), names, subject)).collect();
        let table = Table::compile(&drafts, default, names, subject);
        let diagram = Diagram::build(&table, names, subject)?;
        Ok(Self { drafts, default, table, diagram })
    }

    pub(super) fn name(&self, rule: usize) -> &str {
        self.drafts.get(rule).or(self.default).map_or("default", |draft| &draft.name)
    }

    pub(super) fn outcome(&self, rule: usize) -> &Outcome {
        self.table.outcome(RuleId(u16::try_from(rule).unwrap_or(u16::MAX)))
    }

    pub(super) fn taken(&self, rule: usize, names: &Names, subject: Subject) -> Taken {
        self.table.taken.get(rule).copied().unwrap_or_else(|| Dim::ALL.map(|dim| names.full(dim, subject)))
    }
}

/// The rule over other names: what it named keeps its name, and what it meant by "custom" takes the new ones too.
fn rebased(draft: &Draft, own: &Names, names: &Names, subject: Subject) -> Draft {
    let mut draft = draft.clone();
    for dim in [Dim::Tenant, Dim::Asked] {
        let at = dim as usize;
        draft.include[at] = draft.include[at].map(|set| rebased_set(set, dim, own, names, subject));
        draft.except[at] = rebased_set(draft.except[at], dim, own, names, subject);
    }
    draft
}

fn rebased_set(set: u64, dim: Dim, own: &Names, names: &Names, subject: Subject) -> u64 {
    let own_value = |value: u8| {
        let name = names.value(dim, subject, value);
        let same =
            (0..own.size(dim, subject) as u8).find(|&own_value| own.value(dim, subject, own_value) == name);
        // A name that the policy does not have falls under its rest: any other tenant or action, or custom.
        same.unwrap_or(if dim == Dim::Asked && subject == Subject::Fields {
            FieldClass::Custom as u8
        } else {
            0
        })
    };
    (0..names.size(dim, subject) as u8)
        .filter(|&value| set >> own_value(value) & 1 == 1)
        .fold(0, |s, v| s | 1 << v)
}
