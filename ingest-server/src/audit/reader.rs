//! Reads the log beside whoever writes it: pages for REST, lines for exports, a moment of all files for verifying.

use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use super::{
    AuditError, Checkpoint,
    chain::Line,
    file::{CHECKPOINTS, HEAD, at, first_of, open_lock, read, segments},
};

/// Lines that one page of a search looks at.
const SCANNED_MAX: usize = 200_000;

/// The log, for one that reads.
#[derive(Clone, Debug)]
pub struct Reader {
    folder: PathBuf,
}

/// Some entries, newest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Entries as JSON objects.
    pub entries: Vec<serde_json::Value>,
    /// Where to go on: entries before this number; `None` at the beginning of the log.
    pub before: Option<u64>,
}

/// The files of a log at one moment: what is appended later is not looked at.
pub(super) struct Snapshot {
    pub(super) segments: Vec<(PathBuf, u64)>,
    /// The newest checkpoint.
    pub(super) head: Option<String>,
    /// Those on the way.
    pub(super) checkpoints: Vec<String>,
}

impl Reader {
    /// A reader of a folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn snapshot(&self) -> Result<Snapshot, AuditError> {
        let lock = open_lock(&self.folder)?;
        lock.lock_shared().map_err(at(&self.folder))?;
        let mut sized = Vec::new();
        for path in segments(&self.folder)? {
            let bytes = fs::metadata(&path).map_err(at(&path))?.len();
            sized.push((path, bytes));
        }
        let text = |name: &str| match fs::read_to_string(self.folder.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&self.folder.join(name))(error)),
        };
        let checkpoints = text(CHECKPOINTS)?.unwrap_or_default().lines().map(str::to_owned).collect();
        Ok(Snapshot { segments: sized, head: text(HEAD)?, checkpoints })
    }

    /// The newest checkpoint; `None` while nothing was written. **Errors**: `AuditError`.
    pub fn head(&self) -> Result<Option<Checkpoint>, AuditError> {
        let path = self.folder.join(HEAD);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Checkpoint::parse(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// Every line from entry `from` on, in order, until `each` breaks. **Errors**: `AuditError`.
    pub fn each(&self, from: u64, mut each: impl FnMut(&str) -> ControlFlow<()>) -> Result<(), AuditError> {
        let snapshot = self.snapshot()?;
        let later = snapshot.segments.iter().skip(1).map(|(path, _)| first_of(path)).chain([None]);
        for ((path, bytes), next) in snapshot.segments.iter().zip(later) {
            if next.is_some_and(|next| next <= from) {
                continue;
            }
            for line in read(path, *bytes)?.split_inclusive('\n') {
                let Some(line) = line.strip_suffix('\n') else { break };
                if Line::parse(line).is_none_or(|line| line.seq >= from) && each(line).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Every line before entry `before`, the newest first, until `each` breaks. **Errors**: `AuditError`.
    pub fn each_back(
        &self,
        before: u64,
        mut each: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), AuditError> {
        for (path, bytes) in self.snapshot()?.segments.iter().rev() {
            if first_of(path).is_some_and(|first| first >= before) {
                continue;
            }
            let text = read(path, *bytes)?;
            let whole = text.get(..text.rfind('\n').map_or(0, |end| end + 1)).unwrap_or_default();
            for line in whole.lines().rev() {
                if Line::parse(line).is_some_and(|line| line.seq < before) && each(line).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// At most `limit` entries before `before` that `wanted` takes, the newest first. **Errors**: `AuditError`.
    pub fn page(
        &self,
        before: u64,
        limit: usize,
        mut wanted: impl FnMut(&serde_json::Value) -> bool,
    ) -> Result<Page, AuditError> {
        let mut page = Page::default();
        let mut scanned = 0;
        self.each_back(before, |line| {
            scanned += 1;
            let Ok(entry) = serde_json::from_str::<serde_json::Value>(line) else {
                return ControlFlow::Continue(());
            };
            let seq = entry["seq"].as_u64();
            if wanted(&entry) {
                page.entries.push(entry);
            }
            if page.entries.len() == limit || scanned == SCANNED_MAX {
                page.before = seq.filter(|&seq| seq > 1);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(page)
    }
}
