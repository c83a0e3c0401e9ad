"""The papers and the judge of `make bench-language`: truth stands on the page, and each figure moves when what it measures does."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest

from samples.langbench import goals, judge
from samples.langbench.batches import Batch, make_batch
from samples.langbench.bodies import Fold, body_rows, judge_fold, misread
from samples.langbench.case import make_case
from samples.langbench.document import Plan, Truth, choose_look, compose
from samples.langbench.examine import Cut, Examined, Finding, Value
from samples.langbench.families import FAMILIES, families_of
from samples.langbench.paper import scan_page
from samples.langbench.people import TODAY, make_house, make_person
from samples.langbench.run import Size, judge_all, measure
from samples.langbench.sheet import HIGH, WIDE
from samples.langbench.writing import slugs
from samples.readbench.fonts import Family
from samples.train import Text
from schemas.document import FieldName
from workers.wire import load_catalogue

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FONT = Family("DejaVu Sans", DEJAVU / "DejaVuSans.ttf", DEJAVU / "DejaVuSans-Bold.ttf", DEJAVU / "DejaVuSans.ttf")
NAME, DOB, MRN = FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.PATIENT_MRN


def paper(slug, layout, seed=1, **plan):
    rng = Random(seed)
    case = make_case(make_person(rng, sex="F", ages=(20, 40)), make_house(rng), slug, "48213377", rng)
    chosen = Plan(
        **{"slug": slug, "layout": layout, "titled": True, "header": True, "pages": 1, "later": "run", "numbering": "of", "foot": True} | plan
    )
    return case, *compose(chosen, case, choose_look((FONT,), rng), rng)


@pytest.fixture(scope="module")
def made():
    return [make_batch(4, number, (FONT,)) for number in range(36)]


def said(sheets):
    return " ".join(text.text for sheet in sheets for text in sorted(sheet.texts, key=lambda one: (one.y, one.x)))


def test_every_type_of_the_catalogue_has_papers_and_every_layout_is_used():
    assert set(slugs()) == set(load_catalogue().types) - {"unknown"}
    assert len(FAMILIES) >= 40
    assert {layout for slug in slugs() for layout in families_of(slug)} == set(FAMILIES)


@pytest.mark.parametrize("layout", FAMILIES)
@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_truth_says_is_printed_and_stays_on_the_paper(layout, seed):
    slug = next(slug for slug in slugs() if layout in families_of(slug))
    case, sheets, truth = paper(slug, layout, seed)
    text = said(sheets)
    assert all(word.upper() in text.upper() for word in truth.name.split())
    assert truth.mrn in text
    assert not truth.dob or (truth.dob == case.patient.born.isoformat() and str(case.patient.born.year % 100) in text)
    assert not set("<>|") & set(text.replace("<12", "").replace("<100", "")) or slug == "laboratory_report" or " | " in text
    for sheet in sheets:
        for one in sheet.texts:
            assert one.x >= 0
            assert one.x + sheet.wide(one.text, one.size, one.cut) <= WIDE
            assert 0 <= one.y <= HIGH - one.size


def test_a_paper_without_header_and_foot_names_nobody():
    case, sheets, truth = paper("consultation", "colon list", header=False, foot=False, later="nothing")
    assert (truth.name, truth.dob, truth.mrn, truth.layout) == ("", "", "", "none")
    assert case.mrn not in said(sheets)


def test_pages_are_numbered_as_the_truth_says():
    _, sheets, truth = paper("laboratory_report", "cells", pages=3, numbering="of")
    assert truth.numbered
    assert truth.pages == len(sheets) == 3
    assert all(
        any(str(at) in one.text and "3" in one.text for one in sheet.texts if one.y > HIGH - 40 or one.y < 20) for at, sheet in enumerate(sheets, 1)
    )
    assert not paper("laboratory_report", "cells", pages=3, numbering="page")[2].numbered


def test_batches_are_what_the_hard_set_promises(made):
    made = [batch for batch, _ in made]
    papers = [one for batch in made for one in batch.papers]
    pairs = [(a.patient, b.patient) for batch in made for a, b in zip(batch.papers, batch.papers[1:], strict=False)]
    assert all(6 <= len(batch.papers) <= 12 for batch in made)
    assert 0.7 < np.mean([one.titled for one in papers]) < 0.8
    assert 0.2 < np.mean([one.layout == "none" for one in papers]) < 0.4
    assert 0.45 < np.mean([a == b for a, b in pairs]) < 0.7
    assert set(slugs()) == {one.slug for one in papers}
    assert Counter(batch.level for batch in made) == {"clean": 12, "bw200": 12, "faxfine": 12}


def test_nothing_stands_on_anything_else(made):
    for _, sheets in made:
        for sheet in sheets:
            places = [(one.x, one.y, one.x + sheet.wide(one.text, one.size, one.cut), one.y + one.size) for one in sheet.texts]
            for (left, top, right, foot), (x0, y0, x1, y1) in combinations(places, 2):
                over = min(foot, y1) - max(top, y0)
                assert over < 0.3 * min(foot - top, y1 - y0) or min(right, x1) <= max(left, x0)


def test_the_same_seed_makes_the_same_batch_and_another_another():
    one, same, other = (make_batch(seed, 3, (FONT,))[0] for seed in (7, 7, 8))
    assert one == same != other


def test_patients_of_maternity_and_of_directives_are_of_age(made):
    for batch, _ in made:
        for one in batch.papers:
            born = int(one.patient.rsplit(" ", 1)[1][:4])
            assert one.slug != "maternity" or 17 <= TODAY.year - born <= 46
            assert one.slug != "advance_directive" or TODAY.year - born >= 17


@pytest.mark.parametrize(("level", "dpi", "mode"), [("clean", (300, 300), "L"), ("bw200", (200, 200), "1"), ("faxfine", (204, 196), "1")])
def test_a_page_comes_out_as_its_device_makes_it(level, dpi, mode):
    _, sheets, _ = paper("progress_note", "colon list")
    scan = scan_page(sheets[0], level, Random(3))
    assert (scan.dpi, scan.image.mode) == (dpi, mode)
    assert 0.005 < np.mean(np.asarray(scan.image.convert("L")) < 128) < 0.2


TRUTH = Truth(
    "ecg", "cells", "label above", True, "Ana M Ruiz 1950-02-03", "RUIZ, ANA M", "1950-02-03", "123456", ("Luis Ruiz", "Omar Beck"), 1, False
)


def finding(**changes):
    values = {NAME: Value("RUIZ, ANA M", 2), DOB: Value("1950-02-03", 2), MRN: Value("123456", 2)}
    base = Finding(TRUTH, "clean", "ecg", 0.97, "cardiology", 0.99, False, False, values, (), ("RUIZ, ANA M",), ())
    return replace(base, **changes)


def row(rows, goal):
    return next(one for one in rows if one.goal == goal.text)


@pytest.mark.parametrize(
    ("printed", "read", "right"),
    [
        ("RUIZ, ANA M", "RUIZ, ANA M", True),
        ("Mrs. Ana M. Ruiz", "RUIZ, ANA M", True),
        ("Ana M Ruiz", "RUIZ, ANA", False),
        ("RUIZ, ANA", "ANA, RUIZ", False),
        ("Ana Ruiz", "ANA, RUIZ", False),
        ("D'Angelo III, José", "DANGELO, JOSE III", True),
        ("Ana De La Cruz", "DE LA CRUZ, ANA", True),
        ("RUIZ, ANA M", "RU1Z, ANA M", False),
        ("RUIZ, ANA M", "", False),
    ],
)
def test_names_are_compared_as_printed(printed, read, right):
    assert judge.same_name(printed, read) is right


def test_a_wrong_type_counts_only_where_nobody_is_asked():
    rows = list(judge.type_rows([finding(), finding(slug="referral"), finding(slug="referral", asks=True), finding(asks=True)]))
    assert row(rows, goals.TYPE_ERROR).value == row(rows, goals.TYPE_COVERAGE).value == 50


def test_folders_are_judged_by_the_catalogue():
    rows = list(judge.folder_rows([finding(folder="results"), finding(folder="notes"), finding(asks_folder=True)], {"ecg": "results"}))
    assert row(rows, goals.FOLDER_ERROR).value == 50
    assert row(rows, goals.FOLDER_COVERAGE).value == pytest.approx(100 * 2 / 3)


def test_calibration_error_is_the_gap_between_stated_and_right():
    assert judge.calibration_error([(0.95, True)] * 19 + [(0.95, False)]) == pytest.approx(0, abs=1e-9)
    assert judge.calibration_error([(0.95, True)] * 10 + [(0.95, False)] * 10) == pytest.approx(0.45)


def test_fields_that_are_not_printed_are_not_asked_for():
    rows = list(judge.field_rows([finding(), finding(values={}), finding(truth=replace(TRUTH, name="", dob=""), values={})]))
    found = row(rows, goals.FOUND["name", "clean"])
    assert (found.value, found.n) == (0.5, 2)


def test_a_sure_value_that_is_not_on_the_paper_is_wrong():
    other = {DOB: Value("1951-02-03", 2), MRN: Value("999999", 1)}
    rows = list(judge.sure_rows([finding(), finding(values=other), finding(truth=replace(TRUTH, dob=""))]))
    sure = row(rows, goals.SURE_WRONG)
    assert (sure.value, sure.n) == (40, 5)


@pytest.mark.parametrize(
    ("name", "other"), [("RUIZ, LUIS", True), ("RUIZ, ANA", False), ("BECK, OMAR", True), ("RUIZ", False), ("", False), ("STONE, PETER", False)]
)
def test_another_person_is_one_whom_the_paper_names(name, other):
    assert row(list(judge.person_rows([finding(page_names=(name,))])), goals.OTHER_PERSON).value == other


def batch_of(parts, held, patients="AABB"):
    papers = tuple(replace(TRUTH, patient=who) for who in patients)
    return Examined(Batch(0, "clean", papers), (), Cut(parts, held), 0.02)


@pytest.mark.parametrize(
    ("parts", "held", "f1", "whole", "missed"),
    [
        (((1,), (2,), (3,), (4,)), (False,) * 4, 1, 100, 0),
        (((1,), (2, 3), (4,)), (False,) * 3, 0.8, 0, 1),
        (((1,), (2, 3), (4,)), (False, True, False), 0.8, 0, 0),
        (((1, 2), (3,), (4,)), (False,) * 3, 0.8, 0, 0),
    ],
)
def test_a_patients_border_is_missed_when_it_is_neither_cut_nor_held(parts, held, f1, whole, missed):
    rows = list(judge.split_rows([batch_of(parts, held)]))
    assert row(rows, goals.START_F1).value == pytest.approx(f1)
    assert (row(rows, goals.WHOLE).value, row(rows, goals.MISSED).value) == (whole, missed)


def test_gaps_and_false_alarms_are_counted_apart():
    rows = list(judge.gap_rows([finding(gaps=(True, False)), finding(reasons=("pages.missing",))]))
    assert (row(rows, goals.GAP_TOLD).value, row(rows, goals.GAP_FALSE).value) == (50, 50)


def test_misread_text_has_the_share_of_errors_that_is_asked_for():
    text = "the patient was seen and examined " * 60
    assert misread(text, 0, Random(1)) == text
    changed = sum(misread(letter, 0.10, Random(at)) != letter for at, letter in enumerate(text))
    assert 0.07 < changed / len(text) < 0.12


def test_bodies_are_judged_by_a_model_that_did_not_see_them():
    words = {"ecg": "sinus rhythm axis", "referral": "please evaluate knee", "maternity": "placenta delivered apgar"}
    texts = [
        Text(slug, f"{said} {at} noted today by the clinician in the usual way", "report", str(at)) for at in range(8) for slug, said in words.items()
    ]
    hits = judge_fold(Fold(tuple(texts[6:]), tuple(texts[:6]), 1))
    assert len(hits) == 6
    assert all(clean for clean, _ in hits)
    swapped = tuple(one._replace(slug="ecg" if one.slug == "referral" else "referral") for one in texts[:2])
    assert not any(clean for clean, _ in judge_fold(Fold(tuple(texts[6:]), swapped, 1)))
    assert all(one.value is None and not one.met for one in body_rows(None, 1))


def test_a_tiny_run_reads_asks_and_judges_every_row():
    rows = measure(5, Size(1, papers=2), (FONT,), None, trains=False, processes=1)
    assert [one.goal for one in rows[: len(goals.GOALS)]] == [goal.text for goal in goals.GOALS]
    assert row(rows, goals.OTHER_PERSON).n >= 2
    assert row(rows, goals.FOUND["name", "clean"]).n >= 1
    assert row(rows, goals.COST).value > 0
    assert row(rows, goals.TRAINING).value is None
    assert not row(rows, goals.TRAINING).met


def test_nothing_examined_meets_no_goal():
    assert not any(one.met for one in judge_all([]))
