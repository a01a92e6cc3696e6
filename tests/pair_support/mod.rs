//! The world of `pair.rs`: a page, a server with a shared store, and a network with faults, on one virtual clock.

mod network;
mod node;
mod page;

use std::collections::BTreeMap;

pub use network::Fault;
use network::{Network, Packet};
use node::Server;
use page::Painted;
pub use page::strokes_of_a_mouse;
use palet_client::{ClientSession, Effect};
use palet_seal::{Ratchet, StaticSecret};
use palet_units::Micros;

/// The step of the virtual clock.
const STEP: Micros = Micros::from_millis(50);

pub struct World {
    pub client: ClientSession,
    pub faults: Vec<Fault>,
    pub level_ttl_ms: u32,
    seed: u64,
    page_loads: u8,
    now: Micros,
    luck: Ratchet,
    network: Network,
    server: Server,
    painted: Painted,
    effects: Vec<Effect>,
    /// Plaintext of every batch ever numbered, by page load and number.
    numbered: BTreeMap<(u8, u64), Vec<u8>>,
    pub lost: u32,
    pinned: StaticSecret,
    /// Violations of "masked whenever alone", told at the end so that a seed's whole story can be printed.
    breaches: Vec<String>,
    alone_since: Option<Micros>,
}

pub fn run_seeds(test: impl Fn(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    match number("PALET_SEED") {
        Some(seed) => test(seed),
        None => (0..number("PALET_SEEDS").unwrap_or(1_000)).for_each(|seed| {
            let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test(seed))).is_err();
            assert!(!failed, "seed {seed} failed; run it alone with PALET_SEED={seed}");
        }),
    }
}

fn seed_bytes(seed: u64, salt: u8) -> [u8; 32] {
    let mut bytes = [salt; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes
}

impl World {
    pub fn new(seed: u64) -> Self {
        let secret = StaticSecret::from_bytes([7; 32]);
        Self::build(seed, secret.clone(), secret)
    }

    pub fn with_wrong_key(seed: u64) -> Self {
        Self::build(seed, StaticSecret::from_bytes([7; 32]), StaticSecret::from_bytes([8; 32]))
    }

    fn build(seed: u64, secret: StaticSecret, pinned: StaticSecret) -> Self {
        let now = Micros::from_secs(1_000);
        Self {
            client: page::new_client(&pinned, seed_bytes(seed, 1), now),
            faults: Fault::ALL.to_vec(),
            level_ttl_ms: 0,
            seed,
            page_loads: 1,
            now,
            luck: Ratchet::new(seed_bytes(seed, 2)),
            network: Network::default(),
            server: Server::new(secret, seed_bytes(seed, 3)),
            painted: Painted::default(),
            effects: Vec::new(),
            numbered: BTreeMap::new(),
            lost: 0,
            pinned,
            breaches: Vec::new(),
            alone_since: None,
        }
    }

    /// Types and moves for `span`, with the world's faults.
    pub fn run_with_faults(&mut self, span: Micros) {
        let end = self.now.plus(span);
        while self.now < end {
            page::behave(&mut self.client, &mut self.luck, self.now);
            if self.luck.draw_below(12) == 0 && !self.faults.is_empty() {
                let fault = self.faults[self.luck.draw_below(self.faults.len() as u64) as usize];
                self.strike(fault);
            }
            self.step();
        }
    }

    /// A quiet network until everything has been acknowledged.
    pub fn settle(&mut self) {
        self.network.heal();
        self.client.flush(self.now);
        self.advance(Micros::from_secs(150));
    }

    pub fn advance(&mut self, span: Micros) {
        let end = self.now.plus(span);
        while self.now < end {
            self.step();
        }
    }

    pub fn cut_network(&mut self) {
        self.network.cut = true;
        self.network.drop_connection();
        self.client.handle_close(self.now);
    }

    pub fn block_sockets(&mut self) {
        self.network.sockets_blocked = true;
    }

    pub fn unblock_sockets(&mut self) {
        self.network.sockets_blocked = false;
    }

    pub fn end_session(&mut self) {
        self.server.end_session();
    }

    pub fn stop_directives(&mut self) {
        self.server.silent = true;
    }

    /// The page is loaded again with the same session token: fresh state, fresh number.
    pub fn reload(&mut self) {
        self.network.drop_connection();
        self.page_loads += 1;
        self.client = page::new_client(&self.pinned, seed_bytes(self.seed, 10 + self.page_loads), self.now);
        self.painted = Painted::default();
        self.server.forget_connection();
    }

    pub fn shown_in_clear(&self) -> usize {
        self.painted.clear()
    }

    pub fn effects_seen(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(effect)).count()
    }

    pub fn delivered(&self) -> usize {
        self.server.counted.len()
    }

    pub fn duplicates(&self) -> usize {
        self.server.duplicates
    }

    /// Each batch that the page numbered was counted exactly once, with the bytes that it had, save those that the
    /// page itself reported as pushed out of its bounded buffer.
    pub fn assert_delivered_once(&self) {
        assert!(self.numbered.len() > 3, "the page must have had something to say");
        assert_eq!(self.server.counted_twice, 0);
        let mut missing: Vec<_> = self.numbered.values().collect();
        missing.sort();
        for plaintext in self.server.counted.values() {
            let at = missing.binary_search(&plaintext).expect("what is counted was numbered, once");
            missing.remove(at);
        }
        assert!(
            missing.len() <= self.lost as usize,
            "{} missing, {} reported lost",
            missing.len(),
            self.lost
        );
    }

    pub fn assert_masked_whenever_alone(&self) {
        assert!(self.breaches.is_empty(), "seed {}: {:?}", self.seed, self.breaches);
    }

    fn step(&mut self) {
        self.now = self.now.plus(STEP);
        if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
            self.client.handle_timeout(self.now);
        }
        self.deliver();
        self.server.tick(self.now, self.level_ttl_ms);
        self.drain_server();
        self.drain_client();
        self.watch();
    }

    fn deliver(&mut self) {
        for packet in self.network.due(self.now) {
            match packet {
                Packet::ToServer(bytes) => self.server.handle_frame(&bytes, self.now, self.level_ttl_ms),
                Packet::ToPage(bytes) => self.client.handle_frame(&bytes, self.now),
                Packet::Opened => self.client.handle_open(self.now),
                Packet::OpenFailed | Packet::Closed => self.client.handle_close(self.now),
                Packet::Request(bytes) => {
                    let reply = self.server.handle_request(&bytes, self.now, self.level_ttl_ms);
                    self.network.reply(reply, self.now, &mut self.luck);
                }
                Packet::Reply(reply) => self.client.handle_reply(reply.as_deref(), self.now),
                Packet::Token => self.client.handle_token(Some("token".to_owned()), self.now),
            }
            self.drain_server();
            self.drain_client();
        }
    }

    fn drain_server(&mut self) {
        for frame in self.server.take_frames() {
            self.network.send(Packet::ToPage(frame), self.now, &mut self.luck);
        }
        if self.server.take_closed() {
            self.network.close(self.now);
        }
    }

    fn drain_client(&mut self) {
        while let Some(frame) = self.client.poll_transmit() {
            self.network.send(Packet::ToServer(frame), self.now, &mut self.luck);
        }
        while let Some(effect) = self.client.poll_effect() {
            match &effect {
                Effect::NeedToken => self.network.ask_token(self.now),
                Effect::Connect => {
                    if self.network.open(self.now) {
                        self.server.connect(self.now);
                    }
                }
                Effect::Disconnect => {
                    self.network.drop_connection();
                    self.server.forget_connection();
                }
                Effect::Post(bytes) => self.network.post(bytes.clone(), self.now),
                Effect::Beacon(bytes) => {
                    self.server.handle_request(bytes, self.now, self.level_ttl_ms);
                }
                Effect::Inspect { seq, plaintext } => {
                    self.numbered.insert((self.page_loads, *seq), plaintext.clone());
                }
                Effect::Lost(count) => self.lost += count,
                other => self.painted.apply(other),
            }
            self.effects.push(effect);
        }
    }

    fn strike(&mut self, fault: Fault) {
        if fault == Fault::Drop {
            self.network.close(self.now);
            self.server.forget_connection();
        } else if fault == Fault::OtherNode {
            self.server.move_to_other_node();
            self.network.close(self.now);
        } else {
            self.network.strike(fault, &mut self.luck);
        }
    }

    /// What the specification promises: nothing in clear once no server was heard for longer than any grace.
    fn watch(&mut self) {
        if self.server.heard_recently(self.now) {
            self.alone_since = None;
            return;
        }
        let since = *self.alone_since.get_or_insert(self.now);
        let limit =
            Micros::from_millis(palet_wire::limits::SILENCE_MS_MAX + u64::from(node::GRACE_MS) + 2_000);
        if self.now.since(since) > limit && self.painted.clear() > 0 {
            self.breaches.push(format!("in clear at {} though alone since {since}", self.now));
        }
    }
}
