"""What the screens stand on. Put together by workers.web; each screen is handed only the part it uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Engine

from review.pictures import Pictures
from review.single_sign_on import Provider
from schemas.catalogue import Catalogue
from schemas.decision import Wish
from schemas.line import Standing
from schemas.record import DocumentRecord, ReviewItem


@dataclass(frozen=True)
class House:
    """The stores, the clock, and what only the workers can do, as plain calls."""

    index: Engine
    pictures: Pictures
    catalogue: Catalogue
    key: bytes  # 32 random bytes of this installation: seals second factors
    decide: Callable[[str, Wish, str, int], DocumentRecord]  # item, what is wanted, who, under which lease → the document as it is now
    undo: Callable[[str, str], ReviewItem]  # a decided item, who → the item that asks anew; StaleClaim when it is too late
    take_in: Callable[[str, BinaryIO], str]  # a file's name and content → the delivery's id
    status: Callable[[], dict[str, Any]]
    standings: Callable[[], Mapping[str, Standing]]  # by source, what its decisions prove
    models: Callable[[], Mapping[str, str]]  # what reads, types and matches, and in which version
    not_ready: Callable[[], Sequence[str]]  # the stores that do not answer
    metrics: Callable[[], bytes]  # the figures, for Prometheus
    now: Callable[[], datetime]
    provider: Provider | None = None  # who vouches for people, where single sign-on is set
