# syntax=docker/dockerfile:1
# Pinned by digest, because a digest cannot be moved; to update the image, change this line. Look the digest up with
# `docker buildx imagetools inspect python:3.14-slim-trixie`.
ARG BASE=python:3.14.7-slim-trixie@sha256:51dafde81dbdb6ebde285137a295cf18a47ca95234fe388a343719cb97305b3d

# Dependencies are installed into a virtual environment from outside, so that it has neither pip nor its cache.
FROM ${BASE} AS dependencies
# app/requirements-telemetry.txt has OpenTelemetry's exporters too.
ARG REQUIREMENTS=app/requirements.txt
COPY ${REQUIREMENTS} /requirements.txt
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes --requirement /requirements.txt

FROM ${BASE}
# curl is what HEALTHCHECK calls.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=dependencies /venv /venv
WORKDIR /srv
COPY app app
# Compile now, because the root filesystem is read-only in production, except /tmp.
RUN python -m compileall -q app

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    SQLITE_PATH=/tmp/blog.db
EXPOSE 8000
USER 10001:10001
# For Docker; ECS ignores it, and the load balancer requests /health. Shell form, because of the variable and the `||`.
# hadolint ignore=DL3025
HEALTHCHECK --interval=10s --timeout=3s --retries=3 --start-period=30s \
    CMD curl -fsS "http://127.0.0.1:${PORT}/health" || exit 1
CMD ["python", "-m", "app"]
