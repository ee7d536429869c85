# The blog service's targets: `make -f app.mk test-app`, or included by the Makefile. The service has an
# environment of its own, .venv-app, because its dependencies and the compiler's have nothing in common.
PYTHON ?= python3
APP_BIN := .venv-app/bin
APP_SOURCES := app tests/app benchmarks/app

.PHONY: app-setup lock-app test-app soak-app bench-app task-app rolling image

app-setup: .venv-app/.ready ## create the blog service's environment with its pinned dependencies

.venv-app/.ready: tests/app/requirements.txt
	$(PYTHON) -m venv .venv-app
	echo '*' > .venv-app/.gitignore
	$(APP_BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/app/requirements.txt
	touch $@

lock-app: .venv-app/.ready ## choose the service's newest dependencies and pin them
	$(APP_BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --output-file app/requirements.txt app/requirements.in
	$(APP_BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --constraint app/requirements.txt --constraint constraints.txt \
	    --output-file app/requirements-telemetry.txt app/requirements-telemetry.in
	$(APP_BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	    --constraint app/requirements-telemetry.txt --constraint constraints.txt \
	    --output-file tests/app/requirements.txt tests/app/requirements.in

test-app: .venv-app/.ready ## check the blog service: format, lint, types, Dockerfile, tests
	$(APP_BIN)/ruff format --check $(APP_SOURCES)
	$(APP_BIN)/ruff check $(APP_SOURCES)
	$(APP_BIN)/mypy --config-file tests/app/mypy.ini
	$(APP_BIN)/hadolint Dockerfile container/Dockerfile
	$(APP_BIN)/python -m pytest -c tests/app/pytest.ini --rootdir . -n auto --maxprocesses 4 --dist worksteal tests/app

soak-app: .venv-app/.ready ## test with many generated requests against the OpenAPI document; takes a few minutes
	APP_EXAMPLES=500 $(APP_BIN)/python -m pytest -c tests/app/pytest.ini --rootdir . tests/app/test_openapi.py

bench-app: .venv-app/.ready ## compare the blog with four other ways to write it: requests a second and CPU time, as ratios
	$(APP_BIN)/python -m benchmarks.app.speed

task-app: .venv-app/.ready ## measure what a task with half a vCPU can handle: start, requests, log-ins, memory; needs root and control groups
	$(APP_BIN)/python -m benchmarks.app.task

rolling: .venv-app/.ready ## replace two processes behind HAProxy under load, as ECS does; takes a few minutes
	$(APP_BIN)/python -m benchmarks.app.rolling

image: .venv-app/.ready ## build the image with buildah on a local base and run its health check
	$(APP_BIN)/python -m pytest -c tests/app/pytest.ini --rootdir . -m image tests/app
