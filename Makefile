# Chartroom. `make demo` shows it, `make test` proves it.
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## system packages and the locked, hashed Python packages
$(VENV)/.ready: requirements/lock.txt requirements/uv.txt requirements/apt.txt pyproject.toml
	@sh requirements/install.sh $(VENV)
	@touch $@

demo: setup  ## sample people and scans through the real pipeline, then the review queue in a browser
	@$(VENV)/bin/chartroom demo

up: setup  ## watcher, workers and web application
	@$(VENV)/bin/chartroom up

test: $(VENV)/.test-ready  ## every test, on real engines
	@$(PY) -m pytest
$(VENV)/.test-ready: $(VENV)/.ready requirements/test-apt.txt
	@sh requirements/install.sh $(VENV) requirements/test-apt.txt
	@touch $@

check: setup  ## format, lint, types, floors
	@ruff format --check . && ruff check . && mypy && lint-imports

bench: setup  ## the main job on an unseen sample set, against its targets
	@$(PY) -m samples.bench

lock:  ## resolve the dependencies anew (with hashes)
	@uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --all-extras -q pyproject.toml -o requirements/lock.txt
	@sed -i '/^#/d' requirements/lock.txt

.PHONY: help setup demo up test check bench lock
