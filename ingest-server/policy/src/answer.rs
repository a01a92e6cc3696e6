//! What a policy answers: a level or a verdict, how long it stands, what must be done besides, and why.

use crate::domain::Dim;
use core::fmt;
use palet_mask::Level;
use palet_units::Micros;

/// The answer about a field. Copied, not allocated: one is made for every field of every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How much may be shown.
    pub level: Level,
    /// How long the answer stands before it has to be asked for again and the field is redacted;
    /// `None` for `redact` and `block`, which never run out.
    pub ttl: Option<Micros>,
    /// What must be done besides.
    pub obligations: Obligations,
    /// The rule that answered.
    pub rule: RuleId,
    /// The doubts that the rule looked at.
    pub reasons: Reasons,
}

/// The answer about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionAnswer {
    /// Whether the action may be carried out.
    pub verdict: Verdict,
    /// What must be done besides.
    pub obligations: Obligations,
    /// The rule that answered.
    pub rule: RuleId,
    /// The doubts that the rule looked at.
    pub reasons: Reasons,
}

/// Whether an action may be carried out. The order is the order of protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Yes.
    Allow = 0,
    /// After the person has proved who they are; then the question is asked again.
    StepUp = 1,
    /// No.
    Deny = 2,
}

impl Verdict {
    /// All verdicts, from the most to the least permissive.
    pub const ALL: [Self; 3] = [Self::Allow, Self::StepUp, Self::Deny];
    /// Their names, in the same order.
    pub const NAMES: [&'static str; 3] = ["allow", "step-up", "deny"];

    /// The name used in policies and REST.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What the caller must do besides applying the answer: a set of [`Obligation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Obligations(u8);

/// One thing that the caller must do besides applying the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Obligation {
    /// Offer the person to prove who they are. The level stands until then; afterwards ask again.
    StepUp = 0,
    /// Tell the bank's security desk.
    Notify = 1,
    /// Show nothing until a second person has approved; until then the level is `redact`.
    FourEyes = 2,
    /// While the value is shown, keep it from being copied or cut out of the page.
    GuardCopy = 3,
    /// While the value is shown, keep it from being dragged out of the page.
    GuardDrag = 4,
    /// While the value is shown, leave it out of what is printed.
    GuardPrint = 5,
    /// While the value is shown, keep it from being selected.
    GuardSelect = 6,
}

impl Obligation {
    /// All obligations.
    pub const ALL: [Self; 7] = [
        Self::StepUp,
        Self::Notify,
        Self::FourEyes,
        Self::GuardCopy,
        Self::GuardDrag,
        Self::GuardPrint,
        Self::GuardSelect,
    ];
    /// Their names, in the same order.
    pub const NAMES: [&'static str; 7] =
        ["step-up", "notify", "four-eyes", "guard-copy", "guard-drag", "guard-print", "guard-select"];

    /// How many of them an action may carry: guards are about fields alone.
    pub(crate) const OF_ACTIONS: usize = 3;

    /// The name used in policies and REST.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl Obligations {
    /// Nothing besides.
    pub const NONE: Self = Self(0);

    /// The set with one more.
    #[must_use]
    pub const fn with(self, obligation: Obligation) -> Self {
        Self(self.0 | 1 << obligation as u8)
    }

    /// Whether the set holds it.
    #[must_use]
    pub const fn has(self, obligation: Obligation) -> bool {
        self.0 & 1 << obligation as u8 != 0
    }

    /// What more doubt may not drop while something is shown: a second pair of eyes, and guards.
    pub(crate) const KEPT: Self = Self(
        1 << Obligation::FourEyes as u8
            | 1 << Obligation::GuardCopy as u8
            | 1 << Obligation::GuardDrag as u8
            | 1 << Obligation::GuardPrint as u8
            | 1 << Obligation::GuardSelect as u8,
    );

    /// The obligations of this set that the other one lacks.
    #[must_use]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The obligations of both.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The obligations of the set.
    pub fn iter(self) -> impl Iterator<Item = Obligation> {
        Obligation::ALL.into_iter().filter(move |&obligation| self.has(obligation))
    }
}

/// The rule that answered, within one version of one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

impl RuleId {
    /// No rule matched: the policy's default answered.
    pub const DEFAULT: Self = Self(u16::MAX);
}

/// The doubts that the rule looked at and that were not at their calmest: a set of [`Dim`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reasons(pub(crate) u32);

impl Reasons {
    /// The dimensions of the set, in the order of the domain.
    pub fn iter(self) -> impl Iterator<Item = Dim> {
        Dim::ALL.into_iter().filter(move |&dim| self.0 & 1 << dim as u32 != 0)
    }

    /// Whether nothing spoke against the person.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The version of a policy: the SHA-256 of its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyVersion(pub(crate) [u8; 32]);

impl PolicyVersion {
    /// The whole digest.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Its first 64 bits, in hexadecimal: what logs, decisions and the console show.
impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyVersion({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obligations_are_a_set() {
        let both = Obligations::NONE.with(Obligation::StepUp).with(Obligation::FourEyes);
        assert!(both.has(Obligation::StepUp) && !both.has(Obligation::Notify));
        assert_eq!(both.iter().collect::<Vec<_>>(), [Obligation::StepUp, Obligation::FourEyes]);
        assert_eq!(both.and(Obligations::KEPT), Obligations::NONE.with(Obligation::FourEyes));
        assert_eq!(both.without(both), Obligations::NONE);
    }
}
