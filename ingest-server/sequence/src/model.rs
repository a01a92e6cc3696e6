//! A sequence model's two files: the graph, and the companion that says what it is for and proves it.
//!
//! The companion is a model file like every other (kind, schema, hash); it names the graph by its hash and holds golden
//! vectors: strokes, and what the training's own network said of them. They are run before the model is used.

use crate::adapter::AdapterSpace;
use crate::error::{ReadingError, SequenceError};
use crate::network::{Network, Outputs};
use crate::places::Places;
use crate::window::{Standard, StrokeWindow};
use palet_comparison::{ModelError, ModelHash, ModelKind, PersonTag, open_model};
use palet_features::{PointerBlock, PointerClass, RateClass, STROKE_FEATURES, Stroke, StrokeKind};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How far an output may be from the training's.
const TOLERANCE: f32 = 1e-5;
/// Fewer golden vectors prove little.
const GOLDEN_MIN: usize = 4;

/// Outputs of the autoencoder's graph, in order.
pub const AUTOENCODER_OUTPUTS: [&str; 3] = ["latent", "states", "made"];
/// Outputs of the encoder's graph, in order.
pub const ENCODER_OUTPUTS: [&str; 1] = ["embedding"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Companion {
    graph_sha256: String,
    outputs: Vec<Output>,
    standard: Standard,
    recordings: Vec<String>,
    places: Places,
    adapter: Option<AdapterSpace>,
    golden: Vec<Golden>,
}

#[derive(Deserialize)]
struct Output {
    name: String,
    /// Numbers of one window.
    length: usize,
}

/// Strokes, and what training said of them.
#[derive(Deserialize)]
struct Golden {
    rate: u8,
    kinds: Vec<u8>,
    features: Vec<Vec<i16>>,
    outputs: Vec<Vec<f32>>,
}

/// A network that proved itself, with what its outputs are compared by.
pub struct SequenceModel {
    network: Network,
    pub(crate) standard: Standard,
    pub(crate) places: Places,
    pub(crate) adapter: Option<AdapterSpace>,
    lengths: Vec<usize>,
    recordings: Vec<PersonTag>,
    golden: Vec<Golden>,
    hash: ModelHash,
}

const fn content(what: &'static str) -> SequenceError {
    SequenceError::Companion(ModelError::Content(what))
}

impl SequenceModel {
    /// Reads a model, and runs its golden vectors through every size of batch.
    ///
    /// **Errors**: [`SequenceError`] for a companion or a graph that is cut, changed, of another kind or schema, does
    /// not load, or computes something else than in training.
    pub fn parse(kind: ModelKind, companion: &[u8], graph: &[u8]) -> Result<Self, SequenceError> {
        let (bytes, hash) = open_model(kind, companion)?;
        let companion: Companion =
            serde_json::from_slice(bytes).map_err(|_| content("a sequence model's companion"))?;
        let digest: String = Sha256::digest(graph).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != companion.graph_sha256 {
            return Err(SequenceError::Graph(graph.len()));
        }
        check(kind, &companion)?;
        let tags: Option<Vec<PersonTag>> =
            companion.recordings.iter().map(|tag| u64::from_str_radix(tag, 16).ok().map(PersonTag)).collect();
        let lengths: Vec<usize> = companion.outputs.iter().map(|output| output.length).collect();
        let model = Self {
            network: Network::load(graph, lengths.clone())?,
            standard: companion.standard,
            places: companion.places,
            adapter: companion.adapter,
            lengths,
            recordings: tags.ok_or(content("the tags of recordings"))?,
            golden: companion.golden,
            hash,
        };
        model.prove(&companion.outputs)?;
        Ok(model)
    }

    /// Names the model: the companion, and through it the graph.
    #[must_use]
    pub const fn hash(&self) -> ModelHash {
        self.hash
    }

    /// Whether any of these recordings went into the model.
    #[must_use]
    pub fn knows_any(&self, recordings: &[PersonTag]) -> bool {
        recordings.iter().any(|tag| self.recordings.contains(tag))
    }

    /// What the network says of some windows, in order.
    ///
    /// **Errors**: [`ReadingError`] where the runtime fails.
    pub(crate) fn run(&self, windows: &[&StrokeWindow]) -> Result<Vec<Outputs>, ReadingError> {
        self.network.run(windows)
    }

    /// The windows of the golden vectors, for benches.
    #[must_use]
    pub fn golden_windows(&self) -> Vec<StrokeWindow> {
        self.golden.iter().filter_map(Golden::block).flat_map(|block| self.standard.windows(&block)).collect()
    }

    /// The blocks of the golden vectors.
    #[cfg(test)]
    pub(crate) fn golden_blocks(&self) -> Vec<PointerBlock> {
        self.golden.iter().filter_map(Golden::block).collect()
    }

    /// Runs windows and says how many answers came: the whole of what a bench measures.
    ///
    /// **Errors**: [`ReadingError`] where the runtime fails.
    pub fn answers(&self, windows: &[&StrokeWindow]) -> Result<usize, ReadingError> {
        self.run(windows).map(|outputs| outputs.iter().map(Vec::len).sum())
    }

    /// Golden vectors alone, in pairs, by four and by eight: every plan has to answer as training did.
    fn prove(&self, outputs: &[Output]) -> Result<(), SequenceError> {
        let windows = self.golden_windows();
        if windows.len() != self.golden.len() {
            return Err(content("golden vectors of one window each"));
        }
        for size in crate::network::BATCHES {
            for first in 0..self.golden.len() {
                let turned = |at: usize| (first + at) % self.golden.len();
                let batch: Vec<&StrokeWindow> = (0..size).map(|at| &windows[turned(at)]).collect();
                let answers = self
                    .run(&batch)
                    .map_err(|ReadingError(reason)| SequenceError::Load { batch: size, reason })?;
                for (at, answer) in answers.iter().enumerate() {
                    self.compare(turned(at), answer, outputs)?;
                }
            }
        }
        Ok(())
    }

    fn compare(&self, vector: usize, answer: &Outputs, outputs: &[Output]) -> Result<(), SequenceError> {
        let expected = &self.golden[vector].outputs;
        for (at, output) in outputs.iter().enumerate() {
            let (got, wanted) = (answer.get(at), expected.get(at));
            let away = match (got, wanted) {
                (Some(got), Some(wanted)) if got.len() == wanted.len() => got
                    .iter()
                    .zip(wanted)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0f32, |a, b| if b.is_nan() { f32::INFINITY } else { a.max(b) }),
                _ => f32::INFINITY,
            };
            if away > TOLERANCE {
                let output = output.name.clone();
                return Err(SequenceError::Golden { vector, output, tolerance: TOLERANCE, away });
            }
        }
        Ok(())
    }

    /// How many numbers an output has for one window.
    pub(crate) fn length(&self, output: usize) -> usize {
        self.lengths.get(output).copied().unwrap_or(0)
    }
}

fn check(kind: ModelKind, companion: &Companion) -> Result<(), SequenceError> {
    let names: Vec<&str> = companion.outputs.iter().map(|output| output.name.as_str()).collect();
    let length = |at: usize| companion.outputs.get(at).map_or(0, |output| output.length);
    let expected = |sound: bool, what| if sound { Ok(()) } else { Err(content(what)) };
    expected(companion.standard.is_sound(), "a sound standard of strokes")?;
    expected(companion.places.is_sound(length(0)), "a sound space of places")?;
    expected(companion.golden.len() >= GOLDEN_MIN, "four and more golden vectors")?;
    let steps = crate::window::STROKES;
    match kind {
        ModelKind::SequenceAutoencoder => {
            let lengths = length(1).is_multiple_of(steps) && length(2) == steps * STROKE_FEATURES;
            expected(names == AUTOENCODER_OUTPUTS && lengths, "the outputs of an autoencoder")?;
            let adapter = companion.adapter.as_ref();
            let sound = adapter.is_some_and(|a| a.is_sound(STROKE_FEATURES, length(1) / steps));
            expected(sound, "a sound space of adapters")
        }
        _ => expected(names == ENCODER_OUTPUTS && companion.adapter.is_none(), "the outputs of an encoder"),
    }
}

impl Golden {
    /// The block that these strokes came in; nothing where they are no strokes of this schema.
    fn block(&self) -> Option<PointerBlock> {
        let rate = match self.rate {
            0 => RateClass::Fine,
            1 => RateClass::Medium,
            2 => RateClass::Coarse,
            _ => return None,
        };
        let stroke = |(kind, features): (&u8, &Vec<i16>)| {
            let kind = match kind {
                0 => StrokeKind::Move,
                1 => StrokeKind::Click,
                2 => StrokeKind::Drag,
                _ => return None,
            };
            let features: [i16; STROKE_FEATURES] = features.as_slice().try_into().ok()?;
            Some(Stroke { kind, features })
        };
        let strokes: Option<Vec<Stroke>> = self.kinds.iter().zip(&self.features).map(stroke).collect();
        let whole = self.kinds.len() == self.features.len();
        let strokes = strokes.filter(|_| whole)?;
        Some(PointerBlock { pointer: PointerClass::Mouse, rate, samples: 0, span_ms: 0, strokes })
    }
}
