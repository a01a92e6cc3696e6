//! A session's windows and places, as the events that habits are made of.

use super::{HabitEvent, LoginWay, Place, SessionStart};
use palet_capture::Signal;
use palet_features::{ContextCounters, FeatureWindow};
use palet_units::Micros;

/// Follows one session.
#[derive(Clone, Debug, Default)]
pub struct HabitWatch {
    begins: Option<Micros>,
    place: Option<Place>,
    login: LoginCounts,
}

#[derive(Clone, Copy, Debug, Default)]
struct LoginCounts {
    typed: bool,
    filled: bool,
    pasted: bool,
}

impl HabitWatch {
    /// A session that begins at this time of the clock that everybody shares.
    #[must_use]
    pub fn beginning(at: Micros) -> Self {
        Self { begins: Some(at), ..Self::default() }
    }

    /// What the windows of one batch tell, at the place that its page shows; `None` for a place without a name, which is
    /// no place that anybody went to.
    pub fn see(
        &mut self,
        place: Option<Place>,
        windows: &[FeatureWindow],
    ) -> impl Iterator<Item = HabitEvent> + use<> {
        let began = self.begins.take().map(|at| HabitEvent::Began(SessionStart::of(at)));
        let from = self.place;
        self.place = place.or(from);
        let left_login = from == Some(Place::LOGIN) && self.place != from;
        let logged_in = if left_login { self.login.way().map(HabitEvent::LoggedIn) } else { None };
        if self.place == Some(Place::LOGIN) {
            windows.iter().for_each(|window| self.login.see(window));
        } else {
            self.login = LoginCounts::default();
        }
        let went = from.zip(self.place).filter(|(from, to)| from != to);
        [began, logged_in, went.map(|(from, to)| HabitEvent::Went(from, to))].into_iter().flatten()
    }
}

impl LoginCounts {
    fn see(&mut self, window: &FeatureWindow) {
        let FeatureWindow::Context(counters) = window else { return };
        let ContextCounters { signals, secret_keys, fixed_text_keys, .. } = counters;
        let any = |signal: Signal| signals.get(signal as usize).is_some_and(|count| *count > 0);
        self.filled |= any(Signal::Autofill);
        self.pasted |= any(Signal::Paste);
        self.typed |= *secret_keys > 0 || *fixed_text_keys > 0;
    }

    /// The way that spares most typing counts: a filled form is still touched by hand.
    const fn way(self) -> Option<LoginWay> {
        match self {
            Self { filled: true, .. } => Some(LoginWay::Filled),
            Self { pasted: true, .. } => Some(LoginWay::Pasted),
            Self { typed: true, .. } => Some(LoginWay::Typed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERVIEW: Option<Place> = Place::new(1);
    const LOGIN: Option<Place> = Some(Place::LOGIN);

    fn counters(signal: Option<Signal>, secret_keys: u16) -> FeatureWindow {
        let mut signals = vec![0; Signal::COUNT];
        if let Some(signal) = signal {
            signals[signal as usize] = 1;
        }
        FeatureWindow::Context(ContextCounters { signals, open_keys: 0, secret_keys, fixed_text_keys: 0 })
    }

    fn way(windows: &[FeatureWindow]) -> Vec<HabitEvent> {
        let mut watch = HabitWatch::default();
        watch.see(LOGIN, windows).for_each(drop);
        watch.see(OVERVIEW, &[]).filter(|event| matches!(event, HabitEvent::LoggedIn(_))).collect()
    }

    #[test]
    fn a_session_begins_once() {
        let mut watch = HabitWatch::beginning(Micros::from_secs(1));
        let began = HabitEvent::Began(SessionStart::of(Micros::from_secs(1)));
        assert_eq!(watch.see(None, &[]).collect::<Vec<_>>(), [began]);
        assert_eq!(watch.see(None, &[]).count(), 0);
    }

    #[test]
    fn the_way_in_is_told_when_the_login_is_left() {
        assert_eq!(way(&[counters(None, 8)]), [HabitEvent::LoggedIn(LoginWay::Typed)]);
        assert_eq!(way(&[counters(Some(Signal::Paste), 0)]), [HabitEvent::LoggedIn(LoginWay::Pasted)]);
        let touched = [counters(Some(Signal::Autofill), 0), counters(None, 1)];
        assert_eq!(way(&touched), [HabitEvent::LoggedIn(LoginWay::Filled)]);
        assert_eq!(way(&[counters(Some(Signal::Scroll), 0)]), []);
        assert_eq!(way(&[]), []);
    }

    #[test]
    fn a_place_without_a_name_is_not_gone_to() {
        let mut watch = HabitWatch::default();
        let (card, payment) = (Place::new(3), Place::new(4));
        let mut went = Vec::new();
        for place in [None, OVERVIEW, OVERVIEW, None, card, payment, None, payment] {
            went.extend(watch.see(place, &[]));
        }
        let step = |from: Option<Place>, to: Option<Place>| HabitEvent::Went(from.unwrap(), to.unwrap());
        assert_eq!(went, [step(OVERVIEW, card), step(card, payment)]);
    }
}
