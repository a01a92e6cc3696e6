//! What a field shows of a sealed value at a level.

use palet_mask::{FieldClass, Level};
use palet_obfuscation::{KeyVersion, OpenError, SealBinding, SealError, ValueSealer};
use palet_units::{Micros, SessionId, TenantId};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Opens sealed values for pages, and seals what banks hand in.
pub struct Values(ValueSealer);

impl Values {
    /// Values under the deployment's one key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(ValueSealer::new(key, KeyVersion::FIRST))
    }

    /// Seals a value. **Errors**: `SealError` with a stable code.
    pub fn seal(
        &self,
        value: &str,
        binding: &SealBinding<'_>,
        expires: Option<Micros>,
    ) -> Result<String, SealError> {
        self.0.seal_until(value, binding, expires, &mut rand::rng())
    }

    /// Whether a field may hold this token in this session. **Errors**: `OpenError` for every cause.
    pub fn check(
        &self,
        token: &str,
        class: FieldClass,
        tenant: &TenantId,
        session: SessionId,
        now: Micros,
    ) -> Result<(), OpenError> {
        self.open(token, class, tenant, session, now).map(|_| ())
    }

    /// The text that a field shows at a level; `None` where the level has no text and the page redacts.
    #[must_use]
    pub fn display(
        &self,
        token: &str,
        class: FieldClass,
        level: Level,
        tenant: &TenantId,
        session: SessionId,
        now: Micros,
    ) -> Option<String> {
        match level {
            Level::Clear | Level::Partial => {
                let opened = self.open(token, class, tenant, session, now).ok()?;
                show(class, level, &opened)
            }
            Level::Fpe | Level::Token | Level::Redact | Level::Block => None,
        }
    }

    /// Opens a value for a binding that the asker states whole: tenant, class, record, and the session that it may
    /// be bound to. **Errors**: `OpenError` for every cause.
    pub fn open_bound(
        &self,
        token: &str,
        binding: &SealBinding<'_>,
        now: Micros,
    ) -> Result<Zeroizing<String>, OpenError> {
        let within = |session| self.0.open_within(token, binding.tenant, session, now);
        let bound = binding.session.map_or(Err(OpenError), |session| within(Some(session)));
        let opened = bound.or_else(|_| within(None))?;
        let same_record = opened.record.as_bytes().ct_eq(binding.record.as_bytes());
        let same_class = (opened.class as u8).ct_eq(&(binding.class as u8));
        if bool::from(same_record & same_class) { Ok(opened.value) } else { Err(OpenError) }
    }

    fn open(
        &self,
        token: &str,
        class: FieldClass,
        tenant: &TenantId,
        session: SessionId,
        now: Micros,
    ) -> Result<zeroize::Zeroizing<String>, OpenError> {
        // A value may be bound to this session, or outlive sessions: the token's clear header tells which.
        let opened = self
            .0
            .open_within(token, tenant, Some(session), now)
            .or_else(|_| self.0.open_within(token, tenant, None, now))?;
        if opened.class == class { Ok(opened.value) } else { Err(OpenError) }
    }
}

/// The text of a value at a level; `None` where it has no such form.
pub(crate) fn show(class: FieldClass, level: Level, value: &str) -> Option<String> {
    let displayed = palet_mask::display(class, level, palet_mask::Content::Value(value));
    (displayed.level() == level).then(|| displayed.text().to_owned())
}
