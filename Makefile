# Every command of the project. `make help` lists them.
#
# `make demo` and `make test` need only make and a Python from 3.11 on with venv: they create .venv, install the pinned,
# hash-checked dependencies, and do so again when a lock file changes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
ROOMS := ledger commands projections interfaces
CODE := $(ROOMS) tests $(wildcard benchmarks)

# The first interpreter that is new enough and can make a virtual environment; `make PYTHON=... test` overrides it.
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3; do \
	$$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; \
	done)

# Tests start programs by the hundred. Where modules may not be kept compiled, as images of containers like to have it, each
# of them compiles what it imports anew: 1.1 s of CPU for a short command in place of 0.7.
unexport PYTHONDONTWRITEBYTECODE

# One environment, two stamps: the demo does not wait for test tools, the tests add them to the same place.
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev


.PHONY: help demo test check static types architecture bench soak format clean lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Run the main job on simulated data, from an empty ledger to a signed month and what comes later
	@$(BIN)/ccm-ledger demo

# All tests, those of `check` among them, run once and under coverage; the gate of 95 % stands in pyproject.toml.
test: static ## Everything that CI runs: check, all tests with the coverage gate, the documents
	$(BIN)/coverage erase
	$(BIN)/python -m pytest --quiet --cov --cov-report=term-missing:skip-covered --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: static ## The fast part: format, lint, types, arrows between rooms, fast tests (under two minutes)
	$(BIN)/python -m pytest --quiet -m 'not slow and not soak' --numprocesses 2 --dist loadfile

static: $(DEV)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo

types: $(DEV)
	$(BIN)/mypy $(CODE)

architecture: $(DEV) ## Arrows between rooms, banned calls, lengths, unwanted words
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest --quiet tests/architecture

bench: $(DEV) ## Measure, and print tables of ratios
	$(BIN)/python -m benchmarks

soak: $(DEV) ## Long campaigns, again with SEED=...; reports with seed and commit go to reports/
	$(BIN)/python -m pytest -m soak -s $(if $(SEED),--seed $(SEED))

format: $(DEV) ## Rewrite the code in the project's format
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

clean: ## Remove everything that make made
	rm -rf $(VENV) .coverage .coverage.* htmlcov reports build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find $(ROOMS) tests $(wildcard benchmarks) -name __pycache__ -type d -prune -exec rm -rf {} +


# --- set-up ---------------------------------------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "ccm-ledger needs Python 3.11 or newer with the venv module. None was found as python3.13, python3.12, python3.11 or python3."; \
		echo "Install one (on Debian and Ubuntu also its python3-venv package), or name it: make PYTHON=/path/to/python demo"; \
		exit 2; } >&2
	$(PYTHON) -m venv --clear $(VENV)

# The project itself is installed without dependencies and without build isolation: both come from the lock.
define install
	$(PIP) install --require-hashes --requirement $(1)
	$(PIP) install --no-deps --no-build-isolation --editable .
endef

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(call install,requirements.lock)
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing the pinned test tools into $(VENV) ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

# Resolves anew within the ranges of pyproject.toml; needs the tool `uv` on the PATH, which nothing else here needs.
# `--universal` writes one file for every Python from 3.11 on and every platform, with the hashes of all their wheels.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --no-emit-find-links --no-header pyproject.toml

lock: ## Resolve the dependencies anew and write both lock files
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group build --extra dev --constraint requirements.lock --output-file requirements-dev.lock
