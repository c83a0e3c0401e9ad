"""What a text says of a word in it: cues rule their own clause, on their own side, under their own heading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mention import MASK, cues_of, passage_around

WORD = "gout"
PLAIN_WORDS = st.lists(st.sampled_from(("seen", "clinic", "knee", "pain", "swelling", "march")), max_size=12).map(" ".join)


def cues(text: str) -> set[str]:
    start = text.index(WORD)
    return set(cues_of(text, start, start + len(WORD)))


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Patient denies gout or stones", "cuedenied"),
        ("No fever, chills,\nor gout", "cuedenied"),
        ("gout: none", "cuedeniedafter"),
        ("Mother with gout", "cuerelative"),
        ("gout in his brother", "cuerelativeafter"),
        ("gout screening declined", "cuescreenedafter"),
        ("I authorize release of information on gout", "cueinaform"),
        ("Risks include gout", "cuerisk"),
        ("Allergies: gout medicine", "headallergies"),
        ("FAMILY HISTORY\nAsthma.\ngout", "headfamily"),
    ],
)
def test_a_cue_rules_its_clause(text: str, cue: str) -> None:
    assert cue in cues(text)


@pytest.mark.parametrize(
    "text",
    [
        "Denies fever. Treated for gout",
        "No fever but gout flared up",
        "He has gout; his mother is well",
        "gout flared. Tests: none",
        "Plan: rest\n- gout, continue allopurinol\n- no driving",
    ],
)
def test_a_cue_ends_with_its_clause(text: str) -> None:
    assert not {cue for cue in cues(text) if cue.startswith("cue") and cue != "cueless"}


@given(PLAIN_WORDS, PLAIN_WORDS)
def test_the_word_itself_is_never_told(before: str, after: str) -> None:
    text = f"{before} {WORD} {after}"
    start = len(before) + 1
    said = passage_around(text, start, start + len(WORD))
    assert WORD not in said
    assert MASK in said.split()
    assert said.split().count("cueless") == 1
