"""What the index keeps of a plan for showing it: the title's place and the turn of a page, in the frame of the source, and who asked for protection."""

from schemas.checks import Checks, Label, Signature, Signed
from schemas.document import TypeGuess
from schemas.filing import Filing, Hold, PlannedDocument
from schemas.page import Box, PageKind, PageReading, Word, place_on_source
from tests.told import told
from workers.apply import evidence_of
from workers.wire import load_catalogue

TITLE = Box(0.4, 0.05, 0.6, 0.08)


def test_turn_title_and_protection_are_kept():
    kind = TypeGuess("consultation", 0.9, "CONSULTATION", title_at=(4, TITLE), folder="notes", folder_confidence=0.99, why="Why.", choices=("a", "b"))
    readings = {4: PageReading(4, PageKind.TEXT, turn=90), 5: PageReading(5, PageKind.TEXT)}
    held = evidence_of(PlannedDocument((4, 5), Hold(("sensitivity.substance_use", "patient.weak")), kind), readings)
    assert held["turns"] == {"4": 90}
    assert held["protected"] == ["sensitivity.substance_use"]
    assert held["type"]["place"]["page"] == 4
    assert [held["type"][name] for name in ("folder", "folder_confidence", "why", "choices")] == ["notes", 0.99, "Why.", ["a", "b"]]
    assert tuple(held["type"]["place"]["box"]) == tuple(round(side, 5) for side in place_on_source(TITLE, 90))
    filed = evidence_of(PlannedDocument((4,), Filing("M1", 1.0), TypeGuess("consultation", 0.9)), readings)
    assert (filed["protected"], filed["type"]["place"]) == ([], None)


def test_evidence_tells_what_is_missing_who_signed_and_what_is_protected():
    box = Box(0.1, 0.2, 0.3, 0.25)
    found = Checks(
        ("page 2 of 3 is not here",), Signature(Signed.ABSENT, "nothing stands at the label", 4, box), (Label("hiv", (4,), ("HIV",), 4, box),)
    )
    said = evidence_of(PlannedDocument((4,), Filing("M1", 1.0), checks=found), {4: PageReading(4, PageKind.TEXT)})
    assert (said["missing"], said["protected"]) == (["page 2 of 3 is not here"], ["sensitivity.hiv"])
    assert said["signature"] == {"state": "absent", "why": "nothing stands at the label", "page": 4, "box": tuple(box)}
    assert said["labels"] == [{"name": "hiv", "pages": (4,), "words": ("HIV",), "page": 4, "box": tuple(box)}]


class Silent:
    """A text model that has learnt nothing."""

    def scores(self, text):
        return {}

    def evidence(self, text, slug, against=None):
        return ()

    def known(self, text):
        return 1.0


def test_the_type_is_guessed_with_the_place_of_its_title():
    from pipeline.classify import classify
    from schemas.rules import ClassifyRules

    rows = ["DISCHARGE SUMMARY", *[f"The patient was seen on day {n} and did well at home after it." for n in range(12)]]
    words = [
        Word(text, Box(0.1 + 0.05 * at, 0.05 + 0.03 * line, 0.14 + 0.05 * at, 0.07 + 0.03 * line), 0.99, line)
        for line, row in enumerate(rows)
        for at, text in enumerate(row.split())
    ]
    guess = classify(told(PageReading(3, PageKind.TEXT, tuple(words))), Silent(), load_catalogue(), rules=ClassifyRules())
    assert (guess.slug, guess.title_at[0]) == ("discharge_summary", 3)
    assert guess.title_at[1].y1 < 0.08
