# Everything a person does with this project. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
BIN := $(VENV)/bin
# The first Python on the path that this project runs on; PYTHON=/path/to/python overrides it.
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUITS)' >/dev/null 2>&1 && { echo $$p; break; }; done)
# pip says a lot; people see how far it is, and everything that goes wrong.
PIP := $(PY) -m pip install --disable-pip-version-check --prefer-binary --no-compile -c constraints.txt
PROGRESS := awk '/^Collecting/ {printf "\r  %d packages read", ++n} \
	/^Installing collected/ {print "\n  unpacking them"} {fflush()} END {print ""}'

# Where a shell forbids Python to keep bytecode, every start would compile torch again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: app
app: $(VENV)/.app ## Open the app on this machine (installs on first use, a few minutes)
	@$(BIN)/mer app

.PHONY: test
test: $(VENV)/.dev ## Run every test; browser tests where Chromium is found
	@$(PY) -m pytest

.PHONY: check
check: $(VENV)/.dev ## What CI runs: format, lint, types, import contracts, tests
	@echo "format" && $(BIN)/ruff format --check .
	@echo "lint" && $(BIN)/ruff check .
	@echo "types" && $(BIN)/pyright --pythonpath $(PY)
	@echo "import contracts" && $(BIN)/lint-imports --no-logo
	@echo "tests" && $(PY) -m pytest

.PHONY: format
format: $(VENV)/.dev ## Put the code into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.PHONY: install
install: $(VENV)/.app ## Make .venv with the pinned versions, nothing else

.PHONY: train
train: $(VENV)/.app ## Train again everything that ships (hours on two cores; goes on after a stop)
	@$(BIN)/mer train all --ship

.PHONY: numbers
numbers: $(VENV)/.app ## Write the cards' numbers into README.md
	@$(PY) docs/fill_numbers.py

.PHONY: pins
pins: ## Write constraints.txt anew from what an empty environment gets
	@rm -rf .pins && $(PYTHON) -m venv .pins && .pins/bin/python -m pip install -q -e '.[dev]' setuptools
	@{ sed -n '/^#/p' constraints.txt; .pins/bin/python -m pip freeze --all --exclude-editable \
		| grep -v -e ' @ ' -e '^pip==' | sort -f; } > .pins/new && mv .pins/new constraints.txt && rm -rf .pins

$(PY):
	@test -n "$(PYTHON)" || { echo "MER Lab needs Python 3.11, 3.12 or 3.13 with its venv module;" \
		"none is on the path. Install one (Debian: apt install python3-venv) or run" \
		"make PYTHON=/path/to/python." >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.app: pyproject.toml constraints.txt | $(PY)
	@echo "Installing what the app needs, pinned (a few minutes, once)"
	@$(PIP) -e . | $(PROGRESS)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(PY)
	@echo "Installing what the app and its tests need, pinned (a few minutes, once)"
	@$(PIP) -e '.[dev]' | $(PROGRESS)
	@touch $@ $(VENV)/.app
