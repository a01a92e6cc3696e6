//! What sessions of one subject have in common beside movement: when they begin, how the subject comes in, and the way
//! through the site.
//!
//! A session's windows and places become a few [`HabitEvent`]s, the same whether they are learnt ([`Habits::learned`])
//! or compared ([`Habits::against`]). Habits speak against somebody and never for them: whoever takes a session over has its
//! hour and its login already. Nothing here is calibrated, since no corpus holds it; `palet_risk` bounds what it counts.

mod reference;
mod watch;

pub use reference::Habits;
pub use watch::HabitWatch;

use palet_units::Micros;

/// A part of the bank's site, by the number that the policy's contexts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u8);

impl Place {
    /// Places that are told apart.
    pub const COUNT: usize = 16;
    /// Where the subject logs in.
    pub const LOGIN: Self = Self(0);

    /// The place of this number; none beyond those that are told apart.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if (number as usize) < Self::COUNT { Some(Self(number)) } else { None }
    }

    pub(crate) const fn number(self) -> u8 {
        self.0
    }
}

/// How the secret of a login came into its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginWay {
    /// Key by key.
    Typed = 0,
    /// By the browser or a password manager.
    Filled = 1,
    /// From the clipboard.
    Pasted = 2,
}

impl LoginWay {
    pub(crate) const COUNT: usize = 3;
}

/// Hours of a day. The server knows no time zone but UTC; an hour that is usual there is as usual as at home.
pub(crate) const HOURS: usize = 24;
/// **Units**: µs.
const HOUR: u64 = 3_600_000_000;

/// When a session began, to the hour, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionStart {
    day: u32,
    hour: u8,
}

impl SessionStart {
    /// The hour and day of a time of the clock that everybody shares.
    #[must_use]
    pub const fn of(at: Micros) -> Self {
        let hours = at.0 / HOUR;
        Self { day: (hours / HOURS as u64) as u32, hour: (hours % HOURS as u64) as u8 }
    }

    pub(crate) const fn hour(self) -> usize {
        self.hour as usize
    }

    /// Days since 1970 began.
    pub(crate) const fn day(self) -> u32 {
        self.day
    }

    /// Whether it was a Saturday or a Sunday. The first of all days was a Thursday.
    pub(crate) const fn is_weekend(self) -> bool {
        (self.day + 3) % 7 >= 5
    }
}

/// Something that happens once, or now and then, in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HabitEvent {
    /// The session began.
    Began(SessionStart),
    /// The login was left behind.
    LoggedIn(LoginWay),
    /// The page went from one place to another.
    Went(Place, Place),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_known_by_its_hour_and_day() {
        // A Saturday, the last second of a Sunday, the Monday after it, a Thursday.
        for (at_s, hour, weekend) in
            [(1_795_240_800, 6, true), (1_795_391_999, 23, true), (1_795_392_000, 0, false), (0, 0, false)]
        {
            let start = SessionStart::of(Micros::from_secs(at_s));
            assert_eq!((start.hour(), start.is_weekend()), (hour, weekend), "{at_s}");
        }
    }
}
