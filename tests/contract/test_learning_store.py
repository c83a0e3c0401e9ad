"""Corrections, versions and what shadows say, on both kinds of database."""

from dataclasses import replace
from datetime import timedelta

from test_index import LATER, NOW, item, record

from schemas.learning import Answer, Asked
from schemas.record import DocumentStatus
from store import audit, corrected, corrections, documents, models, opinions, queue, recuts, scrubs, shadows
from store.database import writing

FILE = {"act": "file", "mrn": "M1", "type": "consultation", "fields": {"patient_name": "DOE, JANET"}}


def held(engine, take, name="d1", **facts):
    """A held document of one page and its item."""
    delivery = take(name)[0]
    one = record(delivery, status=DocumentStatus.REVIEW, **facts)
    with writing(engine) as conn:
        documents.settle(
            conn, delivery=delivery, page_count=1, records=[one], texts={one.id: f"words of {name}"}, items=[item(one, f"i-{name}")], now=NOW
        )
    return one


def decide(engine, item_id, actor, decision=FILE):
    with writing(engine) as conn:
        return documents.resolve(conn, item_id=item_id, actor=actor, decision=decision, now=LATER)


def check(engine, document, actor, decision=FILE):
    """Somebody else's blind check."""
    with writing(engine) as conn:
        asked = documents.ask(conn, document, ["policy.sampled"], "pipeline", LATER, blind=True)
        return asked.id, documents.resolve(conn, item_id=asked.id, actor=actor, decision=decision, now=LATER)


def test_a_decision_leaves_a_row_a_thing_with_its_place_and_who_said_it(engine, take):
    one = held(engine, take, evidence={"versions": {"model": "v3"}})
    decide(engine, "i-d1", "user:a")
    with writing(engine) as conn:
        rows = corrected.of_document(conn, one.id)
        assert [(row.what, row.old, row.new) for row in rows] == [
            ("type", "progress_note", "consultation"),
            ("patient", "M1", "M1"),
            ("field.patient_name", "DOE, JANE", "DOE, JANET"),
        ]
        assert {(row.actor, row.item_id, row.model, row.sender, row.checked) for row in rows} == {("user:a", "i-d1", "v3", "source:fax", False)}
        assert (rows[2].page, rows[2].box) == (1, (0.1, 0.1, 0.4, 0.2))
        assert len({row.words for row in rows}) == 1
        assert "DOE" not in str([entry.entry for entry in audit.entries(conn)])


def test_what_two_people_say_is_agreed_until_somebody_says_otherwise_or_takes_it_back(engine, take):
    one = held(engine, take)
    filed = decide(engine, "i-d1", "user:a")
    with writing(engine) as conn:
        assert corrected.agreed(conn, "type") == []
    checked, filed = check(engine, filed, "user:b")
    with writing(engine) as conn:
        assert [(row.new, row.checked, row.actor) for row in corrected.agreed(conn, "type")] == [("consultation", True, "user:b")]
        assert corrected.confirmed_since(conn, "type", 0) == 1
        assert corrected.confirmed_since(conn, "type", corrected.newest(conn)) == 0
    with writing(engine) as conn:
        before = corrected.of_document(conn, one.id)
        corrections.undo(conn, checked, "user:b", now=LATER)
        after = corrected.of_document(conn, one.id)
        assert after[: len(before)] == before
        assert [row.takes_back for row in after[len(before) :]] == [row.sequence for row in before if row.item_id == checked]
        assert corrected.agreed(conn, "type") == []
        assert corrected.confirmed_since(conn, "type", 0) == 0
    check(engine, filed, "user:c")
    check(engine, filed, "user:d", {**FILE, "type": "progress_note"})
    with writing(engine) as conn:
        assert corrected.agreed(conn, "type") == []


def test_one_person_twice_is_one_person(engine, take):
    held(engine, take)
    check(engine, decide(engine, "i-d1", "user:a"), "user:a")
    with writing(engine) as conn:
        assert corrected.agreed(conn, "type") == []


def test_a_kept_answer_counts_and_is_taken_back_like_a_decision(engine, take):
    one = held(engine, take)
    with writing(engine) as conn:
        again = opinions.keep(conn, queue.get(conn, "i-d1"), "user:a", FILE, ["sensitive"], now=NOW)
        assert [row.actor for row in corrected.of_document(conn, one.id)] == ["user:a"] * 3
    decide(engine, again.id, "user:b")
    with writing(engine) as conn:
        assert [row.new for row in corrected.agreed(conn, "field.patient_name")] == ["DOE, JANET"]


def test_a_kept_answer_taken_back_is_a_row_more(engine, take):
    one = held(engine, take)
    with writing(engine) as conn:
        opinions.keep(conn, queue.get(conn, "i-d1"), "user:a", FILE, ["sensitive"], now=NOW)
        corrections.undo(conn, "i-d1", "user:a", now=LATER)
        rows = corrected.of_document(conn, one.id)
        assert [(row.old, row.new) for row in rows if row.what == "type"] == [("progress_note", "consultation"), ("consultation", "progress_note")]


def test_nobody_of_ours_is_said_of_the_patient_and_what_is_set_aside_otherwise_teaches_nothing(engine, take):
    one, other = held(engine, take), held(engine, take, "d2")
    decide(engine, "i-d1", "user:a", {"act": "set_aside", "reason": "patient.none"})
    decide(engine, "i-d2", "user:a", {"act": "set_aside", "reason": "duplicate.near"})
    with writing(engine) as conn:
        assert [(row.what, row.old, row.new) for row in corrected.of_document(conn, one.id)] == [("patient", "M1", None)]
        assert corrected.of_document(conn, other.id) == []


def test_cuts_are_rows_too(engine, take):
    delivery = take("d1")[0]
    one = record(delivery, (1, 2, 3), status=DocumentStatus.REVIEW)
    with writing(engine) as conn:
        documents.settle(conn, delivery=delivery, page_count=3, records=[one], texts={one.id: "words"}, items=[item(one)], now=NOW)
        fence = queue.claim(conn, "i1", "user:a", now=NOW)
        recut = recuts.ask(conn, queue.get(conn, "i1"), [(1,), (2, 3)], "user:a", fence, may=[one.id], now=NOW)
        assert [(row.what, row.old, row.new) for row in corrected.of_document(conn, one.id)] == [("cut", "1 2 3", "1; 2 3")]
        recuts.fail(conn, recut, now=LATER)
        assert [row.takes_back is None for row in corrected.of_document(conn, one.id)] == [True, False]


def made(conn, key="sha256/aa/" + "a" * 64, **facts):
    plain = {"object_key": key, "base": "b", "upto": 1, "gold": ["d9"], "made_by": "user:a", "metrics": {}, "now": NOW}
    return models.add(conn, **plain | facts)


def states(conn):
    return {version.number: version.state.value for version in models.every(conn)}


def test_versions_go_live_one_at_a_time_and_back_step_by_step(engine):
    with writing(engine) as conn:
        assert models.at_work(conn) == (None, None)
        assert models.roll_back(conn, "user:a", NOW) is None
        first, second, third = made(conn), made(conn), made(conn)
        models.promote(conn, first, "user:a", NOW)
        models.shadow(conn, second, "user:a", NOW)
        models.shadow(conn, third, "user:a", NOW)
        assert states(conn) == {1: "live", 2: "retired", 3: "shadow"}
        fourth = made(conn)
        models.promote(conn, fourth, "user:a", NOW)
        assert states(conn) == {1: "retired", 2: "retired", 3: "retired", 4: "live"}
        models.roll_back(conn, "user:a", NOW)
        models.shadow(conn, third, "user:a", NOW)
        models.promote(conn, models.get(conn, third.number), "user:b", NOW)
        assert states(conn) == {1: "retired", 2: "retired", 3: "live", 4: "retired"}
        gone, back = models.roll_back(conn, "user:b", NOW)
        assert (gone.number, back.number, states(conn)) == (3, 1, {1: "live", 2: "retired", 3: "retired", 4: "retired"})
        gone, back = models.roll_back(conn, "user:b", NOW)
        assert (gone.number, back, states(conn)) == (1, None, {1: "retired", 2: "retired", 3: "retired", 4: "retired"})
        assert models.at_work(conn) == (None, None)
        said = " ".join(row.entry.action.removeprefix("model.") for row in reversed(audit.search(conn, action="model.")))
        assert said == "made made made promoted shadowed shadowed made promoted rolled_back shadowed promoted rolled_back rolled_back"
        assert list(scrubs.named(conn)).count("sha256/aa/" + "a" * 64) == 4


def test_a_version_keeps_what_was_found(engine):
    with writing(engine) as conn:
        version = models.judge(conn, made(conn), {"gold": 0.5}, ["one type is found less often"])
        assert models.get(conn, version.number) == version


def test_what_a_shadow_says_is_kept_and_what_it_disputes_comes_first(engine, take):
    with writing(engine) as conn:
        number = made(conn).number
    says = {"model": number, "live_type": "progress_note", "live_sure": True, "type": "consultation", "sure": False}
    delivery = take("d1")[0]
    pages = [record(delivery, (n,), status=DocumentStatus.REVIEW) for n in (1, 2)]
    pages[1] = replace(pages[1], evidence={"shadow": says})
    items = [item(pages[0], "old"), item(pages[1], "new", disputed=True, opened_at=NOW + timedelta(hours=1))]
    with writing(engine) as conn:
        documents.settle(conn, delivery=delivery, page_count=2, records=pages, texts={one.id: "w" for one in pages}, items=items, now=NOW)
        assert shadows.counts(conn, number) == (1, 1)
        assert shadows.asked(conn, number) == []
        assert [one.id for one in queue.open_items(conn)] == ["new", "old"]
        assert queue.next_item(conn, "user:a", queue.Wanted(), now=LATER).id == "new"
    decide(engine, "new", "user:a")
    with writing(engine) as conn:
        assert shadows.asked(conn, number) == [Asked("consultation", Answer("progress_note", True), Answer("consultation", False))]
