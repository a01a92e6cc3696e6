//! What is wrong with the settings: where it stands and what was expected, never a secret's text.

use std::fmt;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `room.field`, a file's name, or a variable's name.
    pub at: String,
    /// What was expected.
    pub message: String,
}

/// All faults of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes a fault.
    pub(crate) fn push(&mut self, at: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { at: at.into(), message: message.into() });
    }

    /// Notes a fault where `holds` is false.
    pub(crate) fn expect(&mut self, holds: bool, at: &str, message: &str) {
        if !holds {
            self.push(at, message);
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            let end = if n == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {}", fault.at, fault.message)?;
        }
        Ok(())
    }
}
