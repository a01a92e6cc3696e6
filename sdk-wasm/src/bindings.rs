//! What TypeScript calls. Each function parses its arguments and hands them to the session; times are milliseconds of
//! the page's clock.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use palet_client::{ClientSession, ClientSettings};
use palet_features::{DeviceClass, ExtractorSettings, Ladder};
use palet_mask::FieldClass;
use palet_seal::PublicKey;
use palet_wire::{Consent, FieldDeclaration, FieldId, FieldSource, PageFacts};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{note::Note, record};

/// One page's session.
#[wasm_bindgen]
pub struct Core {
    session: ClientSession,
    declared: Vec<FieldDeclaration>,
    note: Note,
}

#[wasm_bindgen]
impl Core {
    /// A session, or nothing where the key is not 32 bytes in base64url or the seed is short.
    pub fn make(
        server_key: &str,
        consent: u8,
        coarse: bool,
        strict: bool,
        seed: &[u8],
        now_ms: f64,
    ) -> Option<Core> {
        let settings = ClientSettings {
            server_key: PublicKey::from_base64url(server_key).ok()?,
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
        let session = ClientSession::new(settings, seed.try_into().ok()?, record::micros(now_ms));
        Some(Core { session, declared: Vec::new(), note: Note::default() })
    }

    /// Takes what the ring held.
    pub fn drain(&mut self, records: &[f64], now_ms: f64) {
        record::parse(records).for_each(|event| self.session.handle_event(event));
        self.session.handle_drained(record::micros(now_ms));
    }

    /// The token provider's answer.
    pub fn token(&mut self, token: Option<String>, now_ms: f64) {
        self.session.handle_token(token, record::micros(now_ms));
    }

    /// The socket is open.
    pub fn opened(&mut self, now_ms: f64) {
        self.session.handle_open(record::micros(now_ms));
    }

    /// The socket is closed.
    pub fn closed(&mut self, now_ms: f64) {
        self.session.handle_close(record::micros(now_ms));
    }

    /// A binary message came.
    pub fn frame(&mut self, bytes: &[u8], now_ms: f64) {
        self.session.handle_frame(bytes, record::micros(now_ms));
    }

    /// The answer to a POST came, or none will.
    pub fn reply(&mut self, bytes: Option<Vec<u8>>, now_ms: f64) {
        self.session.handle_reply(bytes.as_deref(), record::micros(now_ms));
    }

    /// The page is being hidden.
    pub fn hidden(&mut self, now_ms: f64) {
        self.session.handle_hidden(record::micros(now_ms));
    }

    /// The page is shown again.
    pub fn shown(&mut self, now_ms: f64) {
        self.session.handle_shown(record::micros(now_ms));
    }

    /// A field of the page; told to the server by `announce`. `source`: 0 sealed, 1 local, 2 input.
    pub fn declare(&mut self, id: u16, class: &str, source: u8, sealed: Option<String>) {
        let (class, custom) = match class.parse() {
            Ok(class) if class != FieldClass::Custom => (class, None),
            _ => (FieldClass::Custom, Some(class.to_owned())),
        };
        let source = match (source, sealed) {
            (0, Some(token)) => FieldSource::Sealed(token),
            (2, _) => FieldSource::Input,
            _ => FieldSource::Local,
        };
        self.declared.push(FieldDeclaration { id: FieldId(id), class, custom, source });
    }

    /// Tells the server of the fields declared since the last call.
    pub fn announce(&mut self, now_ms: f64) {
        let declared = core::mem::take(&mut self.declared);
        self.session.declare(declared, record::micros(now_ms));
    }

    /// These fields are gone.
    pub fn retire(&mut self, ids: &[u16], now_ms: f64) {
        let ids: Vec<_> = ids.iter().map(|id| FieldId(*id)).collect();
        self.session.retire(&ids, record::micros(now_ms));
    }

    /// What the page shows now.
    pub fn context(&mut self, name: &str, now_ms: f64) {
        self.session.set_context(name, record::micros(now_ms));
    }

    /// Asks about an action; the answer carries the number that is returned.
    pub fn action(&mut self, name: &str, now_ms: f64) -> u32 {
        self.session.action(name, record::micros(now_ms))
    }

    /// Closes and sends what is open.
    pub fn flush(&mut self, now_ms: f64) {
        self.session.flush(record::micros(now_ms));
    }

    /// Stops capture.
    pub fn pause(&mut self, now_ms: f64) {
        self.session.pause(record::micros(now_ms));
    }

    /// Captures again.
    pub fn resume(&mut self, now_ms: f64) {
        self.session.resume(record::micros(now_ms));
    }

    /// Ends the session.
    pub fn destroy(&mut self, now_ms: f64) {
        self.session.destroy(record::micros(now_ms));
    }

    /// Whether batches are shown before they are sealed.
    pub fn inspect(&mut self, inspecting: bool) {
        self.session.set_inspect(inspecting);
    }

    /// Does what is due.
    pub fn timeout(&mut self, now_ms: f64) {
        self.session.handle_timeout(record::micros(now_ms));
    }

    /// When `timeout` should be called, infinity for never. **Units**: ms.
    pub fn deadline(&self) -> f64 {
        self.session.poll_timeout().map_or(f64::INFINITY, |at| at.0 as f64 / 1_000.0)
    }

    /// Goes to the next effect and returns its code; 0 when there is none.
    pub fn poll(&mut self) -> u32 {
        // Frames come first: a connection that is to be closed carries its last words.
        self.note = match self.session.poll_transmit() {
            Some(frame) => Note::frame(frame),
            None => self.session.poll_effect().map(Note::from).unwrap_or_default(),
        };
        self.note.code
    }

    /// A number of the effect; NaN where it has none.
    pub fn number(&self, at: usize) -> f64 {
        self.note.numbers.get(at).copied().unwrap_or(f64::NAN)
    }

    /// A text of the effect.
    pub fn text(&mut self, at: usize) -> Option<String> {
        self.note.texts.get_mut(at).map(core::mem::take)
    }

    /// The bytes of the effect.
    pub fn bytes(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.note.bytes)
    }
}
