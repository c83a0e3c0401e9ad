"""From a dropped file to a filed document or a review item: the real program, real scans, real engines. Every test ends with the audit."""

import random
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from os import kill

import numpy as np
from conftest import family, pages_by_file, stop, until
from PIL import Image, ImageDraw, ImageFont

from samples.batches import make_batches
from samples.fonts import find_font
from samples.people import make_people, write_people

KILLS = 10


def letter(path, number, *, lines=6):
    """A small scanned page with words of its own."""
    page = Image.new("L", (1240, 1600), 255)
    font = ImageFont.truetype(str(find_font("DejaVuSans")), 34)
    draw = ImageDraw.Draw(page)
    draw.text((420, 90), "PROGRESS NOTE", font=font, fill=0)
    for line in range(lines):
        draw.text((110, 260 + 80 * line), f"Sheet {number} line {line}: seen in clinic, no change today.", font=font, fill=0)
    page.save(path, dpi=(150, 150))


def scanned_pdf(path, count, *, text_page=False):
    """`count` scanned pages in one PDF, after a page that has only a text layer."""
    from pikepdf import Pdf
    from reportlab.pdfgen.canvas import Canvas

    folder = path.parent / f"{path.stem}-pages"
    folder.mkdir()
    with Pdf.new() as whole:
        if text_page:
            canvas = Canvas(str(folder / "cover.pdf"), invariant=True)
            for line in range(12):
                canvas.drawString(72, 700 - 20 * line, f"Records enclosed, please find twenty pages, cover line {line}")
            canvas.save()
            with Pdf.open(folder / "cover.pdf") as cover:
                whole.pages.extend(cover.pages)
        for number in range(count):
            letter(folder / f"{number}.png", number + 1)
            Image.open(folder / f"{number}.png").save(folder / f"{number}.pdf", resolution=150)
            with Pdf.open(folder / f"{number}.pdf") as page:
                whole.pages.extend(page.pages)
        whole.save(path)


def test_sample_records_all_end_somewhere_and_none_in_the_wrong_chart(house, tmp_path):
    people = make_people(2000, seed=90210)
    write_people(tmp_path / "people.csv", people)
    truths = {truth.name: truth for truth in make_batches(tmp_path / "scans", people, kind="demo", seed=4711)}
    house.run("patients", "import", tmp_path / "people.csv")
    house.run("ingest", tmp_path / "scans", "--wait")
    lines = house.export()
    assert {line["source"]["name"] for line in lines} == set(truths)
    assert all(set(seen.values()) <= {1} for seen in pages_by_file(lines).values())
    for line in (line for line in lines if line["status"] == "filed"):
        mine = [d for d in truths[line["source"]["name"]].documents if set(d.pages) & set(line["source"]["pages"])]
        assert {d.mrn for d in mine} == {line["patient"]["mrn"]}
    assert sum(line["status"] == "filed" for line in lines) >= 12
    refused = {truth.refused for truth in truths.values() if truth.refused}
    assert refused <= {code for line in lines for code in line["reasons"]}
    house.audit()


def test_one_text_page_and_twenty_image_pages_are_all_searchable(house, tmp_path):
    scanned_pdf(tmp_path / "packet.pdf", 20, text_page=True)
    house.run("ingest", tmp_path / "packet.pdf", "--wait")
    lines = house.export()
    assert pages_by_file(lines)["packet.pdf"] == dict.fromkeys(range(1, 22), 1)
    assert "twenty" in house.run("search", "twenty")
    for number in (1, 11, 20):
        (found,) = [line for line in lines if number + 1 in line["source"]["pages"]]
        assert found["document_id"] in house.run("search", f'"Sheet {number} line"')
    house.audit()


def test_same_content_twice_is_one_document_and_one_duplicate(house, tmp_path):
    (tmp_path / "in").mkdir()
    letter(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "b.png").write_bytes((tmp_path / "in" / "a.png").read_bytes())
    house.run("ingest", tmp_path / "in", "--wait")
    house.run("ingest", tmp_path / "in", "--wait")
    reasons = {line["source"]["name"]: line["reasons"] for line in house.export()}
    assert len(reasons) == 2
    assert reasons.pop("b.png") == ["duplicate.exact"]
    assert "duplicate.exact" not in reasons["a.png"]
    house.audit()


def test_five_hundred_files_at_once_are_each_taken_once(house, tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(500):
        Image.fromarray(np.full((60, 50), 255 - number % 7, np.uint8)).save(tmp_path / "many" / f"{number}.png", dpi=(72 + number, 72))
    house.run("ingest", tmp_path / "many", "--wait")
    assert len(pages_by_file(house.export())) == 500
    assert house.audit()["files"]["settled"] == 500


def test_dropped_file_leaves_the_folder_and_the_operator_gets_a_receipt(house):
    up = house.start("up")
    try:
        letter(house.inbox / "scan 1.png", 1)
        receipt = until(lambda: list(house.receipts.glob("scan 1.png.receipt.txt")) if house.receipts.is_dir() else [])[0]
        assert not (house.inbox / "scan 1.png").exists()
        assert "Pages in    1\n" in receipt.read_text()
        item = house.run("review", "list").split("\n")[1].split()[0]
        assert "Sign in" in until(lambda: fetch(f"http://127.0.0.1:{house.port}/items/{item}"))
        token = signed_up(house)
        assert item in until(lambda: fetch(f"http://127.0.0.1:{house.port}/api/v1/review", token))
    finally:
        stop(up)
    assert item in house.run("review", "show", item)
    house.run("review", "resolve", item, "--set-aside", "cover", "--by", "user:test")
    house.run("review", "resolve", item, "--set-aside", "cover", "--by", "user:test", code=1)
    assert house.export()[0]["status"] == "set_aside"
    house.audit()


def signed_up(house):
    """The first user made by the printed link; a token that acts for them."""
    link = re.search(r"http://\S+/welcome/\S+", (house.var.parent / "log.txt").read_text())[0]
    words = {"name": "ann", "password": "four words in a row", "again": "four words in a row"}
    form = urllib.request.Request(link, urllib.parse.urlencode(words).encode(), {"Origin": link.partition("/welcome")[0]})
    assert "Sign in" in urllib.request.urlopen(form, timeout=30).read().decode()
    assert "lead, it" in house.run("users", "list")
    return house.run("users", "token", "ann").strip()


def fetch(url, token=""):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=5).read().decode()
    except OSError:
        return ""


def test_ten_kills_at_random_moments_over_forty_files(house):
    chance, up = random.Random(20261121), house.start("up")
    for number in range(40):
        letter(house.inbox / f"{number}.png", number, lines=3)
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.5, 4))
            kill(victim := chance.choice(family(up.pid)), signal.SIGKILL)
            if victim == up.pid:
                up.wait()
                up = house.start("up")
        until(lambda: settled(house) == 40, seconds=300)
    finally:
        stop(up)
    lines = house.export()
    assert len(lines) == 40
    assert {line["status"] for line in lines} <= {"review", "filed"}
    assert house.audit()["files"] == {"taken in": 40, "settled": 40, "in work": 0, "waiting in watched folders": 0}


def settled(house):
    try:
        import json

        return json.loads(house.run("audit", "--json"))["files"]["settled"]
    except (AssertionError, subprocess.TimeoutExpired):
        return 0
