"""A type that must be asked: why in words, its folder, what a person is offered, and that doubt never makes surer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify import classify, cloud, folder_shares
from schemas.rules import ClassifyRules
from tests.sheets import sheet
from tests.told import told
from tests.unit.test_classify import CATALOGUE, HEAD, PROSE, Leaning, guess, titled

IMAGING = ["TECHNIQUE: Axial images.", "COMPARISON: None.", "FINDINGS: Clear.", "IMPRESSION: Normal."]
DELIVERED = [
    "Date of admission: 01/02/2024",
    "Date of discharge: 01/05/2024",
    "Hospital course: Uneventful.",
    "Discharge medications: Aspirin.",
    "Condition on discharge: Good.",
]


class Split(Leaning):
    """A text model that wavers between types of one folder."""

    def __init__(self, slugs, known=1.0):
        self.slugs, self.met = slugs, known

    def scores(self, text):
        rest = 0.001 / (len(CATALOGUE.types) - len(self.slugs))
        return {slug: 0.999 / len(self.slugs) if slug in self.slugs else rest for slug in CATALOGUE.types}

    def known(self, text):
        return self.met


def doubts_of(page, model):
    return classify(told(page, catalogue=CATALOGUE), model, CATALOGUE, rules=ClassifyRules())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (guess(sheet(PROSE), "ecg", 0.3), "no title, and its text fits several types"),
        (guess(sheet(PROSE), "ecg", 0.8), "reads like electrocardiogram"),
        (guess(titled("CT CHEST WITHOUT CONTRAST"), "insurance_id", 0.97), "title says imaging report, its text reads like insurance card"),
        (guess(sheet([*HEAD, "^#DISCHARGE SUMMARY", "^#PATHOLOGY REPORT", "", *PROSE])), "Two titles"),
        (guess(sheet(["Yes", "No"])), "too little text"),
        (guess(sheet([*HEAD, "^#PATHOLOGY REPORT", "", *DELIVERED]), "discharge_summary", 0.9), "headings are those of discharge summary"),
        (doubts_of(sheet(PROSE), Split(["consultation", "progress_note", "nursing_note"], known=0.4)), "many of its words are new here"),
    ],
)
def test_what_must_be_asked_says_why(found, words):
    assert found.reason is not None
    assert words in found.why
    assert found.why.endswith(".")


def test_what_is_sure_gives_no_reason():
    found = guess(titled("^#DISCHARGE SUMMARY"), "discharge_summary", 0.7)
    assert (found.reason, found.why) == (None, "")


def test_poor_reading_is_named():
    page = sheet(PROSE)
    faint = replace(page, words=tuple(word._replace(confidence=0.4) for word in page.words))
    assert "reads poorly" in guess(faint, "ecg", 0.3).why


@pytest.mark.parametrize("slug", list(CATALOGUE.types))
def test_the_reason_never_repeats_the_page(slug):
    found = guess(sheet(["Zyxwv Qwertson seen by Dr Plugh", *PROSE]), slug, 0.6)
    assert not {"Zyxwv", "Qwertson", "Plugh"} & set(found.why.replace(".", "").split())


def test_a_folder_is_sure_where_its_types_are_not():
    found = doubts_of(sheet(PROSE), Split(["consultation", "progress_note", "nursing_note"]))
    assert found.reason is not None
    assert found.folder == "notes"
    assert found.folder_confidence > 0.99
    assert {CATALOGUE[slug].folder for slug in found.choices[:3]} == {"notes"}


def test_types_of_a_sure_folder_are_offered_first():
    shares = {"consultation": 0.5, "progress_note": 0.48, "imaging_report": 0.015, "nursing_note": 0.005}

    class Shares(Leaning):
        def __init__(self):
            pass

        def scores(self, text):
            return {slug: shares.get(slug, 0.0) for slug in CATALOGUE.types}

    offered = doubts_of(sheet(PROSE), Shares()).choices
    assert offered[:3] == ("consultation", "progress_note", "nursing_note")
    assert "unknown" not in offered


@given(st.dictionaries(st.sampled_from(sorted(CATALOGUE.types)), st.floats(0.0001, 1), min_size=1))
def test_a_folder_is_at_least_as_likely_as_each_of_its_types(shares):
    total = sum(shares.values())
    shares = {slug: share / total for slug, share in shares.items()}
    folders = folder_shares(shares, CATALOGUE)
    assert sum(folders.values()) == pytest.approx(1)
    assert all(folders[CATALOGUE[slug].folder] >= share - 1e-12 for slug, share in shares.items())


@given(
    st.dictionaries(st.sampled_from(sorted(CATALOGUE.types)), st.floats(0.0001, 1), min_size=2),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_poorer_reading_and_words_never_met_are_never_surer(shares, reading, known):
    total = sum(shares.values())
    shares = {slug: share / total for slug, share in shares.items()}
    worse = cloud(shares, min(reading), min(known))
    better = cloud(shares, max(reading), max(known))
    assert max(worse.values()) <= max(better.values()) + 1e-12
    assert sum(worse.values()) == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["ecg", "consultation"]), st.sampled_from(["^#DISCHARGE SUMMARY", "Plain line"]))
def test_a_page_read_more_poorly_is_never_surer(one, other, slug, head):
    page = titled(head)
    poor, good = (
        guess(replace(page, words=tuple(word._replace(confidence=sure) for word in page.words)), slug, 0.9) for sure in sorted((one, other))
    )
    if poor.slug == good.slug:
        assert poor.confidence <= good.confidence + 1e-9
    assert poor.folder_confidence <= good.folder_confidence + 1e-9 or poor.folder != good.folder
