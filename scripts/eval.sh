#!/usr/bin/env bash
# Error rates of the shipped extractor, models and scorers on every corpus below the folder; skipped where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
corpora=$1
palet=target/release/palet
if [ ! -d "$corpora" ]; then
  echo "eval: skipped, there are no corpora at $corpora (set PALET_DATA to their parent folder)"
  exit 0
fi
mkdir -p target/measured
takeover=()
for corpus in "$corpora"/*/; do
  [ -f "$corpus/takeover.csv" ] && takeover+=("$corpus")
done
"$palet" eval "$corpora"/*/
"$palet" eval --takeover "${takeover[@]}"
