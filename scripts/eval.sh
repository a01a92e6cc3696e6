#!/usr/bin/env bash
# Error rates of the shipped extractor, models and scorers on every corpus below the folder; skipped where there is none.
# Reports of each stand in target/eval afterwards, the figures in target/measured/eval.json.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
corpora=$1
palet=target/release/palet
if [ ! -d "$corpora" ]; then
  echo "eval: skipped, there are no corpora at $corpora (set PALET_DATA to their parent folder)"
  exit 0
fi
rm -rf target/eval
takeover=()
for corpus in "$corpora"/*/; do
  if [ -f "$corpus/takeover.csv" ]; then takeover+=("$corpus"); fi
done
for corpus in "$corpora"/*/; do
  trials=target/eval/trials/$(basename "$corpus")
  began=$EPOCHREALTIME
  "$palet" eval --out "$trials" "$corpus"
  printf '[%s, %s]\n' "$began" "$EPOCHREALTIME" > "$trials/from-to.json"
done
if [ -d "$corpora/sapimouse" ]; then
  "$palet" eval --joined 3 --out target/eval/joined "$corpora/sapimouse"
fi
if [ ${#takeover[@]} -gt 0 ]; then
  "$palet" eval --takeover --out target/eval/takeover "${takeover[@]}"
fi
if [ -d "$corpora/monaco-free" ] && [ -d "$corpora/sapimouse" ]; then
  "$palet" eval --takeover --fused --out target/eval/fused "$corpora/monaco-free" "$corpora/sapimouse"
fi
node scripts/eval-measured.mjs
