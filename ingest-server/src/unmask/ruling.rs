//! What the policy rules on a class: shown, shown by two, shown after a proof, or not at all.

use palet_mask::{ClassRef, Level};
use palet_policy::{Answer, Circumstances, MfaAge, Obligation, Policy, Question};
use palet_units::TenantId;

use crate::values::{code_of, own_name};

/// What the policy says of a class in the circumstances of a request.
#[derive(Clone)]
pub(super) struct Ruling {
    pub(super) answer: Answer,
    pub(super) kind: Kind,
    /// The rule's name.
    pub(super) rule: String,
    /// What the policy was in doubt about.
    pub(super) because: String,
}

/// What a ruling comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Show,
    FourEyes,
    StepUp,
    Refuse,
}

/// Asks the policy, and once more as if everything had just been proved.
pub(super) fn rule(
    policy: &Policy,
    tenant: &TenantId,
    class: ClassRef<'_>,
    circumstances: Circumstances,
) -> Ruling {
    let question = Question { tenant, class: code_of(class), custom: own_name(&class), circumstances };
    let answer = policy.decide(&question);
    let proved =
        Question { circumstances: Circumstances { mfa: MfaAge::Immediate, ..circumstances }, ..question };
    let kind = match answer.level {
        Level::Redact | Level::Block if policy.decide(&proved).level < Level::Redact => Kind::StepUp,
        Level::Redact | Level::Block => Kind::Refuse,
        _ if answer.obligations.has(Obligation::FourEyes) => Kind::FourEyes,
        _ => Kind::Show,
    };
    let explanation = policy.explain(&question);
    let doubts: Vec<_> = explanation.doubts.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    Ruling { answer, kind, rule: explanation.rule, because: doubts.join(", ") }
}
