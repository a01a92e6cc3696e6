//! End-to-end, fault and property tests over both halves.
