//! The timings of an entry on a scale on which people's times are nearly normal.

use palet_features::FixedTextSample;

/// One sort of timing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// How long a key is held: ln of ms.
    Dwell,
    /// Press to press: ln of ms.
    FlightDd,
    /// Release to press: a signed logarithm of ms.
    FlightUd,
    /// Release to release: a signed logarithm of ms.
    FlightUu,
}

/// Times below are all alike. **Units**: ms.
const FLOOR_MS: f64 = 20.0;

impl Timing {
    /// One entry's timings of this sort, key by key, without those of the key that ended it.
    pub(super) fn of(self, entry: &FixedTextSample) -> Vec<f64> {
        let dwells = || entry.dwell_ms.iter().map(ms);
        if self == Self::Dwell {
            return dwells().map(log).collect();
        }
        let pairs = dwells().zip(dwells().skip(1));
        entry.between_ms().iter().map(ms).zip(pairs).map(|(dd, pair)| self.flight(dd, pair)).collect()
    }

    /// The timing of the key that ended an entry, where it was seen.
    pub(super) fn of_end(self, entry: &FixedTextSample) -> Option<f64> {
        let last = entry.dwell_ms.last().map(ms)?;
        match (self, entry.end_ms()) {
            (Self::Dwell, [_, held]) => Some(log(ms(held))),
            (Self::FlightUu, [dd, held]) => Some(self.flight(ms(dd), (last, ms(held)))),
            (Self::FlightDd | Self::FlightUd, [dd, ..]) => Some(self.flight(ms(dd), (last, 0.0))),
            _ => None,
        }
    }

    /// The flight between two keys, from their presses' distance and their dwells.
    fn flight(self, dd_ms: f64, (from_ms, to_ms): (f64, f64)) -> f64 {
        match self {
            Self::Dwell | Self::FlightDd => log(dd_ms),
            Self::FlightUd => signed_log(dd_ms - from_ms),
            Self::FlightUu => signed_log(dd_ms - from_ms + to_ms),
        }
    }
}

fn ms(told: &u16) -> f64 {
    f64::from(*told)
}

fn log(ms: f64) -> f64 {
    libm::log(ms + FLOOR_MS)
}

fn signed_log(ms: f64) -> f64 {
    libm::copysign(libm::log(1.0 + ms.abs() / FLOOR_MS), ms)
}

/// Timings of several entries, key by key. **Shape** `[keys][entries]`; entries of another length are left out.
pub(super) fn timings(entries: &[FixedTextSample], timing: Timing) -> Vec<Vec<f64>> {
    let keys = entries.first().map_or(0, |entry| entry.dwell_ms.len());
    let rows: Vec<Vec<f64>> =
        entries.iter().filter(|entry| entry.dwell_ms.len() == keys).map(|entry| timing.of(entry)).collect();
    let columns = rows.first().map_or(0, Vec::len);
    (0..columns).map(|key| rows.iter().filter_map(|row| row.get(key).copied()).collect()).collect()
}

/// Mean and unbiased variance.
pub(super) fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let variance =
        values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(end_ms: &[u16]) -> FixedTextSample {
        let flight_dd_ms = [200, 150, 300].iter().chain(end_ms).copied().collect();
        FixedTextSample { field: 0, dwell_ms: vec![90, 80, 170, 60], flight_dd_ms }
    }

    #[test]
    fn flights_are_between_the_same_two_keys_from_press_or_release() {
        let entry = entry(&[250, 75]);
        assert_eq!(Timing::Dwell.of(&entry), [90.0, 80.0, 170.0, 60.0].map(log));
        assert_eq!(Timing::FlightDd.of(&entry), [200.0, 150.0, 300.0].map(log));
        assert_eq!(Timing::FlightUd.of(&entry), [110.0, 70.0, 130.0].map(signed_log));
        assert_eq!(Timing::FlightUu.of(&entry), [190.0, 240.0, 190.0].map(signed_log));
    }

    #[test]
    fn the_key_that_ended_an_entry_has_the_timings_that_were_seen() {
        let of_end = |end_ms: &[u16]| {
            [Timing::Dwell, Timing::FlightDd, Timing::FlightUd, Timing::FlightUu]
                .map(|timing| timing.of_end(&entry(end_ms)))
        };
        let whole = [log(75.0), log(250.0), signed_log(190.0), signed_log(265.0)].map(Some);
        assert_eq!(of_end(&[250, 75]), whole);
        assert_eq!(of_end(&[250]), [None, whole[1], whole[2], None]);
        assert_eq!(of_end(&[]), [None; 4]);
    }
}
