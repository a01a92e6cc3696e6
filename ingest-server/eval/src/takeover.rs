//! Streams in which somebody else takes over, through the session risk: how soon it masks, how often it is wrong.
//!
//! A stream is one page: the owner's events, a pause in which the keyboard changes hands, the other person's events,
//! through one extractor and one session risk. Whoever takes part in a stream is left out of the models.

mod points;

pub use points::OperatingPoint;

use crate::corpus::{Corpus, CorpusKind, Fault, FaultKind, Stream};
use crate::folding::KnownPeople;
use crate::parallel;
use crate::replay::{Timed, events_of, page_of, seed_of, windows_of};
use crate::trials::{enrolling_sessions_of, field_of, is_trained, with_training};
use palet_capture::{Event, FieldKind, KeyPhase, What};
use palet_comparison::{Margin, Models, PersonTag, PreparedReference, Reference, Scores, SessionComparison};
use palet_features::{DeviceClass, FeatureWindow, Ladder};
use palet_policy::{Policy, RiskBand};
use palet_risk::{RiskSettings, SessionRisk, learned_margin};
use palet_units::Micros;
use serde::Serialize;
use std::collections::HashMap;

/// How long the keyboard or the mouse rests while it changes hands.
pub const HANDOVER: Micros = Micros::from_secs(5);
/// An event that nothing follows for longer than this stands alone.
pub(crate) const ALONE_FROM: Micros = Micros::from_secs(5);

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
    /// The finest key classes of the page.
    pub(crate) finest: Ladder,
}

/// One step of a stream: what one window said.
struct Step {
    at: Micros,
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
    /// From the first event that does not stand alone to the last.
    lasted: Micros,
    takeover: Option<Takeover>,
}

#[derive(Clone, Copy)]
struct Takeover {
    /// The other person's first event.
    first_at: Micros,
    /// Their first that does not stand alone.
    use_at: Micros,
    /// Events before their first.
    events: usize,
}

/// What came of a corpus's streams.
#[derive(Debug, Serialize)]
pub struct TakeoverReport {
    /// The corpus.
    pub corpus: String,
    /// How it was replayed otherwise than as recorded, to follow its name.
    pub replayed: String,
    /// Keys or a pointer.
    pub kind: CorpusKind,
    /// Streams that could be compared.
    pub streams: usize,
    /// Of those, with a takeover.
    pub takeovers: usize,
    /// Streams that could not be compared, those that could not even be read among them.
    pub failed_to_score: usize,
    /// How long genuine use lasts in all: what false masks are counted in. **Units**: h.
    pub genuine_hours: f64,
    /// Rest between the owner's last and the other person's first event.
    pub handover_s: f64,
    /// 90th percentile of how long the other person's first event stands alone. Nobody can be found out before.
    pub p90_first_event_alone_s: f64,
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
    /// Events and seconds to mask at the default point, none for a takeover that was not masked.
    #[serde(skip)]
    pub until_masked: Vec<Option<(usize, f64)>>,
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
    let failed_to_score = corpus.streams.len() - streams.len() + corpus.unreadable_streams;
    let called = (corpus.name.clone(), corpus.kind);
    let report = report_of(called, &streams, settings, failed_to_score, faults);
    TakeoverReport { replayed: corpus.replayed(), ..report }
}

/// A scene or why there is none, and the line of `takeover.csv` that asks for it.
pub(crate) type Asked = (usize, Result<Scene, FaultKind>);

/// Compares scenes of any make and reports them under a name. `unreadable` streams are in none of them.
pub(crate) fn run_scenes(
    called: (String, CorpusKind),
    asked: &[Asked],
    settings: &TakeoverSettings<'_>,
    (unreadable, mut faults): (usize, Vec<Fault>),
) -> TakeoverReport {
    let compared =
        parallel::map(asked, |(_, scene)| compare(scene.as_ref().map_err(|kind| *kind)?, settings));
    let mut streams = Vec::new();
    for ((line, _), result) in asked.iter().zip(compared) {
        match result {
            Ok(compared) => streams.push(compared),
            Err(kind) => faults.push(Fault { file: "takeover.csv", line: *line, kind }),
        }
    }
    report_of(called, &streams, settings, asked.len() - streams.len() + unreadable, faults)
}

fn report_of(
    (corpus, kind): (String, CorpusKind),
    streams: &[Compared],
    settings: &TakeoverSettings<'_>,
    failed_to_score: usize,
    faults: Vec<Fault>,
) -> TakeoverReport {
    let (operating_points, until_masked) = points::of(streams, settings.risk, Points::Population);
    let (own_points, _) = points::of(streams, settings.risk, Points::Own);
    TakeoverReport {
        corpus,
        replayed: String::new(),
        kind,
        streams: streams.len(),
        takeovers: streams.iter().filter(|stream| stream.takeover.is_some()).count(),
        failed_to_score,
        genuine_hours: points::genuine_hours(streams),
        handover_s: HANDOVER.as_secs_f64(),
        p90_first_event_alone_s: points::p90_first_event_alone_s(streams),
        operating_points,
        own_points,
        margins: margins_of(streams),
        model: settings.models.hash().to_string(),
        faults,
        until_masked,
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
        let begun = corpus.seen(&events_of(rows, field, origin));
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
        finest: corpus.finest,
    })
}

fn compare(scene: &Scene, settings: &TakeoverSettings<'_>) -> Result<Compared, FaultKind> {
    let Scene { name, events, takeover_at, enrolled, left_out, kind, finest } = scene;
    let windows = windows_of(page_of(*finest), seed_of(name), events);
    let thinned = (!left_out.is_empty()).then(|| settings.models.without(left_out));
    let models = thinned.as_ref().unwrap_or(settings.models);
    let reference =
        Reference::enrol(models, DeviceClass::Desktop, enrolled).map_err(|_| FaultKind::NotTrained)?;
    let prepared = reference.prepare(models);
    if !is_trained(&prepared) {
        return Err(FaultKind::NotTrained);
    }
    let counted: Vec<Micros> =
        events.iter().filter(|event| is_counted(event, *kind)).map(|event| event.at).collect();
    let until = |at: Micros| counted.partition_point(|event| *event <= at);
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
        steps.push(Step { at: *at, events: until(*at), scores, judged, judged_apart });
    }
    Ok(Compared {
        steps,
        margin,
        events: counted.len(),
        lasted: events
            .last()
            .map_or(Micros::ZERO, |event| event.at.since(use_begins_at(events, Micros::ZERO))),
        takeover: takeover_at.map(|at| Takeover {
            first_at: at,
            use_at: use_begins_at(events, at),
            events: counted.partition_point(|event| *event < at),
        }),
    })
}

/// When whoever has the page from `first_at` on begins to use it: at their first event that does not stand alone. A
/// recording may begin with one row, where the recorder was started, and then hold nothing for minutes; until somebody
/// goes on, no rule can tell who it is.
fn use_begins_at(events: &[Event], first_at: Micros) -> Micros {
    let theirs = &events[events.partition_point(|event| event.at < first_at)..];
    let mut pairs = theirs.windows(2);
    let begins = pairs.find(|pair| pair[1].at.since(pair[0].at) <= ALONE_FROM);
    begins.map_or(first_at, |pair| pair[0].at)
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

#[cfg(test)]
mod tests {
    use super::*;
    use palet_capture::{PointerEvent, PointerKind, PointerPhase};

    fn moved_at(ms: u64) -> Event {
        let event = PointerEvent { phase: PointerPhase::Move, kind: PointerKind::Mouse, x: 0.0, y: 0.0 };
        Event { at: Micros::from_millis(ms), what: What::Pointer(event) }
    }

    #[test]
    fn use_begins_where_a_row_no_longer_stands_alone() {
        let at = |events: &[u64]| {
            let events: Vec<Event> = events.iter().map(|ms| moved_at(*ms)).collect();
            use_begins_at(&events, Micros::from_millis(2_000))
        };
        assert_eq!(at(&[0, 10, 2_000, 2_010, 90_000]), Micros::from_millis(2_000));
        assert_eq!(at(&[0, 10, 2_000, 62_000, 62_010]), Micros::from_millis(62_000));
        assert_eq!(at(&[0, 10, 2_000, 62_000]), Micros::from_millis(2_000));
    }

    #[test]
    fn the_risk_and_the_shipped_policy_agree_on_where_bands_begin() {
        let bands = Policy::embedded_default().unwrap().bands();
        let ours = [palet_risk::RISK_RAISED, palet_risk::RISK_HIGH, palet_risk::RISK_SEVERE];
        assert_eq!([bands.raised.get(), bands.high.get(), bands.severe.get()], ours);
    }
}
