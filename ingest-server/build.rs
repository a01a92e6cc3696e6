//! Makes sure that the folders embedded into the binary exist: a tree without built pages still compiles,
//! and `palet serve` then says that the pages are absent.

#![allow(clippy::print_stdout, reason = "cargo reads the directives of a build script from its output")]

fn main() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["demo-site/dist", "js/dist"] {
        let folder = root.join(folder);
        // A read-only tree that has the folder already is fine; one that lacks it fails at the embedding, by name.
        let _ = std::fs::create_dir_all(&folder);
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
}
