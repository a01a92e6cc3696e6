//! There and back, what a token says, and each way in which it does not belong.

use super::*;
use crate::{SealError, ValueSealer};
use palet_units::Micros;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const VALUE: &str = "DE89 3704 0044 0532 0130 00";

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

fn deterministic() -> DeterministicTokens {
    DeterministicTokens::new(&[1; 64], KeyVersion(3))
}

fn index() -> IndexTokens {
    IndexTokens::new(&[2; 32], KeyVersion(3))
}

fn random() -> RandomTokens {
    RandomTokens::new(ValueSealer::new(&[4; 32], KeyVersion(3)))
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([5; 32])
}

#[test]
fn deterministic_tokens_are_equal_where_the_values_are_and_lead_back() {
    let bank = tenant("bank");
    let token = deterministic().seal(VALUE, &bank, FieldClass::Iban).unwrap();
    assert_eq!(token, deterministic().seal(VALUE, &bank, FieldClass::Iban).unwrap());
    assert_ne!(token, deterministic().seal("DE89", &bank, FieldClass::Iban).unwrap());
    assert_eq!(deterministic().open(&token, &bank, FieldClass::Iban).unwrap().as_str(), VALUE);
    for value in ["", "x", &"é".repeat(6_000)] {
        let token = deterministic().seal(value, &bank, FieldClass::Name).unwrap();
        assert_eq!(deterministic().open(&token, &bank, FieldClass::Name).unwrap().as_str(), value);
    }
}

#[test]
fn a_deterministic_token_opens_nowhere_else() {
    let bank = tenant("bank");
    let token = deterministic().seal(VALUE, &bank, FieldClass::Iban).unwrap();
    assert_eq!(deterministic().open(&token, &tenant("other"), FieldClass::Iban), Err(OpenError));
    assert_eq!(deterministic().open(&token, &bank, FieldClass::Account), Err(OpenError));
    for other in
        [DeterministicTokens::new(&[9; 64], KeyVersion(3)), DeterministicTokens::new(&[1; 64], KeyVersion(4))]
    {
        assert_eq!(other.open(&token, &bank, FieldClass::Iban), Err(OpenError));
    }
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        assert_eq!(deterministic().open(&altered, &bank, FieldClass::Iban), Err(OpenError));
        assert_eq!(deterministic().open(&token[..at], &bank, FieldClass::Iban), Err(OpenError));
    }
}

#[test]
fn the_length_of_a_deterministic_token_tells_its_bucket_alone() {
    let bank = tenant("bank");
    let length = |value: &str| deterministic().seal(value, &bank, FieldClass::Name).unwrap().len();
    assert_eq!(length(""), length(&"x".repeat(30)));
    assert!(length(&"x".repeat(31)) > length(""));
}

#[test]
fn an_index_finds_a_value_however_it_is_spelt() {
    let bank = tenant("bank");
    let token = index().index(VALUE, &bank, FieldClass::Iban).unwrap();
    assert_eq!(token, index().index("de89370400440532013000", &bank, FieldClass::Iban).unwrap());
    assert_eq!(index().verify(&token, VALUE, &bank, FieldClass::Iban), Ok(()));
    let other = "GB29NWBK60161331926819";
    assert_eq!(index().verify(&token, other, &bank, FieldClass::Iban), Err(OpenError));
    assert_eq!(index().verify(&token, VALUE, &tenant("other"), FieldClass::Iban), Err(OpenError));
    assert_eq!(index().verify(&token, VALUE, &bank, FieldClass::Account), Err(OpenError));
    let other_key = IndexTokens::new(&[9; 32], KeyVersion(3));
    assert_ne!(token, other_key.index(VALUE, &bank, FieldClass::Iban).unwrap());
    assert!(index().index("DE00", &bank, FieldClass::Iban).is_err());
}

#[test]
fn a_random_token_opens_its_own_entry_until_it_expires() {
    let (bank, mut rng) = (tenant("bank"), rng());
    let issue = |rng: &mut ChaCha20Rng| {
        random().issue(VALUE, &bank, FieldClass::Iban, Some(Micros(100)), rng).unwrap()
    };
    let (first, second) = (issue(&mut rng), issue(&mut rng));
    assert_ne!(first.token, second.token);
    assert_eq!(RandomTokens::lookup(&first.token, &bank).unwrap(), first.lookup);
    let opened = random().open(&first.token, &first.sealed, &bank, Micros(99)).unwrap();
    assert_eq!((opened.value.as_str(), opened.class), (VALUE, FieldClass::Iban));
    assert!(random().open(&first.token, &first.sealed, &bank, Micros(100)).is_err());
    assert!(random().open(&first.token, &second.sealed, &bank, Micros(99)).is_err());
    assert!(random().open(&first.token, &first.sealed, &tenant("other"), Micros(99)).is_err());
    assert!(!first.token.contains(&first.lookup) && !format!("{first:?}").contains(&first.token));
}

#[test]
fn a_random_token_outlives_the_key_that_it_was_issued_under() {
    let (bank, mut rng) = (tenant("bank"), rng());
    let issued = random().issue(VALUE, &bank, FieldClass::Iban, Some(Micros(100)), &mut rng).unwrap();
    let newer = RandomTokens::new(ValueSealer::new(&[6; 32], KeyVersion(4)));
    let sealed = newer.rewrap(&random(), &issued.sealed, &bank, &mut rng).unwrap();
    assert_eq!(newer.open(&issued.token, &sealed, &bank, Micros(99)).unwrap().value.as_str(), VALUE);
    assert!(newer.open(&issued.token, &sealed, &bank, Micros(100)).is_err());
    assert!(newer.open(&issued.token, &issued.sealed, &bank, Micros(99)).is_err());
}

#[test]
fn every_kind_names_its_class_and_key() {
    let bank = tenant("bank");
    let key = TokenKey { class: FieldClass::Iban, version: KeyVersion(3) };
    let issued = random().issue(VALUE, &bank, FieldClass::Iban, None, &mut rng()).unwrap();
    for token in [
        deterministic().seal(VALUE, &bank, FieldClass::Iban).unwrap(),
        index().index(VALUE, &bank, FieldClass::Iban).unwrap(),
        issued.token,
    ] {
        assert_eq!(TokenKey::parse(&token), Ok(key));
    }
    assert_eq!(TokenKey::parse("x1.AAAA"), Err(OpenError));
    assert_eq!(TokenKey::parse("i1.AAAA"), Err(OpenError));
}

#[test]
fn secret_classes_have_no_token() {
    let bank = tenant("bank");
    for class in FieldClass::ALL.into_iter().filter(|class| class.is_secret()) {
        assert_eq!(deterministic().seal("1", &bank, class), Err(SealError::SecretClass(class)));
        assert!(index().index("123", &bank, class).is_err());
        assert!(random().issue("123", &bank, class, None, &mut rng()).is_err());
    }
}

#[test]
fn aes_siv_is_the_published_one() {
    use aes_siv::{KeyInit, siv::Aes128Siv};
    // RFC 5297, A.1.
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let key = hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    let header = hex("101112131415161718191a1b1c1d1e1f2021222324252627");
    let mut cipher = Aes128Siv::new_from_slice(&key).unwrap();
    let sealed = cipher.encrypt([&header], &hex("112233445566778899aabbccddee")).unwrap();
    assert_eq!(sealed, hex("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"));
}
