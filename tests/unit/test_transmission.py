"""Faxes that came short of their cover's count: whose documents are held, and in which words."""

from pipeline.transmission import tell_missing
from schemas.document import Extraction, Field, FieldName, TypeGuess
from schemas.filing import Filing, Hold, PlannedDocument, SetAside
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import VerifyRules
from tests.told import told

SURE = TypeGuess("ecg", 0.99)
PAGES = {page.number: page for page in told(*(PageReading(number, PageKind.TEXT) for number in range(1, 9)))}


def cover(page, stated, decision=SetAside("cover")):  # noqa: B008 - a constant
    said = Extraction((Field(FieldName.PAGE_COUNT_STATED, stated, stated, 0.9, page, Box(0, 0, 1, 1), "label"),))
    return PlannedDocument((page,), decision, TypeGuess("fax_cover", 0.99), said)


def record(*pages, decision=Filing("M1", 0.9999)):  # noqa: B008 - a constant
    return PlannedDocument(pages, decision, SURE)


def decisions(*documents, pages=PAGES, rules=VerifyRules()):  # noqa: B008 - a constant
    return [planned.decision for planned in tell_missing(documents, pages, rules=rules)]


FILED, ASIDE, SHORT = Filing("M1", 0.9999), SetAside("cover"), Hold(("pages.missing",))


def test_documents_of_a_fax_that_came_short_are_held():
    assert decisions(cover(1, "4"), record(2, 3)) == [ASIDE, SHORT]
    assert decisions(cover(1, "3"), record(2, 3)) == [ASIDE, FILED]
    assert decisions(cover(1, "2"), record(2, 3)) == [ASIDE, FILED]
    assert decisions(cover(1, "4"), record(2, decision=Hold(("split.unsure",)))) == [ASIDE, Hold(("split.unsure", "pages.missing"))]


def test_blanks_and_repeats_are_none_of_the_pages_a_cover_counts():
    extra = [record(4, decision=SetAside("image.blank")), record(5, decision=SetAside("duplicate.page"))]
    assert decisions(cover(1, "4"), record(2, 3), *extra)[:2] == [ASIDE, SHORT]


def test_a_cover_counts_to_the_next_cover_and_alone_is_held():
    assert decisions(record(1), cover(2, "2"), record(3), cover(4, "3"), record(5)) == [FILED, ASIDE, FILED, ASIDE, SHORT]
    assert decisions(cover(1, "5")) == [SHORT]
    assert decisions(cover(1, "some")) == [ASIDE]


def test_a_cover_that_counts_the_others_counts_itself_besides():
    said = tuple(Word(text, Box(0.1 * at, 0.3, 0.1 * at + 0.08, 0.31), 0.9, 0) for at, text in enumerate(["Pages:", "2", "(excluding", "cover)"]))
    pages = {**PAGES, 1: told(PageReading(1, PageKind.TEXT, said))[0]}
    assert decisions(cover(1, "2"), record(2, 3), pages=pages) == [ASIDE, FILED]
    assert decisions(cover(1, "2"), record(2), pages=pages) == [ASIDE, SHORT]


def test_the_count_is_told_in_words_also_where_nothing_is_held_for_it():
    found = tell_missing([cover(1, "4"), record(2, 3)], PAGES, rules=VerifyRules(hold_on_missing_pages=False))
    assert [planned.decision for planned in found] == [ASIDE, FILED]
    assert [planned.checks.missing for planned in found] == [(), ("the cover states 4 pages, 3 came",)]
