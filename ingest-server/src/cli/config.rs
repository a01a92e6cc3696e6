//! `palet config check|show`: the settings, before anything is started with them.

use clap::Subcommand;
use std::io::{self, Write};

use super::{ConfigFile, Done, Failure, serve::start_failure};
use crate::app;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Reads the settings and the policy that they name, and tells every fault.
    ///
    /// Example: palet config check --config palet.toml
    Check(ConfigFile),
    /// Prints the settings as they are in force, secrets hidden.
    ///
    /// Example: palet config show --config palet.toml
    Show(ConfigFile),
}

pub(super) fn run(command: &Command) -> Done {
    match command {
        Command::Check(file) => {
            let settings = file.load()?;
            let policy = app::load_policy(&settings).map_err(start_failure)?;
            writeln!(io::stdout(), "settings and policy {} hold", policy.version())?;
        }
        Command::Show(file) => {
            let text = file.load()?.to_toml().map_err(Failure::failed)?;
            write!(io::stdout(), "{text}")?;
        }
    }
    Ok(())
}
