//! What is remembered, as values.

use palet_units::{Micros, SessionId, SubjectId, TenantId};
use std::fmt;

use crate::named::named;

named! {
    /// Kinds of device whose behaviour is never compared with each other's.
    DeviceClass {
        /// Keyboard and mouse.
        Desktop = "desktop",
        /// A phone or tablet.
        Mobile = "mobile",
    }
}

named! {
    /// What the subject agreed to, as the bank or the page told; the stricter of the two counts.
    ConsentGiven {
        /// Nothing is captured.
        None = "none",
        /// Fraud detection without a reference.
        FraudOnly = "fraud-only",
        /// References may be built and used.
        Full = "full",
    }
}

named! {
    /// Why a session ended.
    EndReason {
        /// The bank ended it.
        Bank = "bank",
        /// Its time was over.
        Expired = "expired",
        /// Its page fell silent.
        Idle = "idle",
    }
}

named! {
    /// What the bank said of a session afterwards.
    Verdict {
        /// It was the subject.
        Genuine = "genuine",
        /// It was not.
        Fraud = "fraud",
    }
}

named! {
    /// What a bank reports.
    FeedbackKind {
        /// The session was the subject's.
        Genuine = "genuine",
        /// The session was somebody else's.
        Fraud = "fraud",
        /// The subject logged in.
        LoginPassed = "login-passed",
        /// The subject proved who they are in a step-up.
        StepUpPassed = "step-up-passed",
        /// The subject failed to.
        StepUpFailed = "step-up-failed",
    }
}

named! {
    /// What was learnt from an ended session.
    Learnt {
        /// A new version of the reference.
        Updated = "updated",
        /// Nothing: the rule refused the session.
        Refused = "refused",
        /// Nothing: several people use the account.
        Shared = "shared",
        /// Nothing: the consent forbids it.
        NoConsent = "no-consent",
        /// Nothing: there was nothing in it.
        Empty = "empty",
        /// What was learnt, and the features themselves, were erased.
        Erased = "erased",
    }
}

named! {
    /// What a decision answered.
    DecisionKind {
        /// A batch of the page.
        Batch = "batch",
        /// An action of the page.
        Action = "action",
        /// The bank's word: a login or a step-up.
        Bank = "bank",
    }
}

named! {
    /// How a question to a second person stands.
    ApprovalState {
        /// It waits.
        Pending = "pending",
        /// The second person agreed.
        Approved = "approved",
        /// The second person did not.
        Denied = "denied",
        /// It was agreed to and read.
        Used = "used",
    }
}

named! {
    /// What was done with a policy.
    PolicyStepKind {
        /// It became the deployment's: from the binary or from its file.
        Adopted = "adopted",
        /// It waits.
        Staged = "staged",
        /// It waits no more.
        Withdrawn = "withdrawn",
        /// It took over.
        Promoted = "promoted",
        /// The one before it came back.
        RolledBack = "rolled-back",
    }
}

/// Something that was done with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyStep {
    /// Whose; none for the deployment's.
    pub tenant: Option<TenantId>,
    /// What.
    pub kind: PolicyStepKind,
    /// The version; empty for a rollback.
    pub version: String,
    /// Who did it.
    pub person: String,
    /// The key of the caller; empty for the file.
    pub key: String,
    /// When.
    pub at: Micros,
}

/// What was answered to a request to unmask. Holds no value.
#[derive(Clone, PartialEq, Eq)]
pub struct UnmaskRecord {
    /// Whose request.
    pub tenant: TenantId,
    /// The caller's own name for it.
    pub idempotency_key: String,
    /// SHA-256 of everything that was asked.
    pub digest: [u8; 32],
    /// When it was asked first.
    pub at: Micros,
    /// An outcome for each item.
    pub outcomes: Vec<u8>,
}

/// A question to a second person.
#[derive(Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// Its name.
    pub id: String,
    /// Whose.
    pub tenant: TenantId,
    /// How it stands.
    pub state: ApprovalState,
    /// The key of the caller who asked.
    pub asker_key: String,
    /// Who asked.
    pub asker_person: String,
    /// Their role.
    pub role: String,
    /// What for.
    pub purpose: String,
    /// Why, swept of sensitive data.
    pub reason: String,
    /// The classes of the values, each with how many.
    pub classes: String,
    /// Digests of the sealed values.
    pub tokens: Vec<[u8; 16]>,
    /// When it was asked.
    pub asked_at: Micros,
    /// When it ends.
    pub expires_at: Micros,
    /// Who answered.
    pub approver_person: Option<String>,
}

/// A key by which a bank's backend calls, without the key itself.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The public part of the key.
    pub id: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// SHA-256 of the secret part.
    pub digest: [u8; 32],
    /// What the operator called it.
    pub label: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// When it was made.
    pub created_at: Micros,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The capture subject that the bank claims it to be.
    pub subject: SubjectId,
    /// The origin of the pages that may use it, such as `https://bank.example`.
    pub origin: String,
    /// The policy's channel.
    pub channel: String,
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device, once the page told.
    pub device: Option<DeviceClass>,
    /// When it began.
    pub created_at: Micros,
    /// When it ends by itself.
    pub expires_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// What the bank said of it.
    pub verdict: Option<Verdict>,
    /// When the subject had logged in, as the bank told when it opened the session.
    pub login_at: Option<Micros>,
    /// When the last step-up was passed in it.
    pub step_up_at: Option<Micros>,
    /// What was learnt from it.
    pub learnt: Option<Learnt>,
}

impl SessionRecord {
    /// Whether the session still runs at `now`.
    #[must_use]
    pub fn is_live(&self, now: Micros) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecord")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// A decision with everything that it needs to be made again.
#[derive(Clone, PartialEq)]
pub struct DecisionRecord {
    /// The session.
    pub session: SessionId,
    /// Counts up within the session from 1, without gaps.
    pub number: u64,
    /// What it answered.
    pub kind: DecisionKind,
    /// The page load that it came from; 0 where it came from the bank.
    pub page: u64,
    /// The batch's number within its page load; 0 where it is no batch.
    pub seq: u64,
    /// When.
    pub at: Micros,
    /// The full risk afterwards. **Range**: 0..=1.
    pub risk: f64,
    /// What went in.
    pub input: Vec<u8>,
    /// What came out.
    pub outcome: Vec<u8>,
    /// Model, reference and policy behind it.
    pub versions: String,
    /// What the policy that waited would have answered, where one did.
    pub shadow: Option<Vec<u8>>,
}

impl fmt::Debug for DecisionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecisionRecord({}-{}, {})", self.session, self.number, self.kind.as_str())
    }
}

/// A further person of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The subject that they are enrolled as, by themselves.
    pub person: SubjectId,
    /// When they joined.
    pub joined_at: Micros,
}

impl fmt::Debug for PersonRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonRecord(joined at {:?})", self.joined_at)
    }
}

/// What came of adding somebody to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// They are on it.
    Joined,
    /// There is no room.
    Full,
}

/// One version of a subject's biometric reference.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceRecord {
    /// Whose subject.
    pub tenant: TenantId,
    /// The subject.
    pub subject: SubjectId,
    /// On which kind of device.
    pub device: DeviceClass,
    /// Counts up from 1.
    pub version: u64,
    /// When it was made.
    pub made_at: Micros,
    /// The session that it was made from.
    pub made_from: SessionId,
    /// The reference.
    pub body: Vec<u8>,
}

impl fmt::Debug for ReferenceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReferenceRecord(version {})", self.version)
    }
}

/// What a bank reported of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedbackRecord {
    /// Who reported.
    pub tenant: TenantId,
    /// Of which session.
    pub session: SessionId,
    /// What.
    pub kind: FeedbackKind,
    /// The decision or step-up that it is about, in the bank's or our words.
    pub reference: String,
    /// When.
    pub at: Micros,
}
