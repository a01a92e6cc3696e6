//! `palet keys status`: what there is, and what may be done to it.

use palet_obfuscation::keys::KeyEntry;
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use super::{Done, Failure, block_on};
use crate::{
    clock,
    config::Settings,
    keys::{self, LiveRing, MemoryLock},
    store::{Store, sqlite::SqliteStore},
    values::{RewrapProgress, Values},
};

pub(super) fn run(settings: &Settings, as_json: bool) -> Done {
    let folder = keys::open(&settings.keys, &settings.store.data_folder)?;
    let ring = folder.load()?;
    let left = block_on(left(settings, LiveRing::open(folder, MemoryLock::new(settings.keys.lock_memory))?))?;
    let officers: Vec<_> = ring.officers().map(ToString::to_string).collect();
    let mut out = io::stdout().lock();
    if as_json {
        let rewrap: Vec<_> = left
            .iter()
            .flat_map(|(tenant, progress)| progress.iter().map(move |progress| told(tenant, progress)))
            .collect();
        let status = json!({
            "provider": settings.keys.provider.as_str(), "generation": ring.generation(),
            "officers": officers, "keys": ring.entries().collect::<Vec<_>>(), "rewrap": rewrap,
        });
        writeln!(out, "{status}")?;
        return Ok(());
    }
    writeln!(out, "provider    {}", settings.keys.provider.as_str())?;
    writeln!(out, "generation  {}", ring.generation())?;
    writeln!(out, "officers    {}", officers.join(" "))?;
    for entry in ring.entries() {
        let KeyEntry { tenant, class, version, state, created, destroy_ordered_by } = entry;
        let made = clock::rfc3339(created);
        let order = destroy_ordered_by.map(|by| format!("  destruction ordered by {by}"));
        let (class, state, order) = (class.as_str(), state.as_str(), order.unwrap_or_default());
        writeln!(out, "{tenant}  {class:<12} {version:<5} {state:<12} {made}{order}")?;
    }
    for (tenant, progress) in &left {
        for RewrapProgress { class, job, left } in progress {
            let (class, done, refused) = (class.as_str(), job.rewrapped, job.refused);
            writeln!(
                out,
                "{tenant}  {class}: {done} moved to {}, {refused} refused, {left} left",
                job.to_version
            )?;
        }
    }
    Ok(())
}

fn told(tenant: &str, progress: &RewrapProgress) -> serde_json::Value {
    let RewrapProgress { class, job, left } = progress;
    json!({"tenant": tenant, "class": class.as_str(), "to_version": job.to_version.0, "rewrapped": job.rewrapped,
        "refused": job.refused, "left": left, "finished": job.finished_at.is_some()})
}

/// What the store holds under older keys, by tenant.
async fn left(settings: &Settings, ring: LiveRing) -> Result<BTreeMap<String, Vec<RewrapProgress>>, Failure> {
    let store = Arc::new(SqliteStore::open(&settings.store).await.map_err(Failure::failed)?);
    let values = Values::new(Arc::new(ring), store.clone());
    let mut left = BTreeMap::new();
    for tenant in store.tenants().await.map_err(Failure::failed)? {
        let state = values.rewrap_state(&tenant, clock::now()).await.map_err(Failure::failed)?;
        left.insert(tenant.to_string(), state);
    }
    store.close().await;
    Ok(left)
}
