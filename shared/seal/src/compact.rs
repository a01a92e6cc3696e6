//! The two Noise patterns of this protocol, written out over RustCrypto: what the page runs.
//!
//! A general Noise library carries every pattern and a parser for their names, which a page would have to load. This
//! file knows `NK` and `N` alone, in the order in which they are specified, and passes the same published vectors as
//! the server's implementation; a test lets the two talk to each other. **Source**: Noise Protocol Framework, revision
//! 34: sections 5.1 (cipher state), 5.2 (symmetric state), 5.3 (handshake state), 7.4 and 7.5 (the patterns).

use blake2::{Blake2s256, Digest};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use curve25519_dalek::{constants::X25519_BASEPOINT, montgomery::MontgomeryPoint};
use zeroize::Zeroizing;

use crate::noise::{ENVELOPE_PATTERN, Seed, TAG_BYTES};
use crate::{PublicKey, SealError, StaticSecret};

const KEY_BYTES: usize = 32;
/// BLAKE2s compresses blocks of so many bytes; HMAC pads its key to one. **Source**: RFC 7693, section 2.1.
const BLOCK_BYTES: usize = 64;

type Key = Zeroizing<[u8; KEY_BYTES]>;

/// BLAKE2s of the parts, one after the other.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    let mut hasher = Blake2s256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// HMAC over [`hash`]. **Source**: RFC 2104.
fn hmac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> Key {
    let pad = |with: u8| {
        let mut block = Zeroizing::new([with; BLOCK_BYTES]);
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let mut hasher = Blake2s256::new();
    hasher.update(*pad(0x36));
    parts.iter().for_each(|part| hasher.update(part));
    let inner = Zeroizing::new(<[u8; KEY_BYTES]>::from(hasher.finalize()));
    Zeroizing::new(hash(&[&*pad(0x5c), &*inner]))
}

/// Two keys from a chaining key and fresh input. **Source**: section 4.3 (`HKDF` with two outputs).
fn derive_pair(chaining: &[u8; KEY_BYTES], input: &[u8]) -> (Key, Key) {
    let temporary = hmac(chaining, &[input]);
    let first = hmac(&temporary, &[&[1]]);
    let second = hmac(&temporary, &[&*first, &[2]]);
    (first, second)
}

/// The public half of a secret key.
pub(crate) fn derive_public(secret: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    X25519_BASEPOINT.mul_clamped(*secret).to_bytes()
}

/// X25519. **Errors**: `Open` for a public key of small order, which would make the result known to everyone.
fn agree(secret: &[u8; KEY_BYTES], public: &[u8; KEY_BYTES]) -> Result<Key, SealError> {
    let shared = Zeroizing::new(MontgomeryPoint(*public).mul_clamped(*secret).to_bytes());
    if shared.iter().fold(0, |any, byte| any | byte) == 0 { Err(SealError::Open) } else { Ok(shared) }
}

/// A key and how often it was used. **Source**: section 5.1.
struct CipherState {
    key: Key,
    nonce: u64,
}

impl CipherState {
    const fn new(key: Key) -> Self {
        Self { key, nonce: 0 }
    }

    /// The cipher and this message's nonce. **Errors**: `Exhausted`; the last nonce is never used.
    fn next(&self) -> Result<(ChaCha20Poly1305, [u8; 12]), SealError> {
        if self.nonce == u64::MAX {
            return Err(SealError::Exhausted);
        }
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.nonce.to_le_bytes());
        Ok((ChaCha20Poly1305::new((&*self.key).into()), nonce))
    }

    /// Encrypts into `out`: ciphertext, then tag. Returns the length.
    fn seal(&mut self, bound: &[u8], plaintext: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let (cipher, nonce) = self.next()?;
        let length = plaintext.len() + TAG_BYTES;
        let out = out.get_mut(..length).ok_or(SealError::Open)?;
        let (body, tag) = out.split_at_mut(plaintext.len());
        body.copy_from_slice(plaintext);
        let made =
            cipher.encrypt_in_place_detached(&nonce.into(), bound, body).map_err(|_| SealError::Open)?;
        tag.copy_from_slice(&made);
        self.nonce += 1;
        Ok(length)
    }

    /// Decrypts into `out`. Returns the length. Bytes that do not open use no nonce up.
    fn open(&mut self, bound: &[u8], sealed: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let (cipher, nonce) = self.next()?;
        let length = sealed.len().checked_sub(TAG_BYTES).ok_or(SealError::Open)?;
        let (body, tag) = sealed.split_at(length);
        let out = out.get_mut(..length).ok_or(SealError::Open)?;
        out.copy_from_slice(body);
        cipher
            .decrypt_in_place_detached(&nonce.into(), bound, out, tag.into())
            .map_err(|_| SealError::Open)?;
        self.nonce += 1;
        Ok(length)
    }
}

/// Chaining key, hash of all that was said, and the key once there is one. **Source**: section 5.2.
struct SymmetricState {
    chaining: Key,
    transcript: [u8; KEY_BYTES],
    cipher: Option<CipherState>,
}

impl SymmetricState {
    fn new(pattern: &str, prologue: &[u8]) -> Self {
        let mut start = [0; KEY_BYTES];
        match start.get_mut(..pattern.len()) {
            Some(whole) => whole.copy_from_slice(pattern.as_bytes()),
            None => start = hash(&[pattern.as_bytes()]),
        }
        let transcript = hash(&[&start, prologue]);
        Self { chaining: Zeroizing::new(start), transcript, cipher: None }
    }

    fn mix_hash(&mut self, bytes: &[u8]) {
        self.transcript = hash(&[&self.transcript, bytes]);
    }

    fn mix_key(&mut self, input: &Key) {
        let (chaining, key) = derive_pair(&self.chaining, &**input);
        self.chaining = chaining;
        self.cipher = Some(CipherState::new(key));
    }

    fn seal(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let cipher = self.cipher.as_mut().ok_or(SealError::Open)?;
        let length = cipher.seal(&self.transcript, plaintext, out)?;
        self.mix_hash(&out[..length]);
        Ok(length)
    }

    fn open(&mut self, sealed: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let cipher = self.cipher.as_mut().ok_or(SealError::Open)?;
        let length = cipher.open(&self.transcript, sealed, out)?;
        self.mix_hash(sealed);
        Ok(length)
    }
}

/// Who this side is, with the key that it was given.
enum Side {
    /// Knows the other's static key.
    Initiator(PublicKey),
    /// Holds the static key.
    Responder(StaticSecret),
}

/// What comes next. A handshake that failed is not used again: its caller drops it.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    First,
    Second,
    Done,
}

/// A handshake under way. **Source**: section 5.3.
pub(crate) struct HandshakeState {
    symmetric: SymmetricState,
    side: Side,
    step: Step,
    one_way: bool,
    ephemeral: Key,
    peer: [u8; KEY_BYTES],
}

impl HandshakeState {
    fn new(pattern: &str, prologue: &[u8], side: Side, seed: Seed) -> Self {
        let mut symmetric = SymmetricState::new(pattern, prologue);
        match &side {
            Side::Initiator(to) => symmetric.mix_hash(to.as_bytes()),
            Side::Responder(secret) => symmetric.mix_hash(secret.public_key().as_bytes()),
        }
        let one_way = pattern == ENVELOPE_PATTERN;
        Self { symmetric, side, step: Step::First, one_way, ephemeral: seed.0, peer: [0; KEY_BYTES] }
    }

    /// Writes the next message of this side. Returns its length.
    pub(crate) fn write_message(&mut self, payload: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let shared = match (&self.side, self.step) {
            (Side::Initiator(to), Step::First) => agree(&self.ephemeral, to.as_bytes())?,
            (Side::Responder(_), Step::Second) => agree(&self.ephemeral, &self.peer)?,
            _ => return Err(SealError::Open),
        };
        let (key, rest) = out.split_at_mut_checked(KEY_BYTES).ok_or(SealError::Open)?;
        key.copy_from_slice(&derive_public(&self.ephemeral));
        self.symmetric.mix_hash(key);
        self.symmetric.mix_key(&shared);
        let length = self.symmetric.seal(payload, rest)?;
        self.advance();
        Ok(KEY_BYTES + length)
    }

    /// Reads the next message of the other side into `out`. Returns the payload's length.
    pub(crate) fn read_message(&mut self, message: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        let (key, sealed) = message.split_first_chunk::<KEY_BYTES>().ok_or(SealError::Open)?;
        let shared = match (&self.side, self.step) {
            (Side::Responder(secret), Step::First) => agree(secret.expose(), key)?,
            (Side::Initiator(_), Step::Second) => agree(&self.ephemeral, key)?,
            _ => return Err(SealError::Open),
        };
        self.peer = *key;
        self.symmetric.mix_hash(key);
        self.symmetric.mix_key(&shared);
        let length = self.symmetric.open(sealed, out)?;
        self.advance();
        Ok(length)
    }

    const fn advance(&mut self) {
        self.step = match self.step {
            Step::First if !self.one_way => Step::Second,
            _ => Step::Done,
        };
    }

    /// The transport of a finished handshake. **Errors**: `Open` where it is not finished.
    pub(crate) fn into_transport_mode(self) -> Result<TransportState, SealError> {
        if self.step != Step::Done {
            return Err(SealError::Open);
        }
        let (to_responder, to_initiator) = derive_pair(&self.symmetric.chaining, &[]);
        let (to_responder, to_initiator) = (CipherState::new(to_responder), CipherState::new(to_initiator));
        Ok(match self.side {
            Side::Initiator(_) => TransportState { outgoing: to_responder, incoming: to_initiator },
            Side::Responder(_) => TransportState { outgoing: to_initiator, incoming: to_responder },
        })
    }

    /// The hash of all that was said.
    #[cfg(test)]
    pub(crate) fn get_handshake_hash(&self) -> &[u8] {
        &self.symmetric.transcript
    }
}

/// What follows a handshake: one key a direction.
pub(crate) struct TransportState {
    outgoing: CipherState,
    incoming: CipherState,
}

impl TransportState {
    /// Seals the next message. Returns its length.
    pub(crate) fn write_message(&mut self, plaintext: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        self.outgoing.seal(&[], plaintext, out)
    }

    /// Opens the next message. Returns its length.
    pub(crate) fn read_message(&mut self, sealed: &[u8], out: &mut [u8]) -> Result<usize, SealError> {
        self.incoming.open(&[], sealed, out)
    }
}

/// The side that knows the other's static key.
pub(crate) fn initiator(
    pattern: &str,
    prologue: &[u8],
    to: &PublicKey,
    seed: Seed,
) -> Result<HandshakeState, SealError> {
    Ok(HandshakeState::new(pattern, prologue, Side::Initiator(*to), seed))
}

/// The side that holds the static key.
pub(crate) fn responder(
    pattern: &str,
    prologue: &[u8],
    secret: &StaticSecret,
    seed: Seed,
) -> Result<HandshakeState, SealError> {
    Ok(HandshakeState::new(pattern, prologue, Side::Responder(secret.clone()), seed))
}
