//! Subjects' secrets, what random tokens stand for, and the state of rewrapping.

use palet_mask::FieldClass;
use palet_obfuscation::KeyVersion;
use palet_units::{Micros, SubjectId, TenantId};
use sqlx::{
    Row, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{SqliteStore, exists, integer, micros, time};
use crate::store::{RewrapJob, Rewrapping, StoreError, StoreResult, TokenRecord, ValueStore};

const NOTHING: &str = "";

fn broken(what: &'static str) -> StoreError {
    StoreError::Row { what }
}

fn version_of(number: i64) -> StoreResult<KeyVersion> {
    u32::try_from(number).map(KeyVersion).map_err(|_| broken("key version"))
}

fn token_of(row: &SqliteRow) -> StoreResult<TokenRecord> {
    let text = |name| -> StoreResult<String> { Ok(row.try_get(name)?) };
    let subject = text("subject")?;
    let subject = match subject.as_str() {
        NOTHING => None,
        subject => Some(subject.parse().map_err(|_| broken("token"))?),
    };
    Ok(TokenRecord {
        row: row.try_get("row")?,
        tenant: text("tenant")?.parse().map_err(|_| broken("token"))?,
        lookup: text("lookup")?,
        class: text("class")?.parse().map_err(|_| broken("token"))?,
        subject,
        version: version_of(row.try_get("key_version")?)?,
        expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(micros),
        sealed: text("sealed")?,
    })
}

fn move_token<'q>(
    record: &'q TokenRecord,
    sealed: &'q str,
    version: KeyVersion,
) -> Query<'q, Sqlite, SqliteArguments> {
    sqlx::query("UPDATE value_tokens SET sealed = ?, key_version = ? WHERE row = ? AND sealed = ?")
        .bind(sealed)
        .bind(i64::from(version.0))
        .bind(record.row)
        .bind(&record.sealed)
}

#[async_trait::async_trait]
impl ValueStore for SqliteStore {
    async fn subject_secret(&self, tenant: &TenantId, subject: &SubjectId) -> StoreResult<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT wrapped FROM subject_secrets WHERE tenant = ? AND subject = ?")
            .bind(tenant.as_str())
            .bind(subject.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok(row.try_get("wrapped")?)).transpose()
    }

    async fn keep_subject_secret(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        wrapped: &[u8],
        at: Micros,
    ) -> StoreResult<Vec<u8>> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO subject_secrets (tenant, subject, made_at, wrapped) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(time(at))
        .bind(wrapped)
        .execute(&mut *transaction)
        .await?;
        let kept = sqlx::query("SELECT wrapped FROM subject_secrets WHERE tenant = ? AND subject = ?")
            .bind(tenant.as_str())
            .bind(subject.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(kept.try_get("wrapped")?)
    }

    async fn keep_tokens(&self, records: &[TokenRecord]) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        for record in records {
            sqlx::query(
                "INSERT INTO value_tokens (tenant, lookup, class, subject, key_version, expires_at, sealed) \
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(record.tenant.as_str())
            .bind(&record.lookup)
            .bind(record.class.as_str())
            .bind(record.subject.as_ref().map_or(NOTHING, SubjectId::as_str))
            .bind(i64::from(record.version.0))
            .bind(record.expires_at.map(time))
            .bind(&record.sealed)
            .execute(&mut *transaction)
            .await
            .map_err(exists("token"))?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn token(&self, tenant: &TenantId, lookup: &str) -> StoreResult<Option<TokenRecord>> {
        let row = sqlx::query("SELECT * FROM value_tokens WHERE tenant = ? AND lookup = ?")
            .bind(tenant.as_str())
            .bind(lookup)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(token_of).transpose()
    }

    async fn prune_tokens(&self, now: Micros) -> StoreResult<u64> {
        let done = sqlx::query("DELETE FROM value_tokens WHERE expires_at IS NOT NULL AND expires_at <= ?")
            .bind(time(now))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    async fn tokens_before(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> StoreResult<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS n FROM value_tokens WHERE tenant = ? AND class = ? AND key_version < ?",
        )
        .bind(tenant.as_str())
        .bind(class.as_str())
        .bind(i64::from(version.0))
        .fetch_one(&self.readers)
        .await?;
        u64::try_from(row.try_get::<i64, _>("n")?).map_err(|_| broken("count"))
    }

    async fn tokens_to_rewrap(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        job: &RewrapJob,
        limit: u32,
    ) -> StoreResult<Vec<TokenRecord>> {
        let rows = sqlx::query(
            "SELECT * FROM value_tokens WHERE tenant = ? AND class = ? AND key_version < ? AND row > ? \
             ORDER BY row LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(class.as_str())
        .bind(i64::from(job.to_version.0))
        .bind(job.after_row)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(token_of).collect()
    }

    async fn commit_rewrap(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        job: &RewrapJob,
        steps: &[Rewrapping<'_>],
    ) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        for Rewrapping { record, sealed } in steps {
            let Some(sealed) = sealed else { continue };
            move_token(record, sealed, job.to_version).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO rewrap_jobs \
             (tenant, class, to_version, after_row, rewrapped, refused, started_at, finished_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, class) DO UPDATE SET \
             to_version = excluded.to_version, after_row = excluded.after_row, \
             rewrapped = excluded.rewrapped, refused = excluded.refused, \
             started_at = excluded.started_at, finished_at = excluded.finished_at",
        )
        .bind(tenant.as_str())
        .bind(class.as_str())
        .bind(i64::from(job.to_version.0))
        .bind(job.after_row)
        .bind(integer(job.rewrapped))
        .bind(integer(job.refused))
        .bind(time(job.started_at))
        .bind(job.finished_at.map(time))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn rewrap_token(
        &self,
        record: &TokenRecord,
        sealed: &str,
        version: KeyVersion,
    ) -> StoreResult<bool> {
        let done = move_token(record, sealed, version).execute(&self.writer).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn rewrap_job(&self, tenant: &TenantId, class: FieldClass) -> StoreResult<Option<RewrapJob>> {
        let row = sqlx::query("SELECT * FROM rewrap_jobs WHERE tenant = ? AND class = ?")
            .bind(tenant.as_str())
            .bind(class.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let count = |name| -> StoreResult<u64> {
            u64::try_from(row.try_get::<i64, _>(name)?).map_err(|_| broken("rewrap job"))
        };
        Ok(Some(RewrapJob {
            to_version: version_of(row.try_get("to_version")?)?,
            after_row: row.try_get("after_row")?,
            rewrapped: count("rewrapped")?,
            refused: count("refused")?,
            started_at: micros(row.try_get("started_at")?),
            finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(micros),
        }))
    }
}
