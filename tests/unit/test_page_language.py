"""A page is asked once, and what is not looked for could not have been found."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline import page_language, titles
from pipeline.fields import labels
from pipeline.fields.geometry import lay_out
from pipeline.fields.lexicon import LONG, meanings
from pipeline.flow import plan_batch
from pipeline.ports import Tools
from schemas.config import Config
from tests.sheets import sheet
from tests.unit.test_flow import BODY, BUILTIN, CATALOGUE, HEAD, MemoryPatients, Unread

PHRASES = sorted(meanings())
LONG_PHRASES = [phrase for phrase in PHRASES if len(phrase) >= LONG]
PRINTED = [
    "Patient",
    "Name:",
    "name",
    "Date",
    "of",
    "Birth",
    "DOB",
    "DOB:",
    "Spouse",
    "spouses",
    "MRN",
    "#",
    "MRN#",
    "-",
    "was",
    "seen",
    "Case",
    "SMITH,",
]
PRINTED += [
    "Primary",
    "Care",
    "Physician",
    "referring",
    "provider",
    "insured",
    "11a.",
    "4471902",
    "(F)",
    "Medical",
    "Record",
    "No.",
    "DOBe",
    "01/02/1950",
]


def planned(*pages):
    return plan_batch(pages, Tools(None, None, None, Unread(), MemoryPatients([]), CATALOGUE), Config(), BUILTIN)


@pytest.mark.parametrize("found", ["mark", "sightings_of", "lines_of", "find_titles", "read_numbers"])
def test_nothing_is_found_twice_on_a_page(monkeypatch, found):
    asked, real = Counter(), getattr(page_language, found)

    def counted(*given_):
        asked[found] += 1
        return real(*given_)

    monkeypatch.setattr(page_language, found, counted)
    done = planned(sheet([*HEAD, *BODY, "^Page 1 of 2"], 1), sheet([*BODY, "^Page 2 of 2"], 2), sheet([*HEAD, "^#PROGRESS NOTE", *BODY], 3))
    assert sum(len(document.pages) for document in done.documents) == 3
    assert asked[found] == 3


@given(
    st.sampled_from(LONG_PHRASES),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from("abcdlos"),
    st.sampled_from(["swap", "drop", "add", "both"]),
)
@settings(max_examples=150, deadline=None)
def test_every_phrase_two_letters_off_is_found(phrase, one, other, letter, how):
    first, second = sorted((one % len(phrase), other % len(phrase)))
    middle = {"swap": letter, "drop": "", "add": phrase[first] + letter, "both": letter}[how]
    end = "" if how in {"drop", "both"} else letter
    key = phrase[:first] + middle + phrase[first + 1 : second] + end + phrase[second + 1 :]
    near = {p for p in LONG_PHRASES if abs(len(p) - len(key)) <= 1 and Levenshtein.distance(key, p) <= 2} if len(key) >= LONG else set()
    assert set(labels._two_off(key)) == near


@given(st.lists(st.one_of(st.sampled_from(PRINTED), st.sampled_from(PHRASES).map(str.title)), min_size=1, max_size=14))
@settings(max_examples=150, deadline=None)
def test_labels_are_the_same_where_every_word_is_tried(words):
    page = lay_out(sheet([" ".join(words), "", "The patient was seen by " + " ".join(words)]))
    found = labels.find_labels(page)
    with pytest.MonkeyPatch.context() as everywhere:
        everywhere.setattr(labels, "_may_begin", lambda row, folded, ends: True)
        assert labels.find_labels(page) == found


KNOWN = titles._phrases(tuple((slug, kind.titles) for slug, kind in CATALOGUE.types.items()))


@given(
    st.one_of(st.sampled_from(sorted(KNOWN.by_fold)), st.text("abcdefglmnoprstu", min_size=1, max_size=60)),
    st.integers(0, 60),
    st.text("aelost", max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_a_title_is_held_against_every_phrase_that_it_may_be(phrase, at, more):
    window = (phrase[:at] + more + phrase[at + len(more) // 2 :])[: titles.LONGEST] or "a"
    whole = process.extractOne(window, KNOWN.by_fold.keys(), scorer=fuzz.ratio, score_cutoff=titles.RATIO)
    part = process.extractOne(window, KNOWN.like[len(window)], scorer=fuzz.ratio, score_cutoff=titles.RATIO)
    assert (part and part[:2]) == (whole and whole[:2])
