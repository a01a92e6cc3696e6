//! Strokes in the words of the domain: what ends one, what it keeps, what it must not keep.

use super::{ABSENT, BLOCK_STROKES_MAX, StrokeBuilder, StrokeSettings};
use crate::{PointerBlock, PointerClass, RateClass, STROKE_FEATURES, StrokeKind};
use alloc::vec::Vec;
use palet_capture::{PointerEvent, PointerKind, PointerPhase};
use palet_units::Micros;

/// A page and a hand that draws on it.
struct Hand {
    builder: StrokeBuilder,
    now_us: u64,
    place: (f32, f32),
    kind: PointerKind,
}

impl Hand {
    fn new() -> Self {
        let builder = StrokeBuilder::new(StrokeSettings::default());
        Self { builder, now_us: 1_000_000, place: (400.0, 300.0), kind: PointerKind::Mouse }
    }

    fn send(&mut self, phase: PointerPhase) {
        let (x, y) = self.place;
        self.builder.handle_event(Micros(self.now_us), &PointerEvent { phase, kind: self.kind, x, y });
    }

    /// A bell-shaped, slightly bent movement of `steps` samples.
    fn draw(&mut self, towards: (f32, f32), steps: u32, interval_us: u64) {
        let from = self.place;
        for step in 1..=steps {
            let share = step as f32 / steps as f32;
            let eased = share * share * (3.0 - 2.0 * share);
            let bend = libm::sinf(eased * 3.0) * 9.0;
            self.place = (from.0 + towards.0 * eased - bend * 0.3, from.1 + towards.1 * eased + bend);
            self.now_us += interval_us;
            self.send(PointerPhase::Move);
        }
    }

    fn pause(&mut self, ms: u64) {
        self.now_us += ms * 1_000;
    }

    fn click(&mut self, dwell_ms: u64) {
        self.send(PointerPhase::Down);
        self.pause(dwell_ms);
        self.send(PointerPhase::Up);
    }

    fn blocks(&mut self) -> Vec<PointerBlock> {
        self.builder.flush();
        core::iter::from_fn(|| self.builder.poll_block()).collect()
    }
}

/// Pause, latency, dwell, second gap, second dwell.
fn spans(features: &[i16; STROKE_FEATURES]) -> [i16; 5] {
    let mut spans = [0; 5];
    spans.copy_from_slice(&features[STROKE_FEATURES - 5..]);
    spans
}

#[test]
fn pauses_and_clicks_cut_movements_into_strokes() {
    let mut hand = Hand::new();
    hand.draw((200.0, 50.0), 30, 16_000);
    hand.pause(400);
    hand.draw((-120.0, 80.0), 25, 16_000);
    hand.pause(90);
    hand.click(85);
    hand.pause(300);
    hand.send(PointerPhase::Down);
    hand.draw((60.0, 60.0), 30, 16_000);
    hand.send(PointerPhase::Up);
    let blocks = hand.blocks();
    assert_eq!(blocks.len(), 1);
    assert_eq!((blocks[0].pointer, blocks[0].rate), (PointerClass::Mouse, RateClass::Fine));
    assert_eq!(blocks[0].samples, 85);
    let mut kinds: Vec<StrokeKind> = blocks[0].strokes.iter().map(|stroke| stroke.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [StrokeKind::Move, StrokeKind::Click, StrokeKind::Drag]);
}

fn told_features(blocks: &[PointerBlock]) -> Vec<[i16; STROKE_FEATURES]> {
    blocks.iter().flat_map(|block| &block.strokes).map(|stroke| stroke.features).collect()
}

/// A stroke drawn at 16 ms, whose samples are told `repeats` times at each time: on the way there, the last in place.
fn drawn_with_repeats(repeats: u32) -> Vec<PointerBlock> {
    let mut hand = Hand::new();
    let mut before = hand.place;
    for step in 0..40u32 {
        let share = step as f32 / 39.0;
        let place = (400.0 + 300.0 * share * share * (3.0 - 2.0 * share), 300.0 + 40.0 * share * share);
        hand.now_us += 16_000;
        for repeat in 1..=repeats {
            let way = repeat as f32 / repeats as f32;
            hand.place = (before.0 + (place.0 - before.0) * way, before.1 + (place.1 - before.1) * way);
            hand.send(PointerPhase::Move);
        }
        before = place;
    }
    hand.blocks()
}

#[test]
fn of_several_samples_at_one_time_the_last_one_counts() {
    let (once, thrice) = (drawn_with_repeats(1), drawn_with_repeats(3));
    assert_eq!(once.len(), 1);
    assert_eq!(told_features(&once), told_features(&thrice));
}

#[test]
fn a_place_that_is_told_anew_where_a_stroke_begins_replaces_its_first_point() {
    let drawn = |detour: Option<f32>| {
        let mut hand = Hand::new();
        hand.now_us += 16_000;
        let place = hand.place;
        if let Some(x) = detour {
            hand.place = (x, 10.0);
            hand.send(PointerPhase::Move);
        }
        hand.place = place;
        hand.send(PointerPhase::Move);
        hand.draw((200.0, 50.0), 30, 16_000);
        hand.blocks()
    };
    assert_eq!(told_features(&drawn(None)), told_features(&drawn(Some(900.0))));
}

#[test]
fn a_click_keeps_its_latency_and_its_dwell() {
    let mut hand = Hand::new();
    hand.draw((200.0, 50.0), 30, 16_000);
    hand.pause(90);
    hand.click(85);
    let blocks = hand.blocks();
    let [pause, latency, dwell, second_gap, second_dwell] = spans(&blocks[0].strokes[0].features);
    assert_eq!((pause, second_gap, second_dwell), (ABSENT, ABSENT, ABSENT));
    // 2 · ln(1 + span / scale) in sixteenths.
    assert_eq!(latency, 44);
    assert_eq!(dwell, 53);
}

#[test]
fn a_second_press_in_place_is_a_double_click() {
    let mut hand = Hand::new();
    hand.draw((200.0, 50.0), 30, 16_000);
    hand.click(70);
    hand.pause(110);
    hand.click(60);
    let blocks = hand.blocks();
    let [_, _, dwell, second_gap, second_dwell] = spans(&blocks[0].strokes[0].features);
    assert!(dwell != ABSENT && second_gap != ABSENT && second_dwell != ABSENT);
    assert!(second_gap > second_dwell);
}

#[test]
fn features_do_not_tell_where_or_in_which_direction() {
    let drawn = |turn: f32, shift: f32, mirror: f32| {
        let mut hand = Hand::new();
        let (sin, cos) = (libm::sinf(turn), libm::cosf(turn));
        let mut features = Vec::new();
        let builder = &mut hand.builder;
        for step in 0..60u64 {
            let share = step as f32 / 59.0;
            let eased = share * share * (3.0 - 2.0 * share);
            let (x, y) = (eased * 420.0, libm::sinf(eased * 4.0) * 40.0 * mirror);
            let (x, y) = (x * cos - y * sin + shift, x * sin + y * cos + shift);
            let event = PointerEvent { phase: PointerPhase::Move, kind: PointerKind::Mouse, x, y };
            builder.handle_event(Micros(step * 16_000), &event);
        }
        builder.flush();
        while let Some(block) = builder.poll_block() {
            features.extend(block.strokes.iter().flat_map(|stroke| stroke.features));
        }
        features
    };
    let plain = drawn(0.0, 100.0, 1.0);
    assert_eq!(plain.len(), STROKE_FEATURES);
    for (turn, shift) in [(0.7, 100.0), (core::f32::consts::PI, 900.0), (-1.9, 500.0)] {
        let other = drawn(turn, shift, 1.0);
        let far = plain.iter().zip(&other).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(far.is_some_and(|far| far <= 1), "{turn}: {far:?}");
    }
    assert_ne!(plain, drawn(0.0, 100.0, -1.0), "a mirrored hand is another hand");
}

#[test]
fn the_sampling_interval_hardly_shows_in_the_features() {
    let drawn = |interval_us: u64| {
        let mut hand = Hand::new();
        hand.draw((420.0, 130.0), (960_000 / interval_us) as u32, interval_us);
        hand.blocks()[0].strokes[0].features
    };
    let (slow, fast) = (drawn(16_000), drawn(4_000));
    let near = slow.iter().zip(&fast).filter(|(a, b)| a.abs_diff(**b) <= 8).count();
    assert!(
        near >= STROKE_FEATURES - 8,
        "only {near} of {STROKE_FEATURES} features agree within half a unit"
    );
}

#[test]
fn samples_that_share_a_time_and_a_clock_that_goes_back_are_survived() {
    let mut hand = Hand::new();
    for step in 0..200u64 {
        hand.place = (step as f32 * 3.0, 200.0);
        hand.now_us = 1_000_000 + step / 4 * 16_000 - (step % 7) * 900;
        hand.send(PointerPhase::Move);
    }
    let blocks = hand.blocks();
    assert!(blocks.iter().all(|block| block.strokes.len() <= BLOCK_STROKES_MAX));
    assert_eq!(blocks.iter().map(|block| u32::from(block.samples)).sum::<u32>(), 200);
}

#[test]
fn a_place_that_is_no_number_is_dropped() {
    let mut hand = Hand::new();
    hand.draw((200.0, 50.0), 15, 16_000);
    let kept = hand.place;
    for bad in [f32::NAN, f32::INFINITY, -1e30] {
        hand.place = (bad, 10.0);
        hand.now_us += 16_000;
        hand.send(PointerPhase::Move);
    }
    hand.place = kept;
    hand.draw((100.0, 50.0), 15, 16_000);
    let samples: u32 = hand.blocks().iter().map(|block| u32::from(block.samples)).sum();
    assert_eq!(samples, 30);
}

#[test]
fn strokes_of_a_block_have_no_order_of_their_own() {
    let movements = [((200.0, 50.0), 30), ((-90.0, 150.0), 22), ((20.0, -210.0), 40)];
    let drawn = |order: [usize; 3]| {
        let mut hand = Hand::new();
        hand.draw((50.0, 50.0), 30, 16_000);
        for at in order {
            hand.pause(500);
            hand.draw(movements[at].0, movements[at].1, 16_000);
        }
        hand.blocks().iter().flat_map(|block| block.strokes.clone()).collect::<Vec<_>>()
    };
    let strokes = drawn([0, 1, 2]);
    assert_eq!(strokes.len(), 4);
    assert!(strokes == drawn([2, 0, 1]), "the order of movements shows");
    assert!(strokes.is_sorted());
}

#[test]
fn a_block_closes_by_count_and_by_time() {
    let mut hand = Hand::new();
    for _ in 0..9 {
        hand.draw((30.0, 20.0), 12, 16_000);
        hand.pause(160);
    }
    let blocks = hand.blocks();
    assert_eq!(blocks.iter().map(|block| block.strokes.len()).collect::<Vec<_>>(), [8, 1]);
    let mut slow = Hand::new();
    slow.draw((300.0, 20.0), 100, 16_000);
    slow.pause(4_000);
    slow.draw((-300.0, 20.0), 100, 16_000);
    slow.pause(300);
    slow.draw((300.0, 20.0), 30, 16_000);
    assert_eq!(slow.blocks().iter().map(|block| block.strokes.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_remote_desktop_is_coarse_and_a_finger_is_no_mouse() {
    let mut remote = Hand::new();
    for _ in 0..4 {
        remote.draw((300.0, 120.0), 14, 109_000);
        remote.pause(700);
    }
    let blocks = remote.blocks();
    assert!(blocks.iter().all(|block| block.rate == RateClass::Coarse));
    // The first movement shows the rate and is spent on it.
    assert_eq!(blocks.iter().map(|block| block.strokes.len()).sum::<usize>(), 3);
    let mut finger = Hand::new();
    finger.draw((300.0, 120.0), 40, 16_000);
    finger.kind = PointerKind::Touch;
    finger.pause(400);
    finger.send(PointerPhase::Down);
    finger.draw((-300.0, 20.0), 40, 16_000);
    finger.send(PointerPhase::Up);
    let classes: Vec<PointerClass> = finger.blocks().iter().map(|block| block.pointer).collect();
    assert_eq!(classes, [PointerClass::Mouse, PointerClass::Touch]);
}

#[test]
fn what_is_discarded_leaves_nothing() {
    let mut hand = Hand::new();
    hand.draw((200.0, 50.0), 30, 16_000);
    hand.builder.discard();
    assert!(hand.blocks().is_empty());
}

#[test]
fn a_movement_without_end_is_cut_to_bounded_strokes() {
    let mut hand = Hand::new();
    let mut blocks = Vec::new();
    for turn in 0..80 {
        let side = if turn % 2 == 0 { 200.0 } else { -200.0 };
        hand.draw((side, side * 0.3), 50, 8_000);
        blocks.extend(hand.builder.poll_block());
    }
    blocks.extend(hand.blocks());
    let strokes: usize = blocks.iter().map(|block| block.strokes.len()).sum();
    assert!((9..=12).contains(&strokes), "{strokes} strokes in 32 s");
}
