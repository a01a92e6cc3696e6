//! The two Noise patterns over `snow`, with the primitives and the randomness that the caller chose: what the server
//! runs, with ring's assembly for the frames.

use alloc::boxed::Box;
use snow::{
    Builder,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver, RingResolver},
    types::{Cipher, Dh, Hash, Random},
};
pub(crate) use snow::{HandshakeState, TransportState};
use zeroize::Zeroizing;

use crate::{PublicKey, SealError, StaticSecret, noise::Seed};

struct Once(Option<Seed>);

impl Random for Once {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        match self.0.take() {
            Some(seed) if dest.len() == seed.0.len() => {
                dest.copy_from_slice(&*seed.0);
                Ok(())
            }
            _ => Err(snow::Error::Rng),
        }
    }
}

struct Primitives {
    seed: Zeroizing<[u8; 32]>,
}

impl CryptoResolver for Primitives {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(Seed(self.seed.clone())))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        RingResolver.resolve_cipher(choice)
    }
}

fn builder(pattern: &str, seed: Seed) -> Result<Builder<'_>, snow::Error> {
    Ok(Builder::with_resolver(pattern.parse()?, Box::new(Primitives { seed: seed.0 })))
}

/// The side that knows the other's static key.
pub(crate) fn initiator(
    pattern: &str,
    prologue: &[u8],
    to: &PublicKey,
    seed: Seed,
) -> Result<HandshakeState, SealError> {
    builder(pattern, seed)
        .and_then(|b| b.prologue(prologue)?.remote_public_key(to.as_bytes())?.build_initiator())
        .map_err(|_| SealError::Open)
}

/// The side that holds the static key.
pub(crate) fn responder(
    pattern: &str,
    prologue: &[u8],
    secret: &StaticSecret,
    seed: Seed,
) -> Result<HandshakeState, SealError> {
    builder(pattern, seed)
        .and_then(|b| b.prologue(prologue)?.local_private_key(secret.expose())?.build_responder())
        .map_err(|_| SealError::Open)
}

/// The public half of a secret key.
pub(crate) fn derive_public(secret: &[u8; 32]) -> [u8; 32] {
    let mut public = [0; 32];
    if let Some(mut dh) = DefaultResolver.resolve_dh(&DHChoice::Curve25519) {
        dh.set(secret);
        public.copy_from_slice(dh.pubkey());
    }
    public
}

/// BLAKE2s of the parts, one after the other.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    if let Some(mut hash) = DefaultResolver.resolve_hash(&HashChoice::Blake2s) {
        parts.iter().for_each(|part| hash.input(part));
        hash.result(&mut out);
    }
    out
}
