"""Merging and parting index entries: numbers lead to the survivor, aliases to the entry, and no document is lost whatever the order."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from pipeline.matching.keys import patient_keys
from schemas.faults import InputFault
from schemas.patient import IndexPatient, PatientClaim
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from store import apart, audit, documents, merges, owed, patients, queue, tables
from store.database import reading, writing
from store.patients import PatientIndex, fold
from store.search import search
from store.upsert import upsert

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SEQUENCES = int(os.environ.get("CHARTROOM_MERGE_SEQUENCES", "12"))  # `make bench-match` runs 2,000
JANE = IndexPatient("M1", "Doe", "Jane", dob="1980-02-03", phone="4405550199", address_line="12 Elm St", zip="12345")
JOAN = replace(JANE, mrn="M2", first_name="Joan", phone="4405550100")


def put(engine, *entries):
    return upsert(engine, [(entry, patient_keys(entry)) for entry in entries], now=NOW, keys_of=patient_keys)


def merge(engine, mrn, into):
    with writing(engine) as conn:
        return merges.merge(conn, mrn, into, actor="clerk", now=NOW)


def unmerge(engine, mrn):
    with writing(engine) as conn:
        return merges.unmerge(conn, mrn, actor="clerk", now=NOW)


def heads(engine, *mrns):
    with reading(engine) as conn:
        return [merges.survivor(conn, mrn) for mrn in mrns]


def found(engine, entry):
    return PatientIndex(engine).find(patient_keys(entry), limit=40)


def file(engine, take, settle, mrn, name="d1", at=NOW):
    delivery, _ = take(name)
    plain = DocumentRecord(
        *(name, delivery.id, delivery.name, delivery.sha256, (1,), DocumentStatus.FILED, "ecg", None, 0.9, mrn, 0.9, {}, (), "o"), at, {}
    )
    settle(delivery, 1, [plain], texts={name: "words"})


def exported(engine):
    with reading(engine) as conn:
        return {line["document_id"]: line["patient"]["mrn"] for line in documents.export(conn)}


def shown(engine, names):
    """What the export says of these documents alone."""
    with reading(engine) as conn:
        records = [documents.get(conn, name) for name in names]
        stands_for = merges.survivors(conn, [record.patient_mrn for record in records])
    return {record.id: documents.line_of(record, stands_for)["patient"]["mrn"] for record in records}


def test_a_former_name_phone_and_address_still_lead_to_the_entry(engine):
    put(engine, JANE)
    married = replace(JANE, last_name="Roe", phone="4405550777", address_line="9 Oak Ave", zip="54321")
    put(engine, married)
    put(engine, married)
    assert found(engine, married) == [married]
    (entry,) = found(engine, JANE)
    assert (entry.mrn, entry.last_name, entry.phone, entry.dob) == ("M1", "Doe", JANE.phone, JANE.dob)
    assert PatientIndex(engine).frequencies(PatientClaim("DOE", "JANE")).last == {"DOE": 0}


def test_a_former_surname_that_its_row_tells_no_more_still_leads_to_the_entry(engine):
    put(engine, replace(JANE, last_name="Roe", previous_last_name="Doe"))
    put(engine, replace(JANE, last_name="Roe"))
    put(engine, replace(JANE, last_name="Poe", previous_last_name="Roe"))
    assert {entry.last_name for entry in found(engine, JANE)} == {"Doe"}
    put(engine, replace(JANE, last_name="Poe"))
    assert [entry.last_name for entry in found(engine, replace(JANE, last_name="Roe"))] == ["Roe"]
    with reading(engine) as conn:
        assert len(conn.execute(select(tables.alias)).all()) == 2


def test_a_corrected_birth_date_is_no_alias(engine):
    put(engine, JANE)
    put(engine, replace(JANE, dob="1990-07-08", phone="4405550777"))
    assert [entry.dob for entry in found(engine, JANE)] == ["1990-07-08"]
    assert PatientIndex(engine).find(["D|1980-02-03"], limit=9) == []


def test_going_back_and_forth_leaves_one_alias_each(engine):
    moved = replace(JANE, phone="4405550777")
    for _ in range(3):
        put(engine, moved)
        put(engine, JANE)
    with reading(engine) as conn:
        assert len(conn.execute(select(tables.alias)).all()) == 2
    assert found(engine, JANE) == [JANE]


def test_new_kinds_of_keys_reach_aliases_too(engine):
    put(engine, JANE)
    moved = replace(JANE, phone="4405550777")
    put(engine, moved)
    upsert(engine, [(moved, ("new",))], now=NOW, keys_of=lambda entry: ("new", f"phone {entry.phone}"))
    assert [entry.phone for entry in PatientIndex(engine).find([f"phone {JANE.phone}"], limit=9)] == [JANE.phone]
    assert PatientIndex(engine).find([f"P|{JANE.phone}"], limit=9) == []


def test_of_a_merged_person_one_is_found_and_counted(engine):
    put(engine, JANE, JOAN)
    assert merge(engine, "M2", "M1")
    assert not merge(engine, "M2", "M1")
    assert [entry.mrn for entry in found(engine, JANE)] == ["M1"]
    assert [entry.mrn for entry in found(engine, JOAN)] == ["M2"]  # as registered, so that the matcher compares what fits
    assert PatientIndex(engine).frequencies(PatientClaim("DOE", "JOAN"))[:] == ({"DOE": 1}, {"JOAN": 0}, 1)
    put(engine, replace(JOAN, phone="4405550888"))
    assert patients.size(engine) == 1
    unmerge(engine, "M2")
    assert [entry.mrn for entry in found(engine, JANE)] == ["M1", "M2"]
    assert patients.size(engine) == 2


def test_documents_show_under_the_survivor_and_keep_their_number(engine, take, settle):
    put(engine, JANE, JOAN)
    file(engine, take, settle, "M2")
    merge(engine, "M2", "M1")
    assert exported(engine) == {"d1": "M1"}
    with reading(engine) as conn:
        assert documents.get(conn, "d1").patient_mrn == "M2"
        assert [record.id for record in documents.of_patient(conn, "M1")] == ["d1"] == [hit.document_id for hit in search(conn, "mrn:M1")]
        assert [hit.document_id for hit in search(conn, "mrn:M2")] == ["d1"]
    unmerge(engine, "M2")
    assert exported(engine) == {"d1": "M2"}


def test_what_is_filed_after_a_merge_goes_to_the_survivor(engine, take, settle):
    put(engine, JANE, JOAN)
    merge(engine, "M2", "M1")
    file(engine, take, settle, "M2")
    with reading(engine) as conn:
        assert documents.get(conn, "d1").patient_mrn == "M1"


def test_a_chain_of_merges_is_parted_link_by_link(engine):
    put(engine, *(replace(JANE, mrn=mrn) for mrn in "ABCD"))
    merge(engine, "A", "B")
    merge(engine, "B", "C")
    merge(engine, "D", "C")
    assert heads(engine, *"ABCD") == ["C"] * 4
    with reading(engine) as conn:
        assert merges.family(conn, "A") == ["C", "A", "B", "D"]
    with reading(engine) as conn:
        assert [merges.below(conn, mrn) for mrn in "ABC"] == [["A"], ["B", "A"], ["C", "A", "B", "D"]]
    assert unmerge(engine, "B") == "C"
    assert unmerge(engine, "B") is None
    assert heads(engine, *"ABCD") == ["B", "B", "C", "C"]
    unmerge(engine, "A")
    assert heads(engine, *"ABCD") == ["A", "B", "C", "C"]


def test_a_parting_owes_a_question_to_what_was_filed_to_whoever_stood_for_the_entry(engine, take, settle):
    put(engine, *(replace(JANE, mrn=mrn) for mrn in "ABC"))
    steps = [("before", "B"), ("A", "B"), ("to b", "B"), ("early", "C"), ("B", "C"), ("to c", "C")]
    for hour, (what, where) in enumerate(steps):
        at = NOW + timedelta(hours=hour)
        if len(what) > 1:
            file(engine, take, settle, where, what, at=at)
        else:
            with writing(engine) as conn:
                merges.merge(conn, what, where, actor="clerk", now=at)
    unmerge(engine, "A")
    with reading(engine) as conn:
        debt = owed.standing(conn, [owed.Act.PARTED])[0]
    assert (debt.mrns, debt.documents) == (("A", "C"), ("to b", "to c"))


@pytest.mark.parametrize(("mrn", "into"), [("M1", "M1"), ("M1", "M9"), ("M9", "M1"), ("M3", "M1"), ("M2", "M3")])
def test_what_cannot_be_merged_says_why_and_changes_nothing(engine, mrn, into):
    put(engine, JANE, JOAN, replace(JANE, mrn="M3"))
    merge(engine, "M3", "M2")
    before = heads(engine, "M1", "M2", "M3")
    with pytest.raises(InputFault) as fault:
        merge(engine, mrn, into)
    assert fault.value.next_step
    assert heads(engine, "M1", "M2", "M3") == before


@pytest.mark.parametrize("mrn", ["M1", "M9"])
def test_what_is_not_merged_cannot_be_parted(engine, mrn):
    put(engine, JANE)
    with pytest.raises(InputFault):
        unmerge(engine, mrn)


def test_people_told_apart_stay_so_under_whichever_number_until_it_is_taken_back(engine, take, settle):
    put(engine, *(replace(JANE, mrn=mrn) for mrn in ("M1", "M2", "M3", "M4")))
    file(engine, take, settle, "M1")
    with writing(engine) as conn:
        queue.add(conn, [ReviewItem("i1", "d1", ("patient.duplicate",), "normal", NOW)])
        apart.note(conn, "i1", ["M1", "M2"])
    merge(engine, "M2", "M3")
    index = PatientIndex(engine)
    assert (index.apart("M1"), index.apart("M3"), index.apart("M4")) == ({"M2", "M3"}, {"M1"}, set())
    unmerge(engine, "M2")
    assert (index.apart("M1"), index.apart("M3")) == ({"M2"}, set())
    with writing(engine) as conn:
        conn.execute(tables.review_item.update().values(undone_at=NOW))
    assert index.apart("M1") == set()


MRNS = [f"M{n}" for n in range(6)]
mrns = st.sampled_from(MRNS)
entries = st.builds(
    IndexPatient,
    mrn=mrns,
    last_name=st.sampled_from(["Doe", "Roe", "Poe"]),
    first_name=st.sampled_from(["Ann", "Bea"]),
    dob=st.sampled_from(["1980-02-03", "1981-03-04"]),
    phone=st.sampled_from(["4405550199", "4405550100", ""]),
)


def sequences(engine, take, settle, ever):
    """Random imports, merges, partings and filings beside a plain model of what they mean. `ever`: every document filed, and to whom."""

    class Sequences(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            with writing(engine) as conn:
                for name in ("patient_key", "alias", "name_count"):
                    conn.execute(tables.metadata.tables[name].delete())
            self.number = next(NUMBERS)
            self.index, self.into, self.was, self.filed = {}, {}, {}, {}

        def own(self, mrn):
            """Each sequence has numbers of its own, for the log of merges is never emptied."""
            return f"{self.number}-{mrn}"

        def head(self, mrn):
            while mrn in self.into:
                mrn = self.into[mrn]
            return mrn

        @rule(entry=entries)
        def write(self, entry):
            entry = replace(entry, mrn=self.own(entry.mrn))
            put(engine, entry)
            if before := self.index.get(entry.mrn):
                self.was.setdefault(entry.mrn, set()).add(called(before))
            self.index[entry.mrn] = entry

        @precondition(lambda self: len(self.index) > 1)
        @rule(mrn=mrns, other=mrns)
        def merge_two(self, mrn, other):
            mrn, other = self.own(mrn), self.own(other)
            allowed = mrn in self.index and other in self.index and mrn not in self.into and self.head(other) != mrn
            again = self.into.get(mrn) == other
            if allowed or again:
                assert merge(engine, mrn, other) is not again
                self.into[mrn] = other
            else:
                with pytest.raises(InputFault):
                    merge(engine, mrn, other)

        @precondition(lambda self: self.into)
        @rule(data=st.data())
        def part(self, data):
            mrn = data.draw(st.sampled_from(sorted(self.into)))
            head = self.head(mrn)
            del self.into[mrn]
            assert unmerge(engine, mrn) == head

        @precondition(lambda self: self.index)
        @rule(data=st.data())
        def file_to(self, data):
            mrn, name = data.draw(st.sampled_from(sorted(self.index))), f"{self.number}-d{len(self.filed)}"
            file(engine, take, settle, mrn, name)
            self.filed[name] = self.head(mrn)

        @invariant()
        def every_number_leads_to_its_survivor(self):
            assert heads(engine, *self.index) == [self.head(mrn) for mrn in self.index]

        def teardown(self):
            """A sequence ends anywhere, so what holds at the end of all holds all along."""
            filed = {name: self.head(mrn) for name, mrn in self.filed.items()}
            assert shown(engine, filed) == filed
            ever.update(filed)
            for mrn, entry in self.index.items():
                self.every_alias_resolves(entry, self.head(mrn))
            self.names_are_counted_once_a_person()

        def every_alias_resolves(self, entry, head):
            faces = [replace(entry, last_name=last, first_name=first, phone=phone) for last, first, phone in self.was.get(entry.mrn, ())]
            for face in (entry, *faces):
                assert head in {self.head(other.mrn) for other in found(engine, face)}

        def names_are_counted_once_a_person(self):
            standing = [entry for mrn, entry in self.index.items() if mrn not in self.into]
            assert patients.size(engine) == len(standing)
            for name in ("Doe", "Roe", "Poe"):
                counted = PatientIndex(engine).frequencies(PatientClaim(name, "")).last[fold(name)]
                assert counted == sum(entry.last_name == name for entry in standing)

    return Sequences


def called(entry):
    return entry.last_name, entry.first_name, entry.phone


NUMBERS = iter(range(10**9))


def test_any_sequence_of_merges_loses_no_document(engine, take, settle):
    ever, before = {}, next(NUMBERS)
    machine = sequences(engine, take, settle, ever)
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(machine, settings=settings(max_examples=SEQUENCES, stateful_step_count=20, deadline=None, suppress_health_check=checks))
    assert next(NUMBERS) - before > SEQUENCES
    assert {name: mrn for name, mrn in exported(engine).items() if name in ever} == ever
    with reading(engine) as conn:
        assert audit.verify_chain(conn) is None
