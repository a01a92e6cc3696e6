//! Answers standard input as `palet detect` does: text, or JSON lines with `--json`.

use palet_detect::lines::{Form, run};

fn main() -> std::io::Result<()> {
    let form = if std::env::args().any(|argument| argument == "--json") { Form::Json } else { Form::Plain };
    run(std::io::stdin().lock(), std::io::stdout().lock(), form).map(|_| ())
}
