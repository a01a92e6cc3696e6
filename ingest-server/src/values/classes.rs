//! The field classes that this server knows: the built-in ones, and the bank's own from its settings.

use palet_mask::{ClassRef, CustomClass, CustomSettings, FieldClass, UnknownClass};
use std::{borrow::Cow, collections::BTreeMap};

/// What attributes and REST put before the name of a class of the bank's own.
const PREFIX: &str = "custom:";

/// The classes of the bank's own, by name.
#[derive(Debug, Default)]
pub struct Classes(BTreeMap<String, CustomClass>);

impl Classes {
    /// The classes of settings that were checked when they were read; what makes no class is left out, and redacts.
    #[must_use]
    pub fn new(settings: &[CustomSettings]) -> Self {
        let classes = settings.iter().filter_map(|settings| CustomClass::new(settings.clone()).ok());
        Self(classes.map(|class| (class.name().to_owned(), class)).collect())
    }

    /// The class that a page declared. A name that the settings do not have is a class without a form.
    #[must_use]
    pub fn find(&self, class: FieldClass, custom: Option<&str>) -> ClassRef<'_> {
        let own = custom.filter(|_| class == FieldClass::Custom).and_then(|name| self.0.get(bare(name)));
        own.map_or(ClassRef::BuiltIn(class), ClassRef::Custom)
    }

    /// The class of that name: `iban`, or `custom:membership`. **Errors**: `UnknownClass`.
    pub fn parse(&self, name: &str) -> Result<ClassRef<'_>, UnknownClass> {
        match name.strip_prefix(PREFIX) {
            Some(own) => self.0.get(own).map(ClassRef::Custom).ok_or(UnknownClass),
            None => name.parse().map(ClassRef::BuiltIn),
        }
    }
}

/// A name of the bank's own class without the prefix that attributes may put before it.
pub(crate) fn bare(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// The name under which [`Classes::parse`] finds a class.
pub(crate) fn name_of(class: ClassRef<'_>) -> Cow<'static, str> {
    match class {
        ClassRef::BuiltIn(class) => class.as_str().into(),
        ClassRef::Custom(class) => [PREFIX, class.name()].concat().into(),
    }
}

/// The class by which keys are found, in tokens and policies.
pub(crate) const fn code_of(class: ClassRef<'_>) -> FieldClass {
    match class {
        ClassRef::BuiltIn(class) => class,
        ClassRef::Custom(_) => FieldClass::Custom,
    }
}

/// The bank's own name of a class, where it has one.
pub(crate) fn own_name<'c>(class: &'c ClassRef<'c>) -> Option<&'c str> {
    match class {
        ClassRef::BuiltIn(_) => None,
        ClassRef::Custom(class) => Some(class.name()),
    }
}

/// Stands between the name of the bank's own class and the record. No name has it.
const AFTER_NAME: char = '\u{1f}';

/// The record that a sealed value is bound to. One of the bank's own class carries the class's name as well, so that it
/// opens as no other class of the bank's own, whose partial form may show more.
pub(super) fn bound_record<'r>(class: ClassRef<'_>, record: &'r str) -> Cow<'r, str> {
    match class {
        ClassRef::BuiltIn(FieldClass::Custom) => format!("{AFTER_NAME}{record}").into(),
        ClassRef::BuiltIn(_) => record.into(),
        ClassRef::Custom(class) => format!("{}{AFTER_NAME}{record}", class.name()).into(),
    }
}

/// The record inside of what [`bound_record`] made for this class; `None` for another class's.
pub(super) fn unbound_record<'r>(class: ClassRef<'_>, bound: &'r str) -> Option<&'r str> {
    let name = match &class {
        ClassRef::BuiltIn(FieldClass::Custom) => "",
        ClassRef::BuiltIn(_) => return Some(bound),
        ClassRef::Custom(class) => class.name(),
    };
    bound.strip_prefix(name)?.strip_prefix(AFTER_NAME)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn a_record_is_bound_with_the_name_of_the_banks_own_class() {
        let classes = membership();
        let [own, other, bare] = ["membership", "telephone-pin", "unknown"]
            .map(|name| classes.find(FieldClass::Custom, Some(name)));
        let iban = ClassRef::from(FieldClass::Iban);
        for (class, bound) in [
            (own, "membership\u{1f}r-1"),
            (bare, "\u{1f}r-1"),
            (iban, "r-1"),
            (other, "telephone-pin\u{1f}r-1"),
        ] {
            assert_eq!(bound_record(class, "r-1"), bound);
            assert_eq!(unbound_record(class, bound), Some("r-1"));
        }
        for class in [other, bare] {
            assert_eq!(unbound_record(class, "membership\u{1f}r-1"), None);
        }
    }

    pub(in crate::values) fn membership() -> Classes {
        let settings = CustomSettings {
            name: "membership".into(),
            label: "Membership number".into(),
            alphabet: "digits".into(),
            symbols_min: 10,
            symbols_max: 10,
            separators: " -".into(),
            groups: vec![3, 3, 4],
            checksum: palet_mask::Checksum::Luhn,
            partial: palet_mask::CustomPartial { first: 0, last: 3 },
            secrecy: palet_mask::Secrecy::ByPolicy,
        };
        let secret = CustomSettings {
            name: "telephone-pin".into(),
            secrecy: palet_mask::Secrecy::Secret,
            ..settings.clone()
        };
        Classes::new(&[settings, secret])
    }

    #[test]
    fn a_class_is_found_with_and_without_its_prefix() {
        let classes = membership();
        for name in ["membership", "custom:membership"] {
            assert_eq!(name_of(classes.find(FieldClass::Custom, Some(name))), "custom:membership");
        }
        assert_eq!(name_of(classes.find(FieldClass::Custom, Some("other"))), "custom");
        assert_eq!(name_of(classes.find(FieldClass::Iban, Some("membership"))), "iban");
        assert_eq!(name_of(classes.parse("custom:membership").unwrap()), "custom:membership");
        assert!(classes.parse("membership").is_err() && classes.parse("custom:other").is_err());
    }
}
