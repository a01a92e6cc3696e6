//! Each recogniser on valid values, wrong check digits, separators and bounds of words.

use palet_detect::text::{Detector, Entity, EntitySet, Offsets, Span};

fn found(entity: Entity, text: &str) -> Vec<&str> {
    let detector = Detector::of(EntitySet::EMPTY.with(entity)).with_offsets(Offsets::Bytes);
    detector.detect(text).iter().map(|span| &text[span.start..span.end]).collect()
}

/// What a detector of everything says, as entity and text.
fn everything(text: &str) -> Vec<(&'static str, &str)> {
    let spans = Detector::new().with_offsets(Offsets::Bytes).detect(text);
    spans.iter().map(|span: &Span| (span.entity.as_str(), &text[span.start..span.end])).collect()
}

/// Values of each entity, as they are written.
const VALID: &[(Entity, &[&str])] = &[
    (
        Entity::CreditCard,
        &["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"],
    ),
    (Entity::CreditCard, &["3782 822463 10005", "2223003122003222", "6304000000000000", "30569309025904"]),
    (Entity::Iban, &["GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"]),
    (Entity::Bic, &["DEUTDEFF", "DEUTDEFF500", "BARCGB22XXX"]),
    (Entity::Lei, &["549300BANKEXAMPLE132"]),
    (Entity::SepaCreditor, &["DE79ZZZ01234567890"]),
    (Entity::AbaRouting, &["330374862", "3303-7486-2"]),
    (Entity::UsSsn, &["219-09-9999", "219 09 9998", "219099998"]),
    (Entity::UsItin, &["912-70-1234", "912701234", "91270-1234"]),
    (Entity::UsPassport, &["A12345678", "123456780"]),
    (Entity::UkNhs, &["1242262385", "124-226-2385", "124 226 2385"]),
    (Entity::UkNino, &["JG103759A", "JG 10 37 59 A", "jg 10 37 59 a"]),
    (Entity::UkPassport, &["AB1234567"]),
    (Entity::DePassport, &["C53ZZR9K2", "c53zzr9k2"]),
    (Entity::DeIdCard, &["C53ZZR9K2", "T12345678"]),
    (Entity::DeTaxId, &["48894469000"]),
    (Entity::DeVatId, &["DE035068279", "DE 035 068 279", "DE-035068279"]),
    (Entity::EsNif, &["89236783A", "89236783-A"]),
    (Entity::EsNie, &["X0093481D", "X0093481-D"]),
    (Entity::ItFiscalCode, &["RSSMRA85T10A562S", "rssmra85t10a562s"]),
    (Entity::InPan, &["ABCPE1234F"]),
    (Entity::InAadhaar, &["531466975908", "5314 6697 5908", "5314-6697-5908"]),
    (Entity::SgNricFin, &["S1234567D", "G1234567X"]),
    (Entity::AuAbn, &["87673072335", "87 673 072 335"]),
    (Entity::AuTfn, &["831915034", "831 915 034"]),
    (Entity::CaSin, &["488133836", "488-133-836", "488 133 836"]),
    (Entity::PlPesel, &["44051483195"]),
    (Entity::SePersonnummer, &["8507095910", "850709-5910", "19850709-5910", "850709+5910"]),
    (Entity::FiPersonalIdentityCode, &["131180-0683"]),
    (Entity::KrRrn, &["8507091103309", "850709-1103309"]),
    (Entity::ZaIdNumber, &["8507096271081"]),
    (Entity::Crypto, &["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]),
    (Entity::EmailAddress, &["a.b+c@sub.example.com", "anna@bücher.example.de", "x@corp.internal"]),
    (Entity::PhoneNumber, &["+44 20 7946 0958", "(212) 555-0187", "+1-212-555-0187", "0044 20 7946 0958"]),
    (Entity::IpAddress, &["192.0.2.1", "192.0.2.0/24", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1"]),
    (
        Entity::TrackData,
        &[";4111111111111111=29121010000012300000?", "%B4111111111111111^DOE/J^29121010000000000?"],
    ),
    (Entity::Jwt, &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"]),
    (Entity::Secret, &["AKIAIOSFODNN7EXAMPLE", "xoxb-123456789012-abcdefghijkl"]),
    (Entity::Amount, &["€1,250.00", "EUR 1.250,00", "1 250,00 €", "-$20", "CHF 1'000.50", "99 zł"]),
];

#[test]
fn valid_values_are_found_whole_between_other_text() {
    for (entity, values) in VALID {
        for value in *values {
            for text in
                [(*value).to_owned(), format!("x, {value}, y"), format!("({value})\n"), format!("“{value}”")]
            {
                assert_eq!(found(*entity, &text), [*value], "{} in {text:?}", entity.as_str());
            }
        }
    }
}

#[test]
fn values_inside_longer_words_are_not_found() {
    let loose = [
        // By their nature at home inside other text, or found there by Presidio too.
        Entity::CreditCard,
        Entity::Iban,
        Entity::PlPesel,
        Entity::SePersonnummer,
        Entity::FiPersonalIdentityCode,
        Entity::ItFiscalCode,
        Entity::Crypto,
        Entity::KrRrn,
        Entity::EmailAddress,
        Entity::Amount,
        Entity::TrackData,
        Entity::Secret,
        Entity::Jwt,
        Entity::InPan,
    ];
    for (entity, values) in VALID.iter().filter(|(entity, _)| !loose.contains(entity)) {
        for value in *values {
            for text in [format!("a7{value}7a"), format!("é{value}é")] {
                assert!(!found(*entity, &text).contains(value), "{} in {text:?}", entity.as_str());
            }
        }
    }
}

#[test]
fn one_wrong_digit_is_noticed_where_there_is_a_check() {
    let checked = [
        Entity::CreditCard,
        Entity::Iban,
        Entity::Lei,
        Entity::SepaCreditor,
        Entity::AbaRouting,
        Entity::UkNhs,
        Entity::DePassport,
        Entity::DeTaxId,
        Entity::EsNif,
        Entity::EsNie,
        Entity::InAadhaar,
        Entity::AuAbn,
        Entity::AuTfn,
        Entity::CaSin,
        Entity::PlPesel,
        Entity::SePersonnummer,
        Entity::FiPersonalIdentityCode,
        Entity::ZaIdNumber,
        Entity::Crypto,
    ];
    for (entity, values) in VALID.iter().filter(|(entity, _)| checked.contains(entity)) {
        for value in *values {
            let last = value.rfind(|character: char| character.is_ascii_digit()).unwrap_or(0);
            let digit = value.as_bytes()[last];
            let wrong = format!("{}{}{}", &value[..last], (digit - b'0' + 1) % 10, &value[last + 1..]);
            assert!(found(*entity, &wrong).is_empty(), "{} in {wrong:?}", entity.as_str());
        }
    }
}

#[test]
fn numbers_that_were_never_issued_are_left_out() {
    for (entity, text) in [
        (Entity::UsSsn, "000-12-3456"),
        (Entity::UsSsn, "666-12-3456"),
        (Entity::UsSsn, "123-00-4567"),
        (Entity::UsSsn, "123-45 6789"),
        (Entity::UsItin, "912-93-1234"),
        (Entity::UkNino, "BG103759A"),
        (Entity::UkNino, "JG103759E"),
        (Entity::IpAddress, "192.0.2.256"),
        (Entity::IpAddress, "1:2:3"),
        (Entity::IpAddress, "::1111111111111111.1.1.1"),
        (Entity::EmailAddress, "anna@example.notatopleveldomain"),
        (Entity::EmailAddress, "anna@localhost"),
        (Entity::PhoneNumber, "2024-11-03"),
        (Entity::Bic, "DEUTZZFF"),
        (Entity::ItFiscalCode, "RSSMRA85T72A562S"),
    ] {
        assert!(found(entity, text).is_empty(), "{} in {text:?}: {:?}", entity.as_str(), found(entity, text));
    }
}

#[test]
fn a_number_with_a_few_characters_too_many_is_still_an_account() {
    assert_eq!(found(Entity::Iban, "AT611904300234573201ABC"), ["AT611904300234573201"]);
    assert_eq!(found(Entity::Iban, "AT611904300234573201ABCD"), Vec::<&str>::new());
}

#[test]
fn a_password_field_is_never_nothing() {
    use palet_detect::form::{FieldHints, classify};
    let hints = FieldHints { kind: "password", label: "Username", name: "username", ..FieldHints::default() };
    assert!(classify(&hints).is_some_and(|guess| guess.secret));
    let national = FieldHints {
        kind: "password",
        label: "Social security number",
        name: "ssn",
        ..FieldHints::default()
    };
    assert!(classify(&national).is_some_and(|guess| guess.secret));
}

#[test]
fn a_card_shows_its_expiry_and_verification_value() {
    assert_eq!(
        everything("4111 1111 1111 1111 12/29 123"),
        [("CREDIT_CARD", "4111 1111 1111 1111"), ("CARD_EXPIRY", "12/29"), ("CARD_CVV", "123")]
    );
    assert_eq!(
        everything("Karte 4111111111111111, gültig bis 03/2031, Prüfziffer CVC 9876."),
        [("CREDIT_CARD", "4111111111111111"), ("CARD_EXPIRY", "03/2031"), ("CARD_CVV", "9876")]
    );
}

#[test]
fn labels_make_short_numbers_sensitive() {
    for (text, entity, value) in [
        ("Your one-time code is 482913", "ONE_TIME_CODE", "482913"),
        ("482913 is your verification code", "ONE_TIME_CODE", "482913"),
        ("Ihre TAN lautet 48291377", "ONE_TIME_CODE", "48291377"),
        ("PIN: 4829", "PIN", "4829"),
        ("CVV 482", "CARD_CVV", "482"),
        ("sort code 20-00-00", "UK_SORT_CODE", "20-00-00"),
        ("Kontonummer 532013000", "BANK_ACCOUNT_NUMBER", "532013000"),
        ("password: hunter2!", "SECRET", "hunter2!"),
        (r#"{"client_secret": "a1b2c3d4"}"#, "SECRET", "a1b2c3d4"),
        ("Passwort = Geheim99", "SECRET", "Geheim99"),
    ] {
        assert_eq!(everything(text), [(entity, value)], "{text}");
    }
    for text in ["room 4829", "in 1999", "the year 2024 was", "12-34-56", "page 482 of 913", "error code 500"]
    {
        assert_eq!(everything(text), [], "{text}");
    }
}

#[test]
fn a_sort_code_shows_the_account_beside_it() {
    assert_eq!(
        everything("Pay 20-00-00 55779911 today"),
        [("UK_SORT_CODE", "20-00-00"), ("BANK_ACCOUNT_NUMBER", "55779911")]
    );
}

#[test]
fn weak_shapes_count_only_where_context_names_them() {
    assert_eq!(everything("reference 330374862"), []);
    assert_eq!(everything("routing number 330374862"), [("ABA_ROUTING_NUMBER", "330374862")]);
    assert_eq!(everything("passport A12345678"), [("US_PASSPORT", "A12345678")]);
    assert_eq!(everything("part A12345678"), []);
}

#[test]
fn overlapping_candidates_leave_one_span() {
    let spans = everything("call 219-09-9999 or 4111 1111 1111 1111");
    assert_eq!(spans, [("US_SSN", "219-09-9999"), ("CREDIT_CARD", "4111 1111 1111 1111")]);
}

#[test]
fn offsets_count_what_they_are_asked_to() {
    let text = "é😀 4111111111111111";
    let start = |offsets| Detector::new().with_offsets(offsets).detect(text)[0].start;
    assert_eq!(start(Offsets::CodePoints), 3);
    assert_eq!(start(Offsets::Utf16), 4);
    assert_eq!(start(Offsets::Bytes), 7);
}

#[test]
fn a_private_key_is_one_span() {
    let text =
        "x\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA4111111111111111\n-----END EC PRIVATE KEY-----\ny";
    let spans = everything(text);
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].0, "SECRET");
    assert!(spans[0].1.starts_with("-----BEGIN") && spans[0].1.ends_with("-----"));
}
