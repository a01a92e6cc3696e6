//! Who is compared in a session: the subject's own reference, and those of the account's further people, all as they
//! were when the session began, so that its decisions can be made again.

use palet_comparison::{Account, Models, PreparedReference};
use palet_units::Micros;

use crate::store::{ReferenceRecord, Store, StoreResult};

/// What a session is compared with, and the versions under which the store has it.
#[derive(Default)]
pub(super) struct Compared {
    /// None without a reference that can be read.
    pub(super) reference: Option<PreparedReference>,
    /// Of the subject's own reference; 0 for none.
    pub(super) version: u64,
    /// Of the further people's, in the order in which they joined.
    pub(super) others: Vec<u64>,
}

/// Everybody on the account of `stored` whose references were there at `began`. Whoever has none yet is nobody's match.
///
/// **Errors**: the store failed.
pub(super) async fn compared(
    store: &dyn Store,
    models: &Models,
    stored: Option<ReferenceRecord>,
    began: Micros,
) -> StoreResult<Compared> {
    let Some(stored) = stored else { return Ok(Compared::default()) };
    let Some(mut account) = Account::parse(&stored.body) else {
        return Ok(Compared { version: stored.version, ..Compared::default() });
    };
    let mut others = Vec::new();
    for person in store.people(&stored.tenant, &stored.subject, began).await? {
        let theirs = store.reference(&stored.tenant, &person.person, stored.device, began).await?;
        let Some(theirs) = theirs else { continue };
        let joined = Account::parse(&theirs.body).and_then(|person| account.joined(person).ok());
        if let Some(joined) = joined {
            account = joined;
            others.push(theirs.version);
        }
    }
    Ok(Compared { reference: Some(account.prepare(models)), version: stored.version, others })
}
