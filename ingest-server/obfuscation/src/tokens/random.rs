//! Random tokens: 192 random bits, and beside them, in a store, the sealed value that they stand for.
//!
//! The store is asked by an index of the token, so that who reads the store holds no token.

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::index::mac;
use super::{TokenKey, decode, encode};
use crate::{KeyVersion, OpenError, Opened, SealBinding, SealError, ValueSealer};

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
    lookup: LookupKey,
    sealer: ValueSealer,
}

struct LookupKey(Zeroizing<[u8; 32]>);

impl core::fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LookupKey(..)")
    }
}

impl RandomTokens {
    /// Tokens of one key version: one key for the index, one within `sealer`. The caller wipes its copy.
    #[must_use]
    pub fn new(lookup: &[u8; 32], sealer: ValueSealer) -> Self {
        Self { lookup: LookupKey(Zeroizing::new(*lookup)), sealer }
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
        let token = encode(PREFIX, TokenKey { class, version: self.version() }, &random);
        let lookup = self.index(&token, tenant);
        let binding = SealBinding { tenant, class, record: &lookup, session: None };
        let sealed = self.sealer.seal_until(value, &binding, expires, rng)?;
        Ok(Issued { token, lookup, sealed })
    }

    /// What the store keeps a token under. **Errors**: `OpenError` for what is no token of this key.
    pub fn lookup(&self, token: &str, tenant: &TenantId) -> Result<String, OpenError> {
        let (key, random) = decode(PREFIX, token)?;
        if key.version != self.version() || random.len() != RANDOM_BYTES {
            return Err(OpenError);
        }
        Ok(self.index(token, tenant))
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
        let lookup = self.lookup(token, tenant)?;
        let opened = self.sealer.open_within(sealed, tenant, None, now)?;
        let own = opened.record.as_bytes().ct_eq(lookup.as_bytes());
        if bool::from(own) && opened.class == key.class { Ok(opened) } else { Err(OpenError) }
    }

    fn version(&self) -> KeyVersion {
        self.sealer.version()
    }

    fn index(&self, token: &str, tenant: &TenantId) -> String {
        let tenant = tenant.as_str().as_bytes();
        let parts = [LABEL, &[tenant.len() as u8], tenant, token.as_bytes()];
        let mac = mac(&self.lookup.0, &parts);
        mac.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
