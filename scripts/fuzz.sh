#!/usr/bin/env bash
# Fuzzes each decoder in turn. Needs a nightly toolchain and cargo-fuzz; says so where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-600}
command -v cargo-fuzz >/dev/null 2>&1 || { echo "fuzz: please run 'cargo install cargo-fuzz --locked' first" >&2; exit 1; }
rustup toolchain list | grep -q nightly || { echo "fuzz: please run 'rustup toolchain install nightly' first" >&2; exit 1; }
cargo +nightly fuzz build --sanitizer none
for target in ${FUZZ_TARGETS:-$(cargo +nightly fuzz list)}; do
  echo "== $target, $seconds s"
  found=target/fuzz/$target
  mkdir -p "$found"
  cargo +nightly fuzz run --sanitizer none "$target" "$found" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=8192 -print_final_stats=1
done
