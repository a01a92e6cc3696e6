//! One spelling for each value, so that equal values have equal tokens and indices however they were typed.

use crate::checksum::Expected;
use crate::class::FieldClass;
use crate::display::{ClassRef, VALUE_BYTES_MAX};
use crate::grouped::Malformed;
use crate::symbol::{is_blank, is_invisible};
use crate::{contact, number};
use alloc::string::String;
use zeroize::Zeroizing;

/// The one spelling of a value: numbers without separators, in ASCII digits and capitals; e-mail addresses in
/// lower case; telephone numbers as digits, after a plus where the country is told; other text with single
/// blanks. **Errors**: why the value is none of its class, or `Formless` for a secret class.
pub fn canonical<'c>(class: impl Into<ClassRef<'c>>, value: &str) -> Result<Zeroizing<String>, Malformed> {
    let class = class.into();
    if class.is_secret() {
        return Err(Malformed::Formless);
    }
    if value.len() > VALUE_BYTES_MAX {
        return Err(Malformed::Length(value.len()));
    }
    match class {
        ClassRef::Custom(class) => Ok(class.parse(value, Expected::Value)?.compact()),
        ClassRef::BuiltIn(FieldClass::Email) => {
            contact::parse_email(value)?;
            Ok(Zeroizing::new(value.trim_matches(is_blank).to_lowercase()))
        }
        ClassRef::BuiltIn(FieldClass::Phone) => {
            let phone = contact::parse_phone(value)?;
            let mut text = Zeroizing::new(String::with_capacity(16));
            if phone.country > 0 {
                text.push('+');
            }
            text.push_str(&phone.digits);
            Ok(text)
        }
        ClassRef::BuiltIn(
            FieldClass::Name
            | FieldClass::Address
            | FieldClass::Dob
            | FieldClass::Amount
            | FieldClass::Balance
            | FieldClass::Description
            | FieldClass::Custom,
        ) => single_blanks(value),
        ClassRef::BuiltIn(class) => Ok(number::parse(class, value, Expected::Value)?.compact()),
    }
}

fn single_blanks(value: &str) -> Result<Zeroizing<String>, Malformed> {
    let mut text = Zeroizing::new(String::with_capacity(value.len()));
    for word in value.split(is_blank).filter(|word| !word.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().filter(|&c| !is_invisible(c)));
    }
    if text.is_empty() { Err(Malformed::Empty) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_spelling() {
        for (class, spellings, one) in [
            (
                FieldClass::Iban,
                ["DE89 3704 0044 0532 0130 00", "de89370400440532013000"],
                "DE89370400440532013000",
            ),
            (FieldClass::Pan, ["4111-1111-1111-1111", "4111 1111 1111 1111"], "4111111111111111"),
            (FieldClass::Email, [" Ada@Example.com", "ada@example.com"], "ada@example.com"),
            (FieldClass::Phone, ["+49 (171) 1234567", "0049 171/1234567"], "+491711234567"),
            (FieldClass::Name, ["Ada  Lovelace", " Ada\u{a0}Lovelace"], "Ada Lovelace"),
        ] {
            for spelling in spellings {
                assert_eq!(canonical(class, spelling).as_deref().map(String::as_str), Ok(one), "{spelling}");
            }
        }
        assert_eq!(canonical(FieldClass::Pin, "1234"), Err(Malformed::Formless));
        assert_eq!(canonical(FieldClass::Pan, "4111"), Err(Malformed::Length(4)));
        assert_eq!(canonical(FieldClass::Name, "\u{200b} "), Err(Malformed::Empty));
    }
}
