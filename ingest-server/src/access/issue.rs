//! Makes keys for tenants' backends.

use palet_units::TenantId;
use secrecy::SecretString;

use super::{Scopes, TenantKey};
use crate::{
    clock,
    store::{KeyRecord, Store, StoreError},
};

/// Makes a key, keeps its digest and gives back its text, which is not to be had again.
///
/// **Errors**: the store failed, or there is no such tenant.
pub async fn issue_key(
    store: &dyn Store,
    tenant: &TenantId,
    label: &str,
    scopes: Scopes,
) -> Result<SecretString, StoreError> {
    let (key, text) = TenantKey::make();
    let record = KeyRecord {
        id: key.id().to_owned(),
        tenant: tenant.clone(),
        digest: *key.digest(),
        label: label.to_owned(),
        scopes: scopes.names(),
        created_at: clock::now(),
        revoked_at: None,
    };
    store.insert_key(&record).await?;
    Ok(text)
}
