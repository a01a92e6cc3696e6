//! The bytes of a sealed value: `p1.` and base64url without padding.
//!
//! ```text
//! offset  bytes  what                               clear  authenticated
//! 0       1      format, 1                          yes    yes
//! 1       1      flags: bit 0 bound to a session,   yes    yes
//!                bit 1 under a subject's key
//! 2       1      field class                        yes    yes
//! 3       4      key version, big endian            yes    yes
//! 7       12     nonce                              yes    yes
//! 19      64·2ⁿ  plaintext below, encrypted         no     yes
//! end−16  16     tag                                yes    –
//!
//! plaintext: expires in µs, big endian, 2⁶⁴−1 for never (8) · bytes of the record (1) · bytes of the value,
//! big endian (2) · record · value · zeros up to 64, 128, 256, … 16,384 bytes
//! ```
//!
//! The length of a token tells the bucket that record and value together fall into, and no more.
//! Associated data: label, the seven header bytes, length and bytes of the tenant, session where bound.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use palet_mask::FieldClass;
use palet_units::{Micros, SessionId, TenantId};
use zeroize::Zeroizing;

use super::{OpenError, Opened, RECORD_BYTES_MAX, SealError, VALUE_BYTES_MAX};
use crate::KeyVersion;

pub(super) const NONCE_BYTES: usize = 12;
pub(super) const TAG_BYTES: usize = 16;
const PREFIX: &str = "p1.";
const FORMAT: u8 = 1;
const FLAG_SESSION: u8 = 1;
const FLAG_SUBJECT: u8 = 2;
const HEADER_BYTES: usize = 7;
const INNER_BYTES: usize = 11;
const BUCKET_BYTES_MIN: usize = 64;
const BUCKET_BYTES_MAX: usize = 16_384;
const TOKEN_BYTES_MAX: usize = HEADER_BYTES + NONCE_BYTES + BUCKET_BYTES_MAX + TAG_BYTES;
const LABEL: &[u8] = b"palet sealed value 1";
const NEVER: u64 = u64::MAX;

const _: () = assert!(INNER_BYTES + RECORD_BYTES_MAX + VALUE_BYTES_MAX <= BUCKET_BYTES_MAX);

/// The clear part of a token: what the server needs to find the key. Nothing in it is believed before the
/// token has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHeader {
    /// The version of the data key.
    pub version: KeyVersion,
    /// The field's class.
    pub class: FieldClass,
    /// Whether the token opens in one session alone.
    pub session_bound: bool,
    /// Whether the token opens with a subject's secret alone.
    pub subject_bound: bool,
}

impl TokenHeader {
    /// Reads the header of a token without opening it. **Errors**: `OpenError` for what is no token.
    pub fn parse(token: &str) -> Result<Self, OpenError> {
        split(&mut decode(token)?).map(|parts| parts.header)
    }

    fn encode(self) -> [u8; HEADER_BYTES] {
        let [a, b, c, d] = self.version.0.to_be_bytes();
        let session = if self.session_bound { FLAG_SESSION } else { 0 };
        let flags = session | if self.subject_bound { FLAG_SUBJECT } else { 0 };
        [FORMAT, flags, self.class as u8, a, b, c, d]
    }

    fn decode(bytes: [u8; HEADER_BYTES]) -> Result<Self, OpenError> {
        let [format, flags, class, a, b, c, d] = bytes;
        if format != FORMAT || flags & !(FLAG_SESSION | FLAG_SUBJECT) != 0 {
            return Err(OpenError);
        }
        let class = FieldClass::ALL.get(usize::from(class)).ok_or(OpenError)?;
        let version = KeyVersion(u32::from_be_bytes([a, b, c, d]));
        let [session_bound, subject_bound] = [FLAG_SESSION, FLAG_SUBJECT].map(|flag| flags & flag != 0);
        Ok(Self { version, class: *class, session_bound, subject_bound })
    }
}

/// The parts of a decoded token.
pub(super) struct Parts<'a> {
    pub(super) header: TokenHeader,
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) body: &'a mut [u8],
    pub(super) tag: [u8; TAG_BYTES],
}

pub(super) fn encode_plaintext(
    record: &str,
    value: &str,
    expires: Option<Micros>,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let record_len = u8::try_from(record.len()).map_err(|_| SealError::RecordTooLong(record.len()))?;
    if value.len() > VALUE_BYTES_MAX {
        return Err(SealError::ValueTooLong(value.len()));
    }
    let value_len = u16::try_from(value.len()).map_err(|_| SealError::ValueTooLong(value.len()))?;
    let bucket = bucket(INNER_BYTES + record.len() + value.len());
    let mut body = Zeroizing::new(Vec::with_capacity(bucket));
    body.extend_from_slice(&expires.map_or(NEVER, |at| at.0).to_be_bytes());
    body.push(record_len);
    body.extend_from_slice(&value_len.to_be_bytes());
    body.extend_from_slice(record.as_bytes());
    body.extend_from_slice(value.as_bytes());
    body.resize(bucket, 0);
    Ok(body)
}

pub(super) fn decode_plaintext(class: FieldClass, body: &[u8]) -> Result<Opened, OpenError> {
    let (inner, rest) = body.split_first_chunk::<INNER_BYTES>().ok_or(OpenError)?;
    let [e0, e1, e2, e3, e4, e5, e6, e7, record_len, v0, v1] = *inner;
    let expires = u64::from_be_bytes([e0, e1, e2, e3, e4, e5, e6, e7]);
    let (record, rest) = rest.split_at_checked(usize::from(record_len)).ok_or(OpenError)?;
    let value = rest.get(..usize::from(u16::from_be_bytes([v0, v1]))).ok_or(OpenError)?;
    let text = |bytes| core::str::from_utf8(bytes).map_err(|_| OpenError);
    Ok(Opened {
        class,
        record: Zeroizing::new(text(record)?.to_owned()),
        value: Zeroizing::new(text(value)?.to_owned()),
        expires: (expires != NEVER).then_some(Micros(expires)),
    })
}

pub(super) fn associated_data(header: TokenHeader, tenant: &TenantId, session: Option<SessionId>) -> Vec<u8> {
    let tenant = tenant.as_str().as_bytes();
    let mut data = Vec::with_capacity(LABEL.len() + HEADER_BYTES + 1 + tenant.len() + 16);
    data.extend_from_slice(LABEL);
    data.extend_from_slice(&header.encode());
    // A tenant has at most 64 bytes, so its length is never cut.
    data.push(tenant.len() as u8);
    data.extend_from_slice(tenant);
    if let Some(session) = session {
        data.extend_from_slice(&session.0.to_be_bytes());
    }
    data
}

pub(super) fn encode(
    header: TokenHeader,
    nonce: &[u8; NONCE_BYTES],
    body: &[u8],
    tag: &[u8; TAG_BYTES],
) -> String {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + NONCE_BYTES + body.len() + TAG_BYTES);
    bytes.extend_from_slice(&header.encode());
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(tag);
    let mut token = String::with_capacity(PREFIX.len() + bytes.len().div_ceil(3) * 4);
    token.push_str(PREFIX);
    BASE64_URL_SAFE_NO_PAD.encode_string(&bytes, &mut token);
    token
}

pub(super) fn decode(token: &str) -> Result<Vec<u8>, OpenError> {
    let text = token.strip_prefix(PREFIX).ok_or(OpenError)?;
    if text.len() > (TOKEN_BYTES_MAX * 4).div_ceil(3) {
        return Err(OpenError);
    }
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError)
}

pub(super) fn split(bytes: &mut [u8]) -> Result<Parts<'_>, OpenError> {
    let (header, rest) = bytes.split_first_chunk_mut::<HEADER_BYTES>().ok_or(OpenError)?;
    let (nonce, rest) = rest.split_first_chunk_mut::<NONCE_BYTES>().ok_or(OpenError)?;
    let (body, tag) = rest.split_last_chunk_mut::<TAG_BYTES>().ok_or(OpenError)?;
    if body.len() != bucket(body.len()) {
        return Err(OpenError);
    }
    Ok(Parts { header: TokenHeader::decode(*header)?, nonce: *nonce, body, tag: *tag })
}

/// The smallest bucket that holds `bytes`.
fn bucket(bytes: usize) -> usize {
    bytes.next_power_of_two().clamp(BUCKET_BYTES_MIN, BUCKET_BYTES_MAX)
}
