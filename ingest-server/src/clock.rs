//! The one clock of the process: wall time at the start, carried on by the monotonic clock, so that it never
//! goes back. Pure rooms get its value as `now`.

use palet_units::Micros;
use std::{
    sync::LazyLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

static START: LazyLock<(Instant, u64)> = LazyLock::new(|| {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (Instant::now(), u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX))
});

/// Microseconds since 1970. Never goes back within a process.
#[must_use]
pub fn now() -> Micros {
    let (instant, wall_us) = *START;
    Micros(wall_us.saturating_add(u64::try_from(instant.elapsed().as_micros()).unwrap_or(u64::MAX)))
}

/// A point in time as RFC 3339 in UTC, to the millisecond.
#[must_use]
pub fn rfc3339(at: Micros) -> String {
    let (days, of_day) = (at.0 / 86_400_000_000, at.0 % 86_400_000_000);
    let (ms, s) = (of_day / 1_000 % 1_000, of_day / 1_000_000);
    let (year, month, day) = civil_date(days);
    let (hour, minute, second) = (s / 3_600, s / 60 % 60, s % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// The Gregorian date of a day since 1970-01-01, counted from a March, so that leap days end a year.
fn civil_date(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_does_not_go_back() {
        let (first, second) = (now(), now());
        assert!(first <= second && first > Micros::from_secs(1_600_000_000));
    }

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(rfc3339(Micros(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Micros(951_782_400_123_456)), "2000-02-29T00:00:00.123Z");
        assert_eq!(rfc3339(Micros::from_secs(1_767_225_599)), "2025-12-31T23:59:59.000Z");
        assert_eq!(rfc3339(Micros::from_secs(4_107_542_400)), "2100-03-01T00:00:00.000Z");
    }
}
