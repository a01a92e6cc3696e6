//! Whether a person reads more than their peers: counts over a day, held against the middle of the others in the
//! same role.
//!
//! An alert, not a refusal: a busy day is no crime, but somebody should look. Pure: time comes in.

use palet_policy::Role;
use palet_units::{Micros, TenantId};
use std::collections::HashMap;

use crate::config::UnmaskSettings;

const HOUR: Micros = Micros::from_secs(3_600);
const HOURS: u64 = 24;
/// Persons of one tenant and role that are watched at once; those at rest are forgotten first.
const PERSONS_MAX: usize = 20_000;

#[derive(Default)]
struct Person {
    hours: Vec<(u64, u32)>,
    alerted_at: Option<u64>,
}

impl Person {
    fn sum(&mut self, hour: u64) -> u32 {
        self.hours.retain(|(at, _)| at + HOURS > hour);
        self.hours.iter().map(|(_, count)| count).sum()
    }
}

/// A person who reads more than their peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alert {
    /// What they read within a day.
    pub(super) count: u32,
    /// What the middle one of the others read.
    pub(super) peers: u32,
}

/// The counts by tenant and role.
pub(super) struct Peers {
    settings: UnmaskSettings,
    roles: HashMap<(TenantId, Role), HashMap<String, Person>>,
}

impl Peers {
    pub(super) fn new(settings: &UnmaskSettings) -> Self {
        Self { settings: settings.clone(), roles: HashMap::new() }
    }

    /// Counts readings of a person; an alert, once a day, where they are far more than the peers'.
    pub(super) fn add(
        &mut self,
        (tenant, role): (&TenantId, Role),
        person: &str,
        readings: u32,
        now: Micros,
    ) -> Option<Alert> {
        let hour = now.0 / HOUR.0;
        let persons = self.roles.entry((tenant.clone(), role)).or_default();
        if persons.len() >= PERSONS_MAX && !persons.contains_key(person) {
            persons.retain(|_, person| person.sum(hour) > 0);
            if persons.len() >= PERSONS_MAX {
                return None;
            }
        }
        let own = persons.entry(person.to_owned()).or_default();
        match own.hours.last_mut().filter(|(at, _)| *at == hour) {
            Some((_, count)) => *count = count.saturating_add(readings),
            None => own.hours.push((hour, readings)),
        }
        let count = own.sum(hour);
        if own.alerted_at.is_some_and(|at| at + HOURS > hour) || count < self.settings.peers_floor {
            return None;
        }
        let mut others: Vec<u32> = persons
            .iter_mut()
            .filter(|(other, _)| *other != person)
            .map(|(_, other)| other.sum(hour))
            .filter(|&count| count > 0)
            .collect();
        if others.len() < self.settings.peers_min as usize {
            return None;
        }
        let middle = others.len() / 2;
        let peers = *others.select_nth_unstable(middle).1;
        if f64::from(count) <= self.settings.peers_factor * f64::from(peers) {
            return None;
        }
        if let Some(own) = persons.get_mut(person) {
            own.alerted_at = Some(hour);
        }
        Some(Alert { count, peers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers() -> Peers {
        Peers::new(&UnmaskSettings {
            peers_floor: 30,
            peers_min: 4,
            peers_factor: 3.0,
            ..UnmaskSettings::default()
        })
    }

    #[test]
    fn a_clerk_who_reads_far_more_than_the_others_is_told_once_a_day() {
        let (tenant, mut peers) = ("bank".parse().unwrap(), peers());
        let clerks = (&tenant, Role::Clerk);
        for (name, count) in [("ada", 9), ("ben", 10), ("cem", 12), ("dia", 14)] {
            assert_eq!(peers.add(clerks, name, count, Micros(1)), None);
        }
        assert_eq!(peers.add(clerks, "eve", 36, Micros(1)), None, "three times the middle is not more");
        assert_eq!(peers.add(clerks, "eve", 1, Micros(1)), Some(Alert { count: 37, peers: 12 }));
        assert_eq!(peers.add(clerks, "eve", 50, Micros(1)), None, "told once");
        let later = Micros(25 * HOUR.0);
        assert_eq!(peers.add(clerks, "eve", 100, later), None, "nobody else has read anything on that day");
    }

    #[test]
    fn few_readings_and_few_peers_make_no_alert() {
        let (tenant, mut peers) = ("bank".parse().unwrap(), peers());
        let clerks = (&tenant, Role::Clerk);
        for name in ["ada", "ben", "cem"] {
            peers.add(clerks, name, 1, Micros(1));
        }
        assert_eq!(peers.add(clerks, "eve", 1_000, Micros(1)), None, "three peers are too few");
        peers.add(clerks, "dia", 1, Micros(1));
        assert_eq!(peers.add(clerks, "ben", 28, Micros(1)), None, "below the floor");
        let analysts = (&tenant, Role::FraudAnalyst);
        assert_eq!(peers.add(analysts, "flo", 1_000, Micros(1)), None, "other roles are no peers");
        assert!(peers.add(clerks, "eve", 1, Micros(1)).is_some());
    }
}
