"""A file's kind comes from its content, and a file cut anywhere is known to be incomplete."""

import io
import struct

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from pipeline.sniff import is_complete, sniff
from schemas.source import FileKind


def picture(mode="L"):
    image = Image.new(mode, (120, 90), "white")
    ImageDraw.Draw(image).text((5, 5), "FAX 1 OF 2", fill="black")
    return image


def saved(**options):
    out = io.BytesIO()
    picture("1" if options.get("compression") == "group4" else "L").save(out, **options)
    return out.getvalue()


def report():
    out = io.BytesIO()
    page = canvas.Canvas(out, pageCompression=0)
    page.drawString(72, 700, "Discharge summary")
    page.showPage()
    page.save()
    return out.getvalue().rstrip()


def with_xref_stream():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(report())) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue().rstrip()


def linearized():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(report())) as pdf:
        pdf.save(out, linearize=True)
    return out.getvalue().rstrip()


FILES = {
    "pdf": report(),
    "pdf with xref stream": with_xref_stream(),
    "pdf linearized": linearized(),
    "tiff little-endian": saved(format="TIFF"),
    "tiff group 4": saved(format="TIFF", compression="group4"),
    "tiff deflate": saved(format="TIFF", compression="tiff_adobe_deflate", dpi=(204, 98)),
    "tiff two pages": saved(format="TIFF", save_all=True, append_images=[picture()]),
    "bigtiff": saved(format="TIFF", big_tiff=True),
    "jpeg": saved(format="JPEG"),
    "jpeg progressive": saved(format="JPEG", progressive=True),
    "png": saved(format="PNG"),
}


def complete(content):
    kind = sniff(content[:1024])
    return kind is not None and is_complete(io.BytesIO(content), kind)


@pytest.mark.parametrize("name", FILES)
def test_a_whole_file_is_known_and_complete(name):
    kind = sniff(FILES[name][:1024])
    assert kind is not None
    assert kind.value in name
    assert complete(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_at_any_byte_is_incomplete(name):
    content = FILES[name]
    whole = len(content.rstrip(b"\0"))  # padding after the last page is no loss
    assert [cut for cut in range(whole) if complete(content[:cut])] == []


def big_endian():
    strip = b"\0" * 12
    entries = [(256, 3, 1, 8 << 16), (257, 3, 1, 12 << 16), (273, 4, 1, 8), (279, 4, 1, 12)]
    directory = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *entry) for entry in entries) + struct.pack(">I", 0)
    return b"MM\0*" + struct.pack(">I", 20) + strip + directory


def test_a_big_endian_tiff_with_its_strips_before_the_directory():
    content = big_endian()
    assert complete(content)
    assert not any(complete(content[:cut]) for cut in range(len(content)))


@pytest.mark.parametrize("garbage", [b"\n\n", b"\0" * 5000, b"\r\n--boundary--" * 20])
def test_garbage_after_a_pdf_is_tolerated(garbage):
    assert complete(FILES["pdf"] + garbage)


def test_junk_before_the_header_is_tolerated():
    assert complete(b"\0" * 700 + FILES["pdf"])


@pytest.mark.parametrize("cut", range(20, 200, 9))
def test_a_pdf_whose_next_revision_is_still_being_written_is_incomplete(cut):
    revision = b"\n5 0 obj\n<</Length 300>>\nstream\n" + b"q " * 150 + b"\nendstream\nendobj\nxref\n0 1\n"
    assert not complete(FILES["pdf"] + revision[:cut])


def test_padding_after_a_jpeg_is_tolerated_but_not_a_second_half_picture():
    assert complete(FILES["jpeg"] + b"\0" * 300)
    assert not complete(FILES["jpeg"] + FILES["jpeg"][:200])


def test_a_thumbnails_end_does_not_make_a_cut_jpeg_complete():
    exif = b"\xff\xe1" + struct.pack(">H", len(FILES["jpeg"]) + 2) + FILES["jpeg"]
    whole = FILES["jpeg"][:2] + exif + FILES["jpeg"][2:]
    assert complete(whole)
    assert not complete(whole[: len(exif) + 40])


def test_a_directory_that_names_itself_as_the_next_ends():
    loop = b"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x64\0\0\0\x08\0\0\0"
    assert is_complete(io.BytesIO(loop), FileKind.TIFF)


@pytest.mark.parametrize("content", [b"", b"<html>502</html>", b"PK\x03\x04", b"GIF89a", b"MSH|^~\\&|", b"\0" * 2000 + b"%PDF-1.4"])
def test_other_kinds_are_none_of_ours(content):
    assert sniff(content[:1024]) is None


@given(
    st.sampled_from(list(FileKind)),
    st.sampled_from([b"", b"II*\0", b"MM\0+\0\x08\0\0", b"\xff\xd8\xff", b"%PDF-1.7 startxref 0 %%EOF"]),
    st.binary(max_size=400),
)
def test_hostile_bytes_never_raise(kind, head, rest):
    assert is_complete(io.BytesIO(head + rest), kind) in {True, False}
