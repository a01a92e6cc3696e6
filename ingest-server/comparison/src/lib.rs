//! Probe against reference: scores per modality, with reasons.
