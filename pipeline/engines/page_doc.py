"""Printed words as a spaCy Doc: one token a word, with its place on its page; nothing is tokenised again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

from spacy.tokens import Doc, Span, Token

from pipeline.page_language import PageLanguage
from schemas.page import Box, Word
from schemas.rules import ExtractRules, SplitRules

NOTHING = " "  # spaCy refuses a token without any letter
TOLD = ("value", "raw", "rule", "confidence", "rivals", "box")  # what a span tells of its find, where there is something to tell


def make_doc(vocab: Any, pages: Sequence[PageLanguage], rules: ExtractRules, cutting: SplitRules) -> Doc:
    """The words of some pages in reading order; white space follows a word but where print stands right behind it. The rules are for who looks."""
    _extend()
    words = [(page.number, word) for page in pages for word in page.reading.words]
    doc = Doc(vocab, words=[word.text or NOTHING for _, word in words], spaces=list(_spaces(words)))
    doc._.pages, doc._.words, doc._.rules, doc._.cutting = tuple(pages), tuple(words), rules, cutting
    return doc


def span_at(doc: Doc, page: int, box: Box, label: str, **told: object) -> Span | None:
    """The shortest run of tokens that holds the words of a place, told `value`, `raw`, `rule` and the like; none where nothing was read at first."""
    held = [at for at, (number, word) in enumerate(doc._.words) if number == page and _holds(box, word.box)]
    return _span(doc, held, label, box=box, **told) if held else None


def span_of(doc: Doc, pages: Collection[int], label: str, **told: object) -> Span | None:
    """The tokens of consecutive pages; none where nothing is printed on them."""
    held = [at for at, (number, _) in enumerate(doc._.words) if number in pages]
    return _span(doc, held, label, **told) if held else None


def _span(doc: Doc, held: Sequence[int], label: str, **told: object) -> Span:
    span = Span(doc, held[0], held[-1] + 1, label=label)
    for name, value in told.items():
        span._.set(name, value)
    return span


def _spaces(words: Sequence[tuple[int, Word]]) -> Iterator[bool]:
    for (page, word), (next_page, after) in pairwise(words):
        yield (page, word.line) != (next_page, after.line) or after.box.x0 > word.box.x1
    if words:
        yield False


def _holds(box: Box, word: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _extend() -> None:
    """What Chartroom's tokens, spans and Docs know beyond spaCy's own."""
    if Doc.has_extension("pages"):
        return
    for name in ("pages", "words"):
        Doc.set_extension(name, default=())
    for name in ("rules", "cutting", "said"):
        Doc.set_extension(name, default=None)
    Doc.set_extension("two_patients", default=False)
    for name in TOLD:
        Span.set_extension(name, default=None)
    Token.set_extension("page", getter=lambda token: token.doc._.words[token.i][0])
    Token.set_extension("box", getter=lambda token: token.doc._.words[token.i][1].box)
    Token.set_extension("conf", getter=lambda token: token.doc._.words[token.i][1].confidence)
    Token.set_extension("line", getter=lambda token: token.doc._.words[token.i][1].line)
