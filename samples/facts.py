"""What one outside document is about: the patient as printed, who sent it, the dates and people on it. Knows nothing of pages or pixels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from samples.clinical import Condition, choose_condition
from samples.people import TODAY
from schemas.patient import IndexPatient


@dataclass(frozen=True, slots=True)
class Facility:
    """A sender, as its letterhead has it."""

    name: str
    street: str
    city: str
    phone: str
    fax: str


DEMO_FACILITIES = (
    Facility("Lakeside Regional Hospital", "1200 Lakeside Parkway", "Millbrook, OH 43055", "(740) 555-0142", "(740) 555-0143"),
    Facility("St. Brendan Medical Center", "88 Abbey Road", "Dunmore, OH 45601", "(513) 555-0170", "(513) 555-0171"),
    Facility("Harvest Hill Family Practice", "402 Orchard Street, Suite B", "Fairview, OH 43721", "(614) 555-0118", "(614) 555-0119"),
    Facility("Pinecrest Diagnostic Imaging", "77 Scanner Way", "Fairview, OH 43721", "(614) 555-0180", "(614) 555-0181"),
    Facility("Tri-County Reference Laboratory", "15 Specimen Court", "Zaleski, OH 45698", "(740) 555-0195", "(740) 555-0196"),
    Facility("Northgate Specialty Clinic", "9 Northgate Plaza", "Columbus, OH 43215", "(614) 555-0133", "(614) 555-0134"),
)
PRACTICE_FACILITIES = (
    Facility("Mercy Valley Hospital", "3300 Valley View Drive", "Ashford, KY 41105", "859.555.0161", "859.555.0162"),
    Facility("Coastal Carolina Medical Group", "610 Harbor Blvd", "Wilmington, NC 28401", "910-555-0127", "910-555-0128"),
    Facility("Great Plains Health System", "1 Prairie Center", "Salina, KS 67401", "785-555-0150", "785-555-0151"),
    Facility("Bluestone Orthopaedic Associates, P.C.", "245 Quarry Lane, 3rd Floor", "Charleston, WV 25301", "304-555-0109", "304-555-0110"),
    Facility("Summit Pathology Consultants", "5 Ridge Road", "Morgantown, WV 26505", "304-555-0176", "304-555-0177"),
    Facility("Riverbend Community Health Center", "714 Levee Street", "Evansville, IN 47708", "(812) 555-0138", "(812) 555-0139"),
    Facility("University Hospitals of the Ohio Valley", "2000 Campus Drive", "Athens, OH 45701", "740-555-0105", "740-555-0106"),
)
REHEARSAL_FACILITIES = (
    Facility("Cedar Ridge Medical Center", "4501 N. Cedar Ridge Rd.", "Bloomfield, IN 47424", "(812) 555-0153", "(812) 555-0154"),
    Facility("Holloway County Memorial Hospital", "210 E. Hospital Street", "Holloway, TN 38340", "731-555-0112", "731-555-0113"),
    Facility(
        "Sandhills Specialty Physicians, PLLC", "1750 Longleaf Drive, Suite 300", "Southern Pines, NC 28387", "(910) 555-0166", "(910) 555-0167"
    ),
    Facility("Fort Calder VA Medical Center", "1100 Veterans Parkway", "Fort Calder, MI 48706", "989-555-0120", "989-555-0121"),
    Facility("Brookhaven Care and Rehabilitation Center", "36 Old Mill Lane", "Harrodsburg, KY 40330", "(859) 555-0188", "(859) 555-0189"),
    Facility("Meridian Clinical Laboratories", "9000 Innovation Court", "Raleigh, NC 27617", "800-555-0190", "919-555-0191"),
    Facility("Kestrel Imaging Partners", "62 Commerce Park, Building C", "Dayton, OH 45402", "937.555.0144", "937.555.0145"),
    Facility("Northern Lakes Home Health & Hospice", "315 Third Avenue", "Alpena, MI 49707", "(989) 555-0175", "(989) 555-0176"),
    Facility("Tamarack County Health Department", "500 Courthouse Square", "Rhinelander, WI 54501", "715-555-0135", "715-555-0136"),
)
BENCH_FACILITIES = (
    Facility("Ashworth Memorial Hospital", "700 Dunbar Avenue", "Ellensboro, PA 16830", "814-555-0104", "814-555-0105"),
    Facility("Sisters of Grace Health - Marietta Campus", "1445 Colegate Drive", "Marietta, OH 45750", "(740) 555-0122", "(740) 555-0123"),
    Facility("Piedmont Crossing Family Medicine", "2207 Old Greensboro Road", "Danville, VA 24541", "(434) 555-0163", "(434) 555-0164"),
    Facility("Wabash Valley Bone & Joint Institute", "3850 S. US Highway 41", "Terre Haute, IN 47802", "812.555.0179", "812.555.0180"),
    Facility("Consolidated Path & Lab Services, Inc.", "118 Foundry Street", "Altoona, PA 16601", "(800) 555-0116", "(814) 555-0117"),
    Facility("Advanced Imaging of Zanesville", "2945 Maple Avenue, Suite 4", "Zanesville, OH 43701", "740-555-0158", "740-555-0159"),
    Facility("Hartwell Heart & Vascular", "51 Medical Park Boulevard", "Petersburg, VA 23805", "(804) 555-0136", "(804) 555-0137"),
    Facility("Laurel Fork Nursing & Rehab", "9 Creekside Road", "Elkins, WV 26241", "304-555-0147", "304-555-0148"),
    Facility("Stillwater Behavioral Health Services", "330 West Fourth Street", "Kokomo, IN 46901", "765-555-0181", "765-555-0182"),
    Facility("QuickCare Urgent Care of Beckley", "1202 Eisenhower Drive", "Beckley, WV 25801", "(304) 555-0192", "(304) 555-0193"),
)
_DOCTORS = {
    "demo": ("Harold P. Whitcomb", "Susan Okafor", "Miguel Santoro", "Janet Liu", "Peter Grunwald", "Anita Deshmukh", "Walter Beaumont"),
    "practice": ("Roberta Kessler", "Thomas E. Vandermeer", "Priya Raman", "Colin Ashworth", "Yolanda Pruitt", "Samuel Feinberg", "Ngozi Adeyemi"),
    "rehearsal": (
        "Douglas M. Ferrante", "Lakshmi Narayanan", "Beth Ann Czerny", "Robert J. Hale", "Irene Papadakis", "Marcus Whitfield", "Hye-jin Seo",
    ),
    "bench": ("Gregory N. Stanhope", "Fatima Siddiqui", "Carol Wisniewski", "Raymond D. Tuttle", "Olusegun Bello", "Meredith Langley", "Dinh Tran"),
}  # fmt: skip
_FACILITIES = {"demo": DEMO_FACILITIES, "practice": PRACTICE_FACILITIES, "rehearsal": REHEARSAL_FACILITIES, "bench": BENCH_FACILITIES}
_CREDENTIALS = ("MD", "MD", "MD", "DO", "MD", "NP", "PA-C")
_DATE_STYLES = ("%m/%d/%Y",) * 5 + ("%m-%d-%Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%Y-%m-%d", "%-m/%-d/%Y", "%m/%d/%y")


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a layout may print. `middle` and `suffix` are as this sender prints them; `mrn` is what stands beside the label."""

    patient: IndexPatient
    first: str
    middle: str
    last: str
    suffix: str
    mrn: str
    facility: Facility
    provider: str
    ordering: str
    copied: str
    contact: str
    condition: Condition
    service: date
    admit: date
    discharge: date
    accession: str
    account: str
    date_style: str
    seed: int
    extra: dict[str, str] = field(default_factory=dict)

    def rng(self) -> random.Random:
        """The same random numbers each time a layout is drawn."""
        return random.Random(self.seed)

    def day(self, when: date, style: str = "") -> str:
        """A date as this sender writes it."""
        return when.strftime(style or self.date_style)

    @property
    def born(self) -> date:
        """The birth date; a person without one is never drawn with it."""
        return date.fromisoformat(self.patient.dob or "1950-01-01")

    @property
    def dob(self) -> str:
        """The birth date as printed."""
        return self.day(self.born)

    @property
    def age(self) -> int:
        """Completed years on the day of service."""
        before = (self.service.month, self.service.day) < (self.born.month, self.born.day)
        return self.service.year - self.born.year - before

    @property
    def last_first(self) -> str:
        """Smith, John A Jr."""
        return f"{self.last}, {self._join(self.first, self.middle, self.suffix)}"

    @property
    def first_last(self) -> str:
        """John A Smith Jr."""
        return self._join(self.first, self.middle, self.last, self.suffix)

    @property
    def truth_name(self) -> str:
        """LAST, FIRST MIDDLE SUFFIX, without the full stops."""
        return f"{self.last}, {self._join(self.first, self.middle, self.suffix).replace('.', '')}".upper()

    @property
    def sex(self) -> str:
        """Male, Female, or a dash."""
        return {"M": "Male", "F": "Female"}.get(self.patient.sex, "-")

    @property
    def he(self) -> str:
        """The pronoun a narrative uses."""
        return {"M": "he", "F": "she"}.get(self.patient.sex, "the patient")

    @property
    def title(self) -> str:
        """Mr. or Ms."""
        return {"M": "Mr.", "F": "Ms."}.get(self.patient.sex, "")

    @property
    def noun(self) -> str:
        """Man, woman, boy, girl."""
        young = self.age < 18
        return {"M": "boy" if young else "man", "F": "girl" if young else "woman"}.get(self.patient.sex, "patient")

    @property
    def phone(self) -> str:
        """The patient's telephone as printed, or nothing."""
        digits = self.patient.phone
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else ""

    @property
    def town(self) -> str:
        """City, state and ZIP of the patient."""
        return f"{self.patient.city}, {self.patient.state} {self.patient.zip}"

    @staticmethod
    def _join(*parts: str) -> str:
        return " ".join(part for part in parts if part)


def make_case(patient: IndexPatient, *, kind: str, seed: int, facility: Facility | None = None, mrn: str | None = None) -> Case:
    """A case about `patient` from one of this set's senders. `mrn` overrules what the sender prints as its number."""
    rng = random.Random(seed)
    admit, discharge = _stay(patient, rng)
    doctors = rng.sample(_DOCTORS[kind], 3)
    return Case(
        patient=patient,
        first=patient.first_name,
        middle=_middle(patient.middle_name, rng),
        last=patient.last_name,
        suffix=f"{patient.suffix}." if patient.suffix in ("Jr", "Sr") and rng.random() < 0.4 else patient.suffix,
        mrn=_sender_mrn(patient, rng) if mrn is None else mrn,
        facility=facility or rng.choice(_FACILITIES[kind]),
        provider=f"{doctors[0]}, {rng.choice(_CREDENTIALS)}",
        ordering=f"{doctors[1]}, {rng.choice(_CREDENTIALS)}",
        copied=f"{doctors[2]}, MD",
        contact=_contact(patient, rng),
        condition=choose_condition(rng, (admit - date.fromisoformat(patient.dob or "1950-01-01")).days // 365),
        service=admit + timedelta(days=rng.randint(0, min(1, (discharge - admit).days))),
        admit=admit,
        discharge=discharge,
        accession=f"{rng.choice('ABCRSX')}{admit:%y}-{rng.randint(1000, 99999):05d}",
        account=str(rng.randint(10**8, 10**9)),
        date_style=rng.choice(_DATE_STYLES),
        seed=seed,
    )


def _stay(patient: IndexPatient, rng: random.Random) -> tuple[date, date]:
    """Dates after birth, in the last three years, and before death."""
    end = date.fromisoformat(patient.deceased_date) if patient.deceased_date else TODAY
    born = date.fromisoformat(patient.dob) if patient.dob else date(1950, 1, 1)
    days = rng.randint(2, 6)
    admit = max(end - timedelta(days=rng.randint(days + 1, 1000)), min(born + timedelta(days=3), end - timedelta(days=days)))
    return admit, admit + timedelta(days=days)


def _middle(middle: str, rng: random.Random) -> str:
    """Senders print the middle name in full, as an initial with or without a full stop, or not at all."""
    form = rng.choice(("full", "full", "initial", "initial", "dotted", "none"))
    return {"full": middle, "initial": middle[:1], "dotted": f"{middle[:1]}." if middle else "", "none": ""}[form]


def _sender_mrn(patient: IndexPatient, rng: random.Random) -> str:
    """The sender's own number as a rule; sometimes none; now and then ours, from a chart copied back."""
    roll = rng.random()
    if roll < 0.12:
        return ""
    if roll < 0.20:
        return patient.mrn
    return rng.choice(
        (
            f"{rng.randint(10**6, 10**7)}",
            f"E{rng.randint(10**5, 10**6)}",
            f"{rng.randint(10, 99)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}",
            f"0{rng.randint(10**6, 10**7)}",
        )
    )


def _contact(patient: IndexPatient, rng: random.Random) -> str:
    """A spouse or parent: usually of the same last name."""
    names: Sequence[str] = ("Karen", "Michael", "Linda", "Robert", "Denise", "George", "Teresa", "Howard")
    return f"{rng.choice(names)} {patient.last_name if rng.random() < 0.8 else rng.choice(('Farmer', 'Hobbs', 'Ellison'))}"
