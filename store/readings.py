"""What was read on each page, kept so that no page is read twice. A reading is one compressed object and one row.

`key` names the versions of the steps and rules that made the reading: other versions, other readings.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from schemas.page import Barcode, Box, PageKind, PageReading, ReadFrom, Reread, SignaturePlace, Word
from store.objects import ObjectStore
from store.tables import reading as table

PLAIN = ("number", "width_pt", "height_pt", "turn", "quality", "confidence", "fingerprint", "problem", "advice")


def save(conn: Connection, *, sha256: str, key: str, pages: Mapping[int, str]) -> None:
    """Note under which object the packed reading of each page of the source file is kept; a later one replaces an earlier one."""
    conn.execute(delete(table).where(table.c.sha256 == sha256, table.c.key == key, table.c.page.in_(pages)))
    conn.execute(insert(table), [{"sha256": sha256, "key": key, "page": page, "object_key": object_key} for page, object_key in pages.items()])


def kept_pages(conn: Connection, *, sha256: str, key: str) -> set[int]:
    """The pages whose reading is kept."""
    return set(conn.execute(select(table.c.page).where(table.c.sha256 == sha256, table.c.key == key)).scalars())


def load(conn: Connection, objects: ObjectStore, *, sha256: str, key: str) -> dict[int, PageReading]:
    """The kept readings by page; empty when there are none of this key."""
    query = select(table.c.page, table.c.object_key).where(table.c.sha256 == sha256, table.c.key == key).order_by(table.c.page)
    found = {}
    for page, object_key in conn.execute(query).all():
        with objects.open(object_key) as stream:
            found[page] = unpack(stream.read())
    return found


def load_pages(conn: Connection, objects: ObjectStore, *, sha256: str, pages: Sequence[int]) -> list[PageReading]:
    """These pages of a source file as they were read once, whichever steps did it; those that are kept."""
    query = select(table.c.page, table.c.object_key).where(table.c.sha256 == sha256, table.c.page.in_(pages)).order_by(table.c.page, table.c.key)
    found = {}
    for object_key in {row.page: row.object_key for row in conn.execute(query)}.values():
        with objects.open(object_key) as stream:
            one = unpack(stream.read())
            found[one.number] = one
    return list(found.values())


def pack(reading: PageReading) -> bytes:
    """A reading as compressed JSON; equal readings give equal bytes."""
    plain = {name: getattr(reading, name) for name in PLAIN}
    barcodes = [[code.text, code.format, *code.box] for code in reading.barcodes]
    rereads = [[again.source, again.box, _plain_words(again.words)] for again in reading.rereads]
    value = {
        **plain,
        "kind": str(reading.kind),
        "read_from": str(reading.read_from),
        "words": _plain_words(reading.words),
        "barcodes": barcodes,
        "rereads": rereads,
        "signatures": [[place.label, place.box, place.ink, place.spread, place.ruled] for place in reading.signatures],
    }
    return zlib.compress(json.dumps(value, separators=(",", ":"), sort_keys=True).encode(), 6)


def unpack(data: bytes) -> PageReading:
    """The reading that was packed."""
    value: dict[str, Any] = json.loads(zlib.decompress(data))
    words = _words(value.pop("words"))
    rereads = tuple(Reread(source, Box(*box), _words(said)) for source, box, said in value.pop("rereads"))
    barcodes = tuple(Barcode(text, form, Box(x0, y0, x1, y1)) for text, form, x0, y0, x1, y1 in value.pop("barcodes"))
    signatures = tuple(SignaturePlace(label, Box(*box), *seen) for label, box, *seen in value.pop("signatures", []))  # older readings have none
    kind, read_from = PageKind(value.pop("kind")), ReadFrom(value.pop("read_from"))
    return PageReading(**value, kind=kind, read_from=read_from, words=words, barcodes=barcodes, rereads=rereads, signatures=signatures)


def _plain_words(words: Sequence[Word]) -> list[list[Any]]:
    return [[word.text, *word.box, word.confidence, word.line] for word in words]


def _words(plain: Iterable[Sequence[Any]]) -> tuple[Word, ...]:
    return tuple(Word(text, Box(x0, y0, x1, y1), confidence, line) for text, x0, y0, x1, y1, confidence, line in plain)
