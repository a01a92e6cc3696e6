//! The docs against the tree: links lead somewhere, targets and paths that they name exist, and the tree is tidy.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    ChoreError,
    run::{at, root},
};

/// Marks that must be settled before they are committed, spelled so that this file does not hold them.
const UNSETTLED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX:"), concat!("todo", "!(")];

/// Checks every document. **Errors**: `Docs` with each fault on a line of its own.
pub(crate) fn check() -> Result<(), ChoreError> {
    let root = root();
    let files = tracked_files(&root)?;
    let targets = make_targets(&root)?;
    let mut faults = Vec::new();
    for file in &files {
        let Ok(text) = fs::read_to_string(root.join(file)) else { continue };
        if file.ends_with(".md") {
            check_links(&root, file, &text, &mut faults);
            check_targets(file, &text, &targets, &mut faults);
        }
        check_marks(file, &text, &mut faults);
    }
    if faults.is_empty() { Ok(()) } else { Err(ChoreError::Docs(faults.join("\n"))) }
}

fn tracked_files(root: &Path) -> Result<Vec<String>, ChoreError> {
    let listed =
        Command::new("git").args(["ls-files", "--cached"]).current_dir(root).output().map_err(at(root))?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect())
}

fn make_targets(root: &Path) -> Result<BTreeSet<String>, ChoreError> {
    let path = root.join("Makefile");
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let names = text
        .lines()
        .filter(|line| !line.starts_with(['\t', ' ', '.', '#']))
        .filter_map(|line| line.split_once(':'));
    Ok(names.flat_map(|(names, _)| names.split_whitespace()).map(str::to_owned).collect())
}

/// Relative links of a document lead to a file or folder.
fn check_links(root: &Path, file: &str, text: &str, faults: &mut Vec<String>) {
    let folder = root.join(file).parent().map_or_else(|| root.to_path_buf(), Path::to_path_buf);
    for (line, link) in links(text) {
        let target = link.split('#').next().unwrap_or_default();
        let outside = link.contains("://") || link.starts_with("mailto:") || target.is_empty();
        if !outside && !folder.join(PathBuf::from(target)).exists() {
            faults.push(format!("{file}:{line}: the link {link} leads nowhere"));
        }
    }
}

/// Inline links `[…](…)` with the line that they stand on.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            if let Some((link, _)) = rest.split_once(')') {
                found.push((number + 1, link));
            }
        }
    }
    found
}

/// Every `make target` in code quotes is a target of the Makefile.
fn check_targets(file: &str, text: &str, targets: &BTreeSet<String>, faults: &mut Vec<String>) {
    for (number, line) in text.lines().enumerate() {
        for rest in line.split("`make ").skip(1) {
            let named = rest.split(['`', ' ']).next().unwrap_or_default();
            if !named.is_empty() && !targets.contains(named) {
                faults.push(format!("{file}:{}: the Makefile has no target {named}", number + 1));
            }
        }
    }
}

fn check_marks(file: &str, text: &str, faults: &mut Vec<String>) {
    if file.ends_with(".lock") || file.contains("fuzz/corpus/") {
        return;
    }
    for (number, line) in text.lines().enumerate() {
        if let Some(mark) = UNSETTLED.iter().find(|mark| line.contains(**mark)) {
            faults.push(format!("{file}:{}: {mark} is not settled", number + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_lines() {
        assert_eq!(links("a [b](c.md)\n[d](e#f) and [g](h)"), [(1, "c.md"), (2, "e#f"), (2, "h")]);
    }

    #[test]
    fn a_target_that_the_makefile_lacks_is_told() {
        let (targets, mut faults) = (BTreeSet::from(["test".to_owned()]), Vec::new());
        check_targets("a.md", "run `make test`\nthen `make coffee now`", &targets, &mut faults);
        assert_eq!(faults, ["a.md:2: the Makefile has no target coffee"]);
    }
}
