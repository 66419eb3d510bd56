# One command each. `make` or `make help` lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

PYTHON ?= python3
NAME ?= admin
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What is installed is known by the content of the file that lists it.
content = $(shell cksum requirements/$(1).txt 2>/dev/null | cut -d' ' -f1)
RUN_STAMP := $(VENV)/.installed-run-$(call content,run)
TEST_STAMP := $(VENV)/.installed-test-$(call content,test)

COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

.PHONY: help run test check test-postgresql bench demo-rotation format lock password clean chromium javascript

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make run reads DATA_DIR, PORT, DEMO_PASSWORD, DATABASE_URL and more: see Configuration in README.md."

run: $(RUN_STAMP) ## serve console and API on 127.0.0.1:$PORT (8000), in the foreground; Ctrl-C stops it
	@exec $(BIN)/python manage.py serve

run-cluster: $(RUN_STAMP) ## the same on PostgreSQL, by several web processes and workers (DATABASE_URL, or a private server)
	@exec $(BIN)/python manage.py run_cluster

test: $(TEST_STAMP) chromium javascript ## all tests, browser included (pytest's options: make test ARGS="-k tags")
	@exec $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

# What touches SQL: operations and rules, the API, rotation, replication, the list. What is only read or refused does not.
SQL_TESTS := tests/secrets_app/operations tests/secrets_app/rotation tests/secrets_app/kms $(wildcard tests/secrets_app/test_*.py) \
	$(filter-out tests/aws/test_bad_input.py tests/aws/test_validation_messages.py,$(wildcard tests/aws/test_*.py)) \
	tests/console/secrets_list

test-postgresql: $(TEST_STAMP) ## the tests of what touches SQL once more, on a private PostgreSQL
	@exec $(BIN)/python -m console.private_servers TEST_DATABASE_URL \
		$(BIN)/pytest -n 2 -m "not (live or browser or sqlite)" $(SQL_TESTS) $(ARGS)

check: $(TEST_STAMP) ## ruff, mypy, import directions, Django's own checks, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	find templates -name "*.html" | sort | xargs $(BIN)/djade --check --target-version 5.2
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; export DATA_DIR="$$scratch" DATABASE_URL= BEHIND_TLS=1; set -ex; \
	$(BIN)/python manage.py check --deploy --fail-level WARNING; \
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(TEST_STAMP) ## put the source into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(RUN_STAMP) ## measure, side by side with moto and MiniStack; writes docs/performance.md
	@exec $(BIN)/python -m bench

demo-rotation: $(RUN_STAMP) ## watch ten rotations of a real database's password, under a client that keeps connecting
	@exec $(BIN)/python manage.py demo_rotation

gallery: $(TEST_STAMP) chromium ## pictures of every page and dialog, into screenshots/ (some of them: make gallery ONLY=versions)
	@ONLY="$(ONLY)" $(BIN)/pytest -q -n 0 -p no:randomly tests/browser/gallery.py

password: $(RUN_STAMP) ## a new password for the administrator (another user: NAME=viewer)
	@exec $(BIN)/python manage.py password $(NAME)

lock: $(TEST_STAMP) ## write requirements/*.txt again from pyproject.toml, with hashes
	$(COMPILE) pyproject.toml --all-extras -o requirements/run.txt >/dev/null
	$(COMPILE) pyproject.toml --all-extras --group test --group lint -o requirements/test.txt >/dev/null
	$(COMPILE) --group bench -o requirements/bench.txt >/dev/null

clean: ## remove what was built and installed; the data directory stays
	rm -rf $(VENV) .venv-bench staticfiles staticfiles.new staticfiles.old staticfiles.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		tests/clients/javascript/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

chromium: $(TEST_STAMP)
	@.ci/chromium

javascript:
	@.ci/javascript

$(BIN)/python:
	@.ci/make_venv "$(PYTHON)" $(VENV)

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing what the server needs (once) ..."
	@$(BIN)/python -m pip install --require-hashes --no-input --progress-bar on -r requirements/run.txt
	@rm -f $(VENV)/.installed-run-*
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --require-hashes --no-input --progress-bar on -r requirements/test.txt
	@rm -f $(VENV)/.installed-test-*
	@touch $@
