//! `palet eval`: the evaluation room's own command.

use palet_eval::cli::{EvalArgs, EvalError};
use std::io;

use super::{Done, Failure};

pub(super) fn run(arguments: &EvalArgs) -> Done {
    palet_eval::progress::show_on_terminal();
    let done = palet_eval::cli::run(arguments, &mut io::stdout().lock(), &mut io::stderr());
    done.map_err(|error: EvalError| match error.exit_code() {
        2 => Failure::usage(error),
        _ => Failure::failed(error),
    })
}
