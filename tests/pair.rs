//! Both sessions face to face on virtual time, over a network that loses, delays, repeats, swaps, cuts and replays.
//!
//! `PALET_SEEDS=n` runs seeds 0..n (1,000 unless told otherwise); `PALET_SEED=k` runs one and prints its story.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(unreachable_pub, reason = "a folder that only this test sees")]
mod pair_support;

use pair_support::{Fault, World, run_seeds, strokes_of_a_mouse};
use palet_client::{Effect, State};
use palet_units::Micros;

#[test]
fn every_batch_counts_once_whatever_the_network_does() {
    run_seeds(|seed| {
        let mut world = World::new(seed);
        world.run_with_faults(Micros::from_secs(90));
        world.settle();
        world.assert_delivered_once();
        world.assert_masked_whenever_alone();
    });
}

#[test]
fn without_faults_nothing_is_sent_twice() {
    let mut world = World::new(1);
    world.faults.clear();
    world.run_with_faults(Micros::from_secs(60));
    world.settle();
    world.assert_delivered_once();
    assert_eq!(world.lost, 0);
    assert_eq!(world.duplicates(), 0);
    assert_eq!(world.client.state(), State::Live);
}

#[test]
fn a_connection_gone_beyond_its_grace_masks_everything_once() {
    let mut world = World::new(2);
    world.faults.clear();
    world.run_with_faults(Micros::from_secs(5));
    assert!(world.shown_in_clear() > 0);
    world.cut_network();
    world.advance(Micros::from_secs(9));
    assert!(world.shown_in_clear() > 0, "within the grace the masks stay as they are");
    world.advance(Micros::from_secs(60));
    assert_eq!(world.shown_in_clear(), 0);
    assert_eq!(world.effects_seen(|effect| matches!(effect, Effect::MaskAll)), 1);
}

#[test]
fn sockets_that_fail_fall_back_to_post_and_lose_nothing() {
    let mut world = World::new(3);
    world.faults.clear();
    world.block_sockets();
    world.run_with_faults(Micros::from_secs(60));
    assert_eq!(world.client.state(), State::Fallback);
    assert!(world.shown_in_clear() > 0);
    world.settle();
    world.assert_delivered_once();
    world.unblock_sockets();
    world.advance(Micros::from_secs(120));
    assert_eq!(world.client.state(), State::Live);
}

#[test]
fn a_page_that_pins_another_key_never_shows_anything() {
    let mut world = World::with_wrong_key(4);
    world.faults.clear();
    world.run_with_faults(Micros::from_secs(120));
    assert_eq!(world.shown_in_clear(), 0);
    assert_eq!(world.delivered(), 0);
    assert!(matches!(world.client.state(), State::Fallback | State::Reconnecting));
}

#[test]
fn a_reload_and_a_second_tab_are_counted_apart() {
    let mut world = World::new(5);
    world.faults.clear();
    world.run_with_faults(Micros::from_secs(20));
    world.settle();
    let before = world.delivered();
    world.reload();
    world.run_with_faults(Micros::from_secs(20));
    world.settle();
    assert!(world.delivered() > before);
    assert_eq!(world.lost, 0);
    world.assert_delivered_once();
}

#[test]
fn an_ended_session_masks_and_stays_ended() {
    let mut world = World::new(6);
    world.faults.clear();
    world.run_with_faults(Micros::from_secs(5));
    world.end_session();
    world.advance(Micros::from_secs(60));
    assert_eq!(world.client.state(), State::Ended);
    assert_eq!(world.shown_in_clear(), 0);
}

#[test]
fn a_level_ends_with_its_time() {
    let mut world = World::new(7);
    world.faults.clear();
    world.level_ttl_ms = 2_000;
    world.run_with_faults(Micros::from_secs(5));
    world.stop_directives();
    world.advance(Micros::from_secs(3));
    assert_eq!(world.shown_in_clear(), 0);
    assert_eq!(world.client.state(), State::Live);
}

#[test]
fn replayed_and_foreign_frames_do_no_harm_to_the_session() {
    let mut world = World::new(8);
    world.faults = vec![Fault::ReplayOldFrame, Fault::Garbage, Fault::Truncate];
    world.run_with_faults(Micros::from_secs(90));
    world.settle();
    world.assert_delivered_once();
}

#[test]
fn events_that_come_late_make_the_same_blocks() {
    let prompt = strokes_of_a_mouse(Micros::ZERO);
    assert!(prompt.len() >= 4 && prompt.iter().rev().skip(1).all(|&strokes| strokes > 4), "{prompt:?}");
    assert_eq!(strokes_of_a_mouse(Micros::from_secs(20)), prompt);
}
