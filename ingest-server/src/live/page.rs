//! One page load of a session: its fields, what each shows, and the way back to its socket.

use palet_mask::{FieldClass, Level};
use palet_policy::{Circumstances, Obligation, Obligations, PageContext, Policy, RiskBand, RuleId};
use palet_units::Micros;
use palet_wire::{
    Directive, DirectiveSet, Doors, FieldDeclaration, FieldId, FieldSource, RefusalCode, ServerMessage,
    limits,
};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

use super::{Tools, Whose};
use crate::values::{Place, Values, bare};

/// Circumstances age (an authentication grows old) without anything happening: look again after this.
const LOOK_AGAIN: Micros = Micros::from_secs(20);

/// Number of a page load, as the page told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageKey(pub u64);

/// What reaches a page's socket from elsewhere.
#[derive(Debug)]
pub enum Outbound {
    /// A message.
    Message(ServerMessage),
    /// The connection is over.
    End(RefusalCode),
}

/// The way to a socket. A page that reconnects gets a new number, so that the old socket's end is not its own.
pub(super) struct Outlet {
    pub(super) number: u64,
    pub(super) sender: mpsc::Sender<Outbound>,
}

struct Field {
    class: FieldClass,
    custom: Option<String>,
    source: FieldSource,
    shown: Option<Shown>,
}

#[derive(Clone, Copy)]
struct Shown {
    level: Level,
    shut: Doors,
    /// When the page must hear again, so that the level does not run out.
    renew_at: Micros,
}

/// A page load.
pub(super) struct Page {
    pub(super) key: PageKey,
    pub(super) outlet: Option<Outlet>,
    /// The highest batch number that was applied.
    pub(super) last_seq: u64,
    /// The highest batch number that is durable.
    pub(super) committed_seq: u64,
    pub(super) heard_at: Micros,
    pub(super) context: String,
    fields: BTreeMap<FieldId, Field>,
    decided: Option<Circumstances>,
    renew_at: Micros,
    revision: u64,
    step_up_asked: Option<RiskBand>,
}

/// What a page's fields are decided with.
pub(super) struct Deciding<'a> {
    pub(super) policy: &'a Policy,
    pub(super) values: &'a Values,
    pub(super) whose: &'a Whose,
    pub(super) place: Place<'a>,
    pub(super) circumstances: Circumstances,
    pub(super) now: Micros,
}

/// What came of looking at a page's fields.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) directives: Option<DirectiveSet>,
    /// The rule whose obligation asks for a step-up that was not asked for yet.
    pub(super) step_up: Option<RuleId>,
    pub(super) notify: bool,
}

impl Page {
    pub(super) fn new(key: PageKey, committed_seq: u64, now: Micros) -> Self {
        Self {
            key,
            outlet: None,
            last_seq: committed_seq,
            committed_seq,
            heard_at: now,
            context: String::new(),
            fields: BTreeMap::new(),
            decided: None,
            renew_at: Micros::MAX,
            revision: 0,
            step_up_asked: None,
        }
    }

    /// The policy's name for what the page shows.
    pub(super) fn policy_context(&self) -> PageContext {
        PageContext::parse_or_other(&self.context)
    }

    /// When the page was last known to be there: now, while its socket stands.
    pub(super) fn present_at(&self, now: Micros) -> Micros {
        if self.outlet.is_some() { now } else { self.heard_at }
    }

    /// A new connection: its fields are declared anew, and everything is said again.
    pub(super) fn restart(&mut self, now: Micros) {
        self.fields.clear();
        self.decided = None;
        self.step_up_asked = None;
        self.heard_at = now;
    }

    /// Adds fields; false where one of them does not belong here, which leaves that one masked.
    pub(super) fn declare(
        &mut self,
        fields: Vec<FieldDeclaration>,
        tools: &Tools,
        place: &Place<'_>,
    ) -> bool {
        let mut good = true;
        for FieldDeclaration { id, class, custom, source } in fields {
            let custom = custom.map(|name| bare(&name).to_owned());
            let known = tools.values.classes().find(class, custom.as_deref());
            let belongs = match &source {
                FieldSource::Sealed(token) => tools.values.check(token, known, place).is_ok(),
                FieldSource::Found => {
                    tools.metrics.found_field(class);
                    true
                }
                FieldSource::Local | FieldSource::Input => true,
            };
            if belongs && (self.fields.len() < limits::FIELDS_MAX || self.fields.contains_key(&id)) {
                self.fields.insert(id, Field { class, custom, source, shown: None });
            } else {
                self.fields.remove(&id);
                good = false;
            }
        }
        self.decided = None;
        good
    }

    pub(super) fn retire(&mut self, ids: &[FieldId]) {
        ids.iter().for_each(|id| drop(self.fields.remove(id)));
    }

    /// When [`Self::decide`] should be called again though nothing happens.
    pub(super) fn poll_renew(&self) -> Option<Micros> {
        (!self.fields.is_empty()).then_some(self.renew_at)
    }

    /// A step-up was answered: another one may be asked for.
    pub(super) fn forget_step_up(&mut self) {
        self.step_up_asked = None;
        self.decided = None;
    }

    /// The policy is another one: every field is asked about again.
    pub(super) fn forget_decided(&mut self) {
        self.decided = None;
    }

    /// Asks the policy for every field, unless nothing changed since it was last asked.
    pub(super) fn decide(&mut self, deciding: &Deciding<'_>) -> Decided {
        let Deciding { policy, whose, circumstances, now, .. } = deciding;
        if self.decided.as_ref() == Some(circumstances) && *now < self.renew_at {
            return Decided::default();
        }
        self.decided = Some(*circumstances);
        self.renew_at = now.plus(LOOK_AGAIN);
        let prepared = policy.prepare(&whose.tenant, circumstances);
        let mut decided = Decided::default();
        let mut directives = Vec::new();
        for (&id, field) in &mut self.fields {
            let answer = prepared.field(field.class, field.custom.as_deref());
            if answer.obligations.has(Obligation::StepUp) {
                decided.step_up.get_or_insert(answer.rule);
            }
            decided.notify |= answer.obligations.has(Obligation::Notify);
            let shut = doors(answer.obligations);
            let due = field.shown.is_none_or(|shown| {
                shown.level != answer.level || shown.shut != shut || shown.renew_at <= *now
            });
            let renew_at = answer.ttl.map_or(Micros::MAX, |ttl| now.plus(Micros(ttl.0 / 2)));
            if due {
                field.shown = Some(Shown { level: answer.level, shut, renew_at });
                directives.push(field.directive(id, answer.level, (answer.ttl, shut), deciding));
            }
            let renew_at = field.shown.map_or(Micros::MAX, |shown| shown.renew_at);
            self.renew_at = self.renew_at.min(renew_at);
        }
        decided.step_up = decided.step_up.filter(|_| self.may_ask_step_up(circumstances.band));
        if !directives.is_empty() {
            // Higher than any number of this page before, also one that another node gave it.
            self.revision = now.0.max(self.revision + 1);
            decided.directives = Some(DirectiveSet { revision: self.revision, directives });
        }
        decided
    }

    /// Once for each band above calm, until it is answered.
    fn may_ask_step_up(&mut self, band: RiskBand) -> bool {
        let news = band > RiskBand::Calm && self.step_up_asked.is_none_or(|asked| asked < band);
        if news {
            self.step_up_asked = Some(band);
        }
        news
    }

    /// Sends to the socket; one that does not take its messages is given up.
    pub(super) fn push(&mut self, outbound: Outbound) {
        if let Some(outlet) = &self.outlet
            && outlet.sender.try_send(outbound).is_err()
        {
            self.outlet = None;
        }
    }
}

impl Field {
    fn directive(
        &self,
        id: FieldId,
        level: Level,
        (ttl, shut): (Option<Micros>, Doors),
        with: &Deciding<'_>,
    ) -> Directive {
        let ttl_ms = ttl.map_or(0, |ttl| u32::try_from(ttl.0 / 1_000).unwrap_or(u32::MAX));
        // No text at this level: the page redacts, or blocks.
        let none = Directive { field: id, level: level.max(Level::Redact), display: None, ttl_ms: 0, shut };
        let class = with.values.classes().find(self.class, self.custom.as_deref());
        let token = match &self.source {
            FieldSource::Sealed(token) => token,
            // The page makes the forms of what it holds itself; pseudonyms and tokens it cannot make.
            FieldSource::Local if matches!(level, Level::Fpe | Level::Token) => return none,
            _ if class.is_secret() => return none,
            _ => return Directive { field: id, level, display: None, ttl_ms, shut },
        };
        let text = with.values.display(token, class, level, &with.place);
        match text.filter(|text| text.len() <= limits::DISPLAY_BYTES_MAX) {
            Some(text) => Directive { field: id, level, display: Some(text), ttl_ms, shut },
            None => none,
        }
    }
}

/// The doors that a policy shuts.
fn doors(obligations: Obligations) -> Doors {
    let guards = [
        (Obligation::GuardCopy, Doors::COPY),
        (Obligation::GuardDrag, Doors::DRAG),
        (Obligation::GuardPrint, Doors::PRINT),
        (Obligation::GuardSelect, Doors::SELECT),
    ];
    let shut = guards.into_iter().filter(|&(guard, _)| obligations.has(guard));
    shut.fold(Doors::NONE, |doors, (_, door)| doors.with(door))
}
