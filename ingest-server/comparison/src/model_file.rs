//! The container of a model: what it is, for which features, its content and its hash.
//!
//! ```text
//! 0        8         9        11                n-32      n
//! | "PALETMDL" | kind | schema | content ... | SHA-256 |
//! ```

use palet_features::SCHEMA_VERSION;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

const MAGIC: &[u8; 8] = b"PALETMDL";
const HEADER_BYTES: usize = 11;
const HASH_BYTES: usize = 32;

/// Why a model is not used. The server does not start with a model that it cannot trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Too short, or not a model at all.
    #[error("expected a file of the {kind} model, got {bytes} bytes that are none")]
    NotAModel {
        /// What was asked for.
        kind: ModelKind,
        /// How much there is.
        bytes: usize,
    },
    /// A model of something else.
    #[error("expected a model of kind {expected}, got kind {got}")]
    Kind {
        /// What was asked for.
        expected: u8,
        /// What it is.
        got: u8,
    },
    /// A model for features of another schema.
    #[error("expected features of schema {SCHEMA_VERSION}, got a {kind} model for schema {got}")]
    Schema {
        /// What was asked for.
        kind: ModelKind,
        /// What it was made for.
        got: u16,
    },
    /// The content is not what was hashed.
    #[error("expected the content that the {0} model's hash names, got another")]
    Hash(ModelKind),
    /// The content does not read, or is of another shape.
    #[error("expected {0}")]
    Content(&'static str),
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ModelKind {
    /// Keystroke population and cohort.
    Keystroke = 1,
    /// Pointer populations.
    Pointer = 2,
    /// Fixed-text population.
    FixedText = 3,
    /// Companion of the autoencoder of strokes.
    SequenceAutoencoder = 4,
    /// Companion of the encoder of strokes.
    SequenceEncoder = 5,
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keystroke => "keystroke",
            Self::Pointer => "pointer",
            Self::FixedText => "fixed-text",
            Self::SequenceAutoencoder => "autoencoder",
            Self::SequenceEncoder => "encoder",
        })
    }
}

/// The hash that names a model, or several together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelHash(pub [u8; HASH_BYTES]);

impl fmt::Display for ModelHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ModelHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelHash({self})")
    }
}

impl ModelHash {
    /// One hash for several models, in order.
    #[must_use]
    pub fn of_all(parts: &[Self]) -> Self {
        let mut hasher = Sha256::new();
        parts.iter().for_each(|part| hasher.update(part.0));
        Self(hasher.finalize().into())
    }
}

/// Recognises the recording of one session of one person whom a model was made from, by a hash of its first events,
/// so that an evaluation can leave that person out. Says nothing about who it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonTag(pub u64);

impl PersonTag {
    /// The tag of a recording that begins with these numbers.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut hasher = Sha256::new();
        numbers.into_iter().for_each(|number| hasher.update(number.to_le_bytes()));
        let digest: [u8; HASH_BYTES] = hasher.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Self(u64::from_le_bytes(first))
    }
}

/// Wraps a model's content for storage.
#[must_use]
pub fn seal_model(kind: ModelKind, content: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER_BYTES + content.len() + HASH_BYTES);
    file.extend_from_slice(MAGIC);
    file.push(kind as u8);
    file.extend_from_slice(&SCHEMA_VERSION.to_le_bytes());
    file.extend_from_slice(content);
    let hash = Sha256::digest(&file);
    file.extend_from_slice(&hash);
    file
}

/// Checks a model file and returns its content and its hash.
///
/// **Errors**: [`ModelError`] for a file that is cut, changed, of another kind or for another schema.
pub fn open_model(kind: ModelKind, file: &[u8]) -> Result<(&[u8], ModelHash), ModelError> {
    if file.len() < HEADER_BYTES + HASH_BYTES || !file.starts_with(MAGIC) {
        return Err(ModelError::NotAModel { kind, bytes: file.len() });
    }
    let (body, told) = file.split_at(file.len() - HASH_BYTES);
    if Sha256::digest(body).as_slice() != told {
        return Err(ModelError::Hash(kind));
    }
    if body[8] != kind as u8 {
        return Err(ModelError::Kind { expected: kind as u8, got: body[8] });
    }
    let schema = u16::from_le_bytes([body[9], body[10]]);
    if schema != SCHEMA_VERSION {
        return Err(ModelError::Schema { kind, got: schema });
    }
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(told);
    Ok((&body[HEADER_BYTES..], ModelHash(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_cut_or_changed_is_refused() {
        let file = seal_model(ModelKind::Keystroke, b"content");
        assert_eq!(
            open_model(ModelKind::Keystroke, &file).map(|(content, _)| content),
            Ok(b"content".as_slice())
        );
        for length in 0..file.len() {
            assert!(open_model(ModelKind::Keystroke, &file[..length]).is_err(), "{length}");
        }
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open_model(ModelKind::Keystroke, &changed).is_err(), "{at}");
        }
    }

    #[test]
    fn a_refusal_names_the_model() {
        let mut file = seal_model(ModelKind::FixedText, b"content");
        file[12] ^= 1;
        let told = |file: &[u8]| open_model(ModelKind::FixedText, file).unwrap_err().to_string();
        assert_eq!(told(&file), "expected the content that the fixed-text model's hash names, got another");
        assert_eq!(told(&file[..9]), "expected a file of the fixed-text model, got 9 bytes that are none");
    }

    #[test]
    fn a_model_for_another_schema_is_refused() {
        let file = seal_model(ModelKind::Pointer, b"content");
        let mut body = file[..file.len() - HASH_BYTES].to_vec();
        let got = SCHEMA_VERSION + 1;
        body[9..HEADER_BYTES].copy_from_slice(&got.to_le_bytes());
        let hash = Sha256::digest(&body);
        body.extend_from_slice(&hash);
        let refused = open_model(ModelKind::Pointer, &body).map(|(content, _)| content.to_vec());
        assert_eq!(refused, Err(ModelError::Schema { kind: ModelKind::Pointer, got }));
    }

    #[test]
    fn a_model_of_another_kind_is_refused() {
        let file = seal_model(ModelKind::Pointer, b"content");
        assert_eq!(
            open_model(ModelKind::Keystroke, &file),
            Err(ModelError::Kind { expected: ModelKind::Keystroke as u8, got: ModelKind::Pointer as u8 })
        );
    }
}
