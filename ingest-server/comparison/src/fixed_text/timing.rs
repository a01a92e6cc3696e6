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
}

/// Times below are all alike. **Units**: ms.
const FLOOR_MS: f64 = 20.0;

impl Timing {
    /// One entry's timings of this sort, key by key.
    pub(super) fn of(self, entry: &FixedTextSample) -> Vec<f64> {
        let ln = |ms: &u16| libm::log(f64::from(*ms) + FLOOR_MS);
        match self {
            Self::Dwell => entry.dwell_ms.iter().map(ln).collect(),
            Self::FlightDd => entry.flight_dd_ms.iter().map(ln).collect(),
            Self::FlightUd => {
                let pairs = entry.flight_dd_ms.iter().zip(&entry.dwell_ms);
                pairs.map(|(dd, dwell)| signed_log(f64::from(*dd) - f64::from(*dwell))).collect()
            }
        }
    }
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
