# Every target sets up what it needs: a fresh clone needs Python 3.11 or later, make and a network.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup test

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort

setup: .venv/.ready .venv-aws/.ready ## make both environments with their pinned dependencies

.venv/.ready: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# The emulated AWS pins its own botocore, so it lives in an environment of its own.
.venv-aws/.ready: tests/aws/requirements.txt
	$(PYTHON) -m venv .venv-aws
	.venv-aws/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/aws/requirements.txt
	touch $@
