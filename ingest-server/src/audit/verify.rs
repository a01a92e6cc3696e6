//! Reads a log from its first line to its last and names every place where it is not what was written.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use super::{
    AuditError, Checkpoint, CheckpointError, CheckpointKind, PublicKey, Reader,
    chain::{GENESIS, Line, Link},
    file::read,
};

/// The most faults that are named one by one.
const FAULTS_MAX: usize = 100;

/// Something in the log that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A line that is no entry.
    Malformed {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: usize,
    },
    /// An entry whose bytes were changed.
    Changed {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: usize,
        /// The entry's number.
        seq: u64,
    },
    /// An entry that does not follow the one before: one of the two was written anew.
    Rewritten {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: usize,
        /// The entry's number.
        seq: u64,
    },
    /// Entries that are not there.
    Removed {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// An entry that stands elsewhere, or twice.
    Reordered {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: usize,
        /// The entry's number.
        seq: u64,
    },
    /// Entries were signed that the log does not reach any more.
    Truncated {
        /// The last entry that was signed.
        signed: u64,
        /// The last entry that there is.
        found: u64,
    },
    /// A whole chain, but not the one that was signed.
    NotAsSigned {
        /// The last entry that is as it was signed.
        good: u64,
        /// The entry that is not.
        signed: u64,
    },
    /// A checkpoint that cannot be believed.
    BadCheckpoint {
        /// Which entry it speaks of; 0 where it cannot be read.
        seq: u64,
        /// Why.
        why: CheckpointError,
    },
    /// No checkpoint says where the log ended.
    Unsigned,
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "audit-malformed",
            Self::Changed { .. } => "audit-changed",
            Self::Rewritten { .. } => "audit-rewritten",
            Self::Removed { .. } => "audit-removed",
            Self::Reordered { .. } => "audit-reordered",
            Self::Truncated { .. } => "audit-truncated",
            Self::NotAsSigned { .. } => "audit-not-as-signed",
            Self::BadCheckpoint { .. } => "audit-bad-checkpoint",
            Self::Unsigned => "audit-unsigned",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { file, line } => {
                write!(f, "{file}:{line}: expected an entry, got something else")
            }
            Self::Changed { file, line, seq } => {
                write!(f, "{file}:{line}: entry {seq} was changed: its bytes do not have its hash")
            }
            Self::Rewritten { file, line, seq } => {
                write!(
                    f,
                    "{file}:{line}: entry {seq} does not follow the one before: one of the two was written anew"
                )
            }
            Self::Removed { first, last } if first == last => write!(f, "entry {first} was removed"),
            Self::Removed { first, last } => write!(f, "entries {first} to {last} were removed"),
            Self::Reordered { file, line, seq } => {
                write!(f, "{file}:{line}: entry {seq} stands in another place, or twice")
            }
            Self::Truncated { signed, found } => {
                write!(f, "the tail is gone: entry {signed} was signed, the log ends with {found}")
            }
            Self::NotAsSigned { good, signed } => {
                write!(f, "entries {} to {signed} were written anew: they are not what was signed", good + 1)
            }
            Self::BadCheckpoint { seq, why } => write!(f, "the checkpoint of entry {seq}: {why}"),
            Self::Unsigned => {
                f.write_str("expected a checkpoint of the end of the log, got none: its tail may be gone")
            }
        }
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries read.
    pub entries: u64,
    /// The last entry that a believed checkpoint speaks of.
    pub signed: u64,
    /// Checkpoints that hold.
    pub checkpoints: u64,
    /// Bytes of a last line that has no end: a crash cut it, and nobody was told of it.
    pub cut_bytes: usize,
    /// What is wrong, in the order of the log; the first hundred.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub faults_found: usize,
}

impl Report {
    fn fault(&mut self, fault: Fault) {
        self.faults_found += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

/// Verifies a folder against the keys that may have signed, and further checkpoints that were kept elsewhere.
///
/// **Errors**: it cannot be read. What is wrong with it is in the report.
pub fn verify(folder: &Path, keys: &[PublicKey], kept: &[Checkpoint]) -> Result<Report, AuditError> {
    let snapshot = Reader::new(folder).snapshot()?;
    let mut report = Report::default();
    let mut signed = BTreeMap::<u64, BTreeSet<Link>>::new();
    let head = snapshot.head.as_deref().map(Checkpoint::parse);
    let end = match &head {
        Some(Ok(head)) if head.kind == CheckpointKind::Head => End::Signed,
        _ => End::Unsigned,
    };
    let read_back = snapshot.checkpoints.iter().map(|line| Checkpoint::parse(line));
    for checkpoint in read_back.chain(head).chain(kept.iter().cloned().map(Ok)) {
        let seq = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.seq);
        match checkpoint.and_then(|checkpoint| checkpoint.check(keys)) {
            Ok(tip) => drop(signed.entry(tip.seq).or_default().insert(tip.hash)),
            Err(why) => report.fault(Fault::BadCheckpoint { seq, why }),
        }
    }
    let mut walk =
        Walk { report, signed, next: 1, link: GENESIS, trusted: true, good: 0, gaps: BTreeMap::new() };
    for (path, bytes) in &snapshot.segments {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = read(path, *bytes)?;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match line.strip_suffix('\n') {
                Some(line) => walk.line(&file, number + 1, line),
                None => walk.report.cut_bytes = line.len(),
            }
        }
    }
    Ok(walk.finish(end))
}

/// Whether a checkpoint claims to be of the end of the log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Signed,
    Unsigned,
}

/// The walk along the lines.
struct Walk {
    report: Report,
    signed: BTreeMap<u64, BTreeSet<Link>>,
    /// The number that the next line should have.
    next: u64,
    /// The hash that it should hold on to.
    link: Link,
    /// Whether `link` is of a line that is whole, so that a break is told once.
    trusted: bool,
    /// The last entry that is as a checkpoint says.
    good: u64,
    /// Missing entries by their first; those that turn up elsewhere are taken out again.
    gaps: BTreeMap<u64, u64>,
}

impl Walk {
    fn line(&mut self, file: &str, number: usize, text: &str) {
        let place = || (file.to_owned(), number);
        let Some(line) = Line::parse(text) else {
            let (file, line) = place();
            self.report.fault(Fault::Malformed { file, line });
            self.trusted = false;
            return;
        };
        self.report.entries += 1;
        let ((file, number), seq) = (place(), line.seq);
        if seq < self.next {
            self.take_from_gap(seq);
            self.report.fault(Fault::Reordered { file, line: number, seq });
            return;
        }
        if seq > self.next {
            self.gaps.insert(self.next, seq - 1);
            self.trusted = false;
        }
        if !line.is_whole() {
            self.report.fault(Fault::Changed { file, line: number, seq });
        } else if self.trusted && line.prev != self.link {
            self.report.fault(Fault::Rewritten { file, line: number, seq });
        }
        self.trusted = line.is_whole();
        (self.next, self.link) = (seq + 1, line.hash);
        self.compare_signed(&line);
    }

    fn compare_signed(&mut self, line: &Line) {
        let Some(hashes) = self.signed.remove(&line.seq) else { return };
        for hash in hashes {
            if hash == line.hash {
                self.report.checkpoints += 1;
                self.report.signed = line.seq;
                self.good = line.seq;
            } else {
                self.report.fault(Fault::NotAsSigned { good: self.good, signed: line.seq });
            }
        }
    }

    /// A missing entry turned up out of its place.
    fn take_from_gap(&mut self, seq: u64) {
        let Some((&first, &last)) = self.gaps.range(..=seq).next_back() else { return };
        if seq > last {
            return;
        }
        self.gaps.remove(&first);
        if first < seq {
            self.gaps.insert(first, seq - 1);
        }
        if seq < last {
            self.gaps.insert(seq + 1, last);
        }
    }

    fn finish(mut self, end: End) -> Report {
        for (first, last) in std::mem::take(&mut self.gaps) {
            self.report.fault(Fault::Removed { first, last });
        }
        let found = self.next - 1;
        if let Some((&signed, _)) = self.signed.range(self.next..).next_back() {
            self.report.fault(Fault::Truncated { signed, found });
        }
        // A tail is only known to be all of it by a checkpoint that was the end of the log.
        if self.report.entries > 0 && end == End::Unsigned {
            self.report.fault(Fault::Unsigned);
        }
        self.report
    }
}

#[cfg(test)]
mod tests;
