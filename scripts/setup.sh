#!/usr/bin/env bash
# Installs what building and testing need, or says exactly what is missing. Safe to run again: it does nothing then.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
note() { printf 'setup: %s\n' "$*" >&2; }

need() { # command, what to do about it
  command -v "$1" >/dev/null 2>&1 || missing+=("$1: $2")
}

need cargo "install Rust by rustup (https://rustup.rs); rust-toolchain.toml chooses the version"
need node "install Node.js 20 or newer"
need npm "install npm 10 or newer, it comes with Node.js"
need cc "install a C compiler (Debian: apt-get install build-essential)"
if ((${#missing[@]})); then
  note "please install by hand:"
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi

if command -v rustup >/dev/null 2>&1 && ! rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown; then
  note "adding the Rust target wasm32-unknown-unknown"
  rustup target add wasm32-unknown-unknown
fi

browser() { # name for people, commands that would do, Debian package
  local what=$1 package=$3 command
  for command in $2; do
    command -v "$command" >/dev/null 2>&1 && return 0
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    note "installing $what ($package)"
    [ -n "${APT_UPDATED:-}" ] || { apt-get update -qq && APT_UPDATED=1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
  else
    note "$what not found: the browser tests need it (Debian: apt-get install $package). Everything else works without."
  fi
}

if [ -z "${PALET_NO_BROWSERS:-}" ]; then
  browser Chromium "${CHROMIUM_PATH:-chromium} chromium chromium-browser google-chrome" chromium
  browser Firefox "${FIREFOX_PATH:-firefox} firefox firefox-esr" firefox-esr
fi
