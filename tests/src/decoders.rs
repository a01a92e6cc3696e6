//! One check per decoder: bytes from anywhere must give a value within its limits or a typed refusal, never a panic,
//! and what was accepted must encode to something that decodes to the same again.

use palet_detect::lines::Form;
use palet_policy::Policy;
use palet_seal::{Initiator, StaticSecret};
use palet_session::{ServerSession, SessionLimits, open_envelope};
use palet_units::Micros;
use palet_wire::{
    ClientMessage, decode_client, decode_envelope, decode_envelope_reply, decode_server, encode, limits,
};

/// A decoder's name, which is also its corpus's folder and its fuzz target, and its check.
pub type Decoder = (&'static str, fn(&[u8]));

/// Every decoder of untrusted bytes.
pub const DECODERS: &[Decoder] = &[
    ("client_message", client_message),
    ("server_message", server_message),
    ("envelope_request", envelope_request),
    ("envelope_reply", envelope_reply),
    ("server_frame", server_frame),
    ("envelope", envelope),
    ("sealed_token", sealed_token),
    ("policy", policy),
    ("ff1_lines", ff1_lines),
    ("detect_lines", detect_lines),
];

/// A message of the page: decodes within its limits, validates or not, and round-trips.
pub fn client_message(bytes: &[u8]) {
    if let Ok(message) = decode_client(bytes) {
        if let ClientMessage::Batch(batch) = &message {
            assert!(batch.windows.len() <= limits::WINDOWS_PER_BATCH_MAX);
            for window in &batch.windows {
                let _ = window.validate();
            }
        }
        let again = encode(&message).ok().and_then(|bytes| decode_client(&bytes).ok());
        assert!(again.is_none_or(|again| encode(&again) == encode(&message)));
    }
}

/// A message of the server.
pub fn server_message(bytes: &[u8]) {
    if let Ok(message) = decode_server(bytes) {
        let again = encode(&message).ok().and_then(|bytes| decode_server(&bytes).ok());
        assert!(again.is_none_or(|again| encode(&again) == encode(&message)));
    }
}

/// The plaintext of an envelope from the page.
pub fn envelope_request(bytes: &[u8]) {
    if let Ok(request) = decode_envelope(bytes) {
        assert!(request.messages.iter().all(|message| encode(message).is_ok()));
    }
}

/// The plaintext of an envelope's reply.
pub fn envelope_reply(bytes: &[u8]) {
    let _ = decode_envelope_reply(bytes);
}

/// Frames on a connection whose handshake was real: the first byte chooses how many bytes each frame has.
pub fn server_frame(bytes: &[u8]) {
    let secret = StaticSecret::from_bytes([7; 32]);
    let mut session = ServerSession::new(SessionLimits::default(), [2; 32], Micros::ZERO);
    let Some((&size, rest)) = bytes.split_first() else { return };
    let mut now = Micros::ZERO;
    if size % 2 == 0
        && let Ok((_, first)) = Initiator::new(&secret.public_key(), [1; 32])
    {
        assert!(session.handle_frame(&first, &secret, now).is_ok());
    }
    for frame in rest.chunks(usize::from(size).max(1)) {
        now = now.plus(Micros::from_millis(1));
        let taken = session.handle_frame(frame, &secret, now);
        while session.poll_event().is_some() {}
        while session.poll_transmit().is_some() {}
        if taken.is_err() {
            assert!(!session.is_live());
        }
    }
}

/// A sealed envelope.
pub fn envelope(bytes: &[u8]) {
    let secret = StaticSecret::from_bytes([7; 32]);
    assert!(open_envelope(bytes, &secret).is_err(), "nobody sealed these bytes for this key");
}

/// A sealed value from a page's attribute.
pub fn sealed_token(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = palet_obfuscation::TokenHeader::parse(text);
    }
}

/// A policy file.
pub fn policy(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Policy::compile(text);
    }
}

/// Lines for `palet ff1`.
pub fn ff1_lines(bytes: &[u8]) {
    let mut answers = Vec::new();
    assert!(palet_obfuscation::ff1::lines::run(bytes, &mut answers).is_ok());
}

/// Lines for `palet detect`, as JSON and as plain text.
pub fn detect_lines(bytes: &[u8]) {
    for form in [Form::Json, Form::Plain] {
        let mut answers = Vec::new();
        assert!(palet_detect::lines::run(bytes, &mut answers, form).is_ok());
    }
}
