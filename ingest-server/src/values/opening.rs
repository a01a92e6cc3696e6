//! The way back: from any form to the value, and from a sealed value to what a field shows at a level.

use std::sync::Arc;

use palet_mask::{ClassRef, Content, Level, Marking};
use palet_obfuscation::tokens::{RandomTokens, TokenKey};
use palet_obfuscation::{KeyVersion, OpenError, Opened, PseudonymBinding, PseudonymError, TokenHeader};
use palet_units::{Micros, SessionId, TenantId};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    Form, SubjectKeys, Values, ValuesDown,
    classes::{bound_record, code_of, unbound_record},
};
use crate::keys::{Locked, ReadyKey, TenantKeys};

/// For whom and where a value is opened.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The session, for values that open in it alone.
    pub session: Option<SessionId>,
    /// The subject, for values that are lost with its secret.
    pub subject: Option<&'a SubjectKeys>,
    /// When.
    pub now: Micros,
}

/// A value in another form, as a bank hands it back.
#[derive(Clone, Copy)]
pub struct Masked<'a> {
    /// The text.
    pub text: &'a str,
    /// The form, where the text does not say it itself: `Fpe` or `FpePlain`.
    pub form: Option<Form>,
    /// The class.
    pub class: ClassRef<'a>,
    /// The record that it is bound to: sealed values and pseudonyms.
    pub record: &'a str,
    /// The version of the key: pseudonyms.
    pub version: Option<KeyVersion>,
}

/// Why a value is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// It does not open here. One answer for every cause.
    #[error(transparent)]
    Refused(#[from] OpenError),
    /// A one-way token leads nowhere back.
    #[error("expected a form that leads back, got a one-way index")]
    OneWay,
    /// Nothing in a pseudonym tells its key.
    #[error("expected a pseudonym with its key_version")]
    NoVersion,
    /// The pseudonym is none, or none of this class.
    #[error(transparent)]
    Pseudonym(#[from] PseudonymError),
    /// Keys or store are not to be had.
    #[error(transparent)]
    Down(#[from] ValuesDown),
}

impl OpenFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => OpenError::CODE,
            Self::OneWay => "one-way",
            Self::NoVersion => "key-version-missing",
            Self::Pseudonym(error) => error.code(),
            Self::Down(_) => "unavailable",
        }
    }
}

impl Values {
    /// Opens a sealed value: class and record come authenticated from inside.
    ///
    /// **Errors**: `OpenError` for every cause: altered, of another tenant, session or subject, too old, its key
    /// retired or destroyed, its subject shredded.
    pub fn open(&self, token: &str, place: &Place<'_>) -> Result<Opened, OpenError> {
        let header = TokenHeader::parse(token)?;
        let keys = self.ring().tenant(place.tenant).ok_or(OpenError)?;
        let key = keys.version(header.class, header.version).ok_or(OpenError)?;
        // A value that outlives sessions opens in any of the tenant's.
        let session = place.session.filter(|_| header.session_bound);
        match (header.subject_bound, place.subject) {
            (false, _) => key.values.open_within(token, place.tenant, session, place.now),
            (true, Some(subject)) => subject.sealer(key).open_within(token, place.tenant, session, place.now),
            (true, None) => Err(OpenError),
        }
    }

    /// Opens a sealed value of a class and record that the caller knows. **Errors**: `OpenError` for every cause.
    pub fn open_bound(
        &self,
        token: &str,
        (class, record): (ClassRef<'_>, &str),
        place: &Place<'_>,
    ) -> Result<Zeroizing<String>, OpenError> {
        let opened = self.open(token, place)?;
        let record = bound_record(class, record);
        let same_record = opened.record.as_bytes().ct_eq(record.as_bytes());
        let same_class = (opened.class as u8).ct_eq(&(code_of(class) as u8));
        if bool::from(same_record & same_class) { Ok(opened.value) } else { Err(OpenError) }
    }

    /// Whether a field may hold this sealed value here. **Errors**: `OpenError` for every cause.
    pub fn check(&self, token: &str, class: ClassRef<'_>, place: &Place<'_>) -> Result<(), OpenError> {
        self.open_of_class(token, class, place).map(|_| ())
    }

    /// The text that a field shows of a sealed value at a level; `None` where the level has no text and the page
    /// redacts.
    #[must_use]
    pub fn display(
        &self,
        token: &str,
        class: ClassRef<'_>,
        level: Level,
        place: &Place<'_>,
    ) -> Option<String> {
        let opened = match level {
            Level::Redact | Level::Block => return None,
            _ => self.open_of_class(token, class, place).ok()?,
        };
        let record = unbound_record(class, &opened.record)?;
        self.at_level((class, level), &opened.value, (place.tenant, record))
    }

    /// The text of a value at a level, for the tenant and record that it belongs to; `None` where the level has no
    /// text, or the class no such form.
    #[must_use]
    pub fn at_level(
        &self,
        (class, level): (ClassRef<'_>, Level),
        value: &str,
        (tenant, record): (&TenantId, &str),
    ) -> Option<String> {
        match level {
            Level::Fpe => {
                let key = self.active(tenant, class)?;
                let binding = PseudonymBinding { tenant, class, record };
                let made = key.pseudonyms.encrypt(value, &binding, Marking::Marked).ok()?;
                shown(class, level, Content::Ready(&made.text))
            }
            Level::Token => {
                let key = self.active(tenant, class)?;
                let made = key.deterministic.seal(value, tenant, class).ok()?;
                shown(class, level, Content::Ready(&made))
            }
            _ => show(class, level, value),
        }
    }

    /// The value of any form that leads back: for who may unmask, which is the caller's to decide.
    ///
    /// **Errors**: `OpenFault`.
    pub async fn reveal(
        &self,
        masked: &Masked<'_>,
        place: &Place<'_>,
    ) -> Result<Zeroizing<String>, OpenFault> {
        match Form::of(masked.text).or(masked.form).ok_or(OpenError)? {
            Form::Sealed => Ok(self.open_bound(masked.text, (masked.class, masked.record), place)?),
            Form::Deterministic => Ok(self.open_deterministic(masked, place.tenant)?),
            Form::Random => self.open_random(masked, place).await,
            Form::Index => Err(OpenFault::OneWay),
            form @ (Form::Fpe | Form::FpePlain) => self.lead_back(masked, form, place.tenant),
        }
    }

    fn open_deterministic(
        &self,
        masked: &Masked<'_>,
        tenant: &TenantId,
    ) -> Result<Zeroizing<String>, OpenError> {
        let named = TokenKey::parse(masked.text)?;
        let keys = self.ring().tenant(tenant).ok_or(OpenError)?;
        let key = keys.version(named.class, named.version).ok_or(OpenError)?;
        key.deterministic.open(masked.text, tenant, masked.class)
    }

    async fn open_random(
        &self,
        masked: &Masked<'_>,
        place: &Place<'_>,
    ) -> Result<Zeroizing<String>, OpenFault> {
        let lookup = RandomTokens::lookup(masked.text, place.tenant)?;
        let kept = self.store.token(place.tenant, &lookup).await.map_err(ValuesDown::from)?;
        let kept = kept.ok_or(OpenError)?;
        let keys = self.ring().tenant(place.tenant).ok_or(OpenError)?;
        let key = keys.version(kept.class, kept.version).ok_or(OpenError)?;
        // The store knows whose it is: a shredded subject has no secret to open it with.
        let subject = match &kept.subject {
            Some(subject) => Some(self.subject(place.tenant, subject).await?.ok_or(OpenError)?),
            None => None,
        };
        let opened = random_of(key, subject.as_deref(), |random| {
            random.open(masked.text, &kept.sealed, place.tenant, place.now)
        })?;
        let ClassRef::BuiltIn(class) = masked.class else { return Err(OpenError.into()) };
        if opened.class == class { Ok(opened.value) } else { Err(OpenError.into()) }
    }

    fn lead_back(
        &self,
        masked: &Masked<'_>,
        form: Form,
        tenant: &TenantId,
    ) -> Result<Zeroizing<String>, OpenFault> {
        let version = masked.version.ok_or(OpenFault::NoVersion)?;
        let keys = self.ring().tenant(tenant).ok_or(OpenError)?;
        let key = keys.version(code_of(masked.class), version).ok_or(OpenError)?;
        let binding = PseudonymBinding { tenant, class: masked.class, record: masked.record };
        let marking = if form == Form::FpePlain { Marking::Plain } else { Marking::Marked };
        Ok(key.pseudonyms.decrypt(masked.text, &binding, marking)?)
    }

    fn open_of_class(
        &self,
        token: &str,
        class: ClassRef<'_>,
        place: &Place<'_>,
    ) -> Result<Opened, OpenError> {
        let opened = self.open(token, place)?;
        let same = opened.class == code_of(class) && unbound_record(class, &opened.record).is_some();
        if same { Ok(opened) } else { Err(OpenError) }
    }

    fn active(&self, tenant: &TenantId, class: ClassRef<'_>) -> Option<Arc<Locked<ReadyKey>>> {
        let class = code_of(class);
        self.ring().tenant(tenant).as_deref().and_then(|keys: &TenantKeys| keys.active(class)).cloned()
    }
}

/// Works with random tokens of a key, or of what a subject's secret makes of it.
pub(super) fn random_of<T>(
    key: &ReadyKey,
    subject: Option<&SubjectKeys>,
    work: impl FnOnce(&RandomTokens) -> T,
) -> T {
    match subject {
        Some(subject) => work(&subject.random(key)),
        None => work(&key.random),
    }
}

/// The text of a value at a level; `None` where it has no such form.
pub(crate) fn show(class: ClassRef<'_>, level: Level, value: &str) -> Option<String> {
    shown(class, level, Content::Value(value))
}

fn shown(class: ClassRef<'_>, level: Level, content: Content<'_>) -> Option<String> {
    let displayed = palet_mask::display(class, level, content);
    (displayed.level() == level).then(|| displayed.text().to_owned())
}
