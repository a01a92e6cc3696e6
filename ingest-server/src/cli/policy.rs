//! `palet policy …`: files and streams for the policy room's own commands, and the succession in a running server.

mod remote;
mod stored;

use clap::Subcommand;
use palet_policy::{
    DEFAULT_TOML,
    cli::{CliError, Exit, Format, Named, Warnings, check, diff, read_text, simulate},
};
use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Done, Failure};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Compiles and proves a policy; tells every fault with its place.
    ///
    /// Example: palet policy check policy.toml
    Check {
        /// The policy; the shipped one where absent.
        file: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Fails where the policy is doubtful, not only where it is wrong.
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Answers stored questions, of the store's sessions or one a line on standard input; with --against, tells
    /// whose answers change.
    ///
    /// Example: palet policy simulate new.toml --against old.toml --stored --days 7
    Simulate {
        /// The policy.
        file: PathBuf,
        /// The policy to compare with.
        #[arg(long)]
        against: Option<PathBuf>,
        /// Asks the questions of the store's sessions instead: who would have seen what.
        #[command(flatten)]
        stored: stored::Stored,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tells in words what one policy shows more or less of than another.
    ///
    /// Example: palet policy diff old.toml new.toml
    Diff {
        /// The policy in force.
        before: PathBuf,
        /// The policy to come.
        after: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tells how the policies of a running server stand: the one that answers, that waits, that answered before.
    ///
    /// Example: palet policy show --url https://palet.bank.example
    Show(remote::Server),
    /// Lets a policy wait beside the one that answers, in a running server.
    ///
    /// Example: palet policy stage candidate.toml --person ada --url https://palet.bank.example
    Stage {
        /// The policy.
        file: PathBuf,
        #[command(flatten)]
        who: remote::Who,
    },
    /// Drops the policy that waits, in a running server.
    Withdraw(remote::Who),
    /// Lets the policy that waits answer, in a running server: by a second person, with a key of their own.
    ///
    /// Example: palet policy promote 0123456789abcdef --person ben --url https://palet.bank.example
    Promote {
        /// The version that is meant, as `palet policy show` prints it.
        version: String,
        #[command(flatten)]
        who: remote::Who,
    },
    /// Brings back the policy that answered before, in a running server.
    Rollback(remote::Who),
}

const fn format(json: &bool) -> Format {
    if *json { Format::Json } else { Format::Text }
}

struct Source {
    path: String,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let unreadable = |error: &dyn std::fmt::Display| Failure::Usage(format!("{name}: {error}"));
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let text = read_text(file).map_err(|error| unreadable(&error))?;
        Ok(Self { path: name, text })
    }

    fn named(&self) -> Named<'_> {
        Named { path: &self.path, text: &self.text }
    }
}

pub(super) fn run(command: &Command) -> Done {
    let mut out = io::stdout().lock();
    let exit = match command {
        Command::Check { file, json, deny_warnings } => {
            let source = match file {
                Some(path) => Source::read(path)?,
                None => Source { path: "default.toml".into(), text: DEFAULT_TOML.into() },
            };
            let warnings = if *deny_warnings { Warnings::Deny } else { Warnings::Tell };
            check(source.named(), format(json), warnings, &mut out)
        }
        Command::Simulate { file, against, stored, json } => {
            let source = Source::read(file)?;
            let against = against.as_deref().map(Source::read).transpose()?;
            let other = against.as_ref().map(Source::named);
            match stored.questions()? {
                Some(questions) => simulate(source.named(), other, format(json), questions, &mut out),
                None => simulate(source.named(), other, format(json), io::stdin().lock(), &mut out),
            }
        }
        Command::Diff { before, after, json } => {
            let (before, after) = (Source::read(before)?, Source::read(after)?);
            diff(before.named(), after.named(), format(json), &mut out)
        }
        Command::Show(server) => return remote::show(server, &mut out),
        Command::Stage { file, who } => return remote::stage(&Source::read(file)?.text, who, &mut out),
        Command::Withdraw(who) => return remote::step("withdraw", "", who, &mut out),
        Command::Promote { version, who } => return remote::step("promote", version, who, &mut out),
        Command::Rollback(who) => return remote::step("rollback", "", who, &mut out),
    };
    out.flush()?;
    match exit {
        Ok(Exit::Done) => Ok(()),
        Ok(Exit::Failed) => Err(Failure::Failed("the policy does not pass".into())),
        Err(error @ CliError::Io(_)) => Err(Failure::failed(error)),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}
