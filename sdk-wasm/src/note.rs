//! An effect as a code and its parts, which TypeScript reads one by one: `js/src/core.ts` has the same table.
//!
//! | code | effect | numbers | texts | bytes |
//! |---|---|---|---|---|
//! | 0 | none | | | |
//! | 1 | need token | | | |
//! | 2 | connect | | | |
//! | 3 | disconnect | | | |
//! | 4 | send on the socket | | | frame |
//! | 5 | POST | | | envelope |
//! | 6 | beacon | | | envelope |
//! | 7 | paint | field, level, doors that are shut | display, if any | |
//! | 8 | mask all | | | |
//! | 9 | risk | risk, biometric only, band, keys trained, pointer trained, sub-scores of keys, pointer, automation, device | versions, then code and text of each reason | |
//! | 10 | step-up | | reference, code, text | |
//! | 11 | action's answer | id, decision | reference, then code and text of each reason | |
//! | 12 | state | state | | |
//! | 13 | inspect | number | | plaintext |
//! | 14 | refused | | code | |
//! | 15 | lost | batches | | |
//!
//! A number that is not there is NaN, a text that is not there has no bytes.

use alloc::vec::Vec;
use palet_client::Effect;
use palet_wire::Reason;

/// What the browser is to do next.
#[derive(Clone, PartialEq)]
pub enum Note {
    /// Nothing.
    Nothing,
    /// Send a frame on the socket.
    Frame(Vec<u8>),
    /// An effect of the session.
    Effect(Effect),
}

impl Note {
    /// Which effect.
    #[must_use]
    pub const fn code(&self) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Frame(_) => 4,
            Self::Effect(effect) => match effect {
                Effect::NeedToken => 1,
                Effect::Connect => 2,
                Effect::Disconnect => 3,
                Effect::Post(_) => 5,
                Effect::Beacon(_) => 6,
                Effect::Paint(_) => 7,
                Effect::MaskAll => 8,
                Effect::Risk(_) => 9,
                Effect::StepUp(_) => 10,
                Effect::ActionAnswer(_) => 11,
                Effect::State(_) => 12,
                Effect::Inspect { .. } => 13,
                Effect::Refused(_) => 14,
                Effect::Lost(_) => 15,
            },
        }
    }

    /// The number at this place.
    #[must_use]
    pub fn number(&self, at: usize) -> f64 {
        let Self::Effect(effect) = self else { return f64::NAN };
        match (effect, at) {
            (Effect::Paint(directive), 0) => f64::from(directive.field.0),
            (Effect::Paint(directive), 1) => f64::from(directive.level as u8),
            (Effect::Paint(directive), 2) => f64::from(directive.shut.0),
            (Effect::ActionAnswer(answer), 0) => f64::from(answer.id),
            (Effect::ActionAnswer(answer), 1) => f64::from(answer.decision as u8),
            (Effect::State(state), 0) => f64::from(*state as u8),
            (Effect::Inspect { seq, .. }, 0) => *seq as f64,
            (Effect::Lost(batches), 0) => f64::from(*batches),
            (Effect::Risk(risk), at) => f64::from(match at {
                0 => risk.risk,
                1 => risk.biometric_only,
                2 => f32::from(risk.band as u8),
                3 => f32::from(u8::from(risk.keys_trained)),
                4 => f32::from(u8::from(risk.pointer_trained)),
                5 => risk.sub_scores.keys.unwrap_or(f32::NAN),
                6 => risk.sub_scores.pointer.unwrap_or(f32::NAN),
                7 => risk.sub_scores.automation.unwrap_or(f32::NAN),
                8 => risk.sub_scores.device.unwrap_or(f32::NAN),
                _ => f32::NAN,
            }),
            _ => f64::NAN,
        }
    }

    /// How many texts there are.
    #[must_use]
    pub fn texts(&self) -> usize {
        let Self::Effect(effect) = self else { return 0 };
        match effect {
            Effect::Paint(directive) => usize::from(directive.display.is_some()),
            Effect::Risk(risk) => 1 + 2 * risk.reasons.len(),
            Effect::ActionAnswer(answer) => 1 + 2 * answer.reasons.len(),
            Effect::StepUp(_) => 3,
            Effect::Refused(_) => 1,
            _ => 0,
        }
    }

    /// The text at this place, or the effect's bytes.
    #[must_use]
    pub fn part(&self, at: usize) -> &[u8] {
        match self {
            Self::Nothing => &[],
            Self::Frame(bytes) => bytes,
            Self::Effect(effect) => part_of(effect, at),
        }
    }
}

fn part_of(effect: &Effect, at: usize) -> &[u8] {
    match effect {
        Effect::Post(bytes) | Effect::Beacon(bytes) | Effect::Inspect { plaintext: bytes, .. } => bytes,
        Effect::Paint(directive) => directive.display.as_deref().unwrap_or_default().as_bytes(),
        Effect::Risk(risk) => text_of(&risk.versions, &risk.reasons, at),
        Effect::ActionAnswer(answer) => text_of(&answer.reference, &answer.reasons, at),
        Effect::StepUp(ask) => text_of(&ask.reference, core::slice::from_ref(&ask.reason), at),
        Effect::Refused(code) => code.as_str().as_bytes(),
        _ => &[],
    }
}

/// A first text, then code and text of each reason.
fn text_of<'e>(first: &'e str, reasons: &'e [Reason], at: usize) -> &'e [u8] {
    let text = match at.checked_sub(1) {
        None => first,
        Some(after) => match reasons.get(after / 2) {
            Some(reason) if after % 2 == 0 => &reason.code,
            Some(reason) => &reason.text,
            None => "",
        },
    };
    text.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use palet_client::State;
    use palet_mask::Level;
    use palet_wire::{
        ActionAnswer, ActionDecision, Directive, Doors, FieldId, RefusalCode, RiskBand, RiskUpdate, StepUp,
        SubScores,
    };

    fn reason() -> Reason {
        Reason { code: "keys.rhythm".into(), text: "The rhythm differs.".into() }
    }

    #[test]
    fn a_directive_tells_its_field_its_level_and_whether_it_has_a_text() {
        let directive = Directive {
            field: FieldId(7),
            level: Level::Redact,
            display: None,
            ttl_ms: 5,
            shut: Doors::COPY,
        };
        let bare = Note::Effect(Effect::Paint(directive.clone()));
        assert_eq!((bare.number(0), bare.number(1), bare.texts()), (7.0, 4.0, 0));
        assert_eq!(bare.number(2), 1.0);
        assert!(bare.number(3).is_nan());
        let shown = Directive { display: Some("DE30".into()), ..directive };
        let shown = Note::Effect(Effect::Paint(shown));
        assert_eq!((shown.texts(), shown.part(0)), (1, b"DE30".as_slice()));
    }

    #[test]
    fn reasons_stand_in_pairs_after_the_first_text() {
        let answer = ActionAnswer {
            id: 3,
            decision: ActionDecision::Deny,
            reasons: vec![reason()],
            reference: "r-1".into(),
        };
        let note = Note::Effect(Effect::ActionAnswer(answer));
        assert_eq!((note.number(0), note.number(1), note.texts()), (3.0, 2.0, 3));
        assert_eq!(note.part(0), b"r-1");
        assert_eq!(note.part(1), b"keys.rhythm");
        assert_eq!(note.part(2), b"The rhythm differs.");
        assert_eq!(note.part(3), b"");
        let ask = Note::Effect(Effect::StepUp(StepUp { reference: "s".into(), reason: reason() }));
        assert_eq!((ask.texts(), ask.part(0), ask.part(1)), (3, b"s".as_slice(), b"keys.rhythm".as_slice()));
    }

    #[test]
    fn a_sub_score_without_evidence_is_no_number() {
        let risk = RiskUpdate {
            risk: 0.5,
            biometric_only: 0.25,
            band: RiskBand::High,
            sub_scores: SubScores { keys: Some(0.75), pointer: None, automation: None, device: Some(0.0) },
            keys_trained: true,
            pointer_trained: false,
            reasons: vec![],
            versions: "v".into(),
        };
        let note = Note::Effect(Effect::Risk(risk));
        let numbers: Vec<_> = (0..10).map(|at| note.number(at)).collect();
        assert_eq!(numbers[..6], [0.5, 0.25, 2.0, 1.0, 0.0, 0.75]);
        assert!(numbers[6].is_nan() && numbers[7].is_nan() && numbers[9].is_nan());
        assert_eq!((numbers[8], note.texts(), note.part(0)), (0.0, 1, b"v".as_slice()));
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
        let codes: Vec<_> = effects.into_iter().map(|effect| Note::Effect(effect).code()).collect();
        assert_eq!(codes, [1, 2, 3, 5, 6, 8, 12, 13, 14, 15]);
        assert_eq!((Note::Nothing.code(), Note::Frame(vec![1]).code()), (0, 4));
    }
}
