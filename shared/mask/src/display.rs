//! What a field shows at a level, and what a screen reader says of it.
//!
//! The only way to text that a page may paint. A value that does not parse as its class, a level that has no
//! form, a class that is secret: each is redacted, and the redaction is the same for every value.

use crate::class::FieldClass;
use crate::custom::CustomClass;
use crate::level::Level;
use crate::symbol::{BULLET, is_blank, is_invisible};
use crate::{contact, number, quantity};
use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

/// What a redacted field shows, whatever its class, its value and the length of its value.
pub const REDACTED: &str = "••••••";

/// The longest value that is looked at; a longer one is redacted below `clear`. **Units**: bytes.
pub const VALUE_BYTES_MAX: usize = 4096;
/// The longest text of a pseudonym or token. **Units**: bytes.
const READY_BYTES_MAX: usize = 1024;

/// A class, built in or the bank's own.
#[derive(Clone, Copy, Debug)]
pub enum ClassRef<'c> {
    /// One of the built-in classes; `FieldClass::Custom` is a class whose settings are not known, and redacts.
    BuiltIn(FieldClass),
    /// A class of the bank's own.
    Custom(&'c CustomClass),
}

impl From<FieldClass> for ClassRef<'_> {
    fn from(class: FieldClass) -> Self {
        Self::BuiltIn(class)
    }
}

impl<'c> From<&'c CustomClass> for ClassRef<'c> {
    fn from(class: &'c CustomClass) -> Self {
        Self::Custom(class)
    }
}

impl ClassRef<'_> {
    /// Whether a value of the class only ever redacts.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::BuiltIn(class) => class.is_secret(),
            Self::Custom(class) => class.is_secret(),
        }
    }

    /// What a screen reader calls a field of the class, in English.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::BuiltIn(class) => class.label(),
            Self::Custom(class) => class.label(),
        }
    }
}

/// What there is to show.
#[derive(Clone, Copy)]
pub enum Content<'v> {
    /// The value itself: for `clear` and `partial`.
    Value(&'v str),
    /// A text that the server made: the pseudonym at `fpe`, the token at `token`, or a partial form that the
    /// server made because the page never held the value.
    Ready(&'v str),
}

/// Never prints what it holds.
impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(…)",
            Self::Ready(_) => "Ready(…)",
        })
    }
}

/// The words of a screen reader, in the language of the page.
#[derive(Clone, Copy, Debug)]
pub struct Words<'w> {
    /// After the label of a field that shows nothing.
    pub hidden: &'w str,
    /// After the label of a field that shows nothing and takes no input.
    pub blocked: &'w str,
    /// After the label of a field that shows a part, before the part.
    pub partly: &'w str,
    /// After the label of a field that shows a pseudonym.
    pub pseudonym: &'w str,
}

impl Words<'static> {
    /// English.
    pub const ENGLISH: Self = Self {
        hidden: "hidden for your protection",
        blocked: "locked for your protection",
        partly: "partly hidden",
        pseudonym: "replaced for your protection",
    };
}

/// What a field shows: made by [`display`] alone, so that it never shows more than its level. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Displayed {
    level: Level,
    text: Zeroizing<String>,
}

impl Displayed {
    /// The level that is shown: the one asked for, or `redact` where that one has no form.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// The text to paint.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a screen reader says of it; at `clear` the value itself. `label` is the page's own name of the
    /// field, or [`ClassRef::label`].
    #[must_use]
    pub fn spoken(&self, label: &str, words: &Words<'_>) -> Zeroizing<String> {
        Zeroizing::new(match self.level {
            Level::Clear => return self.text.clone(),
            Level::Partial => spoken_partial(label, words.partly, &self.text),
            Level::Fpe => joined(label, words.pseudonym),
            // A token says nothing to anybody who hears it.
            Level::Token | Level::Redact => joined(label, words.hidden),
            Level::Block => joined(label, words.blocked),
        })
    }
}

/// Never prints what it shows.
impl fmt::Debug for Displayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Displayed").field("level", &self.level).finish_non_exhaustive()
    }
}

/// What a field of `class` shows of `content` at `level`.
#[must_use]
pub fn display<'c>(class: impl Into<ClassRef<'c>>, level: Level, content: Content<'_>) -> Displayed {
    let class = class.into();
    let shown = match (level, content) {
        _ if class.is_secret() => None,
        (Level::Clear, Content::Value(value)) => Some(String::from(value)),
        (Level::Partial, Content::Value(value)) => partial(class, value),
        (Level::Partial | Level::Fpe | Level::Token, Content::Ready(text)) => ready(text),
        _ => None,
    };
    match shown {
        Some(text) => Displayed { level, text: Zeroizing::new(text) },
        None => Displayed { level: level.max(Level::Redact), text: Zeroizing::new(String::from(REDACTED)) },
    }
}

/// The partial form of a value; `None` where the class has none or the value is malformed.
fn partial(class: ClassRef<'_>, value: &str) -> Option<String> {
    use crate::checksum::Expected;
    if value.len() > VALUE_BYTES_MAX {
        return None;
    }
    let text = match class {
        ClassRef::Custom(class) => class.partial(&class.parse(value, Expected::Value).ok()?),
        ClassRef::BuiltIn(class) => match class {
            FieldClass::Name => contact::partial_name(value).ok()?,
            FieldClass::Address => contact::partial_address(value).ok()?,
            FieldClass::Email => contact::partial_email(value).ok()?,
            FieldClass::Phone => contact::partial_phone(value).ok()?,
            FieldClass::Dob => quantity::partial_date(value).ok()?,
            FieldClass::Amount | FieldClass::Balance => quantity::partial_amount(value).ok()?,
            class => number::partial(class, &number::parse(class, value, Expected::Value).ok()?),
        },
    };
    let text = String::from(text.trim_matches(is_blank));
    // A form that shows nothing is shown as the redaction, so that it says nothing about the value either.
    text.chars().any(|c| c != BULLET && c != ' ').then_some(text)
}

/// A text of the server's, unless it would steer the page's writing direction or lines.
fn ready(text: &str) -> Option<String> {
    let plain = |c: char| !c.is_control() && !is_invisible(c);
    (!text.is_empty() && text.len() <= READY_BYTES_MAX && text.chars().all(plain)).then(|| String::from(text))
}

fn joined(label: &str, words: &str) -> String {
    [label, ", ", words].concat()
}

/// Label, words, and what is visible: digits one by one, a pause for each hidden run.
fn spoken_partial(label: &str, partly: &str, text: &str) -> String {
    let mut spoken = joined(label, partly);
    spoken.push_str(": ");
    if !text.contains(BULLET) {
        spoken.push_str(text);
        return spoken;
    }
    let mut last = ' ';
    for c in text.chars() {
        match c {
            // A pause, where something was said since the last one.
            BULLET if last.is_ascii_digit() || !matches!(last, ' ' | BULLET) => spoken.push_str(", "),
            BULLET => {}
            _ if is_blank(c) => continue,
            _ => {
                if c.is_ascii_digit() || last.is_ascii_digit() {
                    spoken.push(' ');
                }
                spoken.push(c);
            }
        }
        last = c;
    }
    // Blanks that belong to no pause were put before each digit.
    let mut plain = String::with_capacity(spoken.len());
    for word in spoken.split(' ').filter(|word| !word.is_empty()) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    String::from(plain.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn spoken(class: FieldClass, level: Level, value: &str) -> String {
        display(class, level, Content::Value(value)).spoken(class.label(), &Words::ENGLISH).to_string()
    }

    #[test]
    fn a_screen_reader_says_what_is_visible_and_that_it_is_a_part() {
        let iban = spoken(FieldClass::Iban, Level::Partial, "DE89 3704 0044 0532 0130 00");
        assert_eq!(iban, "IBAN, partly hidden: DE, 3 0 0 0");
        let name = spoken(FieldClass::Name, Level::Partial, "Ada Lovelace");
        assert_eq!(name, "Name, partly hidden: A, L");
        let balance = spoken(FieldClass::Balance, Level::Partial, "123.00 EUR");
        assert_eq!(balance, "Balance, partly hidden: 100 – 1\u{a0}000\u{a0}EUR");
        assert_eq!(spoken(FieldClass::Pan, Level::Redact, ""), "Card number, hidden for your protection");
        assert_eq!(spoken(FieldClass::Amount, Level::Block, "1"), "Amount, locked for your protection");
        assert_eq!(spoken(FieldClass::Bic, Level::Clear, "DEUTDEFF"), "DEUTDEFF");
    }

    #[test]
    fn a_redaction_is_the_same_for_every_value_and_class() {
        for class in FieldClass::ALL {
            for value in ["", "4111 1111 1111 1111", "x", &"y".repeat(5000)] {
                let shown = display(class, Level::Redact, Content::Value(value));
                assert_eq!((shown.text(), shown.level()), (REDACTED, Level::Redact));
                assert_eq!(spoken(class, Level::Redact, value), spoken(class, Level::Redact, "z"));
            }
        }
    }

    #[test]
    fn secret_classes_only_redact() {
        for class in FieldClass::ALL.into_iter().filter(|class| class.is_secret()) {
            for level in Level::ALL {
                for content in [Content::Value("1234"), Content::Ready("1234")] {
                    let shown = display(class, level, content);
                    assert_eq!(shown.text(), REDACTED, "{class:?} {level:?}");
                    assert!(shown.level() >= Level::Redact);
                }
            }
        }
    }

    #[test]
    fn pseudonyms_and_tokens_come_ready_and_never_from_the_value() {
        for level in [Level::Fpe, Level::Token] {
            assert_eq!(display(FieldClass::Iban, level, Content::Value("DE89")).text(), REDACTED);
            assert_eq!(display(FieldClass::Iban, level, Content::Ready("DE12 9")).text(), "DE12 9");
            assert_eq!(display(FieldClass::Iban, level, Content::Ready("DE12\u{202e}9")).text(), REDACTED);
        }
        assert_eq!(display(FieldClass::Iban, Level::Clear, Content::Ready("DE12")).text(), REDACTED);
    }

    #[test]
    fn a_value_that_is_none_of_its_class_is_redacted() {
        for class in FieldClass::ALL {
            let shown = display(class, Level::Partial, Content::Value("\u{202e}@@1 secret@@"));
            assert_eq!((shown.text(), shown.level()), (REDACTED, Level::Redact), "{class:?}");
        }
        let description = display(FieldClass::Description, Level::Partial, Content::Value("rent for May"));
        assert_eq!(description.level(), Level::Redact, "free text has no partial form");
    }

    #[test]
    fn nothing_that_is_shown_is_printed() {
        let shown = display(FieldClass::Name, Level::Clear, Content::Value("Ada"));
        assert_eq!(alloc::format!("{shown:?}"), "Displayed { level: Clear, .. }");
        assert_eq!(alloc::format!("{:?}", Content::Value("Ada")), "Value(…)");
    }
}
