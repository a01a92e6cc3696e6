//! Events to feature windows: the one schema, versioned.
