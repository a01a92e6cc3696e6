//! What a session tells its pages: directives, the risk, a step-up that is due.

use palet_policy::{Policy, RiskBand, RuleId};
use palet_risk::Risk;
use palet_units::Micros;
use palet_wire::{Reason, RiskUpdate, ServerMessage, StepUp, SubScores, limits};

use super::{LiveSession, Outbound, PageKey, Tools, engine::is_absence, page::Deciding, session::State};

impl LiveSession {
    pub(super) fn decide_page(
        &self,
        state: &mut State,
        tools: &Tools,
        key: PageKey,
        now: Micros,
        messages: &mut Vec<ServerMessage>,
    ) {
        let knowledge = tools.knowledge(&self.whose.tenant);
        let State { engine, pages, number, .. } = state;
        let Some(page) = pages.iter_mut().find(|page| page.key == key) else { return };
        let present_at = Some(page.present_at(now));
        let context = page.policy_context();
        let circumstances = engine.circumstances(&knowledge, &self.whose, context, present_at, now);
        let policy = &knowledge.policy;
        let (values, whose, place) = (&tools.values, &self.whose, self.place(now));
        let decided = page.decide(&Deciding { policy, values, whose, place, circumstances, now });
        if let Some(set) = decided.directives {
            tools.metrics.directives.inc_by(u64::try_from(set.directives.len()).unwrap_or(u64::MAX));
            messages.push(ServerMessage::Directives(set));
        }
        if let Some(rule) = decided.step_up {
            messages.push(self.step_up(policy, rule, *number));
            if decided.notify {
                tracing::warn!(event.action = "policy-notify", palet.session = %self.id,
                    palet.band = circumstances.band.as_str(), "the policy asks to notify the security desk");
            }
        }
    }

    pub(super) fn decide_others(&self, state: &mut State, tools: &Tools, but: Option<PageKey>, now: Micros) {
        let keys: Vec<_> = state
            .pages
            .iter()
            .filter(|page| Some(page.key) != but && page.outlet.is_some())
            .map(|page| page.key)
            .collect();
        for key in keys {
            let mut messages = Vec::new();
            if but.is_some() {
                messages.push(self.risk_update(state, tools));
            }
            self.decide_page(state, tools, key, now, &mut messages);
            if let Some(page) = state.page(key) {
                messages.into_iter().for_each(|message| page.push(Outbound::Message(message)));
            }
        }
    }

    fn step_up(&self, policy: &Policy, rule: RuleId, number: u64) -> ServerMessage {
        let rule = policy.rule(rule);
        let reason = Reason { code: format!("policy.{}", rule.name), text: rule.reason.to_owned() };
        let reason =
            bounded(vec![reason]).pop().unwrap_or(Reason { code: String::new(), text: String::new() });
        ServerMessage::StepUp(StepUp { reference: format!("{}-{number}", self.id), reason })
    }

    pub(super) fn risk_update(&self, state: &State, tools: &Tools) -> ServerMessage {
        let knowledge = tools.knowledge(&self.whose.tenant);
        let risk = state.engine.risk();
        let known = |trained: bool, score: palet_units::Probability| trained.then_some(score.get() as f32);
        let band = match state.engine.band() {
            RiskBand::Calm => palet_wire::RiskBand::Calm,
            RiskBand::Raised => palet_wire::RiskBand::Raised,
            RiskBand::High => palet_wire::RiskBand::High,
            RiskBand::Severe => palet_wire::RiskBand::Severe,
        };
        let trained = &risk.trained;
        ServerMessage::Risk(RiskUpdate {
            risk: risk.value.get() as f32,
            biometric_only: risk.biometric_only.get() as f32,
            band,
            sub_scores: SubScores {
                keys: known(trained.keystroke, risk.sub_scores.keystroke),
                pointer: known(trained.pointer, risk.sub_scores.pointer),
                automation: Some(risk.sub_scores.automation.get() as f32),
                device: None,
            },
            keys_trained: trained.keystroke,
            pointer_trained: trained.pointer,
            reasons: wire_reasons(risk).collect(),
            versions: state.engine.versions(&knowledge, &self.whose).to_string(),
        })
    }
}

pub(super) fn wire_reasons(risk: &Risk) -> impl Iterator<Item = Reason> + '_ {
    let reason = |reason: &palet_risk::RiskReason| Reason {
        code: reason.code.as_str().to_owned(),
        text: reason.words.to_owned(),
    };
    let serious = risk.reasons.iter().any(|reason| !is_absence(reason.code));
    risk.reasons
        .iter()
        .filter(move |reason| !serious || !is_absence(reason.code))
        .take(limits::REASONS_MAX)
        .map(reason)
}

/// Reasons cut to what the wire carries; a policy's author may have written more.
pub(super) fn bounded(mut reasons: Vec<Reason>) -> Vec<Reason> {
    let cut = |text: &mut String, max: usize| {
        let end = (0..=max.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    };
    for reason in &mut reasons {
        cut(&mut reason.code, limits::NAME_BYTES_MAX);
        cut(&mut reason.text, limits::REASON_BYTES_MAX);
    }
    reasons
}
