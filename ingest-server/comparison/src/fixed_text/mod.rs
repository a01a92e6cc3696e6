//! One entry of a fixed text against the subject's earlier entries of the same field.
//!
//! Three scores, of dwell beside each sort of flight: a likelihood ratio of Student densities between the subject and
//! somebody else who types the same text, whose timings go together. A fourth: how near the entry is to the subject's, in
//! the subject's deviations and bounded. No cohort: a login is typed by one person only.

mod joint;
mod model;
mod reference;
mod spread;
mod timing;

pub use model::{FixedTextContent, FixedTextFusion, FixedTextModels, FixedTextPerson};
pub use reference::{
    ENTRIES_MAX, FIXED_TEXT_SCORES, FixedTextEvidence, FixedTextReference, PreparedFixedText, SCORE_NAMES,
    TRAINED_ENTRIES_MIN,
};
