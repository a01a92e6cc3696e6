//! Compiles the page's crates to wasm, writes their bindings and shrinks them.
//!
//! `wasm-bindgen-cli-support` is pinned to the version of `wasm-bindgen`, so that both ends of the bindings agree
//! wherever Cargo.lock holds.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    ChoreError,
    run::{at, root, run},
};

/// A wasm module of the SDK: the package with one of its features.
struct Module {
    feature: &'static str,
    name: &'static str,
}

const PACKAGE: &str = "palet-sdk-wasm";
const ARTIFACT: &str = "palet_sdk_wasm.wasm";
const MODULES: [Module; 2] =
    [Module { feature: "session", name: "palet" }, Module { feature: "fields", name: "palet_fields" }];

/// What rustc's wasm target turns on, and every browser of the last years has.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Five limbs of 51 bits make smaller code than ten of 26, and a page makes a handshake once.
const SMALL_CURVE: &str =
    r#"target.wasm32-unknown-unknown.rustflags=["--cfg","curve25519_dalek_bits=\"64\""]"#;

/// Builds every module into `js/src/wasm`. **Errors**: the first program or file that fails.
pub(crate) fn build() -> Result<(), ChoreError> {
    install_js()?;
    let out = root().join("js/src/wasm");
    fs::create_dir_all(&out).map_err(at(&out))?;
    MODULES.iter().try_for_each(|module| {
        compile(module)?;
        bind(module, &out)?;
        drop_unused(module, &out)?;
        shrink(module, &out)
    })
}

/// Builds the SDK's files into `js/dist`.
pub(crate) fn build_js() -> Result<(), ChoreError> {
    run(Command::new("npm").args(["run", "--silent", "build"]).current_dir(root().join("js")))
}

fn install_js() -> Result<(), ChoreError> {
    if binaryen("wasm-opt").exists() {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(root().join("js")))
}

fn binaryen(tool: &str) -> PathBuf {
    root().join("js/node_modules/binaryen/bin").join(tool)
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Built as a cdylib alone: with an rlib beside it cargo leaves link-time optimisation out.
fn compile(module: &Module) -> Result<(), ChoreError> {
    run(Command::new(env!("CARGO"))
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", "wasm-release", "--package", PACKAGE])
        .args(["--no-default-features", "--features", module.feature])
        .args(["--config", SMALL_CURVE]))
}

fn bind(module: &Module, out: &Path) -> Result<(), ChoreError> {
    let input = target().join("wasm32-unknown-unknown/wasm-release").join(ARTIFACT);
    Bindgen::new()
        .input_path(input)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .out_name(module.name)
                .typescript(true)
                .omit_default_module_path(true)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate(out)
        })
        .map_err(|error| ChoreError::Bindings { module: module.name, reason: format!("{error:#}") })
}

/// Takes out what the bindings keep for JavaScript's values, of which none crosses: a table, and the one import that
/// fills it. What stays is what the crate itself exports.
fn drop_unused(module: &Module, out: &Path) -> Result<(), ChoreError> {
    let wasm = out.join(format!("{}_bg.wasm", module.name));
    let listed = out.join(format!("{}_bg.wasm.d.ts", module.name));
    let text = fs::read_to_string(&listed).map_err(at(&listed))?;
    let names: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.split_once(':'))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("__"))
        .collect();
    let mut graph = vec![json!({ "name": "page", "root": true, "reaches": names })];
    graph.extend(names.iter().map(|name| json!({ "name": name, "export": name })));
    let graph_at = target().join(format!("{}.graph.json", module.name));
    fs::write(&graph_at, serde_json::Value::Array(graph).to_string()).map_err(at(&graph_at))?;
    // It tells on its output what it took out.
    run(Command::new("node")
        .stdout(Stdio::null())
        .arg(binaryen("wasm-metadce"))
        .arg("--graph-file")
        .arg(&graph_at)
        .args(WASM_FEATURES)
        .arg(&wasm)
        .arg("-o")
        .arg(&wasm))
}

fn shrink(module: &Module, out: &Path) -> Result<(), ChoreError> {
    let wasm = out.join(format!("{}_bg.wasm", module.name));
    run(Command::new("node")
        .arg(binaryen("wasm-opt"))
        .args([
            "--flatten",
            "--rereloop",
            "-Oz",
            "-Oz",
            "--low-memory-unused",
            "--zero-filled-memory",
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .args(WASM_FEATURES)
        .arg(&wasm)
        .arg("-o")
        .arg(&wasm))
}
