//! Batches from the moment they are numbered until they are acknowledged: bounded, and resent after a reconnect.

use alloc::vec::Vec;
use palet_wire::limits::UNACKNOWLEDGED_BATCHES_MAX;

/// A numbered batch in plaintext.
pub(crate) struct Numbered {
    pub(crate) seq: u64,
    pub(crate) plaintext: Vec<u8>,
}

/// The bounded buffer of unacknowledged batches.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Vec<Numbered>,
    last_seq: u64,
    /// Batches up to this number were handed to the connection that stands.
    sent_seq: u64,
}

impl Outbox {
    /// The number of the next batch.
    pub(crate) fn next_seq(&self) -> u64 {
        self.last_seq + 1
    }

    /// Keeps a batch. Returns how many old ones had to make room.
    pub(crate) fn push(&mut self, plaintext: Vec<u8>) -> u32 {
        self.last_seq += 1;
        self.waiting.push(Numbered { seq: self.last_seq, plaintext });
        let lost = self.waiting.len().saturating_sub(UNACKNOWLEDGED_BATCHES_MAX);
        self.waiting.drain(..lost);
        lost as u32
    }

    /// Everything up to `seq` has had its outcome.
    pub(crate) fn acknowledge(&mut self, seq: u64) {
        self.waiting.retain(|batch| batch.seq > seq);
    }

    /// A new connection stands, and its server has seen everything up to `seq`: the rest goes out again.
    pub(crate) fn resume(&mut self, seq: u64) {
        self.acknowledge(seq);
        self.sent_seq = seq;
    }

    /// The next batch that the standing connection has not carried.
    pub(crate) fn next_unsent(&mut self) -> Option<&Numbered> {
        let sent = self.sent_seq;
        let next = self.waiting.iter().find(|batch| batch.seq > sent)?;
        self.sent_seq = next.seq;
        Some(next)
    }

    /// The unacknowledged batches, oldest first.
    pub(crate) fn unacknowledged(&self) -> impl Iterator<Item = &Numbered> {
        self.waiting.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
