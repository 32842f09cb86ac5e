# Every target is one line to read; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
# Two processes share the tests; what failed beside others must pass alone. Exit code 1 says that all ran and some failed.
TWICE = $(BIN)/python -m pytest -n 2 --dist loadgroup || { [ $$? -eq 1 ] && $(BIN)/python -m pytest --last-failed --lfnf=none; }
.DEFAULT_GOAL := help
.PHONY: help run test lint format openapi bench requirements clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.runtime ## Set everything up and serve on http://127.0.0.1:8000
	@exec $(BIN)/seloste serve

test: $(VENV)/.dev $(VENV)/.browser ## Set everything up and run every test
	$(if $(TEST_DATABASE_URL),$(BIN)/python -m pytest,$(TWICE))

lint: $(VENV)/.dev ## Style, types, layers
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: $(VENV)/.dev ## Write the code in its usual form
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

openapi: $(VENV)/.runtime ## Write openapi/seloste.json
	$(BIN)/seloste openapi

bench: $(VENV)/.dev ## Measure against nginx, pgbench and markdown-it-py; writes docs/performance.md
	$(BIN)/python -m bench

requirements: ## Pin all dependencies anew, with hashes and without addresses (needs uv)
	$(PIN) --group dev -o requirements-dev.txt pyproject.toml deploy/build.in
	$(PIN) -c requirements-dev.txt -o requirements.txt pyproject.toml deploy/build.in

clean: ## Remove what set-up made; data stays
	rm -rf $(VENV) *.egg-info build

$(VENV)/.python:
	@$(PYTHON) deploy/check_python.py
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The lists are complete, so nothing is resolved here: an old pip would want hashes for `package[extra]` as well.
$(VENV)/.runtime: $(VENV)/.python requirements.txt pyproject.toml
	@echo "Installing what Seloste runs with (about a minute the first time) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	@$(BIN)/python deploy/ensure_browser.py
	@touch $@
