//! Policies by version, and what was done with them.

use palet_units::Micros;
use sqlx::Row;

use super::{SqliteStore, micros, time};
use crate::store::{PolicyStep, PolicyStepKind, StoreError, StoreResult};

impl SqliteStore {
    pub(super) async fn insert_policy_step_row(
        &self,
        step: &PolicyStep,
        text: Option<&str>,
    ) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        if let Some(text) = text {
            sqlx::query(
                "INSERT INTO policy_texts (version, text, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(&step.version)
            .bind(text)
            .bind(time(step.at))
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "INSERT INTO policy_steps (tenant, kind, version, person, key, at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(step.tenant.as_ref().map_or("", |tenant| tenant.as_str()))
        .bind(step.kind.as_str())
        .bind(&step.version)
        .bind(&step.person)
        .bind(&step.key)
        .bind(time(step.at))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn policy_step_rows(&self) -> StoreResult<Vec<PolicyStep>> {
        let broken = || StoreError::Row { what: "policy step" };
        let rows = sqlx::query("SELECT * FROM policy_steps ORDER BY number").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let tenant: String = row.try_get("tenant")?;
                Ok(PolicyStep {
                    tenant: match tenant.as_str() {
                        "" => None,
                        name => Some(name.parse().map_err(|_| broken())?),
                    },
                    kind: PolicyStepKind::parse(row.try_get("kind")?).ok_or_else(broken)?,
                    version: row.try_get("version")?,
                    person: row.try_get("person")?,
                    key: row.try_get("key")?,
                    at: micros(row.try_get("at")?),
                })
            })
            .collect()
    }

    pub(super) async fn policy_text_row(&self, version: &str) -> StoreResult<Option<String>> {
        let row = sqlx::query("SELECT text FROM policy_texts WHERE version = ?").bind(version);
        let row = row.fetch_optional(&self.readers).await?;
        Ok(row.map(|row| row.try_get("text")).transpose()?)
    }

    pub(super) async fn session_id_rows(
        &self,
        tenant: Option<&palet_units::TenantId>,
        since: Micros,
        limit: u32,
    ) -> StoreResult<Vec<palet_units::SessionId>> {
        let rows = sqlx::query(
            "SELECT id FROM sessions WHERE created_at >= ?1 AND (?2 = '' OR tenant = ?2) \
             ORDER BY created_at DESC LIMIT ?3",
        )
        .bind(time(since))
        .bind(tenant.map_or("", |tenant| tenant.as_str()))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| super::session_id(row.try_get("id")?)).collect()
    }
}
