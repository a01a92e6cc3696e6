//! The palet binary: sockets, REST, storage, wiring.

pub mod cli;
pub mod config;
pub mod store;
