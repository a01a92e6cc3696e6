//! The alphabets of varying characters: a symbol as a small number and back.

/// The alphabet of one varying character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Digit,
    Upper,
    Lower,
    Own(alloc::sync::Arc<[char]>),
}

impl Alphabet {
    pub(super) fn radix(&self) -> u16 {
        match self {
            Self::Digit => 10,
            Self::Upper | Self::Lower => 26,
            Self::Own(symbols) => u16::try_from(symbols.len()).unwrap_or(u16::MAX),
        }
    }

    pub(super) fn of(c: char) -> Option<Self> {
        match c {
            '0'..='9' => Some(Self::Digit),
            'A'..='Z' => Some(Self::Upper),
            'a'..='z' => Some(Self::Lower),
            _ => None,
        }
    }

    pub(super) fn value(&self, c: char) -> Option<u16> {
        match self {
            Self::Own(symbols) => symbols.binary_search(&c).ok().and_then(|at| u16::try_from(at).ok()),
            _ => u16::try_from(c as u32 - self.first() as u32).ok().filter(|value| *value < self.radix()),
        }
    }

    pub(super) fn symbol(&self, value: u16) -> Option<char> {
        match self {
            Self::Own(symbols) => symbols.get(usize::from(value)).copied(),
            _ if value < self.radix() => char::from_u32(self.first() as u32 + u32::from(value)),
            _ => None,
        }
    }

    const fn first(&self) -> char {
        match self {
            Self::Digit | Self::Own(_) => '0',
            Self::Upper => 'A',
            Self::Lower => 'a',
        }
    }
}
