//! Who calls, and how often they may: tenants' keys → one `Caller`, session tokens → one `SessionClaims`.
//!
//! Nothing here knows a score or a route. Every comparison of a secret takes the same time whatever it finds.

mod caller;
mod issue;
mod limits;
mod session_token;
mod tenant_key;

pub use caller::{AccessError, Caller, CallerDirectory, Scope, Scopes};
pub use issue::issue_key;
pub use limits::AddressLimits;
pub use session_token::{SessionClaims, TokenError, TokenSealer};
pub use tenant_key::{TenantKey, TenantKeyError};
