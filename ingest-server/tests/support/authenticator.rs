//! An authenticator in software (WebAuthn Level 3, sections 6.1, 6.3 and 6.5.1): a P-256 key that signs as a browser and
//! a device together would, and that can be made to lie.
#![allow(unreachable_pub, reason = "a module of a test crate")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const KEY_INSIDE: u8 = 0x40;

/// One passkey, with the browser around it.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// What the browser says of where the page is.
    pub origin: String,
    /// The host that the passkey was made for.
    pub host: String,
    /// Whether the person gave finger, face or PIN.
    pub verifies: bool,
    /// How often it was used.
    pub counter: u32,
}

impl Authenticator {
    pub fn new(origin: &str) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).unwrap();
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        Self { key, id, origin: origin.into(), host: "localhost".into(), verifies: true, counter: 1 }
    }

    /// `navigator.credentials.create`, as JSON.
    pub fn make(&self, options: &Value) -> Value {
        let client = self.client_data("webauthn.create", options);
        let data = self.data(KEY_INSIDE, &self.attested());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.credential(
            json!({"clientDataJSON": BASE64.encode(client), "attestationObject": BASE64.encode(object),
            "transports": ["internal"]}),
        )
    }

    /// `navigator.credentials.get`, as JSON.
    pub fn answer(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client = self.client_data("webauthn.get", options);
        let data = self.data(0, &[]);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(
            json!({"clientDataJSON": BASE64.encode(client), "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref())}),
        )
    }

    fn credential(&self, response: Value) -> Value {
        let id = BASE64.encode(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    /// Host's hash (32), flags (1), counter (4), and what is attested.
    fn data(&self, flags: u8, attested: &[u8]) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data.extend(attested);
        data
    }

    /// The model (16), the identifier's length (2), the identifier, and the key as COSE (RFC 9053, section 7.1.1).
    fn attested(&self) -> Vec<u8> {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let mut attested = vec![0; 16];
        attested.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        attested.extend(&self.id);
        attested.extend(b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20");
        attested.extend(x);
        attested.extend(b"\x22\x58\x20");
        attested.extend(y);
        attested
    }
}
