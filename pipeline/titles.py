"""What stands on a page as its title: lines in reading order, and phrases of the catalogue matched on them with tolerance for misreading.

Knows words, boxes and phrases; knows nothing of the text model and decides no type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median
from typing import NamedTuple

from rapidfuzz import fuzz, process

from pipeline.title_words import DEPARTMENTS, FACILITY, GENERIC, MODALITIES, QUALIFIERS, REGIONS, SECTION_NAMES, SECTIONS, SMALL
from schemas.catalogue import Catalogue
from schemas.page import Box, PageReading, Word

RATIO = 86.0
SHORT = 5  # folded phrases up to this length must match exactly
TITLE_WORDS = 14
LONGEST = 60  # letters of a folded title
ZONE = 0.55  # titles stand above this share of the page

_ALIKE = str.maketrans({"0": "o", "1": "l", "|": "l", "!": "l", "i": "l", "5": "s", "$": "s", "8": "b", "&": "and"})
_NO_LETTER = re.compile(r"[^a-z0-9]")

LABELS = re.compile(r"^\W*(document|report|note|form|record|doc)\s*(type|title|name)?\s*[:#]\s*(?=\S)", re.IGNORECASE)
EXAM = re.compile(r"^\W*(exam|examination|study|procedure|exam type|exam description|exam name|imaging study|order)\s*[:;]\s*(?=\S)", re.IGNORECASE)
NAMING = re.compile(
    r"^\W*((document|report|note|form|record|doc)\s*(type|title|name)|exam(ination)?|study|procedure"
    r"|(exam|study|procedure)\s*(type|description|name)|imaging study)\W*$",
    re.IGNORECASE,
)
VIEWS = re.compile(
    r"\b(?:(?:one|two|three|four|\d)(?: or more)? views?|pa (?:and|&) lat(?:eral)?|portable|ap view"
    r"|(?:w|with|w/o|wo|without|w/)[ /]*(?:iv )?contrast)\b",
    re.IGNORECASE,
)
MODALITY = re.compile(rf"\b({'|'.join(MODALITIES)})\b", re.IGNORECASE)
REGION = re.compile(rf"\b({'|'.join(REGIONS)})\b", re.IGNORECASE)
# what a fax machine stamps: date, time, number, the word, page, direction
_STAMP = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\b[a-z]{3,9}\.? \d{1,2},? \d{4}",
        r"\d{1,2}:\d{2}",
        r"\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}",
        r"\bfax\b",
        r"\b(p|pg|page)[ .:]*\d+",
        r"\bfrom\b|\bto\b|->|=>",
    )
)


class Line(NamedTuple):
    """A run of words printed side by side, its place, and the height of its tallest word (shares of the page)."""

    text: str
    box: Box
    height: float
    alone: bool  # nothing else stands on the same text line


@dataclass(frozen=True, slots=True)
class Title:
    """A title found: its type, the line as printed, and how often such a find is wrong (0..1)."""

    slug: str
    text: str
    doubt: float
    box: Box


def _may_be_like(letters: int, others: int) -> bool:
    return RATIO * max(letters, others) <= (200 - RATIO) * min(letters, others)


class Hit(NamedTuple):
    """A phrase found in a line, whether usual words stand beside it, and how much of the line it explains, in characters."""

    slug: str
    phrase: str
    beside: bool
    explained: float


@dataclass(frozen=True)
class Phrases:
    """The phrases that titles are made of: slug and phrase by folded phrase."""

    by_fold: dict[str, tuple[str, str]]

    @cached_property
    def like(self) -> dict[int, tuple[str, ...]]:
        """The folded phrases that so many letters may be: the others differ in length by more than the ratio allows."""
        return {n: tuple(key for key in self.by_fold if _may_be_like(n, len(key))) for n in range(1, LONGEST + 1)}


def fold(text: str) -> str:
    """Letters and digits with those that are mistaken for one another made equal, without blanks."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NO_LETTER.sub("", plain.lower().translate(_ALIKE)).replace("rn", "m").replace("vv", "w").replace("cl", "d")


def lines_of(page: PageReading) -> tuple[Line, ...]:
    """The page's runs of words from top to bottom; columns on one text line are apart, the fax machine's line is left out."""
    rows: dict[int, list[Word]] = {}
    for word in page.words:
        rows.setdefault(word.line, []).append(word)
    aspect = page.height_pt / max(page.width_pt, 1.0)
    runs = [run for row in rows.values() for run in _runs(sorted(row, key=lambda w: w.box.x0), aspect)]
    return tuple(sorted((run for run in runs if not is_fax_stamp(run)), key=lambda run: (round(run.box.y0, 2), run.box.x0)))


def _runs(row: Sequence[Word], aspect: float) -> Iterator[Line]:
    height = max(word.box.y1 - word.box.y0 for word in row)
    cuts = [i for i in range(1, len(row)) if row[i].box.x0 - row[i - 1].box.x1 > 2.2 * height * aspect]
    for start, end in zip([0, *cuts], [*cuts, len(row)], strict=True):
        yield _line(row[start:end], alone=not cuts)


def _line(words: Sequence[Word], *, alone: bool) -> Line:
    boxes = [word.box for word in words]
    box = Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
    return Line(" ".join(word.text for word in words), box, max(b.y1 - b.y0 for b in boxes), alone)


def is_fax_stamp(line: Line) -> bool:
    """Whether a line is what a fax machine prints along the edge: at the very top or bottom, with two or more of date, time, number, page."""
    if 0.06 < line.box.y0 < 0.95:
        return False
    found = [pattern.search(line.text) is not None for pattern in _STAMP]
    return sum(found) >= 3 or (found[1] and sum(found) >= 2) or (found[3] and found[4])


def find_titles(lines: Sequence[Line], catalogue: Catalogue) -> tuple[Title, ...]:
    """The titles among the lines of a page, the most trustworthy first; at most one a type."""
    phrases = _phrases(tuple((slug, kind.titles) for slug, kind in catalogue.types.items()))
    usual, below = median([line.height for line in lines] or [0.01]), first_section(lines)
    standing = {line: _standing(line, usual, below) for line in (*lines, *_named(lines)) if line.box.y0 < ZONE}
    stacked = [title for pair in _pairs(lines) if pair[0] in standing for title in _stacked_title(*pair, standing[pair[0]], phrases)]
    single = [title for line, stands in standing.items() for title in _titles(line, stands, phrases) if not any(_inside(title, s) for s in stacked)]
    best: dict[str, Title] = {}
    for title in sorted([*stacked, *single], key=lambda t: (t.doubt, t.box.y0)):
        if title.slug in catalogue:
            best.setdefault(title.slug, title)
    return tuple(best.values())


def _named(lines: Sequence[Line]) -> Iterator[Line]:
    """Labels that say what a paper is, joined with what stands beside or below them as their value."""
    for label in lines:
        if NAMING.match(label.text) and (value := _value_of(label, lines)):
            box = Box(label.box.x0, min(label.box.y0, value.box.y0), max(label.box.x1, value.box.x1), max(label.box.y1, value.box.y1))
            yield Line(f"{label.text.rstrip(' :')}: {value.text}", box, value.height, value.alone)


def _value_of(label: Line, lines: Sequence[Line]) -> Line | None:
    """What stands right of a label on its line, or else right below it."""
    middle = (label.box.y0 + label.box.y1) / 2
    beside = [line for line in lines if line.box.x0 > label.box.x1 and line.box.y0 <= middle <= line.box.y1]
    below = [line for line in lines if 0 < line.box.y0 - middle < 2.5 * label.height and abs(line.box.x0 - label.box.x0) < 0.02]
    if label.text.rstrip().endswith(":") and beside:
        return min(beside, key=lambda line: line.box.x0)
    return min(below, key=lambda line: line.box.y0, default=None)


def _inside(title: Title, other: Title) -> bool:
    return other.box.y0 <= title.box.y0 and title.box.y1 <= other.box.y1


@lru_cache(maxsize=4)
def _phrases(titles: tuple[tuple[str, tuple[str, ...]], ...]) -> Phrases:
    """Slug and phrase by folded phrase."""
    return Phrases({fold(phrase): (slug, phrase) for slug, phrases in titles for phrase in phrases})


def first_section(lines: Sequence[Line]) -> float:
    """Where the body begins: the top of the first section heading or line of prose."""
    return next((line.box.y0 for line in lines if _is_section(line.text) or _is_prose(line.text)), 1.0)


def _is_section(text: str) -> bool:
    head = fold(text.partition(":")[0])
    return 3 <= len(head) <= 32 and process.extractOne(head, _SECTION_FOLDS, scorer=fuzz.ratio, score_cutoff=88 if len(head) > 6 else 100) is not None


_SECTION_FOLDS = tuple(fold(section) for section in SECTIONS)
_SECTION_NAME_FOLDS = frozenset(fold(name) for name in SECTION_NAMES)


def _is_prose(text: str) -> bool:
    words = text.split()
    return len(words) >= 9 and sum(word[0].islower() for word in words) >= 0.6 * len(words)


def _titles(line: Line, standing: Standing, phrases: Phrases) -> Iterator[Title]:
    if (standing.above or standing.large) and _may_be_title(line.text):
        found = [(hit, text) for text in _readings(line) if (hit := match_phrase(text, phrases))]
        hit, text = max(found, key=lambda pair: pair[0].explained, default=(None, ""))
        doubt = _doubt(hit, line, text, standing) if hit else None
        if hit and doubt is not None:
            yield Title(hit.slug, line.text, doubt, line.box)
    yield from _imaging(line, standing)
    yield from _department(line, standing)


def _stacked_title(upper: Line, lower: Line, standing: Standing, phrases: Phrases) -> Iterator[Title]:
    """A title printed over two lines: together they are one phrase and nothing else."""
    text = f"{upper.text} {lower.text}"
    hit = match_phrase(text, phrases)
    if hit and not hit.beside and (doubt := _doubt(hit, upper, text, standing)) is not None:
        box = Box(min(upper.box.x0, lower.box.x0), upper.box.y0, max(upper.box.x1, lower.box.x1), lower.box.y1)
        yield Title(hit.slug, text, doubt, box)


def _may_be_title(text: str) -> bool:
    """Short, mostly letters, and no label with its value behind a colon."""
    signs = [c for c in text if c.isalnum()]
    labelled = re.search(r":\s*\S", text) is not None and LABELS.match(text) is None
    return bool(signs) and not labelled and len(text.split()) <= TITLE_WORDS + 12 and sum(c.isdigit() for c in signs) <= 0.3 * len(signs)


def _readings(line: Line) -> Iterator[str]:
    """The texts a line may be read as: itself, its parts between dashes, or what follows a label."""
    yield line.text
    if (label := LABELS.match(line.text)) is not None:
        yield line.text[label.end() :]
    parts = re.split(r"\s+[-–—|•]+\s+|\s*[—|•]\s*", line.text)
    if len(parts) > 1:
        yield from parts


def _pairs(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Lines that stand alone one under the other in like type, short enough to be one title."""
    for at, upper in enumerate(lines):
        lower = next((line for line in lines[at + 1 :] if line.box.y0 > upper.box.y1 - 0.3 * upper.height), None)
        if lower and upper.alone and lower.alone and _stacked(upper, lower):
            yield upper, lower


def _stacked(upper: Line, lower: Line) -> bool:
    close = lower.box.y0 - upper.box.y1 < 1.2 * upper.height
    alike = abs(upper.height - lower.height) < 0.3 * upper.height
    return close and alike and len(upper.text.split()) + len(lower.text.split()) <= 8


def match_phrase(text: str, phrases: Phrases) -> Hit | None:
    """The longest catalogue phrase that a title-like line consists of, apart from words that usually stand beside a title."""
    tokens = [token for token in re.split(r"[\s/,()]+", text.strip()) if fold(token)]
    spaced = sum(len(token) for token in tokens) <= 1.5 * len(tokens)  # printed l i k e  t h i s
    if not tokens or (len(tokens) > TITLE_WORDS and not spaced) or text.rstrip().endswith((".", ",", ";")):
        return None
    folded = [fold(token) for token in tokens]
    hits = (hit for start in range(len(tokens)) for hit in _windows(tokens, folded, start, phrases))
    return max(hits, key=lambda hit: hit.explained, default=None)


def _windows(tokens: Sequence[str], folded: Sequence[str], start: int, phrases: Phrases) -> Iterator[Hit]:
    for end in range(start + 1, len(tokens) + 1):
        window = "".join(folded[start:end])
        if len(window) > LONGEST:
            return
        found = process.extractOne(window, phrases.like[len(window)], scorer=fuzz.ratio, score_cutoff=RATIO)
        beside = [*tokens[:start], *tokens[end:]]
        if found and _misreading(tokens[start:end], found[0], found[1]) and _usual_beside(beside, named=len(found[0]) > 2 * SHORT):
            slug, phrase = phrases.by_fold[found[0]]
            misread = (1 - found[1] / 100) * (len(window) + len(found[0])) / 2
            usual = sum(len(token) for token in beside if token.lower() in QUALIFIERS)
            yield Hit(slug, phrase, bool(beside), len(found[0]) + 0.5 * usual - 6 * misread)


def _misreading(tokens: Sequence[str], phrase: str, ratio: float) -> bool:
    """Whether words can be a phrase misread: a short phrase stands to the letter, and so do words that any title has."""
    if ratio == 100:
        return True
    return len(phrase) > SHORT and not all(re.sub(r"[^a-z]", "", token.lower()) in GENERIC for token in tokens)


def _usual_beside(tokens: Sequence[str], *, named: bool) -> bool:
    """Whether only usual words stand beside a phrase; `named` allows the name of a house too."""
    words = [re.sub(r"[^a-z]", "", token.lower()) for token in tokens]
    odd = [
        word
        for word, token in zip(words, tokens, strict=True)
        if word and word not in QUALIFIERS and word not in SMALL and not any(c.isdigit() for c in token)
    ]
    house = named and (
        len(odd) <= 4
        and any(word in FACILITY for word in words)
        and all(token[0].isupper() or token.lower() in SMALL for token in tokens if token[0].isalpha())
    )
    return not odd or house


class Standing(NamedTuple):
    """How a line stands on its page: in larger type, in the middle, in capitals, above the body."""

    large: bool
    centred: bool
    capitals: bool
    above: bool
    high: bool


def _standing(line: Line, usual: float, below: float) -> Standing:
    letters = [c for c in line.text if c.isalpha()]
    capitals = bool(letters) and sum(c.isupper() for c in letters) >= 0.8 * len(letters)
    middle = (line.box.x0 + line.box.x1) / 2
    centred = line.alone and abs(middle - 0.5) < 0.05 and line.box.x0 > 0.15
    return Standing(line.height >= (1.3 if capitals else 1.4) * usual, centred, capitals, line.box.y0 <= below + 1e-6, line.box.y0 < 0.3)


def _doubt(hit: Hit, line: Line, text: str, standing: Standing) -> float | None:
    """How often such a find is wrong; None when the line is no title where it stands."""
    if LABELS.match(line.text) and standing.high:
        return 0.004
    heading = text.rstrip().endswith(":")
    risky = heading or fold(hit.phrase) in _SECTION_NAME_FOLDS
    conspicuous = standing.large or standing.centred
    if not standing.above:
        return 0.02 if standing.large and not risky else None
    if risky:
        return _risky_doubt(line, standing, heading=heading)
    plain = 0.004 if standing.high else 0.01
    return (0.002 if conspicuous or standing.capitals else plain) * (2 if hit.beside else 1)


def _risky_doubt(line: Line, standing: Standing, *, heading: bool) -> float | None:
    if standing.large or (standing.centred and not heading):
        return 0.004
    shown = standing.capitals and standing.high and line.alone and not heading
    return 0.02 if shown else None


def _imaging(line: Line, standing: Standing) -> Iterator[Title]:
    label = EXAM.match(line.text)
    text = line.text[label.end() :] if label else line.text
    short = 2 <= len(text.split()) <= 11 and not _is_prose(text) and not text.rstrip().endswith(".")
    placed = label is not None or (standing.above and (standing.capitals or standing.large or standing.centred))
    if short and placed and REGION.search(text) and (MODALITY.search(text) or VIEWS.search(text)):
        yield Title("imaging_report", line.text, 0.02, line.box)


def _department(line: Line, standing: Standing) -> Iterator[Title]:
    text = line.text.lower()
    if standing.above and standing.high and re.search(r"\b(department|dept|division)\b", text):
        yield from (Title(slug, line.text, 0.1, line.box) for word, slug in DEPARTMENTS.items() if word in text)
