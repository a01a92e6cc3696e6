//! Streams in which somebody else takes over, through the session risk: how soon it masks, how often it is wrong.
//!
//! A stream is one page: the owner's events, a pause in which the keyboard changes hands, the other person's events,
//! through one extractor and one session risk. Whoever takes part in a stream is left out of the models.

use crate::corpus::{Corpus, CorpusKind, Fault, FaultKind, Stream};
use crate::folding::KnownPeople;
use crate::parallel;
use crate::replay::{Timed, events_of, seed_of, windows_of};
use crate::trials::{enrolling_sessions_of, field_of, with_training};
use crate::use_time::UseTime;
use palet_capture::{Event, FieldKind, KeyPhase, What};
use palet_comparison::{Margin, Models, PersonTag, PreparedReference, Reference, Scores, SessionComparison};
use palet_features::{DeviceClass, ExtractorSettings, FeatureWindow};
use palet_policy::{Policy, RiskBand};
use palet_risk::{Accumulator, RiskSettings, SessionRisk, learned_margin};
use palet_units::Micros;
use serde::Serialize;
use std::collections::HashMap;

/// How long the keyboard or the mouse rests while it changes hands.
pub const HANDOVER: Micros = Micros::from_secs(5);
/// Found later than this counts as not found in time. **Units**: events.
const FOUND_WITHIN_EVENTS: usize = 500;
/// Thresholds that are tried, at most.
const THRESHOLDS_MAX: usize = 400;

/// A stream as one page would have seen it.
pub(crate) struct Scene {
    /// Seeds the extractor's noise.
    pub(crate) name: String,
    /// In the order of time.
    pub(crate) events: Vec<Event>,
    /// The other person's first event.
    pub(crate) takeover_at: Option<Micros>,
    /// What enrolled the claimed subject, session by session.
    pub(crate) enrolled: Vec<Vec<FeatureWindow>>,
    /// Recordings of whoever takes part and whom the models know.
    pub(crate) left_out: Vec<PersonTag>,
    /// What the figures count.
    pub(crate) kind: CorpusKind,
}

/// One step of a stream: what one window said.
struct Step {
    at: Micros,
    /// Use of the page until then.
    used: Micros,
    events: usize,
    scores: Scores,
    /// At the points of the population.
    judged: Judged,
    /// At the claimed subject's own.
    judged_apart: Judged,
}

#[derive(Clone, Copy)]
struct Judged {
    risk: f64,
    band: RiskBand,
}

/// Where evidence begins to mask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Points {
    /// Where it does for everybody.
    Population,
    /// Moved by what the subject's enrolment taught.
    Own,
}

/// One stream, compared.
struct Compared {
    steps: Vec<Step>,
    /// Learned from the claimed subject's enrolment alone.
    margin: Margin,
    events: usize,
    ends_at: Micros,
    takeover: Option<Takeover>,
}

#[derive(Clone, Copy)]
struct Takeover {
    at: Micros,
    used: Micros,
    events: usize,
}

/// What happened in one stream at one threshold.
#[derive(Clone, Copy, Default)]
struct Outcome {
    false_masks: usize,
    found: Option<Found>,
}

#[derive(Clone, Copy)]
struct Found {
    events: usize,
    seconds: f64,
    seconds_of_use: f64,
}

/// How the session risk does at one threshold.
#[derive(Clone, Debug, Serialize)]
pub struct OperatingPoint {
    /// `default`, or what the threshold was set for.
    pub name: &'static str,
    /// Risk from which fields are masked, or the sum in nats where it was set on the corpus.
    pub threshold: f64,
    /// Share of takeovers that are masked at all.
    pub masked: f64,
    /// Share of takeovers that are masked within 500 events.
    pub found_within_500_events: f64,
    /// Median; none where fewer than half are masked.
    pub median_events_to_mask: Option<f64>,
    /// 90th percentile; none where fewer are masked.
    pub p90_events_to_mask: Option<f64>,
    /// Median, from the other person's first event.
    pub median_seconds_to_mask: Option<f64>,
    /// 90th percentile.
    pub p90_seconds_to_mask: Option<f64>,
    /// Median of seconds of use: a rest of more than five seconds counts as five.
    pub median_seconds_of_use_to_mask: Option<f64>,
    /// 90th percentile.
    pub p90_seconds_of_use_to_mask: Option<f64>,
    /// Masks in genuine streams, in an hour of them, rests and all.
    pub false_masks_per_hour: f64,
    /// Masks in genuine streams.
    pub false_masks_per_2500_events: f64,
    /// Masks in genuine streams.
    pub false_masks_per_1000_windows: f64,
    /// Share of genuine streams that stay clear to their end.
    pub genuine_streams_never_masked: f64,
}

/// What came of a corpus's streams.
#[derive(Debug, Serialize)]
pub struct TakeoverReport {
    /// The corpus.
    pub corpus: String,
    /// Keys or a pointer.
    pub kind: CorpusKind,
    /// Streams that could be compared.
    pub streams: usize,
    /// Of those, with a takeover.
    pub takeovers: usize,
    /// Streams that could not be compared.
    pub failed_to_score: usize,
    /// Rest between the owner's last and the other person's first event.
    pub handover_s: f64,
    /// At several thresholds, the same for everybody.
    pub operating_points: Vec<OperatingPoint>,
    /// At several thresholds, each moved by the claimed subject's own margin.
    pub own_points: Vec<OperatingPoint>,
    /// The lowest, the middle and the highest margin that the enrolments taught. **Units**: nats.
    pub margins: [f64; 3],
    /// The models.
    pub model: String,
    /// What could not be used.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// Events to mask at the default point, none for a takeover that was not masked.
    #[serde(skip)]
    pub events_to_mask: Vec<Option<usize>>,
}

/// What a run of streams needs.
pub struct TakeoverSettings<'a> {
    /// Population and cohort.
    pub models: &'a Models,
    /// How evidence becomes risk.
    pub risk: &'a RiskSettings,
    /// Where risk becomes a mask.
    pub policy: &'a Policy,
}

/// Runs every stream of a corpus.
#[must_use]
pub fn run(corpus: &Corpus, settings: &TakeoverSettings<'_>) -> TakeoverReport {
    let trained = with_training(corpus, settings.models);
    let settings = &TakeoverSettings { models: trained.as_ref().unwrap_or(settings.models), ..*settings };
    let field = field_of(corpus);
    let enrolments = enrolling_sessions_of(corpus, field);
    let known = KnownPeople::of(corpus, settings.models);
    let compared = parallel::map(&corpus.streams, |stream| {
        scene_of(corpus, stream, &enrolments, &known, field).and_then(|scene| compare(&scene, settings))
    });
    let mut faults = corpus.faults.clone();
    let mut streams = Vec::new();
    for (stream, result) in corpus.streams.iter().zip(compared) {
        match result {
            Ok(compared) => streams.push(compared),
            Err(kind) => faults.push(Fault { file: "takeover.csv", line: stream.line, kind }),
        }
    }
    let failed_to_score = corpus.streams.len() - streams.len();
    report_of((corpus.name.clone(), corpus.kind), &streams, settings, failed_to_score, faults)
}

/// Compares scenes of any make and reports them under a name.
pub(crate) fn run_scenes(
    called: (String, CorpusKind),
    scenes: &[Scene],
    settings: &TakeoverSettings<'_>,
    faults: Vec<Fault>,
) -> TakeoverReport {
    let compared = parallel::map(scenes, |scene| compare(scene, settings));
    let streams: Vec<Compared> = compared.into_iter().flatten().collect();
    report_of(called, &streams, settings, scenes.len() - streams.len(), faults)
}

fn report_of(
    (corpus, kind): (String, CorpusKind),
    streams: &[Compared],
    settings: &TakeoverSettings<'_>,
    failed_to_score: usize,
    faults: Vec<Fault>,
) -> TakeoverReport {
    let (operating_points, events_to_mask) = points(streams, settings.risk, Points::Population);
    let (own_points, _) = points(streams, settings.risk, Points::Own);
    TakeoverReport {
        corpus,
        kind,
        streams: streams.len(),
        takeovers: streams.iter().filter(|stream| stream.takeover.is_some()).count(),
        failed_to_score,
        handover_s: HANDOVER.as_secs_f64(),
        operating_points,
        own_points,
        margins: margins_of(streams),
        model: settings.models.hash().to_string(),
        faults,
        events_to_mask,
    }
}

/// A stream's events in order, and where the other person's begin.
pub(crate) fn events_of_stream(
    corpus: &Corpus,
    stream: &Stream,
    field: FieldKind,
) -> Result<(Vec<Event>, Option<Micros>), FaultKind> {
    let mut events: Vec<Event> = Vec::new();
    let mut takeover = None;
    let mut origin = Micros::from_secs(1);
    for part in &stream.parts {
        let rows = corpus.rows(part).ok_or(FaultKind::EmptySpan)?;
        let own = part.subject == stream.claimed;
        let begun = corpus.device.seen(&events_of(rows, field, origin));
        if !own && takeover.is_none() {
            takeover = begun.first().map(|event| event.at);
        }
        events.extend(begun);
        origin = events.last().map_or(origin, |event| event.at).plus(HANDOVER);
    }
    if events.is_empty() { Err(FaultKind::NoFeatures) } else { Ok((events, takeover)) }
}

/// Whether this is an event as the figures count them: a pressed key, or a pointer sample where there are no keys.
fn is_counted(event: &Event, kind: CorpusKind) -> bool {
    match event.what {
        What::Key(key) => key.phase == KeyPhase::Down,
        What::Pointer(_) => kind == CorpusKind::Pointer,
        What::Signal(_) => false,
    }
}

fn scene_of(
    corpus: &Corpus,
    stream: &Stream,
    enrolments: &HashMap<String, Vec<Vec<FeatureWindow>>>,
    known: &KnownPeople,
    field: FieldKind,
) -> Result<Scene, FaultKind> {
    let (events, takeover_at) = events_of_stream(corpus, stream, field)?;
    let mut people: Vec<&str> = stream.parts.iter().map(|part| part.subject.as_str()).collect();
    people.push(&stream.claimed);
    Ok(Scene {
        name: format!("{}/stream/{}", corpus.name, stream.id),
        events,
        takeover_at,
        enrolled: enrolments.get(&stream.claimed).ok_or(FaultKind::NotEnrolled)?.clone(),
        left_out: known.tags_of(&people),
        kind: corpus.kind,
    })
}

fn compare(scene: &Scene, settings: &TakeoverSettings<'_>) -> Result<Compared, FaultKind> {
    let Scene { name, events, takeover_at, enrolled, left_out, kind } = scene;
    let windows = windows_of(ExtractorSettings::default(), seed_of(name), events);
    let thinned = (!left_out.is_empty()).then(|| settings.models.without(left_out));
    let models = thinned.as_ref().unwrap_or(settings.models);
    let reference = Reference::enrol(models, DeviceClass::Desktop, &enrolled.concat())
        .map_err(|_| FaultKind::NotEnrolled)?;
    let prepared = reference.prepare(models);
    let counted: Vec<Micros> =
        events.iter().filter(|event| is_counted(event, *kind)).map(|event| event.at).collect();
    let until = |at: Micros| counted.partition_point(|event| *event <= at);
    let time = UseTime::of(events);
    let margin = learned_margin(models, settings.risk, DeviceClass::Desktop, enrolled);
    let judged = judged(&windows, models, &prepared, settings);
    let judged_apart = match margin.is_none() {
        true => judged.clone(),
        false => self::judged(&windows, models, &prepared.clone().with_margin(margin), settings),
    };
    let mut comparison = SessionComparison::default();
    let mut steps = Vec::with_capacity(windows.len());
    for (Timed { window, at }, (judged, judged_apart)) in
        windows.iter().zip(judged.into_iter().zip(judged_apart))
    {
        let scores = comparison.compare(models, &prepared, window);
        let (events, used) = (until(*at), time.until(*at));
        steps.push(Step { at: *at, used, events, scores, judged, judged_apart });
    }
    Ok(Compared {
        steps,
        margin,
        events: counted.len(),
        ends_at: events.last().map_or(Micros::ZERO, |event| event.at),
        takeover: takeover_at.map(|at| Takeover {
            at,
            used: time.until(at),
            events: counted.partition_point(|event| *event < at),
        }),
    })
}

/// Each window through the session risk, a step-up passed after every mask.
fn judged(
    windows: &[Timed],
    models: &Models,
    reference: &PreparedReference,
    settings: &TakeoverSettings<'_>,
) -> Vec<Judged> {
    let mut session = SessionRisk::new(settings.risk);
    let judge = |Timed { window, at }: &Timed| {
        let value = session.update(models, Some(reference), std::slice::from_ref(window), *at).value;
        let band = settings.policy.band(value);
        if band >= RiskBand::Raised {
            session.step_up_passed();
        }
        Judged { risk: value.get(), band }
    };
    windows.iter().map(judge).collect()
}

/// What happens in a stream where `masks` says whether a step masks. After a mask the subject passes a step-up.
fn outcome(stream: &Compared, mut masks: impl FnMut(&Step) -> bool) -> Outcome {
    let mut outcome = Outcome::default();
    for step in &stream.steps {
        if !masks(step) {
            continue;
        }
        match stream.takeover.filter(|takeover| step.events > takeover.events) {
            None => outcome.false_masks += 1,
            Some(takeover) => {
                outcome.found = outcome.found.or(Some(Found {
                    events: step.events - takeover.events,
                    seconds: step.at.since(takeover.at).as_secs_f64(),
                    seconds_of_use: step.used.since(takeover.used).as_secs_f64(),
                }));
            }
        }
    }
    outcome
}

impl Points {
    /// What a stream's thresholds are moved by. **Units**: nats.
    const fn moved(self, stream: &Compared) -> f64 {
        match self {
            Self::Population => 0.0,
            Self::Own => stream.margin.nats(),
        }
    }

    const fn judged(self, step: &Step) -> Judged {
        match self {
            Self::Population => step.judged,
            Self::Own => step.judged_apart,
        }
    }
}

fn margins_of(streams: &[Compared]) -> [f64; 3] {
    let mut margins: Vec<f64> = streams.iter().map(|stream| stream.margin.nats()).collect();
    margins.sort_by(f64::total_cmp);
    let at = |place: usize| margins.get(place).copied().unwrap_or(0.0);
    [at(0), at(margins.len() / 2), at(margins.len().saturating_sub(1))]
}

fn outcome_at(stream: &Compared, settings: &RiskSettings, threshold: f64) -> Outcome {
    let mut sum = Accumulator::new(settings);
    outcome(stream, |step| {
        sum.add(&step.scores);
        let masks = sum.nats() >= threshold;
        if masks {
            sum.step_up_passed();
        }
        masks
    })
}

/// Sums that a threshold may stand at: what the sums reached, thinned out.
fn thresholds(streams: &[Compared], settings: &RiskSettings, by: Points) -> Vec<f64> {
    let mut reached: Vec<f64> = Vec::new();
    for stream in streams {
        let mut sum = Accumulator::new(settings);
        for step in &stream.steps {
            sum.add(&step.scores);
            reached.push(sum.nats() - by.moved(stream));
        }
    }
    reached.retain(|nats| *nats > 0.0);
    reached.sort_by(f64::total_cmp);
    reached.dedup();
    let every = reached.len().div_ceil(THRESHOLDS_MAX).max(1);
    let mut thinned: Vec<f64> = reached.iter().copied().step_by(every).collect();
    thinned.extend(reached.last().map(|highest| highest.next_up()));
    thinned
}

fn points(
    streams: &[Compared],
    settings: &RiskSettings,
    by: Points,
) -> (Vec<OperatingPoint>, Vec<Option<usize>>) {
    let genuine: Vec<&Compared> = streams.iter().filter(|stream| stream.takeover.is_none()).collect();
    let events: usize = genuine.iter().map(|stream| stream.events).sum();
    let hours: f64 = genuine.iter().map(|stream| stream.ends_at.as_secs_f64() / 3_600.0).sum();
    let default = |stream: &Compared| outcome(stream, |step| by.judged(step).band >= RiskBand::Raised);
    let judged = streams.iter().flat_map(|stream| &stream.steps).map(|step| by.judged(step));
    let masked_at = judged.filter(|judged| judged.band >= RiskBand::Raised);
    let lowest = masked_at.map(|judged| judged.risk).fold(f64::INFINITY, f64::min);
    let mut points = vec![point("default", palet_risk::RISK_RAISED.min(lowest), streams, &default)];
    // Thresholds set on the corpus may lie beyond where the risk itself stops to count.
    let uncapped = RiskSettings { severe_nats: f64::MAX.sqrt(), ..*settings };
    let settings = &uncapped;
    let candidates = thresholds(streams, settings, by);
    let at = |stream: &Compared, threshold: f64| {
        outcome_at(stream, settings, (threshold + by.moved(stream)).max(f64::MIN_POSITIVE))
    };
    let false_masks: Vec<usize> = candidates
        .iter()
        .map(|threshold| genuine.iter().map(|stream| at(stream, *threshold).false_masks).sum())
        .collect();
    let allowed = [
        ("1-per-2500-keys", events as f64 / 2_500.0),
        ("1-per-hour", hours),
        ("1-per-10-hours", hours / 10.0),
    ];
    for (name, allowed) in allowed {
        // The lowest threshold above which no threshold makes more false masks than allowed.
        let above = false_masks.iter().rposition(|masks| *masks as f64 > allowed).map_or(0, |at| at + 1);
        if let Some(threshold) = candidates.get(above) {
            points.push(point(name, *threshold, streams, &|stream| at(stream, *threshold)));
        }
    }
    let takeovers = streams.iter().filter(|stream| stream.takeover.is_some());
    (points, takeovers.map(|stream| default(stream).found.map(|found| found.events)).collect())
}

fn point(
    name: &'static str,
    threshold: f64,
    streams: &[Compared],
    run: &dyn Fn(&Compared) -> Outcome,
) -> OperatingPoint {
    let (taken, genuine): (Vec<&Compared>, Vec<&Compared>) =
        streams.iter().partition(|stream| stream.takeover.is_some());
    let found: Vec<Option<Found>> = taken.iter().map(|stream| run(stream).found).collect();
    let masks: Vec<usize> = genuine.iter().map(|stream| run(stream).false_masks).collect();
    let total = masks.iter().sum::<usize>() as f64;
    let events: usize = genuine.iter().map(|stream| stream.events).sum();
    let windows: usize = genuine.iter().map(|stream| stream.steps.len()).sum();
    let hours: f64 = genuine.iter().map(|stream| stream.ends_at.as_secs_f64() / 3_600.0).sum();
    let share = |count: usize, of: usize| if of == 0 { f64::NAN } else { count as f64 / of as f64 };
    let in_time = found.iter().flatten().filter(|found| found.events <= FOUND_WITHIN_EVENTS).count();
    OperatingPoint {
        name,
        threshold,
        masked: share(found.iter().flatten().count(), taken.len()),
        found_within_500_events: share(in_time, taken.len()),
        median_events_to_mask: quantile(&found, 0.5, |found| found.events as f64),
        p90_events_to_mask: quantile(&found, 0.9, |found| found.events as f64),
        median_seconds_to_mask: quantile(&found, 0.5, |found| found.seconds),
        p90_seconds_to_mask: quantile(&found, 0.9, |found| found.seconds),
        median_seconds_of_use_to_mask: quantile(&found, 0.5, |found| found.seconds_of_use),
        p90_seconds_of_use_to_mask: quantile(&found, 0.9, |found| found.seconds_of_use),
        false_masks_per_hour: total / hours,
        false_masks_per_2500_events: total * 2_500.0 / events as f64,
        false_masks_per_1000_windows: total * 1_000.0 / windows as f64,
        genuine_streams_never_masked: share(masks.iter().filter(|masks| **masks == 0).count(), genuine.len()),
    }
}

/// A quantile over all takeovers, those never found counted as later than all others.
fn quantile(found: &[Option<Found>], share: f64, value: impl Fn(&Found) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = found.iter().flatten().map(value).collect();
    values.sort_by(f64::total_cmp);
    let at = ((found.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_counts_those_that_were_never_found() {
        let found = |events| Some(Found { events, seconds: 0.0, seconds_of_use: 0.0 });
        let all = [found(10), None, found(30), found(20)];
        assert_eq!(quantile(&all, 0.5, |f| f.events as f64), Some(20.0));
        assert_eq!(quantile(&all, 0.9, |f| f.events as f64), None);
    }

    #[test]
    fn the_risk_and_the_shipped_policy_agree_on_where_bands_begin() {
        let bands = Policy::embedded_default().unwrap().bands();
        let ours = [palet_risk::RISK_RAISED, palet_risk::RISK_HIGH, palet_risk::RISK_SEVERE];
        assert_eq!([bands.raised.get(), bands.high.get(), bands.severe.get()], ours);
    }
}
