//! The session itself: inputs from the page on top, the connection's steps in `exchange`, both one `impl`.

use alloc::{string::String, vec, vec::Vec};
use palet_capture::Event;
use palet_features::{Extractor, FeatureWindow};
use palet_seal::Ratchet;
use palet_units::Micros;
use palet_wire::limits::{NAME_BYTES_MAX, SILENCE_MS_MAX, WINDOWS_PER_BATCH_MAX};
use palet_wire::{
    Action, ActionAnswer, ActionDecision, Batch, ClientMessage, Consent, Directive, FieldDeclaration,
    FieldId, Reason, encode,
};

use crate::fields::Fields;
use crate::link::{Backoff, Link, Token};
use crate::outbox::Outbox;
use crate::post::Post;
use crate::settings::{ACTIONS_MAX, EFFECTS_MAX, GRACE_DEFAULT, TOKEN_WAIT_MAX};
use crate::{ClientSettings, Effect, State};

/// One page's session, from its first token to its end.
pub struct ClientSession {
    pub(crate) settings: ClientSettings,
    pub(crate) page: u64,
    pub(crate) ratchet: Ratchet,
    pub(crate) extractor: Extractor,
    /// The latest event since the last drain.
    fresh: Option<Micros>,
    /// How late events come: the extractor's clock is theirs, so that a busy page closes nothing early.
    lag: Micros,
    pub(crate) outbox: Outbox,
    pub(crate) fields: Fields,
    pub(crate) link: Link,
    pub(crate) backoff: Backoff,
    pub(crate) token: Token,
    pub(crate) post: Option<Post>,
    pub(crate) actions: Vec<Pending>,
    pub(crate) context: Option<Context>,
    pub(crate) transmits: Vec<Vec<u8>>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) grace: Micros,
    /// Since when no server has answered; `None` while one does or everything is already redacted.
    pub(crate) alone_since: Option<Micros>,
    /// Everything was redacted because no server answered.
    pub(crate) masked: bool,
    pub(crate) revision: u64,
    pub(crate) paused: bool,
    pub(crate) inspecting: bool,
    next_action: u32,
    told: State,
}

/// An action that waits for its answer.
pub(crate) struct Pending {
    pub(crate) action: Action,
    pub(crate) sent: bool,
}

/// The part of the bank's application that the page shows.
pub(crate) struct Context {
    pub(crate) name: String,
    pub(crate) sent: bool,
}

impl ClientSession {
    /// A session that asks for its token at once. `seed` must be fresh from the browser's cryptographic generator.
    #[must_use]
    pub fn new(settings: ClientSettings, seed: [u8; 32], now: Micros) -> Self {
        let mut ratchet = Ratchet::new(seed);
        let extractor = Extractor::new(settings.extractor, ratchet.draw());
        let page = ratchet.draw_below(u64::MAX);
        Self {
            settings,
            page,
            ratchet,
            extractor,
            fresh: None,
            lag: Micros::ZERO,
            outbox: Outbox::default(),
            fields: Fields::default(),
            link: Link::AwaitingToken { until: now.plus(TOKEN_WAIT_MAX) },
            backoff: Backoff::default(),
            token: Token::default(),
            post: None,
            actions: Vec::new(),
            context: None,
            transmits: Vec::new(),
            effects: vec![Effect::NeedToken],
            grace: GRACE_DEFAULT,
            alone_since: None,
            masked: false,
            revision: 0,
            paused: false,
            inspecting: false,
            next_action: 1,
            told: State::Idle,
        }
    }

    /// Takes one raw event. Without consent, while paused and after the end it is dropped here.
    pub fn handle_event(&mut self, event: Event) {
        if self.settings.consent != Consent::None && !self.paused && !self.is_ended() {
            self.fresh = Some(event.at);
            self.extractor.handle_event(event);
        }
    }

    /// Batches what the extractor closed and sends what can be sent: to be called after each drained ring.
    pub fn handle_drained(&mut self, now: Micros) {
        if let Some(at) = self.fresh.take() {
            self.lag = now.since(at);
        }
        self.collect_windows();
        self.pump(now);
    }

    /// The page shows these fields from now on.
    pub fn declare(&mut self, declarations: Vec<FieldDeclaration>, now: Micros) {
        declarations.into_iter().for_each(|declaration| self.fields.declare(declaration));
        self.pump(now);
    }

    /// These fields are gone from the page.
    pub fn retire(&mut self, ids: &[FieldId], now: Micros) {
        ids.iter().for_each(|id| self.fields.retire(*id));
        self.pump(now);
    }

    /// The page shows this part of the bank's application. A name beyond the wire's limit is cut.
    pub fn set_context(&mut self, name: &str, now: Micros) {
        self.context = Some(Context { name: cut(name), sent: false });
        self.pump(now);
    }

    /// Asks what the policy says to an action; what was typed so far goes out first. Returns the action's number.
    pub fn action(&mut self, name: &str, now: Micros) -> u32 {
        let id = self.next_action;
        self.next_action = self.next_action.wrapping_add(1).max(1);
        self.flush(now);
        self.actions.push(Pending { action: Action { id, name: cut(name) }, sent: false });
        if self.is_ended() || self.actions.len() > ACTIONS_MAX {
            self.give_up_action();
        }
        self.pump(now);
        id
    }

    /// Closes every open block and sends it, down the privacy ladder where it is small.
    pub fn flush(&mut self, now: Micros) {
        self.extractor.flush(now);
        self.handle_drained(now);
    }

    /// The page is being hidden: everything open goes out, by socket and, where unacknowledged, by beacon.
    pub fn handle_hidden(&mut self, now: Micros) {
        self.flush(now);
        self.send_beacon(now);
    }

    /// The page is shown again: a waiting reconnect begins at once.
    pub fn handle_shown(&mut self, now: Micros) {
        if let Link::Down { retry_at } = &mut self.link {
            *retry_at = now;
        }
        self.handle_timeout(now);
    }

    /// Stops capture until [`Self::resume`]; what was captured goes out.
    pub fn pause(&mut self, now: Micros) {
        self.flush(now);
        self.paused = true;
        self.tell_state();
    }

    /// Captures again.
    pub fn resume(&mut self, now: Micros) {
        self.paused = false;
        self.pump(now);
        self.tell_state();
    }

    /// Ends the session on this page: everything is redacted and nothing is captured any more.
    pub fn destroy(&mut self, now: Micros) {
        self.flush(now);
        if self.link.is_live() {
            self.transmit(&ClientMessage::Goodbye, now);
        }
        self.end();
    }

    /// Whether each batch is given out in plaintext as [`Effect::Inspect`].
    pub fn set_inspect(&mut self, inspecting: bool) {
        self.inspecting = inspecting;
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Micros) {
        if self.is_ended() {
            return;
        }
        self.extractor.handle_timeout(now.since(self.lag));
        self.collect_windows();
        for field in self.fields.take_expired(now) {
            self.effect(Effect::Paint(redact(field)));
        }
        if self.alone_since.is_some_and(|since| since.plus(self.grace) <= now) {
            self.mask_all();
        }
        self.handle_link_timeout(now);
        self.pump(now);
    }

    /// When [`Self::handle_timeout`] should be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Micros> {
        if self.is_ended() {
            return None;
        }
        let grace = self.alone_since.map(|since| since.plus(self.grace));
        let link = self.link.deadline(Micros::from_millis(SILENCE_MS_MAX));
        let post = self.post.as_ref().map(|post| match &post.in_flight {
            Some(in_flight) => in_flight.until,
            None => self.post_due().unwrap_or(post.next_at).min(post.socket_at),
        });
        let link = if self.post.is_some() && matches!(self.link, Link::Down { .. }) { None } else { link };
        let extractor = self.extractor.poll_timeout().map(|at| at.plus(self.lag));
        let page = sooner(extractor, self.fields.next_expiry());
        sooner(sooner(page, grace), sooner(link, post))
    }

    /// The next sealed frame for the socket.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        take_first(&mut self.transmits)
    }

    /// The next thing for the browser to do.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        take_first(&mut self.effects)
    }

    /// Whether something waits for [`Self::poll_transmit`] or [`Self::poll_effect`].
    #[must_use]
    pub fn has_effects(&self) -> bool {
        !self.transmits.is_empty() || !self.effects.is_empty()
    }

    /// How the session stands.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.link {
            Link::Ended => State::Ended,
            _ if self.paused => State::Paused,
            Link::Live { .. } => State::Live,
            _ if self.post.is_some() => State::Fallback,
            _ if self.revision > 0 || self.backoff.failures() > 0 => State::Reconnecting,
            Link::AwaitingToken { .. } => State::Idle,
            _ => State::Connecting,
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.link, Link::Ended)
    }

    /// Queues an effect. Inspection gives way where the page does not drain; what protects fields never does.
    pub(crate) fn effect(&mut self, effect: Effect) {
        let optional = matches!(effect, Effect::Inspect { .. } | Effect::Risk(_));
        if !optional || self.effects.len() < EFFECTS_MAX {
            self.effects.push(effect);
        }
    }

    pub(crate) fn tell_state(&mut self) {
        let state = self.state();
        if state != self.told {
            self.told = state;
            self.effect(Effect::State(state));
        }
    }

    /// Redacts everything, once, and answers waiting actions: in doubt, prove who you are.
    pub(crate) fn mask_all(&mut self) {
        self.alone_since = None;
        self.masked = true;
        self.fields.clear_levels();
        self.effect(Effect::MaskAll);
        while !self.actions.is_empty() {
            self.give_up_action();
        }
    }

    /// The end, from either side.
    pub(crate) fn end(&mut self) {
        if self.is_ended() {
            return;
        }
        let had_socket = self.link.has_socket();
        self.link = Link::Ended;
        self.post = None;
        self.token.forget();
        self.mask_all();
        if had_socket {
            self.effect(Effect::Disconnect);
        }
        self.tell_state();
    }

    fn give_up_action(&mut self) {
        if let Some(pending) = take_first(&mut self.actions) {
            self.effect(Effect::ActionAnswer(ActionAnswer {
                id: pending.action.id,
                decision: ActionDecision::StepUp,
                reasons: alloc::vec![Reason {
                    code: "connection.lost".into(),
                    text: "No server could be asked, so proof of identity is needed.".into(),
                }],
                reference: String::new(),
            }));
        }
    }

    fn collect_windows(&mut self) {
        loop {
            let mut windows = Vec::new();
            while windows.len() < WINDOWS_PER_BATCH_MAX {
                let Some(window) = self.extractor.poll_window() else { break };
                windows.push(window);
            }
            if windows.is_empty() {
                return;
            }
            self.number(windows);
        }
    }

    fn number(&mut self, windows: Vec<FeatureWindow>) {
        let seq = self.outbox.next_seq();
        let Ok(plaintext) = encode(&ClientMessage::Batch(Batch { seq, windows })) else {
            self.effect(Effect::Lost(1));
            return;
        };
        if self.inspecting {
            self.effect(Effect::Inspect { seq, plaintext: plaintext.clone() });
        }
        let lost = self.outbox.push(plaintext);
        if lost > 0 {
            self.effect(Effect::Lost(lost));
        }
    }
}

/// The order to redact one field until the server says otherwise.
pub(crate) fn redact(field: FieldId) -> Directive {
    Directive {
        field,
        level: palet_mask::Level::Redact,
        display: None,
        ttl_ms: 0,
        shut: palet_wire::Doors::NONE,
    }
}

/// The sooner of two times that may not come.
#[inline(never)]
fn sooner(one: Option<Micros>, other: Option<Micros>) -> Option<Micros> {
    match (one, other) {
        (Some(one), Some(other)) if other < one => Some(other),
        (None, other) => other,
        (one, _) => one,
    }
}

/// The lists are short; a queue's code would weigh more in the page than moving what is left.
fn take_first<T>(list: &mut Vec<T>) -> Option<T> {
    if list.is_empty() { None } else { Some(list.remove(0)) }
}

fn cut(name: &str) -> String {
    let mut end = name.len().min(NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    String::from(name.get(..end).unwrap_or_default())
}
