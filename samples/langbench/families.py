"""The layout families by name, and which types of paper are set in which. Knows the blocks; knows no body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from samples.langbench import pairs, prose, special
from samples.langbench.case import Case, Item
from samples.langbench.sheet import Sheet

Block = Callable[[Sheet, float, Case, Random], tuple[float, Sequence[Item]]]

BLOCKS: dict[str, dict[str, Block]] = {
    "label beside": {
        "colon list": pairs.colon_list,
        "colon columns": pairs.colon_columns,
        "tabbed": pairs.tabbed,
        "right aligned": pairs.right_aligned,
        "leaders": pairs.leaders,
        "one line": pairs.one_line,
        "cell grid": pairs.cell_grid,
        "underscored": pairs.underscored,
        "dictated": pairs.dictated,
        "slashes": prose.slashes,
        "bilingual": pairs.bilingual,
        "spanish": prose.spanish,
    },
    "label above": {"cells": pairs.small_above, "caps above": pairs.caps_above, "numbered boxes": pairs.numbered_boxes, "triage": special.triage},
    "label below": {"captions": pairs.label_below, "certificate": pairs.certificate},
    "column heads": {"head row": pairs.head_row, "two head rows": pairs.two_head_rows},
    "banner": {"gray banner": pairs.gray_banner, "screen header": pairs.screen_header, "corner": special.corner},
    "label": {"sticker": special.sticker, "foot label": special.foot_label},
    "columns": {
        "three columns": special.three_columns,
        "client and patient": special.client_and_patient,
        "patient and visit": special.patient_and_visit,
        "result head": special.result_head,
        "exam head": special.exam_head,
        "two boxes": special.two_boxes,
    },
    "face sheet": {
        "face columns": special.face_columns,
        "registration": special.registration,
        "insurance card": special.insurance_card,
        "registry": special.registry,
        "mother and newborn": special.mother_and_newborn,
    },
    "letter": {"re line": prose.re_line, "re block": prose.re_block, "letter table": prose.letter_table, "claim letter": prose.claim_letter},
    "narrative": {
        "thanks": prose.thanks,
        "to whom": prose.to_whom,
        "declaration": prose.declaration,
        "authorizing": prose.authorizing,
        "opening": prose.opening,
    },
    "cover": {"cover": prose.cover},
}
FAMILIES: dict[str, tuple[str, Block]] = {name: (group, block) for group, blocks in BLOCKS.items() for name, block in blocks.items()}

_COMMON = (
    *("colon list", "colon columns", "tabbed", "right aligned", "leaders", "one line", "cell grid", "cells", "caps above", "captions", "head row"),
    *("two head rows", "gray banner", "screen header", "corner", "sticker", "foot label", "patient and visit", "slashes", "bilingual"),
)
_DICTATED = ("dictated", "opening", "slashes", "spanish")
_LETTERS = ("re line", "re block", "letter table", "thanks")
_OWN: dict[str, tuple[str, ...]] = {
    "discharge_summary": (*_COMMON, *_DICTATED),
    "history_and_physical": (*_COMMON, *_DICTATED),
    "consultation": (*_COMMON, *_DICTATED, *_LETTERS, *_LETTERS),
    "progress_note": (*_COMMON, *_DICTATED),
    "emergency_note": (*_COMMON, "triage", "triage", "triage", "dictated"),
    "operative_note": (*_COMMON, *_DICTATED),
    "procedure_note": (*_COMMON, *_DICTATED),
    "laboratory_report": (
        "three columns",
        "three columns",
        "result head",
        "result head",
        "client and patient",
        "cells",
        "colon columns",
        "screen header",
        "caps above",
    ),
    "pathology_report": ("client and patient", "client and patient", "three columns", "result head", "cell grid", "colon columns", "dictated"),
    "imaging_report": ("exam head", "exam head", "result head", "dictated", "colon list", "head row", "gray banner", "re line"),
    "ecg": ("exam head", "corner", "one line", "sticker", "tabbed", "colon list", "screen header"),
    "immunization_record": ("registry", "registry", "certificate", "cells", "head row", "underscored", "bilingual", "colon columns"),
    "referral": ("two boxes", "two boxes", "two boxes", "underscored", "cells", "numbered boxes", "cell grid", "re line"),
    "continuity_of_care": ("screen header", "patient and visit", "two head rows", "gray banner", "cell grid", "tabbed", "colon list"),
    "maternity": ("mother and newborn", "mother and newborn", *_COMMON),
    "advance_directive": ("declaration", "declaration", "declaration", "certificate", "underscored", "captions", "cells"),
    "authorization_consent": (
        "authorizing",
        "underscored",
        "underscored",
        "captions",
        "captions",
        "bilingual",
        "numbered boxes",
        "sticker",
        "foot label",
    ),
    "insurance_id": ("face columns", "face columns", "registration", "registration", "insurance card", "insurance card", "numbered boxes"),
    "correspondence": ("re line", "re block", "letter table", "claim letter", "claim letter", "to whom", "to whom", "thanks"),
    "fax_cover": ("cover",),
}


def family_for(slug: str, rng: Random) -> str:
    """A layout family that papers of a type are set in."""
    return rng.choice(_OWN.get(slug, _COMMON))


def families_of(slug: str) -> frozenset[str]:
    """All families that papers of a type are set in."""
    return frozenset(_OWN.get(slug, _COMMON))
