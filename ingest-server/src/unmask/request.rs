//! What is asked, and what may come of it.

use palet_mask::Level;
use palet_policy::{Authenticated, Channel, Circumstances, Purpose, Role};
use palet_units::{Micros, SessionId, TenantId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use zeroize::Zeroizing;

use crate::{audit::AuditError, store::StoreError};

/// Who asks: a person, as the caller's key vouches for them.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The tenant.
    pub tenant: TenantId,
    /// The caller's key.
    pub key: String,
    /// The person, by the bank's name for them.
    pub person: String,
    /// What they are.
    pub role: Role,
    /// Where they work.
    pub channel: Channel,
    /// When they authenticated.
    pub authenticated: Authenticated,
}

/// One value.
#[derive(Clone)]
pub struct Item {
    /// Echoed in the outcome.
    pub reference: String,
    /// The class that it is said to be of.
    pub class: String,
    /// The sealed value.
    pub sealed: String,
    /// The record that it is said to belong to.
    pub record: String,
    /// Whose it is, by the bank's pseudonym; may be empty.
    pub subject: String,
    /// The form of a pseudonym, which does not say it itself; may be empty.
    pub form: String,
    /// The version of a pseudonym's key.
    pub key_version: Option<u32>,
    /// What is wrong with it already, by its stable code: such an item is refused unopened.
    pub fault: Option<&'static str>,
}

impl Item {
    /// An item of which nothing but its reference could be read.
    #[must_use]
    pub fn faulty(reference: String, code: &'static str) -> Self {
        let nothing = String::new;
        let (class, sealed, record, subject, form) = (nothing(), nothing(), nothing(), nothing(), nothing());
        Self { reference, class, sealed, record, subject, form, key_version: None, fault: Some(code) }
    }
}

/// A request.
#[derive(Clone)]
pub struct Asked {
    /// Who asks.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// Why, in the person's words.
    pub reason: String,
    /// The session that values may be bound to.
    pub session: Option<SessionId>,
    /// An approval of a second person.
    pub approval: Option<String>,
    /// A break-glass grant.
    pub grant: Option<String>,
    /// What the policy is asked with.
    pub circumstances: Circumstances,
    /// The caller's own name for the request.
    pub idempotency_key: String,
    /// The values.
    pub items: Vec<Item>,
}

impl Asked {
    /// SHA-256 of all that is asked, by whom and why: the same request has the same. Ages of authentications are no
    /// part of it, since they grow from one try to the next.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        };
        let Asker { tenant, key, person, role, channel, .. } = &self.asker;
        let session = self.session.map(|session| session.to_string()).unwrap_or_default();
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let (approval, grant) = (of(&self.approval), of(&self.grant));
        let whole = [
            tenant.as_str(),
            key,
            person,
            role.as_str(),
            channel.as_str(),
            self.purpose.as_str(),
            &self.reason,
        ];
        whole.into_iter().chain([session.as_str(), &approval, &grant]).for_each(&mut add);
        for Item { reference, class, sealed, record, subject, form, key_version, fault } in &self.items {
            let version = key_version.map(|version| version.to_string()).unwrap_or_default();
            [reference, class, sealed, record, subject, form, &version]
                .into_iter()
                .for_each(|text| add(text));
            // Another request under the name must not pass for this one because what is wrong was not carried on.
            fault.iter().for_each(|code| add(code));
        }
        hasher.finalize().into()
    }
}

/// The first half of a sealed value's SHA-256: what approvals and traces know it by.
pub(super) fn token_digest(sealed: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(sealed.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// What became of one value.
#[derive(Clone)]
pub enum Outcome {
    /// It may be read.
    Released {
        /// At this level.
        level: Level,
        /// The text of that level.
        value: Zeroizing<String>,
        /// How long it may be shown.
        ttl: Option<Micros>,
        /// The rule that let it.
        rule: String,
    },
    /// The person has to prove who they are first.
    StepUp {
        /// The rule that asks for it.
        rule: String,
        /// What the rule looked at.
        because: String,
    },
    /// A second person has to approve.
    Pending {
        /// What they are asked.
        approval: String,
        /// The rule that asks for it.
        rule: String,
    },
    /// It may not be read.
    Refused {
        /// Why, for programs.
        code: Cow<'static, str>,
        /// The rule, where the policy refused.
        rule: Option<String>,
        /// What the rule looked at.
        because: Option<String>,
    },
}

impl Outcome {
    pub(super) const fn refused(code: &'static str) -> Self {
        Self::Refused { code: Cow::Borrowed(code), rule: None, because: None }
    }

    pub(super) fn kept(&self) -> Kept {
        match self {
            Self::Released { .. } => Kept::Released,
            Self::StepUp { .. } => Kept::StepUp,
            Self::Pending { approval, .. } => Kept::Pending(approval.clone()),
            Self::Refused { code, .. } => Kept::Refused(code.clone().into_owned()),
        }
    }
}

/// An outcome as it is kept for a repetition: without the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kept {
    Released,
    StepUp,
    Pending(String),
    Refused(String),
}

/// Why a request is refused whole. Nothing of it was released.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The name of the request was used for another one.
    #[error("expected an Idempotency-Key of this request alone, got one that stands for another")]
    Conflict,
    /// The request was answered, too long ago to be a try again.
    #[error("expected a new request, got one that was answered before")]
    Replayed,
    /// The authentication is too old.
    #[error("expected a person who authenticated a short while ago")]
    MfaTooOld,
    /// There is no such approval, or it is not this person's to answer.
    #[error("expected an approval that waits")]
    ApprovalUnknown,
    /// The person who asked cannot approve.
    #[error("expected a second person, with a key of their own")]
    SamePerson,
    /// Grants are turned off, or too many run.
    #[error("expected a deployment that gives break-glass grants")]
    NoGrants,
    /// The audit log takes no entry.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "idempotency-conflict",
            Self::Replayed => "request-replayed",
            Self::MfaTooOld => "mfa-too-old",
            Self::ApprovalUnknown => "approval-unknown",
            Self::SamePerson => "same-person",
            Self::NoGrants => "break-glass-off",
            Self::Audit(_) => AuditError::CODE,
            Self::Store(_) => "unavailable",
        }
    }
}
