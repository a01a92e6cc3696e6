//! Build chores: wasm bindings, size budget, measured results.
fn main() {}
