"""Page images for people to look at: the right page, shape and way up, in three sizes."""

import io

import img2pdf
import pikepdf
import pytest
from PIL import Image, ImageDraw

from pipeline.engines.opener import ChildOpener
from pipeline.engines.page_images import WIDTHS, PageImages, _is_webp
from schemas.rules import RenderRules
from store.renditions import SIZES

RULES = RenderRules()
opener = ChildOpener(RULES)
images = PageImages(opener, RULES)


def sheet(mark, size=(1700, 2200), mode="L"):
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, mark), fill=0)
    return image.convert(mode)


def as_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def made(tmp_path, content, pages=(1,)):
    (tmp_path / "original").write_bytes(content)
    return images.make(tmp_path / "original", opener.inspect(tmp_path / "original"), pages, tmp_path)


def test_every_size_that_the_store_knows_is_made():
    assert tuple(WIDTHS) == SIZES


def test_each_page_in_three_sizes_and_never_larger_than_it_is(tmp_path):
    content = as_bytes(sheet(300), format="TIFF", save_all=True, append_images=[sheet(900)], dpi=(200, 200))
    found = made(tmp_path, content, (2, 1))
    assert {page: {size: Image.open(path).size for size, path in sizes.items()} for page, sizes in found.items()} == {
        page: {"thumb": (160, 207), "web": (900, 1165), "wide": (1700, 2200)} for page in (1, 2)
    }
    dark = {page: Image.open(sizes["web"]).convert("L").getpixel((50, 250)) < 128 for page, sizes in found.items()}
    assert dark == {1: False, 2: True}
    assert not list(tmp_path.glob("*.png"))


def test_a_fax_has_square_pixels(tmp_path):
    content = as_bytes(sheet(300, (1728, 1078), "1"), format="TIFF", compression="group4", dpi=(204, 98))
    assert Image.open(made(tmp_path, content)[1]["web"]).size == (900, 1169)


@pytest.mark.parametrize("angle", [90, 180])
def test_a_page_is_shown_as_a_viewer_shows_the_source(tmp_path, angle):
    with pikepdf.open(io.BytesIO(img2pdf.convert(as_bytes(sheet(900), format="PNG", dpi=(200, 200))))) as pdf:
        pdf.pages[0].obj.Rotate = angle
        out = io.BytesIO()
        pdf.save(out)
    web = Image.open(made(tmp_path, out.getvalue())[1]["web"]).convert("L")
    corner = {90: (-5, 5), 180: (-5, -5)}[angle]
    assert web.size == {90: (900, 695), 180: (900, 1165)}[angle]
    assert web.getpixel(tuple(at % side for at, side in zip(corner, web.size, strict=True))) < 128


def test_a_page_that_cannot_be_drawn_has_no_images_and_keeps_nobody_from_theirs(tmp_path):
    good = as_bytes(sheet(300), format="TIFF", save_all=True, append_images=[sheet(900)], dpi=(200, 200))
    assert set(made(tmp_path, good, (2, 7))) == {2}


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x05\0\0\0WEBP", b"RIFF\x04\0\0\0WEBPmore", b"RIFF\x04\0\0\0WAVE"])
def test_what_is_no_whole_webp_is_no_page_image(tmp_path, content):
    (tmp_path / "a.webp").write_bytes(content)
    assert not _is_webp(tmp_path / "a.webp")
    (tmp_path / "a.webp").write_bytes(b"RIFF\x04\0\0\0WEBP")
    assert _is_webp(tmp_path / "a.webp")
