//! `palet policy simulate`: who would have seen what, over stored questions, one JSON object a line.

use super::{CliError, Exit, Format, Named, compile};
use crate::policy::Policy;
use crate::question::{ActionQuestion, Question};
use crate::stored::{Asked, StoredQuestion};
use palet_mask::FieldClass;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Read, Write};

/// The longest line of a stored question. **Units**: bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// The most unreadable lines that are told one by one.
const BAD_LINES_MAX: usize = 10;

/// The most sessions of a row that are named.
const EXAMPLES_MAX: usize = 3;

/// How many questions, of how many sessions, and some of those by name.
#[derive(Debug, Default)]
struct Count {
    questions: u64,
    sessions: BTreeSet<u64>,
    examples: Vec<String>,
}

impl Count {
    fn add(&mut self, session: u64, name: &str) {
        self.questions += 1;
        if self.sessions.insert(session) && self.examples.len() < EXAMPLES_MAX && !name.is_empty() {
            self.examples.push(name.to_owned());
        }
    }
}

/// What was asked about and what was answered; with a second policy, both answers.
type Row = (String, &'static str, Option<&'static str>);

/// A question that was answered, and whose it was.
struct Answered {
    row: Row,
    hash: u64,
    session: String,
}

#[derive(Debug, Default)]
struct Tally {
    all: Count,
    rows: BTreeMap<Row, Count>,
    bad: u64,
    bad_lines: Vec<(u64, String)>,
}

/// Asks a policy, and a second one beside it, every stored question, and counts the answers. Lines that are no
/// question are told and fail the command, but do not stop it. **Errors**: a refused policy, reading or writing.
pub fn simulate(
    policy: Named<'_>,
    against: Option<Named<'_>>,
    format: Format,
    mut questions: impl BufRead,
    out: &mut impl Write,
) -> Result<Exit, CliError> {
    let compiled = compile(policy)?;
    let other = against.map(compile).transpose()?;
    let mut tally = Tally::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut questions).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n") {
            questions.skip_until(b'\n')?;
            tally.refuse(number, format!("expected a line of less than {LINE_BYTES_MAX} bytes"));
        } else if !line.trim_ascii().is_empty() {
            match answer_line(&line, &compiled, other.as_ref()) {
                Ok(answered) => tally.count(answered),
                Err(reason) => tally.refuse(number, reason),
            }
        }
    }
    match format {
        Format::Text => tally.in_words(&compiled, other.as_ref(), out)?,
        Format::Json => writeln!(out, "{}", tally.json(&compiled, other.as_ref()))?,
    }
    Ok(if tally.bad > 0 { Exit::Failed } else { Exit::Done })
}

fn answer_line(line: &[u8], policy: &Policy, other: Option<&Policy>) -> Result<Answered, String> {
    let question: StoredQuestion = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let first = answer(&question, policy)?;
    let second = other.map(|other| answer(&question, other)).transpose()?;
    let asked = match &question.asked {
        Asked::Class(class) => class.as_str().to_owned(),
        Asked::Custom(name) => format!("custom:{name}"),
        Asked::Action(name) => format!("action {name}"),
    };
    let mut hasher = DefaultHasher::new();
    (question.tenant.as_str(), &question.session).hash(&mut hasher);
    Ok(Answered { row: (asked, first, second), hash: hasher.finish(), session: question.session })
}

fn answer(stored: &StoredQuestion, policy: &Policy) -> Result<&'static str, String> {
    let circumstances = stored.circumstances(policy).map_err(|error| error.to_string())?;
    let tenant = &stored.tenant;
    let (class, custom) = match &stored.asked {
        Asked::Class(class) => (*class, None),
        Asked::Custom(name) => (FieldClass::Custom, Some(name.as_str())),
        Asked::Action(action) => {
            let question = ActionQuestion { tenant, action, circumstances };
            return Ok(policy.decide_action(&question).verdict.as_str());
        }
    };
    Ok(policy.decide(&Question { tenant, class, custom, circumstances }).level.as_str())
}

impl Tally {
    fn count(&mut self, answered: Answered) {
        let Answered { row, hash, session } = answered;
        self.all.add(hash, "");
        self.rows.entry(row).or_default().add(hash, &session);
    }

    fn refuse(&mut self, line: u64, reason: String) {
        self.bad += 1;
        if self.bad_lines.len() < BAD_LINES_MAX {
            self.bad_lines.push((line, reason));
        }
    }

    fn in_words(
        &self,
        policy: &Policy,
        other: Option<&Policy>,
        out: &mut impl Write,
    ) -> Result<(), CliError> {
        let Count { questions, sessions, .. } = &self.all;
        write!(out, "{questions} questions of {} sessions, policy {}", sessions.len(), policy.version())?;
        match other {
            Some(other) => writeln!(out, " against {}", other.version())?,
            None => writeln!(out)?,
        }
        for ((asked, first, second), count) in &self.rows {
            let outcome = match second {
                Some(second) if second != first => format!("{second} → {first}  (changed)"),
                _ => (*first).to_owned(),
            };
            let Count { questions, sessions, examples } = count;
            writeln!(
                out,
                "  {asked:<24} {questions:>9} questions {:>8} sessions  {outcome}",
                sessions.len()
            )?;
            // Who, where it matters: the sessions whose answers change.
            if second.is_some_and(|second| second != *first) && !examples.is_empty() {
                writeln!(out, "  {:<24} such as {}", "", examples.join(", "))?;
            }
        }
        for (line, reason) in &self.bad_lines {
            writeln!(out, "  line {line}: {reason}")?;
        }
        if self.bad > 0 {
            writeln!(out, "  {} lines were no question", self.bad)?;
        }
        Ok(())
    }

    fn json(&self, policy: &Policy, other: Option<&Policy>) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|((asked, first, second), count)| {
                json!({
                    "asked": asked, "outcome": first, "against": second,
                    "questions": count.questions, "sessions": count.sessions.len(),
                    "examples": count.examples,
                })
            })
            .collect();
        let bad: Vec<Value> =
            self.bad_lines.iter().map(|(line, reason)| json!({ "line": line, "reason": reason })).collect();
        json!({
            "policy": policy.version().to_string(),
            "against": other.map(|other| other.version().to_string()),
            "questions": self.all.questions, "sessions": self.all.sessions.len(),
            "rows": rows, "bad_lines": self.bad, "first_bad_lines": bad,
        })
    }
}
