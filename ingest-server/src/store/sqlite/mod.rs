//! SQLite: the embedded backend. One writer, several readers, write-ahead log.

mod decisions;
mod people;
mod policies;
mod references;
mod sessions;
mod tenants;
mod unmask;
mod values;

use palet_units::{Micros, SessionId, SubjectId, TenantId};
use sqlx::{
    SqlSafeStr, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ApprovalRecord, ApprovalState, ConsentGiven, DecisionRecord, DeviceClass, EndReason, FeedbackRecord,
    Joining, KeyRecord, Learnt, PersonRecord, PolicyStep, ReferenceRecord, SessionRecord, Store, StoreError,
    StoreResult, UnmaskRecord,
};
use crate::config::{StoreSettings, Synchronous};

/// The schema's steps, in order. A step that was released is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "tenants sessions decisions",
        include_str!("../../../migrations/sqlite/0001_tenants_sessions_decisions.sql"),
    ),
    (20, "value keys", include_str!("../../../migrations/sqlite/0020_value_keys.sql")),
    (30, "policies", include_str!("../../../migrations/sqlite/0030_policies.sql")),
    (31, "unmask", include_str!("../../../migrations/sqlite/0031_unmask.sql")),
    (40, "account people", include_str!("../../../migrations/sqlite/0040_account_people.sql")),
];

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens, or makes, the database in the data folder and brings its schema up to date.
    ///
    /// **Errors**: the file cannot be opened, or its schema is from a newer version.
    pub async fn open(settings: &StoreSettings) -> StoreResult<Self> {
        let path = file_of(settings);
        let options = options(&path, settings);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        migrator().run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings.readers)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Opens a store that a server has made: for commands that read, and should make none where they were told of another
    /// folder.
    ///
    /// **Errors**: as [`Self::open`], and [`StoreError::Missing`] where there is none.
    pub async fn open_existing(settings: &StoreSettings) -> StoreResult<Self> {
        let path = file_of(settings);
        if path.is_file() { Self::open(settings).await } else { Err(StoreError::Missing(path)) }
    }
}

fn file_of(settings: &StoreSettings) -> PathBuf {
    settings.data_folder.join("palet.db")
}

fn options(path: &Path, settings: &StoreSettings) -> SqliteConnectOptions {
    let synchronous = match settings.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_millis(settings.busy_timeout_ms))
        // What is deleted is overwritten: a subject's secret must not linger in a free page.
        .pragma("secure_delete", "ON")
}

fn migrator() -> Migrator {
    let step = |&(version, description, sql): &(i64, &'static str, &'static str)| {
        let kind = MigrationType::Simple;
        Migration::new(version, Cow::Borrowed(description), kind, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(step).collect())
}

/// A whole number as SQLite keeps it; beyond 2⁶³ it stays at the end.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn micros(value: i64) -> Micros {
    Micros(u64::try_from(value).unwrap_or(0))
}

fn time(at: Micros) -> i64 {
    integer(at.0)
}

fn session_bytes(id: SessionId) -> Vec<u8> {
    id.0.to_be_bytes().to_vec()
}

fn session_id(bytes: &[u8]) -> StoreResult<SessionId> {
    let bytes = bytes.try_into().map_err(|_| StoreError::Row { what: "session identifier" })?;
    Ok(SessionId(u128::from_be_bytes(bytes)))
}

fn exists(what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Exists { what },
        _ => StoreError::Backend(error),
    }
}

#[async_trait::async_trait]
impl Store for SqliteStore {
    async fn check(&self) -> StoreResult<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn insert_tenant(&self, tenant: &TenantId, at: Micros) -> StoreResult<()> {
        self.insert_tenant_row(tenant, at).await
    }

    async fn tenants(&self) -> StoreResult<Vec<TenantId>> {
        self.tenant_rows().await
    }

    async fn insert_key(&self, key: &KeyRecord) -> StoreResult<()> {
        self.insert_key_row(key).await
    }

    async fn key(&self, id: &str) -> StoreResult<Option<KeyRecord>> {
        self.key_row(id).await
    }

    async fn keys(&self, tenant: &TenantId) -> StoreResult<Vec<KeyRecord>> {
        self.key_rows(tenant).await
    }

    async fn revoke_key(&self, id: &str, at: Micros) -> StoreResult<bool> {
        self.revoke_key_row(id, at).await
    }

    async fn insert_session(&self, session: &SessionRecord) -> StoreResult<()> {
        self.insert_session_row(session).await
    }

    async fn session(&self, id: SessionId) -> StoreResult<Option<SessionRecord>> {
        self.session_row(id).await
    }

    async fn sessions_of(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        limit: u32,
    ) -> StoreResult<Vec<SessionRecord>> {
        self.session_rows_of(tenant, subject, limit).await
    }

    async fn set_page(&self, id: SessionId, device: DeviceClass, consent: ConsentGiven) -> StoreResult<()> {
        self.set_page_row(id, device, consent).await
    }

    async fn end_session(&self, id: SessionId, reason: EndReason, at: Micros) -> StoreResult<bool> {
        self.end_session_row(id, reason, at).await
    }

    async fn end_expired(&self, at: Micros) -> StoreResult<u64> {
        self.end_expired_rows(at).await
    }

    async fn insert_feedback(&self, feedback: &FeedbackRecord) -> StoreResult<()> {
        self.insert_feedback_row(feedback).await
    }

    async fn commit(&self, decisions: &[DecisionRecord]) -> StoreResult<()> {
        self.commit_rows(decisions).await
    }

    async fn decision(&self, session: SessionId, number: u64) -> StoreResult<Option<DecisionRecord>> {
        let rows = self.decision_rows(session, number.saturating_sub(1), 1).await?;
        Ok(rows.into_iter().find(|row| row.number == number))
    }

    async fn decisions(
        &self,
        session: SessionId,
        after: u64,
        limit: u32,
    ) -> StoreResult<Vec<DecisionRecord>> {
        self.decision_rows(session, after, limit).await
    }

    async fn decided_sessions(&self, after: Option<SessionId>, limit: u32) -> StoreResult<Vec<SessionId>> {
        self.decided_session_rows(after, limit).await
    }

    async fn prune_decisions(&self, before: Micros, kept_max: u64) -> StoreResult<u64> {
        self.prune_decision_rows(before, kept_max).await
    }

    async fn sessions_to_learn(&self, now: Micros, limit: u32) -> StoreResult<Vec<SessionRecord>> {
        self.session_rows_to_learn(now, limit).await
    }

    async fn set_learnt(
        &self,
        id: SessionId,
        learnt: Learnt,
        at: Micros,
        reference: Option<&ReferenceRecord>,
    ) -> StoreResult<()> {
        self.set_learnt_row(id, learnt, at, reference).await
    }

    async fn postpone_learning(&self, id: SessionId, until: Micros) -> StoreResult<()> {
        self.postpone_learning_row(id, until).await
    }

    async fn reference(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        made_by: Micros,
    ) -> StoreResult<Option<ReferenceRecord>> {
        self.reference_row(tenant, subject, device, made_by).await
    }

    async fn reference_version(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        version: u64,
    ) -> StoreResult<Option<ReferenceRecord>> {
        self.reference_version_row(tenant, subject, device, version).await
    }

    async fn join_person(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &PersonRecord,
        people_max: usize,
    ) -> StoreResult<Joining> {
        self.join_person_row(tenant, subject, person, people_max).await
    }

    async fn part_person(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &SubjectId,
        at: Micros,
    ) -> StoreResult<bool> {
        self.part_person_row(tenant, subject, person, at).await
    }

    async fn people(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        at: Micros,
    ) -> StoreResult<Vec<PersonRecord>> {
        self.people_rows(tenant, subject, at).await
    }

    async fn accounts_of(&self, tenant: &TenantId, person: &SubjectId) -> StoreResult<Vec<SubjectId>> {
        self.accounts_of_rows(tenant, person).await
    }

    async fn erase_subject(&self, tenant: &TenantId, subject: &SubjectId) -> StoreResult<u64> {
        let erased = self.erase_subject_rows(tenant, subject).await?;
        // The log ahead of the database still holds the pages as they were, until it starts over.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(erased)
    }

    async fn insert_policy_step(&self, step: &PolicyStep, text: Option<&str>) -> StoreResult<()> {
        self.insert_policy_step_row(step, text).await
    }

    async fn policy_steps(&self) -> StoreResult<Vec<PolicyStep>> {
        self.policy_step_rows().await
    }

    async fn policy_text(&self, version: &str) -> StoreResult<Option<String>> {
        self.policy_text_row(version).await
    }

    async fn session_ids(
        &self,
        tenant: Option<&TenantId>,
        since: Micros,
        limit: u32,
    ) -> StoreResult<Vec<SessionId>> {
        self.session_id_rows(tenant, since, limit).await
    }

    async fn insert_unmask(&self, request: &UnmaskRecord) -> StoreResult<()> {
        self.insert_unmask_row(request).await
    }

    async fn unmask(&self, tenant: &TenantId, idempotency_key: &str) -> StoreResult<Option<UnmaskRecord>> {
        self.unmask_row(tenant, idempotency_key).await
    }

    async fn insert_approval(&self, approval: &ApprovalRecord) -> StoreResult<()> {
        self.insert_approval_row(approval).await
    }

    async fn approval(&self, tenant: &TenantId, id: &str) -> StoreResult<Option<ApprovalRecord>> {
        self.approval_row(tenant, id).await
    }

    async fn approvals(
        &self,
        tenant: &TenantId,
        now: Micros,
        limit: u32,
    ) -> StoreResult<Vec<ApprovalRecord>> {
        self.approval_rows(tenant, now, limit).await
    }

    async fn answer_approval(
        &self,
        id: &str,
        state: ApprovalState,
        approver: (&str, &str),
        at: Micros,
    ) -> StoreResult<bool> {
        self.answer_approval_row(id, state, approver, at).await
    }

    async fn use_approval(&self, id: &str, at: Micros) -> StoreResult<bool> {
        self.use_approval_row(id, at).await
    }

    async fn prune_unmask(&self, before: Micros) -> StoreResult<u64> {
        self.prune_unmask_rows(before).await
    }
}

#[cfg(test)]
mod tests;
