//! A stored decision, made again: the session's inputs applied in order, with today's models and policy.

use palet_comparison::Reference;
use palet_units::{Micros, SessionId};

use super::{
    DecisionOutcome, Input, Knowledge, Policies, SessionEngine, ShadowOutcome, Whose,
    session::{channel_of, policy_in},
};
use crate::store::{ConsentGiven, DeviceClass, SessionRecord, Store, StoreError, StoreResult};

/// What became of a decision that was made again.
pub struct Rescored {
    /// When it was made.
    pub at: Micros,
    /// What differs; nothing where the bits are the same.
    pub differences: Vec<Difference>,
    /// Model, reference and policy behind the stored one.
    pub versions: String,
    /// The decision in words: one text for an action, one for each class of a field otherwise.
    pub explanations: Vec<String>,
    /// What the policy that waited would have decided, where one did.
    pub shadow: Option<ShadowOutcome>,
    /// What was decided.
    pub outcome: DecisionOutcome,
}

/// A part that differs.
pub struct Difference {
    /// Which.
    pub what: &'static str,
    /// As it was stored.
    pub stored: String,
    /// As it comes out now.
    pub now: String,
}

/// Makes a decision again; `None` where it is not stored.
///
/// **Errors**: the store failed, or holds something of another version.
pub async fn rescore(
    store: &dyn Store,
    policies: &Policies,
    session: SessionId,
    number: u64,
) -> StoreResult<Option<Rescored>> {
    let Some(record) = store.session(session).await? else { return Ok(None) };
    let mut knowledge = policies.knowledge(&record.tenant);
    let whose = whose_of(store, &knowledge, &record).await?;
    let mut engine = SessionEngine::new(&knowledge, record.login_at);
    let mut after = 0;
    loop {
        let decisions = store.decisions(session, after, 500).await?;
        if decisions.is_empty() {
            return Ok(None);
        }
        for decision in decisions {
            after = decision.number;
            let broken = |_| StoreError::Row { what: "decision" };
            let input: Input = postcard::from_bytes(&decision.input).map_err(broken)?;
            // Each decision with the policy that it was made with, where that is still known.
            knowledge = policies.knowledge_of(&record.tenant, policy_in(&decision.versions));
            engine.apply(&knowledge, &whose, &input, decision.at);
            if decision.number == number {
                let now = engine.outcome_of(&knowledge, &whose, &input, decision.at);
                let stored: DecisionOutcome = postcard::from_bytes(&decision.outcome).map_err(broken)?;
                let mut differences = differences(&stored, &now);
                let versions = engine.versions(&knowledge, &whose).to_string();
                if !differences.is_empty() && versions != decision.versions {
                    let stored = decision.versions.clone();
                    differences.push(Difference { what: "versions", stored, now: versions });
                }
                return Ok(Some(Rescored {
                    at: decision.at,
                    differences,
                    versions: decision.versions,
                    explanations: engine.explain(&knowledge, &whose, &input, decision.at),
                    shadow: decision.shadow.and_then(|shadow| postcard::from_bytes(&shadow).ok()),
                    outcome: stored,
                }));
            }
        }
    }
}

pub(super) async fn whose_of(
    store: &dyn Store,
    knowledge: &Knowledge,
    record: &SessionRecord,
) -> StoreResult<Whose> {
    let device = record.device.unwrap_or(DeviceClass::Desktop);
    let stored = match record.consent {
        ConsentGiven::Full => {
            store.reference(&record.tenant, &record.subject, device, record.created_at).await?
        }
        ConsentGiven::FraudOnly | ConsentGiven::None => None,
    };
    let reference_version = stored.as_ref().map_or(0, |stored| stored.version);
    let reference = stored.and_then(|stored| postcard::from_bytes::<Reference>(&stored.body).ok());
    Ok(Whose {
        tenant: record.tenant.clone(),
        channel: channel_of(&record.channel),
        reference: reference.map(|reference| reference.prepare(&knowledge.models)),
        reference_version,
    })
}

fn differences(stored: &DecisionOutcome, now: &DecisionOutcome) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut look = |what, stored: String, now: String| {
        if stored != now {
            differences.push(Difference { what, stored, now });
        }
    };
    // Bits, not digits: two numbers that print alike may differ.
    let bits = |value: f64| format!("{value} ({:016x})", value.to_bits());
    look("risk", bits(stored.risk), bits(now.risk));
    look("biometric-only risk", bits(stored.biometric_only), bits(now.biometric_only));
    let names = ["keys", "pointer", "fixed text", "automation"];
    for ((what, stored), now) in names.into_iter().zip(stored.sub_scores).zip(now.sub_scores) {
        look(what, bits(stored), bits(now));
    }
    look("band", stored.band.clone(), now.band.clone());
    look("evidence", stored.evidence.clone(), now.evidence.clone());
    look("windows compared", stored.windows_compared.to_string(), now.windows_compared.to_string());
    look("reasons", stored.reasons.join(" "), now.reasons.join(" "));
    look("levels by class", format!("{:?}", stored.levels), format!("{:?}", now.levels));
    look("verdict", format!("{:?}", stored.verdict), format!("{:?}", now.verdict));
    differences
}
