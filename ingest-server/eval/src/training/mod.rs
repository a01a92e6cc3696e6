//! Models from corpora that may be trained on: people as counts, bin edges as quantiles, calibration from trials.

mod calibration;
mod development;
mod fixed_text;

pub(crate) use calibration::fitted;
pub use calibration::{calibrate, logistic, weigh};
pub use development::{Probes, is_held_out, rounds};
pub use fixed_text::{fixed_text_people, fuse_fixed_text};

use crate::corpus::{Corpus, CorpusKind, KeyRow, Rows};
use crate::parallel;
use crate::replay::{seed_of, windows_of_rows};
use palet_capture::FieldKind;
use palet_comparison::keystroke::{Person, SessionCounts};
use palet_features::{FeatureWindow, KeystrokeBlock};

/// People whose sessions hold fewer keys are no use as a cohort.
const PERSON_KEYS_MIN: u32 = 200;

/// Every subject of some corpora as a person of the population and the cohort.
#[must_use]
pub fn keystroke_people<'a>(corpora: impl IntoIterator<Item = &'a Corpus>) -> Vec<Person> {
    let subjects: Vec<(&Corpus, &str)> = corpora
        .into_iter()
        .filter(|corpus| corpus.kind == CorpusKind::Keystroke)
        .flat_map(|corpus| corpus.subjects().into_iter().map(move |subject| (corpus, subject)))
        .collect();
    let people = parallel::map(&subjects, |(corpus, subject)| person_of(corpus, subject));
    people.into_iter().filter(|person| person.counts.keys() >= PERSON_KEYS_MIN).collect()
}

fn person_of(corpus: &Corpus, subject: &str) -> Person {
    let (mut tags, mut sessions) = (Vec::new(), Vec::new());
    for recording in corpus.recordings_of(subject) {
        tags.push(recording.tag());
        let Some(rows) = recording.rows(0, recording.len()) else { continue };
        let name = format!("{}/{}/{}/training", corpus.name, subject, recording.session);
        let block = |window| match window {
            FeatureWindow::Keystroke(block) => Some(block),
            _ => None,
        };
        let windows = windows_of_rows(rows, FieldKind::Open, &name).into_iter();
        sessions.push(windows.filter_map(block).collect::<Vec<KeystrokeBlock>>());
    }
    Person { tags, counts: SessionCounts::of(&sessions) }
}

/// Quantile edges of dwell, flight_ud, flight_dd and flight_uu. **Units**: µs.
#[must_use]
pub fn bin_edges(corpora: &[Corpus]) -> [Vec<i64>; 4] {
    let mut values: [Vec<i64>; 4] = Default::default();
    for corpus in corpora {
        for recording in &corpus.recordings {
            if let Some(Rows::Keys(rows)) = recording.rows(0, recording.len()) {
                let rows: Vec<KeyRow> = rows.iter().flatten().copied().collect();
                timings(&rows, &format!("{}/{}", recording.subject, recording.session), &mut values);
            }
        }
    }
    values.map(|mut values| {
        values.sort_unstable();
        (1..16).map(|q| values.get(values.len() * q / 16).copied().unwrap_or(0)).collect()
    })
}

/// Adds one session's timings with noise of the page's width.
fn timings(rows: &[KeyRow], name: &str, values: &mut [Vec<i64>; 4]) {
    let mut state = seed_of(name);
    let mut noise = move || {
        state = seed_of(&format!("{state:?}"));
        i64::from(u16::from_le_bytes([state[0], state[1]]) % 16_001) - 8_000
    };
    let noisy: Vec<(i64, i64)> =
        rows.iter().map(|row| (row.press_us + noise(), row.release_us + noise())).collect();
    for (row, (press, release)) in rows.iter().zip(&noisy) {
        if (1..1_500_000).contains(&(row.release_us - row.press_us)) {
            values[0].push(release - press);
        }
    }
    for (pair, times) in rows.windows(2).zip(noisy.windows(2)) {
        if (0..2_000_000).contains(&(pair[1].press_us - pair[0].press_us)) {
            values[1].push(times[1].0 - times[0].1);
            values[2].push(times[1].0 - times[0].0);
            values[3].push(times[1].1 - times[0].1);
        }
    }
}
