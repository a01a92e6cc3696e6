//! `palet policy check`: compiles and proves a policy, and says what was proved or what is wrong.

use super::{CliError, Exit, Format, Named, compile, fault_json};
use crate::policy::Policy;
use annotate_snippets::Level as Severity;
use serde_json::{Value, json};
use std::io::Write;

/// What a warning does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// It is told.
    Tell,
    /// It fails the check, as a bank's pipeline would have it.
    Deny,
}

/// Checks a policy. With JSON a refused policy is a report and an [`Exit::Failed`]; in words it is an error that
/// renders itself. **Errors**: a refused policy, or writing.
pub fn check(
    named: Named<'_>,
    format: Format,
    warnings: Warnings,
    out: &mut impl Write,
) -> Result<Exit, CliError> {
    let policy = match (compile(named), format) {
        (Err(CliError::Policy { errors, .. }), Format::Json) => {
            let faults: Vec<Value> = errors.faults().iter().map(fault_json).collect();
            writeln!(
                out,
                "{}",
                json!({ "path": named.path, "accepted": false, "faults": faults, "warnings": [] })
            )?;
            return Ok(Exit::Failed);
        }
        (compiled, _) => compiled?,
    };
    match format {
        Format::Json => {
            let told: Vec<Value> = policy.warnings().iter().map(fault_json).collect();
            let (fields, actions) = policy.rule_counts();
            let report = json!({
                "path": named.path, "accepted": true, "version": policy.version().to_string(),
                "title": policy.title(), "field_rules": fields, "action_rules": actions,
                "faults": [], "warnings": told,
            });
            writeln!(out, "{report}")?;
        }
        Format::Text => in_words(&policy, named, out)?,
    }
    let failed = warnings == Warnings::Deny && !policy.warnings().is_empty();
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn in_words(policy: &Policy, named: Named<'_>, out: &mut impl Write) -> Result<(), CliError> {
    if !policy.warnings().is_empty() {
        let told = crate::fault::render(policy.warnings(), named.text, named.path, Severity::WARNING);
        writeln!(out, "{told}\n")?;
    }
    let (fields, actions) = policy.rule_counts();
    writeln!(out, "{}: version {}", named.path, policy.version())?;
    writeln!(
        out,
        "  {fields} rules about fields, {actions} about actions, {} warnings",
        policy.warnings().len()
    )?;
    writeln!(out, "  proved: every question has an answer")?;
    writeln!(out, "  proved: no secret class is ever shown")?;
    writeln!(out, "  proved: more doubt never reveals or permits more")?;
    Ok(())
}
