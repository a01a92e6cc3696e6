//! What sessions of one subject have in common beside movement: when they begin, how the subject comes in, and the way
//! through the site.
//!
//! A session's windows and places become a few [`HabitEvent`]s, the same whether they are learnt ([`Habits::learned`])
//! or compared ([`Habits::against`]). Habits speak against somebody and never for them: whoever takes a session over has its
//! hour and its login already. Nothing here is calibrated, since no corpus holds it; `palet_risk` bounds what it counts.

mod reference;
mod watch;

pub use reference::{Habits, TRAINED_SESSIONS_MIN};
pub use watch::HabitWatch;

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

/// Something that happens once, or now and then, in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HabitEvent {
    /// The session began.
    Began {
        /// Hour of the day, UTC. **Range**: 0..24.
        hour: u8,
        /// Whether it was a Saturday or Sunday, UTC.
        weekend: bool,
    },
    /// The login was left behind.
    LoggedIn(LoginWay),
    /// The page went from one place to another.
    Went(Place, Place),
}
