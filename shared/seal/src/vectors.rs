//! The cacophony vectors of the Noise community for both patterns, against each implementation that is built; and the
//! two implementations against each other.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::StaticSecret;
use crate::noise::{ENVELOPE_PATTERN, SOCKET_PATTERN, Seed};

const PROLOGUE: &str = "4a6f686e2047616c74";
const STATIC: &str = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
const STATIC_PUBLIC: &str = "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62";
const PAGE_EPHEMERAL: &str = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
const SERVER_EPHEMERAL: &str = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";

const SOCKET_HANDSHAKE: [(&str, &str); 2] = [
    (
        "4c756477696720766f6e204d69736573",
        concat!(
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c794454ae7612d1724af4",
            "2adb130160a9a94e67b5b169b4e00c189f6467cd17eb7cad"
        ),
    ),
    (
        "4d757272617920526f746862617264",
        concat!(
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843986a5c929337e337",
            "ac8b4a074af12ab9f76318a5f18c8b599a443af07383ce"
        ),
    ),
];
const SOCKET_HASH: &str = "d7244d974066aae2376f7ba5534f60a6e4e82cd7c9751e226cae3928e6b49f14";
const SOCKET_MESSAGES: [(&str, &str); 4] = [
    ("462e20412e20486179656b", "550027c7a5d450017bcb5e12b8253b1c53fd2213aeda84891d5f95"),
    ("4361726c204d656e676572", "dfbce0c38210ccee35e830aca9dd8b8b3997b933e75bfc8864b759"),
    (
        "4a65616e2d426170746973746520536179",
        "4c487a88330c7c65e44d430addf3d92d2a15b081a2892b96693e00b68aec0adac2",
    ),
    (
        "457567656e2042f6686d20766f6e2042617765726b",
        "471cb9f8252d8ae7b25c93f4b4aebdbf25e5baa23f14bc743559e3ef7fd065e69cfaef55ee",
    ),
];

const ENVELOPE_HANDSHAKE: (&str, &str) = (
    "4c756477696720766f6e204d69736573",
    concat!(
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79441b168ed8bbe8220b",
        "52bbbde6593d109d78c299b567f6e69276efcf2659c39073"
    ),
);
const ENVELOPE_HASH: &str = "39a2ce8290b63e1e7c94fb9244cea84c645161c0dced1b3f5d0672cf4c6ee4e8";
const ENVELOPE_MESSAGES: [(&str, &str); 5] = [
    ("4d757272617920526f746862617264", "a7b5d1962001e9c4d965ea5f133941e9e6989094bcde637a582c34b954f34a"),
    ("462e20412e20486179656b", "16ff2557d5d671abe58c88d2a31b58e3a494ab3a6498124be0ea3f"),
    ("4361726c204d656e676572", "1a6e85b0ef71c38db2c2bf3ebef1d41dc93e26bea6899187d5633d"),
    (
        "4a65616e2d426170746973746520536179",
        "00ad2b7d0a03a748d0aefd3accee7bbbcc0bb0ed64d685b2ee8af78997a0245e3f",
    ),
    (
        "457567656e2042f6686d20766f6e2042617765726b",
        "5631105c749b9550b27d7926dec0c5b83d4bf207688deccd51b50dd7fc9d5e337bba9c3177",
    ),
];

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn seed(text: &str) -> Seed {
    Seed(Zeroizing::new(hex(text).try_into().unwrap()))
}

fn secret() -> StaticSecret {
    StaticSecret::from_bytes(hex(STATIC).try_into().unwrap())
}

/// Carries one payload from one state to the other, and holds the bytes between them against the vector.
macro_rules! carry {
    ($from:expr, $to:expr, $vector:expr) => {
        let (payload, ciphertext) = $vector;
        let (mut message, mut opened) = ([0; 256], [0; 256]);
        let written = $from.write_message(&hex(payload), &mut message).unwrap();
        assert_eq!(message[..written], hex(ciphertext));
        let read = $to.read_message(&message[..written], &mut opened).unwrap();
        assert_eq!(opened[..read], hex(payload));
    };
}

/// The vectors with the page from one implementation and the server from another.
macro_rules! vectors {
    ($name:ident, $page:ident, $server:ident) => {
        mod $name {
            use super::*;

            #[test]
            fn a_secret_has_the_published_public_half() {
                assert_eq!(crate::$page::derive_public(secret().expose()).as_slice(), hex(STATIC_PUBLIC));
                assert_eq!(crate::$server::derive_public(secret().expose()).as_slice(), hex(STATIC_PUBLIC));
            }

            #[test]
            fn the_socket_pattern_passes_the_published_vector() {
                let (secret, prologue) = (secret(), hex(PROLOGUE));
                let key = secret.public_key();
                let mut page =
                    crate::$page::initiator(SOCKET_PATTERN, &prologue, &key, seed(PAGE_EPHEMERAL)).unwrap();
                let mut server =
                    crate::$server::responder(SOCKET_PATTERN, &prologue, &secret, seed(SERVER_EPHEMERAL))
                        .unwrap();
                carry!(page, server, SOCKET_HANDSHAKE[0]);
                carry!(server, page, SOCKET_HANDSHAKE[1]);
                assert_eq!(page.get_handshake_hash(), hex(SOCKET_HASH));
                assert_eq!(server.get_handshake_hash(), hex(SOCKET_HASH));
                let mut page = page.into_transport_mode().unwrap();
                let mut server = server.into_transport_mode().unwrap();
                carry!(page, server, SOCKET_MESSAGES[0]);
                carry!(server, page, SOCKET_MESSAGES[1]);
                carry!(page, server, SOCKET_MESSAGES[2]);
                carry!(server, page, SOCKET_MESSAGES[3]);
            }

            #[test]
            fn the_envelope_pattern_passes_the_published_vector() {
                let (secret, prologue) = (secret(), hex(PROLOGUE));
                let key = secret.public_key();
                let mut page =
                    crate::$page::initiator(ENVELOPE_PATTERN, &prologue, &key, seed(PAGE_EPHEMERAL)).unwrap();
                let mut server =
                    crate::$server::responder(ENVELOPE_PATTERN, &prologue, &secret, seed(SERVER_EPHEMERAL))
                        .unwrap();
                carry!(page, server, ENVELOPE_HANDSHAKE);
                assert_eq!(page.get_handshake_hash(), hex(ENVELOPE_HASH));
                let mut page = page.into_transport_mode().unwrap();
                let mut server = server.into_transport_mode().unwrap();
                for vector in ENVELOPE_MESSAGES {
                    carry!(page, server, vector);
                }
            }
        }
    };
}

vectors!(page_alone, compact, compact);
#[cfg(feature = "ring")]
vectors!(server_alone, general, general);
#[cfg(feature = "ring")]
vectors!(page_and_server, compact, general);
#[cfg(feature = "ring")]
vectors!(server_and_page, general, compact);

mod page_implementation {
    use super::*;
    use crate::compact::{initiator, responder};
    use crate::{PublicKey, SealError};

    fn handshake() -> (crate::compact::HandshakeState, crate::compact::HandshakeState) {
        let secret = secret();
        (
            initiator(SOCKET_PATTERN, b"", &secret.public_key(), seed(PAGE_EPHEMERAL)).unwrap(),
            responder(SOCKET_PATTERN, b"", &secret, seed(SERVER_EPHEMERAL)).unwrap(),
        )
    }

    #[test]
    fn a_message_out_of_turn_is_refused() {
        let (mut page, mut server) = handshake();
        let mut message = [0; 48];
        assert_eq!(server.write_message(&[], &mut message), Err(SealError::Open));
        assert_eq!(page.read_message(&[0; 48], &mut [0; 48]), Err(SealError::Open));
        page.write_message(&[], &mut message).unwrap();
        assert_eq!(page.write_message(&[], &mut message), Err(SealError::Open));
    }

    #[test]
    fn an_unfinished_handshake_gives_no_transport() {
        let (mut page, _) = handshake();
        page.write_message(&[], &mut [0; 48]).unwrap();
        assert!(page.into_transport_mode().is_err());
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let none = PublicKey::from_bytes([0; 32]);
        let mut page = initiator(SOCKET_PATTERN, b"", &none, seed(PAGE_EPHEMERAL)).unwrap();
        assert_eq!(page.write_message(&[], &mut [0; 48]), Err(SealError::Open));
        let (_, mut server) = handshake();
        assert_eq!(server.read_message(&[0; 48], &mut [0; 48]), Err(SealError::Open));
    }

    #[test]
    fn a_buffer_that_is_too_short_is_refused() {
        let (mut page, _) = handshake();
        assert_eq!(page.write_message(&[], &mut [0; 47]), Err(SealError::Open));
    }
}
