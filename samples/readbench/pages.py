"""Twelve kinds of medical page: what stands where, and what a reader must find on it. Knows nothing of paper, scanners or recipes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

from samples.readbench.fonts import Family
from samples.readbench.typeset import Pen, Sheet
from samples.readbench.words import Visit, make_visit, sentences

WORDS = 340  # a page holds at least 300
_OF_THE_DESK = ("cover", "release")  # no clinical note
FIELDS = ("patient_name", "patient_dob", "patient_mrn", "service_date", "facility", "author")


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its truth: the words of `sheet` in order, the fields as printed and as the export writes them."""

    layout: str
    sheet: Sheet
    visit: Visit
    printed: dict[str, str]

    @property
    def exported(self) -> dict[str, str]:
        """The fields in the form of the export."""
        who, visit = self.visit.person, self.visit
        name = f"{who.last}, {who.first} {who.middle}".strip().upper()
        values = (name, who.dob.isoformat(), who.mrn, visit.day.isoformat(), visit.facility, visit.author)
        return dict(zip(FIELDS, values, strict=True))


class _Said(NamedTuple):
    """The fields as this layout prints them."""

    name: str
    dob: str
    mrn: str
    day: str
    facility: str
    author: str
    visit: Visit


def make_page(layout: str, family: Family, rng: Random, *, words: int = WORDS) -> Page:
    """A page of a layout with a drawn person, visit and text."""
    visit = make_visit(rng)
    write, dates, last_first, size = LAYOUTS[layout]
    who = visit.person
    middle = f" {who.middle}" if who.middle else ""
    name = f"{who.last}, {who.first}{middle}" if last_first else f"{who.first}{middle} {who.last}"
    said = _Said(name, dates(who.dob), who.mrn, dates(visit.day), visit.facility, visit.author, visit)
    pen = Pen(family, size=size)
    write(pen, said, rng)
    _top_up(pen, ("referral", "laboratory") if layout in _OF_THE_DESK else ("nursing", "plan", "exam"), rng, words)
    pen.y = max(pen.y + 4, 752)
    pen.line(f"{said.facility} - printed {said.day} - Page 1 of 1", scale=0.85)
    return Page(layout, pen.sheet(), visit, dict(zip(FIELDS, said[:6], strict=True)))


def _top_up(pen: Pen, subjects: Sequence[str], rng: Random, words: int) -> None:
    """Go on until the page holds enough words."""
    more = iter([text for subject in subjects for text in sentences(subject, rng)])
    if len(pen.words) < words:
        pen.heading("Additional comments")
    while len(pen.words) < words and not pen.full:
        pen.prose(" ".join(text for text, _ in zip(more, range(3), strict=False)))


def short_page(family: Family, rng: Random) -> Page:
    """A page of some 120 words, where only its orientation is asked for."""
    visit = make_visit(rng)
    who = visit.person
    said = _Said(f"{who.last}, {who.first}", _slashes(who.dob), who.mrn, _slashes(visit.day), visit.facility, visit.author, visit)
    pen = Pen(family, size=11, y=rng.uniform(60, 160))
    _head(pen, said, rng.choice(("Progress Note", "Consultation", "Telephone Encounter", "Clinic Letter")))
    for subject in rng.sample(("history", "exam", "plan", "nursing", "course"), 2):
        pen.prose(" ".join(sentences(subject, rng)[:3]))
        pen.gap()
    _signed(pen, said)
    return Page("short", pen.sheet(), visit, dict(zip(FIELDS, said[:6], strict=True)))


def _slashes(day: date) -> str:
    return day.strftime("%m/%d/%Y")


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _dashes(day: date) -> str:
    return day.strftime("%m-%d-%Y")


def _military(day: date) -> str:
    return day.strftime("%d-%b-%Y")


def _head(pen: Pen, said: _Said, title: str, *, day: str = "Date of Service:") -> None:
    """Facility, title and who it is about."""
    pen.line(said.facility, cut="bold", scale=1.45, centered=True)
    pen.line(f"{said.visit.person.town}, Pennsylvania  Tel {said.visit.person.phone}", scale=0.9, centered=True)
    pen.gap()
    pen.line(title, cut="bold", scale=1.2)
    pen.rule()
    pen.gap(0.4)
    pen.pairs(("Patient:", said.name), ("DOB:", said.dob))
    pen.pairs(("MRN:", said.mrn), (day, said.day))
    pen.rule()
    pen.gap(0.2)


def _signed(pen: Pen, said: _Said, how: str = "Electronically signed by:") -> None:
    pen.gap()
    pen.line(f"{how} {said.author}, MD", cut="italic")


def _section(pen: Pen, title: str, subject: str, count: int, rng: Random) -> None:
    pen.heading(title)
    pen.prose(" ".join(sentences(subject, rng)[:count]))


def _listed(pen: Pen, subject: str, count: int, rng: Random) -> None:
    """Numbered statements."""
    for number, text in enumerate(sentences(subject, rng)[:count], start=1):
        pen.prose(f"{number}. {text}", hang=14)


def _discharge(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Discharge Summary", day="Discharge Date:")
    pen.pairs(("Attending:", f"{said.author}, MD"), ("Visit No:", said.visit.number))
    _section(pen, "Reason for Admission", "history", 4, rng)
    _section(pen, "Hospital Course", "course", 8, rng)
    _section(pen, "Condition at Discharge", "exam", 3, rng)
    _section(pen, "Instructions", "plan", 5, rng)
    _signed(pen, said)


_TESTS = (
    ("Sodium", "mmol/L", "136 - 145", 128, 149), ("Potassium", "mmol/L", "3.5 - 5.1", 3.1, 5.6), ("Chloride", "mmol/L", "98 - 107", 95, 110),
    ("Bicarbonate", "mmol/L", "22 - 29", 18, 31), ("Urea nitrogen", "mg/dL", "7 - 20", 6, 48), ("Creatinine", "mg/dL", "0.6 - 1.3", 0.5, 2.4),
    ("Glucose", "mg/dL", "70 - 99", 64, 288), ("Calcium", "mg/dL", "8.6 - 10.3", 7.9, 10.9), ("Albumin", "g/dL", "3.5 - 5.0", 2.6, 4.9),
    ("Total bilirubin", "mg/dL", "0.2 - 1.2", 0.2, 2.8), ("Hemoglobin", "g/dL", "12.0 - 16.0", 7.8, 16.9), ("Hematocrit", "%", "36 - 46", 25, 50),
    ("White cells", "K/uL", "4.0 - 11.0", 2.7, 17.5), ("Platelets", "K/uL", "150 - 400", 88, 512), ("Ferritin", "ng/mL", "15 - 150", 5, 410),
    ("TSH", "mIU/L", "0.40 - 4.50", 0.1, 8.9), ("Cholesterol", "mg/dL", "125 - 200", 110, 290), ("Triglycerides", "mg/dL", "50 - 150", 48, 390),
)  # fmt: skip


def _laboratory(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Laboratory Report", day="Collected:")
    pen.pairs(("Specimen:", said.visit.number), ("Reported by:", f"{said.author}, MD"))
    stops = (0.0, 0.34, 0.46, 0.56, 0.76)
    pen.gap(0.3)
    pen.row(("Test", "Result", "Flag", "Unit", "Reference"), stops, cut="bold")
    for test, unit, reference, low, high in _TESTS:
        value = rng.uniform(low, high)
        shown = f"{value:.1f}" if high < 60 else f"{value:.0f}"
        bottom, top = (float(end) for end in reference.split(" - "))
        flag = "H" if float(shown) > top else "L" if float(shown) < bottom else "N"
        pen.row((test, shown, flag, unit, reference), stops)
    _section(pen, "Comments", "laboratory", 9, rng)


def _radiology(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "CT Chest with Contrast", day="Exam Date:")
    pen.pairs(("Accession:", said.visit.number), ("Modality:", "CT"))
    _section(pen, "Technique and Comparison", "imaging", 3, rng)
    _section(pen, "Findings", "imaging", 12, rng)
    pen.heading("Impression")
    _listed(pen, "impression", 3, rng)
    _signed(pen, said, "Interpreted by:")


def _operative(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Operative Report", day="Date of Surgery:")
    pen.pairs(("Surgeon:", f"{said.author}, MD"), ("Case:", said.visit.number))
    pen.pairs(("Preoperative diagnosis:", "Symptomatic cholelithiasis"))
    pen.pairs(("Procedure:", "Laparoscopic cholecystectomy with cholangiography"))
    _section(pen, "Description of Procedure", "operative", 17, rng)
    _signed(pen, said, "Dictated by:")


def _pathology(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Surgical Pathology Report", day="Collected:")
    pen.pairs(("Case number:", said.visit.number), ("Pathologist:", f"{said.author}, MD"))
    pen.heading("Final Diagnosis")
    pen.prose("Breast, left, core biopsy: invasive ductal carcinoma, grade 2, with margins as described below.", cut="bold")
    _section(pen, "Gross Description", "pathology", 6, rng)
    _section(pen, "Microscopic Description", "pathology", 8, rng)
    _signed(pen, said)


def _release(pen: Pen, said: _Said, rng: Random) -> None:
    pen.line("Authorization to Release Health Information", cut="bold", scale=1.35, centered=True)
    pen.gap()
    for label, value in (
        ("Facility:", said.facility),
        ("Patient name:", said.name),
        ("Date of birth:", said.dob),
        ("Medical record number:", said.mrn),
    ):
        pen.pairs((label, value))
    pen.pairs(("Release to:", "Keystone Orthopedic Group"), ("Phone:", said.visit.person.phone))
    pen.rule()
    _listed(pen, "legal", 14, rng)
    pen.gap(1.2)
    pen.pairs(("Signature of patient:", "on file"), ("Date:", said.day))
    pen.pairs(("Witness:", said.author))


def _cover(pen: Pen, said: _Said, rng: Random) -> None:
    pen.line("FAX COVER SHEET", cut="bold", scale=1.9)
    pen.line(said.facility, cut="bold", scale=1.2)
    pen.rule()
    pen.gap(0.4)
    pen.pairs(("To:", "Health Information Management"), ("Date:", said.day))
    pen.pairs(("From:", f"{said.author}, MD"), ("Pages:", "1"))
    pen.pairs(("Patient:", said.name), ("DOB:", said.dob))
    pen.pairs(("MRN:", said.mrn), ("Phone:", said.visit.person.phone))
    pen.rule()
    pen.heading("Message")
    drawn = sentences("fax", rng)
    for start in range(0, 12, 4):
        pen.prose(" ".join(drawn[start : start + 4]))
        pen.gap(0.3)


def _history(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "History and Physical Examination")
    _section(pen, "Chief Complaint and History of Present Illness", "history", 8, rng)
    _section(pen, "Physical Examination", "exam", 7, rng)
    _section(pen, "Assessment and Plan", "plan", 5, rng)
    _signed(pen, said)


_DRUGS = (
    ("Lisinopril 20 mg", "one tablet", "daily", "blood pressure"), ("Metformin 500 mg", "two tablets", "twice daily", "diabetes"),
    ("Atorvastatin 40 mg", "one tablet", "at bedtime", "cholesterol"), ("Apixaban 5 mg", "one tablet", "twice daily", "heart rhythm"),
    ("Furosemide 40 mg", "one tablet", "each morning", "swelling"), ("Metoprolol 50 mg", "one tablet", "daily", "heart rate"),
    ("Omeprazole 20 mg", "one capsule", "before breakfast", "reflux"), ("Gabapentin 300 mg", "one capsule", "three times daily", "nerve pain"),
    ("Levothyroxine 75 mcg", "one tablet", "before breakfast", "thyroid"), ("Albuterol inhaler", "two puffs", "as needed", "wheezing"),
    ("Sertraline 50 mg", "one tablet", "each morning", "mood"), ("Tamsulosin 0.4 mg", "one capsule", "at bedtime", "urine flow"),
)  # fmt: skip


def _medications(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Medication List", day="Reviewed on:")
    stops = (0.0, 0.33, 0.52, 0.78)
    pen.row(("Medicine", "Dose", "When", "Reason"), stops, cut="bold")
    for drug in rng.sample(_DRUGS, len(_DRUGS)):
        pen.row(drug, stops)
    _section(pen, "Notes for the patient", "pharmacy", 11, rng)
    _signed(pen, said, "Reviewed by:")


def _referral(pen: Pen, said: _Said, rng: Random) -> None:
    pen.line(said.facility, cut="bold", scale=1.5)
    pen.line(f"{said.visit.person.town}, Pennsylvania")
    pen.gap()
    pen.line(said.day)
    pen.gap(0.6)
    pen.line(f"RE: {said.name}", cut="bold")
    pen.line(f"Date of birth: {said.dob}")
    pen.line(f"MRN: {said.mrn}")
    pen.gap(0.6)
    pen.line("Referral for consultation", cut="bold")
    pen.line("Dear Colleague:")
    drawn = sentences("referral", rng)
    for start in (0, 4, 8):
        pen.gap(0.4)
        pen.prose(" ".join(drawn[start : start + 4]))
    pen.gap(0.4)
    pen.prose(" ".join(sentences("history", rng)[:5]))
    pen.gap()
    pen.line("Sincerely,")
    pen.line(f"{said.author}, MD")


_SHOTS = (
    ("Influenza", "0.5 mL", "left deltoid"), ("Tdap", "0.5 mL", "right deltoid"), ("Hepatitis B", "1.0 mL", "left deltoid"),
    ("Pneumococcal", "0.5 mL", "right deltoid"), ("Zoster", "0.5 mL", "left deltoid"), ("MMR", "0.5 mL", "right arm"),
    ("Varicella", "0.5 mL", "left arm"), ("COVID-19", "0.3 mL", "left deltoid"), ("Meningococcal", "0.5 mL", "right deltoid"),
)  # fmt: skip


def _vaccines(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Immunization Record", day="Visit Date:")
    stops = (0.0, 0.2, 0.36, 0.48, 0.7)
    pen.row(("Vaccine", "Given", "Dose", "Site", "Lot"), stops, cut="bold")
    for vaccine, dose, site in rng.sample(_SHOTS, len(_SHOTS)):
        given = f"{rng.randint(1, 12):02d}/{rng.randint(1, 28):02d}/{rng.randint(2012, 2024)}"
        pen.row((vaccine, given, dose, site, f"{rng.choice('ABCEFHKLR')}{rng.randint(1000, 9999)}{rng.choice('ABCDE')}"), stops)
    _section(pen, "Remarks", "vaccines", 11, rng)
    _signed(pen, said, "Recorded by:")


def _progress(pen: Pen, said: _Said, rng: Random) -> None:
    _head(pen, said, "Progress Note", day="Note Date:")
    _section(pen, "Subjective", "nursing", 6, rng)
    _section(pen, "Objective", "exam", 6, rng)
    _section(pen, "Assessment", "course", 4, rng)
    pen.heading("Plan")
    _listed(pen, "plan", 5, rng)
    _signed(pen, said)


Write = Callable[[Pen, _Said, Random], None]
Dates = Callable[[date], str]
LAYOUTS: dict[str, tuple[Write, Dates, bool, float]] = {  # how it is written, its dates, last name first, type size
    "discharge": (_discharge, _slashes, True, 10.0),
    "laboratory": (_laboratory, _slashes, True, 9.5),
    "radiology": (_radiology, _long, False, 10.5),
    "operative": (_operative, _dashes, True, 10.5),
    "pathology": (_pathology, _slashes, True, 10.0),
    "release": (_release, _slashes, False, 10.0),
    "cover": (_cover, _slashes, False, 11.0),
    "history": (_history, _military, True, 10.0),
    "medications": (_medications, _slashes, False, 10.0),
    "referral": (_referral, _long, False, 11.0),
    "vaccines": (_vaccines, _slashes, True, 10.0),
    "progress": (_progress, _dashes, True, 10.5),
}
