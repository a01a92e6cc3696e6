//! The fixed-text model: people's entries of one text, and how its scores are fused.

use super::calibration::{fitted_upwards, row};
use super::development::{Probes, rounds};
use crate::corpus::Corpus;
use crate::replay::windows_of_rows;
use crate::trials;
use palet_capture::FieldKind;
use palet_comparison::Models;
use palet_comparison::fixed_text::{FIXED_TEXT_SCORES, FixedTextFusion, FixedTextPerson, SCORE_NAMES};
use palet_features::FeatureWindow;

/// Pull of the weights towards 0.
const RIDGE: f64 = 1e-2;

/// Every subject of a corpus of one fixed text.
#[must_use]
pub fn fixed_text_people(corpus: &Corpus) -> Vec<FixedTextPerson> {
    let person = |subject: &&str| {
        let mut person = FixedTextPerson { tags: Vec::new(), entries: Vec::new() };
        for recording in corpus.recordings_of(subject) {
            person.tags.push(recording.tag());
            let Some(rows) = recording.rows(0, recording.len()) else { continue };
            let name = format!("{}/{}/{}/training", corpus.name, subject, recording.session);
            for window in windows_of_rows(rows, FieldKind::FixedText(0), &name) {
                if let FeatureWindow::FixedText(entry) = window {
                    person.entries.push(entry);
                }
            }
        }
        person
    };
    corpus.subjects().iter().map(person).collect()
}

/// Fits the fusion on development trials. Whoever takes part in a comparison is left out of its population.
#[must_use]
pub fn fuse_fixed_text(corpus: &mut Corpus, models: &Models) -> Option<FixedTextFusion> {
    let mut rows = Vec::new();
    rounds(corpus, Probes::Sessions, |corpus| {
        rows.extend(trials::run(corpus, models).scored.iter().map(|trial| row(trial, &SCORE_NAMES)));
    });
    let line = fitted_upwards(rows, RIDGE)?;
    let (intercept, fitted) = line.split_last()?;
    let mut weights = [0.0; FIXED_TEXT_SCORES];
    weights.iter_mut().zip(fitted).for_each(|(weight, fitted)| *weight = *fitted as f32);
    Some(FixedTextFusion { weights, intercept: *intercept as f32 })
}
