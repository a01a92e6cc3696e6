//! An account: everybody who is enrolled on one login and class of device, as stored and as compared.
//!
//! What each of them is known by is their [`Reference`]'s; here they stand side by side, with the margins and habits that
//! belong to them. Nothing here decides who may join.

use crate::Models;
use crate::habits::Habits;
use crate::margin::Margin;
use crate::reference::{PreparedReference, Reference};
use crate::score::Modality;

/// People that one account can have on one class of device.
pub const PEOPLE_MAX: usize = 4;

/// Everybody who is enrolled on one account and class of device: as a rule one person, on a shared login several. Each
/// has a reference, a margin and habits of their own; who matches best counts.
#[derive(Clone)]
pub struct Account {
    first: Person,
    others: Vec<Person>,
}

#[derive(Clone)]
struct Person {
    reference: Reference,
    margin: Margin,
    habits: Habits,
}

/// Why somebody does not join an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// There are as many people as an account can have.
    #[error("expected at most {PEOPLE_MAX} people on one account")]
    Full,
    /// The reference is of another class of device.
    #[error("expected a reference of the account's class of device")]
    Device,
}

impl Account {
    /// An account of one person, at the population's points.
    #[must_use]
    pub fn of(first: Reference) -> Self {
        let first = Person { reference: first, margin: Margin::NONE, habits: Habits::default() };
        Self { first, others: Vec::new() }
    }

    /// The account with another margin of its first person.
    #[must_use]
    pub const fn with_margin(mut self, margin: Margin) -> Self {
        self.first.margin = margin;
        self
    }

    /// The account with other habits of its first person.
    #[must_use]
    pub fn with_habits(mut self, habits: Habits) -> Self {
        self.first.habits = habits;
        self
    }

    /// The account with another reference of its first person.
    #[must_use]
    pub fn with_first(mut self, reference: Reference) -> Self {
        self.first.reference = reference;
        self
    }

    /// Reads what [`Self::encode`] wrote, or what stores had before accounts had several people, margins or habits. None
    /// where it is neither.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = postcard::take_from_bytes::<Reference>(bytes).ok()?;
        let (others, rest): (Vec<Reference>, _) = taken(rest)?;
        let (margins, rest): (Vec<Margin>, _) = taken(rest)?;
        let (habits, rest): (Vec<Habits>, _) = taken(rest)?;
        if others.len() >= PEOPLE_MAX || !rest.is_empty() {
            return None;
        }
        let (mut margins, mut habits) = (margins.into_iter(), habits.into_iter());
        let mut person = |reference| Person {
            reference,
            margin: margins.next().unwrap_or(Margin::NONE),
            habits: habits.next().unwrap_or_default(),
        };
        Some(Self { first: person(first), others: others.into_iter().map(person).collect() })
    }

    /// As stored: the first person, then the others, then everybody's margins, then everybody's habits; what says nothing
    /// at the end is left out. None where it cannot be written.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = postcard::to_allocvec(&self.first.reference).ok()?;
        let margins: Vec<Margin> = self.everybody().map(|person| person.margin).collect();
        let habits: Vec<&Habits> = self.everybody().map(|person| &person.habits).collect();
        let any_habits = habits.iter().any(|habits| !habits.is_empty());
        let any_margin = any_habits || margins.iter().any(|margin| !margin.is_none());
        if any_margin || !self.others.is_empty() {
            let others: Vec<&Reference> = self.others.iter().map(|other| &other.reference).collect();
            bytes.extend(postcard::to_allocvec(&others).ok()?);
        }
        if any_margin {
            bytes.extend(postcard::to_allocvec(&margins).ok()?);
        }
        if any_habits {
            bytes.extend(postcard::to_allocvec(&habits).ok()?);
        }
        Some(bytes)
    }

    /// The account with one more person: the first of theirs.
    ///
    /// **Errors**: [`JoinError`] where there is no room, or the reference is of another class of device.
    pub fn joined(&self, person: impl Into<Self>) -> Result<Self, JoinError> {
        let person = person.into();
        if person.first.reference.device() != self.first.reference.device() {
            return Err(JoinError::Device);
        }
        if self.others.len() + 1 >= PEOPLE_MAX {
            return Err(JoinError::Full);
        }
        let mut next = self.clone();
        next.others.push(person.first);
        Ok(next)
    }

    /// The people, in the order in which they were enrolled.
    pub fn people(&self) -> impl Iterator<Item = &Reference> {
        self.everybody().map(|person| &person.reference)
    }

    /// The first person's reference: the one that the account's own sessions teach.
    #[must_use]
    pub const fn first(&self) -> &Reference {
        &self.first.reference
    }

    /// The first person's margin.
    #[must_use]
    pub const fn margin(&self) -> Margin {
        self.first.margin
    }

    /// The first person's habits.
    #[must_use]
    pub const fn habits(&self) -> &Habits {
        &self.first.habits
    }

    /// The form that comparisons use. Of the others, those who are trained in everything that the first is: what cannot
    /// be compared with somebody would never speak against them, and they would always match best.
    #[must_use]
    pub fn prepare(&self, models: &Models) -> PreparedReference {
        let mut prepared = self.first.prepare(models);
        let modalities = [Modality::Keystroke, Modality::Pointer, Modality::FixedText];
        for other in &self.others {
            let other = other.prepare(models);
            if modalities.iter().all(|m| other.is_trained(*m) || !prepared.is_trained(*m)) {
                prepared.others.push(other);
            }
        }
        prepared
    }

    fn everybody(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl From<Reference> for Account {
    fn from(first: Reference) -> Self {
        Self::of(first)
    }
}

impl Person {
    fn prepare(&self, models: &Models) -> PreparedReference {
        let mut prepared = self.reference.prepare(models).with_margin(self.margin);
        prepared.habits = self.habits.clone();
        prepared
    }
}

/// The list at the start of what is left, and what follows it; an empty one where nothing is left.
fn taken<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<(Vec<T>, &[u8])> {
    if bytes.is_empty() { Some((Vec::new(), bytes)) } else { postcard::take_from_bytes(bytes).ok() }
}
