"""What each label of a page says, with whose it is. Knows labels, places and readers; weighs nothing against other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.fields.geometry import Token, say, sureness
from pipeline.fields.labels import Label
from pipeline.fields.lexicon import fold, folded_stems
from pipeline.fields.names import has_degree, is_given, is_organisation
from pipeline.fields.places import (
    Marked,
    above,
    below,
    claimed,
    column_under,
    identified,
    name_before,
    name_owner,
    next_line,
    owner,
    owning_label,
    rest_of_row,
    right_of,
)
from pipeline.fields.values import READERS, Value, ends_address, read_facility, read_person, read_provider, read_sex
from schemas.document import FieldName, Role
from schemas.page import Box
from schemas.rules import ExtractRules

RIGHT, RIGHT_LOOSE, BELOW, ABOVE, BELOW_COLON = 1.0, 0.9, 0.94, 0.82, 0.8
OWNERLESS_NAME, IDENTIFIED_NAME = 0.72, 0.9
PATIENTS_ALONE = {"patient_mrn", "patient_ssn_last4"}
NEEDS_OWNER = {"patient_phone", "patient_address"}
SELF_SAID = ("home", "cell", "mobile", "preferred", "permanent", "residence", "residential", "daytime")
OVER_REACH = 4  # rows
NAME_REACH = 6  # rows between a name and the phone and address of its block
MUCH_NEARER = 2.0
DAY_WORDS = 3
MOST_IN_A_BOX = 3  # words of a first or last name
INITIAL, INITIAL_REACH = re.compile(r"[A-Z]\.?"), 3.0  # heights of a word
SHORTEST_FIRST = 2  # letters: a lone one in the box of a first name is what is left of a misread line


class Sighting(NamedTuple):
    """One reading of one field at one place, with the rule in words, its worth, and whose it is."""

    field: FieldName | None  # None: only a person's name
    role: Role
    value: str
    raw: str
    worth: float
    page: int
    box: Box
    rule: str
    row: int
    others: tuple[str, ...] = ()
    source: str = ""  # the second look that saw it; empty: the first reading


class Ground(NamedTuple):
    """Why a value is taken: what the place is worth, the rule in words, and the row."""

    worth: float
    rule: str
    row: int


class Spot(NamedTuple):
    """Where words that may be a value lie, in words, and what that place is worth."""

    where: str
    tokens: tuple[Token, ...]
    worth: float


def read_labels(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """Every value that a label of the page announces."""
    upward: dict[int, bool] = {}
    for label in page.labels:
        if label.meaning.what in {"skip", "section"}:
            continue
        if label.row not in upward:
            upward[label.row] = _reads_upward(page, label.row, upward, rules)
        yield from _read_label(page, label, rules, upward=upward[label.row])


def sighting(page: Marked, field: FieldName | None, role: Role, value: Value, ground: Ground) -> Sighting:
    """A value with its place on the page; reader confidence and doubts lower its worth."""
    told = f"{ground.rule} ({value.note})" if value.note else ground.rule
    sure = ground.worth * value.weight * sureness(value.tokens)
    return Sighting(field, role, value.text, say(value.tokens), sure, page.sheet.number, page.sheet.box(value.tokens), told, ground.row, value.others)


def _read_label(page: Marked, label: Label, rules: ExtractRules, *, upward: bool) -> Iterator[Sighting]:
    match label.meaning.what:
        case "name":
            yield from _read_name(page, label, rules, upward=upward)
        case "last_name":
            yield from _read_name_in_boxes(page, label, rules, upward=upward)
        case "first_name" | "middle_name" | "city_state_zip" | "icd10_codes" | "cpt_codes" | "author_npi":
            return
        case "patient_address":
            yield from _read_address(page, label)
        case _:
            yield from _read_plain(page, label, rules, upward=upward)


def _spots(page: Marked, label: Label, *, upward: bool) -> Iterator[Spot]:
    right = right_of(page, label)
    if right:
        yield Spot("right of", right, RIGHT if label.colon or label.alone or label.meaning.firm else RIGHT_LOOSE)
    if before := _before_brackets(page, label):
        yield Spot("before", before, RIGHT_LOOSE)
    elif label.alone:
        under = Spot("below", below(page, label), BELOW_COLON if label.colon and right else BELOW)
        over = Spot("above", above(page, label), ABOVE if not upward else BELOW)
        free = upward or not over.tokens or not claimed(page, over.tokens, label.row)
        yield from (spot for spot in ((over,) if upward else (under, over) if free else (under,)) if spot.tokens)


def _before_brackets(page: Marked, label: Label) -> tuple[Token, ...]:
    """As in "01/02/1950 (date of birth)": the words of a cell before a label in brackets, behind any other label."""
    row = page.sheet.rows[label.row]
    if row[label.start].fresh or row[label.start].text[:1] not in {"(", "["} or row[label.end - 1].text[-1:] not in {")", "]"}:
        return ()
    start = next((at for at in range(label.start, -1, -1) if row[at].fresh), 0)
    taken = max((other.end for other in page.by_row[label.row] if other.end <= label.start), default=0)
    return row[max(start, taken) : label.start]


def _read_plain(page: Marked, label: Label, rules: ExtractRules, *, upward: bool) -> Iterator[Sighting]:
    what, whose = label.meaning.what, _whose(page, label)
    if whose is None or _is_payers_number(page, label):
        return
    for spot in (*_spots(page, label, upward=upward), *_over_the_end(page, label)):
        if value := READERS[what](spot.tokens, rules):
            rule = f"{spot.where} '{_name_of(label)}'"
            yield sighting(page, FieldName(what), whose, value, Ground(spot.worth * label.meaning.strength, rule, label.row))
            if what in {"patient_dob", "patient_mrn"} and whose is Role.PATIENT:
                yield from _sex_after(page, label, spot, value)
            return


def _over_the_end(page: Marked, label: Label) -> Iterator[Spot]:
    """As in "born on March" at the end of a line of text: a day told in a sentence goes on in the next line."""
    row, follows = page.sheet.rows[label.row], page.sheet.rows[label.row + 1 : label.row + 2]
    if label.meaning.what == "patient_dob" and not label.colon and not row[label.start].fresh and label.start and follows:
        tail = row[label.end :]
        if len(tail) < DAY_WORDS and not any(t.fresh for t in tail):
            yield Spot("behind", (*tail, *follows[0][:DAY_WORDS]), RIGHT_LOOSE)


def _sex_after(page: Marked, label: Label, spot: Spot, told: Value) -> Iterator[Sighting]:
    """As in "DOB 01/02/1950 (74 y) M": the sex that a banner prints after the birth date or number."""
    if spot.where != "right of":
        return
    tokens = [t for t in rest_of_row(page, label) if t not in told.tokens]
    if found := read_sex(tokens, ExtractRules()):
        yield sighting(page, FieldName.PATIENT_SEX, Role.PATIENT, found, Ground(0.85, f"after the value of '{_name_of(label)}'", label.row))


def _whose(page: Marked, label: Label) -> Role | None:
    """Whose value a label announces; None where that stays open and must not be guessed."""
    what = label.meaning.what
    if what in PATIENTS_ALONE or not what.startswith("patient_"):
        return Role.PATIENT
    role = owner(page, label) or _role_of_name(page, label)
    if role:
        return Role(role)
    said = label.printed.lower().startswith(SELF_SAID) or _with_patients_name(page, label)
    return None if what in NEEDS_OWNER and not said else Role.PATIENT


def _with_patients_name(page: Marked, label: Label) -> bool:
    """Whether a bare phone or address goes with a bare name that is the patient's, as a birth date or record number beside it shows."""
    before = (x for x in page.labels if x.key < label.key and x.meaning.what in {"name", "last_name"} and label.row - x.row <= NAME_REACH)
    name = max(before, key=lambda x: x.key, default=None)
    return name is not None and name_owner(page, name) == "" and identified(page, name)


def _is_payers_number(page: Marked, label: Label) -> bool:
    """Whether a bare "ID" may be another's than the record's: a payer's, some other person's, or of a thing named before it."""
    if fold(label.printed) not in folded_stems("lone_ids"):
        return False
    payer = any(fold(x.printed) in folded_stems("payer_labels") or fold(x.printed) in folded_stems("insured") for x in page.labels)
    return payer or owner(page, label) not in {"", "patient"} or not _begins_thought(page, label)


def _begins_thought(page: Marked, label: Label) -> bool:
    row = page.sheet.rows[label.row]
    before = row[label.start - 1].text[-1:] if label.start else ""
    return row[label.start].fresh or row[label.start].text[:1] in "([" or before.isdigit() or before in ")]"


def _role_of_name(page: Marked, label: Label) -> str:
    """Whose a birth date or sex is by the bare "Name" it goes with, where that is some other's."""
    name = name_before(page, label)
    return name_owner(page, name) if name else ""


def _read_name(page: Marked, label: Label, rules: ExtractRules, *, upward: bool) -> Iterator[Sighting]:
    role = name_owner(page, label)
    worth = label.meaning.strength if role else IDENTIFIED_NAME if identified(page, label) else OWNERLESS_NAME
    read_role = Role(role) if role else Role.PATIENT
    told = [(spot, value) for spot in _spots(page, label, upward=upward) if (value := _person_at(page, label, spot, read_role, rules))]
    if read_role is Role.PROVIDER:
        told.sort(key=lambda one: not has_degree(one[1].text))  # over or under "Physician signature": the one with a degree
    for spot, value in told[:1]:
        rule = f"{spot.where} '{_name_of(label)}'"
        yield sighting(page, _field_filled(page, label, read_role), read_role, value, Ground(worth * spot.worth, rule, label.row))


def _read_name_in_boxes(page: Marked, label: Label, rules: ExtractRules, *, upward: bool) -> Iterator[Sighting]:
    """Last, first and middle name, each with a label of its own on one row or the next."""
    role = name_owner(page, label)
    boxes = [_name_box(page, label, what, upward=upward) for what in ("last_name", "first_name", "middle_name")]
    last, first, middle = (box.tokens if box and boxes[0] and box.where == boxes[0].where else () for box in boxes)
    if not last or not first or len(first[0].text.strip(".,")) < SHORTEST_FIRST:
        return
    name = (last[-1]._replace(text=last[-1].text.rstrip(",") + ","), *first, *middle)
    if value := read_person((*last[:-1], *name), rules):
        worth = label.meaning.strength if role else IDENTIFIED_NAME if identified(page, label) else OWNERLESS_NAME
        ground = Ground(worth, f"beside '{_name_of(label)}' and its neighbours", label.row)
        read_role = Role(role) if role else Role.PATIENT
        yield sighting(page, FieldName.PATIENT_NAME if read_role is Role.PATIENT else None, read_role, value, ground)


def _name_box(page: Marked, last: Label, what: str, *, upward: bool) -> Spot | None:
    given = folded_stems("given_in_spanish") if what == "first_name" and fold(last.printed).startswith(fold("apellido")) else ()
    near = (
        x
        for x in page.labels
        if (x.meaning.what == what or fold(x.printed) in given) and abs(x.row - last.row) <= 2 and x.meaning.role in {"", last.meaning.role}
    )
    box = min(near, key=lambda x: (abs(x.row - last.row), abs(page.left(x) - page.left(last))), default=None)
    spots = _spots(page, box, upward=upward) if box else ()
    return next((spot for spot in spots if len(spot.tokens) <= MOST_IN_A_BOX), None)


def _person_at(page: Marked, label: Label, spot: Spot, role: Role, rules: ExtractRules) -> Value | None:
    if role is Role.PATIENT:
        bare_but_owned = label.meaning.role == "" and owner(page, label) != ""
        formal = spot.where == "above" or not (label.colon or label.alone or label.meaning.firm or bare_but_owned)
        value = read_person(_over_the_line(page, label, spot), rules, formal=formal) or _over_cells(page, label, spot, rules)
        plain = label.meaning.role and ((spot.where == "above" and spot.worth == BELOW) or (spot.where == "right of" and _opens_cell(page, label)))
        return value or (_all_a_name(spot, rules) if plain else None)
    if role is Role.PROVIDER:
        return read_provider(spot.tokens, rules)
    return read_person(spot.tokens, rules) or (read_provider(spot.tokens, rules) if spot.where == "right of" else None)


def _opens_cell(page: Marked, label: Label) -> bool:
    return page.sheet.rows[label.row][label.start].fresh


def _all_a_name(spot: Spot, rules: ExtractRules) -> Value | None:
    """As in "John A Smith" over "Patient's name", or behind "Patient" without a colon: all of the cell, a given name first."""
    value = read_person(spot.tokens, rules) if is_given(spot.tokens[0].text) else None
    return value if value and len(value.tokens) == len(spot.tokens) else None


def _over_cells(page: Marked, label: Label, spot: Spot, rules: ExtractRules) -> Value | None:
    """As in "Smith    John    A" under "Patient name (last, first, middle)": a cell for each part, no comma between."""
    said = fold(label.printed)
    if spot.where not in {"below", "right of"} or len(spot.tokens) > 2 or not (fold("last") in said and fold("first") in said):
        return None
    parts = column_under(page, label) if spot.where == "below" else rest_of_row(page, label)
    cut = len(spot.tokens)
    if len(parts) <= cut or parts[:cut] != spot.tokens:
        return None
    return read_person((*parts[: cut - 1], parts[cut - 1]._replace(text=parts[cut - 1].text.rstrip(",") + ","), *parts[cut:]), rules)


def _over_the_line(page: Marked, label: Label, spot: Spot) -> tuple[Token, ...]:
    """A name whose line ends in a comma goes on in the next."""
    if not spot.tokens[-1].text.endswith(",") or spot.where == "above":
        return spot.tokens + _initial_behind(page, spot.tokens)
    row = label.row + (1 if spot.where == "below" else 0)
    more, _ = next_line(page, (spot.tokens[0].x0,), row)
    return spot.tokens + more


def _initial_behind(page: Marked, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """A lone initial a little behind a name, as typewriters' spaces set it."""
    row = next((row for row in page.sheet.rows if tokens[-1] in row), ())
    behind = row[row.index(tokens[-1]) + 1 :][:1] if row else ()
    near = behind and behind[0].x0 - tokens[-1].x1 < INITIAL_REACH * page.sheet.word_height and len(tokens) > 1
    return behind if near and INITIAL.fullmatch(behind[0].text) and not behind[0].colon else ()


def _field_filled(page: Marked, label: Label, role: Role) -> FieldName | None:
    """The field a name fills; "Name" or "Provider" under "Referring provider" fills what its heading says."""
    if role is Role.PATIENT:
        return FieldName.PATIENT_NAME
    general = label.meaning.role == "" or fold(label.printed) in folded_stems("any_provider")
    head = owning_label(page, label) if general else None
    heads = head is not None and head.alone and head.row < label.row and head.meaning.role == "provider"
    client = head is not None and head.alone and fold(head.printed) in folded_stems("clients")
    fills = FieldName.ORDERING_PROVIDER if client else head.meaning.fills if head and heads else label.meaning.fills
    return FieldName(fills) if role is Role.PROVIDER and fills else None


def _read_address(page: Marked, label: Label) -> Iterator[Sighting]:
    whose = _whose(page, label)
    if whose is None:
        return
    for where, tokens, row in (("right of", right_of(page, label), label.row), ("below", below(page, label), label.row + 1)):
        if tokens and tokens[0].text[:1].isalnum():
            value = _whole_address(page, tokens, row, page.left(label))
            if any(c.isdigit() for c in value.text):
                yield sighting(page, FieldName.PATIENT_ADDRESS, whose, value, Ground(0.93, f"{where} '{_name_of(label)}'", label.row))
                return


def _whole_address(page: Marked, tokens: tuple[Token, ...], row: int, left: float) -> Value:
    """Street line, then the lines or city/state/ZIP labels under it, until state and ZIP code stand at the end."""
    taken, at = tokens, row
    while not ends_address(say(taken)) and at < row + 3:
        more, at_next = next_line(page, (tokens[0].x0, left), at)
        if not more or not more[0].text[:1].isalnum() or is_organisation(more[0].text):
            break
        taken, at = taken + more, at_next
    if not ends_address(say(taken)):
        taken += _labelled_city(page, row)
    return Value(_address_text(taken), taken, 1.0 if ends_address(say(taken)) else 0.85)


def _labelled_city(page: Marked, row: int) -> tuple[Token, ...]:
    cities = (x for x in page.labels if x.meaning.what == "city_state_zip" and row - 1 <= x.row <= row + 2)
    city = next(cities, None)
    if city is None:
        return ()
    rest = [x for x in page.by_row[city.row] if x.start >= city.start and x.printed.lower().strip(".:") in {"city", "state", "zip", "zip code"}]
    return tuple(t for label in (rest or [city]) for t in right_of(page, label) or below(page, label))


def _address_text(tokens: tuple[Token, ...]) -> str:
    """One line; a comma where a printed line ended without one."""
    parts: list[str] = []
    for at, token in enumerate(tokens):
        turned = at > 0 and token.x0 < tokens[at - 1].x0
        if turned and not parts[-1].endswith(","):
            parts[-1] += ","
        parts.append(token.text)
    return " ".join(parts).strip(" ,.;")


def _reads_upward(page: Marked, row: int, upward: dict[int, bool], rules: ExtractRules) -> bool:
    """Whether the heads of a row read better against the row above than the row below, where that row is not another's."""
    votes = 0
    for label in page.by_row[row]:
        if label.alone and label.meaning.what in READERS and not _reads(label, right_of(page, label), rules):
            over = above(page, label)
            free = not over or not _owned_over(page, label, over, upward, rules)
            up, down = free and _reads(label, over, rules), _reads(label, below(page, label), rules)
            votes += _nearer(page, label) if up and down else int(up) - int(down)
    return votes > 0


def _nearer(page: Marked, label: Label) -> int:
    """1 where the words over a label are much nearer than those under it, as over the caption of a ruled line; else 0 or -1."""
    own = page.sheet.rows[label.row][label.start]
    up, down = own.y0 - above(page, label)[0].y1, below(page, label)[0].y0 - own.y1
    return int(up * MUCH_NEARER < down) - int(down * MUCH_NEARER < up)


def _owned_over(page: Marked, label: Label, over: tuple[Token, ...], upward: dict[int, bool], rules: ExtractRules) -> bool:
    """Whether words over a label are what a head still higher reads below itself, or stand behind a label of their own row."""
    heads = (x for x in page.labels if x.row < label.row and label.row - x.row <= OVER_REACH and not upward.get(x.row, False))
    return any(x.alone and set(below(page, x)) & set(over) and _reads(x, below(page, x), rules) for x in heads)


def _reads(label: Label, tokens: tuple[Token, ...], rules: ExtractRules) -> bool:
    what = label.meaning.what
    if not tokens or what not in READERS:
        return False
    if label.meaning.role == "provider":
        return read_provider(tokens, rules) is not None
    return (read_facility if what == "facility" else READERS[what])(tokens, rules) is not None


def _name_of(label: Label) -> str:
    return label.printed + (":" if label.colon else "")
