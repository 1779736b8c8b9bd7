# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the others.
#
# Everything lives in .venv, made from lock files whose hashes are checked. Stamp files
# in .venv remember what is installed, so that a second run starts at once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint bench torture serve lock assets assets-if-possible screenshots clean

VENV := .venv
BIN := $(VENV)/bin
VENDOR := src/training_analyzer/web/static/vendor
ASSETS := $(VENDOR)/htmx.min.js
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
# Its own environment: what generates a client in a test wants older releases of what we use.
CLIENT := $(VENV)/client/.installed
# What is needed to run is also there once the development tools are.
INSTALLED := $(if $(wildcard $(DEV)),$(DEV),$(RUNTIME))
ARGS ?=

# uv installs a lock file some six times faster than pip. Where it cannot (an index that only
# pip's configuration knows, an odd proxy), pip does the same with the same hashes.
export UV_SYSTEM_CERTS := 1
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The project itself brings no dependency and asks no index: the build backend is locked too.
PROJECT := --no-deps --no-build-isolation --editable .
define install
	@echo "==> Installing $(1)"
	@$(UV_INSTALL) --require-hashes -r $(1) 2>/dev/null || $(PIP_INSTALL) --require-hashes -r $(1)
	@$(UV_INSTALL) $(PROJECT) 2>/dev/null || $(PIP_INSTALL) $(PROJECT)
	@touch $@
endef

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: $(INSTALLED) assets-if-possible ## Sync a year of a pretend athlete and show it (ARGS="--no-serve" to stop there)
	$(BIN)/garmin-sync demo $(ARGS)

serve: $(INSTALLED) assets-if-possible ## Serve your own data: makes .env on first use
	@test -f .env || $(BIN)/garmin-sync init
	$(BIN)/garmin-sync serve $(ARGS)

test: $(DEV) $(CLIENT) assets-if-possible ## Run every test (ARGS="-k name" for some)
	$(BIN)/python -m pytest -n logical --maxprocesses 8 $(ARGS)

torture: $(DEV) $(CLIENT) ## Run every proof at its full length: kills, power cuts, fleets; hours on a small machine
	$(BIN)/python -m pytest -m torture --torture --timeout 7200 -n logical --maxprocesses 8 $(ARGS)

lint: $(DEV) ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src scripts bench
	@# Each folder of tests may have a conftest of its own, so each is checked by itself.
	MYPYPATH=src:tests $(BIN)/mypy --strict tests/*.py
	@for folder in $(sort $(dir $(wildcard tests/*/*.py))); do \
		echo "mypy --strict $$folder"; \
		MYPYPATH=src:tests $(BIN)/mypy --strict $$folder || exit 1; \
	done

bench: $(DEV) ## Measure us and our peers side by side, some fifteen minutes
	$(BIN)/python bench/compare.py $(ARGS)

assets: $(ASSETS) ## Fetch the scripts of the web pages (htmx, uPlot) with npm

screenshots: $(DEV) assets-if-possible ## Take the pictures of docs/images anew, with the system's Chromium
	$(BIN)/python scripts/take_screenshots.py

clean: ## Remove what make made; .env and databases stay
	rm -rf $(VENV) node_modules $(VENDOR) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

lock: $(DEV) ## Lock the newest allowed versions again
	scripts/lock $(BIN)/uv

# --- what the commands need ---

$(BIN)/python:
	@python=$$(scripts/find-python) && echo "==> Making $(VENV) with $$($$python --version)" \
		&& "$$python" -m venv --clear $(VENV)

$(VENV)/.installed-tools: $(BIN)/python requirements-build.lock
	@echo "==> Installing requirements-build.lock"
	@$(PIP_INSTALL) -q --require-hashes -r requirements-build.lock
	@touch $@

$(RUNTIME): $(VENV)/.installed-tools requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(DEV): $(VENV)/.installed-tools requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)

$(CLIENT): $(VENV)/.installed-tools requirements-client.lock
	@echo "==> Installing requirements-client.lock"
	@$(BIN)/python -m venv --clear $(VENV)/client
	@$(BIN)/uv pip install --quiet --python $(VENV)/client/bin/python --require-hashes -r requirements-client.lock 2>/dev/null \
		|| $(VENV)/client/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-client.lock
	@touch $@

$(ASSETS): package.json package-lock.json src/training_analyzer/web/static/vendor.json scripts/fetch_assets.py | $(INSTALLED)
	@echo "==> Fetching the scripts of the web pages"
	@$(BIN)/python scripts/fetch_assets.py

# The pages work without these files, so a machine that cannot fetch them goes on.
assets-if-possible: | $(INSTALLED)
	@$(MAKE) --no-print-directory assets || echo "==> No npm packages to be had: charts are left out, everything else works."
