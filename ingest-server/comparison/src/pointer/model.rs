//! What was learned from other people's pointers: the file, its checks, and the form that comparisons use.

use super::fusion::PointerFusion;
use super::space::{COMPONENTS, RATE_CLASSES, RATES, SHIFT, Standard, StrokeSpace, dot, rate_index};
use super::training::TrainingPeople;
use super::window::{WINDOW_DIMS, WindowPlace, WindowSpace, WindowTerms};
use crate::model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
use palet_features::RateClass;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// References of one sampling rate that a cohort can have.
pub(crate) const COHORT_MAX: usize = 512;
/// Fewer references or probes of a sampling rate are no cohort.
const COHORT_MIN: usize = 8;
/// Steps that make the largest shift of a cohort's row.
pub(crate) const SHIFT_STEPS: f32 = 127.0;

/// One window of a person of the cohort as a probe.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CohortProbe {
    /// How densely it was sampled.
    pub(crate) rate: RateClass,
    /// **Shape** `[WINDOW_DIMS]`.
    pub(crate) place: Vec<f32>,
}

/// One person of the cohort as a reference, as one device saw them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CohortReference {
    /// How densely they were sampled: they are normalised against where probes are as densely sampled.
    pub(crate) rate: RateClass,
    /// The size of one step of `shifts`.
    pub(crate) step: f32,
    /// Shifts of the mixture's means. **Shape** `[COMPONENTS, DIMS]`.
    pub(crate) shifts: Vec<i8>,
    /// Place among windows. **Shape** `[WINDOW_DIMS]`.
    pub(crate) place: Vec<f32>,
}

/// What a model file holds.
#[derive(Clone, Serialize, Deserialize)]
pub struct PointerContent {
    /// Recordings that the model was made from.
    pub(crate) recordings: Vec<PersonTag>,
    /// How many people they come from.
    pub(crate) people: u16,
    /// By rate class. **Shape** `[RATES]`.
    pub(crate) standards: Vec<Standard>,
    /// Strokes.
    pub(crate) strokes: StrokeSpace,
    /// Windows.
    pub(crate) windows: WindowSpace,
    /// People as references.
    pub(crate) cohort: Vec<CohortReference>,
    /// People's windows as probes.
    pub(crate) probes: Vec<CohortProbe>,
    /// From normalised scores to a log-likelihood ratio, by rate class. **Shape** `[RATES]`.
    pub(crate) fusions: Vec<PointerFusion>,
}

impl PointerContent {
    fn check(&self) -> Result<(), ModelError> {
        let expected = |sound: bool, what| if sound { Ok(()) } else { Err(ModelError::Content(what)) };
        let standards = self.standards.len() == RATES && self.standards.iter().all(Standard::is_sound);
        expected(standards, "three sound standards of strokes")?;
        expected(self.strokes.is_sound(), "a sound space of strokes")?;
        expected(self.windows.is_sound(), "a sound space of windows")?;
        let reference = |r: &CohortReference| {
            let finite = r.step.is_finite() && r.place.iter().all(|v| v.is_finite());
            r.shifts.len() == SHIFT && r.place.len() == WINDOW_DIMS && finite
        };
        let cohort =
            (2..=RATES * COHORT_MAX).contains(&self.cohort.len()) && self.cohort.iter().all(reference);
        expected(cohort, "a cohort of 2 to 1,536 references")?;
        let probe = |p: &CohortProbe| p.place.len() == WINDOW_DIMS && p.place.iter().all(|v| v.is_finite());
        expected(self.probes.len() >= 2 && self.probes.iter().all(probe), "two and more cohort probes")?;
        let fusions = self.fusions.len() == RATES && self.fusions.iter().all(PointerFusion::is_sound);
        expected(fusions, "three sound fusions")
    }
}

/// Shifts of a mixture's means, with what comparing them needs.
#[derive(Clone)]
pub(crate) struct Shifts {
    /// **Shape** `[COMPONENTS, DIMS]`.
    pub(crate) values: Vec<f32>,
    /// Half the squared length of each component's shift.
    pub(crate) halves: [f32; COMPONENTS],
}

impl Shifts {
    pub(crate) fn new(values: Vec<f32>) -> Self {
        let mut halves = [0.0; COMPONENTS];
        for (half, row) in halves.iter_mut().zip(values.chunks_exact(SHIFT / COMPONENTS)) {
            *half = 0.5 * dot(row, row);
        }
        Self { values, halves }
    }
}

/// People who serve as cohort for probes of one sampling rate.
#[derive(Default)]
pub(crate) struct Cohort {
    /// Their references among strokes.
    pub(crate) shifts: Vec<Shifts>,
    /// Their references among windows.
    pub(crate) places: Vec<WindowPlace>,
    /// Their windows as probes.
    pub(crate) probes: Vec<WindowPlace>,
}

impl Cohort {
    /// Those of this sampling rate; all where too few are.
    fn of(content: &PointerContent, rate: RateClass) -> Self {
        let references = |only: bool| content.cohort.iter().filter(move |r| !only || r.rate == rate);
        let probes = |only: bool| content.probes.iter().filter(move |p| !only || p.rate == rate);
        let own_references = references(true).count() >= COHORT_MIN;
        let own_probes = probes(true).count() >= COHORT_MIN;
        let row = |r: &CohortReference| r.shifts.iter().map(|s| f32::from(*s) * r.step).collect();
        Self {
            shifts: references(own_references).map(|r| Shifts::new(row(r))).take(COHORT_MAX).collect(),
            places: references(own_references).map(|r| place_of(&r.place)).take(COHORT_MAX).collect(),
            probes: probes(own_probes).map(|p| place_of(&p.place)).collect(),
        }
    }
}

struct Prepared {
    content: PointerContent,
    hash: ModelHash,
    cohorts: [Cohort; RATES],
    terms: WindowTerms,
}

/// Population, cohort and fusion of strokes.
#[derive(Clone)]
pub struct PointerModels {
    prepared: Arc<Prepared>,
    training: Option<Arc<TrainingPeople>>,
}

fn place_of(values: &[f32]) -> WindowPlace {
    let mut place = [0.0; WINDOW_DIMS];
    place.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
    place
}

impl PointerModels {
    /// Reads a model file.
    ///
    /// **Errors**: [`ModelError`] for a file that is cut, changed, of another schema or of another shape.
    pub fn parse(file: &[u8]) -> Result<Self, ModelError> {
        let (bytes, hash) = open_model(ModelKind::Pointer, file)?;
        let content: PointerContent =
            postcard::from_bytes(bytes).map_err(|_| ModelError::Content("a pointer model's content"))?;
        content.check()?;
        Ok(Self::made(content, hash))
    }

    /// Makes a model file.
    ///
    /// **Errors**: [`ModelError::Content`] where the content cannot be written or used.
    pub fn encode(content: &PointerContent) -> Result<Vec<u8>, ModelError> {
        content.check()?;
        let bytes =
            postcard::to_allocvec(content).map_err(|_| ModelError::Content("content that can be written"))?;
        Ok(seal_model(ModelKind::Pointer, &bytes))
    }

    pub(crate) fn made(content: PointerContent, hash: ModelHash) -> Self {
        let cohorts = RATE_CLASSES.map(|rate| Cohort::of(&content, rate));
        let terms = content.windows.terms();
        let prepared = Prepared { content, hash, cohorts, terms };
        Self { prepared: Arc::new(prepared), training: None }
    }

    /// The same model, with the people from whom [`Self::without`] makes models anew.
    #[must_use]
    pub fn with_training(mut self, people: TrainingPeople) -> Self {
        self.training = Some(Arc::new(people));
        self
    }

    /// Whether people are at hand from whom [`Self::without`] makes models.
    #[must_use]
    pub fn has_training(&self) -> bool {
        self.training.is_some()
    }

    /// A model made without some people, and without others of their folds. Directions and mixture hold something of
    /// everybody, so this takes the people's strokes, given by [`Self::with_training`]; without them, or where none of
    /// these recordings went into the model, it is the same model.
    #[must_use]
    pub fn without(&self, recordings: &[PersonTag]) -> Self {
        let Some(training) = self.training.as_ref().filter(|_| self.knows_any(recordings)) else {
            return self.clone();
        };
        let Some(content) = training.model_without(recordings) else { return self.clone() };
        Self { prepared: content.prepared, training: self.training.clone() }
    }

    /// Whether any of these recordings went into the model.
    #[must_use]
    pub fn knows_any(&self, recordings: &[PersonTag]) -> bool {
        recordings.iter().any(|tag| self.prepared.content.recordings.contains(tag))
    }

    /// Names the model.
    #[must_use]
    pub fn hash(&self) -> ModelHash {
        self.prepared.hash
    }

    /// How many people the model was made from.
    #[must_use]
    pub fn people(&self) -> u16 {
        self.prepared.content.people
    }

    pub(crate) fn content(&self) -> &PointerContent {
        &self.prepared.content
    }

    pub(crate) fn cohort(&self, rate: RateClass) -> &Cohort {
        &self.prepared.cohorts[rate_index(rate)]
    }

    pub(crate) fn terms(&self) -> &WindowTerms {
        &self.prepared.terms
    }
}
