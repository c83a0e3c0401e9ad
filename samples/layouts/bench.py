"""The layouts of the benchmark set, kept unseen: other senders, structures, labels and type faces than all other sets.

They are written from what outside records look like, never from what the readers can do; keep it so.
"""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from reportlab.graphics.barcode.code128 import Code128

from samples import clinical
from samples.draw import HEIGHT, WIDTH, Layout, Pair, Sheet, given
from samples.facts import Case

_NAMED = ("patient_name", "patient_dob", "patient_mrn")
_DATED = (*_NAMED, "service_date")
_STAYED = (*_NAMED, "admit_date", "discharge_date")
_US = "%m/%d/%Y"
_LETTER = "%B %-d, %Y"
_DAILY = (
    "Vital signs were stable overnight and the morning examination was unchanged. Pain was controlled and meals were taken.",
    "The patient walked in the hallway with nursing and reported feeling better. Intake and output were adequate.",
    "Electrolytes were replaced by protocol. The bowel regimen was adjusted, and there were no falls.",
    "Case management met with the patient and family to review needs at home. No equipment was required.",
    "Medicines by vein were changed to tablets and tolerated without nausea. The line was removed.",
    "Physical therapy cleared the patient for home. Stairs were climbed without difficulty.",
    "Teaching was completed with the patient and family, who repeated the plan in their own words.",
)
_RESULTS = ("Test", "Result", "Flag", "Reference", "Units")


def _say(texts: Sequence[str], case: Case) -> str:
    return " ".join(texts).replace("{He}", case.he.capitalize()).replace("{he}", case.he)


def _time(case: Case, later: int = 0) -> str:
    return f"{7 + (case.seed + 3 * later) % 14:02d}:{(case.seed * 7 + 11 * later) % 60:02d}"


def _physician(case: Case) -> str:
    """Who reads, operates or certifies is never a nurse practitioner."""
    return f"{case.provider.split(',', maxsplit=1)[0]}, MD"


def _social(case: Case) -> str:
    fitting = [text for text in clinical.SOCIAL if case.age >= 60 or "Retired" not in text]
    return case.rng().choice(fitting)


def _surname(doctor: str) -> str:
    return doctor.split(",", maxsplit=1)[0].rsplit(maxsplit=1)[-1]


def _after(case: Case, days: int, style: str = "") -> str:
    return case.day(case.service + timedelta(days=days), style)


def _partner_born(case: Case) -> date:
    """A grown-up's birth date some years off the patient's."""
    return case.born - timedelta(days=180 + case.seed % 1900)


def _vital_line(case: Case) -> str:
    return "  ".join(f"{name}: {value}" for name, value in clinical.vitals(case.rng()))


def _drug_lines(case: Case) -> list[str]:
    return [f"{name} {dose} {how}" for name, dose, how in case.condition.drugs]


def _told(sheet: Sheet, parts: Sequence[Pair], *, style: str = "bold") -> None:
    for title, text in parts:
        sheet.heading(title, style=style)
        sheet.para(text)


def _inline(sheet: Sheet, parts: Sequence[Pair], *, after: float = 6) -> None:
    """Paragraphs that begin with their label in capitals."""
    for title, text in parts:
        sheet.para(f"{title}:  {text}", after=after)


def _rows(sheet: Sheet, x: float, y: float, texts: Sequence[str], *, size: float = 0, lead: float = 12.5, align: str = "left") -> None:
    for i, text in enumerate(text for text in texts if text):
        sheet.put(x, y + i * lead, text, size=size, align=align)


def _centered(sheet: Sheet, case: Case, *, size: float = 14) -> None:
    """A letterhead in the middle with a line below."""
    sheet.line(case.facility.name, size=size, style="b", align="middle")
    sheet.line(f"{case.facility.street}, {case.facility.city}", size=9, align="middle")
    sheet.line(f"Phone {case.facility.phone}   Fax {case.facility.fax}", size=9, align="middle")
    _rule(sheet, width=1)


def _rule(sheet: Sheet, *, width: float = 0.7, gap: float = 8) -> None:
    """A line clear of the text above it."""
    sheet.down(5)
    sheet.rule(width=width, gap=gap)


def _signed(sheet: Sheet, case: Case, text: str, *, ink: bool = True) -> None:
    sheet.need(60 if ink else 30)
    sheet.down(26 if ink else 8)
    if ink:
        sheet.signature(case.seed, sheet.margin + 4, sheet.y - 5)
    sheet.line(text, size=sheet.size - 0.5)


def _paged(sheet: Sheet, text: str) -> None:
    """A foot line with the page of all pages at its right."""

    def footer(sheet: Sheet) -> None:
        sheet.put(sheet.margin, 766, text, size=8)
        sheet.put(sheet.right, 766, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.footer = footer


def _stay_days(case: Case) -> str:
    days = (case.discharge - case.admit).days + 1
    told = sorted(case.rng().sample(range(len(_DAILY)), min(days, len(_DAILY))))
    return " ".join(f"Hospital day {i}: {_DAILY[place]}" for i, place in enumerate(told, start=1))


def _discharge(sheet: Sheet, case: Case) -> None:
    """A community hospital's summary: label column at the left, colons, running name line from page 2."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        sheet.line(f"{case.facility.name} - Discharge Summary (continued)", size=9)
        sheet.line(f"Patient: {case.last_first}" + (f"     MRN: {case.mrn}" if case.mrn else ""), size=9)
        _rule(sheet, width=0.5, gap=4)

    sheet.running = running
    _paged(sheet, f"{case.facility.name}   CONFIDENTIAL MEDICAL RECORD")
    _centered(sheet, case)
    sheet.line("DISCHARGE SUMMARY", size=14, style="b", align="middle")
    sheet.down(6)
    facts = (
        ("Patient Name", case.last_first), ("Medical Record Number", case.mrn), ("Date of Birth", case.dob), ("Sex", case.sex),
        ("Date of Admission", case.day(case.admit)), ("Date of Discharge", case.day(case.discharge)), ("Attending Physician", case.provider), ("Primary Care Physician", case.ordering),
    )  # fmt: skip
    sheet.pairs([[pair] for pair in given(*facts)], (sheet.margin,), gap=150)
    _rule(sheet, width=0.5, gap=2)
    _told(
        sheet,
        (
            ("Admitting Diagnosis", f"{ill.complaint.capitalize()}."),
            ("Discharge Diagnosis", f"1. {ill.name} ({ill.icd}).  2. {'.  3. '.join(rng.sample(clinical.PAST_HISTORY, 2))}."),
            ("Procedures Performed", f"{ill.study}."),
            ("History of Present Illness", f"The patient is a {case.age}-year-old {case.noun} admitted with {ill.complaint}. {_say(ill.history, case)}"),
            ("Physical Examination on Admission", f"{_vital_line(case)}. {_say(ill.exam, case)}"),
            ("Hospital Course", f"{_say(ill.course, case)} {_stay_days(case)}"),
            ("Pertinent Results", f"{', '.join(f'{n} {v} {u}' for n, v, _, _, u in clinical.lab_values(rng, 12))}. {ill.study}: {_say(ill.findings, case)} {ill.impression}"),
        ),
    )  # fmt: skip
    sheet.heading("Discharge Medications")
    sheet.bullets(_drug_lines(case), mark="1.")
    sheet.heading("Discharge Instructions")
    sheet.bullets(
        (
            *(_say([text], case) for text in ill.plan),
            "Bring this list to every visit.",
            "Diet: heart healthy.",
            "Activity: increase slowly as tolerated.",
            "Call the office for fever, worsening pain or any new symptom.",
        )
    )
    _told(
        sheet,
        (
            ("Allergies", rng.choice(clinical.ALLERGIES) + "."),
            ("Social History", _social(case)),
            ("Condition at Discharge", "Good. Ambulating independently and tolerating a regular diet."),
            ("Disposition", f"Discharged to home with family. Follow-up with {case.ordering} in 7 to 10 days."),
        ),
    )
    _signed(sheet, case, f"{case.provider}   Dictated {case.day(case.discharge)}   Transcribed {case.day(case.discharge + timedelta(days=1))}")
    sheet.line(f"cc: {case.ordering}", size=9)


def _hospitalist(sheet: Sheet, case: Case) -> None:
    """A health system's hospital medicine print: name and facts in a gray banner on every page, tables for the rest."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        sheet.box(sheet.margin, 34, sheet.inner, 34, shade=0.9, line=0.4)
        sheet.put(sheet.margin + 5, 47, case.first_last, style="b", size=11)
        sheet.put(sheet.margin + 5, 61, f"Date of Birth {case.dob}   {case.age} yrs   {case.sex}", size=8.5)
        _rows(sheet, sheet.right - 5, 47, (f"MRN {case.mrn}" if case.mrn else "", f"Encounter {case.account}"), size=8.5, lead=13, align="right")
        sheet.y = 78

    sheet.running = running
    _paged(sheet, f"{case.facility.name} | {case.facility.phone}")
    running(sheet)
    sheet.line(case.facility.name, size=10, style="i")
    sheet.line("Hospital Medicine Discharge Summary", size=15, style="b")
    sheet.down(4)
    sheet.cells(
        [
            [("Admission date", case.day(case.admit)), ("Discharge date", case.day(case.discharge)), ("Length of stay", f"{(case.discharge - case.admit).days} days")],
            [("Discharging provider", case.provider), ("PCP", case.ordering), ("Discharged to", "Home")],
        ],
        (180, 180, 144),
    )  # fmt: skip
    _told(
        sheet,
        (
            ("Reason for Hospitalization", f"{ill.complaint.capitalize()}"),
            ("Diagnoses", f"Principal: {ill.name}. Secondary: {', '.join(rng.sample(clinical.PAST_HISTORY, 4))}."),
            ("Presentation", f"{case.title} {case.last} is a {case.age}-year-old {case.noun}. {_say(ill.history, case)}".strip()),
            ("Summary of Hospital Stay", f"{_say(ill.course, case)} {_stay_days(case)}"),
            ("Exam at Discharge", f"{_vital_line(case)}. {_say(ill.exam, case)}"),
        ),
        style="bar",
    )
    sheet.heading("Medications at Discharge", style="bar")
    sheet.table(("Drug", "Strength", "Instructions"), ill.drugs, (160, 90, 254))
    sheet.heading("Most Recent Laboratory Results", style="bar")
    sheet.table(_RESULTS, clinical.lab_values(rng, 16), (160, 80, 44, 120, 100))
    _told(
        sheet,
        (
            ("Imaging", f"{ill.study}: {_say(ill.findings, case)} Impression: {ill.impression}"),
            ("Follow-up Needs for the Outpatient Provider", f"{_say(ill.plan, case)}"),
            ("Patient Education", "Diagnosis, medicines, diet and warning signs were reviewed by teach-back. Written material was given in the preferred language."),
        ),
        style="bar",
    )  # fmt: skip
    sheet.down(4)
    sheet.line(f"Electronically signed: {case.provider}, {case.day(case.discharge)} {_time(case, 2)}", size=9)


def _visit(sheet: Sheet, case: Case) -> None:
    """A family practice's note: letterhead left, one row of facts, SOAP words in full."""
    ill, rng = case.condition, case.rng()
    sheet.line(case.facility.name, size=16, style="i")
    sheet.down(3)
    sheet.line(f"{case.facility.street}   {case.facility.city}   {case.facility.phone}", size=8.5)
    _rule(sheet, width=2, gap=6)
    sheet.line("Office Visit Note", size=13, style="b")
    sheet.pairs(
        [
            [("Patient", case.first_last), ("Visit Date", case.day(case.service))],
            [("Date of Birth", f"{case.dob} ({case.age} yrs)"), ("Provider", case.provider)],
            [("Chart #", case.mrn), ("Insurance", "Commonwealth PPO")],
        ],
        (sheet.margin, 320), gap=78,
    )  # fmt: skip
    _rule(sheet, width=0.5, gap=2)
    _told(
        sheet,
        (
            ("Chief Complaint", ill.complaint.capitalize()),
            ("Subjective", f"{_say(ill.history, case)}"),
            ("Medications", "; ".join(_drug_lines(case))),
            ("Allergies", rng.choice(clinical.ALLERGIES)),
            ("Objective", f"{_vital_line(case)}. {_say(ill.exam, case)}"),
            ("Assessment", f"{ill.name} ({ill.icd}). {rng.choice(clinical.PAST_HISTORY)}, stable."),
            ("Plan", f"{_say(ill.plan, case)} Return in 3 months, sooner if not better."),
        ),
    )
    _signed(sheet, case, f"{case.provider}     {case.day(case.service)}")


def _emergency(sheet: Sheet, case: Case) -> None:
    """A dictated emergency report: capital labels one below the other, paragraphs with run-in headings."""
    ill, rng = case.condition, case.rng()
    _paged(sheet, f"EMERGENCY DEPARTMENT REPORT   {case.last_first.upper()}")
    sheet.line(case.facility.name.upper(), style="b", align="middle")
    sheet.line(f"{case.facility.street.upper()}  {case.facility.city.upper()}", size=9, align="middle")
    sheet.down(10)
    sheet.line("EMERGENCY DEPARTMENT REPORT", style="b", align="middle", size=12)
    sheet.down(8)
    for label, value in given(
        ("PATIENT NAME:", case.last_first.upper()), ("DATE OF BIRTH:", case.dob), ("MEDICAL RECORD #:", case.mrn),
        ("DATE OF SERVICE:", case.day(case.service)), ("PHYSICIAN:", case.provider), ("FAMILY PHYSICIAN:", case.ordering),
    ):  # fmt: skip
        sheet.down(13.5)
        sheet.put(sheet.margin, sheet.y, label)
        sheet.put(sheet.margin + 130, sheet.y, value)
    sheet.down(12)
    _inline(
        sheet,
        (
            ("CHIEF COMPLAINT", f"{ill.complaint.capitalize()}."),
            ("HISTORY OF PRESENT ILLNESS", f"This is a {case.age}-year-old {case.noun} who arrived by {rng.choice(('private car', 'ambulance'))} complaining of {ill.complaint}. {_say(ill.history, case)}"),
            ("PAST MEDICAL HISTORY", "; ".join(rng.sample(clinical.PAST_HISTORY, 3)) + "."),
            ("SOCIAL HISTORY", _social(case)),
            ("REVIEW OF SYSTEMS", "Ten systems reviewed and negative other than as stated."),
            ("PHYSICAL EXAMINATION", f"{_vital_line(case)}. {_say(ill.exam, case)}"),
            ("DIAGNOSTIC DATA", f"{', '.join(f'{n} {v}' for n, v, *_ in clinical.lab_values(rng, 7))}. {ill.study}: {ill.impression}"),
            ("EMERGENCY DEPARTMENT COURSE", f"{_say(ill.course[:2], case)} The patient was re-examined and felt better."),
            ("DIAGNOSIS", f"{ill.name}."),
            ("DISPOSITION", f"{rng.choice(('Admitted to the medical floor.', 'Discharged to home in improved condition.'))} {_say(ill.plan[:1], case)}"),
        ),
    )  # fmt: skip
    _signed(sheet, case, f"{case.provider}     Dictated: {case.day(case.service)} {_time(case)}", ink=False)


def _template(sheet: Sheet, case: Case) -> None:
    """A pre-printed complaint sheet of the emergency room: circles and boxes, patient only on the label at the foot."""
    ill, rng = case.condition, case.rng()
    sheet.put(sheet.margin, 44, case.facility.name, size=11, style="b")
    sheet.put(sheet.right, 44, "EMERGENCY PHYSICIAN RECORD", size=12, style="b", align="right")
    sheet.put(sheet.right, 57, "General Adult   (5)", size=9, align="right")
    sheet.stroke(sheet.margin, 63, sheet.right, 63, width=2)
    sheet.y = 68
    sheet.line(f"DATE: {case.day(case.service)}    TIME SEEN: {_time(case)}    ROOM: {1 + case.seed % 18}    ( ) EMS Arrival", size=9.5)
    sheet.line(f"HISTORIAN:  (X) patient  ( ) spouse  ( ) paramedics        PCP: {_surname(case.ordering)}", size=9.5)
    for title, texts in (
        ("HPI", (f"chief complaint: {ill.complaint}", *ill.history[:2])),
        ("ROS", ("CONST fever chills   EYES neg   ENT neg   CVS see HPI   RESP see HPI", "GI neg   GU neg   SKIN neg   NEURO neg    all systems neg except as marked")),
        ("PAST HX", (", ".join(rng.sample(clinical.PAST_HISTORY, 3)), f"Meds: {', '.join(d[0] for d in ill.drugs)}", f"Allergies: {rng.choice(clinical.ALLERGIES)}")),
        ("PHYSICAL EXAM", (_vital_line(case), *ill.exam)),
        ("LABS & XRAYS", ("; ".join(f"{n} {v} {f}".strip() for n, v, f, *_ in clinical.lab_values(rng, 6)), f"{ill.study}: {ill.impression}")),
        ("PROGRESS", (ill.course[0],)),
        ("CLINICAL IMPRESSION", (ill.name,)),
    ):  # fmt: skip
        sheet.heading(title, style="black")
        for text in texts:
            sheet.para(_say([text], case), indent=6, after=1)
    for text, on in (("discharged", True), ("admitted", False), ("transferred", False)):
        sheet.tick(text, on=on)
    sheet.signature(case.seed, sheet.margin + 4, 720)
    sheet.put(sheet.margin, 734, f"MD/DO: {case.provider}", size=9)
    x, y = 326.0, 664.0
    sheet.box(x, y, 244, 84, line=0.4)
    sheet.put(x + 8, y + 14, case.last_first.upper(), style="b", size=10)
    _rows(sheet, x + 8, y + 27, (f"DOB: {case.dob}   {case.age} {case.sex[:1]}", "  ".join(f"{k}: {v}" for k, v in given(("MR", case.mrn), ("ACCT", case.account))), f"ATT: {case.ordering}"), size=8.5, lead=11)  # fmt: skip
    Code128(case.account, barWidth=0.9, barHeight=20).drawOn(sheet.canvas, x, HEIGHT - y - 80)


def _history(sheet: Sheet, case: Case) -> None:
    """A system's H&P: facts in two boxes side by side, bold run-in headings."""
    ill, rng = case.condition, case.rng()
    _paged(sheet, f"{case.first_last}   History & Physical")
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("HISTORY & PHYSICAL EXAMINATION", size=11)
    sheet.down(6)
    top, half = sheet.y, sheet.inner / 2
    sheet.box(sheet.margin, top, half, 62)
    sheet.box(sheet.margin + half, top, half, 62)
    _rows(
        sheet,
        sheet.margin + 6,
        top + 14,
        (f"Name: {case.first_last}", f"DOB: {case.dob}", f"Age/Sex: {case.age} / {case.sex}", f"MRN: {case.mrn}" if case.mrn else ""),
    )
    _rows(
        sheet,
        sheet.margin + half + 6,
        top + 14,
        (f"Date of Service: {case.day(case.service)}", f"Attending: {case.provider}", f"PCP: {case.ordering}", f"Visit #: {case.account}"),
    )
    sheet.y = top + 66
    _told(
        sheet,
        (
            ("Chief Complaint:", f'"{ill.complaint.capitalize()}"'),
            ("History of Present Illness:", f"{case.first} {case.last} is a {case.age} year old {case.noun}. {_say(ill.history, case)}"),
            ("Past Medical and Surgical History:", "; ".join(rng.sample(clinical.PAST_HISTORY, 5)) + "."),
            ("Home Medications:", "; ".join(_drug_lines(case)) + "."),
            ("Allergies:", rng.choice(clinical.ALLERGIES)),
            ("Family History:", rng.choice(clinical.FAMILY)),
            ("Social History:", _social(case)),
            ("Review of Systems:", " ".join(clinical.REVIEW)),
            ("Physical Exam:", f"{_vital_line(case)}. Well developed, in no distress. {_say(ill.exam, case)}"),
            ("Data Reviewed:", f"{', '.join(f'{n} {v}' for n, v, *_ in clinical.lab_values(rng, 10))}. {ill.study}: {ill.impression}"),
            ("Assessment and Plan:", f"{ill.name}. {_say(ill.course[:1], case)} {_say(ill.plan, case)} DVT prophylaxis. Full code."),
        ),
    )
    _signed(sheet, case, f"Signed by {case.provider} on {case.day(case.service)} at {_time(case, 1)}", ink=False)


def _consult(sheet: Sheet, case: Case) -> None:
    """An inpatient consultation form, filled by typing: ruled head, requesting doctor, recommendations first."""
    ill, rng = case.condition, case.rng()
    _paged(sheet, "Original to chart")
    sheet.line("CONSULTATION REPORT", size=15, style="b", align="middle")
    sheet.line(case.facility.name, align="middle")
    sheet.down(8)
    sheet.cells([[("PATIENT NAME (LAST, FIRST, MI)", case.last_first), ("DATE OF BIRTH", case.dob), ("MRN", case.mrn)]], (260, 136, 108))
    sheet.cells([[("CONSULTANT", case.provider), ("DATE OF CONSULTATION", case.day(case.service)), ("SERVICE", ill.specialty[:19])]], (200, 196, 108))
    sheet.cells([[("REQUESTED BY", case.ordering), ("REASON FOR CONSULTATION", ill.complaint.capitalize())]], (200, 304))
    sheet.down(6)
    _told(
        sheet,
        (
            ("Recommendations", _say(ill.plan, case)),
            ("Impression", f"{ill.name}. {rng.choice(clinical.PAST_HISTORY)}."),
            ("History", f"I was asked to see this {case.age}-year-old {case.noun} by Dr. {_surname(case.ordering)}. {_say(ill.history, case)}"),
            ("Past History", "; ".join(rng.sample(clinical.PAST_HISTORY, 4)) + "."),
            ("Current Medications", "; ".join(_drug_lines(case)) + "."),
            ("Examination", f"{_vital_line(case)}. {_say(ill.exam, case)}"),
            ("Studies", f"{ill.study}. {_say(ill.findings, case)}"),
        ),
        style="underlined",
    )
    sheet.para("Thank you for this consultation. We will follow along with you.")
    _signed(sheet, case, f"{case.provider}, {ill.specialty}")


def _operation(sheet: Sheet, case: Case) -> None:
    """A surgical group's report: letterhead, facts as label and value at a tab stop, narrative at the end."""
    ill, rng = clinical.CONDITIONS[4 if case.age >= 45 else 8], case.rng()
    _centered(sheet, case, size=15)
    sheet.line("OPERATIVE REPORT", size=13, style="b", align="middle")
    sheet.down(4)
    rows = given(
        ("Patient", case.last_first), ("DOB", case.dob), ("MRN", case.mrn), ("Date of Surgery", case.day(case.service)), ("Surgeon", _physician(case)), ("Assistant", case.copied),
        ("Preoperative Diagnosis", ill.name), ("Postoperative Diagnosis", "Same"), ("Procedure", ill.surgery), ("Anesthesia", rng.choice(("General", "Spinal with sedation", "Regional block"))),
        ("Estimated Blood Loss", f"{rng.choice((5, 20, 50, 150))} mL"), ("Complications", "None"), ("Specimens", ill.specimen),
    )  # fmt: skip
    for label, value in rows:
        sheet.down(14)
        sheet.put(sheet.margin, sheet.y, f"{label}:", style="b")
        sheet.put(sheet.margin + 140, sheet.y, value)
    sheet.down(6)
    _told(
        sheet,
        (
            ("Indications for Procedure", f"{case.age}-year-old {case.noun} with {ill.complaint}. {_say(ill.history[:1], case)} The options were discussed and consent was signed."),
            ("Description of Procedure", f"The patient was identified in the holding area and the site was marked. After anesthesia and a surgical time-out, the field was prepared in the usual way. {_say(ill.technique, case)} Counts were correct twice. The patient went to recovery in stable condition."),
            ("Postoperative Plan", _say(ill.plan, case)),
        ),
    )  # fmt: skip
    _signed(sheet, case, _physician(case))


def _catheterization(sheet: Sheet, case: Case) -> None:
    """A heart center's report: colored head bar, facts in three columns, pressure table."""
    rng = case.rng()
    sheet.box(0, 0, WIDTH, 40, shade=0.3, line=0)
    sheet.white(sheet.margin, 26, case.facility.name, size=15)
    sheet.white(sheet.right, 26, f"{case.facility.phone}", size=9, align="right", style="")
    sheet.y = 50
    sheet.line("CARDIAC CATHETERIZATION REPORT", size=13, style="b", align="middle")
    sheet.down(6)
    top = sheet.y
    for x, facts in (
        (sheet.margin, (("Patient:", case.last_first), ("DOB:", case.dob), ("MRN:", case.mrn))),
        (330.0, (("Procedure Date:", case.day(case.service)), ("Operator:", _physician(case)), ("Referring:", case.ordering))),
    ):
        for i, (label, value) in enumerate(given(*facts)):
            sheet.put(x, top + 13 + 14 * i, label, style="b")
            sheet.put(x + (88 if x > 300 else 50), top + 13 + 14 * i, value)
    sheet.y = top + 52
    _rule(sheet)
    _told(
        sheet,
        (
            ("Procedures", "Left heart catheterization. Selective coronary angiography. Left ventriculography."),
            ("Indication", rng.choice(("Chest pain with abnormal stress test.", "Unstable angina.", "New reduced ejection fraction."))),
            (
                "Access and Technique",
                "Right radial artery, 6 French sheath. Heparin and verapamil were given. A TR band was placed. Contrast 75 mL, fluoroscopy 5.2 minutes.",
            ),
        ),
    )
    sheet.heading("Hemodynamics (mmHg)")
    upper, lower, filling = rng.randint(104, 160), rng.randint(54, 88), rng.randint(6, 24)
    rows = [
        ("Aorta", f"{upper}/{lower}", str((upper + 2 * lower) // 3)),
        ("Left ventricle", f"{upper}/{filling // 2}", ""),
        ("LV end-diastolic", str(filling), ""),
    ]
    sheet.table(("Site", "Pressure", "Mean"), rows, (200, 152, 152))
    _told(
        sheet,
        (
            ("Coronary Anatomy", f"Left main: free of disease. LAD: {rng.randint(20, 75)}% stenosis in the mid segment. Circumflex: mild irregularities. RCA: dominant, {rng.randint(10, 50)}% proximal."),
            ("Left Ventriculogram", f"Ejection fraction {rng.randint(35, 65)}%. No mitral regurgitation."),
            ("Conclusions", "1. Coronary artery disease as described. 2. Medical therapy is advised. 3. Follow-up in the office in two weeks."),
        ),
    )  # fmt: skip
    _signed(sheet, case, f"{_physician(case)}, FACC")


def _tracing(sheet: Sheet, case: Case) -> None:
    """A cart's tracing: name at the top left without any label, intervals below, machine reading, grid with curves."""
    rng = case.rng()
    sheet.put(sheet.margin, 40, case.last_first.upper(), size=11, style="b")
    sheet.put(250, 40, f"ID: {case.mrn}" if case.mrn else "", size=10)
    sheet.put(sheet.right, 40, f"{case.day(case.service)}  {_time(case)}:22", size=10, align="right")
    sheet.put(sheet.right, 54, case.facility.name.upper(), size=8.5, align="right")
    _rows(
        sheet,
        sheet.margin,
        56,
        (f"DOB: {case.day(case.born, '%d-%b-%Y').upper()}  ({case.age} yr)", f"{case.sex}", "Room: ED", f"Loc: {case.seed % 30}"),
        size=9,
        lead=11,
    )
    rate = rng.randint(58, 104)
    for i, (name, value) in enumerate((("Vent. rate", f"{rate} BPM"), ("PR interval", f"{rng.randint(130, 198)} ms"), ("QRS duration", f"{rng.randint(80, 108)} ms"), ("QT/QTc", f"{rng.randint(360, 420)}/{rng.randint(400, 450)} ms"), ("P-R-T axes", f"{rng.randint(20, 70)} {rng.randint(-20, 80)} {rng.randint(10, 70)}"))):  # fmt: skip
        sheet.put(sheet.margin, 112 + 11 * i, name, size=9)
        sheet.put(sheet.margin + 80, 112 + 11 * i, value, size=9)
    _rows(sheet, 290, 112, ("Normal sinus rhythm" if rate < 100 else "Sinus tachycardia", rng.choice(("Normal ECG", "Nonspecific T wave abnormality", "Left axis deviation")), "When compared with prior ECG, no significant change", f"Confirmed by {_physician(case)}"), size=9, lead=11)  # fmt: skip
    sheet.put(sheet.margin, 182, f"12-lead ECG     Referred by: {case.ordering}     Unconfirmed unless signed", size=8.5)
    sheet.canvas.setStrokeGray(0.82)
    for i in range(27):
        sheet.stroke(sheet.margin, 200 + 20 * i, sheet.right, 200 + 20 * i, width=0.3)
        sheet.stroke(sheet.margin + i * sheet.inner / 26, 200, sheet.margin + i * sheet.inner / 26, 720, width=0.3)
    sheet.canvas.setStrokeGray(0)
    for row, leads in enumerate((("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"), ("II", "", "", ""))):
        base = 268 + 125 * row
        _beats(sheet, base, rate, tall=34 + 7 * row)
        for i, lead in enumerate(leads):
            sheet.put(sheet.margin + 6 + i * sheet.inner / 4, base - 46, lead, size=9)
    sheet.put(sheet.margin, 740, "25mm/s  10mm/mV  150Hz  9.0.4  12SL 243", size=8)


def _beats(sheet: Sheet, base: float, rate: int, *, tall: float) -> None:
    """One strip: P, QRS and T again and again."""
    path, step, width = sheet.canvas.beginPath(), 4800 / rate, sheet.inner
    path.moveTo(sheet.margin, HEIGHT - base)
    for i in range(int(width / 1.5)):
        at = (i * 1.5 % step) / step
        rise = (
            5 * math.exp(-(((at - 0.2) / 0.03) ** 2))
            + tall * math.exp(-(((at - 0.36) / 0.012) ** 2))
            - 9 * math.exp(-(((at - 0.4) / 0.012) ** 2))
            + 9 * math.exp(-(((at - 0.65) / 0.05) ** 2))
        )
        path.lineTo(sheet.margin + i * 1.5, HEIGHT - base + rise)
    sheet.canvas.setLineWidth(0.8)
    sheet.canvas.drawPath(path)


def _laboratory(sheet: Sheet, case: Case) -> None:
    """A regional laboratory's report: client block, patient block, specimen block in a row; two panels."""
    rng = case.rng()
    _paged(sheet, "CLIA 39D0000000   Medical Director on file")
    sheet.put(sheet.margin, 48, case.facility.name, size=13, style="b")
    sheet.put(sheet.margin, 60, f"{case.facility.street}, {case.facility.city}   Client Services {case.facility.phone}", size=8)
    sheet.put(sheet.right, 48, "LABORATORY REPORT", size=13, style="b", align="right")
    top, wide = 70.0, sheet.inner / 3
    blocks = (
        ("PATIENT INFORMATION", (case.last_first.upper(), f"DOB: {case.dob}", f"AGE: {case.age}  SEX: {case.sex[:1]}", f"PATIENT ID: {case.mrn}" if case.mrn else "", f"PHONE: {case.phone}" if case.phone else "")),
        ("SPECIMEN INFORMATION", (f"ACCESSION: {case.accession}", f"COLLECTED: {case.day(case.service)} {_time(case)}", f"RECEIVED: {case.day(case.service)} {_time(case, 1)}", f"REPORTED: {_after(case, 1)}", "STATUS: FINAL")),
        ("CLIENT INFORMATION", (f"CLIENT # {case.account[:6]}", case.ordering, "BLAIR PRIMARY CARE", "20 SYCAMORE STREET", "HOLLIDAYSBURG PA 16648")),
    )  # fmt: skip
    for i, (title, rows) in enumerate(blocks):
        sheet.box(sheet.margin + i * wide, top, wide, 78, line=0.5)
        sheet.put(sheet.margin + i * wide + 4, top + 11, title, size=7.5, style="b")
        _rows(sheet, sheet.margin + i * wide + 4, top + 24, rows, size=8, lead=11.5)
    sheet.y = top + 86
    values = clinical.lab_values(rng, 20)
    for title, part in (("TEST RESULTS", values[:13]), ("ADDITIONAL TESTS", values[13:])):
        sheet.heading(title, style="bar")
        sheet.table(("TEST NAME", "IN RANGE", "OUT OF RANGE", "REFERENCE RANGE", "UNITS"), [(n, "" if f else v, f"{v} {f}" if f else "", r, u) for n, v, f, r, u in part], (160, 80, 90, 110, 80), ruled=False)  # fmt: skip
    sheet.line("H = high   L = low   Fasting: unknown", size=8)
    sheet.line("** END OF REPORT **", size=8.5, align="middle")


def _culture(sheet: Sheet, case: Case) -> None:
    """A hospital laboratory's microbiology print: typed, with a susceptibility table."""
    rng = case.rng()
    sheet.line(case.facility.name.upper())
    sheet.line(f"CLINICAL LABORATORY    {case.facility.city.upper()}")
    sheet.down(8)
    sheet.line("MICROBIOLOGY REPORT", style="b")
    _rule(sheet)
    sheet.pairs(
        [
            [("Patient", case.last_first), ("Acc. No", case.accession)],
            [("Birthdate", case.dob), ("Collected", case.day(case.service))],
            [("MRN", case.mrn), ("Received", case.day(case.service))],
            [("Ordered by", case.ordering), ("Final", _after(case, 2))],
        ],
        (sheet.margin, 330), gap=74, bold=False,
    )  # fmt: skip
    _rule(sheet)
    germ = rng.choice(("Escherichia coli", "Klebsiella pneumoniae", "Proteus mirabilis"))
    _inline(
        sheet,
        (
            ("PROCEDURE", "Culture, urine"),
            ("SOURCE", "Urine, clean catch"),
            ("PRELIMINARY", "Gram negative rods present"),
            ("FINAL REPORT", f">100,000 CFU/mL {germ}"),
        ),
    )
    sheet.table(("ANTIBIOTIC", "MIC", "INTERP"), [(drug, f"<={rng.choice((1, 2, 4, 8))}", rng.choice("SSSIR")) for drug in ("Ampicillin", "Cefazolin", "Ceftriaxone", "Ciprofloxacin", "Gentamicin", "Nitrofurantoin", "Trimeth/Sulfa")], (200, 100, 100), ruled=False)  # fmt: skip
    sheet.line("S = susceptible   I = intermediate   R = resistant")
    sheet.down(10)
    sheet.line(f"Verified by: {rng.choice(('M. Kinsey MT(ASCP)', 'R. Boyle MLS'))}   {_after(case, 2)} {_time(case, 2)}")


def _pathology(sheet: Sheet, case: Case) -> None:
    """A pathology service's report: case number large at the right, boxed diagnosis."""
    ill = case.condition
    sheet.put(sheet.margin, 50, case.facility.name, size=12, style="b")
    sheet.put(sheet.right, 50, f"Case: {case.accession}", size=12, style="b", align="right")
    sheet.put(sheet.margin, 63, f"{case.facility.street}, {case.facility.city}", size=9)
    sheet.y = 72
    _rule(sheet)
    sheet.line("Surgical Pathology Report", size=15, style="b")
    sheet.down(2)
    sheet.pairs(
        [
            [("Patient Name", case.last_first), ("Collected", case.day(case.service))],
            [("DOB", f"{case.dob}   Sex: {case.sex[:1]}"), ("Received", _after(case, 1))],
            [("MRN", case.mrn), ("Reported", _after(case, 3))],
            [("Submitting MD", case.ordering), ("Location", "Outpatient")],
        ],
        (sheet.margin, 356), gap=88,
    )  # fmt: skip
    top = sheet.y + 4
    sheet.heading("DIAGNOSIS", style="black")
    sheet.para(f"{ill.specimen}:", indent=8, style="b", after=1)
    sheet.para(ill.diagnosis, indent=20)
    sheet.box(sheet.margin, top, sheet.inner, sheet.y - top)
    _told(
        sheet,
        (
            ("CLINICAL INFORMATION", f"{ill.complaint.capitalize()}. Rule out {ill.name.lower()}."),
            ("SPECIMEN", ill.specimen),
            ("GROSS DESCRIPTION", f"Labeled with the patient's name and date of birth. {ill.gross}"),
            ("MICROSCOPIC DESCRIPTION", "Sections show the features named in the diagnosis. Controls are adequate."),
        ),
    )
    _signed(sheet, case, f"{_physician(case)}, Pathologist     (electronic signature {_after(case, 3)})", ink=False)


def _magnetic(sheet: Sheet, case: Case) -> None:
    """An imaging center's report addressed to the doctor: facts as a list, findings in plain paragraphs."""
    ill = case.condition
    sheet.line(case.facility.name, size=17, style="b", align="right")
    sheet.line(f"{case.facility.street}, {case.facility.city}", size=9, align="right")
    sheet.line(f"Scheduling {case.facility.phone}     Fax {case.facility.fax}", size=9, align="right")
    sheet.down(10)
    sheet.line(f"TO: {case.ordering}")
    sheet.down(6)
    sheet.line("RADIOLOGY REPORT", size=12, style="b")
    sheet.down(4)
    rows = (
        ("PATIENT:", case.first_last),
        ("DATE OF BIRTH:", case.dob),
        ("MRN:", case.mrn),
        ("ACCESSION:", case.accession),
        ("EXAM DATE:", case.day(case.service)),
        ("EXAM:", ill.study),
    )
    for label, value in given(*rows):
        sheet.down(14)
        sheet.put(sheet.margin, sheet.y, label, style="b")
        sheet.put(sheet.margin + 110, sheet.y, value)
    sheet.down(10)
    _inline(
        sheet,
        (
            ("HISTORY", f"{case.age}-year-old {case.noun} with {ill.complaint}."),
            ("TECHNIQUE", "Routine sequences and views were obtained without complication."),
            ("COMPARISON", "None."),
            ("FINDINGS", _say(ill.findings, case)),
            ("IMPRESSION", ill.impression),
        ),
        after=9,
    )
    sheet.para(f"Thank you, Dr. {_surname(case.ordering)}, for referring this patient.")
    _signed(sheet, case, f"{_physician(case)}, Diagnostic Radiologist     {_after(case, 1)}")


def _film(sheet: Sheet, case: Case) -> None:
    """A hospital's older imaging print: age in place of the birth date, everything in capitals."""
    ill = case.condition
    for text in (
        case.facility.name.upper(), "DEPARTMENT OF RADIOLOGY", f"{case.facility.city.upper()}   {case.facility.phone}", "",
        f"NAME: {case.last_first.upper()}", f"AGE: {case.age}   SEX: {case.sex[:1]}" + (f"   HOSP #: {case.mrn}" if case.mrn else ""),
        f"EXAM DATE: {case.day(case.service)}", f"REQUESTING: {case.ordering.upper()}", "",
        "DIAGNOSTIC IMAGING REPORT", "=" * 25, "",
    ):  # fmt: skip
        sheet.line(text)
    for title, text in (
        ("EXAMINATION", f"{ill.study}."),
        ("REASON", f"{ill.complaint}."),
        ("REPORT", _say(ill.findings, case)),
        ("CONCLUSION", ill.impression),
    ):
        sheet.para(f"{title}: {text}".upper(), after=10)
    sheet.down(10)
    sheet.line(f"READ BY: {_physician(case).upper()}")
    sheet.line(f"DD {_after(case, 0, '%m/%d')}  DT {_after(case, 1, '%m/%d')}  /JAS")


def _endoscopy(sheet: Sheet, case: Case) -> None:
    """A GI suite's report: facts in a ruled table of two columns, drawing circles for pictures at the right."""
    rng = case.rng()
    _centered(sheet, case, size=13)
    sheet.line("UPPER GI ENDOSCOPY REPORT", size=12, style="b", align="middle")
    sheet.down(6)
    sheet.cells([[("Patient Name", case.last_first), ("Date of Birth", case.dob), ("Gender", case.sex)]], (250, 150, 104), height=26)
    sheet.cells([[("MRN", case.mrn), ("Date of Procedure", case.day(case.service)), ("Age", str(case.age))]], (250, 150, 104), height=26)
    sheet.cells([[("Endoscopist", _physician(case)), ("Referring Provider", case.ordering)]], (250, 254), height=26)
    for i, place in enumerate(("Antrum", "GE junction", "Duodenum")):
        sheet.canvas.circle(sheet.margin + 90 + 165 * i, HEIGHT - sheet.y - 56, 44)
        sheet.put(sheet.margin + 90 + 165 * i, sheet.y + 112, place, size=8, align="middle")
    sheet.down(116)
    _told(
        sheet,
        (
            ("Procedure", "Esophagogastroduodenoscopy (EGD) with biopsy"),
            ("Indication", rng.choice(("Heartburn not relieved by medicine", "Iron deficiency", "Difficulty swallowing"))),
            ("Medications", f"Propofol {rng.randint(12, 30) * 10} mg IV given by anesthesia."),
            ("Description", "After informed consent the scope was passed under direct vision to the second portion of the duodenum. Retroflexion was done in the stomach. The patient tolerated the procedure well."),
            ("Findings", f"Esophagus: {rng.choice(('normal', 'LA grade A esophagitis'))}. Stomach: patchy erythema in the antrum, biopsied. Duodenum: normal."),
            ("Complications", "None. Blood loss minimal."),
            ("Recommendations", "Await biopsies. Continue pantoprazole 40 mg daily. Avoid NSAIDs. Office visit in 6 weeks."),
        ),
    )  # fmt: skip
    sheet.line(f"{_physician(case)}   {case.day(case.service)} {_time(case, 1)}", style="i")


def _vaccines(sheet: Sheet, case: Case) -> None:
    """A state registry's print: one row a vaccine, dates of the doses across."""
    rng = case.rng()
    sheet.line("Commonwealth Immunization Information System", size=11, align="middle")
    sheet.line("IMMUNIZATION RECORD", size=15, style="b", align="middle")
    sheet.down(6)
    sheet.pairs([[("Client Name", case.last_first)], [("Date of Birth", case.dob), ("Gender", case.sex)], [("Client ID", case.mrn), ("Printed by", case.facility.name)]], (sheet.margin, 300), gap=84)  # fmt: skip
    _rule(sheet)
    span = max(3, min(800, (case.service - case.born).days - 3))
    rows = []
    for vaccine, _ in rng.sample(clinical.VACCINES, 10):
        days = sorted(rng.sample(range(1, span + 1), rng.randint(1, 2)), reverse=True)
        doses = [(case.service - timedelta(days=day)).strftime(_US) for day in days]
        rows.append((vaccine, *doses, *[""] * (3 - len(doses))))
    sheet.table(("Vaccine", "Dose 1", "Dose 2", "Dose 3"), rows, (180, 108, 108, 108))
    sheet.heading("Vaccines Recommended by Selected Tracking Schedule")
    sheet.bullets(("Influenza: due now", "Tetanus: due in 10 years from the last dose", "COVID-19: discuss with your provider"))
    sheet.para(f"Official record of the registry. Date printed: {case.day(case.discharge, _US)}. Not valid if altered.", size=8.5)


def _medicines(sheet: Sheet, case: Case) -> None:
    """A practice's medicine list to hand out, with pharmacy and allergies at the top."""
    rng, ill = case.rng(), case.condition
    sheet.line(case.facility.name, size=14, style="b")
    sheet.line(f"{case.facility.street}, {case.facility.city}  {case.facility.phone}", size=9)
    sheet.down(8)
    sheet.box(sheet.margin, sheet.y, sheet.inner, 24, shade=0.85, line=0)
    sheet.put(WIDTH / 2, sheet.y + 17, "Current Medication List", size=14, style="b", align="middle")
    sheet.down(30)
    sheet.pairs([[("Name", case.first_last)], [("DOB", case.dob), ("MRN", case.mrn)], [("Pharmacy", "Danville Drug, 434-555-0101")], [("Allergies", rng.choice(clinical.ALLERGIES))]], (sheet.margin, 320), gap=64)  # fmt: skip
    sheet.down(4)
    more = (
        ("Lisinopril", "20 mg", "by mouth daily"),
        ("Omeprazole", "20 mg", "by mouth before breakfast"),
        ("Vitamin B12", "500 mcg", "by mouth daily"),
        ("Melatonin", "3 mg", "by mouth at bedtime as needed"),
    )
    rows = [(n, d, h, rng.choice((case.provider, case.ordering)).split(",")[0]) for n, d, h in (*ill.drugs, *rng.sample(more, 3))]
    sheet.table(("Medication", "Strength", "How I take it", "Prescribed by"), rows, (124, 74, 186, 120))
    sheet.para(f"List reviewed with patient on {case.day(case.service)}. Please bring this list and all your bottles to each visit.")
    _signed(sheet, case, f"Reviewed by: {case.provider}")


def _referral(sheet: Sheet, case: Case) -> None:
    """A practice's fax-ready form for the specialist; the policy holder stands beside the patient with an own birth date."""
    ill = case.condition
    sheet.line("REFERRAL FORM", size=16, style="b")
    sheet.line(f"{case.facility.name}   Phone {case.facility.phone}   Fax {case.facility.fax}", size=9)
    _rule(sheet, width=1.5)
    sheet.line(f"Date: {case.day(case.service)}          Refer to: {ill.specialty}          Priority: routine")
    sheet.heading("PATIENT", style="bar")
    sheet.pairs([[("Name", case.first_last), ("Birth Date", case.dob)], [("MRN", case.mrn), ("Phone", case.phone)], [("Address", f"{case.patient.address_line}, {case.town}" if case.patient.city else "")]], (sheet.margin + 4, 340), gap=58)  # fmt: skip
    sheet.heading("INSURANCE", style="bar")
    sheet.pairs([[("Plan", "Old Dominion Choice"), ("Member ID", f"ODC{case.account}")], [("Policy holder", case.contact), ("Holder's DOB", case.day(_partner_born(case)))], [("Relation to patient", "Spouse")]], (sheet.margin + 4, 340), gap=84)  # fmt: skip
    sheet.heading("REASON FOR REFERRAL", style="bar")
    sheet.para(f"{ill.name} ({ill.icd}). {ill.complaint.capitalize()}. {_say(ill.history[:2], case)}")
    sheet.heading("PERTINENT FINDINGS", style="bar")
    sheet.para(f"{_say(ill.exam, case)} {ill.study}: {ill.impression}")
    sheet.heading("CURRENT MEDICATIONS", style="bar")
    sheet.para("; ".join(_drug_lines(case)))
    for text, on in (
        ("Evaluate and treat", True),
        ("Consult only", False),
        ("Records and imaging enclosed", True),
        ("Please send your note to our office", True),
    ):
        sheet.tick(text, on=on)
    _signed(sheet, case, f"Referring provider: {case.provider}     NPI 1{case.account}")


def _transfer(sheet: Sheet, case: Case) -> None:
    """A nursing home's form that goes along in the ambulance."""
    ill, rng = case.condition, case.rng()
    sheet.line(case.facility.name, style="b", size=12)
    sheet.line("NURSING HOME TO HOSPITAL TRANSFER FORM", style="b", size=13)
    sheet.down(6)
    sheet.cells([[("Resident Name", case.last_first), ("DOB", case.dob), ("MR #", case.mrn)]], (266, 140, 114))
    sheet.cells([[("Sent to", "Emergency Department"), ("Date of transfer", case.day(case.service)), ("Time", _time(case))]], (266, 140, 114))
    sheet.cells([[("Contact person", case.contact), ("Relationship", "Family"), ("Notified", "Yes")]], (266, 140, 114))
    sheet.cells(
        [[("Primary care clinician", case.provider), ("Phone", case.facility.phone), ("Code status", rng.choice(("Full", "DNR")))]], (266, 140, 114)
    )
    _told(
        sheet,
        (
            ("Reason for transfer", f"{ill.complaint.capitalize()}. {_say(ill.history[:1], case)}"),
            ("Vital signs at transfer", _vital_line(case)),
            ("Diagnoses", f"{ill.name}; {'; '.join(rng.sample(clinical.PAST_HISTORY, 4))}"),
            ("Medications", "; ".join(_drug_lines(case))),
            ("Allergies", rng.choice(clinical.ALLERGIES)),
        ),
        style="bar",
    )
    sheet.heading("Usual function", style="bar")
    for text, on in (
        ("Alert and oriented", True),
        ("Walks with walker", True),
        ("Needs help to eat", False),
        ("Incontinent of bladder", False),
        ("Hearing aid sent", False),
        ("Isolation precautions", False),
    ):
        sheet.tick(text, on=on)
    _signed(sheet, case, f"Report called by: {rng.choice(('S. Underwood RN', 'P. Ramos LPN'))}     to ED charge nurse     {_time(case, 1)}")


def _nursing(sheet: Sheet, case: Case) -> None:
    """A floor's shift assessment in rows of systems; facts on two lines."""
    rng = case.rng()
    sheet.line(f"{case.facility.name}     NURSING SHIFT ASSESSMENT", style="b", size=11.5)
    _rule(sheet, width=1.2, gap=3)
    sheet.line(f"Patient: {case.last_first}     DOB: {case.dob}" + (f"     MRN: {case.mrn}" if case.mrn else ""))
    sheet.line(
        f"Assessment Date: {case.day(case.service)}     Shift: {rng.choice(('0700-1900', '1900-0700'))}     Room: {200 + case.seed % 90}     Allergies: {rng.choice(clinical.ALLERGIES)}"
    )
    sheet.down(6)
    rows = (
        ("Neurological", "Alert, oriented x4. Pupils equal. Moves all extremities."), ("Respiratory", "Clear to bases. Unlabored. Room air."), ("Cardiovascular", "Regular. Pulses 2+. No edema. Monitor: sinus."),
        ("GI", "Abdomen soft. Bowel sounds x4. Last BM yesterday."), ("GU", "Voiding clear yellow urine."), ("Skin", f"Warm, dry, intact. Braden {rng.randint(15, 22)}."), ("Pain", f"{rng.randint(0, 6)}/10, relieved with medication."),
        ("Safety", f"Bed low, call light in reach. Morse fall score {rng.randint(10, 55)}."), ("IV access", "20 g left forearm, patent, no redness."),
    )  # fmt: skip
    sheet.table(("System", "Findings"), rows, (110, sheet.inner - 110))
    sheet.heading("Vital signs")
    signs = [name for name, _ in clinical.vitals(rng)[:5]]
    sheet.table(
        ("Time", *signs), [(hour, *(value for _, value in clinical.vitals(rng)[:5])) for hour in ("0800", "1200", "1600")], (60, *(76 for _ in signs))
    )
    sheet.heading("Narrative")
    for i in range(4):
        sheet.para(
            f"{_time(case, i)}  {rng.choice(('Resting quietly, no complaints voiced.', 'Up to chair for meal, ate 75 percent.', 'Walked in hallway with standby assist.', 'Medicated for pain per order, see MAR.', 'Physician rounded, new orders noted.'))}"
        )
    _signed(sheet, case, rng.choice(("T. Holcomb, RN", "J. Alvarado, RN", "K. Deal, RN")))


def _therapy(sheet: Sheet, case: Case) -> None:
    """A clinic's first evaluation with goals and a plan that the doctor signs."""
    rng = case.rng()
    problem = rng.choice(("Left knee pain (M25.562)", "Low back pain with right sciatica (M54.41)", "Right hip bursitis (M70.71)"))
    _paged(sheet, f"{case.last_first}   Plan of care")
    _centered(sheet, case, size=13)
    sheet.line("PHYSICAL THERAPY INITIAL EVALUATION", size=12, style="b", align="middle")
    sheet.pairs(
        [[("Patient Name", case.last_first), ("Eval Date", case.day(case.service))], [("Date of Birth", case.dob), ("Onset Date", case.day(case.admit - timedelta(days=21)))], [("Account #", case.mrn), ("Referring MD", case.ordering)], [("Insured", case.contact), ("Insured DOB", case.day(_partner_born(case)))]],
        (sheet.margin, 340), gap=84,
    )  # fmt: skip
    _told(
        sheet,
        (
            ("Diagnosis", f"{problem}; difficulty in walking (R26.2)"),
            (
                "Subjective",
                f"{case.age}-year-old {case.noun} with symptoms that limit standing and stairs. Pain {rng.randint(3, 8)}/10 at worst. {_social(case)}",
            ),
        ),
    )
    sheet.heading("Objective")
    sheet.table(
        ("Measure", "Right", "Left"),
        [
            (name, f"{rng.randint(3, 4)}+/5", f"{rng.randint(3, 5)}/5")
            for name in ("Hip flexion", "Knee extension", "Knee flexion", "Ankle dorsiflexion")
        ],
        (200, 152, 152),
    )
    sheet.para(
        f"Gait: antalgic, {rng.choice(('no device', 'single point cane', 'rolling walker'))}. Timed Up and Go {rng.randint(11, 26)} seconds. Balance: fair."
    )
    sheet.heading("Goals (6 weeks)")
    sheet.bullets(
        (
            "Independent with home exercise program.",
            "Walk 1000 feet on level ground without pain.",
            "Climb one flight of stairs with a rail.",
            "Strength 5/5 in the involved limb.",
        ),
        mark="1.",
    )
    _told(
        sheet,
        (
            ("Plan", "2 times a week for 6 weeks: therapeutic exercise, manual therapy, gait training, neuromuscular re-education."),
            ("Rehab Potential", "Good"),
        ),
    )
    _signed(
        sheet, case, f"Therapist: {rng.choice(('Alyssa Brandt, PT, DPT', 'Neil Forsythe, PT'))}     Physician certification: ____________________"
    )


def _psychiatry(sheet: Sheet, case: Case) -> None:
    """A behavioral health agency's evaluation with the redisclosure warning."""
    rng = case.rng()
    _paged(sheet, f"{case.last_first} - CONFIDENTIAL: redisclosure is prohibited without consent")
    sheet.line(case.facility.name, size=14, style="b", align="middle")
    sheet.line("Psychiatric Evaluation", size=13, align="middle")
    sheet.down(8)
    sheet.table(
        ("Client Name", "Date of Birth", "Client #", "Date of Evaluation"),
        [(case.last_first, case.dob, case.mrn, case.day(case.service))],
        (180, 114, 86, 112),
    )
    sheet.line(
        f"Evaluator: {_physician(case)}          Time: {_time(case)} to {_time(case, 1)}"
        if _time(case) < _time(case, 1)
        else f"Evaluator: {_physician(case)}"
    )
    _told(
        sheet,
        (
            ("Presenting Problem", f"{case.age}-year-old {case.noun} reports {rng.choice(('low mood and poor sleep for three months', 'panic attacks twice weekly', 'worry that does not stop and irritability'))}."),
            ("Psychiatric History", "One prior course of outpatient counseling. No hospitalizations. No suicide attempts."),
            ("Medical History", "; ".join(rng.sample(clinical.PAST_HISTORY, 3)) + "."),
            ("Substance Use", "Alcohol rarely. Denies other substances."),
            ("Family and Social History", f"{_social(case)} {case.contact} is supportive."),
            ("Mental Status Examination", "Casually dressed, cooperative. Speech normal. Mood anxious, affect congruent. Thought process linear. No hallucinations or delusions. Denies suicidal or homicidal ideation. Insight and judgment fair. Cognition intact."),
            ("Risk Assessment", "Acute risk of harm to self or others is judged low. No access to firearms. Protective factors are family, work and willingness to seek help."),
            ("Strengths and Needs", "Articulate, employed and motivated for treatment. Needs better sleep habits, coping skills and a routine of exercise."),
            ("Developmental and Educational History", "Milestones met on time by report. Finished high school. No history of abuse disclosed today."),
            ("Current Medications", "; ".join(_drug_lines(case)) + "."),
            ("Diagnostic Impression", rng.choice(("F33.1 Major depressive disorder, recurrent, moderate", "F41.1 Generalized anxiety disorder", "F41.0 Panic disorder"))),
            ("Treatment Plan", "Start sertraline 50 mg daily; risks and benefits discussed. Individual therapy weekly. Safety plan reviewed. Return in four weeks."),
        ),
        style="underlined",
    )  # fmt: skip
    _signed(sheet, case, _physician(case))


def _recovery(sheet: Sheet, case: Case) -> None:
    """A treatment program's summary under 42 CFR Part 2."""
    rng = case.rng()
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("Outpatient Recovery Program", size=10)
    sheet.down(4)
    sheet.line("SUBSTANCE USE DISORDER TREATMENT SUMMARY", size=12, style="b")
    _rule(sheet)
    sheet.pairs([[("Client", case.first_last), ("Client ID", case.mrn)], [("DOB", case.dob), ("Summary Date", case.day(case.service))], [("Counselor", "B. Navarro, LCSW"), ("Medical", _physician(case))]], (sheet.margin, 330), gap=70)  # fmt: skip
    _told(
        sheet,
        (
            (
                "Diagnosis",
                rng.choice(
                    ("F10.20 Alcohol use disorder, moderate", "F11.20 Opioid use disorder, on buprenorphine", "F14.20 Cocaine use disorder, severe")
                ),
            ),
            (
                "Course of Treatment",
                f"Attended {rng.randint(14, 30)} of 32 groups and {rng.randint(5, 9)} individual sessions. Urine drug screens negative for the last {rng.randint(4, 10)} weeks.",
            ),
            ("ASAM Level of Care", "Level 2.1 intensive outpatient, stepping down to Level 1."),
            ("Relapse Prevention Plan", "Twelve-step meetings three times a week, sponsor identified, triggers reviewed, naloxone kit given."),
            ("Recommendations", "Continue monthly medical visits. Primary care to recheck liver panel."),
        ),
    )
    sheet.down(8)
    sheet.para(
        "This record is protected by federal confidentiality rules (42 CFR Part 2), which prohibit further disclosure unless expressly permitted by written consent of the person to whom it pertains.",
        size=8.5,
    )
    _signed(sheet, case, "B. Navarro, LCSW, Primary Counselor")


def _attorney(sheet: Sheet, case: Case) -> None:
    """A lawyer's health care power of attorney: the principal in a sentence, agents with telephone."""
    sheet.line("STATE OF WEST VIRGINIA", align="middle")
    sheet.line("MEDICAL POWER OF ATTORNEY", size=15, style="b", align="middle")
    sheet.down(12)
    sheet.para(f"I, {case.first_last}, born {case.day(case.born, _LETTER)}, hereby appoint {case.contact}, telephone (304) 555-0119, as my representative to act on my behalf to give, withhold or withdraw informed consent to health care decisions in the event that I am not able to do so myself.", after=9)  # fmt: skip
    sheet.para(
        "If my representative is unable, unwilling or disqualified to serve, then I appoint Martha Grindstaff, telephone (304) 555-0128, as my successor representative.",
        after=9,
    )
    sheet.para(
        "This appointment shall extend to, but not be limited to, health care decisions relating to medical treatment, surgical treatment, nursing care, medication, hospitalization, care and treatment in a nursing home or other facility, and home health care.",
        after=9,
    )
    sheet.para("Special directives or limitations on this power (if none, write none): none.", after=9)
    sheet.para(
        "The authority of my representative shall be effective only upon my incapacity and shall not be affected by my later disability.", after=9
    )
    sheet.para(f"IN WITNESS WHEREOF I have signed this document on {case.day(case.service, _LETTER)}.", after=26)
    sheet.signature(case.seed, 400, sheet.y + 6)
    sheet.line("____________________________", align="right")
    sheet.line("Signature of principal", align="right", size=9)
    sheet.down(12)
    for _ in range(2):
        sheet.line("Witness ____________________________     Address ____________________________")
        sheet.down(6)
    sheet.para(f"Subscribed and sworn before me, a notary public, on {case.day(case.service, _LETTER)}. My commission expires December 31, 2030.")


def _release(sheet: Sheet, case: Case) -> None:
    """A hospital's release form: who, to whom, what, why, until when."""
    sheet.line(case.facility.name, size=12, style="b", align="middle")
    sheet.line("AUTHORIZATION TO RELEASE HEALTH INFORMATION", size=13, style="b", align="middle")
    sheet.down(8)
    sheet.cells([[("Patient's full name", case.first_last), ("Date of birth", case.dob)]], (334, 170))
    sheet.cells(
        [[("Address", f"{case.patient.address_line}, {case.town}" if case.patient.city else ""), ("Medical record no.", case.mrn)]], (334, 170)
    )
    sheet.down(4)
    sheet.para(f"I authorize {case.facility.name} to release my records to:")
    sheet.para(f"{case.ordering}, Internal Medicine Associates, 55 Church Street", indent=20)
    sheet.line("Dates of treatment: past two years")
    sheet.line("Information to be released:")
    for text, on in (
        ("Discharge summary", True),
        ("History and physical", True),
        ("Operative reports", False),
        ("Laboratory results", True),
        ("Radiology reports", True),
        ("Entire record", False),
    ):
        sheet.tick(text, on=on)
    sheet.down(6)
    sheet.line("Purpose:  continuing care")
    for text in (
        "I understand that this authorization is voluntary and that my care does not depend on it. I may revoke it at any time in writing, except for what has already been released.",
        "I understand that released information may no longer be protected by federal privacy rules. My record may hold information on mental health, alcohol or drug treatment, or HIV.",
        "This authorization expires one year after the date signed.",
    ):
        sheet.para(text)
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin + 10, sheet.y - 3)
    sheet.stroke(sheet.margin, sheet.y, 330, sheet.y)
    sheet.stroke(370, sheet.y, sheet.right, sheet.y)
    sheet.put(sheet.margin, sheet.y + 11, "Signature of patient or legal representative", size=8.5)
    sheet.put(376, sheet.y - 3, case.day(case.service))
    sheet.put(370, sheet.y + 11, "Date signed", size=8.5)


def _card(sheet: Sheet, case: Case) -> None:
    """A photocopy of both sides of a card with the clerk's stamp; no birth date."""
    sheet.put(sheet.margin, 60, f"COPY OF INSURANCE CARD     {case.facility.name}", size=10)
    sheet.put(sheet.margin, 76, f"Scanned {case.day(case.service)}     Registration", size=9)
    x, y = 130.0, 110.0
    for top in (y, y + 270):
        sheet.canvas.roundRect(x, HEIGHT - top - 220, 350, 220, 12, stroke=1, fill=0)
    sheet.box(x + 1, y + 16, 348, 30, shade=0.75, line=0)
    sheet.put(x + 16, y + 38, "Old Dominion Choice PPO", size=17, style="b")
    rows = (
        ("Member Name", case.first_last.upper()),
        ("Member ID", f"ODC{case.account}"),
        ("Group No.", f"{70000 + case.seed % 9000}"),
        ("Plan Code", "423"),
        ("RxBIN", "610014"),
    )
    for i, (label, value) in enumerate(rows):
        sheet.put(x + 16, y + 72 + 26 * i, label, size=8)
        sheet.put(x + 16, y + 84 + 26 * i, value, size=11, style="b")
    _rows(sheet, x + 230, y + 120, ("Office visit   $25", "Specialist      $50", "Emergency   $200", "Deductible   $1500"), size=9.5, lead=15)
    back = y + 270
    _rows(
        sheet, x + 16, back + 34,
        ("Customer Service: 1-800-555-0125", "Provider Line: 1-800-555-0126", "Precertification: 1-800-555-0127", "", "Mail claims to: Old Dominion Choice", "P.O. Box 26002, Richmond, VA 23260", "This card does not guarantee coverage.", "In an emergency, call 911 or go to the nearest hospital."),
        size=10, lead=20,
    )  # fmt: skip


def _work(sheet: Sheet, case: Case) -> None:
    """An urgent care's slip for the employer."""
    sheet.line(case.facility.name, size=17, style="b", align="middle")
    sheet.down(3)
    sheet.line(f"{case.facility.street}, {case.facility.city}     {case.facility.phone}", size=9.5, align="middle")
    sheet.down(20)
    sheet.line("RETURN TO WORK / SCHOOL", size=16, style="b", align="middle")
    sheet.down(16)
    sheet.line(f"Date: {case.day(case.service, _US)}")
    sheet.line(f"Name: {case.first_last}")
    sheet.line(f"Date of Birth: {case.day(case.born, _US)}")
    sheet.down(10)
    sheet.para(f"To whom it may concern: The above named person was seen and treated in our clinic on {case.day(case.service, _US)}.", after=10)
    for text, on in (
        (f"May return to work/school on {_after(case, 3, _US)} without restrictions", True),
        ("May return with the following restrictions: __________________", False),
        ("No lifting over ____ pounds", False),
        ("Unable to return until re-evaluated", False),
    ):
        sheet.tick(text, on=on)
        sheet.down(6)
    sheet.para(
        "If you have any questions please call the clinic. Medical details cannot be given without the patient's written permission.", after=10
    )
    _signed(sheet, case, f"Provider: {case.provider}")


def _after_visit(sheet: Sheet, case: Case) -> None:
    """A clinic's handout for the patient, friendly and in two tones; name large, facts in one line."""
    ill, rng = case.condition, case.rng()
    _paged(sheet, case.first_last + (f" (MRN: {case.mrn})" if case.mrn else ""))
    sheet.put(sheet.margin, 50, "AFTER VISIT SUMMARY", size=18, style="b")
    sheet.put(sheet.right, 50, case.facility.name, size=9, align="right")
    sheet.y = 58
    sheet.line(case.first_last, size=14)
    sheet.line("   ".join((f"DOB: {case.dob}", *((f"MRN: {case.mrn}",) if case.mrn else ()), f"Visit date: {case.day(case.service)}")))
    _rule(sheet, width=1.5)
    sheet.line(f"You saw {case.provider} for: {ill.complaint}", style="b")
    sheet.heading("Today's Vital Signs", style="bar")
    sheet.para(_vital_line(case))
    sheet.heading("What to Do Next", style="bar")
    sheet.bullets((*(_say([text], case) for text in ill.plan), f"Follow up with {case.ordering} in 2 to 4 weeks."))
    sheet.heading("Your Medicines", style="bar")
    sheet.table(("Medicine", "Dose", "Take"), ill.drugs, (160, 90, 254), ruled=False)
    sheet.heading("Your Problem List", style="bar")
    sheet.bullets((ill.name, *rng.sample(clinical.PAST_HISTORY, 4)))
    sheet.heading("Allergies", style="bar")
    sheet.para(rng.choice(clinical.ALLERGIES))
    sheet.heading("Results from Today", style="bar")
    sheet.table(_RESULTS, clinical.lab_values(rng, 6), (160, 80, 44, 120, 100), ruled=False)
    sheet.turn()
    sheet.line(f"{case.first_last} - After Visit Summary (continued)", size=10)
    _rule(sheet)
    sheet.heading("About Your Condition", style="bar")
    sheet.para(f"You were seen for {ill.name.lower()}. {_say(ill.history[:1], case)} {ill.impression}")
    sheet.heading("Your Care Team", style="bar")
    sheet.table(
        ("Name", "Role"), ((case.provider, "Seen today"), (case.ordering, "Primary care"), (case.copied, ill.specialty)), (250, 254), ruled=False
    )
    sheet.heading("When to Call Us", style="bar")
    sheet.bullets(
        (
            "Fever above 101 degrees or shaking chills.",
            "Pain that is new or getting worse.",
            "You cannot keep food or medicine down.",
            "You have questions about your medicines.",
        )
    )
    sheet.heading("Staying Healthy", style="bar")
    sheet.bullets(
        ("Do not smoke; ask us for help to stop.", "Be active for thirty minutes on most days.", "Keep your shots and screening tests up to date.")
    )
    sheet.para(f"Questions? Call {case.facility.phone}. You can see your record online at any time.")


def _sleep(sheet: Sheet, case: Case) -> None:
    """A sleep center's report of one night."""
    rng = case.rng()
    _centered(sheet, case, size=13)
    sheet.line("SLEEP STUDY REPORT", size=13, style="b", align="middle")
    sheet.line("Diagnostic Polysomnogram", size=10.5, align="middle")
    sheet.pairs([[("Patient", case.last_first), ("Study Date", case.day(case.service))], [("D.O.B.", case.dob), ("Referred by", case.ordering)], [("MRN", case.mrn), ("Interpreted by", _physician(case))]], (sheet.margin, 320), gap=80)  # fmt: skip
    _rule(sheet)
    ahi = rng.randint(6, 62)
    rows = [("Total sleep time", f"{rng.randint(250, 430)} min"), ("Sleep efficiency", f"{rng.randint(62, 94)} %"), ("Sleep latency", f"{rng.randint(4, 48)} min"), ("REM latency", f"{rng.randint(60, 160)} min"), ("Apnea-hypopnea index", f"{ahi}.{rng.randint(0, 9)} /hr"), ("Lowest oxygen saturation", f"{rng.randint(72, 90)} %"), ("Periodic limb movement index", f"{rng.randint(0, 14)} /hr")]  # fmt: skip
    sheet.table(("Parameter", "Value"), rows, (300, 204))
    _told(
        sheet,
        (
            (
                "Clinical History",
                f"{case.age}-year-old {case.noun} with snoring, witnessed pauses and daytime sleepiness. Epworth score {rng.randint(8, 19)}.",
            ),
            (
                "Procedure",
                "Overnight attended recording with EEG, EOG, chin and leg EMG, ECG, airflow, effort and oximetry, scored by AASM criteria.",
            ),
            ("Impression", f"{'Severe' if ahi > 30 else 'Moderate' if ahi > 15 else 'Mild'} obstructive sleep apnea (G47.33)."),
            ("Recommendations", "CPAP titration study. Weight loss. Avoid alcohol before bed and do not drive when sleepy."),
        ),
    )
    _signed(sheet, case, f"{_physician(case)}, Board Certified in Sleep Medicine")


def _cover(sheet: Sheet, case: Case) -> None:
    """A cover with large letters and a ruled form; names no patient."""
    sheet.put(sheet.margin, 90, "Fax Transmittal", size=34, style="b")
    sheet.y = 104
    sheet.line(case.facility.name, style="b")
    sheet.line(f"{case.facility.street}, {case.facility.city}", size=10)
    sheet.down(16)
    for label, value in (
        ("TO", "Medical Records / HIM"), ("FAX NUMBER", "(555) 555-0149"), ("FROM", f"{case.facility.name}, Release of Information"), ("SENDER'S FAX", case.facility.fax),
        ("DATE", case.day(case.discharge)), ("PAGES (WITH COVER)", case.extra.get("pages", "3")), ("RE", "Records you requested"),
    ):  # fmt: skip
        sheet.down(26)
        sheet.put(sheet.margin, sheet.y, label, size=9)
        sheet.put(sheet.margin + 130, sheet.y, value)
        sheet.stroke(sheet.margin + 126, sheet.y + 4, sheet.right, sheet.y + 4, width=0.4)
    sheet.down(24)
    for text, on in (("For your records", True), ("Please reply", False), ("Urgent", False)):
        sheet.tick(text, on=on)
    sheet.down(24)
    sheet.para("CONFIDENTIALITY NOTICE: This transmission is meant only for the person or office named above and may hold protected health information. If you received it in error, please telephone the sender at once and destroy all pages.", size=9.5)  # fmt: skip


LAYOUTS = (
    Layout("ashworth_discharge", "discharge_summary", _discharge, "Liberation Serif", _STAYED, size=11, facilities=(0,)),
    Layout("wabash_operation", "operative_note", _operation, "FreeSans", _DATED, size=10, facilities=(3,)),
    Layout("consolidated_laboratory", "laboratory_report", _laboratory, "Liberation Sans", (*_DATED, "accession"), size=9, margin=46, facilities=(4,)),
    Layout("piedmont_visit", "progress_note", _visit, "Times", _DATED, size=11, facilities=(2, 9)),
    Layout("zanesville_mri", "imaging_report", _magnetic, "DejaVu Sans", (*_DATED, "accession"), size=9.5, margin=60, facilities=(5,)),
    Layout("ashworth_emergency_report", "emergency_note", _emergency, "Courier", _DATED, size=11, margin=58, facilities=(0,)),
    Layout("hartwell_catheterization", "echo_stress_cath", _catheterization, "Helvetica", _DATED, size=9.5, facilities=(6,)),
    Layout("consolidated_pathology", "pathology_report", _pathology, "Liberation Sans", (*_DATED, "accession"), size=9.5, facilities=(4,)),
    Layout("grace_hospitalist", "discharge_summary", _hospitalist, "FreeSans", _STAYED, size=10, facilities=(1,)),
    Layout("piedmont_referral", "referral", _referral, "Helvetica", _NAMED, size=10, margin=50, facilities=(2,)),
    Layout("grace_history", "history_and_physical", _history, "Liberation Sans", _DATED, size=11, facilities=(1, 0)),
    Layout("ashworth_film", "imaging_report", _film, "FreeMono", ("patient_name", "patient_mrn", "service_date"), size=10.5, margin=60, facilities=(0,)),
    Layout("ashworth_consult", "consultation", _consult, "FreeSerif", _DATED, size=10.5, facilities=(0, 1)),
    Layout("grace_complaint_sheet", "emergency_note", _template, "Liberation Sans Narrow", _DATED, size=9.5, margin=42, facilities=(1,)),
    Layout("grace_endoscopy", "procedure_note", _endoscopy, "DejaVu Sans", _DATED, size=9, facilities=(1, 0)),
    Layout("laurel_transfer", "transfer_summary", _transfer, "Liberation Sans", _NAMED, size=9.5, margin=46, facilities=(7,)),
    Layout("registry_vaccines", "immunization_record", _vaccines, "Helvetica", _NAMED, size=9.5, facilities=(2, 9)),
    Layout("wabash_therapy", "therapy_note", _therapy, "Liberation Serif", _DATED, size=10.5, facilities=(3,)),
    Layout("medical_power", "advance_directive", _attorney, "Times", ("patient_name", "patient_dob"), size=12, margin=72, facilities=(7, 0)),
    Layout("ashworth_culture", "laboratory_report", _culture, "Liberation Mono", (*_DATED, "accession"), size=9.5, facilities=(0,)),
    Layout("hartwell_tracing", "ecg", _tracing, "Helvetica", _DATED, margin=40, facilities=(6, 0)),
    Layout("piedmont_medicines", "medication_list", _medicines, "DejaVu Serif", _NAMED, size=9, facilities=(2,)),
    Layout("ashworth_shift", "nursing_note", _nursing, "Liberation Sans Narrow", _DATED, size=10, margin=46, facilities=(0, 7)),
    Layout("stillwater_psychiatry", "behavioral_health", _psychiatry, "FreeSerif", _DATED, size=11.5, margin=60, facilities=(8,)),
    Layout("ashworth_authorization", "authorization_consent", _release, "Liberation Serif", _NAMED, size=10.5, facilities=(0, 1)),
    Layout("quickcare_work", "correspondence", _work, "Helvetica", ("patient_name", "patient_dob"), size=12, margin=72, facilities=(9,)),
    Layout("grace_after_visit", "continuity_of_care", _after_visit, "Liberation Sans", _DATED, facilities=(1, 2)),
    Layout("hartwell_sleep", "pulmonary_sleep", _sleep, "Times", _DATED, size=11, facilities=(6, 1)),
    Layout("dominion_card", "insurance_id", _card, "Helvetica", ("patient_name",), facilities=(2, 9)),
    Layout("stillwater_recovery", "substance_use", _recovery, "DejaVu Serif", _NAMED, size=9.5, facilities=(8,)),
)  # fmt: skip
COVER = Layout("bench_cover", "fax_cover", _cover, "FreeSans", (), size=12, margin=64)
