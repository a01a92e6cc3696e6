//! Newtypes that every room shares: time, length, probability and the three identifiers.
//!
//! A value of one of these types is valid by construction; parsing happens once, at the edge.
//! This room knows nothing of events, bytes, crypto or the network.
#![no_std]
extern crate alloc;

mod id;
mod measure;

pub use id::{IdError, SessionId, SubjectId, TenantId};
pub use measure::{Micros, Probability, Px, RangeError};
