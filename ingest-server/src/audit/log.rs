//! The server's handle on the log: whoever appends waits until the entry is on the disk, and all that wait are
//! written as one group.

use std::{path::Path, sync::Arc, thread};
use tokio::sync::{mpsc, oneshot};

use palet_units::TenantId;

use super::{Action, AuditError, AuditFile, Entry, Outcome, PublicKey, Reader, Signer, checkpoint::Index};
use crate::{clock, telemetry::Metrics};

/// Appends that wait; beyond it callers are refused.
const WAITING_MAX: usize = 1_024;
/// Entries written as one group, though a caller's own are never parted.
const GROUP_MAX: usize = 4_096;
/// Entries from one checkpoint in the server's log lines to the next.
const ANCHOR_EVERY: u64 = 64;

struct Job {
    entries: Vec<Entry>,
    done: oneshot::Sender<Result<u64, AuditError>>,
}

/// The audit log of a running server.
#[derive(Clone, Debug)]
pub struct AuditLog {
    sender: mpsc::Sender<Job>,
    reader: Reader,
    public_key: PublicKey,
    index: Index,
}

impl AuditLog {
    /// Opens the log in a folder and starts its writer, which ends with the last handle.
    ///
    /// **Errors**: the log cannot be written, or its end is broken.
    pub fn open(folder: &Path, signer: Signer, metrics: Arc<Metrics>) -> Result<Self, AuditError> {
        let mut file = AuditFile::open(folder, signer)?;
        file.append(&[Entry::new(Action::Opened, Outcome::Done, clock::now())])?;
        let (reader, public_key, index) = (file.reader(), file.public_key(), file.index());
        tell_head(file.reader());
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        thread::Builder::new()
            .name("palet-audit".into())
            .spawn(move || write(file, receiver, &metrics))
            .map_err(|error| AuditError::Io { path: folder.to_owned(), why: error.to_string() })?;
        Ok(Self { sender, reader, public_key, index })
    }

    /// Appends one entry; gives back its number once it is on the disk. **Errors**: `AuditError`.
    pub async fn append(&self, entry: Entry) -> Result<u64, AuditError> {
        self.append_all(vec![entry]).await
    }

    /// Appends entries that belong together, all or none; gives back the last one's number once they are on the
    /// disk. **Errors**: `AuditError`.
    pub async fn append_all(&self, entries: Vec<Entry>) -> Result<u64, AuditError> {
        let (done, answer) = oneshot::channel();
        self.sender.try_send(Job { entries, done }).map_err(|_| AuditError::Busy)?;
        answer.await.map_err(|_| AuditError::Busy)?
    }

    /// A keyed digest of a tenant's own name for something, such as a record, that a line must not spell out.
    #[must_use]
    pub fn index(&self, tenant: &TenantId, text: &str) -> String {
        self.index.digest(tenant, text)
    }

    /// What reads the log.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What checks its checkpoints.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }
}

fn tell_head(reader: Reader) {
    if let Ok(Some(head)) = reader.head() {
        tracing::info!(
            event.action = "audit-checkpoint",
            palet.seq = head.seq,
            palet.hash = head.hash,
            palet.signature = head.signature,
            palet.at_us = head.at_us,
            "the end of the audit log, signed"
        );
    }
}

fn write(mut file: AuditFile, mut receiver: mpsc::Receiver<Job>, metrics: &Metrics) {
    while let Some(first) = receiver.blocking_recv() {
        let mut group = vec![first];
        let mut entries = group[0].entries.len();
        while entries < GROUP_MAX
            && let Ok(job) = receiver.try_recv()
        {
            entries += job.entries.len();
            group.push(job);
        }
        let all: Vec<Entry> = group.iter_mut().flat_map(|job| std::mem::take(&mut job.entries)).collect();
        let appended = file.append(&all);
        match &appended {
            Ok(last) => {
                // The logs are shipped elsewhere: what they hold of the chain cannot be rewritten with it.
                if last / ANCHOR_EVERY != last.saturating_sub(all.len() as u64) / ANCHOR_EVERY {
                    tell_head(file.reader());
                }
                metrics.audit_entries.inc_by(u64::try_from(all.len()).unwrap_or(u64::MAX));
            }
            Err(error) => {
                metrics.audit_failed.inc();
                tracing::error!(event.action = "audit-failed", error.message = %error,
                    "the audit log takes no entries; what needs one is refused");
            }
        }
        for job in group {
            // Whoever waited may be gone: the entry stands all the same.
            let _ = job.done.send(appended.clone());
        }
    }
}
