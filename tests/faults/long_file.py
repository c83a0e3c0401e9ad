"""Works on one long file with the real engines and tells, after each part, the most memory this process ever held and what lies in its scratch folder.

`python long_file.py DATA_FOLDER FILE`. A program of its own, so that nothing else has used memory before.
"""

import json
import resource
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from schemas.config import Config
from workers.ingest import ingest
from workers.steps import Desk, process_file, process_part
from workers.wire import connect, equip

data, file = Path(sys.argv[1]), Path(sys.argv[2])
stores = connect(Config(), data)
reader = equip(Config(), stores)
scratch = data / "scratch"


def tell(figures):
    sys.stdout.write(json.dumps(figures) + "\n")


def read_pages(*arguments):
    read = reader.read_pages(*arguments)
    megabytes = sum(path.stat().st_size for path in scratch.rglob("*") if path.is_file()) / 2**20
    tell([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, megabytes])
    return read


desk = Desk(Config(), stores, replace(reader, read_pages=read_pages), scratch, lambda: datetime.now(UTC), print)
[delivery] = ingest([file], Config(), stores).deliveries
run = lambda name, work: work()  # noqa: E731
process_file(desk, delivery.id, run, lambda parts, priority: [process_part(desk, part, run) for part in parts])
tell([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0.0])
