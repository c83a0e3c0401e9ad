"""Archival renditions: what conforms is proved by an independent validator, what cannot is told; and no page looks any different."""

import hashlib
import io
import subprocess

import img2pdf
import page
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops, ImageDraw
from reportlab.pdfgen import canvas

from pipeline.engines.archivist import NOT_MADE, Archivist
from pipeline.engines.composer import SearchablePdf
from pipeline.engines.opener import ChildOpener
from schemas.page import Box, PageKind, PageReading, ReadFrom, Word
from schemas.rules import RenderRules

RULES = RenderRules()
archivist, opener, composer = Archivist(RULES), ChildOpener(RULES), SearchablePdf(RULES)


def sheet(mode="L", size=(850, 1100)):
    image = Image.new("L", size, "white")
    ImageDraw.Draw(image).rectangle((100, 50, 300, 110), fill="black")
    return image.convert(mode)


def as_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def text_pdf(font="Helvetica"):
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=(612, 792))
    paper.setFont(font, 14)
    paper.drawString(72, 700, "Patient: Jane Roe")
    paper.save()
    return out.getvalue()


def composed(tmp_path, content, turn=0):
    """A document as it is filed."""
    original = tmp_path / "original"
    original.write_bytes(content)
    opened = opener.inspect(original)
    words = (Word("García-Müller", Box(0.1, 0.2, 0.4, 0.23), 0.9, 0), Word("Ωμέγα", Box(0.5, 0.2, 0.6, 0.23), 0.9, 0))
    readings = [
        PageReading(one.number, PageKind.TEXT, words, ReadFrom.OCR, width_pt=one.width_pt, height_pt=one.height_pt, turn=turn) for one in opened.pages
    ]
    return composer.compose(original, opened, readings, tmp_path)


SCANS = {
    "jpeg": as_bytes(sheet("RGB"), format="JPEG", dpi=(100, 100)),
    "fax": as_bytes(sheet("1", (1728, 1078)), format="TIFF", compression="group4", dpi=(204, 98)),
    "gray png": as_bytes(sheet(), format="PNG", dpi=(100, 100)),
    "palette": as_bytes(sheet("P"), format="PNG", dpi=(100, 100)),
    "see-through": as_bytes(sheet("RGBA"), format="PNG", dpi=(100, 100)),
    "scanned pdf": img2pdf.convert(as_bytes(sheet("RGB"), format="JPEG")),
    "two pages": as_bytes(sheet(), format="TIFF", save_all=True, append_images=[sheet("1")], dpi=(100, 100)),
}


@pytest.mark.parametrize("kind", SCANS)
def test_a_scanned_document_conforms(tmp_path, kind):
    document = composed(tmp_path, SCANS[kind], turn=90)
    made = archivist.archive(document, tmp_path)
    assert made.findings == ()
    assert page.is_pdf_compliant(made.path, profile=page.ValidationProfile.PDF_A_2B)
    assert not page.is_pdf_compliant(document, profile=page.ValidationProfile.PDF_A_2B)  # the validator is no rubber stamp
    assert images_of(made.path) == images_of(document)
    assert drawn(made.path, tmp_path, "after").tobytes() == drawn(document, tmp_path, "before").tobytes()
    said = subprocess.run(["pdftotext", made.path, "-"], capture_output=True, text=True, check=True).stdout
    assert {"García-Müller", "Ωμέγα"} <= set(said.split())


def images_of(pdf):
    with pikepdf.open(pdf) as made:
        return [hashlib.sha256(image.read_raw_bytes()).hexdigest() for one in made.pages for image in one.images.values()]


def drawn(pdf, folder, name):
    subprocess.run(["pdftoppm", "-r", "50", "-gray", "-singlefile", pdf, folder / name], check=True)
    return Image.open(folder / f"{name}.pgm")


def cmyk():
    return as_bytes(sheet("CMYK"), format="TIFF", dpi=(100, 100))


@pytest.mark.parametrize(("content", "clause"), [(text_pdf(), "FONT-EMBEDDING"), (cmyk(), "DEVICE-CMYK")], ids=["font", "printing colours"])
def test_what_cannot_conform_is_told_and_not_pretended(tmp_path, content, clause):
    made = archivist.archive(composed(tmp_path, content), tmp_path)
    assert made.path is None
    assert any(clause in finding for finding in made.findings)


def dressed(tmp_path):
    """A scan with everything that a sender may put in and that can be taken out without the page looking any different."""
    with pikepdf.open(io.BytesIO(SCANS["scanned pdf"])) as pdf:
        [image] = pdf.pages[0].images.values()
        image.Interpolate = True
        image.Metadata = pdf.make_stream(b"<not xmp>")
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([])))
        pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="1"))
        looks = pdf.make_stream(b"1 0 0 rg 0 0 50 50 re f", Subtype=Name.Form, BBox=[0, 0, 50, 50])
        shown = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=[10, 10, 60, 60], AP=Dictionary(N=looks))
        hidden = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=[90, 90, 95, 95], F=2)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(shown), pdf.make_indirect(hidden)])
        pdf.pages[0].contents_add(pdf.make_stream(b"q Q\n"))
        pdf.save(tmp_path / "dressed.pdf", compress_streams=False)
    return tmp_path / "dressed.pdf"


def test_what_is_not_seen_is_taken_out_and_what_is_seen_stays(tmp_path):
    made = archivist.archive(dressed(tmp_path), tmp_path)
    assert made.findings == ()
    before, after = drawn(tmp_path / "dressed.pdf", tmp_path, "before"), drawn(made.path, tmp_path, "after")
    assert ImageChops.difference(before, after).getbbox() is None
    assert b"JavaScript" not in made.path.read_bytes()


@pytest.mark.parametrize("last", [b"\n", b"\r"])
def test_a_stream_that_ends_with_an_end_of_line_has_its_true_length(tmp_path, last):
    jpeg = SCANS["jpeg"] + last
    with pikepdf.open(io.BytesIO(img2pdf.convert(SCANS["jpeg"]))) as pdf:
        [image] = pdf.pages[0].images.values()
        image.write(jpeg, filter=Name.DCTDecode)
        pdf.save(tmp_path / "ends.pdf")
    assert archivist.archive(tmp_path / "ends.pdf", tmp_path).findings == ()


def test_equal_documents_give_equal_renditions(tmp_path):
    document = composed(tmp_path, SCANS["fax"])
    first = archivist.archive(document, tmp_path).path.read_bytes()
    assert archivist.archive(document, tmp_path).path.read_bytes() == first


def test_a_file_that_is_no_pdf_is_told(tmp_path):
    (tmp_path / "odd").write_bytes(b"%PDF-1.4 and nothing")
    assert archivist.archive(tmp_path / "odd", tmp_path) == (None, (NOT_MADE,))
