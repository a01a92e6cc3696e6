//! Decisions: written in groups, many rows a statement, one transaction a group.

use palet_units::{Micros, SessionId};
use sqlx::{Row, Sqlite, sqlite::SqliteRow};

use super::{SqliteStore, integer, micros, session_bytes, session_id, time};
use crate::store::{DecisionKind, DecisionRecord, StoreError, StoreResult};

const COLUMNS: &str = "session, number, kind, page, seq, at, risk, input, outcome, versions, shadow";
/// Rows of one statement. Groups are cut into these sizes, so that few statements are prepared, each once.
const ROWS_A_STATEMENT: [usize; 3] = [32, 8, 1];
/// Rows that one pruning transaction looks at, oldest first, so that writers wait briefly.
const PRUNED_MAX: i64 = 5_000;

fn decision_of(row: &SqliteRow) -> StoreResult<DecisionRecord> {
    let broken = || StoreError::Row { what: "decision" };
    let unsigned = |column: &str| -> StoreResult<u64> {
        u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| broken())
    };
    Ok(DecisionRecord {
        session: session_id(row.try_get("session")?)?,
        number: unsigned("number")?,
        kind: DecisionKind::parse(row.try_get("kind")?).ok_or_else(broken)?,
        page: row.try_get::<i64, _>("page")?.cast_unsigned(),
        seq: unsigned("seq")?,
        at: micros(row.try_get("at")?),
        risk: row.try_get("risk")?,
        input: row.try_get("input")?,
        outcome: row.try_get("outcome")?,
        versions: row.try_get("versions")?,
        shadow: row.try_get("shadow")?,
    })
}

impl SqliteStore {
    pub(super) async fn commit_rows(&self, decisions: &[DecisionRecord]) -> StoreResult<()> {
        let mut transaction = self.writer.begin().await?;
        let mut rest = decisions;
        while !rest.is_empty() {
            let size = ROWS_A_STATEMENT.into_iter().find(|&size| size <= rest.len()).unwrap_or(1);
            let (rows, after) = rest.split_at(size);
            let mut statement =
                sqlx::QueryBuilder::<Sqlite>::new(format!("INSERT INTO decisions ({COLUMNS}) "));
            statement.push_values(rows, |mut row, decision| {
                row.push_bind(session_bytes(decision.session))
                    .push_bind(integer(decision.number))
                    .push_bind(decision.kind.as_str())
                    .push_bind(decision.page.cast_signed())
                    .push_bind(integer(decision.seq))
                    .push_bind(time(decision.at))
                    .push_bind(decision.risk)
                    .push_bind(decision.input.as_slice())
                    .push_bind(decision.outcome.as_slice())
                    .push_bind(decision.versions.as_str())
                    .push_bind(decision.shadow.as_deref());
            });
            statement.build().execute(&mut *transaction).await?;
            rest = after;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn decision_rows(
        &self,
        session: SessionId,
        after: u64,
        limit: u32,
    ) -> StoreResult<Vec<DecisionRecord>> {
        let rows =
            sqlx::query("SELECT * FROM decisions WHERE session = ? AND number > ? ORDER BY number LIMIT ?")
                .bind(session_bytes(session))
                .bind(integer(after))
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(decision_of).collect()
    }

    pub(super) async fn decided_session_rows(
        &self,
        after: Option<SessionId>,
        limit: u32,
    ) -> StoreResult<Vec<SessionId>> {
        // In the order of the index by session, so that the walk ends with the limit.
        let rows =
            sqlx::query("SELECT DISTINCT session FROM decisions WHERE session > ? ORDER BY session LIMIT ?")
                .bind(after.map(session_bytes).unwrap_or_default())
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(|row| session_id(row.try_get("session")?)).collect()
    }

    pub(super) async fn prune_decision_rows(&self, before: Micros, kept_max: u64) -> StoreResult<u64> {
        let mut dropped = 0;
        loop {
            let done = sqlx::query(
                "DELETE FROM decisions WHERE row IN (SELECT row FROM decisions ORDER BY row LIMIT ?3) \
                 AND (at < ?1 OR row <= (SELECT COALESCE(MAX(row), 0) FROM decisions) - ?2)",
            )
            .bind(time(before))
            .bind(integer(kept_max))
            .bind(PRUNED_MAX)
            .execute(&self.writer)
            .await?
            .rows_affected();
            dropped += done;
            if done < PRUNED_MAX.unsigned_abs() {
                return Ok(dropped);
            }
        }
    }
}
