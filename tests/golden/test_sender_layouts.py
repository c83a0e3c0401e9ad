"""More layout families: banners without labels, bare "Name", side-by-side blocks, headings nobody knows. What is asserted: the patient is found
on a clean page, one person stays one person, and nobody else is taken for the patient when the reader stumbles."""

import pytest
from test_layouts import RULES, Sheet, Who, doctor, draw, is_other, letterhead, long_date, mil, phone, prose, scan, to_pdf, us
from test_layouts import from_text_layer as text_layer

from pipeline.extract import extract, identities
from pipeline.verify import names_two_patients
from schemas.document import FieldName
from tests.told import told


def other(w: Who, at: int = 0) -> str:
    return f"{w.others[at][1]} {w.others[at][0]}"


def runs(*placed: tuple[float, float, str], head: bool = True) -> Sheet:
    made = letterhead(Sheet()) if head else Sheet()
    for x, y, text in placed:
        made.put(x, y, text)
    return prose(made, 320)


def banner_over_numbers(w: Who) -> Sheet:
    top = runs((300, 40, "Cedar Hollow Medical Center"), (40, 80, f"Encounter Date: {us(w.seen)}   Author: {doctor(w)}"), head=False)
    return top.put(40, 40, w.comma(), 13).put(40, 54, f"MRN: {w.mrn} | DOB: {us(w.dob)} | Legal sex: {w.sex}", 9)


def banner_with_age(w: Who) -> Sheet:
    top = runs((40, 80, f"Visit Date: {us(w.seen)}"), (40, 120, "INDICATIONS"), head=False)
    top.put(40, 40, w.comma().upper(), 13).put(40, 54, f"{w.sex},{w.age} yrs  DOB: {us(w.dob)}  MRN: {w.mrn}", 9)
    return top.put(40, 134, f"{'Mr.' if w.sex == 'M' else 'Ms.'} {w.last} is a {w.age}-year-old with cough.")


def birth_beside_age(w: Who) -> Sheet:
    told = f"{w.age} y.o. {'male' if w.sex == 'M' else 'female'}   {us(w.dob)}"
    return runs((40, 40, w.comma()), (40, 53, told), (40, 66, f"MRN: {w.mrn}"), (40, 90, f"Visit Date: {us(w.seen)}"), head=False)


def tracing(w: Who) -> Sheet:
    left = runs((40, 40, w.comma().upper()), (40, 54, f"{mil(w.dob)} ({w.age} yr)"), (40, 68, "Male" if w.sex == "M" else "Female"), head=False)
    return left.put(230, 40, "Vent. rate 72 BPM").put(40, 90, f"Referred by: {doctor(w)}").put(40, 104, f"MR #: {w.mrn}")


def three_blocks(w: Who) -> Sheet:
    blocks = [
        (40, ["PATIENT INFORMATION", w.comma().upper(), f"DOB: {us(w.dob)}   AGE: {w.age}", f"GENDER: {w.sex}", f"PATIENT ID: {w.mrn}"]),
        (230, ["SPECIMEN INFORMATION", "SPECIMEN: LP449213R", f"COLLECTED: {us(w.seen)} 08:10", "REPORTED: 01/02/2026"]),
        (420, ["CLIENT INFORMATION", doctor(w).upper(), "HILLCREST FAMILY PRACTICE", "100 MAIN ST"]),
    ]
    return runs(*((x, 90 + 12 * at, text) for x, lines in blocks for at, text in enumerate(lines)))


def bare_names(w: Who) -> Sheet:
    rows = ("Name", w.plain()), ("Date of Birth", long_date(w.dob)), ("Medical Record Number", w.mrn), ("Date of Visit", long_date(w.seen))
    return runs(*((x, 100 + 16 * at, text) for at, row in enumerate(rows) for x, text in zip((50, 220), row, strict=True)))


def guardian_after(w: Who) -> Sheet:
    return runs(
        *((50, 100, "Name:"), (110, 100, w.comma()), (330, 100, "Birth date:"), (410, 100, us(w.dob))),
        *((50, 116, f"Parent/Guardian: {other(w)}"), (330, 116, f"Chart No.: {w.mrn}"), (50, 132, "Flu"), (330, 132, "RE")),
    )


def people_after(w: Who) -> Sheet:
    return runs(
        *((50, 100, f"Name: {w.plain()}"), (330, 100, f"DOB: {us(w.dob)}"), (50, 114, f"MRN: {w.mrn}")),
        *((50, 140, "Emergency Contact"), (50, 154, f"Name: {other(w)}"), (330, 154, "DOB: 03/04/1961")),
        *((50, 180, "Guarantor"), (50, 194, f"Name: {other(w, 1)}"), (330, 194, "DOB: 03/04/1962")),
    )


def unknown_heading(w: Who) -> Sheet:
    return runs(
        *((50, 100, "Person Filling Out This Form"), (50, 114, f"Name: {other(w)}"), (330, 114, "DOB: 03/04/1961")),
        *((50, 140, "Patient"), (50, 154, f"Name: {w.plain()}"), (330, 154, f"DOB: {us(w.dob)}"), (50, 170, f"MRN: {w.mrn}")),
    )


def cells_under_headings(w: Who) -> Sheet:
    return runs(
        *((50, 90, "PATIENT TRANSFER FORM"), (50, 110, "Referred to"), (50, 124, "Specialty"), (300, 124, "Provider")),
        *((50, 136, "Cardiology"), (300, 136, doctor(w, 1)), (50, 156, "Patient"), (50, 170, "Last, First MI"), (300, 170, "DOB")),
        *((50, 182, w.comma()), (300, 182, us(w.dob)), (50, 196, "Insurance"), (300, 196, "Our chart #"), (50, 208, "Prairie Mutual PPO")),
        *((300, 208, w.mrn), (50, 224, "Referring provider"), (50, 238, "Name"), (300, 238, "NPI"), (50, 250, doctor(w)), (300, 250, "1880116626")),
    )


def member_card(w: Who) -> Sheet:
    rows = ("Member Name", w.plain()), ("Member ID", "BKM551245201"), ("Date of Birth", us(w.dob)), ("Chart #", w.mrn), ("Subscriber", other(w))
    return runs(*((x, 100 + 20 * at, text) for at, row in enumerate(rows) for x, text in zip((50, 160), row, strict=True)), head=False)


def declaration(w: Who) -> Sheet:
    return runs(
        (50, 60, f"Declarant: {w.plain()}"), (50, 76, f"Date of Birth: {us(w.dob)}"), (50, 92, f"MRN: {w.mrn}"), (50, 120, f"Witness: {other(w)}")
    )


FAMILIES = [
    banner_over_numbers,
    banner_with_age,
    birth_beside_age,
    tracing,
    three_blocks,
    bare_names,
    guardian_after,
    people_after,
    unknown_heading,
    cells_under_headings,
    member_card,
    declaration,
]
SAID = (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.PATIENT_MRN)


@pytest.mark.parametrize("layout", FAMILIES, ids=lambda f: f.__name__)
def test_clean_page_gives_one_patient(layout, tmp_path) -> None:
    for seed in range(8):
        who = draw(900 + seed)
        for page in [scan(layout(who))] + ([text_layer(to_pdf(layout(who), tmp_path / "page.pdf"))] if seed == 0 else []):
            said = extract(told(page), rules=RULES)
            assert [value and value.value for value in map(said.field, SAID)] == [who.name, who.iso, who.mrn]
            assert not names_two_patients(said, identities(told(page), rules=RULES))


@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_a_stumbling_reader_makes_nobody_else_the_patient(rate: float) -> None:
    for at, layout in enumerate(FAMILIES):
        for seed in range(12):
            who = draw(5000 + 100 * at + seed)
            found = extract(told(scan(layout(who), rate, seed)), rules=RULES).field(FieldName.PATIENT_NAME)
            assert found is None or not is_other(found.value, who), (layout.__name__, seed, found)


def test_providers_follow_their_heading_and_an_insurer_is_none() -> None:
    who = draw(3)
    said = extract(told(scan(cells_under_headings(who))), rules=RULES)
    ordering, author = said.field(FieldName.ORDERING_PROVIDER), said.field(FieldName.AUTHOR)
    assert ordering is not None
    assert ordering.value == doctor(who)
    assert author is None


def test_phone_of_nobody_is_left_out() -> None:
    who = draw(4)
    said = extract(told(scan(guardian_after(who).put(50, 150, f"Phone: {phone('9185550177')}"))), rules=RULES)
    assert said.field(FieldName.PATIENT_PHONE) is None
