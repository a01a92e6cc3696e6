//! Random tokens: 192 random bits, and beside them, in a store, the sealed value that they stand for.
//!
//! The store is asked by a digest of the token, so that who reads the store holds no token. The digest needs no
//! key, since a token cannot be guessed: so the value can be sealed under a newer key, and the older one be
//! destroyed, while the token stays what it is.

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{TokenKey, decode, encode};
use crate::{OpenError, Opened, SealBinding, SealError, ValueSealer};

pub(super) const PREFIX: &str = "r1.";
const LABEL: &[u8] = b"palet random token 1";
const RANDOM_BYTES: usize = 24;

/// A token just made: the first goes out, the other two into the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// What the store keeps it under.
    pub lookup: String,
    /// What the store keeps.
    pub sealed: String,
}

impl core::fmt::Debug for Issued {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Issued").field("lookup", &self.lookup).finish_non_exhaustive()
    }
}

/// Issues random tokens and opens what the store keeps for them.
#[derive(Debug)]
pub struct RandomTokens {
    sealer: ValueSealer,
}

impl RandomTokens {
    /// Tokens whose values are sealed by `sealer`.
    #[must_use]
    pub const fn new(sealer: ValueSealer) -> Self {
        Self { sealer }
    }

    /// A token for a value, good until `expires`. **Errors**: `SealError`.
    pub fn issue(
        &self,
        value: &str,
        tenant: &TenantId,
        class: FieldClass,
        expires: Option<Micros>,
        rng: &mut impl CryptoRng,
    ) -> Result<Issued, SealError> {
        let mut random = [0; RANDOM_BYTES];
        rng.fill_bytes(&mut random);
        let token = encode(PREFIX, TokenKey { class, version: self.sealer.version() }, &random);
        let lookup = lookup(&token, tenant);
        let binding = SealBinding { tenant, class, record: &lookup, session: None };
        let sealed = self.sealer.seal_until(value, &binding, expires, rng)?;
        Ok(Issued { token, lookup, sealed })
    }

    /// Opens what the store keeps for a token.
    ///
    /// **Errors**: `OpenError` where the entry is another token's, or too old, or altered.
    pub fn open(
        &self,
        token: &str,
        sealed: &str,
        tenant: &TenantId,
        now: Micros,
    ) -> Result<Opened, OpenError> {
        let (key, _) = decode(PREFIX, token)?;
        let lookup = Self::lookup(token, tenant)?;
        let opened = self.sealer.open_within(sealed, tenant, None, now)?;
        let own = opened.record.as_bytes().ct_eq(lookup.as_bytes());
        if bool::from(own) && opened.class == key.class { Ok(opened) } else { Err(OpenError) }
    }

    /// Seals what the store keeps under this key, where an older one sealed it; token and lookup stay.
    ///
    /// **Errors**: `OpenError` where the older key does not open it.
    pub fn rewrap(
        &self,
        older: &Self,
        sealed: &str,
        tenant: &TenantId,
        rng: &mut impl CryptoRng,
    ) -> Result<String, OpenError> {
        self.sealer.rewrap(&older.sealer, sealed, tenant, None, rng)
    }

    /// What the store keeps a token under. **Errors**: `OpenError` for what is no random token.
    pub fn lookup(token: &str, tenant: &TenantId) -> Result<String, OpenError> {
        let (_, random) = decode(PREFIX, token)?;
        if random.len() == RANDOM_BYTES { Ok(lookup(token, tenant)) } else { Err(OpenError) }
    }
}

fn lookup(token: &str, tenant: &TenantId) -> String {
    let tenant = tenant.as_str().as_bytes();
    // Tenants have at most 64 bytes.
    let mut digest = Sha256::new_with_prefix(LABEL);
    digest.update([tenant.len() as u8]);
    digest.update(tenant);
    digest.update(token.as_bytes());
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
