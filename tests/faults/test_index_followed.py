"""A change of the patient index is followed to the end, though whoever made it is killed at any commit: by repeating it, or by a worker alone."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import stub_worker
from sqlalchemy import create_engine, event, make_url
from test_rematch import JANE, NOTE, NOW, PAGE, TWICE, Composer, House

from pipeline import versions
from pipeline.certify import proposing
from pipeline.decide import line_up, patient_doubt
from pipeline.match import match_patient
from schemas.document import Extraction, Field, FieldName
from schemas.faults import StoreFault
from schemas.filing import BatchPlan, PlannedDocument
from schemas.page import Box
from store import documents, merges, owed, queue, recuts
from store.database import reading, writing
from store.patients import PatientIndex
from workers import aside, patients, recut, rematch
from workers.crew import LocalCrew
from workers.follow import LEFT_SECONDS, Unpaid, follow_up, look
from workers.ingest import ingest
from workers.merge import merge_entries
from workers.rematch import RECHECK
from workers.status import take_status
from workers.steps import Desk, process_file

OTTO = "M5,Zimmermann,Otto,M,1931-11-09,4405550123,4 Ash Road,12345"
OTTOS = {
    FieldName.PATIENT_NAME: "ZIMMERMANN, OTTO",
    FieldName.PATIENT_DOB: "1931-11-09",
    FieldName.PATIENT_SEX: "M",
    FieldName.PATIENT_PHONE: "4405550123",
}


class Killed(BaseException):
    """The end of the process: nothing after it runs."""


@contextmanager
def killed_after(engine, commits):
    """Die at the beginning of the transaction that would be written after so many; say whether that came."""
    begun, died = [], []

    def begin(conn):
        if conn.get_execution_options().get("writing"):
            begun.append(conn)
            if len(begun) > commits:
                died.append(commits)
                raise Killed

    event.listen(engine, "begin", begin)
    with suppress(Killed):
        yield died
    event.remove(engine, "begin", begin)


def before_import(house):
    house.people(OTTO)
    return {
        "absent": house.document("absent"),
        "unsure": house.document("unsure", doubts=("type.unsure",)),
        "otto": house.document("otto", says=OTTOS),
    }


def import_both(house):
    house.people(JANE, "M5,Adler,Ida,F,1970-07-07,,,")


def before_merge(house):
    house.people(JANE)
    first = house.document("first")
    house.people(TWICE)
    return {"first": first, "second": house.document("second"), "unsure": house.document("unsure", doubts=("type.unsure",))}


def before_parting(house):
    house.people(JANE, TWICE.replace("1980-02-03,", "1980-02-03,2165550177"))
    merge_entries(house.stores, house.config, "M2", "M1", actor="clerk", now=NOW)
    found = {
        "machine": house.document("machine"),
        "clerk": house.document("clerk", doubts=("type.unsure",)),
        "held": house.document("held", doubts=("type.unsure",)),
    }
    house.decide(found["clerk"], patient="M2")
    return found


CHANGES = {
    "import": (before_import, import_both),
    "merge": (before_merge, lambda house: house.merge("M2", "M1")),
    "part": (before_parting, lambda house: house.unmerge("M2")),
}


@pytest.fixture(params=["sqlite", "postgres"])
def build(request, tmp_path, monkeypatch):
    """Builds a house, or one that is as another was: build(name, like)."""
    monkeypatch.setattr(patients, "upsert", partial(patients.upsert, batch=1))
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))
    empty = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    built = []

    def do(name, like=None):
        if like:
            like.stores.index.dispose()
            shutil.copytree(like.folder, tmp_path / name)
        else:
            (tmp_path / name).mkdir()
        url = copy_of(like.config.index.url if like else empty, len(built)) if empty else ""
        house = House(tmp_path / name, index=url)
        built.append(house)
        if like:
            house.days = like.days
        else:
            house.people("X1,Other,Person,M,1950-05-05,,,")
        return house

    yield do
    for house in built:
        house.stores.index.dispose()
        if empty:
            serve(empty, f"DROP DATABASE {make_url(house.config.index.url).database}")


def copy_of(url, number):
    """The address of a database with everything that this one holds."""
    address = make_url(url)
    name = f"{address.database.partition('_')[0]}_{number}"
    serve(url, f"CREATE DATABASE {name} TEMPLATE {address.database}")
    return address.set(database=name).render_as_string(hide_password=False)


def serve(url, statement):
    """Have the server do this outside of any database."""
    server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql(statement)
    server.dispose()


def state(house, names):
    """What became of each document, and every question that was asked about it."""
    with reading(house.stores.index) as conn:
        asked = {name: [(item.reasons, item.resolved_at is None) for item in queue.of_document(conn, id_)] for name, id_ in names.items()}
        assert owed.standing(conn) == []
    house.is_whole()
    return {name: (house.seen(id_), asked[name]) for name, id_ in names.items()}


def a_worker_starts(house):
    desk = Desk(house.config, house.stores, None, house.folder, lambda: NOW + timedelta(days=70), lambda _: None)
    worker = aside.Aside(desk, None, LocalCrew(house.folder / "run", house.stores.index))
    worker.turn(time.monotonic(), busy=True)
    if worker._piece:
        assert worker._piece.result()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("build", "again"), [("sqlite", True), ("sqlite", False), ("postgres", False)], indirect=["build"])
def test_whoever_is_killed_at_any_commit_leaves_nothing_undone(build, change, again):
    prepare, act = CHANGES[change]
    prepared = build("prepared")
    names = prepare(prepared)
    held = state(prepared, names)
    house = build("whole", like=prepared)
    act(house)
    wanted = state(house, names)
    assert wanted != held
    for commits in range(1 - again, 20):
        house = build(f"killed{commits}", like=prepared)
        with killed_after(house.stores.index, commits) as died:
            act(house)
        if not died:
            break
        if again:
            act(house)
        a_worker_starts(house)
        found = state(house, names)
        # an import that was broken off between two batches has written the first one alone
        assert found == wanted or (change, commits, again) == ("import", 1, False)
    assert commits > 3


def test_what_a_clerk_has_answered_before_the_rest_is_asked_is_not_asked_again(build):
    house = build("house")
    names = before_parting(house)
    with killed_after(house.stores.index, 2):  # the parting, and the first question
        house.unmerge("M2")
    asked = [name for name in ("machine", "clerk") if house.items(names[name])]
    assert len(asked) == 1
    (item,) = house.items(names[asked[0]])
    assert item.reasons == (RECHECK,)
    house.days = 65
    house.decide(names[asked[0]], patient="M1")
    house.unmerge("M2")
    assert [len(house.items(names[name])) for name in ("machine", "clerk")] == [int(name != asked[0]) for name in ("machine", "clerk")]


def test_what_clerks_say_of_two_entries_is_followed_though_the_review_application_is_killed(build):
    house = build("house")
    house.people(JANE, TWICE)
    first, second = house.document("first"), house.document("second")
    with killed_after(house.stores.index, 1):
        house.tell_apart(first, patient="M1")
    assert "patient.duplicate" in house.seen(second)[2]
    a_worker_starts(house)
    assert "patient.duplicate" not in house.seen(second)[2]
    with killed_after(house.stores.index, 1):
        house.undo(first)
    a_worker_starts(house)
    assert "patient.duplicate" in house.seen(second)[2]


def test_a_worker_leaves_a_change_alone_while_more_come(build):
    house = build("house")
    index = house.stores.index

    def changed():
        with writing(index) as conn:
            owed.note(conn, owed.Act.WRITTEN, NOW)

    assert not look(index, None, 0.0).is_left(10**6)  # nothing is owed
    changed()
    assert look(index, None, 0.0).is_left(0.0)  # on starting: whoever did it may have died long ago
    seen = look(index, Unpaid(0, 0.0), 5.0)
    assert not seen.is_left(5.0 + LEFT_SECONDS - 1)
    changed()
    seen = look(index, seen, 60.0)
    assert not seen.is_left(60.0 + LEFT_SECONDS - 1)
    assert look(index, seen, 90.0).is_left(60.0 + LEFT_SECONDS)


def test_a_change_made_while_another_is_followed_is_not_struck_out_with_it(build, monkeypatch):
    house = build("house")
    house.document("absent")

    def recheck(*args, **kwargs):
        with writing(house.stores.index) as conn:
            owed.note(conn, owed.Act.WRITTEN, NOW)
        return real(*args, **kwargs)

    from workers import follow

    real = follow.recheck_filed
    monkeypatch.setattr(follow, "recheck_filed", recheck)
    house.people(JANE)
    with reading(house.stores.index) as conn:
        assert len(owed.standing(conn)) == 1


@pytest.mark.parametrize("crash", [False, True])
def test_cuts_that_are_made_during_an_import_are_matched_with_what_came(tmp_path, monkeypatch, crash):
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))
    house = House(tmp_path)
    house.people("X1,Other,Person,M,1950-05-05,,,")
    (tmp_path / "two").write_text("pages 2")
    (delivery,) = ingest([tmp_path / "two"], house.config, house.stores).deliveries

    def planned(parts, says, line):
        said = Extraction(tuple(Field(field, value, value, 0.95, 1, Box(0.1, 0.1, 0.2, 0.2), "label", 2) for field, value in says.items()))
        outcome = match_patient(said, PatientIndex(house.stores.index), rules=proposing(house.config.match))
        decision = line_up([*patient_doubt(outcome)], outcome, line)
        return BatchPlan(tuple(PlannedDocument(pages, decision, NOTE, said, outcome, versions=versions.STEPS, line=line) for pages in parts))

    def plan_parts(parts, line):
        made = planned([tuple(page.number for page in part) for part in parts], PAGE, line)
        house.people(JANE)
        return made

    plain = stub_worker.equip(house.config, house.stores)
    reader = replace(plain, plan=lambda pages, line: planned([(1, 2)], OTTOS, line), plan_parts=plan_parts, composer=Composer())
    desk = Desk(house.config, house.stores, reader, tmp_path / "scratch", lambda: NOW + timedelta(days=30), lambda _: None)
    process_file(desk, delivery.id, lambda _, step: step(), lambda parts, _: [])
    with writing(house.stores.index) as conn:
        (record,) = documents.of_delivery(conn, delivery.id)
        (item,) = queue.of_document(conn, record.id)
        fence = queue.claim(conn, item.id, "clerk", now=NOW)
        name = recuts.ask(conn, item, [(1,), (2,)], "clerk", fence, may=[record.id], now=NOW).id
    crashes = [StoreFault("gone")] * crash

    def catch_up(*args, **kwargs):
        if crashes:
            raise crashes.pop()
        return rematch.catch_up(*args, **kwargs)

    monkeypatch.setattr(recut, "catch_up", catch_up)
    for _ in range(1 + crash):
        with suppress(StoreFault):
            recut.settle_recut(desk, name)
    assert not crashes
    with reading(house.stores.index) as conn:
        assert [(one.status, one.patient_mrn) for one in documents.of_delivery(conn, delivery.id)] == [("filed", "M1")] * 2


def test_a_real_worker_process_does_what_was_left(tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))
    house = House(tmp_path)
    house.people(JANE)
    house.people(TWICE)
    name = house.document()
    assert house.seen(name)[0] == "review"
    with writing(house.stores.index) as conn:
        merges.merge(conn, "M2", "M1", actor="clerk", now=NOW)  # and killed
    said = take_status(house.config, house.folder / "var", house.stores, now=NOW)["patient index"]
    assert said == {"people": 1, "merged into others": 1, "changes still to be followed": 1}
    (tmp_path / "c.yaml").write_text("")
    told = os.environ | {"CHARTROOM_CONFIG": str(tmp_path / "c.yaml"), "CHARTROOM_DATA_DIR": str(tmp_path / "var")}
    worker = subprocess.Popen([sys.executable, "-m", "workers.work", "--slot", "0"], env=told, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while house.seen(name)[0] == "review" and time.monotonic() < until:
        time.sleep(0.2)
    worker.terminate()
    worker.wait(30)
    assert house.seen(name) == ("filed", "M1", ())
    assert follow_up(house.stores, house.config, now=NOW) == (0, (0, 0, 0))
