//! The page's side: somebody who types and moves, and what the page shows.

use std::collections::BTreeMap;

use palet_capture::{
    Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, PointerEvent, PointerKind, PointerPhase, What,
};
use palet_client::{ClientSession, ClientSettings, Effect};
use palet_features::{ExtractorSettings, FeatureWindow};
use palet_mask::{FieldClass, Level};
use palet_seal::{Ratchet, StaticSecret};
use palet_units::Micros;
use palet_wire::{ClientMessage, Consent, FieldDeclaration, FieldId, FieldSource, PageFacts, decode_client};

pub fn new_client(pinned: &StaticSecret, seed: [u8; 32], now: Micros) -> ClientSession {
    let settings = ClientSettings {
        server_key: pinned.public_key(),
        consent: Consent::Full,
        facts: PageFacts { coarse_pointer: false, strict_ladder: false },
        extractor: ExtractorSettings::default(),
    };
    let mut client = ClientSession::new(settings, seed, now);
    client.set_inspect(true);
    let field = |id, class| FieldDeclaration {
        id: FieldId(id),
        class,
        custom: None,
        source: FieldSource::Sealed("p1.token".to_owned()),
    };
    client.declare(vec![field(0, FieldClass::Iban), field(1, FieldClass::Balance)], now);
    client
}

/// What the page shows, field by field.
#[derive(Default)]
pub struct Painted {
    levels: BTreeMap<FieldId, Level>,
}

impl Painted {
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Paint(directive) => drop(self.levels.insert(directive.field, directive.level)),
            Effect::MaskAll => self.levels.clear(),
            _ => {}
        }
    }

    pub fn clear(&self) -> usize {
        self.levels.values().filter(|level| **level == Level::Clear).count()
    }
}

/// One step of behaviour: a key or some pointer samples, now and then a flush.
pub fn behave(client: &mut ClientSession, luck: &mut Ratchet, now: Micros) {
    if luck.draw_below(4) == 0 {
        press(client, luck, now);
    } else {
        trail(client, luck, now);
    }
    if luck.draw_below(60) == 0 {
        client.flush(now);
    }
    client.handle_drained(now);
}

fn press(client: &mut ClientSession, luck: &mut Ratchet, now: Micros) {
    let class = KeyClass::from_code(luck.draw_below(4) as u8);
    let key = |phase| What::Key(KeyEvent { phase, class, slot: KeySlot(0), field: FieldKind::Open });
    client.handle_event(Event { at: now, what: key(KeyPhase::Down) });
    let up = now.plus(Micros::from_millis(20 + luck.draw_below(25)));
    client.handle_event(Event { at: up, what: key(KeyPhase::Up) });
}

fn trail(client: &mut ClientSession, luck: &mut Ratchet, now: Micros) {
    let (x, y) = (luck.draw_below(1_000) as f32, luck.draw_below(700) as f32);
    for sample in 0..4 {
        let phase = PointerPhase::Move;
        let event = PointerEvent {
            phase,
            kind: PointerKind::Mouse,
            x: x + sample as f32 * 9.0,
            y: y + sample as f32,
        };
        client.handle_event(Event {
            at: now.plus(Micros::from_millis(sample * 10)),
            what: What::Pointer(event),
        });
    }
}

/// Strokes of each pointer block that a page makes of twenty seconds of movement, where every event comes so late.
pub fn strokes_of_a_mouse(late: Micros) -> Vec<usize> {
    let start = Micros::from_secs(1);
    let mut client = new_client(&StaticSecret::from_bytes([7; 32]), [9; 32], start);
    let mut strokes = Vec::new();
    for sample in 0..2_500_u64 {
        // Every 64th sample comes after a rest, which ends a stroke.
        let at = start.plus(Micros::from_millis(sample * 8 + sample / 64 * 600));
        let swing = (sample % 64) as f32;
        let (x, y) = (swing * 9.0, swing * swing * 0.1);
        let event = PointerEvent { phase: PointerPhase::Move, kind: PointerKind::Mouse, x, y };
        client.handle_event(Event { at, what: What::Pointer(event) });
        if sample % 8 == 0 {
            client.handle_drained(at.plus(late));
        }
        if client.poll_timeout().is_some_and(|due| due <= at.plus(late)) {
            client.handle_timeout(at.plus(late));
        }
    }
    client.flush(start.plus(Micros::from_secs(60)).plus(late));
    while let Some(effect) = client.poll_effect() {
        let Effect::Inspect { plaintext, .. } = effect else { continue };
        let Ok(ClientMessage::Batch(batch)) = decode_client(&plaintext) else { continue };
        strokes.extend(batch.windows.iter().filter_map(|window| match window {
            FeatureWindow::Pointer(block) => Some(block.strokes.len()),
            _ => None,
        }));
    }
    strokes
}
