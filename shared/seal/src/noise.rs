//! The two Noise patterns of this protocol and what runs them: the server's implementation over `snow` and ring
//! (feature `ring`), or the page's own, which is a fraction of its size. The bytes are the same.

use zeroize::Zeroizing;

#[cfg(not(feature = "ring"))]
pub(crate) use crate::compact::{HandshakeState, TransportState, derive_public, hash, initiator, responder};
#[cfg(feature = "ring")]
pub(crate) use crate::general::{HandshakeState, TransportState, derive_public, hash, initiator, responder};

/// Interactive pattern of the socket. **Source**: Noise Protocol Framework, revision 34, section 7.5.
pub(crate) const SOCKET_PATTERN: &str = "Noise_NK_25519_ChaChaPoly_BLAKE2s";
/// One-way pattern of the envelope. **Source**: the same, section 7.4.
pub(crate) const ENVELOPE_PATTERN: &str = "Noise_N_25519_ChaChaPoly_BLAKE2s";

/// The most bytes of a Noise message. **Source**: the same, section 3.
pub(crate) const NOISE_BYTES_MAX: usize = 65_535;
/// The tag of ChaCha20-Poly1305. **Units**: bytes.
pub(crate) const TAG_BYTES: usize = 16;

/// 32 fresh bytes from the caller's generator, spent on the one ephemeral key of a handshake.
pub(crate) struct Seed(pub(crate) Zeroizing<[u8; 32]>);
