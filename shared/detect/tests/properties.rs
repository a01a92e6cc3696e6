//! No text makes the detectors fail, and every span lies in its text.
//!
//! `PALET_LONG=1` runs a million texts instead of some thousands.

use palet_detect::form::{FieldHints, classify};
use palet_detect::text::{Detector, Entity, EntitySet, Offsets};
use proptest::prelude::*;

fn cases() -> ProptestConfig {
    let cases = if std::env::var_os("PALET_LONG").is_some() { 250_000 } else { 2_000 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Pieces that recognisers look for, so that random texts reach deep into them.
const PIECES: &[&str] = &[
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "1",
    "23",
    "456",
    "7890",
    "-",
    " ",
    ".",
    "/",
    ":",
    "::",
    "@",
    "+",
    "(",
    ")",
    "x",
    "bc1",
    "eyJ",
    "-----BEGIN PRIVATE KEY",
    "password",
    "=",
    "\"",
    "AA",
    "ffff",
    "%",
    "^",
    ";",
    "é",
    "ß",
    "\u{a0}",
    "\u{2003}",
    "\u{200d}",
    "\u{301}",
    "😀",
    "٣",
    "１",
    "ſ",
    "K",
    "\n",
    "\r",
    "\0",
    "\u{feff}",
    "\u{10ffff}",
    "RSSMRA85T10A562S",
    "B4111111111111111",
    "20-00-00",
    "€",
    "EUR",
    "phone",
    "cvv",
    "12/29",
    "example.com",
    "sk_live_",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) {
    let everyone: EntitySet = Entity::ALL.iter().copied().collect();
    for detector in [Detector::new(), Detector::of(everyone)] {
        let mut last = 0;
        for span in detector.with_offsets(Offsets::Bytes).detect(text) {
            assert!(span.start >= last, "spans overlap");
            assert!(span.start < span.end, "a span is empty");
            assert!(text.get(span.start..span.end).is_some(), "a span cuts a character");
            assert!((0.0..=1.0).contains(&span.score) && span.score > 0.0);
            last = span.end;
        }
        let characters = text.chars().count();
        assert!(detector.detect(text).iter().all(|span| span.end <= characters));
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_text_of_pieces_is_read(text in pieces()) {
        check(&text);
    }

    #[test]
    fn any_bytes_made_text_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_field_is_classified(texts in prop::array::uniform5(pieces()), maxlength in any::<Option<u32>>()) {
        let [label, name, placeholder, pattern, autocomplete] = &texts;
        let hints = FieldHints {
            label, name, placeholder, pattern, autocomplete, maxlength,
            kind: "text", neighbours: &[label.as_str(), name.as_str()],
            ..FieldHints::default()
        };
        if let Some(guess) = classify(&hints) {
            prop_assert!((0.5..=1.0).contains(&guess.score));
            prop_assert!(guess.secret || !guess.class.is_secret());
        }
    }
}
