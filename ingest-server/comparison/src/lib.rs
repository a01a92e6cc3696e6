//! Probe against reference: calibrated log-likelihood ratios per modality, with reasons.
//!
//! Sixth station of a batch. Windows that passed their checks are scored against the subject's reference, the
//! population and a cohort of other people; `risk` accumulates what comes out. Nothing here knows a socket, a store, a
//! clock or a source of randomness.

mod account;
pub mod enrolment;
pub mod fixed_text;
pub mod habits;
pub mod keystroke;
mod margin;
mod model_file;
mod models;
pub mod one_class;
pub mod pointer;
mod reference;
mod score;
pub mod scorer;
mod session;
mod triangular;

pub use account::{Account, JoinError, PEOPLE_MAX};
pub use margin::Margin;
pub use model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
pub use models::Models;
pub use reference::{EnrolError, PreparedReference, Reference};
pub use score::{Evidence, LogLikelihoodRatio, Modality, ModalityScore, Reason, Scores, compare};
pub use session::SessionComparison;
