//! The key hierarchy: a key-encryption key wraps each tenant's key, a tenant's key wraps its data keys, and
//! from a data key come the keys of each purpose.
//!
//! `KeyRing` is the state of all keys, every one of them wrapped: what an operator may do to a key and when.
//! `DataKey` is one of them unwrapped, for use. The key-encryption key stays behind the trait `KeyProvider`:
//! a sealed file (`SealedKek`), or a service that never lets it out. Pure: files and services are elsewhere.

mod data_key;
mod officer;
mod provider;
mod ring;
mod ring_file;
mod sealed_kek;
mod tenant_key;
mod wrap;

pub use data_key::{DataKey, SubjectSecret};
pub use officer::{Officer, OfficerError, OfficerSecret, Proven};
pub use provider::{KeyProvider, ProviderError};
pub use ring::{DESTROY_WINDOW, KeyEntry, KeyRing, KeyState, OFFICERS_MIN, RingError};
pub use ring_file::RingFileError;
pub use sealed_kek::{Cost, PASSPHRASE_CHARS_MIN, SealedKek, SealedKekError};
pub use tenant_key::TenantKey;
