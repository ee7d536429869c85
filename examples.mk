# The examples' targets, included by the Makefile. Like the blog service, they have an environment of their own; they write to
# the S3 of the emulated AWS.
PYTHON ?= python3
EXAMPLES_BIN := .venv-examples/bin
EXAMPLES_SOURCES := examples/celery tests/examples

.PHONY: test-examples lock-examples

.venv-examples/.ready: tests/examples/requirements.txt
	$(PYTHON) -m venv .venv-examples
	echo '*' > .venv-examples/.gitignore
	$(EXAMPLES_BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/examples/requirements.txt
	touch $@

lock-examples: .venv-examples/.ready ## choose the examples' newest dependencies and pin them
	$(EXAMPLES_BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	    --output-file examples/celery/requirements.txt examples/celery/requirements.in
	$(EXAMPLES_BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	    --constraint examples/celery/requirements.txt \
	    --output-file tests/examples/requirements.txt tests/examples/requirements.in

test-examples: .venv/.ready .venv-aws/.ready .venv-examples/.ready ## run the examples against real PostgreSQL and Valkey
	$(BIN)/ruff format --check $(EXAMPLES_SOURCES)
	$(BIN)/ruff check $(EXAMPLES_SOURCES)
	$(EXAMPLES_BIN)/hadolint $(wildcard examples/*/Dockerfile)
	$(BIN)/python -m emulator $(EXAMPLES_BIN)/python -m pytest -c tests/examples/pytest.ini --rootdir . tests/examples
