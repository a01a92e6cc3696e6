#!/usr/bin/env bash
# Makes the three shipped models again. The result is the same to the byte for the same corpora.
set -euo pipefail
cd "$(dirname "$0")/.."
corpora=$1
out=ingest-server/comparison/models
[ -d "$corpora" ] || { echo "models: expected corpora at $corpora; set PALET_DATA to their parent folder" >&2; exit 2; }
make_model() { target/release/palet-models "$@"; }
make_model keystroke "$corpora/monaco-free" "$corpora/monaco-fixed" \
  --fit-on "$corpora/monaco-free" --out "$out/keystroke.bin"
make_model fixed-text "$corpora/monaco-keypad" --out "$out/fixed_text.bin"
make_model pointer "$corpora/sapimouse" --out "$out/pointer.bin"
