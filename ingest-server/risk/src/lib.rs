//! Fuses, calibrates and accumulates scores over a session into one Risk.
