//! Plays a recording into a session: a made-up hand, the real extractor, the real socket.

use palet_client::Effect;
use palet_units::Micros;
use palet_wire::RiskBand;
use parking_lot::Mutex;
use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::synthetic::{Hand, NativePage, PageSettings};

/// A recording ends after so many keys.
const KEYS_MAX: u32 = 1_200;
/// Words between two strokes of the mouse.
const WORDS_A_STROKE: u32 = 4;
const TICK: Duration = Duration::from_millis(60);

/// How a player stands.
#[derive(Clone, Serialize)]
pub(super) struct Status {
    pub(super) state: &'static str,
    pub(super) stream: Option<String>,
    pub(super) speed: u32,
    pub(super) elapsed_ms: u64,
    pub(super) keys: u32,
    pub(super) strokes: u32,
    pub(super) batches: u32,
    pub(super) masked_at_keys: Option<u32>,
    pub(super) text: String,
}

impl Status {
    pub(super) const fn idle() -> Self {
        Self {
            state: "idle",
            stream: None,
            speed: 1,
            elapsed_ms: 0,
            keys: 0,
            strokes: 0,
            batches: 0,
            masked_at_keys: None,
            text: String::new(),
        }
    }
}

/// A player at work.
pub(super) struct Player {
    status: Mutex<Status>,
    stopped: AtomicBool,
}

impl Player {
    pub(super) fn new(stream: &str, speed: u32) -> Arc<Self> {
        let status = Status { state: "playing", stream: Some(stream.to_owned()), speed, ..Status::idle() };
        Arc::new(Self { status: Mutex::new(status), stopped: AtomicBool::new(false) })
    }

    pub(super) fn status(&self) -> Status {
        self.status.lock().clone()
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Plays until the recording ends or somebody stops it.
    pub(super) async fn play(self: Arc<Self>, settings: PageSettings, mut hand: Hand) {
        let Ok(mut page) = NativePage::new(settings, rand::random()) else {
            self.status.lock().state = "failed";
            return;
        };
        let (started, speed) = (Instant::now(), self.status().speed);
        page.session.set_context("payment", Micros::ZERO);
        let mut words = 0;
        while !self.stopped.load(Ordering::Relaxed) && hand.keys() < KEYS_MAX {
            let played = Micros(u64::try_from(started.elapsed().as_micros()).unwrap_or(0) * u64::from(speed));
            while hand.at() <= played && hand.keys() < KEYS_MAX {
                words += 1;
                let events = if words % WORDS_A_STROKE == 0 { hand.point() } else { hand.type_word() };
                events.into_iter().for_each(|event| page.session.handle_event(event));
                let now = page.now();
                page.session.handle_drained(now);
            }
            let effects = page.run(TICK, |_| false).await;
            self.note(&effects, &hand, started);
            if effects.iter().any(|effect| matches!(effect, Effect::State(palet_client::State::Ended))) {
                break;
            }
        }
        let now = page.now();
        page.session.flush(now);
        let effects = page.run(Duration::from_secs(1), |effect| matches!(effect, Effect::Risk(_))).await;
        self.note(&effects, &hand, started);
        self.status.lock().state = "done";
    }

    fn note(&self, effects: &[Effect], hand: &Hand, started: Instant) {
        let mut status = self.status.lock();
        status.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        status.keys = hand.keys();
        status.strokes = hand.strokes();
        hand.last_words().clone_into(&mut status.text);
        for effect in effects {
            if let Effect::Risk(risk) = effect {
                status.batches += 1;
                if risk.band > RiskBand::Calm && status.masked_at_keys.is_none() {
                    status.masked_at_keys = Some(hand.keys());
                }
            }
        }
    }
}
