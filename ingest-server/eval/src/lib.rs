//! Corpora through the shipped extractor and scorers: error rates, takeover, reports.
