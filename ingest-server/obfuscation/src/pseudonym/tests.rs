//! There and back for every class that has a shape, and what a pseudonym keeps and hides.

use super::*;
use palet_mask::{Checksum, CustomClass, CustomPartial, CustomSettings, FieldClass, Secrecy, checksum};
use proptest::prelude::*;

const VALUES: [(FieldClass, &str); 14] = [
    (FieldClass::Pan, "4111 1111 1111 1111"),
    (FieldClass::Pan, "378282246310005"),
    (FieldClass::Iban, "DE89 3704 0044 0532 0130 00"),
    (FieldClass::Iban, "GB29NWBK60161331926819"),
    (FieldClass::Iban, "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
    (FieldClass::Account, "0319-268.19"),
    (FieldClass::SortCode, "12-34-56"),
    (FieldClass::Routing, "021000021"),
    (FieldClass::NationalId, "AB 12 34 56 C"),
    (FieldClass::TaxId, "12 345 678 903"),
    (FieldClass::Passport, "C01X00T47"),
    (FieldClass::Email, "Ada.Lovelace1985+x@Mail-7.example.co.uk"),
    (FieldClass::Phone, "+49 (171) 123-45 67"),
    (FieldClass::Phone, "020 7946 0018"),
];

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(Ff1Key::new(&[9; 32]).unwrap(), KeyVersion(2))
}

fn tenant() -> TenantId {
    "bank".parse().unwrap()
}

fn binding(tenant: &TenantId, class: FieldClass) -> PseudonymBinding<'_> {
    PseudonymBinding { tenant, class: class.into(), record: "account-17" }
}

/// Each value, and others of its shape.
fn variants(class: FieldClass, value: &str, seeds: &[u16]) -> Vec<String> {
    let shape = class.shape(value).unwrap();
    let digits = |seed: &u16| -> Vec<u16> {
        let place = |at: usize| (u32::from(*seed) * (at as u32 + 3) / 7) as u16 % shape.radix();
        (0..shape.digits().len()).map(place).collect()
    };
    let others = seeds.iter().filter_map(|seed| shape.assemble(&digits(seed), Marking::Plain));
    others.map(|text| text.to_string()).chain([value.to_owned()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_class_leads_back(seeds in prop::collection::vec(any::<u16>(), 4), record in "[a-z0-9]{0,40}") {
        let (pseudonyms, tenant) = (pseudonyms(), tenant());
        for (class, value) in VALUES {
            let binding = PseudonymBinding { record: &record, ..binding(&tenant, class) };
            for value in variants(class, value, &seeds) {
                for marking in [Marking::Plain, Marking::Marked] {
                    let pseudonym = pseudonyms.encrypt(&value, &binding, marking).unwrap();
                    prop_assert_eq!(is_pseudonym(class, &pseudonym.text), marking == Marking::Marked);
                    prop_assert!(!is_pseudonym(class, &value));
                    let back = pseudonyms.decrypt(&pseudonym.text, &binding, marking).unwrap();
                    prop_assert_eq!(back.as_str(), value.as_str());
                }
            }
        }
    }

    #[test]
    fn a_batch_is_its_values_one_by_one(seeds in prop::collection::vec(any::<u16>(), 9)) {
        let (pseudonyms, tenant) = (pseudonyms(), tenant());
        let mut values: Vec<(FieldClass, String)> = vec![(FieldClass::Pan, "4111".into())];
        for (class, value) in VALUES {
            values.extend(variants(class, value, &seeds).into_iter().map(|value| (class, value)));
        }
        let items: Vec<PseudonymItem<'_>> = values
            .iter()
            .map(|(class, text)| PseudonymItem { text, binding: binding(&tenant, *class), marking: Marking::Marked })
            .collect();
        let outcomes = pseudonyms.encrypt_batch(&items);
        prop_assert!(outcomes[0].is_err() && outcomes[1..].iter().all(Result::is_ok));
        for (item, outcome) in items.iter().zip(&outcomes) {
            let single = pseudonyms.encrypt(item.text, &item.binding, item.marking).map(|p| p.text);
            prop_assert_eq!(&single, outcome);
        }
        let texts: Vec<Zeroizing<String>> = outcomes.into_iter().skip(1).map(Result::unwrap).collect();
        let back: Vec<PseudonymItem<'_>> = texts
            .iter()
            .zip(&items[1..])
            .map(|(text, item)| PseudonymItem { text, ..*item })
            .collect();
        for (outcome, item) in pseudonyms.decrypt_batch(&back).into_iter().zip(&items[1..]) {
            let value = outcome.unwrap();
            prop_assert_eq!(value.as_str(), item.text);
        }
    }
}

#[test]
fn length_separators_and_kinds_of_characters_stay() {
    let kind = |c: char| match c {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        other => other,
    };
    let (pseudonyms, tenant) = (pseudonyms(), tenant());
    for (class, value) in VALUES {
        let pseudonym = pseudonyms.encrypt(value, &binding(&tenant, class), Marking::Plain).unwrap();
        let kinds = |text: &str| -> String { text.chars().map(kind).collect() };
        assert_eq!(kinds(&pseudonym.text), kinds(value));
        assert_ne!(pseudonym.text.as_str(), value);
        assert_eq!(pseudonym.version, KeyVersion(2));
    }
}

#[test]
fn a_plain_pseudonym_holds_its_checksum() {
    let (pseudonyms, tenant) = (pseudonyms(), tenant());
    let plain = |class, value: &str| {
        let text = pseudonyms.encrypt(value, &binding(&tenant, class), Marking::Plain).unwrap().text;
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    };
    assert!(checksum::luhn(&plain(FieldClass::Pan, "4111 1111 1111 1111")));
    assert!(checksum::iban(&plain(FieldClass::Iban, "GB29NWBK60161331926819")));
    assert!(checksum::aba(&plain(FieldClass::Routing, "021000021")));
}

#[test]
fn tenant_class_and_record_each_change_the_pseudonym() {
    let (pseudonyms, bank, other) = (pseudonyms(), tenant(), "bank2".parse().unwrap());
    let value = "12345678";
    let make = |tenant, class: FieldClass, record| {
        let binding = PseudonymBinding { tenant, class: class.into(), record };
        pseudonyms.encrypt(value, &binding, Marking::Plain).unwrap().text
    };
    let first = make(&bank, FieldClass::Account, "2r");
    assert_eq!(first, make(&bank, FieldClass::Account, "2r"));
    assert_ne!(first, make(&bank, FieldClass::Account, "r"));
    assert_ne!(first, make(&other, FieldClass::Account, "r"));
    assert_ne!(first, make(&bank, FieldClass::NationalId, "2r"));
}

#[test]
fn no_two_bindings_make_one_tweak() {
    let tenants: [TenantId; 2] = ["a".parse().unwrap(), "ab".parse().unwrap()];
    let mut tweaks = std::collections::BTreeSet::new();
    for tenant in &tenants {
        for class in [FieldClass::Pan, FieldClass::Iban] {
            for record in ["", "b", "bb", "\u{1}b"] {
                let binding = PseudonymBinding { tenant, class: class.into(), record };
                assert!(tweaks.insert(super::tweak(&binding).unwrap()));
            }
        }
    }
}

#[test]
fn a_class_of_the_banks_own_leads_back_and_has_its_own_pseudonyms() {
    let settings = |name: &str| CustomSettings {
        name: name.to_owned(),
        label: "contract".to_owned(),
        alphabet: "0123456789ABCDEF".to_owned(),
        symbols_min: 8,
        symbols_max: 12,
        separators: String::new(),
        groups: Vec::new(),
        checksum: Checksum::None,
        partial: CustomPartial::default(),
        secrecy: Secrecy::ByPolicy,
    };
    let tenant = tenant();
    let [first, second] = ["contract", "depot"].map(|name| CustomClass::new(settings(name)).unwrap());
    let make = |class: &CustomClass| {
        let binding = PseudonymBinding { tenant: &tenant, class: class.into(), record: "r" };
        let text = pseudonyms().encrypt("A0B1C2D3E4", &binding, Marking::Marked).unwrap().text;
        assert!(is_pseudonym(class, &text));
        let back = pseudonyms().decrypt(&text, &binding, Marking::Marked).unwrap();
        assert_eq!(back.as_str(), "A0B1C2D3E4");
        text
    };
    assert_ne!(make(&first), make(&second));
}

#[test]
fn what_has_no_pseudonym_says_why_and_what_else_would_do() {
    let (pseudonyms, tenant) = (pseudonyms(), tenant());
    let refusal =
        |class, value: &str| pseudonyms.encrypt(value, &binding(&tenant, class), Marking::Plain).unwrap_err();
    let small = refusal(FieldClass::Account, "1234");
    assert_eq!(small.code(), "shape-too-small");
    assert!(small.to_string().contains("1000000") && small.to_string().contains("token"), "{small}");
    for class in FieldClass::ALL.into_iter().filter(|class| class.is_secret()) {
        assert_eq!(refusal(class, "123456789").code(), "shape-none");
    }
    let long = PseudonymBinding { record: &"r".repeat(256), ..binding(&tenant, FieldClass::Pan) };
    let error = pseudonyms.encrypt("4111111111111111", &long, Marking::Plain).unwrap_err();
    assert_eq!(error, PseudonymError::RecordTooLong(256));
}

#[test]
fn a_marked_pseudonym_does_not_pass_for_a_value_nor_the_reverse() {
    let (pseudonyms, tenant) = (pseudonyms(), tenant());
    let pan = binding(&tenant, FieldClass::Pan);
    let marked = pseudonyms.encrypt("4111111111111111", &pan, Marking::Marked).unwrap().text;
    assert!(pseudonyms.encrypt(&marked, &pan, Marking::Plain).is_err());
    assert!(pseudonyms.decrypt("4111111111111111", &pan, Marking::Marked).is_err());
}
