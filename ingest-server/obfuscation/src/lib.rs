//! FF1, sealed values, tokens and the key hierarchy.
