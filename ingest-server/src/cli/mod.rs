//! The command line: one command a file, each a thin adapter over its room.

use std::process::ExitCode;

/// Parses the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
