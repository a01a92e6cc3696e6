//! A pointer model from people's recordings: standards, directions, mixture, windows, cohort, fusion.
//!
//! Never part of a batch's path. The same people in the same order give the same model, bit for bit.

mod apart;
mod directions;
mod fusion;
pub(crate) mod linear;
mod mixture;
mod standards;

use super::model::{CohortProbe, CohortReference, PointerContent, PointerModels, SHIFT_STEPS};
use super::reference::PreparedPointer;
use super::space::{DIMS, RATES, Range, Standardised, rate_index};
use super::window::{WINDOW_STROKES, WindowSums};
use crate::model_file::{ModelError, ModelHash, PersonTag};
use apart::ApartSums;
use palet_features::{PointerBlock, PointerClass, RateClass};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Folds that people are divided into for an honest evaluation.
pub const FOLDS: usize = 7;
/// Folds within one training, to fit the fusion on people whom its scores were not made from.
const INNER_FOLDS: usize = 2;
/// People with fewer strokes in a rate class are left out of its standard's cohort.
const STROKES_MIN: usize = 40;
/// A window of fewer strokes is no probe of the cohort.
const PROBE_STROKES_MIN: usize = 8;
/// Fewer people are no population.
const PEOPLE_MIN: usize = 12;

/// What a view of a recording is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewRole {
    /// Spans the directions and the mixture.
    Spanning,
    /// Gives standards and a cohort to its rate class, no more: more views that span would cost the finest class some of
    /// its accuracy.
    Device,
    /// The recording bent as if made on another machine, by somebody quicker or slower: one more of the cohort, who tells
    /// what strangers on machines like that have in common.
    Machine,
}

/// A recording as one device would have seen it.
#[derive(Clone)]
pub struct TrainingView {
    /// Names the device: views are compared with views of the same one.
    pub device: u8,
    /// What it is used for.
    pub role: ViewRole,
    /// The rate class of every block.
    pub rate: RateClass,
    /// Blocks of the shipped extractor.
    pub blocks: Vec<PointerBlock>,
}

impl TrainingView {
    /// Whether it shows the person as they are, not as somebody on another machine.
    fn is_own(&self) -> bool {
        self.role != ViewRole::Machine
    }

    fn strokes(&self) -> usize {
        self.blocks.iter().map(|block| block.strokes.len()).sum()
    }
}

/// One recording of a person.
#[derive(Clone)]
pub struct TrainingRecording {
    /// Recognises the recording.
    pub tag: PersonTag,
    /// As recorded, then through slower devices, in the same order for every recording, then as on other machines.
    /// **Range**: at least one.
    pub views: Vec<TrainingView>,
}

impl TrainingRecording {
    /// The blocks as recorded.
    fn recorded(&self) -> &[PointerBlock] {
        self.views.first().map_or(&[], |view| &view.blocks)
    }
}

/// One person's recordings; the longest one enrols, the others probe.
#[derive(Clone)]
pub struct TrainingPerson {
    /// At least one.
    pub recordings: Vec<TrainingRecording>,
}

impl TrainingPerson {
    fn enrolment(&self) -> Option<&TrainingRecording> {
        let strokes = |recording: &&TrainingRecording| -> usize {
            recording.views.iter().filter(|view| view.is_own()).map(TrainingView::strokes).sum()
        };
        self.recordings.iter().max_by_key(strokes)
    }

    fn probes(&self) -> impl Iterator<Item = &TrainingRecording> {
        let enrolment = self.enrolment().map(|recording| recording.tag);
        self.recordings.iter().filter(move |recording| Some(recording.tag) != enrolment)
    }
}

/// Why no model could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainingError {
    /// Too few people.
    #[error("expected {PEOPLE_MIN} people with strokes and more, got {0}")]
    People(usize),
    /// A covariance was singular, or the fusion did not converge.
    #[error("expected {0}, got features that do not vary enough")]
    Degenerate(&'static str),
    /// The model could not be written.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// People from whom models are made, with and without some of them.
pub struct TrainingPeople {
    people: Vec<TrainingPerson>,
    folds: Mutex<BTreeMap<u32, Arc<OnceLock<Option<PointerModels>>>>>,
}

impl TrainingPeople {
    /// People in a fixed order: it decides their folds.
    #[must_use]
    pub fn new(people: Vec<TrainingPerson>) -> Self {
        Self { people, folds: Mutex::new(BTreeMap::new()) }
    }

    /// The model of everybody.
    ///
    /// **Errors**: [`TrainingError`] for too few people, or strokes that do not vary.
    pub fn model(&self) -> Result<PointerModels, TrainingError> {
        model_of(&self.people.iter().collect::<Vec<_>>())
    }

    /// The model file of everybody.
    ///
    /// **Errors**: [`TrainingError`] for too few people, or strokes that do not vary.
    pub fn model_file(&self) -> Result<Vec<u8>, TrainingError> {
        Ok(PointerModels::encode(&content_of(&self.people.iter().collect::<Vec<_>>())?)?)
    }

    /// The model without the folds of these recordings' people, made once for each set of folds. Nothing where too few
    /// people remain.
    pub(crate) fn model_without(&self, recordings: &[PersonTag]) -> Option<PointerModels> {
        let mut mask = 0u32;
        for (at, person) in self.people.iter().enumerate() {
            if person.recordings.iter().any(|recording| recordings.contains(&recording.tag)) {
                mask |= 1 << (at % FOLDS);
            }
        }
        let cell = {
            let mut folds = self.folds.lock().unwrap_or_else(PoisonError::into_inner);
            folds.entry(mask).or_default().clone()
        };
        cell.get_or_init(|| {
            let kept: Vec<&TrainingPerson> = self
                .people
                .iter()
                .enumerate()
                .filter(|(at, _)| mask & (1 << (at % FOLDS)) == 0)
                .map(|(_, person)| person)
                .collect();
            model_of(&kept).ok()
        })
        .clone()
    }
}

fn model_of(people: &[&TrainingPerson]) -> Result<PointerModels, TrainingError> {
    Ok(PointerModels::parse(&PointerModels::encode(&content_of(people)?)?)?)
}

fn content_of(people: &[&TrainingPerson]) -> Result<PointerContent, TrainingError> {
    let people: Vec<&TrainingPerson> = people
        .iter()
        .copied()
        .filter(|person| person.enrolment().is_some_and(|r| !r.recorded().is_empty()))
        .collect();
    if people.len() < PEOPLE_MIN {
        return Err(TrainingError::People(people.len()));
    }
    let mut trials = fusion::Trials::default();
    for fold in 0..INNER_FOLDS {
        let inside = |at: &usize| at % INNER_FOLDS == fold;
        let (probed, rest): (Vec<usize>, Vec<usize>) = (0..people.len()).partition(inside);
        let rest: Vec<&TrainingPerson> = rest.iter().map(|at| people[*at]).collect();
        let probed: Vec<&TrainingPerson> = probed.iter().map(|at| people[*at]).collect();
        trials.add(&unfused(&rest)?, &probed);
    }
    let mut content = unfused(&people)?.content().clone();
    content.fusions = trials.fit().ok_or(TrainingError::Degenerate("scores that tell people apart"))?;
    Ok(content)
}

/// Strokes of a person at one rate class, standardised, by block.
struct PersonStrokes {
    person: usize,
    blocks: Vec<Vec<Standardised>>,
}

/// A model whose fusion is yet to be fitted.
fn unfused(people: &[&TrainingPerson]) -> Result<PointerModels, TrainingError> {
    let standards = standards::fit(people);
    let mut samples = Vec::new();
    for (at, person) in people.iter().enumerate() {
        for recording in &person.recordings {
            for view in recording.views.iter().filter(|view| view.role == ViewRole::Spanning) {
                let standard = &standards[rate_index(view.rate)];
                let block = |block: &PointerBlock| {
                    block.strokes.iter().map(|stroke| standard.apply(stroke)).collect::<Vec<Standardised>>()
                };
                samples.push(PersonStrokes { person: at, blocks: view.blocks.iter().map(block).collect() });
            }
        }
    }
    let mut strokes = directions::of_strokes(&samples).ok_or(TrainingError::Degenerate("strokes"))?;
    let places: Vec<[f32; DIMS]> = samples
        .iter()
        .flat_map(|s| s.blocks.iter().flatten())
        .map(|stroke| strokes.project(stroke))
        .collect();
    mixture::fit(&mut strokes, &places);
    let windows = directions::of_windows(&samples).ok_or(TrainingError::Degenerate("windows of strokes"))?;
    let content = PointerContent {
        recordings: people.iter().flat_map(|p| &p.recordings).map(|r| r.tag).collect(),
        people: u16::try_from(people.len()).unwrap_or(u16::MAX),
        standards,
        strokes,
        windows,
        cohort: Vec::new(),
        probes: Vec::new(),
        fusions: vec![fusion::untrained(); RATES],
    };
    Ok(with_cohort(content, people))
}

/// Adds everybody as references and as probes, and how far they range.
fn with_cohort(content: PointerContent, people: &[&TrainingPerson]) -> PointerModels {
    let bare = PointerModels::made(content, ModelHash([0; 32]));
    let mut content = bare.content().clone();
    let (mut stroke_means, mut window_means, mut apart_means) = (Vec::new(), Vec::new(), Vec::new());
    let mut apart = ApartSums::default();
    for person in people {
        let Some(enrolment) = person.enrolment() else { continue };
        for view in enrolment.views.iter().filter(|view| view.strokes() >= STROKES_MIN) {
            let blocks: Vec<&PointerBlock> = view.blocks.iter().collect();
            let reference = PreparedPointer::of(&bare, PointerClass::Mouse, &blocks);
            if view.role == ViewRole::Spanning {
                stroke_means.push(mean_place(&bare, &view.blocks));
                window_means.push(reference.place);
                apart_means.push(reference.apart.place);
            }
            for recording in person.probes().filter(|_| view.is_own()) {
                let same = recording.views.iter().filter(|other| other.device == view.device);
                same.for_each(|other| apart.add(&bare, &reference, &other.blocks));
            }
            content.cohort.push(quantised(&reference, view));
        }
        for view in person.probes().flat_map(|recording| &recording.views) {
            let places = window_places(&bare, &view.blocks).into_iter();
            content.probes.extend(places.map(|place| CohortProbe { rate: view.rate, place }));
        }
    }
    content.strokes.range = range_of(&stroke_means);
    content.windows.range = range_of(&window_means);
    content.windows.apart = apart.finished(content.windows.apart.directions.clone(), &apart_means);
    PointerModels::made(content, ModelHash([0; 32]))
}

fn mean_place(models: &PointerModels, blocks: &[PointerBlock]) -> [f32; DIMS] {
    let content = models.content();
    let places: Vec<[f32; DIMS]> = blocks
        .iter()
        .flat_map(|block| block.strokes.iter().map(move |stroke| (rate_index(block.rate), stroke)))
        .map(|(rate, stroke)| content.strokes.project(&content.standards[rate].apply(stroke)))
        .collect();
    super::reference::mean(&places)
}

fn window_places(models: &PointerModels, blocks: &[PointerBlock]) -> Vec<Vec<f32>> {
    let content = models.content();
    let mut places = Vec::new();
    let mut window = WindowSums::new();
    let mut close = |window: &mut WindowSums, least: usize| {
        if window.strokes as usize >= least {
            places.push(content.windows.project(window).to_vec());
            *window = WindowSums::new();
        }
    };
    for block in blocks {
        let standard = &content.standards[rate_index(block.rate)];
        block.strokes.iter().for_each(|stroke| window.push(&standard.apply(stroke)));
        close(&mut window, WINDOW_STROKES);
    }
    close(&mut window, PROBE_STROKES_MIN);
    places
}

fn quantised(reference: &PreparedPointer, view: &TrainingView) -> CohortReference {
    let values = &reference.shifts.values;
    let largest = values.iter().fold(f32::MIN_POSITIVE, |a, b| a.max(b.abs()));
    let step = largest / SHIFT_STEPS;
    let shifts = values.iter().map(|v| libm::roundf(v / step) as i8).collect();
    CohortReference { rate: view.rate, step, shifts, place: reference.place.to_vec() }
}

/// Variances of people's places, and the distance that nine in ten of them stay within.
fn range_of<const N: usize>(places: &[[f32; N]]) -> Range {
    let count = places.len().max(1) as f32;
    let mean = super::reference::mean(places);
    let variances: Vec<f32> = (0..N)
        .map(|at| places.iter().map(|p| (p[at] - mean[at]) * (p[at] - mean[at])).sum::<f32>() / count + 1e-4)
        .collect();
    let mut distances: Vec<f32> =
        places.iter().map(|p| p.iter().zip(&variances).map(|(p, v)| p * p / v).sum()).collect();
    distances.sort_by(f32::total_cmp);
    let limit = distances.get(distances.len() * 9 / 10).copied().unwrap_or(N as f32).max(1.0);
    Range { variances, limit }
}

/// A range that takes nothing off: before people are placed.
fn boundless(dims: usize) -> Range {
    Range { variances: vec![1.0; dims], limit: 1e12 }
}
