//! Work on all cores, results in order.

use crate::progress::Progress;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Maps every item, on as many threads as there are cores, and keeps their order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_telling(items, work, Progress::of(items.len()))
}

fn map_telling<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut progress: Progress,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len().max(1));
    let (next, work) = (&AtomicUsize::new(0), &work);
    let (sender, receiver) = mpsc::channel();
    let mut results = Vec::with_capacity(items.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some((at, item)) = take(next, items) {
                    if sender.send((at, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        // Whoever waits tells how far it is: it may have locked stderr, and a worker that wanted it would wait for ever.
        for result in receiver {
            results.push(result);
            progress.step();
        }
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_keep_the_order_of_their_items() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(map(&items, |item| item * 2), items.iter().map(|i| i * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_command_that_has_locked_stderr_gets_its_bar_and_its_results() {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let _locked = std::io::stderr().lock();
            let results = map_telling(&[1, 2, 3], |item| item * 2, Progress::shown_at_once(3));
            sender.send(results)
        });
        assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(vec![2, 4, 6]));
    }
}
