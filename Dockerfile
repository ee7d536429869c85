# syntax=docker/dockerfile:1
ARG BASE=python:3.14-slim

# Dependencies are installed into a virtual environment of their own, so that pip and its cache stay behind.
FROM ${BASE} AS dependencies
COPY app/requirements.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes --requirement /requirements.txt

FROM ${BASE}
# curl is what the container's health check calls.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=dependencies /venv /venv
WORKDIR /srv
COPY app app
# Compiled now, because later nothing can be: in production the root filesystem is read-only, all but /tmp.
RUN python -m compileall -q app

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    SQLITE_PATH=/tmp/blog.db
EXPOSE 8000
USER 10001:10001
# As in the task definition, which on ECS replaces it. Shell form, because of the variable and the `||`.
# hadolint ignore=DL3025
HEALTHCHECK --interval=10s --timeout=3s --retries=3 --start-period=30s \
    CMD curl -fsS "http://127.0.0.1:${PORT}/health" || exit 1
CMD ["python", "-m", "app"]
