//! A subject's strokes as the sequence models see them: made from the pointer reference's own blocks, once a session.
//!
//! Nothing more is stored of a subject for these models, and a new model needs no new enrolment.

use crate::adapter::{Change, Remainder};
use crate::error::ReadingError;
use crate::evidence::{Sum, remainders};
use crate::models::SequenceModels;
use palet_features::PointerBlock;

/// A reference, ready to be compared with.
#[derive(Clone)]
pub struct PreparedSequence {
    pub(crate) change: Change,
    pub(crate) latent: Vec<f32>,
    pub(crate) embedding: Vec<f32>,
}

impl PreparedSequence {
    /// Prepares a reference from its blocks; nothing where they hold nothing to learn from.
    ///
    /// **Errors**: [`ReadingError`] where the runtime fails.
    pub fn of(models: &SequenceModels, blocks: &[&PointerBlock]) -> Result<Option<Self>, ReadingError> {
        let readings = models.read(blocks)?;
        let Some(space) = &models.autoencoder.adapter else { return Ok(None) };
        let (mut latent, mut embedding) = (Sum::default(), Sum::default());
        let mut strokes: Vec<Remainder> = Vec::new();
        for reading in &readings {
            for (window, outputs) in &reading.autoencoder {
                strokes.extend(remainders(&models.autoencoder, space, window, outputs));
                outputs.first().into_iter().for_each(|own| latent.add(own));
            }
            reading.embeddings.iter().for_each(|own| embedding.add(own));
        }
        let Some(change) = space.adapt(&strokes).filter(|_| latent.count > 0) else { return Ok(None) };
        Ok(Some(Self {
            change,
            latent: models.autoencoder.places.place(&latent.values, latent.count),
            embedding: models.encoder.places.place(&embedding.values, embedding.count),
        }))
    }
}
