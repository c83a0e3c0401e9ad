"""What the documents of one file say of each other: repeated pages, faxes that came short, and which versions decided."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageDraw, ImageFont

from pipeline import versions
from pipeline.engines.null import Given
from pipeline.flow import plan_batch, read_pages
from pipeline.ports import TextLine, Tools
from samples.memory_patients import MemoryPatients
from schemas.catalogue import build_catalogue
from schemas.config import Config
from schemas.filing import Hold, SetAside
from schemas.line import Line, LineKind
from schemas.patient import IndexPatient
from schemas.source import RenderedPage
from tests.sheets import sheet

BUILTIN = Line(LineKind.BUILTIN, 1e-4, stated=1e-4)
CATALOGUE = build_catalogue(yaml.safe_load((Path(__file__).parents[2] / "schemas/doctypes.yaml").read_text()))
BODY = ["She was seen for follow up and is doing well on the present regimen today."] * 20
HEAD = ["^Lakeview Hospital", "^Phone (503) 555-1212 Fax (503) 555-1213", "^#DISCHARGE SUMMARY", "Patient: DOE, JANE  DOB: 01/02/1950", ""]
COVER = ["^#FAX COVER SHEET", "To: Dr. Roth", "From: Lakeview Hospital", "Fax: (503) 555-1212", "Pages: {}", "Re: records"]


class Unread:
    """A text model that knows nothing."""

    def scores(self, text):
        return {slug: 1 / len(CATALOGUE.types) for slug in CATALOGUE.types}

    def evidence(self, text, slug, count=5):
        return ()


def planned(*pages):
    tools = Tools(None, None, None, Unread(), MemoryPatients([]), CATALOGUE)
    return plan_batch(pages, tools, Config(), BUILTIN).documents


def test_a_repeated_page_is_linked_with_the_document_that_has_it():
    found = planned(sheet([*HEAD, *BODY], 1), sheet([*HEAD, *BODY], 2, fingerprint="f1"))
    assert [(d.pages, d.links) for d in found] == [((1,), ("page 2 repeats page 1",)), ((2,), ("page 2 repeats page 1",))]
    assert found[1].decision == SetAside("duplicate.page")


def test_a_fax_that_came_short_of_its_covers_count_is_held():
    short, whole = ([d.decision for d in planned(sheet([line.format(n) for line in COVER], 1), sheet([*HEAD, *BODY], 2))] for n in (4, 2))
    assert [isinstance(decision, Hold) and "pages.missing" in decision.reasons for decision in short] == [False, True]
    assert not any(isinstance(decision, Hold) and "pages.missing" in decision.reasons for decision in whole)


def test_every_planned_document_tells_the_versions_of_all_steps():
    assert all(d.versions == versions.STEPS for d in planned(sheet([*HEAD, *BODY], 1)))
    assert {"look", "read", "split", "match", "decide"} < dict(versions.STEPS).keys()


def test_whom_a_site_expects_is_likelier_from_the_first():
    class Requested:
        def times(self, mrns):
            return dict.fromkeys(mrns, 50.0)

    page = sheet([*HEAD, *BODY], 1)
    tools = Tools(None, None, None, Unread(), MemoryPatients([IndexPatient("M1", "Doe", "Jane", dob="1950-01-02")]), CATALOGUE)
    plain, requested = (plan_batch([page], each, Config(), BUILTIN).documents[0].match for each in (tools, replace(tools, expected=Requested())))
    assert plain.candidates[0].bits == requested.candidates[0].bits
    assert requested.why.hypotheses[0].share > plain.why.hypotheses[0].share


class OnePage:
    """An opener whose file is one page of print."""

    def __init__(self, image):
        self.image = image

    def render(self, original, opened, pages, into):
        return (RenderedPage(1, 612, 792, self.image, 200, 200, image_share=1.0),)


@pytest.mark.parametrize("second", [None, Given(said=(TextLine("01/02/1950", 0.99),))])
def test_without_a_second_engine_there_is_the_first_reading_alone(tmp_path, second):
    drawn = Image.new("L", (1700, 2200), 255)
    for at in range(12):
        ImageDraw.Draw(drawn).text((100, 200 + 90 * at), BODY[0], fill=0, font=ImageFont.load_default(36))
    image = tmp_path / "page.png"
    drawn.save(image)
    words = sheet(HEAD).words
    tools = Tools(OnePage(image), Given(words), None, Unread(), MemoryPatients([]), CATALOGUE, second)
    (found,) = read_pages(tmp_path, None, [1], tmp_path, tools, Config())
    assert {again.source for again in found.rereads if again.source.startswith("given")} == ({"given:line"} if second else set())
    assert [word.text for word in found.words] == [word.text for word in words]
