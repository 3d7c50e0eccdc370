# Every target sets up what it needs: a virtual environment in .venv with the pinned packages.
# PYTHON chooses the interpreter, ARGS is passed on to the command behind demo, benchmark and pytest.
PYTHON ?= python3
ARGS ?=
# Workers of the parallel test run.
WORKERS ?= auto

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN := $(BIN)/python
PYTEST = $(RUN) -m pytest -q -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long lint test-postgresql test-sqlite coverage benchmark wheel constraints clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "make %-16s %s\n", $$1, $$2 }'

install: $(STAMP) ## Make .venv with everything the other targets need.
	@:

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: name Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) lacks venv or ensurepip: install them (Debian: apt install python3-venv), or name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --root-user-action=ignore -c constraints.txt -e '.[dev]'
	@touch $@

demo: install ## Show the whole migration on the sample shop. ARGS="--help" lists its options.
	@$(BIN)/python manage.py demo $(ARGS)

test: install ## Check style, types and imports, and run the tests on PostgreSQL and on SQLite.
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test-postgresql
	@$(MAKE) --no-print-directory test-sqlite

test-long: ## The same with the tests that take minutes.
	@$(MAKE) --no-print-directory test ARGS="--long $(ARGS)"

lint: install ## Check style, types and imports only.
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy cqrs_write cqrs_read cqrs_routing legacy_app/servers
	$(BIN)/lint-imports --no-logo

test-postgresql: install ## Run the tests on PostgreSQL only.
	$(PYTEST) $(ARGS)

test-sqlite: install ## Run the tests on SQLite only.
	$(PYTEST) --database sqlite $(ARGS)

coverage: install ## Run the tests again, slower, and report which branches they reach.
	@$(BIN)/coverage erase
	@$(MAKE) --no-print-directory test-postgresql test-sqlite RUN="$(BIN)/coverage run"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

benchmark: install ## Measure everything. python benchmarks/run.py NAME measures one thing.
	$(BIN)/python benchmarks/run.py all $(ARGS)

wheel: install ## Build the wheel into dist/.
	$(BIN)/python -m build --wheel --no-isolation

constraints: install ## Pin the newest packages that the ranges in pyproject.toml allow.
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --root-user-action=ignore uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --all-extras pyproject.toml > $(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt

clean: ## Remove .venv and everything that was generated.
	rm -rf $(VENV) .venv-oscar dist build htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
