//! The questions of the store's sessions, for `palet policy simulate --stored`.

use clap::Args;
use palet_policy::StoredQuestion;
use palet_units::{Micros, SessionId, TenantId};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Seek, Write},
};

use super::super::{ConfigFile, Failure, block_on, serve::start_failure};
use crate::{
    app, clock,
    live::questions_of,
    store::{Store, sqlite::SqliteStore},
};

#[derive(Args)]
pub(in crate::cli) struct Stored {
    /// Reads the store of the settings instead of standard input.
    #[arg(long)]
    stored: bool,
    #[command(flatten)]
    file: ConfigFile,
    /// Sessions of this tenant alone.
    #[arg(long, requires = "stored")]
    tenant: Option<TenantId>,
    /// Sessions of so many days.
    #[arg(long, requires = "stored", default_value_t = 30)]
    days: u64,
    /// At most so many sessions, the newest.
    #[arg(long, requires = "stored", default_value_t = 10_000)]
    sessions: u32,
    /// This session alone.
    #[arg(long, requires = "stored")]
    session: Option<SessionId>,
}

impl Stored {
    /// The questions, in a file that nobody else sees; `None` where standard input is to be read.
    pub(super) fn questions(&self) -> Result<Option<BufReader<File>>, Failure> {
        if !self.stored {
            return Ok(None);
        }
        let settings = self.file.load()?;
        let mut out = BufWriter::new(tempfile::tempfile()?);
        block_on(async {
            let store = SqliteStore::open_existing(&settings.store).await.map_err(Failure::failed)?;
            let written = self.write(&settings, &store, &mut out).await;
            store.close().await;
            written
        })?;
        let mut file = out.into_inner().map_err(Failure::failed)?;
        file.rewind()?;
        Ok(Some(BufReader::new(file)))
    }

    async fn write(
        &self,
        settings: &crate::config::Settings,
        store: &SqliteStore,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let (_, policies) = app::policies(settings, store).await.map_err(start_failure)?;
        let since = Micros(clock::now().0.saturating_sub(self.days.saturating_mul(86_400_000_000)));
        let sessions = match self.session {
            Some(session) => vec![session],
            None => {
                let found = store.session_ids(self.tenant.as_ref(), since, self.sessions).await;
                found.map_err(Failure::failed)?
            }
        };
        for session in sessions {
            let mut written = Ok(());
            let each = |question: &StoredQuestion| {
                if written.is_ok() {
                    written = serde_json::to_writer(&mut *out, question).map_err(Into::into);
                    written = std::mem::replace(&mut written, Ok(())).and_then(|()| writeln!(out));
                }
            };
            questions_of(store, &policies, session, each).await.map_err(Failure::failed)?;
            written?;
        }
        Ok(())
    }
}
