//! One-way envelopes, `Noise_N`: what a socket would have carried, in a POST and its answer.

use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

use crate::{
    PublicKey, SealError, StaticSecret,
    handshake::{read, write},
    noise::{ENVELOPE_PATTERN, Seed, initiator, responder},
};

const REQUEST_PROLOGUE: &[u8] = b"palet.v1 request";
const REPLY_PROLOGUE: &[u8] = b"palet.v1 reply";

/// The page's one-time secret that the reply is sealed for; its public half travels inside the request.
pub struct ReplySecret(StaticSecret);

impl ReplySecret {
    /// A one-time secret from 32 fresh bytes.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(StaticSecret::from_bytes(seed))
    }

    /// What the request carries.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }
}

impl fmt::Debug for ReplySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplySecret(redacted)")
    }
}

fn seal(prologue: &[u8], to: &PublicKey, seed: [u8; 32], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut state = initiator(ENVELOPE_PATTERN, prologue, to, Seed(Zeroizing::new(seed)))?;
    write(&mut state, plaintext)
}

fn open(prologue: &[u8], secret: &StaticSecret, envelope: &[u8]) -> Result<Vec<u8>, SealError> {
    // The one-way pattern needs no ephemeral key on this side; the seed is never drawn.
    let mut state = responder(ENVELOPE_PATTERN, prologue, secret, Seed(Zeroizing::new([0; 32])))?;
    read(&mut state, envelope)
}

/// Seals a request for the server. `seed` must be fresh. **Errors**: `TooLong`, or `Open` for a degenerate key.
pub fn seal_request(to: &PublicKey, seed: [u8; 32], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    seal(REQUEST_PROLOGUE, to, seed, plaintext)
}

/// Opens a request with the server's static secret. **Errors**: `Open`.
pub fn open_request(secret: &StaticSecret, envelope: &[u8]) -> Result<Vec<u8>, SealError> {
    open(REQUEST_PROLOGUE, secret, envelope)
}

/// Seals the reply to the key that the request carried. `seed` must be fresh. **Errors**: as [`seal_request`].
pub fn seal_reply(to: &PublicKey, seed: [u8; 32], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    seal(REPLY_PROLOGUE, to, seed, plaintext)
}

/// Opens the reply. **Errors**: `Open`.
pub fn open_reply(secret: &ReplySecret, envelope: &[u8]) -> Result<Vec<u8>, SealError> {
    open(REPLY_PROLOGUE, &secret.0, envelope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_opens_only_as_a_request_and_only_for_its_server() {
        let server = StaticSecret::from_bytes([7; 32]);
        let envelope = seal_request(&server.public_key(), [3; 32], b"hello").unwrap();
        assert_eq!(open_request(&server, &envelope).unwrap(), b"hello");
        assert_eq!(open(REPLY_PROLOGUE, &server, &envelope), Err(SealError::Open));
        assert_eq!(open_request(&StaticSecret::from_bytes([8; 32]), &envelope), Err(SealError::Open));
        for cut in 0..envelope.len() {
            assert_eq!(open_request(&server, &envelope[..cut]), Err(SealError::Open));
        }
    }

    #[test]
    fn a_reply_opens_only_with_the_pages_one_time_secret() {
        let page = ReplySecret::from_seed([5; 32]);
        let reply = seal_reply(&page.public_key(), [6; 32], b"directives").unwrap();
        assert_eq!(open_reply(&page, &reply).unwrap(), b"directives");
        assert_eq!(open_reply(&ReplySecret::from_seed([4; 32]), &reply), Err(SealError::Open));
    }
}
