//! What the store keeps for values: subjects' wrapped secrets, what random tokens stand for, and how far the
//! rewrapping of those has come. Everything in it is sealed; nothing here opens anything.

use palet_mask::FieldClass;
use palet_obfuscation::KeyVersion;
use palet_units::{Micros, SubjectId, TenantId};

use super::StoreResult;

/// What a random token stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its place among the others; 0 for one that is to be kept.
    pub row: i64,
    /// The tenant.
    pub tenant: TenantId,
    /// A digest of the token.
    pub lookup: String,
    /// The class.
    pub class: FieldClass,
    /// The subject whose secret it is sealed with.
    pub subject: Option<SubjectId>,
    /// The version of the key that it is sealed under.
    pub version: KeyVersion,
    /// When it ends.
    pub expires_at: Option<Micros>,
    /// The sealed value.
    pub sealed: String,
}

impl std::fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRecord").field("class", &self.class).field("version", &self.version).finish()
    }
}

/// One step of rewrapping: what a sealed value was, and what it becomes.
#[derive(Debug)]
pub struct Rewrapping<'a> {
    /// The record as it was read.
    pub record: &'a TokenRecord,
    /// The same value under the newer key; `None` where the older key no longer opens it.
    pub sealed: Option<String>,
}

/// How far the rewrapping of a tenant's and class's tokens has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewrapJob {
    /// The version that everything is to be under.
    pub to_version: KeyVersion,
    /// Rows up to this one are done.
    pub after_row: i64,
    /// How many were rewrapped.
    pub rewrapped: u64,
    /// How many could not be opened.
    pub refused: u64,
    /// When it began.
    pub started_at: Micros,
    /// When it was through.
    pub finished_at: Option<Micros>,
}

/// Durable memory for values. Every method is one transaction.
#[async_trait::async_trait]
pub trait ValueStore: Send + Sync + 'static {
    /// The wrapped secret of a subject.
    async fn subject_secret(&self, tenant: &TenantId, subject: &SubjectId) -> StoreResult<Option<Vec<u8>>>;
    /// Keeps a subject's wrapped secret, unless there is one; gives back the one that is kept.
    async fn keep_subject_secret(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        wrapped: &[u8],
        at: Micros,
    ) -> StoreResult<Vec<u8>>;

    /// Keeps what random tokens stand for.
    async fn keep_tokens(&self, records: &[TokenRecord]) -> StoreResult<()>;
    /// What a random token stands for.
    async fn token(&self, tenant: &TenantId, lookup: &str) -> StoreResult<Option<TokenRecord>>;
    /// Drops what has ended; gives back how many.
    async fn prune_tokens(&self, now: Micros) -> StoreResult<u64>;

    /// How many tokens of a class are under a version before `version`.
    async fn tokens_before(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> StoreResult<u64>;
    /// Tokens of a class under a version before that of the job, after the row where it stands, in order.
    async fn tokens_to_rewrap(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        job: &RewrapJob,
        limit: u32,
    ) -> StoreResult<Vec<TokenRecord>>;
    /// Writes rewrapped values, each only where it is still what was read, and how far the job has come.
    async fn commit_rewrap(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        job: &RewrapJob,
        steps: &[Rewrapping<'_>],
    ) -> StoreResult<()>;
    /// Writes one rewrapped value beside any job; false where it is no longer what was read.
    async fn rewrap_token(
        &self,
        record: &TokenRecord,
        sealed: &str,
        version: KeyVersion,
    ) -> StoreResult<bool>;
    /// How far the rewrapping of a class has come, where it was ever begun.
    async fn rewrap_job(&self, tenant: &TenantId, class: FieldClass) -> StoreResult<Option<RewrapJob>>;
}
