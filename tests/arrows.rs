//! The architecture's arrows, as checks that fail: which room may know which, and which rooms do no I/O.
//!
//! Three nets: the direct dependencies of every crate against the table below, what pure rooms pull in through all
//! levels, and what the rooms inside the server's own crate import from one another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Who may depend on whom among the project's own crates (tests aside).
const ARROWS: &[(&str, &[&str])] = &[
    ("palet-units", &[]),
    ("palet-capture", &["palet-units"]),
    ("palet-features", &["palet-units", "palet-capture"]),
    ("palet-mask", &["palet-units"]),
    ("palet-detect", &["palet-mask"]),
    ("palet-wire", &["palet-units", "palet-features", "palet-mask"]),
    ("palet-seal", &[]),
    (
        "palet-client",
        &["palet-units", "palet-capture", "palet-features", "palet-mask", "palet-wire", "palet-seal"],
    ),
    (
        "palet-sdk-wasm",
        &[
            "palet-client",
            "palet-units",
            "palet-capture",
            "palet-features",
            "palet-mask",
            "palet-wire",
            "palet-seal",
            "palet-detect",
        ],
    ),
    ("palet-session", &["palet-units", "palet-features", "palet-wire", "palet-seal"]),
    ("palet-comparison", &["palet-units", "palet-features", "palet-capture"]),
    ("palet-risk", &["palet-units", "palet-features", "palet-capture", "palet-comparison"]),
    ("palet-sequence", &["palet-units", "palet-features", "palet-capture", "palet-comparison"]),
    ("palet-policy", &["palet-units", "palet-mask"]),
    ("palet-obfuscation", &["palet-units", "palet-mask"]),
    (
        "palet-eval",
        &[
            "palet-units",
            "palet-capture",
            "palet-features",
            "palet-comparison",
            "palet-risk",
            "palet-sequence",
            "palet-policy",
            "palet-mask",
            "palet-synthetic",
        ],
    ),
    ("palet-synthetic", &["palet-units", "palet-capture"]),
];

/// Rooms that do no I/O, and may pull in nothing that could.
const PURE: &[&str] = &[
    "palet-units",
    "palet-capture",
    "palet-features",
    "palet-mask",
    "palet-detect",
    "palet-wire",
    "palet-seal",
    "palet-client",
    "palet-session",
    "palet-comparison",
    "palet-sequence",
    "palet-risk",
    "palet-policy",
    "palet-obfuscation",
];

/// Crates that mean I/O, a clock or a runtime.
const IMPURE_CRATES: &[&str] = &[
    "tokio",
    "actix-web",
    "actix-rt",
    "sqlx",
    "sqlx-core",
    "reqwest",
    "hyper",
    "mio",
    "async-std",
    "web-sys",
    "rdkafka",
    "redis",
    "chrono",
    "time",
];

/// What each room inside the server's crate must not import from `crate::`.
const SERVER_ROOMS: &[(&str, &[&str])] = &[
    ("store", &["http", "ws", "app", "cli", "access", "demo"]),
    ("stream", &["http", "ws", "app", "cli"]),
    ("audit", &["http", "ws", "app", "cli", "unmask"]),
    ("unmask", &["http", "ws", "app", "cli", "demo"]),
    ("keys", &["http", "ws", "app", "cli"]),
    ("config", &["http", "ws", "app", "cli", "store", "live"]),
    ("telemetry", &["http", "ws", "app", "cli", "store"]),
    ("access", &["http", "ws", "app", "cli", "live"]),
    ("values", &["http", "ws", "app", "cli", "demo", "live", "access"]),
    ("live", &["http", "ws", "app", "cli", "demo"]),
    ("http", &["cli", "demo"]),
    ("ws", &["cli", "demo"]),
    ("app", &["cli"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests' crate lies in the workspace")
        .to_path_buf()
}

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Normal dependencies by package name, for every package of the graph.
fn graph(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| (package["id"].as_str().expect("id"), package["name"].as_str().expect("name")))
        .collect();
    let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
    for node in metadata["resolve"]["nodes"].as_array().expect("nodes") {
        let of = graph.entry(names[node["id"].as_str().expect("id")].to_owned()).or_default();
        for dependency in node["deps"].as_array().expect("deps") {
            let kinds = dependency["dep_kinds"].as_array().expect("kinds");
            if kinds.iter().any(|kind| kind["kind"].is_null()) {
                of.insert(names[dependency["pkg"].as_str().expect("pkg")].to_owned());
            }
        }
    }
    graph
}

#[test]
fn no_crate_depends_on_one_that_it_must_not_know() {
    let graph = graph(&metadata());
    let mut faults = Vec::new();
    for (name, allowed) in ARROWS {
        let known = graph.get(*name).unwrap_or_else(|| panic!("{name} is in the workspace"));
        let own = known.iter().filter(|other| other.starts_with("palet-"));
        faults.extend(
            own.filter(|other| !allowed.contains(&other.as_str())).map(|other| format!("{name} → {other}")),
        );
    }
    assert!(faults.is_empty(), "arrows that the architecture does not have: {faults:?}");
}

#[test]
fn pure_rooms_pull_in_nothing_that_does_io() {
    let graph = graph(&metadata());
    let mut faults = Vec::new();
    for room in PURE {
        let mut seen = BTreeSet::new();
        let mut open = vec![(*room).to_owned()];
        while let Some(name) = open.pop() {
            if IMPURE_CRATES.contains(&name.as_str()) {
                faults.push(format!("{room} pulls in {name}"));
            }
            if seen.insert(name.clone()) {
                open.extend(graph.get(&name).into_iter().flatten().cloned());
            }
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// Every Rust file below `folder` with its code, test modules left out.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut test_files = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a readable source");
                test_files.extend(test_modules(&text).map(|name| folder.join(format!("{name}.rs"))));
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                found.push((path, code));
            }
        }
    }
    found.retain(|(path, _)| !test_files.contains(path));
    found
}

/// Names of modules that are compiled for tests only and lie in files of their own.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.lines().next()?.strip_suffix(';'))
}

fn statements(code: &str) -> impl Iterator<Item = &str> {
    code.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

#[test]
fn rooms_inside_the_server_import_only_what_they_may() {
    let source = root().join("ingest-server/src");
    let mut faults = Vec::new();
    let mut rooms_found = 0;
    for (room, forbidden) in SERVER_ROOMS {
        let folder = source.join(room);
        let file = source.join(format!("{room}.rs"));
        let files = if folder.is_dir() {
            sources(&folder)
        } else if file.is_file() {
            vec![(file.clone(), std::fs::read_to_string(&file).expect("a readable source"))]
        } else {
            continue;
        };
        rooms_found += 1;
        for (path, code) in files {
            for line in statements(&code) {
                for other in *forbidden {
                    if line.contains(&format!("crate::{other}::"))
                        || line.contains(&format!("crate::{other};"))
                    {
                        faults.push(format!("{}: {line}", path.display()));
                    }
                }
            }
        }
    }
    assert!(rooms_found >= 6, "the server's rooms are where the table says, found {rooms_found}");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn raw_events_can_be_neither_printed_nor_serialised() {
    let mut faults = Vec::new();
    for (path, code) in sources(&root().join("shared/capture/src")) {
        for line in statements(&code) {
            if ["Debug", "Serialize", "Display", "fmt::"].iter().any(|word| line.contains(word)) {
                faults.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn pure_rooms_have_no_clock_no_randomness_and_no_async() {
    let folders = [
        "shared",
        "sdk-wasm/session/src",
        "ingest-server/comparison/src",
        "ingest-server/sequence/src",
        "ingest-server/risk/src",
        "ingest-server/policy/src",
        "ingest-server/obfuscation/src",
        "ingest-server/session/src",
    ];
    let words = [
        "Instant::now",
        "SystemTime::now",
        "thread_rng",
        "OsRng",
        "async fn",
        "std::fs::",
        "std::env::",
        "std::net::",
    ];
    let mut faults = Vec::new();
    for folder in folders {
        for (path, code) in sources(&root().join(folder)) {
            let place = path.to_string_lossy().into_owned();
            let is_tool = ["/tests/", "/benches/", "/examples/", "/bench/", "/bin/"]
                .iter()
                .any(|part| place.contains(part));
            if is_tool {
                continue;
            }
            for line in statements(&code) {
                faults.extend(
                    words.iter().filter(|word| line.contains(**word)).map(|_| format!("{place}: {line}")),
                );
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
