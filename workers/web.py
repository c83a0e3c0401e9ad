"""The web process: `python -m workers.web`. Hands the index to the review application and serves it."""

from __future__ import annotations

import sys

import uvicorn

from review.app import make_app
from schemas.faults import Fault
from workers.settings import read_settings
from workers.wire import connect


def serve() -> int:
    """Serve until told to stop; exit code 1 with one line on a fault."""
    try:
        settings = read_settings()
        config = settings.config
        app = make_app(connect(config, settings.data_dir).index, host=config.web.host)
    except Fault as fault:
        sys.stderr.write(f"chartroom: {fault}\n")
        return 1
    uvicorn.run(app, host=config.web.host, port=config.web.port, log_level="warning", access_log=False, server_header=False)
    return 0


if __name__ == "__main__":
    sys.exit(serve())
