"""How training pages are judged and turned into curves of confidence."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.confidence import KINDS, KNOTS, LEVELS
from samples.readpages import TrueWord
from samples.tune_read import Seen, fit, held_out, rightness
from schemas.page import Box, Word


def at(x, y=0.5):
    return Box(x, y, x + 0.03, y + 0.012)


def judged(read, printed):
    return list(rightness([Word(text, at(x), 0.9, 0) for text, x in read], [TrueWord(text, at(x)) for text, x in printed]))


@pytest.mark.parametrize(
    ("read", "printed", "right"),
    [
        ("Reed", "Reed", True),
        ("Reed", "Reed,", False),
        ("-", "-", True),
        ("|", "-", False),
        ("O'Neil", "O’Neil", True),
        ("5-7", "5–7", True),
        ("[X]", "X", True),
        ("[]", "X", False),
    ],
)
def test_a_word_is_right_sign_for_sign(read, printed, right):
    assert judged([(read, 0.1)], [(printed, 0.1)]) == [right]


def test_every_printed_word_counts_once_and_where_it_stands():
    assert judged([("no", 0.1), ("no", 0.1)], [("no", 0.1)]) == [True, False]
    assert judged([("no", 0.5)], [("no", 0.1)]) == [False]
    assert judged([("no", 0.14), ("no", 0.10)], [("no", 0.10), ("no", 0.18)]) == [True, True]  # the nearer one is taken


def seen(rng, count, share, *, kind="word", wear="one", layout="a"):
    """Words of one quality, right as often as `share` of their raw confidence."""
    raws = rng.random(count)
    return [Seen("fax", float(rng.uniform(0.7, 0.95)), float(raw), bool(rng.random() < share(raw)), layout, wear, kind) for raw in raws]


@pytest.mark.parametrize("seed", range(3))
def test_words_are_stated_as_they_were_right_whatever_signs_there_were(seed):
    rng = np.random.default_rng(seed)
    made = fit([*seen(rng, 8000, lambda raw: raw**2), *seen(rng, 800, lambda _: 0.1, kind="sign"), *seen(rng, 800, lambda _: 0.5, kind="short")])
    for curve in made["fax", "word"]:
        assert np.abs(np.array(curve) - np.square(KNOTS)).max() < 0.1
        assert curve == sorted(curve)
    assert [len(made["fax", kind]) for kind in KINDS] == [len(LEVELS)] * len(KINDS)
    assert np.abs(np.array(made["fax", "sign"]) - 0.1).mean() < 0.1


def test_no_word_is_judged_by_its_own_hand_or_layout():
    rng = np.random.default_rng(5)
    hands = [(wear, layout, kind) for wear in "xy" for layout in "ab" for kind in KINDS]
    words = [w for wear, layout, kind in hands for w in seen(rng, 200, lambda _, x=wear == "x": 0.1 + 0.8 * x, kind=kind, wear=wear, layout=layout)]
    stated = list(held_out(words))
    assert len(stated) == len(words)
    assert all((value > 0.5) == (word.wear == "y") for word, value in stated)  # by what the other hand's words were
