"""Whether a new version may decide: better and equal ones may, those that are worse at anything that counts may not."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning import Exam, chance_of, figures, objections, of_live, of_other, sure_errors
from schemas.learning import Answer, Asked

RIGHT, WRONG, UNSURE, ASTRAY = Answer("a", True), Answer("b", True), Answer("a", False), Answer("b", False)


def exam(*pairs, certain=False, name="replay"):
    return Exam(name, tuple(Asked("a", live, other) for count, live, other in pairs for _ in range(count)), certain)


def test_a_version_that_answers_alike_or_better_may_decide():
    assert objections([exam((200, RIGHT, RIGHT), (5, WRONG, WRONG))]) == ()
    assert objections([exam((200, RIGHT, RIGHT), (5, WRONG, RIGHT), (9, ASTRAY, RIGHT))]) == ()


def test_new_sure_errors_speak_against_it_where_chance_does_not_explain_them():
    assert chance_of(5, 0) < 0.05 < chance_of(4, 0)
    assert objections([exam((995, RIGHT, RIGHT), (4, ASTRAY, WRONG))]) == ()
    (said,) = objections([exam((995, RIGHT, RIGHT), (5, ASTRAY, WRONG))])
    assert "surely wrong on 5 documents" in said
    assert objections([exam((990, RIGHT, RIGHT), (5, ASTRAY, WRONG), (3, WRONG, RIGHT))]) == ()


def test_where_the_truth_is_known_one_more_is_too_many():
    (said,) = objections([exam((999, RIGHT, RIGHT), (1, ASTRAY, WRONG), certain=True)])
    assert "surely wrong on 1" in said
    assert objections([exam((998, RIGHT, RIGHT), (1, ASTRAY, WRONG), (1, WRONG, RIGHT), certain=True)]) == ()


def test_coverage_may_fall_by_three_points_and_no_more():
    assert objections([exam((97, RIGHT, RIGHT), (3, RIGHT, UNSURE))]) == ()
    (said,) = objections([exam((96, RIGHT, RIGHT), (4, RIGHT, UNSURE))])
    assert said == "replay: sure of 96 of 100 documents instead of 100"


def test_no_type_may_be_found_less_often():
    others = tuple(Asked("c", Answer("c", True), Answer("c", True)) for _ in range(1000))
    lost = tuple(Asked("a", UNSURE, ASTRAY) for _ in range(3))
    (said,) = objections([Exam("gold", (*others, *lost))])
    assert said == "gold: finds 0 of 3 documents of type a instead of 3"
    assert objections([Exam("gold", (*others, *lost[:2]))]) == ()


answers = st.builds(Answer, st.sampled_from("abc"), st.booleans())
asked = st.lists(st.builds(Asked, st.sampled_from("abc"), answers, answers), max_size=60).map(tuple)


@given(asked)
def test_the_same_answers_are_never_worse_and_the_truth_is_never_worse(rows):
    same = tuple(one._replace(other=one.live) for one in rows)
    truth = tuple(one._replace(other=Answer(one.truth, True)) for one in rows)
    assert objections([Exam("x", same, certain=True), Exam("x", truth, certain=True)]) == ()


@given(asked)
def test_figures_count_what_was_asked(rows):
    exam = Exam("x", rows)
    for found in (of_live(exam), of_other(exam)):
        assert found.asked == len(rows)
        assert 0 <= found.error <= 1
        assert 0 <= found.coverage <= 1
    gained, lost = sure_errors(rows)
    assert (
        round(of_other(exam).error * of_other(exam).coverage * len(rows)) - round(of_live(exam).error * of_live(exam).coverage * len(rows))
        == gained - lost
    )
    assert figures([]) == (0, 0.0, 0.0, 0.0)
