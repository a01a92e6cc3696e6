//! JSON lines: one answer a line, in order.

use std::io::{self, BufRead, Write};
use std::string::String;
use std::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{RefusedLine, Summary, read_line};
use crate::text::{Detector, Entity, EntitySet, Span};

#[derive(Deserialize)]
struct Question<'l> {
    #[serde(borrow, default)]
    id: Option<&'l RawValue>,
    text: String,
    #[serde(default)]
    entities: Option<Vec<String>>,
    #[serde(default)]
    score_min: Option<f32>,
}

/// The member that is wanted of a line that is otherwise wrong.
#[derive(Deserialize)]
struct Identified<'l> {
    #[serde(borrow, default)]
    id: Option<&'l RawValue>,
}

#[derive(Serialize)]
struct Answer<'l> {
    id: Option<&'l RawValue>,
    spans: Vec<AnswerSpan>,
}

#[derive(Serialize)]
struct AnswerSpan {
    start: usize,
    end: usize,
    entity: &'static str,
    score: f32,
}

#[derive(Serialize)]
struct Refusal<'l> {
    id: Option<&'l RawValue>,
    error: &'static str,
    detail: String,
}

impl From<Span> for AnswerSpan {
    fn from(span: Span) -> Self {
        Self { start: span.start, end: span.end, entity: span.entity.as_str(), score: span.score }
    }
}

pub(super) fn run(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut line = Vec::new();
    while let Some(read) = read_line(input, &mut line)? {
        if read.is_ok() && line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        summary.lines += 1;
        match read.and_then(|()| answer(&line)) {
            Ok(answer) => {
                summary.spans += answer.spans.len() as u64;
                serde_json::to_writer(&mut *output, &answer)?;
            }
            Err(refused) => {
                summary.refused += 1;
                serde_json::to_writer(&mut *output, &refusal(&line, refused))?;
            }
        }
        output.write_all(b"\n")?;
    }
    Ok(summary)
}

fn answer(line: &[u8]) -> Result<Answer<'_>, RefusedLine> {
    let line = core::str::from_utf8(line).map_err(|_| RefusedLine::InvalidUtf8)?;
    let question: Question<'_> = serde_json::from_str(line).map_err(|_| RefusedLine::MalformedLine)?;
    let detector = match &question.entities {
        Some(names) => Detector::of(entities(names)?),
        None => Detector::new(),
    };
    let detector = detector.with_score_min(question.score_min.unwrap_or(0.0));
    let spans = detector.detect(&question.text).into_iter().map(AnswerSpan::from).collect();
    Ok(Answer { id: question.id, spans })
}

fn entities(names: &[String]) -> Result<EntitySet, RefusedLine> {
    names.iter().map(|name| name.parse::<Entity>().map_err(|_| RefusedLine::UnknownEntity)).collect()
}

/// The answer to a line that was refused, with its `id` where one can be read.
fn refusal(line: &[u8], refused: RefusedLine) -> Refusal<'_> {
    let identified = match refused {
        RefusedLine::LineTooLong => None,
        _ => serde_json::from_slice::<Identified<'_>>(line).ok(),
    };
    let detail = std::string::ToString::to_string(&refused);
    Refusal { id: identified.and_then(|line| line.id), error: refused.code(), detail }
}
