#!/usr/bin/env bash
# Makes a thousand decisions in a running server, restarts it, and makes them again: in the same process, by the command
# of the same build, and by the command of another build of the same version. Any bit that differs fails.
set -euo pipefail
cd "$(dirname "$0")/.."
other=$PWD/target/release/palet
[ -x "$other" ] || { echo "rescore: expected another build at $other; make build" >&2; exit 2; }
PALET_OTHER_BUILD=$other cargo test --locked --workspace --test rescore -- --nocapture
