//! Streams for `palet detect`: JSON lines, or text of any length.
//!
//! A line that cannot be read is answered with a code of its own and the rest of the stream goes on. Output
//! names places, kinds and scores, never a value.

mod json;
mod plain;

use std::io::{self, BufRead, Read, Write};

/// What a stream holds, and what its answers look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object a line, `{"id","text","entities"?}`, answered by `{"id","spans":[…]}` or `{"id","error":…}`.
    Json,
    /// Text; one line for each span: line, columns, entity, score.
    Plain,
}

/// What a stream came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Spans reported.
    pub spans: u64,
    /// Lines (JSON) or places (text) that could not be read.
    pub refused: u64,
}

/// Why a line was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedLine {
    /// The bytes are not UTF-8.
    #[error("expected UTF-8")]
    InvalidUtf8,
    /// The line is no JSON, or not an object with `text` and the other members of the right kinds.
    #[error("expected an object with \"text\", and perhaps \"id\", \"entities\" and \"score_min\"")]
    MalformedLine,
    /// `entities` names something that the detector does not know.
    #[error("expected the name of an entity such as CREDIT_CARD, IBAN_CODE or US_SSN")]
    UnknownEntity,
    /// The line is longer than the limit.
    #[error("expected a line of at most {LINE_BYTES_MAX} bytes")]
    LineTooLong,
}

impl RefusedLine {
    /// The code in machine output; it does not change.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "invalid-utf8",
            Self::MalformedLine => "malformed-line",
            Self::UnknownEntity => "unknown-entity",
            Self::LineTooLong => "line-too-long",
        }
    }
}

/// The longest JSON line.
pub const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Answers a stream to its end.
///
/// # Errors
/// Where reading or writing fails; a line that cannot be understood is no error.
pub fn run(input: impl Read, mut output: impl Write, form: Form) -> io::Result<Summary> {
    let mut input = io::BufReader::with_capacity(256 * 1024, input);
    let summary = match form {
        Form::Json => json::run(&mut input, &mut output)?,
        Form::Plain => plain::run(&mut input, &mut output)?,
    };
    output.flush()?;
    Ok(summary)
}

/// Reads up to the next line feed, which is left out. Answers nothing at the end of the stream.
fn read_line(
    input: &mut impl BufRead,
    line: &mut std::vec::Vec<u8>,
) -> io::Result<Option<Result<(), RefusedLine>>> {
    line.clear();
    let read = input.take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(Ok(())));
    }
    if line.len() > LINE_BYTES_MAX {
        input.skip_until(b'\n')?;
        return Ok(Some(Err(RefusedLine::LineTooLong)));
    }
    Ok(Some(Ok(())))
}
