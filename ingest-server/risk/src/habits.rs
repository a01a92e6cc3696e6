//! What a session's habits say against its subject: a small evidence of its own, bounded by part and as a whole.
//!
//! No corpus tells how strangers' hours and ways differ from a subject's, so nothing here is calibrated, and the bound keeps
//! it below every band: it makes a doubt that behaviour raises a little larger, and by itself raises none.

use crate::reason::{ReasonCode, RiskReason};
use palet_comparison::habits::{HabitEvent, Habits};

/// The most that one part says. **Units**: nats.
const PART_MAX: f64 = 0.4;

/// Habits of one session beside one person's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HabitEvidence {
    began: f64,
    login: f64,
    /// A sum that usual steps bring down again: one odd step is forgotten, a session of them is not.
    way: f64,
    proved: bool,
}

impl HabitEvidence {
    /// Takes what happened, if it can be compared.
    pub(crate) fn add(&mut self, habits: &Habits, event: HabitEvent) {
        let Some(against) = habits.against(event).filter(|_| !self.proved) else { return };
        let (sum, part) = match event {
            HabitEvent::Began { .. } => (against, &mut self.began),
            HabitEvent::LoggedIn(_) => (against, &mut self.login),
            HabitEvent::Went(..) => (self.way + against, &mut self.way),
        };
        *part = sum.clamp(0.0, PART_MAX);
    }

    /// The subject has proved who they are: their day is an unusual one, and no longer odd.
    pub(crate) fn step_up_passed(&mut self) {
        *self = Self { proved: true, ..Self::default() };
    }

    /// All parts together. **Range**: 0 to `nats_max`. **Units**: nats.
    pub(crate) fn nats(&self, nats_max: f64) -> f64 {
        (self.began + self.login + self.way).min(nats_max)
    }

    /// What is odd, with its share of what counts.
    pub(crate) fn reasons(&self, nats_max: f64) -> impl Iterator<Item = RiskReason> {
        let all = self.began + self.login + self.way;
        let share = if all > 0.0 { self.nats(nats_max) / all } else { 0.0 };
        let parts = [
            (ReasonCode::UnusualTime, self.began),
            (ReasonCode::UnusualLogin, self.login),
            (ReasonCode::UnusualWay, self.way),
        ];
        parts
            .into_iter()
            .filter(|(_, nats)| *nats > 0.0)
            .map(move |(code, nats)| RiskReason::new(code, share * nats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_comparison::habits::{LoginWay, Place, SessionStart};
    use palet_units::Micros;

    const MORNING: HabitEvent = began(700, 9);
    /// Of a Saturday.
    const NIGHT: HabitEvent = began(702, 3);

    const fn began(day: u64, hour: u64) -> HabitEvent {
        HabitEvent::Began(SessionStart::of(Micros::from_secs((24 * day + hour) * 3_600)))
    }

    fn went(from: u8, to: u8) -> HabitEvent {
        HabitEvent::Went(Place::new(from).unwrap(), Place::new(to).unwrap())
    }

    fn owner() -> Habits {
        let session = [HabitEvent::LoggedIn(LoginWay::Filled), went(0, 1), went(1, 2), went(2, 1)];
        (1..=20).fold(Habits::default(), |habits, week| {
            habits.learned(session.into_iter().chain([began(7 * week, 9)]))
        })
    }

    #[test]
    fn a_usual_session_says_nothing() {
        let mut evidence = HabitEvidence::default();
        for event in [MORNING, HabitEvent::LoggedIn(LoginWay::Filled), went(0, 1), went(1, 2)] {
            evidence.add(&owner(), event);
        }
        assert_eq!((evidence.nats(1.0), evidence.reasons(1.0).count()), (0.0, 0));
    }

    #[test]
    fn the_oddest_session_says_no_more_than_the_bound() {
        let mut evidence = HabitEvidence::default();
        for event in [NIGHT, HabitEvent::LoggedIn(LoginWay::Pasted), went(0, 5), went(1, 5), went(2, 5)] {
            evidence.add(&owner(), event);
        }
        assert_eq!(evidence.nats(9.0), 3.0 * PART_MAX);
        assert_eq!(evidence.nats(0.8), 0.8);
        let reasons: Vec<_> = evidence.reasons(0.8).collect();
        assert_eq!(reasons.len(), 3);
        assert!((reasons.iter().map(|reason| reason.weight).sum::<f64>() - 0.8).abs() < 1e-9);
    }

    #[test]
    fn usual_steps_make_an_odd_one_forgotten() {
        let mut evidence = HabitEvidence::default();
        evidence.add(&owner(), went(1, 5));
        let odd = evidence.nats(1.0);
        assert!(odd > 0.0);
        (0..3).for_each(|_| evidence.add(&owner(), went(1, 2)));
        assert_eq!(evidence.nats(1.0), 0.0);
    }

    #[test]
    fn who_proved_themselves_has_an_unusual_day() {
        let mut evidence = HabitEvidence::default();
        evidence.add(&owner(), NIGHT);
        evidence.step_up_passed();
        evidence.add(&owner(), went(1, 5));
        assert_eq!(evidence.nats(1.0), 0.0);
    }
}
