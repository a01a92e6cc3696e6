//! The `palet` binary: parses the command line and hands over.

fn main() -> std::process::ExitCode {
    palet_server::cli::run()
}
