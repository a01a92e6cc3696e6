//! Contexts kept by key version, radix, length and tweak, so that a value seen again costs ten blocks alone.
//!
//! Bounded by two generations: when the young one is full it becomes the old one, and the old one is wiped.

use std::collections::HashMap;

use super::{Context, Ff1Error, Ff1Key, Scheme};
use crate::KeyVersion;

/// The most schemes kept at once; past it all are wiped and made anew.
const SCHEMES_MAX: usize = 256;

/// Why no context can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContextsError {
    /// No key of this version was given.
    #[error("expected the version of a known key, got {0}")]
    UnknownKeyVersion(KeyVersion),
    /// FF1 refuses.
    #[error(transparent)]
    Ff1(#[from] Ff1Error),
}

/// The contexts of one family of keys: one tenant's, of one class.
#[derive(Debug)]
pub struct Contexts {
    keys: HashMap<KeyVersion, Ff1Key>,
    schemes: HashMap<(KeyVersion, u32, usize), Tweaks>,
    per_scheme: usize,
}

#[derive(Debug)]
struct Tweaks {
    scheme: Scheme,
    young: HashMap<Box<[u8]>, Context>,
    old: HashMap<Box<[u8]>, Context>,
}

impl Contexts {
    /// Keeps at most `per_scheme` young and as many old contexts of each radix and length.
    #[must_use]
    pub fn new(per_scheme: usize) -> Self {
        Self { keys: HashMap::new(), schemes: HashMap::new(), per_scheme: per_scheme.max(1) }
    }

    /// Adds or replaces the key of a version; what was cached of a key replaced is wiped.
    pub fn insert_key(&mut self, version: KeyVersion, key: Ff1Key) {
        self.remove_key(version);
        self.keys.insert(version, key);
    }

    /// Wipes a key and all that was cached of it.
    pub fn remove_key(&mut self, version: KeyVersion) {
        self.keys.remove(&version);
        self.schemes.retain(|of, _| of.0 != version);
    }

    /// The scheme of a key version, radix and length: for batches in which each value has its own tweak.
    ///
    /// **Errors**: `UnknownKeyVersion`; `Ff1` for a radix or length outside of the standard's limits.
    pub fn scheme(
        &mut self,
        version: KeyVersion,
        radix: u32,
        length: usize,
    ) -> Result<&Scheme, ContextsError> {
        self.tweaks(version, radix, length).map(|tweaks| &tweaks.scheme)
    }

    /// The context of a key version, radix, length and tweak.
    ///
    /// **Errors**: as `scheme`, and `Ff1` for a tweak that is too long.
    pub fn context(
        &mut self,
        version: KeyVersion,
        radix: u32,
        length: usize,
        tweak: &[u8],
    ) -> Result<Context, ContextsError> {
        let per_scheme = self.per_scheme;
        let tweaks = self.tweaks(version, radix, length)?;
        if let Some(context) = tweaks.young.get(tweak) {
            return Ok(context.clone());
        }
        let context = match tweaks.old.remove(tweak) {
            Some(context) => context,
            None => tweaks.scheme.context(tweak)?,
        };
        if tweaks.young.len() >= per_scheme {
            tweaks.old = core::mem::take(&mut tweaks.young);
        }
        tweaks.young.insert(tweak.into(), context.clone());
        Ok(context)
    }

    fn tweaks(
        &mut self,
        version: KeyVersion,
        radix: u32,
        length: usize,
    ) -> Result<&mut Tweaks, ContextsError> {
        let of = (version, radix, length);
        if !self.schemes.contains_key(&of) {
            let key = self.keys.get(&version).ok_or(ContextsError::UnknownKeyVersion(version))?;
            let scheme = Scheme::new(key.clone(), radix, length)?;
            if self.schemes.len() >= SCHEMES_MAX {
                self.schemes.clear();
            }
            self.schemes.insert(of, Tweaks { scheme, young: HashMap::new(), old: HashMap::new() });
        }
        self.schemes.get_mut(&of).ok_or(ContextsError::UnknownKeyVersion(version))
    }

    #[cfg(test)]
    fn kept(&self) -> usize {
        self.schemes.values().map(|tweaks| tweaks.young.len() + tweaks.old.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Contexts {
        let mut contexts = Contexts::new(4);
        contexts.insert_key(KeyVersion(1), Ff1Key::new(&[1; 32]).unwrap());
        contexts
    }

    fn encrypt(contexts: &mut Contexts, version: u32, tweak: &[u8]) -> Vec<u16> {
        let mut digits = vec![1, 2, 3, 4, 5, 6, 7, 8];
        contexts.context(KeyVersion(version), 10, 8, tweak).unwrap().encrypt(&mut digits).unwrap();
        digits
    }

    #[test]
    fn what_is_kept_is_bounded_and_answers_as_what_is_new() {
        let mut kept = contexts();
        for tweak in 0..100u8 {
            let first = encrypt(&mut kept, 1, &[tweak]);
            assert_eq!(first, encrypt(&mut kept, 1, &[tweak]));
            assert_eq!(first, encrypt(&mut contexts(), 1, &[tweak]));
            assert!(kept.kept() <= 8);
        }
    }

    #[test]
    fn version_and_tweak_each_change_the_answer() {
        let mut contexts = contexts();
        contexts.insert_key(KeyVersion(2), Ff1Key::new(&[2; 32]).unwrap());
        let first = encrypt(&mut contexts, 1, b"a");
        assert_ne!(first, encrypt(&mut contexts, 1, b"b"));
        assert_ne!(first, encrypt(&mut contexts, 2, b"a"));
    }

    #[test]
    fn a_key_replaced_or_removed_leaves_nothing_behind() {
        let mut contexts = contexts();
        let first = encrypt(&mut contexts, 1, b"a");
        contexts.insert_key(KeyVersion(1), Ff1Key::new(&[3; 32]).unwrap());
        assert_ne!(first, encrypt(&mut contexts, 1, b"a"));
        contexts.remove_key(KeyVersion(1));
        let gone = contexts.context(KeyVersion(1), 10, 8, b"a").unwrap_err();
        assert_eq!(gone, ContextsError::UnknownKeyVersion(KeyVersion(1)));
        assert_eq!(contexts.kept(), 0);
    }

    #[test]
    fn ff1_refuses_through_the_cache_as_without() {
        let refusal = contexts().context(KeyVersion(1), 10, 5, b"").unwrap_err();
        assert!(matches!(refusal, ContextsError::Ff1(Ff1Error::DomainTooSmall { .. })));
    }
}
