#!/usr/bin/env bash
# Makes ml/.venv with the exact versions of requirements.txt. Development only.
set -euo pipefail
cd "$(dirname "$0")"
if [ -f .venv/made-from ] && cmp --silent requirements.txt .venv/made-from; then
  exit 0
fi
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.txt
cp requirements.txt .venv/made-from
