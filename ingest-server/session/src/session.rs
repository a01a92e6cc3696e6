//! One connection: handshake, `Hello`, then batches, fields and actions, each checked before the caller sees it.

use std::collections::VecDeque;

use palet_features::SCHEMA_VERSION;
use palet_seal::{Responder, StaticSecret, Transport};
use palet_units::Micros;
use palet_wire::limits::FRAME_BYTES_MAX;
use palet_wire::{
    Action, Batch, ClientMessage, FieldDeclaration, FieldId, Hello, RefusalCode, ServerMessage, Welcome,
    decode_client, encode,
};

use crate::SessionLimits;
use crate::limits::Bucket;

/// Something that the page said, decoded and within all limits.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionEvent {
    /// The first message: answer with `accept` or `refuse` before anything else is heard.
    Hello(Hello),
    /// A batch that this connection has not carried before; its windows are valid. It counts only if the session's
    /// [`crate::Ledger`] admits it. Answer with `acknowledge`.
    Batch(Batch),
    /// A batch that was seen before; it was acknowledged again and its windows were dropped.
    Duplicate(u64),
    /// Batches between the two numbers were given up by the page. The batch `got` follows as its own event.
    Gap {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        got: u64,
    },
    /// A batch whose windows no extractor makes; it was refused and acknowledged.
    Rejected(u64),
    /// Fields that the page shows.
    Fields(Vec<FieldDeclaration>),
    /// Fields that are gone.
    FieldsGone(Vec<FieldId>),
    /// An action to decide.
    Action(Action),
    /// What part of the application is shown.
    Context(String),
    /// The page leaves on purpose.
    Goodbye,
}

/// Why a message was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There is no transport yet, or it is over.
    #[error("expected an open connection")]
    Closed,
    /// The message is longer than a frame, or the page does not take its frames.
    #[error("expected room for a frame")]
    Full,
}

enum Phase {
    AwaitingHandshake,
    AwaitingHello(Transport),
    AwaitingVerdict(Transport),
    Live(Transport),
    Over,
}

impl Phase {
    fn transport(&mut self) -> Option<&mut Transport> {
        match self {
            Self::AwaitingHello(transport) | Self::AwaitingVerdict(transport) | Self::Live(transport) => {
                Some(transport)
            }
            Self::AwaitingHandshake | Self::Over => None,
        }
    }
}

/// The server's half of one connection.
pub struct ServerSession {
    limits: SessionLimits,
    seed: Option<[u8; 32]>,
    phase: Phase,
    opened_at: Micros,
    heard_at: Micros,
    bucket: Bucket,
    last_seq: u64,
    plaintext: Vec<u8>,
    events: VecDeque<SessionEvent>,
    transmits: VecDeque<Vec<u8>>,
}

impl ServerSession {
    /// A connection that was just opened. `seed` must be fresh from a cryptographic generator.
    #[must_use]
    pub fn new(limits: SessionLimits, seed: [u8; 32], now: Micros) -> Self {
        Self {
            seed: Some(seed),
            phase: Phase::AwaitingHandshake,
            opened_at: now,
            heard_at: now,
            bucket: Bucket::new(&limits, now),
            limits,
            last_seq: 0,
            plaintext: Vec::new(),
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    /// Takes one binary message.
    ///
    /// **Errors**: a final code; what [`Self::poll_transmit`] still gives should be sent, then the socket closed with
    /// [`RefusalCode::close_code`]. A refused batch or field is no error: the connection goes on.
    pub fn handle_frame(
        &mut self,
        bytes: &[u8],
        keys: &StaticSecret,
        now: Micros,
    ) -> Result<(), RefusalCode> {
        let taken = self.take_frame(bytes, keys, now);
        if let Err(code) = taken {
            self.refuse(code);
        }
        taken
    }

    /// The next thing that the page said.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// The token was good: the page is welcome, and batches up to `welcome.last_seq` are duplicates.
    pub fn accept(&mut self, welcome: Welcome) {
        self.last_seq = welcome.last_seq;
        if let Phase::AwaitingVerdict(transport) = std::mem::replace(&mut self.phase, Phase::Over) {
            self.phase = Phase::Live(transport);
            self.push(&ServerMessage::Welcome(welcome));
        }
    }

    /// Refuses something; a final code ends the connection.
    pub fn refuse(&mut self, code: RefusalCode) {
        self.push(&ServerMessage::Refused(code));
        if code.is_final() {
            self.phase = Phase::Over;
            self.events.clear();
        }
    }

    /// Queues a message. **Errors**: [`SendError`]; the connection should then be closed as `Unavailable`.
    pub fn send(&mut self, message: &ServerMessage) -> Result<(), SendError> {
        if self.transmits.len() >= self.limits.transmits_max {
            return Err(SendError::Full);
        }
        let transport = self.phase.transport().ok_or(SendError::Closed)?;
        let plaintext = encode(message).map_err(|_| SendError::Full)?;
        let frame = transport.seal(&plaintext).map_err(|_| SendError::Closed)?;
        self.transmits.push_back(frame);
        Ok(())
    }

    /// Everything up to `seq` has had its outcome. **Errors**: as [`Self::send`].
    pub fn acknowledge(&mut self, seq: u64) -> Result<(), SendError> {
        self.send(&ServerMessage::Ack(seq))
    }

    /// The next sealed frame for the socket.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// Ends a connection that opened too slowly or fell silent. **Errors**: the final code to close with.
    pub fn handle_timeout(&mut self, now: Micros) -> Result<(), RefusalCode> {
        if self.poll_timeout().is_some_and(|at| at <= now) {
            self.refuse(RefusalCode::TimedOut);
            return Err(RefusalCode::TimedOut);
        }
        Ok(())
    }

    /// When [`Self::handle_timeout`] should be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Micros> {
        match self.phase {
            Phase::Live(_) => Some(self.heard_at.plus(self.limits.idle)),
            Phase::Over => None,
            _ => Some(self.opened_at.plus(self.limits.opening)),
        }
    }

    /// The highest batch number seen.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether the token was accepted and the connection stands.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live(_))
    }

    fn take_frame(&mut self, bytes: &[u8], keys: &StaticSecret, now: Micros) -> Result<(), RefusalCode> {
        self.heard_at = now;
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(RefusalCode::TooLarge);
        }
        if matches!(self.phase, Phase::AwaitingHandshake) {
            return self.answer_handshake(bytes, keys);
        }
        if matches!(self.phase, Phase::AwaitingVerdict(_)) {
            return Err(RefusalCode::OutOfOrder);
        }
        let mut plaintext = std::mem::take(&mut self.plaintext);
        let transport = self.phase.transport().ok_or(RefusalCode::OutOfOrder)?;
        let opened = transport.open(bytes, &mut plaintext).map_err(|_| RefusalCode::BadFrame);
        let message = opened.and_then(|()| decode_client(&plaintext).map_err(|error| error.refusal()));
        self.plaintext = plaintext;
        let message = message?;
        if self.is_live() && !self.bucket.take(&self.limits, now) {
            return Err(RefusalCode::RateLimited);
        }
        self.take_message(message)
    }

    fn answer_handshake(&mut self, bytes: &[u8], keys: &StaticSecret) -> Result<(), RefusalCode> {
        let seed = self.seed.take().ok_or(RefusalCode::OutOfOrder)?;
        let (transport, answer) = Responder::answer(keys, seed, bytes).map_err(|_| RefusalCode::BadFrame)?;
        self.transmits.push_back(answer);
        self.phase = Phase::AwaitingHello(transport);
        Ok(())
    }

    fn take_message(&mut self, message: ClientMessage) -> Result<(), RefusalCode> {
        match (&self.phase, message) {
            (Phase::AwaitingHello(_), ClientMessage::Hello(hello)) => self.take_hello(hello),
            (Phase::Live(_), ClientMessage::Batch(batch)) => self.take_batch(batch),
            (Phase::Live(_), ClientMessage::Fields(fields)) => self.tell(SessionEvent::Fields(fields)),
            (Phase::Live(_), ClientMessage::FieldsGone(fields)) => {
                self.tell(SessionEvent::FieldsGone(fields))
            }
            (Phase::Live(_), ClientMessage::Action(action)) => self.tell(SessionEvent::Action(action)),
            (Phase::Live(_), ClientMessage::Context(name)) => self.tell(SessionEvent::Context(name)),
            (Phase::Live(_), ClientMessage::Goodbye) => self.tell(SessionEvent::Goodbye),
            _ => Err(RefusalCode::OutOfOrder),
        }
    }

    fn take_hello(&mut self, hello: Hello) -> Result<(), RefusalCode> {
        if hello.schema != SCHEMA_VERSION {
            return Err(RefusalCode::BadSchema);
        }
        if let Phase::AwaitingHello(transport) = std::mem::replace(&mut self.phase, Phase::Over) {
            self.phase = Phase::AwaitingVerdict(transport);
        }
        self.tell(SessionEvent::Hello(hello))
    }

    fn take_batch(&mut self, batch: Batch) -> Result<(), RefusalCode> {
        let expected = self.last_seq + 1;
        let got = batch.seq;
        if got < expected {
            self.push(&ServerMessage::Ack(self.last_seq));
            return self.tell(SessionEvent::Duplicate(got));
        }
        if got == u64::MAX {
            return Err(RefusalCode::OutOfOrder);
        }
        if got > expected {
            self.tell(SessionEvent::Gap { expected, got })?;
        }
        self.last_seq = got;
        if batch.windows.iter().any(|window| window.validate().is_err()) {
            self.push(&ServerMessage::Refused(RefusalCode::BadFeatures));
            self.push(&ServerMessage::Ack(got));
            return self.tell(SessionEvent::Rejected(got));
        }
        self.tell(SessionEvent::Batch(batch))
    }

    fn tell(&mut self, event: SessionEvent) -> Result<(), RefusalCode> {
        if self.events.len() >= self.limits.events_max {
            return Err(RefusalCode::Unavailable);
        }
        self.events.push_back(event);
        Ok(())
    }

    /// Queues what must be said even when the queue is full: it is the last word, or a few bytes.
    fn push(&mut self, message: &ServerMessage) {
        if let (Some(transport), Ok(plaintext)) = (self.phase.transport(), encode(message))
            && let Ok(frame) = transport.seal(&plaintext)
        {
            self.transmits.push_back(frame);
        }
    }
}
