//! The two Noise patterns over `snow`, with the primitives and the randomness that the caller chose.

use alloc::boxed::Box;
use snow::{
    Builder, HandshakeState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};
use zeroize::Zeroizing;

use crate::{PublicKey, SealError, StaticSecret};

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

    #[cfg(feature = "ring")]
    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        snow::resolvers::RingResolver.resolve_cipher(choice)
    }

    #[cfg(not(feature = "ring"))]
    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
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

#[cfg(test)]
mod tests {
    //! The cacophony vectors of the Noise community for both patterns.
    use alloc::vec::Vec;

    use super::*;
    use crate::handshake::{read, write};

    const PROLOGUE: &str = "4a6f686e2047616c74";
    const STATIC: &str = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
    const STATIC_PUBLIC: &str = "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62";
    const PAGE_EPHEMERAL: &str = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
    const SERVER_EPHEMERAL: &str = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    fn seed(text: &str) -> Seed {
        Seed(Zeroizing::new(hex(text).try_into().unwrap()))
    }

    fn sides(pattern: &str) -> (HandshakeState, HandshakeState) {
        let secret = StaticSecret::from_bytes(hex(STATIC).try_into().unwrap());
        assert_eq!(secret.public_key().as_bytes().as_slice(), hex(STATIC_PUBLIC));
        let prologue = hex(PROLOGUE);
        let page = initiator(pattern, &prologue, &secret.public_key(), seed(PAGE_EPHEMERAL)).unwrap();
        (page, responder(pattern, &prologue, &secret, seed(SERVER_EPHEMERAL)).unwrap())
    }

    fn transport(state: HandshakeState) -> snow::TransportState {
        state.into_transport_mode().unwrap()
    }

    fn carry(
        from: &mut snow::TransportState,
        to: &mut snow::TransportState,
        payload: &str,
        ciphertext: &str,
    ) {
        let (mut frame, mut opened) = ([0; 128], [0; 128]);
        let written = from.write_message(&hex(payload), &mut frame).unwrap();
        assert_eq!(frame[..written], hex(ciphertext));
        let read = to.read_message(&frame[..written], &mut opened).unwrap();
        assert_eq!(opened[..read], hex(payload));
    }

    #[test]
    fn the_socket_pattern_passes_the_published_vector() {
        let (mut page, mut server) = sides(SOCKET_PATTERN);
        let message = write(&mut page, &hex("4c756477696720766f6e204d69736573")).unwrap();
        assert_eq!(
            message,
            hex(concat!(
                "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c794454ae7612d1724af4",
                "2adb130160a9a94e67b5b169b4e00c189f6467cd17eb7cad"
            ))
        );
        assert_eq!(read(&mut server, &message).unwrap(), hex("4c756477696720766f6e204d69736573"));
        let message = write(&mut server, &hex("4d757272617920526f746862617264")).unwrap();
        assert_eq!(
            message,
            hex(concat!(
                "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843986a5c929337e337",
                "ac8b4a074af12ab9f76318a5f18c8b599a443af07383ce"
            ))
        );
        assert_eq!(read(&mut page, &message).unwrap(), hex("4d757272617920526f746862617264"));
        assert_eq!(
            page.get_handshake_hash(),
            hex("d7244d974066aae2376f7ba5534f60a6e4e82cd7c9751e226cae3928e6b49f14")
        );
        let (mut page, mut server) = (transport(page), transport(server));
        carry(
            &mut page,
            &mut server,
            "462e20412e20486179656b",
            "550027c7a5d450017bcb5e12b8253b1c53fd2213aeda84891d5f95",
        );
        carry(
            &mut server,
            &mut page,
            "4361726c204d656e676572",
            "dfbce0c38210ccee35e830aca9dd8b8b3997b933e75bfc8864b759",
        );
        carry(
            &mut page,
            &mut server,
            "4a65616e2d426170746973746520536179",
            "4c487a88330c7c65e44d430addf3d92d2a15b081a2892b96693e00b68aec0adac2",
        );
        carry(
            &mut server,
            &mut page,
            "457567656e2042f6686d20766f6e2042617765726b",
            "471cb9f8252d8ae7b25c93f4b4aebdbf25e5baa23f14bc743559e3ef7fd065e69cfaef55ee",
        );
    }

    #[test]
    fn the_envelope_pattern_passes_the_published_vector() {
        let (mut page, mut server) = sides(ENVELOPE_PATTERN);
        let message = write(&mut page, &hex("4c756477696720766f6e204d69736573")).unwrap();
        assert_eq!(
            message,
            hex(concat!(
                "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79441b168ed8bbe8220b",
                "52bbbde6593d109d78c299b567f6e69276efcf2659c39073"
            ))
        );
        assert_eq!(read(&mut server, &message).unwrap(), hex("4c756477696720766f6e204d69736573"));
        assert_eq!(
            page.get_handshake_hash(),
            hex("39a2ce8290b63e1e7c94fb9244cea84c645161c0dced1b3f5d0672cf4c6ee4e8")
        );
        let (mut page, mut server) = (transport(page), transport(server));
        carry(
            &mut page,
            &mut server,
            "4d757272617920526f746862617264",
            "a7b5d1962001e9c4d965ea5f133941e9e6989094bcde637a582c34b954f34a",
        );
        carry(
            &mut page,
            &mut server,
            "462e20412e20486179656b",
            "16ff2557d5d671abe58c88d2a31b58e3a494ab3a6498124be0ea3f",
        );
        carry(
            &mut page,
            &mut server,
            "4361726c204d656e676572",
            "1a6e85b0ef71c38db2c2bf3ebef1d41dc93e26bea6899187d5633d",
        );
        carry(
            &mut page,
            &mut server,
            "4a65616e2d426170746973746520536179",
            "00ad2b7d0a03a748d0aefd3accee7bbbcc0bb0ed64d685b2ee8af78997a0245e3f",
        );
        carry(
            &mut page,
            &mut server,
            "457567656e2042f6686d20766f6e2042617765726b",
            "5631105c749b9550b27d7926dec0c5b83d4bf207688deccd51b50dd7fc9d5e337bba9c3177",
        );
    }
}
