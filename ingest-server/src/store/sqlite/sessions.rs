//! Sessions and what banks report of them.

use palet_units::{Micros, SessionId, SubjectId, TenantId};
use sqlx::{Row, sqlite::SqliteRow};

use super::{SqliteStore, exists, micros, session_bytes, session_id, time};
use crate::store::{
    ConsentGiven, DeviceClass, EndReason, FeedbackKind, FeedbackRecord, Learnt, SessionRecord, StoreError,
    StoreResult, Verdict,
};

const BROKEN: StoreError = StoreError::Row { what: "session" };

fn session_of(row: &SqliteRow) -> StoreResult<SessionRecord> {
    let named = |column: &str| row.try_get::<Option<&str>, _>(column);
    let time = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(micros));
    Ok(SessionRecord {
        id: session_id(row.try_get("id")?)?,
        tenant: row.try_get::<&str, _>("tenant")?.parse().map_err(|_| BROKEN)?,
        subject: row.try_get::<&str, _>("subject")?.parse().map_err(|_| BROKEN)?,
        origin: row.try_get("origin")?,
        channel: row.try_get("channel")?,
        consent: ConsentGiven::parse(row.try_get("consent")?).ok_or(BROKEN)?,
        device: named("device_class")?.and_then(DeviceClass::parse),
        created_at: micros(row.try_get("created_at")?),
        expires_at: micros(row.try_get("expires_at")?),
        ended_at: time("ended_at")?,
        end_reason: named("end_reason")?.and_then(EndReason::parse),
        verdict: named("verdict")?.and_then(Verdict::parse),
        login_at: time("login_at")?,
        step_up_at: time("step_up_at")?,
        learnt: named("learnt")?.and_then(Learnt::parse),
    })
}

impl SqliteStore {
    pub(super) async fn insert_session_row(&self, session: &SessionRecord) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO sessions (id, tenant, subject, origin, channel, consent, device_class, created_at, \
             expires_at, login_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(session_bytes(session.id))
        .bind(session.tenant.as_str())
        .bind(session.subject.as_str())
        .bind(&session.origin)
        .bind(&session.channel)
        .bind(session.consent.as_str())
        .bind(session.device.map(DeviceClass::as_str))
        .bind(time(session.created_at))
        .bind(time(session.expires_at))
        .bind(session.login_at.map(time))
        .execute(&self.writer)
        .await
        .map_err(exists("session"))?;
        Ok(())
    }

    pub(super) async fn session_row(&self, id: SessionId) -> StoreResult<Option<SessionRecord>> {
        let row = sqlx::query("SELECT * FROM sessions WHERE id = ?").bind(session_bytes(id));
        row.fetch_optional(&self.readers).await?.as_ref().map(session_of).transpose()
    }

    pub(super) async fn session_rows_of(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        limit: u32,
    ) -> StoreResult<Vec<SessionRecord>> {
        let rows = sqlx::query(
            "SELECT * FROM sessions WHERE tenant = ? AND subject = ? ORDER BY created_at DESC, id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(subject.as_str())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(session_of).collect()
    }

    pub(super) async fn set_page_row(
        &self,
        id: SessionId,
        device: DeviceClass,
        consent: ConsentGiven,
    ) -> StoreResult<()> {
        sqlx::query("UPDATE sessions SET device_class = ?, consent = ? WHERE id = ?")
            .bind(device.as_str())
            .bind(consent.as_str())
            .bind(session_bytes(id))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(super) async fn end_session_row(
        &self,
        id: SessionId,
        reason: EndReason,
        at: Micros,
    ) -> StoreResult<bool> {
        let done =
            sqlx::query("UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL")
                .bind(time(at))
                .bind(reason.as_str())
                .bind(session_bytes(id))
                .execute(&self.writer)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn end_expired_rows(&self, at: Micros) -> StoreResult<u64> {
        let done = sqlx::query(
            "UPDATE sessions SET ended_at = expires_at, end_reason = 'expired' \
             WHERE ended_at IS NULL AND expires_at <= ?",
        )
        .bind(time(at))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn insert_feedback_row(&self, feedback: &FeedbackRecord) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query("INSERT INTO feedback (tenant, session, kind, reference, at) VALUES (?, ?, ?, ?, ?)")
            .bind(feedback.tenant.as_str())
            .bind(session_bytes(feedback.session))
            .bind(feedback.kind.as_str())
            .bind(&feedback.reference)
            .bind(time(feedback.at))
            .execute(&mut *transaction)
            .await?;
        let follows = match feedback.kind {
            // A fraud is never overruled by a later word: learning from it would poison the reference.
            FeedbackKind::Genuine => Some(
                "UPDATE sessions SET verdict_at = ?, verdict = 'genuine', learn_after = NULL \
                 WHERE id = ? AND verdict IS NOT 'fraud'",
            ),
            FeedbackKind::Fraud => {
                Some("UPDATE sessions SET verdict_at = ?, verdict = 'fraud', learn_after = NULL WHERE id = ?")
            }
            FeedbackKind::StepUpPassed => Some("UPDATE sessions SET step_up_at = ? WHERE id = ?"),
            FeedbackKind::StepUpFailed => {
                Some("UPDATE sessions SET step_up_at = NULL WHERE ? IS NOT NULL AND id = ?")
            }
            // What it means for the session is in its decisions.
            FeedbackKind::LoginPassed => None,
        };
        if let Some(follows) = follows {
            sqlx::query(follows)
                .bind(time(feedback.at))
                .bind(session_bytes(feedback.session))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn session_rows_to_learn(
        &self,
        now: Micros,
        limit: u32,
    ) -> StoreResult<Vec<SessionRecord>> {
        let rows = sqlx::query(
            "SELECT * FROM sessions WHERE learnt_at IS NULL AND ended_at IS NOT NULL \
             AND (learn_after IS NULL OR learn_after <= ?) ORDER BY ended_at LIMIT ?",
        )
        .bind(time(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(session_of).collect()
    }

    pub(super) async fn postpone_learning_row(&self, id: SessionId, until: Micros) -> StoreResult<()> {
        sqlx::query("UPDATE sessions SET learn_after = ? WHERE id = ?")
            .bind(time(until))
            .bind(session_bytes(id))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(super) async fn set_learnt_row(
        &self,
        id: SessionId,
        learnt: Learnt,
        at: Micros,
        reference: Option<&crate::store::ReferenceRecord>,
    ) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        if let Some(reference) = reference {
            super::references::insert(&mut transaction, reference).await?;
        }
        sqlx::query("UPDATE sessions SET learnt_at = ?, learnt = ? WHERE id = ?")
            .bind(time(at))
            .bind(learnt.as_str())
            .bind(session_bytes(id))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
