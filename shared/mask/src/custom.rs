//! Classes that a bank names in its settings: an alphabet, lengths, groups, a checksum, and what partial shows.

use crate::checksum::{Checksum, Expected};
use crate::grouped::{Grouped, Malformed, SYMBOLS_MAX};
use crate::symbol::{BULLET, ascii_digit, gap, is_blank, is_invisible};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The longest name: what the wire carries. **Units**: bytes.
const NAME_BYTES_MAX: usize = 48;

/// The settings of a class of the bank's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomSettings {
    /// The name that attributes and policies use after `custom:`. **Range**: 1 to 48 of `a-z 0-9 . _ -`, since
    /// attributes are read without case.
    pub name: String,
    /// What a screen reader calls it. **Range**: 1 to 64 characters.
    pub label: String,
    /// The symbols of a value: `digits`, `upper`, `alphanumeric`, or the symbols themselves.
    /// **Range**: 2 to 256 different symbols, none of which groups or hides.
    pub alphabet: String,
    /// The fewest symbols. **Range**: 1 to `symbols_max`.
    pub symbols_min: u8,
    /// The most symbols. **Range**: up to 64.
    pub symbols_max: u8,
    /// The characters that may stand between groups, of blank, hyphen, dot and slash; none by default.
    #[serde(default)]
    pub separators: String,
    /// The sizes of the groups, in order, where they are fixed; any by default.
    #[serde(default)]
    pub groups: Vec<u8>,
    /// The checksum: `none` (default), `luhn`, `iban` or `aba`.
    #[serde(default)]
    pub checksum: Checksum,
    /// What partial shows.
    #[serde(default)]
    pub partial: CustomPartial,
    /// Whether a value is only ever redacted, as a PIN is.
    #[serde(default)]
    pub secrecy: Secrecy,
}

/// What the partial form of a class of the bank's own shows. Together at most half of the shortest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomPartial {
    /// The symbols shown at the start; 0 by default.
    #[serde(default)]
    pub first: u8,
    /// The symbols shown at the end; 0 by default.
    #[serde(default)]
    pub last: u8,
}

/// Whether a class may ever be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secrecy {
    /// As the policy says.
    #[default]
    ByPolicy,
    /// Never: values only ever redact.
    Secret,
}

/// Why settings make no class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomClassError {
    /// A name that attributes and policies cannot carry.
    #[error("expected a name of 1 to {NAME_BYTES_MAX} small letters, digits, '.', '_' and '-'")]
    Name,
    /// A label that cannot be read out.
    #[error("expected a label of 1 to 64 printable characters")]
    Label,
    /// An alphabet that is too small, too large, or repeats, groups or hides.
    #[error("expected an alphabet of 2 to 256 different symbols without blanks, separators and bullets")]
    Alphabet,
    /// Lengths out of order or range.
    #[error("expected 1 <= symbols_min <= symbols_max <= 64, got {0} and {1}")]
    Length(u8, u8),
    /// Separators that are no separators.
    #[error("expected separators of blank, '-', '.' and '/', which are no symbols of the alphabet")]
    Separators,
    /// Groups that do not add up.
    #[error("expected groups of 1 and more that add up to symbols_max, got {0}")]
    Groups(usize),
    /// A checksum over symbols that it is not defined for.
    #[error("expected an alphabet and lengths that the checksum is defined for")]
    Checksum,
    /// A partial form that shows too much.
    #[error("expected a partial form of at most half of symbols_min, got {0} symbols")]
    Partial(usize),
}

/// A class of the bank's own, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomClass {
    settings: CustomSettings,
    alphabet: Vec<char>,
    separators: String,
}

impl CustomClassError {
    /// The setting that is wrong.
    #[must_use]
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Label => "label",
            Self::Alphabet => "alphabet",
            Self::Length(..) => "symbols_min",
            Self::Separators => "separators",
            Self::Groups(_) => "groups",
            Self::Checksum => "checksum",
            Self::Partial(_) => "partial",
        }
    }
}

impl CustomSettings {
    /// Everything that makes no class of these settings; empty where they make one.
    #[must_use]
    pub fn faults(&self) -> Vec<CustomClassError> {
        let symbols = alphabet(&self.alphabet);
        // What is said of an alphabet that is wrong itself would only confuse.
        let of_symbols = symbols.as_ref().map(Vec::as_slice).unwrap_or_default();
        let has_symbols = symbols.is_ok();
        [
            check_name(&self.name),
            check_label(&self.label),
            symbols.as_ref().map(drop).map_err(Clone::clone),
            check_length(self),
            separators(&self.separators, of_symbols).map(drop),
            check_groups(self),
            if has_symbols { check_checksum(self, of_symbols) } else { Ok(()) },
            check_partial(self),
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect()
    }
}

impl CustomClass {
    /// Checks settings. **Errors**: the first setting that makes no class; [`CustomSettings::faults`] has all.
    pub fn new(settings: CustomSettings) -> Result<Self, CustomClassError> {
        if let Some(fault) = settings.faults().into_iter().next() {
            return Err(fault);
        }
        let alphabet = alphabet(&settings.alphabet)?;
        let separators = separators(&settings.separators, &alphabet)?;
        Ok(Self { settings, alphabet, separators })
    }

    /// The name that attributes and policies use after `custom:`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What a screen reader calls it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.settings.label
    }

    /// Whether a value is only ever redacted.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.settings.secrecy == Secrecy::Secret
    }

    /// The symbols of a value, in order.
    #[must_use]
    pub fn alphabet(&self) -> &[char] {
        &self.alphabet
    }

    pub(crate) const fn checksum(&self) -> Checksum {
        self.settings.checksum
    }

    pub(crate) fn parse(&self, value: &str, expected: Expected) -> Result<Grouped, Malformed> {
        let grouped = Grouped::parse(value, |c| self.read(c), &self.separators)?;
        let count = grouped.count();
        if !(usize::from(self.settings.symbols_min)..=usize::from(self.settings.symbols_max)).contains(&count)
        {
            return Err(Malformed::Length(count));
        }
        let groups = &self.settings.groups;
        let grouped_right = groups.iter().copied().map(usize::from).eq(grouped.groups());
        if !groups.is_empty() && !grouped.gaps.is_empty() && !grouped_right {
            return Err(Malformed::Separator(count));
        }
        if !self.settings.checksum.holds(grouped.chars(), expected) {
            return Err(Malformed::Checksum);
        }
        Ok(grouped)
    }

    /// The symbol that a character stands for: itself, its ASCII digit, or its capital where only that exists.
    fn read(&self, c: char) -> Option<char> {
        let has = |c: char| self.alphabet.binary_search(&c).is_ok().then_some(c);
        has(c).or_else(|| ascii_digit(c).and_then(has)).or_else(|| has(c.to_ascii_uppercase()))
    }

    pub(crate) fn partial(&self, grouped: &Grouped) -> String {
        let (first, last) =
            (usize::from(self.settings.partial.first), usize::from(self.settings.partial.last));
        let count = grouped.count();
        if self.settings.symbols_min == self.settings.symbols_max {
            return grouped.render(|at, c| if at < first || at + last >= count { c } else { BULLET });
        }
        // Where lengths differ, the form hides the length as well.
        let mut text: String = grouped.chars().take(first).collect();
        text.push_str("••••");
        text.extend(grouped.chars().skip(count - last));
        text
    }
}

impl TryFrom<CustomSettings> for CustomClass {
    type Error = CustomClassError;
    fn try_from(settings: CustomSettings) -> Result<Self, CustomClassError> {
        Self::new(settings)
    }
}

fn check_name(name: &str) -> Result<(), CustomClassError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    let good = (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed);
    if good { Ok(()) } else { Err(CustomClassError::Name) }
}

fn check_label(label: &str) -> Result<(), CustomClassError> {
    let printable = |c: char| !c.is_control() && !is_invisible(c);
    let good = (1..=64).contains(&label.chars().count()) && label.chars().all(printable);
    if good { Ok(()) } else { Err(CustomClassError::Label) }
}

fn check_length(settings: &CustomSettings) -> Result<(), CustomClassError> {
    let (min, max) = (settings.symbols_min, settings.symbols_max);
    let good = min > 0 && min <= max && usize::from(max) <= SYMBOLS_MAX;
    if good { Ok(()) } else { Err(CustomClassError::Length(min, max)) }
}

fn check_partial(settings: &CustomSettings) -> Result<(), CustomClassError> {
    let shown = usize::from(settings.partial.first) + usize::from(settings.partial.last);
    if shown <= usize::from(settings.symbols_min) / 2 {
        Ok(())
    } else {
        Err(CustomClassError::Partial(shown))
    }
}

fn alphabet(text: &str) -> Result<Vec<char>, CustomClassError> {
    let mut symbols: Vec<char> = match text {
        "digits" => ('0'..='9').collect(),
        "upper" => ('A'..='Z').collect(),
        "alphanumeric" => ('0'..='9').chain('A'..='Z').collect(),
        other => other.chars().collect(),
    };
    let bad =
        |c: &char| c.is_control() || is_blank(*c) || is_invisible(*c) || gap(*c).is_some() || *c == BULLET;
    let count = symbols.len();
    symbols.sort_unstable();
    symbols.dedup();
    if !(2..=256).contains(&count) || symbols.len() != count || symbols.iter().any(bad) {
        return Err(CustomClassError::Alphabet);
    }
    Ok(symbols)
}

fn separators(text: &str, alphabet: &[char]) -> Result<String, CustomClassError> {
    let plain: Option<String> = text.chars().map(gap).collect();
    match plain {
        Some(plain) if !plain.chars().any(|c| alphabet.contains(&c)) => Ok(plain.to_string()),
        _ => Err(CustomClassError::Separators),
    }
}

fn check_groups(settings: &CustomSettings) -> Result<(), CustomClassError> {
    let sum = settings.groups.iter().map(|&size| usize::from(size)).sum();
    let right = settings.groups.is_empty()
        || (sum == usize::from(settings.symbols_max)
            && settings.symbols_min == settings.symbols_max
            && !settings.groups.contains(&0));
    if right { Ok(()) } else { Err(CustomClassError::Groups(sum)) }
}

fn check_checksum(settings: &CustomSettings, alphabet: &[char]) -> Result<(), CustomClassError> {
    let digits = alphabet.iter().all(char::is_ascii_digit);
    let alphanumeric = alphabet.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    let has_digits = ('0'..='9').all(|c| alphabet.contains(&c));
    let right = match settings.checksum {
        Checksum::None => true,
        Checksum::Luhn => digits && has_digits && settings.symbols_min >= 2,
        Checksum::Iban => alphanumeric && has_digits && settings.symbols_min >= 5,
        Checksum::Aba => digits && has_digits && settings.symbols_min == 9 && settings.symbols_max == 9,
    };
    if right { Ok(()) } else { Err(CustomClassError::Checksum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership() -> CustomSettings {
        CustomSettings {
            name: "membership".into(),
            label: "Membership number".into(),
            alphabet: "digits".into(),
            symbols_min: 10,
            symbols_max: 10,
            separators: " -".into(),
            groups: alloc::vec![3, 3, 4],
            checksum: Checksum::Luhn,
            partial: CustomPartial { first: 0, last: 3 },
            secrecy: Secrecy::ByPolicy,
        }
    }

    fn shown(settings: CustomSettings, value: &str) -> Result<String, Malformed> {
        let class = CustomClass::new(settings).unwrap();
        class.parse(value, Expected::Value).map(|grouped| class.partial(&grouped))
    }

    #[test]
    fn a_class_of_fixed_length_keeps_its_groups() {
        assert_eq!(shown(membership(), "123-456-7897").as_deref(), Ok("•••-•••-•897"));
        assert_eq!(shown(membership(), "1234567897").as_deref(), Ok("•••••••897"));
        assert_eq!(shown(membership(), "12-3456-7897"), Err(Malformed::Separator(10)));
        assert_eq!(shown(membership(), "123-456-7898"), Err(Malformed::Checksum));
    }

    #[test]
    fn a_class_of_open_length_hides_its_length() {
        let open =
            CustomSettings { symbols_min: 6, groups: Vec::new(), checksum: Checksum::None, ..membership() };
        assert_eq!(shown(open.clone(), "123456").as_deref(), Ok("••••456"));
        assert_eq!(shown(open, "1234567890").as_deref(), Ok("••••890"));
    }

    #[test]
    fn settings_that_make_no_class_say_which() {
        type Change = fn(&mut CustomSettings);
        let cases: [(Change, CustomClassError); 9] = [
            (|s| s.name = "a b".into(), CustomClassError::Name),
            (|s| s.label = "\u{202e}".into(), CustomClassError::Label),
            (|s| s.alphabet = "AAB".into(), CustomClassError::Alphabet),
            (|s| s.alphabet = "AB-".into(), CustomClassError::Alphabet),
            (|s| s.symbols_min = 11, CustomClassError::Length(11, 10)),
            (|s| s.separators = "x".into(), CustomClassError::Separators),
            (|s| s.groups = alloc::vec![3, 3], CustomClassError::Groups(6)),
            (|s| s.checksum = Checksum::Aba, CustomClassError::Checksum),
            (|s| s.partial.last = 6, CustomClassError::Partial(6)),
        ];
        for (change, error) in cases {
            let mut settings = membership();
            change(&mut settings);
            assert_eq!(CustomClass::new(settings), Err(error));
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(membership().faults(), []);
        let wrong = CustomSettings {
            name: "Membership".into(),
            symbols_min: 3,
            separators: "_".into(),
            checksum: Checksum::Aba,
            ..membership()
        };
        let settings: Vec<&str> = wrong.faults().iter().map(CustomClassError::setting).collect();
        assert_eq!(settings, ["name", "separators", "groups", "checksum", "partial"]);
    }
}
