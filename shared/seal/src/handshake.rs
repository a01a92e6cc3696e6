//! The socket's handshake, `Noise_NK`, and the transport that follows it.

use alloc::{boxed::Box, vec, vec::Vec};
use core::fmt;
use zeroize::Zeroizing;

use crate::{
    PublicKey, SealError, StaticSecret,
    noise::{
        HandshakeState, NOISE_BYTES_MAX, SOCKET_PATTERN, Seed, TAG_BYTES, TransportState, initiator,
        responder,
    },
};

/// The length of either handshake message: an ephemeral key and a tag. **Units**: bytes.
pub const HANDSHAKE_BYTES: usize = 32 + TAG_BYTES;

/// Binds the handshake to this protocol and version.
const PROLOGUE: &[u8] = b"palet.v1 socket";

/// The page's side of the handshake.
pub struct Initiator(Box<HandshakeState>);

impl Initiator {
    /// Begins a handshake with the server that holds `server`'s secret half; the bytes are message 1.
    ///
    /// `seed` must be fresh from a cryptographic generator. **Errors**: [`SealError::Open`] for a degenerate key.
    pub fn new(server: &PublicKey, seed: [u8; 32]) -> Result<(Self, Vec<u8>), SealError> {
        let mut state = initiator(SOCKET_PATTERN, PROLOGUE, server, Seed(Zeroizing::new(seed)))?;
        let message = write(&mut state, &[])?;
        Ok((Self(Box::new(state)), message))
    }

    /// Takes message 2. **Errors**: [`SealError::Open`] where it was not made by the pinned server for this handshake.
    pub fn finish(mut self, message: &[u8]) -> Result<Transport, SealError> {
        read_empty(&mut self.0, message)?;
        into_transport(*self.0)
    }
}

/// The server's side of the handshake.
pub struct Responder;

impl Responder {
    /// Takes message 1 and gives the transport and message 2.
    ///
    /// `seed` must be fresh. **Errors**: [`SealError::Open`] where message 1 is not for this key.
    pub fn answer(
        secret: &StaticSecret,
        seed: [u8; 32],
        message: &[u8],
    ) -> Result<(Transport, Vec<u8>), SealError> {
        let mut state = responder(SOCKET_PATTERN, PROLOGUE, secret, Seed(Zeroizing::new(seed)))?;
        read_empty(&mut state, message)?;
        let answer = write(&mut state, &[])?;
        Ok((into_transport(state)?, answer))
    }
}

/// An open transport: frames seal and open in order, each once.
pub struct Transport(Box<TransportState>);

impl Transport {
    /// Seals one message into a frame. **Errors**: `TooLong`, `Exhausted`.
    pub fn seal(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let max = NOISE_BYTES_MAX - TAG_BYTES;
        if plaintext.len() > max {
            return Err(SealError::TooLong { max, got: plaintext.len() });
        }
        let mut frame = vec![0; plaintext.len() + TAG_BYTES];
        let written = self.0.write_message(plaintext, &mut frame).map_err(|_| SealError::Exhausted)?;
        frame.truncate(written);
        Ok(frame)
    }

    /// Opens the next frame into `plaintext`, which is cleared first and can be used again for the next one.
    ///
    /// **Errors**: `Open`, after which the transport can open nothing more that the peer sent in order.
    pub fn open(&mut self, frame: &[u8], plaintext: &mut Vec<u8>) -> Result<(), SealError> {
        plaintext.clear();
        plaintext.resize(frame.len(), 0);
        let opened = self.0.read_message(frame, plaintext);
        plaintext.truncate(opened.as_ref().map_or(0, |length| *length));
        opened.map(|_| ()).map_err(|_| SealError::Open)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport(redacted)")
    }
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Initiator(redacted)")
    }
}

pub(crate) fn write(state: &mut HandshakeState, payload: &[u8]) -> Result<Vec<u8>, SealError> {
    let max = NOISE_BYTES_MAX - HANDSHAKE_BYTES;
    if payload.len() > max {
        return Err(SealError::TooLong { max, got: payload.len() });
    }
    let mut message = vec![0; payload.len() + HANDSHAKE_BYTES];
    let written = state.write_message(payload, &mut message).map_err(|_| SealError::Open)?;
    message.truncate(written);
    Ok(message)
}

pub(crate) fn read(state: &mut HandshakeState, message: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut payload = vec![0; message.len()];
    let length = state.read_message(message, &mut payload).map_err(|_| SealError::Open)?;
    payload.truncate(length);
    Ok(payload)
}

fn read_empty(state: &mut HandshakeState, message: &[u8]) -> Result<(), SealError> {
    if message.len() == HANDSHAKE_BYTES && read(state, message)?.is_empty() {
        Ok(())
    } else {
        Err(SealError::Open)
    }
}

fn into_transport(state: HandshakeState) -> Result<Transport, SealError> {
    state.into_transport_mode().map(|transport| Transport(Box::new(transport))).map_err(|_| SealError::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Transport, Transport) {
        let secret = StaticSecret::from_bytes([7; 32]);
        let (page, first) = Initiator::new(&secret.public_key(), [1; 32]).unwrap();
        let (server, second) = Responder::answer(&secret, [2; 32], &first).unwrap();
        (page.finish(&second).unwrap(), server)
    }

    #[test]
    fn frames_open_once_and_in_order() {
        let (mut page, mut server) = pair();
        let (one, two) = (page.seal(b"one").unwrap(), page.seal(b"two").unwrap());
        let mut plaintext = Vec::new();
        assert_eq!(server.open(&two, &mut plaintext), Err(SealError::Open));
        server.open(&one, &mut plaintext).unwrap();
        assert_eq!(plaintext, b"one");
        assert_eq!(server.open(&one, &mut plaintext), Err(SealError::Open));
        assert!(plaintext.is_empty());
        server.open(&two, &mut plaintext).unwrap();
        assert_eq!(plaintext, b"two");
    }

    #[test]
    fn another_servers_key_cannot_answer() {
        let (page, first) = Initiator::new(&StaticSecret::from_bytes([7; 32]).public_key(), [1; 32]).unwrap();
        let other = StaticSecret::from_bytes([8; 32]);
        assert_eq!(Responder::answer(&other, [2; 32], &first).unwrap_err(), SealError::Open);
        assert_eq!(page.finish(&[0; HANDSHAKE_BYTES]).unwrap_err(), SealError::Open);
    }

    #[test]
    fn a_frame_cut_or_altered_at_any_byte_stays_shut() {
        let (mut page, mut server) = pair();
        let frame = page.seal(b"windows").unwrap();
        let mut plaintext = Vec::new();
        for cut in 0..frame.len() {
            assert_eq!(server.open(&frame[..cut], &mut plaintext), Err(SealError::Open));
        }
        for at in 0..frame.len() {
            let mut altered = frame.clone();
            altered[at] ^= 1;
            assert_eq!(server.open(&altered, &mut plaintext), Err(SealError::Open));
        }
        server.open(&frame, &mut plaintext).unwrap();
    }

    #[test]
    fn too_much_for_a_frame_is_refused_before_it_is_sealed() {
        let (mut page, _) = pair();
        let got = NOISE_BYTES_MAX - TAG_BYTES + 1;
        assert_eq!(page.seal(&vec![0; got]), Err(SealError::TooLong { max: got - 1, got }));
    }
}
