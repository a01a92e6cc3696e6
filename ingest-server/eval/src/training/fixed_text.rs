//! The fixed-text model: people's entries of one text, and how its two scores are fused.

use super::calibration::{fitted_upwards, row};
use super::development::{Probes, rounds};
use crate::corpus::Corpus;
use crate::replay::windows_of_rows;
use crate::trials::{self, FIXED_TEXT_SCORERS};
use palet_capture::FieldKind;
use palet_comparison::Models;
use palet_comparison::fixed_text::{FixedTextFusion, FixedTextPerson};
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
        rows.extend(trials::run(corpus, models).scored.iter().map(|trial| row(trial, &FIXED_TEXT_SCORERS)));
    });
    match fitted_upwards(rows, RIDGE)?.as_slice() {
        // The distance was told with its sign turned.
        &[likelihood, nearness, intercept] => Some(FixedTextFusion {
            likelihood: likelihood as f32,
            distance: -nearness as f32,
            intercept: intercept as f32,
        }),
        _ => None,
    }
}
