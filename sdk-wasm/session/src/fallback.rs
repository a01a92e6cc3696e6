//! The POST fallback's steps: when a request is due, what it carries, its reply; and the beacon of a page that goes away.

use alloc::vec::Vec;
use palet_units::Micros;
use palet_wire::{ClientMessage, encode};

use crate::link::Link;
use crate::post;
use crate::settings::{BEACON_BYTES_MAX, POST_INTERVAL, POST_SPACING, POST_WAIT_MAX, SOCKET_RETRY};
use crate::{ClientSession, Effect};

/// The most bytes of batches in one envelope, beside the fields. **Units**: bytes.
const ENVELOPE_BATCH_BYTES: usize = 20 * 1024;

impl ClientSession {
    /// The answer to the POST under way; `None` where it failed.
    pub fn handle_reply(&mut self, reply: Option<&[u8]>, now: Micros) {
        let Some(post) = self.post.as_mut() else { return };
        let Some(in_flight) = post.in_flight.take() else { return };
        match reply.and_then(|bytes| in_flight.open(bytes)) {
            Some(reply) => {
                post.next_at = now.plus(POST_INTERVAL);
                post.urgent_at = now.plus(POST_SPACING);
                self.found_server();
                self.revision = 0;
                reply.messages.into_iter().for_each(|message| self.handle_message(message, now));
            }
            None => {
                let delay = self.backoff.next_delay(&mut self.ratchet);
                post.next_at = now.plus(delay);
                post.urgent_at = post.next_at;
                self.fields.reannounce();
                self.unsend();
                self.lost_server(now);
            }
        }
        self.pump(now);
        self.tell_state();
    }

    /// What is unacknowledged goes out once more while the page goes away; the server drops what it has seen.
    pub(crate) fn send_beacon(&mut self, now: Micros) {
        if self.outbox.is_empty() || self.token.usable(now).is_none() {
            return;
        }
        let Some(hello) = self.hello(now) else { return };
        let mut messages = encoded(&[ClientMessage::Hello(hello)]);
        messages.extend(self.envelope_batches(BEACON_BYTES_MAX / 2));
        let sealed = post::seal(&self.settings, &messages, &mut self.ratchet, now);
        if let Ok((bytes, _)) = sealed
            && bytes.len() <= BEACON_BYTES_MAX
        {
            self.effect(Effect::Beacon(bytes));
        }
    }

    /// When the next POST is due: at once where something waits, else as a heartbeat.
    pub(crate) fn post_due(&self) -> Option<Micros> {
        let post = self.post.as_ref().filter(|post| post.in_flight.is_none())?;
        Some(if self.is_urgent() { post.urgent_at } else { post.next_at })
    }

    fn is_urgent(&self) -> bool {
        self.fields.has_news() || !self.outbox.is_empty() || self.actions.iter().any(|pending| !pending.sent)
    }

    fn envelope_batches(&self, bytes_max: usize) -> Vec<Vec<u8>> {
        let mut bytes = 0;
        let fits = self.outbox.unacknowledged().take(8).take_while(|batch| {
            bytes += batch.plaintext.len();
            bytes <= bytes_max
        });
        fits.map(|batch| batch.plaintext.clone()).collect()
    }

    pub(crate) fn send_post(&mut self, now: Micros) {
        let Some(hello) = self.hello(now) else {
            self.post = None;
            self.connect(now);
            return;
        };
        let mut messages = encoded(&[ClientMessage::Hello(hello)]);
        messages.extend(encoded(&self.take_control()));
        messages.extend(self.envelope_batches(ENVELOPE_BATCH_BYTES));
        messages.extend(encoded(&self.take_actions()));
        let until = now.plus(POST_WAIT_MAX);
        let sealed = post::seal(&self.settings, &messages, &mut self.ratchet, until);
        if let (Some(post), Ok((bytes, in_flight))) = (self.post.as_mut(), sealed) {
            post.in_flight = Some(in_flight);
            self.effect(Effect::Post(bytes));
        }
    }

    pub(crate) fn handle_post_timeout(&mut self, now: Micros) {
        let Some(post) = self.post.as_mut() else { return };
        if post.in_flight.as_ref().is_some_and(|in_flight| in_flight.until <= now) {
            self.handle_reply(None, now);
        } else if post.socket_at <= now && matches!(self.link, Link::Down { .. }) {
            post.socket_at = now.plus(SOCKET_RETRY);
            self.connect(now);
        }
    }
}

/// A message beyond the wire's limits is left out, as on a socket.
fn encoded(messages: &[ClientMessage]) -> Vec<Vec<u8>> {
    messages.iter().filter_map(|message| encode(message).ok()).collect()
}
