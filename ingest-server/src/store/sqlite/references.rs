//! Biometric references, one row a version.

use palet_units::{Micros, SubjectId, TenantId};
use sqlx::{Row, SqliteTransaction, sqlite::SqliteRow};

use super::{SqliteStore, exists, integer, micros, session_bytes, session_id, time};
use crate::store::{DeviceClass, ReferenceRecord, StoreError, StoreResult};

pub(super) async fn insert(
    transaction: &mut SqliteTransaction<'_>,
    reference: &ReferenceRecord,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO biometric_references (tenant, subject, device_class, version, made_at, made_from, body) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(reference.tenant.as_str())
    .bind(reference.subject.as_str())
    .bind(reference.device.as_str())
    .bind(integer(reference.version))
    .bind(time(reference.made_at))
    .bind(session_bytes(reference.made_from))
    .bind(reference.body.as_slice())
    .execute(&mut **transaction)
    .await
    .map_err(exists("reference version"))?;
    Ok(())
}

fn record_of(
    row: &SqliteRow,
    tenant: &TenantId,
    subject: &SubjectId,
    device: DeviceClass,
) -> StoreResult<ReferenceRecord> {
    let version = u64::try_from(row.try_get::<i64, _>("version")?);
    Ok(ReferenceRecord {
        tenant: tenant.clone(),
        subject: subject.clone(),
        device,
        version: version.map_err(|_| StoreError::Row { what: "reference" })?,
        made_at: micros(row.try_get("made_at")?),
        made_from: session_id(row.try_get("made_from")?)?,
        body: row.try_get("body")?,
    })
}

impl SqliteStore {
    pub(super) async fn reference_row(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        made_by: Micros,
    ) -> StoreResult<Option<ReferenceRecord>> {
        let row = sqlx::query(
            "SELECT version, made_at, made_from, body FROM biometric_references \
             WHERE tenant = ? AND subject = ? AND device_class = ? AND made_at <= ? \
             ORDER BY version DESC LIMIT 1",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(device.as_str())
        .bind(time(made_by))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| record_of(&row, tenant, subject, device)).transpose()
    }

    pub(super) async fn reference_version_row(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        version: u64,
    ) -> StoreResult<Option<ReferenceRecord>> {
        let row = sqlx::query(
            "SELECT version, made_at, made_from, body FROM biometric_references \
             WHERE tenant = ? AND subject = ? AND device_class = ? AND version = ?",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(device.as_str())
        .bind(integer(version))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| record_of(&row, tenant, subject, device)).transpose()
    }

    pub(super) async fn erase_subject_rows(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> StoreResult<u64> {
        let mut transaction = self.writer.begin().await?;
        for statement in [
            "DELETE FROM subject_secrets WHERE tenant = ? AND subject = ?",
            "DELETE FROM value_tokens WHERE tenant = ? AND subject = ?",
            "DELETE FROM biometric_references WHERE tenant = ? AND subject = ?",
            "DELETE FROM account_people WHERE tenant = ?1 AND (subject = ?2 OR person = ?2)",
            "DELETE FROM decisions WHERE session IN (SELECT id FROM sessions WHERE tenant = ? AND subject = ?)",
        ] {
            sqlx::query(statement)
                .bind(tenant.as_str())
                .bind(subject.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        let done = sqlx::query(
            "UPDATE sessions SET learnt = 'erased', learnt_at = COALESCE(learnt_at, created_at) \
             WHERE tenant = ? AND subject = ?",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}
