//! Raw events in, feature windows out: the state machine that the page and the server's tools share.
//!
//! Second station of a batch. Raw events are dropped here; time enters as an argument, noise from a seed. It knows no
//! wire, no DOM and no model, and allocates only when a window closes.

use crate::counters::{ClockGrid, Counters, POINTER_RATE_HZ_MAX};
use crate::fixed_text::FixedTextBuilder;
use crate::keystroke::{BLOCK_KEYS, BlockBuilder, Chain, K3_KEYS_MIN, Stamp};
use crate::noise::Noise;
use crate::pointer::{StrokeBuilder, StrokeSettings};
use crate::{DeviceClass, DeviceSignals, FeatureWindow, Ladder};
use alloc::vec::Vec;
use palet_capture::{Event, FieldKind, KeyClass, KeyEvent, KeyPhase, Signal, What};
use palet_units::Micros;

/// A block of enough keys for K3 closes after this long without a key.
pub const KEY_IDLE: Micros = Micros::from_secs(5);
/// A smaller block closes after this long without a key.
pub const KEY_STALE: Micros = Micros::from_secs(60);
/// An open stroke and its block close after this long without a pointer sample.
pub const POINTER_IDLE: Micros = Micros::from_secs(3);
/// Counters leave at the latest this long after the first count.
pub const CONTEXT_DELAY: Micros = Micros::from_secs(5);
/// Windows that wait to be polled; one more pushes out the oldest, which is counted as an overflow.
pub const WINDOWS_WAITING_MAX: usize = 64;

/// What the bank chose for its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractorSettings {
    /// The finest step of the privacy ladder: K4, or K3 for strict pages.
    pub finest: Ladder,
    /// What the page runs on.
    pub device: DeviceClass,
}

impl Default for ExtractorSettings {
    fn default() -> Self {
        Self { finest: Ladder::K4, device: DeviceClass::Desktop }
    }
}

/// Events to windows, for one page.
pub struct Extractor {
    settings: ExtractorSettings,
    noise: Noise,
    field: FieldKind,
    chain: Chain,
    block: BlockBuilder,
    entry: FixedTextBuilder,
    strokes: StrokeBuilder,
    counters: Counters,
    clock: ClockGrid,
    device_told: Option<DeviceSignals>,
    last_key: Option<Micros>,
    last_pointer: Option<Micros>,
    counted_since: Option<Micros>,
    windows: Vec<FeatureWindow>,
}

impl Extractor {
    /// An extractor for one page. `noise_seed` comes from the browser's random source, or a fixed one in tests.
    #[must_use]
    pub fn new(settings: ExtractorSettings, noise_seed: [u8; 32]) -> Self {
        Self {
            settings,
            noise: Noise::new(noise_seed),
            field: FieldKind::Open,
            chain: Chain::new(),
            block: BlockBuilder::new(),
            entry: FixedTextBuilder::new(),
            strokes: StrokeBuilder::new(StrokeSettings::default()),
            counters: Counters::new(),
            clock: ClockGrid::new(),
            device_told: None,
            last_key: None,
            last_pointer: None,
            counted_since: None,
            windows: Vec::new(),
        }
    }

    /// Takes one event of the page.
    pub fn handle_event(&mut self, event: Event) {
        self.clock.see(event.at);
        match event.what {
            What::Key(key) => self.handle_key(event.at, key),
            What::Pointer(pointer) => {
                self.last_pointer = Some(event.at);
                self.strokes.handle_event(event.at, &pointer);
                self.collect_strokes();
            }
            What::Signal(signal) => self.handle_signal(event.at, signal),
        }
    }

    /// Closes what has waited long enough.
    pub fn handle_timeout(&mut self, now: Micros) {
        if self.key_deadline().is_some_and(|deadline| deadline <= now) {
            self.close_keys();
        }
        if self.pointer_deadline().is_some_and(|deadline| deadline <= now) {
            self.close_strokes();
        }
        if self.context_deadline().is_some_and(|deadline| deadline <= now) {
            self.tell_context();
        }
    }

    /// Closes everything: the page is hidden, a form is submitted, or the bank asked for it.
    pub fn flush(&mut self, _now: Micros) {
        self.close_keys();
        self.close_strokes();
        self.tell_context();
    }

    /// When [`Self::handle_timeout`] should be called next, if nothing else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Micros> {
        [self.key_deadline(), self.context_deadline(), self.pointer_deadline()].into_iter().flatten().min()
    }

    /// The next closed window.
    pub fn poll_window(&mut self) -> Option<FeatureWindow> {
        if self.windows.is_empty() { None } else { Some(self.windows.remove(0)) }
    }

    fn handle_key(&mut self, at: Micros, key: KeyEvent) {
        if key.phase == KeyPhase::Down {
            self.count_key(at, key);
        }
        if key.class == KeyClass::Navigation && matches!(key.field, FieldKind::FixedText(_)) {
            return self.entry.handle_move(at, key);
        }
        if key.phase == KeyPhase::Up || key.field != FieldKind::Secret {
            self.chain.handle(key, Stamp::new(at, self.noise.step_us()));
            self.drain_chain();
        }
    }

    fn count_key(&mut self, at: Micros, key: KeyEvent) {
        if key.field != self.field {
            self.leave_field();
            self.field = key.field;
        }
        let total = match key.field {
            FieldKind::Open => &mut self.counters.open_keys,
            FieldKind::Secret => &mut self.counters.secret_keys,
            FieldKind::FixedText(_) => &mut self.counters.fixed_text_keys,
        };
        *total = total.saturating_add(1);
        if key.field != FieldKind::Secret {
            self.last_key = Some(at);
        }
        if key.field != FieldKind::Open {
            self.counted_since = self.counted_since.or(Some(at));
            if key.class == KeyClass::Erase {
                self.entry.spoil();
            }
        }
    }

    fn drain_chain(&mut self) {
        while let Some(key) = self.chain.pop() {
            match self.field {
                FieldKind::Open => {
                    self.block.count(key);
                    if self.block.keys() >= BLOCK_KEYS {
                        self.close_block();
                    }
                }
                FieldKind::FixedText(_) => self.entry.push(key),
                FieldKind::Secret => {}
            }
        }
    }

    /// What comes next does not follow what came before: another field, a paste, a pause.
    fn break_chain(&mut self) {
        self.chain.give_up();
        self.drain_chain();
        self.block.break_chain();
    }

    fn leave_field(&mut self) {
        self.break_chain();
        if let FieldKind::FixedText(field) = self.field {
            let sample = self.entry.close(field).map(FeatureWindow::FixedText);
            self.tell(sample);
        }
    }

    fn handle_signal(&mut self, at: Micros, signal: Signal) {
        self.counters.count(signal);
        self.counted_since = self.counted_since.or(Some(at));
        match signal {
            Signal::Focus | Signal::Hidden => self.leave_field(),
            Signal::Paste | Signal::Autofill | Signal::Composition | Signal::SoftInput | Signal::Overflow => {
                self.entry.spoil();
                self.break_chain();
            }
            _ => {}
        }
    }

    fn key_deadline(&self) -> Option<Micros> {
        let waiting = self.block.keys() > 0 || matches!(self.field, FieldKind::FixedText(_));
        let patience = if self.block.keys() >= K3_KEYS_MIN { KEY_IDLE } else { KEY_STALE };
        self.last_key.filter(|_| waiting).map(|last| last.plus(patience))
    }

    fn context_deadline(&self) -> Option<Micros> {
        self.counted_since.map(|since| since.plus(CONTEXT_DELAY))
    }

    fn close_keys(&mut self) {
        self.leave_field();
        self.close_block();
        self.last_key = None;
    }

    fn close_block(&mut self) {
        if let Some(block) = self.block.close(self.settings.finest) {
            self.tell_device();
            if self.counters.is_telling() {
                self.tell_context();
            }
            self.tell(Some(FeatureWindow::Keystroke(block)));
        }
    }

    fn pointer_deadline(&self) -> Option<Micros> {
        self.last_pointer.map(|last| last.plus(POINTER_IDLE))
    }

    fn close_strokes(&mut self) {
        self.last_pointer = None;
        self.strokes.flush();
        self.collect_strokes();
    }

    fn collect_strokes(&mut self) {
        while let Some(block) = self.strokes.poll_block() {
            self.tell_device();
            self.tell(Some(FeatureWindow::Pointer(block)));
        }
    }

    fn tell_context(&mut self) {
        self.counted_since = None;
        let counters = self.counters.take().map(FeatureWindow::Context);
        self.tell(counters);
    }

    /// Tells the device's signals before the first window, and again when the pointer's rate becomes known.
    fn tell_device(&mut self) {
        let rate_hz = self.strokes.take_rate_hz();
        let signals = DeviceSignals {
            class: self.settings.device,
            timer_quantum_us: self.clock.step_us(),
            pointer_rate_hz: rate_hz.min(POINTER_RATE_HZ_MAX),
        };
        let news = self.device_told.is_none_or(|told| told.pointer_rate_hz == 0 && rate_hz > 0);
        if news {
            self.device_told = Some(signals);
            self.tell(Some(FeatureWindow::Device(signals)));
        }
    }

    fn tell(&mut self, window: Option<FeatureWindow>) {
        let Some(window) = window else { return };
        if self.windows.len() >= WINDOWS_WAITING_MAX {
            self.poll_window();
            self.counters.count(Signal::Overflow);
        }
        self.windows.push(window);
    }
}
