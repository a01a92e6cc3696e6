//! Takeovers of people who type and point: keystroke people paired with pointer people, since no corpus has both.
//!
//! A pair is one made-up customer: the k-th typist with a pointer's owner, by their places in the corpora, so that every
//! run pairs alike. Their recordings take turns, some seconds of pointing and some of typing, as at a form; a takeover
//! changes both hands at once. Pairs of strangers' recordings cannot be more alike than real people's are, and the turns
//! are made up: the figure says what fusing is worth, not how a bank's customers behave.

use crate::corpus::{Corpus, CorpusKind, FaultKind, Stream};
use crate::folding::KnownPeople;
use crate::takeover::{
    Asked, HANDOVER, Scene, TakeoverReport, TakeoverSettings, events_of_stream, run_scenes,
};
use crate::trials::{enrolling_sessions_of, field_of, with_training};
use palet_capture::Event;
use palet_units::Micros;

/// One turn at the keyboard or the pointer.
const TURN: Micros = Micros::from_secs(8);
/// Pointers that each typist's genuine stream is paired with: enough hours for one false mask in ten.
const GENUINE_PAIRS: usize = 14;
/// Between the pointers of neighbouring pairs: no divisor of how many there are.
const STRIDE: usize = 5;

/// Runs the streams of a keystroke corpus together with those of a pointer corpus. Reported are the faults of pairs; either
/// corpus has its own.
#[must_use]
pub fn run(keys: &Corpus, pointers: &Corpus, settings: &TakeoverSettings<'_>) -> TakeoverReport {
    let trained = with_training(pointers, settings.models);
    let settings = &TakeoverSettings { models: trained.as_ref().unwrap_or(settings.models), ..*settings };
    let scenes = scenes(keys, pointers, settings);
    let unreadable = keys.unreadable_streams + pointers.unreadable_streams;
    let called = (format!("{}+{}", keys.name, pointers.name), CorpusKind::Keystroke);
    let replayed = keys.replayed() + &pointers.replayed();
    TakeoverReport { replayed, ..run_scenes(called, &scenes, settings, (unreadable, Vec::new())) }
}

fn is_takeover(stream: &Stream) -> bool {
    stream.parts.iter().any(|part| part.subject != stream.claimed)
}

/// Which stream of each corpus goes with which: typists in their order, pointers a stride apart.
fn pairs<'a>(keys: &'a Corpus, pointers: &'a Corpus) -> Vec<(&'a Stream, &'a Stream)> {
    let sorted = |corpus: &'a Corpus| -> (Vec<&'a Stream>, Vec<&'a Stream>) {
        corpus.streams.iter().partition(|stream| is_takeover(stream))
    };
    let ((taken_keys, clear_keys), (taken, clear)) = (sorted(keys), sorted(pointers));
    let mut pairs = Vec::new();
    for (at, stream) in clear_keys.iter().enumerate() {
        for round in 0..GENUINE_PAIRS.min(clear.len()) {
            pairs.push((*stream, clear[(at + round * STRIDE) % clear.len()]));
        }
    }
    for (at, stream) in taken_keys.iter().enumerate().filter(|_| !taken.is_empty()) {
        pairs.push((*stream, taken[(at * STRIDE) % taken.len()]));
    }
    pairs
}

fn scenes(keys: &Corpus, pointers: &Corpus, settings: &TakeoverSettings<'_>) -> Vec<Asked> {
    let (key_field, pointer_field) = (field_of(keys), field_of(pointers));
    let typed = enrolling_sessions_of(keys, key_field);
    let pointed = enrolling_sessions_of(pointers, pointer_field);
    let known = [KnownPeople::of(keys, settings.models), KnownPeople::of(pointers, settings.models)];
    let scene = |(typing, pointing): (&Stream, &Stream)| -> Result<Scene, FaultKind> {
        let (key_events, keys_taken) = events_of_stream(keys, typing, key_field)?;
        let (pointer_events, pointer_taken) = events_of_stream(pointers, pointing, pointer_field)?;
        let (events, takeover_at) = taking_turns((&key_events, keys_taken), (&pointer_events, pointer_taken));
        let mut enrolled = typed.get(&typing.claimed).ok_or(FaultKind::NotEnrolled)?.clone();
        enrolled.extend(pointed.get(&pointing.claimed).ok_or(FaultKind::NotEnrolled)?.iter().cloned());
        let people = |stream: &Stream, known: &KnownPeople| {
            let parts = stream.parts.iter().map(|part| part.subject.as_str());
            known.tags_of(&parts.chain([stream.claimed.as_str()]).collect::<Vec<_>>())
        };
        let mut left_out = people(typing, &known[0]);
        left_out.extend(people(pointing, &known[1]));
        let name = format!("{}/{}+{}/{}", keys.name, typing.id, pointers.name, pointing.id);
        Ok(Scene {
            name,
            events,
            takeover_at,
            enrolled,
            left_out,
            kind: CorpusKind::Keystroke,
            finest: keys.finest,
        })
    };
    pairs(keys, pointers).into_iter().map(|pair| (pair.0.line, scene(pair))).collect()
}

type Taken<'a> = (&'a [Event], Option<Micros>);

/// Both hands on one clock: the owner's turns, a rest, the other person's turns.
fn taking_turns(keys: Taken<'_>, pointer: Taken<'_>) -> (Vec<Event>, Option<Micros>) {
    let split = |(events, at): Taken<'_>| events.partition_point(|event| at.is_none_or(|at| event.at < at));
    let (key_split, pointer_split) = (split(keys), split(pointer));
    let mut clock = Micros::from_secs(1);
    let mut events = Vec::with_capacity(keys.0.len() + pointer.0.len());
    interleave(&pointer.0[..pointer_split], &keys.0[..key_split], &mut clock, &mut events);
    let owned = events.len();
    clock = clock.plus(HANDOVER);
    interleave(&pointer.0[pointer_split..], &keys.0[key_split..], &mut clock, &mut events);
    let takeover_at = events.get(owned).map(|event| event.at);
    (events, takeover_at)
}

/// Turns of both lists, each turn's events as far apart as they were.
fn interleave(first: &[Event], second: &[Event], clock: &mut Micros, into: &mut Vec<Event>) {
    let (mut first, mut second) = (turns(first).into_iter(), turns(second).into_iter());
    loop {
        let round = [first.next(), second.next()];
        if round.iter().all(Option::is_none) {
            return;
        }
        for turn in round.into_iter().flatten() {
            let begun = turn.first().map_or(Micros::ZERO, |event| event.at);
            let began = *clock;
            into.extend(turn.iter().map(|event| Event { at: began.plus(event.at.since(begun)), ..*event }));
            *clock = into.last().map_or(began, |event| event.at).plus(Micros::from_millis(700));
        }
    }
}

fn turns(events: &[Event]) -> Vec<&[Event]> {
    let mut turns = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let until = first.at.plus(TURN);
        let (turn, after) = rest.split_at(rest.partition_point(|event| event.at < until));
        turns.push(turn);
        rest = after;
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_capture::{Signal, What};

    fn events(from_s: u64, count: u64) -> Vec<Event> {
        (0..count)
            .map(|at| Event { at: Micros::from_secs(from_s + at), what: What::Signal(Signal::Focus) })
            .collect()
    }

    #[test]
    fn turns_alternate_on_one_clock_and_lose_nothing() {
        let (keys, pointer) = (events(100, 20), events(1, 50));
        let (taken_keys, taken_pointer) = (Some(Micros::from_secs(110)), Some(Micros::from_secs(31)));
        let (all, at) = taking_turns((&keys, taken_keys), (&pointer, taken_pointer));
        assert_eq!(all.len(), 70);
        assert!(all.is_sorted_by_key(|event| event.at));
        // The owner's ten keys and thirty samples come before the handover.
        let before = all.partition_point(|event| event.at < at.unwrap());
        assert_eq!(before, 40);
        assert!(all[40].at.since(all[39].at) >= HANDOVER);
    }

    #[test]
    fn a_genuine_pair_has_no_takeover() {
        let (keys, pointer) = (events(100, 20), events(1, 50));
        assert_eq!(taking_turns((&keys, None), (&pointer, None)).1, None);
    }
}
