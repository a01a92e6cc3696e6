//! Sequence models of strokes: an LSTM autoencoder and a metric-learned encoder, loaded, proved and run.
//!
//! A window is the strokes of one pointer block in the canonical order in which they left the page: sorted by kind and
//! features, so that their order tells nothing of time. The networks say what they see in a window; the subject's part
//! is fitted in closed form from the reference's own strokes. Nothing here trains, waits, or knows a socket.

mod adapter;
mod error;
mod evidence;
mod model;
mod models;
mod network;
mod places;
mod recurrent;
mod reference;
mod scorer;
mod window;

pub use error::{ReadingError, SequenceError};
pub use evidence::{SCORER_NAMES, SequenceEvidence};
pub use model::{AUTOENCODER_OUTPUTS, ENCODER_OUTPUTS, SequenceModel};
pub use models::{Reading, SequenceModels};
pub use network::BATCHES;
pub use reference::PreparedSequence;
pub use scorer::scorers;
pub use window::{INPUTS, STROKES, StrokeWindow};
