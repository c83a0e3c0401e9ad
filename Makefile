# Chartroom. `make demo` shows it, `make test` proves it.
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## system packages and the locked, hashed Python packages, compiled
	@$(PY) -m compileall -q schemas store pipeline review workers samples
$(VENV)/.ready: requirements/install.sh requirements/lock.txt requirements/uv.txt requirements/apt.txt pyproject.toml
	@sh requirements/install.sh $(VENV)
	@touch $@

$(VENV)/.test-ready: requirements/test-apt.txt | setup
	@sh requirements/apt.sh requirements/test-apt.txt
	@touch $@

demo: setup  ## sample people and scans through the real pipeline, then the review queue in a browser
	@$(VENV)/bin/chartroom demo

up: setup  ## watcher, workers and web application
	@$(VENV)/bin/chartroom up

test: setup $(VENV)/.test-ready  ## every test, on real engines
	@$(PY) -m pytest -n 2 --dist loadfile

check: setup  ## format, lint, types, floors
	@ruff format --check . && ruff check . && mypy && lint-imports

bench: setup  ## the main job on an unseen sample set, against its targets
	@$(PY) -m samples.bench

PEERS_MATCH := var/peers/match
bench-match: setup $(PEERS_MATCH)/.ready  ## patient matching on made-up counties and FEBRL, beside Splink; ARGS=--quick for three minutes
	@$(PY) -m samples.matchbench.run $(ARGS)
$(PEERS_MATCH)/.ready: requirements/peers-match.txt
	@mkdir -p $(PEERS_MATCH) && $(VENV)/bin/uv venv -q --allow-existing --python $(PY) $(PEERS_MATCH)
	@$(VENV)/bin/uv pip sync -q --python $(PEERS_MATCH)/bin/python --require-hashes requirements/peers-match.txt
	@touch $@

bench-read: setup  ## reading on unseen pages, beside what others offer; ARGS=--quick for three minutes
	@$(PY) -m samples.read_bench $(ARGS)

bench-language: setup  ## type, cut and fields of papers nobody tuned on; ARGS=--quick for three minutes, ARGS="--reports FILE" for body text alone
	@$(PY) -m samples.langbench.run $(ARGS)

campaign: setup $(VENV)/.test-ready  ## kills, bad disks, power cuts, spoilt stores, hostile files; ARGS=--quick for three minutes, ARGS="--only k2" for one
	@$(PY) -m samples.campaign.run $(ARGS)

bench-review: setup $(VENV)/.test-ready  ## the review application as clerks meet it, in Chromium; ARGS=--quick for three minutes
	@$(PY) -m samples.reviewbench.run $(ARGS)

screenshots: setup $(VENV)/.test-ready  ## pictures of every screen into var/screenshots, and the three of the README
	@$(PY) -m samples.reviewbench.shots var/screenshots --readme

image:  ## the container image; needs docker and what `make images` wrote
	@docker compose build migrate

image-check: setup  ## build the image and enter it without a container engine (minutes, root); says what that does not show
	@sh requirements/apt.sh requirements/image-apt.txt
	@CHARTROOM_TEST_IMAGE=1 $(PY) -m pytest -rs --timeout=3600 tests/faults/test_deploy.py
	@echo "Not run here: docker compose itself, the images of Postgres and of the S3 server, user namespaces and seccomp as docker sets them."

images:  ## look up the digests of the images that docker-compose.yml runs, into .env
	@sh requirements/images.sh requirements/images.txt .env

secrets:  ## make what is missing of the secrets that docker-compose.yml names: make secrets NAME=chartroom.example.org
	@sh requirements/secrets.sh secrets $(or $(NAME),$(error NAME is the name by which browsers reach this machine))

lock:  ## resolve the dependencies anew (with hashes)
	@uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --all-extras -q pyproject.toml -o requirements/lock.txt
	@printf 'ocrmypdf\npytesseract\npdf2image\n' | uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 -q --no-annotate --no-header - -o requirements/peers-read.txt
	@printf 'setuptools\n' | uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --extra second-engine -q --no-annotate --no-header -c requirements/lock.txt pyproject.toml - -o requirements/run.txt
	@sed -i '/^#/d' requirements/lock.txt

.PHONY: help setup demo up test check bench bench-language bench-match bench-read bench-review screenshots campaign image image-check images secrets lock
