"""The patient told in running text, as in "John Smith, a 74-year-old man". Knows sentences that go on from line to line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.fields.geometry import Token
from pipeline.fields.lexicon import words
from pipeline.fields.places import Marked
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.spoken import fold_word, name_word, names_another
from pipeline.fields.values import Value, read_person
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

NARRATIVE = 0.85
NAME_REACH = 6
FULL_LINE = 0.8  # of the longest line on the page
OLD = re.compile(r"^\(?(\d{1,3})[\-\s]?(?:y(?:ea)?rs?|y)?[\-.\s/]*(?:old|o\.?)\b", re.IGNORECASE)
YEARS = re.compile(r"^(?:years?|yrs?|y)[\-\s/.]*(?:old|o\.?)?[,.)]*$", re.IGNORECASE)


def read_narrative(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "NAME, a 74-year-old man": the name and the sex told with an age."""
    flow = [(token, at) for at, row in enumerate(page.sheet.rows) for token in row]
    for at, (token, row) in enumerate(flow):
        if not (token.text[:1].isdigit() or token.text[:1] == "(") or not _tells_age(flow, at):
            continue
        value = _name_told(page, flow, at, rules)
        if value:
            yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(NARRATIVE, "before the age in the text", row))
            yield from _sex_told(page, flow, at)


def _tells_age(flow: Sequence[tuple[Token, int]], at: int) -> bool:
    text = flow[at][0].text
    following = flow[at + 1][0].text if at + 1 < len(flow) else ""
    return bool(OLD.match(text)) or bool(re.fullmatch(r"\(?\d{1,3}", text) and YEARS.match(following))


def _name_told(page: Marked, flow: Sequence[tuple[Token, int]], at: int, rules: ExtractRules) -> Value | None:
    end = at
    while end > 0 and at - end < 4 and flow[end - 1][0].text.lower().strip(",") in {"a", "an", "is", "was", "", "the"}:
        end -= 1
    if end == at and not flow[at - 1][0].text.endswith(",") and not flow[at][0].text.startswith("("):
        return None
    start = _start_of_run(page, flow, end)
    tokens = [token for token, _ in flow[start:end]]
    if end - start < 2 or _surname_only(tokens) or (start > 0 and names_another(flow[start - 1][0])):
        return None
    return read_person(tokens, rules)


def _surname_only(tokens: Sequence[Token]) -> bool:
    """As in "Ms. De La Cruz": a title and one last name."""
    named = [word for token in tokens if (word := fold_word(token.text)) not in words("titles")]
    return len(named) < len(tokens) and all(word in words("particles") for word in named[:-1])


def _start_of_run(page: Marked, flow: Sequence[tuple[Token, int]], end: int) -> int:
    """Where the name words before a place begin: not before a title, a colon or the end of a line that is no full line."""
    start = end
    while start > max(0, end - NAME_REACH):
        token, row = flow[start - 1]
        turned = start < end and row != flow[start][1]
        if not name_word(token) or (start < end and token.colon) or (turned and not _runs_on(page, row)):
            break
        start -= 1
        if fold_word(token.text) in words("titles"):
            break
    return start


def _runs_on(page: Marked, row: int) -> bool:
    """Whether a printed line is as long as lines of text are, so that a sentence may go on in the next."""
    sheet = page.sheet
    return sheet.rows[row][-1].x1 > FULL_LINE * max(line[-1].x1 for line in sheet.rows)


def _sex_told(page: Marked, flow: Sequence[tuple[Token, int]], at: int) -> Iterator[Sighting]:
    told = {"man": "M", "male": "M", "gentleman": "M", "boy": "M", "woman": "F", "female": "F", "lady": "F", "girl": "F"}
    for token, row in flow[at : at + 8]:
        if sex := told.get(fold_word(token.text)):
            yield sighting(page, FieldName.PATIENT_SEX, Role.PATIENT, Value(sex, (token,)), Ground(NARRATIVE, "after the age in the text", row))
            return
