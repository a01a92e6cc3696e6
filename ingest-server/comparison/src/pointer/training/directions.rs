//! What tells people apart: discriminant directions of single strokes and of windows of strokes.

use super::super::space::{COMPONENTS, DIMS, SHIFT, StrokeSpace};
use super::super::window::{Apart, WINDOW_DIMS, WINDOW_FEATURES, WINDOW_STROKES, WindowSpace, WindowSums};
use super::linear::{Matrix, discriminant};
use super::{PersonStrokes, boundless};
use palet_features::STROKE_FEATURES;
use std::collections::BTreeMap;

/// Shrinkage of the scatter within people: strokes.
const STROKE_SHRINKAGE: f64 = 0.05;
/// The same for windows.
const WINDOW_SHRINKAGE: f64 = 0.15;
/// Windows of the training overlap: a new one begins every so many strokes.
const WINDOW_HOP: usize = 8;
/// A direction's variance between people is at least this share of the one within them.
const BETWEEN_SHARE_MIN: f64 = 0.02;
/// Added to the spread of a window's feature.
const SPREAD_FLOOR: f64 = 1e-3;

/// Samples of one person with their mean.
struct Scatter {
    within: Matrix,
    between: Matrix,
    centre: Vec<f64>,
}

/// Scatter within and between people, everybody weighing the same.
fn scatter(samples: &BTreeMap<usize, Vec<Vec<f64>>>, size: usize) -> Scatter {
    let mut within = Matrix::zeros(size, size);
    let mut means = Vec::new();
    for person in samples.values() {
        let mut mean = vec![0.0; size];
        for sample in person {
            mean.iter_mut().zip(sample).for_each(|(m, s)| *m += s / person.len() as f64);
        }
        let weight = 1.0 / (person.len() * samples.len()) as f64;
        let mut deviation = vec![0.0; size];
        for sample in person {
            deviation.iter_mut().zip(sample.iter().zip(&mean)).for_each(|(d, (s, m))| *d = s - m);
            within.add_outer(&deviation, weight);
        }
        means.push(mean);
    }
    let mut centre = vec![0.0; size];
    for mean in &means {
        centre.iter_mut().zip(mean).for_each(|(c, m)| *c += m / means.len() as f64);
    }
    let mut between = Matrix::zeros(size, size);
    for mean in &means {
        let deviation: Vec<f64> = mean.iter().zip(&centre).map(|(m, c)| m - c).collect();
        between.add_outer(&deviation, 1.0 / means.len() as f64);
    }
    within.mirror();
    between.mirror();
    Scatter { within, between, centre }
}

/// Directions by feature, as the scorers read them. **Shape** `[features, dims]`.
fn by_feature(directions: &Matrix) -> Vec<f32> {
    let mut values = Vec::with_capacity(directions.rows * directions.columns);
    for feature in 0..directions.columns {
        values.extend((0..directions.rows).map(|dim| directions.at(dim, feature) as f32));
    }
    values
}

fn projected(directions: &Matrix, sample: &[f64]) -> Vec<f64> {
    (0..directions.rows).map(|dim| directions.row(dim).iter().zip(sample).map(|(d, s)| d * s).sum()).collect()
}

/// The space of strokes, its mixture yet to be fitted.
pub(super) fn of_strokes(samples: &[PersonStrokes]) -> Option<StrokeSpace> {
    let mut by_person: BTreeMap<usize, Vec<Vec<f64>>> = BTreeMap::new();
    for sample in samples {
        let strokes = sample.blocks.iter().flatten();
        let rows = strokes.map(|stroke| stroke.values.iter().map(|v| f64::from(*v)).collect());
        by_person.entry(sample.person).or_default().extend(rows);
    }
    by_person.retain(|_, rows| !rows.is_empty());
    let mut scatter = scatter(&by_person, STROKE_FEATURES);
    scatter.within.shrink(STROKE_SHRINKAGE);
    let directions = discriminant(&scatter.between, &scatter.within, DIMS)?;
    let centre = projected(&directions, &scatter.centre);
    Some(StrokeSpace {
        centre: centre.iter().map(|v| *v as f32).collect(),
        directions: by_feature(&directions),
        log_heights: vec![0.0; COMPONENTS],
        means: vec![0.0; SHIFT],
        scales: vec![1.0; SHIFT],
        range: boundless(DIMS),
    })
}

/// Overlapping windows of a person's strokes at one rate.
fn windows_of(sample: &PersonStrokes, into: &mut Vec<Vec<f64>>) {
    let strokes: Vec<_> = sample.blocks.iter().flatten().collect();
    let mut from = 0;
    loop {
        let to = (from + WINDOW_STROKES).min(strokes.len());
        if to - from < WINDOW_STROKES && (from > 0 || to - from < WINDOW_HOP) {
            return;
        }
        let mut sums = WindowSums::new();
        strokes[from..to].iter().for_each(|stroke| sums.push(stroke));
        into.push(sums.features().iter().map(|v| f64::from(*v)).collect());
        from += WINDOW_HOP;
    }
}

/// Mean and one over the spread of each feature.
fn standard(rows: &BTreeMap<usize, Vec<Vec<f64>>>) -> (Vec<f64>, Vec<f64>) {
    let count = rows.values().map(Vec::len).sum::<usize>().max(1) as f64;
    let mut mean = vec![0.0; WINDOW_FEATURES];
    let mut square = vec![0.0; WINDOW_FEATURES];
    for row in rows.values().flatten() {
        for (at, value) in row.iter().enumerate() {
            mean[at] += value / count;
            square[at] += value * value / count;
        }
    }
    let scale = |(s, m): (&f64, &f64)| 1.0 / ((s - m * m).max(0.0).sqrt() + SPREAD_FLOOR);
    let scales = square.iter().zip(&mean).map(scale).collect();
    (mean, scales)
}

/// Directions of the means alone.
fn apart_directions(rows: &BTreeMap<usize, Vec<Vec<f64>>>, scales: &[f64]) -> Option<Vec<f32>> {
    let means = |rows: &Vec<Vec<f64>>| rows.iter().map(|row| row[..STROKE_FEATURES].to_vec()).collect();
    let rows = rows.iter().map(|(person, rows)| (*person, means(rows))).collect();
    let mut scatter = scatter(&rows, STROKE_FEATURES);
    scatter.within.shrink(WINDOW_SHRINKAGE);
    let mut directions = discriminant(&scatter.between, &scatter.within, WINDOW_DIMS)?;
    for dim in 0..directions.rows {
        directions.row_mut(dim).iter_mut().zip(scales).for_each(|(d, s)| *d *= s);
    }
    Some(by_feature(&directions))
}

/// Before anybody's probes were compared.
fn unfitted(directions: Vec<f32>) -> Apart {
    let ones = vec![1.0; WINDOW_DIMS];
    Apart { directions, people: ones.clone(), session: ones.clone(), stroke: ones }
}

/// The space of windows.
pub(super) fn of_windows(samples: &[PersonStrokes]) -> Option<WindowSpace> {
    let mut rows: BTreeMap<usize, Vec<Vec<f64>>> = BTreeMap::new();
    for sample in samples {
        windows_of(sample, rows.entry(sample.person).or_default());
    }
    rows.retain(|_, windows| !windows.is_empty());
    let (mean, scales) = standard(&rows);
    for row in rows.values_mut().flatten() {
        row.iter_mut().zip(mean.iter().zip(&scales)).for_each(|(v, (m, s))| *v = (*v - m) * s);
    }
    let mut scatter = scatter(&rows, WINDOW_FEATURES);
    let raw_within = scatter.within.clone();
    scatter.within.shrink(WINDOW_SHRINKAGE);
    let found = discriminant(&scatter.between, &scatter.within, WINDOW_DIMS)?;
    let spread = |matrix: &Matrix| -> Vec<f64> {
        let whole = found.times(matrix).times(&found.transposed());
        (0..WINDOW_DIMS).map(|dim| whole.at(dim, dim)).collect()
    };
    let (within, between) = (spread(&raw_within), spread(&scatter.between));
    let windows = rows.values().map(Vec::len).sum::<usize>() as f64 / rows.len() as f64;
    let between: Vec<f32> = between
        .iter()
        .zip(&within)
        .map(|(b, w)| (b - w / windows).max(BETWEEN_SHARE_MIN * w) as f32)
        .collect();
    let mut directions = found.clone();
    for dim in 0..directions.rows {
        directions.row_mut(dim).iter_mut().zip(&scales).for_each(|(d, s)| *d *= s);
    }
    let standardised_centre = projected(&found, &scatter.centre);
    let offset = projected(&directions, &mean);
    let centre = standardised_centre.iter().zip(&offset).map(|(c, o)| (c + o) as f32).collect();
    Some(WindowSpace {
        centre,
        directions: by_feature(&directions),
        within: within.iter().map(|v| *v as f32).collect(),
        between,
        range: boundless(WINDOW_DIMS),
        apart: unfitted(apart_directions(&rows, &scales)?),
    })
}
