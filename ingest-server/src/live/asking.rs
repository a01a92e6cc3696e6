//! What a session's state answers besides the decision: what the policy that waits would have said, the decision in
//! words, and its questions for another policy.

use palet_mask::FieldClass;
use palet_policy::{ActionQuestion, Asked, Question, StoredQuestion, SubScore};
use palet_units::Micros;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{DecisionOutcome, Input, Knowledge, SessionEngine, Whose, engine::asked_in, policies::Differs};

/// What the policy that waits would have decided, beside what was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowOutcome {
    /// Its version.
    pub policy: String,
    /// Its band.
    pub band: String,
    /// The level of each class, in the order of the classes' codes.
    pub levels: Vec<u8>,
    /// The verdict, where an action was asked about.
    pub verdict: Option<String>,
}

impl SessionEngine {
    /// What the policy that waits would have decided of an input that was just applied; counted where it differs.
    #[must_use]
    pub fn shadow_of(
        &self,
        knowledge: &Knowledge,
        whose: &Whose,
        input: &Input,
        at: Micros,
        outcome: &DecisionOutcome,
    ) -> Option<ShadowOutcome> {
        let staged = knowledge.staged.as_ref()?;
        let (context, heard, action) = asked_in(input);
        let by = (&**staged, self.shadow_band);
        let circumstances = self.circumstances_under(by, whose, context, heard.then_some(at), at);
        let prepared = staged.prepare(&whose.tenant, &circumstances);
        let shadow = ShadowOutcome {
            policy: staged.version().to_string(),
            band: circumstances.band.as_str().to_owned(),
            levels: FieldClass::ALL.map(|class| prepared.field(class, None).level as u8).to_vec(),
            verdict: action.map(|action| {
                let question = ActionQuestion { tenant: &whose.tenant, action, circumstances };
                staged.decide_action(&question).verdict.as_str().to_owned()
            }),
        };
        let same = shadow.levels == outcome.levels && shadow.verdict == outcome.verdict;
        knowledge.shadow.count(if same { Differs::No } else { Differs::Yes });
        Some(shadow)
    }

    /// An input's decision in words: one text for an action, one for each class of a field otherwise.
    #[must_use]
    pub fn explain(&self, knowledge: &Knowledge, whose: &Whose, input: &Input, at: Micros) -> Vec<String> {
        let (context, heard, action) = asked_in(input);
        let circumstances = self.circumstances(knowledge, whose, context, heard.then_some(at), at);
        let (policy, tenant) = (&knowledge.policy, &whose.tenant);
        if let Some(action) = action {
            return vec![
                policy.explain_action(&ActionQuestion { tenant, action, circumstances }).to_string(),
            ];
        }
        FieldClass::ALL
            .map(|class| policy.explain(&Question { tenant, class, custom: None, circumstances }).to_string())
            .to_vec()
    }

    /// The questions of an input, with scores and ages, so that a policy with other thresholds can be asked them:
    /// the action, or every class that a page may show.
    #[must_use]
    pub fn questions(
        &self,
        (session, whose): (&str, &Whose),
        knowledge: &Knowledge,
        input: &Input,
        at: Micros,
    ) -> Vec<StoredQuestion> {
        let (context, heard, action) = asked_in(input);
        let circumstances = self.circumstances(knowledge, whose, context, heard.then_some(at), at);
        let risk = self.risk();
        let since = |then: Option<Micros>| then.map(|then| at.since(then).0 / 1_000_000);
        let question = |asked| StoredQuestion {
            session: session.to_owned(),
            tenant: whose.tenant.clone(),
            asked,
            role: circumstances.role,
            channel: circumstances.channel,
            context: circumstances.context,
            purpose: circumstances.purpose,
            support: circumstances.support,
            risk: risk.value,
            sub_scores: BTreeMap::from([(SubScore::Bot.as_str().to_owned(), risk.sub_scores.automation)]),
            evidence: circumstances.evidence,
            since_login_s: since(self.login_at),
            since_step_up_s: since(self.step_up_at()),
            device: circumstances.device,
        };
        match action {
            Some(action) => vec![question(Asked::Action(action.to_owned()))],
            None => FieldClass::ALL.into_iter().map(|class| question(Asked::Class(class))).collect(),
        }
    }
}
