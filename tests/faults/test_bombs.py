"""Pictures that claim more than they hold, inside a PDF and as a chain of TIFF pages: reasons, in time, and every page is accounted for."""

import io
import struct
import time

import pikepdf
import pytest
from PIL import Image

from pipeline.engines.opener import ChildOpener
from schemas.rules import RenderRules
from schemas.source import Refused

RULES = RenderRules(page_cpu_seconds=3, page_wall_seconds=8, max_megapixels=20)
opener = ChildOpener(RULES)


def rendered(tmp_path, content):
    path = tmp_path / "original"
    path.write_bytes(content)
    begun, opened = time.monotonic(), opener.inspect(path)
    if isinstance(opened, Refused):
        return opened.reason
    pages = opener.render(path, opened, [page.number for page in opened.pages], tmp_path)
    assert time.monotonic() - begun < (1 + 2 * len(pages)) * (RULES.page_wall_seconds + 3)
    return [page.problem for page in pages]


def jbig2(width, height):
    """A JBIG2 stream as PDF holds it: a page of that size, and a generic region all over it coded in a few bytes."""
    page = struct.pack(">IBBI", 0, 48, 1, 19) + struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + b"\0" + bytes([3, 255, 253, 255, 2, 254, 254, 254]) + bytes(16)
    return page + struct.pack(">IBBI", 1, 38, 1, len(region)) + region


def pdf_with(*pictures):
    """A page a picture, each filling it."""
    with pikepdf.new() as made:
        for width, height, picture_filter, data in pictures:
            page = made.add_blank_page(page_size=(612, 792))
            facts = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": width, "Height": height, "BitsPerComponent": 1}
            image = pikepdf.Stream(made, data, ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name(f"/{picture_filter}"), **facts)
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
            page.obj.Contents = made.make_stream(b"q 612 0 0 792 0 0 cm /Im Do Q")
        out = io.BytesIO()
        made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


@pytest.mark.parametrize("data", [jbig2(60_000, 60_000), jbig2(60_000, 60_000)[:30]], ids=["whole", "cut"])
def test_a_jbig2_bomb_is_an_unreadable_page_and_its_neighbours_are_read(tmp_path, data):
    good = (64, 64, "CCITTFaxDecode", b"")
    with pikepdf.open(io.BytesIO(pdf_with((60_000, 60_000, "JBIG2Decode", data), good))) as pdf:
        pdf.pages[1].obj.Contents = pdf.make_stream(b"0 0 m 300 300 l 5 w S")
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert rendered(tmp_path, out.getvalue()) == ["image.unreadable", None]


def chain(pages):
    """A TIFF of some pages, and where each directory of its chain begins."""
    out, page = io.BytesIO(), Image.new("1", (400, 500), 1)
    page.paste(0, (50, 50, 200, 200))
    page.save(out, format="TIFF", compression="group4", save_all=True, append_images=[page.rotate(90 * n) for n in range(1, pages)])
    content, places = out.getvalue(), []
    (at,) = struct.unpack_from("<I", content, 4)
    while at:
        places.append(at)
        (entries,) = struct.unpack_from("<H", content, at)
        (at,) = struct.unpack_from("<I", content, at + 2 + 12 * entries)
    return content, places


def next_of(content, place):
    return place + 2 + 12 * struct.unpack_from("<H", content, place)[0]


@pytest.mark.parametrize("kept", [1, 3])
def test_a_tiff_chain_that_ends_in_nowhere_or_in_itself_keeps_the_pages_before(tmp_path, kept):
    content, places = chain(4)
    for target in (len(content) + 5000, places[0], places[kept - 1]):
        broken = bytearray(content)
        struct.pack_into("<I", broken, next_of(content, places[kept - 1]), target)
        found = rendered(tmp_path, bytes(broken))
        assert found[:kept] == [None] * kept
        assert set(found[kept:]) == ({"image.unreadable"} if target > len(content) else set())  # one too many is held, one too few were lost


def test_a_cut_tiff_chain_loses_no_page_in_silence(tmp_path):
    content, places = chain(4)
    for end in (places[1] + 1, places[2] + 7, places[3] + 20):
        found = rendered(tmp_path, content[:end])
        assert isinstance(found, str) or (found and found[0] is None)
