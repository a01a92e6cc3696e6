//! What TypeScript calls: functions of numbers alone, so that the bindings weigh next to nothing.
//!
//! One instance of the module is one session; another session is another instance, with memory of its own. Bytes and
//! texts (UTF-8) cross through a buffer: TypeScript asks for room with [`input_at`], writes there, and calls the function
//! that takes them. Events have a place of their own, [`events_at`], since they come all the time. An effect's parts are
//! read at [`part_at`] before the next [`poll`] or [`deadline`]. Times are milliseconds of the page's clock.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use palet_client::{ClientSession, ClientSettings};
use palet_features::{DeviceClass, ExtractorSettings, Ladder};
use palet_mask::FieldClass;
use palet_seal::PublicKey;
use palet_wire::{Consent, FieldDeclaration, FieldId, FieldSource, PageFacts};
use spinning_top::{Spinlock, SpinlockGuard};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{note::Note, record};

/// The most numbers of one drain: the ring of `js/src/listen/record.ts`.
const EVENT_NUMBERS_MAX: usize = 4_096 * record::STRIDE;
/// The most bytes that come in at once: a frame and more.
const INPUT_BYTES_MAX: usize = 128 * 1024;

struct Page {
    session: Option<ClientSession>,
    input: Vec<u8>,
    declared: Vec<FieldDeclaration>,
    retired: Vec<FieldId>,
    note: Note,
}

/// The page has one thread; the lock is there because a static must not be written otherwise. It is found taken only
/// where a call before has trapped: then this one traps as well, and the page stays masked.
static PAGE: Spinlock<Page> = Spinlock::new(Page {
    session: None,
    input: Vec::new(),
    declared: Vec::new(),
    retired: Vec::new(),
    note: Note::Nothing,
});

impl Page {
    /// As [`deadline`] answers. Where no effect waits, the parts of the last one are wiped.
    fn due(&mut self) -> f64 {
        let Some(session) = &self.session else { return f64::INFINITY };
        if session.has_effects() {
            return f64::NAN;
        }
        self.note = Note::Nothing;
        session.poll_timeout().map_or(f64::INFINITY, |at| at.0 as f64 / 1_000.0)
    }
}

/// Where a drain is laid: apart from the page, so that nothing of it is part of the module's file.
static EVENTS: Spinlock<[f64; EVENT_NUMBERS_MAX]> = Spinlock::new([0.0; EVENT_NUMBERS_MAX]);

fn entered<T>(place: &'static Spinlock<T>) -> SpinlockGuard<'static, T> {
    place.try_lock().unwrap_or_else(|| core::arch::wasm32::unreachable())
}

fn page() -> SpinlockGuard<'static, Page> {
    entered(&PAGE)
}

/// Room for so many bytes of input; what was there is gone. Valid until the next call.
#[wasm_bindgen]
pub fn input_at(bytes: usize) -> *const u8 {
    let input = &mut page().input;
    *input = alloc::vec![0; bytes.min(INPUT_BYTES_MAX)];
    input.as_ptr()
}

/// Where a drain's numbers are laid, room for the whole ring: the same place for as long as the module lives.
#[wasm_bindgen]
pub fn events_at() -> *const f64 {
    entered(&EVENTS).as_ptr()
}

/// Begins the session; one before it is dropped. Input: a seed of 32 bytes, then the server's key in base64url. Returns 0 where either is wrong.
#[wasm_bindgen]
pub fn begin(consent: u8, coarse: bool, strict: bool, now_ms: f64) -> u32 {
    let page = &mut *page();
    let input = core::mem::take(&mut page.input);
    if page.session.is_some() {
        return 0;
    }
    let session = parse_settings(&input, consent, coarse, strict)
        .map(|(settings, seed)| ClientSession::new(settings, seed, record::micros(now_ms)));
    let begun = session.is_some();
    // There was none: forgetting it spares the code that would drop a session.
    core::mem::forget(core::mem::replace(&mut page.session, session));
    u32::from(begun)
}

fn parse_settings(
    input: &[u8],
    consent: u8,
    coarse: bool,
    strict: bool,
) -> Option<(ClientSettings, [u8; 32])> {
    let (seed, key) = input.split_first_chunk()?;
    let key = <[u8; 32]>::try_from(key).ok()?;
    let settings = ClientSettings {
        server_key: PublicKey::from_bytes(key),
        consent: match consent {
            2 => Consent::Full,
            1 => Consent::FraudOnly,
            _ => Consent::None,
        },
        facts: PageFacts { coarse_pointer: coarse, strict_ladder: strict },
        extractor: ExtractorSettings {
            finest: if strict { Ladder::K3 } else { Ladder::K4 },
            device: if coarse { DeviceClass::Mobile } else { DeviceClass::Desktop },
        },
    };
    Some((settings, *seed))
}

/// Something happened; `js/src/core.ts` has the same list. Input: what the last five carry. Returns an action's number.
#[wasm_bindgen]
pub fn happen(what: u8, now_ms: f64) -> u32 {
    let page = &mut *page();
    let now = record::micros(now_ms);
    let Some(session) = &mut page.session else { return 0 };
    let input = core::mem::take(&mut page.input);
    match what {
        0 => session.handle_timeout(now),
        1 => session.handle_open(now),
        2 => session.handle_close(now),
        3 => session.handle_hidden(now),
        4 => session.handle_shown(now),
        5 => session.flush(now),
        6 => session.pause(now),
        7 => session.resume(now),
        8 => session.destroy(now),
        9 => session.set_inspect(true),
        10 => session.set_inspect(false),
        11 => {
            session.retire(&core::mem::take(&mut page.retired), now);
            session.declare(core::mem::take(&mut page.declared), now);
        }
        12 => session.handle_token(None, now),
        13 => session.handle_reply(None, now),
        14 => session.handle_token(text(&input), now),
        15 => session.handle_reply(Some(&input), now),
        16 => session.handle_frame(&input, now),
        17 => session.set_context(&text(&input).unwrap_or_default(), now),
        18 => return session.action(&text(&input).unwrap_or_default(), now),
        _ => {}
    }
    0
}

/// A field of the page, told to the server by the next `happen(11)`. `class` is the class's number; one that no class has
/// is the bank's own, whose name is the input's first `name_bytes`. Then the sealed value. `source`: 0 sealed, 1 local,
/// 2 input, 3 input that the detector found.
#[wasm_bindgen]
pub fn declare(id: u16, class: usize, name_bytes: usize, source: u8) {
    let page = &mut *page();
    let input = core::mem::take(&mut page.input);
    let (name, sealed) = input.split_at_checked(name_bytes).unwrap_or_default();
    let class = FieldClass::ALL.get(class).copied().unwrap_or(FieldClass::Custom);
    let custom = (class == FieldClass::Custom).then(|| text(name)).flatten();
    let source = match (source, text(sealed)) {
        (0, Some(token)) => FieldSource::Sealed(token),
        (2, _) => FieldSource::Input,
        (3, _) => FieldSource::Found,
        _ => FieldSource::Local,
    };
    page.declared.push(FieldDeclaration { id: FieldId(id), class, custom, source });
}

/// A field that is gone, told to the server by the next `happen(11)`.
#[wasm_bindgen]
pub fn retire(id: u16) {
    page().retired.push(FieldId(id));
}

/// Takes so many numbers of events, then answers as [`deadline`] does: a drain comes ten times a second and mostly asks
/// for nothing, so that it is one call.
#[wasm_bindgen]
pub fn drain(numbers: usize, now_ms: f64) -> f64 {
    let page = &mut *page();
    if let (Some(session), Some(events)) = (&mut page.session, EVENTS.try_lock()) {
        record::parse(events.get(..numbers).unwrap_or_default())
            .for_each(|event| session.handle_event(event));
        session.handle_drained(record::micros(now_ms));
    }
    page.due()
}

/// When `happen(0)` should be called, infinity for never; NaN while an effect waits for [`poll`]. **Units**: ms.
#[wasm_bindgen]
pub fn deadline() -> f64 {
    page().due()
}

/// Goes to the next effect and returns its code; 0 when there is none. The parts of the one before are wiped.
#[wasm_bindgen]
pub fn poll() -> u32 {
    let page = &mut *page();
    let Some(session) = &mut page.session else { return 0 };
    // Frames come first: a connection that is to be closed carries its last words.
    page.note = match session.poll_transmit() {
        Some(frame) => Note::Frame(frame),
        None => session.poll_effect().map_or(Note::Nothing, Note::Effect),
    };
    page.note.code()
}

/// A number of the effect; NaN where it has none.
#[wasm_bindgen]
pub fn number(at: usize) -> f64 {
    page().note.number(at)
}

/// Where a part of the effect is: its texts by their place; its bytes where it has no text there.
#[wasm_bindgen]
pub fn part_at(at: usize) -> *const u8 {
    page().note.part(at).as_ptr()
}

/// How many bytes a part of the effect has.
#[wasm_bindgen]
pub fn part_bytes(at: usize) -> usize {
    page().note.part(at).len()
}

/// How many texts the effect has.
#[wasm_bindgen]
pub fn texts() -> usize {
    page().note.texts()
}

/// Text from bytes; `None` where they are none.
fn text(bytes: &[u8]) -> Option<String> {
    core::str::from_utf8(bytes).ok().map(ToOwned::to_owned)
}
