//! `palet tenant …`: tenants and the keys of their backends, in the store of a stopped or running server.

use clap::Subcommand;
use palet_units::TenantId;
use secrecy::ExposeSecret;
use std::io::{self, Write};

use super::{ConfigFile, Done, Failure, block_on, serve::start_failure};
use crate::{
    access::{Scopes, TenantKey, issue_key},
    app,
    audit::{Action, Detail, Entry, Outcome},
    clock,
    config::Settings,
    store::{Store, StoreError, sqlite::SqliteStore},
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Adds a tenant.
    ///
    /// Example: palet tenant add bank
    Add {
        /// Its name: 1 to 64 letters, digits, '.', '_', '-'.
        tenant: TenantId,
    },
    /// Lists tenants and their keys.
    List,
    /// Makes a key for a tenant's backend and prints it once.
    ///
    /// Example: palet tenant key bank --label web-backend
    Key {
        /// The tenant.
        tenant: TenantId,
        /// What the key is for, in the operator's words.
        #[arg(long, default_value = "")]
        label: String,
        /// Scopes, separated by commas.
        #[arg(long, default_value = "sessions,biometrics,risk,mask,feedback,subjects")]
        scopes: String,
    },
    /// Revokes a key; servers hear it within ten seconds.
    ///
    /// Example: palet tenant revoke 0123456789abcdef
    Revoke {
        /// The key's identifier, as `palet tenant list` shows it.
        key: String,
    },
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let settings = arguments.file.load()?;
    std::fs::create_dir_all(&settings.store.data_folder)?;
    block_on(async {
        let store = SqliteStore::open(&settings.store).await.map_err(Failure::failed)?;
        let done = match work(&store, &arguments.command).await {
            Ok(Some(entry)) => trace(&settings, &entry),
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        };
        store.close().await;
        done
    })
}

/// The trace of what was done. It is written after the deed: a tenant or key that stands without its line is told
/// by the exit status.
fn trace(settings: &Settings, entry: &Entry) -> Done {
    let mut file = app::open_audit(settings).map_err(start_failure)?;
    file.append(std::slice::from_ref(entry)).map_err(Failure::failed)?;
    Ok(())
}

/// Does the work; gives back what the audit log is told of it.
async fn work(store: &SqliteStore, command: &Command) -> Result<Option<Entry>, Failure> {
    let entry = |action| Entry::new(action, Outcome::Done, clock::now());
    match command {
        Command::Add { tenant } => match store.insert_tenant(tenant, clock::now()).await {
            Ok(()) => Ok(Some(entry(Action::TenantMade).tenant(tenant))),
            Err(StoreError::Exists { .. }) => {
                Err(Failure::Failed(format!("the tenant {tenant} exists already")))
            }
            Err(error) => Err(Failure::failed(error)),
        },
        Command::List => list(store).await.map(|()| None),
        Command::Key { tenant, label, scopes } => {
            let scopes =
                Scopes::parse(scopes).ok_or_else(|| Failure::Usage("expected known scopes".into()))?;
            let text = issue_key(store, tenant, label, scopes).await.map_err(Failure::failed)?;
            writeln!(io::stdout(), "{}", text.expose_secret())?;
            let id = TenantKey::parse(text.expose_secret()).map_err(Failure::failed)?;
            let entry = entry(Action::CallerKeyMade).tenant(tenant).with(Detail::CallerKey, id.id());
            Ok(Some(entry.with(Detail::Scopes, scopes.names())))
        }
        Command::Revoke { key } => match store.revoke_key(key, clock::now()).await {
            Ok(true) => Ok(Some(entry(Action::CallerKeyRevoked).with(Detail::CallerKey, key))),
            Ok(false) => Err(Failure::Failed("expected a live key; palet tenant list shows them".into())),
            Err(error) => Err(Failure::failed(error)),
        },
    }
}

async fn list(store: &SqliteStore) -> Done {
    let mut out = io::stdout().lock();
    for tenant in store.tenants().await.map_err(Failure::failed)? {
        writeln!(out, "{tenant}")?;
        for key in store.keys(&tenant).await.map_err(Failure::failed)? {
            let state = if key.revoked_at.is_some() { "revoked" } else { "live" };
            let made = clock::rfc3339(key.created_at);
            writeln!(out, "  {}  {state}  {made}  {}  {}", key.id, key.scopes, key.label)?;
        }
    }
    Ok(())
}
