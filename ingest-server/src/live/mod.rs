//! The path of a batch on the server, once it is opened and decoded: compare → risk → policy → directives.
//!
//! Sockets and the POST fallback share it. A session's state is its inputs applied in order ([`SessionEngine`]):
//! the decision log keeps the inputs, so that a restart, another node or `palet rescore` gets the same state.
//! Nothing here awaits while it holds a session, asks the store in the path of a batch, or knows a socket.

mod account;
mod acting;
mod asking;
mod engine;
mod log;
mod outcome;
mod page;
mod policies;
mod questions;
mod registry;
mod rescore;
mod session;
mod telling;

pub use acting::{ActionAnswered, Assessment, BatchReply};
pub use asking::ShadowOutcome;
pub use engine::{Counts, Input, Knowledge, SessionEngine, Whose, place_of};
pub use log::{DecisionLog, LogWriter};
pub use outcome::{DecisionOutcome, DecisionVersions};
pub use page::{Outbound, PageKey};
pub use policies::{Policies, PolicyStepError, ShadowCounts, Standing};
pub use questions::questions_of;
pub use registry::{JoinError, PageTold, Registry};
pub use rescore::{Difference, Rescored, rescore, rescore_session};
pub(crate) use session::make_page_key;
pub use session::{LiveSession, Tools};
