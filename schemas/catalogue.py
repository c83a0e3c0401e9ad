"""The catalogue of document types: data, so that a hospital adds a type without code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DocType:
    """One entry: slug, LOINC document code, coarse folder, title phrases, required fields, retention class, sensitivity."""

    slug: str
    name: str
    folder: str
    loinc: str | None
    titles: tuple[str, ...]
    required: tuple[str, ...] = ()
    retention: str = "adult_record"
    sensitivity: str | None = None
    files: bool = True  # False: never files by itself (unknown, fax_cover)


@dataclass(frozen=True)
class Catalogue:
    """All document types by slug."""

    types: Mapping[str, DocType]

    def __getitem__(self, slug: str) -> DocType:
        return self.types[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self.types


def build_catalogue(entries: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The catalogue from parsed YAML (slug → attributes). KeyError or TypeError names what is wrong with an entry."""
    return Catalogue({slug: _entry(slug, dict(raw)) for slug, raw in entries.items()})


def _entry(slug: str, raw: dict[str, Any]) -> DocType:
    titles, required = (tuple(raw.pop(key, ())) for key in ("titles", "required"))
    return DocType(slug=slug, titles=titles, required=required, **raw)
