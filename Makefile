# Short names for what people do often. Each target calls the same command as CI does.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: start
start: ## Set everything up, run the business once, leave the console on port 8000
	./scripts/start

.PHONY: test
test: ## Set everything up and run every check and test
	./scripts/test

.PHONY: unit
unit: ## Run the quick tests only, without database and browser
	$(PYTHON) -m pytest tests/unit -n 2

.PHONY: lint
lint: ## Look for mistakes of style
	.venv/bin/ruff check .

.PHONY: types
types: ## Check the types
	.venv/bin/mypy

.PHONY: layers
layers: ## Check that a layer imports only layers below it
	.venv/bin/lint-imports --no-logo

.PHONY: check
check: lint types layers ## Run lint, types and layers

.PHONY: fix
fix: ## Mend what the linter can mend by itself, and the form of the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: coverage
coverage: ## Run the tests and show which branches they miss
	$(PYTHON) -m pytest -n 2 --cov --cov-report=term-missing:skip-covered

.PHONY: messages
messages: ## Bring the catalogues of sentences up to date
	./scripts/messages

.PHONY: bench
bench: ## Run every bench, one after the other
	@for name in $$(./scripts/bench --list | cut -d' ' -f1); do ./scripts/bench $$name || exit; done

COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" ../.venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: requirements
requirements: ## Pin the packages named in requirements/*.in, with hashes
	cd requirements && for name in run assets test; do $(COMPILE) --output-file=$$name.txt $$name.in || exit; done

.PHONY: hooks
hooks: ## Check before every commit
	.venv/bin/pre-commit install

.PHONY: wheel
wheel: ## Build the wheel into dist/
	$(PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

.PHONY: clean
clean: ## Remove what can be made again; the data in var/ stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis node_modules .coverage
