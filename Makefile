# Everything a developer types. `make` alone lists the targets.

PORT ?= 8000
ARGS ?=
export PORT

PYTHON := .venv/bin/python
STAMP := .venv/.set-up

.DEFAULT_GOAL := help
.PHONY: help setup run test test-browser test-thorough test-slow check format bench screenshots clean

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nPORT chooses the port of `make run` (8000); DATABASE_URL an external PostgreSQL.\n'
	@printf 'ARGS is handed to pytest: make test ARGS="tests/demo -x".\n'

setup: $(STAMP) ## Install what uv.lock says into .venv (the other targets do it by themselves)

$(STAMP): uv.lock pyproject.toml scripts/setup
	@scripts/setup
	@touch $@

run: $(STAMP) ## Serve Gatehouse and the demo identity provider, with a sample tenant
	@exec $(PYTHON) -m demo.run

test: $(STAMP) ## Run the tests, in random order, on two cores
	$(PYTHON) -m pytest -n 2 --dist loadgroup $(ARGS)

test-browser: $(STAMP) ## Run the tests that drive pages in a browser, on two cores
	$(PYTHON) -m pytest -m browser -n 2 --dist loadgroup $(ARGS)

test-thorough: $(STAMP) ## Run the tests that go through every page, form and fact, on two cores
	$(PYTHON) -m pytest -m thorough -n 2 --dist loadgroup $(ARGS)

test-slow: $(STAMP) ## Run the tests that wait or load the machine, two files at a time
	$(PYTHON) -m pytest -m slow -n 2 --dist loadfile $(ARGS)

check: $(STAMP) ## Check style, types, layers, rooms, migrations and deployment settings
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	$(PYTHON) scripts/rooms --check
	$(PYTHON) manage.py makemigrations --check --dry-run
	env $$(sed -n '/^[A-Z]/{s/example\.com/acme.example/;s/USER:/gatehouse:/;s/PASSWORD/x8Fq/;p}' deploy/gatehouse.env) \
	GATEHOUSE_SECRET_KEY="$$(openssl rand -base64 48)" \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

format: $(STAMP) ## Format the code and apply the safe fixes
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: $(STAMP) ## Measure the hot paths
	$(PYTHON) -m benchmarks $(ARGS)

screenshots: $(STAMP) ## Take the pictures of README and docs/ anew, from a sample tenant made for it
	$(PYTHON) scripts/pictures

clean: ## Remove what was made here: .venv, caches and, in var/, this checkout's data
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf var staticfiles tests/foreign_idps/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
