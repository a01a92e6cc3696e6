//! Comma-separated tables: lines, fields, and what is wrong with them.

use super::CorpusError;
use super::fault::{Fault, FaultKind};
use csv_core::ReadRecordResult;
use std::io::{self, Read};
use std::path::Path;

/// One row below the header.
pub(super) struct Row<const N: usize> {
    /// Where it stands, from 1; the header is line 1.
    pub(super) line: usize,
    /// What stands in it, however many fields that are.
    pub(super) fields: Fields,
    fault: Option<Fault>,
}

impl<const N: usize> Row<N> {
    /// Its fields.
    ///
    /// **Errors**: what is wrong with them: another number than there are columns, or the header once more.
    pub(super) fn read(&self) -> Result<[&str; N], Fault> {
        self.fault.map_or_else(|| Ok(std::array::from_fn(|at| self.fields.get(at))), Err)
    }
}

/// The fields of one line.
#[derive(Default)]
pub(super) struct Fields {
    text: String,
    /// Where each field ends in the text.
    ends: Vec<usize>,
}

impl Fields {
    /// One line by itself: quotes may hold commas, and a quote that nothing closes ends with its line.
    fn of(line: &str, reader: &mut csv_core::Reader) -> Self {
        reader.reset();
        let (mut bytes, mut ends) = (vec![0; line.len()], vec![0; line.matches(',').count() + 1]);
        let (mut written, mut ended) = (0, 0);
        let mut rest = line.as_bytes();
        // What is empty tells the reader that the line is over.
        loop {
            let (result, read, wrote, found) =
                reader.read_record(rest, &mut bytes[written..], &mut ends[ended..]);
            (rest, written, ended) = (&rest[read..], written + wrote, ended + found);
            if result != ReadRecordResult::InputEmpty {
                break;
            }
        }
        bytes.truncate(written);
        ends.truncate(ended);
        String::from_utf8(bytes).map_or_else(|_| Self::default(), |text| Self { text, ends })
    }

    fn get(&self, at: usize) -> &str {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[at]]
    }

    /// The first fields, where each of them is followed by another.
    pub(super) fn beginning<const N: usize>(&self) -> Option<[&str; N]> {
        (self.ends.len() > N).then(|| std::array::from_fn(|at| self.get(at)))
    }

    fn is_header(&self, header: &str) -> bool {
        (0..self.ends.len()).map(|at| self.get(at).trim()).eq(header.split(','))
    }
}

pub(super) fn read_text(folder: &Path, file: &str) -> Result<String, CorpusError> {
    let bytes = std::fs::read(folder.join(file)).map_err(|source| unreadable(file, source))?;
    text_of(file, bytes)
}

pub(super) fn read_gzipped(folder: &Path, file: &str) -> Result<String, CorpusError> {
    let opened = std::fs::File::open(folder.join(file)).map_err(|source| unreadable(file, source))?;
    let mut bytes = Vec::new();
    match flate2::read::MultiGzDecoder::new(opened).read_to_end(&mut bytes) {
        Ok(_) => text_of(file, bytes),
        Err(source) => Err(broken(file, &bytes, source)),
    }
}

fn unreadable(file: &str, source: io::Error) -> CorpusError {
    CorpusError::Io { file: file.to_owned(), source }
}

/// A file that ends or goes wrong after some bytes.
fn broken(file: &str, before: &[u8], source: io::Error) -> CorpusError {
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    CorpusError::Broken { file: file.to_owned(), line, source }
}

fn text_of(file: &str, bytes: Vec<u8>) -> Result<String, CorpusError> {
    String::from_utf8(bytes).map_err(|error| {
        let read = error.utf8_error().valid_up_to();
        let source = io::Error::new(io::ErrorKind::InvalidData, "bytes that are no UTF-8");
        broken(file, &error.as_bytes()[..read], source)
    })
}

/// Whether a table's first line is this header.
pub(super) fn has_header(text: &str, header: &str) -> bool {
    let mut reader = csv_core::Reader::new();
    text.lines().next().is_some_and(|line| Fields::of(line, &mut reader).is_header(header))
}

/// The rows below the header, a line each. A line that holds nothing is a row that cannot be read, unless only such lines
/// follow it.
pub(super) fn rows<'a, const N: usize>(
    text: &'a str,
    file: &'static str,
    header: &'static str,
) -> Result<impl Iterator<Item = Row<N>> + use<'a, N>, CorpusError> {
    if !has_header(text, header) {
        return Err(CorpusError::Columns { file, expected: header });
    }
    let mut reader = csv_core::Reader::new();
    let below = text.trim_end_matches(['\r', '\n']).lines().enumerate().skip(1);
    Ok(below.map(move |(at, text)| {
        let (line, fields) = (at + 1, Fields::of(text, &mut reader));
        let kind = match fields.ends.len() {
            got if got != N => Some(FaultKind::Fields { expected: N, got }),
            _ => fields.is_header(header).then_some(FaultKind::Header),
        };
        Row { line, fields, fault: kind.map(|kind| Fault { file, line, kind }) }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> Vec<String> {
        let fields = Fields::of(line, &mut csv_core::Reader::new());
        (0..fields.ends.len()).map(|at| fields.get(at).to_owned()).collect()
    }

    #[test]
    fn quotes_hold_commas_and_quotes() {
        assert_eq!(row("a,b,c"), ["a", "b", "c"]);
        assert_eq!(row("\"Ng, A. \"\"Al\"\"\",人,\"\"\"\""), [r#"Ng, A. "Al""#, "人", "\""]);
        assert_eq!(row(r#""a","b","c""#), ["a", "b", "c"]);
        assert_eq!(row("a,b,c,"), ["a", "b", "c", ""]);
        assert_eq!(row(",,"), ["", "", ""]);
    }

    #[test]
    fn a_quote_that_nothing_closes_takes_no_other_line_with_it() {
        let text = "a,b\n\"x,1\ny,2\n";
        let read: Vec<Option<[String; 2]>> = rows::<2>(text, "t.csv", "a,b")
            .unwrap()
            .map(|row| row.read().ok().map(|fields| fields.map(str::to_owned)))
            .collect();
        assert_eq!(read, [None, Some(["y".to_owned(), "2".to_owned()])]);
    }

    #[test]
    fn a_line_that_holds_nothing_is_no_row_that_can_be_read() {
        let read: Vec<(usize, Option<Fault>)> = rows::<2>("a,b\n1,2\n\n3,4\n\r\n\n", "t.csv", "a,b")
            .unwrap()
            .map(|row| (row.line, row.read().err()))
            .collect();
        let empty = Fault { file: "t.csv", line: 3, kind: FaultKind::Fields { expected: 2, got: 0 } };
        assert_eq!(read, [(2, None), (3, Some(empty)), (4, None)]);
    }

    #[test]
    fn the_beginning_of_a_row_is_what_another_field_follows() {
        let fields = Fields::of("ann,s0,e", &mut csv_core::Reader::new());
        assert_eq!(fields.beginning::<2>(), Some(["ann", "s0"]));
        assert_eq!(fields.beginning::<3>(), None);
    }

    #[test]
    fn a_header_is_known_behind_a_byte_order_mark_and_in_quotes() {
        assert!(has_header("\u{feff}a,b\r\n1,2\r\n", "a,b"));
        assert!(has_header("\"a\",\"b\"\n1,2\n", "a,b"));
        assert!(!has_header("a,b,c\n", "a,b"));
    }
}
