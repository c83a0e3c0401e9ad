"""Which version of what was learnt is at work: looked up at the start of every plan, so that one goes live without a restart."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemas.faults import EngineFault, StoreFault
from schemas.learning import SHIPPED, Version
from store import models
from store.database import reading

if TYPE_CHECKING:
    from pipeline.engines.version_files import Taught
    from pipeline.ports import SenderMemory, Shadow, TypeModel
    from workers.wire import Stores

log = logging.getLogger(__name__)


class Learnt(NamedTuple):
    """What decides: the version's name, its text model, what it remembers of senders; and the version that is asked besides."""

    name: str
    types: TypeModel
    memory: SenderMemory | None = None
    shadow: Shadow | None = None


@dataclass
class Shelf:
    """The versions of an installation, opened when they are needed and kept open while they are at work."""

    stores: Stores
    shipped: Path
    _open: dict[int, Taught | None] = field(default_factory=dict)
    _types: TypeModel | None = None
    _base: str = ""

    def now(self) -> Learnt:
        """What is at work; what shipped, where no version is live, or the live one was learnt from other shipped weights."""
        from pipeline.ports import Shadow
        from pipeline.sender_memory import known

        with reading(self.stores.index) as conn:
            at_work = models.at_work(conn)
        live, beside = (self._taught(version) for version in at_work)
        self._open = {number: taught for number, taught in self._open.items() if number in {one.number for one in at_work if one}}
        shadow = Shadow(at_work[1].number, beside.types) if beside and at_work[1] else None
        if live is None or at_work[0] is None:
            return Learnt(SHIPPED, self._shipped_types(), None, shadow)
        return Learnt(at_work[0].name, live.types, known(live.forms), shadow)

    @property
    def base(self) -> str:
        """Digest of the shipped weights."""
        from pipeline.engines.version_files import digest_of

        self._base = self._base or digest_of(self.shipped)
        return self._base

    def _taught(self, version: Version | None) -> Taught | None:
        """A version, opened; none where it cannot be used, which is told: a file is rather decided as shipped than not at all."""
        if version is None or version.base != self.base:
            return None
        if version.number not in self._open:
            try:
                self._open[version.number] = open_version(self.stores, version)
            except (EngineFault, StoreFault) as fault:
                if not fault.permanent:
                    raise
                log.warning("%s cannot be used: %s", version.name, fault.code)
                self._open[version.number] = None
        return self._open[version.number]

    def _shipped_types(self) -> TypeModel:
        from pipeline.engines.language import SpacyLanguage

        self._types = self._types or SpacyLanguage(self.shipped)
        return self._types


def open_version(stores: Stores, version: Version) -> Taught:
    """A version as it was kept."""
    from pipeline.engines.version_files import unpack

    with stores.objects.open(version.object_key) as packed:
        return unpack(packed.read())
