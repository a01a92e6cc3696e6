//! The decision log: a bounded queue, written in groups, each group one transaction.
//!
//! A batch is acknowledged when its decision is committed: acknowledged means it survives the process (and the
//! loss of power, with `store.synchronous = "full"`). While the store does not take decisions, the queue fills
//! and batches are limited; pages keep them and send them again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};

use super::{DecisionOutcome, LiveSession};
use crate::{
    config::DecisionSettings,
    store::{DecisionRecord, Store},
    telemetry::Metrics,
};

/// A failed group is tried again after this, and then after twice as long.
const RETRY_FIRST: Duration = Duration::from_millis(50);
/// Tries of a group before its decisions are written one by one.
const TRIES: u32 = 5;

/// A decision on its way to the store, and the session that waits for it.
pub(super) struct Entry {
    pub(super) record: DecisionRecord,
    pub(super) live: Arc<LiveSession>,
}

/// Where decisions are handed in.
#[derive(Clone)]
pub struct DecisionLog {
    sender: mpsc::Sender<Entry>,
}

impl DecisionLog {
    /// A log and the task that writes it.
    #[must_use]
    pub fn new(
        settings: &DecisionSettings,
        store: Arc<dyn Store>,
        metrics: Arc<Metrics>,
    ) -> (Self, LogWriter) {
        let (sender, receiver) = mpsc::channel(settings.queue_max);
        let settings = settings.clone();
        (Self { sender }, LogWriter { receiver, store, metrics, settings })
    }

    /// Room for one decision; `None` while the queue is full.
    pub(super) fn reserve(&self) -> Option<mpsc::Permit<'_, Entry>> {
        self.sender.try_reserve().ok()
    }
}

/// Writes what the log takes.
pub struct LogWriter {
    receiver: mpsc::Receiver<Entry>,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    settings: DecisionSettings,
}

impl LogWriter {
    /// Writes until `stop` turns true, and then what is still queued.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut group = Vec::with_capacity(self.settings.commit_max);
        let interval = Duration::from_millis(self.settings.commit_interval_ms);
        loop {
            tokio::select! {
                taken = self.receiver.recv_many(&mut group, self.settings.commit_max) => {
                    if taken == 0 {
                        return;
                    }
                }
                _ = stop.wait_for(|stop| *stop) => {
                    self.receiver.close();
                    if self.receiver.recv_many(&mut group, self.settings.commit_max).await == 0 {
                        return;
                    }
                }
            }
            if group.len() < self.settings.commit_max && !*stop.borrow() {
                tokio::time::sleep(interval).await;
                while group.len() < self.settings.commit_max
                    && let Ok(entry) = self.receiver.try_recv()
                {
                    group.push(entry);
                }
            }
            self.commit(&mut group).await;
            self.metrics.decisions_waiting.set(i64::try_from(self.receiver.len()).unwrap_or(i64::MAX));
        }
    }

    async fn commit(&self, group: &mut Vec<Entry>) {
        let (records, sessions): (Vec<_>, Vec<_>) =
            group.drain(..).map(|Entry { record, live }| (record, live)).unzip();
        let started = Instant::now();
        if self.commit_together(&records).await {
            self.metrics.observe_commit(started.elapsed());
            for (record, live) in records.iter().zip(&sessions) {
                self.committed(record, live);
            }
            return;
        }
        for (record, live) in records.iter().zip(&sessions) {
            match self.store.commit(std::slice::from_ref(record)).await {
                Ok(()) => self.committed(record, live),
                Err(error) => {
                    self.metrics.decisions_failed.inc();
                    tracing::error!(event.action = "decision-lost", palet.session = %record.session,
                        error.message = %error, "a decision could not be written; its session starts over from the store");
                    live.give_up();
                }
            }
        }
    }

    fn committed(&self, record: &DecisionRecord, live: &LiveSession) {
        self.metrics.decisions_written.inc();
        // What was encoded a moment ago reads; if it did not, `palet rescore` would tell.
        if let Ok(outcome) = DecisionOutcome::parse(&record.outcome) {
            self.metrics.count_decision(&outcome);
        }
        live.committed(record);
    }

    async fn commit_together(&self, records: &[DecisionRecord]) -> bool {
        let mut wait = RETRY_FIRST;
        for _ in 0..TRIES {
            match self.store.commit(records).await {
                Ok(()) => return true,
                Err(error) => {
                    tracing::warn!(event.action = "commit-failed", error.message = %error, "decisions wait for the store");
                }
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        false
    }
}
