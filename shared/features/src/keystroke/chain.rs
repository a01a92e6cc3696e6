//! Presses and releases to timed keys in the order of their presses, through rollover and lost releases.

use super::layout::k4_class;
use palet_capture::{KeyEvent, KeyPhase, KeySlot};
use palet_units::Micros;

/// Keys that may be down at once; one more pushes out the oldest.
const PENDING_MAX: usize = 16;
/// A key held longer has no dwell. **Units**: µs.
const DWELL_US_MAX: u64 = 1_500_000;

/// A time as reported, and its noise.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    /// As the browser reported it.
    pub(crate) raw: Micros,
    noise_us: i32,
}

impl Stamp {
    /// A time with a step of noise. **Units**: step in µs.
    pub(crate) const fn new(raw: Micros, noise_us: i32) -> Self {
        Self { raw, noise_us }
    }

    /// The noisy span from `earlier`, a time of the same key or of its neighbour: what is binned. **Units**: µs.
    pub(crate) const fn noisy_since(self, earlier: Self) -> i32 {
        let noise_us = self.noise_us - earlier.noise_us;
        (self.raw.0 as i32).wrapping_sub(earlier.raw.0 as i32).wrapping_add(noise_us)
    }
}

/// A key that was pressed and, mostly, released.
#[derive(Clone, Copy)]
pub(crate) struct TimedKey {
    /// Its class at K4.
    pub(crate) class: usize,
    /// When it went down.
    pub(crate) press: Stamp,
    /// When it came up; none where that was lost or came too late.
    pub(crate) release: Option<Stamp>,
}

#[derive(Clone, Copy)]
struct Pending {
    slot: KeySlot,
    key: TimedKey,
    lost: bool,
}

/// Keys that are down, or wait for an earlier one to come up.
pub(crate) struct Chain {
    pending: [Option<Pending>; PENDING_MAX],
    len: usize,
}

impl Chain {
    pub(crate) const fn new() -> Self {
        Self { pending: [None; PENDING_MAX], len: 0 }
    }

    /// Takes one key event.
    pub(crate) fn handle(&mut self, key: KeyEvent, stamp: Stamp) {
        match key.phase {
            KeyPhase::Down => self.press(key, stamp),
            KeyPhase::Up => self.release(key.slot, stamp),
        }
        self.give_up_before(stamp.raw);
    }

    /// The next key that is complete, in the order of presses.
    pub(crate) fn pop(&mut self) -> Option<TimedKey> {
        let front = self.pending[0]?;
        let full = self.len == PENDING_MAX;
        (front.lost || front.key.release.is_some() || full).then(|| self.take_front(front))
    }

    /// Declares every key that is still down lost: nothing more will be known of it.
    pub(crate) fn give_up(&mut self) {
        self.give_up_before(Micros::MAX);
    }

    fn take_front(&mut self, front: Pending) -> TimedKey {
        self.pending.copy_within(1.., 0);
        self.len -= 1;
        self.pending[self.len] = None;
        front.key
    }

    fn press(&mut self, event: KeyEvent, press: Stamp) {
        for pending in self.pending.iter_mut().flatten() {
            pending.lost |= pending.slot == event.slot && pending.key.release.is_none();
        }
        if let Some(place) = self.pending.get_mut(self.len) {
            let key = TimedKey { class: k4_class(event.class), press, release: None };
            *place = Some(Pending { slot: event.slot, key, lost: false });
            self.len += 1;
        }
    }

    fn release(&mut self, slot: KeySlot, release: Stamp) {
        let held = |p: &&mut Pending| p.slot == slot && p.key.release.is_none() && !p.lost;
        if let Some(pending) = self.pending.iter_mut().flatten().find(held) {
            let dwell = release.raw.since(pending.key.press.raw);
            let valid = (1..DWELL_US_MAX).contains(&dwell.0);
            pending.lost = !valid;
            pending.key.release = valid.then_some(release);
        }
    }

    fn give_up_before(&mut self, now: Micros) {
        for pending in self.pending.iter_mut().flatten() {
            let held = now.since(pending.key.press.raw).0;
            pending.lost |= pending.key.release.is_none() && held >= DWELL_US_MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_capture::{FieldKind, KeyClass};

    fn key(phase: KeyPhase, slot: u8) -> KeyEvent {
        KeyEvent { phase, class: KeyClass::LeftLetter, slot: KeySlot(slot), field: FieldKind::Open }
    }

    fn at(us: u64) -> Stamp {
        Stamp::new(Micros(us), 0)
    }

    #[test]
    fn keys_come_in_the_order_of_presses_through_rollover() {
        let mut chain = Chain::new();
        chain.handle(key(KeyPhase::Down, 0), at(0));
        chain.handle(key(KeyPhase::Down, 1), at(50_000));
        chain.handle(key(KeyPhase::Up, 1), at(90_000));
        assert!(chain.pop().is_none());
        chain.handle(key(KeyPhase::Up, 0), at(100_000));
        assert_eq!(chain.pop().unwrap().press.raw, Micros(0));
        assert_eq!(chain.pop().unwrap().press.raw, Micros(50_000));
        assert!(chain.pop().is_none());
    }

    #[test]
    fn a_key_whose_release_never_comes_does_not_hold_up_the_others() {
        let mut chain = Chain::new();
        chain.handle(key(KeyPhase::Down, 0), at(0));
        chain.handle(key(KeyPhase::Down, 1), at(100_000));
        chain.handle(key(KeyPhase::Up, 1), at(180_000));
        chain.handle(key(KeyPhase::Down, 2), at(1_600_000));
        assert!(chain.pop().unwrap().release.is_none());
        assert!(chain.pop().unwrap().release.is_some());
    }

    #[test]
    fn more_keys_than_hands_can_hold_are_bounded() {
        let mut chain = Chain::new();
        let mut popped = 0;
        for slot in 0..200 {
            chain.handle(key(KeyPhase::Down, slot % 32), at(u64::from(slot)));
            popped += usize::from(chain.pop().is_some());
        }
        assert!(popped >= 200 - PENDING_MAX, "{popped}");
    }

    #[test]
    fn a_release_before_its_press_gives_no_dwell() {
        let mut chain = Chain::new();
        chain.handle(key(KeyPhase::Down, 0), at(50_000));
        chain.handle(key(KeyPhase::Up, 0), at(40_000));
        assert!(chain.pop().unwrap().release.is_none());
    }
}
