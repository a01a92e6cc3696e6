//! What `palet policy check|simulate|diff` do, without files, arguments or a terminal of their own.
//!
//! Each takes texts and streams and writes to `out`: words, or JSON for a machine. What is wrong with a policy
//! comes back as an error that renders itself.

mod check;
mod diff;
mod simulate;

pub use check::{Warnings, check};
pub use diff::diff;
pub use simulate::simulate;

use crate::compare::TooDifferent;
use crate::fault::{Fault, PolicyErrors};
use crate::policy::Policy;
use crate::source::SOURCE_BYTES_MAX;
use serde_json::{Value, json};
use std::io::{self, Read};

/// A policy's text and the name of its file.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The name that messages give it.
    pub path: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Words for people or JSON for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Words.
    Text,
    /// One JSON document.
    Json,
}

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Exit status 0.
    Done,
    /// Exit status 1: the thing asked for failed.
    Failed,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The policy is refused; the message is the whole report.
    #[error("{}", .errors.render(.path))]
    Policy {
        /// The name of the file.
        path: String,
        /// What is wrong with it.
        errors: PolicyErrors,
    },
    /// The policies cannot be compared.
    #[error(transparent)]
    Compare(#[from] TooDifferent),
    /// Reading or writing failed.
    #[error("expected to read and write, got: {0}")]
    Io(#[from] io::Error),
}

/// Reads a policy's text, and no more of a hostile file than shows that it is too long. **Errors**: reading, or
/// a text that is not UTF-8.
pub fn read_text(input: impl Read) -> Result<String, CliError> {
    let mut text = String::new();
    input.take(SOURCE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn compile(named: Named<'_>) -> Result<Policy, CliError> {
    Policy::compile(named.text).map_err(|errors| CliError::Policy { path: named.path.to_owned(), errors })
}

fn fault_json(fault: &Fault) -> Value {
    json!({
        "code": fault.code.as_str(),
        "line": fault.line,
        "column": fault.column,
        "message": fault.message,
        "help": fault.help,
        "notes": fault.notes,
    })
}
