//! The finite domain of questions: its dimensions, their values, and which of them carry doubt.

use crate::question::{
    Channel, Circumstances, DeviceState, EvidenceState, MfaAge, PageContext, Purpose, RiskBand, Role,
    SubScore, SupportMode,
};
use palet_mask::FieldClass;

/// The number of dimensions.
pub(crate) const DIMS: usize = 17;
/// The most values that a dimension may have: a set of them is one word.
pub(crate) const VALUES_MAX: usize = 64;
/// A question as the index of its value in each dimension.
pub(crate) type Cell = [u8; DIMS];

/// A dimension of the domain, named as the key of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Dim {
    /// The bank or house.
    Tenant = 0,
    /// The field's class; in action rules the action's name.
    Asked = 1,
    /// Who asks.
    Role = 2,
    /// What for.
    Purpose = 3,
    /// How the request came.
    Channel = 4,
    /// The part of the site.
    Context = 5,
    /// Whether a support session is open.
    Support = 6,
    /// What stands behind the risk.
    Evidence = 7,
    /// The age of the last strong authentication.
    Mfa = 8,
    /// The band of the overall risk.
    Band = 9,
    /// Whether the device is known.
    Device = 10,
    /// The bands of the detectors, from here on.
    Bot = 11,
    /// See [`SubScore::Agent`].
    Agent = 12,
    /// See [`SubScore::Remote`].
    Remote = 13,
    /// See [`SubScore::Duress`].
    Duress = 14,
    /// See [`SubScore::Replay`].
    Replay = 15,
    /// See [`SubScore::NewAccount`].
    NewAccount = 16,
}

impl Dim {
    /// All dimensions, in the order in which a proof walks them: those of doubt last.
    pub const ALL: [Self; DIMS] = [
        Self::Tenant,
        Self::Asked,
        Self::Role,
        Self::Purpose,
        Self::Channel,
        Self::Context,
        Self::Support,
        Self::Evidence,
        Self::Mfa,
        Self::Band,
        Self::Device,
        Self::Bot,
        Self::Agent,
        Self::Remote,
        Self::Duress,
        Self::Replay,
        Self::NewAccount,
    ];

    /// Whether its values are declared from least to most doubt, so that monotony is asked of it.
    #[must_use]
    pub const fn is_doubt(self) -> bool {
        self as u8 >= Self::Evidence as u8
    }

    /// The key of a rule, where the dimension is [`Dim::Asked`]: in field rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Asked => "class",
            Self::Role => "role",
            Self::Purpose => "purpose",
            Self::Channel => "channel",
            Self::Context => "context",
            Self::Support => "support",
            Self::Evidence => "evidence",
            Self::Mfa => "mfa",
            Self::Band => "band",
            Self::Device => "device",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::Remote => "remote",
            Self::Duress => "duress",
            Self::Replay => "replay",
            Self::NewAccount => "new-account",
        }
    }

    /// The names of its values, where they are the same in every policy.
    pub(crate) const fn fixed_names(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Tenant | Self::Asked => return None,
            Self::Role => Role::NAMES,
            Self::Purpose => Purpose::NAMES,
            Self::Channel => Channel::NAMES,
            Self::Context => PageContext::NAMES,
            Self::Support => SupportMode::NAMES,
            Self::Evidence => EvidenceState::NAMES,
            Self::Mfa => MfaAge::NAMES,
            Self::Device => DeviceState::NAMES,
            _ => RiskBand::NAMES,
        })
    }
}

/// The names that a policy declares: its tenants, its actions and the bank's own classes. Each list is in [`name_order`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) tenants: Vec<String>,
    pub(crate) customs: Vec<String>,
    pub(crate) actions: Vec<String>,
}

/// What the rules of a table are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Fields,
    Actions,
}

impl Subject {
    /// The key of the dimension [`Dim::Asked`] in a rule.
    pub(crate) const fn asked_key(self) -> &'static str {
        match self {
            Self::Fields => "class",
            Self::Actions => "action",
        }
    }
}

impl Names {
    /// The index of a tenant; 0 is every tenant that the policy does not name.
    pub(crate) fn tenant(&self, name: &str) -> u8 {
        position(&self.tenants, name).map_or(0, |at| at + 1)
    }

    /// The index of an action; 0 is every action that the policy does not name.
    pub(crate) fn action(&self, name: &str) -> u8 {
        position(&self.actions, name).map_or(0, |at| at + 1)
    }

    /// The index of a class; the bank's own come after the built-in ones.
    pub(crate) fn class(&self, class: FieldClass, custom: Option<&str>) -> u8 {
        let named = match (class, custom) {
            (FieldClass::Custom, Some(name)) => position(&self.customs, name),
            _ => None,
        };
        named.map_or(class as u8, |at| at + FieldClass::ALL.len() as u8)
    }

    /// The number of values of a dimension.
    pub(crate) fn size(&self, dim: Dim, subject: Subject) -> usize {
        match (dim, dim.fixed_names()) {
            (_, Some(names)) => names.len(),
            (Dim::Tenant, _) => self.tenants.len() + 1,
            _ if subject == Subject::Fields => FieldClass::ALL.len() + self.customs.len(),
            _ => self.actions.len() + 1,
        }
    }

    /// All values of a dimension, as a set.
    pub(crate) fn full(&self, dim: Dim, subject: Subject) -> u64 {
        let size = self.size(dim, subject).min(VALUES_MAX);
        u64::MAX >> (VALUES_MAX - size)
    }

    /// The name of one value.
    pub(crate) fn value(&self, dim: Dim, subject: Subject, value: u8) -> String {
        let at = usize::from(value);
        if let Some(names) = dim.fixed_names() {
            return names.get(at).copied().unwrap_or("?").to_owned();
        }
        let other = |names: &[String], rest: &str| match at.checked_sub(1).and_then(|at| names.get(at)) {
            Some(name) => name.clone(),
            None => rest.to_owned(),
        };
        match (dim, subject) {
            (Dim::Tenant, _) => other(&self.tenants, "any other tenant"),
            (_, Subject::Actions) => other(&self.actions, "any other action"),
            (_, Subject::Fields) => match FieldClass::ALL.get(at) {
                Some(class) => class.as_str().to_owned(),
                None => self
                    .customs
                    .get(at - FieldClass::ALL.len())
                    .map_or("custom".to_owned(), |name| format!("custom:{name}")),
            },
        }
    }
}

/// The order of declared names: shorter ones first, since lengths compare faster than letters.
pub(crate) fn name_order(a: &str, b: &str) -> core::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn position(names: &[String], name: &str) -> Option<u8> {
    names.binary_search_by(|known| name_order(known, name)).ok().map(|at| at as u8)
}

/// The cell of a question.
pub(crate) fn cell(tenant: u8, asked: u8, at: &Circumstances) -> Cell {
    let sub = |score: SubScore| at.subs.get(score) as u8;
    [
        tenant,
        asked,
        at.role as u8,
        at.purpose as u8,
        at.channel as u8,
        at.context as u8,
        at.support as u8,
        at.evidence as u8,
        at.mfa as u8,
        at.band as u8,
        at.device as u8,
        sub(SubScore::Bot),
        sub(SubScore::Agent),
        sub(SubScore::Remote),
        sub(SubScore::Duress),
        sub(SubScore::Replay),
        sub(SubScore::NewAccount),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_stands_at_its_own_index() {
        for (at, dim) in Dim::ALL.into_iter().enumerate() {
            assert_eq!(dim as usize, at);
        }
    }

    #[test]
    fn the_classes_of_a_bank_follow_the_built_in_ones() {
        let names = Names { customs: vec!["membership".into()], ..Names::default() };
        let at = names.class(FieldClass::Custom, Some("membership"));
        assert_eq!(names.value(Dim::Asked, Subject::Fields, at), "custom:membership");
        assert_eq!(names.class(FieldClass::Custom, Some("unheard-of")), FieldClass::Custom as u8);
        assert_eq!(names.class(FieldClass::Pan, Some("membership")), FieldClass::Pan as u8);
        assert_eq!(names.size(Dim::Asked, Subject::Fields), 24);
    }

    #[test]
    fn a_full_set_has_one_bit_a_value() {
        let names = Names::default();
        assert_eq!(names.full(Dim::Band, Subject::Fields), 0b1111);
        assert_eq!(names.full(Dim::Tenant, Subject::Fields), 1);
    }
}
