//! Requests to unmask, and the approvals that some of them need.

use palet_units::{Micros, TenantId};
use sqlx::{Row, sqlite::SqliteRow};

use super::{SqliteStore, exists, micros, time};
use crate::store::{ApprovalRecord, ApprovalState, StoreError, StoreResult, UnmaskRecord};

/// Bytes of one token's digest in an approval.
const DIGEST_BYTES: usize = 16;

fn approval_of(row: &SqliteRow) -> StoreResult<ApprovalRecord> {
    let broken = || StoreError::Row { what: "approval" };
    let tokens: Vec<u8> = row.try_get("tokens")?;
    Ok(ApprovalRecord {
        id: row.try_get("id")?,
        tenant: row.try_get::<String, _>("tenant")?.parse().map_err(|_| broken())?,
        state: ApprovalState::parse(row.try_get("state")?).ok_or_else(broken)?,
        asker_key: row.try_get("asker_key")?,
        asker_person: row.try_get("asker_person")?,
        role: row.try_get("role")?,
        purpose: row.try_get("purpose")?,
        reason: row.try_get("reason")?,
        classes: row.try_get("classes")?,
        tokens: tokens.chunks_exact(DIGEST_BYTES).filter_map(|chunk| chunk.try_into().ok()).collect(),
        asked_at: micros(row.try_get("asked_at")?),
        expires_at: micros(row.try_get("expires_at")?),
        approver_person: row.try_get("approver_person")?,
    })
}

impl SqliteStore {
    pub(super) async fn insert_unmask_row(&self, request: &UnmaskRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO unmask_requests (tenant, idempotency_key, digest, at, outcomes) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(request.tenant.as_str())
        .bind(&request.idempotency_key)
        .bind(request.digest.as_slice())
        .bind(time(request.at))
        .bind(request.outcomes.as_slice())
        .execute(&self.writer)
        .await
        .map_err(exists("request"))?;
        Ok(())
    }

    pub(super) async fn unmask_row(&self, tenant: &TenantId, key: &str) -> StoreResult<Option<UnmaskRecord>> {
        let row = sqlx::query("SELECT * FROM unmask_requests WHERE tenant = ? AND idempotency_key = ?")
            .bind(tenant.as_str())
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let digest: Vec<u8> = row.try_get("digest")?;
        Ok(Some(UnmaskRecord {
            tenant: tenant.clone(),
            idempotency_key: key.to_owned(),
            digest: digest.try_into().map_err(|_| StoreError::Row { what: "request" })?,
            at: micros(row.try_get("at")?),
            outcomes: row.try_get("outcomes")?,
        }))
    }

    pub(super) async fn insert_approval_row(&self, approval: &ApprovalRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO approvals (id, tenant, state, asker_key, asker_person, role, purpose, reason, classes, \
             tokens, asked_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&approval.id)
        .bind(approval.tenant.as_str())
        .bind(approval.state.as_str())
        .bind(&approval.asker_key)
        .bind(&approval.asker_person)
        .bind(&approval.role)
        .bind(&approval.purpose)
        .bind(&approval.reason)
        .bind(&approval.classes)
        .bind(approval.tokens.concat())
        .bind(time(approval.asked_at))
        .bind(time(approval.expires_at))
        .execute(&self.writer)
        .await
        .map_err(exists("approval"))?;
        Ok(())
    }

    pub(super) async fn approval_row(
        &self,
        tenant: &TenantId,
        id: &str,
    ) -> StoreResult<Option<ApprovalRecord>> {
        let row = sqlx::query("SELECT * FROM approvals WHERE id = ? AND tenant = ?")
            .bind(id)
            .bind(tenant.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(approval_of).transpose()
    }

    pub(super) async fn approval_rows(
        &self,
        tenant: &TenantId,
        now: Micros,
        limit: u32,
    ) -> StoreResult<Vec<ApprovalRecord>> {
        let rows = sqlx::query(
            "SELECT * FROM approvals WHERE tenant = ? AND state = 'pending' AND expires_at > ? \
             ORDER BY asked_at DESC LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(time(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(approval_of).collect()
    }

    pub(super) async fn answer_approval_row(
        &self,
        id: &str,
        state: ApprovalState,
        (key, person): (&str, &str),
        at: Micros,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "UPDATE approvals SET state = ?, approver_key = ?, approver_person = ?, answered_at = ? \
             WHERE id = ? AND state = 'pending' AND expires_at > ?",
        )
        .bind(state.as_str())
        .bind(key)
        .bind(person)
        .bind(time(at))
        .bind(id)
        .bind(time(at))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn use_approval_row(&self, id: &str, at: Micros) -> StoreResult<bool> {
        let done = sqlx::query(
            "UPDATE approvals SET state = 'used' WHERE id = ? AND state = 'approved' AND expires_at > ?",
        )
        .bind(id)
        .bind(time(at))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn prune_unmask_rows(&self, before: Micros) -> StoreResult<u64> {
        let requests = sqlx::query("DELETE FROM unmask_requests WHERE at < ?").bind(time(before));
        let approvals = sqlx::query("DELETE FROM approvals WHERE expires_at < ?").bind(time(before));
        let dropped = requests.execute(&self.writer).await?.rows_affected();
        Ok(dropped + approvals.execute(&self.writer).await?.rows_affected())
    }
}
