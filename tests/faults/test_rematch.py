"""What a change of the patient index does to documents: held ones are matched again, filed ones asked about, and decisions prove a line."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stub_worker
from reportlab.pdfgen.canvas import Canvas

from pipeline import versions
from pipeline.certify import proposing
from pipeline.decide import line_up, patient_doubt
from pipeline.match import VERSION, match_patient
from schemas.checks import Checks, Label
from schemas.config import Config, Index
from schemas.decision import Wish
from schemas.document import Extraction, Field, FieldName, TypeGuess
from schemas.faults import InputFault, InvariantBroken, StoreFault
from schemas.filing import BatchPlan, PlannedDocument
from schemas.line import LineKind
from schemas.match import Agreement, Candidate, Evidence, Hypothesis, Matched, Why
from schemas.page import Box, PageKind, PageReading
from schemas.rules import AuditSampleRules, MatchRules
from schemas.source import FileKind, Opened, PageFacts
from store import documents, patients, queue, readings, tables, verdicts
from store.database import reading, writing
from store.patients import PatientIndex
from workers import rematch, show, steps
from workers.apply import Sheaf, apply_plan
from workers.audit import take_ledger
from workers.export import write_export
from workers.follow import follow_up, weigh_held
from workers.ingest import ingest
from workers.lines import sample_share, standing_of
from workers.merge import decide_item, merge_entries, undo_decision, unmerge_entry
from workers.patients import import_patients
from workers.rematch import Rematched, extraction_of
from workers.resolve import resolve_item
from workers.status import take_status
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOTHING = Checks()
NOTE = TypeGuess("progress_note", 0.97)
HEAD = "mrn,last_name,first_name,sex,dob,phone,address_line,zip\n"
JANE = "M1,Quillfeather,Jane,F,1980-02-03,4405550199,12 Elm Street,12345"
PAGE = {
    FieldName.PATIENT_NAME: "QUILLFEATHER, JANE",
    FieldName.PATIENT_DOB: "1980-02-03",
    FieldName.PATIENT_SEX: "F",
    FieldName.PATIENT_PHONE: "4405550199",
}


class Composer:
    def compose(self, original, opened, pages, into):
        path = into / "out.pdf"
        canvas = Canvas(str(path))
        canvas.drawString(72, 700, original.name)
        canvas.showPage()
        canvas.save()
        return path


class House:
    """Documents of one page, planned from what they say by the matcher as it is, with nothing read."""

    def __init__(self, folder, index="", **match):
        self.folder, self.days = folder, 0
        self.config = Config(index=Index(url=index), match=MatchRules(**match), sample=AuditSampleRules(sample_share=0.0))
        self.stores = connect(self.config, folder / "var")

    def people(self, *rows):
        """Import these rows a day later than all before."""
        self.days += 1
        now = NOW + timedelta(days=self.days)
        (self.folder / "people.csv").write_text(HEAD + "\n".join(rows) + "\n")
        import_patients(self.folder / "people.csv", self.stores, now=now)
        return follow_up(self.stores, self.config, now=now).came

    def document(self, name="a", says=PAGE, share=0.0, doubts=(), outcome=None, checks=NOTHING):
        """Take in a document that says this, and settle it."""
        inbox = self.folder / f"in-{name}"
        inbox.mkdir()
        data = io.BytesIO()
        canvas = Canvas(data)
        canvas.drawString(72, 700, name)
        canvas.showPage()
        canvas.save()
        (inbox / f"{name}.pdf").write_bytes(data.getvalue())
        (delivery,) = ingest([inbox], self.config, self.stores).deliveries
        kept = {1: PageReading(1, PageKind.TEXT)}
        with writing(self.stores.index) as conn:
            key = self.stores.objects.put_bytes(readings.pack(kept[1]))
            readings.save(conn, sha256=delivery.sha256, key="k", pages={1: key})
        fields = [Field(field, value, value, 0.95, 1, Box(0.1, 0.1, 0.2, 0.2), "label", 2) for field, value in says.items()]
        extraction = Extraction(tuple(fields))
        line = standing_of(self.stores, "ingest", rules=self.config.match).line
        outcome = outcome or match_patient(extraction, PatientIndex(self.stores.index), rules=proposing(self.config.match))
        decision = line_up([*patient_doubt(outcome), *doubts], outcome, line)
        plan = BatchPlan((PlannedDocument((1,), decision, NOTE, extraction, outcome, versions=versions.STEPS, checks=checks, line=line),))
        (self.folder / "scratch").mkdir(exist_ok=True)
        sheaf = Sheaf(inbox / f"{name}.pdf", Opened(FileKind.PDF, (PageFacts(1, 612.0, 792.0),)), kept, self.folder / "scratch")
        now = NOW + timedelta(days=self.days, hours=1)
        apply_plan(delivery, plan, sheaf, self.stores, Composer(), catalogue=stub_worker.CATALOGUE, sample_share=share, now=now)
        with reading(self.stores.index) as conn:
            (record,) = documents.of_delivery(conn, delivery.id)
        return record.id

    def overtaken(self, *rows):
        """Take in a document that is matched before these rows are imported, and settled after."""
        inbox = self.folder / "in-overtaken"
        inbox.mkdir()
        (inbox / "a.pdf").write_text("pages 1")
        (delivery,) = ingest([inbox], self.config, self.stores).deliveries
        extraction = Extraction(tuple(Field(field, value, value, 0.95, 1, Box(0.1, 0.1, 0.2, 0.2), "label", 2) for field, value in PAGE.items()))

        def plan(pages, line):
            outcome = match_patient(extraction, PatientIndex(self.stores.index), rules=proposing(self.config.match))
            self.people(*rows)
            decision = line_up([*patient_doubt(outcome)], outcome, line)
            return BatchPlan((PlannedDocument((1,), decision, NOTE, extraction, outcome, versions=versions.STEPS, line=line),))

        reader = replace(stub_worker.equip(self.config, self.stores), plan=plan, composer=Composer())
        desk = steps.Desk(self.config, self.stores, reader, self.folder / "scratch", lambda: NOW + timedelta(days=30), lambda _: None)
        steps.process_file(desk, delivery.id, lambda _, step: step(), lambda parts, _: [])
        with reading(self.stores.index) as conn:
            (record,) = documents.of_delivery(conn, delivery.id)
        return record.id

    def now(self, name):
        with reading(self.stores.index) as conn:
            return documents.get(conn, name)

    def seen(self, name):
        """Status, patient and reasons of a document."""
        record = self.now(name)
        return record.status.value, record.patient_mrn, record.reasons

    def items(self, name):
        with reading(self.stores.index) as conn:
            return [item for item in queue.of_document(conn, name) if item.resolved_at is None]

    def merge(self, old, into):
        return merge_entries(self.stores, self.config, old, into, actor="clerk", now=NOW + timedelta(days=50)).followed.came

    def unmerge(self, old):
        return unmerge_entry(self.stores, self.config, old, actor="clerk", now=NOW + timedelta(days=60)).followed.came

    def decide(self, name, **wish):
        (item,) = self.items(name)
        return resolve_item(self.stores, item.id, Wish(**wish), actor="clerk", now=NOW + timedelta(days=40))

    def tell_apart(self, name, patient):
        (item,) = self.items(name)
        wish = Wish(patient, two_people=True)
        return decide_item(self.stores, self.config, item.id, wish, actor="clerk", now=NOW + timedelta(days=40))

    def undo(self, name):
        with reading(self.stores.index) as conn:
            item = queue.of_document(conn, name)[-1]
        return undo_decision(self.stores, self.config, item.id, actor="clerk", now=NOW + timedelta(days=41))

    def verdicts(self):
        with reading(self.stores.index) as conn:
            return list(verdicts.of_source(conn, "ingest"))

    def is_whole(self):
        assert take_ledger(self.config, self.folder / "var").gaps == []


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.people("X1,Other,Person,M,1950-05-05,,,")
    yield made
    made.is_whole()


def test_importing_the_missing_patient_files_what_was_held_for_want_of_one(house):
    name = house.document()
    assert house.seen(name) == ("review", None, ("patient.none",))
    assert house.people(JANE) == Rematched(filed=1)
    assert house.seen(name) == ("filed", "M1", ())
    assert house.items(name) == []
    assert house.people(JANE) == Rematched()
    with reading(house.stores.index) as conn:
        assert [(act, mrn, actor) for act, mrn, actor, _ in documents.filings(conn, name)] == [("file", "M1", "rematch")]


def test_what_carries_a_label_is_not_filed_by_matching_again(house):
    label = Label("hiv", (1,), ("HIV-1 RNA",), 1, Box(0.1, 0.1, 0.2, 0.2))
    name = house.document(checks=Checks(labels=(label,)))
    house.people(JANE)
    assert house.now(name).status == "review"
    assert "sensitivity.hiv" in house.now(name).reasons


def test_what_is_held_for_another_reason_too_stays_held_with_its_patient(house):
    name = house.document(doubts=("type.unsure",))
    assert house.people(JANE) == Rematched(changed=1)
    assert house.seen(name) == ("review", "M1", ("type.unsure",))
    assert [item.reasons for item in house.items(name)] == [("type.unsure",)]


def test_a_document_filed_by_matching_again_may_be_sampled(house):
    name = house.document()
    house.config = replace(house.config, sample=AuditSampleRules(sample_share=1.0))
    house.people(JANE)
    assert [(item.blind, item.reasons) for item in house.items(name)] == [(True, ("policy.sampled",))]


def test_a_check_of_what_a_newer_matcher_filed_counts_for_that_one(house, monkeypatch):
    name = house.document()
    house.config = replace(house.config, sample=AuditSampleRules(sample_share=1.0))
    monkeypatch.setattr(rematch, "VERSION", 99)
    house.people(JANE)
    house.decide(name, patient="X1", anyway=True)
    (verdict,) = house.verdicts()
    assert (verdict.model, verdict.wrong, verdict.bound) == ("99", True, 1e-4)


def test_the_first_choice_of_an_older_matcher_stays_its_own(house, monkeypatch):
    name = house.document(doubts=("type.unsure",))
    monkeypatch.setattr(rematch, "VERSION", 99)
    house.people(JANE)
    house.decide(name, patient="M1")
    (verdict,) = house.verdicts()
    assert verdict.model == str(VERSION)


def test_what_was_read_is_kept_whole(house):
    name = house.document()
    field = extraction_of(house.now(name)).field(FieldName.PATIENT_DOB)
    assert (field.value, field.sightings, field.rule, field.box) == ("1980-02-03", 2, "label", Box(0.1, 0.1, 0.2, 0.2))


def test_matching_again_where_nothing_changed_changes_nothing(house):
    name = house.document(says={FieldName.PATIENT_NAME: "PERSON, OTHER"})
    before = house.now(name)
    assert weigh_held(house.stores, house.config, now=NOW) == (1, Rematched())
    assert house.now(name) == before


def test_a_document_that_settles_during_an_import_is_matched_with_what_came(house):
    name = house.overtaken(JANE)
    assert house.seen(name) == ("filed", "M1", ())


def test_a_document_filed_during_an_import_that_makes_it_doubtful_is_asked_about(house):
    house.people(JANE)
    name = house.overtaken(JANE, JANE.replace("M1", "M2"))
    assert house.seen(name) == ("filed", "M1", ())
    assert [item.reasons for item in house.items(name)] == [("patient.recheck",)]


def test_a_crash_between_settling_and_catching_up_loses_nothing(house, monkeypatch):
    crashes = [StoreFault("gone")]

    def catch_up(*args, **kwargs):
        if crashes:
            raise crashes.pop()
        return rematch.catch_up(*args, **kwargs)

    monkeypatch.setattr(steps, "catch_up", catch_up)
    assert house.seen(house.overtaken(JANE)) == ("filed", "M1", ())
    assert not crashes


TWICE = JANE.replace("M1", "M2").replace("12 Elm Street", "9 Oak Avenue").replace("4405550199", "")


def test_entries_that_a_clerk_calls_two_people_are_not_suspected_again_until_that_is_taken_back(house):
    house.people(JANE, TWICE)
    first, second = house.document("first"), house.document("second")
    assert house.seen(first)[2] == house.seen(second)[2] == ("patient.duplicate",)
    house.tell_apart(first, patient="M1")
    assert house.seen(first) == ("filed", "M1", ())
    assert "patient.duplicate" not in house.seen(second)[2]
    assert "patient.duplicate" not in house.seen(house.document("third"))[2]
    house.is_whole()
    house.undo(first)
    assert house.seen(house.document("fourth"))[2] == ("patient.duplicate",)


def test_taking_two_people_back_asks_about_what_was_filed_and_held_meanwhile(house):
    house.people(JANE, TWICE.replace("1980-02-03,", "1980-02-03,2165550177"))
    first, second = house.document("first"), house.document("second")
    unsure = house.document("unsure", doubts=("type.unsure",))
    house.tell_apart(first, patient="M1")
    filed = house.document("filed")
    assert house.seen(second) == house.seen(filed) == ("filed", "M1", ())
    assert house.seen(unsure)[2] == ("type.unsure",)
    changes = patients.changes(house.stores.index)
    house.undo(first)
    assert patients.changes(house.stores.index) > changes  # whoever matches just now looks again
    assert house.seen(first)[2] == ("patient.duplicate",)
    assert house.seen(unsure)[2] == ("patient.duplicate", "type.unsure")
    for name in (second, filed):
        assert house.seen(name) == ("filed", "M1", ())
        assert [item.reasons for item in house.items(name)] == [("patient.recheck",)]


def test_two_people_can_be_told_apart_only_where_they_are_suspected_and_with_a_patient(house):
    house.people(JANE)
    name = house.document(doubts=("type.unsure",))
    with pytest.raises(InputFault, match="suspected"):
        house.decide(name, patient="M1", two_people=True)
    with pytest.raises(InputFault, match="with the patient"):
        house.decide(name, set_aside="patient.none", two_people=True)
    assert len(house.items(name)) == 1


def test_a_clerk_who_came_first_is_not_overruled(house):
    name = house.document()
    house.decide(name, patient="X1", anyway=True)
    assert house.people(JANE) == Rematched()
    assert house.seen(name) == ("filed", "X1", ())


def test_merging_two_entries_settles_what_hung_between_them_and_shows_both_charts_as_one(house, tmp_path, capsys):
    twice = JANE.replace("M1", "M2").replace("12 Elm Street", "9 Oak Avenue")
    house.people(JANE)
    first = house.document("first")
    assert house.people(twice).doubtful == 1  # a second Jane: the filing is asked about and stays
    assert house.seen(first) == ("filed", "M1", ())
    assert [item.reasons for item in house.items(first)] == [("patient.recheck",)]
    second = house.document("second")
    assert house.seen(second)[2][0] in {"patient.ambiguous", "patient.duplicate"}
    assert house.merge("M2", "M1") == Rematched(filed=1)
    assert house.seen(second) == ("filed", "M1", ())
    assert house.merge("M2", "M1") == Rematched()
    show.document(house.now(first), "M1")
    assert "patient M1  " in capsys.readouterr().out
    write_export(house.stores, "jsonl", tmp_path / "out.jsonl")
    assert {json.loads(line)["patient"]["mrn"] for line in (tmp_path / "out.jsonl").read_text().splitlines()} == {"M1"}


class Requested:
    """An open request for the records of M2."""

    def times(self, mrns):
        return {mrn: 200.0 for mrn in mrns if mrn == "M2"}


def test_whom_a_document_was_expected_to_be_about_holds_when_it_is_matched_again(house, capsys):
    house.people(JANE, TWICE)
    said = Extraction(tuple(Field(field, value, value, 0.95, 1, Box(0.1, 0.1, 0.2, 0.2), "label", 2) for field, value in PAGE.items()))
    outcome = match_patient(said, PatientIndex(house.stores.index), rules=proposing(house.config.match), expected=Requested())
    name = house.document("first", outcome=outcome)
    assert house.now(name).evidence["match"]["why"]["expected"] == [{"mrn": "M2", "times": 200.0}]
    house.merge("M2", "M1")
    assert house.seen(name) == ("filed", "M1", ())
    assert [one["times"] for one in house.now(name).evidence["match"]["why"]["expected"]] == [200.0]
    show.document(house.now(name))
    assert "200 times likelier" in capsys.readouterr().out


def test_parting_entries_asks_about_what_was_filed_to_the_survivor_meanwhile(house):
    house.people(JANE)
    house.people(JANE.replace("M1", "M2").replace("12 Elm Street", "9 Oak Avenue"))
    merge_entries(house.stores, house.config, "M2", "M1", actor="clerk", now=NOW)
    by_machine = house.document("machine")
    by_clerk = house.document("clerk", doubts=("type.unsure",))
    house.decide(by_clerk, patient="M2")
    assert house.seen(by_clerk) == ("filed", "M1", ())
    assert house.unmerge("M2").doubtful == 2
    for name in (by_machine, by_clerk):
        assert house.seen(name)[0] == "filed"
        assert [item.reasons for item in house.items(name)] == [("patient.recheck",)]
    house.decide(by_clerk, patient="M2")
    assert house.seen(by_clerk) == ("filed", "M2", ())


def test_an_entry_that_becomes_somebody_else_has_its_filings_asked_about(house):
    house.people(JANE)
    name = house.document()
    assert house.people("M1,Zimmermann,Otto,M,1931-11-09,,,") == Rematched(doubtful=1)
    assert house.seen(name) == ("filed", "M1", ())
    house.decide(name, patient="M1")
    assert house.items(name) == []
    assert house.verdicts() == []  # a filing looked at for cause says nothing of chance


def test_an_entry_that_marries_and_moves_is_still_found_by_her_old_papers(house):
    house.people(JANE)
    before = house.document("before")
    assert house.people("M1,Oakes,Jane,F,1980-02-03,4405550777,9 Oak Avenue,54321") == Rematched()
    after = house.document("after")
    assert house.seen(before) == house.seen(after) == ("filed", "M1", ())


def test_a_clerks_decision_is_a_verdict_on_whom_the_machine_chose_first(house):
    house.people(JANE)
    held = house.document("held", doubts=("type.unsure",))
    absent = house.document("absent", says=PAGE | {FieldName.PATIENT_NAME: "BRANDT, OTTO", FieldName.PATIENT_PHONE: ""})
    house.decide(held, patient="M1")
    house.decide(absent, set_aside="patient.none")
    first, second = house.verdicts()
    assert (first.machine_mrn, first.clerk_mrn, first.wrong, first.unknown, first.blind) == ("M1", "M1", False, False, False)
    assert first.doubt is not None
    assert first.doubt < 1e-3
    assert (second.machine_mrn, second.clerk_mrn, second.wrong, second.unknown, second.doubt) == (None, None, False, True, None)
    with pytest.raises(InvariantBroken, match="refused a change"), reading(house.stores.index) as conn:
        conn.execute(tables.verdict.delete())


def test_a_wrong_choice_is_not_forgotten_when_the_right_person_is_imported(house):
    """The machine chose Jane; the document was about her namesake, who was registered later."""
    house.config = replace(house.config, match=MatchRules(autofile="shadow"))
    house.people(JANE)
    name = house.document()
    assert house.seen(name) == ("review", "M1", ("policy.shadow",))
    house.people(JANE.replace("M1", "M2"))
    house.decide(name, patient="M2")
    (verdict,) = house.verdicts()
    assert (verdict.machine_mrn, verdict.clerk_mrn, verdict.wrong) == ("M1", "M2", True)


def test_a_blind_check_that_finds_errors_stops_the_source_and_status_says_so(house):
    house.people(JANE, "M3,Adler,Ida,F,1970-07-07,,,")
    name = house.document(share=1.0)
    house.decide(name, patient="M3", anyway=True)
    (verdict,) = house.verdicts()
    assert (verdict.blind, verdict.wrong, verdict.bound) == (True, True, 1e-4)
    stopped = house.document("next")
    assert house.seen(stopped) == ("review", "M1", ("policy.stopped",))
    said = take_status(house.config, house.folder / "var", house.stores, now=NOW)["automatic filing"]["ingest"]
    assert (said["line"], said["verdicts"], said["decisions"], said["next tested at"]) == ("stopped", 1, 1, 3688)


def test_documents_show_says_why_with_bars_and_names_no_uncalibrated_share(house, capsys):
    house.people(JANE)
    why = Why(-16.8, (Hypothesis("this entry", 0.99999, "M1"), Hypothesis("an absent twin", 1e-6)))
    evidence = (Evidence("dob", Agreement.AGREE, "exact", 14.0, "1980-02-03", "1980-02-03", ("read twice",)),)
    evidence += (Evidence("sex", Agreement.DIFFER, "different", -6.0, "F", "M"),)
    outcome = Matched((Candidate("M1", "QUILLFEATHER, JANE", "1980-02-03", 8.0, 0.99, evidence),), 1e-6, 1e-6, why)
    show.document(house.now(house.document(outcome=outcome)))
    said = capsys.readouterr().out
    assert "exact; read twice" in said
    assert "│███████" in said
    assert "███│" in said
    assert "Certain enough for the builtin line, 1 in 10,000 wrong at most\nraw doubt 1.0e-06" in said
    assert "+14.0  14.0" in said
    assert "-6.0   8.0" in said
    assert "-16.8 bits; next to be thought of: an absent twin" in said
    assert "0.99999" not in said


def add_verdicts(house, count, wrong=0):
    """Decisions as a clerk's months would leave them, put in at once."""
    house.people(JANE)
    name = house.document("one", doubts=("type.unsure",))
    house.decide(name, patient="M1")
    with writing(house.stores.index) as conn:
        (row,) = conn.execute(tables.verdict.select()).mappings()
        plain = {key: value for key, value in row.items() if key != "sequence"}
        (item,) = conn.execute(tables.review_item.select()).mappings()
        items = [{**item, "id": f"i{n}"} for n in range(count - 1)]
        conn.execute(tables.review_item.insert(), items)
        made = [{**plain, "item_id": f"i{n}", "clerk_mrn": "X1" if n < wrong else "M1"} for n in range(count - 1)]
        conn.execute(tables.verdict.insert(), made)


def test_under_certified_the_shipped_line_applies_until_enough_is_decided(tmp_path):
    house = House(tmp_path, autofile="certified")
    add_verdicts(house, 3687)
    found = standing_of(house.stores, "ingest", rules=house.config.match)
    assert (found.line.kind, found.decisions, found.next_look) == (LineKind.BUILTIN, 3687, 3688)
    assert house.seen(house.document("next"))[0] == "filed"


def test_enough_decisions_certify_a_source_and_each_document_says_by_which_line(tmp_path):
    house = House(tmp_path, autofile="certified")
    add_verdicts(house, 36887)
    found = standing_of(house.stores, "ingest", rules=house.config.match)
    assert (found.line.kind, found.rung, found.errors) == (LineKind.CERTIFIED, 1e-4, 0)
    name = house.document("next")
    assert house.seen(name)[0] == "filed"
    assert house.now(name).evidence["line"]["kind"] == "certified"
    doubtful = Matched((Candidate("M1", "QUILLFEATHER, JANE", "1980-02-03", 20.0, 0.99, ()),), 5e-3, 0.5)
    assert house.seen(house.document("proved", outcome=doubtful))[0] == "filed"  # the site's own proof reaches further than the shipped table


def test_sources_are_checked_more_until_the_last_rung_is_proved():
    rules = AuditSampleRules()
    found = standing_of_rung(1e-3), standing_of_rung(1e-4), standing_of_rung(None)
    assert [sample_share(each, rules) for each in found] == [0.05, 0.02, 0.05]


def standing_of_rung(rung):
    from schemas.line import Line, Standing

    return Standing(Line(LineKind.BUILTIN, 1e-4), 0, 0, 1.0, rung, None, 0, 0, None, 0)


ROSA = {FieldName.PATIENT_NAME: "QUILL, ROSA", FieldName.PATIENT_DOB: "1990-05-09", FieldName.PATIENT_SEX: "F", FieldName.PATIENT_PHONE: "5125551212"}


@pytest.mark.parametrize("merged", [False, True])
def test_a_newcomer_whom_a_former_or_merged_entry_of_the_holder_resembles_is_asked_about(tmp_path, merged):
    house = House(tmp_path)
    house.people("X1,Other,Person,M,1950-05-05,,,", "M1,Quill,Rosa,F,1990-05-06,5125551212,12 Oak St,78701")
    married = "Lopez,Rosa,F,1990-05-06,5125558888,901 Pine Ave,78745"
    house.people(f"{'M5' if merged else 'M1'},{married}")
    if merged:
        house.merge("M1", "M5")
    document = house.document("a", ROSA)
    assert house.seen(document)[0] == "filed"
    assert house.people("M9,Quill,Rosa,F,1990-05-09,,,").doubtful == 1


def test_a_newcomer_whom_the_page_fits_as_well_is_asked_about_whatever_line_filed_it(tmp_path):
    house = House(tmp_path)
    house.people("X1,Other,Person,M,1950-05-05,,,", "M1,Garcia,Jordan,F,1970-05-06,5125551212,12 Oak St,78701")
    said = {FieldName.PATIENT_NAME: "GARCIA, JORDAN", FieldName.PATIENT_DOB: "1970-05-06", FieldName.PATIENT_SEX: "F"}
    document = house.document("a", said)
    assert house.seen(document)[0] == "filed"
    assert house.people("M9,Garcia,Jordan,M,1970-05-06,5125550000,9 Ash Rd,78702").doubtful == 1
    assert house.seen(house.document("b", said))[0] == "review"
