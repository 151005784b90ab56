# make demo   train on a real dataset, prove the optimum, check the proof
# make test   run the tests
# make docs   build the documentation into build/site
# All need Python 3.11 or newer and nothing else; they share the environment .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK = $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for editable
# An editable install of a flat layout draws a warning that concerns nobody here.
EDITABLE = PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation --editable .
METADATA := setup.cfg setup.py pyproject.toml

.DELETE_ON_ERROR:
.PHONY: clean demo docs lint lock slow test test-install

demo: .venv/.installed
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && cd "$$scratch" && \
	echo '$$ symerm check dataset:nile --width 1 --certificate nile.json' && \
	"$(CURDIR)/$(BIN)/symerm" check dataset:nile --width 1 --certificate nile.json && \
	echo && echo '$$ python symerm/certificates/checker.py nile.json' && \
	"$(CURDIR)/$(BIN)/python" -I "$(CURDIR)/symerm/certificates/checker.py" nile.json

test: test-install
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n 2

# What takes longer than a few seconds; pytest ends with 5 if it finds no such test.
slow: test-install
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -m slow || test $$? -eq 5

# Any warning is an error, such as a link or a name that leads nowhere.
docs: test-install
	$(BIN)/python -m sphinx -q -j 2 -W --keep-going -c docs -b html . build/site

lint: test-install
	$(BIN)/ruff check .
	$(BIN)/mypy

test-install: .venv/.installed-test

# Write the locks anew from setup.cfg; needs a network.
lock: test-install
	$(PIP) pip-tools
	$(LOCK) --extra docs --extra test --output-file requirements-test.txt pyproject.toml
	$(LOCK) --constraint requirements-test.txt --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis docs/reference/*.rst

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "symerm needs Python 3.11 or newer" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "symerm needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv

.venv/.installed: requirements.txt $(METADATA) | .venv/bin/python
	$(PIP) -r requirements.txt
	$(EDITABLE)
	touch $@

.venv/.installed-test: requirements-test.txt $(METADATA) | .venv/bin/python
	$(PIP) -r requirements-test.txt
	$(EDITABLE)
	touch .venv/.installed $@
