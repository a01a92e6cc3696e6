//! REST: one route a file, each a thin adapter from JSON to a room and back.

mod problem;

pub use problem::Problem;
