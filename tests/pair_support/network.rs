//! A network between one page and one server: an ordered connection, and requests beside it.

use palet_seal::Ratchet;
use palet_units::Micros;

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends.
    Drop,
    /// The connection ends, and the next one reaches another node with the same store.
    OtherNode,
    /// The next frame in flight vanishes.
    Lose,
    /// Two frames in flight change places.
    Swap,
    /// A frame in flight comes twice.
    Duplicate,
    /// A frame in flight is cut.
    Truncate,
    /// A bit of a frame in flight flips.
    Flip,
    /// A frame of an earlier time comes again.
    ReplayOldFrame,
    /// Bytes that nobody sealed arrive.
    Garbage,
    /// Everything takes longer.
    Delay,
}

impl Fault {
    pub const ALL: [Self; 10] = [
        Self::Drop,
        Self::OtherNode,
        Self::Lose,
        Self::Swap,
        Self::Duplicate,
        Self::Truncate,
        Self::Flip,
        Self::ReplayOldFrame,
        Self::Garbage,
        Self::Delay,
    ];
}

#[derive(Clone)]
pub enum Packet {
    ToServer(Vec<u8>),
    ToPage(Vec<u8>),
    Opened,
    OpenFailed,
    Closed,
    Request(Vec<u8>),
    Reply(Option<Vec<u8>>),
    Token,
}

#[derive(Default)]
pub struct Network {
    pub cut: bool,
    pub sockets_blocked: bool,
    in_flight: Vec<(Micros, Packet)>,
    history: Vec<Vec<u8>>,
    extra: Micros,
    connected: bool,
}

const LATENCY: Micros = Micros::from_millis(30);

impl Network {
    pub fn heal(&mut self) {
        self.extra = Micros::ZERO;
    }

    /// Opens a connection. Returns whether the server sees one.
    pub fn open(&mut self, now: Micros) -> bool {
        self.drop_connection();
        let reachable = !self.cut && !self.sockets_blocked;
        let packet = if reachable { Packet::Opened } else { Packet::OpenFailed };
        self.connected = reachable;
        self.put(packet, now);
        reachable
    }

    /// The connection is gone without a word, and what was on it.
    pub fn drop_connection(&mut self) {
        self.connected = false;
        self.in_flight
            .retain(|(_, packet)| matches!(packet, Packet::Request(_) | Packet::Reply(_) | Packet::Token));
    }

    /// The connection is gone, and the page hears of it after what is in flight towards it.
    pub fn close(&mut self, now: Micros) {
        if self.connected {
            self.connected = false;
            self.in_flight.retain(|(_, packet)| !matches!(packet, Packet::ToServer(_) | Packet::Opened));
            self.put(Packet::Closed, now);
        }
    }

    pub fn ask_token(&mut self, now: Micros) {
        self.put(Packet::Token, now);
    }

    pub fn post(&mut self, bytes: Vec<u8>, now: Micros) {
        let packet = if self.cut { Packet::Reply(None) } else { Packet::Request(bytes) };
        self.put(packet, now);
    }

    pub fn reply(&mut self, reply: Option<Vec<u8>>, now: Micros, luck: &mut Ratchet) {
        // A reply that is lost after the server counted its batches: the page sends them again.
        let reply = reply.filter(|_| luck.draw_below(10) > 0);
        self.put(Packet::Reply(reply), now);
    }

    pub fn send(&mut self, packet: Packet, now: Micros, luck: &mut Ratchet) {
        if !self.connected || self.cut {
            return;
        }
        if let Packet::ToServer(bytes) | Packet::ToPage(bytes) = &packet
            && luck.draw_below(8) == 0
        {
            self.history.push(bytes.clone());
        }
        self.put(packet, now);
    }

    /// What has arrived by `now`, in order of arrival.
    pub fn due(&mut self, now: Micros) -> Vec<Packet> {
        let mut due = Vec::new();
        let mut rest = Vec::new();
        for (at, packet) in self.in_flight.drain(..) {
            if at <= now { due.push(packet) } else { rest.push((at, packet)) }
        }
        self.in_flight = rest;
        due
    }

    pub fn strike(&mut self, fault: Fault, luck: &mut Ratchet) {
        if fault == Fault::Delay {
            self.extra = Micros::from_millis(luck.draw_below(3_000));
            return;
        }
        if fault == Fault::ReplayOldFrame || fault == Fault::Garbage {
            self.inject(fault, luck);
            return;
        }
        let frames: Vec<usize> =
            (0..self.in_flight.len()).filter(|at| frame(&self.in_flight[*at].1).is_some()).collect();
        let Some(&first) = frames.first() else { return };
        match fault {
            Fault::Lose => drop(self.in_flight.remove(first)),
            Fault::Duplicate => {
                let copy = self.in_flight[first].clone();
                self.in_flight.insert(first, copy);
            }
            Fault::Swap if frames.len() > 1 => {
                let (a, b) = (self.in_flight[first].1.clone(), self.in_flight[frames[1]].1.clone());
                self.in_flight[first].1 = b;
                self.in_flight[frames[1]].1 = a;
            }
            Fault::Truncate => alter(&mut self.in_flight[first].1, |bytes| {
                let length = luck.draw_below(bytes.len() as u64 + 1) as usize;
                bytes.truncate(length);
            }),
            Fault::Flip => alter(&mut self.in_flight[first].1, |bytes| {
                let at = luck.draw_below(bytes.len() as u64) as usize;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << luck.draw_below(8);
                }
            }),
            _ => {}
        }
    }

    fn inject(&mut self, fault: Fault, luck: &mut Ratchet) {
        if !self.connected {
            return;
        }
        let bytes = if fault == Fault::Garbage {
            luck.draw()[..luck.draw_below(33) as usize].to_vec()
        } else if self.history.is_empty() {
            return;
        } else {
            self.history[luck.draw_below(self.history.len() as u64) as usize].clone()
        };
        let packet = if luck.draw_below(2) == 0 { Packet::ToServer(bytes) } else { Packet::ToPage(bytes) };
        self.in_flight.insert(0, (Micros::ZERO, packet));
    }

    fn put(&mut self, packet: Packet, now: Micros) {
        let at = now.plus(LATENCY).plus(self.extra);
        // One connection keeps its order: nothing overtakes what was sent before.
        let at = self.in_flight.iter().map(|(other, _)| *other).max().unwrap_or(Micros::ZERO).max(at);
        self.in_flight.push((at, packet));
    }
}

fn frame(packet: &Packet) -> Option<&Vec<u8>> {
    match packet {
        Packet::ToServer(bytes) | Packet::ToPage(bytes) => Some(bytes),
        _ => None,
    }
}

fn alter(packet: &mut Packet, change: impl FnOnce(&mut Vec<u8>)) {
    if let Packet::ToServer(bytes) | Packet::ToPage(bytes) = packet {
        change(bytes);
    }
}
