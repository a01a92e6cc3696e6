//! One way of telling people apart, by itself: what an evaluation's table holds beside the fusion.
//!
//! The server fuses what [`crate::Evidence`] gathers. A scorer that stands here alone is measured on the same trials as
//! the fusion, so that anybody can see what it is worth before it is given a weight. Nothing in the path of a batch
//! calls one.

use crate::{Models, PersonTag};
use palet_features::FeatureWindow;

/// What a subject is enrolled from.
#[derive(Clone, Copy)]
pub struct Enrolment<'a> {
    /// Population and cohorts, made without whoever takes part in the comparison.
    pub models: &'a Models,
    /// The subject's windows.
    pub windows: &'a [FeatureWindow],
    /// Recordings of those who take part in the comparison and whom the shipped models know. A scorer that learned from
    /// people by itself has to leave these out by itself.
    pub left_out: &'a [PersonTag],
}

/// A way of comparing.
pub trait Scorer: Send + Sync {
    /// Its name in tables and for `--scorer`: lower case, with hyphens.
    fn name(&self) -> &'static str;

    /// What it keeps of a subject; none where the windows hold too little for it.
    fn enrol(&self, enrolment: Enrolment<'_>) -> Option<Box<dyn ScorerReference>>;

    /// Whether it looks at anything but the subject's own windows. One that does is enrolled anew for each pair of
    /// people, without both; one that does not is enrolled once a subject.
    fn knows_others(&self) -> bool {
        false
    }
}

/// A subject, as one scorer knows them.
pub trait ScorerReference: Send + Sync {
    /// How well windows, taken as one probe, fit the subject: higher speaks for them. None where the windows hold
    /// nothing that this scorer looks at, which an evaluation counts as a score between the others'.
    ///
    /// **Units**: the scorer's own; error rates need no more than an order.
    fn score(&self, probe: &[FeatureWindow]) -> Option<f64>;
}
