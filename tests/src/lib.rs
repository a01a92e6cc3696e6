//! Tests that need both halves: see `pair.rs` (faults on virtual time), `arrows.rs` (who may know whom) and `e2e/`.
