//! The POST fallback's envelopes, opened and answered; what is inside goes the same way as a socket's messages.

use palet_features::SCHEMA_VERSION;
use palet_seal::{PublicKey, StaticSecret};
use palet_wire::limits::FRAME_BYTES_MAX;
use palet_wire::{ClientMessage, EnvelopeReply, Hello, RefusalCode, ServerMessage, decode_envelope, encode};

/// An envelope of a page, opened, decoded and within all limits; the token is still to be judged.
#[derive(Debug)]
pub struct OpenedEnvelope {
    /// Who says it.
    pub hello: Hello,
    /// What follows `Hello`, in order; windows are still to be validated one by one.
    pub messages: Vec<ClientMessage>,
    reply_key: PublicKey,
}

/// The envelope's bytes beside its plaintext: an ephemeral key and a tag.
const ENVELOPE_OVERHEAD: usize = 48;

/// Opens an envelope. **Errors**: the same codes as on the socket.
pub fn open_envelope(bytes: &[u8], keys: &StaticSecret) -> Result<OpenedEnvelope, RefusalCode> {
    if bytes.len() > FRAME_BYTES_MAX + ENVELOPE_OVERHEAD {
        return Err(RefusalCode::TooLarge);
    }
    let plaintext = palet_seal::open_request(keys, bytes).map_err(|_| RefusalCode::BadFrame)?;
    let request = decode_envelope(&plaintext).map_err(|error| error.refusal())?;
    let mut messages = request.messages.into_iter();
    let Some(ClientMessage::Hello(hello)) = messages.next() else { return Err(RefusalCode::OutOfOrder) };
    if hello.schema != SCHEMA_VERSION {
        return Err(RefusalCode::BadSchema);
    }
    let messages: Vec<_> = messages.collect();
    if messages.iter().any(|message| matches!(message, ClientMessage::Hello(_))) {
        return Err(RefusalCode::OutOfOrder);
    }
    Ok(OpenedEnvelope { hello, messages, reply_key: PublicKey::from_bytes(request.reply_key) })
}

/// Seals the answer for the page that sent `envelope`. `seed` must be fresh.
///
/// **Errors**: `TooLarge` where the messages do not fit into one envelope.
pub fn seal_reply(
    envelope: &OpenedEnvelope,
    messages: Vec<ServerMessage>,
    seed: [u8; 32],
) -> Result<Vec<u8>, RefusalCode> {
    let plaintext = encode(&EnvelopeReply { messages }).map_err(|error| error.refusal())?;
    palet_seal::seal_reply(&envelope.reply_key, seed, &plaintext).map_err(|_| RefusalCode::BadFrame)
}
