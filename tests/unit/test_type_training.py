"""Teaching the text model: what a house's examples change, and what they must leave alone."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from pipeline.engines.spacy_types import DoctypeComponent
from pipeline.engines.type_training import ENOUGH, fit_from, learnable
from samples import corpus, train

KNOWN = ("ecg", "laboratory_report", "fax_cover", "operative_note", "discharge_summary")
WOUND = "Wound care visit. Pressure ulcer of the {place}, stage {n}, {n} cm by 2 cm with slough. Dressing changed, foam applied, offloading taught."
PLACES = ("sacrum", "left heel", "right heel", "coccyx", "left hip", "right ankle", "elbow")


def best(model, text):
    scores = model.scores(text)
    return max(scores, key=scores.get)


def texts(slugs, count, seed):
    rng = Random(seed)
    return [(slug, train.as_page(corpus.body(slug, rng), 0.02, rng)) for slug in slugs for _ in range(count)]


def wounds(count, seed=5):
    rng = Random(seed)
    return [("wound_care_note", corpus.furnish(WOUND.format(place=rng.choice(PLACES), n=rng.randint(1, 4)), rng)) for _ in range(count)]


@pytest.fixture(scope="module")
def base():
    return replace(train.fit([train.Text(slug, text, "seed", slug) for slug, text in texts(KNOWN, 12, 1)]), temperature=0.2)


def test_a_new_type_is_known_from_twenty_examples_and_no_other_is_lost(base):
    taught = fit_from(base, wounds(ENOUGH), seed=1)
    assert taught.slugs == (*base.slugs, "wound_care_note")
    assert [best(taught, text) for _, text in wounds(10, seed=6)] == ["wound_care_note"] * 10
    unseen = texts(KNOWN, 6, 2)
    kept = [best(taught, text) == best(base, text) for _, text in unseen]
    assert sum(kept) >= 0.95 * len(kept)


def test_too_few_examples_begin_no_type(base):
    examples = wounds(ENOUGH - 1)
    assert learnable(base, examples) == frozenset()
    assert fit_from(base, examples, seed=1) is base


def test_no_examples_leave_the_model_as_it_is(base):
    assert fit_from(base, [], seed=1) is base


def test_a_kind_of_page_that_was_mistaken_is_learnt(base):
    odd = [("laboratory_report", text) for _, text in wounds(30)]
    assert best(base, odd[0][1]) != "laboratory_report" or base.scores(odd[0][1])["laboratory_report"] < 0.9
    taught = fit_from(base, odd[:15], seed=1)
    assert [best(taught, text) for _, text in odd[15:]] == ["laboratory_report"] * 15


def test_examples_that_agree_with_the_base_change_little(base):
    agreed = texts(KNOWN, 4, 3)
    taught = fit_from(base, agreed, seed=1)
    unseen = texts(KNOWN, 4, 4)
    moved = [abs(taught.scores(text)[slug] - base.scores(text)[slug]) for slug, text in unseen]
    assert max(moved) < 0.25


def test_the_same_examples_give_the_same_model(base):
    a, b = (fit_from(base, wounds(25), seed=1) for _ in range(2))
    assert np.array_equal(a.weights, b.weights)


def test_a_taught_model_is_kept_and_read_again(base, tmp_path):
    taught = fit_from(base, wounds(25), seed=1)
    DoctypeComponent(taught).to_disk(tmp_path)
    again = DoctypeComponent().from_disk(tmp_path).linear
    text = wounds(1, seed=9)[0][1]
    assert again.scores(text) == pytest.approx(taught.scores(text))
    assert np.array_equal(again.anchors, base.anchors)


def test_shares_stay_shares(base):
    taught = fit_from(base, wounds(25), seed=1)
    for text in ("", "12345", "wound " * 2000):
        assert sum(taught.scores(text).values()) == pytest.approx(1, abs=1e-4)


def test_the_same_text_many_times_teaches_as_well(base):
    taught = fit_from(base, wounds(8) * 40, seed=1)
    assert best(taught, wounds(1, seed=9)[0][1]) == "wound_care_note"
    assert np.isfinite(taught.weights.astype(np.float64)).all()
