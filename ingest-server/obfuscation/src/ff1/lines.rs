//! `palet ff1 --json`: a JSON object a line in, one answer a line out, in order.
//!
//! A line that cannot be answered is answered with a stable code and with what was expected; the lines after
//! it are unharmed. Never repeats a key, a tweak, a digit or a text in an error.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::shape::check_limits;
use super::{Alphabet, AlphabetError, Context, Ff1Error, Ff1Key, LENGTH_MAX, Scheme, TextError};

/// The longest line read. **Units**: bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// How many lines were read and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines answered with a value.
    pub answered: u64,
    /// Lines answered with an error.
    pub refused: u64,
}

/// Why a line is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum LineError {
    #[error("expected a line of at most {LINE_BYTES_MAX} bytes, got a longer one")]
    LineTooLong,
    #[error("expected UTF-8, got another byte at {0}")]
    InvalidUtf8(usize),
    #[error("expected a JSON object, got {0} at column {1}")]
    MalformedJson(&'static str, usize),
    #[error("expected {expected} in \"{name}\", got {got}")]
    Field { name: &'static str, expected: &'static str, got: &'static str },
    #[error("expected \"encrypt\" or \"decrypt\" in \"op\", got another text")]
    UnknownOp,
    #[error("expected hexadecimal digits in pairs in \"{0}\", got another text")]
    NotHex(&'static str),
    #[error("expected the alphabet's length, {alphabet}, in \"radix\", got {radix}")]
    RadixMismatch { alphabet: u32, radix: u64 },
    #[error(transparent)]
    Ff1(#[from] Ff1Error),
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
    #[error(transparent)]
    Text(#[from] TextError),
}

impl LineError {
    fn code(&self) -> &'static str {
        match self {
            Self::LineTooLong => "line-too-long",
            Self::InvalidUtf8(_) => "invalid-utf8",
            Self::MalformedJson(..) => "malformed-json",
            Self::Field { .. } => "bad-field",
            Self::UnknownOp => "unknown-op",
            Self::NotHex(_) => "not-hex",
            Self::RadixMismatch { .. } => "radix-mismatch",
            Self::Ff1(error) => error.code(),
            Self::Alphabet(error) => error.code(),
            Self::Text(_) => TextError::CODE,
        }
    }
}

/// Answers every line of `reader` on `writer`.
///
/// Answers are flushed whenever no further line is waiting, so that another program may ask and listen in
/// turn. **Errors**: those of reading and writing alone.
pub fn run(reader: impl Read, writer: impl Write) -> io::Result<Summary> {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut writer = BufWriter::with_capacity(1 << 16, writer);
    let (mut summary, mut recent) = (Summary::default(), Recent::default());
    let mut line = Zeroizing::new(Vec::new());
    while let Some(whole) = read_line(&mut reader, &mut line)? {
        let answer = if whole { recent.answer(&line) } else { Err(LineError::LineTooLong) };
        let answer = match answer {
            Ok(value) => {
                summary.answered += 1;
                value
            }
            Err(error) => {
                summary.refused += 1;
                json!({"error": error.code(), "detail": error.to_string()})
            }
        };
        serde_json::to_writer(&mut writer, &answer)?;
        writer.write_all(b"\n")?;
        if reader.buffer().is_empty() {
            writer.flush()?;
        }
    }
    writer.flush()?;
    Ok(summary)
}

/// Reads a line without its end. `Some(false)` where it was too long and has been skipped.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut seen = false;
    let mut whole = true;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(seen.then_some(whole));
        }
        seen = true;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        whole = whole && line.len() + piece.len() <= LINE_BYTES_MAX;
        if whole {
            line.extend_from_slice(piece);
        }
        let used = piece.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

/// The scheme and alphabet of the line before: neighbours often share them.
#[derive(Default)]
struct Recent {
    scheme: Option<(Zeroizing<Vec<u8>>, Scheme)>,
    alphabet: Option<(String, Alphabet)>,
}

/// What a line asks to encrypt or decrypt.
enum Operand<'a> {
    Digits(&'a [Value]),
    Text { alphabet: &'a str, text: &'a str },
}

impl Recent {
    fn answer(&mut self, line: &[u8]) -> Result<Value, LineError> {
        let text = core::str::from_utf8(line).map_err(|e| LineError::InvalidUtf8(e.valid_up_to()))?;
        let request: Map<String, Value> = serde_json::from_str(text).map_err(|e| malformed(&e))?;
        let encrypt = parse_op(&request)?;
        let key = parse_hex(&request, "key")?.ok_or(missing("key", "hexadecimal digits"))?;
        let tweak = parse_hex(&request, "tweak")?.unwrap_or_default();
        match parse_operand(&request)? {
            Operand::Digits(values) => {
                let radix = parse_radix(&request)?.ok_or(missing("radix", "a number"))?;
                check_limits(radix, values.len())?;
                let mut digits = parse_digits(values, radix)?;
                self.crypt(encrypt, key, &tweak, radix, &mut digits)?;
                Ok(json!({ "digits": *digits }))
            }
            Operand::Text { alphabet, text } => {
                let alphabet = self.alphabet(alphabet)?;
                let radix = alphabet.radix();
                match parse_radix(&request)? {
                    Some(given) if given != radix => {
                        return Err(LineError::RadixMismatch { alphabet: radix, radix: u64::from(given) });
                    }
                    _ => check_limits(radix, text.chars().take(LENGTH_MAX + 1).count())?,
                }
                let mut digits = alphabet.digits(text)?;
                self.crypt(encrypt, key, &tweak, radix, &mut digits)?;
                Ok(json!({ "text": self.alphabet_text(&digits) }))
            }
        }
    }

    fn crypt(
        &mut self,
        encrypt: bool,
        key: Zeroizing<Vec<u8>>,
        tweak: &[u8],
        radix: u32,
        digits: &mut [u16],
    ) -> Result<(), LineError> {
        let context = self.context(key, tweak, radix, digits.len())?;
        if encrypt {
            context.encrypt(digits)?
        } else {
            context.decrypt(digits)?
        }
        Ok(())
    }

    fn context(
        &mut self,
        key: Zeroizing<Vec<u8>>,
        tweak: &[u8],
        radix: u32,
        length: usize,
    ) -> Result<Context, LineError> {
        match &self.scheme {
            Some((known, scheme))
                if **known == *key && scheme.radix() == radix && scheme.length() == length =>
            {
                Ok(scheme.context(tweak)?)
            }
            _ => {
                let scheme = Scheme::new(Ff1Key::new(&key)?, radix, length)?;
                let context = scheme.context(tweak)?;
                self.scheme = Some((key, scheme));
                Ok(context)
            }
        }
    }

    fn alphabet(&mut self, symbols: &str) -> Result<Alphabet, LineError> {
        match &self.alphabet {
            Some((known, alphabet)) if known == symbols => Ok(alphabet.clone()),
            _ => {
                let alphabet = Alphabet::new(symbols)?;
                self.alphabet = Some((symbols.to_owned(), alphabet.clone()));
                Ok(alphabet)
            }
        }
    }

    fn alphabet_text(&self, digits: &[u16]) -> String {
        self.alphabet.as_ref().map(|(_, alphabet)| alphabet.text(digits).to_string()).unwrap_or_default()
    }
}

fn malformed(error: &serde_json::Error) -> LineError {
    let got = match error.classify() {
        serde_json::error::Category::Eof => "the end of the line",
        serde_json::error::Category::Data => "another value",
        _ => "what is no JSON",
    };
    LineError::MalformedJson(got, error.column())
}

const fn missing(name: &'static str, expected: &'static str) -> LineError {
    LineError::Field { name, expected, got: "nothing" }
}

const fn wrong(name: &'static str, expected: &'static str) -> LineError {
    LineError::Field { name, expected, got: "another value" }
}

/// Whether to encrypt.
fn parse_op(request: &Map<String, Value>) -> Result<bool, LineError> {
    match request.get("op") {
        Some(Value::String(op)) if op == "encrypt" => Ok(true),
        Some(Value::String(op)) if op == "decrypt" => Ok(false),
        Some(Value::String(_)) => Err(LineError::UnknownOp),
        Some(_) => Err(wrong("op", "a text")),
        None => Err(missing("op", "a text")),
    }
}

fn parse_hex(
    request: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Zeroizing<Vec<u8>>>, LineError> {
    let text = match request.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(wrong(name, "hexadecimal digits")),
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for &[high, low] in pairs {
        let nibble = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
        match (nibble(high), nibble(low)) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => return Err(LineError::NotHex(name)),
        }
    }
    if rest.is_empty() { Ok(Some(bytes)) } else { Err(LineError::NotHex(name)) }
}

fn parse_radix(request: &Map<String, Value>) -> Result<Option<u32>, LineError> {
    match request.get("radix") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(radix)) => {
            let radix = radix.as_u64().unwrap_or_default();
            u32::try_from(radix).map(Some).map_err(|_| Ff1Error::Radix(radix).into())
        }
        Some(_) => Err(wrong("radix", "a number")),
    }
}

fn parse_operand(request: &Map<String, Value>) -> Result<Operand<'_>, LineError> {
    match (request.get("digits"), request.get("alphabet"), request.get("text")) {
        (Some(Value::Array(digits)), None, None) => Ok(Operand::Digits(digits)),
        (Some(_), None, None) => Err(wrong("digits", "an array of numbers")),
        (None, Some(Value::String(alphabet)), Some(Value::String(text))) => {
            Ok(Operand::Text { alphabet, text })
        }
        (None, None, None) => Err(missing("digits", "an array of numbers, or \"alphabet\" and \"text\"")),
        (None, None, _) => Err(missing("alphabet", "a text")),
        (None, _, None) => Err(missing("text", "a text")),
        (None, Some(Value::String(_)), _) => Err(wrong("text", "a text")),
        (None, _, _) => Err(wrong("alphabet", "a text")),
        (Some(_), _, _) => Err(wrong("digits", "nothing beside \"alphabet\" and \"text\"")),
    }
}

fn parse_digits(values: &[Value], radix: u32) -> Result<Zeroizing<Vec<u16>>, LineError> {
    let mut digits = Zeroizing::new(Vec::with_capacity(values.len()));
    for (index, value) in values.iter().enumerate() {
        if !value.is_number() {
            return Err(wrong("digits", "an array of numbers"));
        }
        let digit = value.as_u64().filter(|&digit| digit < u64::from(radix));
        match digit.and_then(|digit| u16::try_from(digit).ok()) {
            Some(digit) => digits.push(digit),
            None => return Err(Ff1Error::DigitOutOfRange { radix, index }.into()),
        }
    }
    Ok(digits)
}

#[cfg(test)]
mod tests;
