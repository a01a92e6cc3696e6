//! Corpora of recorded people through the shipped extractor, models and scorers: error rates, takeover, reports.
//!
//! Reads folders of events and trials, replays the events as a page would see them, and compares the windows as the
//! server would. It also makes the models that ship, from the corpora that may be trained on. Nothing here runs in a
//! server.

mod background;
pub mod cli;
pub mod corpus;
mod curves;
pub mod device;
mod document;
mod earning;
mod explain;
mod folding;
pub mod fused;
mod judged;
mod ladder;
pub mod metrics;
pub mod models_cli;
mod parallel;
mod plot;
pub mod pointer_people;
pub mod progress;
pub mod replay;
mod report;
pub mod scorers;
pub mod stroke_table;
pub mod synthesis;
pub mod takeover;
pub mod training;
pub mod trials;

pub use corpus::{Corpus, CorpusError, CorpusKind, Fault};
