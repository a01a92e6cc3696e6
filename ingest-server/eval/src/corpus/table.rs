//! Comma-separated tables: lines, fields, and what is wrong with them.

use super::CorpusError;
use super::fault::{Fault, FaultKind};
use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

/// Some programs begin a file with it; it says nothing here.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// One row below the header.
pub(super) struct Row<'a, const N: usize> {
    /// Where it stands, from 1; the header is line 1.
    pub(super) line: usize,
    /// The whole of it.
    pub(super) text: &'a str,
    /// Its fields, or what is wrong with them.
    pub(super) fields: Result<[Cow<'a, str>; N], Fault>,
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
    text.lines().next().is_some_and(|line| is_header(line, header))
}

fn is_header(line: &str, header: &str) -> bool {
    line.trim_start_matches(BYTE_ORDER_MARK).trim().replace('"', "") == header
}

/// The rows below the header. A row of another width is a fault, and so is the header once more.
pub(super) fn rows<'a, const N: usize>(
    text: &'a str,
    file: &'static str,
    header: &'static str,
) -> Result<impl Iterator<Item = Row<'a, N>>, CorpusError> {
    if !has_header(text, header) {
        return Err(CorpusError::Columns { file, expected: header });
    }
    let numbered = text.lines().enumerate().skip(1).map(|(at, line)| (at + 1, line));
    Ok(numbered.filter(|(_, line)| !line.is_empty()).map(move |(line, text)| {
        let fault = |kind| Fault { file, line, kind };
        let fields = match split(text) {
            Some(fields) if fields[0] != first_column(header) || !is_header(text, header) => Ok(fields),
            Some(_) => Err(fault(FaultKind::Header)),
            None => Err(fault(FaultKind::Fields)),
        };
        Row { line, text, fields }
    }))
}

fn first_column(header: &str) -> &str {
    header.split(',').next().unwrap_or(header)
}

/// The first fields of a row, where each of them is followed by another.
pub(super) fn beginning<const N: usize>(text: &str) -> Option<[Cow<'_, str>; N]> {
    fields(text).and_then(|(fields, rest)| rest.is_some().then_some(fields))
}

fn split<const N: usize>(line: &str) -> Option<[Cow<'_, str>; N]> {
    fields(line).and_then(|(fields, rest)| rest.is_none().then_some(fields))
}

fn fields<const N: usize>(line: &str) -> Option<([Cow<'_, str>; N], Option<&str>)> {
    let mut fields = std::array::from_fn(|_| Cow::Borrowed(""));
    let mut rest = Some(line);
    for field in &mut fields {
        (*field, rest) = first_field(rest?);
    }
    Some((fields, rest))
}

/// The first field, and what follows its comma. Quotes may hold commas, and quotes that stand twice. **Source**:
/// RFC 4180, but that a row ends with its line and a quote that nothing closes is a quote.
fn first_field(text: &str) -> (Cow<'_, str>, Option<&str>) {
    if let Some((field, rest)) = text.strip_prefix('"').and_then(quoted_field) {
        return (field, rest);
    }
    match text.split_once(',') {
        Some((field, rest)) => (Cow::Borrowed(field), Some(rest)),
        None => (Cow::Borrowed(text), None),
    }
}

fn quoted_field(text: &str) -> Option<(Cow<'_, str>, Option<&str>)> {
    let mut from = 0;
    let end = loop {
        let quote = from + text[from..].find('"')?;
        if !text[quote + 1..].starts_with('"') {
            break quote;
        }
        from = quote + 2;
    };
    let field = match text[..end].contains('"') {
        true => Cow::Owned(text[..end].replace("\"\"", "\"")),
        false => Cow::Borrowed(&text[..end]),
    };
    match &text[end + 1..] {
        "" => Some((field, None)),
        rest => rest.strip_prefix(',').map(|rest| (field, Some(rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_and_quotes() {
        let row = |text| split::<3>(text).map(|fields| fields.map(Cow::into_owned));
        assert_eq!(row("a,b,c"), Some(["a", "b", "c"].map(str::to_owned)));
        assert_eq!(
            row("\"Ng, A. \"\"Al\"\"\",人,\"\"\"\""),
            Some([r#"Ng, A. "Al""#, "人", "\""].map(str::to_owned))
        );
        assert_eq!(row(r#""a","b","c""#), Some(["a", "b", "c"].map(str::to_owned)));
        assert_eq!(row("a,\",c"), Some(["a", "\"", "c"].map(str::to_owned)), "a quote that nothing closes");
        assert_eq!(row("a,b"), None);
        assert_eq!(row("a,b,c,"), None);
    }

    #[test]
    fn a_header_is_known_behind_a_byte_order_mark_and_in_quotes() {
        assert!(has_header("\u{feff}a,b\r\n1,2\r\n", "a,b"));
        assert!(has_header("\"a\",\"b\"\n1,2\n", "a,b"));
        assert!(!has_header("a,b,c\n", "a,b"));
    }
}
