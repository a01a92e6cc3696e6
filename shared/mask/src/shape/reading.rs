//! Which characters of a value vary, class by class.

use super::alphabet::Alphabet;
use super::{Kind, MARK, MARK_EMAIL, Marking, Shape, ShapeError, Slot};
use crate::checksum::{Checksum, Expected};
use crate::class::FieldClass;
use crate::contact;
use crate::custom::CustomClass;
use crate::display::ClassRef;
use crate::grouped::{Grouped, Malformed};
use crate::number;
use crate::symbol::{ascii_digit, is_invisible};

/// The text without its mark, and the checksum that it must hold.
pub(super) fn unmarked<'t>(
    class: ClassRef<'_>,
    text: &'t str,
    marking: Marking,
) -> Result<(&'t str, Expected), ShapeError> {
    if marking == Marking::Plain {
        return Ok((text, Expected::Value));
    }
    let checksum = match class {
        ClassRef::BuiltIn(class) => number::checksum(class),
        ClassRef::Custom(class) => class.checksum(),
    };
    let text = match class {
        _ if checksum != Checksum::None => Some(text),
        ClassRef::BuiltIn(FieldClass::Email) => text.strip_suffix(MARK_EMAIL),
        _ => text.strip_suffix(MARK),
    };
    text.map(|text| (text, Expected::Surrogate)).ok_or(ShapeError::NotMarked)
}

/// Numbers in groups: `kept` says how many symbols at the start stay.
fn of_grouped(
    grouped: &Grouped,
    checksum: Checksum,
    kept: usize,
    alphabet: impl Fn(char) -> Option<Alphabet>,
) -> Shape {
    let count = grouped.count();
    let mut shape = Shape::empty(checksum, Kind::Number);
    let mut gaps = grouped.gaps.iter().peekable();
    for (at, c) in grouped.chars().enumerate() {
        if let Some((_, gap)) = gaps.next_if(|&&(before, _)| before == at) {
            shape.slots.push(Slot::Between(*gap));
        }
        shape.slots.push(match alphabet(c) {
            _ if checksum.is_check(at, count) => Slot::Check,
            Some(alphabet) if at >= kept => {
                shape.values.extend(alphabet.value(c));
                Slot::Varies(alphabet)
            }
            _ => Slot::Kept(c),
        });
    }
    shape
}

pub(super) fn of_number(class: FieldClass, text: &str, expected: Expected) -> Result<Shape, ShapeError> {
    let grouped = match number::parse(class, text, expected) {
        Err(Malformed::Formless) => return Err(ShapeError::NoShape),
        parsed => parsed?,
    };
    let kept = match class {
        FieldClass::Pan => number::pan_first(grouped.count()),
        FieldClass::Iban => 2,
        // The codes of banks are published: a pseudonym of one hides nothing.
        FieldClass::Bic => return Err(ShapeError::NoShape),
        _ => 0,
    };
    Ok(of_grouped(&grouped, number::checksum(class), kept, Alphabet::of))
}

pub(super) fn of_custom(class: &CustomClass, grouped: &Grouped) -> Shape {
    let own = Alphabet::Own(class.alphabet().into());
    of_grouped(grouped, class.checksum(), 0, |_| Some(own.clone()))
}

/// The telephone number as written: the country's code stays, the other digits vary.
pub(super) fn of_phone(text: &str) -> Result<Shape, ShapeError> {
    let phone = contact::parse_phone(text)?;
    let (kind, kept) = match phone.country {
        0 => (Kind::NationalPhone, 0),
        country if text.contains(['+', '\u{ff0b}']) => (Kind::Number, country),
        country => (Kind::Number, country + "00".len()),
    };
    let mut shape = Shape::empty(Checksum::None, kind);
    let mut at = 0;
    for c in text.chars().filter(|&c| !is_invisible(c)) {
        let Some(digit) = ascii_digit(c) else {
            shape.slots.push(Slot::Between(c));
            continue;
        };
        if at < kept {
            shape.slots.push(Slot::Kept(digit));
        } else {
            shape.values.extend(Alphabet::Digit.value(digit));
            shape.slots.push(Slot::Varies(Alphabet::Digit));
        }
        at += 1;
    }
    Ok(shape)
}

/// The e-mail address as written: letters and digits vary by their own kind, up to the last label.
pub(super) fn of_email(text: &str) -> Result<Shape, ShapeError> {
    let email = contact::parse_email(text)?;
    let (local, top) = (email.local, email.top);
    let varying = text.trim().chars().count() - top.chars().count();
    if !local.is_ascii() || !email.domain.is_ascii() {
        return Err(ShapeError::NoShape);
    }
    let mut shape = Shape::empty(Checksum::None, Kind::Email);
    for (at, c) in text.trim().chars().enumerate() {
        shape.slots.push(match Alphabet::of(c) {
            Some(alphabet) if at < varying => {
                shape.values.extend(alphabet.value(c));
                Slot::Varies(alphabet)
            }
            _ => Slot::Kept(c),
        });
    }
    Ok(shape)
}
