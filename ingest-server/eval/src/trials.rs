//! A corpus's trials through enrolment and comparison, exactly as the server does both.

use crate::corpus::{Corpus, CorpusKind, Fault, FaultKind, Recording, Span};
use crate::folding::KnownPeople;
use crate::metrics::Scored;
use crate::parallel;
use crate::pointer_people;
use crate::replay::windows_in;
use crate::scorers;
use crate::training::is_held_out;
use palet_capture::FieldKind;
use palet_comparison::pointer::TrainingPeople;
use palet_comparison::scorer::{Enrolment, Scorer, ScorerReference};
use palet_comparison::{Evidence, Modality, Models, PersonTag, PreparedReference, Reference};
use palet_features::{DeviceClass, FeatureWindow};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The scorer that everything else leads to.
pub const FUSION: &str = "fusion";

/// The scores of one trial, by scorer.
pub struct ScoredTrial {
    /// The trial's own name.
    pub id: String,
    /// Its place among the corpus's trials.
    pub at: usize,
    /// Whose reference, as a place in [`TrialRun::subjects`].
    pub claimed: usize,
    /// Whether the probe is the claimed subject's.
    pub mated: bool,
    /// Whether both people are held out of everything that was chosen or fitted.
    pub held_out: bool,
    /// By scorer: name and score. The fusion's is a log-likelihood ratio in nats.
    pub scores: Vec<(&'static str, f64)>,
}

/// What came of a corpus's trials.
pub struct TrialRun {
    /// Claimed subjects.
    pub subjects: Vec<String>,
    /// Scored trials, in the file's order.
    pub scored: Vec<ScoredTrial>,
    /// Trials that could not be scored, those that could not even be read among them.
    pub failed: usize,
    /// What could not be used, the corpus's own faults first.
    pub faults: Vec<Fault>,
    /// Windows that were compared.
    pub windows: usize,
    /// Time that all threads together spent on comparing them.
    pub comparing: Duration,
    /// People of the corpus whom the models were made from, and who were left out of them in their own trials.
    pub left_out: usize,
}

impl TrialRun {
    pub(crate) const fn empty() -> Self {
        Self {
            subjects: Vec::new(),
            scored: Vec::new(),
            failed: 0,
            faults: Vec::new(),
            windows: 0,
            comparing: Duration::ZERO,
            left_out: 0,
        }
    }

    /// The fusion's scores of those trials in which both people are held out; empty where the models know nobody of
    /// the corpus, and all of it is held out.
    #[must_use]
    pub fn held_out(&self) -> Vec<Scored> {
        let scored = self.scored_by(FUSION);
        let held = self.scored.iter().map(|trial| trial.held_out && self.left_out > 0);
        scored.into_iter().zip(held).filter(|(_, held)| *held).map(|(scored, _)| scored).collect()
    }

    /// Takes away what came of the trials from a place on, `asked` of them, as a run of their own.
    pub(crate) fn split_off(&mut self, first: usize, asked: usize) -> Self {
        let at = self.scored.partition_point(|trial| trial.at < first);
        let scored = self.scored.split_off(at);
        let failed = asked - scored.len();
        self.failed -= failed;
        Self { subjects: self.subjects.clone(), scored, failed, left_out: self.left_out, ..Self::empty() }
    }

    /// The scores of one scorer. A trial that it said nothing about gets the mean of the others: neither sort gains.
    #[must_use]
    pub fn scored_by(&self, scorer: &str) -> Vec<Scored> {
        let score =
            |trial: &ScoredTrial| trial.scores.iter().find(|(name, _)| *name == scorer).map(|(_, s)| *s);
        let told = self.scored.iter().filter_map(score);
        let (sum, count) = told.fold((0.0, 0.0_f64), |(sum, count), score| (sum + score, count + 1.0));
        let neutral = sum / count.max(1.0);
        let scored = |trial: &ScoredTrial| Scored {
            claimed: trial.claimed,
            mated: trial.mated,
            llr: score(trial).unwrap_or(neutral),
        };
        self.scored.iter().map(scored).collect()
    }

    /// The scores of one scorer on the trials that another, or it itself, is judged on.
    #[must_use]
    pub fn scored_on(&self, scorer: &str, judged: &str) -> Vec<Scored> {
        let spoke = |trial: &ScoredTrial| trial.scores.iter().any(|(name, _)| *name == judged);
        let counts = self.scored.iter().map(|trial| !scorers::is_bound(judged) || spoke(trial));
        let every = self.scored_by(scorer).into_iter();
        every.zip(counts).filter_map(|(scored, counts)| counts.then_some(scored)).collect()
    }

    /// Names of the scorers, the fusion first.
    #[must_use]
    pub fn scorers(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for (name, _) in self.scored.iter().flat_map(|trial| &trial.scores) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        names
    }
}

/// Windows of enrolments and probes, each replayed once.
pub(crate) struct Replayed {
    /// Each subject's sessions.
    pub(crate) enrolments: HashMap<String, Vec<Vec<FeatureWindow>>>,
    probes: HashMap<Span, Vec<FeatureWindow>>,
}

/// The kind of field that a corpus's keys were typed into.
pub(crate) fn field_of(corpus: &Corpus) -> FieldKind {
    if corpus.is_fixed_text() { FieldKind::FixedText(0) } else { FieldKind::Open }
}

fn replayed_span(corpus: &Corpus, span: &Span, field: FieldKind) -> Vec<FeatureWindow> {
    let name = format!("{}/{}/{}/{}", corpus.name, span.subject, span.session, span.first);
    corpus.rows(span).map(|rows| windows_in(corpus, rows, field, &name)).unwrap_or_default()
}

/// The windows that enrol each subject, span by span in the file's order.
pub(crate) fn enrolling_sessions_of(
    corpus: &Corpus,
    field: FieldKind,
) -> HashMap<String, Vec<Vec<FeatureWindow>>> {
    let spans: Vec<&Span> = corpus.enrolments.iter().map(|enrolment| &enrolment.span).collect();
    let mut sessions: HashMap<String, Vec<Vec<FeatureWindow>>> = HashMap::new();
    for (span, windows) in spans.iter().zip(parallel::map(&spans, |span| replayed_span(corpus, span, field)))
    {
        sessions.entry(span.subject.clone()).or_default().push(windows);
    }
    sessions
}

fn probes_of(corpus: &Corpus, field: FieldKind) -> HashMap<Span, Vec<FeatureWindow>> {
    let mut spans: Vec<&Span> = corpus.trials.iter().map(|trial| &trial.probe).collect();
    spans.sort_by(|a, b| {
        (&a.subject, &a.session, a.first, a.last).cmp(&(&b.subject, &b.session, b.first, b.last))
    });
    spans.dedup();
    let windows = parallel::map(&spans, |span| replayed_span(corpus, span, field));
    spans.into_iter().cloned().zip(windows).collect()
}

/// Trials that share a reference and a set of left-out people.
struct Group<'a> {
    claimed: &'a str,
    left_out: Vec<PersonTag>,
    trials: Vec<usize>,
}

fn groups_of<'a>(corpus: &'a Corpus, known: &KnownPeople) -> Vec<Group<'a>> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (at, trial) in corpus.trials.iter().enumerate() {
        let left_out = known.tags_of(&[&trial.claimed, &trial.probe.subject]);
        let other = if left_out.is_empty() { "" } else { trial.probe.subject.as_str() };
        let place = *places.entry((&trial.claimed, other)).or_insert_with(|| {
            groups.push(Group { claimed: &trial.claimed, left_out, trials: Vec::new() });
            groups.len() - 1
        });
        groups[place].trials.push(at);
    }
    groups
}

/// A trial's scores, or why it has none.
type Outcome = Result<Vec<Named<f64>>, FaultKind>;

struct GroupResult {
    outcomes: Vec<(usize, Outcome)>,
    windows: usize,
    comparing: Duration,
}

/// Runs every trial through what the server fuses.
#[must_use]
pub fn run(corpus: &Corpus, models: &Models) -> TrialRun {
    run_with(corpus, models, &[])
}

/// Runs every trial through what the server fuses, and through some scorers beside it.
#[must_use]
pub fn run_with(corpus: &Corpus, models: &Models, beside: &[Box<dyn Scorer>]) -> TrialRun {
    let field = field_of(corpus);
    let replayed =
        Replayed { enrolments: enrolling_sessions_of(corpus, field), probes: probes_of(corpus, field) };
    let trained = with_training(corpus, models);
    let models = trained.as_ref().unwrap_or(models);
    let known = KnownPeople::of(corpus, models);
    let groups = groups_of(corpus, &known);
    let beside = Beside::of(beside, models, &replayed);
    let results = parallel::map(&groups, |group| run_group(corpus, models, &replayed, &beside, group));
    let mut run = collected(corpus, results);
    run.left_out = known.count();
    run
}

/// The same models with the corpus's people at hand, where the pointer model was made from some of them: leaving
/// people out of it means making it anew. Nothing where they are at hand already.
pub(crate) fn with_training(corpus: &Corpus, models: &Models) -> Option<Models> {
    if models.pointer().has_training() {
        return None;
    }
    let tags: Vec<PersonTag> = corpus.recordings.iter().map(Recording::tag).collect();
    models.pointer().knows_any(&tags).then(|| {
        let people = pointer_people::of(std::slice::from_ref(corpus));
        let pointer = models.pointer().clone().with_training(TrainingPeople::new(people));
        models.with_pointer(pointer)
    })
}

/// A scorer's name and what it knows of one subject.
type Named<R> = (&'static str, R);

/// Scorers beside the fusion, and whom those that know nobody else have enrolled already.
struct Beside<'a> {
    anew: Vec<&'a dyn Scorer>,
    once: HashMap<&'a str, Vec<Named<Box<dyn ScorerReference>>>>,
}

impl<'a> Beside<'a> {
    fn of(scorers: &'a [Box<dyn Scorer>], models: &Models, replayed: &'a Replayed) -> Self {
        let (anew, once): (Vec<&dyn Scorer>, Vec<&dyn Scorer>) =
            scorers.iter().map(AsRef::as_ref).partition(|scorer| scorer.knows_others());
        let subjects: Vec<(&String, &Vec<Vec<FeatureWindow>>)> = replayed.enrolments.iter().collect();
        let enrolled = parallel::map(&subjects, |(_, sessions)| {
            enrolled_by(&once, Enrolment { models, windows: &sessions.concat(), left_out: &[] })
        });
        let names = subjects.iter().map(|(subject, _)| subject.as_str());
        Self { anew, once: names.zip(enrolled).collect() }
    }

    fn scores(
        &self,
        claimed: &str,
        anew: &[Named<Box<dyn ScorerReference>>],
        probe: &[FeatureWindow],
    ) -> Vec<Named<f64>> {
        let once = self.once.get(claimed).map_or(&[][..], Vec::as_slice);
        let score = |(name, reference): &Named<Box<dyn ScorerReference>>| {
            reference.score(probe).map(|score| (*name, score))
        };
        once.iter().chain(anew).filter_map(score).collect()
    }
}

fn enrolled_by(scorers: &[&dyn Scorer], enrolment: Enrolment<'_>) -> Vec<Named<Box<dyn ScorerReference>>> {
    let enrol = |scorer: &&dyn Scorer| scorer.enrol(enrolment).map(|reference| (scorer.name(), reference));
    scorers.iter().filter_map(enrol).collect()
}

fn run_group(
    corpus: &Corpus,
    models: &Models,
    replayed: &Replayed,
    beside: &Beside<'_>,
    group: &Group<'_>,
) -> GroupResult {
    let thinned;
    let models = if group.left_out.is_empty() {
        models
    } else {
        thinned = models.without(&group.left_out);
        &thinned
    };
    let mut result = GroupResult { outcomes: Vec::new(), windows: 0, comparing: Duration::ZERO };
    let enrolled = replayed.enrolments.get(group.claimed).map_or(&[][..], Vec::as_slice);
    let reference = Reference::enrol(models, DeviceClass::Desktop, enrolled).ok();
    let prepared = reference.map(|reference| reference.prepare(models));
    let windows = enrolled.concat();
    let anew = enrolled_by(&beside.anew, Enrolment { models, windows: &windows, left_out: &group.left_out });
    for &at in &group.trials {
        let outcome = match &prepared {
            None if enrolled.is_empty() => Err(FaultKind::NotEnrolled),
            None => Err(FaultKind::NotTrained),
            Some(prepared) => {
                run_trial(corpus, models, replayed, prepared, at, &mut result).map(|(mut scores, probe)| {
                    scores.extend(beside.scores(group.claimed, &anew, probe));
                    scores
                })
            }
        };
        result.outcomes.push((at, outcome));
    }
    result
}

fn run_trial<'a>(
    corpus: &Corpus,
    models: &Models,
    replayed: &'a Replayed,
    reference: &PreparedReference,
    at: usize,
    result: &mut GroupResult,
) -> Result<(Vec<Named<f64>>, &'a [FeatureWindow]), FaultKind> {
    let probe = &corpus.trials[at].probe;
    if let Some(fault) = corpus.span_fault(probe) {
        return Err(fault);
    }
    let windows = replayed.probes.get(probe).map_or(&[][..], Vec::as_slice);
    let begun = Instant::now();
    let scores = scores_of(models, reference, windows);
    result.comparing += begun.elapsed();
    result.windows += windows.len();
    let none = if is_trained(reference) { FaultKind::NoFeatures } else { FaultKind::NotTrained };
    scores.map(|scores| (scores, windows)).ok_or(none)
}

/// Whether anything can be compared with a reference.
pub(crate) fn is_trained(reference: &PreparedReference) -> bool {
    let modalities = [Modality::Keystroke, Modality::Pointer, Modality::FixedText];
    modalities.into_iter().any(|modality| reference.is_trained(modality))
}

/// Every scorer's score of one probe.
fn scores_of(
    models: &Models,
    reference: &PreparedReference,
    windows: &[FeatureWindow],
) -> Option<Vec<(&'static str, f64)>> {
    let mut evidence = Evidence::default();
    windows.iter().for_each(|window| evidence.add(models, reference, window));
    let scores = evidence.scores(models, reference);
    if scores.keystroke.is_none() && scores.pointer.is_none() && scores.fixed_text.is_none() {
        return None;
    }
    let mut named = vec![(FUSION, scores.fused().nats())];
    named.extend(evidence.parts(models, reference));
    Some(named)
}

fn collected(corpus: &Corpus, results: Vec<GroupResult>) -> TrialRun {
    let mut run = TrialRun {
        failed: corpus.unreadable_trials,
        faults: corpus.faults.clone(),
        windows: results.iter().map(|result| result.windows).sum(),
        comparing: results.iter().map(|result| result.comparing).sum(),
        ..TrialRun::empty()
    };
    let mut outcomes: Vec<(usize, Outcome)> =
        results.into_iter().flat_map(|result| result.outcomes).collect();
    outcomes.sort_by_key(|(at, _)| *at);
    for (at, outcome) in outcomes {
        let trial = &corpus.trials[at];
        match outcome {
            Ok(scores) => {
                let claimed = place_of(&mut run.subjects, &trial.claimed);
                let people = [&trial.claimed, &trial.probe.subject];
                // The pointer's model is fitted on all of its corpus, in folds.
                let held_out =
                    corpus.kind == CorpusKind::Keystroke && people.iter().all(|person| is_held_out(person));
                let id = trial.id.clone();
                run.scored.push(ScoredTrial { id, at, claimed, mated: trial.mated, held_out, scores });
            }
            Err(kind) => {
                run.failed += 1;
                run.faults.push(Fault { file: "trials.csv", line: trial.line, kind });
            }
        }
    }
    run
}

fn place_of(subjects: &mut Vec<String>, subject: &str) -> usize {
    subjects.iter().position(|known| known == subject).unwrap_or_else(|| {
        subjects.push(subject.to_owned());
        subjects.len() - 1
    })
}
