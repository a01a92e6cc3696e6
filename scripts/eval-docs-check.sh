#!/usr/bin/env bash
# docs/evaluation.md is what a run writes: makes it again and compares; skipped where there are no corpora.
set -euo pipefail
cd "$(dirname "$0")/.."
corpora=$1
if [ ! -d "$corpora" ]; then
  echo "eval-docs-check: skipped, there are no corpora at $corpora (set PALET_DATA to their parent folder)"
  exit 0
fi
again=$(mktemp)
trap 'rm -f "$again"' EXIT
target/release/palet-models document "$corpora"/* > "$again"
diff -u docs/evaluation.md "$again" || { echo "eval-docs-check: docs/evaluation.md is not what a run writes: make eval-docs" >&2; exit 1; }
