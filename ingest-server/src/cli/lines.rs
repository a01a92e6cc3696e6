//! `palet ff1` and `palet detect`: one answer a line, from standard input to standard output.

use clap::Args;
use std::io;

use super::Done;

/// How `palet ff1` reads and answers.
#[derive(Args)]
pub(super) struct Ff1Arguments {
    /// JSON lines: the only form there is, and the default.
    #[arg(long)]
    json: bool,
}

/// How `palet detect` reads and answers.
#[derive(Args)]
pub(super) struct DetectArguments {
    /// A JSON object a line instead of plain text.
    #[arg(long)]
    json: bool,
}

pub(super) fn ff1(arguments: &Ff1Arguments) -> Done {
    // A line that is refused is answered as such: it is no failure of the command.
    let Ff1Arguments { json: _ } = arguments;
    palet_obfuscation::ff1::lines::run(io::stdin().lock(), io::stdout().lock())?;
    Ok(())
}

pub(super) fn detect(arguments: &DetectArguments) -> Done {
    use palet_detect::lines::{Form, run};
    let form = if arguments.json { Form::Json } else { Form::Plain };
    run(io::stdin().lock(), io::stdout().lock(), form)?;
    Ok(())
}
