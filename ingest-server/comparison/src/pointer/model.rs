//! What was learned from other people's pointers: the file, its checks, and the form that comparisons use.

use super::fusion::PointerFusion;
use super::space::{COMPONENTS, RATES, SHIFT, Standard, StrokeSpace, dot};
use super::training::TrainingPeople;
use super::window::{WINDOW_DIMS, WindowPlace, WindowSpace, WindowTerms};
use crate::model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// References of people that a cohort can have.
pub(crate) const COHORT_MAX: usize = 512;
/// Steps that make the largest shift of a cohort's row.
pub(crate) const SHIFT_STEPS: f32 = 127.0;

/// One person of the cohort as a reference.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CohortReference {
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
    /// People's windows as probes. **Shape** `[_, WINDOW_DIMS]`.
    pub(crate) probes: Vec<Vec<f32>>,
    /// From normalised scores to a log-likelihood ratio.
    pub(crate) fusion: PointerFusion,
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
        let cohort = (2..=COHORT_MAX).contains(&self.cohort.len()) && self.cohort.iter().all(reference);
        expected(cohort, "a cohort of 2 to 512 references")?;
        let probe = |p: &Vec<f32>| p.len() == WINDOW_DIMS && p.iter().all(|v| v.is_finite());
        expected(self.probes.len() >= 2 && self.probes.iter().all(probe), "two and more cohort probes")?;
        expected(self.fusion.is_sound(), "a sound fusion")
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

struct Prepared {
    content: PointerContent,
    hash: ModelHash,
    shifts: Vec<Shifts>,
    places: Vec<WindowPlace>,
    probes: Vec<WindowPlace>,
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
        let row = |r: &CohortReference| r.shifts.iter().map(|s| f32::from(*s) * r.step).collect();
        let shifts = content.cohort.iter().map(|r| Shifts::new(row(r))).collect();
        let places = content.cohort.iter().map(|r| place_of(&r.place)).collect();
        let probes = content.probes.iter().map(|p| place_of(p)).collect();
        let terms = content.windows.terms();
        let prepared = Prepared { content, hash, shifts, places, probes, terms };
        Self { prepared: Arc::new(prepared), training: None }
    }

    /// The same model, with the people from whom [`Self::without`] makes models anew.
    #[must_use]
    pub fn with_training(mut self, people: TrainingPeople) -> Self {
        self.training = Some(Arc::new(people));
        self
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

    pub(crate) fn cohort_shifts(&self) -> &[Shifts] {
        &self.prepared.shifts
    }

    pub(crate) fn cohort_places(&self) -> &[WindowPlace] {
        &self.prepared.places
    }

    pub(crate) fn cohort_probes(&self) -> &[WindowPlace] {
        &self.prepared.probes
    }

    pub(crate) fn terms(&self) -> &WindowTerms {
        &self.prepared.terms
    }
}
