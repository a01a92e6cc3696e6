//! Time of use: the clock of a page that stands still where nobody touches anything.
//!
//! Some recordings hold one movement and then a minute of nothing. Until somebody goes on, no rule can tell who it is,
//! and how long they wait says nothing about the rule.

use palet_capture::Event;
use palet_units::Micros;

/// A longer rest counts as this much.
pub(crate) const REST_MAX: Micros = Micros::from_secs(5);

/// How much of a stream had been use by when.
pub(crate) struct UseTime {
    /// Events, in the order of time.
    at: Vec<Micros>,
    /// Use until each of them.
    used: Vec<Micros>,
}

impl UseTime {
    /// Of events in the order of time; what is before the first counts as it is.
    pub(crate) fn of(events: &[Event]) -> Self {
        let at: Vec<Micros> = events.iter().map(|event| event.at).collect();
        let mut used = Vec::with_capacity(at.len());
        let (mut before, mut sum) = (Micros::ZERO, Micros::ZERO);
        for (number, now) in at.iter().enumerate() {
            let rest = now.since(before);
            sum = sum.plus(if number == 0 { rest } else { rest.min(REST_MAX) });
            used.push(sum);
            before = *now;
        }
        Self { at, used }
    }

    /// Use until `at`.
    pub(crate) fn until(&self, at: Micros) -> Micros {
        let after = self.at.partition_point(|event| *event <= at);
        match (after.checked_sub(1), self.used.get(after)) {
            (None, _) => at,
            (Some(last), next) => {
                let since = self.used[last].plus(at.since(self.at[last]).min(REST_MAX));
                next.map_or(since, |next| since.min(*next))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_capture::{PointerEvent, PointerKind, PointerPhase, What};

    fn moved(s: u64) -> Event {
        let event = PointerEvent { phase: PointerPhase::Move, kind: PointerKind::Mouse, x: 0.0, y: 0.0 };
        Event { at: Micros::from_secs(s), what: What::Pointer(event) }
    }

    #[test]
    fn a_long_rest_counts_as_a_short_one() {
        let time = UseTime::of(&[moved(1), moved(3), moved(63), moved(64)]);
        let until = |s: u64| time.until(Micros::from_secs(s)).as_secs_f64();
        assert_eq!([until(0), until(1), until(3)], [0.0, 1.0, 3.0]);
        assert_eq!([until(5), until(8), until(40), until(63)], [5.0, 8.0, 8.0, 8.0]);
        assert_eq!([until(64), until(66), until(90)], [9.0, 11.0, 14.0]);
    }

    #[test]
    fn a_stream_without_events_is_not_used() {
        assert_eq!(UseTime::of(&[]).until(Micros::ZERO), Micros::ZERO);
    }
}
