//! One key, or a body of bytes, sealed under another: nonce, ciphertext, tag. AES-256-GCM-SIV (RFC 8452).

use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, KeyInit, Nonce, Tag};
use zeroize::Zeroizing;

use super::ProviderError;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

pub(super) fn seal(key: &[u8; 32], context: &[u8], clear: &[u8], nonce: [u8; 12]) -> Vec<u8> {
    let mut body = clear.to_vec();
    let cipher = Aes256GcmSiv::new(key.into());
    // The cipher refuses nothing shorter than 64 GiB; what it left in clear would be dropped here.
    match cipher.encrypt_inout_detached(&Nonce::from(nonce), context, body.as_mut_slice().into()) {
        Ok(tag) => [&nonce, &body[..], &tag[..]].concat(),
        Err(_) => Vec::new(),
    }
}

pub(super) fn open(
    key: &[u8; 32],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ProviderError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(ProviderError::Refused)?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(ProviderError::Refused)?;
    let mut body = Zeroizing::new(body.to_vec());
    let opened = Aes256GcmSiv::new(key.into()).decrypt_inout_detached(
        &Nonce::from(*nonce),
        context,
        body.as_mut_slice().into(),
        &Tag::from(*tag),
    );
    opened.map(|()| body).map_err(|_| ProviderError::Refused)
}

pub(super) fn open_key(
    key: &[u8; 32],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
    let clear = open(key, context, sealed)?;
    let mut opened = Zeroizing::new([0; 32]);
    if clear.len() != opened.len() {
        return Err(ProviderError::Refused);
    }
    opened.copy_from_slice(&clear);
    Ok(opened)
}

/// A label and parts, each with its length, so that no two contexts are the same bytes.
pub(super) fn context(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = label.as_bytes().to_vec();
    for part in parts {
        context.extend_from_slice(&(part.len() as u32).to_be_bytes());
        context.extend_from_slice(part);
    }
    context
}
