//! The documents' examples, read by the code that they describe.
#![cfg(test)]
#![allow(
    clippy::disallowed_methods,
    reason = "the room does no I/O; this test reads the documents beside it"
)]

use palet_mask::{CustomClass, CustomSettings};
use palet_policy::cli::{Exit, Format, Named, Warnings, check, simulate};
use palet_policy::{DEFAULT_TOML, FaultCode, VersionsError};
use std::path::Path;

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of one language.
fn blocks<'d>(document: &'d str, language: &str) -> Vec<&'d str> {
    let fence = format!("```{language}\n");
    document.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_example_of_a_policy_compiles_without_a_warning() {
    let document = document("policy.md");
    let text = blocks(&document, "toml").concat();
    let mut out = Vec::new();
    let exit = check(Named { path: "docs/policy.md", text: &text }, Format::Text, Warnings::Deny, &mut out);
    assert_eq!(
        exit.unwrap_or_else(|error| panic!("{error}")),
        Exit::Done,
        "{}",
        String::from_utf8_lossy(&out)
    );
}

#[test]
fn the_example_of_a_stored_question_is_answered() {
    let document = document("policy.md");
    let question = blocks(&document, "json").concat().replace('\n', "");
    let mut out = Vec::new();
    let shipped = Named { path: "default.toml", text: DEFAULT_TOML };
    assert_eq!(simulate(shipped, None, Format::Text, question.as_bytes(), &mut out).unwrap(), Exit::Done);
    assert!(String::from_utf8(out).unwrap().contains("iban"));
}

#[test]
fn every_code_is_in_the_document_and_so_is_every_key() {
    let document = document("policy.md");
    let codes = FaultCode::ALL.iter().map(|code| code.as_str());
    let versions = [VersionsError::NothingStaged, VersionsError::SamePerson, VersionsError::NothingBefore];
    for word in
        codes.chain(versions.map(VersionsError::code)).chain(palet_policy::Dim::ALL.map(|dim| dim.as_str()))
    {
        assert!(document.contains(&format!("`{word}`")), "docs/policy.md does not name `{word}`");
    }
    for names in [
        palet_policy::Role::NAMES,
        palet_policy::Purpose::NAMES,
        palet_policy::Channel::NAMES,
        palet_policy::PageContext::NAMES,
        palet_policy::EvidenceState::NAMES,
        palet_policy::MfaAge::NAMES,
        palet_policy::RiskBand::NAMES,
    ] {
        let row: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        assert!(document.contains(&row.join(" ")), "docs/policy.md does not list {}", row.join(" "));
    }
}

#[test]
fn the_example_of_a_class_of_the_banks_own_is_one() {
    #[derive(serde::Deserialize)]
    struct Settings {
        custom: Vec<CustomSettings>,
    }
    let document = document("field-classes.md");
    let settings: Settings = toml::from_str(&blocks(&document, "toml").concat()).unwrap();
    let class = CustomClass::new(settings.custom[0].clone()).unwrap();
    assert_eq!(class.name(), "membership");
    for class in palet_mask::FieldClass::ALL {
        assert!(
            document.contains(&format!("`{}`", class.as_str())),
            "docs/field-classes.md has no {class:?}"
        );
    }
}
