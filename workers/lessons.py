"""What a version is taught and examined with: documents on which two people agree, decisions that stand, examples laid in a folder, made-up texts.

Only what was read once is used; no page is read again but those of an examples folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.classify import PAGES_READ, body_text
from pipeline.extract import extract
from pipeline.page_language import PageLanguage, pages_of
from pipeline.sender_memory import Shown, layout_of, sender_of
from pipeline.titles import find_titles, lines_of
from schemas.catalogue import Catalogue
from schemas.document import Extraction, FieldName, Role
from schemas.faults import InputFault
from schemas.learning import FIELD, PATIENT, TYPE, Correction
from schemas.page import Box, PageKind, PageReading, Word
from schemas.patient import IndexPatient
from schemas.record import DocumentRecord
from schemas.rules import ExtractRules
from schemas.source import Opened
from store import corrected, documents, patients, readings, settled
from store.database import reading
from workers.wire import Reader, Stores

TAUGHT = 2000  # the newest lessons: older ones are the same again
LINE_WIDTH, LINE_HEIGHT = 90, 0.0145
TYPED = (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.SERVICE_DATE, FieldName.ADMIT_DATE, FieldName.DISCHARGE_DATE, FieldName.AUTHOR)
LONGEST_TEXT = 200_000

Progress = Callable[[int, int, str], object]


class Lesson(NamedTuple):
    """A document whose type is settled: its pages as read, and who sent it. `document_id` is empty for an example or a made-up text."""

    slug: str
    pages: tuple[PageReading, ...]
    sender: str
    document_id: str = ""
    sequence: int = 0  # of the correction that settled it


def agreed_types(stores: Stores, catalogue: Catalogue) -> list[Lesson]:
    """Documents whose type two people agree on, the newest last."""
    with reading(stores.index) as conn:
        said = [one for one in corrected.agreed(conn, TYPE) if one.new in catalogue][-TAUGHT:]
    return [Lesson(one.new or "", pages, one.sender, one.document_id, one.sequence) for one in said if (pages := kept_pages(stores, one.document_id))]


def standing(stores: Stores, catalogue: Catalogue, most: int) -> list[tuple[DocumentRecord, Lesson]]:
    """The documents filed last and the type they are filed under."""
    with reading(stores.index) as conn:
        records = settled.filed_last(conn, most)
    wanted = [(record, record.document_type or "") for record in records if record.document_type in catalogue]
    return [(record, Lesson(slug, pages, "", record.id)) for record, slug in wanted if (pages := kept_pages(stores, record.id))]


def text_of(lesson: Lesson, catalogue: Catalogue) -> str:
    """The words of a document as its type is learnt from them: without its title lines, so that title and text stay two witnesses."""
    pages = [lines_of(page) for page in lesson.pages[:PAGES_READ]]
    return body_text([line.text for lines in pages for line in lines], find_titles(pages[0], catalogue))


def made_up() -> list[Lesson]:
    """The gold set that ships, as pages."""
    from samples import gold

    return [Lesson(slug, (page_of(text),), "") for slug, text in gold.texts()]


def page_of(text: str) -> PageReading:
    """A plain text as a page: its words one after the other, in lines of a usual length."""
    words: list[Word] = []
    for number, line in enumerate(_lines(text)):
        x, y = 0.08, 0.04 + LINE_HEIGHT * number
        for word in line.split():
            width = 0.0085 * len(word)
            words.append(Word(word, Box(x, y, x + width, y + 0.011), 0.95, number))
            x += width + 0.006
    return PageReading(1, PageKind.TEXT, tuple(words))


def read_folder(folder: Path, reader: Reader, catalogue: Catalogue, scratch: Path, progress: Progress) -> tuple[list[Lesson], list[Path]]:
    """Examples laid in a folder, a sub-folder a type (its slug), and the files that could not be used. InputFault for an unknown type."""
    if not folder.is_dir():
        raise InputFault(f"There is no folder {folder}.", next_step="Give a folder with a sub-folder for each type.")
    named = sorted(path for path in folder.iterdir() if path.is_dir())
    if strange := [path.name for path in named if path.name not in catalogue]:
        raise InputFault(f"{strange[0]} is no document type.", next_step="Add it first: docs/howto/add-a-document-type.md.")
    files = [(part.name, path) for part in named for path in sorted(part.iterdir()) if path.is_file()]
    lessons, bad = [], []
    for done, (slug, path) in enumerate(files, start=1):
        with desk_of(scratch) as desk:
            pages = _read_example(path, reader, desk)
        if any(page.words for page in pages):
            lessons.append(Lesson(slug, pages, f"example:{slug}/{done}"))
        else:
            bad.append(path)
        progress(done, len(files), "reading examples")
    return lessons, bad


@contextmanager
def desk_of(scratch: Path) -> Iterator[Path]:
    """A folder for pages in passing, empty before and gone afterwards."""
    folder = scratch / "train"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shown_places(stores: Stores, catalogue: Catalogue, rules: ExtractRules) -> list[Shown]:
    """Documents on which two people agree whose they are or what a field says, and where on the first page that stands."""
    with reading(stores.index) as conn:
        whose = {one.document_id: one for one in corrected.agreed(conn, PATIENT)}
        typed = {name: {one.document_id: one for one in corrected.agreed(conn, FIELD + name)} for name in TYPED}
        people = {one.new: patients.get(conn, one.new or "") for one in whose.values()}
    known = {name: {doc: one.new or "" for doc, one in said.items()} for name, said in typed.items()}
    shown = []
    for document_id in list(dict.fromkeys([*whose, *(doc for said in known.values() for doc in said)]))[-TAUGHT:]:
        right = _right(whose.get(document_id), people) | {name: said[document_id] for name, said in known.items() if document_id in said}
        if right and (pages := pages_of(kept_pages(stores, document_id), catalogue, rules)):
            said = extract(pages, rules=rules)
            shown.append(Shown(sender_of(said), layout_of(pages[0]), dict(_places(pages[0], said, right))))
    return [one for one in shown if one.sender and one.places]


def _right(said: Correction | None, people: dict[str | None, IndexPatient | None]) -> dict[FieldName, str]:
    """What must stand on a document of a person, as the index has it."""
    person = people.get(said.new) if said else None
    if person is None:
        return {}
    found = {FieldName.PATIENT_NAME: f"{person.last_name}, {person.first_name}", FieldName.PATIENT_DOB: person.dob}
    return {name: value for name, value in found.items() if value}


def _places(page: PageLanguage, said: Extraction, right: dict[FieldName, str]) -> Iterator[tuple[FieldName, Box]]:
    """Where what is right stands, for each field that stands at one place alone."""
    seen = [s for s in page.sightings if s.role is Role.PATIENT or s.field in (*TYPED[2:],)]
    for name, value in right.items():
        boxes = {s.box for s in seen if s.field is name and _says(s.value, value)}
        field = said.field(name)
        if field is not None and field.page == page.number and _says(field.value, value) and field.box in boxes:
            yield name, field.box
        elif len(boxes) == 1:
            yield name, next(iter(boxes))


def _says(read: str, right: str) -> bool:
    """Whether a value is what it should be; a printed name may hold more than last and first name."""
    return read.casefold() == right.casefold() or read.casefold().startswith(f"{right.casefold()} ")


def kept_pages(stores: Stores, document_id: str) -> tuple[PageReading, ...]:
    """A document's pages as they were read; none where not all of them are kept any more."""
    with reading(stores.index) as conn:
        record = documents.get(conn, document_id)
        kept = readings.load_pages(conn, stores.objects, sha256=record.sha256, pages=record.pages) if record else []
    by_number = {page.number: page for page in kept}
    return tuple(by_number[number] for number in record.pages) if record and by_number.keys() >= set(record.pages) else ()


def _read_example(path: Path, reader: Reader, scratch: Path) -> tuple[PageReading, ...]:
    if path.suffix.lower() == ".txt":
        return (page_of(path.read_bytes()[:LONGEST_TEXT].decode("utf-8", "replace")),)
    opened = reader.inspect(path)
    if not isinstance(opened, Opened):
        return ()
    return reader.read_pages(path, opened, [page.number for page in opened.pages][:3], scratch)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from _wrapped(line.split())


def _wrapped(words: Sequence[str]) -> Iterable[str]:
    line = ""
    for word in words:
        if line and len(line) + len(word) >= LINE_WIDTH:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line
