//! The windows of one session compared as they come: what one window alone does not know, the session does.

use crate::pointer::PointerSession;
use crate::{Evidence, Models, PreparedReference, Scores};
use palet_features::FeatureWindow;

/// The state of one session's comparisons. The same windows in the same order give the same scores.
#[derive(Clone, Default)]
pub struct SessionComparison {
    pointer: PointerSession,
}

impl SessionComparison {
    /// The subject has proved who they are: what follows is theirs, however odd it is.
    pub fn step_up_passed(&mut self) {
        self.pointer.step_up_passed();
    }

    /// What one window says, in the light of those before it.
    pub fn compare(
        &mut self,
        models: &Models,
        reference: &PreparedReference,
        window: &FeatureWindow,
    ) -> Scores {
        match (window, reference.pointer()) {
            (FeatureWindow::Pointer(block), Some(prepared)) => {
                let pointer = self.pointer.compare(models.pointer(), prepared, block);
                Scores { pointer, ..Scores::default() }
            }
            _ => {
                let mut evidence = Evidence::default();
                evidence.add(models, reference, window);
                evidence.scores(models, reference)
            }
        }
    }
}
