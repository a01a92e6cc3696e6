//! What the server remembers across a restart: tenants, sessions, decisions, references.
//!
//! The trait speaks in records; one backend a folder. Nothing here scores, decides or knows of HTTP. In the
//! path of a batch only [`Store::commit`] is called, by the decision log's own task, for many batches at once.

mod records;
pub mod sqlite;
mod value_store;

pub use records::{
    ApprovalRecord, ApprovalState, ConsentGiven, DecisionKind, DecisionRecord, DeviceClass, EndReason,
    FeedbackKind, FeedbackRecord, Joining, KeyRecord, Learnt, PersonRecord, PolicyStep, PolicyStepKind,
    ReferenceRecord, SessionRecord, UnmaskRecord, Verdict,
};

pub use value_store::{RewrapJob, Rewrapping, TokenRecord, ValueStore};

use palet_units::{Micros, SessionId, SubjectId, TenantId};
use std::path::PathBuf;

/// Why the store could not do what was asked. Backends' texts are logged, never told to callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The backend failed.
    #[error("the store failed: {0}")]
    Backend(#[from] sqlx::Error),
    /// There is none.
    #[error("expected a store at {}, got none; store.data_folder names its folder", .0.display())]
    Missing(PathBuf),
    /// The schema could not be brought up to date.
    #[error("the store's schema could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored row is not what this version wrote.
    #[error("expected a stored {what} of this version")]
    Row {
        /// The kind of row.
        what: &'static str,
    },
    /// The thing exists already.
    #[error("expected a new {what}, got one that exists")]
    Exists {
        /// The kind of thing.
        what: &'static str,
    },
}

/// Results of the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Durable memory. Every method is one transaction.
#[async_trait::async_trait]
pub trait Store: ValueStore {
    /// Whether the store answers.
    async fn check(&self) -> StoreResult<()>;
    /// Everything written so far is on disk; no call follows.
    async fn close(&self);

    /// Adds a tenant. **Errors**: `Exists`.
    async fn insert_tenant(&self, tenant: &TenantId, at: Micros) -> StoreResult<()>;
    /// All tenants, by name.
    async fn tenants(&self) -> StoreResult<Vec<TenantId>>;
    /// Adds a key of a tenant.
    async fn insert_key(&self, key: &KeyRecord) -> StoreResult<()>;
    /// The key with this identifier, revoked or not.
    async fn key(&self, id: &str) -> StoreResult<Option<KeyRecord>>;
    /// The keys of a tenant.
    async fn keys(&self, tenant: &TenantId) -> StoreResult<Vec<KeyRecord>>;
    /// Revokes a key; false where there is no such live key.
    async fn revoke_key(&self, id: &str, at: Micros) -> StoreResult<bool>;

    /// Adds a session.
    async fn insert_session(&self, session: &SessionRecord) -> StoreResult<()>;
    /// The session, ended or not.
    async fn session(&self, id: SessionId) -> StoreResult<Option<SessionRecord>>;
    /// The sessions of a subject, newest first.
    async fn sessions_of(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        limit: u32,
    ) -> StoreResult<Vec<SessionRecord>>;
    /// Notes the device class and the consent that the page told.
    async fn set_page(&self, id: SessionId, device: DeviceClass, consent: ConsentGiven) -> StoreResult<()>;
    /// Ends a session; false where it was ended before.
    async fn end_session(&self, id: SessionId, reason: EndReason, at: Micros) -> StoreResult<bool>;
    /// Ends every session whose time is over; gives back how many.
    async fn end_expired(&self, at: Micros) -> StoreResult<u64>;
    /// Adds feedback and what follows from it for the session.
    async fn insert_feedback(&self, feedback: &FeedbackRecord) -> StoreResult<()>;

    /// Writes a group of decisions.
    async fn commit(&self, decisions: &[DecisionRecord]) -> StoreResult<()>;
    /// One decision.
    async fn decision(&self, session: SessionId, number: u64) -> StoreResult<Option<DecisionRecord>>;
    /// Decisions of a session after `after`, in order.
    async fn decisions(&self, session: SessionId, after: u64, limit: u32)
    -> StoreResult<Vec<DecisionRecord>>;
    /// Sessions of which decisions are stored, ascending, after this one.
    async fn decided_sessions(&self, after: Option<SessionId>, limit: u32) -> StoreResult<Vec<SessionId>>;
    /// Drops decisions from before `before`, and the oldest beyond `kept_max`; gives back how many.
    async fn prune_decisions(&self, before: Micros, kept_max: u64) -> StoreResult<u64>;

    /// Ended sessions that are due to be looked at for learning, the longest ended first.
    async fn sessions_to_learn(&self, now: Micros, limit: u32) -> StoreResult<Vec<SessionRecord>>;
    /// Asks for the session again at `until`; a word of the bank about it asks for it at once.
    async fn postpone_learning(&self, id: SessionId, until: Micros) -> StoreResult<()>;
    /// Notes what was learnt from a session, and the new version of the reference where there is one.
    async fn set_learnt(
        &self,
        id: SessionId,
        learnt: Learnt,
        at: Micros,
        reference: Option<&ReferenceRecord>,
    ) -> StoreResult<()>;
    /// The newest reference of a subject on a device class that was made by then.
    async fn reference(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        made_by: Micros,
    ) -> StoreResult<Option<ReferenceRecord>>;
    /// One version of a reference.
    async fn reference_version(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        device: DeviceClass,
        version: u64,
    ) -> StoreResult<Option<ReferenceRecord>>;
    /// Adds a person to an account that has room for `people_max` further ones. **Errors**: `Exists`.
    async fn join_person(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &PersonRecord,
        people_max: usize,
    ) -> StoreResult<Joining>;
    /// Takes a person off an account; false where they are not on it.
    async fn part_person(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        person: &SubjectId,
        at: Micros,
    ) -> StoreResult<bool>;
    /// The further people whom an account had then, in the order in which they joined.
    async fn people(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        at: Micros,
    ) -> StoreResult<Vec<PersonRecord>>;
    /// The accounts that a person is, or was, a further person of.
    async fn accounts_of(&self, tenant: &TenantId, person: &SubjectId) -> StoreResult<Vec<SubjectId>>;
    /// Erases every reference, every decision, the secret, the random tokens and the accounts of a subject, and marks the sessions so that nothing is learnt
    /// from them; gives back how many sessions there were.
    async fn erase_subject(&self, tenant: &TenantId, subject: &SubjectId) -> StoreResult<u64>;

    /// Notes a step, and the text of its policy where it is new.
    async fn insert_policy_step(&self, step: &PolicyStep, text: Option<&str>) -> StoreResult<()>;
    /// All steps, in order.
    async fn policy_steps(&self) -> StoreResult<Vec<PolicyStep>>;
    /// The text of a policy that ever answered or waited.
    async fn policy_text(&self, version: &str) -> StoreResult<Option<String>>;
    /// Sessions that began since then, newest first, of one tenant or of all.
    async fn session_ids(
        &self,
        tenant: Option<&TenantId>,
        since: Micros,
        limit: u32,
    ) -> StoreResult<Vec<SessionId>>;

    /// Notes what is answered to a request. **Errors**: `Exists` where its key was used before.
    async fn insert_unmask(&self, request: &UnmaskRecord) -> StoreResult<()>;
    /// What was answered to the request with this key.
    async fn unmask(&self, tenant: &TenantId, idempotency_key: &str) -> StoreResult<Option<UnmaskRecord>>;
    /// Adds a question to a second person.
    async fn insert_approval(&self, approval: &ApprovalRecord) -> StoreResult<()>;
    /// One question to a second person.
    async fn approval(&self, tenant: &TenantId, id: &str) -> StoreResult<Option<ApprovalRecord>>;
    /// The questions that wait for an answer, newest first.
    async fn approvals(&self, tenant: &TenantId, now: Micros, limit: u32)
    -> StoreResult<Vec<ApprovalRecord>>;
    /// Answers a question, by key and person; false where it does not wait any more.
    async fn answer_approval(
        &self,
        id: &str,
        state: ApprovalState,
        approver: (&str, &str),
        at: Micros,
    ) -> StoreResult<bool>;
    /// Uses an approval up; false where it is not approved, used, or over.
    async fn use_approval(&self, id: &str, at: Micros) -> StoreResult<bool>;
    /// Drops requests and approvals from before `before`; gives back how many.
    async fn prune_unmask(&self, before: Micros) -> StoreResult<u64>;
}
