//! Further people of accounts, by when they joined and left.

use palet_units::{Micros, SubjectId, TenantId};
use sqlx::Row;

use super::{SqliteStore, exists, integer, micros, time};
use crate::store::{Joining, PersonRecord, StoreError, StoreResult};

fn subject_of(text: &str) -> StoreResult<SubjectId> {
    text.parse().map_err(|_| StoreError::Row { what: "person" })
}

impl SqliteStore {
    pub(super) async fn join_person_row(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &PersonRecord,
        people_max: usize,
    ) -> StoreResult<Joining> {
        let mut transaction = self.writer.begin().await?;
        let there: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM account_people \
             WHERE tenant = ? AND subject = ? AND person <> ? AND left_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(person.person.as_str())
        .fetch_one(&mut *transaction)
        .await?;
        if there >= integer(people_max as u64) {
            return Ok(Joining::Full);
        }
        sqlx::query("INSERT INTO account_people (tenant, subject, person, joined_at) VALUES (?, ?, ?, ?)")
            .bind(tenant.as_str())
            .bind(subject.as_str())
            .bind(person.person.as_str())
            .bind(time(person.joined_at))
            .execute(&mut *transaction)
            .await
            .map_err(exists("person of this account"))?;
        transaction.commit().await?;
        Ok(Joining::Joined)
    }

    pub(super) async fn part_person_row(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &SubjectId,
        at: Micros,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "UPDATE account_people SET left_at = ? \
             WHERE tenant = ? AND subject = ? AND person = ? AND left_at IS NULL",
        )
        .bind(time(at))
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(person.as_str())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn people_rows(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        at: Micros,
    ) -> StoreResult<Vec<PersonRecord>> {
        let rows = sqlx::query(
            "SELECT person, joined_at FROM account_people \
             WHERE tenant = ? AND subject = ? AND joined_at <= ? AND (left_at IS NULL OR left_at > ?) \
             ORDER BY joined_at, person",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(time(at))
        .bind(time(at))
        .fetch_all(&self.readers)
        .await?;
        let record = |row: &sqlx::sqlite::SqliteRow| -> StoreResult<PersonRecord> {
            let person = subject_of(row.try_get("person")?)?;
            Ok(PersonRecord { person, joined_at: micros(row.try_get("joined_at")?) })
        };
        rows.iter().map(record).collect()
    }

    pub(super) async fn accounts_of_rows(
        &self,
        tenant: &TenantId,
        person: &SubjectId,
    ) -> StoreResult<Vec<SubjectId>> {
        let rows = sqlx::query(
            "SELECT DISTINCT subject FROM account_people WHERE tenant = ? AND person = ? ORDER BY subject",
        )
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| subject_of(row.try_get("subject")?)).collect()
    }
}
