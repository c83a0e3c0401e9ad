"""Where the patient stands in letters, legal papers and running text. Knows places and phrases; the words come from the case."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from samples.langbench import forms
from samples.langbench.case import Case, Item
from samples.langbench.pairs import LEFT, RIGHT, fit
from samples.langbench.people import digits
from samples.langbench.sheet import Sheet


def addressed(sheet: Sheet, y: float, case: Case, rng: Random, *, to: str = "") -> float:
    """Date, and to whom the letter goes."""
    sheet.put(LEFT, y, case.date(case.day))
    y += 2 * sheet.lead
    to_lines = (
        to.split("\n")
        if to
        else [
            case.sender,
            case.house.name if rng.random() < 0.3 else f"{case.referrer.last} Medical Associates",
            case.referrer.street,
            case.referrer.town,
        ]
    )
    for line in to_lines:
        sheet.put(LEFT, y, line)
        y += sheet.lead
    return y + sheet.lead * 0.7


def re_line(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A letter with everything on its RE: line."""
    y = addressed(sheet, y, case, rng)
    start = rng.choice(("RE:", "Re:", "Regarding:", "RE: Patient"))
    text = f"{start} {case.value('name')}{rng.choice((', DOB ', '   DOB: ', ' (DOB ', '  D.O.B. '))}{case.value('dob')}"
    sheet.put(LEFT, y, text + (")" if "(DOB" in text else ""), cut="bold")
    return _dear(sheet, y + 1.7 * sheet.lead, case), case.has("name", "dob")


def re_block(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A letter whose RE: goes over several lines, indented."""
    y = addressed(sheet, y, case, rng)
    dob, mrn = case.has("dob", "mrn")
    sheet.put(LEFT, y, "RE:")
    for line in (case.value("name"), f"{dob.label}: {dob.value}", f"{mrn.label}: {mrn.value}", f"Date of visit: {case.date(case.day)}"):
        sheet.put(LEFT + 42, y, line)
        y += sheet.lead
    return _dear(sheet, y + sheet.lead * 0.7, case), case.has("name", "dob", "mrn")


def letter_table(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A letter with a small table of labels set right of the address."""
    items = case.has("name", "dob", "mrn", "day")
    for at, item in enumerate(items):
        sheet.put(LEFT + 300, y + at * sheet.lead, f"{item.label}: {item.value}", size=fit(sheet, f"{item.label}: {item.value}", 208))
    return _dear(sheet, addressed(sheet, y, case, rng), case), items


def claim_letter(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """An insurer's letter: member, subscriber, claim number, provider."""
    y = addressed(sheet, y, case, rng, to=f"{case.patient.natural}\n{case.patient.street}\n{case.patient.town}")
    rows = (
        ("Member", case.value("name")),
        ("Date of Birth", case.value("dob")),
        ("Subscriber", case.kin.natural),
        ("Claim number", digits(10, rng)),
        ("Provider", case.signer),
    )
    for label, value in rows:
        sheet.put(LEFT, y, f"{label}:")
        sheet.put(LEFT + 110, y, value)
        y += sheet.lead
    return _dear(sheet, y + sheet.lead * 0.7, case, f"{case.patient.first} {case.patient.last}"), case.has("name", "dob")


def thanks(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A consultant's letter that names the patient only in its first sentence."""
    y = _dear(sheet, addressed(sheet, y, case, rng), case)
    who = forms.write_name(case.patient, rng.choice(("First M Last", "Mr. First Last", "First M. Last")))
    born = forms.write_date(case.patient.born, rng.choice(forms.IN_PROSE))
    text = rng.choice(
        (
            f"Thank you for referring {who}, a {_years(case)} {_sort(case)} (DOB {born}), for evaluation.",
            f"Thank you for asking me to see {who} (DOB: {born}), who is a {_years(case)} {_sort(case)}.",
            f"I had the pleasure of seeing {who}, date of birth {born}, in our office on {case.date(case.day)}.",
        )
    )
    return sheet.paragraph(LEFT, y, RIGHT - LEFT, text) + 6, (Item("name", "", who), Item("dob", "", born))


def to_whom(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A letter to whom it may concern."""
    sheet.put(LEFT, y, case.date(case.day))
    y += 2 * sheet.lead
    sheet.put(LEFT, y, "To Whom It May Concern:")
    who = forms.write_name(case.patient, rng.choice(("First M Last", "Mr. First Last", "First M. Last")))
    born = forms.write_date(case.patient.born, rng.choice(forms.IN_PROSE))
    text = rng.choice(
        (
            f"{who} (born {born}) is under my medical care and was last seen on {case.date(case.day)}.",
            f"This letter is to certify that {who}, DOB {born}, is a patient of this practice.",
            f"I am writing on behalf of my patient, {who}, date of birth {born}.",
        )
    )
    return sheet.paragraph(LEFT, y + 2 * sheet.lead, RIGHT - LEFT, text) + 6, (Item("name", "", who), Item("dob", "", born))


def declaration(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A legal paper: "I, NAME, born …, declare", agents and witnesses named as well."""
    who = forms.write_name(case.patient, rng.choice(("FIRST M LAST", "First M Last")))
    born = forms.write_date(case.patient.born, rng.choice(forms.IN_PROSE))
    text = rng.choice(
        (
            f"I, {who}, born {born}, living at {case.patient.street}, {case.patient.town}, being of sound mind, declare of my own will:",
            f"I, {who} (date of birth {born}), the undersigned, state the following of my own free will and while able to make my own decisions.",
        )
    )
    y = sheet.paragraph(LEFT, y, RIGHT - LEFT, text) + 6
    agent = f"I appoint {case.kin.natural}, my {_kin(case)}, telephone {forms.write_phone(case.kin.phone, rng)}, to speak for me if I cannot."
    return sheet.paragraph(LEFT, y, RIGHT - LEFT, agent) + 6, (Item("name", "", who), Item("dob", "", born))


def authorizing(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A consent whose first paragraph names the patient between labels."""
    name, dob = case.has("name", "dob")
    sheet.put(LEFT, y, f"Patient: {name.value}     Birth date: {dob.value}")
    y += 1.6 * sheet.lead
    to = f"{case.referrer.natural}, {rng.choice(('attorney', 'insurer', 'physician'))}"
    text = f"I request and authorize {case.house.name} and {case.signer} to act as described below. Released to: {to}."
    return sheet.paragraph(LEFT, y, RIGHT - LEFT, text) + 6, (name, dob)


def slashes(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Running text whose head was dictated with strokes between the parts."""
    name, dob, mrn = case.has("name", "dob", "mrn")
    text = rng.choice((" / ", "  -  ", "; ")).join(
        (f"{name.label}: {name.value}", f"{dob.label}: {dob.value}", f"{mrn.label}: {mrn.value}", f"DOS {case.value('day')}")
    )
    return sheet.paragraph(LEFT, y, RIGHT - LEFT, text) + 8, (name, dob, mrn)


def opening(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A note without a block: its first sentence says whom it is about, a line above gives the number."""
    mrn = case.has("mrn")[0]
    born = forms.write_date(case.patient.born, rng.choice(forms.IN_PROSE))
    sheet.put(LEFT, y, f"{mrn.label}: {mrn.value}    Date: {case.value('day')}")
    who = forms.write_name(case.patient, rng.choice(("First M Last", "Mr. First Last")))
    text = f"{who} is a {_years(case)} {_sort(case)}, date of birth {born}, seen today by {case.signer}."
    return sheet.paragraph(LEFT, y + 1.6 * sheet.lead, RIGHT - LEFT, text) + 6, (Item("name", "", who), Item("dob", "", born), mrn)


def spanish(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Spanish labels, a Spanish date."""
    name, mrn = case.has("name", "mrn")
    born = forms.write_date(case.patient.born, forms.SPANISH if rng.random() < 0.5 else "03/07/1951")
    for line in (f"Paciente: {name.value}", f"Fecha de nacimiento: {born}", f"Expediente: {mrn.value}", f"Médico: {case.signer}"):
        sheet.put(LEFT, y, line)
        y += sheet.lead
    return y + 8, (name, Item("dob", "", born), mrn)


def cover(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A fax cover's lines; the patient, if at all, behind Re:."""
    named = rng.random() < 0.35
    rows = (
        ("TO", case.sender),
        ("FAX", forms.write_phone(digits(10, rng), rng)),
        ("FROM", f"{case.author.natural}, {case.house.name}"),
        ("PHONE", forms.write_phone(case.house.phone, rng)),
        ("DATE", case.date(case.day)),
        (
            "RE",
            f"{case.value('name')}  DOB {case.value('dob')}" if named else rng.choice(("Medical records as requested", "Records", "Your request")),
        ),
    )
    for label, value in rows:
        sheet.put(LEFT, y, f"{label}:", cut="bold", size=sheet.size * 1.15)
        sheet.put(LEFT + 90, y, value, size=min(sheet.size * 1.15, fit(sheet, value, RIGHT - LEFT - 100)))
        y += sheet.lead * 1.55
    return y + 8, case.has("name", "dob") if named else ()


def _dear(sheet: Sheet, y: float, case: Case, who: str = "") -> float:
    sheet.put(LEFT, y, f"Dear {who or 'Dr. ' + case.referrer.last}:")
    return y + 1.7 * sheet.lead


def _years(case: Case) -> str:
    years = case.patient.age(case.day)
    return f"{years}-year-old" if years else f"{max(1, (case.day - case.patient.born).days // 31)}-month-old"


def _sort(case: Case) -> str:
    young = case.patient.age(case.day) < 18
    return {("F", True): "girl", ("M", True): "boy", ("F", False): "woman", ("M", False): "man"}[case.patient.sex, young]


def _kin(case: Case) -> str:
    return {"spouse": "spouse", "parent": "parent", "child": "adult child"}[case.kin_is]
