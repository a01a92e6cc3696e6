//! The connection as the page sees it: which step of opening it stands at, and when to try again.

use palet_seal::{Initiator, Ratchet, Transport};
use palet_units::Micros;

use crate::settings::{BACKOFF_MAX, BACKOFF_MIN, TOKEN_MARGIN};
use alloc::string::String;

/// Where the connection stands.
pub(crate) enum Link {
    /// No connection; the next attempt begins at this time.
    Down { retry_at: Micros },
    /// The token provider was asked.
    AwaitingToken { until: Micros },
    /// The browser opens the socket.
    Opening { until: Micros },
    /// Message 1 is out.
    Handshaking { initiator: Initiator, until: Micros },
    /// `Hello` is out.
    Authenticating { transport: Transport, until: Micros },
    /// Welcomed.
    Live { transport: Transport, heard_at: Micros },
    /// Over.
    Ended,
}

impl Link {
    /// When the present step has taken too long, or the next attempt is due.
    pub(crate) fn deadline(&self, silence_max: Micros) -> Option<Micros> {
        match self {
            Self::Down { retry_at } => Some(*retry_at),
            Self::AwaitingToken { until }
            | Self::Opening { until }
            | Self::Handshaking { until, .. }
            | Self::Authenticating { until, .. } => Some(*until),
            Self::Live { heard_at, .. } => Some(heard_at.plus(silence_max)),
            Self::Ended => None,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self, Self::Live { .. })
    }

    /// Whether the browser has a socket that it should close.
    pub(crate) fn has_socket(&self) -> bool {
        matches!(
            self,
            Self::Opening { .. } | Self::Handshaking { .. } | Self::Authenticating { .. } | Self::Live { .. }
        )
    }
}

/// Jittered exponential delays.
#[derive(Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The delay after one more failure: between half and the whole of the doubled step.
    pub(crate) fn next_delay(&mut self, ratchet: &mut Ratchet) -> Micros {
        let doubled = BACKOFF_MIN.0.saturating_shl(self.failures).min(BACKOFF_MAX.0);
        self.failures = self.failures.saturating_add(1);
        Micros(doubled / 2 + ratchet.draw_below(doubled / 2 + 1))
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

trait SaturatingShl {
    fn saturating_shl(self, by: u32) -> Self;
}

impl SaturatingShl for u64 {
    fn saturating_shl(self, by: u32) -> Self {
        if by >= self.leading_zeros() { Self::MAX } else { self << by }
    }
}

/// A session token and when it ends, as far as the page knows.
#[derive(Default)]
pub(crate) struct Token {
    text: Option<String>,
    ends_at: Option<Micros>,
}

impl Token {
    pub(crate) fn set(&mut self, text: String) {
        *self = Self { text: Some(text), ends_at: None };
    }

    pub(crate) fn ends_at(&mut self, at: Micros) {
        self.ends_at = Some(at);
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The token, if it can open a connection now.
    pub(crate) fn usable(&self, now: Micros) -> Option<&str> {
        let ended = self.ends_at.is_some_and(|at| at <= now.plus(TOKEN_MARGIN));
        if ended { None } else { self.text.as_deref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_start_over_after_success() {
        let (mut backoff, mut ratchet) = (Backoff::default(), Ratchet::new([1; 32]));
        for step in [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            let delay = backoff.next_delay(&mut ratchet);
            assert!(
                delay >= Micros::from_millis(step / 2) && delay <= Micros::from_millis(step),
                "{step}: {delay}"
            );
        }
        backoff.reset();
        assert!(backoff.next_delay(&mut ratchet) <= BACKOFF_MIN);
        (0..200).for_each(|_| assert!(backoff.next_delay(&mut ratchet) <= BACKOFF_MAX));
    }

    #[test]
    fn a_token_about_to_end_opens_nothing() {
        let mut token = Token::default();
        assert_eq!(token.usable(Micros::ZERO), None);
        token.set("t".into());
        assert_eq!(token.usable(Micros::MAX), Some("t"));
        token.ends_at(Micros::from_secs(60));
        assert_eq!(token.usable(Micros::from_secs(54)), Some("t"));
        assert_eq!(token.usable(Micros::from_secs(55)), None);
    }
}
