//! How much one person may read, of one class, and how often one subject may be read: counts over the last hour.
//!
//! Pure: time comes in. Bounded: beyond so many counted keys newcomers are refused rather than let in uncounted.

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use std::collections::HashMap;

use crate::config::UnmaskSettings;

/// The hour is counted in steps of a minute.
const STEP: Micros = Micros::from_secs(60);
const STEPS: u64 = 60;
/// Keys counted at once.
const KEYS_MAX: usize = 200_000;

/// What a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Person(TenantId, String),
    Class(TenantId, String, FieldClass),
    Subject(TenantId, String),
}

/// The limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Person,
    Class,
    Subject,
}

impl Limit {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Person => "limit-person",
            Self::Class => "limit-class",
            Self::Subject => "limit-subject",
        }
    }
}

/// One reading.
#[derive(Clone, Debug)]
pub(super) struct Reading<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) person: &'a str,
    pub(super) is_service: bool,
    pub(super) class: FieldClass,
    /// Whose value it is, as the bank says; its record where it does not.
    pub(super) subject: &'a str,
}

/// Counts of the last hour in minutes.
#[derive(Default)]
struct Window {
    counts: Vec<(u64, u32)>,
}

impl Window {
    fn sum(&mut self, step: u64) -> u32 {
        self.counts.retain(|(at, _)| at + STEPS > step);
        self.counts.iter().map(|(_, count)| count).sum()
    }

    fn add(&mut self, step: u64) {
        match self.counts.iter_mut().rev().find(|(at, _)| *at == step) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.counts.push((step, 1)),
        }
    }
}

/// The counts.
pub(super) struct Limits {
    settings: UnmaskSettings,
    windows: HashMap<Key, Window>,
}

impl Limits {
    pub(super) fn new(settings: &UnmaskSettings) -> Self {
        Self { settings: settings.clone(), windows: HashMap::new() }
    }

    /// Counts a reading. **Errors**: the limit that it would pass; nothing is counted then.
    pub(super) fn take(&mut self, reading: &Reading<'_>, now: Micros) -> Result<(), Limit> {
        let step = now.0 / STEP.0;
        let keys = self.keys(reading);
        for (key, max, limit) in &keys {
            self.make_room(step);
            let full = self.windows.len() >= KEYS_MAX && !self.windows.contains_key(key);
            if full || self.windows.get_mut(key).map_or(0, |window| window.sum(step)) >= *max {
                return Err(*limit);
            }
        }
        for (key, ..) in keys {
            self.windows.entry(key).or_default().add(step);
        }
        Ok(())
    }

    /// Counts a reading of the past, as the audit log tells it after a restart.
    pub(super) fn restore(&mut self, reading: &Reading<'_>, at: Micros) {
        for (key, ..) in self.keys(reading) {
            self.windows.entry(key).or_default().add(at.0 / STEP.0);
        }
    }

    fn keys(&self, reading: &Reading<'_>) -> Vec<(Key, u32, Limit)> {
        let Reading { tenant, person, is_service, class, subject } = reading;
        let settings = &self.settings;
        let (tenant, person) = ((*tenant).clone(), (*person).to_owned());
        if *is_service {
            return vec![(Key::Person(tenant, person), settings.service_per_h, Limit::Person)];
        }
        let mut keys = vec![
            (Key::Person(tenant.clone(), person.clone()), settings.person_per_h, Limit::Person),
            (Key::Class(tenant.clone(), person, *class), settings.person_class_per_h, Limit::Class),
        ];
        if !subject.is_empty() {
            keys.push((Key::Subject(tenant, (*subject).to_owned()), settings.subject_per_h, Limit::Subject));
        }
        keys
    }

    fn make_room(&mut self, step: u64) {
        if self.windows.len() >= KEYS_MAX {
            self.windows.retain(|_, window| window.sum(step) > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(&UnmaskSettings {
            person_per_h: 5,
            person_class_per_h: 3,
            subject_per_h: 2,
            service_per_h: 100,
            ..UnmaskSettings::default()
        })
    }

    fn reading<'a>(tenant: &'a TenantId, class: FieldClass, subject: &'a str) -> Reading<'a> {
        Reading { tenant, person: "anna", is_service: false, class, subject }
    }

    #[test]
    fn each_limit_counts_what_it_names_and_an_hour_later_begins_anew() {
        let (tenant, mut limits) = ("bank".parse().unwrap(), limits());
        let minute = |n: u64| Micros(n * STEP.0);
        let take =
            |limits: &mut Limits, class, subject, at| limits.take(&reading(&tenant, class, subject), at);
        assert_eq!(take(&mut limits, FieldClass::Iban, "s1", minute(1)), Ok(()));
        assert_eq!(take(&mut limits, FieldClass::Iban, "s1", minute(1)), Ok(()));
        assert_eq!(take(&mut limits, FieldClass::Iban, "s1", minute(2)), Err(Limit::Subject));
        assert_eq!(take(&mut limits, FieldClass::Iban, "s2", minute(2)), Ok(()));
        assert_eq!(take(&mut limits, FieldClass::Iban, "s3", minute(3)), Err(Limit::Class));
        assert_eq!(take(&mut limits, FieldClass::Phone, "s3", minute(3)), Ok(()));
        assert_eq!(take(&mut limits, FieldClass::Phone, "s4", minute(4)), Ok(()));
        assert_eq!(take(&mut limits, FieldClass::Email, "s5", minute(5)), Err(Limit::Person));
        // The two readings of the first minute are an hour old.
        assert_eq!(take(&mut limits, FieldClass::Iban, "s1", minute(61)), Ok(()));
    }

    #[test]
    fn what_was_read_before_a_restart_counts() {
        let (tenant, mut limits) = ("bank".parse().unwrap(), limits());
        for _ in 0..5 {
            limits.restore(&reading(&tenant, FieldClass::Iban, "s"), Micros(STEP.0));
        }
        let refused = limits.take(&reading(&tenant, FieldClass::Phone, "t"), Micros(2 * STEP.0));
        assert_eq!(refused, Err(Limit::Person));
    }

    #[test]
    fn a_program_has_a_limit_of_its_own() {
        let (tenant, mut limits) = ("bank".parse().unwrap(), limits());
        let service = Reading { is_service: true, ..reading(&tenant, FieldClass::Iban, "s") };
        assert!((0..100).all(|_| limits.take(&service, Micros(1)).is_ok()));
        assert_eq!(limits.take(&service, Micros(1)), Err(Limit::Person));
    }
}
