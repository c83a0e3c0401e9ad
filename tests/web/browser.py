"""A real server on a free port and Debian's Chromium in front of it."""

import logging
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from playwright.sync_api import sync_playwright

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WATCH = """addEventListener("securitypolicyviolation", (event) => console.error("CSP " + event.violatedDirective + " " + event.blockedURI));"""


@contextmanager
def served(make, logs):
    """The address of a running server; `make` is given its port. What any logger says is added to `logs`."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make(port), host="127.0.0.1", port=port, log_level="debug", access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    handler = logging.Handler()
    handler.emit = lambda record: logs.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
    logging.getLogger().removeHandler(handler)


@contextmanager
def chromium():
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


def now():
    return datetime.now(UTC)
