//! The server's side: nodes that share a store, each connection a real `ServerSession`.

use std::collections::BTreeMap;

use palet_mask::Level;
use palet_seal::{Ratchet, StaticSecret};
use palet_session::{Ledger, ServerSession, SessionEvent, SessionLimits, open_envelope, seal_reply};
use palet_units::Micros;
use palet_wire::limits::HEARTBEAT_MS;
use palet_wire::{
    Batch, ClientMessage, Directive, DirectiveSet, Doors, FieldDeclaration, RefusalCode, ServerMessage,
    Welcome, encode,
};

pub const GRACE_MS: u32 = 10_000;

pub struct Server {
    pub counted: BTreeMap<(u64, u64), Vec<u8>>,
    pub counted_twice: usize,
    pub duplicates: usize,
    pub silent: bool,
    secret: StaticSecret,
    ratchet: Ratchet,
    connection: Option<Connection>,
    closed: bool,
    ended: bool,
    ledger: Ledger,
    said_at: Micros,
    frames: Vec<Vec<u8>>,
}

struct Connection {
    session: ServerSession,
    page: u64,
    revision: u64,
    fields: Vec<FieldDeclaration>,
    spoke_at: Micros,
}

impl Server {
    pub fn new(secret: StaticSecret, seed: [u8; 32]) -> Self {
        Self {
            counted: BTreeMap::new(),
            counted_twice: 0,
            duplicates: 0,
            silent: false,
            secret,
            ratchet: Ratchet::new(seed),
            connection: None,
            closed: false,
            ended: false,
            ledger: Ledger::default(),
            said_at: Micros::ZERO,
            frames: Vec::new(),
        }
    }

    pub fn connect(&mut self, now: Micros) {
        let session = ServerSession::new(SessionLimits::default(), self.ratchet.draw(), now);
        self.connection =
            Some(Connection { session, page: 0, revision: 0, fields: Vec::new(), spoke_at: now });
        self.closed = false;
    }

    pub fn forget_connection(&mut self) {
        self.connection = None;
    }

    /// The next connection reaches a node that knows only what the store holds.
    pub fn move_to_other_node(&mut self) {
        self.forget_connection();
    }

    pub fn end_session(&mut self) {
        self.ended = true;
        if let Some(connection) = &mut self.connection {
            connection.session.refuse(RefusalCode::SessionEnded);
        }
        self.closed = true;
    }

    pub fn heard_recently(&self, now: Micros) -> bool {
        now.since(self.said_at) < Micros::from_millis(500)
    }

    pub fn take_frames(&mut self) -> Vec<Vec<u8>> {
        if let Some(connection) = &mut self.connection {
            while let Some(frame) = connection.session.poll_transmit() {
                self.frames.push(frame);
            }
        }
        std::mem::take(&mut self.frames)
    }

    pub fn take_closed(&mut self) -> bool {
        std::mem::take(&mut self.closed)
    }

    pub fn tick(&mut self, now: Micros, ttl_ms: u32) {
        let Some(connection) = &mut self.connection else { return };
        if connection.session.handle_timeout(now).is_err() {
            self.closed = true;
            return;
        }
        if connection.session.is_live() {
            self.said_at = now;
            let beat = Micros::from_millis(HEARTBEAT_MS);
            if !self.silent && now.since(connection.spoke_at) >= beat {
                connection.spoke_at = now;
                let seq = connection.session.last_seq();
                connection.session.acknowledge(seq).unwrap();
                direct(connection, ttl_ms);
            }
        }
    }

    pub fn handle_frame(&mut self, bytes: &[u8], now: Micros, ttl_ms: u32) {
        let Some(mut connection) = self.connection.take() else { return };
        let taken = connection.session.handle_frame(bytes, &self.secret, now);
        while let Some(event) = connection.session.poll_event() {
            self.handle_event(&mut connection, event, ttl_ms);
        }
        self.connection = Some(connection);
        if taken.is_err() {
            self.closed = true;
        }
    }

    fn handle_event(&mut self, connection: &mut Connection, event: SessionEvent, ttl_ms: u32) {
        match event {
            SessionEvent::Hello(hello) if self.ended || hello.token != "token" => {
                connection.session.refuse(RefusalCode::SessionEnded);
                self.closed = true;
            }
            SessionEvent::Hello(hello) => {
                connection.page = hello.page;
                connection.session.accept(self.welcome(hello.page));
            }
            SessionEvent::Batch(batch) => {
                let seq = batch.seq;
                self.count(connection.page, batch);
                connection.session.acknowledge(seq).unwrap();
                direct(connection, ttl_ms);
            }
            SessionEvent::Duplicate(_) => self.duplicates += 1,
            SessionEvent::Fields(fields) => {
                connection.fields.extend(fields);
                direct(connection, ttl_ms);
            }
            _ => {}
        }
    }

    fn welcome(&self, page: u64) -> Welcome {
        Welcome { last_seq: self.ledger.last_seq(page), grace_ms: GRACE_MS, token_ttl_ms: 40_000 }
    }

    fn count(&mut self, page: u64, batch: Batch) {
        let seq = batch.seq;
        if !self.ledger.admit(page, seq) {
            self.duplicates += 1;
            return;
        }
        let plaintext = encode(&ClientMessage::Batch(batch)).unwrap();
        if self.counted.insert((page, seq), plaintext).is_some() {
            self.counted_twice += 1;
        }
    }

    /// The POST fallback: the same store, no connection.
    pub fn handle_request(&mut self, bytes: &[u8], now: Micros, ttl_ms: u32) -> Option<Vec<u8>> {
        let envelope = open_envelope(bytes, &self.secret).ok()?;
        self.said_at = now;
        let page = envelope.hello.page;
        let mut fields = Vec::new();
        for message in envelope.messages.clone() {
            match message {
                ClientMessage::Batch(batch) => self.count(page, batch),
                ClientMessage::Fields(more) => fields.extend(more),
                _ => {}
            }
        }
        let welcome = ServerMessage::Welcome(self.welcome(page));
        let set = DirectiveSet { revision: 1, directives: clear(&fields, ttl_ms) };
        seal_reply(&envelope, vec![welcome, ServerMessage::Directives(set)], self.ratchet.draw()).ok()
    }
}

fn clear(fields: &[FieldDeclaration], ttl_ms: u32) -> Vec<Directive> {
    let clear = |field: &FieldDeclaration| Directive {
        field: field.id,
        level: Level::Clear,
        display: Some("DE02 1203 0000 0000 2020 51".to_owned()),
        ttl_ms,
        shut: Doors::NONE,
    };
    fields.iter().map(clear).collect()
}

fn direct(connection: &mut Connection, ttl_ms: u32) {
    connection.revision += 1;
    let directives = clear(&connection.fields, ttl_ms);
    let set = DirectiveSet { revision: connection.revision, directives };
    connection.session.send(&ServerMessage::Directives(set)).unwrap();
}
