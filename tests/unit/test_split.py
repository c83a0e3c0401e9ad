"""Cutting a batch: no page lost, no patient joined to another, and doubt said aloud."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cut_weights import shipped_weights
from pipeline.persons import Person, compare, names_one_person
from pipeline.split import split_batch
from schemas.catalogue import build_catalogue
from schemas.document import PageIdentity, SegmentKind
from schemas.page import PageKind
from schemas.rules import SplitRules
from tests.sheets import blank, separator, sheet
from tests.told import told

CATALOGUE = build_catalogue(yaml.safe_load((Path(__file__).parents[2] / "schemas/doctypes.yaml").read_text()))
JANE = ("DOE, JANE", "1950-01-02", "445566")
JOHN = ("ROWE, JOHN", "1981-11-30", "778812")
SENTENCE = "was seen for follow up and is doing well on the present regimen today."
BODY = [f"She {SENTENCE}"] * 20


def first(number, title="DISCHARGE SUMMARY", who=JANE):
    head = [
        "^Lakeview Hospital",
        "^Phone (503) 555-1212 Fax (503) 555-1213",
        f"^#{title}",
        f"Patient: {who[0]}  DOB: {who[1]}",
        f"MRN: {who[2]}  Date: 03/04/2024  Provider: A. Roth, MD",
    ]
    return sheet([*head, "", *BODY], number)


def later(number, of, at):
    return sheet([f"{chr(64 + number) * 6} {SENTENCE}" for _ in range(34)] + [""] * 20 + [f"^Page {at} of {of}"], number)


def said(number, who=JANE):
    return PageIdentity(number, *who)


def cut(readings, identities=()):
    return split_batch(told(*readings, catalogue=CATALOGUE), identities, rules=SplitRules())


def pages_of(segments):
    return [segment.pages for segment in segments]


def test_titles_begin_documents():
    found = cut([first(1), first(2, "PATHOLOGY REPORT"), first(3, "OPERATIVE REPORT")], [said(1), said(2), said(3)])
    assert pages_of(found) == [(1,), (2,), (3,)]
    assert all(segment.sure and segment.why for segment in found)


def test_page_numbers_hold_a_document_together():
    found = cut([later(1, 3, 1), later(2, 3, 2), later(3, 3, 3), later(4, 2, 1), later(5, 2, 2)])
    assert pages_of(found) == [(1, 2, 3), (4, 5)]
    assert all(segment.sure for segment in found)


def test_page_with_nothing_on_it_to_tell_is_not_sure():
    found = cut([first(1), sheet(BODY, 2)], [said(1)])
    assert not found[0].sure


def test_other_patient_always_cuts_even_against_numbering():
    found = cut([later(1, 2, 1), later(2, 2, 2)], [said(1, JANE), said(2, JOHN)])
    assert pages_of(found) == [(1,), (2,)]


def test_nameless_page_before_another_patient_is_not_sure():
    found = cut([later(1, 3, 1), later(2, 3, 2), later(3, 3, 3)], [said(1, JANE), said(3, JOHN)])
    assert pages_of(found) == [(1, 2), (3,)]
    assert not any(segment.sure for segment in found)


def test_separator_cuts_and_is_set_aside():
    found = cut([later(1, 2, 1), separator(2), later(3, 2, 2)])
    assert [(segment.pages, segment.kind) for segment in found] == [
        ((1,), SegmentKind.DOCUMENT),
        ((2,), SegmentKind.SEPARATOR),
        ((3,), SegmentKind.DOCUMENT),
    ]


def test_blank_inside_does_not_cut_and_blanks_together_are_one():
    found = cut([later(1, 2, 1), blank(2), blank(3), later(4, 2, 2)])
    assert [(segment.pages, segment.kind) for segment in found] == [((1, 4), SegmentKind.DOCUMENT), ((2, 3), SegmentKind.BLANK)]


def test_a_page_that_repeats_a_named_one_points_to_it():
    found = cut([first(1), later(2, 2, 2), sheet(BODY, 3, fingerprint="f1"), sheet(BODY, 4, fingerprint="f2")], [said(1), said(3)])
    assert [(segment.kind, segment.pages, segment.why) for segment in found[-2:]] == [
        (SegmentKind.DUPLICATE, (3,), ("page 3 repeats page 1",)),
        (SegmentKind.DUPLICATE, (4,), ("page 4 repeats page 2",)),
    ]


def test_a_notice_that_names_nobody_stays_with_each_patient():
    notice = ["Keep the wound dry for two days."] * 9
    pages = [first(1), sheet(notice, 2, fingerprint="notice"), first(3, who=JOHN), sheet(notice, 4, fingerprint="notice")]
    found = cut(pages, [said(1), said(3, JOHN)])
    assert pages_of(found) == [(1, 2), (3, 4)]
    assert not any(segment.sure for segment in found)


def test_fax_cover_stands_alone():
    cover = sheet(["^#FAX COVER SHEET", "To: Dr. Roth", "From: Lakeview Hospital", "Fax: (503) 555-1212", "Pages: 3", "Re: records"], 1)
    found = cut([cover, sheet(BODY, 2), first(3, "OPERATIVE REPORT")], [said(3)])
    assert found[0].pages == (1,)


def test_running_head_is_no_new_document():
    running = ["DOE, JANE  MRN 445566  DISCHARGE SUMMARY"]
    found = cut([sheet([*running, "^Page 1 of 2", *BODY], 1), sheet([*running, "^Page 2 of 2", *BODY], 2)], [said(1), said(2)])
    assert pages_of(found) == [(1, 2)]
    assert found[0].sure


def test_fax_numbering_over_the_whole_packet_does_not_join():
    stamped = [
        ["03/04/2024 14:22 FAX 503 555 1212 P.1/2", *["^#DISCHARGE SUMMARY", *BODY]],
        ["03/04/2024 14:23 FAX 503 555 1212 P.2/2", *["^#PATHOLOGY REPORT", *BODY]],
    ]
    found = cut([sheet(lines, i + 1, top=0.01) for i, lines in enumerate(stamped)])
    assert pages_of(found) == [(1,), (2,)]


def test_unreadable_page_inside_leaves_doubt():
    found = cut([first(1), sheet([], 2, kind=PageKind.UNREADABLE)], [said(1)])
    assert not found[0].sure


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (JANE, JANE, Person.SAME),
        (JANE, JOHN, Person.OTHER),
        (JANE, ("D0E, JANE", "1950-01-02", "445S66"), Person.SAME),
        (JANE, ("DOE, JANE", "1950-07-02", None), Person.SAME),
        (JANE, ("DOE, JANE", "1950-01-02", "990011"), Person.SAME),  # another sender's number
        (JANE, ("DOE, MARTHA", "1950-01-02", "445599"), Person.OTHER),  # twins
        (JANE, ("DOE, JANE", "1983-06-17", "990011"), Person.OTHER),  # namesakes
        (JANE, ("SMITH, JANE", "1950-01-02", "445566"), Person.PERHAPS_OTHER),  # a new name, perhaps
        (JANE, (None, None, "990011"), Person.PERHAPS_OTHER),
        (JANE, (None, None, None), Person.UNSAID),
        (("JANE", None, None), (None, "1950-01-02", None), Person.UNSAID),
        (("DOE, MARIA", None, None), ("DOE, MARIO", None, None), Person.PERHAPS_OTHER),  # one letter off, and nothing else
        (("DOE, J", None, None), ("DOE, JANE", None, None), Person.PERHAPS_OTHER),
        (("DOE, MARIA", "1950-01-02", None), ("DOE, MARlA", "1950-01-02", None), Person.SAME),
    ],
)
def test_patients_are_compared_with_tolerance(a, b, verdict):
    assert compare(PageIdentity(1, *a), PageIdentity(2, *b)) is verdict
    assert compare(PageIdentity(2, *b), PageIdentity(1, *a)) is verdict


PAGE = st.sampled_from(["title", "later", "bare", "blank", "separator", "unreadable", "repeat"])


def made(kind, number):
    return {
        "title": lambda: first(number),
        "later": lambda: later(number, 9, min(number, 9)),
        "bare": lambda: sheet(BODY[:5], number),
        "blank": lambda: blank(number),
        "separator": lambda: separator(number),
        "unreadable": lambda: sheet([], number, kind=PageKind.UNREADABLE),
        "repeat": lambda: sheet(BODY[:5], number, fingerprint="again"),
    }[kind]()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PAGE, st.sampled_from([None, JANE, JOHN])), max_size=8))
def test_every_page_is_in_one_segment_and_no_segment_has_two_patients(batch):
    readings = [made(kind, n) for n, (kind, _) in enumerate(batch, 1)]
    identities = [said(n, who) for n, (_, who) in enumerate(batch, 1) if who]
    found = cut(readings, identities)
    assert sorted(page for segment in found for page in segment.pages) == list(range(1, len(batch) + 1))
    assert [segment.pages[0] for segment in found] == sorted(segment.pages[0] for segment in found)
    patients = [{batch[page - 1][1] for page in segment.pages} - {None} for segment in found if segment.kind is SegmentKind.DOCUMENT]
    assert all(len(who) <= 1 for who in patients)


def test_bare_page_after_a_full_one_goes_on_but_a_clerk_is_asked():
    full = sheet(["^#DISCHARGE SUMMARY", "Patient: DOE, JANE  DOB: 1950-01-02", *[f"She {SENTENCE}"] * 52], 1)
    found = cut([full, sheet([f"Her sister {SENTENCE}"] * 30, 2)], [said(1)])
    assert pages_of(found) == [(1, 2)]
    assert not found[0].sure


def test_the_fax_machine_counts_the_call_and_not_a_document():
    line = "10/11/2024 13:05 FROM: 910-555-0128 P. {}/2"
    one = sheet([line.format(1), "^#DISCHARGE SUMMARY", "Patient: DOE, JANE  DOB: 1950-01-02", *[f"She {SENTENCE}"] * 9], 1, top=0.02)
    two = sheet([line.format(2), "Date Time Note Sign", *[f"Seen {SENTENCE}"] * 30], 2, top=0.02)
    found = cut([one, two], [said(1)])
    assert all("numbering" not in why for segment in found for why in segment.why)
    assert not any(segment.sure for segment in found if len(segment.pages) == 2)


def form(number, name, foot=""):
    """One facility's form, its patient's name written by hand: the header says nothing that can be read."""
    head = [
        "^Lakeview Hospital",
        "^Phone (503) 555-1212 Fax (503) 555-1213",
        "^#PROGRESS NOTE",
        f"Patient: {name}  DOB: MRN:",
        "Provider: A. Roth, MD  Date:",
    ]
    return sheet([*head, "", *[f"{chr(64 + number) * 6} {SENTENCE}"] * 40, foot], number)


@pytest.mark.parametrize("foot", ["", "Page {} of 2"])
def test_a_second_copy_of_a_form_that_names_nobody_is_never_surely_the_first_patients(foot):
    found = cut([form(1, "DOE, JANE", foot.format(1)), form(2, "", foot.format(2))], [said(1)])
    assert not any(segment.sure for segment in found)


@pytest.mark.parametrize("line", ["Metoprolol was continued.", "continued on the same dose of insulin at night"])
def test_a_treatment_that_was_continued_ties_no_pages(line):
    found = cut([first(1), sheet([line, *BODY], 2)], [said(1)])
    assert not found[0].sure


@pytest.mark.parametrize("line", ["(continued)", "Hospital course - cont'd", "Continued from the other side"])
def test_a_page_that_says_it_continues_does(line):
    found = cut([first(1), sheet([line, *BODY], 2)], [said(1)])
    assert pages_of(found) == [(1, 2)]
    assert found[0].sure


def headed(number, head, foot=""):
    """A later page: a running head over text that names nobody, perhaps a printed number below."""
    return sheet([head, "12 Mill Road", "Dunmore", *[f"{chr(64 + number) * 6} {SENTENCE}"] * 30, *[""] * 10, foot], number)


RUNNING = "Lakeview Hospital, Health Information Office"
JOHNS = [first(4, "OPERATIVE REPORT", JOHN), first(5, "PATHOLOGY REPORT", JOHN)]


@pytest.mark.parametrize(
    ("first_foot", "head", "foot"),
    [
        ("", RUNNING, ""),
        ("", "(continued)", ""),
        ("^Page 1", RUNNING, "^Page 2"),  # of how many?
        ("^Page 1 of 5", RUNNING, "^Page 2 of 5"),  # of the packet
    ],
)
def test_a_nameless_page_among_two_patients_is_nobodys_surely(first_foot, head, foot):
    start = sheet([RUNNING, "12 Mill Road", "Dunmore", "^#DISCHARGE SUMMARY", "Patient: DOE, JANE", "", *BODY, *BODY, first_foot], 1)
    found = cut([start, headed(2, head, foot), separator(3), *JOHNS], [said(1), said(4, JOHN), said(5, JOHN)])
    assert not any(segment.sure for segment in found if 2 in segment.pages)
    alone = cut([start, headed(2, head, foot)], [said(1)])
    assert pages_of(alone) == [(1, 2)]
    assert alone[0].sure


@pytest.mark.parametrize(("head", "foot"), [("DOE, JANE  MRN 445566", ""), (RUNNING, "^Page 2 of 2")])
def test_a_head_with_the_patients_name_or_numbering_of_one_set_ties_among_two_patients(head, foot):
    start = sheet([head, "12 Mill Road", "Dunmore", "^#DISCHARGE SUMMARY", "Patient: DOE, JANE", "", *BODY, *BODY, foot.replace("2 of", "1 of")], 1)
    found = cut([start, headed(2, head, foot), separator(3), *JOHNS], [said(1), said(4, JOHN), said(5, JOHN)])
    assert found[0].pages == (1, 2)
    assert found[0].sure


@pytest.mark.parametrize(
    ("who", "one"),
    [
        ([], False),
        ([JANE, (None, None, None), JANE], True),
        ([JANE, JOHN], False),
        ([JANE, ("DOE, JANE", None, None), (None, None, "445566")], True),
        ([("DOE, JANE", None, None), (None, "1950-01-02", None)], False),  # two persons perhaps, a page of each
        ([("DOE, MARIA", None, None), ("DOE, MARIO", None, None)], False),
    ],
)
def test_a_file_names_one_person_only_when_its_pages_agree(who, one):
    assert names_one_person([PageIdentity(n, *values) for n, values in enumerate(who, 1)]) is one


def test_a_patient_named_otherwise_on_a_page_with_the_same_number_is_cut_off_but_a_clerk_is_asked():
    found = cut([first(1), first(2, "OPERATIVE REPORT", ("DQRPN, JANE", None, "445566"))], [said(1), said(2, ("DQRPN, JANE", None, "445566"))])
    assert pages_of(found) == [(1,), (2,)]
    assert not any(segment.sure for segment in found)


FORM = ["^Lakeview Hospital", "^#PROGRESS NOTE", "Patient: DOE, JANE  DOB: 1950-01-02"]


def dated(number, date, visit, lines=44):
    return sheet([*FORM, f"MRN: 445566  Date: {date}  Visit: {visit}", "", *[f"{chr(64 + number) * 6} {SENTENCE}"] * lines], number)


def test_a_header_repeated_with_other_dates_and_numbers_weighs_for_a_new_document():
    same = cut([dated(1, "03/04/2024", "771203"), dated(2, "03/04/2024", "771203")], [said(1), said(2)])
    other = cut([dated(1, "03/04/2024", "771203"), dated(2, "05/19/2024", "880416")], [said(1), said(2)])
    assert "same dates and numbers in the header" in str(same)
    assert "other dates and numbers in the header" in str(other)


def closing(number, last, **facts):
    return sheet([*FORM, *[f"She {SENTENCE}"] * 46, last], number, **facts)


@pytest.mark.parametrize(
    ("last", "opening", "signal"),
    [
        ("She was told to take the tablets in the morning with a", "glass of water and to call when dizzy.", "sentence goes on"),
        ("3. Metoprolol twice a day", "4. Aspirin once a day", "list goes on"),
        ("Test one   Value two   Range three", "Sodium one   140 two   normal three", "table goes on"),
    ],
)
def test_what_a_page_left_open_the_next_one_goes_on_with(last, opening, signal):
    rows = [last.replace("one", at) for at in ("one", "ten", "six")] if signal.startswith("table") else [last]
    body = [f"She {SENTENCE}"] * 40
    found = cut([sheet([*FORM, *body, *rows], 1), sheet([*[opening] * len(rows), *body], 2)], [said(1)])
    assert signal in str(found[0].why)
    assert pages_of(found) == [(1, 2)]


def test_numbering_that_skips_a_page_still_holds_the_document_together():
    found = cut([later(1, 3, 1), later(2, 3, 3), later(3, 2, 1), later(4, 2, 2)])
    assert pages_of(found) == [(1, 2), (3, 4)]


def test_every_weight_that_ships_is_of_a_signal_that_can_be_seen():
    weights = shipped_weights().weights
    source = "".join((Path(__file__).parents[2] / f"pipeline/{name}.py").read_text() for name in ("signals", "continuity"))
    assert all(f'"{name}"' in source for name in weights)
