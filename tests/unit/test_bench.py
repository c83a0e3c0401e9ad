"""The benchmark's judge: each row must fail when what it guards breaks."""

import json
from dataclasses import replace

from samples import bench
from samples.batches import BatchTruth, DocumentTruth
from samples.report import at_least, at_most, not_run, passed, plain, write_report
from samples.score import score_export, two_patients, unaccounted, wrong_person

FIELDS = {"patient_name": "ROE, JANE A", "patient_dob": "1960-01-02", "service_date": "2025-03-04"}
SINGLE = BatchTruth(
    "a.pdf", "single", "plain", "pdf", "clean200", 2, (DocumentTruth((1, 2), "referral", "x", "1", fields=FIELDS),), clean_single=True
)
MIXED = BatchTruth(
    "m.pdf", "mixed", "plain", "pdf", "clean200", 4,
    (DocumentTruth((1,), "ecg", "x", "1", fields=FIELDS), DocumentTruth((3, 4), "ecg", "x", None, fields=FIELDS | {"patient_name": "DOE, JOHN"})), blank=(2,),
)  # fmt: skip
BROKEN = BatchTruth("b.pdf", "broken", "plain", "empty", "born_digital", 0, refused="file.empty")


def line(name, pages, status="filed", mrn="1", slug="referral", reasons=(), **fields):
    values = {key: {"value": value} for key, value in fields.items()}
    patient = {"mrn": mrn, "probability": 0.999} if mrn else None
    return {
        "source": {"name": name, "pages": pages},
        "status": status,
        "patient": patient,
        "document_type": slug,
        "reasons": list(reasons),
        "fields": values,
    }


def rows(truths, lines):
    return {row.goal: row for row in score_export(truths, lines)}


GOOD = [
    line("a.pdf", [1, 2], **FIELDS),
    line("m.pdf", [1], slug="ecg"),
    line("m.pdf", [2], "set_aside", None, None, ["image.blank"]),
    line("m.pdf", [3, 4], "review", "1", "ecg", ["patient.none"]),
    line("b.pdf", [], "quarantined", None, None, ["file.empty"]),
]


def test_a_right_export_meets_every_goal():
    found = rows([SINGLE, MIXED, BROKEN], GOOD)
    assert passed(list(found.values()))
    assert found["clean single documents of known patients filed without a clerk"].value == 100
    assert found["field name exact"].n == 3
    assert found["blank, separator and duplicate pages set aside"].value == 100
    assert found["files that cannot be opened named with their reason"].value == 100


def test_a_page_left_out_twice_told_or_invented_is_counted():
    assert unaccounted(SINGLE, [line("a.pdf", [1])]) == 1
    assert unaccounted(SINGLE, [line("a.pdf", [1, 2]), line("a.pdf", [2])]) == 1
    assert unaccounted(SINGLE, [line("a.pdf", [1, 2, 3])]) == 1
    assert unaccounted(BROKEN, []) == 1
    assert not passed(list(rows([SINGLE], []).values()))


def test_lines_of_a_file_nobody_made_count_as_unaccounted():
    assert rows([SINGLE], [GOOD[0], line("other.pdf", [1], "review")])["pages unaccounted"].value == 1


def test_filing_to_another_or_to_anyone_for_an_absent_person_is_wrong():
    assert wrong_person(SINGLE, line("a.pdf", [1, 2], mrn="2"))
    assert wrong_person(MIXED, line("m.pdf", [3, 4], mrn="1"))
    assert not wrong_person(SINGLE, line("a.pdf", [1, 2]))
    assert not passed(list(rows([SINGLE], [line("a.pdf", [1, 2], mrn="2")]).values()))


def test_another_entry_of_the_same_person_is_not_wrong():
    double = replace(SINGLE, documents=(replace(SINGLE.documents[0], also=("9",)),))
    assert not wrong_person(double, line("a.pdf", [1, 2], mrn="9"))


def test_a_document_over_two_people_is_seen():
    assert two_patients(MIXED, line("m.pdf", [1, 2, 3]))
    assert not two_patients(MIXED, line("m.pdf", [1, 2]))


def test_fields_are_right_wrong_or_absent():
    found = rows([SINGLE], [line("a.pdf", [1, 2], patient_name="Roe, Jane A.", patient_dob="1960-01-03")])
    assert (found["field name exact"].value, found["field birth date exact"].value) == (100, 0)
    assert found["field birth date read otherwise"].value == 100
    assert (found["field service date exact"].value, found["field service date read otherwise"].value) == (0, 0)


def test_a_wrong_type_is_named():
    row = rows([SINGLE], [line("a.pdf", [1, 2], slug="ecg")])["documents filed under a wrong type"]
    assert (row.value, row.note) == (1, "x")


def test_goals_with_nothing_measured_are_not_met():
    assert not at_most("g", 0, 0, n=0, unit="x").met
    assert not at_least("g", 100, 60, n=0, unit="x").met
    assert not not_run("g", "why", target="= 0", unit="x").met


def test_only_hard_rows_fail_the_benchmark():
    assert passed([at_least("g", 10, 60, n=5, unit="%"), plain("p", 1, n=1, unit="x")])
    assert not passed([at_most("g", 1, 0, n=5, unit="x", hard=True)])


def test_the_report_has_the_agreed_form(tmp_path):
    write_report(tmp_path / "b" / "r.json", [at_most("g", 1, 2, n=3, unit="s")], seconds=1.5)
    report = json.loads((tmp_path / "b" / "r.json").read_text())
    assert set(report) == {"rows", "made_at", "commit", "seconds"}
    assert {"goal", "value", "target", "met", "n", "unit"} <= set(report["rows"][0])


def test_a_program_that_fails_leaves_rows_that_say_so(tmp_path):
    (tmp_path / "patients.csv").write_text("mrn\n")
    found = bench._main_job(tmp_path, [SINGLE], "/bin/false")
    assert not passed(found)
    assert all(row.value is None and "exit code 1" in row.note for row in found)


def test_a_program_that_is_missing_or_hangs_is_told_apart(tmp_path):
    assert bench.run("/nonexistent/chartroom", tmp_path / "data", "audit", seconds=5).code == 127
    assert bench.run("/bin/sleep", tmp_path / "data", "5", seconds=0.2).code is None


def test_nothing_filed_leaves_the_safety_goals_unmet():
    held = [line("a.pdf", [1, 2], "review", "1", "referral", ["policy.shadow"])]
    assert not rows([SINGLE], held)["documents filed to a wrong person"].met
