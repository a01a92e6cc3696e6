//! Keys in memory that is never swapped out: whole pages of their own, locked, wiped before they are given back.
//!
//! What a computation copies for its duration (registers, stack) is beyond this; `docs/keys.md` says so.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

use super::KeysFault;
use crate::config::LockMemory;

/// Locks keys in memory, as far as the settings want and the system allows.
#[derive(Debug)]
pub struct MemoryLock {
    wanted: LockMemory,
    unlocked: AtomicU64,
}

/// A value that is alone on its pages, and they are locked where the system allowed it. Dropping it drops the
/// value first, which wipes itself, and unlocks then.
pub struct Locked<T> {
    value: Box<Paged<T>>,
    _guard: Option<region::LockGuard>,
}

/// No two values share a page: unlocking one would unlock the other.
#[repr(align(4096))]
struct Paged<T>(T);

impl MemoryLock {
    /// Locks as the settings want.
    #[must_use]
    pub const fn new(wanted: LockMemory) -> Self {
        Self { wanted, unlocked: AtomicU64::new(0) }
    }

    /// Takes a value into locked memory. **Errors**: `Memory` where locking is required and not allowed.
    pub fn keep<T>(&self, value: T) -> Result<Locked<T>, KeysFault> {
        let value = Box::new(Paged(value));
        let guard = match self.wanted {
            LockMemory::Off => None,
            LockMemory::Try | LockMemory::Require => {
                region::lock::<Paged<T>>(&raw const *value, size_of::<Paged<T>>()).ok()
            }
        };
        if guard.is_none() && self.wanted != LockMemory::Off {
            self.unlocked.fetch_add(1, Ordering::Relaxed);
            if self.wanted == LockMemory::Require {
                return Err(KeysFault::Memory);
            }
        }
        Ok(Locked { value, _guard: guard })
    }

    /// How many keys were taken in whose memory could not be locked.
    pub fn unlocked(&self) -> u64 {
        self.unlocked.load(Ordering::Relaxed)
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value.0
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Locked<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_kept_is_locked() {
        let lock = MemoryLock::new(LockMemory::Try);
        let kept: Vec<_> = (0..8).map(|_| lock.keep([7_u8; 32]).unwrap()).collect();
        assert!(kept.iter().all(|kept| **kept == [7; 32]));
        let allowed = 8 - lock.unlocked();
        assert!(locked_kib() >= 4 * allowed, "{} KiB are locked for {allowed} keys", locked_kib());
        assert!(kept.iter().all(|kept| (&raw const **kept).addr() % 4096 == 0), "a page of its own");
    }

    #[test]
    fn locking_that_is_off_is_not_counted_as_missing() {
        let lock = MemoryLock::new(LockMemory::Off);
        assert_eq!((*lock.keep(1).unwrap(), lock.unlocked()), (1, 0));
    }
}
