"""What one paper says of its patient, and in which words: the truth that the pages are made from and judged by. Knows no place on a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from samples.langbench import forms
from samples.langbench.people import TODAY, House, Person, digits, make_payer, make_provider, make_workplace, relative_of

LABELS: dict[str, tuple[str, ...]] = {
    "name": ("Patient Name", "Patient", "Name", "Pt. Name", "Patient's Name", "PATIENT NAME", "Name of Patient", "Pt Name", "PATIENT"),
    "dob": ("DOB", "Date of Birth", "D.O.B.", "Birth Date", "Birthdate", "DATE OF BIRTH", "Born", "Pt. DOB"),
    "mrn": (
        "MRN",
        "Medical Record Number",
        "MR #",
        "Med Rec No.",
        "Chart #",
        "Unit #",
        "Medical Record #",
        "MRN#",
        "Patient ID",
        "MEDICAL RECORD NO.",
    ),
    "sex": ("Sex", "Gender", "SEX", "Legal Sex", "Sex at Birth"),
    "phone": ("Phone", "Home Phone", "Telephone", "Tel", "Cell Phone", "Pt. Phone"),
    "address": ("Address", "Home Address", "Patient Address", "ADDRESS", "Mailing Address"),
    "day": ("Date of Service", "Visit Date", "DOS", "Encounter Date", "Service Date", "Date", "Date of Visit"),
    "admit": ("Admit Date", "Admission Date", "Date of Admission", "Admitted", "ADM DATE"),
    "discharge": ("Discharge Date", "Date of Discharge", "Discharged", "DISCH DATE"),
    "collected": ("Collected", "Date Collected", "Collection Date", "Specimen Collected"),
    "provider": ("Attending", "Provider", "Attending Physician", "Physician", "Rendering Provider", "ATTENDING MD"),
    "referrer": (
        "Referring Physician",
        "PCP",
        "Referred by",
        "Primary Care Provider",
        "Ordering Provider",
        "Ordered By",
        "Requesting Provider",
        "Ref. MD",
    ),
    "age": ("Age", "AGE", "Age at visit"),
    "account": ("Account #", "Acct No.", "Visit #", "FIN", "CSN", "Encounter #", "HAR"),
    "printed": ("Printed", "Print Date", "Report Date", "Run Date", "Date Printed", "Faxed on"),
    "room": ("Room", "Location", "Unit/Bed", "Dept", "Nursing Unit"),
    "contact": ("Emergency Contact", "Spouse", "Next of Kin", "Guarantor", "Responsible Party", "Emerg. Contact"),
    "insurance": ("Insurance", "Primary Insurance", "Payer", "Plan", "Ins. Co."),
    "accession": ("Accession #", "Accession No.", "Specimen #", "Order #", "Case #"),
}
_MEMBER_LABELS = {"name": ("Client Name", "Client", "Consumer Name", "Individual Served"), "mrn": ("Client ID", "Client #", "Record #")}


class Item(NamedTuple):
    """A labelled value as printed."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Case:
    """One paper's patient, sender, providers, kin and dates, and how this paper writes them."""

    patient: Person
    house: House
    author: Person
    degree: str
    referrer: Person
    referrer_degree: str
    kin: Person
    kin_is: str  # spouse, parent, child
    workplace: str
    payer: str
    mrn: str
    account: str
    day: date
    admit: date
    name_form: str
    date_form: str
    items: tuple[Item, ...]

    def date(self, day: date) -> str:
        """A day as this paper writes days."""
        return forms.write_date(day, self.date_form)

    @property
    def name(self) -> str:
        """The patient as this paper writes names."""
        return forms.write_name(self.patient, self.name_form)

    @property
    def dob(self) -> str:
        """The birth date as this paper writes days."""
        return self.date(self.patient.born)

    @property
    def signer(self) -> str:
        """The author with degree."""
        return f"{self.author.natural}, {self.degree}"

    @property
    def sender(self) -> str:
        """Who referred the patient, with degree."""
        return f"{self.referrer.natural}, {self.referrer_degree}"

    def label(self, key: str) -> str:
        """This paper's label of a value."""
        return next(item.label for item in self.items if item.key == key)

    def value(self, key: str) -> str:
        """A value as printed, empty when this paper does not have it."""
        return next((item.value for item in self.items if item.key == key), "")

    def has(self, *keys: str) -> tuple[Item, ...]:
        """The items of some keys, in that order."""
        return tuple(item for key in keys for item in self.items if item.key == key)


def make_case(patient: Person, house: House, slug: str, mrn: str, rng: Random) -> Case:
    """A paper about a patient: everybody it may name, and the words it uses."""
    author, degree = make_provider(rng)
    referrer, referrer_degree = make_provider(rng)
    years = patient.age(TODAY)
    kin_is = "parent" if years < 19 else rng.choice(("spouse", "spouse", "child"))
    kin = relative_of(patient, kin_is, rng)
    oldest = max(1, min(1400, (TODAY - patient.born).days - 2))
    day = TODAY - timedelta(days=rng.randint(1, oldest))
    admit = max(day - timedelta(days=rng.randint(0, 9)), patient.born)
    bare = Case(
        *(patient, house, author, degree, referrer, referrer_degree, kin, kin_is, make_workplace(rng), make_payer(rng), mrn),
        *(digits(9, rng), day, admit, forms.name_form(rng), forms.date_form(rng), ()),
    )
    values = {
        "name": bare.name,
        "dob": bare.dob,
        "mrn": mrn,
        "sex": forms.write_sex(patient, rng),
        "phone": forms.write_phone(patient.phone, rng),
        "address": f"{patient.street}, {patient.town}",
        "day": bare.date(day),
        "admit": bare.date(admit),
        "discharge": bare.date(day),
        "collected": bare.date(day),
        "provider": bare.signer,
        "referrer": bare.sender,
        "age": f"{patient.age(day)}{rng.choice((' yrs', ' y.o.', '', ' years'))}"
        if patient.age(day)
        else f"{max(1, (day - patient.born).days // 31)} mo",
        "account": bare.account,
        "printed": bare.date(min(TODAY, day + timedelta(days=rng.randint(1, 40)))),
        "room": rng.choice(("4 West / 412-B", "ICU-07", "2N 218", "Clinic B", "OR 3", "ED 14")),
        "contact": kin.natural,
        "insurance": bare.payer,
        "accession": f"{rng.choice('SCHM')}{day.year % 100}-{rng.randint(1000, 29999):05}",
    }
    words = LABELS | (_MEMBER_LABELS if slug in {"behavioral_health", "substance_use"} and rng.random() < 0.6 else {})
    items = tuple(Item(key, rng.choice(words[key]), value) for key, value in values.items())
    return replace(bare, items=items)
