//! A biometric reference: what is known of one subject on one class of device.
//!
//! It keeps a frozen anchor from the enrolment, and what was learned since beside it, bounded by the anchor's size, so
//! that no sequence of updates can carry it away from whom the bank enrolled.

use crate::Models;
use crate::fixed_text::{FixedTextReference, PreparedFixedText};
use crate::habits::Habits;
use crate::keystroke::{KeystrokeReference, PreparedKeystroke};
use crate::margin::Margin;
use crate::pointer::{PointerReference, PreparedPointer};
use crate::score::Modality;
use palet_features::{
    DeviceClass, FeatureWindow, FixedTextSample, KeystrokeBlock, PointerBlock, SCHEMA_VERSION,
};
use serde::{Deserialize, Serialize};

/// Keys that one update may add, at most.
const STEP_KEYS_MAX: u32 = 256;
/// What was learned after the enrolment weighs at most as much as the anchor.
const DRIFT_SHARE_MAX: u32 = 1;

/// Why windows do not make a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// No window held anything to learn from.
    #[error("expected windows with biometric features, got none")]
    NothingToLearn,
    /// The reference was made from features of another schema.
    #[error("expected a reference of schema {SCHEMA_VERSION}, got {0}")]
    Schema(u16),
}

/// One subject's reference on one class of device.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reference {
    schema: u16,
    version: u32,
    device: DeviceClass,
    anchor: Parts,
    drift: Parts,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Parts {
    keystroke: Option<KeystrokeReference>,
    pointer: Option<PointerReference>,
    fixed_text: Option<FixedTextReference>,
}

/// The windows of one session, by modality.
struct Sorted<'a> {
    keystroke: Vec<&'a KeystrokeBlock>,
    pointer: Vec<&'a PointerBlock>,
    fixed_text: Vec<&'a FixedTextSample>,
}

fn sorted(windows: &[FeatureWindow]) -> Sorted<'_> {
    let mut sorted = Sorted { keystroke: Vec::new(), pointer: Vec::new(), fixed_text: Vec::new() };
    for window in windows {
        match window {
            FeatureWindow::Keystroke(block) => sorted.keystroke.push(block),
            FeatureWindow::Pointer(block) => sorted.pointer.push(block),
            FeatureWindow::FixedText(sample) => sorted.fixed_text.push(sample),
            FeatureWindow::Device(_) | FeatureWindow::Context(_) => {}
        }
    }
    sorted
}

impl Reference {
    /// Enrols a subject from the windows of guided, authenticated sessions.
    ///
    /// **Errors**: [`EnrolError::NothingToLearn`] where no window held biometric features.
    pub fn enrol(
        models: &Models,
        device: DeviceClass,
        windows: &[FeatureWindow],
    ) -> Result<Self, EnrolError> {
        let sorted = sorted(windows);
        let anchor = Parts {
            keystroke: KeystrokeReference::enrol(sorted.keystroke),
            pointer: PointerReference::enrol(models.pointer(), &sorted.pointer),
            fixed_text: FixedTextReference::enrol(sorted.fixed_text),
        };
        if anchor.keystroke.is_none() && anchor.pointer.is_none() && anchor.fixed_text.is_none() {
            return Err(EnrolError::NothingToLearn);
        }
        Ok(Self { schema: SCHEMA_VERSION, version: 1, device, anchor, drift: Parts::default() })
    }

    /// The next version, after one more session of the same subject. Whether a session may be learned from is
    /// [`crate::enrolment`]'s to say; here the step is bounded, and the drift as a whole.
    ///
    /// **Errors**: [`EnrolError`] where there is nothing to learn, or the reference is of another schema.
    pub fn updated(&self, models: &Models, windows: &[FeatureWindow]) -> Result<Self, EnrolError> {
        if self.schema != SCHEMA_VERSION {
            return Err(EnrolError::Schema(self.schema));
        }
        let sorted = sorted(windows);
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let learned = [next.learn_keystroke(sorted.keystroke), next.learn_pointer(models, &sorted.pointer)];
        if learned.contains(&true) { Ok(next) } else { Err(EnrolError::NothingToLearn) }
    }

    fn learn_keystroke(&mut self, blocks: Vec<&KeystrokeBlock>) -> bool {
        let (Some(anchor), Some(step)) = (&self.anchor.keystroke, KeystrokeReference::enrol(blocks)) else {
            return false;
        };
        let limit = anchor.counts().keys().saturating_mul(DRIFT_SHARE_MAX);
        let room = limit.saturating_sub(STEP_KEYS_MAX.min(limit));
        let kept = self.drift.keystroke.take().unwrap_or_default().limited(room);
        self.drift.keystroke = Some(kept.joined(&step, STEP_KEYS_MAX.min(limit)));
        true
    }

    fn learn_pointer(&mut self, models: &Models, blocks: &[&PointerBlock]) -> bool {
        let Some(anchor) = &self.anchor.pointer else { return false };
        if blocks.is_empty() {
            return false;
        }
        let before = self.drift.pointer.as_ref().unwrap_or(anchor);
        self.drift.pointer = Some(before.updated(models.pointer(), blocks));
        true
    }

    /// The reference as it was enrolled, without what was learned since.
    #[must_use]
    pub fn rolled_back(&self) -> Self {
        Self { version: self.version.saturating_add(1), drift: Parts::default(), ..self.clone() }
    }

    /// Rises with every change.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// What it was enrolled on.
    #[must_use]
    pub const fn device(&self) -> DeviceClass {
        self.device
    }

    /// Whether there is enough of a modality to compare with.
    #[must_use]
    pub fn is_trained(&self, modality: Modality) -> bool {
        match modality {
            Modality::Keystroke => self.anchor.keystroke.as_ref().is_some_and(KeystrokeReference::is_trained),
            Modality::Pointer => self.anchor.pointer.as_ref().is_some_and(PointerReference::is_trained),
            Modality::FixedText => {
                self.anchor.fixed_text.as_ref().is_some_and(FixedTextReference::is_trained)
            }
        }
    }

    /// The form that comparisons use, with every modality that is trained.
    #[must_use]
    pub fn prepare(&self, models: &Models) -> PreparedReference {
        let trained = |modality| self.schema == SCHEMA_VERSION && self.is_trained(modality);
        let keystroke =
            self.anchor.keystroke.as_ref().filter(|k| trained(Modality::Keystroke) && k.has_layout());
        let pointer = self
            .drift
            .pointer
            .as_ref()
            .or(self.anchor.pointer.as_ref())
            .filter(|_| trained(Modality::Pointer));
        let fixed_text = self.anchor.fixed_text.as_ref().filter(|_| trained(Modality::FixedText));
        PreparedReference {
            others: Vec::new(),
            version: self.version,
            margin: Margin::NONE,
            habits: Habits::default(),
            keystroke: keystroke.map(|anchor| {
                let whole = self.drift.keystroke.as_ref().map(|drift| anchor.joined(drift, u32::MAX));
                whole.as_ref().unwrap_or(anchor).prepare(models.keystroke())
            }),
            pointer: pointer.map(|p| p.prepare(models.pointer())),
            fixed_text: fixed_text.map(|f| f.prepare(models.fixed_text())),
        }
    }
}

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
        if person.first.reference.device != self.first.reference.device {
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
        let habits = self.habits.clone();
        PreparedReference { margin: self.margin, habits, ..self.reference.prepare(models) }
    }
}

/// The list at the start of what is left, and what follows it; an empty one where nothing is left.
fn taken<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<(Vec<T>, &[u8])> {
    if bytes.is_empty() { Some((Vec::new(), bytes)) } else { postcard::take_from_bytes(bytes).ok() }
}

/// A reference, ready to be compared with: made once a session.
#[derive(Clone)]
pub struct PreparedReference {
    others: Vec<Self>,
    version: u32,
    margin: Margin,
    habits: Habits,
    keystroke: Option<PreparedKeystroke>,
    pointer: Option<PreparedPointer>,
    fixed_text: Option<PreparedFixedText>,
}

impl PreparedReference {
    /// The version of the reference that it was prepared from.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// How much further evidence must rise against this person.
    #[must_use]
    pub const fn margin(&self) -> Margin {
        self.margin
    }

    /// The same reference with another margin.
    #[must_use]
    pub const fn with_margin(mut self, margin: Margin) -> Self {
        self.margin = margin;
        self
    }

    /// What is usual in this person's sessions.
    #[must_use]
    pub const fn habits(&self) -> &Habits {
        &self.habits
    }

    /// Everybody on the account, the first enrolled first.
    pub fn people(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// Whether this modality can be compared.
    #[must_use]
    pub const fn is_trained(&self, modality: Modality) -> bool {
        match modality {
            Modality::Keystroke => self.keystroke.is_some(),
            Modality::Pointer => self.pointer.is_some(),
            Modality::FixedText => self.fixed_text.is_some(),
        }
    }

    /// The keystrokes' part.
    #[must_use]
    pub const fn keystroke(&self) -> Option<&PreparedKeystroke> {
        self.keystroke.as_ref()
    }

    /// The pointer's part.
    #[must_use]
    pub const fn pointer(&self) -> Option<&PreparedPointer> {
        self.pointer.as_ref()
    }

    /// The fixed texts' part.
    #[must_use]
    pub const fn fixed_text(&self) -> Option<&PreparedFixedText> {
        self.fixed_text.as_ref()
    }
}
