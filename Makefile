# Imprimatur. `make run` brings up the whole service; `make test` proves it.
# Needs: Python 3.11 or newer with venv, make, and a package registry in reach. Uses uv where it is installed.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := .stamps
TESTERS ?= 2
ON_CORES := --numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder
hash = $(shell cat $(1) 2>/dev/null | cksum | tr ' ' '-')

RUN_STAMP := $(STAMPS)/run-$(call hash,requirements.txt requirements-demo.txt)
DEV_STAMP := $(STAMPS)/dev-$(call hash,requirements-dev.txt)
NODE_STAMP := $(STAMPS)/node-$(call hash,package-lock.json dam/web/vendor.py)
WORDS_STAMP := $(STAMPS)/words-$(call hash,$(wildcard dam/web/translations/*/LC_MESSAGES/*.po))

.PHONY: run check test bench bench-trace lock clean bootstrap bootstrap-dev python
.DEFAULT_GOAL := run

run: bootstrap
	$(PY) -m dam.cli up

check: bootstrap-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q $(ON_CORES) tests/unit tests/laws tests/house

test: bootstrap-dev
	$(PY) -m pytest $(ON_CORES) --durations=25 --ignore=tests/bench tests

bench: bootstrap-dev
	$(PY) -m pytest -q -s tests/bench

# The fixed list of attacks and the corpus lie beside the project; ATTACKS and CORPUS name other places.
ATTACKS ?= ../shared/bench/attacks.py
CORPUS ?= ../shared/corpus
bench-trace: bootstrap-dev
	$(PY) -m tests.trace_bench --attacks $(ATTACKS) $(if $(wildcard $(CORPUS)),--corpus $(CORPUS))

# ---------------------------------------------------------------------------------------------------- bootstrap
bootstrap: $(RUN_STAMP) $(NODE_STAMP) $(WORDS_STAMP)
bootstrap-dev: $(DEV_STAMP) bootstrap

python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Imprimatur needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.11.")'

$(PY): | python
	@$(PYTHON) -m venv $(VENV) || { command -v uv >/dev/null && uv venv --python $(PYTHON) $(VENV); } || \
		{ echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }

define install
	@if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(PY) --require-hashes $(1); \
	else $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes $(1); fi
endef
define stamp
	@mkdir -p $(STAMPS); rm -f $(STAMPS)/$(1)-*; touch $@
endef

$(RUN_STAMP): | $(PY)
	@echo "Installing Python packages ..."
	$(call install,-r requirements.txt)
	$(call install,--no-deps -r requirements-demo.txt)
	$(call stamp,run)

$(DEV_STAMP): | $(RUN_STAMP)
	@echo "Installing the packages of the tests ..."
	$(call install,-r requirements-dev.txt)
	$(call stamp,dev)

$(NODE_STAMP): | $(RUN_STAMP)
	@echo "Fetching the browser libraries ..."
	@$(PY) -m dam.web.vendor
	$(call stamp,node)

$(WORDS_STAMP): | $(RUN_STAMP)
	@if ls dam/web/translations/*/LC_MESSAGES/*.po >/dev/null 2>&1; then $(VENV)/bin/pybabel -q compile -d dam/web/translations; fi
	$(call stamp,words)

# --------------------------------------------------------------------------------------------------- upkeep
# The lock files name no registry: the same lock works behind any mirror.
UV_LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
lock:
	$(UV_LOCK) pyproject.toml --output-file requirements.txt
	$(UV_LOCK) pyproject.toml --extra dev --constraints requirements.txt --output-file requirements-dev.txt
	echo 'scikit-image==0.26.0' | $(UV_LOCK) --no-deps - --output-file requirements-demo.txt
	$(PY) -m dam.web.vendor lock

clean:
	rm -rf $(VENV) $(STAMPS) node_modules dam/web/static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find dam workers config tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find dam/web/translations -name '*.mo' -delete
