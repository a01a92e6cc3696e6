//! Why something was refused, as stable codes that are the same on the socket, in REST and in metrics.

use serde::{Deserialize, Serialize};

/// Why the server refused. Coarse on purpose: the page learns what it can mend, nothing about secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum RefusalCode {
    /// The frame did not open or did not decode.
    BadFrame = 0,
    /// The message's version is not spoken here.
    BadVersion = 1,
    /// The token is unknown, altered, ended or for another origin.
    BadToken = 2,
    /// The features' schema is not spoken here.
    BadSchema = 3,
    /// A message came where its kind is not allowed: the first must be `Hello`, and there is only one.
    OutOfOrder = 4,
    /// A limit of the protocol was passed.
    TooLarge = 5,
    /// A window holds what no extractor makes: NaN, counts that disagree, an index out of range.
    BadFeatures = 6,
    /// Too many messages in too little time.
    RateLimited = 7,
    /// A field's sealed value does not belong to this tenant, class, record or session.
    BadField = 8,
    /// The session was ended, by the bank or by its age.
    SessionEnded = 9,
    /// The server stops or is overloaded; try again.
    Unavailable = 10,
    /// The connection opened too slowly, or nothing came for too long.
    TimedOut = 11,
}

impl RefusalCode {
    /// All codes.
    pub const ALL: [Self; 12] = [
        Self::BadFrame,
        Self::BadVersion,
        Self::BadToken,
        Self::BadSchema,
        Self::OutOfOrder,
        Self::TooLarge,
        Self::BadFeatures,
        Self::RateLimited,
        Self::BadField,
        Self::SessionEnded,
        Self::Unavailable,
        Self::TimedOut,
    ];

    /// The stable code in text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadFrame => "bad-frame",
            Self::BadVersion => "bad-version",
            Self::BadToken => "bad-token",
            Self::BadSchema => "bad-schema",
            Self::OutOfOrder => "out-of-order",
            Self::TooLarge => "too-large",
            Self::BadFeatures => "bad-features",
            Self::RateLimited => "rate-limited",
            Self::BadField => "bad-field",
            Self::SessionEnded => "session-ended",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed-out",
        }
    }

    /// Whether the connection closes after it. A refused batch or field leaves the connection as it was.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::BadFeatures | Self::BadField)
    }

    /// The WebSocket close code (RFC 6455, section 7.4; 4000–4999 are the application's own).
    #[must_use]
    pub const fn close_code(self) -> u16 {
        match self {
            Self::Unavailable => 1013,
            Self::TooLarge => 1009,
            other => 4000 + other as u16,
        }
    }
}
