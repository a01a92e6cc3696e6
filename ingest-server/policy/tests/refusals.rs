//! Texts that are no policy: each fault has its own code, its place, and words that help.
#![cfg(test)]

use palet_policy::{
    Circumstances, EvidenceState, FaultCode, Policy, PolicyErrors, Question, RULES_MAX, SOURCE_BYTES_MAX,
};

const BASE: &str = "\
[bands]
raised = 0.5
high = 0.8
severe = 0.9
[mfa]
immediate_s = 60
fresh_s = 600
recent_s = 6000
[default]
level = \"redact\"
[default-action]
verdict = \"deny\"
";

fn with(rules: &str) -> String {
    format!("{BASE}{rules}")
}

fn refuse(text: &str) -> PolicyErrors {
    match Policy::compile(text) {
        Ok(_) => panic!("expected a refusal of\n{text}"),
        Err(errors) => errors,
    }
}

/// The codes and places of all faults.
fn faults(text: &str) -> Vec<(FaultCode, usize, usize)> {
    refuse(text).faults().iter().map(|fault| (fault.code, fault.line, fault.column)).collect()
}

#[test]
fn the_base_of_these_tests_is_a_policy() {
    assert!(Policy::compile(BASE).is_ok());
}

#[test]
fn each_fault_has_its_code_and_place() {
    let rule = |rest: &str| with(&format!("[[rule]]\nname = \"a\"\nlevel = \"partial\"\n{rest}"));
    for (text, fault) in [
        ("a = ".to_owned(), (FaultCode::Syntax, 1, 5)),
        (with("colour = 1\n"), (FaultCode::UnknownKey, 13, 1)),
        (rule("clas = \"iban\"\n"), (FaultCode::UnknownKey, 16, 1)),
        (rule("class = \"ibann\"\n"), (FaultCode::UnknownName, 16, 9)),
        (rule("class = [\"iban\", \"pam\"]\n"), (FaultCode::UnknownName, 16, 18)),
        (rule("class = \"custom:membership\"\n"), (FaultCode::UnknownName, 16, 9)),
        (rule("tenant = \"bank-2\"\n"), (FaultCode::UnknownName, 16, 10)),
        (rule("role = \">=clerk\"\n"), (FaultCode::UnknownName, 16, 8)),
        (rule("class = 7\n"), (FaultCode::WrongKind, 16, 9)),
        (rule("ttl_s = 0\n"), (FaultCode::OutOfRange, 16, 9)),
        (rule("ttl_s = -1\n"), (FaultCode::OutOfRange, 16, 9)),
        (rule("obligations = [\"step-up\", \"pray\"]\n"), (FaultCode::UnknownName, 16, 27)),
        (rule("class = [\"iban\"]\nexcept = { class = \"iban\" }\n"), (FaultCode::MatchesNothing, 13, 1)),
        (rule("class = [\"iban\", \"cvv\"]\n"), (FaultCode::Reveals, 15, 9)),
        (with("[[rule]]\nlevel = \"redact\"\n"), (FaultCode::MissingKey, 13, 1)),
        (with("[[rule]]\nname = \"a\"\n"), (FaultCode::MissingKey, 13, 1)),
        (with("[[rule]]\nname = \"a b\"\nlevel = \"redact\"\n"), (FaultCode::BadName, 14, 8)),
        (with("[[rule]]\nname = \"a\"\nlevel = \"opaque\"\n"), (FaultCode::UnknownName, 15, 9)),
        (with("[[action]]\nname = \"a\"\nlevel = \"clear\"\n"), (FaultCode::UnknownKey, 15, 1)),
        (BASE.replace("level = \"redact\"", "level = \"partial\""), (FaultCode::Reveals, 10, 9)),
        (BASE.replace("verdict = \"deny\"", "verdict = \"allow\""), (FaultCode::Reveals, 12, 11)),
        (BASE.replace("high = 0.8", "high = 0.4"), (FaultCode::OutOfRange, 1, 1)),
        (BASE.replace("high = 0.8", "high = nan"), (FaultCode::OutOfRange, 3, 8)),
        (BASE.replace("fresh_s = 600", "fresh_s = 6"), (FaultCode::OutOfRange, 5, 1)),
        (BASE.replace("[default]\nlevel = \"redact\"\n", ""), (FaultCode::NotTotal, 1, 1)),
    ] {
        assert!(faults(&text).contains(&fault), "expected {fault:?} in\n{}", refuse(&text));
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let text = with(
        "[[rule]]\nname = \"a\"\nlevel = \"opaque\"\n[[rule]]\nname = \"b\"\nlevel = \"clear\"\nbadn = 1\n",
    );
    let codes: Vec<FaultCode> = faults(&text).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, [FaultCode::UnknownName, FaultCode::UnknownKey]);
}

#[test]
fn a_fault_is_told_as_a_compiler_tells_it() {
    let text = with("[[rule]]\nname = \"a\"\nclass = [\"iban\", \"phonne\"]\nlevel = \"partial\"\n");
    let told = refuse(&text).render("bank.toml");
    let expected = "\
error[policy-unknown-name]: unknown name `phonne` in `class`
  --> bank.toml:15:18
   |
15 | class = [\"iban\", \"phonne\"]
   |                  ^^^^^^^^ no such name
   |";
    assert!(told.starts_with(expected), "{told}");
    assert!(told.ends_with("= help: did you mean `phone`?"), "{told}");
}

#[test]
fn a_breach_names_both_rules_and_an_example() {
    let text = with(
        "[[rule]]\nname = \"careful\"\nband = \"calm\"\nlevel = \"token\"\n\
         [[rule]]\nname = \"careless\"\nlevel = \"partial\"\n",
    );
    let errors = refuse(&text);
    let told = errors.render("bank.toml");
    let breach = errors.faults()[0].breach.as_ref().expect("a counter-example");
    assert_eq!(
        (breach.calmer.as_str(), breach.doubtful.as_str(), breach.more.as_str()),
        ("careful", "careless", "raised")
    );
    for part in [
        "error[policy-not-monotone]: more doubt reveals more: band = raised gives partial where band = calm gives token",
        "^^^^^^^^^ `careless` answers with band = raised",
        "------- `careful` answers with band = calm",
        "= note: for example: class = pan, band = calm",
    ] {
        assert!(told.contains(part), "expected {part:?} in\n{told}");
    }
}

#[test]
fn four_eyes_may_not_be_dropped_by_more_doubt() {
    let rules = |obligations: &str| {
        with(&format!(
            "[[rule]]\nname = \"a\"\nband = \"calm\"\nlevel = \"partial\"\nobligations = [\"four-eyes\"]\n\
             [[rule]]\nname = \"b\"\nband = \"raised\"\nlevel = \"partial\"\nobligations = [{obligations}]\n"
        ))
    };
    assert_eq!(refuse(&rules("")).faults()[0].code, FaultCode::NotMonotone);
    assert!(Policy::compile(&rules("\"four-eyes\"")).is_ok());
}

#[test]
fn a_guard_may_not_be_dropped_by_more_doubt_while_the_value_is_shown() {
    let rules = |level: &str, obligations: &str| {
        with(&format!(
            "[[rule]]\nname = \"a\"\nclass = \"iban\"\nband = \"calm\"\nlevel = \"clear\"\nobligations = [\"guard-copy\", \"guard-print\"]\n\
             [[rule]]\nname = \"b\"\nclass = \"iban\"\nband = \"raised\"\nlevel = \"{level}\"\nobligations = [{obligations}]\n"
        ))
    };
    let errors = refuse(&rules("clear", "\"guard-copy\""));
    assert_eq!(errors.faults()[0].code, FaultCode::NotMonotone);
    assert!(errors.to_string().contains("clear with guard-copy and guard-print"), "{errors}");
    assert!(Policy::compile(&rules("clear", "\"guard-copy\", \"guard-print\", \"guard-drag\"")).is_ok());
    assert!(Policy::compile(&rules("partial", "")).is_ok(), "nothing is shown that a guard would keep");
}

#[test]
fn a_guard_is_about_fields() {
    let text = with("[[action]]\nname = \"a\"\nverdict = \"deny\"\nobligations = [\"guard-copy\"]\n");
    assert_eq!(refuse(&text).faults()[0].code, FaultCode::UnknownName);
}

#[test]
fn an_action_may_not_be_permitted_by_more_doubt() {
    let text = with("[[action]]\nname = \"a\"\nevidence = \"none\"\nverdict = \"allow\"\n");
    let errors = refuse(&text);
    assert_eq!(errors.faults()[0].code, FaultCode::NotMonotone);
    assert!(errors.to_string().contains("more doubt permits more: evidence = none gives allow"), "{errors}");
}

#[test]
fn a_rule_that_never_answers_is_named_with_those_before_it() {
    let text = with(
        "[[rule]]\nname = \"first\"\nband = [\"calm\", \"raised\"]\nlevel = \"redact\"\n\
         [[rule]]\nname = \"second\"\nband = \">=high\"\nlevel = \"redact\"\n\
         [[rule]]\nname = \"third\"\nclass = \"iban\"\nlevel = \"redact\"\n\
         [[rule]]\nname = \"fourth\"\nrole = \"clerk\"\nband = \"severe\"\nlevel = \"block\"\n",
    );
    let policy = Policy::compile(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let told: Vec<(FaultCode, usize, &str)> =
        policy.warnings().iter().map(|fault| (fault.code, fault.line, fault.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                FaultCode::Shadowed,
                21,
                "rule `third` never answers: `first`, `second` before it answers all of its questions"
            ),
            (
                FaultCode::Shadowed,
                25,
                "rule `fourth` never answers: `second` before it answers all of its questions"
            ),
        ]
    );
}

#[test]
fn a_class_without_a_form_at_the_level_is_warned_of() {
    let text = with("[[rule]]\nname = \"a\"\nclass = [\"iban\", \"name\"]\nlevel = \"fpe\"\n");
    let policy = Policy::compile(&text).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(policy.warnings()[0].code, FaultCode::NoSuchForm);
    assert_eq!(policy.warnings()[0].message, "rule `a` will redact name: no such form");
}

#[test]
fn names_that_the_policy_declares_may_be_used_by_its_rules() {
    let text = format!(
        "tenants = [\"bank-2\"]\ncustom = [\"membership\"]\n{BASE}\
         [[rule]]\nname = \"a\"\ntenant = \"bank-2\"\nclass = \"custom:membership\"\nlevel = \"partial\"\n"
    );
    let policy = Policy::compile(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let level = |tenant: &str, custom: Option<&str>| {
        let tenant = tenant.parse().unwrap();
        let circumstances = Circumstances { evidence: EvidenceState::Trained, ..Circumstances::UNKNOWN };
        let class = palet_mask::FieldClass::Custom;
        policy.decide(&Question { tenant: &tenant, class, custom, circumstances }).level.as_str()
    };
    assert_eq!(level("bank-2", Some("membership")), "partial");
    assert_eq!(level("bank-1", Some("membership")), "redact");
    assert_eq!(level("bank-2", Some("contract")), "redact");
    assert_eq!(level("bank-2", None), "redact");
}

#[test]
fn hostile_texts_are_bounded() {
    let long = "#".repeat(10 * 1024 * 1024);
    assert_eq!(faults(&long), [(FaultCode::TooLong, 1, 1)]);
    assert!(refuse(&long).to_string().len() < 500, "the text is not repeated");
    let many: String =
        (0..=RULES_MAX).map(|at| format!("[[rule]]\nname=\"r{at}\"\nlevel=\"redact\"\n")).collect();
    assert_eq!(faults(&with(&many))[0].0, FaultCode::TooMany);
    let names: Vec<String> = (0..64).map(|at| format!("\"t{at}\"")).collect();
    assert_eq!(faults(&format!("tenants = [{}]\n{BASE}", names.join(",")))[0].0, FaultCode::TooMany);
    let nested = format!("a = {}", "[".repeat(100_000));
    assert_eq!(faults(&nested)[0].0, FaultCode::Syntax);
    let faulty: String = (0..1000).map(|at| format!("k{at} = 1\n")).collect();
    assert_eq!(faults(&with(&faulty)).len(), 32);
    for text in [
        "\0",
        "\u{feff}",
        "\u{202e}x = 1",
        "[rule]\n",
        "rule = 1",
        "[[bands]]",
        "bands = 1\nmfa = 1",
        "rule = [1]",
    ] {
        assert!(refuse(text).to_string().starts_with("error[policy-"), "{text:?}");
    }
    assert!(long.len() > SOURCE_BYTES_MAX);
}

#[test]
fn rules_that_meet_in_too_many_ways_are_refused_and_not_waited_for() {
    // Each rule leaves out one value of every early dimension and takes one of every late one, so that almost
    // every question has rules of its own to choose from.
    let mut seed = 1_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let early = [
        ("role", palet_policy::Role::NAMES),
        ("purpose", palet_policy::Purpose::NAMES),
        ("channel", palet_policy::Channel::NAMES),
        ("context", palet_policy::PageContext::NAMES),
        ("evidence", palet_policy::EvidenceState::NAMES),
        ("mfa", palet_policy::MfaAge::NAMES),
    ];
    let mut rules = String::new();
    for at in 0..RULES_MAX {
        rules += &format!("[[rule]]\nname = \"r{at}\"\nlevel = \"redact\"\n");
        for key in ["band", "bot", "agent", "remote"] {
            rules += &format!("{key} = \"{}\"\n", palet_policy::RiskBand::NAMES[below(4)]);
        }
        rules += "[rule.except]\n";
        for (key, names) in early {
            rules += &format!("{key} = \"{}\"\n", names[below(names.len())]);
        }
    }
    assert_eq!(faults(&with(&rules))[0].0, FaultCode::TooIntricate);
}

#[test]
fn debug_tells_codes_and_places_and_none_of_the_text() {
    let errors = refuse(&with("secret-project = 1\n"));
    assert_eq!(format!("{errors:?}"), "[(\"policy-unknown-key\", 13, 1)]");
}
