# `make run` starts the server; `make test` passes the tests. Both install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := $(BIN)/node
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome
COMPILED := tests/__pycache__/.compiled
NPM := $(BIN)/npm --silent --no-audit --no-fund --ignore-scripts
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# Bytecode is kept, or every process that the tests start would compile the whole program again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test test-postgres style types javascript pytest browser tools counts format lock bench fuzz pictures
.PHONY: bundle clean

# Without the npm registry the server runs all the same, and serves the sources of the pages.
run: $(VENV)/.installed
	-@$(MAKE) --no-print-directory bundle
	$(BIN)/python run.py serve

# The pages' modules in one file for each page. Tests make it themselves.
bundle: bundle/manifest.json

bundle/manifest.json: node_modules/.bundler deploy/bundle.js $(shell find static -type f)
	$(NODE) deploy/bundle.js

# The types are checked by one core for a minute, while the other one begins with the tests.
test:
	$(MAKE) --no-print-directory -j 3 style types javascript pytest

style: $(VENV)/.developed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.developed
	$(BIN)/mypy

javascript: $(VENV)/.developed node_modules/.installed
	$(BIOME) check --error-on-warnings
	$(NODE) node_modules/typescript/lib/tsc.js -p .
	$(NODE) --test tests/js/*.test.js

# A test waits for processes to start and pages to be drawn: with four at once, two cores had nothing
# to do for 30 % of the time. A failure is a failure; nothing is tried twice.
pytest: $(VENV)/.developed node_modules/.installed browser tools $(COMPILED)
	$(BIN)/python -m pytest -n 6 --dist worksteal

# In a fresh clone each of the six would compile all modules for itself: 12 s of CPU time, six times.
# A module that cannot be imported is reported by the tests.
$(COMPILED): $(VENV)/.developed node_modules/.installed $(shell find chatserver tests -name '*.py')
	-$(BIN)/python -m pytest --collect-only --quiet > /dev/null
	touch $@

# The same tests with CHATSERVER_DATABASE set, but for those marked as SQLite's own.
test-postgres: $(VENV)/.developed node_modules/.installed browser tools $(COMPILED)
	$(BIN)/python -m pytest --postgres -n 4 --dist worksteal

browser: $(VENV)/.developed
	$(BIN)/python tests/browser/chromium.py

# After the browser: apt-get locks out a second one.
tools: $(VENV)/.developed browser
	$(BIN)/python tests/install_tools.py

# How the source reads: question words, pronouns, comments, names, long calls.
counts: $(VENV)/.developed
	$(BIN)/python -m tests.counts

format: $(VENV)/.developed node_modules/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIOME) check --write

bench: $(VENV)/.developed browser bundle
	$(BIN)/python -m tests.bench

# Strange inputs for everything that reads what strangers send; Linux on x86-64 only.
SECONDS ?= 60
fuzz: $(VENV)/.developed requirements-fuzz.lock
	$(PIP) install --require-hashes --requirement requirements-fuzz.lock
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)
	$(BIN)/python -m pytest --timeout 0 --hypothesis-profile=long tests/core tests/protocol tests/transcript

# The pictures of the documentation, from recorded dialogues; look at each before it is committed.
pictures: $(VENV)/.developed browser bundle
	$(BIN)/python -m tests.browser.pictures $(DIALOGUES) docs/images

# Needs uv; names no registry, so that each machine uses its own.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --output-file requirements-dev.lock
	$(LOCK:pyproject.toml=--group pyproject.toml:bundle) --output-file requirements-bundle.lock
	$(LOCK:pyproject.toml=--group pyproject.toml:fuzz) --output-file requirements-fuzz.lock

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes --requirement requirements.lock
	touch $@

$(VENV)/.bundler: $(BIN)/python requirements-bundle.lock
	$(PIP) install --require-hashes --requirement requirements-bundle.lock
	touch $@

$(VENV)/.developed: $(BIN)/python requirements-dev.lock pyproject.toml
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	touch $@ $(VENV)/.installed $(VENV)/.bundler

# The bundler, and what checks style, types and accessibility of the pages. npm comes with the Node.js
# of the Python packages.
node_modules/.installed: $(VENV)/.developed package.json package-lock.json
	$(NPM) ci
	touch $@ node_modules/.bundler

# Only the bundler, for `make run`.
node_modules/.bundler: $(VENV)/.bundler package-lock.json
	$(NPM) ci --omit=dev
	touch $@

clean:
	rm -rf $(VENV) node_modules build bundle *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz
