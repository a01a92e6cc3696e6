//! Same-shape pseudonyms: FF1 over the characters of a value that may vary.
//!
//! Length, alphabets and separators stay (`palet_mask::Shape` says which characters vary); the checksum is
//! made to hold, or, in a marked pseudonym, to be off by a constant, so that arithmetic tells it from every
//! value: see `is_pseudonym`. The tweak binds tenant, class and record, so that equal values of two records
//! look unlike. Domains under one million are refused: a token is the answer there. FF1 cannot notice a wrong
//! key, tweak or record; the bank keeps the key's version beside the pseudonym.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use palet_mask::{ClassRef, Marking, Shape, ShapeError};
use palet_units::TenantId;
use zeroize::Zeroizing;

use crate::KeyVersion;
use crate::ff1::{Ff1Error, Ff1Key, Item, Scheme};

/// The longest record identifier that can be bound. **Units**: bytes of UTF-8.
pub const RECORD_BYTES_MAX: usize = 255;
/// How often the cipher is applied again where it left the domain. A step stays outside with a probability
/// under .9, so that this many in a row do not happen by chance.
const STEPS_MAX: usize = 2_000;
/// The most pairs of radix and length kept ready.
const SCHEMES_MAX: usize = 512;

/// What a pseudonym is bound to: in another place the same value has another pseudonym.
#[derive(Clone, Copy, Debug)]
pub struct PseudonymBinding<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The field's class, built in or the bank's own.
    pub class: ClassRef<'a>,
    /// The bank's identifier of the record; empty where equal values shall have equal pseudonyms everywhere.
    pub record: &'a str,
}

/// A pseudonym with the version of the key that leads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pseudonym {
    /// The text, of the value's shape.
    pub text: Zeroizing<String>,
    /// To be kept beside the text: nothing in the text tells it.
    pub version: KeyVersion,
}

/// Why there is no pseudonym, or no way back. Never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PseudonymError {
    /// The value has no shape: malformed, a class without one, or a domain that is too small.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// FF1 refuses the domain.
    #[error(transparent)]
    Ff1(#[from] Ff1Error),
    /// The record identifier is longer than `RECORD_BYTES_MAX`.
    #[error("expected a record of at most {RECORD_BYTES_MAX} bytes, got {0}")]
    RecordTooLong(usize),
    /// No value of the shape was reached.
    #[error("expected a value of the class's shape within {STEPS_MAX} steps, got none")]
    NoValue,
}

impl PseudonymError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape(error) => error.code(),
            Self::Ff1(error) => error.code(),
            Self::RecordTooLong(_) => "record-too-long",
            Self::NoValue => "pseudonym-no-value",
        }
    }
}

/// One value or pseudonym of a batch.
#[derive(Clone, Copy, Debug)]
pub struct PseudonymItem<'a> {
    /// The value, or the pseudonym on the way back.
    pub text: &'a str,
    /// What it is bound to.
    pub binding: PseudonymBinding<'a>,
    /// Whether the pseudonym is marked.
    pub marking: Marking,
}

/// Whether a text is a marked pseudonym of the class.
///
/// A marked pseudonym of a class with a checksum has the remainder 5 where a value has 0 (Luhn, ABA) and 48
/// where a value has 1 (IBAN); an e-mail address ends in `.invalid`; any other ends in `*`. So no value that
/// holds its checksum is ever taken for one. Of texts that are no values, such as mistyped ones, one in ten
/// is (Luhn, ABA), one in 97 (IBAN), and none of the other classes.
#[must_use]
pub fn is_pseudonym<'c>(class: impl Into<ClassRef<'c>>, text: &str) -> bool {
    Shape::parse(class, text, Marking::Marked).is_ok()
}

/// Makes pseudonyms and leads them back under one version of one key. Keys are wiped when it is dropped.
pub struct Pseudonyms {
    key: Ff1Key,
    version: KeyVersion,
    schemes: RwLock<HashMap<(u16, usize), Scheme>>,
}

impl core::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pseudonyms").field("version", &self.version).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum Way {
    Forth,
    Back,
}

/// A parsed item on its way.
struct Walker {
    index: usize,
    shape: Shape,
    digits: Zeroizing<Vec<u16>>,
    tweak: Vec<u8>,
    marking: Marking,
}

impl Pseudonyms {
    /// Pseudonyms under `key`. The caller wipes its own copy of the key.
    #[must_use]
    pub fn new(key: Ff1Key, version: KeyVersion) -> Self {
        Self { key, version, schemes: RwLock::default() }
    }

    /// The version of the key.
    #[must_use]
    pub const fn version(&self) -> KeyVersion {
        self.version
    }

    /// The pseudonym of a value, marked or passing for a value.
    ///
    /// **Errors**: `PseudonymError`; a domain that is too small tells the alternatives.
    pub fn encrypt(
        &self,
        value: &str,
        binding: &PseudonymBinding<'_>,
        marking: Marking,
    ) -> Result<Pseudonym, PseudonymError> {
        let text = self.one(value, binding, marking, Way::Forth)?;
        Ok(Pseudonym { text, version: self.version })
    }

    /// The value of a pseudonym, in its plain spelling.
    ///
    /// **Errors**: `PseudonymError`. A pseudonym of another binding or key is not noticed: FF1 has no
    /// integrity. Where that matters, use a sealed value or a token.
    pub fn decrypt(
        &self,
        pseudonym: &str,
        binding: &PseudonymBinding<'_>,
        marking: Marking,
    ) -> Result<Zeroizing<String>, PseudonymError> {
        self.one(pseudonym, binding, marking, Way::Back)
    }

    /// The pseudonyms of many values, ciphered side by side; an outcome each, in order.
    #[must_use]
    pub fn encrypt_batch(
        &self,
        items: &[PseudonymItem<'_>],
    ) -> Vec<Result<Zeroizing<String>, PseudonymError>> {
        self.batch(items, Way::Forth)
    }

    /// The values of many pseudonyms, deciphered side by side; an outcome each, in order.
    #[must_use]
    pub fn decrypt_batch(
        &self,
        items: &[PseudonymItem<'_>],
    ) -> Vec<Result<Zeroizing<String>, PseudonymError>> {
        self.batch(items, Way::Back)
    }

    fn one(
        &self,
        text: &str,
        binding: &PseudonymBinding<'_>,
        marking: Marking,
        way: Way,
    ) -> Result<Zeroizing<String>, PseudonymError> {
        let item = PseudonymItem { text, binding: *binding, marking };
        let mut walker = Walker::parse(0, &item, way)?;
        let context = self.scheme(walker.domain())?.context(&walker.tweak)?;
        for _ in 0..STEPS_MAX {
            match way {
                Way::Forth => context.encrypt(&mut walker.digits)?,
                Way::Back => context.decrypt(&mut walker.digits)?,
            }
            if let Some(text) = walker.text(way) {
                return Ok(text);
            }
        }
        Err(PseudonymError::NoValue)
    }

    fn batch(&self, items: &[PseudonymItem<'_>], way: Way) -> Vec<Result<Zeroizing<String>, PseudonymError>> {
        let mut outcomes = vec![Err(PseudonymError::NoValue); items.len()];
        let mut groups: BTreeMap<(u16, usize), Vec<Walker>> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            match Walker::parse(index, item, way) {
                Ok(walker) => groups.entry(walker.domain()).or_default().push(walker),
                Err(error) => outcomes[index] = Err(error),
            }
        }
        for (domain, mut walkers) in groups {
            if let Err(error) = self.walk(domain, &mut walkers, way, &mut outcomes) {
                walkers.iter().for_each(|walker| outcomes[walker.index] = Err(error));
            }
        }
        outcomes
    }

    /// Steps all walkers of a domain at once; those that arrive leave.
    fn walk(
        &self,
        domain: (u16, usize),
        walkers: &mut Vec<Walker>,
        way: Way,
        outcomes: &mut [Result<Zeroizing<String>, PseudonymError>],
    ) -> Result<(), PseudonymError> {
        let scheme = self.scheme(domain)?;
        for _ in 0..STEPS_MAX {
            let mut items: Vec<Item<'_>> =
                walkers.iter_mut().map(|Walker { tweak, digits, .. }| Item { tweak, digits }).collect();
            match way {
                Way::Forth => scheme.encrypt_each(&mut items)?,
                Way::Back => scheme.decrypt_each(&mut items)?,
            }
            walkers.retain(|walker| match walker.text(way) {
                Some(text) => {
                    outcomes[walker.index] = Ok(text);
                    false
                }
                None => true,
            });
            if walkers.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn scheme(&self, (radix, length): (u16, usize)) -> Result<Scheme, Ff1Error> {
        let known = self.schemes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(scheme) = known.get(&(radix, length)) {
            return Ok(scheme.clone());
        }
        drop(known);
        let scheme = Scheme::new(self.key.clone(), u32::from(radix), length)?;
        let mut known = self.schemes.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < SCHEMES_MAX {
            known.insert((radix, length), scheme.clone());
        }
        Ok(scheme)
    }
}

impl Walker {
    fn parse(index: usize, item: &PseudonymItem<'_>, way: Way) -> Result<Self, PseudonymError> {
        let marking = match way {
            Way::Forth => Marking::Plain,
            Way::Back => item.marking,
        };
        let shape = Shape::parse(item.binding.class, item.text, marking)?;
        let (digits, tweak) = (shape.digits(), tweak(&item.binding)?);
        Ok(Self { index, shape, digits, tweak, marking: item.marking })
    }

    fn domain(&self) -> (u16, usize) {
        (self.shape.radix(), self.digits.len())
    }

    fn text(&self, way: Way) -> Option<Zeroizing<String>> {
        let marking = match way {
            Way::Forth => self.marking,
            Way::Back => Marking::Plain,
        };
        self.shape.assemble(&self.digits, marking)
    }
}

/// Format, class, tenant, the name of the bank's own class, record: each but the last with its length, so that
/// two bindings never make one tweak.
fn tweak(binding: &PseudonymBinding<'_>) -> Result<Vec<u8>, PseudonymError> {
    let (class, name) = match binding.class {
        ClassRef::BuiltIn(class) => (class, ""),
        ClassRef::Custom(class) => (palet_mask::FieldClass::Custom, class.name()),
    };
    let (tenant, record) = (binding.tenant.as_str().as_bytes(), binding.record.as_bytes());
    if record.len() > RECORD_BYTES_MAX {
        return Err(PseudonymError::RecordTooLong(record.len()));
    }
    let mut tweak = Vec::with_capacity(6 + tenant.len() + name.len() + record.len());
    // Tenants have at most 64 bytes, names of classes fewer than 2¹⁶.
    tweak.extend_from_slice(&[1, class as u8, tenant.len() as u8]);
    tweak.extend_from_slice(tenant);
    tweak.extend_from_slice(&(name.len() as u16).to_be_bytes());
    tweak.extend_from_slice(name.as_bytes());
    tweak.extend_from_slice(record);
    Ok(tweak)
}

#[cfg(test)]
mod tests;
