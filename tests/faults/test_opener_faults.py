"""Hostile and broken files, and readers that die, hang or run out of room: a reason comes back, in time, and only the bad page is lost."""

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from pipeline.engines import nursery
from pipeline.engines.callgate import filter_code
from pipeline.engines.composer import SearchablePdf
from pipeline.engines.nursery import Limits, converse
from pipeline.engines.opener import ChildOpener
from pipeline.engines.selftest import WALLS, probe, standing
from schemas.faults import EngineFault
from schemas.page import PageKind, PageReading
from schemas.rules import RenderRules
from schemas.source import FileKind, Opened, PageFacts, Refused

opener = ChildOpener(RenderRules())
QUICK = RenderRules(page_cpu_seconds=1, page_wall_seconds=3)


def pdf_of(*objects):
    """A PDF file of the objects given, the first of them its catalogue."""
    body, offsets = b"%PDF-1.7\n", []
    for number, thing in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))


def stream(content, extra=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), extra, content)


def one_page(content=b"BT /F1 12 Tf 72 720 Td (Jane Roe) Tj ET", box=b"0 0 612 792", extra=b""):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>" % box
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(content, extra), font)


def nested_bomb():
    """A page whose content inflates twice, to 56 MB of drawing operators."""
    once = zlib.compress(b"0 0 m 9 9 l S " * 4_000_000)
    return one_page(zlib.compress(once, 9), extra=b"/Filter[/FlateDecode/FlateDecode]")


def png_bomb():
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    pixels = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def sheet():
    image = Image.new("1", (850, 1100), 1)
    ImageDraw.Draw(image).rectangle((100, 100, 500, 500), fill=0)
    return image


def tiff_with_bad_second_page():
    out = io.BytesIO()
    sheet().save(out, format="TIFF", compression="group4", save_all=True, append_images=[sheet().rotate(180), sheet()])
    content = bytearray(out.getvalue())
    with Image.open(out) as image:
        image.seek(1)
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]
    content[start : start + length] = b"\x00" * length
    return bytes(content)


def stored(tmp_path, content):
    path = tmp_path / "original"
    path.write_bytes(content)
    return path


def rendered(tmp_path, content, using=opener):
    path = stored(tmp_path, content)
    opened = using.inspect(path)
    assert isinstance(opened, Opened)
    return using.render(path, opened, [page.number for page in opened.pages], tmp_path)


def test_a_page_too_large_for_the_renderer_is_drawn_more_coarsely_or_given_up(tmp_path):
    [page] = rendered(tmp_path, one_page(box=b"0 0 14400 14400"))
    with Image.open(page.image) as image:
        assert image.size == (pytest.approx(14400 / 72 * page.dpi_x, abs=2),) * 2
        assert image.width * image.height <= 100_000_000
    [page] = rendered(tmp_path, one_page(box=b"0 0 99999 99999"))
    assert (page.problem, page.image) == ("image.unreadable", None)


def test_a_page_tree_that_names_itself_is_refused(tmp_path):
    loop = pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    assert opener.inspect(stored(tmp_path, loop)) == Refused("file.corrupt")


def test_a_bomb_costs_only_its_own_page_and_no_more_than_its_budget(tmp_path):
    bomb, begun = nested_bomb(), time.monotonic()
    with pikepdf.new() as joined:
        for content in (one_page(), bomb, one_page()):
            with pikepdf.open(io.BytesIO(content)) as pdf:
                joined.pages.extend(pdf.pages)
        out = io.BytesIO()
        joined.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    pages = rendered(tmp_path, out.getvalue(), ChildOpener(QUICK))
    assert [page.problem for page in pages] == [None, "image.unreadable", None]
    assert time.monotonic() - begun < 5 * QUICK.page_wall_seconds


def test_a_png_that_claims_3_gigapixels_is_not_decoded(tmp_path):
    assert opener.inspect(stored(tmp_path, png_bomb())) == Refused("file.too_large", 1)


def test_only_the_bad_page_of_a_tiff_is_lost(tmp_path):
    pages = rendered(tmp_path, tiff_with_bad_second_page())
    assert [page.problem for page in pages] == [None, "image.unreadable", None]


def test_a_pdf_without_its_end_is_repaired(tmp_path):
    [page] = rendered(tmp_path, one_page().partition(b"startxref")[0])
    assert [word.text for word in page.layer] == ["Jane", "Roe"]


def test_a_page_whose_content_was_cut_off_is_not_taken_for_blank(tmp_path):
    path = stored(tmp_path, one_page().partition(b"4 0 obj")[0])
    opened = opener.inspect(path)
    assert opened == Refused("file.corrupt") or opener.render(path, opened, [1], tmp_path)[0].problem == "image.unreadable"


def half_a_scan():
    out = io.BytesIO()
    Image.effect_noise((850, 1100), 60).save(out, format="JPEG")
    return out.getvalue()[: len(out.getvalue()) // 2]


@pytest.mark.parametrize("stamp", [b"", b"BT /F1 9 Tf 72 20 Td (Received by fax 03/04/2024 page 2 of 3) Tj ET"])
@pytest.mark.parametrize("data", [b"no picture", b"\xff\xd8\xff\xe0 cut", half_a_scan()])
def test_a_scan_that_cannot_be_drawn_is_lost_and_not_blank_whatever_is_stamped_over_it(tmp_path, data, stamp):
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</Im0 6 0 R>>>>>>",
        stream(b"q 612 0 0 792 0 0 cm /Im0 Do Q " + stamp),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        stream(data, b"/Type/XObject/Subtype/Image/Width 850/Height 1100/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode"),
    )
    [page] = rendered(tmp_path, pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", *page))
    assert page.problem == "image.unreadable"


def test_a_page_count_that_lies_neither_adds_nor_hides_pages(tmp_path):
    [page] = rendered(tmp_path, one_page().replace(b"/Count 1", b"/Count 9"))
    assert (page.problem, len(page.layer)) == (None, 2)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_cut_picture_is_corrupt_or_unreadable(tmp_path, kind):
    out = io.BytesIO()
    sheet().convert("L").save(out, format=kind)
    path = stored(tmp_path, out.getvalue()[:1500])
    opened = opener.inspect(path)
    assert opened == Refused("file.corrupt") or opener.render(path, opened, [1], tmp_path)[0].problem == "image.unreadable"


def test_a_page_that_the_file_does_not_have_is_unreadable(tmp_path):
    path = stored(tmp_path, one_page())
    facts = Opened(FileKind.PDF, (PageFacts(1, 612, 792), PageFacts(2, 612, 792)))
    assert [page.problem for page in opener.render(path, facts, [1, 2, 7], tmp_path)] == [None, "image.unreadable", "image.unreadable"]


def test_what_cannot_be_composed_is_a_permanent_fault(tmp_path):
    path = stored(tmp_path, png_bomb())
    reading = PageReading(1, PageKind.UNREADABLE)
    with pytest.raises(EngineFault) as fault:
        SearchablePdf(QUICK).compose(path, Opened(FileKind.PNG, (PageFacts(1, 612, 792),)), [reading], tmp_path)
    assert fault.value.permanent


def test_an_original_that_is_gone_is_our_fault_not_the_senders(tmp_path):
    with pytest.raises(EngineFault):
        opener.inspect(tmp_path / "gone")


def test_a_program_that_is_missing_is_our_fault_not_the_senders(tmp_path, monkeypatch):
    path = stored(tmp_path, one_page())
    monkeypatch.setenv("PATH", str(tmp_path))
    with a_fresh_server(), pytest.raises(EngineFault):
        opener.inspect(path)


@pytest.mark.parametrize("file", ["one page", "scan"])
def test_a_full_disk_is_our_fault_not_the_senders(tmp_path, file):
    out = io.BytesIO()
    sheet().save(out, format="PNG")
    path = stored(tmp_path, one_page() if file == "one page" else out.getvalue())
    (tmp_path / "page-0001.pgm").symlink_to("/dev/full")
    with pytest.raises(EngineFault):
        opener.render(path, opener.inspect(path), [1], tmp_path)


def test_a_missing_scratch_folder_is_our_fault_not_the_senders(tmp_path):
    path = stored(tmp_path, one_page())
    with pytest.raises(EngineFault):
        opener.render(path, opener.inspect(path), [1], tmp_path / "gone")


class a_fresh_server:  # noqa: N801 - reads as a phrase
    """Children come from a new server meanwhile, born into today's environment."""

    def __enter__(self):
        self.kept = dict(nursery._servers)
        nursery._servers.clear()

    def __exit__(self, *_):
        for server in nursery._servers.values():
            server.orders.close()
            server.process.wait(10)
        nursery._servers.clear()
        nursery._servers.update(self.kept)


def stub(tmp_path, name, script):
    folder = tmp_path / "stubs"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


STUBS = {
    "crashes": "kill -SEGV $$",
    "succeeds without a picture": "exit 0",
    "writes nonsense": "echo P5 nonsense",
    "forks and hangs": "sleep 4711 & sleep 4712",
}


@pytest.mark.parametrize("script", STUBS.values(), ids=STUBS.keys())
def test_a_renderer_that_fails_in_any_way_makes_the_page_unreadable(tmp_path, monkeypatch, script):
    path = stored(tmp_path, one_page())
    monkeypatch.setenv("PATH", f"{stub(tmp_path, 'pdftoppm', script)}:{os.environ['PATH']}")
    begun = time.monotonic()
    with a_fresh_server():
        using = ChildOpener(QUICK)
        [page] = using.render(path, using.inspect(path), [1], tmp_path)
    assert page.problem == "image.unreadable"
    assert time.monotonic() - begun < 20
    assert "sleep 471" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_a_child_may_read_only_its_file_and_write_only_in_its_folder(tmp_path):
    """Through a stub in the renderer's place: what a taken-over renderer could do."""
    secret, outside = tmp_path / "secret", tmp_path / "outside"
    secret.write_text("another patient")
    outside.mkdir()
    into = tmp_path / "into"
    into.mkdir()
    path = stored(tmp_path, one_page())
    script = f"cat {secret} > {into}/stolen; echo x > {outside}/written; echo x > {into}/allowed; exit 1"
    folder = stub(tmp_path, "pdftoppm", script)
    with a_fresh_server():
        os.environ["PATH"], kept = f"{folder}:{os.environ['PATH']}", os.environ["PATH"]
        try:
            opener.render(path, opener.inspect(path), [1], into)
        finally:
            os.environ["PATH"] = kept
    assert (into / "allowed").exists()
    if not landlocked():
        pytest.skip("this kernel has no Landlock")
    assert (into / "stolen").read_bytes() == b""
    assert not (outside / "written").exists()


def test_every_wall_that_this_kernel_can_build_stands():
    found = standing()
    assert set(found) == set(WALLS)
    assert found["limits"]
    assert found["network"]
    assert found["privileges"]
    assert found["files"] == landlocked()


def test_a_missing_wall_is_seen(monkeypatch):
    monkeypatch.setattr("pipeline.engines.selftest.converse", lambda job, request, limits: iter([{"done": probe(request, print)}]))
    assert not any(stands for wall, stands in standing().items() if wall != "limits")


def test_the_filter_refuses_by_number_and_ends_foreign_architectures():
    for machine in ("x86_64", "aarch64"):
        code = filter_code(machine)
        jumps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
        for place, (kind, if_true, if_false, _) in enumerate(jumps):
            if kind & 7 == 5:
                assert place + 1 + max(if_true, if_false) < len(jumps)
        assert jumps[-1][3] & 0xFFFF == 38
        assert jumps[-2][3] & 0xFFFF == 1


def landlocked():
    import ctypes

    return ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1


def test_children_of_many_threads_do_not_meet(tmp_path):
    path = stored(tmp_path, one_page())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: opener.inspect(path), range(24)))
    assert {type(one) for one in found} == {Opened}


def test_a_server_that_was_killed_is_replaced(tmp_path):
    path = stored(tmp_path, one_page())
    opener.inspect(path)
    nursery._servers[nursery.FILES].process.kill()
    nursery._servers[nursery.FILES].process.wait()
    assert isinstance(opener.inspect(path), Opened)


def test_a_child_killed_from_outside_is_born_again(tmp_path, monkeypatch):
    path = stored(tmp_path, one_page())
    wait, killed = nursery.wait_for_message, []

    def wait_after_a_kill(line, pid, piece, limits):
        if len(killed) < 2:
            killed.append(os.kill(pid, signal.SIGKILL))
        wait(line, pid, piece, limits)

    monkeypatch.setattr(nursery, "wait_for_message", wait_after_a_kill)
    assert isinstance(opener.inspect(path), Opened)
    assert len(killed) == 2


def test_children_killed_again_and_again_are_the_machines_fault_and_not_the_files(tmp_path, monkeypatch):
    path = stored(tmp_path, one_page())
    wait = nursery.wait_for_message
    monkeypatch.setattr(nursery, "wait_for_message", lambda line, pid, *rest: (os.kill(pid, signal.SIGKILL), wait(line, pid, *rest)))
    with pytest.raises(EngineFault, match="killed from outside"):
        opener.inspect(path)


def test_a_child_that_falls_silent_is_killed(tmp_path):
    path = stored(tmp_path, b"")
    path.unlink()
    os.mkfifo(path)  # nobody will ever write
    begun = time.monotonic()
    request = {"original": str(path), "max_pages": 9, "max_megapixels": 9, "seconds": 9}
    assert list(converse("inspect", request, Limits(1, 0.5, 500))) == []
    assert time.monotonic() - begun < 3


def test_a_message_too_long_ends_the_line():
    ours, theirs = nursery.socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("=I", nursery.MAX_MESSAGE + 1))
        with pytest.raises(ValueError, match="too long"):
            nursery.receive(ours)


def test_no_process_outlives_the_caller(tmp_path):
    path = stored(tmp_path, one_page())
    script = (
        "import sys, os; from pathlib import Path; from pipeline.engines.opener import ChildOpener; from pipeline.engines import nursery;"
        "from schemas.rules import RenderRules; print(type(ChildOpener(RenderRules()).inspect(Path(sys.argv[1]))).__name__,"
        "nursery._servers[nursery.FILES].process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, cwd=Path.cwd(), check=False)
    kind, pid = done.stdout.split()
    assert kind == "Opened"
    for _ in range(100):
        if not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        threading.Event().wait(0.05)
    pytest.fail("the server is still there")
