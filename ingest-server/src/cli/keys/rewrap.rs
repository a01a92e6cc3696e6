//! `palet keys rewrap`: the job over what the store holds, step by step.

use palet_mask::FieldClass;
use palet_units::TenantId;
use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
};

use super::{Done, Failure, kept_classes};
use crate::{
    clock,
    config::Settings,
    keys,
    store::{Store, sqlite::SqliteStore},
    values::Values,
};

pub(super) async fn run(settings: &Settings, tenant: &TenantId, classes: &[FieldClass]) -> Done {
    let ring = keys::open_live(&settings.keys, &settings.store.data_folder)?;
    if ring.tenant(tenant).is_none() {
        return Err(Failure::Failed("key-unknown-tenant: expected a tenant that has a key".into()));
    }
    let store = Arc::new(SqliteStore::open(&settings.store).await.map_err(Failure::failed)?);
    let values = Values::new(Arc::new(ring), store.clone());
    let classes: Vec<_> = if classes.is_empty() { kept_classes().collect() } else { classes.to_vec() };
    let (mut moved, mut refused) = (0, 0);
    for class in classes {
        let mut last = None;
        while let Some(progress) =
            values.rewrap_step(tenant, class, clock::now()).await.map_err(Failure::failed)?
        {
            if io::stderr().is_terminal() {
                let (class, done, left) = (class.as_str(), progress.job.rewrapped, progress.left);
                write!(io::stderr(), "\r{class}: {done} moved, {left} left  ")?;
            }
            last = Some(progress.job);
        }
        if let Some(job) = last {
            (moved, refused) = (moved + job.rewrapped, refused + job.refused);
        }
    }
    store.close().await;
    if io::stderr().is_terminal() {
        writeln!(io::stderr())?;
    }
    writeln!(io::stdout(), "{moved} moved, {refused} refused")?;
    match refused {
        0 => Ok(()),
        _ => {
            Err(Failure::Failed(format!("{refused} values did not open: their key or their subject is gone")))
        }
    }
}
