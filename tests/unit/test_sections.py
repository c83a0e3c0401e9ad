"""What the build of a page says of its type: headings that stand together, columns of results, letters."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify import classify
from pipeline.sections import find_builds
from schemas.catalogue import build_catalogue
from schemas.rules import ClassifyRules
from tests.sheets import sheet
from tests.told import told

CATALOGUE = build_catalogue(yaml.safe_load((Path(__file__).parents[2] / "schemas/doctypes.yaml").read_text()))
IMAGING = [
    "TECHNIQUE: Axial images with contrast.",
    "COMPARISON: None.",
    "FINDINGS: The lungs are clear.",
    "IMPRESSION: No acute disease.",
]
OPERATION = ["PREOPERATIVE DIAGNOSIS: Hernia.", "POSTOPERATIVE DIAGNOSIS: Same.", "SURGEON: A. Field, MD", "ANESTHESIA: General."]
RESULTS = [
    "TESTS RESULT FLAG UNITS REFERENCE INTERVAL",
    "Glucose 101 H mg/dL 65-99",
    "Sodium 140 mmol/L 134-144",
    "Albumin 4.1 g/dL 3.8-4.8",
    "ALT 12 IU/L 0-32",
]
LETTER = ["Dear Dr. Marsh:", "Thank you for asking me to see Ms. Vale in consultation for cough.", "Sincerely,"]
NOTICE = ["Dear Mr. Vale:", "We have looked at your claim again and cannot pay it.", "Sincerely,"]


class Leaning:
    """A text model that leans to one type."""

    def __init__(self, slug, share):
        self.slug, self.share = slug, share

    def scores(self, text):
        rest = (1 - self.share) / (len(CATALOGUE.types) - 1)
        return {slug: self.share if slug == self.slug else rest for slug in CATALOGUE.types}

    def evidence(self, text, slug, against=None):
        return ()

    def known(self, text):
        return 1.0


def slugs(lines):
    return [build.slug for build in find_builds(lines, lines)]


@pytest.mark.parametrize(
    ("lines", "slug"),
    [
        (IMAGING, "imaging_report"),
        (OPERATION, "operative_note"),
        (RESULTS, "laboratory_report"),
        (LETTER, "consultation"),
        (NOTICE, "correspondence"),
    ],
)
def test_build_names_its_type(lines, slug):
    assert slugs(lines) == [slug]


@pytest.mark.parametrize("lines", [IMAGING[2:], OPERATION[:3], RESULTS[1:], LETTER[1:], ["Dear Dr. Marsh:", "Your order is ready.", "Sincerely,"]])
def test_part_of_a_build_names_none(lines):
    assert slugs(lines) == []


def test_misread_headings_still_count():
    assert slugs(["TECHNlQUE: Axial images.", "C0MPARISON: None.", "FlNDINGS: Clear.", "IMPRESSlON: Normal."]) == ["imaging_report"]


def test_results_inside_another_paper_are_a_part_of_it():
    assert slugs(["Allergies", "None", "Hospital course", "Uneventful.", *RESULTS]) == []


def test_text_and_build_agreeing_are_sure_below_the_line_of_text_alone():
    body = [*IMAGING, *["The bones are intact and the soft tissues are plain."] * 3]
    found = classify(told(sheet(body), catalogue=CATALOGUE), Leaning("imaging_report", 0.8), CATALOGUE, rules=ClassifyRules())
    assert (found.slug, found.reason) == ("imaging_report", None)
    assert "TECHNIQUE" in found.evidence


def test_text_and_build_at_odds_are_asked():
    found = classify(told(sheet([*IMAGING, *IMAGING]), catalogue=CATALOGUE), Leaning("insurance_id", 0.97), CATALOGUE, rules=ClassifyRules())
    assert found.reason == "type.unsure"


def test_build_of_another_type_asks_more_of_a_title():
    page = sheet(["^#SUMMARY OF CARE", "", *RESULTS])
    found = classify(told(page, catalogue=CATALOGUE), Leaning("laboratory_report", 0.6), CATALOGUE, rules=ClassifyRules())
    assert found.reason == "type.unsure"


@given(st.lists(st.text(alphabet="aAdeDER0:.;- TtIi/", max_size=60), max_size=20))
def test_any_lines_have_at_most_one_build_a_type(lines):
    found = slugs(lines)
    assert len(found) == len(set(found))
