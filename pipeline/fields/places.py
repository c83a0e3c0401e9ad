"""Where the words of a label's value lie: right of it, below it, above it; and whom a place speaks of. Knows labels and cells; reads no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.fields.geometry import Row, Sheet, Token, cells
from pipeline.fields.labels import Label, find_labels
from pipeline.fields.lexicon import NO_ROLE, fold, folded_stems
from pipeline.fields.names import is_organisation
from schemas.page import Box

FARTHEST_RIGHT = 0.42  # of the page width
POSSESSIVE = re.compile(r"['’`´]\w?s?$")
TITLES = {
    "report",
    "note",
    "notes",
    "summary",
    "record",
    "form",
    "sheet",
    "results",
    "history",
    "consultation",
    "list",
    "letter",
    "referral",
    "physical",
}
LINE_REACH = 3.6  # heights of a word that a value may lie under or over its label
STAND_IN = 0.8
SAME_SIZE = 0.12
MOST_OF_A_HEADING, MOST_OF_A_TITLE = 6, 4
SOMEBODY = {"person", "party", "adult", "completing", "responsible", "relative", "representative", "holder"}
COUNTER = re.compile(r"^[(\[]?(?:\d{1,3}[A-Za-z]?|[A-Z]{1,2}\d{2,5})[.)\]]*$")  # the number of a box on a form
LEADER, UNSURE = re.compile(r"[a-z._\-~=]+"), 0.4
SPECKS = ".,'`‘’“”~^°·"
SECTION_REACH = 4
NUMBER_UNDER_NAME = 2  # rows
NAME_UNDER_HEADING = 4  # rows: a heading's block begins with its person's name
OWNED_ROWS = {"contact": 6, "provider": 5, "other": 4, "patient": 14}


@dataclass(frozen=True)
class Marked:
    """A laid-out page with its labels."""

    sheet: Sheet
    labels: tuple[Label, ...]

    @cached_property
    def by_row(self) -> dict[int, list[Label]]:
        """Labels of each row, left to right."""
        rows: dict[int, list[Label]] = {}
        for label in self.labels:
            rows.setdefault(label.row, []).append(label)
        return rows

    @cached_property
    def anchors(self) -> dict[int, list[Label]]:
        """Labels and headings that say whom a place speaks of, by row."""
        rows: dict[int, list[Label]] = {}
        for label in self.labels:
            if label.meaning.role != NO_ROLE:
                rows.setdefault(label.row, []).append(label)
        return rows

    @cached_property
    def headings(self) -> dict[int, list[Label]]:
        """Anchors that stand alone in their cell, as column heads do."""
        found = {row: [a for a in anchors if a.alone and not self.has_value_right(a)] for row, anchors in self.anchors.items()}
        return {row: heads for row, heads in found.items() if heads}

    def box(self, label: Label) -> Box:
        """Where a label stands, as shares of the page."""
        return self.sheet.box(self.sheet.rows[label.row][label.start : label.end])

    def left(self, label: Label) -> float:
        """Left edge of a label."""
        return self.sheet.rows[label.row][label.start].x0

    def has_value_right(self, label: Label) -> bool:
        """Whether unlabelled words follow to the right, near enough to be its value."""
        return bool(label.colon and right_of(self, label))


def mark(sheet: Sheet) -> Marked:
    """Find the labels of a laid-out page."""
    labels = _settled(find_labels(sheet))
    return Marked(sheet, _with_stand_ins(labels))


def _settled(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """A misread label that may be the patient's or another's is the patient's close under a heading of the patient."""
    settled: list[Label] = []
    for label in labels:
        over = next((x for x in reversed(settled) if x.meaning.role != NO_ROLE), None)
        near = over is not None and over.meaning == over.meaning._replace(what="section", role="patient") and label.row - over.row <= SECTION_REACH
        settled.append(_as_patient(label) if near and label.meaning.open else label)
    return tuple(settled)


def _with_stand_ins(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Where no label names a patient, "Client" does; "Member" does where somebody else is named as the one insured."""
    if any(label.meaning.role == "patient" for label in labels):
        return labels
    insured = any(_speaks_of(label, "insured") for label in labels)
    groups = ("stand_ins", "covered") if insured or _member_alone(labels) else ("stand_ins",)
    return tuple(_as_patient(label) if _announces(label) and any(_speaks_of(label, group) for group in groups) else label for label in labels)


def _member_alone(labels: tuple[Label, ...]) -> bool:
    """Whether the covered member is the one person a page asks the birth date of, with nobody depending on the cover."""
    members = [x for x in labels if _speaks_of(x, "covered") and x.meaning.what == "name"]
    births = [x for x in labels if x.meaning.what == "patient_dob"]
    near = members and births and members[0].key < births[0].key and births[0].row - members[0].row <= NAME_UNDER_HEADING
    others = any(x.meaning.role == "contact" and not _speaks_of(x, "covered") for x in labels)
    told = (near and len(births) == 1) or (not births and any(fold(x.printed) == fold("Dear") for x in labels))
    return bool(told) and len(members) == 1 and not others


def _speaks_of(label: Label, group: str) -> bool:
    stems, said = folded_stems(group), re.split(r"[^A-Za-z]+", label.printed)
    return label.meaning.role != NO_ROLE and any(fold("".join(said[:count])) in stems for count in range(1, len(said) + 1))


def _announces(label: Label) -> bool:
    """Whether a label stands before one value rather than over a block."""
    return label.colon or not label.alone or "name" in label.printed.lower() or label.meaning.what == "patient_dob"


def _as_patient(label: Label) -> Label:
    return label._replace(meaning=label.meaning._replace(role="patient", strength=STAND_IN))


def right_of(page: Marked, label: Label) -> tuple[Token, ...]:
    """The words after a label, up to the next label or cell."""
    row = page.sheet.rows[label.row]
    stop = next((other.start for other in page.by_row[label.row] if other.start >= label.end), len(row))
    start = next((at for at in range(label.end, stop) if row[at].text.strip(SPECKS) and not _leads(row[at])), stop)
    if start >= stop or row[start].x0 - row[label.end - 1].x1 > FARTHEST_RIGHT * page.sheet.width:
        return ()
    return tuple(_cell_from(row, start, stop))


def _leads(token: Token) -> bool:
    """Whether a word is what is read of the dots between a label and its value."""
    return token.confidence < UNSURE and LEADER.fullmatch(token.text) is not None


def rest_of_row(page: Marked, label: Label) -> tuple[Token, ...]:
    """All words after a label up to the next label, over cells."""
    row = page.sheet.rows[label.row]
    stop = next((other.start for other in page.by_row[label.row] if other.start >= label.end), len(row))
    return row[label.end : stop]


def below(page: Marked, label: Label) -> tuple[Token, ...]:
    """The words under a label within its column."""
    return _beside(page, label, 1)


def column_under(page: Marked, label: Label) -> tuple[Token, ...]:
    """All words of the row under a label that stand in its column, over cells."""
    first = below(page, label)[:1]
    low, high = _column(page, label)
    row = next((row for row in page.sheet.rows[label.row + 1 : label.row + 3] if first and first[0] in row), ())
    return tuple(token for token in row if low <= token.x0 < high)


def above(page: Marked, label: Label) -> tuple[Token, ...]:
    """The words over a label within its column."""
    return _beside(page, label, -1)


def claimed(page: Marked, tokens: tuple[Token, ...], row: int) -> bool:
    """Whether words over a row are the value of a label beside them or over them."""
    at = next((r for r in range(row - 1, -1, -1) if tokens[0] in page.sheet.rows[r]), None)
    if at is None:
        return False
    start = page.sheet.rows[at].index(tokens[0])
    return any(label.end <= start for label in page.by_row.get(at, ())) or any(
        label.alone and below(page, label)[:1] == tokens[:1] for higher in range(max(0, at - 2), at) for label in page.by_row.get(higher, ())
    )


def next_line(page: Marked, lefts: tuple[float, ...], row: int) -> tuple[tuple[Token, ...], int]:
    """The cell under a row that begins at one of some left edges, and its row; empty at a label or a wide gap."""
    sheet = page.sheet
    for at in range(row + 1, min(row + 3, len(sheet.rows))):
        if sheet.row_tops[at] - sheet.row_tops[row] > LINE_REACH * sheet.word_height:
            break
        for start, end in cells(sheet.rows[at]):
            if any(abs(sheet.rows[at][start].x0 - left) < 1.5 * sheet.word_height for left in lefts):
                return (() if _labelled(page, at, start, end) else sheet.rows[at][start:end]), at
    return (), row


def name_owner(page: Marked, label: Label) -> str:
    """Whose name a label announces. A bare "Name" is the patient's only as the first under the patient's heading, or on a
    page that speaks of nobody else; what its place leaves open belongs to some other.
    """
    if label.meaning.role != NO_ROLE:
        return label.meaning.role
    if _after_unknown_word(page, label):
        return "other"
    if _heads_record(page, label):
        return NO_ROLE
    role = owner(page, label)
    if role == "patient":
        return role if _first_under_heading(page, label) else "other"
    return role or ("other" if _some_others(page, label) else NO_ROLE)


def _heads_record(page: Marked, label: Label) -> bool:
    """Whether a bare "Name" is the first person spoken of and a record number is asked for in the rows right under it."""
    people = [x for x in page.labels if x.meaning.what == "name" or x.meaning.role not in {NO_ROLE, "provider"}]
    numbers = (x for x in page.labels if x.meaning.what == "patient_mrn" and x.meaning.strength > STAND_IN and (x.colon or x.alone))
    number = next((x for x in numbers if label.key < x.key and x.row - label.row <= NUMBER_UNDER_NAME), None)
    follows = people[1] if len(people) > 1 else None
    return number is not None and people[:1] == [label] and not (follows and follows.key < number.key)


def owner(page: Marked, label: Label) -> str:
    """Whom a bare label speaks of: the person label or heading before it on its row, or above it in its column; empty when none."""
    if label.meaning.role != NO_ROLE:
        return label.meaning.role
    if _after_unknown_word(page, label):
        return "other"
    anchor = owning_label(page, label)
    return anchor.meaning.role if anchor else NO_ROLE


def owning_label(page: Marked, label: Label) -> Label | None:
    """The person label or heading that a bare label stands under or behind."""
    identifies = label.meaning.what in {"patient_dob", "patient_sex"} and not _asked_under_patient(page, label)
    head = _heading_over(page, label)
    for row in range(label.row, max(-1, label.row - OWNED_ROWS["patient"]), -1):
        anchor = _anchor_in(page, label, row)
        if anchor is None or (identifies and anchor.meaning.role in {"provider", "other"}):
            continue
        if head and page.left(head) > page.left(anchor) + page.sheet.word_height:
            return head
        if label.row - row < OWNED_ROWS[anchor.meaning.role] or anchor is head:
            return anchor
    return head if head and not (identifies and head.meaning.role in {"provider", "other"}) else None


def _asked_under_patient(page: Marked, label: Label) -> bool:
    """Whether the same is asked elsewhere under a heading of the patient."""
    same = (x for x in page.labels if x.meaning.what == label.meaning.what and x != label)
    return any((head := _heading_over(page, x)) is not None and head.meaning.role == "patient" for x in same)


def in_column_of(page: Marked, label: Label, left: float) -> bool:
    """Whether no column head stands between a left edge and a label, and none but the patient's over that edge."""
    head = _heading_over(page, label)
    return head is None or (head.meaning.role == "patient" and page.left(head) <= left + page.sheet.word_height)


def _after_unknown_word(page: Marked, label: Label) -> bool:
    """One word, or a word with a colon, that is no label stands before it in its cell, as a misread "Mother's" would."""
    row = page.sheet.rows[label.row]
    taken = max((other.end for other in page.by_row.get(label.row, ()) if other.end <= label.start), default=0)
    start = label.start
    while start > taken and not row[start].fresh:
        start -= 1
    lone = label.start - start == 1 and any(c.isalpha() for c in row[start].text) and not COUNTER.match(row[start].text)
    possessive = label.start > taken and not row[label.start].fresh and bool(POSSESSIVE.search(row[label.start - 1].text))
    unknown_label = any(token.colon for token in row[max(start, taken) : label.start])
    return possessive or unknown_label or (lone and start >= taken and (taken == 0 or row[start].fresh))


def _first_under_heading(page: Marked, label: Label) -> bool:
    anchor = _name_anchor(page, label)
    if anchor is None or anchor.meaning.role != "patient" or (anchor.meaning.what == "name" and page.has_value_right(anchor)):
        return False
    between = (x for x in page.labels if anchor.key < x.key < label.key and x.meaning.what == "name" and x.meaning.role == NO_ROLE)
    return not any(_name_anchor(page, x) is anchor for x in between)


def _name_anchor(page: Marked, label: Label) -> Label | None:
    rows = range(label.row, max(-1, label.row - NAME_UNDER_HEADING - 1), -1)
    return next((a for row in rows if (a := _anchor_in(page, label, row))), None)


def _some_others(page: Marked, label: Label) -> bool:
    """Whether a bare "Name" may be another's: one before it spoke of a person, the page names its patient elsewhere, or nobody's facts follow."""
    anchors = [a for row in page.anchors.values() for a in row]
    parties = [a for a in anchors if a.meaning.role in {"contact", "patient"} or a.meaning.what == "section"]
    if _under_unknown_heading(page, label) or any(a.key < label.key or a.meaning.role == "patient" for a in parties):
        return True
    return bool(parties) and not identified(page, label)


def name_before(page: Marked, label: Label) -> Label | None:
    """The bare "Name" on the row of a bare label or close above it, that its value goes with."""
    before = [x for x in page.labels if x.key < label.key and x.meaning.what in {"name", "last_name"} and label.row - x.row < NAME_UNDER_HEADING]
    last = max(before, key=lambda x: x.key, default=None)
    return last if last and last.meaning.role == NO_ROLE else None


def identified(page: Marked, label: Label) -> bool:
    """Whether a birth date or record number is asked for beside a name or in the rows under it, before anybody but a clinician is
    spoken of.
    """
    after = [x for x in page.labels if label.key < x.key and x.row - label.row <= NAME_UNDER_HEADING]
    fact = next((x for x in after if x.meaning.role == NO_ROLE and x.meaning.what in {"patient_dob", "patient_mrn"}), None)
    return fact is not None and not any(x.key < fact.key and _of_another(x) for x in after)


def _of_another(label: Label) -> bool:
    return label.meaning.role not in {NO_ROLE, "provider"} or (label.meaning.what == "name" and label.meaning.role == NO_ROLE)


def _under_unknown_heading(page: Marked, label: Label) -> bool:
    """Capitals alone in the cell over a label are a heading nobody knows, unless they are a document's title; so are a few
    words with a capital where the page asks for several names, or set like the label itself.
    """
    over = above(page, label)
    bare = [t.text.strip(":.,").lower() for t in over]
    if (
        not over
        or any(is_organisation(t.text) for t in _cell_with(page, over[0], label.row))
        or (set(bare) & TITLES and len(over) <= MOST_OF_A_TITLE and not set(bare) & SOMEBODY)
    ):
        return False
    asked = sum(x.meaning.what == "name" and x.meaning.role == NO_ROLE for x in page.labels)
    worded = over[0].text[:1].isupper() and not any(c.isdigit() or c in ",/" for t in over for c in t.text)
    worded = worded and len(over) <= MOST_OF_A_HEADING and (asked > 1 or _set_alike(over[0], page.sheet.rows[label.row][label.start]))
    return worded or (len(over) <= 3 and all(t.text.isupper() for t in over))


def _cell_with(page: Marked, token: Token, below_row: int) -> Row:
    """The whole cell that a word over a row stands in."""
    row = next((r for r in reversed(page.sheet.rows[:below_row]) if token in r), (token,))
    return next(row[start:end] for start, end in cells(row) if token in row[start:end])


def _set_alike(one: Token, other: Token) -> bool:
    """Whether two words begin at one edge in one size."""
    high = other.y1 - other.y0
    return abs(one.x0 - other.x0) < high and abs((one.y1 - one.y0) - high) < SAME_SIZE * high


def _cell_from(row: Row, start: int, stop: int) -> Iterator[Token]:
    yield row[start]
    for at in range(start + 1, stop):
        if row[at].fresh and not row[at - 1].text.endswith(","):
            return
        yield row[at]


def _anchor_in(page: Marked, label: Label, row: int) -> Label | None:
    """The rightmost anchor of a row that does not begin right of the label."""
    limit = page.left(label) + 1.5 * page.sheet.word_height
    before = (a for a in page.anchors.get(row, ()) if a.key < label.key and page.left(a) <= limit)
    return max(before, key=page.left, default=None)


def _heading_over(page: Marked, label: Label) -> Label | None:
    """The heading of the label's column: the nearest row above with headings, its rightmost that does not begin right of the label."""
    limit = page.left(label) + 2.5 * page.sheet.word_height
    for row in range(label.row - 1, -1, -1):
        fitting = [head for head in page.headings.get(row, ()) if page.left(head) <= limit]
        if fitting:
            return max(fitting, key=page.left)
    return None


def _beside(page: Marked, label: Label, step: int) -> tuple[Token, ...]:
    sheet, at = page.sheet, label.row + step
    reach = LINE_REACH * sheet.word_height
    while 0 <= at < len(sheet.rows) and abs(sheet.row_tops[at] - sheet.row_tops[label.row]) <= reach:
        start, end = _under(page, label, at)
        if end > start:
            return () if _labelled(page, at, start, end) else sheet.rows[at][start:end]
        at += step
    return ()


def _under(page: Marked, label: Label, at: int) -> tuple[int, int]:
    """The stretch of another row that lies in the label's column."""
    head, row = page.sheet.rows[label.row], page.sheet.rows[at]
    low, high = _column(page, label)
    for start, end in cells(row):
        if row[start].x0 < high and row[end - 1].x1 > head[label.start].x0 - 2:
            inside = [i for i in range(start, end) if low <= row[i].x0 < high]
            shared = row[start].x0 < low and any(row[start].x0 < t.x1 and t.x0 < low for t in head[: label.start] if not COUNTER.match(t.text))
            if not shared and row[start].x0 < head[label.end - 1].x1 + page.sheet.word_height * 4:
                return start, (inside[-1] + 1 if inside else end)
            if inside:
                return inside[0], inside[-1] + 1
    return 0, 0


def _column(page: Marked, label: Label) -> tuple[float, float]:
    """Left and right limit of a label's column: from its own edge to where the next cell of its row begins."""
    row, slack = page.sheet.rows[label.row], page.sheet.word_height
    following = next((t.x0 for t in row[label.end :] if t.fresh), None)
    nearest = next((row[o.start].x0 for o in page.by_row[label.row] if o.start >= label.end), None)
    limits = [x for x in (following, nearest) if x is not None]
    return row[label.start].x0 - slack, (min(limits) - slack if limits else page.sheet.width)


def _labelled(page: Marked, at: int, start: int, end: int) -> bool:
    return any(label.start < end and start < label.end for label in page.by_row.get(at, ()))
