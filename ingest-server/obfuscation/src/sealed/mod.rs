//! Sealed values: what a page holds in place of a value that it may not show.
//!
//! A token carries the value encrypted and bound to tenant, class, record and session. The server, which
//! knows tenant and session from the connection, opens it and learns class and record from inside; the page
//! can do nothing with it but hand it back. AES-256-GCM-SIV (RFC 8452): should the caller's random numbers
//! ever repeat, no more is lost than that two tokens hold the same value for the same binding.
//! Never knows where keys are kept; never says why a token did not open.

mod token;

use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, KeyInit, Nonce};
use palet_mask::FieldClass;
use palet_units::{Micros, SessionId, TenantId};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::KeyVersion;
pub use token::TokenHeader;
use token::{NONCE_BYTES, Parts, TAG_BYTES};

/// The longest value that can be sealed. **Units**: bytes of UTF-8.
pub const VALUE_BYTES_MAX: usize = 12_288;

/// The longest record identifier that can be bound. **Units**: bytes of UTF-8.
pub const RECORD_BYTES_MAX: usize = 255;

/// What a sealed value is bound to: it opens for these and for nothing else.
#[derive(Clone, Copy, Debug)]
pub struct SealBinding<'a> {
    /// The tenant: never inside the token, always asked of the opener.
    pub tenant: &'a TenantId,
    /// The field's class: in the token's clear header, since it chooses the key.
    pub class: FieldClass,
    /// The bank's identifier of the record that the value belongs to: encrypted inside the token.
    pub record: &'a str,
    /// The session in which the token may be opened; `None` for a token that outlives sessions.
    pub session: Option<SessionId>,
}

/// Why a value cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The value is longer than `VALUE_BYTES_MAX`.
    #[error("expected a value of at most {VALUE_BYTES_MAX} bytes, got {0}")]
    ValueTooLong(usize),
    /// The record identifier is longer than `RECORD_BYTES_MAX`.
    #[error("expected a record of at most {RECORD_BYTES_MAX} bytes, got {0}")]
    RecordTooLong(usize),
    /// Values of the class only redact (PCI DSS 4.0.1, 3.3): nothing may bring them back.
    #[error("expected a class whose values may be kept, got {}", .0.as_str())]
    SecretClass(FieldClass),
}

impl SealError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ValueTooLong(_) => "value-too-long",
            Self::RecordTooLong(_) => "record-too-long",
            Self::SecretClass(_) => "secret-class",
        }
    }
}

/// The token does not open. One answer for every cause, so that nobody outside learns whether the key, the
/// tenant, the class, the record, the session, the age or a byte was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a sealed value of this tenant, class, record and session")]
pub struct OpenError;

impl OpenError {
    /// The stable code of every refusal to open.
    pub const CODE: &'static str = "sealed-value-refused";
}

/// What was inside a token. Wiped when dropped; its `Debug` form tells the class alone.
pub struct Opened {
    /// The field's class.
    pub class: FieldClass,
    /// The record that the value belongs to.
    pub record: Zeroizing<String>,
    /// The clear value.
    pub value: Zeroizing<String>,
    /// The time after which the token no longer opens.
    pub expires: Option<Micros>,
}

impl core::fmt::Debug for Opened {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Opened").field("class", &self.class).finish_non_exhaustive()
    }
}

/// Seals and opens values under one version of one data key. The key schedule is wiped when it is dropped.
pub struct ValueSealer {
    cipher: Aes256GcmSiv,
    version: KeyVersion,
    subject_bound: bool,
}

impl core::fmt::Debug for ValueSealer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ValueSealer").field("version", &self.version).finish_non_exhaustive()
    }
}

impl ValueSealer {
    /// A sealer under `key`. The caller wipes its own copy of the key.
    #[must_use]
    pub fn new(key: &[u8; 32], version: KeyVersion) -> Self {
        Self { cipher: Aes256GcmSiv::new(key.into()), version, subject_bound: false }
    }

    /// A sealer under a key that a subject's secret went into: its tokens say so.
    #[must_use]
    pub(crate) fn of_subject(key: &[u8; 32], version: KeyVersion) -> Self {
        Self { subject_bound: true, ..Self::new(key, version) }
    }

    /// The version of the key, as it stands in the header of each token.
    #[must_use]
    pub const fn version(&self) -> KeyVersion {
        self.version
    }

    /// Seals a value that keeps until its key is destroyed.
    ///
    /// **Errors**: `SealError` for a secret class, and for a value or record over its limit.
    pub fn seal(
        &self,
        value: &str,
        binding: &SealBinding<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<String, SealError> {
        self.seal_until(value, binding, None, rng)
    }

    /// Seals a value that opens until `expires` and not after.
    ///
    /// **Errors**: `SealError` for a secret class, and for a value or record over its limit.
    pub fn seal_until(
        &self,
        value: &str,
        binding: &SealBinding<'_>,
        expires: Option<Micros>,
        rng: &mut impl CryptoRng,
    ) -> Result<String, SealError> {
        if binding.class.is_secret() {
            return Err(SealError::SecretClass(binding.class));
        }
        let header = TokenHeader {
            version: self.version,
            class: binding.class,
            session_bound: binding.session.is_some(),
            subject_bound: self.subject_bound,
        };
        let mut body = token::encode_plaintext(binding.record, value, expires)?;
        let mut nonce = [0u8; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let associated = token::associated_data(header, binding.tenant, binding.session);
        let sealed = self.cipher.encrypt_inout_detached(
            &Nonce::from(nonce),
            associated.as_slice(),
            body.as_mut_slice().into(),
        );
        // The cipher refuses nothing shorter than 64 GiB.
        let tag = sealed.map_err(|_| SealError::ValueTooLong(value.len()))?;
        Ok(token::encode(header, &nonce, &body, &tag.into()))
    }

    /// Opens a token for a binding that the caller knows whole.
    ///
    /// **Errors**: `OpenError`, also for a token that was given a time to live: that asks for `open_within`.
    pub fn open(&self, token: &str, binding: &SealBinding<'_>) -> Result<Zeroizing<String>, OpenError> {
        let opened = self.unseal(token, binding.tenant, binding.session)?;
        let same_record = opened.record.as_bytes().ct_eq(binding.record.as_bytes());
        let same_class = (opened.class as u8).ct_eq(&(binding.class as u8));
        if !bool::from(same_record & same_class) || opened.expires.is_some() {
            return Err(OpenError);
        }
        Ok(opened.value)
    }

    /// Opens a token of a connection, of which tenant, session and time are known; class and record come
    /// authenticated from inside the token.
    ///
    /// **Errors**: `OpenError`, also for a token without a session where `session` is given and the reverse.
    pub fn open_within(
        &self,
        token: &str,
        tenant: &TenantId,
        session: Option<SessionId>,
        now: Micros,
    ) -> Result<Opened, OpenError> {
        let opened = self.unseal(token, tenant, session)?;
        match opened.expires {
            Some(expires) if now >= expires => Err(OpenError),
            _ => Ok(opened),
        }
    }

    /// Opens a token of an older key and seals its value under this one: class, record, session and expiry stay.
    ///
    /// **Errors**: `OpenError` where the old key does not open it.
    pub fn rewrap(
        &self,
        older: &Self,
        token: &str,
        tenant: &TenantId,
        session: Option<SessionId>,
        rng: &mut impl CryptoRng,
    ) -> Result<String, OpenError> {
        let opened = older.unseal(token, tenant, session)?;
        let binding = SealBinding { tenant, class: opened.class, record: &opened.record, session };
        self.seal_until(&opened.value, &binding, opened.expires, rng).map_err(|_| OpenError)
    }

    fn unseal(
        &self,
        token: &str,
        tenant: &TenantId,
        session: Option<SessionId>,
    ) -> Result<Opened, OpenError> {
        let mut bytes = token::decode(token)?;
        let Parts { header, nonce, body, tag } = token::split(&mut bytes)?;
        let belongs = header.version == self.version && header.subject_bound == self.subject_bound;
        if !belongs || header.session_bound != session.is_some() {
            return Err(OpenError);
        }
        let associated = token::associated_data(header, tenant, session);
        let opened = self.cipher.decrypt_inout_detached(
            &Nonce::from(nonce),
            associated.as_slice(),
            (&mut *body).into(),
            &aes_gcm_siv::Tag::from(tag),
        );
        let outcome = match opened {
            Ok(()) => token::decode_plaintext(header.class, body),
            Err(_) => Err(OpenError),
        };
        bytes.zeroize();
        outcome
    }
}

const _: () = assert!(TAG_BYTES == 16 && NONCE_BYTES == 12);

#[cfg(test)]
mod tests;
