"""The patient index: upserts, keys, name counts."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

import store.upsert
from schemas.faults import StoreFault
from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from store import journal, merges, patients
from store.database import reading, writing
from store.patients import PatientIndex, fold
from store.tables import name_count, patient_key
from store.upsert import UpsertCount

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JANE = IndexPatient("M1", "Doe", "Jane", dob="1980-02-03", phone="4405550199", city="Łódź")


def upsert(engine, *rows, **kwargs):
    return store.upsert.upsert(engine, rows, now=NOW, **kwargs)


def found(engine, *keys, limit=40):
    return [entry.mrn for entry in PatientIndex(engine).find(keys, limit=limit)]


def get(engine, mrn):
    with reading(engine) as conn:
        return patients.get(conn, mrn)


def test_an_entry_comes_back_as_it_was(engine):
    assert upsert(engine, (JANE, ("a",))) == UpsertCount(new=1)
    assert get(engine, "M1") == JANE
    assert get(engine, "M2") is None
    assert PatientIndex(engine).find(["a"], limit=5) == [JANE]


def test_the_same_again_changes_nothing(engine):
    upsert(engine, (JANE, ("a", "b")))
    assert upsert(engine, (JANE, ("b", "a"))) == UpsertCount(same=1)


def test_a_changed_entry_loses_its_old_keys_and_names(engine):
    upsert(engine, (JANE, ("a", "b")), (replace(JANE, mrn="M2"), ("a",)))
    moved = replace(JANE, last_name="Roe")
    assert upsert(engine, (moved, ("b", "c"))) == UpsertCount(changed=1)
    assert (found(engine, "a"), found(engine, "b"), found(engine, "c")) == (["M2"], ["M1"], ["M1"])
    assert PatientIndex(engine).frequencies(PatientClaim("DOE", "jane")) == NameFrequencies({"DOE": 1}, {"JANE": 2}, 2)
    assert get(engine, "M1") == moved


def test_new_keys_alone_are_a_change(engine):
    upsert(engine, (JANE, ("a",)))
    assert upsert(engine, (JANE, ("b",))) == UpsertCount(changed=1)
    assert (found(engine, "a"), found(engine, "b")) == ([], ["M1"])


def test_of_one_number_twice_the_later_row_counts(engine):
    assert upsert(engine, (JANE, ("a",)), (replace(JANE, dob=""), ("a",))) == UpsertCount(new=1, changed=1)
    assert get(engine, "M1").dob == ""
    assert patients.size(engine) == 1


def test_who_shares_most_keys_comes_first_then_the_rarer(engine):
    rows = [(replace(JANE, mrn=f"common{n}"), ("common",)) for n in range(5)]
    upsert(engine, *rows, (replace(JANE, mrn="rare"), ("rare",)), (replace(JANE, mrn="both"), ("common", "x")))
    assert found(engine, "common", "x", "rare")[:2] == ["both", "rare"]
    assert len(found(engine, "common", "x", "rare", limit=3)) == 3
    assert found(engine) == found(engine, "nobody") == []


def test_who_shares_few_of_the_keys_that_another_shares_is_left_out(engine):
    keys = tuple(f"k{n}" for n in range(10))
    upsert(engine, (JANE, keys), (replace(JANE, mrn="two"), keys[:2]), (replace(JANE, mrn="one"), keys[:1]))
    assert found(engine, *keys) == ["M1", "two"]
    assert set(found(engine, keys[0])) == {"M1", "one", "two"}


def test_a_key_that_everybody_shares_is_passed_over(engine):
    upsert(engine, *((replace(JANE, mrn=f"m{n:03}"), ("all", "half" if n % 2 else "other")) for n in range(402)), (replace(JANE, mrn="z"), ("z",)))
    assert found(engine, "all", "z") == ["z"]
    assert len(found(engine, "all", limit=1000)) == 402
    assert found(engine, "all", "half", limit=1) == ["m001"]


def test_a_key_known_to_be_common_is_passed_over_and_followed_all_the_same(engine):
    now = [0.0]
    index = PatientIndex(engine, clock=lambda: now[0])
    upsert(engine, *((replace(JANE, mrn=f"m{n:03}"), ("all",)) for n in range(251)), (replace(JANE, mrn="z"), ("z",)))
    for _ in range(2):
        assert len(index.find(["all"], limit=1000)) == 251
        assert [entry.mrn for entry in index.find(["all", "z"], limit=9)] == ["z"]
    upsert(engine, (replace(JANE, mrn="m000"), ("gone",)))
    now[0] = 60.0
    assert len(index.find(["all", "z"], limit=1000)) == 251


def test_every_change_of_the_index_is_counted_and_nothing_else(engine):
    def after(act):
        before = patients.changes(engine)
        act()
        return patients.changes(engine) - before

    def merging(act, *mrns):
        with writing(engine) as conn:
            act(conn, *mrns, actor="clerk", now=NOW)

    other = replace(JANE, mrn="M2")
    assert after(lambda: upsert(engine, (JANE, ("a",)), (other, ("a",)))) == 1
    assert after(lambda: upsert(engine, (JANE, ("a",)), (other, ("a",)))) == 0
    assert after(lambda: upsert(engine, (replace(JANE, city="Lodz"), ("a",)))) == 1  # no name changes with it
    assert after(lambda: merging(merges.merge, "M2", "M1")) == 1
    assert after(lambda: merging(merges.merge, "M2", "M1")) == 0
    assert after(lambda: merging(merges.unmerge, "M2")) == 1
    assert patients.size(engine) == 2


def test_of_merged_people_enough_others_are_found(engine):
    upsert(engine, *((replace(JANE, mrn=f"m{n}"), ("a",)) for n in range(8)))
    with writing(engine) as conn:
        for n in range(1, 4):
            merges.merge(conn, f"m{n}", "m0", actor="clerk", now=NOW)
    assert found(engine, "a", limit=3) == ["m0", "m4", "m5"]


def test_a_failing_database_is_a_fault_that_quotes_nothing(engine):
    with writing(engine) as conn:
        conn.exec_driver_sql("DROP TABLE patient_key")
    with pytest.raises(StoreFault) as fault:
        PatientIndex(engine).find(["N|DOE|JANE"], limit=5)
    assert "DOE" not in str(fault.value)


def test_names_are_counted_together_as_one_by_one(engine):
    upsert(engine, *((IndexPatient(str(n), last, first), ()) for n, (last, first) in enumerate([("Doe", "Al"), ("Doe", "Bo"), ("Roe", "Al")])))
    assert PatientIndex(engine).frequencies(PatientClaim("DOE", "AL"), PatientClaim("ROE", ""), PatientClaim("POE", "BO")) == NameFrequencies(
        {"DOE": 2, "ROE": 1, "POE": 0}, {"AL": 2, "BO": 1}, 3
    )


def test_frequencies_count_folded_names(engine):
    upsert(engine, (IndexPatient("1", "O'Brien", "José"), ()), (IndexPatient("2", "OBRIEN", "Jose"), ()), (IndexPatient("3", "", "Al"), ()))
    index = PatientIndex(engine)
    assert index.frequencies(PatientClaim("o’brien", "JOSE")) == NameFrequencies({"OBRIEN": 2}, {"JOSE": 2}, 3)
    assert index.frequencies(PatientClaim("Nobody", "")) == NameFrequencies({"NOBODY": 0}, {}, 3)


def test_counts_are_at_most_a_minute_old(engine):
    now = [0.0]
    index = PatientIndex(engine, clock=lambda: now[0])
    upsert(engine, (IndexPatient("1", "Doe", "Al"), ()))
    assert index.frequencies(PatientClaim("Doe", "Al")).last == {"DOE": 1}
    upsert(engine, (IndexPatient("2", "Doe", "Bo"), ()))
    assert index.frequencies(PatientClaim("Doe", "Al")).last == {"DOE": 1}
    now[0] = 60.0
    assert index.frequencies(PatientClaim("Doe", "Al")) == NameFrequencies({"DOE": 2}, {"AL": 1}, 2)


@pytest.mark.parametrize(("name", "folded"), [("Peña-Núñez III", "PENANUNEZIII"), ("  ", ""), ("李", ""), ("ß", "SS")])
def test_folds_to_letters(name, folded):
    assert fold(name) == folded


mrns = st.sampled_from([f"M{n}" for n in range(6)])
entries = st.builds(IndexPatient, mrn=mrns, last_name=st.sampled_from(["Doe", "Roe", ""]), first_name=st.sampled_from(["A", "B"]))
imports = st.lists(st.lists(st.tuples(entries, st.lists(st.sampled_from("abcd"), max_size=3).map(tuple)), max_size=8), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(imports, st.integers(1, 5))
def test_any_imports_leave_the_last_word_of_each(engine, runs, batch):
    with writing(engine) as conn:
        [conn.execute(table.delete()) for table in (patient_key, patients.patient, name_count)]
    last = {}
    for rows in runs:
        store.upsert.upsert(engine, rows, now=NOW, batch=batch)
        last |= {entry.mrn: (entry, set(keys)) for entry, keys in rows}
    assert patients.size(engine) == len(last)
    for key in "abcd":
        assert set(found(engine, key)) == {mrn for mrn, (_, keys) in last.items() if key in keys}
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(patient_key)).scalar() == sum(len(keys) for _, keys in last.values())
        counts = dict(conn.execute(select(name_count.c.name, name_count.c.bearers).where(name_count.c.kind == "last")).tuples().all())
    assert all(count == sum(fold(entry.last_name) == name for entry, _ in last.values()) for name, count in counts.items())


def test_an_import_lets_other_writers_through(engine):
    rows = ((replace(JANE, mrn=f"m{n}"), tuple(f"{n}.{k}" for k in range(12))) for n in range(6000))
    importing = threading.Thread(target=lambda: store.upsert.upsert(engine, rows, now=NOW, batch=500))
    importing.start()
    waits = []
    while importing.is_alive():
        began = time.monotonic()
        with writing(engine) as conn:
            journal.note_ignored(conn, source="fax", name=str(len(waits)), rule="*", now=NOW)
        waits.append(time.monotonic() - began)
        time.sleep(0.02)
    assert max(waits) < 5
    assert patients.size(engine) == 6000


def test_a_hundred_thousand_keys_are_found_quickly(engine):
    upsert(engine, *((replace(JANE, mrn=f"m{n}"), tuple(f"{n // (k + 1)}.{k}" for k in range(12))) for n in range(8000)))
    index, began = PatientIndex(engine), time.thread_time()
    for n in range(200):
        assert index.find([f"{n // (k + 1)}.{k}" for k in range(12)], limit=40)[0].mrn == f"m{n}"
    assert time.thread_time() - began < 2.0
