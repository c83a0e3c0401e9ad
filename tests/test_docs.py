"""The reference pages hold every command, setting, reason, type, field, key and column that the program knows, with its value."""

import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from schemas.config import Config, Folder
from schemas.document import FieldName
from schemas.reasons import REASONS
from schemas.record import DocumentRecord, DocumentStatus
from store.documents import line_of
from workers.cli import app
from workers.patients import COLUMNS
from workers.settings import leaves
from workers.wire import load_catalogue

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def page(name):
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def rows(name):
    """First cell of each table row, without its quotes: its other cells."""
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page(name).splitlines() if line.startswith("| `")]
    return {cells[0].strip().split("`")[1]: cells[1:] for cells in found}


def missing(wanted, there, what):
    left = sorted(set(wanted) - set(there))
    assert not left, f"{what} lacks a line for: {', '.join(left)}"


def shown(value):
    """A default as settings.md writes it."""
    if value == "":
        return "(empty)"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value) or "`[]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def commands(group, prefix="chartroom"):
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        if hasattr(command, "commands"):
            yield from commands(command, path)
        else:
            yield path, command


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_every_reason_with_its_sentence_and_next_step():
    table = rows("reasons.md")
    missing(REASONS, table, "reasons.md")
    missing(table, REASONS, "schemas/reasons.py")
    for code, reason in REASONS.items():
        assert table[code][:2] == [reason.sentence, reason.next_step], f"reasons.md says something else of {code}"


def test_every_setting_with_its_default():
    defaults = dict(leaves(Config()))
    table = rows("settings.md")
    missing(defaults, table, "settings.md")
    for key, value in defaults.items():
        assert table[key][0] == shown(value), f"settings.md: {key} is {shown(value)} by default"


def test_no_setting_that_does_not_exist():
    known = {*dict(leaves(Config())), *(f"folders.N.{item.name}" for item in dataclasses.fields(Folder))}
    missing([key for key in rows("settings.md") if not key.startswith("CHARTROOM")], known, "schemas/config.py")


def test_every_key_of_a_watched_folder():
    missing([f"folders.N.{item.name}" for item in dataclasses.fields(Folder)], rows("settings.md"), "settings.md")


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option(path):
    said = page("commands.md")
    assert f"`{path}" in said, f"commands.md lacks {path}"
    options = [name for item in COMMANDS[path].params for name in [*item.opts, *item.secondary_opts] if name.startswith("--")]
    missing([name for name in options if name != "--help"], re.findall(r"--[a-z-]+", said), f"commands.md ({path})")


def test_no_option_that_does_not_exist():
    known = {name for command in COMMANDS.values() for item in command.params for name in [*item.opts, *item.secondary_opts]}
    missing(re.findall(r"`(--[a-z-]+)", page("commands.md")), known | {"--help"}, "workers/cli.py")


@pytest.mark.parametrize("name", [p.relative_to(ROOT).as_posix() for p in PAGES])
def test_no_command_that_does_not_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    called = re.findall(r"(?:^|`)(?:CHARTROOM_\S+ )*(?:\S*/)?chartroom (\w+)(?: ([a-z]+))?", text, re.MULTILINE)
    known = {path.removeprefix("chartroom ") for path in COMMANDS}
    for first, second in called:
        assert first in known or f"{first} {second}" in known, f"{name} names chartroom {first} {second}"


def test_every_document_type():
    types, table = load_catalogue().types, rows("document-types.md")
    missing(types, table, "document-types.md")
    missing(table, types, "schemas/doctypes.yaml")
    for slug, kind in types.items():
        required = ", ".join(f"`{name}`" for name in kind.required) or "–"
        assert table[slug][:3] == [kind.name, kind.loinc or "–", required], f"document-types.md says something else of {slug}"


def test_every_key_of_the_export_and_every_field():
    record = DocumentRecord("d", "f", "a.pdf", "0", (1,), DocumentStatus.REVIEW, None, None, None, None, None, {}, (), None, datetime.now(UTC), {})
    missing([*line_of(record), *FieldName], rows("export.md"), "export.md")


def test_every_column_of_the_patient_csv_in_order():
    missing(COLUMNS, rows("patient-csv.md"), "patient-csv.md")
    assert f"\n{','.join(COLUMNS)}\n" in page("patient-csv.md")


@pytest.mark.parametrize("name", [p.relative_to(ROOT).as_posix() for p in PAGES])
def test_links_lead_somewhere(name):
    path = ROOT / name
    for target, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        goal = (path.parent / target).resolve() if target else path
        assert goal.exists(), f"{name} links to {target}, which is not there"
        heads = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor[1:] in {head.lower().replace(" ", "-") for head in heads}, f"{name} links to {target}{anchor}"


def test_every_gap_of_the_audit_is_explained():
    said = (DOCS / "howto" / "read-the-audit.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workers").glob("audit*.py")))
    gaps = re.findall(r'(?:gaps\.append\(|gaps \+= \[)f?"([^"]+)"', source)
    assert len(gaps) > 15
    for gap in gaps:
        telling = max(re.split(r"\{[^}]*\}|, ", gap), key=len).strip(" :")
        assert telling in said, f"read-the-audit.md does not explain: {gap}"


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 600
