//! The log on the disk: segments of lines, the newest checkpoint beside them, and one writer at a time.
//!
//! ```text
//! audit/audit-000000000001.jsonl   lines 1 …      (a new segment begins beyond 16 MiB, named by its first line)
//! audit/head.json                  the newest checkpoint, replaced after each group of lines
//! audit/checkpoints.jsonl          a checkpoint every 64 lines: bounds where a log that was written anew departs
//! audit/lock                       held while a group is written; several processes may append by turns
//! ```
//!
//! Order of a group: lines, flush, checkpoint, flush, answer. A crash between leaves lines that nobody was promised;
//! a line that it cut is taken off by the next writer, who says so in the log.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::{
    Action, Detail, Entry, Outcome, PublicKey, Reader, Signer,
    chain::{Line, Tip, push_line},
    checkpoint::{Checkpoint, CheckpointKind, Index},
};
use crate::clock;

/// A segment that is this long is followed by a new one. **Units**: bytes.
const SEGMENT_BYTES: u64 = 16 << 20;
/// The most bytes of a segment that are read: one group more than a full one.
const SEGMENT_BYTES_MAX: u64 = 64 << 20;
/// Lines from one kept checkpoint to the next.
const CHECKPOINT_EVERY: u64 = 64;

pub(super) const HEAD: &str = "head.json";
pub(super) const CHECKPOINTS: &str = "checkpoints.jsonl";

/// Why the log cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// A file fails.
    #[error("expected an audit log that can be read and written at {path}, got: {why}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why, in the system's words.
        why: String,
    },
    /// The end of the log is not a line of it: nothing is appended to what cannot be trusted.
    #[error(
        "expected {path} to end in a line of the audit log; see palet audit verify, and set the folder aside"
    )]
    Broken {
        /// Where.
        path: PathBuf,
    },
    /// The writer is gone, or more waits than it takes.
    #[error("expected an audit log that takes entries")]
    Busy,
}

impl AuditError {
    /// The stable code of each.
    pub const CODE: &'static str = "audit-unavailable";
}

pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> AuditError {
    move |error| AuditError::Io { path: path.to_owned(), why: error.to_string() }
}

/// Where the log ends, as this process left it.
struct End {
    tip: Tip,
    segment: Option<PathBuf>,
    bytes: u64,
}

/// The log, for one that writes.
pub struct AuditFile {
    folder: PathBuf,
    signer: Signer,
    end: Option<End>,
    /// What was found amiss at the end of the log, to be told with the next group.
    told: Vec<Entry>,
}

impl AuditFile {
    /// Opens the log, or makes the folder. **Errors**: `AuditError`.
    pub fn open(folder: &Path, signer: Signer) -> Result<Self, AuditError> {
        make_private_folder(folder).map_err(at(folder))?;
        let mut file = Self { folder: folder.to_owned(), signer, end: None, told: Vec::new() };
        let _lock = file.lock()?;
        file.catch_up()?;
        Ok(file)
    }

    /// What reads the same folder.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(&self.folder)
    }

    pub(super) fn index(&self) -> Index {
        self.signer.index()
    }

    /// What checks the checkpoints.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.signer.public_key()
    }

    /// Writes a group of entries; once this returns they outlive the process and the loss of power. Gives back the
    /// number of the last one.
    ///
    /// **Errors**: `AuditError`; nobody may act on the entries then. They may stand in the log all the same, where only
    /// the checkpoint behind them failed.
    pub fn append(&mut self, entries: &[Entry]) -> Result<u64, AuditError> {
        let _lock = self.lock()?;
        let appended = self.append_locked(entries);
        if appended.is_err() {
            self.end = None;
        }
        appended
    }

    fn append_locked(&mut self, entries: &[Entry]) -> Result<u64, AuditError> {
        self.catch_up()?;
        let Some(End { tip, segment, bytes }) = self.end.take() else { return Err(AuditError::Busy) };
        let (path, bytes) = match segment {
            Some(path) if bytes < SEGMENT_BYTES => (path, bytes),
            _ => (self.folder.join(segment_name(tip.seq + 1)), 0),
        };
        let mut text = String::new();
        let mut new_tip = tip;
        for entry in self.told.iter().chain(entries) {
            new_tip = push_line(&mut text, entry, new_tip)
                .map_err(|error| AuditError::Io { path: path.clone(), why: error.to_string() })?;
        }
        write_lines(&path, bytes, &text)?;
        if bytes == 0 {
            File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(at(&self.folder))?;
        }
        self.write_checkpoint(tip, new_tip)?;
        let bytes = bytes + text.len() as u64;
        self.end = Some(End { tip: new_tip, segment: Some(path), bytes });
        self.told.clear();
        Ok(new_tip.seq)
    }

    /// Finds the end of the log; what a crash cut is taken off, which is told in the log.
    fn catch_up(&mut self) -> Result<(), AuditError> {
        let segments = segments(&self.folder)?;
        let last = segments.last();
        let bytes = match last {
            Some(path) => fs::metadata(path).map_err(at(path))?.len(),
            None => 0,
        };
        if self.end.as_ref().is_some_and(|end| end.segment.as_ref() == last && end.bytes == bytes) {
            return Ok(());
        }
        let (mut tip, mut length) = (Tip::EMPTY, 0);
        if let Some(path) = last {
            let text = read(path, u64::MAX)?;
            length = text.rfind('\n').map_or(0, |end| end + 1);
            if length < text.len() {
                let file = OpenOptions::new().write(true).open(path).map_err(at(path))?;
                file.set_len(length as u64).and_then(|()| file.sync_all()).map_err(at(path))?;
                let mended = Entry::new(Action::Mended, Outcome::Done, clock::now());
                self.told.push(mended.with(Detail::Bytes, text.len() - length));
            }
            tip = match text.get(..length).and_then(|lines| lines.lines().next_back()) {
                Some(line) => tip_of(line, path)?,
                None => match segments.iter().rev().nth(1) {
                    Some(before) => {
                        tip_of(read(before, u64::MAX)?.lines().next_back().unwrap_or_default(), before)?
                    }
                    None => Tip::EMPTY,
                },
            };
        }
        if let Some(signed) = self.signed_head()
            && signed.seq > tip.seq
        {
            // The checkpoint is kept, so that the loss shows for as long as the log exists.
            push_checkpoint(&self.folder.join(CHECKPOINTS), &signed)?;
            let lost = Entry::new(Action::Truncated, Outcome::Failed, clock::now());
            self.told.push(lost.with(Detail::Count, signed.seq - tip.seq));
            tracing::error!(
                event.action = "audit-truncated",
                palet.signed = signed.seq,
                palet.found = tip.seq,
                "lines of the audit log that were signed are gone"
            );
        }
        self.end = Some(End { tip, segment: last.cloned(), bytes: length as u64 });
        Ok(())
    }

    fn signed_head(&self) -> Option<Checkpoint> {
        let head = Checkpoint::parse(&fs::read_to_string(self.folder.join(HEAD)).ok()?).ok()?;
        let is_head = head.kind == CheckpointKind::Head;
        head.check(&[self.public_key()]).ok().filter(|_| is_head).map(|_| head)
    }

    fn write_checkpoint(&self, before: Tip, tip: Tip) -> Result<(), AuditError> {
        let now = clock::now();
        if before.seq / CHECKPOINT_EVERY != tip.seq / CHECKPOINT_EVERY {
            let kept = self.signer.sign(CheckpointKind::Kept, tip, now);
            push_checkpoint(&self.folder.join(CHECKPOINTS), &kept)?;
        }
        let head = self.signer.sign(CheckpointKind::Head, tip, now);
        let (path, beside) = (self.folder.join(HEAD), self.folder.join("head.new"));
        let mut file =
            private().write(true).create(true).truncate(true).open(&beside).map_err(at(&beside))?;
        let written = writeln!(file, "{}", head.to_line()).and_then(|()| file.sync_data());
        written.and_then(|()| fs::rename(&beside, &path)).map_err(at(&path))
    }

    fn lock(&self) -> Result<File, AuditError> {
        let file = open_lock(&self.folder)?;
        file.lock().map_err(at(&self.folder))?;
        Ok(file)
    }
}

impl std::fmt::Debug for AuditFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditFile").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn segment_name(first: u64) -> String {
    format!("audit-{first:012}.jsonl")
}

/// The segments in their order.
pub(super) fn segments(folder: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if first_of(&path).is_some() {
            found.push(path);
        }
    }
    found.sort_unstable_by_key(|path| first_of(path));
    Ok(found)
}

/// The number of a segment's first line, by its name.
pub(super) fn first_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("audit-")?.strip_suffix(".jsonl")?.parse().ok()
}

fn tip_of(line: &str, path: &Path) -> Result<Tip, AuditError> {
    let line = Line::parse(line).filter(Line::is_whole);
    line.map(|line| line.tip()).ok_or_else(|| AuditError::Broken { path: path.to_owned() })
}

/// The text of a file's first `bytes`. What is not UTF-8 stands as it can.
pub(super) fn read(path: &Path, bytes: u64) -> Result<String, AuditError> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(at(path))?;
    file.take(bytes.min(SEGMENT_BYTES_MAX)).read_to_end(&mut content).map_err(at(path))?;
    // Not UTF-8: a line of it will not be whole, and the verification names it.
    Ok(String::from_utf8(content)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn write_lines(path: &Path, bytes: u64, text: &str) -> Result<(), AuditError> {
    let mut file = private().append(true).create(true).open(path).map_err(at(path))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        // A full disk: what came through of the group is taken back, since nobody will be told of it.
        let _ = file.set_len(bytes);
    }
    written.map_err(at(path))
}

fn push_checkpoint(path: &Path, checkpoint: &Checkpoint) -> Result<(), AuditError> {
    let mut file = private().append(true).read(true).create(true).open(path).map_err(at(path))?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(at(path))?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    if whole < text.len() {
        file.set_len(whole as u64).map_err(at(path))?;
    }
    writeln!(file, "{}", checkpoint.to_line()).and_then(|()| file.sync_data()).map_err(at(path))
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

pub(super) fn open_lock(folder: &Path) -> Result<File, AuditError> {
    let path = folder.join("lock");
    private().write(true).create(true).truncate(false).open(&path).map_err(at(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_units::Micros;

    fn entry(n: u64) -> Entry {
        Entry::new(Action::Unmask, Outcome::Done, Micros(n)).with(Detail::Reference, n)
    }

    fn open(folder: &Path) -> AuditFile {
        AuditFile::open(folder, Signer::new(&[7; 32]).unwrap()).unwrap()
    }

    #[test]
    fn entries_are_numbered_without_gaps_by_writers_that_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (open(dir.path()), open(dir.path()));
        assert_eq!(one.append(&[entry(1), entry(2)]).unwrap(), 2);
        assert_eq!(other.append(&[entry(3)]).unwrap(), 3);
        assert_eq!(one.append(&[entry(4)]).unwrap(), 4);
        let page = one.reader().page(u64::MAX, 3, |_| true).unwrap();
        let seqs: Vec<_> = page.entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        assert_eq!((seqs, page.before), (vec![4, 3, 2], Some(2)));
        let page = one.reader().page(2, 3, |_| true).unwrap();
        assert_eq!((page.entries.len(), page.before), (1, None));
        assert_eq!(one.reader().head().unwrap().unwrap().seq, 4);
    }

    #[test]
    fn a_line_that_a_crash_cut_is_taken_off_and_told() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).append(&[entry(1), entry(2)]).unwrap();
        let path = dir.path().join(segment_name(1));
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"seq\":3,\"prev\":\"00").unwrap();
        let mut again = open(dir.path());
        assert_eq!(again.append(&[entry(3)]).unwrap(), 4);
        let page = again.reader().page(u64::MAX, 2, |_| true).unwrap();
        assert_eq!((&page.entries[1]["action"], &page.entries[1]["bytes"]), (&"mended".into(), &"19".into()));
    }

    #[test]
    fn a_log_that_ends_in_something_else_takes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).append(&[entry(1)]).unwrap();
        let path = dir.path().join(segment_name(1));
        fs::write(&path, "no line of a log\n").unwrap();
        let refused = AuditFile::open(dir.path(), Signer::new(&[7; 32]).unwrap());
        assert!(matches!(refused, Err(AuditError::Broken { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn the_log_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("audit");
        open(&folder).append(&[entry(1)]).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for name in [segment_name(1).as_str(), HEAD, "lock"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
    }
}
