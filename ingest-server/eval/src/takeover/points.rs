//! How streams fare at one threshold and at several: found when, and wrong how often.

use super::{Compared, Points, Step};
use palet_policy::RiskBand;
use palet_risk::{Accumulator, RiskSettings};
use serde::Serialize;

/// Found later than this counts as not found in time. **Units**: events.
const FOUND_WITHIN_EVENTS: usize = 500;
/// Thresholds that are tried, at most.
const THRESHOLDS_MAX: usize = 400;

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
    seconds_from_first: f64,
}

/// How the session risk does at one threshold.
#[derive(Clone, Debug, Serialize)]
pub struct OperatingPoint {
    /// `default`, or what the threshold was set for.
    pub name: &'static str,
    /// Whether the genuine streams are shorter than what they would have to hold one false mask in: then the point is
    /// where they hold none, and says nothing about so rare a mask.
    pub too_few: bool,
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
    /// Median, from the other person's first event that does not stand alone.
    pub median_seconds_to_mask: Option<f64>,
    /// 90th percentile.
    pub p90_seconds_to_mask: Option<f64>,
    /// Median, from the other person's first event, with whatever nothing happened in after it.
    pub median_seconds_from_first_event: Option<f64>,
    /// 90th percentile.
    pub p90_seconds_from_first_event: Option<f64>,
    /// Masks in genuine streams, in an hour of them from where their use begins.
    pub false_masks_per_hour: f64,
    /// Masks in genuine streams.
    pub false_masks_per_2500_events: f64,
    /// Masks in genuine streams.
    pub false_masks_per_1000_windows: f64,
    /// Share of genuine streams that stay clear to their end.
    pub genuine_streams_never_masked: f64,
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

/// The four operating points, and the events and seconds to a mask at the shipped one.
pub(super) fn of(
    streams: &[Compared],
    settings: &RiskSettings,
    by: Points,
) -> (Vec<OperatingPoint>, Vec<Option<(usize, f64)>>) {
    let genuine: Vec<&Compared> = streams.iter().filter(|stream| stream.takeover.is_none()).collect();
    let events: usize = genuine.iter().map(|stream| stream.events).sum();
    let hours = genuine_hours(streams);
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
            let point = point(name, *threshold, streams, &|stream| at(stream, *threshold));
            points.push(OperatingPoint { too_few: allowed < 1.0, ..point });
        }
    }
    let takeovers = streams.iter().filter(|stream| stream.takeover.is_some());
    let until = |stream: &Compared| default(stream).found.map(|found| (found.events, found.seconds));
    (points, takeovers.map(until).collect())
}

/// How long the genuine streams' use lasts. **Units**: h.
pub(super) fn genuine_hours(streams: &[Compared]) -> f64 {
    let genuine = streams.iter().filter(|stream| stream.takeover.is_none());
    genuine.fold(0.0, |hours, stream| hours + stream.lasted.as_secs_f64() / 3_600.0)
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
    let hours = genuine_hours(streams);
    let share = |count: usize, of: usize| if of == 0 { f64::NAN } else { count as f64 / of as f64 };
    let in_time = found.iter().flatten().filter(|found| found.events <= FOUND_WITHIN_EVENTS).count();
    OperatingPoint {
        name,
        too_few: false,
        threshold,
        masked: share(found.iter().flatten().count(), taken.len()),
        found_within_500_events: share(in_time, taken.len()),
        median_events_to_mask: quantile(&found, 0.5, |found| found.events as f64),
        p90_events_to_mask: quantile(&found, 0.9, |found| found.events as f64),
        median_seconds_to_mask: quantile(&found, 0.5, |found| found.seconds),
        p90_seconds_to_mask: quantile(&found, 0.9, |found| found.seconds),
        median_seconds_from_first_event: quantile(&found, 0.5, |found| found.seconds_from_first),
        p90_seconds_from_first_event: quantile(&found, 0.9, |found| found.seconds_from_first),
        false_masks_per_hour: total / hours,
        false_masks_per_2500_events: total * 2_500.0 / events as f64,
        false_masks_per_1000_windows: total * 1_000.0 / windows as f64,
        genuine_streams_never_masked: share(masks.iter().filter(|masks| **masks == 0).count(), genuine.len()),
    }
}

/// A quantile over all takeovers, those never found counted as later than all others.
fn quantile(found: &[Option<Found>], share: f64, value: impl Fn(&Found) -> f64) -> Option<f64> {
    quantile_of(found.iter().flatten().map(value).collect(), found.len(), share)
}

/// A quantile of these and of as many larger ones as make them `count`.
fn quantile_of(mut values: Vec<f64>, count: usize, share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(((count as f64 * share).ceil() as usize).saturating_sub(1)).copied()
}

/// How long the other person's first event stands alone in nine takeovers of ten, 0 without any.
pub(super) fn p90_first_event_alone_s(streams: &[Compared]) -> f64 {
    let taken = streams.iter().filter_map(|stream| stream.takeover);
    let alone: Vec<f64> = taken.map(|taken| taken.use_at.since(taken.first_at).as_secs_f64()).collect();
    let count = alone.len();
    quantile_of(alone, count, 0.9).unwrap_or_default()
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
                    seconds: step.at.since(takeover.use_at).as_secs_f64(),
                    seconds_from_first: step.at.since(takeover.first_at).as_secs_f64(),
                }));
            }
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_counts_those_that_were_never_found() {
        let found = |events| Some(Found { events, seconds: 0.0, seconds_from_first: 0.0 });
        let all = [found(10), None, found(30), found(20)];
        assert_eq!(quantile(&all, 0.5, |f| f.events as f64), Some(20.0));
        assert_eq!(quantile(&all, 0.9, |f| f.events as f64), None);
    }
}
