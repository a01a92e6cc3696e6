//! A data key unwrapped, and the keys of each purpose that come from it by HKDF-SHA-256 (RFC 5869).
//!
//! No key serves two purposes. Where a value belongs to a subject, the subject's secret is mixed in: once that
//! is gone, so is all that was sealed for the subject, while the data key stays for the others.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ff1::{Ff1Error, Ff1Key};
use crate::pseudonym::Pseudonyms;
use crate::tokens::{DeterministicTokens, IndexTokens, RandomTokens};
use crate::{KeyVersion, ValueSealer};

/// A data key of one tenant, class and version. Wiped when dropped.
pub struct DataKey {
    key: Zeroizing<[u8; 32]>,
    version: KeyVersion,
    subject_bound: bool,
}

/// What a subject's values need beside the data key. Wiped when dropped.
pub struct SubjectSecret(pub(super) Zeroizing<[u8; 32]>);

impl core::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DataKey").field("version", &self.version).finish_non_exhaustive()
    }
}

impl core::fmt::Debug for SubjectSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SubjectSecret(..)")
    }
}

impl DataKey {
    pub(super) const fn new(key: Zeroizing<[u8; 32]>, version: KeyVersion) -> Self {
        Self { key, version, subject_bound: false }
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> KeyVersion {
        self.version
    }

    /// The same key for one subject alone: what it seals is lost with the subject's secret.
    #[must_use]
    pub fn for_subject(&self, secret: &SubjectSecret) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        expand(&self.key, Some(&*secret.0), "palet subject 1", &mut *key);
        Self { key, version: self.version, subject_bound: true }
    }

    /// Seals values for pages.
    #[must_use]
    pub fn value_sealer(&self) -> ValueSealer {
        self.sealer("palet sealed value 1")
    }

    /// Makes same-shape pseudonyms. **Errors**: none in practice, since the key has 32 bytes.
    pub fn pseudonyms(&self) -> Result<Pseudonyms, Ff1Error> {
        let key = self.purpose::<32>("palet fpe 1");
        Ok(Pseudonyms::new(Ff1Key::new(&*key)?, self.version))
    }

    /// Makes deterministic tokens.
    #[must_use]
    pub fn deterministic_tokens(&self) -> DeterministicTokens {
        DeterministicTokens::new(&self.purpose("palet deterministic token 1"), self.version)
    }

    /// Makes one-way tokens.
    #[must_use]
    pub fn index_tokens(&self) -> IndexTokens {
        IndexTokens::new(&self.purpose("palet index token 1"), self.version)
    }

    /// Issues random tokens.
    #[must_use]
    pub fn random_tokens(&self) -> RandomTokens {
        RandomTokens::new(self.sealer("palet random token value 1"))
    }

    fn sealer(&self, label: &str) -> ValueSealer {
        let make = if self.subject_bound { ValueSealer::of_subject } else { ValueSealer::new };
        make(&self.purpose(label), self.version)
    }

    fn purpose<const N: usize>(&self, label: &str) -> Zeroizing<[u8; N]> {
        let mut key = Zeroizing::new([0; N]);
        expand(&self.key, None, label, &mut *key);
        key
    }
}

/// HKDF-SHA-256: `secret`, where given, is the salt.
fn expand(key: &[u8; 32], secret: Option<&[u8; 32]>, label: &str, output: &mut [u8]) {
    let hkdf = Hkdf::<Sha256>::new(secret.map(<[u8; 32]>::as_slice), key);
    // HKDF refuses outputs above 8,160 bytes alone; none here is longer than 64.
    let expanded = hkdf.expand(label.as_bytes(), output);
    debug_assert!(expanded.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hkdf_is_the_published_one() {
        // RFC 5869, A.3: no salt, no info; the input keying material there has 22 bytes.
        let mut output = [0; 42];
        Hkdf::<Sha256>::new(None, &[0x0b; 22]).expand(b"", &mut output).unwrap();
        assert_eq!(output[..8], [0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f]);
    }

    #[test]
    fn each_purpose_and_subject_has_its_own_key() {
        let key = DataKey::new(Zeroizing::new([1; 32]), KeyVersion(1));
        let [one, other] = [2, 3].map(|byte| key.for_subject(&SubjectSecret(Zeroizing::new([byte; 32]))));
        let mut seen = std::collections::BTreeSet::new();
        for key in [&key, &one, &other] {
            for label in ["palet fpe 1", "palet sealed value 1", "palet index token 1"] {
                assert!(seen.insert(*key.purpose::<32>(label)));
            }
        }
    }
}
