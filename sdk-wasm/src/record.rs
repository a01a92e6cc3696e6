//! One event as four numbers, as `js/src/listen/record.ts` writes them into the ring.
//!
//! ```text
//! [0] time, ms   [1] code   [2] x, px   [3] y, px        (x and y: pointer only)
//!
//! code  bits 0–1   0 key            1 pointer        2 signal
//!       bits 2–    phase:1          phase:3          signal:5
//!                  class:3          kind:2
//!                  slot:5
//!                  field:5   0 open, 1 secret, 2 + n fixed text n
//! ```

use palet_capture::{
    Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, PointerEvent, PointerKind, PointerPhase, Signal,
    What,
};
use palet_units::Micros;

/// Numbers in a record.
pub const STRIDE: usize = 4;

/// The latest time that a page can have: a century after it was opened. **Units**: ms.
const TIME_MS_MAX: f64 = 3.2e12;

/// A time of the page's clock. A time before the page's origin, or none at all, is its origin.
#[must_use]
pub fn micros(ms: f64) -> Micros {
    // A cast of a float saturates, and makes 0 of NaN.
    Micros((ms.clamp(0.0, TIME_MS_MAX) * 1_000.0 + 0.5) as u64)
}

/// The events of a drained ring, in its order. A record that no listener writes is left out.
pub fn parse(records: &[f64]) -> impl Iterator<Item = Event> + '_ {
    records.chunks_exact(STRIDE).filter_map(|record| match record {
        [at, code, x, y] => {
            parse_what(*code as u32, *x as f32, *y as f32).map(|what| Event { at: micros(*at), what })
        }
        _ => None,
    })
}

fn parse_what(code: u32, x: f32, y: f32) -> Option<What> {
    match code & 3 {
        0 => Some(What::Key(parse_key(code >> 2))),
        1 => parse_pointer(code >> 2, x, y).map(What::Pointer),
        2 => Signal::from_code((code >> 2 & 31) as u8).map(What::Signal),
        _ => None,
    }
}

fn parse_key(bits: u32) -> KeyEvent {
    KeyEvent {
        phase: if bits & 1 == 0 { KeyPhase::Down } else { KeyPhase::Up },
        class: KeyClass::from_code((bits >> 1 & 7) as u8),
        slot: KeySlot((bits >> 4 & 31) as u8),
        field: match bits >> 9 & 31 {
            0 => FieldKind::Open,
            field @ 2..=17 => FieldKind::FixedText((field - 2) as u8),
            _ => FieldKind::Secret,
        },
    }
}

fn parse_pointer(bits: u32, x: f32, y: f32) -> Option<PointerEvent> {
    let phase = match bits & 7 {
        0 => PointerPhase::Move,
        1 => PointerPhase::Down,
        2 => PointerPhase::Up,
        3 => PointerPhase::Scroll,
        4 => PointerPhase::Cancel,
        _ => return None,
    };
    let kind = match bits >> 3 & 3 {
        0 => PointerKind::Mouse,
        1 => PointerKind::Touch,
        2 => PointerKind::Pen,
        _ => return None,
    };
    (x.is_finite() && y.is_finite()).then_some(PointerEvent { phase, kind, x, y })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(record: [f64; 4]) -> Option<What> {
        parse(&record).next().map(|event| event.what)
    }

    fn key(phase: u32, class: u32, slot: u32, field: u32) -> f64 {
        f64::from(phase << 2 | class << 3 | slot << 6 | field << 11)
    }

    #[test]
    fn a_key_keeps_phase_class_slot_and_field() {
        let what = one([1.0, key(1, 4, 31, 2 + 15), 0.0, 0.0]);
        let expected = KeyEvent {
            phase: KeyPhase::Up,
            class: KeyClass::Erase,
            slot: KeySlot(31),
            field: FieldKind::FixedText(15),
        };
        assert!(what == Some(What::Key(expected)));
    }

    #[test]
    fn a_field_that_no_listener_writes_is_secret() {
        for field in [1, 18, 31] {
            let Some(What::Key(event)) = one([1.0, key(0, 0, 0, field), 0.0, 0.0]) else { panic!("a key") };
            assert!(event.field == FieldKind::Secret, "field {field}");
        }
    }

    #[test]
    fn a_pointer_keeps_its_place() {
        let what = one([2.0, f64::from(1u32 | 2 << 2 | 1 << 5), 10.5, 20.25]);
        let expected = PointerEvent { phase: PointerPhase::Up, kind: PointerKind::Touch, x: 10.5, y: 20.25 };
        assert!(what == Some(What::Pointer(expected)));
    }

    #[test]
    fn a_signal_keeps_its_code() {
        let what = one([2.0, f64::from(2u32 | 11 << 2), 0.0, 0.0]);
        assert!(what == Some(What::Signal(Signal::Repeat)));
    }

    #[test]
    fn what_no_listener_writes_is_left_out() {
        assert!(one([0.0, 3.0, 0.0, 0.0]).is_none());
        assert!(one([0.0, f64::from(1u32 | 5 << 2), 0.0, 0.0]).is_none());
        assert!(one([0.0, f64::from(2u32 | 30 << 2), 0.0, 0.0]).is_none());
        assert!(one([0.0, 1.0, f64::NAN, 0.0]).is_none());
        assert_eq!(parse(&[0.0, 0.0, 0.0]).count(), 0);
    }

    #[test]
    fn time_is_whole_microseconds_and_never_wild() {
        assert_eq!(micros(1234.5675), Micros(1_234_568));
        assert_eq!(micros(-1.0), Micros::ZERO);
        assert_eq!(micros(f64::NAN), Micros::ZERO);
        assert_eq!(micros(f64::INFINITY), Micros(3_200_000_000_000_000));
    }
}
