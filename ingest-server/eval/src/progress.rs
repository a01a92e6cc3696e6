//! How far long work has come: a bar on a terminal, nothing in a pipe.
//!
//! Whoever runs a command says once whether there is somebody to look at it; the bar then draws itself over and over in
//! one line of stderr and leaves nothing behind when it is done.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Work that is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// Steps that the bar is drawn in.
const WIDTH: usize = 30;

static SHOWN: AtomicBool = AtomicBool::new(false);

/// Shows bars from now on, where stderr is a terminal.
pub fn show_on_terminal() {
    SHOWN.store(std::io::stderr().is_terminal(), Ordering::Relaxed);
}

/// The progress of some items.
pub(crate) struct Progress {
    total: usize,
    done: usize,
    begun: Instant,
    shown: bool,
}

impl Progress {
    pub(crate) fn of(total: usize) -> Self {
        Self { total, done: 0, begun: Instant::now(), shown: SHOWN.load(Ordering::Relaxed) }
    }

    /// A bar that is drawn from the first item on, whether or not there is a terminal.
    #[cfg(test)]
    pub(crate) fn shown_at_once(total: usize) -> Self {
        Self { total, done: 0, begun: Instant::now() - PATIENCE, shown: true }
    }

    /// One more item is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        let drawn = |done: usize| done * WIDTH / self.total.max(1);
        if self.is_due() && drawn(self.done) > drawn(self.done - 1) {
            tell(&bar(self.done, self.total));
        }
    }

    fn is_due(&self) -> bool {
        self.shown && self.begun.elapsed() >= PATIENCE
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_due() {
            tell("\r\x1b[2K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let full = (done * WIDTH / total.max(1)).min(WIDTH);
    format!("\r[{}{}] {done} of {total}", "#".repeat(full), ".".repeat(WIDTH - full))
}

fn tell(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // Where a bar cannot be drawn there is nobody who misses it.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_from_nothing_to_the_whole() {
        assert_eq!(bar(0, 60), format!("\r[{}] 0 of 60", ".".repeat(30)));
        assert_eq!(bar(30, 60), format!("\r[{}{}] 30 of 60", "#".repeat(15), ".".repeat(15)));
        assert_eq!(bar(60, 60), format!("\r[{}] 60 of 60", "#".repeat(30)));
        assert!(bar(0, 0).contains("0 of 0"));
    }
}
