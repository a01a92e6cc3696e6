//! Runs other programs and finds the workspace; says which program failed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::ChoreError;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs a program to its end. **Errors**: `Command` where it is missing or fails.
pub(crate) fn run(command: &mut Command) -> Result<(), ChoreError> {
    if command.get_current_dir().is_none() {
        command.current_dir(root());
    }
    let ended = command.status();
    let failed = |status: String| ChoreError::Command { command: format!("{command:?}"), status };
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(status.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Turns a file's fault into a chore's, with the file's name.
pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> ChoreError + '_ {
    move |source| ChoreError::File { path: path.display().to_string(), source }
}
