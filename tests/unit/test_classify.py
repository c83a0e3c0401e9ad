"""Typing a document: titles, their place on the page, and their weight beside the text."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify import classify, weigh
from pipeline.titles import find_titles, fold, is_fax_stamp, lines_of
from schemas.catalogue import build_catalogue
from schemas.rules import ClassifyRules
from tests.sheets import sheet
from tests.told import told

CATALOGUE = build_catalogue(yaml.safe_load((Path(__file__).parents[2] / "schemas/doctypes.yaml").read_text()))
RULES = ClassifyRules()
HEAD = ["^Riverside Medical Center", "^12 Oak Street, Salem, OR 97301", "Patient: DOE, JANE  DOB: 01/02/1950"]
PROSE = [
    "The patient was seen today and is doing well on the present regimen without new complaints.",
    "She will return in three months or sooner if needed.",
] * 4


class Leaning:
    """A text model that leans to one type."""

    def __init__(self, slug, share):
        self.slug, self.share = slug, share

    def scores(self, text):
        rest = (1 - self.share) / (len(CATALOGUE.types) - 1)
        return {slug: self.share if slug == self.slug else rest for slug in CATALOGUE.types}

    def evidence(self, text, slug, against=None):
        return ("words",)

    def known(self, text):
        return 1.0


def titled(title, body=PROSE):
    return sheet([*HEAD, title, "", *body])


def guess(page, slug="progress_note", share=0.3):
    return classify(told(page, catalogue=CATALOGUE), Leaning(slug, share), CATALOGUE, rules=RULES)


@pytest.mark.parametrize("slug", [s for s in CATALOGUE.types if s != "unknown"])
@pytest.mark.parametrize("cased", [str.upper, str.title])
def test_every_title_phrase_finds_its_own_type(slug, cased):
    found = {phrase: find_titles(lines_of(titled(f"^#{cased(phrase)}")), CATALOGUE) for phrase in CATALOGUE[slug].titles}
    assert {phrase: titles[0].slug if titles else None for phrase, titles in found.items()} == dict.fromkeys(found, slug)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("^#CARDIOLOGY CONSULTATION REPORT", "consultation"),
        ("Report of Operation", "operative_note"),
        ("DEPARTMENT OF RADIOLOGY — CT CHEST", "imaging_report"),
        ("MRI BRAIN WITHOUT CONTRAST", "imaging_report"),
        ("EXAM: XR CHEST 2 VIEWS", "imaging_report"),
        ("MERCY HOSPITAL DISCHARGE SUMMARY", "discharge_summary"),
        ("Document Type: Progress Note", "progress_note"),
        ("^#DISCHARCE SUMMARV", "discharge_summary"),
        ("LAB0RAT0RY REP0RT", "laboratory_report"),
        ("^#HlSTORY AND PHYSlCAL", "history_and_physical"),
        ("^#D I S C H A R G E S U M M A R Y", "discharge_summary"),
        ("PSYCHIATRIC PROGRESS NOTE", "behavioral_health"),
        ("NURSING PROGRESS NOTE", "nursing_note"),
        ("^#FAX", "fax_cover"),
    ],
)
def test_title_as_printed_is_recognised(title, slug):
    assert find_titles(lines_of(titled(title)), CATALOGUE)[0].slug == slug


@pytest.mark.parametrize(
    "heading",
    ["Medication list", "MEDICATION LIST:", "History and physical", "Current medications:", "CONSULTATION: cardiology saw her", "ECG: sinus rhythm"],
)
def test_section_heading_inside_the_body_is_no_title(heading):
    page = sheet([*HEAD, "", "Chief complaint: cough", *PROSE, heading, *PROSE])
    assert find_titles(lines_of(page), CATALOGUE) == ()


def test_mention_in_a_sentence_is_no_title():
    assert find_titles(lines_of(sheet([*HEAD, "please see the discharge summary of last week for the details of her stay."])), CATALOGUE) == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["Document Type:  History and Physical", *PROSE],
        ["Note Type", "History and Physical", *PROSE],
    ],
)
def test_value_of_a_label_is_a_title(lines):
    assert [title.slug for title in find_titles(lines_of(sheet([*HEAD, *lines])), CATALOGUE)] == ["history_and_physical"]


def test_exam_named_in_a_table_is_a_title():
    page = sheet([*HEAD, "Exam  Exam date", "CT chest with contrast  03/04/2024", *PROSE])
    assert [title.slug for title in find_titles(lines_of(page), CATALOGUE)] == ["imaging_report"]


@pytest.mark.parametrize("words", ["* Final Report *", "PATIENT INFORMATION", "FINAL RESULT"])
def test_words_of_any_title_are_no_title(words):
    assert find_titles(lines_of(sheet([*HEAD, f"^{words}", *PROSE])), CATALOGUE) == ()


def test_clear_title_stands_against_text_of_a_like_type():
    assert guess(titled("^#PROGRESS NOTES"), "history_and_physical", 0.7).reason is None


def test_title_over_two_lines_is_read_as_one():
    assert (
        find_titles(lines_of(sheet([*HEAD, "^#AUTHORIZATION FOR", "^#RELEASE OF INFORMATION", "", *PROSE])), CATALOGUE)[0].slug
        == "authorization_consent"
    )


@pytest.mark.parametrize("stamp", ["03/04/2024 14:22 FAX 503 555 1212 P.003/007", "Mar 4, 2024 2:22 PM From: 5035551212 Page 3 of 7"])
def test_fax_stamp_is_left_out(stamp):
    page = sheet([stamp, "DISCHARGE SUMMARY"], top=0.01)
    assert [line.text for line in lines_of(page)] == ["DISCHARGE SUMMARY"]


def test_title_over_two_lines_hides_the_shorter_one_inside():
    titles = find_titles(lines_of(sheet([*HEAD, "^#PHYSICAL THERAPY", "^#PROGRESS NOTE", "", *PROSE])), CATALOGUE)
    assert [title.slug for title in titles] == ["therapy_note"]


def test_contact_line_under_a_name_is_no_fax_cover():
    assert find_titles(lines_of(sheet(["^Lakeview Hospital", "^Phone (503) 555-1212 Fax (503) 555-1213", *PROSE])), CATALOGUE) == ()


def test_fax_cover_heading_is_no_stamp():
    assert not is_fax_stamp(lines_of(sheet(["FAX COVER SHEET"], top=0.02))[0])


def test_title_and_text_agreeing_are_sure():
    found = guess(titled("^#DISCHARGE SUMMARY"), "discharge_summary", 0.7)
    assert (found.slug, found.reason, found.title) == ("discharge_summary", None, "DISCHARGE SUMMARY")
    assert found.confidence > 0.99
    assert found.evidence == ("words",)


def test_title_carries_a_type_the_text_leaves_open():
    assert guess(titled("^#REFERRAL FORM"), share=0.3).slug == "referral"


def test_beside_a_title_few_words_say_less_than_many():
    short, whole = (guess(titled("^#MEDICATION LIST", body), "nursing_note", 0.985) for body in ([PROSE[1]], PROSE))
    assert short.slug == "medication_list"
    assert short.confidence > whole.confidence
    assert guess(titled("", [PROSE[1]]), "nursing_note", 0.985).confidence == guess(titled("", PROSE), "nursing_note", 0.985).confidence


def test_headings_of_two_types_are_not_sure():
    page = sheet([*HEAD, "^#DISCHARGE SUMMARY", "^#PATHOLOGY REPORT", "", *PROSE])
    assert guess(page, share=0.3).reason is not None


def test_weak_title_against_the_text_is_not_sure():
    found = guess(titled("CT CHEST WITHOUT CONTRAST"), "insurance_id", 0.97)
    assert found.reason == "type.unsure"
    assert {found.slug, found.runner_up} == {"imaging_report", "insurance_id"}


@pytest.mark.parametrize(("share", "slug", "reason"), [(0.995, "ecg", None), (0.8, "ecg", "type.unsure"), (0.2, "unknown", "type.unknown")])
def test_untitled_text_must_be_surer(share, slug, reason):
    found = guess(sheet(PROSE), "ecg", share)
    assert (found.slug, found.reason) == (slug, reason)


def test_page_without_words_is_unknown():
    found = guess(sheet([]))
    assert (found.slug, found.reason) == ("unknown", "type.unknown")
    assert classify((), Leaning("ecg", 0.9), CATALOGUE, rules=RULES).reason == "type.unknown"


def test_no_phrase_belongs_to_two_types():
    owners = {(fold(phrase), slug) for slug, kind in CATALOGUE.types.items() for phrase in kind.titles}
    assert len(owners) == len({folded for folded, _ in owners})


@given(st.dictionaries(st.sampled_from(sorted(CATALOGUE.types)), st.floats(0.001, 1), min_size=2))
def test_a_title_never_lowers_its_own_type(shares):
    total = sum(shares.values())
    shares = {slug: share / total for slug, share in shares.items()}
    title = find_titles(lines_of(titled("^#DISCHARGE SUMMARY")), CATALOGUE)[0]
    weighed = weigh(shares | {"discharge_summary": shares.get("discharge_summary", 0.01)}, [title])
    assert abs(sum(weighed.values()) - 1) < 1e-9
    assert weighed["discharge_summary"] >= min(0.9, shares.get("discharge_summary", 0.01))


@given(st.lists(st.text(alphabet="aA0:.#- xyzFAXof12/", max_size=40), max_size=30))
def test_any_page_gets_a_type(lines):
    found = guess(sheet(lines))
    assert found.slug in CATALOGUE
    assert 0 <= found.confidence <= 1
