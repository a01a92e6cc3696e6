#!/usr/bin/env bash
# Every bench that prints ratios, one after another; each writes target/measured/<name>.json. The last lines gather what
# does not hold. An argument chooses some: scripts/bench.sh obfuscation policy
set -euo pipefail
cd "$(dirname "$0")/.."
chosen=("$@")
failed=()

wanted() { ((${#chosen[@]} == 0)) || [[ " ${chosen[*]} " == *" $1 "* ]]; }
run() { # name, command…
  local name=$1
  shift
  wanted "$name" || return 0
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
}

run obfuscation cargo bench --quiet --package palet-obfuscation --bench ratios
run constant-time cargo bench --quiet --package palet-obfuscation --bench constant_time
run policy cargo bench --quiet --package palet-policy --bench decide
run detect cargo run --quiet --release --package palet-detect --features std --example detect_bench
run mask cargo bench --quiet --package palet-server --bench mask_items
run server cargo bench --quiet --package palet-server --bench server_cpu
run inference cargo bench --quiet --package palet-sequence --bench inference
run sdk npm --prefix js run --silent bench

node scripts/measured.mjs || failed+=(measured)
((${#failed[@]} == 0)) || { echo "bench: failed: ${failed[*]}" >&2; exit 1; }
