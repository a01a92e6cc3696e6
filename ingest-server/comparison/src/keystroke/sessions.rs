//! One person's counts, kept apart by session: people type otherwise from day to day, and a probe is of one day.
//!
//! Short sessions are joined with their neighbours, so that every part says something, and many are joined into few, so
//! that what is kept stays bounded.

use super::counts::KeyCounts;
use palet_features::KeystrokeBlock;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A session of fewer keys is joined with the next.
const SESSION_KEYS_MIN: u32 = 120;
/// Sessions that are kept apart, at most.
pub(super) const SESSIONS_MAX: u32 = 8;
/// How much of a session's tables is the session's own; the rest is what the person types in all of them.
const OWN_SHARE: f32 = 0.8;
/// Stored in the place of the total of keys where sessions follow. Counts without sessions begin with their keys, which are
/// never 0.
const SESSIONS_FOLLOW: u32 = 0;

/// Counts of a person's sessions, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SessionCounts {
    sessions: Vec<KeyCounts>,
}

/// The counts that one session's tables are made from.
pub(crate) struct SessionView {
    /// The session's share of all keys.
    pub(crate) share: f32,
    /// Counts at every step, as many as all sessions have together. **Shape** `[K4, K3, K1]`.
    pub(crate) counts: [Vec<f32>; 3],
}

impl SessionCounts {
    /// Counts sessions, each by its blocks.
    #[must_use]
    pub fn of<'a, S>(sessions: impl IntoIterator<Item = S>) -> Self
    where
        S: IntoIterator<Item = &'a KeystrokeBlock>,
    {
        let counted = |session: S| {
            let mut counts = KeyCounts::default();
            session.into_iter().for_each(|block| counts.add(block));
            counts
        };
        Self::joined(&sessions.into_iter().map(counted).collect::<Vec<_>>())
    }

    /// Joins neighbours until each part has enough keys.
    fn joined(counted: &[KeyCounts]) -> Self {
        let total = counted.iter().map(KeyCounts::keys).fold(0, u32::saturating_add);
        let enough = SESSION_KEYS_MIN.max(total.div_ceil(SESSIONS_MAX));
        let (mut sessions, mut open): (Vec<KeyCounts>, KeyCounts) = (Vec::new(), KeyCounts::default());
        for counts in counted {
            open.merge(counts);
            if open.keys() >= enough {
                sessions.push(std::mem::take(&mut open));
            }
        }
        match sessions.last_mut() {
            Some(last) => last.merge(&open),
            None if open.keys() > 0 => sessions.push(open),
            None => {}
        }
        Self { sessions }
    }

    /// Keys of all sessions.
    #[must_use]
    pub fn keys(&self) -> u32 {
        self.sessions.iter().map(KeyCounts::keys).fold(0, u32::saturating_add)
    }

    /// How many sessions are kept apart.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The counts of all sessions together.
    #[must_use]
    pub fn total(&self) -> KeyCounts {
        let mut total = KeyCounts::default();
        self.sessions.iter().for_each(|session| total.merge(session));
        total
    }

    /// Whether every session has the cells of this schema.
    #[must_use]
    pub fn has_layout(&self) -> bool {
        self.sessions.iter().all(KeyCounts::has_layout)
    }

    /// Each session's counts drawn to those of all sessions. What was learnt since is added to every session alike: by
    /// itself it would be a session that whoever taught it matches best.
    pub(crate) fn views(&self, learnt: Option<&Self>) -> Vec<SessionView> {
        let (all, keys) = (self.total().cumulative(), self.keys().max(1) as f32);
        let learnt = learnt.map(|learnt| learnt.total().cumulative());
        let view = |session: &KeyCounts| {
            let share = session.keys() as f32 / keys;
            let mut counts = session.cumulative();
            for (own, all) in counts.iter_mut().flatten().zip(all.iter().flatten()) {
                *own = (1.0 - OWN_SHARE) * all + OWN_SHARE * (*own / share);
            }
            for (own, learnt) in counts.iter_mut().flatten().zip(learnt.iter().flatten().flatten()) {
                *own += learnt;
            }
            SessionView { share, counts }
        };
        self.sessions.iter().filter(|session| session.keys() > 0).map(view).collect()
    }
}

impl From<KeyCounts> for SessionCounts {
    fn from(session: KeyCounts) -> Self {
        Self { sessions: vec![session] }
    }
}

impl Serialize for SessionCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (SESSIONS_FOLLOW, &self.sessions).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SessionCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(2, SessionsVisitor)
    }
}

/// Reads sessions, or the counts of all sessions together that references had before sessions were kept apart.
struct SessionsVisitor;

impl<'de> Visitor<'de> for SessionsVisitor {
    type Value = SessionCounts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("counts by session, or of all sessions together")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<SessionCounts, A::Error> {
        let missing = |at| A::Error::invalid_length(at, &"two parts");
        let keys: u32 = seq.next_element()?.ok_or_else(|| missing(0))?;
        if keys == SESSIONS_FOLLOW {
            let sessions: Vec<KeyCounts> = seq.next_element()?.ok_or_else(|| missing(1))?;
            if sessions.len() > SESSIONS_MAX as usize {
                return Err(A::Error::invalid_length(sessions.len(), &"eight sessions at most"));
            }
            return Ok(SessionCounts { sessions });
        }
        let steps = seq.next_element()?.ok_or_else(|| missing(1))?;
        Ok(KeyCounts::from_parts(keys, steps).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::Ladder;

    fn block(cell: u16, keys: u16) -> KeystrokeBlock {
        KeystrokeBlock { ladder: Ladder::K4, keys, repeats: 0, hasty: 0, cells: vec![(cell, keys as u8)] }
    }

    fn sessions(keys: &[u16]) -> SessionCounts {
        SessionCounts::of(keys.iter().map(|keys| [block(3, *keys)]).collect::<Vec<_>>().iter())
    }

    fn kept(counts: &SessionCounts) -> Vec<u32> {
        counts.sessions.iter().map(KeyCounts::keys).collect()
    }

    #[test]
    fn short_sessions_are_joined_and_a_short_rest_goes_to_the_last() {
        assert_eq!(kept(&sessions(&[100, 50, 40, 100, 30])), [150, 170]);
        assert_eq!(kept(&sessions(&[60])), [60]);
        assert!(sessions(&[]).is_empty());
    }

    #[test]
    fn many_sessions_are_joined_into_few() {
        let many = sessions(&[127; 40]);
        assert_eq!((many.len(), many.keys()), (SESSIONS_MAX as usize, 40 * 127));
    }

    #[test]
    fn a_view_is_drawn_to_all_sessions_and_counts_as_much_as_they() {
        let counts = SessionCounts::of([[block(3, 127)].iter(), [block(5, 127)].iter()]);
        let views = counts.views(None);
        assert_eq!(views.iter().map(|view| view.share).collect::<Vec<_>>(), [0.5, 0.5]);
        let first = &views[0].counts[0];
        assert!(first[3] > 4.0 * first[5] && first[5] > 0.0, "{} {}", first[3], first[5]);
        assert!((first.iter().sum::<f32>() - 254.0).abs() < 1e-3);
    }

    #[test]
    fn what_was_learnt_since_counts_in_every_session_and_is_none_of_its_own() {
        let counts = SessionCounts::of([[block(3, 127)].iter(), [block(5, 127)].iter()]);
        let views = counts.views(Some(&sessions(&[60])));
        let before = counts.views(None);
        assert_eq!(views.len(), 2);
        for (view, before) in views.iter().zip(&before) {
            assert_eq!((view.share, view.counts[0][3]), (before.share, before.counts[0][3] + 60.0));
        }
    }

    #[test]
    fn sessions_come_back_as_they_were_stored_and_older_counts_as_one_session() {
        let counts = sessions(&[120, 124]);
        let stored = postcard::to_allocvec(&counts).unwrap();
        assert!(postcard::from_bytes::<SessionCounts>(&stored).unwrap() == counts);
        let older = postcard::to_allocvec(&counts.total()).unwrap();
        assert_eq!(kept(&postcard::from_bytes(&older).unwrap()), [244]);
        assert!((0..stored.len()).all(|cut| postcard::from_bytes::<SessionCounts>(&stored[..cut]).is_err()));
        let nine = SessionCounts { sessions: vec![KeyCounts::default(); SESSIONS_MAX as usize + 1] };
        assert!(postcard::from_bytes::<SessionCounts>(&postcard::to_allocvec(&nine).unwrap()).is_err());
    }
}
