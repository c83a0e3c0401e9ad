"""Which files a sample set holds: how many documents, whose, on what paper, in what container."""

from __future__ import annotations

from typing import NamedTuple


class Recipe(NamedTuple):
    """One file to make.

    kind: single, packet (one patient), mixed (as many patients as documents), couple (two of one home), broken.
    extras: cover, backs (blank reverse sides), blank (between documents), separators, duplicate, missing, upside, sideways,
    bare_end and bare_start (a page that names nobody ends or begins the last document; all documents are of one sender where their layouts allow).
    person: see samples.cast. types: document types to choose from; empty: all in turn.
    """

    kind: str
    container: str
    quality: str
    documents: int = 1
    extras: tuple[str, ...] = ()
    person: str = "plain"
    types: tuple[str, ...] = ()
    refused: str | None = None


_LONG = ("discharge_summary",)  # always several numbered pages
_SHORT = (
    "laboratory_report",
    "imaging_report",
    "progress_note",
    "operative_note",
    "pathology_report",
    "referral",
    "advance_directive",
)  # one page each
_BROKEN = (
    Recipe("broken", "encrypted", "born_digital", refused="file.encrypted"),
    Recipe("broken", "truncated", "clean200", types=_LONG, refused="file.corrupt"),
    Recipe("broken", "empty", "born_digital", refused="file.empty"),
    Recipe("broken", "fake", "born_digital", refused="file.unsupported"),
)


def _one(container: str, quality: str, person: str = "plain", *extras: str, types: tuple[str, ...] = ()) -> Recipe:
    return Recipe("single", container, quality, 1, extras, person, types)


def _many(
    kind: str, documents: int, quality: str, *extras: str, container: str = "pdf", person: str = "plain", types: tuple[str, ...] = ()
) -> Recipe:
    return Recipe(kind, container, quality, documents, extras, person, types)


_DEMO = (
    *(_one("pdf", quality) for quality in ("clean300", "clean200", "clean200", "clean300", "clean200", "clean200")),
    *(_one("text", "born_digital") for _ in range(4)),
    _one("png", "clean200", types=_SHORT),
    _one("jpeg", "photo", types=_SHORT),
    _one("tiff", "faxfine"),
    _one("tiff", "faxstd"),
    _one("pdf", "skew300bw"),
    _one("pdf", "shaded", types=_SHORT),
    _one("pdf", "faint"),
    _one("pdf", "punched"),
    _one("pdf", "clean200", "namesake"),
    _one("text", "born_digital", "twin"),
    _one("pdf", "clean200", "absent"),
    _one("text", "born_digital", "absent_twin"),
    _one("pdf", "clean200", "plain", "upside"),
    _one("pdf", "clean200", "plain", "missing", types=_LONG),
    _one("pdf", "clean200", "plain", "duplicate", types=_LONG),
    _one("pdf", "clean200", "plain", "backs"),
    _many("packet", 3, "clean200", "cover"),
    _many("packet", 3, "faxfine", "cover", container="tiff"),
    _many("mixed", 3, "clean200", "separators"),
    _many("mixed", 2, "clean200", "blank"),
    _many("couple", 2, "clean200"),
    _many("packet", 3, "clean200", container="mixed"),
    _many("mixed", 2, "clean200", "bare_end", types=_SHORT),
    _many("mixed", 2, "clean200", "bare_start", types=_SHORT),
    *_BROKEN,
)  # fmt: skip

_BENCH = (
    *(_one("pdf", "clean200") for _ in range(9)),
    *(_one("pdf", "clean300") for _ in range(6)),
    *(_one("text", "born_digital") for _ in range(6)),
    _one("png", "clean200", types=_SHORT),
    _one("jpeg", "clean200", types=_SHORT),
    _one("tiff", "clean200"),
    _one("jpeg", "photo", types=_SHORT),
    _one("jpeg", "photo", types=_SHORT),
    *(_one("tiff", "faxfine") for _ in range(3)),
    *(_one("pdf", "faxfine") for _ in range(2)),
    *(_one("tiff", "faxstd") for _ in range(3)),
    *(_one("pdf", "skew300bw") for _ in range(3)),
    *(_one("pdf", "shaded", types=_SHORT) for _ in range(2)),
    _one("pdf", "faint"),
    _one("pdf", "punched"),
    *(_one("pdf", "clean200", person) for person in ("namesake", "namesake", "twin", "twin", "junior", "junior", "double", "borrowed", "borrowed")),
    *(_one("pdf", "clean200", person) for person in ("absent", "absent_twin", "absent_namesake")),
    *(_one("pdf", "faxfine", person) for person in ("absent", "absent_namesake")),
    _one("pdf", "clean300", "absent_twin"),
    _one("pdf", "clean200", "plain", "upside"),
    _one("pdf", "clean200", "plain", "sideways"),
    _one("pdf", "clean200", "plain", "missing", types=_LONG),
    _one("pdf", "faxfine", "plain", "missing", types=_LONG),
    _one("pdf", "clean200", "plain", "duplicate", types=_LONG),
    _one("pdf", "clean200", "plain", "backs"),
    _one("pdf", "clean300", "plain", "backs", types=_LONG),
    *(_many("packet", n, "clean200") for n in (3, 4)),
    _many("packet", 4, "clean200", "cover"),
    _many("packet", 5, "faxfine", "cover", container="tiff"),
    _many("packet", 4, "skew300bw"),
    _many("packet", 4, "clean200", "backs"),
    _many("packet", 4, "clean200", container="mixed"),
    _many("packet", 12, "clean200", container="mixed"),
    _many("packet", 6, "clean200", "cover", "duplicate"),
    _many("packet", 5, "clean300", "separators"),
    _many("mixed", 3, "clean200"),
    _many("mixed", 4, "clean300", "separators"),
    _many("mixed", 4, "clean200", "blank"),
    _many("mixed", 3, "faxfine", container="tiff"),
    _many("mixed", 5, "clean200", "separators", person="absent"),
    _many("mixed", 3, "faxstd", "cover", container="tiff"),
    _many("mixed", 4, "clean200", container="mixed"),
    _many("mixed", 6, "clean200"),
    _many("couple", 2, "clean200"),
    _many("couple", 4, "clean200"),
    _many("couple", 3, "faxfine"),
    _many("mixed", 2, "clean200", "bare_end"),
    _many("mixed", 2, "clean200", "bare_start"),
    *_BROKEN,
)  # fmt: skip

RECIPES: dict[str, tuple[Recipe, ...]] = {"demo": _DEMO, "practice": _BENCH, "rehearsal": _BENCH, "bench": _BENCH}
