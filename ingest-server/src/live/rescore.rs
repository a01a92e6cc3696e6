//! Stored decisions, made again: a session's inputs applied in order, with today's models, and with the policy and the
//! reference that each decision was made with.

use palet_units::{Micros, SessionId};
use std::sync::Arc;

use super::{
    DecisionOutcome, Input, Knowledge, Policies, SessionEngine, ShadowOutcome, Whose,
    account::compared,
    session::{channel_of, policy_in},
};
use crate::store::{
    ConsentGiven, DecisionRecord, DeviceClass, ReferenceRecord, SessionRecord, Store, StoreError, StoreResult,
};

/// Decisions read at a time.
const DECISIONS_A_READ: u32 = 500;

/// What became of a decision that was made again.
pub struct Rescored {
    /// Its place in its session.
    pub number: u64,
    /// When it was made.
    pub at: Micros,
    /// What differs; nothing where the bits are the same.
    pub differences: Vec<Difference>,
    /// Model, reference and policy behind the stored one.
    pub versions: String,
    /// Those behind this one.
    pub versions_now: String,
    /// The decision in words: one text for an action, one for each class of a field otherwise. Of the last one asked
    /// for only.
    pub explanations: Vec<String>,
    /// What the policy that waited would have decided, where one did.
    pub shadow: Option<ShadowOutcome>,
    /// What was decided.
    pub outcome: DecisionOutcome,
}

impl Rescored {
    /// Whether it came out the same, to the bit.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether it was made by what makes decisions now: then nothing may differ.
    #[must_use]
    pub fn is_of_these_versions(&self) -> bool {
        self.versions == self.versions_now
    }
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

/// Makes one decision again; `None` where it is not stored, or what came before it no longer is.
///
/// **Errors**: the store failed, or holds something of another version.
pub async fn rescore(
    store: &dyn Store,
    policies: &Policies,
    session: SessionId,
    number: u64,
) -> StoreResult<Option<Rescored>> {
    let mut rescored = rescore_session(store, policies, session, number).await?;
    Ok(rescored.pop().filter(|last| last.number == number))
}

/// Makes every decision of a session up to `last` again, in order; none where its beginning is no longer stored.
///
/// **Errors**: the store failed, or holds something of another version.
pub async fn rescore_session(
    store: &dyn Store,
    policies: &Policies,
    session: SessionId,
    last: u64,
) -> StoreResult<Vec<Rescored>> {
    let Some(record) = store.session(session).await? else { return Ok(Vec::new()) };
    let mut replay = Replay::new(store, policies, &record).await?;
    let (mut rescored, mut after) = (Vec::new(), 0);
    loop {
        let decisions = store.decisions(session, after, DECISIONS_A_READ).await?;
        let Some(latest) = decisions.last().map(|decision| decision.number) else { return Ok(rescored) };
        for decision in decisions.into_iter().filter(|decision| decision.number <= last) {
            if decision.number != after + 1 {
                return Ok(Vec::new());
            }
            after = decision.number;
            rescored.push(replay.again(decision, last).await?);
        }
        if latest >= last {
            return Ok(rescored);
        }
    }
}

/// A session on its way through its inputs.
struct Replay<'a> {
    store: &'a dyn Store,
    policies: &'a Policies,
    record: &'a SessionRecord,
    whose: Whose,
    engine: SessionEngine,
    inputs: Vec<(Input, Micros, Arc<Knowledge>)>,
}

impl<'a> Replay<'a> {
    async fn new(
        store: &'a dyn Store,
        policies: &'a Policies,
        record: &'a SessionRecord,
    ) -> StoreResult<Self> {
        let knowledge = policies.knowledge(&record.tenant);
        let whose = whose_of(store, &knowledge, record).await?;
        let engine = SessionEngine::new(&knowledge, record.created_at, record.login_at);
        Ok(Self { store, policies, record, whose, engine, inputs: Vec::new() })
    }

    async fn again(&mut self, decision: DecisionRecord, last: u64) -> StoreResult<Rescored> {
        let broken = |_| StoreError::Row { what: "decision" };
        let input: Input = postcard::from_bytes(&decision.input).map_err(broken)?;
        let stored = DecisionOutcome::parse(&decision.outcome).map_err(broken)?;
        // Each decision with the policy that it was made with, where that is still known.
        let knowledge = self.policies.knowledge_of(&self.record.tenant, policy_in(&decision.versions));
        self.stand_on(&knowledge, reference_in(&decision.versions)).await?;
        self.engine.apply(&knowledge, &self.whose, &input, decision.at);
        let now = self.engine.outcome_of(&knowledge, &self.whose, &input, decision.at);
        let mut differences = differences(&stored, &now);
        let versions_now = self.engine.versions(&knowledge, &self.whose).to_string();
        if !differences.is_empty() && versions_now != decision.versions {
            let (stored, now) = (decision.versions.clone(), versions_now.clone());
            differences.push(Difference { what: "versions", stored, now });
        }
        let explanations = match decision.number == last {
            true => self.engine.explain(&knowledge, &self.whose, &input, decision.at),
            false => Vec::new(),
        };
        self.inputs.push((input, decision.at, knowledge));
        Ok(Rescored {
            number: decision.number,
            at: decision.at,
            differences,
            versions: decision.versions,
            versions_now,
            explanations,
            shadow: decision.shadow.and_then(|shadow| postcard::from_bytes(&shadow).ok()),
            outcome: stored,
        })
    }

    /// Where a decision was made with another reference than the one before it, as after a consent was withdrawn, the
    /// session had started over from its inputs.
    async fn stand_on(&mut self, knowledge: &Knowledge, reference: Option<u64>) -> StoreResult<()> {
        let Some(version) = reference.filter(|version| *version != self.whose.reference_version) else {
            return Ok(());
        };
        self.whose = whose_with(self.store, knowledge, self.record, version).await?;
        self.engine = SessionEngine::new(knowledge, self.record.created_at, self.record.login_at);
        for (input, at, knowledge) in &self.inputs {
            self.engine.apply(knowledge, &self.whose, input, *at);
        }
        Ok(())
    }
}

/// The reference's version as a decision's versions tell it.
fn reference_in(versions: &str) -> Option<u64> {
    versions.split(", ").find_map(|part| part.strip_prefix("reference ")).and_then(|n| n.parse().ok())
}

/// Whose session it is, with the reference that it began with.
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
    whose(store, knowledge, record, stored).await
}

/// Whose session it is, with one version of the reference; 0 for none.
async fn whose_with(
    store: &dyn Store,
    knowledge: &Knowledge,
    record: &SessionRecord,
    version: u64,
) -> StoreResult<Whose> {
    let device = record.device.unwrap_or(DeviceClass::Desktop);
    let stored = match version {
        0 => None,
        version => store.reference_version(&record.tenant, &record.subject, device, version).await?,
    };
    whose(store, knowledge, record, stored).await
}

async fn whose(
    store: &dyn Store,
    knowledge: &Knowledge,
    record: &SessionRecord,
    stored: Option<ReferenceRecord>,
) -> StoreResult<Whose> {
    let compared = compared(store, &knowledge.models, stored, record.created_at).await?;
    Ok(Whose {
        tenant: record.tenant.clone(),
        channel: channel_of(&record.channel),
        reference: compared.reference,
        reference_version: compared.version,
        others: compared.others,
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
    look("habits", bits(stored.habits), bits(now.habits));
    look("band", stored.band.clone(), now.band.clone());
    look("evidence", stored.evidence.clone(), now.evidence.clone());
    look("windows compared", stored.windows_compared.to_string(), now.windows_compared.to_string());
    look("reasons", stored.reasons.join(" "), now.reasons.join(" "));
    look("levels by class", format!("{:?}", stored.levels), format!("{:?}", now.levels));
    look("verdict", format!("{:?}", stored.verdict), format!("{:?}", now.verdict));
    differences
}
