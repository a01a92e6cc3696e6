//! One entry of a fixed text against the subject's earlier entries of the same field.
//!
//! Two scores for each sort of timing: a likelihood ratio of Student densities between the subject and somebody else who
//! types the same text, and a capped Manhattan distance in the subject's own deviations. No cohort: a login is typed by
//! one person only.

mod model;
mod reference;
mod timing;

pub use model::{FixedTextContent, FixedTextFusion, FixedTextModels, FixedTextPerson};
pub use reference::{
    ENTRIES_MAX, FIXED_TEXT_SCORES, FixedTextEvidence, FixedTextReference, PreparedFixedText, SCORE_NAMES,
    TRAINED_ENTRIES_MIN,
};
