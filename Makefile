# Every command sets up what it needs; a second run finds it done.

PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& command -v $$name && break; done)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

export PORT
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help run demo test lint format lock clean set-up

help:
	@echo "make run     start the journal on http://127.0.0.1:$(PORT)"
	@echo "make demo    the same, with a year of invented reflections"
	@echo "make test    run every check and test (ARGS= goes to pytest)"
	@echo "make lint    run the checks alone    make format   format the code"
	@echo "make lock    pin the dependencies anew (UPGRADE=1 for newer ones)"

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh .ci/venv-package
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.made
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: tests/requirements.txt $(VENV)/.runtime
	$(PIP) -r tests/requirements.txt
	@touch $@

set-up: $(VENV)/.runtime
	@python -m leaderjournal.kernel.first_run
	@flask --app app db upgrade

run: set-up
	@echo "Leader Journal is on http://127.0.0.1:$(PORT) - Ctrl-C stops it."
	@HOST=127.0.0.1 exec honcho start

demo: set-up
	@flask --app app demo
	@echo "Leader Journal is on http://127.0.0.1:$(PORT) - Ctrl-C stops it."
	@HOST=127.0.0.1 exec honcho start

lint: $(VENV)/.tests
	ruff format --check .
	ruff check .
	mypy
	lint-imports

format: $(VENV)/.tests
	ruff format .
	ruff check --fix .

test: lint
	CHROMIUM="$$(sh .ci/browser)" pytest -n 2 --dist loadgroup --cov --cov-branch $(ARGS)

lock: $(VENV)/.tests
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate $(if $(UPGRADE),--upgrade) -c requirements.txt \
		--group pyproject.toml:test -o tests/requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
