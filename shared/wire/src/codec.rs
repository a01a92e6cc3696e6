//! Bytes to messages and back. `decode_*` refuses whatever `encode` could not have made within the limits.

use alloc::vec::Vec;
use palet_mask::FieldClass;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    ClientMessage, EnvelopeReply, EnvelopeRequest, FieldDeclaration, FieldSource, RefusalCode, ServerMessage,
    limits,
};

/// The version of the messages, the first byte of every plaintext.
pub const VERSION: u8 = 1;

/// The most messages in one envelope.
const ENVELOPE_MESSAGES_MAX: usize = 32;

/// Why bytes are not a message. Never repeats them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Nothing at all.
    #[error("expected a version byte, got an empty message")]
    Empty,
    /// Another version of the messages.
    #[error("expected message version {VERSION}, got {0}")]
    Version(u8),
    /// More bytes than a message may have.
    #[error("expected at most {max} bytes, got {got}")]
    TooLong {
        /// The limit.
        max: usize,
        /// The length.
        got: usize,
    },
    /// Not the encoding of any message, or bytes after its end.
    #[error("expected one whole message")]
    Malformed,
    /// A collection or text is longer than its limit.
    #[error("expected {what} within its limit")]
    Limit {
        /// What was too long.
        what: &'static str,
    },
}

impl CodecError {
    /// How the error is told to the page.
    #[must_use]
    pub const fn refusal(self) -> RefusalCode {
        match self {
            Self::Version(_) => RefusalCode::BadVersion,
            Self::TooLong { .. } | Self::Limit { .. } => RefusalCode::TooLarge,
            Self::Empty | Self::Malformed => RefusalCode::BadFrame,
        }
    }
}

/// Encodes a message. **Errors**: `TooLong` where it passes [`limits::MESSAGE_BYTES_MAX`].
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, CodecError> {
    let bytes = postcard::to_extend(message, alloc::vec![VERSION]).map_err(|_| CodecError::Malformed)?;
    within(bytes.len())?;
    Ok(bytes)
}

/// Encodes the plaintext of an [`EnvelopeRequest`] from messages that [`encode`] encoded before: a page keeps its
/// batches in that form. **Errors**: `TooLong`; `Malformed` for a message without its version byte.
///
/// ```text
/// byte  0        1 … 32     33 …
///       version  reply key  number of messages as a varint, then each message without its own version byte
/// ```
pub fn encode_envelope(reply_key: &[u8; 32], messages: &[Vec<u8>]) -> Result<Vec<u8>, CodecError> {
    let count = u8::try_from(messages.len()).ok().filter(|count| *count < 0x80);
    let count = count.ok_or(CodecError::Limit { what: "the messages of an envelope" })?;
    let mut bytes = alloc::vec![VERSION];
    bytes.extend_from_slice(reply_key);
    // Numbers below 128 are their own varint.
    bytes.push(count);
    for message in messages {
        bytes.extend_from_slice(message.strip_prefix(&[VERSION]).ok_or(CodecError::Malformed)?);
    }
    within(bytes.len())?;
    Ok(bytes)
}

/// Decodes what a page sent. **Errors**: every fault of the bytes; the message is within all limits afterwards.
pub fn decode_client(bytes: &[u8]) -> Result<ClientMessage, CodecError> {
    let message = decode(bytes)?;
    check_client(&message)?;
    Ok(message)
}

/// Decodes what the server sent. **Errors**: as [`decode_client`].
pub fn decode_server(bytes: &[u8]) -> Result<ServerMessage, CodecError> {
    let message = decode(bytes)?;
    check_server(&message)?;
    Ok(message)
}

/// Decodes the plaintext of an envelope. **Errors**: as [`decode_client`].
pub fn decode_envelope(bytes: &[u8]) -> Result<EnvelopeRequest, CodecError> {
    let request: EnvelopeRequest = decode(bytes)?;
    limit(request.messages.len(), ENVELOPE_MESSAGES_MAX, "the messages of an envelope")?;
    request.messages.iter().try_for_each(check_client)?;
    Ok(request)
}

/// Decodes the plaintext of an envelope's reply. **Errors**: as [`decode_client`].
pub fn decode_envelope_reply(bytes: &[u8]) -> Result<EnvelopeReply, CodecError> {
    let reply: EnvelopeReply = decode(bytes)?;
    limit(reply.messages.len(), 4 * ENVELOPE_MESSAGES_MAX, "the messages of a reply")?;
    reply.messages.iter().try_for_each(check_server)?;
    Ok(reply)
}

fn within(got: usize) -> Result<(), CodecError> {
    let max = limits::MESSAGE_BYTES_MAX;
    if got > max { Err(CodecError::TooLong { max, got }) } else { Ok(()) }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    within(bytes.len())?;
    let (&version, body) = bytes.split_first().ok_or(CodecError::Empty)?;
    if version != VERSION {
        return Err(CodecError::Version(version));
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        _ => Err(CodecError::Malformed),
    }
}

fn limit(got: usize, max: usize, what: &'static str) -> Result<(), CodecError> {
    if got > max { Err(CodecError::Limit { what }) } else { Ok(()) }
}

fn check_client(message: &ClientMessage) -> Result<(), CodecError> {
    match message {
        ClientMessage::Hello(hello) => limit(hello.token.len(), limits::TOKEN_BYTES_MAX, "the token"),
        ClientMessage::Batch(batch) => {
            limit(batch.windows.len(), limits::WINDOWS_PER_BATCH_MAX, "the windows of a batch")
        }
        ClientMessage::Fields(fields) => {
            limit(fields.len(), limits::FIELDS_MAX, "the declared fields")?;
            fields.iter().try_for_each(check_field)
        }
        ClientMessage::FieldsGone(fields) => limit(fields.len(), limits::FIELDS_MAX, "the removed fields"),
        ClientMessage::Action(action) => {
            limit(action.name.len(), limits::NAME_BYTES_MAX, "the action's name")
        }
        ClientMessage::Context(name) => limit(name.len(), limits::NAME_BYTES_MAX, "the context's name"),
        ClientMessage::Goodbye => Ok(()),
    }
}

fn check_field(field: &FieldDeclaration) -> Result<(), CodecError> {
    limit(usize::from(field.id.0), limits::FIELDS_MAX - 1, "the field's number")?;
    if (field.class == FieldClass::Custom) != field.custom.is_some() {
        return Err(CodecError::Malformed);
    }
    if let Some(name) = &field.custom {
        limit(name.len(), limits::NAME_BYTES_MAX, "the custom class's name")?;
    }
    match &field.source {
        FieldSource::Sealed(token) => limit(token.len(), limits::SEALED_BYTES_MAX, "the sealed value"),
        FieldSource::Local | FieldSource::Input | FieldSource::Found => Ok(()),
    }
}

fn check_server(message: &ServerMessage) -> Result<(), CodecError> {
    match message {
        ServerMessage::Directives(set) => {
            limit(set.directives.len(), limits::DIRECTIVES_MAX, "the directives")?;
            set.directives
                .iter()
                .filter_map(|directive| directive.display.as_ref())
                .try_for_each(|text| limit(text.len(), limits::DISPLAY_BYTES_MAX, "the text of a directive"))
        }
        ServerMessage::Risk(risk) => {
            limit(risk.reasons.len(), limits::REASONS_MAX, "the reasons")?;
            limit(risk.versions.len(), limits::REASON_BYTES_MAX, "the versions")?;
            if risk.risk.is_finite() && risk.biometric_only.is_finite() {
                Ok(())
            } else {
                Err(CodecError::Malformed)
            }
        }
        ServerMessage::ActionAnswer(answer) => {
            limit(answer.reasons.len(), limits::REASONS_MAX, "the reasons")?;
            limit(answer.reference.len(), limits::REASON_BYTES_MAX, "the reference")
        }
        ServerMessage::StepUp(step_up) => {
            limit(step_up.reference.len(), limits::REASON_BYTES_MAX, "the reference")
        }
        ServerMessage::Welcome(_) | ServerMessage::Ack(_) | ServerMessage::Refused(_) => Ok(()),
    }
}
