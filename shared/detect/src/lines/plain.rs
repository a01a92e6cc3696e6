//! Text of any length, in blocks that overlap: one line for each span, of the form
//! `LINE:FIRST-LAST<tab>ENTITY<tab>SCORE`, columns in Unicode code points from 1.

use std::io::{self, Read, Write};
use std::string::String;
use std::vec::Vec;

use super::{RefusedLine, Summary};
use crate::text::{Detector, Offsets, Span};

/// How much is read at once.
const BLOCK_BYTES: usize = 1024 * 1024;
/// How much of a block is looked at again with the next one: longer than any span but a private key, and than
/// the reach of context.
const OVERLAP_BYTES: usize = 20 * 1024;

pub(super) fn run(input: &mut impl Read, output: &mut impl Write) -> io::Result<Summary> {
    let mut stream = Stream::default();
    loop {
        let read = stream.fill(input)?;
        stream.decode(output, read)?;
        let settled =
            if read == 0 { stream.text.len() } else { stream.text.len().saturating_sub(OVERLAP_BYTES) };
        stream.report(output, settled)?;
        if read == 0 {
            return Ok(stream.summary());
        }
    }
}

/// The text that is not yet settled, and where it stands in the stream.
#[derive(Default)]
struct Stream {
    /// Bytes that do not yet make a character.
    pending: Vec<u8>,
    text: String,
    /// Spans that begin before this byte of `text` have been reported.
    reported: usize,
    place: Place,
    spans: u64,
    refused: u64,
    /// The code points and lines that were decoded, for the places of bytes that are not UTF-8.
    decoded: Place,
}

/// A place in the stream: lines and columns passed.
#[derive(Clone, Copy, Default)]
struct Place {
    lines: u64,
    columns: u64,
    bytes: u64,
}

impl Place {
    fn pass(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        let rest = match text.rfind('\n') {
            Some(last) => {
                self.lines += text.bytes().filter(|byte| *byte == b'\n').count() as u64;
                self.columns = 0;
                &text[last + 1..]
            }
            None => text,
        };
        self.columns += rest.chars().count() as u64;
    }
}

impl Stream {
    fn fill(&mut self, input: &mut impl Read) -> io::Result<usize> {
        let start = self.pending.len();
        let read = input.take(BLOCK_BYTES as u64).read_to_end(&mut self.pending)?;
        debug_assert_eq!(self.pending.len(), start + read);
        Ok(read)
    }

    /// Moves what is UTF-8 from the pending bytes to the text; each byte that is not becomes one replacement
    /// character and is reported.
    fn decode(&mut self, output: &mut impl Write, read: usize) -> io::Result<()> {
        let pending = core::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        loop {
            let (valid, wrong) = match core::str::from_utf8(rest) {
                Ok(valid) => (valid, 0),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    let wrong = error.error_len().unwrap_or(if read == 0 { after.len() } else { 0 });
                    (core::str::from_utf8(valid).unwrap_or_default(), wrong)
                }
            };
            self.text.push_str(valid);
            self.decoded.pass(valid);
            rest = &rest[valid.len()..];
            if wrong == 0 {
                break;
            }
            self.refused += 1;
            let (line, column) = (self.decoded.lines + 1, self.decoded.columns + 1);
            writeln!(output, "{line}:{column}\terror\t{}", RefusedLine::InvalidUtf8.code())?;
            self.text.push(char::REPLACEMENT_CHARACTER);
            self.decoded.columns += 1;
            rest = &rest[wrong..];
        }
        self.pending = rest.to_vec();
        Ok(())
    }

    /// Reports the spans that begin before `settled`, and forgets the text that is no longer needed.
    fn report(&mut self, output: &mut impl Write, settled: usize) -> io::Result<()> {
        let settled = word_start(&self.text, settled);
        if settled <= self.reported {
            return Ok(());
        }
        let spans = Detector::new().with_offsets(Offsets::Bytes).detect(&self.text);
        let mut place = self.place;
        let mut at = 0;
        for span in spans.iter().filter(|span| (self.reported..settled).contains(&span.start)) {
            place.pass(&self.text[at..span.start]);
            at = span.start;
            write_span(output, place, &self.text, span)?;
            self.spans += 1;
        }
        let kept = word_start(&self.text, settled.saturating_sub(OVERLAP_BYTES));
        // A span may go on past what is settled; nothing inside it is reported again.
        let last =
            spans.iter().rfind(|span| span.start < settled).map_or(settled, |span| span.end.max(settled));
        self.place.pass(&self.text[..kept]);
        self.text.drain(..kept);
        self.reported = last - kept;
        Ok(())
    }

    fn summary(&self) -> Summary {
        let unfinished = u64::from(self.decoded.columns > 0);
        Summary { lines: self.decoded.lines + unfinished, spans: self.spans, refused: self.refused }
    }
}

/// The start of the white space before a position, so that no word is cut; the position where there is none
/// within reach.
fn word_start(text: &str, at: usize) -> usize {
    const REACH: usize = 4096;
    if at == 0 || at >= text.len() {
        return at.min(text.len());
    }
    let bytes = text.as_bytes();
    let cut =
        (at.saturating_sub(REACH)..=at).rev().find(|index| matches!(bytes[*index], b' ' | b'\n' | b'\t'));
    cut.or_else(|| (0..=at).rev().find(|index| text.is_char_boundary(*index))).unwrap_or(0)
}

fn write_span(output: &mut impl Write, place: Place, text: &str, span: &Span) -> io::Result<()> {
    let first = place.columns + 1;
    let last = place.columns + text[span.start..span.end].chars().count() as u64;
    writeln!(output, "{}:{first}-{last}\t{}\t{:.2}", place.lines + 1, span.entity.as_str(), span.score)
}
