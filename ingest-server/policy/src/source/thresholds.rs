//! The numbers of a policy's text: where a score is cut into bands, and an age of authentication into steps.

use super::reader::missing;
use super::{BandLimits, Reader};
use crate::fault::{Fault, FaultCode};
use crate::question::SubScore;
use core::ops::Range;
use toml::de::{DeTable, DeValue};

/// The longest age of an authentication that a policy may tell apart. **Units**: s.
const MFA_S_MAX: u64 = 31 * 86_400;

impl Reader {
    pub(super) fn bands(&mut self, table: &DeTable<'_>) -> (BandLimits, f64, [BandLimits; 6]) {
        let none = BandLimits { raised: 0.0, high: 0.0, severe: 0.0 };
        let fields = match table.get("bands").map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::Table(fields), span)) => (fields, span),
            Some((other, span)) => {
                self.wrong_kind(span, "a table", other);
                return (none, 0.0, [none; 6]);
            }
            None => {
                self.fault(missing("bands", 0..0).help("write `[bands]` with raised, high and severe"));
                return (none, 0.0, [none; 6]);
            }
        };
        let (fields, span) = fields;
        let scores = SubScore::NAMES;
        let mut known = vec!["raised", "high", "severe", "hysteresis"];
        known.extend(scores);
        self.known_keys(fields, &known);
        let limits = self.band_limits(fields, span).unwrap_or(none);
        let hysteresis = fields.get("hysteresis").and_then(|value| self.share(value)).unwrap_or(0.0);
        let mut subs = [limits; 6];
        for (sub, score) in subs.iter_mut().zip(scores) {
            match fields.get(*score).map(|value| (value.get_ref(), value.span())) {
                Some((DeValue::Table(fields), span)) => {
                    self.known_keys(fields, &["raised", "high", "severe"]);
                    *sub = self.band_limits(fields, span).unwrap_or(none);
                }
                Some((other, span)) => self.wrong_kind(span, "a table", other),
                None => {}
            }
        }
        (limits, hysteresis, subs)
    }

    fn band_limits(&mut self, fields: &DeTable<'_>, span: Range<usize>) -> Option<BandLimits> {
        let mut limits = [None; 3];
        for (limit, key) in limits.iter_mut().zip(["raised", "high", "severe"]) {
            match fields.get(key) {
                Some(value) => *limit = self.share(value),
                None => self.fault(missing(key, span.clone())),
            }
        }
        let [Some(raised), Some(high), Some(severe)] = limits else { return None };
        if !(raised < high && high < severe) {
            let message = "expected thresholds in order: raised < high < severe";
            self.fault(Fault::new(FaultCode::OutOfRange, span, message));
            return None;
        }
        Some(BandLimits { raised, high, severe })
    }

    pub(super) fn mfa(&mut self, table: &DeTable<'_>) -> [u64; 3] {
        let Some(value) = table.get("mfa") else {
            self.fault(missing("mfa", 0..0).help("write `[mfa]` with immediate_s, fresh_s and recent_s"));
            return [0; 3];
        };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_kind(value.span(), "a table", value.get_ref());
            return [0; 3];
        };
        let keys = ["immediate_s", "fresh_s", "recent_s"];
        self.known_keys(fields, &keys);
        let limits = keys.map(|key| match fields.get(key) {
            Some(value) => self.integer(value, 1, MFA_S_MAX),
            None => {
                self.fault(missing(key, value.span()));
                None
            }
        });
        let [Some(immediate), Some(fresh), Some(recent)] = limits else { return [0; 3] };
        if !(immediate < fresh && fresh < recent) {
            let message = "expected limits in order: immediate_s < fresh_s < recent_s";
            self.fault(Fault::new(FaultCode::OutOfRange, value.span(), message));
        }
        [immediate, fresh, recent]
    }
}
