//! Why a sequence model is refused, and why a window could not be read.

use palet_comparison::ModelError;

/// Why a sequence model is not used. The server does not start with a model that it cannot trust.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// The companion is cut, changed, of another kind or for another schema.
    #[error(transparent)]
    Companion(#[from] ModelError),
    /// The graph is not the one that the companion was made for.
    #[error("expected the graph that the model's companion names, got {0} bytes of another or a cut one")]
    Graph(usize),
    /// The graph does not load.
    #[error("expected a graph that loads with a batch of {batch}, got: {reason}")]
    Load {
        /// The batch that was tried.
        batch: usize,
        /// What the runtime said. Holds nothing of anybody.
        reason: String,
    },
    /// The graph computes something else than it did in training.
    #[error(
        "expected the training's {output} of golden vector {vector} to {tolerance}, got one that is {away} away"
    )]
    Golden {
        /// Which vector.
        vector: usize,
        /// Which output.
        output: String,
        /// How far it may be.
        tolerance: f32,
        /// How far it is.
        away: f32,
    },
}

/// Why windows could not be read by a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the network to answer, got: {0}")]
pub struct ReadingError(pub(crate) String);
