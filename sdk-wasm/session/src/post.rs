//! The POST fallback: what a socket would have carried, one request at a time.

use alloc::vec::Vec;
use palet_seal::{Ratchet, ReplySecret, SealError, seal_request};
use palet_units::Micros;
use palet_wire::{EnvelopeReply, decode_envelope_reply, encode_envelope};

use crate::settings::ClientSettings;

/// The fallback's own state.
#[derive(Default)]
pub(crate) struct Post {
    /// The request under way.
    pub(crate) in_flight: Option<InFlight>,
    /// When the next request is due, if nothing waits.
    pub(crate) next_at: Micros,
    /// When the next request may go out, if something waits.
    pub(crate) urgent_at: Micros,
    /// When a socket is tried again.
    pub(crate) socket_at: Micros,
}

/// A request that waits for its reply.
pub(crate) struct InFlight {
    secret: ReplySecret,
    pub(crate) until: Micros,
}

impl InFlight {
    /// Opens the reply. `None` where it is not for this request.
    pub(crate) fn open(&self, bytes: &[u8]) -> Option<EnvelopeReply> {
        let plaintext = palet_seal::open_reply(&self.secret, bytes).ok()?;
        decode_envelope_reply(&plaintext).ok()
    }
}

/// Seals encoded messages for the server, `Hello` first.
pub(crate) fn seal(
    settings: &ClientSettings,
    messages: &[Vec<u8>],
    ratchet: &mut Ratchet,
    until: Micros,
) -> Result<(Vec<u8>, InFlight), SealError> {
    let secret = ReplySecret::from_seed(ratchet.draw());
    let plaintext = encode_envelope(secret.public_key().as_bytes(), messages)
        .map_err(|_| SealError::TooLong { max: palet_wire::limits::MESSAGE_BYTES_MAX, got: usize::MAX })?;
    let bytes = seal_request(&settings.server_key, ratchet.draw(), &plaintext)?;
    Ok((bytes, InFlight { secret, until }))
}
