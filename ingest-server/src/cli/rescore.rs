//! `palet rescore`: makes a stored decision again from its session's inputs, and says whether it comes out the same.

use clap::Args;
use palet_mask::{FieldClass, Level};
use palet_units::{Micros, SessionId};
use std::io::{self, Write};

use super::{ConfigFile, Done, Failure, block_on, serve::start_failure};
use crate::{
    app,
    live::{DecisionOutcome, Rescored, ShadowOutcome, rescore},
    store::{Store, sqlite::SqliteStore},
};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The decision's identifier, `<session>-<number>`, as REST, logs and the page's reference give it.
    decision: String,
    /// Prints the decision in words: the rule, what it looked at, and what would have changed the answer.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let settings = arguments.file.load()?;
    let usage = || Failure::Usage("expected a decision such as 0123456789abcdef0123456789abcdef-7".into());
    let (session, number) = arguments.decision.split_once('-').ok_or_else(usage)?;
    let session: SessionId = session.parse().map_err(|_| usage())?;
    let number: u64 = number.parse().map_err(|_| usage())?;
    let rescored = block_on(async {
        let store = SqliteStore::open(&settings.store).await.map_err(Failure::failed)?;
        let (_, policies) = app::policies(&settings, &store).await.map_err(start_failure)?;
        let rescored = rescore(&store, &policies, session, number).await.map_err(Failure::failed);
        store.close().await;
        rescored
    });
    let Rescored { at, differences, versions, explanations, shadow, outcome } =
        rescored?.ok_or_else(|| Failure::Failed("expected a stored decision of that identifier".into()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "decision {} of {}", arguments.decision, crate::clock::rfc3339(Micros(at.0)))?;
    writeln!(out, "made with {versions}")?;
    if let Some(shadow) = shadow {
        print_shadow(&mut out, &shadow, &outcome)?;
    }
    if arguments.explain {
        explanations.iter().try_for_each(|explanation| writeln!(out, "{explanation}"))?;
    }
    if differences.is_empty() {
        writeln!(out, "the same bits")?;
        return Ok(());
    }
    for difference in &differences {
        writeln!(out, "{}: stored {}, now {}", difference.what, difference.stored, difference.now)?;
    }
    Err(Failure::Failed("the decision does not come out the same".into()))
}

/// What the policy that waited beside the one that answered would have said otherwise.
fn print_shadow(out: &mut impl Write, shadow: &ShadowOutcome, outcome: &DecisionOutcome) -> io::Result<()> {
    let level = |code: u8| Level::ALL.get(usize::from(code)).map_or("?", |level| level.as_str());
    let levels = FieldClass::ALL.iter().zip(outcome.levels.iter().zip(&shadow.levels));
    let mut others: Vec<String> = levels
        .filter(|(_, (was, would))| was != would)
        .map(|(class, (was, would))| {
            format!("{} {} instead of {}", class.as_str(), level(*would), level(*was))
        })
        .collect();
    if shadow.verdict != outcome.verdict {
        let text = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "nothing".into());
        others.push(format!("{} instead of {}", text(&shadow.verdict), text(&outcome.verdict)));
    }
    match others.is_empty() {
        true => writeln!(out, "the staged policy {} would have said the same", shadow.policy),
        false => writeln!(out, "the staged policy {} would have said {}", shadow.policy, others.join(", ")),
    }
}
