//! Why an evaluation failed, and the exit status that tells of it.

use crate::corpus::CorpusError;
use palet_comparison::ModelError;
use palet_comparison::pointer::TrainingError;
use palet_sequence::SequenceError;

/// Why an evaluation failed.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A corpus cannot be read.
    #[error("{folder}: {source}")]
    Corpus {
        /// Which.
        folder: String,
        /// Why.
        source: CorpusError,
    },
    /// The models cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sequence models cannot be used.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
    /// Nothing could be judged.
    #[error("expected trials that could be scored in {0}, got none of one sort or of both")]
    NoTrials(String),
    /// Some of several corpora could not be judged; why has been told.
    #[error("expected to judge every corpus, got {0} that could not be judged")]
    Some(usize),
    /// Fused takeovers need one corpus of each kind.
    #[error("expected two corpora with --fused, one of keys and one of a pointer")]
    Pair,
    /// The corpus has no streams.
    #[error("expected streams in takeover.csv of {0} that could be compared, got none")]
    NoStreams(String),
    /// The shipped policy does not compile.
    #[error("expected the shipped policy to compile")]
    Policy,
    /// There is no such scorer.
    #[error("expected one of the scorers {known}, got another")]
    Scorer {
        /// What there is.
        known: String,
    },
    /// A background holds nearly nobody.
    #[error("expected {expected} people and more with enough keys in --background, got {got}")]
    Background {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// A model could not be made.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// Output failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Arguments are wrong, or help was asked for.
    #[error("{0}")]
    Usage(clap::Error),
}

impl EvalError {
    /// The exit status that tells of this: 2 for wrong usage, 1 for the rest.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(error) => error.exit_code() as u8,
            Self::Scorer { .. } | Self::Pair => 2,
            _ => 1,
        }
    }
}
