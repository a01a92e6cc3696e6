//! What the page says.

use alloc::{string::String, vec::Vec};
use core::fmt;
use palet_features::FeatureWindow;
use palet_mask::FieldClass;
use serde::{Deserialize, Serialize};

/// Number of a field within one page. **Range**: below [`crate::limits::FIELDS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldId(pub u16);

/// What the subject agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Consent {
    /// Nothing is captured; the page is masked by policy alone.
    None = 0,
    /// Fraud detection without a biometric reference.
    FraudOnly = 1,
    /// References may be built and used.
    Full = 2,
}

/// One message from the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// Who this is; the first transport message, never part of the handshake (which can be replayed).
    Hello(Hello),
    /// Feature windows.
    Batch(Batch),
    /// Fields that the page shows from now on.
    Fields(Vec<FieldDeclaration>),
    /// Fields that are gone from the page.
    FieldsGone(Vec<FieldId>),
    /// The subject is about to do something that the bank named.
    Action(Action),
    /// What part of the bank's application is shown. **Range**: at most [`crate::limits::NAME_BYTES_MAX`] bytes.
    Context(String),
    /// The page leaves on purpose; the session stays.
    Goodbye,
}

/// The first message of every connection.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The session token that the bank's backend got for this page.
    pub token: String,
    /// Random number of this page load: batches are numbered within it, so that a reload or a second tab of the
    /// same session counts from 1 without being taken for a duplicate.
    pub page: u64,
    /// The version of the features' schema that the page speaks.
    pub schema: u16,
    /// What the subject agreed to.
    pub consent: Consent,
    /// What the page can do.
    pub facts: PageFacts,
}

/// What kind of page this is; none of it identifies the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// The main pointer is coarse: a phone or tablet.
    pub coarse_pointer: bool,
    /// The document asked for a strict ladder: class triples at most.
    pub strict_ladder: bool,
}

/// A numbered span of capture, acknowledged by its number.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Number of the batch within the page load, from 1, without gaps; the same number is the same batch.
    pub seq: u64,
    /// Feature windows, at most [`crate::limits::WINDOWS_PER_BATCH_MAX`].
    pub windows: Vec<FeatureWindow>,
}

/// A field and where its value comes from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldDeclaration {
    /// The field.
    pub id: FieldId,
    /// What it holds.
    pub class: FieldClass,
    /// The bank's own class, where `class` is `Custom`. **Range**: at most [`crate::limits::NAME_BYTES_MAX`] bytes.
    pub custom: Option<String>,
    /// Where the value is.
    pub source: FieldSource,
}

/// Where a field's value is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum FieldSource {
    /// The page holds an AEAD token; the server releases the value or a display form.
    Sealed(String),
    /// The page holds the value and masks it itself; weaker, and said so in the docs.
    Local,
    /// An input that the subject fills.
    Input,
    /// An input that the page's detector found, and that nobody tagged. Its value stays in the page.
    Found,
}

/// A named action of the bank's application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Number by which the answer refers to it.
    pub id: u32,
    /// Its name in the policy. **Range**: at most [`crate::limits::NAME_BYTES_MAX`] bytes.
    pub name: String,
}

impl fmt::Debug for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hello(redacted, schema {}, {:?})", self.schema, self.consent)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch(seq {}, {} windows)", self.seq, self.windows.len())
    }
}

impl fmt::Debug for FieldDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldDeclaration({}, {})", self.id.0, self.class.as_str())
    }
}
