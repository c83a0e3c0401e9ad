"""Nobody else named on a page becomes its patient: pages with people in every role, in any order, with and without the patient."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import extract
from schemas.document import Role
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told

LABELS = (
    "Referring Provider", "Attending", "PCP", "cc", "Attn", "To", "From", "Guarantor", "Subscriber", "Spouse", "Husband", "Emergency Contact", "Next of Kin",
    "Mother", "Father", "Parent/Guardian", "Employer", "Printed by", "Entered by", "Witness", "Interpreter", "Insured", "Policy Holder", "Responsible Party",
    "Transcribed by", "Phlebotomist", "Case Manager", "Legal Guardian", "Mother's Name", "Spouse Name", "Guarantor Name", "Ordering Physician", "Informant",
    "Madre", "Esposo", "Contacto de emergencia", "Referido por",
)  # fmt: skip
NAMES = ("Garfield, Nadine", "Ellsworth, Conrad", "Pemberton, Judith", "Vasquez, Hugo", "Thornbury, Miles", "Castellano, Bianca", "Ferris, Owen")
PATIENT = ("Patient", "Abernathy, Marisol")
HEADS = ("GUARANTOR", "EMERGENCY CONTACT", "SPOUSE", "CLIENT", "PHYSICIAN", "MOTHER", "SUBSCRIBER", "RESPONSIBLE PARTY")
PLACES = ("right", "below")
LEFT, LINE, LETTER = 50.0, 15.0, 5.5


def page(runs: list[tuple[float, float, str]]) -> PageReading:
    words = []
    for line, (x, y, text) in enumerate(runs):
        at = x
        for word in text.split(" "):
            words.append(Word(word, Box(at / 612, (y - 8) / 792, (at + LETTER * len(word)) / 612, (y + 2) / 792), 0.97, line))
            at += LETTER * (len(word) + 1)
    return PageReading(1, PageKind.TEXT, tuple(words))


def labelled(people: list[tuple[str, str]], place: str) -> list[tuple[float, float, str]]:
    """Everybody named behind or under a label, two in a row."""
    runs = []
    for at, (label, name) in enumerate(people):
        x, y = LEFT + 270 * (at % 2), 120 + 3 * LINE * (at // 2)
        runs += [(x, y, f"{label}: {name}")] if place == "right" else [(x, y, label), (x, y + LINE, name)]
    return runs


def patient_of(runs: list[tuple[float, float, str]]) -> tuple[str, set[str]]:
    said = extract(told(page(runs)), rules=ExtractRules())
    found = next((field.value for field in said.fields if field.name == "patient_name"), "")
    return found, {person.name for person in said.people if person.role is Role.PATIENT}


others = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from(NAMES)), min_size=1, max_size=7, unique_by=(lambda one: one[0], lambda one: one[1])
)


@given(others, st.sampled_from(PLACES))
@settings(max_examples=150, deadline=None)
def test_where_no_patient_is_named_nobody_is_one(people: list[tuple[str, str]], place: str) -> None:
    found, named = patient_of(labelled(people, place))
    assert not found
    assert not named


@given(others, st.integers(0, 7), st.sampled_from(PLACES))
@settings(max_examples=150, deadline=None)
def test_among_others_the_patient_alone_is_the_patient(people: list[tuple[str, str]], at: int, place: str) -> None:
    found, named = patient_of(labelled([*people[:at], PATIENT, *people[at:]], place))
    assert found in {"", "ABERNATHY, MARISOL"}
    assert named <= {"ABERNATHY, MARISOL"}
    assert found or place == "below"


@given(st.lists(st.sampled_from(HEADS), min_size=1, max_size=4, unique=True), st.integers(0, 4), st.permutations(NAMES))
@settings(max_examples=150, deadline=None)
def test_a_bare_name_under_another_persons_heading_is_that_persons(heads: list[str], at: int, names: list[str]) -> None:
    blocks = [(head, name) for head, name in zip(heads, names, strict=False)]
    blocks.insert(min(at, len(blocks)), ("PATIENT", PATIENT[1]))
    runs = []
    for place, (head, name) in enumerate(blocks):
        x, y = LEFT + 270 * (place % 2), 120 + 6 * LINE * (place // 2)
        runs += [
            (x, y, head),
            (x, y + LINE, f"Name: {name}"),
            (x, y + 2 * LINE, f"DOB: 0{place + 1}/02/19{40 + place}"),
            (x, y + 3 * LINE, f"Phone: (555) 555-010{place}"),
        ]
    said = extract(told(page(runs)), rules=ExtractRules())
    born = next((field.value for field in said.fields if field.name == "patient_dob"), "")
    patients = {person.name for person in said.people if person.role is Role.PATIENT}
    own = min(at, len(blocks) - 1)
    assert patients == {"ABERNATHY, MARISOL"}
    assert born == f"19{40 + own}-0{own + 1}-02"
