"""Copies and look-alikes as they come: drawn, damaged by scanner and fax, read by Tesseract, compared."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline.engines.recogniser import Recogniser
from pipeline.likeness import Likeness, compare_pages, imprint
from pipeline.read import read_page
from samples import damage
from samples.damage import FaxLine
from samples.draw import HEIGHT, WIDTH, draw_document
from samples.facts import make_case
from samples.layouts import practice, rehearsal
from samples.people import make_people
from schemas.rules import ReadRules
from schemas.source import RenderedPage

PATIENT = next(person for person in make_people(60, seed=11) if "1930" < person.dob < "2000" and not person.deceased_date)
LABS = {
    kind: next(one for one in layouts if one.slug == "laboratory_report")
    for kind, layouts in (("practice", practice.LAYOUTS), ("rehearsal", rehearsal.LAYOUTS))
}


@pytest.fixture(params=sorted(LABS))
def report(request, tmp_path):
    """Reads the first page of a laboratory report: that of one day, or the one of the day after."""
    case = make_case(PATIENT, kind=request.param, seed=31)
    day = timedelta(days=1)
    after = replace(
        case, service=case.service + day, admit=case.admit + day, discharge=case.discharge + day, accession="R25-40417", seed=case.seed + 1
    )

    def read(quality, *, seed, later=False):
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
        draw_document(canvas, LABS[request.param], after if later else case)
        canvas.save()
        drawn = damage.render_pages(out.getvalue(), damage.RENDER_DPI.get(quality, (200, 200)))[0]
        scan = damage.damage_page(drawn, quality, seed=seed, fax=FaxLine("11/20/2026 08:15", "812-555-0101", seed, 9))
        scan.image.save(tmp_path / "page.png")
        page = RenderedPage(1, WIDTH, HEIGHT, tmp_path / "page.png", *scan.dpi, bilevel=quality in damage.BILEVEL, image_share=1.0)
        return imprint(read_page(page, Recogniser(), None, rules=ReadRules()))

    return read


def test_a_report_is_known_again_after_another_trip_and_the_next_days_is_not_taken_for_it(report):
    first, again, faxed = report("clean200", seed=1), report("clean300", seed=2), report("faxfine", seed=3)
    assert Likeness.OTHER not in {compare_pages(first, again), compare_pages(first, faxed), compare_pages(again, faxed)}
    later = [report("clean200", seed=4, later=True), report("faxfine", seed=5, later=True)]
    assert {compare_pages(one, other) for one in (first, again, faxed) for other in later} == {Likeness.OTHER}
