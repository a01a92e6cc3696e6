//! `palet policy diff`: every kind of question that two policies answer differently.

use super::{CliError, Exit, Format, Named, compile};
use crate::compare::Change;
use serde_json::{Value, json};
use std::io::Write;

/// Compares two policies. **Errors**: a refused policy, policies that cannot be compared, or writing.
pub fn diff(
    before: Named<'_>,
    after: Named<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<Exit, CliError> {
    let (old, new) = (compile(before)?, compile(after)?);
    let comparison = old.compare(&new)?;
    match format {
        Format::Text => {
            writeln!(out, "{} ({}) → {} ({})\n", before.path, old.version(), after.path, new.version())?;
            writeln!(out, "{comparison}")?;
        }
        Format::Json => {
            let changes = |changes: &[Change]| changes.iter().map(change_json).collect::<Vec<Value>>();
            let report = json!({
                "before": old.version().to_string(), "after": new.version().to_string(), "limits": comparison.limits,
                "fields": changes(&comparison.fields), "actions": changes(&comparison.actions),
            });
            writeln!(out, "{report}")?;
        }
    }
    Ok(Exit::Done)
}

fn change_json(change: &Change) -> Value {
    json!({
        "direction": change.direction.as_str(),
        "before": { "rule": change.before, "outcome": change.outcome_before },
        "after": { "rule": change.after, "outcome": change.outcome_after },
        "within": change.within, "example": change.example, "share": change.share,
    })
}
