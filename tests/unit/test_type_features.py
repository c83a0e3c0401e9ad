"""What the text model sees of a document, and which texts are taken for copies of one report."""

from random import Random

import numpy as np
import pytest

from pipeline.engines.type_features import BUCKETS, END, PART, PASSAGE_BUCKETS, document_features, features
from samples import corpus, train
from samples.langbench.bodies import FOLDS, folds_of

NOTE = "REASON FOR CONSULTATION: Chest pain.\n\nHISTORY: He was well.  PLAN: Rest at home.\nASSESSMENT\nAngina."


def marks(text, part=4):
    buckets, _ = document_features(text)
    return set(buckets[(buckets >= part * PART) & (buckets < (part + 1) * PART)].tolist())


def test_headings_count_with_their_order_wherever_they_stand_in_a_line():
    other = NOTE.replace("REASON FOR CONSULTATION", "CHIEF COMPLAINT")
    turned = "ASSESSMENT\nAngina.\nPLAN: Rest at home.  HISTORY: He was well.  REASON FOR CONSULTATION: Chest pain."
    assert not marks(NOTE.replace(":", "").replace("ASSESSMENT", "Assessment"))
    assert not marks("Date: today it was all well")
    assert marks(NOTE) & marks(turned)
    assert marks(NOTE) - marks(turned)
    assert marks(NOTE) != marks(other)


def test_the_two_ends_of_a_text_are_told_from_its_middle():
    rng = Random(3)
    words = [f"{rng.choice('bcdfg')}{rng.choice('aeiou')}{rng.choice('lmnrst')}{at % 7}" for at in range(4 * END)]
    words = [word.replace(word[-1], "xyzwvuq"[int(word[-1])]) for word in words]
    middle = [*words[:END], *reversed(words[END:-END]), *words[-END:]]
    assert marks(" ".join(words), 5) == marks(" ".join(middle), 5)
    assert marks(" ".join(words), 5) != marks(" ".join(reversed(words)), 5)
    assert not marks(" ".join(words[: 2 * END]), 5)


@pytest.mark.parametrize("text", ["", ":", "A:", "\n\n", "12:30 pm", NOTE])
def test_every_text_has_features_and_what_a_passage_has_is_part_of_them(text):
    buckets, counts = document_features(text)
    plain, times = features(text)
    assert len(buckets) == len(counts) == len(set(buckets.tolist()))
    assert (buckets < BUCKETS).all()
    assert (plain < PASSAGE_BUCKETS).all()
    assert np.array_equal(buckets[: len(plain)], plain)
    assert np.array_equal(counts[: len(plain)], times)


def test_copies_of_one_report_are_held_together_and_reports_of_one_kind_are_not():
    rng = Random(2)
    reports = [corpus.body("operative_note", rng) for _ in range(4)]
    first = reports[0].split()
    copy = " ".join([*first[: len(first) // 3], "Dictated", "but", "not", "read.", *first[len(first) // 3 :]])
    shorter = " ".join(first[: 2 * len(first) // 3])
    told = train.near_copies([*reports, copy, shorter])
    assert told[4] == told[5] == told[0]
    assert len(set(told)) == 4


@pytest.mark.parametrize("seed", [1, 9])
def test_no_report_is_learnt_of_which_a_copy_is_judged(seed):
    texts = [train.Text("ecg", str(at), "report", f"{at // 3}") for at in range(50)]
    folds = folds_of(texts, seed)
    assert len(folds) == FOLDS
    assert sorted(text.text for fold in folds for text in fold.judge) == sorted(text.text for text in texts)
    for fold in folds:
        assert not {text.group for text in fold.learn} & {text.group for text in fold.judge}
        assert len(fold.learn) + len(fold.judge) == len(texts)
