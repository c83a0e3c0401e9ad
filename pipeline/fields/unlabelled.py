"""Values that no label announces: banners, narratives, letterheads, signatures. Knows the few anchors that may stand in for a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from pipeline.fields.dates import MONTH
from pipeline.fields.geometry import Row, Token, cells, say
from pipeline.fields.labels import Label
from pipeline.fields.lexicon import LONG, Meaning, fold, folded_stems, words
from pipeline.fields.names import PART, is_credential, is_given, is_organisation
from pipeline.fields.places import Marked, below, in_column_of, next_line, owner
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.values import SEXES, Value, ends_address, read_date, read_number, read_person, read_provider, read_sex
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

OLD = re.compile(r"^\(?(\d{1,3})[\-\s]?(?:y(?:ea)?rs?|y)?[\-.\s/]*(?:old|o\.?)\b", re.IGNORECASE)
YEARS = re.compile(r"^(?:years?|yrs?|y)[\-\s/.]*(?:old|o\.?)?[,.)]*$", re.IGNORECASE)
AGE_OR_SEX = re.compile(
    r"^[(\[]?(?:\d{1,3}(?:y|yo|yr|yrs)?[/-]?[mf]?|m|f|male|female|y|yrs?\.?|years?|y\.?/?o\.?|old|age|sex|[-/|·]+)[,;)\]]*$", re.IGNORECASE
)
STREET = re.compile(r"^\d{1,6}[A-Za-z]?$")
RELATIONS = {
    "mother",
    "father",
    "wife",
    "husband",
    "son",
    "daughter",
    "brother",
    "sister",
    "spouse",
    "dr",
    "dr.",
    "doctor",
    "parent",
    "by",
    "with",
    "nurse",
    "partner",
    "niece",
    "nephew",
    "aunt",
    "uncle",
    "friend",
    "guardian",
}
BANNER, STACKED, NARRATIVE, LETTERHEAD, SIGNATURE, LETTER_DATE, UNDER_NAME = 0.88, 0.86, 0.85, 0.75, 0.85, 0.58, 0.7
LETTERHEAD_DEPTH, LETTER_DATE_DEPTH = 0.17, 0.4
BANNER_FOOT, BANNER_DEPTH, TOLD_BIRTH, FIRST_CARE, LAST_CARE = 0.85, 0.3, 0.82, 1995, 2040
TOLD = Meaning("patient_dob")
AGE = re.compile(r"(\d{1,3})\s?-?(?:y|yo|yrs?|years?|y\.?/?o)[mf]?\b|\((\d{1,3})\)|\b(\d{1,3})\s?/?\s?[mf]\b", re.IGNORECASE)
NAME_REACH, MRN_SURE = 6, 0.84
STAMPED, STAMP_LINES, RECORDER_HEAD = 0.84, 3, 0.06
CLOCK = re.compile(r"^\(?\d{1,2}:\d{2}(?::\d{2})?\)?$")
FULL_LINE = 0.8  # of the longest line on the page
SMALL_WORDS = {"of", "and", "the", "at", "for", "in", "de", "la", "del", "on", "by"}
DASHES = {"-", "–", "—", "--"}
TITLE_WORDS = {
    "report",
    "note",
    "summary",
    "form",
    "request",
    "record",
    "sheet",
    "list",
    "history",
    "consultation",
    "results",
    "page",
    "date",
    "referral",
    "authorization",
    "letter",
    "fax",
    "visit",
    "evaluation",
    "assessment",
    "notes",
    "progress",
    "flowsheet",
    "to",
    "from",
}


def read_unlabelled(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """Everything the page says without a label."""
    yield from _banners(page, rules)
    yield from _narrative(page, rules)
    yield from _letterhead(page)
    yield from _headed(page, rules)
    yield from _stamps(page, rules)
    yield from _signatures(page, rules)
    yield from _stamped_time(page, rules)
    yield from _letter_date(page, rules)


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


def _banners(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A name on the line of a birth date or record number, or alone on the line over it."""
    told = [(label, value) for label, value in _told_births(page, rules)]
    yield from (sighting(page, FieldName.PATIENT_DOB, Role.PATIENT, v, Ground(TOLD_BIRTH, "beside the age", x.row)) for x, v in told)
    for label in (*page.labels, *(label for label, _ in told)):
        if label.meaning.what not in {"patient_dob", "patient_mrn"} or (label.meaning.what == "patient_dob" and owner(page, label) == "contact"):
            continue
        if value := _name_before(page, label, rules):
            yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(BANNER, f"on the line of '{label.printed}'", label.row))
        elif found := _name_over(page, label, rules):
            value, row = found
            yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(STACKED, f"on the line over '{label.printed}'", row))
        yield from _sex_before(page, label, rules)


def tells_age(text: str) -> bool:
    """Whether a printed word is nothing but an age or a sex, as "F,53"."""
    return all(AGE_OR_SEX.match(part) for each in text.split(",") if (part := each.strip(".;:'`_")))


def _told_births(page: Marked, rules: ExtractRules) -> Iterator[tuple[Label, Value]]:
    """As in "01/02/1950 (74 yr) M" at the head of a page: a date with nothing but an age and a sex beside it, that fit each other."""
    for at, row in enumerate(page.sheet.rows):
        if BANNER_DEPTH < page.sheet.row_tops[at] / page.sheet.height < BANNER_FOOT:
            continue
        for start, token in enumerate(row):
            value = read_date(row[start : start + 3], rules) if _opens_date(token.text) else None
            if value and (run := _age_run(page, at, start, start + len(value.tokens))) and _told_of(page, at, row[run[0] : run[1]], value):
                yield Label(TOLD, at, run[0], run[1], "age", colon=False, alone=False), value


def _opens_date(text: str) -> bool:
    return text.lower().strip(".,") in MONTH or (any(c.isdigit() for c in text) and not tells_age(text))


def _age_run(page: Marked, at: int, start: int, end: int) -> tuple[int, int] | None:
    """The words of age and sex around a date, unless a label stands directly before it."""
    row = page.sheet.rows[at]
    low, high = start, end
    while low > 0 and tells_age(row[low - 1].text):
        low -= 1
    while high < len(row) and tells_age(row[high].text):
        high += 1
    labelled = any(x.start < high and x.end >= low for x in page.by_row.get(at, ()))
    return None if labelled or (low, high) == (start, end) or (low > 0 and not row[low].fresh and row[low - 1].text[-1].isalpha()) else (low, high)


def _told_of(page: Marked, at: int, run: Row, born: Value) -> bool:
    """Whether an age beside a date fits it; or a sex alone does, on the line of a record number."""
    rest = [t for t in run if t not in born.tokens]
    sexed = bool(rest) and all(t.text.strip(".,()").lower() in SEXES for t in rest)
    numbered = any(x.meaning.what == "patient_mrn" and x.meaning.strength > MRN_SURE for x in page.by_row.get(at, ()))
    return _fits_age(run, born) or (sexed and numbered)


def _fits_age(run: Row, born: Value) -> bool:
    told = [int(found[1] or found[2] or found[3]) for found in AGE.finditer(say(t for t in run if t not in born.tokens).replace("_", " "))]
    return len(told) == 1 and FIRST_CARE <= int(born.text[:4]) + told[0] <= LAST_CARE


def _sex_before(page: Marked, label: Label, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "F, 53 yrs DOB:": the sex told with an age before the birth date or number."""
    row = page.sheet.rows[label.row]
    start = max((other.end for other in page.by_row.get(label.row, ()) if other.end <= label.start), default=0)
    lead = row[start : label.start]
    if any(t.text[:1].isdigit() for t in lead) and all(tells_age(t.text) for t in lead) and (sex := read_sex(lead, rules)):
        yield sighting(page, FieldName.PATIENT_SEX, Role.PATIENT, sex, Ground(0.85, f"before '{label.printed}'", label.row))


def _name_before(page: Marked, label: Label, rules: ExtractRules) -> Value | None:
    row = page.sheet.rows[label.row]
    before = [other for other in page.by_row.get(label.row, ()) if other.end <= label.start]
    if any(_speaks_of_someone(other) for other in before):
        return None
    start = before[-1].end if before else 0
    lead = row[start : label.start]
    if any(token.colon for token in lead):
        return None
    if before and not any(t.fresh for t in lead):
        return _run_before(row, label.start, start, rules)
    if not in_column_of(page, label, lead[0].x0 if lead else 0.0) or _opens_address(page, lead, label.row):
        return None
    return _whole_cell_name(lead, rules) or _run_before(row, label.start, start, rules) or _plain_name(_last_cell(lead), rules)


def _last_cell(lead: Row) -> Row:
    return next((lead[start:end] for start, end in reversed(list(cells(lead)))), ())


def _plain_name(cell: Row, rules: ExtractRules) -> Value | None:
    """As in "John A. Smith": a cell that is all name and begins with a given name."""
    value = read_person(cell, rules) if cell and is_given(cell[0].text) else None
    return value if value and not value.others and len(value.tokens) == len(cell) else None


def _speaks_of_someone(label: Label) -> bool:
    """Whether a label before a name says whose it is; "Patient" within a sentence does not."""
    spoken = label.meaning.role == "patient" and not label.colon and not label.alone
    return (label.meaning.what == "name" or bool(label.meaning.role)) and not spoken


def _opens_address(page: Marked, lead: Row, row: int) -> bool:
    """A name over a street line belongs to an address, not to a banner."""
    under = next_line(page, (lead[0].x0,), row)[0] if lead else ()
    return bool(under) and len(under) > 1 and bool(STREET.match(under[0].text)) and not under[1].text[:1].isdigit()


def _whole_cell_name(lead: Row, rules: ExtractRules) -> Value | None:
    """A cell that is a name and little else."""
    for start, end in cells(lead):
        if not lead[start].fresh:
            continue
        value = read_person(lead[start:end], rules, formal=True)
        if value and end - start - len(value.tokens) <= 3 and _nothing_but_years(lead[start + len(value.tokens) : end]):
            return value
    return None


def _nothing_but_years(tokens: Sequence[Token]) -> bool:
    return not any(t.text[:1].isupper() and t.text.strip("().,").lower() not in SEXES for t in tokens)


def _run_before(row: Row, stop: int, start: int, rules: ExtractRules) -> Value | None:
    """As in "… saw Mr. John Smith (DOB": the run of name words that ends at the label."""
    at = stop
    while at > max(start, stop - NAME_REACH) and _name_word(row[at - 1]) and not (row[at - 1].text.endswith(".") and at == stop):
        at -= 1
    if stop - at < 2 or row[stop].fresh or (at > 0 and _names_another(row[at - 1])):
        return None
    return read_person(row[at:stop], rules)


def _names_another(token: Token) -> bool:
    return token.text.lower().strip(",:;") in RELATIONS or is_credential(token.text)


def _name_word(token: Token) -> bool:
    text = token.text.strip(",;(")
    bare = text.strip(".").lower()
    return (
        bare in words("titles")
        or bare in words("particles")
        or (bool(PART.match(text)) and bare not in words("never_names") and not is_organisation(text))
    )


def _name_over(page: Marked, label: Label, rules: ExtractRules) -> tuple[Value, int] | None:
    """A "LAST, FIRST" alone in the cell over the line or cell that the label leads, or one line higher over age and sex."""
    lefts = _left_edges(page, label)
    for row in (label.row - 1, label.row - 2):
        if row < 0 or not lefts or _gap(page, row) > 2.6 * page.sheet.word_height or _lonely_head(page, row - 1, lefts):
            return None
        if value := _name_cell(page, row, lefts, rules, plain=label.meaning.what == "patient_dob"):
            return value, row
        if not all(tells_age(token.text) or read_date((token,), rules) for token in page.sheet.rows[row]):
            return None
    return None


def _gap(page: Marked, row: int) -> float:
    return page.sheet.row_tops[row + 1] - page.sheet.row_tops[row]


def _left_edges(page: Marked, label: Label) -> tuple[float, ...]:
    """Where the print that a label leads begins: its own cell, and its line when only age and sex stand before it."""
    row = page.sheet.rows[label.row]
    own = (row[label.start].x0,) if row[label.start].fresh else ()
    led = all(tells_age(token.text) for token in row[: label.start])
    return (*own, row[0].x0) if led else own


def _name_cell(page: Marked, row: int, lefts: Sequence[float], rules: ExtractRules, *, plain: bool) -> Value | None:
    tokens = page.sheet.rows[row]
    for start, end in cells(tokens):
        aligned = any(abs(tokens[start].x0 - left) <= 2 * page.sheet.word_height for left in lefts)
        labelled = any(x.start < end and start < x.end for x in page.by_row.get(row, ()))
        if aligned and not labelled and (value := _whole_name(tokens[start:end], rules) or (plain and _plain_name(tokens[start:end], rules)) or None):
            return value
    return None


def _whole_name(cell: Row, rules: ExtractRules) -> Value | None:
    """A cell that is "LAST, FIRST", with age and sex at most."""
    value = read_person(cell, rules, formal=True)
    rest = cell[len(value.tokens) :] if value else ()
    return value if value and "," in say(value.tokens) and all(tells_age(token.text) for token in rest) else None


def _lonely_head(page: Marked, row: int, lefts: Sequence[float]) -> bool:
    """Whether a heading of somebody else stands over a column."""
    heads = (x for x in page.by_row.get(row, ()) if x.alone and x.meaning.role not in {"", "patient"})
    return any(page.left(x) <= left + page.sheet.word_height for x in heads for left in lefts if not _patient_between(page, row, x, left))


def _patient_between(page: Marked, row: int, head: Label, left: float) -> bool:
    """Whether the patient's heading stands on the same row nearer to a column than another's."""
    limit = left + page.sheet.word_height
    return any(x.meaning.role == "patient" and page.left(head) < page.left(x) <= limit for x in page.by_row.get(row, ()))


def _narrative(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
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
    if end - start < 2 or _surname_only(tokens) or (start > 0 and _names_another(flow[start - 1][0])):
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
        if not _name_word(token) or (start < end and token.colon) or (turned and not _runs_on(page, row)):
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


def fold_word(text: str) -> str:
    """Lower case, letters only."""
    return re.sub(r"[^a-z]", "", text.lower())


def _letterhead(page: Marked) -> Iterator[Sighting]:
    """The sender's name at the top of a page: the first cell there that names an organisation."""
    for at, row in enumerate(page.sheet.rows):
        if page.sheet.row_tops[at] > LETTERHEAD_DEPTH * page.sheet.height:
            return
        for start, end in cells(row):
            if _names_sender(page, at, start, end):
                sender = _before_dash(row[start:end])
                name = Value(say(sender).strip(" ,;:-"), sender)
                yield sighting(page, FieldName.FACILITY, Role.OTHER, name, Ground(LETTERHEAD, "letterhead", at))
                return


def _before_dash(tokens: Row) -> Row:
    """As in "Elm Grove Hospital - Nursing Flowsheet": the organisation without what is printed after a dash."""
    cut = next((at for at, t in enumerate(tokens) if at > 1 and t.text in DASHES), len(tokens))
    return tokens[:cut] if any(is_organisation(t.text) for t in tokens[:cut]) else tokens


def _names_sender(page: Marked, at: int, start: int, end: int) -> bool:
    tokens = _before_dash(page.sheet.rows[at][start:end])
    if any(label.start < end and start < label.end for label in page.by_row.get(at, ())):
        return False
    bare = [fold_word(t.text) for t in tokens]
    plain = not any(c.isdigit() for t in tokens for c in t.text) and not set(bare) & TITLE_WORDS
    proper = [w for w in bare if w and not is_organisation(w) and w not in SMALL_WORDS]
    titled = all(t.text[:1].isupper() or not t.text[:1].isalpha() or fold_word(t.text) in SMALL_WORDS for t in tokens)
    sends = titled and any(is_organisation(word) and word not in words("payer_words") for word in bare)
    return plain and 2 <= len(tokens) <= 9 and sends and bool(proper or len(tokens) > 2) and tokens[0].text[:1].isupper()


def _signatures(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The clinician's name under "Sincerely"."""
    closings = {fold(c) for c in words("closings")}
    for at, row in enumerate(page.sheet.rows):
        if fold(say(row)) not in closings:
            continue
        for under in range(at + 1, min(at + 6, len(page.sheet.rows))):
            if value := _signed(page.sheet.rows[under], rules):
                yield sighting(page, FieldName.AUTHOR, Role.PROVIDER, value, Ground(SIGNATURE, f"under '{say(row)}'", under))
                break


def _signed(row: Row, rules: ExtractRules) -> Value | None:
    if not any(is_credential(t.text) for t in row[1:]) and not row[0].text.lower().startswith("dr"):
        return None
    return read_provider(row, rules)


def _headed(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A "LAST, FIRST" that is all of the cell under a heading of the patient."""
    for label in page.labels:
        if label.meaning.what == "section" and label.meaning.role == "patient" and label.alone:
            under = below(page, label)
            if under and (value := _whole_name(under, rules)):
                yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(BANNER, f"under '{label.printed}'", label.row + 1))


def _stamps(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The card pressed or glued on a form: a name, then a birth date and a number, each alone in its cell or line."""
    for label in page.labels:
        name = below(page, label) if label.alone and _names_stamp(label) else ()
        at = next((r for r in range(label.row, len(page.sheet.rows)) if name and name[0] in page.sheet.rows[r]), 0)
        if at and read_person(name, rules, formal=True):
            yield from _stamp_lines(page, label, name, at, rules)


def _names_stamp(label: Label) -> bool:
    said = fold(label.printed)
    return label.meaning.role == "patient" and any(
        Levenshtein.distance(said, stem, score_cutoff=2) <= min(2, len(stem) // LONG * 2) for stem in folded_stems("stamps")
    )


def _stamp_lines(page: Marked, label: Label, name: Row, at: int, rules: ExtractRules) -> Iterator[Sighting]:
    wanted = {FieldName.PATIENT_DOB: read_date, FieldName.PATIENT_MRN: read_number}
    for line, row in _stamp_cells(page, name, at):
        found = next(((field, value) for field, reader in wanted.items() if (value := reader(line, rules))), None)
        if found is None:
            return
        del wanted[found[0]]
        yield sighting(page, found[0], Role.PATIENT, found[1], Ground(STAMPED, f"in the print under '{label.printed}'", row))


def _stamp_cells(page: Marked, name: Row, at: int) -> Iterator[tuple[Row, int]]:
    row = page.sheet.rows[at]
    yield from ((row[start:end], at) for start, end in cells(row) if row[start].x0 > name[-1].x0)
    for _ in range(STAMP_LINES):
        line, at = next_line(page, (name[0].x0,), at)
        if not line:
            return
        yield line, at


def _stamped_time(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
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


def _letter_date(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
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
