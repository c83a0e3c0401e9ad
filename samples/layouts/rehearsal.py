"""The layouts of the rehearsal set: other senders, structures, labels and type faces than the demo and the practice set.

They were the benchmark once and have been looked at since; the readers may be built on them.
"""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from reportlab.graphics.barcode.code39 import Standard39
from reportlab.lib.utils import simpleSplit

from samples import clinical
from samples.draw import HEIGHT, WIDTH, Layout, Pair, Sheet, given
from samples.facts import Case

_NAMED = ("patient_name", "patient_dob", "patient_mrn")
_DATED = (*_NAMED, "service_date")
_LONG_DAY = "%B %-d, %Y"
_SHORT_DAY = "%-m/%-d/%Y"
_VA_DAY = "%b %d, %Y"  # printed in upper case
_OLD_DAY = "%m/%d/%y"


def _told(texts: Sequence[str], case: Case) -> str:
    return " ".join(text.replace("{He}", case.he.capitalize()).replace("{he}", case.he) for text in texts)


def _signs(case: Case) -> str:
    return ", ".join(f"{k} {v}" for k, v in clinical.vitals(case.rng()))


def _clock(case: Case, add: int = 0) -> str:
    return f"{(8 + case.seed % 9 + add) % 24:02d}:{(case.seed + 13 * add) % 60:02d}"


def _tight(case: Case) -> str:
    """SMITH,JOHN A: how old systems keep a name."""
    return case.last_first.replace(", ", ",").upper()


def _turned(name: str) -> str:
    """De La Cruz, Karen of Karen De La Cruz."""
    first, _, last = name.partition(" ")
    return f"{last}, {first}"


def _spouse_born(case: Case) -> date:
    """A birth date within seven years of the patient's; no spouse is a child."""
    rng = case.rng()
    days = rng.randint(200, 2500)
    return case.born + timedelta(days=days if case.age > 30 and rng.random() < 0.5 else -days)


def _small(text: str) -> str:
    """As in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def _sections(sheet: Sheet, parts: Sequence[Pair], *, style: str = "bold", indent: float = 0) -> None:
    for title, text in parts:
        sheet.heading(title, style=style)
        sheet.para(text, indent=indent)


def _stack(sheet: Sheet, x: float, y: float, rows: Sequence[str], *, size: float = 0, lead: float = 12, align: str = "left") -> None:
    """Lines below one another anywhere on the page; the cursor stays."""
    for i, text in enumerate(row for row in rows if row):
        sheet.put(x, y + lead * i, text, size=size, align=align)


def _grid(sheet: Sheet, rows: Sequence[Sequence[Pair]], widths: Sequence[float], *, label: float = 70, height: float = 17) -> None:
    """Shaded label cells with their value cells beside them."""
    for row in rows:
        x = sheet.margin
        for (name, value), width in zip(row, widths, strict=True):
            sheet.box(x, sheet.y, label, height, shade=0.88, line=0.4)
            sheet.box(x + label, sheet.y, width - label, height, line=0.4)
            sheet.put(x + 3, sheet.y + height - 5, name, size=sheet.size - 1)
            sheet.put(x + label + 4, sheet.y + height - 5, value)
            x += width
        sheet.down(height)


def _column(sheet: Sheet, x: float, width: float, parts: Sequence[tuple[str, Sequence[str]]]) -> float:
    """Headed paragraphs in a column from the cursor down; returns where they end."""
    y = sheet.y
    for title, texts in parts:
        y += sheet.size * 2
        sheet.put(x, y, title, style="b")
        for row in (row for text in texts for row in simpleSplit(text, sheet.face(""), sheet.size, width)):
            y += sheet.size * 1.35
            sheet.put(x, y, row)
    return y


def _discharge(sheet: Sheet, case: Case) -> None:
    """A large system's chart print: patient at the right of each page's head, print stamp in the foot."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        sheet.put(sheet.margin, 40, case.facility.name, size=9, style="b")
        sheet.put(sheet.right, 40, f"{case.last_first}" + (f" (MRN {case.mrn})" if case.mrn else ""), size=9, style="b", align="right")
        sheet.put(sheet.right, 52, f"DOB: {case.day(case.born, _SHORT_DAY)}, {case.sex}", size=9, align="right")
        sheet.put(sheet.right, 64, f"Adm: {case.day(case.admit, _SHORT_DAY)}, D/C: {case.day(case.discharge, _SHORT_DAY)}", size=9, align="right")
        sheet.stroke(sheet.margin, 70, sheet.right, 70, width=1.2)
        sheet.y = 78

    def footer(sheet: Sheet) -> None:
        printed = case.day(case.discharge + timedelta(days=6), _SHORT_DAY)
        sheet.put(sheet.margin, 768, f"Printed by ROI-VEND at {printed} {_clock(case, 3)}", size=8)
        sheet.put(sheet.right, 768, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.running, sheet.footer = running, footer
    running(sheet)
    sheet.line("Discharge Summaries", size=13, style="b")
    sheet.line(f"{case.provider} at {case.day(case.discharge, _SHORT_DAY)} {_clock(case, 2)}     Author Type: Physician     Status: Signed", size=8.5)
    sheet.down(6)
    sheet.line("Physician Discharge Summary", style="b", size=11.5)
    sheet.pairs(
        [
            [("Admit date", case.day(case.admit, _SHORT_DAY)), ("Attending", case.provider)],
            [("Discharge date", case.day(case.discharge, _SHORT_DAY)), ("PCP", case.ordering)],
            [("Length of stay", f"{(case.discharge - case.admit).days} days"), ("Disposition", "Home or Self Care")],
        ],
        (sheet.margin, 310),
        gap=88,
    )
    _sections(
        sheet,
        (
            ("Principal Problem", f"{ill.name} [{ill.icd}]"),
            ("Active Hospital Problems", ", ".join(rng.sample(clinical.PAST_HISTORY, 5)) + "."),
            (
                "HPI",
                f"{case.first} {case.last} is a {case.age} y.o. {case.noun} who presented with {ill.complaint}. {_told(ill.history, case)}",
            ),
            ("Hospital Course", f"{_told(ill.course, case)} Diet advanced as tolerated. DVT prophylaxis was given throughout."),
            ("Consults", f"IP CONSULT TO {ill.specialty.upper()}"),
            ("Pertinent Imaging", f"{ill.study}: {_told(ill.findings, case)} {ill.impression}"),
            ("Exam on Day of Discharge", f"{_signs(case)}. {_told(ill.exam, case)}"),
        ),
    )
    sheet.heading("Discharge Medication List")
    sheet.table(("Medication", "Dose", "Sig"), ill.drugs, (170, 90, 244), ruled=False)
    sheet.heading("Labs (most recent)")
    sheet.table(("Component", "Value", "", "Ref Range", "Units"), clinical.lab_values(rng, 14), (150, 80, 30, 130, 114), ruled=False)
    sheet.heading("Follow-up")
    sheet.bullets([_told([text], case) for text in ill.plan])
    sheet.para(f"Follow up with {case.ordering} in 1 week.")
    sheet.heading("Patient Instructions")
    sheet.bullets(
        (
            "Take your medicines as listed above. Stop any that are not on the list.",
            "You may shower. No tub baths for one week.",
            "No driving while taking narcotic pain medicine.",
            "Call 911 for chest pain, trouble breathing, or signs of stroke.",
            "Call the clinic for fever over 101, vomiting, or pain that is not relieved.",
        )
    )
    _sections(
        sheet,
        (
            ("Code Status", "Full code"),
            ("Pending Results", "None at the time of discharge."),
            ("Time Spent", "Greater than 30 minutes were spent on the discharge of this patient, most of it in counseling and coordination of care."),
        ),
    )
    sheet.line(f"Electronically signed by {case.provider} at {case.day(case.discharge, _SHORT_DAY)} {_clock(case, 3)}", style="i", size=9)


def _upper_discharge(sheet: Sheet, case: Case) -> None:
    """A county hospital's line-printer page: all upper case, header repeated on each page."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        sheet.y = sheet.margin
        for text in (
            f"RUN DATE: {case.day(case.discharge + timedelta(days=2), _OLD_DAY)}     {case.facility.name.upper()}",
            f"RUN TIME: {_clock(case).replace(':', '')}         DISCHARGE SUMMARY             PAGE {sheet.page} OF {sheet.total}",
            "",
            f"PATIENT: {_tight(case):<34} ACCT #: V{case.account}",
            f"AGE/SX: {case.age}/{case.sex[:1]}   DOB: {case.day(case.born, '%m/%d/%Y')}" + (f"      UNIT #: {case.mrn}" if case.mrn else ""),
            f"ADM: {case.day(case.admit, _OLD_DAY)}   DIS: {case.day(case.discharge, _OLD_DAY)}      LOC: 2W  ROOM: 21{case.seed % 9}-A",
            f"ATTEND: {case.provider.upper()}",
            "-" * 78,
        ):
            sheet.line(text, lead=1.2)

    sheet.running = running
    running(sheet)
    for title, text in (
        ("ADMITTING DIAGNOSIS", ill.complaint + "."),
        ("DISCHARGE DIAGNOSES", f"1. {ill.name}. 2. " + " 3. ".join(rng.sample(clinical.PAST_HISTORY, 2)) + "."),
        ("PROCEDURES", ill.study + "."),
        ("BRIEF HISTORY", f"this is a {case.age}-year-old {case.noun} who came in with {ill.complaint}. {_told(ill.history, case)}"),
        ("PHYSICAL EXAM", f"{_signs(case)}. {_told(ill.exam, case)}"),
        ("LABORATORY DATA", ", ".join(f"{n} {v}" for n, v, *_ in clinical.lab_values(rng, 14)) + "."),
        ("RADIOLOGY", f"{ill.study}: {_told(ill.findings, case)} {ill.impression}"),
        ("HOSPITAL COURSE", f"{_told(ill.course, case)} The remainder of the stay was unremarkable. Case management saw the patient and no home services were needed."),
        ("DAY BY DAY", " ".join(f"{case.day(case.admit + timedelta(days=i), '%m/%d')}: {_told([(*ill.exam, *ill.course)[i % 6]], case)} Intake and output adequate. No new complaint." for i in range((case.discharge - case.admit).days + 1))),
        ("PAST HISTORY", f"{rng.choice(clinical.FAMILY)} {rng.choice(clinical.SOCIAL)} {' '.join(clinical.REVIEW)} Allergies: {rng.choice(clinical.ALLERGIES)}."),
        ("DISCHARGE MEDICATIONS", "; ".join(" ".join(drug) for drug in ill.drugs) + "."),
        ("DIET", "Regular, low salt."),
        ("ACTIVITY", "As tolerated."),
        ("FOLLOW UP", f"{_told(ill.plan, case)} See {case.ordering} within ten days."),
        ("CONDITION", "Stable. The patient states understanding of the above and was given written instructions."),
    ):  # fmt: skip
        sheet.need(36)
        sheet.line(f"{title}:")
        sheet.para(text.upper(), indent=14)
    sheet.down(8)
    sheet.need(60)
    dictated, typed = case.day(case.discharge, _OLD_DAY), case.day(case.discharge + timedelta(days=1), _OLD_DAY)
    sheet.line(f"DICTATED BY: {case.provider.upper()}")
    sheet.line(f"DD: {dictated} {_clock(case)}   DT: {typed} {_clock(case, 5)}   TR: MMODAL/KLB")
    sheet.line(f"CC: {case.ordering.upper()}; {case.copied.upper()}")


def _history(sheet: Sheet, case: Case) -> None:
    """An enterprise system's result print: result header lines at the top, patient banner in each page's foot."""
    ill, rng = case.condition, case.rng()

    def footer(sheet: Sheet) -> None:
        sheet.box(sheet.margin, 724, sheet.inner, 40, line=0.5)
        _stack(
            sheet, sheet.margin + 5, 736, (f"Patient Name: {case.last_first}", f"DOB: {case.dob}   Age: {case.age} years   Sex: {case.sex}"), size=8.5
        )
        _stack(sheet, 360, 736, (f"MRN: {case.mrn}" if case.mrn else "", f"FIN: {case.account}"), size=8.5)
        sheet.put(sheet.right, 776, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.footer, sheet.bottom = footer, 712
    sheet.line(case.facility.name, size=12, align="middle", style="b")
    sheet.line(f"{case.facility.street}   {case.facility.city}", size=8.5, align="middle")
    sheet.down(10)
    sheet.line("History and Physical", size=12, style="b")
    sheet.line("* Final Report *", style="i")
    sheet.down(4)
    sheet.pairs(
        [
            [("Document Type", "History and Physical")],
            [("Service Date/Time", f"{case.day(case.service)} {_clock(case)} EDT")],
            [("Result Status", "Auth (Verified)")],
            [("Perform Information", f"{case.provider} ({case.day(case.service)} {_clock(case, 1)} EDT)")],
            [("Encounter Info", f"{case.account}, {case.facility.name}, Inpatient")],
        ],
        (sheet.margin,),
        gap=124,
    )
    _sections(
        sheet,
        (
            ("Chief Complaint", ill.complaint),
            ("History of Present Illness", f"{case.age}-year-old {case.noun} with a history of {rng.choice(clinical.PAST_HISTORY).lower()} presents with {ill.complaint}. {_told(ill.history, case)}"),
            ("Review of Systems", " ".join(clinical.REVIEW)),
            ("Physical Exam", f"Vitals & Measurements: {_signs(case)}. General: alert, no acute distress. {_told(ill.exam, case)}"),
            ("Assessment/Plan", f"1. {ill.name}. {_told(ill.plan, case)}"),
            ("Problem List/Past Medical History", "Ongoing: " + ", ".join(rng.sample(clinical.PAST_HISTORY, 5)) + ". Historical: none."),
            ("Home Medications", "; ".join(" ".join(drug) for drug in ill.drugs)),
            ("Allergies", rng.choice(clinical.ALLERGIES)),
            ("Social History", rng.choice(clinical.SOCIAL)),
            ("Family History", rng.choice(clinical.FAMILY)),
            ("Lab Results", ", ".join(f"{n}: {v} {u} {f}".strip() for n, v, f, _, u in clinical.lab_values(rng, 9))),
            ("Diagnostic Results", f"{ill.study}: {ill.impression}"),
        ),
    )  # fmt: skip


def _consult(sheet: Sheet, case: Case) -> None:
    """A specialist's letter: RE block set in from the middle, second page with its own running head."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        for text in (f"RE: {case.first_last}", case.day(case.service, _LONG_DAY), f"Page {sheet.page}"):
            sheet.line(text, size=10)
        sheet.down(12)

    sheet.running = running
    sheet.line(case.facility.name.upper(), size=14, align="middle")
    sheet.line("Neurology  .  Cardiology  .  Gastroenterology  .  Internal Medicine", size=9, style="i", align="middle")
    sheet.line(f"{case.facility.street}, {case.facility.city}  Tel {case.facility.phone}  Fax {case.facility.fax}", size=8.5, align="middle")
    sheet.down(18)
    sheet.line(case.day(case.service, _LONG_DAY))
    sheet.down(12)
    for text in (case.ordering, "Moore Family Practice", "410 West Pennsylvania Avenue", "Pinehurst, NC 28374"):
        sheet.line(text)
    sheet.down(12)
    for label, value in given(("RE:", case.first_last), ("DOB:", case.day(case.born, "%m/%d/%Y")), ("MRN:", case.mrn)):
        sheet.down(14)
        sheet.put(230, sheet.y, label, style="b")
        sheet.put(270, sheet.y, value, style="b")
    sheet.down(12)
    sheet.para(f"Dear Dr. {case.ordering.split(',')[0].split()[-1]}:", after=8)
    name = f"{case.title} {case.last}".strip()
    for text in (
        f"Thank you for asking me to see {name}, a {case.age}-year-old {case.noun}, in consultation for {ill.complaint}. {_told(ill.history, case)}",
        f"The past medical history is notable for {', '.join(_small(t) for t in rng.sample(clinical.PAST_HISTORY, 4))}. {rng.choice(clinical.FAMILY)} {rng.choice(clinical.SOCIAL)} Medications are {', '.join(' '.join(d[:2]) for d in ill.drugs)}. Allergies: {rng.choice(clinical.ALLERGIES).lower()}.",
        f"On examination, {_signs(case)}. {_told(ill.exam, case)}",
        f"I reviewed the outside study ({ill.study}). {_told(ill.findings, case)} Laboratory studies that accompanied the patient were also reviewed, and the pertinent values were {', '.join(f'{n} {v}' for n, v, *_ in clinical.lab_values(rng, 6))}.",
        f"IMPRESSION: {ill.name}.",
        f"RECOMMENDATIONS: {_told(ill.plan, case)} We discussed the risks and benefits at length, and {case.he} wishes to go ahead.",
        f"Thank you for allowing me to take part in the care of {name}. Please do not hesitate to call.",
    ):
        sheet.para(text, after=9)
    sheet.need(90)
    sheet.line("Sincerely,")
    sheet.down(32)
    sheet.signature(case.seed, sheet.margin, sheet.y - 4)
    sheet.line(case.provider)
    sheet.line(f"{case.provider.split()[0][0]}{case.provider.split(',')[0].split()[-1][0]}/mlt", size=9)


def _office_visit(sheet: Sheet, case: Case) -> None:
    """An ambulatory system's progress note: name heading, one run of facts, guarantor and payer in the same block."""
    ill, rng = case.condition, case.rng()
    sheet.put(sheet.right, 46, "Progress Notes", size=11, style="b", align="right")
    sheet.put(sheet.right, 58, f"{case.provider}", size=9, align="right")
    sheet.put(sheet.margin, 46, case.last_first, size=15, style="b")
    sheet.y = 54
    for text in (
        f"{case.age} Y old {case.sex}, DOB: {case.day(case.born, '%m/%d/%Y')}",
        f"Account Number: {case.mrn}" if case.mrn else "",
        f"{case.patient.address_line}, {case.town}",
        f"Home: {case.phone}" if case.phone else "",
        f"Guarantor: {case.last_first}   Insurance: Blue Heron Health Plan   Payer ID: BHHP1",
        f"PCP: {case.ordering}   Appointment Facility: {case.facility.name}",
    ):
        if text:
            sheet.line(text, size=9)
    sheet.down(6)
    sheet.rule(width=1.5)
    sheet.line(f"{case.day(case.service, '%m/%d/%Y')}     {case.provider}", style="b")
    sheet.down(4)
    aside = (
        ("Current Medications", [f"Taking {d} {s}" for d, s, _ in ill.drugs]),
        ("Past Medical History", rng.sample(clinical.PAST_HISTORY, 4)),
        ("Allergies", [rng.choice(clinical.ALLERGIES)]),
        ("Vital Signs", [f"{k}: {v}" for k, v in clinical.vitals(rng)]),
        ("Social History", ["Tobacco Use: never smoker", "Alcohol: occasional"]),
    )
    told = (
        ("Reason for Appointment", [f"1. {ill.complaint.capitalize()}"]),
        ("History of Present Illness", [_told(ill.history, case)]),
        ("Examination", [f"General Examination: {_told(ill.exam, case)}"]),
        ("Assessments", [f"1. {ill.name} - {ill.icd} (Primary)"]),
        ("Treatment", [_told(ill.plan, case)]),
        ("Follow Up", ["4 Weeks (Reason: recheck)"]),
    )
    ends = (_column(sheet, sheet.margin, 190, aside), _column(sheet, 262, sheet.right - 262, told))
    sheet.y = max(ends) + 14
    sheet.line(f"Electronically signed by {case.provider} on {case.day(case.service, '%m/%d/%Y')} at {_clock(case, 2)} EDT", size=9)
    sheet.line("Sign off status: Completed", size=9)
    sheet.put(WIDTH / 2, 770, f"{case.facility.name}, {case.facility.street}, {case.facility.city}", size=8, align="middle")


def _typed_note(sheet: Sheet, case: Case) -> None:
    """A country doctor's typed card: name, date, age; no birth date anywhere."""
    ill = case.condition
    sheet.line(case.facility.name.upper(), align="middle")
    sheet.line("OUTPATIENT CLINIC", align="middle")
    sheet.down(10)
    sheet.line(f"{case.first_last}" + (f"     Chart # {case.mrn}" if case.mrn else ""))
    sheet.line(f"{case.day(case.service, _SHORT_DAY)}     Office visit")
    sheet.down(8)
    for text in (
        f"{case.age} yo {case.sex[:1]} here c/o {ill.complaint}. {_told(ill.history, case)}",
        f"Meds: {', '.join(d.lower() + ' ' + s for d, s, _ in ill.drugs)}. NKDA.",
        f"PE: {_signs(case)}. {_told(ill.exam, case)}",
        f"Imp: {ill.name}.",
        f"Rx: {_told(ill.plan, case)} RTC 1 mo or prn.",
    ):
        sheet.para(text, after=7)
    sheet.down(22)
    sheet.signature(case.seed, sheet.margin, sheet.y - 3, width=80)
    sheet.line(case.provider)


def _operation(sheet: Sheet, case: Case) -> None:
    """A transcription service's report: the patient only in the block at the foot, without a birth date."""
    ill, rng = case.condition, case.rng()

    def footer(sheet: Sheet) -> None:
        sheet.box(sheet.margin, 684, 250, 66)
        sheet.box(sheet.margin + 250, 684, sheet.inner - 250, 66)
        _stack(
            sheet,
            sheet.margin + 6,
            698,
            (
                f"NAME: {case.last_first.upper()}",
                f"MED REC NO: {case.mrn}" if case.mrn else "",
                f"ACCOUNT NO: {case.account}",
                f"SURGEON: {case.provider}",
            ),
            size=9.5,
            lead=13,
        )
        sheet.put(sheet.margin + 260, 702, "OPERATIVE REPORT", size=13, style="b")
        _stack(sheet, sheet.margin + 260, 718, (case.facility.name, case.facility.city), size=9)
        sheet.put(sheet.margin, 764, "CHART COPY", size=8)
        sheet.put(sheet.right, 764, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.footer, sheet.bottom = footer, 676
    sheet.down(10)
    for label, value in (
        ("DATE OF OPERATION", case.day(case.service)),
        ("PREOPERATIVE DIAGNOSIS", f"{ill.name}."),
        ("POSTOPERATIVE DIAGNOSIS", "Same."),
        ("OPERATION PERFORMED", f"{ill.surgery}."),
        ("SURGEON", case.provider),
        ("ASSISTANT", case.copied),
        ("ANESTHESIA", rng.choice(("General endotracheal.", "Monitored anesthesia care.", "Local with sedation."))),
        ("ESTIMATED BLOOD LOSS", rng.choice(("Minimal.", "25 mL.", "50 mL."))),
        ("SPECIMENS", f"{ill.specimen}."),
        ("INDICATIONS", f"The patient is a {case.age}-year-old {case.noun} with {ill.complaint}. {_told(ill.history[:1], case)} The risks, benefits and alternatives were explained and informed consent was obtained."),
        ("DESCRIPTION OF PROCEDURE", f"The patient was brought to the operating room and placed supine. A time-out was held. The field was prepped and draped in sterile fashion. {_told(ill.technique, case)} All counts were correct. The patient tolerated the procedure well and was taken to recovery in stable condition."),
    ):  # fmt: skip
        sheet.para(f"{label}: {value}", after=7)
    sheet.down(6)
    sheet.line("_______________________________")
    sheet.line(case.provider)
    sheet.line(
        f"D: {case.day(case.service)} {_clock(case, 1)}    T: {case.day(case.service + timedelta(days=1))} {_clock(case, 4)}    Job: {case.account[:6]}"
    )


def _pacs(sheet: Sheet, case: Case) -> None:
    """An imaging group's print: one table row over the report, referring doctor below."""
    ill = case.condition
    sheet.put(sheet.margin, 50, "KESTREL", size=20, style="b")
    sheet.put(sheet.margin + 108, 50, "imaging partners", size=13)
    _stack(
        sheet,
        sheet.right,
        40,
        (case.facility.street, case.facility.city, f"p {case.facility.phone}  f {case.facility.fax}"),
        size=8,
        lead=10,
        align="right",
    )
    sheet.y = 72
    sheet.table(
        ("Patient Name", "Patient ID", "Date of Birth", "Sex", "Accession #"),
        [(case.last_first.upper(), case.mrn, case.dob, case.sex[:1], case.accession)],
        (206, 78, 106, 32, 98),
    )
    sheet.table(("Exam", "Date of Exam", "Referring Physician"), [(ill.study, case.day(case.service), case.ordering)], (206, 110, 204))
    sheet.down(6)
    _sections(
        sheet,
        (
            ("EXAM:", f"{ill.study.upper()}"),
            ("CLINICAL INDICATION:", f"{ill.complaint.capitalize()}."),
            ("COMPARISON:", "None available."),
            ("TECHNIQUE:", "Standard departmental protocol. Dose reduction techniques were used where they apply."),
            ("FINDINGS:", f"{_told(ill.findings, case)} The osseous structures are intact. The soft tissues are unremarkable."),
            ("IMPRESSION:", f"1. {ill.impression}"),
        ),
    )
    sheet.down(10)
    sheet.line(f"Interpreted and electronically signed by: {case.provider}", size=9.5)
    sheet.line(f"Signed: {case.day(case.service)} {_clock(case, 3)}", size=9.5)
    sheet.put(sheet.margin, 764, "Images are available through the referring provider portal.", size=8, style="i")


def _va_imaging(sheet: Sheet, case: Case) -> None:
    """A federal hospital's print: name with comma and no blank, month names, last four digits."""
    ill = case.condition
    last4 = f"XXX-XX-{case.patient.ssn_last4}" if case.patient.ssn_last4 else ""
    for text in (
        f"{_tight(case)}   {last4}",
        f"DOB: {case.day(case.born, _VA_DAY).upper()} ({case.age} yrs)      {case.sex.upper()}",
        "",
        f"Exm Date: {case.day(case.service, _VA_DAY).upper()}@{_clock(case)}",
        f"Req Phys: {_last_first(case.ordering)}            Pat Loc: PRIMARY CARE TEAM 2",
        f"                                 Img Loc: {case.facility.name.upper()[:26]}",
        "                                 Service: Unknown",
        "",
        f"(Case {100 + case.seed % 800} COMPLETE)  {ill.study.upper()}",
        "     Reason for Study: see clinical history",
        "",
        "    Clinical History:",
    ):
        sheet.line(text, lead=1.2)
    sheet.para(f"{case.age} year old veteran with {ill.complaint}.", indent=36)
    sheet.line(f"    Report Status: Verified       Date Reported: {case.day(case.service + timedelta(days=1), _VA_DAY).upper()}")
    sheet.line(f"                                  Date Verified: {case.day(case.service + timedelta(days=1), _VA_DAY).upper()}")
    sheet.line(f"    Verifier E-Sig:/ES/{case.provider.upper()}")
    sheet.down(6)
    for title, text in (
        ("Report:", _told(ill.findings, case)),
        ("Impression:", ill.impression),
        ("Primary Diagnostic Code:", "ABNORMALITY, ATTN. NEEDED"),
    ):
        sheet.line(f"    {title}")
        sheet.para(text, indent=36, after=8)
    sheet.line("Primary Interpreting Staff:")
    sheet.line(f"  {case.provider.upper()}, RADIOLOGIST (Verifier)")
    sheet.line("/" + case.provider.split()[0][0] + case.provider.split(",")[0].split()[-1][0])
    sheet.put(sheet.margin, 752, "*** WORK COPY ONLY ***", size=9)
    sheet.put(sheet.right, 752, f"Printed: {case.day(case.service + timedelta(days=9), _VA_DAY).upper()} {_clock(case, 5)}", size=9, align="right")


def _last_first(doctor: str) -> str:
    """HALE,ROBERT J of "Robert J. Hale, MD"."""
    *before, last = doctor.split(",", maxsplit=1)[0].replace(".", "").upper().split()
    return f"{last},{' '.join(before)}"


def _laboratory(sheet: Sheet, case: Case) -> None:
    """A national laboratory's print: rows of account facts, three columns of details, result table, patient again in the foot."""
    rng = case.rng()
    sheet.put(sheet.margin, 46, "Meridian", size=19, style="b")
    sheet.put(sheet.margin + 92, 46, "Clinical Laboratories", size=9)
    sheet.put(sheet.right, 46, "Patient Report", size=16, style="b", align="right")
    sheet.stroke(sheet.margin, 54, sheet.right, 54, width=1.5)
    _stack(sheet, sheet.margin, 68, (f"Specimen ID: {case.accession}", f"Control ID: {case.account}"), size=8.5, lead=11)
    _stack(sheet, 260, 68, (f"Acct #: {20000000 + case.seed % 70000}", f"Phone: {case.facility.phone}   Rte: 00"), size=8.5, lead=11)
    _stack(
        sheet,
        sheet.margin,
        96,
        (case.last_first.upper(), case.patient.address_line.upper(), case.town.upper() if case.patient.city else "", case.phone),
        size=9.5,
    )
    _stack(sheet, 330, 96, ("Moore Family Practice", "410 West Pennsylvania Ave", "Pinehurst NC 28374"), size=9.5)
    top = 148
    columns = (
        ("Patient Details", (f"DOB: {case.day(case.born, '%m/%d/%Y')}", f"Age (yyy): {case.age:03d}", f"Gender: {case.sex}", f"Patient ID: {case.mrn}" if case.mrn else "")),
        ("Specimen Details", (f"Date collected: {case.day(case.service, '%m/%d/%Y')} {_clock(case).replace(':', '')} Local", f"Date received: {case.day(case.service, '%m/%d/%Y')}", f"Date entered: {case.day(case.service + timedelta(days=1), '%m/%d/%Y')}", f"Date reported: {case.day(case.service + timedelta(days=2), '%m/%d/%Y')}")),
        ("Physician Details", (f"Ordering: {case.ordering}", "Referring:", f"ID: {case.account[:7]}", f"NPI: 1{case.account}")),
    )  # fmt: skip
    for x, (title, rows) in zip((sheet.margin, sheet.margin + 140, sheet.margin + 350), columns, strict=True):
        sheet.put(x, top + 10, title, size=8.5, style="b")
        _stack(sheet, x, top + 22, rows, size=8.5, lead=11)
    sheet.stroke(sheet.margin, top, sheet.right, top)
    sheet.y = top + 72
    sheet.line("General Comments & Additional Information", size=8, style="b")
    sheet.line("Clinical Info: NON-FASTING", size=8)
    sheet.line("Ordered Items:  CBC With Differential/Platelet; Comp. Metabolic Panel (14); Venipuncture", size=8)
    sheet.down(4)
    results = [(n, v, {"H": "High", "L": "Low"}.get(f, ""), u, r, "01") for n, v, f, r, u in clinical.lab_values(rng, 20)]
    sheet.table(("TESTS", "RESULT", "FLAG", "UNITS", "REFERENCE INTERVAL", "LAB"), results, (166, 70, 55, 75, 120, 34), ruled=False)
    sheet.line("01   Meridian Clinical Laboratories, 9000 Innovation Court, Raleigh, NC 27617   Dir: Harold Osei, MD", size=7.5)
    sheet.put(sheet.margin, 756, f"Date Issued: {case.day(case.service + timedelta(days=2), '%m/%d/%Y')}      FINAL REPORT", size=8, style="b")
    sheet.put(sheet.right, 756, f"Page {sheet.page} of {sheet.total}", size=8, align="right")


def _cytology(sheet: Sheet, case: Case) -> None:
    """A pathology group's report: patient left, case right, no box at all."""
    ill = case.condition
    sheet.line("Department of Pathology", size=15, style="i", align="middle")
    sheet.line(f"{case.facility.name}  -  {case.facility.street}, {case.facility.city}", size=9, align="middle")
    sheet.down(4)
    sheet.rule(width=0.4)
    sheet.line("SURGICAL PATHOLOGY REPORT", size=12, style="b", align="middle")
    sheet.down(4)
    sheet.pairs(
        [
            [("Patient", case.last_first), ("Case #", case.accession)],
            [("Med. Rec. #", case.mrn), ("Date of Procedure", case.day(case.service))],
            [("DOB/Age/Sex", f"{case.dob} / {case.age} / {case.sex[:1]}"), ("Date Received", case.day(case.service + timedelta(days=1)))],
            [("Physician", case.ordering), ("Date Reported", case.day(case.service + timedelta(days=3)))],
        ],
        (sheet.margin, 348),
        gap=76,
        bold=False,
    )
    sheet.rule(width=0.4)
    sheet.line("FINAL DIAGNOSIS", style="b")
    sheet.down(2)
    sheet.para(f"{ill.specimen}:", indent=10, style="b")
    sheet.para(f"- {ill.diagnosis}", indent=26)
    sheet.line(f"*** Electronically Signed Out By {case.provider} ***", align="right", size=9)
    _sections(
        sheet,
        (
            ("Clinical History", f"{ill.complaint.capitalize()}."),
            ("Specimen(s) Submitted", f"A: {ill.specimen}"),
            ("Gross Description", f"The container is labeled with the patient's name. {ill.gross} Cassettes A1-A2."),
            ("Microscopic Description", "A microscopic examination was performed and the findings are reflected in the diagnosis above."),
            ("Billing Codes", "CPT 88305 x 1"),
        ),
        style="underlined",
    )


def _stress(sheet: Sheet, case: Case) -> None:
    """A cardiology laboratory's report: shaded label cells four across, stage table."""
    rng = case.rng()
    sheet.line(f"{case.facility.name}", size=11, style="b")
    sheet.line("Cardiovascular Laboratory", size=9)
    sheet.down(6)
    sheet.line("NUCLEAR STRESS TEST REPORT", size=14, style="b", align="middle")
    sheet.down(6)
    _grid(
        sheet,
        [
            [("Name", case.last_first), ("Study Date", case.day(case.service))],
            [("DOB", f"{case.dob}  ({case.age} y)"), ("Gender", case.sex)],
            [("MR Number", case.mrn), ("Ht / Wt", f"{rng.randint(60, 75)} in / {rng.randint(120, 260)} lb")],
            [("Ordering", case.ordering), ("Reading", case.provider)],
        ],
        (290, 214),
    )
    sheet.down(6)
    sheet.para("Indications: chest discomfort, dyspnea on exertion. Protocol: standard Bruce, one-day rest/stress with technetium-99m sestamibi.")
    base = rng.randint(58, 84)
    rows = [
        (f"{stage}", f"{3 * i}:00", f"{base + 22 * i}", f"{118 + 13 * i}/{74 + i}", sym)
        for i, (stage, sym) in enumerate((("Rest", "none"), ("Stage 1", "none"), ("Stage 2", "mild dyspnea"), ("Stage 3", "fatigue")))
    ]
    sheet.table(("Stage", "Time", "HR", "BP", "Symptoms"), rows, (110, 80, 80, 100, 134))
    _sections(
        sheet,
        (
            ("Stress ECG", "Baseline sinus rhythm. No ischemic ST change at peak exercise. Rare premature ventricular beats."),
            ("Perfusion", "Tracer uptake is homogeneous in all segments at rest and stress. No reversible defect."),
            ("Gated Images", f"Left ventricular ejection fraction {rng.randint(44, 68)}%. Wall motion is normal."),
            ("Conclusions", f"1. Negative for ischemia at {rng.randint(85, 96)}% of maximal predicted heart rate. 2. Functional capacity {rng.randint(6, 11)}.{rng.randint(0, 9)} METS. 3. Low-risk study."),
        ),
        style="bar",
    )  # fmt: skip
    sheet.down(24)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(f"Interpreted by: {case.provider}")


def _emergency(sheet: Sheet, case: Case) -> None:
    """An emergency provider's note with a wristband sticker at the top right, bar code across it."""
    ill, rng = case.condition, case.rng()
    x = 330.0
    sheet.box(x, 30, 246, 72, line=0.5)
    sheet.put(x + 6, 43, f"{case.last_first.upper()}", size=9.5, style="b")
    sheet.put(x + 6, 55, f"{case.dob}   {case.age}Y {case.sex[:1]}", size=9)
    sheet.put(x + 6, 67, "   ".join(f"{k} {v}" for k, v in given(("MRN", case.mrn), ("CSN", case.account))), size=9)
    Standard39(case.account, barWidth=0.75, barHeight=18, checksum=0, stop=1).drawOn(sheet.canvas, x, HEIGHT - 97)
    sheet.put(sheet.margin, 44, case.facility.name, size=11, style="b")
    sheet.put(sheet.margin, 58, "EMERGENCY DEPARTMENT", size=9)
    sheet.put(sheet.margin, 84, "ED Provider Note", size=14, style="b")
    sheet.y = 110
    sheet.pairs(
        [
            [("Date of Visit", case.day(case.service)), ("Time Seen", _clock(case))],
            [("Provider", case.provider), ("Arrival", rng.choice(("Private vehicle", "EMS", "Walk-in")))],
        ],
        (sheet.margin, 330),
        gap=74,
    )
    sheet.rule(width=1)
    _sections(
        sheet,
        (
            ("CC", ill.complaint.capitalize()),
            ("HPI", f"{case.age} y.o. {case.noun} presents to the ED with {ill.complaint}. {_told(ill.history, case)} History obtained from the patient and {case.contact} (spouse) at bedside."),
            ("ROS", "All other systems reviewed and are negative."),
            ("PMH", ", ".join(rng.sample(clinical.PAST_HISTORY, 4))),
            ("ED Triage Vitals", _signs(case)),
            ("Physical Exam", _told(ill.exam, case)),
            ("Results", ", ".join(f"{n} {v}{'*' if f else ''}" for n, v, f, *_ in clinical.lab_values(rng, 8)) + f". {ill.study}: {ill.impression}"),
            ("ED Course / MDM", f"{_told(ill.course[:2], case)} Differential includes {ill.name.lower()} among others. Discussed with {case.copied}."),
            ("Clinical Impression", f"{ill.name}"),
            ("Disposition", f"Discharged home in stable condition. {_told(ill.plan[-1:], case)}"),
        ),
    )  # fmt: skip
    sheet.line(f"{case.provider}   {case.day(case.service)} {_clock(case, 4)}", size=9, style="i")


def _spirometry(sheet: Sheet, case: Case) -> None:
    """A pulmonary function machine's print: facts in four columns, table of predicted values, flow-volume loop."""
    rng, canvas = case.rng(), sheet.canvas
    sheet.line("Pulmonary Function Report", size=15, style="b")
    sheet.line(f"{case.facility.name}, {case.facility.city}", size=9)
    sheet.down(5)
    sheet.rule(width=1.5, gap=4)
    for row in (
        (("Last Name", case.last), ("First Name", " ".join(v for v in (case.first, case.middle, case.suffix) if v))),
        (("ID", case.mrn), ("Birthdate", case.dob)),
        (("Age", str(case.age)), ("Gender", case.sex)),
        (("Height", f"{rng.randint(58, 76)} in"), ("Weight", f"{rng.randint(110, 250)} lb")),
        (("Test Date", f"{case.day(case.service)}  {_clock(case)}"), ("Physician", case.ordering)),
    ):
        sheet.down(14)
        for x, (label, value) in zip((sheet.margin, 310), row, strict=True):
            sheet.put(x, sheet.y, label, size=9, style="b")
            sheet.put(x + 70, sheet.y, value, size=9)
    sheet.down(12)
    rows = []
    for name, low, high, unit in (
        ("FVC", 2.6, 4.9, "L"),
        ("FEV1", 1.9, 3.9, "L"),
        ("FEV1/FVC", 62, 84, "%"),
        ("FEF25-75", 1.2, 4.1, "L/s"),
        ("PEF", 4.0, 9.8, "L/s"),
        ("TLC", 4.2, 7.1, "L"),
        ("DLCO", 16, 30, "mL/min/mmHg"),
    ):
        pred = rng.uniform(low, high)
        pre = pred * rng.uniform(0.62, 1.12)
        rows.append((f"{name} ({unit})", f"{pred:.2f}", f"{pre:.2f}", f"{100 * pre / pred:.0f}", f"{pre * 1.06:.2f}", f"{rng.randint(-2, 14)}"))
    sheet.table(("", "Pred", "Pre", "%Pred", "Post", "%Chg"), rows, (150, 70, 70, 70, 70, 74))
    x, y = sheet.margin + 30, HEIGHT - sheet.y - 96
    path = canvas.beginPath()
    path.moveTo(x, y)
    path.curveTo(x + 18, y + 120, x + 40, y + 70, x + 170, y)
    path.curveTo(x + 130, y - 60, x + 40, y - 60, x, y)
    canvas.setLineWidth(1.2)
    canvas.drawPath(path)
    sheet.stroke(x - 10, HEIGHT - y, x + 190, HEIGHT - y)
    sheet.stroke(x, HEIGHT - y - 90, x, HEIGHT - y + 55)
    sheet.put(x + 120, HEIGHT - y - 70, "Flow (L/s) / Volume (L)", size=8)
    sheet.down(168)
    sheet.para(
        f"Interpretation: {rng.choice(('Mild obstruction with a significant response to bronchodilator.', 'Spirometry is within normal limits.', 'Moderate restriction; correlate with lung volumes.'))} Test meets criteria for acceptability and repeatability."
    )
    sheet.line(f"Reviewed by {case.provider}", style="i")


def _shots(sheet: Sheet, case: Case) -> None:
    """A county clinic's form: last, first and middle name in cells of their own, parent with birth date."""
    rng = case.rng()
    other = _spouse_born(case)
    sheet.line(case.facility.name.upper(), size=12, style="b", align="middle")
    sheet.line("VACCINE ADMINISTRATION RECORD", size=12, style="b", align="middle")
    sheet.line(f"{case.facility.street}, {case.facility.city}   {case.facility.phone}", size=8.5, align="middle")
    sheet.down(8)
    last = " ".join(v for v in (case.last, case.suffix) if v)
    sheet.cells([[("LAST NAME", last), ("FIRST NAME", case.first), ("M.I. / MIDDLE", case.middle)]], (204, 180, 120))
    sheet.cells([[("DATE OF BIRTH", case.dob), ("AGE", str(case.age)), ("SEX", case.sex[:1]), ("CHART NO.", case.mrn)]], (190, 60, 60, 194))
    sheet.cells([[("ADDRESS", case.patient.address_line), ("CITY, STATE, ZIP", case.town if case.patient.city else "")]], (252, 252))
    sheet.cells([[("EMERGENCY CONTACT", case.contact), ("PHONE", "715-555-0101"), ("TODAY'S DATE", case.day(case.discharge))]], (220, 130, 154))
    sheet.cells(
        [
            [
                ("RESPONSIBLE PARTY (IF NOT PATIENT)", case.contact),
                ("RESP. PARTY DOB", case.day(other)),
                ("RELATIONSHIP", rng.choice(("Spouse", "Partner"))),
            ]
        ],
        (220, 130, 154),
    )
    sheet.down(10)
    span = max(2, min(1500, (case.service - case.born).days - 5))
    rows = []
    for vaccine, brand in rng.sample(clinical.VACCINES, 9):
        when = case.service - timedelta(days=rng.randint(0, span))
        rows.append(
            (
                vaccine,
                case.day(when),
                brand,
                f"{rng.choice('ABHX')}{rng.randint(1000, 9999)}",
                rng.choice(("L delt", "R delt", "L thigh")),
                rng.choice(("PB", "KO", "TW")),
            )
        )
    sheet.table(("Vaccine", "Date given", "Brand", "Lot", "Site", "Init"), rows, (150, 100, 92, 60, 60, 42))
    for text, on in (
        ("VIS given and questions answered", True),
        ("Patient is sick today", False),
        ("Allergy to eggs, latex or a vaccine component", False),
    ):
        sheet.tick(text, on=on)
    sheet.down(34)
    sheet.signature(case.seed, sheet.margin, sheet.y - 4)
    sheet.stroke(sheet.margin, sheet.y, 300, sheet.y)
    sheet.put(sheet.margin, sheet.y + 10, "Signature of nurse", size=8)


def _orders(sheet: Sheet, case: Case) -> None:
    """A nursing home's monthly orders: drug grid, and the resident in the row of boxes at the foot."""
    ill, rng = case.condition, case.rng()

    def footer(sheet: Sheet) -> None:
        sheet.y = 690
        sheet.cells([[("RESIDENT NAME (Last, First, Middle)", case.last_first), ("D.O.B.", case.dob), ("SEX", case.sex[:1])]], (280, 160, 80))
        sheet.cells([[("PHYSICIAN", case.provider), ("MED. REC. NO.", case.mrn), ("ROOM/BED", f"{100 + case.seed % 60}-B")]], (280, 160, 80))
        sheet.put(sheet.right, 756, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.footer, sheet.bottom = footer, 682
    sheet.line(case.facility.name, size=12, style="b", align="middle")
    sheet.line("PHYSICIAN'S ORDERS AND MEDICATION LIST", size=11, style="b", align="middle")
    sheet.line(f"For the month beginning {case.day(case.discharge.replace(day=1))}", align="middle")
    sheet.down(8)
    drugs = [
        *ill.drugs,
        ("Acetaminophen", "325 mg", "2 tabs by mouth every 4 hours as needed"),
        ("Milk of magnesia", "30 mL", "by mouth at bedtime as needed"),
        ("Multivitamin", "1 tab", "by mouth daily"),
    ]
    rows = [(f"{name} {dose}", how, f"{case.day(case.admit)}", rng.choice(("0800", "0800 2000", "PRN", "2100"))) for name, dose, how in drugs]
    sheet.table(("Medication", "Directions", "Start", "Hours"), rows, (150, 222, 86, 62))
    _sections(
        sheet,
        (
            ("DIAGNOSES", f"{ill.name}; " + "; ".join(rng.sample(clinical.PAST_HISTORY, 4))),
            ("ALLERGIES", rng.choice(clinical.ALLERGIES)),
            ("DIET", "Regular, no added salt, thin liquids"),
            ("ACTIVITY", "Up with assistance of one and walker. Fall precautions."),
            ("STANDING ORDERS", "May crush medicines unless contraindicated. Tuberculin test yearly. Influenza vaccine yearly. May go on leave with medicines."),
            ("REHAB POTENTIAL", rng.choice(("Good", "Fair", "Guarded"))),
        ),
    )  # fmt: skip
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y - 2)
    sheet.line(f"Physician signature ______________________   Nurse noting orders: {rng.choice(('D. Ricketts LPN', 'M. Abbey RN'))}")


def _prior_authorization(sheet: Sheet, case: Case) -> None:
    """A payer's form for referral: member and subscriber, each with a birth date."""
    ill, other = case.condition, _spouse_born(case)
    sheet.put(sheet.margin, 48, "Blue Heron Health Plan", size=15, style="b")
    sheet.put(sheet.right, 42, "Fax completed form to (800) 555-0177", size=8.5, align="right")
    sheet.put(sheet.right, 53, "Form BH-220", size=8.5, align="right")
    sheet.y = 62
    sheet.line("SPECIALTY REFERRAL REQUEST", size=13, style="b", align="middle")
    for text, on in (("Routine", True), ("Urgent (72 hours)", False)):
        sheet.tick(text, on=on)
    sheet.heading("MEMBER INFORMATION", style="black")
    sheet.cells([[("Member Name", case.last_first), ("Member DOB", case.dob), ("Gender", case.sex)]], (272, 140, 108), height=25)
    sheet.cells([[("Member ID", f"BH{case.account}-02"), ("Provider's Patient No.", case.mrn), ("Phone", case.phone)]], (180, 180, 160), height=25)
    sheet.cells(
        [
            [
                ("Subscriber Name", _turned(case.contact)),
                ("Subscriber DOB", case.day(other)),
                ("Relationship", "Spouse"),
            ]
        ],
        (272, 140, 108),
        height=25,
    )
    sheet.heading("REFERRING PROVIDER", style="black")
    sheet.cells([[("Name", case.provider), ("NPI", f"1{case.account}"), ("Office contact", "Denise, ext. 14")]], (220, 150, 150), height=25)
    sheet.cells([[("Practice", case.facility.name), ("Phone", case.facility.phone), ("Fax", case.facility.fax)]], (272, 124, 124), height=25)
    sheet.heading("REFERRED TO", style="black")
    sheet.cells([[("Specialist", case.ordering), ("Specialty", ill.specialty), ("Visits", "3")]], (260, 200, 60), height=25)
    sheet.heading("CLINICAL INFORMATION", style="black")
    sheet.cells([[("Diagnosis", ill.name), ("ICD-10", ill.icd)]], (420, 100), height=25)
    sheet.down(6)
    sheet.para(f"Reason for referral: {ill.complaint}. {_told(ill.history, case)}")
    sheet.para(f"Treatment to date: {', '.join(' '.join(d[:2]) for d in ill.drugs)}. Tests: {ill.study}, {ill.impression}")
    sheet.down(24)
    sheet.signature(case.seed, sheet.margin + 10, sheet.y - 4)
    sheet.line(f"Provider signature ________________________      Date: {case.day(case.service)}")


def _transfer(sheet: Sheet, case: Case) -> None:
    """A nursing home's transfer form: two columns of ruled blanks filled in, check boxes."""
    ill, rng = case.condition, case.rng()
    sheet.line("INTERFACILITY PATIENT TRANSFER FORM", size=13, style="b", align="middle")
    sheet.down(6)
    for pairs in (
        (("Resident", case.first_last), ("Birth Date", case.dob)),
        (("From", case.facility.name), ("Medical Rec #", case.mrn)),
        (("To", "Bluegrass Regional, Emergency Dept."), ("Date of Transfer", case.day(case.discharge))),
        (("Physician", case.provider), ("Phone", case.facility.phone)),
        (("Responsible party", f"{case.contact} (next of kin)"), ("Their phone", "(859) 555-0108")),
        (("Reason for transfer", ill.complaint[:34]), ("Notified at", _clock(case))),
    ):
        sheet.down(23)
        for x, width, (label, value) in zip((sheet.margin, 350), (288, sheet.right - 350), pairs, strict=True):
            start = x + sheet.width(f"{label}: ")
            sheet.put(x, sheet.y, f"{label}:")
            sheet.stroke(start, sheet.y + 2, x + width, sheet.y + 2, width=0.4)
            sheet.put(start + 3, sheet.y - 0.5, value, size=sheet.size - 0.5, style="i")
    sheet.down(14)
    _sections(
        sheet,
        (
            ("Diagnoses", f"{ill.name}; {'; '.join(rng.sample(clinical.PAST_HISTORY, 4))}"),
            ("Allergies", rng.choice(clinical.ALLERGIES)),
            ("Current medications (see MAR)", "; ".join(" ".join(drug) for drug in ill.drugs)),
            ("Vital signs at transfer", _signs(case)),
        ),
    )
    for text, on in (
        ("Alert", True),
        ("Walks with device", True),
        ("Incontinent of bladder", False),
        ("Skin intact", True),
        ("Dentures sent", False),
        ("Glasses sent", True),
        ("DNR form sent", False),
    ):
        sheet.tick(text, on=on)
    _sections(
        sheet,
        (
            (
                "Nurse's summary",
                f"{_told(ill.history[:2], case)} {_told(ill.exam[:1], case)} Physician called and orders received to send out. Report called to the receiving nurse.",
            ),
        ),
    )
    sheet.down(20)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line("T. Gormley, RN, charge nurse")


def _home_visit(sheet: Sheet, case: Case) -> None:
    """A home health agency's visit note: label over value, check boxes, narrative."""
    ill, rng = case.condition, case.rng()
    sheet.put(sheet.margin, 48, case.facility.name, size=13, style="b")
    sheet.put(sheet.right, 48, "SKILLED NURSING VISIT NOTE", size=11, style="b", align="right")
    sheet.y = 58
    sheet.cells(
        [
            [("Patient's Name", case.last_first), ("Birth Date", case.dob), ("MR #", case.mrn)],
            [("Date of Visit", case.day(case.service)), ("Time In / Out", f"{_clock(case)} / {_clock(case, 1)}"), ("Type", "Routine SN")],
        ],
        (260, 150, 110),
        height=28,
    )
    sheet.down(6)
    _sections(
        sheet,
        (
            ("Vital Signs", _signs(case)),
            ("Homebound Reason", "Requires assistance of another person and a walker to leave home; leaving takes considerable and taxing effort."),
        ),
        style="bar",
    )
    sheet.heading("Systems Review (check all that apply)", style="bar")
    for left, right in (
        ("Lungs clear", "Edema present"),
        ("Pain controlled", "New medicines since last visit"),
        ("Appetite good", "Fall since last visit"),
        ("Wound dressing changed", "Caregiver present"),
    ):
        sheet.tick(left, on=rng.random() < 0.6)
        sheet.tick(right, on=rng.random() < 0.3, x=310)
    sheet.down(6)
    _sections(
        sheet,
        (
            ("Narrative", f"SN visit for observation and teaching related to {ill.name.lower()}. {_told(ill.exam, case)} Medicines reviewed against the home list: {', '.join(' '.join(d[:2]) for d in ill.drugs)}. Pill box filled for the week. No discrepancies."),
            ("Teaching", "Instructed on disease process, diet, and when to call the agency. Patient and caregiver verbalize understanding; return demonstration given."),
            ("Plan for Next Visit", f"{_told(ill.plan, case)} Continue SN twice weekly."),
            ("Physician Contact", f"{case.ordering} notified of visit findings by telephone. No new orders."),
        ),
        style="bar",
    )  # fmt: skip
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y - 3)
    sheet.signature(case.seed + 1, 330, sheet.y - 3)
    sheet.put(sheet.margin, sheet.y + 9, "Nurse: P. Lindqvist, RN", size=9)
    sheet.put(330, sheet.y + 9, "Patient / caregiver signature", size=9)


def _speech(sheet: Sheet, case: Case) -> None:
    """A rehabilitation department's daily note: two bare lines of facts divided by bars."""
    rng = case.rng()
    sheet.line(f"{case.facility.name} - Rehabilitation Services", size=11, style="b")
    sheet.line("Occupational Therapy Treatment Note", size=11)
    sheet.down(5)
    sheet.rule(width=1.2, gap=2)
    sheet.line(
        " | ".join(v for v in (case.last_first, f"DOB {case.dob}", f"{case.age}{case.sex[:1]}", f"MRN {case.mrn}" if case.mrn else "") if v),
        style="b",
    )
    sheet.line(f"Treatment date {case.day(case.service)} | Visit {rng.randint(2, 9)} of 12 | Referred by {case.ordering}")
    sheet.down(5)
    sheet.rule(width=1.2)
    _sections(
        sheet,
        (
            ("Treatment Diagnosis", "Muscle weakness (M62.81); need for assistance with personal care (Z74.1)"),
            ("Precautions", "Falls; weight bearing as tolerated"),
            ("Subjective", f'Patient reports pain {rng.randint(1, 6)}/10 and states, "I got my own socks on today."'),
            ("Objective", "Therapeutic activity: reaching in standing at the counter, 3 sets of 10. Self-care training: upper body dressing with setup, lower body dressing with minimum assistance and a reacher. Energy conservation taught with a handout."),
        ),
    )  # fmt: skip
    rows = [
        (task, rng.choice(("Min A", "CGA", "SBA", "Mod I")), rng.choice(("SBA", "Mod I", "Ind")))
        for task in ("Feeding", "Grooming", "Bathing", "Dressing, upper", "Dressing, lower", "Toileting", "Tub transfer")
    ]
    sheet.table(("Activity", "Current level", "Goal"), rows, (220, 140, 140))
    sheet.table(
        ("CPT", "Description", "Minutes", "Units"),
        [("97530", "Therapeutic activities", "23", "2"), ("97535", "Self-care management", "15", "1")],
        (80, 240, 90, 90),
    )
    _sections(
        sheet,
        (
            ("Assessment", "Progressing toward goals. Continued skilled therapy is needed for safety and endurance."),
            ("Plan", "Continue three times weekly. Tub bench trial at the next session."),
        ),
    )
    sheet.line(f"Rosalind Achterberg, OTR/L   License OT{rng.randint(1000, 9999)}   {case.day(case.service)} {_clock(case, 2)}", style="i")


def _counseling(sheet: Sheet, case: Case) -> None:
    """A county agency's service note: blanks in running lines, service code and minutes."""
    rng = case.rng()
    sheet.line(f"{case.facility.name}", style="b", size=12)
    sheet.line("Behavioral Health Services - Individual Therapy Progress Note", style="b")
    sheet.down(6)
    sheet.line(f"Consumer:  {case.first_last}          Birthdate:  {case.dob}")
    sheet.line(
        "          ".join(
            f"{k}:  {v}"
            for k, v in given(("Consumer ID", case.mrn), ("Service date", case.day(case.service)), ("Start", _clock(case)), ("Minutes", "53"))
        )
    )
    sheet.line(f"Service code:  90837          Location:  Office (11)          Clinician:  {case.provider.split(',')[0]}, LCSW")
    sheet.down(5)
    sheet.rule()
    _sections(
        sheet,
        (
            ("D - Data", f"Consumer arrived on time and was casually dressed. Reports {rng.choice(('better', 'about the same', 'worse'))} mood this week, sleep of {rng.randint(4, 8)} hours, and conflict with {case.contact}, a partner, over money. Practiced grounding and thought records. Homework from the last session was partly done."),
            ("A - Assessment", "Generalized anxiety disorder (F41.1). Affect anxious and congruent. Thought process logical. Denies suicidal and homicidal ideation. Risk is judged low."),
            ("P - Plan", "Continue weekly sessions. Complete a worry log daily. Review the crisis plan. Coordinate with the prescriber on sertraline."),
            ("Progress toward treatment plan goals", f"Goal 1: reduce worry to under one hour a day - {rng.choice(('some progress', 'minimal progress', 'goal nearly met'))}. Goal 2: return to work - in progress."),
        ),
        style="underlined",
    )  # fmt: skip
    sheet.para(
        "This information is protected by federal and state law and may not be disclosed further without the written consent of the person to whom it pertains.",
        size=8.5,
        style="i",
    )
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y - 4)
    sheet.line(f"{case.provider.split(',')[0]}, LCSW     {case.day(case.service)}")


def _polst(sheet: Sheet, case: Case) -> None:
    """A state's treatment order form: name boxes at the right of the head, lettered sections."""
    sheet.box(36, 34, 540, 718, line=1.5)
    sheet.box(36, 34, 300, 76, shade=0.9)
    sheet.put(44, 56, "POLST", size=20, style="b")
    _stack(
        sheet,
        44,
        74,
        (
            "Physician Orders for Life-Sustaining Treatment",
            "Follow these orders first, then contact the physician.",
            "HIPAA permits disclosure to health care professionals.",
        ),
        size=8.5,
        lead=12,
    )
    rest = " ".join(v for v in (case.first, case.middle) if v)
    for i, (label, value) in enumerate(
        (
            ("Patient Last Name / Suffix", f"{case.last} {case.suffix}".strip()),
            ("Patient First / Middle Name", rest),
            ("Date of Birth (mm/dd/yyyy)", case.day(case.born, "%m/%d/%Y")),
        )
    ):
        y = 34 + i * 25.3
        sheet.box(336, y, 240, 25.3)
        sheet.put(340, y + 8, label, size=6.5)
        sheet.put(346, y + 21, value)
    sheet.y = 116
    full = case.seed % 3 == 0
    for letter, title, options in (
        ("A", "CARDIOPULMONARY RESUSCITATION (CPR): Person has no pulse and is not breathing.", (("Attempt Resuscitation/CPR", full), ("Do Not Attempt Resuscitation/DNR (Allow Natural Death)", not full))),
        ("B", "MEDICAL INTERVENTIONS: Person has pulse and/or is breathing.", (("Comfort Measures Only", not full and case.seed % 2 == 0), ("Selective Treatment", not full and case.seed % 2 == 1), ("Full Treatment", full))),
        ("C", "ARTIFICIALLY ADMINISTERED NUTRITION: Offer food by mouth if feasible.", (("No artificial nutrition by tube", not full), ("Trial period of artificial nutrition by tube", full), ("Long-term artificial nutrition by tube", False))),
    ):  # fmt: skip
        sheet.stroke(36, sheet.y, 576, sheet.y)
        sheet.put(44, sheet.y + 18, letter, size=14, style="b")
        sheet.down(4)
        sheet.line(f"      {title}", style="b", size=9)
        for text, on in options:
            sheet.down(17)
            sheet.tick(text, on=on, x=76)
        sheet.down(12)
    sheet.stroke(36, sheet.y, 576, sheet.y)
    sheet.put(44, sheet.y + 18, "D", size=14, style="b")
    sheet.down(4)
    sheet.line("      DISCUSSED WITH:", style="b", size=9)
    sheet.down(17)
    sheet.tick("Patient", on=True, x=76)
    sheet.tick(f"Health care agent: {case.contact}", on=False, x=180)
    for i, (label, name) in enumerate((("Physician/NP/PA signature", case.provider), ("Patient or legally recognized decisionmaker", ""))):
        sheet.down(58)
        sheet.signature(case.seed + i, 60, sheet.y - 4)
        sheet.stroke(50, sheet.y, 560, sheet.y)
        sheet.put(50, sheet.y + 10, f"{label} (required)", size=7.5)
        sheet.put(270, sheet.y - 4, name)
        sheet.put(480, sheet.y - 4, case.day(case.service, "%m/%d/%Y"))
        sheet.put(480, sheet.y + 10, "Date", size=7.5)
    sheet.put(WIDTH / 2, 744, "SEND FORM WITH PERSON WHENEVER TRANSFERRED OR DISCHARGED", size=9, style="b", align="middle")


def _face_sheet(sheet: Sheet, case: Case) -> None:
    """A registration desk's admission record in upper case: patient, spouse, guarantor and insured one below the other."""
    rng = case.rng()
    spouse_born = _spouse_born(case)
    spouse = _turned(case.contact).replace(", ", ",").upper()
    where = f"{case.patient.address_line}".upper()
    sheet.line(f"{case.facility.name.upper()}", style="b", align="middle")
    sheet.line("ADMISSION RECORD / FACE SHEET", style="b", align="middle")
    sheet.down(4)
    blocks: tuple[tuple[str, Sequence[Sequence[Pair]]], ...] = (
        ("PATIENT", (
            (("NAME", _tight(case)), ("ACCT#", f"V{case.account}")), (("BIRTHDATE", case.day(case.born, "%m/%d/%Y")), ("MR#", case.mrn)), (("AGE/SEX", f"{case.age} {case.sex[:1]}"), ("ADM DATE", f"{case.day(case.admit, '%m/%d/%Y')} {_clock(case)}")),
            (("ADDR", where), ("PT TYPE", "INPATIENT")), (("", case.town.upper() if case.patient.city else ""), ("PHONE", case.phone)), (("EMPLOYER", rng.choice(("RETIRED", "HOLLOWAY COUNTY SCHOOLS", "SELF"))), ("RELIGION", "NONE STATED")),
        )),
        ("SPOUSE / NEXT OF KIN", ((("NAME", spouse), ("RELATION", "SPOUSE")), (("BIRTHDATE", case.day(spouse_born, "%m/%d/%Y")), ("PHONE", "731-555-0104")))),
        ("GUARANTOR", ((("NAME", spouse), ("RELATION", "SPOUSE")), (("ADDR", where), ("EMPLOYER", "DELTA FREIGHT")))),
        ("INSURANCE 1", ((("PAYOR", "BLUE HERON HEALTH PLAN"), ("POLICY#", f"BH{case.account}")), (("INSURED", spouse), ("INS DOB", case.day(spouse_born, "%m/%d/%Y"))))),
        ("INSURANCE 2", ((("PAYOR", "NONE"), ("POLICY#", "")),)),
        ("VISIT", ((("ATTENDING", case.provider.upper()), ("PCP", case.ordering.upper())), (("ADM DX", case.condition.name.upper()[:34]), ("SERVICE", "MED")))),
    )  # fmt: skip
    for title, rows in blocks:
        sheet.line(f"--- {title} " + "-" * (66 - len(title)))
        for row in rows:
            sheet.down(15)
            for x, (label, value) in zip((sheet.margin, 345), row, strict=True):
                sheet.put(x, sheet.y, f"{label}:" if label and value else "")
                sheet.put(x + 68, sheet.y, value)
        sheet.down(4)
    sheet.down(6)
    sheet.para("I CONSENT TO TREATMENT AND ASSIGN BENEFITS TO THE HOSPITAL. I HAVE RECEIVED THE NOTICE OF PRIVACY PRACTICES.")
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y - 3)
    sheet.line("SIGNATURE OF PATIENT OR RESPONSIBLE PARTY", size=8)


def _denial(sheet: Sheet, case: Case) -> None:
    """A payer's letter to a member at home: name in the address and in a list of facts, no birth date."""
    ill = case.condition
    sheet.put(sheet.margin, 50, "Blue Heron Health Plan", size=15, style="b")
    sheet.put(sheet.margin, 63, "Appeals and Grievances, P.O. Box 41100, Louisville, KY 40241", size=8.5)
    sheet.y = 84
    sheet.line(case.day(case.discharge, _LONG_DAY))
    sheet.down(14)
    for text in (case.first_last.upper(), case.patient.address_line.upper(), case.town.upper() if case.patient.city else ""):
        sheet.line(text)
    sheet.down(14)
    sheet.pairs(
        [
            [("Member", case.first_last)],
            [("Member ID", f"BH{case.account}")],
            [("Reference number", f"APL-{case.account[:6]}")],
            [("Provider", case.provider)],
            [("Service requested", ill.surgery)],
            [("Decision", "Denied")],
        ],
        (sheet.margin,),
        gap=120,
    )
    sheet.down(8)
    sheet.para(f"Dear {case.first_last}:", after=8)
    for text in (
        f"We have reviewed the request from {case.provider} for the service named above. After careful review by a physician we cannot approve it as submitted.",
        f"The information we received describes {ill.name.lower()}. Our policy asks for a record of conservative treatment of at least six weeks and for the report of this study within the last six months: {ill.study}. These were not among the records sent.",
        "You, your doctor, or a person you name may appeal this decision within 180 days of the date of this letter. You may send more information in writing. If your health could be harmed by waiting, you may ask for a fast appeal by telephone.",
        "A copy of this letter has been sent to your provider. This is not a bill.",
    ):
        sheet.para(text, after=9)
    sheet.line("Sincerely,")
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y - 2)
    sheet.line("Utilization Management Department")
    sheet.line(f"cc: {case.provider}", size=9)


def _release(sheet: Sheet, case: Case) -> None:
    """An authorization to release records: filled blanks over ruled lines, labels below them."""
    sheet.line("AUTHORIZATION FOR RELEASE OF PROTECTED HEALTH INFORMATION", size=12, style="b", align="middle")
    sheet.line(f"{case.facility.name}, Health Information Management", size=9, align="middle")
    for row in (
        ((sheet.margin, 300, "Patient's Full Name", case.first_last), (370, 190, "Date of Birth", case.dob)),
        ((sheet.margin, 300, "Street Address", case.patient.address_line), (370, 190, "Medical Record Number (office use)", case.mrn)),
        ((sheet.margin, 300, "City / State / Zip", case.town if case.patient.city else ""), (370, 190, "Telephone", case.phone)),
    ):
        sheet.down(34)
        for x, width, label, value in row:
            sheet.put(x + 4, sheet.y - 3, value)
            sheet.stroke(x, sheet.y, x + width, sheet.y, width=0.5)
            sheet.put(x, sheet.y + 9, label, size=7)
    sheet.down(22)
    sheet.para(
        f"I authorize {case.facility.name} to release the records described below to: {case.ordering}, Moore Family Practice, 410 West Pennsylvania Avenue, Pinehurst, NC 28374."
    )
    sheet.line("Purpose of disclosure:", style="b")
    for text, on in (("Continuing care", True), ("Insurance", False), ("Legal", False), ("At my request", False)):
        sheet.tick(text, on=on)
    sheet.down(6)
    sheet.line("Information to be released:", style="b")
    for text, on in (("Discharge papers and provider notes", True), ("Test results", True), ("Billing statements", False), ("Entire chart", False)):
        sheet.tick(text, on=on)
    sheet.down(8)
    sheet.bullets(
        (
            "I may revoke this authorization in writing at any time, except to the extent that action has been taken.",
            "This authorization expires one year from the date signed.",
            "Treatment does not depend on my signing this form.",
            "Information released may be disclosed again by the one who receives it and may no longer be protected.",
        ),
        mark="1.",
    )
    for i, label in enumerate(("Signature of patient or personal representative", "Witness")):
        sheet.down(48)
        sheet.signature(case.seed + i, sheet.margin + 8, sheet.y - 4)
        sheet.stroke(sheet.margin, sheet.y, 354, sheet.y, width=0.5)
        sheet.stroke(370, sheet.y, 560, sheet.y, width=0.5)
        sheet.put(sheet.margin, sheet.y + 9, label, size=7)
        sheet.put(370, sheet.y + 9, "Date signed", size=7)
        sheet.put(374, sheet.y - 4, case.day(case.service))


def _summary_of_care(sheet: Sheet, case: Case) -> None:
    """A clinical document exchanged between systems and printed by a style sheet: fact table, then tables by section."""
    ill, rng = case.condition, case.rng()
    sheet.footer = lambda s: s.put(s.right, 772, f"{s.page} / {s.total}", size=8, align="right")
    sheet.line("Summary of Care", size=17, style="b", align="middle")
    sheet.down(4)
    _grid(
        sheet,
        [
            [("Patient", case.first_last)],
            [("Date of birth", case.day(case.born, _LONG_DAY))],
            [("Sex", case.sex)],
            [("Contact info", f"{case.patient.address_line}  {case.town if case.patient.city else ''}".strip())],
            [("Patient IDs", case.mrn)],
            [("Document Id", f"2.16.840.1.{case.account}")],
            [("Document Created", f"{case.day(case.discharge, _LONG_DAY)}, {_clock(case)}")],
            [("Author", f"{case.provider}, {case.facility.name}")],
            [("Next of kin", f"{case.contact}   Tel: (812) 555-0107")],
        ],
        (sheet.inner,),
        label=104,
    )
    sheet.down(6)
    sheet.heading("Allergies, Adverse Reactions, Alerts")
    sheet.table(("Substance / Reaction", "Status"), [(rng.choice(clinical.ALLERGIES), "Active")], (330, 174))
    sheet.heading("Medications")
    sheet.table(("Medication", "Strength", "Directions"), ill.drugs, (160, 90, 254))
    sheet.heading("Problems")
    sheet.table(("Condition", "Status"), [(ill.name, "Active"), *((text, "Active") for text in rng.sample(clinical.PAST_HISTORY, 6))], (330, 174))
    sheet.heading("Results")
    sheet.table(("Test", "Value", "Flag", "Range", "Unit"), clinical.lab_values(rng, 12), (150, 80, 40, 120, 114))
    sheet.heading("Immunizations")
    sheet.table(("Vaccine", "Brand"), rng.sample(clinical.VACCINES, 4), (330, 174))
    sheet.heading("Plan of Care")
    sheet.bullets([_told([text], case) for text in ill.plan], mark="*")


def _cover(sheet: Sheet, case: Case) -> None:
    """A release vendor's cover page: labels in a column at the left, large word FAX."""
    sheet.put(sheet.margin, 100, "FAX", size=54, style="b")
    _stack(sheet, sheet.right, 74, (case.facility.name, case.facility.street, case.facility.city), size=9.5, align="right")
    sheet.y = 124
    sheet.rule(width=3, gap=16)
    for label, value in (
        ("To", "Medical Records"),
        ("Fax", "(614) 555-0100"),
        ("From", f"{case.facility.name}, Release of Information"),
        ("Phone", case.facility.phone),
        ("Date", case.day(case.discharge)),
        ("Re", case.extra.get("about", "Records you requested")),
        ("Pages", f"{case.extra.get('pages', '4')} including this one"),
    ):
        sheet.down(24)
        sheet.put(sheet.margin, sheet.y, f"{label}:", style="b")
        sheet.put(sheet.margin + 80, sheet.y, value)
    sheet.down(30)
    sheet.rule(width=1)
    sheet.line("Comments:", style="b")
    sheet.para("Please call if any page is missing or cannot be read.")
    sheet.y = 640
    sheet.para(
        "CONFIDENTIALITY NOTICE: The documents with this transmission contain confidential health information protected by law. If you are not the intended recipient, any disclosure, copying or distribution is prohibited. Please notify the sender at once and destroy the pages.",
        size=8.5,
    )


LAYOUTS = (
    Layout("cedar_discharge", "discharge_summary", _discharge, "Helvetica", (*_NAMED, "admit_date", "discharge_date"), facilities=(0,)),
    Layout("kestrel_report", "imaging_report", _pacs, "Liberation Sans", (*_DATED, "accession"), margin=46, facilities=(6,)),
    Layout("sandhills_letter", "consultation", _consult, "Times", _DATED, size=11, margin=72, facilities=(2,)),
    Layout("meridian_laboratory", "laboratory_report", _laboratory, "FreeSans", (*_DATED, "accession"), size=8.5, margin=46, facilities=(5,)),
    Layout("holloway_discharge", "discharge_summary", _upper_discharge, "Liberation Mono", (*_NAMED, "admit_date", "discharge_date"), size=9.5, margin=50, facilities=(1,)),
    Layout("sandhills_visit", "progress_note", _office_visit, "DejaVu Sans", _DATED, size=9, margin=46, facilities=(2,)),
    Layout("cedar_emergency", "emergency_note", _emergency, "Liberation Sans", _DATED, size=9.5, margin=42, facilities=(0, 1)),
    Layout("holloway_operation", "operative_note", _operation, "Liberation Serif", ("patient_name", "patient_mrn", "service_date"), size=10.5, margin=60, facilities=(1, 0)),
    Layout("cedar_history", "history_and_physical", _history, "FreeSans", _DATED, size=9.5, facilities=(0, 1)),
    Layout("calder_imaging", "imaging_report", _va_imaging, "Courier", ("patient_name", "patient_dob", "service_date"), size=10, facilities=(3,)),
    Layout("cedar_pathology", "pathology_report", _cytology, "FreeSerif", (*_DATED, "accession"), size=10.5, facilities=(0, 1)),
    Layout("brookhaven_transfer", "transfer_summary", _transfer, "Times", _NAMED, size=10.5, margin=46, facilities=(4,)),
    Layout("cedar_stress", "echo_stress_cath", _stress, "DejaVu Sans", _DATED, size=8.5, facilities=(0, 2)),
    Layout("holloway_note", "progress_note", _typed_note, "FreeMono", ("patient_name", "patient_mrn", "service_date"), size=10.5, margin=64, facilities=(1,)),
    Layout("heron_referral", "referral", _prior_authorization, "Liberation Sans", _NAMED, size=9.5, margin=46, facilities=(2, 1)),
    Layout("sandhills_spirometry", "pulmonary_sleep", _spirometry, "FreeSans", _DATED, facilities=(2, 0)),
    Layout("tamarack_vaccines", "immunization_record", _shots, "Liberation Serif", _NAMED, facilities=(8,)),
    Layout("brookhaven_orders", "medication_list", _orders, "Liberation Sans Narrow", _NAMED, size=10, margin=46, facilities=(4,)),
    Layout("lakes_visit", "nursing_note", _home_visit, "DejaVu Serif", _DATED, size=9, margin=46, facilities=(7,)),
    Layout("polst_form", "advance_directive", _polst, "Helvetica", ("patient_name", "patient_dob"), facilities=(4, 0)),
    Layout("brookhaven_therapy", "therapy_note", _speech, "FreeSerif", _DATED, size=10.5, facilities=(4, 0)),
    Layout("holloway_face_sheet", "insurance_id", _face_sheet, "Courier", _NAMED, size=9, margin=50, facilities=(1,)),
    Layout("tamarack_counseling", "behavioral_health", _counseling, "Liberation Serif", _DATED, size=10.5, margin=60, facilities=(8,)),
    Layout("heron_denial", "correspondence", _denial, "DejaVu Serif", ("patient_name",), size=9.5, margin=68, facilities=(2, 1)),
    Layout("cedar_release", "authorization_consent", _release, "Helvetica", _NAMED, size=10, margin=52, facilities=(0, 1)),
    Layout("cedar_summary_of_care", "continuity_of_care", _summary_of_care, "Liberation Serif", _NAMED, facilities=(0, 2)),
)  # fmt: skip
COVER = Layout("rehearsal_cover", "fax_cover", _cover, "Liberation Sans", (), size=11.5, margin=60)
