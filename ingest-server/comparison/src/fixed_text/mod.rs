//! One entry of a fixed text against the subject's earlier entries of the same field.

mod model;
mod reference;

pub use model::FixedTextModels;
pub use reference::{FixedTextEvidence, FixedTextReference, PreparedFixedText};
