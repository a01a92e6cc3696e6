//! Each kind of line and each refusal with its code.

use super::*;

fn ask(line: &str) -> Value {
    ask_bytes(line.as_bytes())
}

fn ask_bytes(line: &[u8]) -> Value {
    let mut answer = Vec::new();
    run(line, &mut answer).unwrap();
    assert_eq!(answer.iter().filter(|&&byte| byte == b'\n').count(), 1);
    serde_json::from_slice(&answer).unwrap()
}

const KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";

fn digits_request(overrides: &[(&str, Value)]) -> Value {
    let mut request =
        json!({"op": "encrypt", "key": KEY, "tweak": "", "radix": 10, "digits": [0,1,2,3,4,5,6,7,8,9]});
    for (name, value) in overrides {
        request[name] = value.clone();
    }
    request
}

fn text_request(overrides: &[(&str, Value)]) -> Value {
    let mut request =
        json!({"op": "encrypt", "key": KEY, "tweak": "", "alphabet": "0123456789", "text": "0123456789"});
    for (name, value) in overrides {
        request[name] = value.clone();
    }
    request
}

#[test]
fn the_first_sample_of_the_standard_is_answered_in_both_forms_and_directions() {
    // NIST, FF1 samples, sample 1.
    let digits = json!([2, 4, 3, 3, 4, 7, 7, 4, 8, 4]);
    assert_eq!(ask(&digits_request(&[]).to_string()), json!({"digits": digits}));
    let back = digits_request(&[("op", json!("decrypt")), ("digits", digits)]);
    assert_eq!(ask(&back.to_string()), json!({"digits": [0,1,2,3,4,5,6,7,8,9]}));
    assert_eq!(ask(&text_request(&[]).to_string()), json!({"text": "2433477484"}));
    let back = text_request(&[("op", json!("decrypt")), ("text", json!("2433477484")), ("radix", json!(10))]);
    assert_eq!(ask(&back.to_string()), json!({"text": "0123456789"}));
}

#[test]
fn each_bad_input_has_its_own_code() {
    let cases = [
        ("bad-field", digits_request(&[("op", json!(1))])),
        ("unknown-op", digits_request(&[("op", json!("Encrypt"))])),
        ("bad-field", digits_request(&[("key", Value::Null)])),
        ("not-hex", digits_request(&[("key", json!("2b7"))])),
        ("not-hex", digits_request(&[("key", json!("zz"))])),
        ("not-hex", digits_request(&[("tweak", json!("0x12"))])),
        ("key-length", digits_request(&[("key", json!(""))])),
        ("key-length", digits_request(&[("key", json!("2b7e"))])),
        ("tweak-too-long", digits_request(&[("tweak", json!("00".repeat(65_536)))])),
        ("radix", digits_request(&[("radix", json!(1))])),
        ("radix", digits_request(&[("radix", json!(-10))])),
        ("radix", digits_request(&[("radix", json!(10.5))])),
        ("radix", digits_request(&[("radix", json!(65_537))])),
        ("radix", digits_request(&[("radix", json!(u64::MAX))])),
        ("bad-field", digits_request(&[("radix", json!("10"))])),
        ("bad-field", digits_request(&[("radix", Value::Null)])),
        ("domain-too-small", digits_request(&[("digits", json!([1, 2, 3, 4, 5]))])),
        ("domain-too-small", digits_request(&[("digits", json!([]))])),
        ("too-long", digits_request(&[("digits", json!(vec![1; 4_097]))])),
        ("digit-out-of-range", digits_request(&[("digits", json!([1, 2, 3, 4, 5, 10]))])),
        ("digit-out-of-range", digits_request(&[("digits", json!([1, 2, -1, 4, 5, 6]))])),
        ("digit-out-of-range", digits_request(&[("digits", json!([1, 2, 65_546, 4, 5, 6]))])),
        ("bad-field", digits_request(&[("digits", json!([1, 2, "3", 4, 5, 6]))])),
        ("bad-field", digits_request(&[("digits", json!("123456"))])),
        ("bad-field", digits_request(&[("text", json!("123456"))])),
        ("character-not-in-alphabet", text_request(&[("text", json!("12345x"))])),
        ("duplicate-character", text_request(&[("alphabet", json!("01234567890"))])),
        ("alphabet-size", text_request(&[("alphabet", json!("0"))])),
        ("radix-mismatch", text_request(&[("radix", json!(11))])),
        ("domain-too-small", text_request(&[("text", json!("12345"))])),
        ("too-long", text_request(&[("text", json!("1".repeat(5_000)))])),
        ("bad-field", text_request(&[("text", Value::Null)])),
    ];
    for (code, request) in cases {
        let answer = ask(&request.to_string());
        assert_eq!(answer["error"], code, "{answer}");
        assert!(answer["detail"].as_str().unwrap().starts_with("expected "), "{answer}");
    }
}

#[test]
fn what_is_no_request_has_its_own_code() {
    for (code, line) in [
        ("malformed-json", &b"{"[..]),
        ("malformed-json", b"[]"),
        ("malformed-json", b"7"),
        ("malformed-json", b"{} {}"),
        ("malformed-json", b"\n"),
        ("bad-field", b"{}"),
        ("invalid-utf8", b"{\"op\":\"\xff\"}"),
    ] {
        assert_eq!(ask_bytes(line)["error"], code, "{line:?}");
    }
    assert_eq!(ask(&"x".repeat(LINE_BYTES_MAX + 1))["error"], "line-too-long");
}

#[test]
fn the_reason_and_the_alternatives_to_a_small_domain_are_told() {
    let answer = ask(&digits_request(&[("digits", json!([1, 2, 3, 4]))]).to_string());
    let detail = answer["detail"].as_str().unwrap();
    for word in ["at least 6 digits", "1000000", "token", "redact"] {
        assert!(detail.contains(word), "{detail}");
    }
}

#[test]
fn errors_never_repeat_what_was_sent() {
    let request = text_request(&[("text", json!("411111x")), ("tweak", json!("7361766564"))]);
    let answer = ask(&request.to_string()).to_string();
    for secret in [KEY, "4111", "7361"] {
        assert!(!answer.contains(secret), "{answer}");
    }
}

#[test]
fn answers_keep_the_order_of_the_lines_whatever_fails() {
    let good = digits_request(&[]).to_string();
    let long = "y".repeat(LINE_BYTES_MAX + 7);
    let input = format!("{good}\nnonsense\n{good}\n{long}\n{good}");
    let mut output = Vec::new();
    let summary = run(input.as_bytes(), &mut output).unwrap();
    assert_eq!(summary, Summary { answered: 3, refused: 2 });
    let text = String::from_utf8(output).unwrap();
    let errors: Vec<bool> = text.lines().map(|line| line.contains("error")).collect();
    assert_eq!(errors, [false, true, false, true, false]);
}
