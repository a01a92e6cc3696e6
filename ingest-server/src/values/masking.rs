//! A batch of values on its way to other forms: keys looked up once a class, outcomes one by one.

use std::sync::Arc;

use palet_mask::{ClassRef, FieldClass, Marking};
use palet_obfuscation::tokens::{IndexError, RandomTokens};
use palet_obfuscation::{KeyVersion, PseudonymBinding, PseudonymError, SealBinding, SealError, ValueSealer};
use palet_units::{Micros, SessionId, TenantId};

use super::{
    Form, SubjectKeys, Values, ValuesDown,
    classes::{bound_record, code_of},
};
use crate::{
    keys::{Locked, ReadyKey, TenantKeys},
    store::TokenRecord,
};

/// Why a value does not become what was asked for. Never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskFault {
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It has no index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// It has no pseudonym.
    #[error(transparent)]
    Pseudonym(#[from] PseudonymError),
    /// The form takes no time to live.
    #[error("expected no ttl_s for the form {0}: its tokens keep until their key is destroyed")]
    TimeToLive(Form),
    /// The store knows no names of the bank's own classes, so that a token could lead back as another of them.
    #[error("expected a form other than {0} for a class of the bank's own")]
    OwnClass(Form),
    /// There is no key of the class.
    #[error("expected a class that has a key, got {}", .0.as_str())]
    NoKey(FieldClass),
}

impl MaskFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Seal(error) => error.code(),
            Self::Index(error) => error.code(),
            Self::Pseudonym(error) => error.code(),
            Self::TimeToLive(_) => "ttl-not-for-form",
            Self::OwnClass(_) => "form-not-for-class",
            Self::NoKey(_) => "key-unknown",
        }
    }
}

/// A value in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedValue {
    /// The text to keep in place of the value.
    pub text: String,
    /// The version of the key that leads back: to be kept beside a pseudonym, and inside of every token.
    pub version: KeyVersion,
}

/// Masks the values of one request.
pub struct Masking<'a> {
    tenant: &'a TenantId,
    keys: Arc<TenantKeys>,
    session: Option<SessionId>,
    subject: Option<Arc<SubjectKeys>>,
    expires: Option<Micros>,
    ready: [Option<ReadyClass>; FieldClass::ALL.len()],
    rng: rand::rngs::ThreadRng,
    issued: Vec<TokenRecord>,
}

/// The keys of a class, with what the subject's secret makes of them.
struct ReadyClass {
    key: Arc<Locked<ReadyKey>>,
    of_subject: Option<(ValueSealer, RandomTokens)>,
}

impl ReadyClass {
    fn values(&self) -> &ValueSealer {
        self.of_subject.as_ref().map_or(&self.key.values, |(values, _)| values)
    }

    fn random(&self) -> &RandomTokens {
        self.of_subject.as_ref().map_or(&self.key.random, |(_, random)| random)
    }
}

impl<'a> Masking<'a> {
    /// Masks for a tenant. Sealed values open in `session` alone, and both they and random tokens are lost with
    /// the subject's secret, where these are given; both end at `expires`.
    #[must_use]
    pub fn new(
        tenant: &'a TenantId,
        keys: Arc<TenantKeys>,
        (session, subject): (Option<SessionId>, Option<Arc<SubjectKeys>>),
        expires: Option<Micros>,
    ) -> Self {
        let ready = [const { None }; FieldClass::ALL.len()];
        Self { tenant, keys, session, subject, expires, ready, rng: rand::rng(), issued: Vec::new() }
    }

    /// A value in a form. Random tokens stand for nothing before `keep` was called.
    ///
    /// **Errors**: `MaskFault`.
    pub fn mask(
        &mut self,
        form: Form,
        class: ClassRef<'_>,
        value: &str,
        record: &str,
    ) -> Result<MaskedValue, MaskFault> {
        let code = code_of(class);
        if class.is_secret() {
            return Err(MaskFault::Seal(SealError::SecretClass(code)));
        }
        if self.expires.is_some() && !form.takes_ttl() {
            return Err(MaskFault::TimeToLive(form));
        }
        let (tenant, expires) = (self.tenant, self.expires);
        if form == Form::Random {
            return match class {
                ClassRef::BuiltIn(class) => self.issue(class, value),
                ClassRef::Custom(_) => Err(MaskFault::OwnClass(form)),
            };
        }
        let session = self.session;
        let ready = ready(&mut self.ready, &self.keys, self.subject.as_deref(), code)?;
        let text = match form {
            Form::Sealed => {
                let record = bound_record(class, record);
                let binding = SealBinding { tenant, class: code, record: &record, session };
                ready.values().seal_until(value, &binding, expires, &mut self.rng)?
            }
            Form::Deterministic => ready.key.deterministic.seal(value, tenant, class)?,
            Form::Index => ready.key.index.index(value, tenant, class)?,
            Form::Fpe | Form::FpePlain | Form::Random => {
                let marking = if form == Form::FpePlain { Marking::Plain } else { Marking::Marked };
                let binding = PseudonymBinding { tenant, class, record };
                let pseudonym = ready.key.pseudonyms.encrypt(value, &binding, marking)?;
                pseudonym.text.as_str().to_owned()
            }
        };
        Ok(MaskedValue { text, version: ready.key.version() })
    }

    fn issue(&mut self, class: FieldClass, value: &str) -> Result<MaskedValue, MaskFault> {
        let (tenant, expires_at) = (self.tenant, self.expires);
        let ready = ready(&mut self.ready, &self.keys, self.subject.as_deref(), class)?;
        let issued = ready.random().issue(value, tenant, class, expires_at, &mut self.rng)?;
        let version = ready.key.version();
        self.issued.push(TokenRecord {
            row: 0,
            tenant: tenant.clone(),
            lookup: issued.lookup,
            class,
            subject: self.subject.as_ref().map(|keys| keys.subject().clone()),
            version,
            expires_at,
            sealed: issued.sealed,
        });
        Ok(MaskedValue { text: issued.token, version })
    }

    /// What the random tokens stand for, to be kept before they are handed out.
    #[must_use]
    pub fn into_issued(self) -> Vec<TokenRecord> {
        self.issued
    }
}

fn ready<'r>(
    known: &'r mut [Option<ReadyClass>; FieldClass::ALL.len()],
    keys: &TenantKeys,
    subject: Option<&SubjectKeys>,
    class: FieldClass,
) -> Result<&'r ReadyClass, MaskFault> {
    let slot = known.get_mut(class as usize).ok_or(MaskFault::NoKey(class))?;
    if slot.is_none() {
        let key = Arc::clone(keys.active(class).ok_or(MaskFault::NoKey(class))?);
        let of_subject = subject.map(|subject| (subject.sealer(&key), subject.random(&key)));
        *slot = Some(ReadyClass { key, of_subject });
    }
    slot.as_ref().ok_or(MaskFault::NoKey(class))
}

impl Values {
    /// Keeps what random tokens stand for. **Errors**: `ValuesDown`; the tokens are not to be handed out then.
    pub async fn keep(&self, issued: &[TokenRecord]) -> Result<(), ValuesDown> {
        if !issued.is_empty() {
            self.store.keep_tokens(issued).await?;
        }
        Ok(())
    }
}
