"""The command line: help for every command, exit codes 0, 1 and 2, one line and no traceback for whatever goes wrong."""

import csv
import io
import json
import os
import stat
import sys
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from schemas.faults import StoreFault
from workers import cli, show
from workers.export import _safe, _write_csv
from workers.ingest import entries_below


def commands(group, words=()):
    yield words
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*words, name))


ALL = sorted(commands(typer.main.get_command(cli.app)))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the program as the console script does: (exit code, what it printed, what it complained)."""
    (tmp_path / "c.yaml").write_text("")
    for name in [name for name in os.environ if name.startswith("CHARTROOM")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHARTROOM_CONFIG", str(tmp_path / "c.yaml"))
    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(tmp_path / "var"))

    def do(*words):
        monkeypatch.setattr(sys, "argv", ["chartroom", *map(str, words)])
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return do


def test_the_commands_of_the_contract_are_there():
    groups = {"patients import", "documents export", "documents show", "review list", "review show", "review resolve", "config explain"}
    assert {"demo", "up", "ingest", "search", "status", "audit"} | groups <= {" ".join(words) for words in ALL}


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_help(words):
    shown = CliRunner().invoke(cli.app, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
    assert typer.main.get_command(cli.app).help


def people(tmp_path, text):
    (tmp_path / "people.csv").write_text(text)
    return tmp_path / "people.csv"


def test_an_import_names_the_columns_that_it_does_not_read_and_with_strict_imports_nothing(run, tmp_path):
    file = people(tmp_path, "mrn,last_name,dob,surgeon,gender\nM1,Doe,1980-01-02,x,F\n")
    code, _, complaint = run("patients", "import", "--strict", file)
    assert code == 1
    assert "Nothing was imported" in complaint
    assert complaint.count("\n") == 1
    code, said, complaint = run("patients", "import", file)
    assert (code, said) == (0, "1 new, 0 changed, 0 unchanged, 0 skipped\n")
    assert complaint.splitlines() == ["The column `surgeon` is not read.", "The column `gender` is not read: did you mean `sex`?"]


def test_a_file_of_a_header_alone_is_no_fault_and_says_so(run, tmp_path):
    code, said, complaint = run("patients", "import", people(tmp_path, "mrn,last_name,dob\n"))
    assert (code, said) == (0, "0 new, 0 changed, 0 unchanged, 0 skipped\n")
    assert "no rows" in complaint


def test_merging_two_who_are_unlike_says_in_what_and_how_it_is_taken_back(run, tmp_path):
    rows = "M1,Doe,Ann,1980-01-02,F\nM2,Roe,ANN,1980-01-03,\nM3,Doe,Bea,1980-01-02,M\n"
    run("patients", "import", people(tmp_path, f"mrn,last_name,first_name,dob,sex\n{rows}"))
    _, _, complaint = run("patients", "merge", "M2", "M1")
    assert complaint == "Against their being one person: the birth date. `chartroom patients unmerge M2` takes it back.\n"
    assert "the first name, the sex. `" in run("patients", "merge", "M3", "M1")[2]
    assert run("patients", "merge", "M3", "M1")[2] == ""


def test_merging_and_parting_say_what_became_of_the_numbers_the_second_time_too(run, tmp_path):
    run("patients", "import", people(tmp_path, "mrn,last_name,dob\nM1,Doe,1980-01-02\nM2,Doe,1980-01-02\n"))
    shown = "0 documents filed under M2 show under"
    assert run("patients", "merge", "M2", "M1")[:2] == (0, f"M1 stands for M2. {shown} it.\n")
    assert run("patients", "merge", "M2", "M1")[:2] == (0, f"M1 stood already for M2. {shown} it.\n")
    assert run("patients", "unmerge", "M2")[:2] == (0, f"M2 is parted from M1. {shown} M2 again.\n")
    assert run("patients", "unmerge", "M2")[:2] == (0, f"M2 was parted already. {shown} M2 again.\n")
    assert run("patients", "unmerge", "M1")[0] == 1


@pytest.mark.parametrize(
    "words", [["audit"], ["documents", "show", "x"], ["review", "show", "x"], ["review", "resolve", "x", "--patient", "1"]], ids=" ".join
)
def test_a_fault_is_one_line_with_what_to_do_and_exit_code_1(run, words):
    code, _, complaint = run(*words)
    assert code == 1
    assert complaint.startswith("chartroom: ")
    assert complaint.count("\n") == 1
    assert complaint.count(".") >= 2


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["documents", "export", "--format", "xml"],
        ["review", "resolve", "x"],
        ["review", "resolve", "x", "--patient", "1", "--set-aside", "cover"],
        ["ingest"],
        ["ingest", ""],
        ["ingest", "a.pdf", ""],
        ["documents", "export", "--output", ""],
        ["patients", "import", ""],
        ["patients", "import", "/nowhere.csv"],
        ["search", "x", "--limit", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run, words):
    assert run(*words)[0] == 2


@pytest.mark.parametrize(
    "words", [["review", "list"], ["search", "x"], ["status"], ["status", "--json"], ["config", "explain"], ["documents", "export"]], ids=" ".join
)
def test_an_empty_house_answers_everything(run, words):
    assert run(*words)[0] == 0


def test_export_into_a_missing_folder_and_ingest_of_a_missing_file_say_so(run, tmp_path):
    assert "no folder" in run("documents", "export", "--output", tmp_path / "no" / "out.csv")[2]
    code, _, complaint = run("ingest", tmp_path / "no.pdf")
    assert (code, "no file or folder" in complaint) == (1, True)


@pytest.mark.parametrize("text", ["mathc: {}", "match: [", "web: {port: x}"])
def test_a_wrong_configuration_is_a_fault(run, tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    code, _, complaint = run("status")
    assert (code, complaint.count("\n")) == (1, 1)


def test_a_value_that_is_no_yaml_and_a_password(run, monkeypatch):
    monkeypatch.setenv("CHARTROOM__MATCH__MAX_P_WRONG", "[")
    assert "CHARTROOM__MATCH__MAX_P_WRONG" in run("status")[2]
    monkeypatch.delenv("CHARTROOM__MATCH__MAX_P_WRONG")
    monkeypatch.setenv("CHARTROOM__INDEX__URL", "postgresql+psycopg://clerk:s3cret@db:5432/x")
    shown = run("config", "explain")[1]
    assert "s3cret" not in shown
    assert "clerk:***@db" in shown


@pytest.mark.parametrize("error", [KeyError("Doe, Jane"), OSError(28, "No space left on device"), RecursionError()], ids=["key", "disk", "depth"])
def test_whatever_else_happens_is_one_line_and_a_log_without_values(run, tmp_path, monkeypatch, error):
    def fail(*_, **__):
        patient = "Roe, Richard"
        try:
            int(patient)
        except ValueError:
            raise error from None

    monkeypatch.setattr("workers.status.take_status", fail)
    code, _, complaint = run("status")
    log = tmp_path / "var" / "run" / "errors.log"
    assert (code, complaint.count("\n"), str(log) in complaint) == (1, 1, True)
    written = log.read_text()
    assert type(error).__name__ in written
    assert "test_cli.py" in written
    assert not any(name in written + complaint for name in ("Doe", "Richard, "))
    assert 'patient = "Roe' not in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_import_reports_bad_rows_and_takes_the_rest(run, tmp_path):
    (tmp_path / "p.csv").write_text("mrn,last_name,dob\n1,Doe,1980-01-02\n2,Roe,02/01/1980\n")
    code, said, complaint = run("patients", "import", tmp_path / "p.csv")
    assert (code, said.strip()) == (0, "1 new, 0 changed, 0 unchanged, 1 skipped")
    assert complaint.startswith("line 3: skipped: dob")
    (tmp_path / "p.csv").write_text("mrn,last_name,dob\n2,Roe,02/01/1980\n")
    assert run("patients", "import", tmp_path / "p.csv")[0] == 1


def test_ingest_then_export_audit_and_status(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(b"x")
    code, said, _ = run("ingest", tmp_path / "in")
    assert (code, "1 files wait" in said) == (0, True)
    assert run("documents", "export")[1] == ""
    assert run("audit")[0] == 0
    assert json.loads(run("status", "--json")[1])["files"]["taken"] == 1


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    look, told = os.scandir, []

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert list(entries_below(tmp_path, told.append)) == []
    assert [error.filename for error in told] == [str(tmp_path / "closed")]


def test_status_tells_the_watchers_folders_and_whether_it_lives(run, tmp_path):
    row = {"name": "fax", "waiting": 2, "oldest_wait_seconds": 7.4, "problems": {"folder missing": 1}}
    beat = tmp_path / "var" / "run" / "watch.json"
    beat.parent.mkdir(parents=True)
    for at, state in ((datetime.now(UTC), "running"), (datetime(2026, 1, 1, tzinfo=UTC), "not running: last seen")):
        beat.write_text(json.dumps({"at": at.isoformat(), "pid": 1, "folders": [row]}))
        told = json.loads(run("status", "--json")[1])
        assert told["watched folders"]["fax"] == "2 waiting, the oldest for 7 s, folder missing: 1"
        assert told["watched folders"]["watcher"].startswith(state)
    assert {
        "index",
        "objects",
        "last scrub",
        "walls around opened files",
        "engine",
        "workers",
        "document type model",
        "patient matcher",
        "tesseract",
        "recogniser",
        "poppler",
        "disk free",
    } == set(told["health"])


@pytest.mark.parametrize(("languages", "told"), [("eng", "tesserocr"), ("eng+spa", "tesserocr"), ("eng+tlh+qya", "tesserocr, missing: tlh, qya")])
def test_status_tells_which_languages_cannot_be_read(run, tmp_path, languages, told):
    (tmp_path / "c.yaml").write_text(f"read: {{languages: {languages}}}")
    assert json.loads(run("status", "--json")[1])["health"]["recogniser"] == told


def test_status_begins_with_alarms_and_watches_until_stopped(run, tmp_path, monkeypatch):
    assert next(iter(json.loads(run("status", "--json")[1]).items())) == ("alarms", {"none": ""})
    (tmp_path / "c.yaml").write_text("alarms: {disk_low_megabytes: 1000000000}")
    assert "disk.low" in json.loads(run("status", "--json")[1])["alarms"]
    pauses = iter([None, KeyboardInterrupt])

    def sleep(_):
        if stop := next(pauses):
            raise stop

    monkeypatch.setattr("workers.show.time.sleep", sleep)
    code, said, _ = run("status", "--watch")
    assert (code, "disk.low" in said) == (0, True)
    assert next(pauses, "looked twice") == "looked twice"


def test_watching_goes_on_while_a_store_does_not_answer(monkeypatch):
    looks = iter([StoreFault("The index [b]does not answer."), {"health": {"index": "ok"}}, KeyboardInterrupt()])

    def look():
        found = next(looks)
        if isinstance(found, BaseException):
            raise found
        return found

    shown = []
    monkeypatch.setattr("workers.show.time.sleep", lambda _: None)
    monkeypatch.setattr("workers.show.Live.update", lambda self, what, refresh: shown.append(what))
    show.watching(look)
    assert shown[0] == r"The index \[b]does not answer."
    assert len(shown) == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_csv_cells_are_no_formulas(text):
    assert _safe(text) == f"'{text}"


def test_csv_is_flat_quoted_and_safe_in_every_column():
    field = {"value": "=HYPERLINK(1)", "confidence": 1.0, "page": 1, "box": [0, 0, 1, 1]}
    line = {
        "document_id": "d",
        "source": {"name": '=cmd|"/c calc"!A1', "sha256": "0", "pages": [1, 2]},
        "status": "filed",
        "document_type": "ecg",
        "loinc": None,
        "document_type_confidence": 0.5,
        "patient": {"mrn": "@1", "probability": 1.0},
        "fields": {"patient_name": field},
        "reasons": ["a", "b"],
        "object_key": None,
        "filed_at": None,
    }
    out = io.StringIO()
    _write_csv([line, line | {"patient": None, "fields": {}}], out)
    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    assert (first["source_name"], first["mrn"], first["patient_name"]) == ('\'=cmd|"/c calc"!A1', "'@1", "'=HYPERLINK(1)")
    assert (first["source_pages"], first["reasons"], second["mrn"]) == ("1 2", "a b", "")
    head = next(csv.reader(io.StringIO(out.getvalue())))
    assert len(set(head)) == len(head)
    assert all(row.startswith('"') for row in out.getvalue().splitlines())
