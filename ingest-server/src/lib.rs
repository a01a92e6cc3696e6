//! The palet binary: sockets, REST, storage, wiring.

pub mod access;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod keys;
pub mod store;
pub mod telemetry;
