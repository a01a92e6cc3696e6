//! Tokens: what a system keeps in place of a value, where no shape has to be kept.
//!
//! Deterministic ones (`d1.`) are equal where the values are, and lead back: AES-SIV. Random ones (`r1.`) say
//! nothing at all; the sealed value that they stand for is kept in a store under an index of the token. One-way
//! ones (`i1.`) are a keyed index by which equal values are found, and lead nowhere back (PCI DSS 4.0.1,
//! 3.5.1.1). Each carries its class and key version in the clear and authenticated. A token that does not
//! belong gives one error, whatever is wrong.
//!
//! ```text
//! d1. base64url( format 1 · class 1 · key version 4 · synthetic IV 16 · bytes of the value 2 · value · zeros )
//! r1. base64url( format 1 · class 1 · key version 4 · random 24 )
//! i1. base64url( format 1 · class 1 · key version 4 · HMAC-SHA-256 32 )
//! ```
//! In `d1.` what follows the synthetic IV is encrypted and padded to 32, 64, 128, … bytes.

mod deterministic;
mod index;
mod random;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use palet_mask::{ClassRef, FieldClass};
use palet_units::TenantId;

pub use deterministic::DeterministicTokens;
pub use index::{IndexError, IndexTokens};
pub use random::{Issued, RandomTokens};

use crate::{KeyVersion, OpenError};

const FORMAT: u8 = 1;
const HEADER_BYTES: usize = 6;
/// No token is longer. **Units**: characters.
const TOKEN_CHARS_MAX: usize = 24_576;

/// Class and key version of a token: what is needed to find its key. Not to be believed before it has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// The class.
    pub class: FieldClass,
    /// The version of the key.
    pub version: KeyVersion,
}

impl TokenKey {
    /// Reads class and key version of a token of any of the three kinds. **Errors**: `OpenError`.
    pub fn parse(token: &str) -> Result<Self, OpenError> {
        let kinds = [deterministic::PREFIX, random::PREFIX, index::PREFIX];
        let prefix = kinds.into_iter().find(|prefix| token.starts_with(prefix)).ok_or(OpenError)?;
        decode(prefix, token).map(|(key, _)| key)
    }

    fn header(self) -> [u8; HEADER_BYTES] {
        let [a, b, c, d] = self.version.0.to_be_bytes();
        [FORMAT, self.class as u8, a, b, c, d]
    }
}

fn encode(prefix: &str, key: TokenKey, body: &[u8]) -> String {
    let bytes = [&key.header(), body].concat();
    let mut token = String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4);
    token.push_str(prefix);
    BASE64_URL_SAFE_NO_PAD.encode_string(&bytes, &mut token);
    token
}

fn decode(prefix: &str, token: &str) -> Result<(TokenKey, Vec<u8>), OpenError> {
    let text = token.strip_prefix(prefix).filter(|text| text.len() <= TOKEN_CHARS_MAX).ok_or(OpenError)?;
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError)?;
    let &[format, class, a, b, c, d] = bytes.first_chunk::<HEADER_BYTES>().ok_or(OpenError)?;
    let class = *FieldClass::ALL.get(usize::from(class)).ok_or(OpenError)?;
    if format != FORMAT {
        return Err(OpenError);
    }
    bytes.drain(..HEADER_BYTES);
    Ok((TokenKey { class, version: KeyVersion(u32::from_be_bytes([a, b, c, d])) }, bytes))
}

/// Tenant, class and the name of the bank's own class, each so that no two make the same bytes.
fn place(tenant: &TenantId, class: ClassRef<'_>) -> Vec<u8> {
    let (code, name) = class_code(class);
    let tenant = tenant.as_str().as_bytes();
    // Tenants have at most 64 bytes, names of classes fewer than 2¹⁶.
    let mut bytes = vec![code as u8, tenant.len() as u8];
    bytes.extend_from_slice(tenant);
    bytes.extend_from_slice(&(name.len() as u16).to_be_bytes());
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

fn class_code<'c>(class: ClassRef<'c>) -> (FieldClass, &'c str) {
    match class {
        ClassRef::BuiltIn(class) => (class, ""),
        ClassRef::Custom(class) => (FieldClass::Custom, class.name()),
    }
}

#[cfg(test)]
mod tests;
