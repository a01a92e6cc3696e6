//! `palet rescore`: makes a stored decision again from its session's inputs, and says whether it comes out the same.

use clap::Args;
use palet_units::{Micros, SessionId};
use std::io::{self, Write};

use super::{ConfigFile, Done, Failure, block_on, serve::start_failure};
use crate::{
    app,
    live::{Rescored, rescore},
    store::{Store, sqlite::SqliteStore},
};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The decision's identifier, `<session>-<number>`, as REST, logs and the page's reference give it.
    decision: String,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let settings = arguments.file.load()?;
    let usage = || Failure::Usage("expected a decision such as 0123456789abcdef0123456789abcdef-7".into());
    let (session, number) = arguments.decision.split_once('-').ok_or_else(usage)?;
    let session: SessionId = session.parse().map_err(|_| usage())?;
    let number: u64 = number.parse().map_err(|_| usage())?;
    let knowledge = app::knowledge(&settings).map_err(start_failure)?;
    let rescored = block_on(async {
        let store = SqliteStore::open(&settings.store).await?;
        let rescored = rescore(&store, &knowledge, session, number).await;
        store.close().await;
        rescored
    });
    let Rescored { at, differences, versions } = rescored
        .map_err(Failure::failed)?
        .ok_or_else(|| Failure::Failed("expected a stored decision of that identifier".into()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "decision {} of {}", arguments.decision, crate::clock::rfc3339(Micros(at.0)))?;
    writeln!(out, "made with {versions}")?;
    if differences.is_empty() {
        writeln!(out, "the same bits")?;
        return Ok(());
    }
    for difference in &differences {
        writeln!(out, "{}: stored {}, now {}", difference.what, difference.stored, difference.now)?;
    }
    Err(Failure::Failed("the decision does not come out the same".into()))
}
