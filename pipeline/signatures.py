"""Whether a document is signed: electronically, by pen beside or above its label, or surely not. Knows words and measured places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.fields.geometry import say
from pipeline.page_language import PageLanguage
from schemas.checks import Signature, Signed
from schemas.page import Box, SignaturePlace

VERSION = 2
BY_COMPUTER = re.compile(
    r"\b(?:electronically|digitally)\s+(?:co-?)?(?:signed|authenticated|approved|verified|reviewed|attested|finali[sz]ed|completed)"
    r"|\be-?signed\s+by\b|\b(?:signed|approved|authenticated|attested)\s+electronically\b|\breviewed\s+and\s+(?:electronically\s+)?signed\b"
    r"|\b(?:authenticated|attested)\s+by\b|/s/\s*\w|\bstamped\s+signature\s+of\b|\b(?:computer|digital)\s+signature\s+of\b|\b(?:electronic\s+)?signature\s+(?:is\s+)?on\s+file\b|\bfirmado\s+electr[oó]nicamente\b"
    r"|^\W*signed(?:\s+by)?\W{1,3}[A-Z][\w.'-]+.{0,40}\d{1,2}[/-]\d{1,2}[/-]\d{2,4}",
    re.IGNORECASE,
)
NOT_SIGNED = re.compile(
    r"\b(?:not\s+(?:yet\s+)?signed|unsigned|(?:awaiting|pending)\s+(?:provider\s+|physician\s+|electronic\s+)?signature|signature\s+(?:is\s+)?pending"
    r"|dictated\s+but\s+not\s+signed|not\s+(?:yet\s+)?authenticated|unauthenticated)\b",
    re.IGNORECASE,
)
UNFINISHED = re.compile(
    r"\b(?:dictated|signed)\W+(?:but|and)\s+not\s+(?:read|reviewed|proofread|edited)\b"
    r"|^\W*(?:draft|preliminary)(?:\s+(?:report|copy|document|note|only|result))?\b(?!\s*(?:diagnos|impression|read))",
    re.IGNORECASE,
)
ASIDE = re.compile(r"\b(?:witness|notary|interpreter|representative|guardian|parent|second|co-?sign)", re.IGNORECASE)  # often left empty by right
SAID = (
    (Signed.ABSENT, "the page says that it is not signed", NOT_SIGNED),
    (Signed.PRESENT, "signed electronically", BY_COMPUTER),
    (Signed.UNSURE, "the page calls itself a draft", UNFINISHED),
)
ORDER = (
    "the page says that it is not signed",
    "signed electronically",
    "ink at the label",
    "the page calls itself a draft",
    "too little at the label to tell a signature by",
    "nothing stands at the label",
    "no place for a signature was found",
)
WHOLE = Box(0.0, 0.0, 1.0, 1.0)
INKED, WIDE, LONGEST = 1.0, 4.0, 20.0  # squared heights of a word, heights of a word: less is a tick or a smear, more the shadow of a copy
EMPTY = 0.12


def find_signature(pages: Sequence[PageLanguage], *, required: bool) -> Signature | None:
    """What is known of the signature of a document; None where none is asked for and none is seen."""
    found = [*_said(pages), *_at_labels(pages)]
    if required and pages:
        found.append(Signature(Signed.UNSURE, "no place for a signature was found", pages[-1].number, WHOLE))
    return min(found, key=_rank, default=None)


def _rank(found: Signature) -> int:
    """What settles it first: the page's own words, then ink, then a draft, then empty or doubtful places."""
    return ORDER.index(found.why)


def _said(pages: Sequence[PageLanguage]) -> Iterator[Signature]:
    """What the pages say in words."""
    for page in pages:
        sheet = page.marked.sheet
        for row in sheet.rows:
            for state, why, pattern in SAID:
                if pattern.search(say(row)):
                    yield Signature(state, why, page.number, sheet.box(row))


def _at_labels(pages: Sequence[PageLanguage]) -> Iterator[Signature]:
    """What stands at the labels: of one place left empty only if no other that must be signed is filled or in doubt."""
    places = [(page.number, place) for page in pages for place in page.reading.signatures]
    ruled = [(number, place) for number, place in places if place.ruled] or places  # else "Signature" may head a section
    own = [(number, place) for number, place in ruled if not ASIDE.search(place.label)] or ruled
    for number, place in places:
        if is_inked(place):
            yield Signature(Signed.PRESENT, "ink at the label", number, place.box)
    for number, place in own:
        if not is_empty(place):
            yield Signature(Signed.UNSURE, "too little at the label to tell a signature by", number, place.box)
        elif all(is_empty(other) for _, other in own):
            yield Signature(Signed.ABSENT, "nothing stands at the label", number, place.box)


def is_inked(place: SignaturePlace) -> bool:
    """Whether somebody signed there."""
    return place.ink >= INKED and WIDE <= place.spread <= LONGEST


def is_empty(place: SignaturePlace) -> bool:
    """Whether a line to sign on stands there, and surely nothing on it."""
    return place.ruled and place.ink <= EMPTY
