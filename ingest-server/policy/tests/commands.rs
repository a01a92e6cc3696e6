//! `palet policy check|simulate|diff`, as an operator meets them.
#![cfg(test)]

use palet_policy::DEFAULT_TOML;
use palet_policy::cli::{CliError, Exit, Format, Named, Warnings, check, diff, read_text, simulate};

const SHIPPED: Named<'static> = Named { path: "default.toml", text: DEFAULT_TOML };

const QUESTIONS: &str = r#"
{"session":"s1","tenant":"bank-1","asked":{"class":"iban"},"risk":0.1,"evidence":"trained","since_login_s":60}
{"session":"s1","tenant":"bank-1","asked":{"class":"iban"},"risk":0.6,"evidence":"trained","since_login_s":90}
{"session":"s2","tenant":"bank-1","asked":{"class":"iban"},"risk":0.1,"evidence":"trained","sub_scores":{"bot":0.99}}
{"session":"s2","tenant":"bank-1","asked":{"action":"submit-transfer"},"risk":0.6,"evidence":"trained","since_login_s":60}
"#;

fn told(run: impl FnOnce(&mut Vec<u8>) -> Result<Exit, CliError>) -> (Exit, String) {
    let mut out = Vec::new();
    let exit = run(&mut out).unwrap();
    (exit, String::from_utf8(out).unwrap())
}

fn stricter() -> String {
    DEFAULT_TOML.replacen("raised = 0.50", "raised = 0.70", 1)
}

#[test]
fn check_says_what_was_proved() {
    let (exit, text) = told(|out| check(SHIPPED, Format::Text, Warnings::Deny, out));
    assert_eq!(exit, Exit::Done);
    assert!(text.starts_with("default.toml: version "), "{text}");
    assert!(text.contains("proved: more doubt never reveals or permits more"), "{text}");
}

#[test]
fn check_fails_on_warnings_where_they_are_denied() {
    let text = format!(
        "{DEFAULT_TOML}\n[[rule]]\nname = \"late\"\nevidence = \"none\"\nrole = \"customer\"\npurpose = \"display\"\nlevel = \"redact\"\n"
    );
    let named = Named { path: "late.toml", text: &text };
    let (exit, told_text) = told(|out| check(named, Format::Text, Warnings::Deny, out));
    assert_eq!(exit, Exit::Failed);
    assert!(told_text.starts_with("warning[policy-shadowed]: rule `late` never answers"), "{told_text}");
    assert_eq!(told(|out| check(named, Format::Json, Warnings::Tell, out)).0, Exit::Done);
}

#[test]
fn a_refused_policy_is_an_error_in_words_and_a_report_in_json() {
    let named = Named { path: "bad.toml", text: "bands = 1" };
    let error = check(named, Format::Text, Warnings::Tell, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("--> bad.toml:1:9"), "{error}");
    let (exit, json) = told(|out| check(named, Format::Json, Warnings::Tell, out));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(exit, Exit::Failed);
    assert_eq!(report["faults"][0]["code"], "policy-wrong-kind");
}

#[test]
fn simulate_counts_who_would_have_seen_what() {
    let (exit, json) = told(|out| simulate(SHIPPED, None, Format::Json, QUESTIONS.as_bytes(), out));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(exit, Exit::Done);
    assert_eq!((report["questions"].as_u64(), report["sessions"].as_u64()), (Some(4), Some(2)));
    let rows: Vec<(&str, &str, u64)> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap();
            (text("asked"), text("outcome"), row["questions"].as_u64().unwrap())
        })
        .collect();
    let expected = [
        ("action submit-transfer", "step-up", 1),
        ("iban", "clear", 1),
        ("iban", "partial", 1),
        ("iban", "redact", 1),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn simulate_against_another_policy_shows_what_changes() {
    let stricter = stricter();
    let candidate = Named { path: "candidate.toml", text: &stricter };
    let (_, text) = told(|out| simulate(candidate, Some(SHIPPED), Format::Text, QUESTIONS.as_bytes(), out));
    assert!(text.contains("1 questions        1 sessions  partial → clear  (changed)"), "{text}");
    assert!(text.contains("step-up → allow  (changed)"), "{text}");
    assert!(text.contains("such as s1\n") && text.contains("such as s2\n"), "who: {text}");
}

#[test]
fn lines_that_are_no_question_are_told_and_fail_the_command() {
    let lines = format!(
        "{{}}\n{{\"tenant\":\"a b\"}}\n{}\n{}",
        "x".repeat(200_000),
        r#"{"tenant":"b","asked":{"class":"iban"},"risk":0.1,"evidence":"none","sub_scores":{"mood":1}}"#
    );
    let (exit, json) = told(|out| simulate(SHIPPED, None, Format::Json, lines.as_bytes(), out));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(exit, Exit::Failed);
    assert_eq!(report["bad_lines"], 4);
    let numbers: Vec<u64> = report["first_bad_lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad["line"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn diff_tells_limits_and_changes() {
    let stricter = stricter();
    let (exit, text) =
        told(|out| diff(SHIPPED, Named { path: "candidate.toml", text: &stricter }, Format::Text, out));
    assert_eq!(exit, Exit::Done);
    assert!(text.contains("bands.raised: 0.5 becomes 0.7"), "{text}");
    let (_, same) = told(|out| diff(SHIPPED, SHIPPED, Format::Text, out));
    assert!(same.contains("both policies answer every question alike"), "{same}");
}

#[test]
fn no_more_of_a_hostile_file_is_read_than_shows_that_it_is_too_long() {
    let text = read_text(std::io::repeat(b'#')).unwrap();
    assert_eq!(text.len(), palet_policy::SOURCE_BYTES_MAX + 1);
    assert!(palet_policy::Policy::compile(&text).is_err());
    assert!(read_text(&b"\xff\xfe"[..]).is_err());
}
