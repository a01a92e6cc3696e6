//! Strokes against the subject's and other people's strokes: a mixture with adapted means and windows as points, both
//! normalised against a cohort, fused to one log-likelihood ratio.
//!
//! Nothing of the device enters: strokes are standardised against the population of their own sampling rate, and what
//! a reference shares with everybody at its machine is taken off.

mod evidence;
mod fusion;
mod model;
mod reference;
mod session;
mod space;
#[cfg(test)]
mod tests;
mod training;
mod window;

pub use evidence::PointerEvidence;
pub use model::{PointerContent, PointerModels};
pub use reference::{
    ENROLMENT_STROKES_MAX, ENROLMENT_STROKES_MIN, PointerReference, PreparedPointer, UPDATE_STROKES_MAX,
};
pub use session::{ANCHOR_STROKES, PointerSession};
pub use training::{
    FOLDS, TrainingError, TrainingPeople, TrainingPerson, TrainingRecording, TrainingView, ViewRole,
};
