//! What a page loads, as it crosses the network, against the SDK's budget.
//!
//! The SDK's build leaves each file compressed with brotli, quality 11, beside it; those bytes are counted here.

use std::{fs, io::Write as _, path::Path};

use serde_json::Value;

use crate::{
    ChoreError,
    measured::{self, Figure},
    run::{at, root},
};

/// The most that script and wasm of one page may weigh. **Units**: bytes, brotli.
const BUDGET_BYTES: u64 = 40_000;

/// One file that every page with the SDK loads.
struct Loaded {
    name: String,
    raw: u64,
    brotli: u64,
}

/// Prints the table and writes `target/measured/size.json`. **Errors**: `TooLarge` beyond the budget.
pub(crate) fn check() -> Result<(), ChoreError> {
    let dist = root().join("js/dist");
    let files = loaded(&dist)?;
    let total: u64 = files.iter().map(|file| file.brotli).sum();
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{:<32} {:>10} {:>10}", "file", "bytes", "brotli");
    for file in &files {
        let _ = writeln!(out, "{:<32} {:>10} {:>10}", file.name, file.raw, file.brotli);
    }
    let _ = writeln!(out, "{:<32} {:>10} {:>10}  budget {BUDGET_BYTES}", "what a page loads", "", total);
    let mut figures: Vec<_> = files
        .iter()
        .map(|file| Figure { name: file.name.clone(), ours: file.brotli as f64, unit: "bytes", limit: None })
        .collect();
    figures.push(Figure {
        name: "sdk wasm + js, brotli".to_owned(),
        ours: total as f64,
        unit: "bytes",
        limit: Some(BUDGET_BYTES as f64),
    });
    measured::write("size", &figures)?;
    if total > BUDGET_BYTES { Err(ChoreError::TooLarge { limit: BUDGET_BYTES, got: total }) } else { Ok(()) }
}

/// The files that the manifest lists as loaded by every page.
fn loaded(dist: &Path) -> Result<Vec<Loaded>, ChoreError> {
    let path = dist.join("manifest.json");
    let wrong = |reason: String| ChoreError::Manifest { path: path.display().to_string(), reason };
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let manifest: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let names = manifest["page"].as_array().ok_or_else(|| wrong("no list `page`".to_owned()))?;
    let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
    if names.len() < 2 {
        return Err(wrong("`page` must name the script and the wasm".to_owned()));
    }
    names.iter().map(|name| weigh(dist, name)).collect()
}

fn weigh(dist: &Path, name: &str) -> Result<Loaded, ChoreError> {
    let size = |path: &Path| fs::metadata(path).map(|data| data.len()).map_err(at(path));
    let raw = size(&dist.join(name))?;
    let brotli = size(&dist.join(format!("{name}.br")))?;
    Ok(Loaded { name: name.to_owned(), raw, brotli })
}
