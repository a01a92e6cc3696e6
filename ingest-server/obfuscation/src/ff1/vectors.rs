//! Published vectors, in both directions: NIST's samples, ACVP's, C2SP Wycheproof's, refusals included.
//!
//! They are read from the folder that `PALET_DATA` names, or from `../shared/data` beside the workspace.

#![allow(
    clippy::disallowed_methods,
    reason = "vectors are files, and where they lie is a setting of the tests"
)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("PALET_DATA").map_or(beside, PathBuf::from).join("ff1");
    if data.is_dir() {
        return Some(data);
    }
    println!("skipped: no FF1 vectors at {}; set PALET_DATA to the data's folder", data.display());
    None
}

fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        return serde_json::from_str(&text).unwrap();
    }
    serde_json::from_slice(&bytes).unwrap()
}

/// A question in the form of `palet ff1 --json`, with what it must be answered.
struct Case {
    request: Value,
    expected: Result<Value, &'static str>,
    about: String,
}

/// Asks everything in one run, and checks answer by answer.
fn check(cases: &[Case]) -> BTreeMap<String, usize> {
    let input: String = cases.iter().map(|case| format!("{}\n", case.request)).collect();
    let mut output = Vec::new();
    let summary = lines::run(input.as_bytes(), &mut output).unwrap();
    assert_eq!(summary.answered + summary.refused, cases.len() as u64);
    let mut counts = BTreeMap::new();
    let answers = String::from_utf8(output).unwrap();
    for (case, answer) in cases.iter().zip(answers.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        match &case.expected {
            Ok(value) => assert_eq!(&answer, value, "{}", case.about),
            Err(code) => assert_eq!(answer["error"], *code, "{}: {answer}", case.about),
        }
        let kind = case.expected.as_ref().map_or_else(|code| (*code).to_owned(), |_| "answered".to_owned());
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn both_directions(base: &Value, field: &str, clear: &Value, sealed: &Value, about: &str) -> [Case; 2] {
    [("encrypt", clear, sealed), ("decrypt", sealed, clear)].map(|(op, from, to)| {
        let mut request = base.clone();
        request["op"] = json!(op);
        request[field] = from.clone();
        Case { request, expected: Ok(json!({ field: to })), about: format!("{about} {op}") }
    })
}

#[test]
fn samples_of_nist() {
    let Some(folder) = folder() else { return };
    let file = read(&folder.join("nist_ff1_samples.json"));
    let samples = file["samples"].as_array().unwrap();
    let cases: Vec<Case> = samples
        .iter()
        .flat_map(|sample| {
            let base = json!({"key": sample["key"], "tweak": sample["tweak"], "radix": sample["radix"]});
            both_directions(&base, "digits", &sample["pt"], &sample["ct"], &sample["sample"].to_string())
        })
        .collect();
    assert_eq!(check(&cases)["answered"], 18);
}

#[test]
fn vectors_of_acvp() {
    let Some(folder) = folder() else { return };
    let file = read(&folder.join("acvp_ff1_subset.json"));
    let mut cases = Vec::new();
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let (key, tweak) = (&test["key"], &test["tweak"]);
            let base =
                json!({"key": key, "tweak": tweak, "alphabet": group["alphabet"], "radix": group["radix"]});
            cases.extend(both_directions(&base, "text", &test["pt"], &test["ct"], &test["tcId"].to_string()));
        }
    }
    assert_eq!(check(&cases)["answered"], 2 * 31);
}

#[test]
fn vectors_of_wycheproof() {
    let Some(folder) = folder() else { return };
    for name in ["base10", "base36", "radix10", "radix26", "radix36", "radix256"] {
        let file = read(&folder.join(format!("wycheproof_{name}.json.gz")));
        let mut cases = Vec::new();
        let mut tests = 0;
        for group in file["testGroups"].as_array().unwrap() {
            for test in group["tests"].as_array().unwrap() {
                tests += 1;
                cases.extend(wycheproof_cases(name, group, test));
            }
        }
        assert_eq!(tests, file["numberOfTests"].as_u64().unwrap(), "{name}");
        let counts = check(&cases);
        println!("{name}: {tests} tests, {counts:?}");
        assert!(counts["answered"] > 3_000 && counts["key-length"] == 10, "{name}: {counts:?}");
    }
}

fn wycheproof_cases(name: &str, group: &Value, test: &Value) -> Vec<Case> {
    let (field, mut base) = match group.get("alphabet") {
        Some(alphabet) => ("text", json!({"alphabet": alphabet})),
        None => ("digits", json!({"radix": group["radix"]})),
    };
    base["key"] = test["key"].clone();
    base["tweak"] = test["tweak"].clone();
    let about = format!("{name} {}", test["tcId"]);
    let mut cases = both_directions(&base, field, &test["msg"], &test["ct"], &about);
    let refuse = |case: &mut Case, code| case.expected = Err(code);
    let outside = if field == "text" { "character-not-in-alphabet" } else { "digit-out-of-range" };
    match (test["result"].as_str().unwrap(), test["flags"][0].as_str().unwrap()) {
        // The standard's Revision 1 forbids what these vectors, older than it, compute.
        ("valid", "SmallMessageSize") => {
            check_small(group, test);
            cases.iter_mut().for_each(|case| refuse(case, "domain-too-small"));
        }
        ("valid", _) => {}
        ("invalid", "InvalidMessageSize") => {
            cases.iter_mut().for_each(|case| refuse(case, "domain-too-small"));
        }
        ("invalid", "InvalidKeySize") => cases.iter_mut().for_each(|case| {
            case.request[field] = test["msg"].clone();
            refuse(case, "key-length");
        }),
        ("invalid", "InvalidPlaintext") => {
            let [mut encrypt, mut decrypt] = cases;
            decrypt.request[field] = test["msg"].clone();
            [&mut encrypt, &mut decrypt].into_iter().for_each(|case| refuse(case, outside));
            return vec![encrypt, decrypt];
        }
        other => panic!("{about}: a kind of vector without a rule: {other:?}"),
    }
    cases.into()
}

/// The arithmetic of a domain that is refused still has to be the published one.
fn check_small(group: &Value, test: &Value) {
    let radix = u32::try_from(group["radix"].as_u64().unwrap()).unwrap();
    let digits = |value: &Value| -> Vec<u16> {
        match (value, group.get("alphabet")) {
            (Value::String(text), Some(alphabet)) => {
                Alphabet::new(alphabet.as_str().unwrap()).unwrap().digits(text).unwrap().to_vec()
            }
            _ => serde_json::from_value(value.clone()).unwrap(),
        }
    };
    let bytes = |name: &str| -> Vec<u8> {
        let text = test[name].as_str().unwrap();
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let (clear, sealed) = (digits(&test["msg"]), digits(&test["ct"]));
    let shape = Shape::without_limits(radix, clear.len());
    let scheme = Scheme { inner: Arc::new((Ff1Key::new(&bytes("key")).unwrap(), shape)) };
    let context = scheme.context(&bytes("tweak")).unwrap();
    let mut value = clear.clone();
    context.encrypt(&mut value).unwrap();
    assert_eq!(value, sealed);
    context.decrypt(&mut value).unwrap();
    assert_eq!(value, clear);
}
