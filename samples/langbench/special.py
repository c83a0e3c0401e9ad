"""Patient blocks as laboratories, emergency rooms, registrars, registries and labels print them. Knows places; the words come from the case."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from samples.langbench import forms
from samples.langbench.case import Case, Item
from samples.langbench.pairs import LEFT, RIGHT, fit
from samples.langbench.people import digits
from samples.langbench.sheet import HIGH, WIDE, Sheet

_Column = tuple[str, Sequence[str]]


def sticker(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A label stuck into the upper right corner; nothing on it says what is what but the numbers."""
    x, top = WIDE - 232, 26.0
    sheet.box(x, top, WIDE - 24, top + 6.4 * sheet.size)
    dob, mrn, sex = case.has("dob", "mrn", "sex")
    lines = (
        case.value("name"),
        f"DOB: {dob.value}  {sex.value}",
        f"MRN: {mrn.value}",
        f"Acct: {case.account}",
        f"Att: {case.author.last}, {case.author.first}",
    )
    for at, line in enumerate(lines):
        sheet.put(
            x + 6,
            top + 4 + at * sheet.size * 1.18,
            line,
            size=fit(sheet, line, 196) if at == 0 else sheet.size * 0.9,
            cut="bold" if at == 0 else "regular",
        )
    if rng.random() < 0.7:
        for at in range(46):
            sheet.box(
                x + 110 + at * 1.9, top + 3.8 * sheet.size, x + 110 + at * 1.9 + rng.choice((0.6, 1.1)), top + 4.8 * sheet.size, fill=0, thick=0
            )
    return max(y, top + 7.4 * sheet.size), case.has("name", "dob", "mrn", "sex")


def corner(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A few lines in the upper right corner beside the letterhead."""
    items = case.has("name", "mrn", "dob", "account") if rng.random() < 0.5 else case.has("name", "dob", "mrn", "day")
    for at, item in enumerate(items):
        line = f"{item.label}: {item.value}"
        sheet.put(WIDE - 236, 30 + at * sheet.lead, line, size=fit(sheet, line, 212))
    return max(y, 36 + 4 * sheet.lead), items


def three_columns(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Patient, specimen and client side by side in one ruled box, each under its head."""
    dob, sex, mrn, collected = case.has("dob", "sex", "mrn", "collected")
    columns: list[_Column] = [
        (
            "Patient Information",
            (case.value("name"), f"DOB: {dob.value}", f"Sex: {sex.value}   AGE: {case.value('age')}", f"Patient ID: {mrn.value}"),
        ),
        (
            "Specimen Information",
            (
                f"Specimen: {case.value('accession')}",
                f"Collected: {collected.value}",
                f"Received: {collected.value}",
                f"Reported: {case.value('printed')}",
            ),
        ),
        ("Client Information", (case.house.name, f"{case.referrer.last.upper()}, {case.referrer.first.upper()}", case.house.street, case.house.town)),
    ]
    if rng.random() < 0.35:
        columns[1], columns[2] = columns[2], columns[1]
    return _columns(sheet, y, columns, boxed=True), case.has("name", "dob", "sex", "mrn")


def client_and_patient(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """CLIENT beside PATIENT, pathology's way; each owns what stands under it."""
    dob, sex, mrn = case.has("dob", "sex", "mrn")
    client = (case.sender, case.house.name, case.house.street, case.house.town, f"Tel {forms.write_phone(case.house.phone, rng)}")
    patient = (
        case.value("name"),
        f"{dob.label}: {dob.value}",
        f"{sex.label}: {sex.value}",
        f"{mrn.label}: {mrn.value}",
        f"Tel {case.value('phone')}",
    )
    columns: list[_Column] = [("CLIENT", client), ("PATIENT", patient)]
    if rng.random() < 0.4:
        columns.reverse()
    return _columns(sheet, y, columns, boxed=False), case.has("name", "dob", "sex", "mrn", "phone")


def patient_and_visit(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Patient, facility and encounter in three plain columns."""
    name, dob, sex, mrn = case.has("name", "dob", "sex", "mrn")
    columns: list[_Column] = [
        ("Patient", (f"Name {name.value}", f"DOB {dob.value}", f"Sex {sex.value}", f"ID {mrn.value}")),
        ("Facility", (case.house.name, case.house.street, case.house.town, f"T {forms.write_phone(case.house.phone, rng)}")),
        ("Encounter", (f"Date {case.value('day')}", f"Seen by {case.author.natural}", "Type Office visit", f"Acct {case.account}")),
    ]
    return _columns(sheet, y, columns, boxed=False), (name, dob, sex, mrn)


def result_head(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """The patient on the left, the ordering side on the right, line by line."""
    name, dob, sex, mrn, collected = case.has("name", "dob", "sex", "mrn", "collected")
    left = [f"Patient: {name.value}", f"{dob.label}: {dob.value}", f"{sex.label}: {sex.value}", f"{mrn.label}: {mrn.value}"]
    right = [
        f"Ordering Physician: {case.sender}",
        f"Accession: {case.value('accession')}",
        f"Collected: {collected.value}",
        f"Copy to: {case.author.natural}",
    ]
    if rng.random() < 0.3:
        left[1], left[3] = left[3], left[1]
    for one, other in zip(left, right, strict=True):
        sheet.put(LEFT, y, one, size=fit(sheet, one, 245))
        sheet.put(LEFT + 255, y, other, size=fit(sheet, other, RIGHT - LEFT - 258))
        y += sheet.lead
    sheet.rule(LEFT, y + 2, RIGHT, y + 2)
    return y + 10, (name, dob, sex, mrn)


def exam_head(sheet: Sheet, y: float, case: Case, _rng: Random) -> tuple[float, Sequence[Item]]:
    """Radiology's head: name and dates, exam, who asked for it, who read it."""
    name, dob, mrn, sex = case.has("name", "dob", "mrn", "sex")
    pairs = (
        (f"NAME: {name.value}", f"EXAM DATE: {case.value('day')}"),
        (f"DOB: {dob.value}", f"ACCESSION: {case.value('accession')}"),
        (f"MRN: {mrn.value}   SEX: {sex.value}", f"REQUESTED BY: {case.sender}"),
        (f"LOC: {case.value('room')}", f"READ BY: {case.signer}"),
    )
    for one, other in pairs:
        sheet.put(LEFT, y, one, size=fit(sheet, one, 250))
        sheet.put(LEFT + 262, y, other, size=fit(sheet, other, RIGHT - LEFT - 264))
        y += sheet.lead
    return y + 10, (name, dob, mrn, sex)


def two_boxes(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Patient and referring provider in twin boxes that use the same labels."""
    name, dob, phone, mrn = case.has("name", "dob", "phone", "mrn")
    patient = (f"Name: {name.value}", f"DOB: {dob.value}", f"Phone: {phone.value}", f"Record #: {mrn.value}")
    other = (
        f"Name: {case.sender}",
        f"NPI: {digits(10, rng)}",
        f"Phone: {forms.write_phone(case.house.phone, rng)}",
        f"Fax: {forms.write_phone(case.house.fax, rng)}",
    )
    columns: list[_Column] = [("PATIENT INFORMATION", patient), ("REFERRING PROVIDER", other)]
    if rng.random() < 0.3:
        columns.reverse()
    return _columns(sheet, y, columns, boxed=True), (name, dob, phone, mrn)


def face_columns(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A face sheet: patient, guarantor and emergency contact side by side."""
    name, dob, sex, phone, mrn = case.has("name", "dob", "sex", "phone", "mrn")
    kin = forms.write_name(case.kin, case.name_form)
    columns: list[_Column] = [
        (
            "PATIENT",
            (name.value, f"DOB: {dob.value}  Sex: {sex.value}", case.patient.street, case.patient.town, f"Ph: {phone.value}", f"MRN: {mrn.value}"),
        ),
        (
            "GUARANTOR",
            (
                kin,
                f"DOB: {case.date(case.kin.born)}",
                case.kin.street,
                case.kin.town,
                f"Ph: {forms.write_phone(case.kin.phone, rng)}",
                "Relation: " + case.kin_is,
            ),
        ),
        (
            "EMERGENCY CONTACT",
            (case.kin.natural, f"Relation: {case.kin_is}", f"Ph: {forms.write_phone(case.kin.phone, rng)}", f"Employer: {case.workplace}"),
        ),
    ]
    return _columns(sheet, y, columns, boxed=rng.random() < 0.6), (name, dob, sex, phone, mrn)


def registration(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A registration form in stacked sections that repeat their labels."""
    name, dob, sex, phone, mrn, address = case.has("name", "dob", "sex", "phone", "mrn", "address")
    sections = (
        (
            "PATIENT INFORMATION",
            (
                (f"Name: {name.value}", f"MRN: {mrn.value}"),
                (f"Date of Birth: {dob.value}", f"Sex: {sex.value}"),
                (f"Address: {address.value}", f"Phone: {phone.value}"),
            ),
        ),
        (
            "RESPONSIBLE PARTY",
            (
                (f"Name: {case.kin.natural}", f"Relationship: {case.kin_is}"),
                (f"Date of Birth: {case.date(case.kin.born)}", f"Employer: {case.workplace}"),
            ),
        ),
        ("INSURANCE", ((f"Plan: {case.payer}", f"Member ID: {digits(9, rng)}"), (f"Subscriber: {case.kin.natural}", f"Group: {digits(5, rng)}"))),
    )
    for head, rows in sections:
        sheet.box(LEFT, y, RIGHT, y + 1.4 * sheet.size, fill=218, thick=0.4)
        sheet.put(LEFT + 4, y + 2, head, cut="bold")
        y += 1.7 * sheet.size
        for one, other in rows:
            sheet.put(LEFT + 4, y, one, size=fit(sheet, one, 315))
            sheet.put(LEFT + 326, y, other, size=fit(sheet, other, RIGHT - LEFT - 330))
            y += sheet.lead
        y += 4
    return y + 6, (name, dob, sex, phone, mrn, address)


def insurance_card(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A member's card copied onto the page."""
    sheet.box(LEFT + 60, y, LEFT + 400, y + 190, thick=1.4)
    x, name, dob = LEFT + 74, *case.has("name", "dob")
    sheet.put(x, y + 10, case.payer, size=sheet.size * 1.4, cut="bold")
    for at, line in enumerate(
        (
            "Member Name",
            name.value,
            f"Member ID: {rng.choice(('XQW', 'ZGP', 'R'))}{digits(9, rng)}",
            f"DOB: {dob.value}",
            f"Group: {digits(6, rng)}  Plan: PPO",
        )
    ):
        sheet.put(x, y + 44 + at * sheet.lead, line, cut="bold" if at == 1 else "regular", size=fit(sheet, line, 190))
    for at, line in enumerate(("Dependents", f"01 {case.kin.natural}", "PCP $25  Spec $50  ER $250", "RxBIN 610014  RxPCN MEDD")):
        sheet.put(x + 196, y + 44 + at * sheet.lead, line, size=fit(sheet, line, 120))
    return y + 204, (name, dob)


def registry(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A state registry's head: the person, the parent, the number."""
    name, dob, sex = case.has("name", "dob", "sex")
    rows = [f"Name: {name.value}", f"Birth Date: {dob.value}     Gender: {sex.value}", f"Registry ID: {digits(8, rng)}"]
    if case.kin_is == "parent":
        rows.insert(2, f"Mother/Guardian: {case.kin.natural}     Guardian DOB: {case.date(case.kin.born)}")
    for row in rows:
        sheet.put(LEFT, y, row)
        y += sheet.lead
    return y + 8, (name, dob, sex)


def mother_and_newborn(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A mother's record beside what it says of her newborn."""
    name, dob, mrn = case.has("name", "dob", "mrn")
    child = "Baby " + rng.choice(("Boy", "Girl"))
    columns: list[_Column] = [
        (
            "MOTHER / PATIENT",
            (f"Name: {name.value}", f"DOB: {dob.value}", f"MRN: {mrn.value}", f"Gravida {rng.randint(1, 5)}  Para {rng.randint(0, 3)}"),
        ),
        (
            "NEWBORN",
            (
                f"{child} {case.patient.last}",
                f"Born: {case.date(case.day)} {rng.randint(0, 23):02}:{rng.randint(10, 59)}",
                f"Weight {rng.randint(2400, 4300)} g",
                f"Baby MRN {digits(8, rng)}",
            ),
        ),
    ]
    return _columns(sheet, y, columns, boxed=True), (name, dob, mrn)


def triage(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """An emergency room's grid: times and modes between the patient's own cells."""
    name, dob, sex, mrn = case.has("name", "dob", "sex", "mrn")
    hour = rng.randint(0, 22)
    rows = (
        (("Patient", name, 200), ("DOB", dob, 92), ("Age/Sex", Item("age", "", f"{case.value('age')} {sex.value[0]}"), 90), ("MRN", mrn, 130)),
        (
            ("Arrival", Item("", "", f"{case.value('day')} {hour:02}:{rng.randint(10, 59)}"), 200),
            ("Triage", Item("", "", f"{hour:02}:58"), 92),
            ("ESI", Item("", "", str(rng.randint(2, 4))), 90),
            ("Mode", Item("", "", rng.choice(("Ambulatory", "EMS", "Wheelchair"))), 130),
        ),
    )
    high = 2.5 * sheet.size
    for row in rows:
        x = LEFT
        for label, item, wide in row:
            sheet.box(x, y, x + wide, y + high)
            sheet.put(x + 3, y + 2, label, size=sheet.size * 0.7)
            sheet.put(x + 4, y + sheet.size, item.value, size=fit(sheet, item.value, wide - 8))
            x += wide
        y += high
    return y + 10, (name, dob, mrn)


def foot_label(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """The patient's label in the lower corner, under "Patient identification"."""
    x, top = rng.choice((LEFT, WIDE - 270)), HIGH - 128.0
    sheet.box(x, top, x + 220, top + 6.2 * sheet.size)
    sheet.put(x + 4, top + 2, "PATIENT IDENTIFICATION", size=sheet.size * 0.65)
    name, dob, mrn, sex = case.has("name", "dob", "mrn", "sex")
    for at, line in enumerate((name.value, f"{dob.label} {dob.value}   {sex.value}", f"{mrn.label} {mrn.value}", f"Dr. {case.author.last}")):
        sheet.put(x + 10, top + 1.1 * sheet.size + at * sheet.lead, line, size=fit(sheet, line, 205))
    return y, (name, dob, mrn, sex)


def _columns(sheet: Sheet, y: float, columns: Sequence[_Column], *, boxed: bool) -> float:
    """Blocks side by side, each under its own head."""
    wide = (RIGHT - LEFT) / len(columns)
    high = (max(len(lines) for _, lines in columns) + 1.4) * sheet.lead + 4
    for at, (head, lines) in enumerate(columns):
        x = LEFT + at * wide
        if boxed:
            sheet.box(x, y, x + wide, y + high)
        sheet.put(x + 4, y + 3, head, cut="bold")
        for number, line in enumerate(lines, start=1):
            sheet.put(x + 4, y + 4 + number * sheet.lead, line, size=fit(sheet, line, wide - 10))
    return y + high + 10
