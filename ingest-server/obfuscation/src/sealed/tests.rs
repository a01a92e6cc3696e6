//! The attack table of sealed values, a row a test, and the bytes of a token.

use super::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const KEY: [u8; 32] = [7; 32];

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([1; 32])
}

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

fn sealer() -> ValueSealer {
    ValueSealer::new(&KEY, KeyVersion(3))
}

const SESSION: Option<SessionId> = Some(SessionId(42));

fn binding(tenant: &TenantId) -> SealBinding<'_> {
    SealBinding { tenant, class: FieldClass::Iban, record: "account-17", session: SESSION }
}

const VALUE: &str = "DE89 3704 0044 0532 0130 00";

#[test]
fn a_sealed_value_opens_for_its_own_binding() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    assert!(token.starts_with("p1.") && !token.contains('='));
    assert_eq!(sealer().open(&token, &binding(&bank)).unwrap().as_str(), VALUE);
    let opened = sealer().open_within(&token, &bank, SESSION, Micros(5)).unwrap();
    assert_eq!((opened.class, opened.record.as_str()), (FieldClass::Iban, "account-17"));
    assert_eq!((opened.value.as_str(), opened.expires), (VALUE, None));
}

#[test]
fn the_header_names_the_key_without_opening() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    let expected = TokenHeader {
        version: KeyVersion(3),
        class: FieldClass::Iban,
        session_bound: true,
        subject_bound: false,
    };
    assert_eq!(TokenHeader::parse(&token), Ok(expected));
}

#[test]
fn a_token_of_another_tenant_is_refused() {
    let (bank, other) = (tenant("bank"), tenant("other"));
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    assert_eq!(sealer().open(&token, &binding(&other)), Err(OpenError));
    assert!(sealer().open_within(&token, &other, SESSION, Micros(0)).is_err());
}

#[test]
fn a_token_of_another_class_is_refused() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    let wrong = SealBinding { class: FieldClass::Pan, ..binding(&bank) };
    assert_eq!(sealer().open(&token, &wrong), Err(OpenError));
}

#[test]
fn a_token_of_another_record_is_refused() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    for record in ["account-18", "", "account-177"] {
        let wrong = SealBinding { record, ..binding(&bank) };
        assert_eq!(sealer().open(&token, &wrong), Err(OpenError));
    }
}

#[test]
fn a_token_of_another_session_or_of_none_is_refused() {
    let bank = tenant("bank");
    let free = SealBinding { session: None, ..binding(&bank) };
    let other = SealBinding { session: Some(SessionId(43)), ..binding(&bank) };
    let bound_token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    let free_token = sealer().seal(VALUE, &free, &mut rng()).unwrap();
    assert_eq!(sealer().open(&bound_token, &other), Err(OpenError));
    assert_eq!(sealer().open(&bound_token, &free), Err(OpenError));
    assert_eq!(sealer().open(&free_token, &binding(&bank)), Err(OpenError));
    assert!(sealer().open(&free_token, &free).is_ok());
}

#[test]
fn a_token_of_another_key_or_version_is_refused() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    let other_key = ValueSealer::new(&[8; 32], KeyVersion(3));
    let other_version = ValueSealer::new(&KEY, KeyVersion(4));
    assert_eq!(other_key.open(&token, &binding(&bank)), Err(OpenError));
    assert_eq!(other_version.open(&token, &binding(&bank)), Err(OpenError));
}

#[test]
fn any_altered_character_is_refused() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        assert_eq!(sealer().open(&altered, &binding(&bank)), Err(OpenError), "character {at}");
    }
}

#[test]
fn a_token_cut_anywhere_is_refused() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    for end in 0..token.len() {
        assert_eq!(sealer().open(&token[..end], &binding(&bank)), Err(OpenError));
    }
    assert_eq!(sealer().open(&format!("{token}A"), &binding(&bank)), Err(OpenError));
}

#[test]
fn a_time_to_live_ends_and_is_not_overlooked() {
    let bank = tenant("bank");
    let token = sealer().seal_until(VALUE, &binding(&bank), Some(Micros(100)), &mut rng()).unwrap();
    assert!(sealer().open_within(&token, &bank, SESSION, Micros(99)).is_ok());
    assert!(sealer().open_within(&token, &bank, SESSION, Micros(100)).is_err());
    assert_eq!(sealer().open(&token, &binding(&bank)), Err(OpenError));
}

#[test]
fn the_length_of_a_token_tells_its_bucket_alone() {
    let bank = tenant("bank");
    let length = |value: &str| sealer().seal(value, &binding(&bank), &mut rng()).unwrap().len();
    assert_eq!(length(""), length("4111111111111111"));
    assert_eq!(length(&"x".repeat(43)), length(""));
    assert!(length(&"x".repeat(44)) > length(""));
}

#[test]
fn the_same_value_never_looks_the_same() {
    let bank = tenant("bank");
    let mut rng = rng();
    let first = sealer().seal(VALUE, &binding(&bank), &mut rng).unwrap();
    assert_ne!(first, sealer().seal(VALUE, &binding(&bank), &mut rng).unwrap());
}

#[test]
fn limits_are_refused_with_what_was_expected() {
    let bank = tenant("bank");
    let seal = |value: &str, record: &str| {
        sealer().seal(value, &SealBinding { record, ..binding(&bank) }, &mut rng())
    };
    assert_eq!(seal(&"x".repeat(12_289), "r"), Err(SealError::ValueTooLong(12_289)));
    assert_eq!(seal("x", &"r".repeat(256)), Err(SealError::RecordTooLong(256)));
    let longest = seal(&"x".repeat(VALUE_BYTES_MAX), &"r".repeat(RECORD_BYTES_MAX)).unwrap();
    let whole = SealBinding { record: &"r".repeat(RECORD_BYTES_MAX), ..binding(&bank) };
    assert_eq!(sealer().open(&longest, &whole).unwrap().len(), VALUE_BYTES_MAX);
}

#[test]
fn secret_classes_are_never_sealed() {
    let bank = tenant("bank");
    for class in FieldClass::ALL.into_iter().filter(|class| class.is_secret()) {
        let secret = SealBinding { class, ..binding(&bank) };
        assert_eq!(sealer().seal("123", &secret, &mut rng()), Err(SealError::SecretClass(class)));
    }
}

#[test]
fn debug_forms_show_neither_key_nor_value() {
    let bank = tenant("bank");
    let token = sealer().seal(VALUE, &binding(&bank), &mut rng()).unwrap();
    let opened = sealer().open_within(&token, &bank, SESSION, Micros(0)).unwrap();
    assert_eq!(format!("{opened:?}"), "Opened { class: Iban, .. }");
    assert_eq!(format!("{:?}", sealer()), "ValueSealer { version: KeyVersion(3), .. }");
}

#[test]
fn a_rewrapped_token_keeps_all_but_its_key() {
    let bank = tenant("bank");
    let token = sealer().seal_until(VALUE, &binding(&bank), Some(Micros(100)), &mut rng()).unwrap();
    let newer = ValueSealer::new(&[8; 32], KeyVersion(4));
    let rewrapped = newer.rewrap(&sealer(), &token, &bank, SESSION, &mut rng()).unwrap();
    let opened = newer.open_within(&rewrapped, &bank, SESSION, Micros(99)).unwrap();
    assert_eq!((opened.class, opened.record.as_str()), (FieldClass::Iban, "account-17"));
    assert_eq!((opened.value.as_str(), opened.expires), (VALUE, Some(Micros(100))));
    assert!(sealer().open_within(&rewrapped, &bank, SESSION, Micros(99)).is_err());
    assert_eq!(newer.rewrap(&sealer(), &rewrapped, &bank, SESSION, &mut rng()), Err(OpenError));
    assert_eq!(newer.rewrap(&sealer(), &token, &tenant("other"), SESSION, &mut rng()), Err(OpenError));
}
