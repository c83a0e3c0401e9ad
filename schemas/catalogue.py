"""The catalogue of document types: data, so that a hospital adds a type without code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from schemas.document import FieldName
from schemas.faults import ConfigFault


@dataclass(frozen=True, slots=True)
class DocType:
    """One entry: slug, LOINC document code, coarse folder, title phrases, required fields, retention class, sensitivity, signature."""

    slug: str
    name: str
    folder: str
    loinc: str | None
    titles: tuple[str, ...]
    required: tuple[str, ...] = ()
    retention: str = "adult_record"
    sensitivity: str | None = None
    signature: str | None = None  # "required": held where the place for it is empty
    files: bool = True  # False: never files by itself (unknown, fax_cover)


KEYS = {item.name for item in fields(DocType)} - {"slug"}


@dataclass(frozen=True)
class Catalogue:
    """All document types by slug."""

    types: Mapping[str, DocType]

    def __getitem__(self, slug: str) -> DocType:
        return self.types[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self.types


def build_catalogue(entries: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The catalogue from parsed YAML (slug → attributes). ConfigFault names the type and the key that is wrong."""
    return Catalogue({slug: _entry(slug, raw) for slug, raw in entries.items()})


def _entry(slug: str, raw: Any) -> DocType:
    if not isinstance(raw, Mapping):
        raise _wrong(slug, "has no `key: value` entries")
    if unknown := [key for key in raw if key not in KEYS]:
        raise _wrong(slug, f"has an unknown key `{unknown[0]}`")
    if lacking := [key for key in ("name", "folder") if not raw.get(key)]:
        raise _wrong(slug, f"lacks `{lacking[0]}`")
    lists = {key: _strings(slug, key, raw.get(key, ())) for key in ("titles", "required")}
    if strange := set(lists["required"]) - set(FieldName):
        raise _wrong(slug, f"has an unknown field `{min(strange)}` in `required`")
    if raw.get("signature") not in (None, "required"):
        raise _wrong(slug, "has a `signature` other than `required`")
    return DocType(**{"loinc": None, **raw, **lists, "slug": slug})


def _strings(slug: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong(slug, f"needs a list of texts as `{key}`")
    return tuple(value)


def _wrong(slug: str, what: str) -> ConfigFault:
    return ConfigFault(f"The document type `{slug}` {what}.", next_step="Correct schemas/doctypes.yaml.")
