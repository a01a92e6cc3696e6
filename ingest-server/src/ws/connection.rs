//! One socket's loop: bytes in → `ServerSession` → the live session → sealed bytes out.
//!
//! The loop only carries: what a message means is decided in `live`, what may be said on a connection in
//! `palet_session`.

use actix_web::web;
use actix_ws::{AggregatedMessage, CloseReason, ProtocolError};
use palet_session::{ServerSession, SessionEvent, SessionLimits};
use palet_units::Micros;
use palet_wire::{Batch, Hello, RefusalCode, ServerMessage, Welcome, limits};
use rand::Rng;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

use crate::{
    app::AppState,
    clock,
    live::{LiveSession, Outbound, PageKey},
    telemetry::BatchOutcome,
};

/// Messages that wait for a socket from elsewhere; one more and the socket is given up.
const OUTBOUND_MAX: usize = 256;
/// A socket that takes no bytes for this long is given up.
const WRITE_MAX: Duration = Duration::from_secs(10);
/// A peer that answers no ping for this long is gone.
const UNHEARD_MAX: Micros = Micros::from_secs(45);
/// A durable batch is acknowledged after this, unless the server says something to the page anyway.
const ACK_DELAY: Micros = Micros::from_millis(150);
/// The server says something at least this often.
const HEARTBEAT: Micros = Micros::from_millis(limits::HEARTBEAT_MS * 8 / 10);

/// Why a loop ends.
enum End {
    /// The peer is gone, or said goodbye.
    Gone,
    /// The server refuses to go on.
    Refused(RefusalCode),
    /// The server stops.
    Stopping,
}

/// The page behind an accepted connection.
struct Joined {
    live: Arc<LiveSession>,
    page: PageKey,
    outlet: u64,
}

/// A socket with its session, from the first frame to the last.
pub(super) struct Connection {
    state: web::Data<AppState>,
    origin: Option<String>,
    session: ServerSession,
    joined: Option<Joined>,
    sender: mpsc::Sender<Outbound>,
    receiver: mpsc::Receiver<Outbound>,
    heard_at: Micros,
    said_at: Micros,
    /// The highest batch that was taken, and the highest that was acknowledged.
    taken_seq: u64,
    acked_seq: u64,
    /// When acknowledgements are looked at, while some are due.
    ack_at: Micros,
}

impl Connection {
    pub(super) fn new(state: web::Data<AppState>, origin: Option<String>) -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        let now = clock::now();
        let settings = &state.settings.limits;
        let session_limits = SessionLimits {
            messages_per_s: settings.session_frames_per_s,
            burst: settings.session_frames_burst,
            ..SessionLimits::default()
        };
        let (sender, receiver) = mpsc::channel(OUTBOUND_MAX);
        let session = ServerSession::new(session_limits, seed, now);
        Self {
            state,
            origin,
            session,
            joined: None,
            sender,
            receiver,
            heard_at: now,
            said_at: now,
            taken_seq: 0,
            acked_seq: 0,
            ack_at: Micros::MAX,
        }
    }

    /// Carries until either side ends it.
    pub(super) async fn run(
        mut self,
        mut socket: actix_ws::Session,
        mut stream: actix_ws::AggregatedMessageStream,
    ) {
        let mut stop = self.state.stop.clone();
        // One timer for the connection: it is set anew only when something is due earlier than it rings.
        let (mut rings_at, timer) = (Micros::MAX, tokio::time::sleep(WRITE_MAX));
        tokio::pin!(timer);
        let end = loop {
            if let Err(end) = self.flush(&mut socket).await {
                break end;
            }
            let due = self.poll_timeout();
            if due < rings_at {
                rings_at = due;
                // A deadline that was just missed waits a moment rather than spinning.
                let wait = Duration::from_micros(due.since(clock::now()).0.max(1_000));
                timer.as_mut().reset(tokio::time::Instant::now() + wait);
            }
            let step = tokio::select! {
                message = stream.recv() => self.take_message(message, &mut socket).await,
                outbound = self.receiver.recv() => self.take_outbound(outbound),
                () = &mut timer => {
                    rings_at = Micros::MAX;
                    self.take_timeout(&mut socket).await
                }
                _ = stop.wait_for(|stop| *stop) => Err(End::Stopping),
            };
            if let Err(end) = step {
                break end;
            }
        };
        self.leave();
        self.close(socket, end).await;
    }

    async fn take_message(
        &mut self,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
        socket: &mut actix_ws::Session,
    ) -> Result<(), End> {
        self.heard_at = clock::now();
        match message {
            Some(Ok(AggregatedMessage::Binary(bytes))) => self.take_frame(&bytes).await,
            Some(Ok(AggregatedMessage::Ping(bytes))) => socket.pong(&bytes).await.map_err(|_| End::Gone),
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Text(_))) => Err(End::Refused(RefusalCode::BadFrame)),
            Some(Ok(AggregatedMessage::Close(_))) | None => Err(End::Gone),
            Some(Err(ProtocolError::Overflow)) => Err(End::Refused(RefusalCode::TooLarge)),
            Some(Err(_)) => Err(End::Refused(RefusalCode::BadFrame)),
        }
    }

    async fn take_frame(&mut self, bytes: &[u8]) -> Result<(), End> {
        let started = Instant::now();
        let now = clock::now();
        let taken = self.session.handle_frame(bytes, &self.state.keys.noise, now);
        // The session has queued the refusal already; what it heard before stands.
        if let Err(code) = taken {
            self.state.metrics.count_refusal(code);
            return Err(End::Refused(code));
        }
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Hello(hello) => self.take_hello(&hello, now).await?,
                SessionEvent::Batch(batch) => {
                    self.take_batch(batch, now)?;
                    self.state.metrics.observe_batch(started.elapsed());
                }
                other => self.take_event(other, now)?,
            }
        }
        Ok(())
    }

    async fn take_hello(&mut self, hello: &Hello, now: Micros) -> Result<(), End> {
        match self.join(hello, now).await {
            Ok(welcome) => {
                self.session.accept(welcome);
                let standing =
                    self.joined.as_ref().map(|joined| joined.live.standing(self.state.registry.tools()));
                self.send_all(standing.into_iter().collect())
            }
            Err(code) => Err(self.refuse(code)),
        }
    }

    async fn join(&mut self, hello: &Hello, now: Micros) -> Result<Welcome, RefusalCode> {
        let state = self.state.clone();
        let (live, ttl) = state.find_session(hello, self.origin.as_deref(), now).await?;
        let page = PageKey(hello.page);
        let (outlet, last_seq) = live.join(page, Some(self.sender.clone()), now)?;
        self.joined = Some(Joined { live, page, outlet });
        let token_ttl_ms = u32::try_from(ttl.0 / 1_000).unwrap_or(u32::MAX);
        Ok(Welcome { last_seq, grace_ms: state.settings.sessions.grace_ms, token_ttl_ms })
    }

    fn take_batch(&mut self, batch: Batch, now: Micros) -> Result<(), End> {
        let Some(joined) = &self.joined else { return Err(End::Gone) };
        let seq = batch.seq;
        let reply = joined.live.take_batch(self.state.registry.tools(), joined.page, batch, now);
        if let Some(outcome) = reply.outcome {
            self.state.metrics.count_batch(outcome);
        }
        self.send_all(reply.messages)?;
        self.taken_seq = self.taken_seq.max(seq);
        if self.ack_at == Micros::MAX {
            self.ack_at = now.plus(ACK_DELAY);
        }
        self.acknowledge(reply.committed_seq)?;
        match reply.outcome {
            Some(BatchOutcome::Limited(code) | BatchOutcome::Rejected(code)) if code.is_final() => {
                Err(End::Refused(code))
            }
            _ => Ok(()),
        }
    }

    fn take_event(&mut self, event: SessionEvent, now: Micros) -> Result<(), End> {
        let Some(Joined { live, page, .. }) = &self.joined else { return Err(End::Gone) };
        let (tools, page) = (self.state.registry.tools(), *page);
        let metrics = &self.state.metrics;
        let messages = match event {
            SessionEvent::Fields(fields) => {
                let (good, mut messages) = live.declare(tools, page, fields, now);
                if !good {
                    metrics.count_refusal(RefusalCode::BadField);
                    messages.push(ServerMessage::Refused(RefusalCode::BadField));
                }
                messages
            }
            SessionEvent::FieldsGone(ids) => {
                live.retire(page, &ids);
                Vec::new()
            }
            SessionEvent::Context(name) => live.set_context(tools, page, name, now),
            SessionEvent::Action(action) => vec![live.act(tools, page, &action, now)],
            SessionEvent::Rejected(seq) => {
                metrics.count_batch(BatchOutcome::Rejected(RefusalCode::BadFeatures));
                live.skip_batch(page, seq, now);
                Vec::new()
            }
            SessionEvent::Duplicate(_) => {
                metrics.duplicates.inc();
                Vec::new()
            }
            SessionEvent::Gap { expected, got } => {
                metrics.lost.inc_by(got.saturating_sub(expected));
                Vec::new()
            }
            SessionEvent::Goodbye => return Err(End::Gone),
            SessionEvent::Hello(_) | SessionEvent::Batch(_) => Vec::new(),
        };
        self.send_all(messages)
    }

    fn take_outbound(&mut self, outbound: Option<Outbound>) -> Result<(), End> {
        let mut next = outbound;
        while let Some(outbound) = next {
            match outbound {
                Outbound::Message(message) => self.send_all(vec![message])?,
                Outbound::End(code) => return Err(self.refuse(code)),
            }
            next = self.receiver.try_recv().ok();
        }
        Ok(())
    }

    async fn take_timeout(&mut self, socket: &mut actix_ws::Session) -> Result<(), End> {
        let now = clock::now();
        self.session.handle_timeout(now).map_err(End::Refused)?;
        if now.since(self.heard_at) >= UNHEARD_MAX {
            return Err(End::Gone);
        }
        let Some(Joined { live, page, .. }) = &self.joined else { return Ok(()) };
        if live.poll_refresh(*page).is_some_and(|at| at <= now) {
            let messages = live.refresh(self.state.registry.tools(), *page, now);
            self.send_all(messages)?;
        }
        let committed = self.joined.as_ref().map_or(0, |joined| joined.live.committed_seq(joined.page));
        if now >= self.ack_at {
            // What is still on its way into the store is looked at again.
            self.ack_at = now.plus(ACK_DELAY);
            self.acknowledge(committed)?;
        }
        if now.since(self.said_at) >= HEARTBEAT {
            self.session.acknowledge(committed).map_err(|_| End::Refused(RefusalCode::Unavailable))?;
            socket.ping(b"").await.map_err(|_| End::Gone)?;
        }
        Ok(())
    }

    /// When something is due though nobody says anything.
    fn poll_timeout(&self) -> Micros {
        let mut at = self.session.poll_timeout().unwrap_or(Micros::MAX).min(self.heard_at.plus(UNHEARD_MAX));
        if let Some(Joined { live, page, .. }) = &self.joined {
            at = at.min(self.said_at.plus(HEARTBEAT)).min(self.ack_at);
            at = live.poll_refresh(*page).map_or(at, |refresh| at.min(refresh));
        }
        at
    }

    /// Tells that batches up to `seq` are durable, unless that was told.
    fn acknowledge(&mut self, seq: u64) -> Result<(), End> {
        if seq <= self.acked_seq {
            return Ok(());
        }
        self.acked_seq = seq;
        if seq >= self.taken_seq {
            self.ack_at = Micros::MAX;
        }
        self.session.acknowledge(seq).map_err(|_| End::Refused(RefusalCode::Unavailable))
    }

    fn send_all(&mut self, messages: Vec<ServerMessage>) -> Result<(), End> {
        for message in &messages {
            self.session.send(message).map_err(|_| End::Refused(RefusalCode::Unavailable))?;
        }
        Ok(())
    }

    /// Queues a refusal; the connection ends after it.
    fn refuse(&mut self, code: RefusalCode) -> End {
        self.state.metrics.count_refusal(code);
        self.session.refuse(code);
        End::Refused(code)
    }

    async fn flush(&mut self, socket: &mut actix_ws::Session) -> Result<(), End> {
        while let Some(frame) = self.session.poll_transmit() {
            self.said_at = clock::now();
            match tokio::time::timeout(WRITE_MAX, socket.binary(frame)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(End::Gone),
            }
        }
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(Joined { live, page, outlet }) = self.joined.take() {
            live.leave(page, outlet, clock::now());
        }
    }

    async fn close(mut self, mut socket: actix_ws::Session, end: End) {
        let code = match end {
            End::Gone => None,
            End::Refused(code) => Some((code.close_code(), code.as_str())),
            End::Stopping => Some((1001, "stopping")),
        };
        // What was queued before the end, a refusal above all, still goes out.
        let _ = self.flush(&mut socket).await;
        if let Some((code, reason)) = code {
            tracing::debug!(event.action = "socket-closed", palet.code = code, "closed a socket: {reason}");
        }
        let reason =
            code.map(|(code, text)| CloseReason { code: code.into(), description: Some(text.into()) });
        let _ = tokio::time::timeout(WRITE_MAX, socket.close(reason)).await;
    }
}
