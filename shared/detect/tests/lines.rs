//! Streams: answers in order, faults told by line, texts longer than a block.

#![allow(clippy::expect_used, reason = "a test fails")]

use std::io::{self, Read};

use palet_detect::lines::{Form, LINE_BYTES_MAX, Summary, run};
use serde_json::Value;

fn json(input: &[u8]) -> (Vec<Value>, Summary) {
    let mut output = Vec::new();
    let summary = run(input, &mut output, Form::Json).expect("memory does not fail");
    let lines = output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    (lines.map(|line| serde_json::from_slice(line).expect("an answer is JSON")).collect(), summary)
}

fn plain(input: impl Read) -> (Vec<String>, Summary) {
    let mut output = Vec::new();
    let summary = run(input, &mut output, Form::Plain).expect("memory does not fail");
    let output = String::from_utf8(output).expect("output is UTF-8");
    (output.lines().map(str::to_owned).collect(), summary)
}

#[test]
fn a_question_is_answered_in_code_points() {
    let (answers, summary) = json(r#"{"id":7,"text":"é 219-09-9999","entities":["US_SSN"]}"#.as_bytes());
    let expected = r#"{"id":7,"spans":[{"start":2,"end":13,"entity":"US_SSN","score":0.5}]}"#;
    assert_eq!(answers, [serde_json::from_str::<Value>(expected).expect("JSON")]);
    assert_eq!(summary, Summary { lines: 1, spans: 1, refused: 0 });
}

#[test]
fn only_named_entities_are_answered_and_scores_may_be_cut() {
    let (answers, _) = json(
        br#"{"id":"a","text":"4111111111111111 078051121","entities":["US_SSN"]}
{"id":"b","text":"078051121","entities":["US_SSN"],"score_min":0.4}
{"id":"c","text":"4111111111111111","entities":[]}"#,
    );
    assert_eq!(answers[0]["spans"][0]["entity"], "US_SSN");
    assert_eq!(answers[0]["spans"].as_array().map(Vec::len), Some(1));
    assert_eq!(answers[1]["spans"], Value::Array(Vec::new()));
    assert_eq!(answers[2]["spans"], Value::Array(Vec::new()));
}

#[test]
fn a_faulty_line_is_told_by_its_code_and_the_rest_is_answered() {
    let mut input = Vec::new();
    input.extend(b"{\"id\":1,\"text\":\n");
    input.extend(b"{\"id\":2,\"text\":\"x\",\"entities\":[\"US_SNN\"]}\n");
    input.extend(b"{\"id\":3,\"text\":\"\xff\"}\n");
    input.extend(b"{\"id\":4}\n\n");
    input.extend(b"[1]\n");
    input.extend(b"{\"id\":6,\"text\":\"219-09-9999\"}");
    let (answers, summary) = json(&input);
    let codes: Vec<_> = answers.iter().map(|answer| answer["error"].as_str().unwrap_or("")).collect();
    assert_eq!(
        codes,
        ["malformed-line", "unknown-entity", "invalid-utf8", "malformed-line", "malformed-line", ""]
    );
    assert_eq!(answers[1]["id"], 2);
    assert_eq!(answers[3]["id"], 4);
    assert_eq!(answers[5]["spans"][0]["entity"], "US_SSN");
    assert_eq!(summary, Summary { lines: 6, spans: 1, refused: 5 });
}

#[test]
fn a_line_beyond_the_limit_is_refused_and_skipped() {
    let long = io::repeat(b'x').take(LINE_BYTES_MAX as u64 + 5);
    let rest = &b"\n{\"id\":1,\"text\":\"219-09-9999\"}\n"[..];
    let mut output = Vec::new();
    let summary = run(long.chain(rest), &mut output, Form::Json).expect("memory does not fail");
    let output = String::from_utf8(output).expect("output is UTF-8");
    assert!(output.starts_with(r#"{"id":null,"error":"line-too-long""#), "{}", &output[..60]);
    assert_eq!(summary, Summary { lines: 2, spans: 1, refused: 1 });
}

#[test]
fn text_is_answered_by_line_and_column_without_its_values() {
    let (lines, summary) = plain(&b"first\n\xc3\xa9 219-09-9999 x\nIBAN GB82 WEST 1234 5698 7654 32\n"[..]);
    assert_eq!(lines, ["2:3-13\tUS_SSN\t0.50", "3:6-32\tIBAN_CODE\t1.00"]);
    assert_eq!(summary, Summary { lines: 3, spans: 2, refused: 0 });
}

#[test]
fn bytes_that_are_not_utf_8_are_told_and_the_rest_is_read() {
    let (lines, summary) = plain(&b"ab\xff\n219-09-9999\xe2\x82"[..]);
    assert_eq!(lines[0], "1:3\terror\tinvalid-utf8");
    assert!(lines.contains(&"2:1-11\tUS_SSN\t0.50".to_owned()), "{lines:?}");
    assert_eq!(summary.refused, 2);
}

/// Gives out its bytes in small portions of odd length.
struct Dribble<'b>(&'b [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(4_099).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

#[test]
fn spans_across_blocks_are_found_once() {
    let line = "größer 4111 1111 1111 1111 and more words, ";
    let text = line.repeat(120_000);
    let (lines, summary) = plain(Dribble(text.as_bytes()));
    assert_eq!(lines.len(), 120_000);
    let columns: std::collections::BTreeSet<_> = lines.iter().collect();
    assert_eq!(columns.len(), 120_000);
    assert_eq!(lines[0], "1:8-26\tCREDIT_CARD\t1.00");
    let length = line.chars().count();
    assert_eq!(
        lines[119_999],
        format!("1:{}-{}\tCREDIT_CARD\t1.00", 119_999 * length + 8, 119_999 * length + 26)
    );
    assert_eq!(summary, Summary { lines: 1, spans: 120_000, refused: 0 });
}
