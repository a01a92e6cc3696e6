//! Tenants and the keys of their backends.

use palet_units::{Micros, TenantId};
use sqlx::{Row, sqlite::SqliteRow};

use super::{SqliteStore, exists, micros, time};
use crate::store::{KeyRecord, StoreError, StoreResult};

fn tenant_id(text: &str) -> StoreResult<TenantId> {
    text.parse().map_err(|_| StoreError::Row { what: "tenant" })
}

fn key_of(row: &SqliteRow) -> StoreResult<KeyRecord> {
    let digest: Vec<u8> = row.try_get("digest")?;
    Ok(KeyRecord {
        id: row.try_get("id")?,
        tenant: tenant_id(row.try_get("tenant")?)?,
        digest: digest.try_into().map_err(|_| StoreError::Row { what: "key" })?,
        label: row.try_get("label")?,
        scopes: row.try_get("scopes")?,
        created_at: micros(row.try_get("created_at")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(micros),
    })
}

impl SqliteStore {
    pub(super) async fn insert_tenant_row(&self, tenant: &TenantId, at: Micros) -> StoreResult<()> {
        sqlx::query("INSERT INTO tenants (id, created_at) VALUES (?, ?)")
            .bind(tenant.as_str())
            .bind(time(at))
            .execute(&self.writer)
            .await
            .map_err(exists("tenant"))?;
        Ok(())
    }

    pub(super) async fn tenant_rows(&self) -> StoreResult<Vec<TenantId>> {
        let rows = sqlx::query("SELECT id FROM tenants ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter().map(|row| tenant_id(row.try_get("id")?)).collect()
    }

    pub(super) async fn insert_key_row(&self, key: &KeyRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO tenant_keys (id, tenant, digest, label, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&key.id)
        .bind(key.tenant.as_str())
        .bind(key.digest.as_slice())
        .bind(&key.label)
        .bind(&key.scopes)
        .bind(time(key.created_at))
        .execute(&self.writer)
        .await
        .map_err(exists("key"))?;
        Ok(())
    }

    pub(super) async fn key_row(&self, id: &str) -> StoreResult<Option<KeyRecord>> {
        let row = sqlx::query("SELECT * FROM tenant_keys WHERE id = ?").bind(id);
        row.fetch_optional(&self.readers).await?.as_ref().map(key_of).transpose()
    }

    pub(super) async fn key_rows(&self, tenant: &TenantId) -> StoreResult<Vec<KeyRecord>> {
        let rows = sqlx::query("SELECT * FROM tenant_keys WHERE tenant = ? ORDER BY created_at, id")
            .bind(tenant.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(key_of).collect()
    }

    pub(super) async fn revoke_key_row(&self, id: &str, at: Micros) -> StoreResult<bool> {
        let done = sqlx::query("UPDATE tenant_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(time(at))
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
