"""What decisions prove: needed counts, fixed-sequence thresholds that keep their risk, a watch that stops bad lines and few good ones."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.certify import (
    GRID,
    RISK,
    RUNGS,
    WORSE,
    Decision,
    Watch,
    climb,
    first_look,
    looks,
    needed,
    next_look,
    proposing,
    standing,
    threshold,
    upper_bound,
)
from schemas.line import LineKind, Verdict
from schemas.rules import MatchRules
from workers import show_match
from workers.status import filing_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BUILTIN, CERTIFIED, SHADOW = (MatchRules(autofile=mode) for mode in ("builtin", "certified", "shadow"))


def decisions(count, wrong=(), doubt=1e-8):
    return [Decision(doubt, place in wrong) for place in range(count)]


def verdict(wrong=False, doubt=1e-8, blind=False, unknown=False, model="1"):
    return Verdict("i", "d", "fax", doubt, "M1", None if wrong else "M1", blind, 1e-4 if blind else None, unknown, model, "clerk", NOW)


@pytest.mark.parametrize(
    ("errors", "bound", "count"), [(0, 1e-3, 2995), (0, 3e-4, 9985), (0, 1e-4, 29956), (1, 1e-4, 47437), (2, 1e-4, 62956), (1, 1e-3, 4742)]
)
def test_as_many_decisions_as_the_ladder_names_prove_a_bound_and_one_less_does_not(errors, bound, count):
    assert needed(errors, bound) == count
    assert upper_bound(errors, count) <= bound < upper_bound(errors, count - 1)
    assert threshold(decisions(count, range(errors)), bound) == 1.0
    assert threshold(decisions(count - 1, range(errors)), bound) is None


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(50, 5000))
def test_more_errors_prove_less_and_more_decisions_more(errors, count):
    assert upper_bound(errors, count) >= upper_bound(errors - 1, count)
    assert upper_bound(errors, count) >= upper_bound(errors, count + 50)
    assert upper_bound(count, count) == 1.0


def test_a_line_stops_below_the_first_group_that_is_not_proved():
    sure, poor = decisions(3500, doubt=1e-9), decisions(500, range(40), doubt=1e-4)
    line = threshold(poor + sure, 1e-3)
    assert line in GRID
    assert 1e-9 <= line < 1e-4


def population(generator, count, at):
    """Raw doubts and errors whose share grows with the doubt, `at` being the share among the surest half."""
    doubts = 10.0 ** generator.uniform(-12, -2, count)
    chance = np.where(doubts < 1e-7, at, np.minimum(0.5, at * 3 * (np.log10(doubts) + 8)))
    return doubts, generator.random(count) < chance


def test_a_certified_line_holds_as_often_as_it_says():
    """Six hundred sites whose every line is just a little worse than the bound: at most one in twenty may certify one."""
    generator, bound, trials = np.random.default_rng(5), 0.01, 600
    certified = 0
    for _ in range(trials):
        doubts, wrong = population(generator, 1200, 1.02 * bound)
        certified += threshold([Decision(d, w) for d, w in zip(doubts.tolist(), wrong.tolist(), strict=True)], bound) is not None
    assert certified / trials <= RISK + 3 * (RISK * (1 - RISK) / trials) ** 0.5


def test_a_good_site_is_certified():
    generator = np.random.default_rng(6)
    doubts, wrong = population(generator, 40_000, 1e-5)
    found = climb([Decision(d, w) for d, w in zip(doubts.tolist(), wrong.tolist(), strict=True)])
    assert found is not None
    assert found[0] == 3e-4
    assert found[1] >= 1e-8


@pytest.mark.parametrize("bound", RUNGS)
def test_all_looks_together_risk_no_more_than_one_in_twenty(bound):
    taken = list(looks(bound, 10**9))
    assert taken[0] == (first_look(bound), RISK / 2)
    assert sum(risk for _, risk in taken) <= RISK


def test_whoever_looks_again_and_again_certifies_wrongly_less_than_one_time_in_twenty():
    """Sites a little worse than the bound, followed through six looks."""
    generator, bound, trials, certified = np.random.default_rng(9), 0.02, 500, 0
    for _ in range(trials):
        found = [Decision(1e-8, bool(wrong)) for wrong in generator.random(32 * first_look(bound)) < 1.02 * bound]
        certified += any(threshold(found[:at], bound, risk) is not None for at, risk in looks(bound, len(found)))
    assert certified / trials <= RISK + 3 * (RISK * (1 - RISK) / trials) ** 0.5


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 40_000), max_size=12))
def test_no_rung_is_proved_where_one_before_it_never_was(wrong):
    found = decisions(40_000, set(wrong))
    best, proved = climb(found), [any(threshold(found[:at], rung, risk) for at, risk in looks(rung, len(found))) for rung in RUNGS]
    assert best is None or all(proved[: RUNGS.index(best[0]) + 1])


def test_the_ladder_is_climbed_rung_by_rung():
    assert [first_look(bound) for bound in RUNGS] == [3688, 12295, 36887]
    assert climb(decisions(3687)) is None
    assert climb(decisions(3688)) == (1e-3, 1.0)
    assert climb(decisions(12295)) == (3e-4, 1.0)
    assert climb(decisions(36887)) == (1e-4, 1.0)
    assert climb(decisions(36887, [5])) == (3e-4, 1.0)  # the surest group has the error: no look proves the last rung
    assert climb(decisions(73774, [5])) == (1e-4, 1.0)
    assert [next_look(None, 0), next_look(None, 3688), next_look(1e-3, 3700), next_look(1e-4, 10**6)] == [3688, 7376, 12295, None]


def test_errors_after_a_line_was_proved_take_it_down_rung_by_rung():
    proved = decisions(36887)
    errors = decisions(120, range(120))
    assert climb(proved) == (1e-4, 1.0)
    assert climb(proved + errors[:1]) == (3e-4, 1.0)
    assert climb(proved + errors[:9]) == (1e-3, 1.0)
    assert climb(proved + errors) is None
    assert standing([verdict()] * 36887 + [verdict(wrong=True)] * 120, rules=CERTIFIED, model="1").line.kind is LineKind.BUILTIN
    again = decisions(needed(1, 1e-4) - 36887)
    assert climb(proved + errors[:1] + again) == (1e-4, 1.0)  # what a look has earned stands again once everything proves it


def test_errors_among_the_less_sure_lower_a_line_below_them():
    surest, proved = decisions(36887, doubt=1e-9), decisions(36887, doubt=1e-9) + decisions(36887, doubt=1e-6)
    assert climb(proved) == (1e-4, 1.0)
    bound, doubt = climb(proved + decisions(40, range(40), doubt=1e-6))
    assert bound == 1e-4
    assert 1e-9 <= doubt < 1e-6
    assert climb(surest + decisions(40, range(40), doubt=1e-3))[1] < 1e-3


@settings(deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(3688, 9000))
def test_one_more_error_never_raises_a_line(wrong, count):
    line, so_far = climb(decisions(count)), decisions(count)
    for found in wrong:
        so_far = [*so_far, Decision(1e-8, found)]
        after = climb(so_far)
        if found and line is not None:
            assert after is None or after[0] > line[0] or (after[0] == line[0] and after[1] <= line[1])
        line = after


def alarm_share(bound, true_share, checks, trials, seed):
    """How often the watch stops a line; only an error can raise the alarm, so the checks between are counted at once."""
    generator, alarms = np.random.default_rng(seed), 0
    between = np.log1p(-np.minimum(0.5, np.array(WORSE) * bound)) - np.log1p(-bound)
    for _ in range(trials):
        watch, at = Watch(), 0
        while not watch.alarmed:
            step = int(generator.geometric(true_share))
            at += step
            if at > checks:
                break
            odds = tuple((np.array(watch.odds) + (step - 1) * between).tolist())
            watch = Watch(watch.checks + step - 1, watch.errors, odds).after(True, bound)
        alarms += watch.alarmed
    return alarms / trials


def test_the_watch_stops_a_line_that_holds_less_than_one_time_in_twenty():
    """Looked at after every one of a hundred thousand checks, with exactly as many errors as the line allows."""
    trials = 400
    assert alarm_share(1e-3, 1e-3, 100_000, trials, 7) <= RISK + 3 * (RISK * (1 - RISK) / trials) ** 0.5


def test_the_watch_stops_a_line_that_is_ten_times_too_bad():
    assert alarm_share(1e-3, 1e-2, 2_000, 200, 8) >= 0.95


@given(st.lists(st.booleans(), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_an_error_raises_the_odds_of_a_worse_line_and_a_good_check_lowers_them(found):
    watch = Watch()
    for wrong in found:
        after = watch.after(wrong, 1e-3)
        assert all((b > a) is wrong for a, b in zip(watch.odds, after.odds, strict=True))
        watch = after
    assert (watch.checks, watch.errors) == (len(found), sum(found))


def test_before_enough_decisions_the_line_that_ships_applies():
    found = standing([verdict(), verdict(unknown=True)], rules=CERTIFIED, model="1")
    assert (found.line.kind, found.line.stated, found.decisions, found.rung, found.unknown_share) == (LineKind.BUILTIN, 1e-4, 2, None, 0.5)
    assert found.next_look == 3688
    assert standing([], rules=CERTIFIED, model="1").unknown_share is None


def test_a_proved_line_below_the_last_rung_files_nothing_that_the_shipped_one_would_hold():
    some = standing([verdict()] * 3688, rules=CERTIFIED, model="1").line
    assert (some.kind, some.bound, some.doubt, some.stated) == (LineKind.CERTIFIED, 1e-3, 1.0, 1e-4)
    proved = standing([verdict()] * 36887, rules=CERTIFIED, model="1").line
    assert (proved.kind, proved.bound, proved.doubt, proved.stated) == (LineKind.CERTIFIED, 1e-4, 1.0, None)


def test_the_mode_says_which_line_applies():
    many = [verdict()] * 3688
    assert [standing(many, rules=rules, model="1").line.kind for rules in (BUILTIN, SHADOW, CERTIFIED)] == ["builtin", "shadow", "certified"]
    assert proposing(BUILTIN).max_p_wrong == 1e-4
    assert proposing(CERTIFIED).max_p_wrong == proposing(SHADOW).max_p_wrong == 0.01


def test_decisions_on_another_matcher_and_on_no_choice_prove_nothing():
    old = [verdict(model="0")] * 3688
    none = [replace(verdict(), doubt=None, machine_mrn=None)] * 3688
    found = standing([*old, *none], rules=CERTIFIED, model="1")
    assert (found.decisions, found.seen, found.rung) == (0, 7376, None)


def test_nobody_chosen_is_not_wrong_and_nobody_known_is():
    assert not replace(verdict(), machine_mrn=None, clerk_mrn="M2").wrong
    assert replace(verdict(), clerk_mrn=None).wrong


def test_status_says_decisions_errors_bound_and_share_of_unknown_people():
    told = filing_of(standing([*[verdict()] * 98, verdict(wrong=True), verdict(unknown=True)], rules=CERTIFIED, model="1"))
    assert (told["decisions"], told["errors"], told["unknown people"], told["bound"]) == (100, 1, 0.01, 1e-4)
    assert told["errors at most"] == pytest.approx(upper_bound(1, 100), abs=1e-6)
    assert told["next tested at"] == 3688
    assert show_match.standing(told).splitlines() == [
        "builtin: the line that ships, from simulated documents; not proved on this source's decisions",
        "promised: 1 in 10,000 wrong at most",
        "decisions that count: 100, 1 of them wrong, with 95 % certainty 4.656% at most; no bound is proved by them; tested next at 3,688",
        "random checks under this line: 0, 0 of them wrong",
        "about people who were not in the index: 1.0% of 100 decisions of every kind",
    ]
