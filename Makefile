# Everything that a person or CI runs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= always

CARGO ?= cargo
CORPORA := $(or $(PALET_DATA),../shared/data)/corpora
PALET := target/release/palet
MODELS_TOOL := target/release/palet-models
# Chosen together whatever is built of them: cargo unites features over what is chosen, and the runtime of the networks
# would be compiled anew for each choice.
RELEASE := build --release --package palet-server --package palet-eval --package palet-tests

.PHONY: help setup sdk site build models-tool demo test test-rust test-js fmt fmt-check lint size e2e bench bench-presidio eval eval-docs eval-docs-check rescore \
	models ml-setup strokes train models-check sequence-weights notebook encoder-report fuzz crash docs ci clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: ## Install what is missing: wasm target, npm packages, a browser for the tests
	@scripts/setup.sh

js/node_modules/.package-lock.json: js/package-lock.json
	cd js && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

demo-site/node_modules/.package-lock.json: demo-site/package-lock.json
	cd demo-site && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

tests/e2e/node_modules/.package-lock.json: tests/e2e/package-lock.json
	cd tests/e2e && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

SDK_SOURCES := $(shell find sdk-wasm shared js/src js/scripts -type f \( -name '*.rs' -o -name '*.ts' -o -name '*.mjs' -o -name 'Cargo.toml' \) 2>/dev/null)
SITE_SOURCES := $(shell find demo-site -path demo-site/node_modules -prune -o -path demo-site/dist -prune -o -type f -print 2>/dev/null)

js/dist/manifest.json: js/node_modules/.package-lock.json $(SDK_SOURCES) Cargo.lock
	$(CARGO) run --quiet --package xtask -- sdk
	@touch $@

demo-site/dist/index.html: demo-site/node_modules/.package-lock.json js/node_modules/.package-lock.json $(SITE_SOURCES)
	cd demo-site && npm run --silent build
	@touch $@

sdk: js/dist/manifest.json ## Build the SDK: wasm, ESM, IIFE, types, integrity hashes

site: demo-site/dist/index.html ## Build the demonstration bank's pages

build: sdk site ## Build the binary with SDK and pages inside
	$(CARGO) $(RELEASE) --bin palet

models-tool:
	@$(CARGO) $(RELEASE) --quiet --bin palet-models

demo: setup ## Build everything and open the demonstration bank on http://localhost:8420
	@$(MAKE) --no-print-directory build
	$(PALET) demo

test: setup test-rust test-js ## All tests that need no outside service

test-rust: sdk site
	$(CARGO) test --workspace --locked

test-js: sdk demo-site/node_modules/.package-lock.json
	cd js && npm run --silent check && npm test --silent
	cd demo-site && npm run --silent typecheck && npm test --silent

fmt: ## Format the Rust code
	$(CARGO) fmt --all

fmt-check:
	$(CARGO) fmt --all --check

lint: sdk site ## Clippy, warnings as errors
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

size: sdk ## The SDK's size against its budget
	$(CARGO) run --quiet --package xtask -- size

e2e: sdk site tests/e2e/node_modules/.package-lock.json ## Real server, real Chromium and Firefox
	$(CARGO) $(RELEASE) --bin palet --bin feed
	cd tests/e2e && node --test --test-concurrency=3 --test-reporter=spec suite/*.test.mjs

bench: build ## Ratios against peers measured in the same run
	scripts/bench.sh

bench-presidio: ## Detection against Presidio's recognisers for a bank, in an environment of its own
	shared/detect/bench/presidio/run.sh

eval: build ## Error rates on the corpora beside the project, where they are
	scripts/eval.sh "$(CORPORA)"

rescore: build ## A thousand decisions made again: after a restart, and by another build
	scripts/rescore.sh

eval-docs: models-tool ## Write docs/evaluation.md from a run over all corpora
	$(MODELS_TOOL) document $(CORPORA)/* > docs/evaluation.md.new
	mv docs/evaluation.md.new docs/evaluation.md

eval-docs-check: models-tool ## docs/evaluation.md against a run over all corpora, where they are
	scripts/eval-docs-check.sh "$(CORPORA)"

models: models-tool ## Make the shipped population and cohort again, from the corpora that may be trained on
	scripts/models.sh "$(CORPORA)"

crash: ## Writers killed with SIGKILL, 200 rounds a part: what was acknowledged is there, what is there is whole
	$(CARGO) run --quiet --package palet-tests --bin crash -- --rounds $(or $(CRASH_ROUNDS),200)

ml-setup: ## Make the environment that the sequence models are trained in (Python, development only)
	@ml/setup.sh

# Strokes of the pointer corpora, by the shipped extractor.
STROKES := ml/build/sapimouse.strokes.jsonl.gz
TRAIN := cd ml && nice -n 10 .venv/bin/python -m

$(STROKES):
	@$(MAKE) --no-print-directory models-tool
	$(MODELS_TOOL) strokes $(CORPORA)/sapimouse --out ml/build

strokes: ## Write the strokes that the sequence models are trained on, from the corpora beside the project
	@rm -f $(STROKES)
	@$(MAKE) --no-print-directory $(STROKES)

train: ml-setup $(STROKES) ## Train the sequence models: ONNX, companions, figures on people held out
	$(TRAIN) palet_ml.train build/sapimouse.strokes.jsonl.gz --out ../ingest-server/sequence/models
	$(TRAIN) palet_ml.cards build/sapimouse.strokes.jsonl.gz

models-check: ## The server's runtime, onnxruntime and training agree on the committed models, to 1e-5
	$(CARGO) test --quiet --package palet-sequence --locked
	@if [ -x ml/.venv/bin/python ]; then cd ml && .venv/bin/python -m palet_ml.check; \
	  else echo "models-check: onnxruntime and training are left out, there is no ml/.venv (make ml-setup)"; fi

sequence-weights: ml-setup models-tool $(STROKES) ## Whether the sequence scorers earn a weight: three rotations of who is held out
	$(MODELS_TOOL) eval --json --out ml/build/pointer $(CORPORA)/sapimouse > /dev/null
	$(TRAIN) palet_ml.rotations build/sapimouse.strokes.jsonl.gz build/pointer/scores.csv

notebook: ml-setup $(STROKES) ## Run the notebook from top to bottom and keep its outputs
	$(TRAIN) palet_ml.run_notebook

encoder-report: ml-setup models-tool ## The in-page encoder, tried: accuracy, size, time, what can be read back
	$(MODELS_TOOL) eval --json --out target/encoder-report \
	  $(CORPORA)/monaco-free $(CORPORA)/aalto-sentences > /dev/null
	$(TRAIN) palet_ml.encoder_report $(abspath $(CORPORA)) ../target/encoder-report

fuzz: ## Ten minutes of fuzzing for each decoder (FUZZ_SECONDS=n for another time)
	scripts/fuzz.sh

docs: ## Rustdoc without warnings, links and figures of docs/ checked
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --quiet
	$(CARGO) run --quiet --package xtask -- docs

ci: ## What CI runs: everything, with the time that each part took
	@scripts/ci.sh

clean:
	$(CARGO) clean
	rm -rf js/dist demo-site/dist
