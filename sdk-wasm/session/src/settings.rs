//! What the page's author chose, and the session's own times.

use palet_features::ExtractorSettings;
use palet_seal::PublicKey;
use palet_units::Micros;
use palet_wire::{Consent, PageFacts};

/// What a session needs to know before it starts.
#[derive(Clone)]
pub struct ClientSettings {
    /// The server's static key, pinned in the page.
    pub server_key: PublicKey,
    /// What the subject agreed to.
    pub consent: Consent,
    /// What kind of page this is.
    pub facts: PageFacts,
    /// How features are made.
    pub extractor: ExtractorSettings,
}

/// A handshake and its welcome must be over within this time.
pub(crate) const OPENING_MAX: Micros = Micros::from_secs(10);
/// The token provider must have answered within this time.
pub(crate) const TOKEN_WAIT_MAX: Micros = Micros::from_secs(15);
/// Delay before the first reconnect; doubles with each failure.
pub(crate) const BACKOFF_MIN: Micros = Micros::from_millis(500);
/// The longest delay before a reconnect.
pub(crate) const BACKOFF_MAX: Micros = Micros::from_secs(30);
/// So many sockets in a row that never got a welcome, and the page falls back to POST.
pub(crate) const SOCKET_FAILURES_MAX: u32 = 3;
/// While in fallback, a socket is tried again this often.
pub(crate) const SOCKET_RETRY: Micros = Micros::from_secs(60);
/// While in fallback, the page asks for directives at least this often.
pub(crate) const POST_INTERVAL: Micros = Micros::from_secs(5);
/// While in fallback, requests keep this distance.
pub(crate) const POST_SPACING: Micros = Micros::from_millis(250);
/// A POST must be answered within this time.
pub(crate) const POST_WAIT_MAX: Micros = Micros::from_secs(10);
/// A token is not used for a new connection when it ends within this time.
pub(crate) const TOKEN_MARGIN: Micros = Micros::from_secs(5);
/// The grace that holds until the server named its own.
pub(crate) const GRACE_DEFAULT: Micros = Micros::from_secs(10);
/// The longest body of a message sent while the page is hidden: browsers bound such requests. **Units**: bytes.
pub(crate) const BEACON_BYTES_MAX: usize = 56 * 1024;
/// The most effects that wait to be taken; the page drains them after each call.
pub(crate) const EFFECTS_MAX: usize = 1_024;
/// The most actions that wait for an answer.
pub(crate) const ACTIONS_MAX: usize = 16;
