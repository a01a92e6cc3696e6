//! What a made-up person does: words typed, strokes of the mouse, as raw events in time.

use palet_capture::{
    Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, PointerEvent, PointerKind, PointerPhase, Signal,
    What,
};
use palet_units::Micros;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Nature, Person, person::gauss};

/// Samples of the mouse keep this distance. **Units**: ms.
const SAMPLE_MS: f64 = 8.0;
/// The page's size. **Units**: px.
const PAGE_PX: (f64, f64) = (1_280.0, 800.0);
/// Letters by how often they come, so that words have the usual share of each hand.
const LETTERS: &[u8] =
    b"eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddlllluuucccmmmwwffggyyppbbvk";

/// A person at a keyboard and a mouse.
pub struct Hand {
    person: Person,
    rng: ChaCha8Rng,
    at: Micros,
    slot: u8,
    before: KeyClass,
    x: f64,
    y: f64,
    keys: u32,
    strokes: u32,
    words: String,
}

impl Hand {
    /// The person on a day (the seed), from `at` on.
    #[must_use]
    pub fn new(person: Person, day: u64, at: Micros) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(day);
        let (x, y) = (PAGE_PX.0 / 2.0, PAGE_PX.1 / 2.0);
        Self {
            person,
            rng,
            at,
            slot: 0,
            before: KeyClass::Space,
            x,
            y,
            keys: 0,
            strokes: 0,
            words: String::new(),
        }
    }

    /// Until when the hand has acted.
    #[must_use]
    pub const fn at(&self) -> Micros {
        self.at
    }

    /// Keys pressed so far.
    #[must_use]
    pub const fn keys(&self) -> u32 {
        self.keys
    }

    /// Strokes made so far.
    #[must_use]
    pub const fn strokes(&self) -> u32 {
        self.strokes
    }

    /// The last words typed, for a demonstration to show.
    #[must_use]
    pub fn last_words(&self) -> &str {
        &self.words
    }

    /// Waits.
    pub fn rest(&mut self, span: Micros) {
        self.at = self.at.plus(span);
    }

    /// Types one word of made-up text and the space after it.
    pub fn type_word(&mut self) -> Vec<Event> {
        let letters = self.rng.random_range(2..9);
        let word: String = (0..letters)
            .map(|_| char::from(LETTERS[self.rng.random_range(0..LETTERS.len())]))
            .chain([' '])
            .collect();
        self.type_text(&word, FieldKind::Open)
    }

    /// Types a text into a field of this kind.
    pub fn type_text(&mut self, text: &str, field: FieldKind) -> Vec<Event> {
        let mut events = Vec::with_capacity(2 * text.len());
        for character in text.chars() {
            let class = class_of(character);
            self.at = self.at.plus(self.flight(class));
            let slot = KeySlot(self.slot);
            self.slot = (self.slot + 1) % 32;
            let dwell = self.draw(self.person.dwell[kind_of(class)], self.person.dwell_spread);
            let event = |phase, at| Event { at, what: What::Key(KeyEvent { phase, class, slot, field }) };
            events.push(event(KeyPhase::Down, self.at));
            events.push(event(KeyPhase::Up, self.at.plus(dwell)));
            self.before = class;
            self.keys += 1;
        }
        self.remember(text);
        events.sort_by_key(|event| event.at);
        events
    }

    /// Moves to a random place and clicks.
    pub fn point(&mut self) -> Vec<Event> {
        self.at = self.at.plus(Micros::from_millis(self.rng.random_range(300..900)));
        let target =
            (self.rng.random_range(40.0..PAGE_PX.0 - 40.0), self.rng.random_range(40.0..PAGE_PX.1 - 40.0));
        let mut events = Vec::new();
        if self.person.nature == Nature::Human && self.rng.random::<f64>() < self.person.overshoot_share {
            let beyond = 1.0 + self.rng.random_range(0.03..0.1);
            let over = (self.x + (target.0 - self.x) * beyond, self.y + (target.1 - self.y) * beyond);
            self.reach(over, &mut events);
        }
        self.reach(target, &mut events);
        let pause = Micros::from_millis(self.rng.random_range(40..140));
        self.at = self.at.plus(pause);
        events.push(self.pointer(PointerPhase::Down));
        let hold = self.draw(self.person.click_ms.ln(), self.person.dwell_spread);
        self.at = self.at.plus(hold);
        events.push(self.pointer(PointerPhase::Up));
        self.strokes += 1;
        events
    }

    fn remember(&mut self, text: &str) {
        const KEPT_CHARS: usize = 60;
        self.words.push_str(text);
        let surplus = self.words.chars().count().saturating_sub(KEPT_CHARS);
        self.words = self.words.chars().skip(surplus).collect();
    }

    fn flight(&mut self, class: KeyClass) -> Micros {
        let mean = self.person.flight_dd[kind_of(self.before)][kind_of(class)];
        let flight = self.draw(mean, self.person.flight_spread);
        let thinks = self.before == KeyClass::Space && self.rng.random::<f64>() < self.person.pause_share;
        if thinks { flight.plus(Micros::from_millis(self.rng.random_range(250..1_200))) } else { flight }
    }

    fn draw(&mut self, ln_ms: f64, spread: f64) -> Micros {
        let ms = (ln_ms + gauss(&mut self.rng) * spread).exp().clamp(12.0, 1_900.0);
        Micros((ms * 1_000.0) as u64)
    }

    /// A movement of least jerk, bowed and skewed by habit.
    fn reach(&mut self, target: (f64, f64), events: &mut Vec<Event>) {
        let (from_x, from_y) = (self.x, self.y);
        let (dx, dy) = (target.0 - from_x, target.1 - from_y);
        let length = dx.hypot(dy).max(1.0);
        let difficulty = (length / 24.0 + 1.0).log2();
        let habit = self.person.reach_base_ms + self.person.reach_slope_ms * difficulty;
        let varied = (habit.ln() + gauss(&mut self.rng) * self.person.flight_spread * 0.5).exp();
        let samples = (varied / SAMPLE_MS).max(4.0) as u32;
        let bow = self.person.bow + gauss(&mut self.rng) * self.person.dwell_spread * 0.1;
        let machine = self.person.nature == Nature::Machine;
        for sample in 1..=samples {
            let t = f64::from(sample) / f64::from(samples);
            let skewed = t.powf(self.person.skew);
            let along =
                if machine { t } else { skewed.powi(3) * (10.0 - 15.0 * skewed + 6.0 * skewed.powi(2)) };
            let side = bow * length * (std::f64::consts::PI * along).sin();
            let tremor =
                (gauss(&mut self.rng) * self.person.tremor_px, gauss(&mut self.rng) * self.person.tremor_px);
            self.x = from_x + dx * along - dy / length * side + tremor.0;
            self.y = from_y + dy * along + dx / length * side + tremor.1;
            let jitter = if machine { 0.0 } else { gauss(&mut self.rng) * 0.4 };
            self.at = self.at.plus(Micros(((SAMPLE_MS + jitter).max(1.0) * 1_000.0) as u64));
            events.push(self.pointer(PointerPhase::Move));
        }
    }

    fn pointer(&self, phase: PointerPhase) -> Event {
        // Browsers tell whole pixels for a mouse.
        let (x, y) = (self.x.round() as f32, self.y.round() as f32);
        Event { at: self.at, what: What::Pointer(PointerEvent { phase, kind: PointerKind::Mouse, x, y }) }
    }
}

/// The events of one entry of a fixed text, up to leaving its field.
#[must_use]
pub fn phrase_events(hand: &mut Hand, text: &str) -> Vec<Event> {
    let mut events = hand.type_text(text, FieldKind::FixedText(0));
    hand.rest(Micros::from_millis(600));
    events.push(Event { at: hand.at(), what: What::Signal(Signal::Focus) });
    events
}

fn class_of(character: char) -> KeyClass {
    match character.to_ascii_lowercase() {
        'q' | 'w' | 'e' | 'r' | 't' | 'a' | 's' | 'd' | 'f' | 'g' | 'z' | 'x' | 'c' | 'v' | 'b' => {
            KeyClass::LeftLetter
        }
        'y' | 'u' | 'i' | 'o' | 'p' | 'h' | 'j' | 'k' | 'l' | 'n' | 'm' => KeyClass::RightLetter,
        ' ' => KeyClass::Space,
        '0'..='9' => KeyClass::Digit,
        _ => KeyClass::Other,
    }
}

const fn kind_of(class: KeyClass) -> usize {
    match class {
        KeyClass::LeftLetter => 0,
        KeyClass::RightLetter => 1,
        KeyClass::Space => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_order_and_every_press_has_its_release() {
        let mut hand = Hand::new(Person::of_seed(3), 1, Micros(0));
        let mut events = Vec::new();
        for _ in 0..40 {
            events.extend(hand.type_word());
        }
        let downs =
            events.iter().filter(|event| matches!(event.what, What::Key(key) if key.phase == KeyPhase::Down));
        assert_eq!(downs.count() * 2, events.len());
        assert_eq!(hand.keys() as usize * 2, events.len());
    }

    #[test]
    fn a_stroke_stays_near_the_page_and_ends_in_a_click() {
        let mut hand = Hand::new(Person::of_seed(3), 1, Micros(0));
        let events = hand.point();
        assert!(events.is_sorted_by_key(|event| event.at));
        assert!(matches!(events[events.len() - 1].what, What::Pointer(p) if p.phase == PointerPhase::Up));
    }
}
