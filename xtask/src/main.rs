//! Build chores that need more than a shell line: wasm bindings, the SDK's size budget, measured results.
//!
//! ```text
//! cargo run -p xtask -- wasm    the page's wasm with its bindings, into js/src/wasm
//! cargo run -p xtask -- sdk     the same, then the SDK's files, into js/dist
//! cargo run -p xtask -- size    what a page loads, brotli, against its budget
//! cargo run -p xtask -- docs    links, targets and marks of the documents
//! ```
//!
//! Nothing here is part of the product; nothing of the product depends on it.

mod docs;
mod measured;
mod run;
mod size;
mod wasm;

use std::{io::Write as _, process::ExitCode};

const USAGE: &str = "expected one of: wasm, sdk, size, docs";

/// Why a chore failed.
#[derive(Debug, thiserror::Error)]
enum ChoreError {
    #[error("{USAGE}")]
    Usage,
    #[error("expected `{command}` to succeed, got {status}")]
    Command { command: String, status: String },
    #[error("expected {path} to be readable and writable: {source}")]
    File { path: String, source: std::io::Error },
    #[error("expected bindings for {module}: {reason}")]
    Bindings { module: &'static str, reason: String },
    #[error("expected {path} as the SDK's build writes it: {reason}")]
    Manifest { path: String, reason: String },
    #[error("expected docs that are true of the tree:\n{0}")]
    Docs(String),
    #[error("expected the SDK within {limit} bytes, got {got}")]
    TooLarge { limit: u64, got: u64 },
}

fn main() -> ExitCode {
    let chore = std::env::args().nth(1);
    let done = match chore.as_deref() {
        Some("wasm") => wasm::build(),
        Some("sdk") => wasm::build().and_then(|()| wasm::build_js()),
        Some("size") => size::check(),
        Some("docs") => docs::check(),
        _ => Err(ChoreError::Usage),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "xtask: {error}");
            ExitCode::from(if matches!(error, ChoreError::Usage) { 2 } else { 1 })
        }
    }
}
