#!/usr/bin/env bash
# Builds a Vault server for tests (core, in-memory storage, transit) from the Go modules that HashiCorp published under
# the MPL. It takes some ten minutes of two cores and is not part of the build: name the binary in PALET_TEST_VAULT.
#   tests/vault/build.sh target/vault && PALET_TEST_VAULT=$PWD/target/vault cargo test -p palet-server --test key_providers
set -euo pipefail
out=$(realpath -m "${1:?expected a path for the binary}")
here=$(cd "$(dirname "$0")" && pwd)
vault=v1.14.1 sdk=v0.9.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod
go mod download "github.com/hashicorp/vault@$vault" "github.com/hashicorp/vault/sdk@$sdk"
modules=$(go env GOMODCACHE)/github.com/hashicorp
cp "$modules/vault@$vault/go.mod" "$modules/vault@$vault/go.sum" .
cp -r "$modules/vault/sdk@$sdk" sdk
chmod -R u+w .
# Vault was built against a state of its SDK that was never published; the next one checks declarations that this
# server never uses.
sed -i 's/if p.ExistenceCheck == nil {/if false \&\& p.ExistenceCheck == nil {/' sdk/framework/backend.go
sed -i -E \
  -e 's#^module .*#module palet.invalid/vault#' -e '/^replace /d' \
  -e "s#(hashicorp/vault/sdk) v[^ ]+#\1 $sdk#" \
  -e 's#(hashicorp/vault/api) v[^ ]+#\1 v1.9.2#' \
  -e 's#(hashicorp/vault/api/auth/(approle|userpass)) v[^ ]+#\1 v0.1.0#' \
  -e 's#(hashicorp/vault/api/auth/kubernetes) v[^ ]+#\1 v0.4.1#' go.mod
printf 'require github.com/hashicorp/vault %s\nreplace github.com/hashicorp/vault/sdk => ./sdk\n' "$vault" >> go.mod
cp "$here/main.go" .
go build -o "$out" .
