//! From an `Authorization` header to one `Caller`.

use palet_units::{Micros, TenantId};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

use super::tenant_key::{bearer, parse_secret};
use crate::store::{KeyRecord, Store, StoreError};

/// How long a key's record is believed without asking the store: a revocation is heard after this at the latest.
const REMEMBERED_FOR: Micros = Micros::from_secs(10);
/// The most keys remembered.
const REMEMBERED_MAX: usize = 10_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Scope {
    /// Opening, reading and ending sessions.
    Sessions = 0,
    /// Scores and features.
    Biometrics = 1,
    /// Risk and decisions.
    Risk = 2,
    /// Masking values.
    Mask = 3,
    /// Reading masked values: a person's work, never a page's.
    Unmask = 4,
    /// Reporting what a session turned out to be.
    Feedback = 5,
    /// Reading metrics.
    Metrics = 6,
    /// Erasing and exporting a subject's data.
    Subjects = 7,
    /// Answering as the second person where a value needs four eyes.
    Approve = 8,
    /// Opening a break-glass grant.
    BreakGlass = 9,
    /// Reading policies, and staging one.
    Policies = 10,
    /// Promoting a staged policy, and rolling back.
    Promote = 11,
    /// Reading the audit log.
    Audit = 12,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 13] = [
        Self::Sessions,
        Self::Biometrics,
        Self::Risk,
        Self::Mask,
        Self::Unmask,
        Self::Feedback,
        Self::Metrics,
        Self::Subjects,
        Self::Approve,
        Self::BreakGlass,
        Self::Policies,
        Self::Promote,
        Self::Audit,
    ];

    /// The name in keys and problems.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Biometrics => "biometrics",
            Self::Risk => "risk",
            Self::Mask => "mask",
            Self::Unmask => "unmask",
            Self::Feedback => "feedback",
            Self::Metrics => "metrics",
            Self::Subjects => "subjects",
            Self::Approve => "approve",
            Self::BreakGlass => "break-glass",
            Self::Policies => "policies",
            Self::Promote => "promote",
            Self::Audit => "audit",
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    /// What a bank's backend needs: everything but what staff and operators do.
    pub const BACKEND: Self = Self(
        1 << Scope::Sessions as u16
            | 1 << Scope::Biometrics as u16
            | 1 << Scope::Risk as u16
            | 1 << Scope::Mask as u16
            | 1 << Scope::Feedback as u16
            | 1 << Scope::Subjects as u16,
    );

    /// Whether the set holds it.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u16 != 0
    }

    /// Parses names separated by spaces or commas; `None` where one is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names = text.split([' ', ',']).filter(|name| !name.is_empty());
        names
            .map(|name| Scope::ALL.into_iter().find(|scope| scope.as_str() == name))
            .try_fold(Self::default(), |set, scope| scope.map(|scope| Self(set.0 | 1 << scope as u16)))
    }

    /// The names, separated by spaces.
    #[must_use]
    pub fn names(self) -> String {
        let names: Vec<_> =
            Scope::ALL.into_iter().filter(|&scope| self.has(scope)).map(Scope::as_str).collect();
        names.join(" ")
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant: the boundary of everything that the call may touch.
    pub tenant: TenantId,
    /// The public part of the key.
    pub key_id: String,
    /// What the key may be used for.
    pub scopes: Scopes,
}

/// Why there is no caller.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No key, or one that is malformed, unknown, wrong or revoked: all look alike.
    #[error("expected a valid key in the Authorization header")]
    Unknown,
    /// The key has not the scope.
    #[error("expected a key with the scope {}", .0.as_str())]
    Scope(Scope),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Remembered {
    record: Option<Arc<KeyRecord>>,
    at: Micros,
}

/// Finds callers, remembering keys for a short while.
pub struct CallerDirectory {
    store: Arc<dyn Store>,
    remembered: Mutex<HashMap<String, Remembered>>,
}

impl CallerDirectory {
    /// A directory over the store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, remembered: Mutex::default() }
    }

    /// The caller behind a header, if it has the scope. **Errors**: `AccessError`.
    pub async fn authorise(
        &self,
        header: Option<&str>,
        scope: Scope,
        now: Micros,
    ) -> Result<Caller, AccessError> {
        let secret = header.and_then(bearer).ok_or(AccessError::Unknown)?;
        let shown = parse_secret(&secret).map_err(|_| AccessError::Unknown)?;
        let record = self.record(shown.id(), now).await?.ok_or(AccessError::Unknown)?;
        if !shown.matches(&record.digest) || record.revoked_at.is_some() {
            return Err(AccessError::Unknown);
        }
        let scopes = Scopes::parse(&record.scopes).unwrap_or_default();
        if !scopes.has(scope) {
            return Err(AccessError::Scope(scope));
        }
        Ok(Caller { tenant: record.tenant.clone(), key_id: record.id.clone(), scopes })
    }

    async fn record(&self, id: &str, now: Micros) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        if let Some(known) = self.remembered.lock().get(id)
            && now.since(known.at) < REMEMBERED_FOR
        {
            return Ok(known.record.clone());
        }
        let record = self.store.key(id).await?.map(Arc::new);
        let mut remembered = self.remembered.lock();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, known| now.since(known.at) < REMEMBERED_FOR);
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
        }
        remembered.insert(id.to_owned(), Remembered { record: record.clone(), at: now });
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_what_they_print() {
        assert_eq!(Scopes::parse(&Scopes::BACKEND.names()), Some(Scopes::BACKEND));
        assert!(!Scopes::BACKEND.has(Scope::Unmask));
        assert_eq!(Scopes::parse("sessions, flying"), None);
    }
}
