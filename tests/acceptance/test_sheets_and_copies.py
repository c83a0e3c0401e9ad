"""Separator sheets printed, scanned and obeyed, and papers that come again another way: through the real program, every page ending once."""

import io

import pytest
from conftest import pages_by_file
from reportlab.pdfgen.canvas import Canvas

from pipeline.engines.sheet_printer import sheets_pdf
from pipeline.sheets import SheetKind
from samples import damage
from samples.damage import FaxLine, Scan
from workers.separators import print_sheets

INDEX = "mrn,last_name,first_name,middle_name,suffix,sex,dob,ssn_last4,phone,address_line,city,state,zip,previous_last_name,deceased_date\n"
PEOPLE = {"700114": ("MARLOWE", "EDITH", "F", "1956-03-14"), "700995": ("OKONJO", "SAMUEL", "M", "1949-11-02")}
FINE = (204, 196)


def paper(mrn, *pages):
    """A note of some pages about somebody, as PDF. `pages`: what is peculiar to each."""
    last, first, _, born = PEOPLE[mrn]
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(612, 792), invariant=1)
    for number, own in enumerate(pages, 1):
        head = (
            "PROGRESS NOTE",
            f"Patient: {last}, {first}     DOB: {born[5:7]}/{born[8:]}/{born[:4]}     MRN: {mrn}",
            f"Page {number} of {len(pages)}",
        )
        for at, line in enumerate((*head, "", *own)):
            canvas.setFont("Helvetica-Bold" if not at else "Helvetica", 16 if not at else 11)
            canvas.drawString(72, 720 - 22 * at, line)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def lines(topic, first):
    """Sentences that no other page has."""
    said = ("was seen for", "reports less", "continues treatment of", "was examined because of", "asks about", "has improved in")
    return [
        f"Visit {first + 7 * at}: the patient {words} {topic}, reading {first * 3 + 11 * at} today, no other change." for at, words in enumerate(said)
    ]


def scanned(pdf, quality, *, seed, fax=None):
    drawn = damage.render_pages(pdf, damage.RENDER_DPI.get(quality, (200, 200)))
    return [damage.damage_page(page, quality, seed=seed + at, fax=fax and fax._replace(page=at + 1)) for at, page in enumerate(drawn)]


def sheet(folder, kind, request=""):
    print_sheets(folder.with_suffix(".pdf"), folder, kind, request, 1)
    return folder.with_suffix(".pdf").read_bytes()


@pytest.fixture
def desk(house, tmp_path):
    """A house that knows two people."""
    rows = [f"{mrn},{last},{first},,,{sex},{born},,,,,,,,\n" for mrn, (last, first, sex, born) in PEOPLE.items()]
    (tmp_path / "people.csv").write_text(INDEX + "".join(rows))
    house.run("patients", "import", tmp_path / "people.csv")
    return house


def drop(house, folder, **files):
    """Takes in files as if dropped together."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    house.run("ingest", folder, "--wait")


def by_page(lines, name):
    """The export line of every page of a file; each page has one."""
    found = [line for line in lines if line["source"]["name"].endswith(name)]
    assert {count for pages in pages_by_file(found).values() for count in pages.values()} == {1}
    return {page: line for line in found for page in line["source"]["pages"]}


def test_sheets_that_were_printed_here_cut_the_batch_and_a_strangers_is_a_page(desk, tmp_path):
    ours = sheet(desk.var, SheetKind.PATIENT, "req-7"), sheet(desk.var, SheetKind.DOCUMENT)
    patch, theirs = sheets_pdf("PATCH T", "PATCHT"), sheet(tmp_path / "stranger", SheetKind.PATIENT, "REQ-9")
    knee, lung, skin, ears = (
        paper("700114" if at < 1 else "700995", lines(topic, 40 + 90 * at)) for at, topic in enumerate(("knees", "lungs", "skin", "ears"))
    )
    stack = [*scanned(knee, "clean200", seed=1), *scanned(ours[0], "skew300bw", seed=2), *scanned(lung, "punched", seed=3)]
    stack += [*scanned(patch, "faxstd", seed=4), *scanned(skin, "clean200", seed=5)]
    stack += [damage.turn_page(scanned(ours[1], "faxfine", seed=6)[0], 2), *scanned(ears, "clean200", seed=7), *scanned(theirs, "clean200", seed=8)]
    drop(desk, tmp_path / "in", batch_pdf=damage.pdf_bytes([Scan(one.image.convert("L"), one.dpi) for one in stack]))
    said = by_page(desk.export(), "batch.pdf")
    assert sorted(said) == list(range(1, 9))
    assert [page for page, line in said.items() if line["reasons"] == ["separator"]] == [2, 4, 6]
    assert [said[page]["source"]["pages"] for page in (1, 3, 5, 7)] == [[1], [3], [5], [7]]
    assert [said[page]["request"] for page in (1, 3, 5, 7)] == [None, "REQ-7", "REQ-7", "REQ-7"]
    assert said[8]["status"] == "review"
    assert "split.foreign_sheet" in said[8]["reasons"]
    desk.audit()


def test_what_comes_again_is_linked_and_nothing_is_filed_twice(desk, tmp_path):
    first, second, third = lines("knees", 40), lines("hips", 130), lines("shoulders", 220)
    note = paper("700114", first, second)
    drop(desk, tmp_path / "one", scan_pdf=damage.pdf_bytes(scanned(note, "clean200", seed=1)))
    again = {
        "fax_tif": damage.tiff_bytes(scanned(note, "faxfine", seed=3, fax=FaxLine("11/20/2026 08:15", "812-555-0101", 1, 2))),
        "again_pdf": damage.pdf_bytes(scanned(note, "skew300bw", seed=5)),
        "portal_pdf": paper("700114", first, second, third),
    }
    drop(desk, tmp_path / "two", **again)
    lines_out = desk.export()
    (original,) = {line["document_id"] for line in by_page(lines_out, "scan.pdf").values()}
    for name in ("fax.tif", "again.pdf"):
        told = by_page(lines_out, name).values()
        assert {line["status"] for line in told} <= {"set_aside", "review"}, name
        assert {code for line in told for code in line["reasons"]} >= {"duplicate.near"}, name
        assert any(line["links"] for line in told), name
    portal = by_page(lines_out, "portal.pdf")
    assert portal[3]["status"] == "review"
    assert "duplicate.near" in portal[3]["reasons"]
    assert any("page 3 differs" in link for link in portal[3]["links"])
    links = [link for name in ("fax.tif", "again.pdf", "portal.pdf") for line in by_page(lines_out, name).values() for link in line["links"]]
    assert any(original in link for link in links)
    assert {line["document_id"] for line in lines_out if line["status"] == "filed"} <= {original}
    desk.audit()
