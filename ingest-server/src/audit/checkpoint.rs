//! Signed checkpoints: what the end of the log was at a point in time. A chain alone cannot show that its tail is
//! gone, or that all of it was written anew; a signature over its end does.

use base64::{Engine, engine::general_purpose::STANDARD};
use palet_units::{Micros, TenantId};
use ring::{
    hmac,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};

use super::chain::{Tip, hex, parse_hex};
use crate::clock;

const LABEL: &[u8] = b"palet audit checkpoint 1\n";

/// What a checkpoint stands for. Part of what is signed: whoever cuts the log at a kept checkpoint has none that says
/// it were the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckpointKind {
    /// The end of the log at that time.
    Head,
    /// A point on the way, kept to bound where a log that was written anew departs.
    Kept,
}

/// Why a checkpoint is not to be had or not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The secret is no Ed25519 seed.
    #[error("expected an Ed25519 secret of 32 bytes")]
    Secret,
    /// The text is no public key.
    #[error("expected an Ed25519 public key of 32 bytes in base64")]
    PublicKey,
    /// The text is no checkpoint.
    #[error("expected a checkpoint as palet audit checkpoint prints it")]
    Malformed,
    /// None of the known keys signed it.
    #[error("expected a checkpoint that one of the known keys signed")]
    Signature,
}

/// What checks signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Parses the key's base64. **Errors**: `CheckpointError::PublicKey`.
    pub fn from_base64(text: &str) -> Result<Self, CheckpointError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| CheckpointError::PublicKey)?;
        Ok(Self(bytes.try_into().map_err(|_| CheckpointError::PublicKey)?))
    }

    /// The key in base64.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

/// Signs checkpoints, and makes digests of what lines must not spell out.
pub struct Signer {
    pair: Ed25519KeyPair,
    index: Index,
}

/// Keyed digests: equal texts of one tenant have equal digests, and nobody without the key can try texts out.
#[derive(Clone)]
pub(super) struct Index(hmac::Key);

impl Index {
    fn new(secret: &[u8; 32]) -> Self {
        let outer = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&outer, b"palet audit index 1").as_ref()))
    }

    pub(super) fn digest(&self, tenant: &TenantId, text: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&[tenant.as_str().len() as u8]);
        context.update(tenant.as_str().as_bytes());
        context.update(text.as_bytes());
        hex(context.sign().as_ref().get(..16).unwrap_or_default())
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Index(redacted)")
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(redacted)")
    }
}

impl Signer {
    /// A signer from its secret. **Errors**: `CheckpointError::Secret`.
    pub fn new(secret: &[u8; 32]) -> Result<Self, CheckpointError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret).map_err(|_| CheckpointError::Secret)?;
        Ok(Self { pair, index: Index::new(secret) })
    }

    pub(super) fn index(&self) -> Index {
        self.index.clone()
    }

    /// What checks this signer's signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(key)
    }

    pub(super) fn sign(&self, kind: CheckpointKind, tip: Tip, at: Micros) -> Checkpoint {
        let signature = self.pair.sign(&signed_bytes(kind, tip, at.0));
        Checkpoint {
            kind,
            seq: tip.seq,
            hash: hex(&tip.hash),
            at: clock::rfc3339(at),
            at_us: at.0,
            signature: STANDARD.encode(signature.as_ref()),
        }
    }
}

/// The end of the log at a point in time, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// What it stands for.
    pub kind: CheckpointKind,
    /// The number of the last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// When it was signed.
    pub at: String,
    /// The same in microseconds since 1970; this one is signed.
    pub at_us: u64,
    /// Ed25519, in base64.
    pub signature: String,
}

impl Checkpoint {
    /// Parses one line of JSON. **Errors**: `CheckpointError::Malformed`.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        serde_json::from_str(text.trim()).map_err(|_| CheckpointError::Malformed)
    }

    /// One line of JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks the signature; gives back what was signed. **Errors**: `Malformed`, `Signature`.
    pub(super) fn check(&self, keys: &[PublicKey]) -> Result<Tip, CheckpointError> {
        let hash = parse_hex(&self.hash).ok_or(CheckpointError::Malformed)?;
        let signature = STANDARD.decode(&self.signature).map_err(|_| CheckpointError::Malformed)?;
        let tip = Tip { seq: self.seq, hash };
        let bytes = signed_bytes(self.kind, tip, self.at_us);
        let good =
            |key: &PublicKey| UnparsedPublicKey::new(&ED25519, key.0).verify(&bytes, &signature).is_ok();
        if keys.iter().any(good) { Ok(tip) } else { Err(CheckpointError::Signature) }
    }
}

fn signed_bytes(kind: CheckpointKind, tip: Tip, at_us: u64) -> Vec<u8> {
    let kind: &[u8] = match kind {
        CheckpointKind::Head => b"head",
        CheckpointKind::Kept => b"kept",
    };
    [LABEL, kind, &tip.seq.to_be_bytes(), &tip.hash, &at_us.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_believed_as_it_was_signed_and_not_otherwise() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let (key, other) = (signer.public_key(), Signer::new(&[8; 32]).unwrap().public_key());
        let tip = Tip { seq: 5, hash: [3; 32] };
        let checkpoint = signer.sign(CheckpointKind::Kept, tip, Micros(1_000_000));
        let read = Checkpoint::parse(&checkpoint.to_line()).unwrap();
        assert_eq!(read.check(&[other, key]), Ok(tip));
        assert_eq!(read.check(&[other]), Err(CheckpointError::Signature));
        let altered = Checkpoint { seq: 4, ..read.clone() };
        assert_eq!(altered.check(&[key]), Err(CheckpointError::Signature));
        let altered = Checkpoint { kind: CheckpointKind::Head, ..read.clone() };
        assert_eq!(altered.check(&[key]), Err(CheckpointError::Signature));
        let altered = Checkpoint { at_us: 2_000_000, ..read };
        assert_eq!(altered.check(&[key]), Err(CheckpointError::Signature));
        assert_eq!(PublicKey::from_base64(&key.to_base64()), Ok(key));
    }
}
