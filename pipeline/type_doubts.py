"""Why a document type must be asked, in words. Names types and kinds of evidence, never a word of the page.

Knows what each witness said; weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.sections import Build
from pipeline.titles import Title
from schemas.catalogue import Catalogue

SAYS = 0.5  # a share from which the text is said to speak for a type
STRANGE = 0.75  # fewer known words than this are named as a reason
POOR = 0.8  # a mean word confidence below this is named as a reason


class Witnesses(NamedTuple):
    """What each witness said of a document: titles, build, the text's shares, how many of its words the model knows, how well it was read."""

    titles: Sequence[Title]
    builds: Sequence[Build]
    text: Mapping[str, float]
    words: int
    known: float
    reading: float


def doubt_in_words(said: Witnesses, catalogue: Catalogue, *, few_words: int) -> str:
    """One sentence: the witnesses that contradict one another, or what is too little to go by."""
    title = said.titles[0].slug if said.titles else None
    best = max(said.text, key=lambda slug: said.text[slug]) if said.text else None
    sure_text = best if best and said.text[best] >= SAYS else None
    named = [slug for slug in dict.fromkeys(found.slug for found in said.titles) if slug in catalogue]
    built = next((build.slug for build in said.builds if build.slug != title), None)
    if len(named) > 1:
        return f"Two titles stand on it: {_name(named[0], catalogue)} and {_name(named[1], catalogue)}."
    if said.words < few_words:
        return "There is too little text to tell the type by."
    if title and built:
        return f"Its title says {_name(title, catalogue)}, its headings are those of {_name(built, catalogue)}."
    if title and sure_text and sure_text != title:
        return f"Its title says {_name(title, catalogue)}, its text reads like {_name(sure_text, catalogue)}."
    return _too_little(said, title, sure_text, catalogue)


def _too_little(said: Witnesses, title: str | None, sure_text: str | None, catalogue: Catalogue) -> str:
    named = f"Its title says {_name(title, catalogue)}" if title else "It has no title"
    if said.reading < POOR:
        return f"{named}, and it reads poorly."
    if said.known < STRANGE:
        return f"{named}, and many of its words are new here: a kind of paper not met before."
    if title:
        return f"{named}, but not clearly enough."
    if sure_text:
        return f"{named}, and its text alone, which reads like {_name(sure_text, catalogue)}, is not enough."
    return f"{named}, and its text fits several types."


def _name(slug: str, catalogue: Catalogue) -> str:
    """A type's name as it stands in a sentence."""
    name = catalogue[slug].name if slug in catalogue else slug.replace("_", " ")
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
