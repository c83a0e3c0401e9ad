"""What a document is: its title and its text, weighed against one another.

Knows pages, the catalogue and a text model; knows nothing of patients, fields or storage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.ports import TypeModel
from pipeline.titles import Title, find_titles, lines_of
from schemas.catalogue import Catalogue
from schemas.document import TypeGuess
from schemas.page import PageReading
from schemas.rules import ClassifyRules

VERSION = 1
UNKNOWN = "unknown"
PAGES_READ = 3
FEW_WORDS = 8
SHOWN = 0.9  # how often a document of a type that carries a title carries its own
UNTAUGHT = 0.05  # the share of a type that the model was never taught
OPEN = 0.06  # beside a title the text never rules a type out: this much is spread over all types


def classify(pages: Sequence[PageReading], model: TypeModel, catalogue: Catalogue, *, rules: ClassifyRules) -> TypeGuess:
    """The type of a document, how sure, and what speaks for it; a reason when a person must be asked."""
    titles = _titles(pages, catalogue)
    text = body_text(pages, titles)
    shares = weigh(_text_shares(text, model, catalogue), titles)
    ranked = sorted(shares, key=lambda slug: -shares[slug])
    best, runner_up = ranked[0], ranked[1] if len(ranked) > 1 else None
    confidence = shares[best]
    title = next((t.text for t in titles if t.slug == best), "")
    if best == UNKNOWN or confidence < rules.unknown_below:
        return TypeGuess(
            UNKNOWN, confidence if best == UNKNOWN else 1 - confidence, title, (), "type.unknown", runner_up if best == UNKNOWN else best
        )
    reason = None if confidence >= _line(title, rules) else "type.unsure"
    return TypeGuess(best, confidence, title, model.evidence(text, best), reason, runner_up)


def _line(title: str, rules: ClassifyRules) -> float:
    return rules.sure_at if title else max(rules.sure_at, rules.sure_untitled_at)


def _titles(pages: Sequence[PageReading], catalogue: Catalogue) -> tuple[Title, ...]:
    """The titles of the first page that has words to speak of."""
    first = next((page for page in pages if len(page.words) >= FEW_WORDS), pages[0] if pages else None)
    return find_titles(first, catalogue) if first else ()


def body_text(pages: Sequence[PageReading], titles: Sequence[Title]) -> str:
    """The words of the first pages without title lines, so that title and text are two witnesses."""
    skip = {title.text for title in titles if title.doubt < 0.1}
    return "\n".join(line.text for page in pages[:PAGES_READ] for line in lines_of(page) if line.text not in skip)


def _text_shares(text: str, model: TypeModel, catalogue: Catalogue) -> dict[str, float]:
    """The model's shares over the catalogue's types; even, and `unknown` ahead, when there is too little to read."""
    if len(text.split()) < FEW_WORDS:
        return {slug: 0.5 if slug == UNKNOWN else 0.5 / len(catalogue.types) for slug in (*catalogue.types, UNKNOWN)}
    scores = model.scores(text)
    return _normal({slug: scores.get(slug, UNTAUGHT) for slug in catalogue.types})


def weigh(shares: Mapping[str, float], titles: Sequence[Title]) -> dict[str, float]:
    """Bayes: each title is far likelier on its own type than on another, by as much as such finds are right."""
    if not titles:
        return dict(shares)
    weighed = {slug: (1 - OPEN) * share + OPEN / len(shares) for slug, share in shares.items()}
    for title in titles:
        weighed = {slug: share * (SHOWN if slug == title.slug else title.doubt) for slug, share in weighed.items()}
    return _normal(weighed)


def _normal(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values()) or 1.0
    return {slug: share / total for slug, share in shares.items()}
