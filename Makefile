# Counterfoil. `make` alone lists the targets.
# Settings go on the same line: make demo PORT=8100

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAND := $(BIN)/python -m counterfoil_stand
SEEDS ?= 2000
FAST := --ignore=tests/journeys -p no:playwright -p no:base_url
PYTEST := $(BIN)/python -m pytest
# One process a core, each with a database of its own; whoever is done takes from the other.
SPREAD := -n auto --dist worksteal

.PHONY: help
help:  ## List the targets
	@echo "Counterfoil: make TARGET"; echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' \
	  | while IFS=$$'\t' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

# -- Set-up: stamps in the virtual environment, so that a second run is quick -----------------------------------

$(VENV)/stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/stamp-demo: $(VENV)/stamp-venv requirements.txt pyproject.toml
	@test -e $(VENV)/stamp-dev || echo "Installing what Counterfoil needs into $(VENV) (once) ..."
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/stamp-dev: $(VENV)/stamp-venv requirements-dev.txt pyproject.toml
	@echo "Installing what the tests and checks need into $(VENV) (once) ..."
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

# Quick when a browser is there; what had to be fetched is noted in .counterfoil/.
.PHONY: browser
browser: $(VENV)/stamp-dev
	@$(STAND) chromium > /dev/null

.PHONY: setup
setup: $(VENV)/stamp-demo $(VENV)/stamp-dev  ## Make .venv with everything for work on the code

# -- Running ----------------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/stamp-demo  ## Run the whole demo until Ctrl-C; its data is kept
	@exec $(STAND) demo

.PHONY: demo-reset
demo-reset: $(VENV)/stamp-demo  ## Delete the demo's data, so that the next demo starts over
	@$(STAND) reset

# -- Tests ------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/stamp-dev browser  ## Run all tests, in a browser too (sets everything up itself)
	@$(STAND) test-run -- $(PYTEST) $(SPREAD) $(ARGS)

.PHONY: test-fast
test-fast: $(VENV)/stamp-dev  ## Run the tests that need no browser
	@$(STAND) test-run -- $(PYTEST) $(FAST) $(SPREAD) $(ARGS)

.PHONY: simulate
simulate: $(VENV)/stamp-dev  ## Run the simulator on SEEDS=2000 seeds
	@$(STAND) test-run -- $(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

.PHONY: bench
bench: $(VENV)/stamp-dev  ## Run the benchmarks and write docs/benchmarks.md
	@$(BIN)/python -m bench $(ARGS)

# -- Checks -----------------------------------------------------------------------------------------------------

.PHONY: check
check: $(VENV)/stamp-dev  ## Format, lint, types, import contracts, house budget, migrations, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@! grep -nE 'https?://' requirements.txt requirements-dev.txt || { echo "a lock file holds an address" >&2; exit 1; }
	$(STAND) test-run -- $(BIN)/mypy
	$(STAND) test-run -- $(PYTEST) $(FAST) -q tests/architecture
	$(STAND) test-run -- $(BIN)/counterfoil makemigrations --check --dry-run
	$(STAND) test-run -- $(BIN)/counterfoil generate --check

.PHONY: format
format: $(VENV)/stamp-dev  ## Format the code, and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# -- Now and then -----------------------------------------------------------------------------------------------

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
  --python-version 3.11 --extra embedded pyproject.toml

.PHONY: lock
lock: $(VENV)/stamp-dev  ## Choose the newest allowed versions of all dependencies and lock them by hash
	$(LOCK) --upgrade -o requirements.txt
	$(LOCK) --upgrade --group dev --constraint requirements.txt -o requirements-dev.txt

.PHONY: screenshots
screenshots: $(VENV)/stamp-dev browser  ## Take the pictures of docs/ anew
	@COUNTERFOIL_SCREENSHOTS=docs/pictures $(STAND) test-run -- $(PYTEST) -q tests/journeys -k screenshots $(ARGS)
