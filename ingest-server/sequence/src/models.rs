//! Both sequence models, as shipped in the binary, and what they read in windows.

use crate::error::{ReadingError, SequenceError};
use crate::model::SequenceModel;
use crate::window::StrokeWindow;
use palet_comparison::{ModelHash, ModelKind, PersonTag};
use palet_features::PointerBlock;
use std::sync::{Arc, OnceLock};

const AUTOENCODER: [&[u8]; 2] =
    [include_bytes!("../models/autoencoder.palet"), include_bytes!("../models/autoencoder.onnx")];
const ENCODER: [&[u8]; 2] =
    [include_bytes!("../models/encoder.palet"), include_bytes!("../models/encoder.onnx")];

/// The autoencoder and the encoder. Immutable: shared by every session of a process.
#[derive(Clone)]
pub struct SequenceModels {
    pub(crate) autoencoder: Arc<SequenceModel>,
    pub(crate) encoder: Arc<SequenceModel>,
}

/// What the networks said of the windows of one block.
pub struct Reading {
    /// Windows as the autoencoder took them, and what it said.
    pub(crate) autoencoder: Vec<(StrokeWindow, Vec<Vec<f32>>)>,
    /// What the encoder said, one embedding a window.
    pub(crate) embeddings: Vec<Vec<f32>>,
}

impl SequenceModels {
    /// The models that ship in the binary, their golden vectors run: once a process, since they never change.
    ///
    /// **Errors**: [`SequenceError`] where the binary was built with a file that cannot be trusted.
    pub fn embedded() -> Result<Self, SequenceError> {
        static EMBEDDED: OnceLock<Result<SequenceModels, SequenceError>> = OnceLock::new();
        EMBEDDED.get_or_init(Self::proved).clone()
    }

    fn proved() -> Result<Self, SequenceError> {
        let [companion, graph] = AUTOENCODER;
        let autoencoder = SequenceModel::parse(ModelKind::SequenceAutoencoder, companion, graph)?;
        let [companion, graph] = ENCODER;
        let encoder = SequenceModel::parse(ModelKind::SequenceEncoder, companion, graph)?;
        Ok(Self { autoencoder: Arc::new(autoencoder), encoder: Arc::new(encoder) })
    }

    /// Names both models.
    #[must_use]
    pub fn hash(&self) -> ModelHash {
        ModelHash::of_all(&[self.autoencoder.hash(), self.encoder.hash()])
    }

    /// Whether any of these recordings went into the models.
    #[must_use]
    pub fn know_any(&self, recordings: &[PersonTag]) -> bool {
        self.autoencoder.knows_any(recordings) || self.encoder.knows_any(recordings)
    }

    /// The autoencoder, for benches and checks.
    #[must_use]
    pub fn autoencoder(&self) -> &SequenceModel {
        &self.autoencoder
    }

    /// The encoder, for benches and checks.
    #[must_use]
    pub fn encoder(&self) -> &SequenceModel {
        &self.encoder
    }

    /// Reads blocks, of one session or of several, in micro-batches; one reading a block, in order.
    ///
    /// **Errors**: [`ReadingError`] where the runtime fails.
    pub fn read(&self, blocks: &[&PointerBlock]) -> Result<Vec<Reading>, ReadingError> {
        let windows = |model: &SequenceModel| -> Vec<Vec<StrokeWindow>> {
            blocks.iter().map(|block| model.standard.windows(block)).collect()
        };
        let (coded, embedded) = (windows(&self.autoencoder), windows(&self.encoder));
        let said = self.autoencoder.run(&coded.iter().flatten().collect::<Vec<_>>())?;
        let embeddings = self.encoder.run(&embedded.iter().flatten().collect::<Vec<_>>())?;
        let (mut said, mut embeddings) = (said.into_iter(), embeddings.into_iter());
        let readings = coded.into_iter().zip(&embedded).map(|(coded, embedded)| Reading {
            autoencoder: coded.into_iter().zip(&mut said).collect(),
            embeddings: embeddings.by_ref().take(embedded.len()).flatten().collect(),
        });
        Ok(readings.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_comparison::{ModelError, open_model, seal_model};

    fn parse(companion: &[u8], graph: &[u8]) -> Option<SequenceError> {
        SequenceModel::parse(ModelKind::SequenceEncoder, companion, graph).err()
    }

    fn content() -> Vec<u8> {
        open_model(ModelKind::SequenceEncoder, ENCODER[0]).unwrap().0.to_vec()
    }

    #[test]
    fn the_shipped_models_prove_themselves() {
        let models = SequenceModels::embedded().unwrap();
        assert_ne!(models.autoencoder().hash(), models.encoder().hash());
    }

    #[test]
    fn a_companion_that_is_cut_changed_or_of_another_kind_is_refused() {
        let [companion, graph] = ENCODER;
        for length in [0, 8, 11, 400, companion.len() - 1] {
            let refused = parse(&companion[..length], graph);
            assert!(matches!(refused, Some(SequenceError::Companion(_))), "{length}: {refused:?}");
        }
        let mut changed = companion.to_vec();
        changed[companion.len() / 2] ^= 1;
        assert_eq!(
            parse(&changed, graph),
            Some(SequenceError::Companion(ModelError::Hash(ModelKind::SequenceEncoder)))
        );
        let other = SequenceModel::parse(ModelKind::SequenceAutoencoder, companion, graph).err();
        assert!(matches!(other, Some(SequenceError::Companion(ModelError::Kind { .. }))), "{other:?}");
    }

    #[test]
    fn a_companion_for_another_schema_is_refused() {
        use sha2::{Digest, Sha256};
        let [companion, graph] = ENCODER;
        let mut body = companion[..companion.len() - 32].to_vec();
        body[9] = body[9].wrapping_add(1);
        let hash = Sha256::digest(&body);
        body.extend_from_slice(&hash);
        assert!(matches!(parse(&body, graph), Some(SequenceError::Companion(ModelError::Schema { .. }))));
    }

    #[test]
    fn a_companion_without_what_it_should_hold_is_refused() {
        let text = String::from_utf8(content()).unwrap();
        for (part, other) in [("\"golden\":", "\"gold\":"), ("\"centre\":[", "\"centre\":[0.5,")] {
            let file = seal_model(ModelKind::SequenceEncoder, text.replacen(part, other, 1).as_bytes());
            let refused = parse(&file, ENCODER[1]);
            assert!(
                matches!(refused, Some(SequenceError::Companion(ModelError::Content(_)))),
                "{part}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_graph_that_is_cut_or_anothers_is_refused() {
        let [companion, graph] = ENCODER;
        for length in [0, 100, graph.len() - 1] {
            assert_eq!(parse(companion, &graph[..length]), Some(SequenceError::Graph(length)));
        }
        assert_eq!(parse(companion, AUTOENCODER[1]), Some(SequenceError::Graph(AUTOENCODER[1].len())));
    }

    #[test]
    fn a_graph_that_computes_something_else_fails_its_golden_vectors() {
        use sha2::{Digest, Sha256};
        let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
        let mut graph = ENCODER[1].to_vec();
        // The sign of one weight in the middle of the file, where the recurrent weights lie.
        let at = graph.len() / 2;
        graph[at..at + 4].iter_mut().for_each(|byte| *byte ^= 0x80);
        let text = String::from_utf8(content()).unwrap().replace(&hex(ENCODER[1]), &hex(&graph));
        let file = seal_model(ModelKind::SequenceEncoder, text.as_bytes());
        let refused = parse(&file, &graph);
        assert!(matches!(refused, Some(SequenceError::Golden { .. })), "{refused:?}");
    }

    #[test]
    fn windows_of_several_sessions_answer_together_as_they_do_alone() {
        let models = SequenceModels::embedded().unwrap();
        let windows = models.encoder().golden_windows();
        let many: Vec<&StrokeWindow> = windows.iter().cycle().take(15).collect();
        let together = models.encoder().run(&many).unwrap();
        assert_eq!(together.len(), 15);
        for (window, answer) in many.iter().zip(&together) {
            let alone = models.encoder().run(&[window]).unwrap();
            for (a, b) in alone[0][0].iter().zip(&answer[0]) {
                assert!((a - b).abs() < 1e-6, "{a} {b}");
            }
        }
    }
}
