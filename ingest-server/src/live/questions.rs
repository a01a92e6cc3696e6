//! The questions that stored sessions asked: what `palet policy simulate --stored` asks another policy again.

use palet_policy::StoredQuestion;
use palet_units::SessionId;

use super::{Input, Policies, SessionEngine, rescore::whose_of, session::policy_in};
use crate::store::{Store, StoreError, StoreResult};

/// Hands every question of a stored session to `each`, in order; gives back how many decisions there were.
///
/// **Errors**: the store failed, or holds something of another version.
pub async fn questions_of(
    store: &dyn Store,
    policies: &Policies,
    session: SessionId,
    mut each: impl FnMut(&StoredQuestion),
) -> StoreResult<u64> {
    let Some(record) = store.session(session).await? else { return Ok(0) };
    let mut knowledge = policies.knowledge(&record.tenant);
    let whose = whose_of(store, &knowledge, &record).await?;
    let mut engine = SessionEngine::new(&knowledge, record.created_at, record.login_at);
    let (mut after, mut count, name) = (0, 0, session.to_string());
    loop {
        let decisions = store.decisions(session, after, 500).await?;
        if decisions.is_empty() {
            return Ok(count);
        }
        for decision in decisions {
            (after, count) = (decision.number, count + 1);
            let broken = |_| StoreError::Row { what: "decision" };
            let input: Input = postcard::from_bytes(&decision.input).map_err(broken)?;
            knowledge = policies.knowledge_of(&record.tenant, policy_in(&decision.versions));
            engine.apply(&knowledge, &whose, &input, decision.at);
            engine.questions((&name, &whose), &knowledge, &input, decision.at).iter().for_each(&mut each);
        }
    }
}
