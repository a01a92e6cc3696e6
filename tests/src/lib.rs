//! What the tests share: one check per decoder of untrusted bytes, run by the fuzzer and replayed by `cargo test`.
//!
//! See `pair.rs` (faults on virtual time), `arrows.rs` (who may know whom), `fuzz_corpus.rs` (replay) and `e2e/`.

pub mod decoders;
