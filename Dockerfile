# syntax=docker/dockerfile:1
#
# Garmin Sync: server, worker and command line in one image.
#
#   docker build -t garmin-sync:local .
#
# NEVER BUILT OR RUN by its authors: they had no Docker daemon. Each RUN of the first stage was
# run by itself on Debian, and the tests lint this file. Debian, not Alpine: fitfast has no wheel for musl.
#
# No key and no password belongs into the image or its build arguments: mount them as files
# (docs/how-to/run-with-docker.md).

FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# What is needed to run goes into a virtual environment without pip, hashes checked.
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/garmin-sync \
    && python -m pip --python /opt/garmin-sync/bin/python install --require-hashes --only-binary :all: -r requirements.lock

# What is needed to build stays in this stage.
COPY requirements-build.lock requirements-node.lock ./
RUN python -m pip install --require-hashes -r requirements-build.lock

# The scripts of the pages. Without them the charts are left out and everything else works.
COPY package.json package-lock.json ./
COPY scripts/fetch_assets.py scripts/
COPY src/training_analyzer/web/static/ src/training_analyzer/web/static/
RUN python scripts/fetch_assets.py || echo "No npm packages to be had: charts are left out."

COPY pyproject.toml README.md LICENSE ./
COPY src/ src/
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && python -m pip --python /opt/garmin-sync/bin/python install --no-deps --no-index dist/*.whl


FROM python:3.13-slim

LABEL org.opencontainers.image.title="Garmin Sync" \
      org.opencontainers.image.description="Multi-user, self-hostable Garmin Connect sync. Unofficial." \
      org.opencontainers.image.licenses="Apache-2.0"

# A number that never changes, so that the owner of a volume or a mounted file can be told.
RUN groupadd --system --gid 10001 garmin-sync \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin garmin-sync \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data

COPY --from=build /opt/garmin-sync /opt/garmin-sync

# DATABASE_URL is left alone: it would stand against a DATABASE_URL_FILE. Its default then is
# /data/garmin-sync/garmin-sync.db.
ENV PATH=/opt/garmin-sync/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json

USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["garmin-sync"]
CMD ["serve"]
