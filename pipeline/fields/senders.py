"""What the sender prints of itself around the text: letterhead, day of the letter, recorder's stamp, the address under the name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.fields.banners import BANNER_DEPTH, STREET
from pipeline.fields.geometry import Row, cells, say
from pipeline.fields.lexicon import fold, words
from pipeline.fields.names import is_organisation
from pipeline.fields.places import Marked, next_line
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.spoken import fold_word
from pipeline.fields.values import Value, ends_address, read_date
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

LETTERHEAD, LETTER_DATE, UNDER_NAME = 0.75, 0.58, 0.7
LETTERHEAD_DEPTH, LETTER_DATE_DEPTH, RECORDER_HEAD = 0.17, 0.4, 0.06
CLOCK = re.compile(r"^\(?\d{1,2}:\d{2}(?::\d{2})?\)?$")
SMALL_WORDS = {"of", "and", "the", "at", "for", "in", "de", "la", "del", "on", "by"}
DASHES = {"-", "–", "—", "--"}


def read_letterhead(page: Marked) -> Iterator[Sighting]:
    """The sender's name at the top of a page: the first cell there that names an organisation."""
    for at, sender in _senders(page):
        name = Value(say(sender).strip(" ,;:-"), sender)
        yield sighting(page, FieldName.FACILITY, Role.OTHER, name, Ground(LETTERHEAD, "letterhead", at))
        return


def facilities_on_top(page: Marked) -> Iterator[tuple[int, str]]:
    """Every organisation that a cell at the top of a page names, with its row."""
    return ((at, say(sender)) for at, sender in _senders(page))


def _senders(page: Marked) -> Iterator[tuple[int, Row]]:
    for at, row in enumerate(page.sheet.rows):
        if page.sheet.row_tops[at] > LETTERHEAD_DEPTH * page.sheet.height:
            return
        for start, end in cells(row):
            if _names_sender(page, at, start, end):
                yield at, _before_dash(row[start:end])


def _before_dash(tokens: Row) -> Row:
    """As in "Elm Grove Hospital - Nursing Flowsheet": the organisation without what is printed after a dash."""
    cut = next((at for at, t in enumerate(tokens) if at > 1 and t.text in DASHES), len(tokens))
    return tokens[:cut] if any(is_organisation(t.text) for t in tokens[:cut]) else tokens


def _names_sender(page: Marked, at: int, start: int, end: int) -> bool:
    tokens = _before_dash(page.sheet.rows[at][start:end])
    if any(label.start < end and start < label.end for label in page.by_row.get(at, ())):
        return False
    bare = [fold_word(t.text) for t in tokens]
    plain = not any(c.isdigit() for t in tokens for c in t.text) and not set(bare) & words("title_words")
    proper = [w for w in bare if w and not is_organisation(w) and w not in SMALL_WORDS]
    titled = all(t.text[:1].isupper() or not t.text[:1].isalpha() or fold_word(t.text) in SMALL_WORDS for t in tokens)
    sends = titled and any(is_organisation(word) and word not in words("payer_words") for word in bare)
    return plain and 2 <= len(tokens) <= 9 and sends and bool(proper or len(tokens) > 2) and tokens[0].text[:1].isupper()


def read_stamped_time(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A day with its clock time alone in a cell of the head, as recorders print when they recorded; a fax header stands higher."""
    for at, row in enumerate(page.sheet.rows):
        if not RECORDER_HEAD < page.sheet.row_tops[at] / page.sheet.height < BANNER_DEPTH or page.by_row.get(at):
            continue
        for start, end in cells(row):
            cell = row[start:end]
            value = read_date(cell, rules) if CLOCK.match(cell[-1].text) else None
            if value and len(value.tokens) == len(cell) - 1:
                yield sighting(page, FieldName.SERVICE_DATE, Role.PATIENT, value, Ground(LETTER_DATE, "day and time at the head of the page", at))
                return


def read_letter_date(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A date alone on its line in the head of a page that opens or refers like a letter."""
    if not any(fold(label.printed) in {"re", "dear", fold("regarding"), fold("in re")} for label in page.labels) and not _has_dear(page):
        return
    for at, row in enumerate(page.sheet.rows):
        if page.sheet.row_tops[at] > LETTER_DATE_DEPTH * page.sheet.height:
            return
        value = read_date(row, rules)
        if value and len(value.tokens) == len(row):
            yield sighting(page, FieldName.SERVICE_DATE, Role.PATIENT, value, Ground(LETTER_DATE, "date of the letter", at))
            return


def _has_dear(page: Marked) -> bool:
    return any(row[0].text == "Dear" for row in page.sheet.rows)


def address_under(page: Marked, name: Sighting) -> Iterator[Sighting]:
    """Street and city printed under a patient's name, as in the RE block of a letter."""
    row = page.sheet.rows[name.row]
    start = tuple(t for t in row if t.x0 >= name.box.x0 * page.sheet.width - 1)
    if not start:
        return
    street, at = next_line(page, (start[0].x0, row[0].x0), name.row)
    if not street or not STREET.match(street[0].text) or len(street) < 2:
        return
    city, _ = next_line(page, (street[0].x0,), at)
    tokens = street + city
    if ends_address(say(tokens)):
        text = f"{say(street).rstrip(',')}, {say(city)}"
        yield sighting(page, FieldName.PATIENT_ADDRESS, Role.PATIENT, Value(text, tokens), Ground(UNDER_NAME, "under the patient's name", at))
