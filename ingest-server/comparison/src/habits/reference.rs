//! The counts behind a subject's habits, and how odd an event is beside them.

use super::{HOURS, HabitEvent, LoginWay, Place, SessionStart};
use serde::{Deserialize, Serialize};

/// Confirmed sessions from which habits are compared with.
const TRAINED_SESSIONS_MIN: u16 = 5;
/// Sessions after which all counts are halved: habits change with people's lives, and what is years old fades.
const SESSIONS_MAX: u16 = 64;
/// Events of a kind that a session teaches at most, so that one long session does not speak for all.
const STEPS_A_SESSION_MAX: usize = 64;
/// Events of a kind seen, from which a further one can be odd.
const SEEN_MIN: f64 = 5.0;
/// Weight of "anything may happen" against what was seen. **Units**: counts.
const PSEUDO_COUNT: f64 = 4.0;
/// Share of weekends in a week.
const WEEKEND: f64 = 2.0 / 7.0;

/// What is known of a subject's habits on one class of device: counts of confirmed sessions, and the latest of their days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    sessions: u16,
    /// The latest day that told its hour.
    day: u32,
    /// Of working days, then of weekends.
    hours: [[u16; HOURS]; 2],
    ways: [u16; LoginWay::COUNT],
    /// Ascending by place and place after.
    steps: Vec<(u8, u8, u16)>,
}

impl Habits {
    /// The habits after one more confirmed session.
    #[must_use]
    pub fn learned(&self, events: impl IntoIterator<Item = HabitEvent>) -> Self {
        let mut next = self.clone();
        if next.sessions >= SESSIONS_MAX {
            next.fade();
        }
        next.sessions += 1;
        let mut steps = 0;
        for event in events {
            match event {
                HabitEvent::Began(start) => next.began(start),
                HabitEvent::LoggedIn(way) => next.ways[way as usize] += 1,
                HabitEvent::Went(from, to) if steps < STEPS_A_SESSION_MAX => {
                    steps += 1;
                    next.step(from, to);
                }
                HabitEvent::Went(..) => {}
            }
        }
        next
    }

    /// Confirmed sessions behind these habits.
    #[must_use]
    pub const fn sessions(&self) -> u16 {
        self.sessions
    }

    /// Whether there is nothing in them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions == 0
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub const fn is_trained(&self) -> bool {
        self.sessions >= TRAINED_SESSIONS_MIN
    }

    /// ln(p(event | anybody) / p(event | the subject)): above 0 where the event is odd for the subject. Anybody begins at
    /// any hour, comes in in any way and goes anywhere, each as likely as another. None where too little is known.
    /// **Units**: nats.
    #[must_use]
    pub fn against(&self, event: HabitEvent) -> Option<f64> {
        if !self.is_trained() {
            return None;
        }
        match event {
            HabitEvent::Began(start) => self.began_against(start),
            HabitEvent::LoggedIn(way) => {
                let seen = self.ways.iter().map(|count| f64::from(*count)).sum();
                against(f64::from(self.ways[way as usize]), seen, 1.0 / LoginWay::COUNT as f64)
            }
            HabitEvent::Went(from, to) => {
                let onward = self.steps.iter().filter(|(place, ..)| *place == from.number());
                let (mut there, mut seen) = (0.0, 0.0);
                for (_, next, count) in onward {
                    seen += f64::from(*count);
                    there += if *next == to.number() { f64::from(*count) } else { 0.0 };
                }
                against(there, seen, 1.0 / (Place::COUNT - 1) as f64)
            }
        }
    }

    /// Neighbouring hours lend each other a quarter: nobody comes on the stroke, and clocks change twice a year.
    fn began_against(&self, start: SessionStart) -> Option<f64> {
        let of_both =
            |hour: usize| self.hours.iter().map(|hours| f64::from(hours[hour % HOURS])).sum::<f64>();
        let at = |offset: usize| of_both(start.hour() + offset);
        let near = 0.25 * at(HOURS - 1) + 0.5 * at(0) + 0.25 * at(1);
        let [workdays, weekends] =
            self.hours.map(|hours| hours.iter().map(|count| f64::from(*count)).sum::<f64>());
        let begun = workdays + weekends;
        let (same, share) = if start.is_weekend() { (weekends, WEEKEND) } else { (workdays, 1.0 - WEEKEND) };
        Some(against(near, begun, 1.0 / HOURS as f64)? + against(same, begun, share)?)
    }

    /// One day tells one hour: many sessions of one sitting, as where somebody enrols, make no habit.
    fn began(&mut self, start: SessionStart) {
        if start.day() > self.day {
            self.day = start.day();
            self.hours[usize::from(start.is_weekend())][start.hour()] += 1;
        }
    }

    fn step(&mut self, from: Place, to: Place) {
        let pair = (from.number(), to.number());
        match self.steps.binary_search_by_key(&pair, |(from, to, _)| (*from, *to)) {
            Ok(at) => self.steps[at].2 = self.steps[at].2.saturating_add(1),
            Err(at) => self.steps.insert(at, (pair.0, pair.1, 1)),
        }
    }

    fn fade(&mut self) {
        self.sessions /= 2;
        self.hours.iter_mut().flatten().chain(&mut self.ways).for_each(|count| *count /= 2);
        self.steps.iter_mut().for_each(|(.., count)| *count /= 2);
        self.steps.retain(|(.., count)| *count > 0);
    }
}

/// How much less likely than by chance something is that was seen `there` times of `seen`.
fn against(there: f64, seen: f64, by_chance: f64) -> Option<f64> {
    let likely = (there + PSEUDO_COUNT * by_chance) / (seen + PSEUDO_COUNT);
    (seen >= SEEN_MIN).then(|| libm::log(by_chance / likely))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_units::Micros;

    /// The session of a day at an hour; day 2 is a Saturday.
    const fn began(day: u64, hour: u64) -> HabitEvent {
        HabitEvent::Began(SessionStart::of(Micros::from_secs((24 * day + hour) * 3_600)))
    }

    /// As many working days, each with a session at this hour, after `habits`.
    fn days(habits: Habits, days: u64, hour: u64) -> Habits {
        let from = u64::from(habits.day) / 7 + 1;
        (from..from + days).fold(habits, |habits, week| habits.learned([began(7 * week, hour)]))
    }

    fn went(from: u8, to: u8) -> HabitEvent {
        HabitEvent::Went(Place::new(from).unwrap(), Place::new(to).unwrap())
    }

    fn learned(sessions: usize, events: &[HabitEvent]) -> Habits {
        (0..sessions).fold(Habits::default(), |habits, _| habits.learned(events.iter().copied()))
    }

    #[test]
    fn nothing_is_odd_before_there_are_habits() {
        let few = learned(4, &[HabitEvent::LoggedIn(LoginWay::Typed)]);
        assert_eq!(few.against(HabitEvent::LoggedIn(LoginWay::Pasted)), None);
        let others = days(Habits::default(), 20, 9);
        assert_eq!(others.against(HabitEvent::LoggedIn(LoginWay::Pasted)), None);
        assert_eq!(others.against(went(1, 2)), None);
    }

    #[test]
    fn an_unusual_hour_is_odd_and_the_hours_beside_the_usual_are_not() {
        let habits = days(Habits::default(), 10, 23);
        for usual in [22, 23, 0] {
            assert!(habits.against(began(700, usual)).unwrap() < 0.0, "{usual}");
        }
        assert!(habits.against(began(700, 11)).unwrap() > 0.5);
        let (workday, weekend) = (began(700, 23), began(702, 23));
        assert!(habits.against(weekend) > habits.against(workday));
    }

    #[test]
    fn many_sessions_of_one_day_make_no_hour_a_habit() {
        assert_eq!(learned(20, &[began(700, 9)]).against(began(701, 3)), None);
    }

    #[test]
    fn more_sessions_make_what_never_happened_odder() {
        let odd = |sessions| {
            learned(sessions, &[HabitEvent::LoggedIn(LoginWay::Filled), went(0, 1)])
                .against(HabitEvent::LoggedIn(LoginWay::Typed))
                .unwrap()
        };
        assert!(odd(5) > 0.0 && odd(30) > odd(5));
    }

    #[test]
    fn a_way_through_the_site_is_judged_by_where_it_comes_from() {
        let habits = learned(10, &[went(0, 1), went(1, 2)]);
        assert!(habits.against(went(1, 2)).unwrap() < 0.0);
        assert!(habits.against(went(1, 4)).unwrap() > 0.0);
        assert_eq!(habits.against(went(4, 1)), None);
    }

    #[test]
    fn who_comes_on_weekends_at_any_hour_is_odd_on_a_workday_after_all_has_faded() {
        let weekends = (0..80).map(|week| began(7 * week + 2, week % 12));
        let habits = weekends.fold(Habits::default(), |habits, event| habits.learned([event]));
        let workday = habits.against(began(7_000, 5)).unwrap();
        assert!(workday.is_finite() && workday > 0.0, "{workday}");
    }

    #[test]
    fn old_sessions_fade_and_counts_stay_bounded() {
        let after = days(days(Habits::default(), 60, 9), 60, 20);
        assert!(after.sessions() <= SESSIONS_MAX);
        assert!(after.against(began(7_000, 20)).unwrap() < after.against(began(7_000, 9)).unwrap());
        let long = learned(1, &[went(1, 2); 500]);
        assert_eq!(long.steps, [(1, 2, STEPS_A_SESSION_MAX as u16)]);
    }
}
