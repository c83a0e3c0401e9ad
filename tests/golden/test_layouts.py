"""Fields over layout families the rules were not written from one by one: word boxes from real font metrics, people drawn at random,
a reader that confuses characters. What is asserted: no other person ever becomes the patient, and wrong dates and numbers stay rare."""

import os
import random
import re
import subprocess
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen import canvas

from pipeline.extract import extract
from schemas.document import FieldName
from schemas.page import Box, PageKind, PageReading, ReadFrom, Word
from schemas.rules import ExtractRules
from tests.told import told

RULES = ExtractRules()
WIDTH, HEIGHT = 612.0, 792.0
LASTS = [
    "Abernathy",
    "Okafor",
    "Van Dyke",
    "O'Leary",
    "Lindqvist",
    "De La Cruz",
    "Smith-Jones",
    "Tran",
    "Petrosyan",
    "Whitfield",
    "Kowalski",
    "Haddad",
    "Moreau",
    "Baker",
    "Stone",
    "Park",
]
FIRSTS = ["Marisol", "Desmond", "Ingrid", "Thaddeus", "Mary Ann", "Yusuf", "Carlotta", "John", "Priya", "Elaine", "Walter", "Agnes", "Rupert", "Soo"]
OTHERS = [
    ("Garfield", "Nadine"),
    ("Ellsworth", "Conrad"),
    ("Pemberton", "Judith"),
    ("Vasquez", "Hugo"),
    ("Thornbury", "Miles"),
    ("Castellano", "Bianca"),
    ("Ferris", "Owen"),
    ("Nakagawa", "Emi"),
]
CONFUSIONS = {
    "1": "lI7",
    "l": "1I",
    "I": "l1",
    "O": "0Q",
    "0": "O8",
    "5": "S6",
    "S": "5",
    "8": "B3",
    "B": "8",
    "e": "c",
    "c": "e",
    "a": "o",
    "o": "a0",
    "6": "b8",
    "3": "8",
    "9": "g4",
    "4": "9",
    "7": "1",
    "h": "b",
    "u": "n",
    "n": "u",
    ",": ".",
    ".": ",",
    ":": ";.",
}


@dataclass
class Who:
    """The patient of a page, and the others on it."""

    last: str
    first: str
    middle: str
    suffix: str
    dob: tuple[int, int, int]
    mrn: str
    sex: str
    phone: str
    seen: tuple[int, int, int]
    others: list[tuple[str, str]]

    @property
    def name(self) -> str:
        return f"{self.last}, {' '.join(p for p in (self.first, self.middle, self.suffix) if p)}".upper()

    def comma(self) -> str:
        return f"{self.last}, {' '.join(p for p in (self.first, self.middle, self.suffix) if p)}"

    def plain(self) -> str:
        return " ".join(p for p in (self.first, self.middle, self.last, self.suffix) if p)

    @property
    def iso(self) -> str:
        return "{:04d}-{:02d}-{:02d}".format(*self.dob)

    @property
    def seen_iso(self) -> str:
        return "{:04d}-{:02d}-{:02d}".format(*self.seen)

    @property
    def age(self) -> int:
        return self.seen[0] - self.dob[0] - (self.seen[1:] < self.dob[1:])


@dataclass
class Sheet:
    """A page being set: text runs at places, in points from the top left."""

    runs: list[tuple[float, float, str, float, str]] = field(default_factory=list)

    def put(self, x: float, y: float, text: str, size: float = 10, font: str = "Helvetica") -> "Sheet":
        self.runs.append((x, y, text, size, font))
        return self

    def words(self) -> list[tuple[str, Box, int]]:
        made = []
        for line, (x, y, text, size, font) in enumerate(self.runs):
            at = x
            for word in text.split(" "):
                wide = stringWidth(word, font, size)
                if word:
                    made.append((word, Box(at / WIDTH, (y - 0.72 * size) / HEIGHT, (at + wide) / WIDTH, (y + 0.2 * size) / HEIGHT), line))
                at += wide + stringWidth(" ", font, size)
        return made


def draw(seed: int) -> Who:
    r = random.Random(seed)
    others = r.sample(OTHERS, 5)
    mrn = r.choice(["{:06d}", "{:08d}", "E{:07d}", "{:03d}-{:02d}-{:03d}", "MR{:06d}"])
    numbers = (r.randint(100000, 999999), r.randint(10, 99), r.randint(100, 999))
    mrn = mrn.format(numbers[0] % 900 + 100, numbers[1], numbers[2]) if mrn.count("{") > 1 else mrn.format(numbers[0])
    return Who(
        r.choice(LASTS),
        r.choice(FIRSTS),
        r.choice(["", "A", "Lee", "R"]),
        r.choice(["", "", "", "Jr", "III"]),
        (r.randint(1932, 2008), r.randint(1, 12), r.randint(1, 28)),
        mrn,
        r.choice("MF"),
        f"555{r.randint(2000000, 9999999):07d}",
        (r.randint(2019, 2025), r.randint(1, 12), r.randint(1, 28)),
        others,
    )


def us(day: tuple[int, int, int]) -> str:
    return f"{day[1]:02d}/{day[2]:02d}/{day[0]}"


def long_date(day: tuple[int, int, int]) -> str:
    months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    return f"{months[day[1] - 1]} {day[2]}, {day[0]}"


def mil(day: tuple[int, int, int]) -> str:
    return f"{day[2]:02d}{['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'][day[1] - 1]}{day[0]}"


def phone(digits: str) -> str:
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def doctor(who: Who, at: int = 0) -> str:
    return f"{who.others[at][1]} {who.others[at][0]}, MD"


def letterhead(sheet: Sheet, name: str = "Cedar Hollow Medical Center", y: float = 40) -> Sheet:
    return sheet.put(200, y, name, 14, "Helvetica-Bold").put(
        200, y + 14, "4400 Riverside Parkway, Tulsa, OK 74101  Phone (918) 555-0100  Fax (918) 555-0101", 8
    )


def prose(sheet: Sheet, y: float) -> Sheet:
    for at, line in enumerate(
        [
            "The history was reviewed with the family. Blood pressure 128/76, pulse 72, weight 81 kg.",
            "Labs of 11/30/2011 were unremarkable and the mother is alive and well.",
            "Plan: continue lisinopril 10 mg daily, follow up in 3 months or sooner.",
        ]
    ):
        sheet.put(50, y + 14 * at, line)
    return sheet


def label_value(w: Who) -> Sheet:
    s = letterhead(Sheet())
    rows = [
        ("Patient Name:", w.comma()),
        ("Date of Birth:", us(w.dob)),
        ("MRN:", w.mrn),
        ("Sex:", w.sex),
        ("Date of Service:", us(w.seen)),
        ("Referring Provider:", doctor(w)),
        ("PCP:", doctor(w, 1)),
    ]
    for at, (label, value) in enumerate(rows):
        s.put(50, 100 + 15 * at, label, 10, "Helvetica-Bold").put(160, 100 + 15 * at, value)
    return prose(s, 260)


def two_columns(w: Who) -> Sheet:
    s = letterhead(Sheet())
    s.put(50, 100, f"Patient: {w.comma()}").put(330, 100, f"Attending: {doctor(w)}")
    s.put(50, 114, f"DOB: {us(w.dob)}").put(330, 114, f"Phone: {phone('9185550177')}")
    s.put(50, 128, f"Med Rec #: {w.mrn}").put(330, 128, f"Visit Date: {us(w.seen)}")
    s.put(50, 142, f"Gender: {'Male' if w.sex == 'M' else 'Female'}").put(330, 142, f"Dictated by: {doctor(w, 1)}")
    return prose(s, 200)


def header_table(w: Who) -> Sheet:
    s = letterhead(Sheet())
    columns = [
        (40, "Patient Name", w.comma()),
        (190, "Birth Date", us(w.dob)),
        (270, "MRN", w.mrn),
        (350, "Sex", w.sex),
        (390, "Collected", us(w.seen)),
        (470, "Ordering Physician", doctor(w)),
    ]
    for x, head, value in columns:
        s.put(x, 110, head, 8, "Helvetica-Bold").put(x, 123, value, 8)
    return prose(s, 200)


def labels_below(w: Who) -> Sheet:
    s = letterhead(Sheet())
    for x, head, value in [
        (50, "Patient name", w.comma()),
        (250, "Date of birth", us(w.dob)),
        (350, "Medical record no.", w.mrn),
        (470, "Date of visit", us(w.seen)),
    ]:
        s.put(x, 110, value, 10).put(x, 122, head, 7)
    for x, head, value in [(50, "Attending physician", doctor(w)), (250, "Home phone", phone(w.phone))]:
        s.put(x, 146, value, 10).put(x, 158, head, 7)
    return prose(s, 220)


def labels_above(w: Who) -> Sheet:
    s = letterhead(Sheet())
    for at, (head, value) in enumerate(
        [
            ("PATIENT", w.plain()),
            ("DOB", long_date(w.dob)),
            ("MEDICAL RECORD NUMBER", w.mrn),
            ("DATE OF SERVICE", us(w.seen)),
            ("PROVIDER", doctor(w)),
        ]
    ):
        s.put(60, 100 + 34 * at, head, 7).put(60, 112 + 34 * at, value, 11)
    return prose(s, 300)


def banner(w: Who) -> Sheet:
    s = Sheet().put(40, 40, f"{w.comma().upper()} | DOB {us(w.dob)} ({w.age} y) | MRN {w.mrn} | {w.sex}", 9)
    s.put(40, 70, "Progress Note", 14, "Helvetica-Bold").put(40, 90, f"Date of Service: {us(w.seen)}").put(
        40, 104, f"Electronically signed by: {doctor(w)}"
    )
    return prose(s, 150)


def stacked_banner(w: Who) -> Sheet:
    s = Sheet().put(40, 40, w.comma(), 13, "Helvetica-Bold").put(40, 57, f"DOB: {us(w.dob)}    MRN: {w.mrn}    Sex: {w.sex}", 9)
    s.put(40, 90, "Office Visit", 14).put(40, 110, f"Visit date: {us(w.seen)}   Provider: {doctor(w)}")
    return prose(s, 150)


def letter(w: Who) -> Sheet:
    s = letterhead(Sheet()).put(60, 100, long_date(w.seen))
    s.put(60, 130, doctor(w)).put(60, 143, "88 Canal Street").put(60, 156, "Tulsa, OK 74103")
    s.put(60, 185, f"RE: {w.plain()}     DOB: {w.dob[1]}/{w.dob[2]}/{w.dob[0]}     MRN: {w.mrn}").put(60, 215, f"Dear Dr. {w.others[0][0]}:")
    s.put(60, 240, "Thank you for referring your patient to our practice. I reviewed the outside records.")
    return (
        s.put(60, 300, "Sincerely,")
        .put(60, 340, doctor(w, 1))
        .put(60, 360, f"cc: {w.others[2][1]} {w.others[2][0]}, {w.others[3][1]} {w.others[3][0]}")
    )


def letter_block(w: Who) -> Sheet:
    s = (
        letterhead(Sheet(), "Elm Grove Cardiology Associates")
        .put(60, 100, long_date(w.seen))
        .put(60, 125, f"To: {doctor(w)}")
        .put(60, 139, f"From: {doctor(w, 1)}")
    )
    s.put(60, 165, f"Re: {w.comma()}").put(60, 179, f"Date of Birth: {mil(w.dob)}").put(60, 193, f"Chart #: {w.mrn}")
    return prose(s.put(60, 220, f"Dear {w.others[0][1]},"), 240)


def narrative(w: Who) -> Sheet:
    kind = "man" if w.sex == "M" else "woman"
    s = (
        letterhead(Sheet())
        .put(60, 100, "CONSULTATION", 13)
        .put(60, 120, f"Date of consultation: {us(w.seen)}")
        .put(60, 150, f"Dear Dr. {w.others[0][0]},")
    )
    s.put(60, 170, f"I had the pleasure of seeing {'Mr.' if w.sex == 'M' else 'Ms.'} {w.plain()}, a {w.age}-year-old {kind}")
    return (
        s.put(60, 184, f"(DOB {us(w.dob)}, MRN {w.mrn}), with {w.others[1][1]} {w.others[1][0]}, the spouse, in attendance.")
        .put(60, 240, "Sincerely,")
        .put(60, 270, doctor(w, 2))
    )


def face_sheet(w: Who) -> Sheet:
    s = (
        letterhead(Sheet(), "Harbor View Hospital")
        .put(50, 90, "PATIENT INFORMATION", 9, "Helvetica-Bold")
        .put(320, 90, "GUARANTOR", 9, "Helvetica-Bold")
    )
    other = f"{w.others[0][0]}, {w.others[0][1]}"
    pairs = [
        ("Name:", w.comma(), other),
        ("DOB:", us(w.dob), "04/05/1961"),
        ("Sex:", w.sex, "F" if w.sex == "M" else "M"),
        ("Phone:", phone(w.phone), phone("9185554321")),
    ]
    for at, (label, left, right) in enumerate(pairs):
        s.put(50, 106 + 14 * at, f"{label} {left}").put(320, 106 + 14 * at, f"{label} {right}")
    s.put(50, 164, f"MRN: {w.mrn}").put(320, 164, "Relationship: spouse").put(50, 178, f"Admit Date: {us(w.seen)}")
    s.put(50, 210, "EMERGENCY CONTACT", 9, "Helvetica-Bold").put(50, 226, f"Name: {w.others[1][0]}, {w.others[1][1]}").put(
        50, 240, "Home phone: (918) 555-7777"
    ).put(320, 210, "NEXT OF KIN", 9, "Helvetica-Bold").put(320, 226, f"Name: {w.others[2][0]}, {w.others[2][1]}").put(320, 240, "DOB: 07/08/1944")
    return s.put(50, 270, f"Attending Physician: {doctor(w, 3)}")


def face_three(w: Who) -> Sheet:
    s = Sheet().put(220, 40, "ADMISSION RECORD", 13)
    for x, head, name, born in [
        (40, "GUARANTOR", w.others[0], "02/03/1949"),
        (230, "PATIENT", None, ""),
        (420, "SUBSCRIBER", w.others[1], "05/06/1955"),
    ]:
        s.put(x, 80, head, 9, "Helvetica-Bold")
        s.put(x, 95, f"Name {name[1]} {name[0]}" if name else f"Name {w.plain()}", 9).put(x, 108, f"DOB {born or us(w.dob)}", 9)
    return s.put(230, 121, f"MRN {w.mrn}", 9).put(230, 134, f"Admit date {us(w.seen)}", 9)


def guarantor_lines(w: Who) -> Sheet:
    s = letterhead(Sheet()).put(50, 100, f"Patient: {w.comma()}   DOB: {us(w.dob)}   MRN: {w.mrn}")
    s.put(50, 114, f"Guarantor: {w.others[0][0]}, {w.others[0][1]}   DOB: 03/04/1952   Phone: (918) 555-2222").put(
        50, 128, f"Spouse: {w.others[1][1]} {w.others[1][0]}   DOB: 10/11/1953"
    )
    return s.put(50, 142, f"Emergency contact: {w.others[2][1]} {w.others[2][0]}  (918) 555-3333").put(50, 156, f"Date of Service: {us(w.seen)}")


def fax_cover(w: Who) -> Sheet:
    s = (
        Sheet()
        .put(220, 60, "FAX COVER SHEET", 18)
        .put(60, 110, f"To: {doctor(w)}")
        .put(60, 130, f"From: {w.others[1][1]} {w.others[1][0]}, Medical Records")
        .put(60, 150, "Fax: (918) 555-0188")
    )
    return (
        s.put(60, 170, "Pages: 7 including cover").put(60, 190, f"Date: {us(w.seen)}").put(60, 210, f"RE: {w.comma()}  DOB {us(w.dob)}  MRN {w.mrn}")
    )


def lab(w: Who) -> Sheet:
    s = (
        letterhead(Sheet(), "Prairie Diagnostics Laboratory")
        .put(40, 90, f"PATIENT: {w.comma().upper()}", 9)
        .put(300, 90, "CLIENT: Willow Family Clinic", 9)
    )
    s.put(40, 103, f"DOB: {us(w.dob)}  AGE: {w.age}  SEX: {w.sex}", 9).put(300, 103, f"ORDERING: {doctor(w)}", 9).put(
        40, 116, f"PATIENT ID: {w.mrn}", 9
    ).put(300, 116, f"COLLECTED: {us(w.seen)} 08:15", 9)
    s.put(40, 129, "ACCESSION: L24-118273", 9).put(300, 129, "REPORTED: 01/03/2026 14:02", 9)
    for at, row in enumerate(["Glucose 98 mg/dL 70-99", "Sodium 140 mmol/L 135-145", "Creatinine 0.9 mg/dL 0.6-1.2"]):
        s.put(40, 160 + 13 * at, row, 9)
    return s.put(40, 220, f"Laboratory Director: {doctor(w, 1)}", 8)


def pathology(w: Who) -> Sheet:
    s = letterhead(Sheet(), "Summit Pathology Group").put(40, 90, "CLIENT", 9, "Helvetica-Bold").put(310, 90, "PATIENT", 9, "Helvetica-Bold")
    s.put(40, 104, f"{w.others[0][1]} {w.others[0][0]}, MD", 9).put(310, 104, w.comma(), 9).put(40, 117, "19 Meadow Lane", 9).put(
        310, 117, f"DOB: {us(w.dob)}   Sex: {w.sex}", 9
    )
    return prose(
        s.put(40, 130, "Tulsa, OK 74104", 9)
        .put(310, 130, f"MRN: {w.mrn}", 9)
        .put(40, 150, "Accession #: S24-01882", 9)
        .put(310, 150, f"Date Collected: {us(w.seen)}", 9),
        200,
    ).put(40, 300, f"Pathologist: {doctor(w, 1)}")


def radiology(w: Who) -> Sheet:
    s = (
        letterhead(Sheet(), "Northgate Imaging Center")
        .put(50, 95, f"NAME: {w.comma().upper()}", 10, "Courier")
        .put(50, 108, f"DOB:  {us(w.dob)}     AGE: {w.age}", 10, "Courier")
        .put(50, 121, f"MRN:  {w.mrn}", 10, "Courier")
    )
    s.put(50, 134, f"EXAM DATE: {us(w.seen)}", 10, "Courier").put(50, 147, f"REFERRING: {doctor(w)}", 10, "Courier").put(
        50, 160, "EXAM: CT CHEST WITH CONTRAST", 10, "Courier"
    )
    return s.put(50, 300, f"Interpreted by: {doctor(w, 1)}", 10, "Courier")


def form_boxes(w: Who) -> Sheet:
    s = (
        letterhead(Sheet())
        .put(40, 100, "1. Patient name (Last, First, MI)", 7)
        .put(300, 100, "2. Date of birth", 7)
        .put(420, 100, "3. Sex", 7)
        .put(470, 100, "4. Medical record no.", 7)
    )
    s.put(40, 113, w.comma(), 11).put(300, 113, us(w.dob), 11).put(420, 113, w.sex, 11).put(470, 113, w.mrn, 11)
    return (
        s.put(40, 135, "5. Insured's name", 7)
        .put(300, 135, "6. Insured's date of birth", 7)
        .put(40, 148, f"{w.others[0][0]}, {w.others[0][1]}", 11)
        .put(300, 148, "09/09/1958", 11)
        .put(40, 170, "7. Date of service", 7)
        .put(40, 183, us(w.seen), 11)
    )


def running_header(w: Who) -> Sheet:
    s = Sheet().put(40, 30, f"{w.comma()}  MRN: {w.mrn}  DOB: {us(w.dob)}", 8).put(520, 30, "Page 2 of 3", 8)
    return prose(prose(s, 60), 120).put(40, 700, f"Electronically signed by {doctor(w)} on {us(w.seen)}", 8)


def footer_identity(w: Who) -> Sheet:
    s = prose(
        Sheet()
        .put(40, 50, "OPERATIVE REPORT", 14)
        .put(40, 80, f"Surgeon: {doctor(w)}")
        .put(40, 94, f"Assistant: {doctor(w, 1)}")
        .put(40, 108, f"Date of procedure: {us(w.seen)}"),
        140,
    )
    return s.put(40, 760, f"Patient: {w.plain()}", 8).put(250, 760, f"DOB: {us(w.dob)}", 8).put(400, 760, f"MRN# {w.mrn}", 8)


def dotted_leaders(w: Who) -> Sheet:
    s = Sheet().put(50, 50, "HISTORY & PHYSICAL", 13)
    for at, (label, value) in enumerate(
        [("Pt. Name", w.comma()), ("D.O.B.", us(w.dob)), ("MRN", w.mrn), ("Admission Date", us(w.seen)), ("Attending", doctor(w))]
    ):
        s.put(50, 80 + 14 * at, f"{label} : {value}", 10, "Times-Roman")
    return prose(s, 200)


def discharge(w: Who) -> Sheet:
    s = letterhead(Sheet(), "St. Brendan Regional Hospital").put(220, 90, "Discharge Summary", 14)
    s.put(50, 115, f"Name of Patient: {w.plain()}").put(340, 115, f"Unit No: {w.mrn}").put(50, 129, f"Birthdate: {long_date(w.dob)}").put(
        340, 129, f"Adm Date: {us(w.seen)}"
    ).put(340, 143, "Disch Date: 12/30/2025")
    return (
        prose(s, 190)
        .put(50, 260, "Dx: I50.9, E11.65")
        .put(50, 300, f"Dictated by: {doctor(w)}")
        .put(50, 314, f"cc: {w.others[1][1]} {w.others[1][0]}")
    )


def newborn(w: Who) -> Sheet:
    s = (
        letterhead(Sheet())
        .put(50, 95, f"Patient Name: {w.comma()}")
        .put(330, 95, f"MRN: {w.mrn}")
        .put(50, 109, f"DOB: {us(w.dob)}")
        .put(330, 109, f"Sex: {w.sex}")
    )
    return (
        s.put(50, 123, f"Mother's Name: {w.others[0][0]}, {w.others[0][1]}")
        .put(330, 123, "Mother's DOB: 01/15/1990")
        .put(50, 137, f"Father: {w.others[1][1]} {w.others[1][0]}")
        .put(330, 137, f"Date of Service: {us(w.seen)}")
    )


def consent(w: Who) -> Sheet:
    s = (
        letterhead(Sheet())
        .put(180, 90, "AUTHORIZATION TO RELEASE INFORMATION", 12)
        .put(50, 120, f"Patient Name: {w.plain()}")
        .put(330, 120, f"Date of Birth: {us(w.dob)}")
        .put(50, 136, f"Medical Record Number: {w.mrn}")
    )
    return (
        s.put(50, 160, f"Release to: {doctor(w)}")
        .put(50, 176, f"Witness: {w.others[1][1]} {w.others[1][0]}")
        .put(50, 192, f"Printed by: {w.others[2][1]} {w.others[2][0]}")
        .put(50, 208, f"Parent/Guardian: {w.others[3][1]} {w.others[3][0]}")
        .put(50, 224, f"Date: {us(w.seen)}")
    )


def only_others(w: Who) -> Sheet:
    """A page that names no patient at all."""
    s = (
        letterhead(Sheet())
        .put(50, 100, f"Referring Provider: {w.others[0][1]} {w.others[0][0]}")
        .put(50, 114, f"Guarantor: {w.others[1][0]}, {w.others[1][1]}")
        .put(50, 128, f"cc: {w.others[2][0]}, {w.others[2][1]}")
    )
    return (
        s.put(50, 142, f"Emergency Contact: {w.others[3][0]}, {w.others[3][1]}   DOB: 01/02/1953")
        .put(50, 160, f"Attn: {w.others[4][1]} {w.others[4][0]}")
        .put(50, 175, f"{w.others[2][1]} {w.others[2][0]}, RN")
    )


LAYOUTS = [
    label_value,
    two_columns,
    header_table,
    labels_below,
    labels_above,
    banner,
    stacked_banner,
    letter,
    letter_block,
    narrative,
    face_sheet,
    face_three,
    guarantor_lines,
    fax_cover,
    lab,
    pathology,
    radiology,
    form_boxes,
    running_header,
    footer_identity,
    dotted_leaders,
    discharge,
    newborn,
    consent,
    only_others,
]


def misread(text: str, rate: float, r: random.Random) -> tuple[str, bool]:
    """A reader's stumbles: confusions, drops, doubles."""
    out = []
    for c in text:
        if r.random() >= rate:
            out.append(c)
        elif r.random() < 0.8:
            out.append(r.choice(CONFUSIONS.get(c, c + "")) if c in CONFUSIONS else r.choice("aeinrtlo") if c.isalpha() else c)
        elif r.random() < 0.5:
            out.append(c + r.choice("il.,'"))
    return "".join(out), "".join(out) != text


def scan(sheet: Sheet, rate: float = 0.0, seed: int = 0, number: int = 1) -> PageReading:
    r = random.Random(seed)
    words = []
    for text, box, line in sheet.words():
        seen, wrong = misread(text, rate, r)
        if seen:
            words.append(Word(seen, box, r.uniform(0.55, 0.9) if wrong else r.uniform(0.85, 0.97), line))
    return PageReading(number, PageKind.TEXT, tuple(words), ReadFrom.OCR, WIDTH, HEIGHT)


def to_pdf(sheet: Sheet, path: Path) -> Path:
    paper = canvas.Canvas(str(path), pagesize=(WIDTH, HEIGHT))
    for x, y, text, size, font in sheet.runs:
        paper.setFont(font, size)
        paper.drawString(x, HEIGHT - y, text)
    paper.save()
    return path


def from_text_layer(pdf: Path) -> PageReading:
    """The words poppler finds in a PDF, in its order and with its boxes."""
    said = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', said)
    words = (
        Word(unescape(text), Box(float(x0) / WIDTH, float(y0) / HEIGHT, float(x1) / WIDTH, float(y1) / HEIGHT), 1.0, 0)
        for x0, y0, x1, y1, text in found
    )
    return PageReading(1, PageKind.TEXT, tuple(words), ReadFrom.LAYER, WIDTH, HEIGHT)


def from_scan(pdf: Path, dpi: int = 150) -> PageReading:
    """The words Tesseract reads off the rendered page."""
    image = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", "-png", str(pdf), str(image)], check=True)
    said = subprocess.run(
        ["tesseract", f"{image}.png", "-", "--dpi", str(dpi), "--psm", "3", "tsv"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    ).stdout
    rows = [row for line in said.splitlines()[1:] if len(row := line.split("\t")) == 12 and row[11].strip()]
    wide, high = WIDTH / 72 * dpi, HEIGHT / 72 * dpi
    words = []
    for row in rows:
        x, y, w, h = map(int, row[6:10])
        words.append(
            Word(
                row[11],
                Box(x / wide, y / high, (x + w) / wide, (y + h) / high),
                float(row[10]) / 100,
                int(row[2]) * 1000 + int(row[3]) * 100 + int(row[4]),
            )
        )
    return PageReading(1, PageKind.TEXT, tuple(words), ReadFrom.OCR, WIDTH, HEIGHT)


def is_other(value: str, who: Who) -> bool:
    """Whether a value holds both names of somebody else on the page."""
    said = set(value.replace(",", " ").split())
    return any({last.upper(), first.upper()} <= said for last, first in who.others) and who.first.split()[0].upper() not in said


def campaign(rate: float, people: int) -> dict[str, float]:
    """Shares over all layouts: exact, and emitted but different, per field; other persons taken counted whole."""
    tally: dict[str, float] = {"other": 0, "pages": 0}
    for at, layout in enumerate(LAYOUTS[:-1]):
        for n in range(people):
            who = draw(1000 * at + n)
            said = extract(told(scan(layout(who), rate, n)), rules=RULES)
            tally["pages"] += 1
            for name, truth in ((FieldName.PATIENT_NAME, who.name), (FieldName.PATIENT_DOB, who.iso), (FieldName.PATIENT_MRN, who.mrn)):
                found = said.field(name)
                tally[f"{name} exact"] = tally.get(f"{name} exact", 0) + (found is not None and found.value == truth)
                tally[f"{name} wrong"] = tally.get(f"{name} wrong", 0) + (found is not None and found.value != truth)
                tally[f"{name} sure and wrong"] = tally.get(f"{name} sure and wrong", 0) + (
                    found is not None and found.value != truth and found.confidence >= 0.8
                )
            name = said.field(FieldName.PATIENT_NAME)
            tally["other"] += name is not None and is_other(name.value, who)
    return {key: value if key in {"other", "pages"} else value / tally["pages"] for key, value in tally.items()}


@pytest.mark.parametrize("layout", LAYOUTS[:-1], ids=lambda f: f.__name__)
def test_clean_layout_gives_the_patient(layout) -> None:
    for seed in range(6):
        who = draw(seed)
        said = extract(told(scan(layout(who))), rules=RULES)
        values = {f.name: f.value for f in said.fields}
        assert values.get(FieldName.PATIENT_NAME) == who.name
        assert values.get(FieldName.PATIENT_DOB) == who.iso
        assert values.get(FieldName.PATIENT_MRN) == who.mrn


@pytest.mark.parametrize("layout", LAYOUTS[:-1], ids=lambda f: f.__name__)
def test_text_layer_gives_the_patient(layout, tmp_path: Path) -> None:
    who = draw(77)
    said = extract(told(from_text_layer(to_pdf(layout(who), tmp_path / "page.pdf"))), rules=RULES)
    assert {f.name: f.value for f in said.fields}.items() >= {
        FieldName.PATIENT_NAME: who.name,
        FieldName.PATIENT_DOB: who.iso,
        FieldName.PATIENT_MRN: who.mrn,
    }.items()


@pytest.mark.parametrize("layout", [face_sheet, header_table, letter], ids=lambda f: f.__name__)
def test_real_reader_gives_the_patient(layout, tmp_path: Path) -> None:
    who = draw(5)
    said = extract(told(from_scan(to_pdf(layout(who), tmp_path / "page.pdf"), 200)), rules=RULES)
    values = {f.name: f.value for f in said.fields}
    assert (values[FieldName.PATIENT_NAME], values[FieldName.PATIENT_DOB]) == (who.name, who.iso)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.05])
def test_page_without_patient_names_none(rate: float) -> None:
    for seed in range(40):
        said = extract(told(scan(only_others(draw(seed)), rate, seed)), rules=RULES)
        assert said.field(FieldName.PATIENT_NAME) is None
        assert said.field(FieldName.PATIENT_DOB) is None


@pytest.mark.parametrize(
    ("rate", "name", "dob", "wrong_dob", "wrong_mrn"), [(0.0, 0.99, 0.99, 0.0, 0.0), (0.02, 0.62, 0.78, 0.05, 0.14), (0.05, 0.32, 0.58, 0.1, 0.22)]
)
def test_misread_characters_cost_values_but_never_make_another_person_the_patient(
    rate: float, name: float, dob: float, wrong_dob: float, wrong_mrn: float
) -> None:
    shares = campaign(rate, 12)
    assert shares["other"] == 0
    assert shares["patient_name exact"] >= name
    assert shares["patient_dob exact"] >= dob
    assert shares["patient_dob wrong"] <= wrong_dob
    assert shares["patient_mrn wrong"] <= wrong_mrn
