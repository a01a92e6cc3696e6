#!/bin/sh
# Measures the detector against Presidio's pattern recognisers, in an environment of Presidio's own under target/.
set -eu
root=$(cd "$(dirname "$0")/../../../.." && pwd)
here="$root/shared/detect/bench/presidio"
target=${CARGO_TARGET_DIR:-$root/target}
environment="$target/presidio"
bench="$target/release/examples/detect_bench"
mkdir -p "$target/measured"
if ! "$environment/bin/python" -c 'import presidio_analyzer' 2>/dev/null; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
cargo build --quiet --release --package palet-detect --features std --example detect_bench
"$bench" --text "$target/presidio/mixed.txt" 2
"$environment/bin/python" "$here/bench.py" "$target/presidio/mixed.txt" "$bench --bank" \
    "$root/target/measured/bench-presidio.json"
