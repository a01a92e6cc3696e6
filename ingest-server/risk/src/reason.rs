//! Reasons in plain words, each with a stable code.

use palet_comparison::Reason;
use serde::Serialize;

/// What a reason is about. The code is stable; the words may be translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// Keys are held for other times.
    KeyDwell,
    /// The gaps between keys differ.
    KeyFlight,
    /// Gaps and holds go together in another way.
    KeyRhythm,
    /// Keys differ a little in everything.
    KeyGeneral,
    /// A fixed text is typed in another way.
    FixedText,
    /// Movements speed up and slow down in another way.
    PointerMotion,
    /// Movements are shaped in another way.
    PointerShape,
    /// Clicks and pauses differ.
    PointerClicks,
    /// Pointer movements differ a little in everything.
    PointerGeneral,
    /// Events that the browser marked as not made by a person.
    UntrustedEvents,
    /// Keys are timed more evenly than hands can.
    EvenTiming,
    /// Keys follow each other faster than hands can.
    ImpossibleSpeed,
    /// The session began at an hour or on a day that is unusual.
    UnusualTime,
    /// The subject came in in another way.
    UnusualLogin,
    /// The pages were gone through in another way.
    UnusualWay,
    /// No reference is trained: nothing can be said about who types.
    NotTrained,
    /// Too little was typed or moved to say anything.
    NoEvidence,
}

impl ReasonCode {
    /// The code as it stands in answers, logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyDwell => "key-dwell",
            Self::KeyFlight => "key-flight",
            Self::KeyRhythm => "key-rhythm",
            Self::KeyGeneral => "key-general",
            Self::FixedText => "fixed-text",
            Self::PointerMotion => "pointer-motion",
            Self::PointerShape => "pointer-shape",
            Self::PointerClicks => "pointer-clicks",
            Self::PointerGeneral => "pointer-general",
            Self::UntrustedEvents => "untrusted-events",
            Self::EvenTiming => "even-timing",
            Self::ImpossibleSpeed => "impossible-speed",
            Self::UnusualTime => "unusual-time",
            Self::UnusualLogin => "unusual-login",
            Self::UnusualWay => "unusual-way",
            Self::NotTrained => "not-trained",
            Self::NoEvidence => "no-evidence",
        }
    }

    /// The reason in plain words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::KeyDwell => "keys are held for longer or shorter than the account holder does",
            Self::KeyFlight => "the gaps between keys are unlike the account holder's",
            Self::KeyRhythm => "the rhythm of typing is unlike the account holder's",
            Self::KeyGeneral => "the typing as a whole is unlike the account holder's",
            Self::FixedText => "a familiar text was typed in an unfamiliar way",
            Self::PointerMotion => "the pointer speeds up and slows down unlike the account holder's",
            Self::PointerShape => "the pointer's paths are shaped unlike the account holder's",
            Self::PointerClicks => "clicks and pauses are unlike the account holder's",
            Self::PointerGeneral => "the use of the pointer as a whole is unlike the account holder's",
            Self::UntrustedEvents => "some events were made by a program, not by a person",
            Self::EvenTiming => "keys are timed more evenly than hands can",
            Self::ImpossibleSpeed => "keys follow each other faster than hands can",
            Self::UnusualTime => "the session began at a time that is unusual for the account holder",
            Self::UnusualLogin => "the login was filled in unlike the account holder does",
            Self::UnusualWay => "the pages were visited in an order that is unusual for the account holder",
            Self::NotTrained => {
                "not trained: the account holder has not been enrolled on this kind of device"
            }
            Self::NoEvidence => "too little has been typed or moved to compare",
        }
    }
}

impl From<Reason> for ReasonCode {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::KeyDwell => Self::KeyDwell,
            Reason::KeyFlight => Self::KeyFlight,
            Reason::KeyRhythm => Self::KeyRhythm,
            Reason::FixedTextRhythm => Self::FixedText,
            Reason::PointerMotion => Self::PointerMotion,
            Reason::PointerShape => Self::PointerShape,
            Reason::PointerClicks => Self::PointerClicks,
        }
    }
}

/// One reason, with its share in the risk.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RiskReason {
    /// What it is about.
    pub code: ReasonCode,
    /// In plain words.
    pub words: &'static str,
    /// How much evidence stands behind it. **Units**: nats.
    pub weight: f64,
}

impl RiskReason {
    /// A reason with its weight. **Units**: nats.
    #[must_use]
    pub const fn new(code: ReasonCode, weight: f64) -> Self {
        Self { code, words: code.words(), weight }
    }
}
