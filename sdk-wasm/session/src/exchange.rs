//! The connection's steps: token, socket, handshake, welcome, messages, loss. Where no socket stands, `fallback` goes on.

use alloc::{string::String, vec::Vec};
use palet_features::SCHEMA_VERSION;
use palet_seal::Initiator;
use palet_units::Micros;
use palet_wire::limits::SILENCE_MS_MAX;
use palet_wire::{
    ClientMessage, DirectiveSet, Hello, RefusalCode, ServerMessage, Welcome, decode_server, encode,
};

use crate::link::Link;
use crate::post::Post;
use crate::settings::{OPENING_MAX, SOCKET_FAILURES_MAX, SOCKET_RETRY, TOKEN_WAIT_MAX};
use crate::{ClientSession, Effect};

impl ClientSession {
    /// The token provider's answer; `None` where it failed.
    pub fn handle_token(&mut self, token: Option<String>, now: Micros) {
        if !matches!(self.link, Link::AwaitingToken { .. }) {
            return;
        }
        match token {
            Some(token) => {
                self.token.set(token);
                self.connect(now);
            }
            None => self.fail(now),
        }
        self.tell_state();
    }

    /// The socket is open.
    pub fn handle_open(&mut self, now: Micros) {
        if !matches!(self.link, Link::Opening { .. }) {
            return;
        }
        match Initiator::new(&self.settings.server_key, self.ratchet.draw()) {
            Ok((initiator, message)) => {
                self.transmits.push(message);
                self.link = Link::Handshaking { initiator, until: now.plus(OPENING_MAX) };
            }
            Err(_) => self.drop_link(now),
        }
    }

    /// The socket is closed, or never opened.
    pub fn handle_close(&mut self, now: Micros) {
        if self.link.has_socket() {
            self.fail(now);
        }
    }

    /// One binary message from the socket. What does not open or decode ends the connection, not the session.
    pub fn handle_frame(&mut self, bytes: &[u8], now: Micros) {
        // Not kept for the next frame: memory that is given back is wiped, and nothing of a value stays behind.
        let mut plaintext = Vec::new();
        match core::mem::replace(&mut self.link, Link::Down { retry_at: now }) {
            Link::Handshaking { initiator, until } => match initiator.finish(bytes) {
                Ok(transport) => {
                    self.link = Link::Authenticating { transport, until };
                    self.say_hello(now);
                }
                Err(_) => self.abandon(now),
            },
            Link::Authenticating { mut transport, until } => {
                let opened = transport.open(bytes, &mut plaintext).is_ok();
                self.link = Link::Authenticating { transport, until };
                self.handle_plaintext(opened.then_some(&plaintext), now);
            }
            Link::Live { mut transport, .. } => {
                let opened = transport.open(bytes, &mut plaintext).is_ok();
                self.link = Link::Live { transport, heard_at: now };
                self.handle_plaintext(opened.then_some(&plaintext), now);
            }
            other => self.link = other,
        }
        self.pump(now);
        self.tell_state();
    }

    pub(crate) fn handle_link_timeout(&mut self, now: Micros) {
        if self.post.is_some() {
            self.handle_post_timeout(now);
        }
        let due = self.link.deadline(Micros::from_millis(SILENCE_MS_MAX)).is_some_and(|at| at <= now);
        if !due {
            return;
        }
        match &self.link {
            Link::Down { .. } if self.post.is_none() => self.connect(now),
            Link::Down { .. } | Link::Ended => {}
            Link::AwaitingToken { .. } => self.fail(now),
            _ => self.drop_link(now),
        }
        self.tell_state();
    }

    /// Sends what waits, by whatever stands.
    pub(crate) fn pump(&mut self, now: Micros) {
        if self.link.is_live() {
            for message in self.take_control() {
                self.transmit(&message, now);
            }
            while let Some(plaintext) = self.outbox.next_unsent().map(|batch| batch.plaintext.clone()) {
                self.transmit_plaintext(&plaintext, now);
            }
            for message in self.take_actions() {
                self.transmit(&message, now);
            }
        } else if self.post_due().is_some_and(|at| at <= now) {
            self.send_post(now);
        }
    }

    pub(crate) fn transmit(&mut self, message: &ClientMessage, now: Micros) {
        if let Ok(plaintext) = encode(message) {
            self.transmit_plaintext(&plaintext, now);
        }
    }

    pub(crate) fn connect(&mut self, now: Micros) {
        if self.token.usable(now).is_some() {
            self.link = Link::Opening { until: now.plus(OPENING_MAX) };
            self.effect(Effect::Connect);
        } else {
            self.link = Link::AwaitingToken { until: now.plus(TOKEN_WAIT_MAX) };
            self.effect(Effect::NeedToken);
        }
    }

    pub(crate) fn hello(&self, now: Micros) -> Option<Hello> {
        let token = String::from(self.token.usable(now)?);
        let Self { page, settings, .. } = self;
        Some(Hello {
            token,
            page: *page,
            schema: SCHEMA_VERSION,
            consent: settings.consent,
            facts: settings.facts,
        })
    }

    fn say_hello(&mut self, now: Micros) {
        match self.hello(now) {
            Some(hello) => self.transmit(&ClientMessage::Hello(hello), now),
            None => self.drop_link(now),
        }
    }

    fn transmit_plaintext(&mut self, plaintext: &[u8], now: Micros) {
        let sealed = match &mut self.link {
            Link::Authenticating { transport, .. } | Link::Live { transport, .. } => {
                transport.seal(plaintext)
            }
            _ => return,
        };
        match sealed {
            Ok(frame) => self.transmits.push(frame),
            Err(_) => self.drop_link(now),
        }
    }

    /// Takes a frame's plaintext; `None` for a frame that did not open.
    fn handle_plaintext(&mut self, plaintext: Option<&Vec<u8>>, now: Micros) {
        match plaintext.and_then(|plaintext| decode_server(plaintext).ok()) {
            Some(message) => self.handle_message(message, now),
            None => self.drop_link(now),
        }
    }

    pub(crate) fn handle_message(&mut self, message: ServerMessage, now: Micros) {
        match message {
            ServerMessage::Welcome(welcome) => self.handle_welcome(welcome, now),
            ServerMessage::Ack(seq) => self.outbox.acknowledge(seq),
            ServerMessage::Directives(set) => self.handle_directives(set, now),
            ServerMessage::Risk(risk) => self.effect(Effect::Risk(risk)),
            ServerMessage::StepUp(step_up) => self.effect(Effect::StepUp(step_up)),
            ServerMessage::ActionAnswer(answer) => {
                let waiting = self.actions.len();
                self.actions.retain(|pending| pending.action.id != answer.id);
                if self.actions.len() < waiting {
                    self.effect(Effect::ActionAnswer(answer));
                }
            }
            ServerMessage::Refused(code) => self.handle_refusal(code, now),
        }
    }

    fn handle_welcome(&mut self, welcome: Welcome, now: Micros) {
        self.backoff.reset();
        self.grace = Micros::from_millis(u64::from(welcome.grace_ms));
        self.token.ends_at(now.plus(Micros::from_millis(u64::from(welcome.token_ttl_ms))));
        self.outbox.acknowledge(welcome.last_seq);
        self.found_server();
        let Link::Authenticating { .. } = &self.link else { return };
        if let Link::Authenticating { transport, .. } =
            core::mem::replace(&mut self.link, Link::Down { retry_at: now })
        {
            self.link = Link::Live { transport, heard_at: now };
        }
        self.post = None;
        self.revision = 0;
        self.outbox.resume(welcome.last_seq);
        self.fields.reannounce();
        self.unsend();
    }

    fn handle_directives(&mut self, set: DirectiveSet, now: Micros) {
        if set.revision <= self.revision {
            return;
        }
        self.revision = set.revision;
        for directive in set.directives {
            if self.fields.apply(&directive, now) {
                self.effect(Effect::Paint(directive));
            }
        }
    }

    fn handle_refusal(&mut self, code: RefusalCode, now: Micros) {
        self.effect(Effect::Refused(code));
        match code {
            RefusalCode::SessionEnded | RefusalCode::BadSchema | RefusalCode::BadVersion => self.end(),
            RefusalCode::BadToken => {
                self.token.forget();
                self.drop_link(now);
            }
            final_code if final_code.is_final() => self.drop_link(now),
            _ => {}
        }
    }

    /// Closes the socket from this side and tries again later.
    fn drop_link(&mut self, now: Micros) {
        if self.link.has_socket() {
            self.abandon(now);
        } else if self.post.is_none() {
            self.fail(now);
        }
    }

    fn abandon(&mut self, now: Micros) {
        self.effect(Effect::Disconnect);
        self.fail(now);
    }

    /// The connection is gone, or never came. The grace begins; after it everything is redacted.
    fn fail(&mut self, now: Micros) {
        self.transmits.clear();
        self.unsend();
        let was_reaching = matches!(
            self.link,
            Link::Opening { .. } | Link::Handshaking { .. } | Link::Authenticating { .. } | Link::Down { .. }
        );
        let delay = self.backoff.next_delay(&mut self.ratchet);
        self.link = Link::Down { retry_at: now.plus(delay) };
        if self.post.is_none() {
            self.lost_server(now);
        }
        if was_reaching && self.backoff.failures() >= SOCKET_FAILURES_MAX && self.token.usable(now).is_some()
        {
            let post =
                self.post.get_or_insert_with(|| Post { next_at: now, urgent_at: now, ..Post::default() });
            post.socket_at = now.plus(SOCKET_RETRY);
            self.fields.reannounce();
        }
    }

    /// The grace begins, unless it runs already or everything is redacted.
    pub(crate) fn lost_server(&mut self, now: Micros) {
        if !self.masked {
            self.alone_since = self.alone_since.or(Some(now));
        }
    }

    pub(crate) fn found_server(&mut self) {
        self.alone_since = None;
        self.masked = false;
    }

    /// What was sent without an answer is sent again on the next connection.
    pub(crate) fn unsend(&mut self) {
        self.actions.iter_mut().for_each(|pending| pending.sent = false);
        if let Some(context) = &mut self.context {
            context.sent = false;
        }
    }

    pub(crate) fn take_control(&mut self) -> Vec<ClientMessage> {
        let mut messages = Vec::new();
        if let Some(context) = self.context.as_mut().filter(|context| !context.sent) {
            context.sent = true;
            messages.push(ClientMessage::Context(context.name.clone()));
        }
        let retired = self.fields.take_retired();
        if !retired.is_empty() {
            messages.push(ClientMessage::FieldsGone(retired));
        }
        loop {
            let fields = self.fields.take_unannounced();
            if fields.is_empty() {
                return messages;
            }
            messages.push(ClientMessage::Fields(fields));
            if self.post.is_some() {
                return messages;
            }
        }
    }

    pub(crate) fn take_actions(&mut self) -> Vec<ClientMessage> {
        let unsent = self.actions.iter_mut().filter(|pending| !pending.sent);
        unsent
            .map(|pending| {
                pending.sent = true;
                ClientMessage::Action(pending.action.clone())
            })
            .collect()
    }
}
