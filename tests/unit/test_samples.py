"""The sample makers: what they promise to the demo, the tests and the benchmark."""

import hashlib
import io
import re
import shutil
import subprocess
from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from reportlab.pdfgen.canvas import Canvas

from samples import damage
from samples.batches import make_batches, read_truth
from samples.cast import cast_couple, cast_role, sort_cast
from samples.draw import draw_bare, draw_document
from samples.facts import BENCH_FACILITIES, DEMO_FACILITIES, PRACTICE_FACILITIES, REHEARSAL_FACILITIES, make_case
from samples.layouts import bench, demo, practice, rehearsal
from samples.people import COLUMNS, make_people, write_people
from samples.recipes import RECIPES

PEOPLE = make_people(4000, seed=5)
CAST = sort_cast(PEOPLE)
SETS = {"demo": demo, "practice": practice, "rehearsal": rehearsal, "bench": bench}
EVERY = [(kind, layout) for kind, module in SETS.items() for layout in module.LAYOUTS]


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def drawn(kind, layout, seed=3):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    case = make_case(CAST.plain[seed * 11], kind=kind, seed=seed, mrn="7345218")
    pages = draw_document(canvas, layout, case)
    canvas.save()
    return out.getvalue(), case, pages


def prints_day(case, day, text):
    """In the sender's own form, or in one of those that a system always uses."""
    styles = (case.date_style, "%B %-d, %Y", "%m/%d/%Y", "%-m/%-d/%Y", "%m/%d/%y", "%b %d, %Y", "%d-%b-%Y")
    return any(day.strftime(style).upper() in text.upper() for style in styles)


def page_with_text():
    return damage.render_pages(drawn("demo", demo.LAYOUTS[2])[0], (204, 196))[0]


def test_people_are_the_same_for_a_seed_and_differ_between_seeds():
    assert make_people(300, seed=9) == make_people(300, seed=9) != make_people(300, seed=10)


def test_mrns_are_unique_and_csv_has_the_contracts_columns(tmp_path):
    write_people(tmp_path / "p.csv", PEOPLE)
    head, *rows = (tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()
    assert head == (
        "mrn,last_name,first_name,middle_name,suffix,sex,dob,ssn_last4,phone,address_line,city,state,zip,previous_last_name,deceased_date"
    )
    assert len(rows) == len({p.mrn for p in PEOPLE}) == 4000
    assert tuple(head.split(",")) == COLUMNS


def test_people_hold_the_traps_of_a_real_index():
    names = Counter((p.last_name, p.first_name) for p in PEOPLE)
    assert CAST.twins
    assert CAST.juniors
    assert CAST.doubles
    assert CAST.couples
    assert any(count > 2 for count in names.values())
    assert all(
        any(test(p) for p in PEOPLE) for test in (lambda p: "-" in p.last_name, lambda p: "'" in p.last_name, lambda p: not p.last_name.isascii())
    )
    assert all(any(not getattr(p, name) for p in PEOPLE) for name in ("phone", "dob", "ssn_last4", "address_line", "middle_name"))


def test_births_and_deaths_are_possible():
    born = [(date.fromisoformat(p.dob), p.deceased_date) for p in PEOPLE if p.dob]
    assert all(date(1920, 1, 1) < day < date(2026, 7, 1) for day, _ in born)
    assert all(date.fromisoformat(died) > day for day, died in born if died)


def test_twins_share_birth_date_and_name_but_not_the_first():
    twin = CAST.twins[0]
    others = [p for p in CAST.twins if (p.last_name, p.dob, p.zip) == (twin.last_name, twin.dob, twin.zip) and p.mrn != twin.mrn]
    assert others
    assert all(p.first_name != twin.first_name for p in others)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(("absent", "absent_twin", "absent_namesake")), st.integers(0, 10_000))
def test_absent_people_are_nowhere_in_the_index(kind, seed):
    role = cast_role(CAST, kind, seed)
    assert role.mrn is None
    assert (role.patient.last_name, role.patient.first_name, role.patient.dob) not in {(p.last_name, p.first_name, p.dob) for p in PEOPLE}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_plain_people_are_not_entered_twice(seed):
    person = cast_role(CAST, "plain", seed).patient
    assert [p.mrn for p in PEOPLE if (p.first_name, p.dob) == (person.first_name, person.dob)] == [person.mrn]


def test_couples_live_together_under_two_numbers():
    one, two = cast_couple(CAST, 4)
    assert one.patient.address_line == two.patient.address_line
    assert one.mrn != two.mrn


def test_sets_share_no_layout_no_sender_and_cover_enough_types():
    names = [layout.name for _, layout in EVERY]
    assert len(names) == len(set(names)) >= 24
    assert len({layout.slug for layout in demo.LAYOUTS}) >= 12
    assert len(bench.LAYOUTS) >= 18
    assert len({layout.slug for layout in bench.LAYOUTS}) >= 15
    assert len({layout.slug for _, layout in EVERY}) >= 14
    assert len({layout.draw for _, layout in EVERY}) == len(EVERY)
    assert not {place.name for place in BENCH_FACILITIES} & {place.name for place in (*DEMO_FACILITIES, *PRACTICE_FACILITIES, *REHEARSAL_FACILITIES)}


@pytest.mark.parametrize(("kind", "layout"), EVERY, ids=lambda v: getattr(v, "name", v))
def test_layout_prints_what_its_truth_says(kind, layout):
    pdf, case, _ = drawn(kind, layout)
    text = re.sub(r"\s+", " ", text_of(pdf))
    said = {"patient_mrn": case.mrn, "accession": case.accession}
    assert all(said.get(name, "") in text for name in layout.prints)
    assert case.last.upper() in text.upper()
    assert case.first.upper() in text.upper()
    assert "patient_dob" not in layout.prints or prints_day(case, case.born, text)
    days = {"service_date": case.service, "admit_date": case.admit, "discharge_date": case.discharge}
    assert all(prints_day(case, days[name], text) for name in layout.prints if name in days)


def test_running_pages_say_how_many_they_are():
    pdf, _, pages = drawn("demo", demo.LAYOUTS[0])
    assert pages >= 3
    assert all(f"Page {i} of {pages}" in text_of(pdf) for i in range(1, pages + 1))


def test_standard_fax_has_half_the_lines_and_says_so():
    scan = damage.damage_page(page_with_text(), "faxstd", seed=1, fax=damage.FaxLine("06/01/2026 10:00", "555-0100", 1, 2))
    image = Image.open(io.BytesIO(damage.tiff_bytes([scan, scan])))
    assert (image.mode, image.info["compression"], image.n_frames) == ("1", "group4", 2)
    assert tuple(round(float(v)) for v in image.info["dpi"]) == (204, 98)
    assert abs(image.width / 204 - image.height / 98 * 8.5 / 11) < 0.1


@pytest.mark.parametrize("quality", ["clean300", "clean200", "punched", "faint", "skew300bw", "faxfine", "faxstd", "shaded", "photo"])
def test_damage_keeps_ink_and_repeats_by_seed(quality):
    page = page_with_text()
    one, two = (damage.damage_page(page, quality, seed=7) for _ in range(2))
    assert one.image.tobytes() == two.image.tobytes()
    assert np.asarray(one.image.convert("L")).std() > 10


def test_photo_is_stored_turned_and_exif_puts_it_upright():
    scan = damage.damage_page(page_with_text(), "photo", seed=2)
    image = Image.open(io.BytesIO(damage.jpeg_bytes(scan, orientation=6)))
    assert image.size == scan.image.size[::-1]
    back = np.asarray(ImageOps.exif_transpose(image), dtype=float)
    assert np.abs(back - np.asarray(scan.image, dtype=float)).mean() < 6


@pytest.fixture(scope="module")
def small_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set") / "in"
    return folder, make_batches(folder, PEOPLE, kind="demo", seed=2)


def test_demo_set_holds_what_the_demo_promises(small_set):
    _, truths = small_set
    assert len(truths) >= 38
    assert len({d.document_type for b in truths for d in b.documents}) >= 12
    assert {"text", "pdf", "tiff", "jpeg", "png", "mixed", "encrypted", "truncated", "empty", "fake"} <= {b.container for b in truths}
    assert {"faxfine", "faxstd", "skew300bw", "shaded", "photo"} <= {b.quality for b in truths}
    assert any(b.blank for b in truths)
    assert any(b.separator for b in truths)
    assert any(b.duplicate for b in truths)
    assert any(d.missing_pages for b in truths for d in b.documents)


def test_truth_is_beside_the_folder_and_reads_back(small_set):
    folder, truths = small_set
    assert read_truth(folder.parent / "truth.jsonl") == truths
    assert {p.name for p in folder.iterdir()} == {b.name for b in truths}


def test_truth_gives_every_page_of_the_file_one_part(small_set):
    folder, truths = small_set
    for batch in truths:
        parts = [page for d in batch.documents for page in d.pages] + [*batch.blank, *batch.separator, *batch.duplicate]
        assert sorted(parts) == list(range(1, batch.page_count + 1)), batch.name
        assert batch.refused or _pages(folder / batch.name) == batch.page_count


def _pages(path):
    if path.suffix == ".pdf":
        said = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
        return int(re.search(r"Pages:\s+(\d+)", said)[1])
    with Image.open(path) as image:
        return getattr(image, "n_frames", 1)


@pytest.mark.parametrize(("kind", "seed"), [("demo", 2), ("bench", 6)])
def test_packets_of_two_patients_have_a_page_that_names_nobody(tmp_path, kind, seed, monkeypatch):
    monkeypatch.setitem(RECIPES, kind, tuple(r._replace(container="pdf") for r in RECIPES[kind] if {"bare_end", "bare_start"} & {*r.extras}))
    end, start = make_batches(tmp_path / "in", PEOPLE, kind=kind, seed=seed, processes=1)
    for batch in (end, start):
        one, two = batch.documents
        assert one.fields["patient_name"] != two.fields["patient_name"]
        assert one.pages + two.pages == tuple(range(1, batch.page_count + 1))
        assert len(two.pages) >= 2


@pytest.mark.parametrize(("kind", "layout"), EVERY[::9], ids=lambda v: getattr(v, "name", v))
def test_a_bare_page_names_the_sender_and_nobody_else(kind, layout):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    case = make_case(CAST.plain[33], kind=kind, seed=3, mrn="7345218")
    draw_bare(canvas, layout, case)
    canvas.save()
    text = text_of(out.getvalue())
    assert case.facility.name in text
    assert not {case.last, case.mrn, case.dob} & {*text.replace(",", " ").split()}


def test_broken_files_are_broken(small_set):
    folder, truths = small_set
    broken = {b.container: folder / b.name for b in truths if b.refused}
    opened = {kind: subprocess.run(["pdfinfo", str(path)], capture_output=True, check=False).returncode for kind, path in broken.items()}
    assert set(opened) == {"encrypted", "truncated", "empty", "fake"}
    assert all(code != 0 for code in opened.values())


def test_same_seed_same_bytes(tmp_path):
    folders = [tmp_path / name / "in" for name in "ab"]
    for folder in folders:
        make_batches(folder, PEOPLE, kind="bench", count=5, seed=8, processes=1)
    one, two = ([hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())] for folder in folders)
    assert one == two


@pytest.mark.parametrize("container", ["encrypted", "mixed", "tiff", "truncated"])
def test_every_container_repeats_by_seed(tmp_path, container, monkeypatch):
    recipe = next(r for r in RECIPES["demo"] if r.container == container)
    monkeypatch.setitem(RECIPES, "demo", (recipe._replace(documents=min(2, recipe.documents)),))
    made = [make_batches(tmp_path / name / "in", PEOPLE, kind="demo", count=1, seed=4, processes=1)[0].name for name in "ab"]
    assert (tmp_path / "a" / "in" / made[0]).read_bytes() == (tmp_path / "b" / "in" / made[1]).read_bytes()


def test_bench_recipes_make_the_size_asked_for():
    assert len(RECIPES["bench"]) >= 70
    assert RECIPES["practice"] == RECIPES["rehearsal"] == RECIPES["bench"]
    assert shutil.which("pdftoppm")


@pytest.mark.parametrize(
    ("kind", "layout"),
    [(k, v) for k, v in EVERY if k in ("rehearsal", "bench") and v.slug == "discharge_summary"],
    ids=lambda v: getattr(v, "name", v),
)
def test_discharge_summaries_can_lack_a_page(kind, layout):
    assert all(drawn(kind, layout, seed)[2] > 1 for seed in range(1, 20))
