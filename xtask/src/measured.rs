//! Figures that a chore measured, kept where reports look for them: `target/measured/<chore>.json`.

use std::fs;

use serde_json::json;

use crate::{
    ChoreError,
    run::{at, root},
};

/// One figure.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// The value.
    pub(crate) ours: f64,
    /// Unit of the value and its limit.
    pub(crate) unit: &'static str,
    /// The most it may be, where it is bounded.
    pub(crate) limit: Option<f64>,
}

impl Figure {
    /// Whether the figure is within its limit.
    pub(crate) fn holds(&self) -> bool {
        self.limit.is_none_or(|limit| self.ours <= limit)
    }
}

/// Writes the figures of a chore. **Errors**: `File`.
pub(crate) fn write(chore: &str, figures: &[Figure]) -> Result<(), ChoreError> {
    let rows: Vec<_> = figures
        .iter()
        .map(|figure| {
            json!({
                "name": figure.name, "ours": figure.ours, "peer": null, "ratio": null,
                "unit": figure.unit, "limit": figure.limit, "holds": figure.holds(),
            })
        })
        .collect();
    let folder = root().join("target/measured");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let path = folder.join(format!("{chore}.json"));
    let text = serde_json::Value::Array(rows).to_string();
    fs::write(&path, text + "\n").map_err(at(&path))
}
