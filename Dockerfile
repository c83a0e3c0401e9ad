# Chartroom in a container: this folder with its environment from the hashed lock. `make image` builds it.
# BASE is Debian 12 by tag and digest; it has no default, so that nothing is built from an image that may change.
ARG BASE

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/chartroom
RUN python3 -m venv .venv
COPY requirements/run.txt requirements/run.txt
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/run.txt
COPY . .
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m compileall -q schemas pipeline store review workers samples

FROM ${BASE}
COPY requirements/apt.txt /tmp/apt.txt
RUN apt-get update \
 && xargs apt-get install -y --no-install-recommends python3 ca-certificates </tmp/apt.txt \
 && rm -rf /var/lib/apt/lists/* /tmp/apt.txt \
 && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin chartroom \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/chartroom /var/lib/chartroom/run /var/lib/chartroom/scratch
COPY --from=build /opt/chartroom /opt/chartroom
WORKDIR /opt/chartroom
ENV PATH=/opt/chartroom/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    CHARTROOM_DATA_DIR=/var/lib/chartroom
USER 10001:10001
ENTRYPOINT ["chartroom"]
CMD ["up"]
