#!/usr/bin/env bash
# Runs every check in order, stops at the first that fails, and prints how long each part took.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0

times=()
report() {
  printf '\n%-12s %s\n' part seconds
  printf '%s\n' "${times[@]}"
}
trap report EXIT

part() { # name, make targets…
  local name=$1 began=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  if make --no-print-directory "$@"; then
    times+=("$(printf '%-12s %d' "$name" $((SECONDS - began)))")
  else
    times+=("$(printf '%-12s %d  FAILED' "$name" $((SECONDS - began)))")
    exit 1
  fi
}

part setup setup
part fmt fmt-check
part sdk sdk
part site site
part lint lint
part test test-rust
part models-check models-check
part test-js test-js
part size size
part docs docs
part e2e e2e
part rescore rescore
part eval eval
part eval-docs eval-docs-check
