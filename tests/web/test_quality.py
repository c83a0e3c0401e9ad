"""Error rates of machine and team: what counts as a check, who had filed it, and how much it proves."""

from review.quality import ENOUGH, quality_of, rate_of
from schemas.decision import Wish
from store import corrections, documents
from store.database import reading, writing
from workers.resolve import resolve_item


def checked(desk, number, answer, *, by="pipeline"):
    """A document filed to M1 by the machine or by somebody, and decided again blind by somebody else."""
    if by == "pipeline":
        desk.put(number, f"{number}.pdf", status="filed", blind=True)
        item = f"item-{number}"
    else:
        desk.put(number, f"{number}.pdf")
        record = resolve_item(desk.stores, f"item-{number}", Wish(patient="M1", anyway=True), actor=by, now=desk.now)
        with writing(desk.stores.index) as conn:
            item = documents.ask(conn, record, ("policy.sampled",), by, desk.now, blind=True).id
    resolve_item(desk.stores, item, Wish(patient=answer, anyway=True), actor="user:b", now=desk.now)


def test_machine_and_team_are_told_apart_and_both_by_source_and_type(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    checked(desk, 1, "M1")
    checked(desk, 2, "M2")
    checked(desk, 3, "M1", by="user:a")
    with reading(desk.stores.index) as conn:
        found = quality_of(conn)
    assert (found.machine.all.checked, found.machine.all.wrong) == (2, 1)
    assert (found.team.all.checked, found.team.all.wrong) == (1, 0)
    assert [(name, rate.checked) for name, rate in found.machine.by_source.items()] == [("fax", 2)]
    assert set(found.team.by_type) == {"progress_note"}
    assert found.misfiled.checked == 0


def test_a_check_that_was_taken_back_or_made_before_does_not_count(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    checked(desk, 1, "M2")
    with writing(desk.stores.index) as conn:
        corrections.undo(conn, "item-1", "user:b", now=desk.now)
        assert quality_of(conn).machine.all.checked == 0
    checked(desk, 2, "M1")
    desk.pass_time(days=1)
    with reading(desk.stores.index) as conn:
        assert quality_of(conn).machine.all.checked == 1
        assert quality_of(conn, since=desk.now).machine.all.checked == 0


def test_a_persons_filing_says_nothing_of_the_machines_line(desk):
    from store import verdicts

    desk.people(("M1", "Doe"))
    checked(desk, 1, "M1", by="user:a")
    with reading(desk.stores.index) as conn:
        _, verdict = verdicts.of_source(conn, "fax")
        assert documents.get(conn, "doc1").patient_mrn == "M1"
    assert (verdict.blind, verdict.doubt, verdict.bound) == (True, None, None)


def test_a_rate_states_what_it_leaves_possible_and_no_share_of_a_few():
    none, one = rate_of([False] * ENOUGH), rate_of([True] + [False] * 299)
    assert (none.share, none.low) == (0.0, 0.0)
    assert abs(none.high - (1 - 0.025 ** (1 / ENOUGH))) < 1e-9  # the rule of three, exactly
    assert one.low < 1 / 300 < one.high < 0.02
    assert rate_of([True] * (ENOUGH - 1)).share is None
    assert rate_of([]).high == 1.0
