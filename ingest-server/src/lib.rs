//! The palet binary: sockets, REST, storage, wiring.
//!
//! The path of a batch: `ws` (or `http::capture`) → `palet_session` → `live` (compare → risk → policy →
//! directives) → `live::DecisionLog` → `store`; `enrolment` learns from it later. `app` wires the rooms.

pub mod access;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod enrolment;
pub mod http;
pub mod keys;
pub mod live;
pub mod load;
mod named;
mod rest_client;
pub mod store;
pub mod succession;
pub mod synthetic;
pub mod telemetry;
pub mod unmask;
mod upkeep;
pub mod values;
mod ws;

pub use ws::SUBPROTOCOL;
