//! Noise transport and one-way envelopes; keys and randomness are arguments.
