//! The command line: one command a file, each a thin adapter over its room.
//!
//! Machine output goes to standard output, everything else to standard error. Exit status: 0 done, 1 the thing
//! asked for failed, 2 wrong usage or settings.

mod audit;
mod config;
mod demo;
mod eval;
mod keys;
mod lines;
mod load;
mod policy;
mod rescore;
mod serve;
mod tenant;

use clap::{Parser, Subcommand};
use std::{
    fmt,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use crate::config::{Faults, Settings, Sources, load as load_settings};

/// Masks what a bank's pages show by live behavioural risk.
#[derive(Parser)]
#[command(name = "palet", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    ///
    /// Example: palet serve --config palet.toml
    Serve(ConfigFile),
    /// Runs the server with a demonstration bank on made-up people.
    ///
    /// Example: palet demo --port 8420
    Demo(demo::Arguments),
    /// Checks or shows the settings.
    #[command(subcommand)]
    Config(config::Command),
    /// Puts a server under load with synthetic sessions over the real protocol.
    ///
    /// Example: palet load --sessions 200 --rate 400 --seconds 20
    Load(load::Arguments),
    /// Measures the shipped extractor, models and scorers on corpora.
    ///
    /// Example: palet eval corpora/monaco-free --json
    Eval(palet_eval::cli::EvalArgs),
    /// Finds sensitive data on standard input.
    ///
    /// Example: palet detect --json < lines.jsonl
    Detect(lines::DetectArguments),
    /// Encrypts and decrypts by FF1: a JSON object a line on standard input.
    ///
    /// Example: palet ff1 --json < lines.jsonl
    Ff1(lines::Ff1Arguments),
    /// Checks, simulates and compares policies.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Makes, rotates, retires and destroys the keys of values.
    Keys(keys::Arguments),
    /// Makes a stored decision again and says whether it comes out the same.
    ///
    /// Example: palet rescore 0123456789abcdef0123456789abcdef-7
    Rescore(rescore::Arguments),
    /// Checks, exports and anchors the audit log.
    Audit(audit::Arguments),
    /// Makes tenants and the keys of their backends.
    Tenant(tenant::Arguments),
}

/// Where the settings are.
#[derive(clap::Args, Clone, Debug)]
struct ConfigFile {
    /// The settings' file; without one, defaults and PALET_ROOM__FIELD alone.
    #[arg(long, value_name = "FILE", env = "PALET_CONFIG", global = true)]
    config: Option<PathBuf>,
}

/// Why a command did not do what it was asked for.
pub(crate) enum Failure {
    /// The thing asked for failed.
    Failed(String),
    /// Wrong usage or settings.
    Usage(String),
}

impl Failure {
    fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    fn usage(error: impl fmt::Display) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::Usage(format!("the settings have faults:\n{faults}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::failed(error)
    }
}

type Done = Result<(), Failure>;

impl ConfigFile {
    fn load(&self) -> Result<Settings, Failure> {
        Ok(load_settings(&Sources::read(self.config.as_deref())?)?)
    }
}

/// Parses the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    // clap itself exits: 0 for help and version, 2 for wrong usage.
    let done = match Arguments::parse().command {
        Command::Serve(file) => serve::run(&file),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Config(command) => config::run(&command),
        Command::Load(arguments) => load::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Detect(arguments) => lines::detect(&arguments),
        Command::Ff1(arguments) => lines::ff1(&arguments),
        Command::Policy(command) => policy::run(&command),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Rescore(arguments) => rescore::run(&arguments),
        Command::Tenant(arguments) => tenant::run(&arguments),
    };
    let (code, text) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(text)) => (1, text),
        Err(Failure::Usage(text)) => (2, text),
    };
    // Standard error may be closed: the status tells all the same.
    let _ = writeln!(io::stderr(), "palet: {text}");
    ExitCode::from(code)
}

/// Runs a future on the runtime that the server's sockets need.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}

/// Ready when the process is asked to stop.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn examples(command: &clap::Command, found: &mut Vec<String>) {
        let told = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        found.extend(told.lines().filter_map(|line| line.strip_prefix("Example: ")).map(str::to_owned));
        command.get_subcommands().for_each(|below| examples(below, found));
    }

    #[test]
    fn every_example_that_help_gives_is_understood() {
        let mut found = Vec::new();
        examples(&Arguments::command(), &mut found);
        assert!(found.len() >= 30, "{found:?}");
        let refused: Vec<_> = found
            .iter()
            .filter_map(|example| {
                let words: Vec<_> = example.split(['<', '>']).next()?.split_whitespace().collect();
                // What the environment usually holds, never a command line that others can see.
                let with_key = words.iter().copied().chain(["--key", "of-the-environment"]);
                let parsed =
                    Arguments::try_parse_from(&words).or_else(|_| Arguments::try_parse_from(with_key));
                parsed.err().map(|error| format!("{example}: {error}"))
            })
            .collect();
        assert_eq!(refused, [""; 0]);
    }
}
