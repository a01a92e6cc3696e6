//! Other people's keystrokes: the population, and the cohort that each score is normalised against.

use super::calibration::{Calibration, FusionWeights};
use super::counts::KeyCounts;
use super::lanes::LANES;
use super::sessions::SessionCounts;
use super::tables::Tables;
use super::tempo::Tempo;
use crate::model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
use fearless_simd::Level;
use palet_features::{Ladder, keystroke::Channel, keystroke::Layout};
use serde::{Deserialize, Serialize};

/// How much quicker and slower everybody of the cohort types too, as somebody else. **Units**: ln of a factor on times.
const TEMPI: [f32; 2] = [-0.12, 0.12];
/// Lanes of one person.
const VOICES: usize = 1 + TEMPI.len();
/// People that a cohort can have.
pub(crate) const COHORT_MAX: usize = 256;

/// One person whom the model was made from.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// Recognises the recordings.
    pub tags: Vec<PersonTag>,
    /// What was typed, as counts by session.
    pub counts: SessionCounts,
}

/// What a model file holds.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeystrokeContent {
    /// Population and cohort.
    pub people: Vec<Person>,
    /// How much each channel counts.
    pub weights: FusionWeights,
    /// From fused score to log-likelihood ratio.
    pub calibration: Calibration,
}

/// Population and cohort tables, ready for comparisons.
pub struct KeystrokeModels {
    content: KeystrokeContent,
    hash: ModelHash,
    population: Tables,
    cohort: [Vec<f32>; 3],
    lanes: usize,
    level: Level,
    channel_of: [Vec<u8>; 3],
}

impl KeystrokeModels {
    /// Reads a model file.
    ///
    /// **Errors**: [`ModelError`] for a file that is cut, changed, of another schema or of another shape.
    pub fn parse(file: &[u8]) -> Result<Self, ModelError> {
        let (bytes, hash) = open_model(ModelKind::Keystroke, file)?;
        let content: KeystrokeContent =
            postcard::from_bytes(bytes).map_err(|_| ModelError::Content("a keystroke model's content"))?;
        if content.people.len() > COHORT_MAX
            || !content.people.iter().all(|person| person.counts.has_layout())
        {
            return Err(ModelError::Content("at most 256 people with counts of this schema"));
        }
        if !content.calibration.is_sound() || !content.weights.0.iter().all(|weight| weight.is_finite()) {
            return Err(ModelError::Content("a rising calibration and finite weights"));
        }
        Ok(Self::made(content, hash))
    }

    /// Makes a model file.
    ///
    /// **Errors**: [`ModelError::Content`] where the content cannot be written.
    pub fn encode(content: &KeystrokeContent) -> Result<Vec<u8>, ModelError> {
        let bytes =
            postcard::to_allocvec(content).map_err(|_| ModelError::Content("content that can be written"))?;
        Ok(seal_model(ModelKind::Keystroke, &bytes))
    }

    fn made(content: KeystrokeContent, hash: ModelHash) -> Self {
        let mut total = KeyCounts::default().cumulative();
        for person in &content.people {
            let counts = person.counts.total().cumulative();
            for (sum, step) in total.iter_mut().zip(&counts) {
                sum.iter_mut().zip(step).for_each(|(a, b)| *a += b);
            }
        }
        let population = Tables::population(&total);
        let voices = content.people.len() * VOICES;
        let lanes = voices.div_ceil(LANES) * LANES;
        let tempi = TEMPI.map(Tempo::of);
        let mut cohort = [0, 1, 2].map(|index| vec![0.0; population.steps[index].len() * lanes]);
        for (at, person) in content.people.iter().enumerate() {
            let own = mean_of_sessions(&person.counts, &population);
            let at_tempo = |tempo: &Tempo| tempo.tables(&own, &population).log_ratios(&population);
            let [quicker, slower] = tempi.each_ref().map(at_tempo);
            for (voice, ratios) in [own, quicker, slower].iter().enumerate() {
                for (table, ratios) in cohort.iter_mut().zip(ratios) {
                    let lane = table[at * VOICES + voice..].iter_mut().step_by(lanes);
                    lane.zip(ratios).for_each(|(cell, ratio)| *cell = *ratio);
                }
            }
        }
        Self {
            content,
            hash,
            population,
            cohort,
            lanes,
            level: Level::new(),
            channel_of: Ladder::ALL.map(channels_of),
        }
    }

    /// The same model made without some people.
    #[must_use]
    pub fn without(&self, people: &[PersonTag]) -> Self {
        let mut content = self.content.clone();
        content.people.retain(|person| !person.tags.iter().any(|tag| people.contains(tag)));
        Self::made(content, self.hash)
    }

    /// The same people with other weights and another calibration.
    #[must_use]
    pub fn with_fusion(&self, weights: FusionWeights, calibration: Calibration) -> Self {
        Self::made(KeystrokeContent { people: self.content.people.clone(), weights, calibration }, self.hash)
    }

    /// Whether any of these recordings went into the model.
    #[must_use]
    pub fn knows_any(&self, recordings: &[PersonTag]) -> bool {
        self.content.people.iter().any(|person| person.tags.iter().any(|tag| recordings.contains(tag)))
    }

    /// Names the model.
    #[must_use]
    pub const fn hash(&self) -> ModelHash {
        self.hash
    }

    /// What the model was read from.
    #[must_use]
    pub const fn content(&self) -> &KeystrokeContent {
        &self.content
    }

    /// People of the cohort.
    #[must_use]
    pub fn cohort_size(&self) -> usize {
        self.content.people.len()
    }

    /// People of the cohort, each at every tempo: the lanes that are somebody's.
    pub(crate) fn voices(&self) -> usize {
        self.content.people.len() * VOICES
    }

    pub(crate) const fn population(&self) -> &Tables {
        &self.population
    }

    pub(crate) const fn lanes(&self) -> usize {
        self.lanes
    }

    /// The widest vectors of this machine.
    pub(crate) const fn level(&self) -> Level {
        self.level
    }

    /// Log ratios of the cohort. **Shape** `[cells, lanes]`.
    pub(crate) fn cohort_table(&self, step: usize) -> &[f32] {
        &self.cohort[step]
    }

    /// The channel of a cell.
    pub(crate) fn channel_of(&self, step: usize, cell: usize) -> Option<usize> {
        self.channel_of[step].get(cell).map(|channel| usize::from(*channel))
    }
}

/// A person of the cohort: the mean of their sessions' log ratios, whatever the number of sessions.
fn mean_of_sessions(counts: &SessionCounts, population: &Tables) -> [Vec<f32>; 3] {
    let mut mean = population.steps.each_ref().map(|step| vec![0.0; step.len()]);
    for session in counts.views(None) {
        let ratios = Tables::cohort(&session.counts, population).log_ratios(population);
        for (mean, ratio) in mean.iter_mut().flatten().zip(ratios.iter().flatten()) {
            *mean += session.share * ratio;
        }
    }
    mean
}

fn channels_of(ladder: Ladder) -> Vec<u8> {
    let layout = Layout::of(ladder);
    Channel::ALL.iter().flat_map(|c| std::iter::repeat_n(*c as u8, layout.groups(*c) * c.bins())).collect()
}
