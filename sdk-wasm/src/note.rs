//! An effect as a code and its parts, which TypeScript reads one by one: `js/src/core.ts` has the same table.
//!
//! | code | effect | numbers | texts | bytes |
//! |---|---|---|---|---|
//! | 1 | need token | | | |
//! | 2 | connect | | | |
//! | 3 | disconnect | | | |
//! | 4 | send on the socket | | | frame |
//! | 5 | POST | | | envelope |
//! | 6 | beacon | | | envelope |
//! | 7 | paint | field, level | display, if any | |
//! | 8 | mask all | | | |
//! | 9 | risk | risk, biometric only, band, keys trained, pointer trained, sub-scores (NaN: none) | versions, then code and text of each reason | |
//! | 10 | step-up | | reference, code, text | |
//! | 11 | action's answer | id, decision | reference, then code and text of each reason | |
//! | 12 | state | state | | |
//! | 13 | inspect | number | | plaintext |
//! | 14 | refused | | code | |
//! | 15 | lost | batches | | |

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use palet_client::Effect;
use palet_wire::{ActionAnswer, Directive, Reason, RiskUpdate, StepUp};

/// An effect, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Which effect; 0 for none.
    pub code: u32,
    /// Its numbers, in the table's order.
    pub numbers: Vec<f64>,
    /// Its texts, in the table's order.
    pub texts: Vec<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Note {
    /// No effect.
    pub const EMPTY: Self = Self { code: 0, numbers: Vec::new(), texts: Vec::new(), bytes: Vec::new() };

    /// The text at this place, as bytes; the effect's bytes where there is none.
    #[must_use]
    pub fn part(&self, at: usize) -> &[u8] {
        self.texts.get(at).map_or(&self.bytes, |text| text.as_bytes())
    }

    /// A frame for the socket.
    #[must_use]
    pub fn frame(bytes: Vec<u8>) -> Self {
        Self::with_bytes(4, bytes)
    }

    fn bare(code: u32) -> Self {
        Self { code, ..Self::EMPTY }
    }

    fn with_bytes(code: u32, bytes: Vec<u8>) -> Self {
        Self { code, bytes, ..Self::EMPTY }
    }

    fn with_numbers(code: u32, numbers: Vec<f64>) -> Self {
        Self { code, numbers, ..Self::EMPTY }
    }
}

impl From<Effect> for Note {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::NeedToken => Self::bare(1),
            Effect::Connect => Self::bare(2),
            Effect::Disconnect => Self::bare(3),
            Effect::Post(bytes) => Self::with_bytes(5, bytes),
            Effect::Beacon(bytes) => Self::with_bytes(6, bytes),
            Effect::Paint(directive) => paint(directive),
            Effect::MaskAll => Self::bare(8),
            Effect::Risk(update) => risk(update),
            Effect::StepUp(step_up) => ask(step_up),
            Effect::ActionAnswer(answer) => answered(answer),
            Effect::State(state) => Self::with_numbers(12, vec![f64::from(state as u8)]),
            Effect::Inspect { seq, plaintext } => {
                Self { code: 13, numbers: vec![seq as f64], bytes: plaintext, ..Self::EMPTY }
            }
            Effect::Refused(code) => Self { code: 14, texts: vec![code.as_str().to_owned()], ..Self::EMPTY },
            Effect::Lost(batches) => Self::with_numbers(15, vec![f64::from(batches)]),
        }
    }
}

fn paint(directive: Directive) -> Note {
    Note {
        code: 7,
        numbers: vec![f64::from(directive.field.0), f64::from(directive.level as u8)],
        texts: directive.display.into_iter().collect(),
        ..Note::EMPTY
    }
}

fn risk(update: RiskUpdate) -> Note {
    let sub = update.sub_scores;
    let flag = |set: bool| f64::from(u8::from(set));
    let mut numbers = vec![
        f64::from(update.risk),
        f64::from(update.biometric_only),
        f64::from(update.band as u8),
        flag(update.keys_trained),
        flag(update.pointer_trained),
    ];
    numbers.extend(
        [sub.keys, sub.pointer, sub.automation, sub.device].map(|score| score.map_or(f64::NAN, f64::from)),
    );
    Note { code: 9, numbers, texts: with_reasons(vec![update.versions], update.reasons), ..Note::EMPTY }
}

fn ask(step_up: StepUp) -> Note {
    let texts = with_reasons(vec![step_up.reference], vec![step_up.reason]);
    Note { code: 10, texts, ..Note::EMPTY }
}

fn answered(answer: ActionAnswer) -> Note {
    Note {
        code: 11,
        numbers: vec![f64::from(answer.id), f64::from(answer.decision as u8)],
        texts: with_reasons(vec![answer.reference], answer.reasons),
        ..Note::EMPTY
    }
}

fn with_reasons(mut texts: Vec<String>, reasons: Vec<Reason>) -> Vec<String> {
    texts.extend(reasons.into_iter().flat_map(|reason| [reason.code, reason.text]));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_client::State;
    use palet_mask::Level;
    use palet_wire::{ActionDecision, FieldId, RefusalCode};

    #[test]
    fn a_directive_without_text_has_none() {
        let directive = Directive { field: FieldId(7), level: Level::Redact, display: None, ttl_ms: 5 };
        let note = Note::from(Effect::Paint(directive));
        assert_eq!((note.code, note.numbers, note.texts), (7, vec![7.0, 4.0], vec![]));
    }

    #[test]
    fn an_answer_carries_its_reasons_in_pairs() {
        let reason = Reason { code: "keys.rhythm".into(), text: "The rhythm differs.".into() };
        let answer = ActionAnswer {
            id: 3,
            decision: ActionDecision::Deny,
            reasons: vec![reason],
            reference: "r-1".into(),
        };
        let note = Note::from(Effect::ActionAnswer(answer));
        assert_eq!(note.numbers, [3.0, 2.0]);
        assert_eq!(note.texts, ["r-1", "keys.rhythm", "The rhythm differs."]);
        assert_eq!(note.part(1), b"keys.rhythm");
        assert_eq!(note.part(3), b"");
    }

    #[test]
    fn every_effect_has_a_code_of_its_own() {
        let effects = [
            Effect::NeedToken,
            Effect::Connect,
            Effect::Disconnect,
            Effect::Post(vec![1]),
            Effect::Beacon(vec![1]),
            Effect::MaskAll,
            Effect::State(State::Live),
            Effect::Inspect { seq: 1, plaintext: vec![1] },
            Effect::Refused(RefusalCode::BadToken),
            Effect::Lost(2),
        ];
        let codes: Vec<_> = effects.into_iter().map(|effect| Note::from(effect).code).collect();
        assert_eq!(codes, [1, 2, 3, 5, 6, 8, 12, 13, 14, 15]);
        assert_eq!(Note::frame(vec![1]).code, 4);
    }
}
