"""What the documents of one file say of each other: repeated pages, faxes that came short, and which versions decided."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageDraw, ImageFont

from pipeline import flow, versions
from pipeline.engines.null import Given
from pipeline.flow import plan_batch, read_pages
from pipeline.ports import Tools
from samples.memory_patients import MemoryPatients
from schemas.catalogue import build_catalogue
from schemas.config import Config
from schemas.faults import EngineFault
from schemas.filing import Hold, SetAside
from schemas.line import Line, LineKind
from schemas.page import Box, Word
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

    def evidence(self, text, slug, against=None):
        return ()

    def known(self, text):
        return 1.0


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


def test_what_asks_for_protection_is_never_filed_by_itself():
    (found,) = planned(sheet([*HEAD, "HIV-1 RNA 40 copies/mL", *BODY], 1))
    assert isinstance(found.decision, Hold)
    assert "sensitivity.hiv" in found.decision.reasons
    assert [(label.name, label.pages) for label in found.checks.labels] == [("hiv", (1,))]


def test_a_document_is_told_which_of_its_pages_did_not_come():
    (found,) = planned(sheet([*HEAD, *BODY, "^Page 1 of 3"], 1), sheet(["Patient: DOE, JANE  DOB: 01/02/1950", *BODY, "^Page 3 of 3"], 2))
    assert found.checks.missing == ("page 2 of 3 is not here",)
    assert "pages.missing" in found.decision.reasons


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


@pytest.mark.parametrize("second", [None, Given(said=((Word("01/02/1950", Box(0.0, 0.0, 1.0, 1.0), 0.99, 0),),))])
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


class Failing(Given):
    """A second engine that fails over every page."""

    permanent = False

    def lines(self, images):
        raise EngineFault("no", permanent=self.permanent)


class Missing(Failing):
    """One that can read no page at all."""

    permanent = True


def test_a_second_engine_that_fails_on_a_page_costs_no_page(tmp_path):
    image = pictured(tmp_path, BODY[0])
    tools = Tools(OnePage(image), Given(sheet(HEAD).words), None, Unread(), MemoryPatients([]), CATALOGUE, Failing())
    (found,) = read_pages(tmp_path, None, [1], tmp_path, tools, Config())
    assert [word.text for word in found.words] == [word.text for word in sheet(HEAD).words]
    assert "given:line" not in {again.source for again in found.rereads}
    with pytest.raises(EngineFault):
        read_pages(tmp_path, None, [1], tmp_path, replace(tools, second=Missing(), known={}), Config())


class Counting:
    """An engine that says how often it was asked."""

    def __init__(self):
        self.asked = 0

    def words(self, image, **options):
        self.asked += 1
        return sheet(HEAD).words


class Shown:
    """An opener whose pages all show the picture given for them."""

    def __init__(self, pictures, **facts):
        self.pictures, self.facts = pictures, facts

    def render(self, original, opened, pages, into):
        return tuple(RenderedPage(n, 612, 792, self.pictures[n], 200, 200, image_share=1.0, **self.facts) for n in pages)


def pictured(folder, text):
    drawn = Image.new("L", (1700, 2200), 255)
    for at in range(12):
        ImageDraw.Draw(drawn).text((100, 200 + 90 * at), text, fill=0, font=ImageFont.load_default(36))
    image = folder / f"{text[:8]}.png"
    drawn.save(image)
    return image


def test_a_page_met_again_in_another_part_of_a_file_is_read_once(tmp_path):
    same, other = pictured(tmp_path, BODY[0]), pictured(tmp_path, "Another sheet of the same packet, with other words.")
    known, engine = {}, Counting()

    def read(opener, *numbers):
        before = engine.asked
        tools = Tools(opener, engine, None, Unread(), MemoryPatients([]), CATALOGUE, known=known)
        return [one.number for one in read_pages(tmp_path, None, numbers, tmp_path, tools, Config())], engine.asked > before

    opener = Shown({1: same, 2: same, 5: same, 6: other})
    assert read(opener, 1, 2) == ([1, 2], True)
    assert read(opener, 5) == ([5], False)
    assert read(opener, 6) == ([6], True)
    assert read(Shown({5: same}, bilevel=True), 5) == ([5], True), "the same pixels of another kind of scan are read in another way"


def test_only_so_many_pages_are_remembered_and_those_met_lately(tmp_path, monkeypatch):
    monkeypatch.setattr(flow, "KNOWN", 2)
    blank = [tmp_path / f"{size}.png" for size in (600, 700, 800)]
    for path, size in zip(blank, (600, 700, 800), strict=True):
        Image.new("L", (size, 900), 255).save(path)
    tools = Tools(Shown(dict(enumerate(blank))), None, None, Unread(), MemoryPatients([]), CATALOGUE)
    for number in (0, 1, 0, 2):
        read_pages(tmp_path, None, [number], tmp_path, tools, Config())
    assert [one.number for one in tools.known.values()] == [0, 2]
