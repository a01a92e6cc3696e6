//! Makes the models that ship in the binary, from the corpora that may be trained on.
use std::process::ExitCode;

fn main() -> ExitCode {
    palet_eval::progress::show_on_terminal();
    match palet_eval::models_cli::models_from_args(
        std::env::args_os(),
        &mut std::io::stdout(),
        &mut std::io::stderr(),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            // Nowhere is left to tell of a failure to tell.
            let _ = writeln!(std::io::stderr(), "palet-models: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
