//! Every scorer that stands on the evaluation's table by itself, beside what the fusion is made of.

use palet_comparison::one_class;
use palet_comparison::scorer::Scorer;

/// All of them, in the order of the table.
#[must_use]
pub fn all() -> Vec<Box<dyn Scorer>> {
    one_class::floors()
}
