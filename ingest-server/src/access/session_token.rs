//! Session tokens: sealed claims, so that any node can open them and the page cannot read them.
//!
//! ```text
//! ps1.<base64url: nonce 12 | AES-256-GCM-SIV(claims) | tag 16>      claims: version byte, postcard
//! ```

use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, KeyInit, Nonce};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use palet_units::{Micros, SessionId, SubjectId, TenantId};
use palet_wire::limits::TOKEN_BYTES_MAX;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::store::ConsentGiven;

const PREFIX: &str = "ps1.";
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const ASSOCIATED: &[u8] = b"palet session token 1";

/// What a token says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionClaims {
    /// Whose session it is.
    pub tenant: TenantId,
    /// The capture subject that the bank claims it to be.
    pub subject: SubjectId,
    /// The session.
    pub session: u128,
    /// The origin of the pages that may use it.
    pub origin: String,
    /// The policy's channel.
    pub channel: String,
    /// What the subject agreed to, as the bank knows.
    pub consent: ConsentGiven,
    /// When the token ends.
    pub expires_at: Micros,
}

impl SessionClaims {
    /// The session.
    #[must_use]
    pub const fn session_id(&self) -> SessionId {
        SessionId(self.session)
    }
}

impl std::fmt::Debug for SessionClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionClaims({})", self.session_id())
    }
}

/// The token is malformed, altered, sealed by another key, or over. All look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a live session token of this server")]
pub struct TokenError;

/// Seals and opens session tokens.
pub struct TokenSealer(Aes256GcmSiv);

impl TokenSealer {
    /// A sealer under `key`.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256GcmSiv::new(key.into()))
    }

    /// Seals claims. **Errors**: they do not fit into a token; the origin is too long.
    pub fn seal(&self, claims: &SessionClaims) -> Result<String, TokenError> {
        let mut body = postcard::to_allocvec(claims).map_err(|_| TokenError)?;
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let tag = self
            .0
            .encrypt_inout_detached(&Nonce::from(nonce), ASSOCIATED, body.as_mut_slice().into())
            .map_err(|_| TokenError)?;
        let sealed = [nonce.as_slice(), &body, tag.as_slice()].concat();
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed));
        if token.len() > TOKEN_BYTES_MAX { Err(TokenError) } else { Ok(token) }
    }

    /// Opens a token at `now`. **Errors**: `TokenError` for every cause.
    pub fn open(&self, token: &str, now: Micros) -> Result<SessionClaims, TokenError> {
        let text = token.strip_prefix(PREFIX).filter(|_| token.len() <= TOKEN_BYTES_MAX).ok_or(TokenError)?;
        let mut sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError)?;
        let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_BYTES>().ok_or(TokenError)?;
        let (body, tag) = rest.split_last_chunk_mut::<TAG_BYTES>().ok_or(TokenError)?;
        self.0
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                ASSOCIATED,
                (&mut *body).into(),
                &aes_gcm_siv::Tag::from(*tag),
            )
            .map_err(|_| TokenError)?;
        let claims: SessionClaims = postcard::from_bytes(body).map_err(|_| TokenError)?;
        if now < claims.expires_at { Ok(claims) } else { Err(TokenError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> SessionClaims {
        SessionClaims {
            tenant: "bank".parse().unwrap(),
            subject: "subject-with-a-telling-name".parse().unwrap(),
            session: 7,
            origin: "https://bank.example".into(),
            channel: "web".into(),
            consent: ConsentGiven::Full,
            expires_at: Micros(1_000),
        }
    }

    #[test]
    fn a_token_opens_for_its_server_until_it_ends() {
        let sealer = TokenSealer::new(&[1; 32]);
        let token = sealer.seal(&claims()).unwrap();
        assert_eq!(sealer.open(&token, Micros(999)), Ok(claims()));
        assert_eq!(sealer.open(&token, Micros(1_000)), Err(TokenError));
        assert_eq!(TokenSealer::new(&[2; 32]).open(&token, Micros(0)), Err(TokenError));
    }

    #[test]
    fn the_page_cannot_read_the_subject() {
        let token = TokenSealer::new(&[1; 32]).seal(&claims()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&token[PREFIX.len()..]).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"telling"));
    }

    #[test]
    fn an_altered_or_cut_token_is_refused() {
        let sealer = TokenSealer::new(&[1; 32]);
        let token = sealer.seal(&claims()).unwrap();
        for cut in 0..token.len() {
            assert_eq!(sealer.open(&token[..cut], Micros(0)), Err(TokenError));
        }
        for at in PREFIX.len()..token.len() - 1 {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            let altered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            assert_eq!(sealer.open(&altered, Micros(0)), Err(TokenError), "at {at}");
        }
    }
}
