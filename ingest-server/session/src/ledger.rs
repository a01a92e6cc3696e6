//! Which batches of a session were counted: the one authority, shared by all of its sockets and POSTs.

/// The most page loads that a session remembers; the one that spoke longest ago makes room.
const PAGES_MAX: usize = 16;

/// The highest batch number counted, by page load.
///
/// A socket drops what it carried twice itself, but a batch may also come by socket and by POST at once: only what
/// the ledger admits is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// (page load, highest number), the one that spoke last at the end.
    pages: Vec<(u64, u64)>,
}

impl Ledger {
    /// Admits a batch once: `true` the first time, `false` for a number that is not above the highest of its page.
    pub fn admit(&mut self, page: u64, seq: u64) -> bool {
        let at = self.pages.iter().position(|(known, _)| *known == page);
        let (_, last_seq) = at.map_or((page, 0), |at| self.pages.remove(at));
        if self.pages.len() >= PAGES_MAX {
            self.pages.remove(0);
        }
        self.pages.push((page, last_seq.max(seq)));
        seq > last_seq
    }

    /// The highest number counted of a page load, 0 for none.
    #[must_use]
    pub fn last_seq(&self, page: u64) -> u64 {
        self.pages.iter().find(|(known, _)| *known == page).map_or(0, |(_, seq)| *seq)
    }

    /// The pages and numbers, for the store.
    #[must_use]
    pub fn pages(&self) -> &[(u64, u64)] {
        &self.pages
    }

    /// A ledger from the store; entries beyond the bound are dropped, the oldest first.
    #[must_use]
    pub fn from_pages(mut pages: Vec<(u64, u64)>) -> Self {
        pages.drain(..pages.len().saturating_sub(PAGES_MAX));
        Self { pages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_admitted_once_per_page_load() {
        let mut ledger = Ledger::default();
        assert!(ledger.admit(1, 1) && ledger.admit(1, 2) && ledger.admit(2, 1));
        assert!(!ledger.admit(1, 2) && !ledger.admit(1, 1));
        assert_eq!((ledger.last_seq(1), ledger.last_seq(2), ledger.last_seq(3)), (2, 1, 0));
        assert_eq!(Ledger::from_pages(ledger.pages().to_vec()), ledger);
    }

    #[test]
    fn the_page_that_spoke_longest_ago_makes_room() {
        let mut ledger = Ledger::default();
        (0..PAGES_MAX as u64).for_each(|page| assert!(ledger.admit(page, 5)));
        assert!(!ledger.admit(0, 5), "page 0 speaks again and is now the youngest");
        assert!(ledger.admit(99, 1));
        assert_eq!((ledger.last_seq(0), ledger.last_seq(1)), (5, 0));
    }
}
