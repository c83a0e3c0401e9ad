"""The layouts of the practice set: other senders, structures, labels and type faces than the demo set. The readers may be built on them."""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

import math
from datetime import timedelta

from reportlab.graphics.barcode.code128 import Code128

from samples import clinical
from samples.draw import HEIGHT, WIDTH, Layout, Sheet, given
from samples.facts import Case

_NAMED = ("patient_name", "patient_dob", "patient_mrn")
_DATED = (*_NAMED, "service_date")


def _fill(text: str, case: Case) -> str:
    he = case.he
    return text.replace("{He}", he.capitalize()).replace("{he}", he)


def _told(texts: tuple[str, ...], case: Case) -> str:
    return " ".join(_fill(text, case) for text in texts)


def _signs(case: Case, count: int = 6) -> str:
    return ", ".join(f"{k} {v}" for k, v in clinical.vitals(case.rng())[:count])


def _logo(sheet: Sheet, case: Case) -> None:
    """A mark and the sender's name on the left, its address on the right."""
    place, top = case.facility, sheet.y
    sheet.canvas.circle(sheet.margin + 15, HEIGHT - top - 15, 14, stroke=1, fill=0)
    sheet.put(sheet.margin + 15, top + 20, place.name[0], size=16, style="b", align="middle")
    sheet.put(sheet.margin + 38, top + 14, place.name, size=12.5, style="b")
    sheet.put(sheet.margin + 38, top + 27, "Serving our neighbors since 1954", size=8, style="i")
    for i, text in enumerate((place.street, place.city, f"T: {place.phone}", f"F: {place.fax}")):
        sheet.put(sheet.right, top + 7 + 9 * i, text, size=7.5, align="right")
    sheet.y = top + 44


def _plain_head(sheet: Sheet, case: Case) -> None:
    """A typed letterhead: one line, small capitals' sizes, no rule."""
    sheet.line(case.facility.name.upper(), style="b")
    sheet.line(f"{case.facility.street} * {case.facility.city} * {case.facility.phone}", size=sheet.size - 1.5)
    sheet.down(6)


def _columns(sheet: Sheet, left: list[str], right: list[str], *, lead: float = 13) -> None:
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        sheet.put(sheet.margin, sheet.y + lead * (i + 1), a)
        sheet.put(WIDTH / 2 + 10, sheet.y + lead * (i + 1), b)
    sheet.down(lead * (len(left) + 1))


def _discharge(sheet: Sheet, case: Case) -> None:
    """Boxed cells with the label under the value; each page repeats a footer with the patient."""
    ill, rng = case.condition, case.rng()

    def footer(sheet: Sheet) -> None:
        sheet.stroke(sheet.margin, 752, sheet.right, 752, width=0.4)
        sheet.put(
            sheet.margin,
            763,
            "  |  ".join(v for v in (case.first_last, f"Born {case.dob}", f"Hosp. No. {case.mrn}" if case.mrn else "") if v),
            size=8,
        )
        sheet.put(sheet.right, 763, f"Page {sheet.page} of {sheet.total}", size=8, align="right")

    sheet.footer = footer
    _logo(sheet, case)
    sheet.line("Hospital Discharge Summary", size=15, align="middle")
    sheet.down(8)
    sheet.cells(
        [
            [("Patient", case.last_first), ("Birth Date", case.dob), ("Hosp. No.", case.mrn)],
            [("Admitted", case.day(case.admit)), ("Discharged", case.day(case.discharge)), ("Service", ill.specialty[:16])],
            [("Attending of record", case.provider), ("Dictated", case.day(case.discharge)), ("Visit", case.account)],
        ],
        (236, 134, 134), below=True,
    )  # fmt: skip
    sheet.down(6)
    for title, text in (
        ("Reason for admission", f"{ill.complaint.capitalize()}."), ("Final diagnosis", f"{ill.name}, ICD-10 {ill.icd}. Also: {'; '.join(rng.sample(clinical.PAST_HISTORY, 4))}."),
        ("Summary of illness", f"{case.title} {case.last} is {case.age} years old. {_told(ill.history, case)} {_told(ill.exam, case)} On arrival: {_signs(case)}."),
        ("Course in hospital", _told(ill.course, case) + " The family was kept informed. Nutrition, mobility and pain were addressed each day by the team, and no falls or pressure injuries occurred."),
        ("Studies", f"{ill.study}. {_told(ill.findings, case)} {ill.impression}"),
    ):  # fmt: skip
        sheet.heading(title, style="underlined")
        sheet.para(text)
    sheet.heading("Medicines on going home", style="underlined")
    sheet.table(("Medicine", "Dose", "How to take it"), ill.drugs, (170, 100, 234))
    sheet.heading("After-care", style="underlined")
    sheet.bullets((_fill(t, case) for t in ill.plan), mark="1.")
    sheet.heading("Results on the day of discharge", style="underlined")
    sheet.table(("Analyte", "Value", "", "Normal", "Unit"), clinical.lab_values(rng, 11), (150, 80, 30, 130, 114))
    sheet.heading("State on leaving", style="underlined")
    sheet.para(
        f"Fit to travel by car. {_signs(case, 5)}. Walks the length of the ward, eats a regular diet, understands the plan and the warning signs, and has somebody at home."
    )
    sheet.heading("Teaching given", style="underlined")
    sheet.bullets(
        (
            "Name, purpose and hours of each medicine.",
            "Whom to call, by day and by night.",
            "When to come back at once: fever, bleeding, fainting, chest pain, new confusion.",
            "Wound and skin care, where it applies.",
            "Steps to take up exercise again.",
        )
    )
    sheet.heading("Events by day", style="underlined")
    for day in range((case.discharge - case.admit).days + 1):
        sheet.para(
            f"{case.day(case.admit + timedelta(days=day))}: {_fill((*ill.exam, *ill.course)[day % 6], case)} Intake and output were recorded; no new complaint overnight."
        )
    sheet.para(f"Copies: {case.ordering}; {case.copied}.", size=9)
    sheet.line(f"Authenticated {case.day(case.discharge)} - {case.provider}", style="i")


def _history(sheet: Sheet, case: Case) -> None:
    """Sticker with bar code at the top right, numbered sections."""
    ill, rng = case.condition, case.rng()
    sheet.footer = lambda s: s.put(s.right, 772, f"H&P - pg {s.page}/{s.total}", size=8, align="right")
    x = 350
    sheet.box(x, 36, 222, 84)
    sheet.put(x + 8, 52, case.last_first.upper(), style="b", size=10.5)
    sheet.put(x + 8, 66, f"DOB {case.dob}  {case.sex[:1]}  {case.age}Y", size=9)
    sheet.put(x + 8, 79, "  ".join(f"{k} {v}" for k, v in given(("MR#", case.mrn), ("Acct", case.account))), size=9)
    Code128(case.account, barWidth=0.9, barHeight=22).drawOn(sheet.canvas, x, HEIGHT - 112)
    sheet.put(sheet.margin, 52, case.facility.name, size=11, style="b")
    sheet.put(sheet.margin, 72, "ADMISSION HISTORY AND PHYSICAL", size=11)
    sheet.put(sheet.margin, 90, f"Date of exam: {case.day(case.service)}")
    sheet.put(sheet.margin, 104, f"Examiner: {case.provider}")
    sheet.y = 132
    for i, (title, text) in enumerate(
        (
            ("Presenting problem", f"{case.age} y/o {case.noun}, {ill.complaint}."), ("Present illness", _told(ill.history, case)), ("Prior conditions", "; ".join(rng.sample(clinical.PAST_HISTORY, 6)) + "."),
            ("Drug sensitivities", rng.choice(clinical.ALLERGIES) + "."), ("Drugs taken", "; ".join(" ".join(d) for d in ill.drugs) + "."), ("Habits and home", rng.choice(clinical.SOCIAL)), ("Family", rng.choice(clinical.FAMILY)),
            ("Systems", " ".join(clinical.REVIEW)), ("Physical findings", f"{_signs(case)}. HEENT: normocephalic, pupils equal. Neck: supple. {_told(ill.exam, case)} Neurologic: no focal deficit."),
            ("Investigations", f"{ill.study}: {ill.impression} " + "; ".join(f"{n} {v}" for n, v, *_ in clinical.lab_values(rng, 8)) + "."), ("Impression", f"{ill.name}."), ("Plan", _told(ill.plan, case)),
        ), 1,
    ):  # fmt: skip
        sheet.heading(f"{i}.  {title}")
        sheet.para(text, indent=16)
    sheet.down(20)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(f"{case.provider}     {case.day(case.service)}")


def _consult(sheet: Sheet, case: Case) -> None:
    """A letter whose subject line gives name and birth date in running words."""
    ill, rng = case.condition, case.rng()
    _logo(sheet, case)
    sheet.down(12)
    sheet.line(case.day(case.service, "%B %-d, %Y"), align="right")
    for text in (f"{case.ordering}", "Internal Medicine of Fairfield", "18 Court Square", "Lancaster, OH 43130"):
        sheet.line(text)
    sheet.down(12)
    sheet.line(f"Regarding: {case.first_last}, born {case.day(case.born, '%B %-d, %Y')}", style="b")
    if case.mrn:
        sheet.line(f"Our file: {case.mrn}", style="b")
    sheet.line(f"Initial consultation, {ill.specialty}", style="b")
    sheet.down(10)
    sheet.para(f"Dear Dr. {case.ordering.split(',')[0].split()[-1]},", after=8)
    sheet.para(
        f"I had the pleasure of seeing your patient in consultation today for {ill.complaint}. {_told(ill.history, case)} {case.contact}, who came along, confirmed the history.",
        after=8,
    )
    sheet.para(
        f"The background includes {'; '.join(t.lower() for t in rng.sample(clinical.PAST_HISTORY, 4))}. Current drugs are {', '.join(d[0].lower() for d in ill.drugs)}. {rng.choice(clinical.ALLERGIES)}.",
        after=8,
    )
    sheet.para(f"Findings today: {_signs(case, 5)}. {_told(ill.exam, case)}", after=8)
    sheet.para(f"Recent {ill.study} showed the following. {_told(ill.findings, case)} In summary: {ill.impression}", after=8)
    sheet.para(f"In my opinion this is {ill.name.lower()}. {_told(ill.plan, case)} I will see {case.title} {case.last} again in six weeks.", after=12)
    sheet.line("With kind regards,")
    sheet.down(30)
    sheet.signature(case.seed, sheet.margin, sheet.y - 4)
    sheet.line(case.provider, style="b")
    sheet.line(ill.specialty, style="i")
    sheet.down(8)
    sheet.line(f"Copy to: {case.copied}", size=9)


def _soap(sheet: Sheet, case: Case) -> None:
    """Typed clinic note, labels on one line, letters S O A P in the margin."""
    ill = case.condition
    _plain_head(sheet, case)
    sheet.line("CLINIC NOTE", style="b", align="middle")
    sheet.down(6)
    sheet.line(f"PT: {case.last_first.upper()}      BD: {case.dob}")
    sheet.line("      ".join(f"{k}: {v}" for k, v in given(("DOS", case.day(case.service)), ("CHART", case.mrn), ("BY", case.provider))))
    sheet.line("-" * 72)
    for letter, texts in (
        ("S", (ill.complaint.capitalize() + ".", *ill.history)),
        ("O", (_signs(case) + ".", *ill.exam)),
        ("A", (f"{ill.name} ({ill.icd}).",)),
        ("P", ill.plan),
    ):
        sheet.down(4)
        sheet.put(sheet.margin, sheet.y + sheet.size * 1.3, f"{letter}:", style="b")
        sheet.para(_told(texts, case), indent=28)
    sheet.down(10)
    sheet.line(f"{case.provider}  (dictated, not read)")
    sheet.line(f"D: {case.day(case.service)}   T: {case.day(case.service + timedelta(days=1))}   cc: {case.copied}")


def _operation(sheet: Sheet, case: Case) -> None:
    """Header table of one row, centered headings."""
    ill, rng = case.condition, case.rng()
    _logo(sheet, case)
    sheet.line("REPORT OF OPERATION", size=13, style="b", align="middle")
    sheet.down(6)
    sheet.table(
        ("Patient", "Chart No.", "Birthdate", "Surgery Date"), [(case.last_first, case.mrn, case.dob, case.day(case.service))], (204, 90, 105, 105)
    )
    sheet.table(("Surgeon", "First Assistant", "Anesthesiologist"), [(case.provider, case.ordering, case.copied)], (168, 168, 168))
    for title, text in (
        ("Diagnosis before surgery", ill.name), ("Diagnosis after surgery", ill.name), ("Operation", ill.surgery), ("Why surgery was needed", f"{case.title} {case.last} had {ill.complaint}. {_fill(ill.history[0], case)} Informed consent is on the chart."),
        ("Technique", "Antibiotic was given within the hour before incision. The site had been marked. " + _told(ill.technique, case) + " The patient went to the recovery area awake and breathing comfortably."),
        ("Findings", ill.impression), ("Tissue removed", ill.specimen), ("Blood loss", f"About {rng.choice((10, 25, 75, 200))} cc"), ("Drains", "None"),
    ):  # fmt: skip
        sheet.down(3)
        sheet.line(title, style="b", align="middle")
        sheet.para(text)
    sheet.down(14)
    sheet.line(f"Surgeon's signature: ______________________    {case.provider}")
    sheet.signature(case.seed, sheet.margin + 100, sheet.y - 3)


def _colonoscopy(sheet: Sheet, case: Case) -> None:
    """An endoscopy system's print: gray label column."""
    rng, ill = case.rng(), clinical.CONDITIONS[7]
    sheet.box(0, 0, WIDTH, 46, shade=0.15, line=0)
    sheet.white(sheet.margin, 30, f"{case.facility.name} - Endoscopy", size=14)
    sheet.y = 58
    sheet.line("Colonoscopy Report", size=15, style="b")
    sheet.down(4)
    rows = given(
        ("Patient:", case.first_last), ("Patient ID:", case.mrn), ("Birth date:", f"{case.dob} ({case.age} yrs)"), ("Gender:", case.sex), ("Procedure date:", case.day(case.service)),
        ("Endoscopist:", case.provider), ("Referred by:", case.ordering), ("Sedation:", f"Midazolam {rng.randint(2, 6)} mg, fentanyl {rng.randint(2, 6) * 25} mcg"),
    )  # fmt: skip
    for label, value in rows:
        sheet.box(sheet.margin, sheet.y, 110, 17, shade=0.9, line=0.4)
        sheet.box(sheet.margin + 110, sheet.y, sheet.inner - 110, 17, line=0.4)
        sheet.put(sheet.margin + 4, sheet.y + 12, label)
        sheet.put(sheet.margin + 116, sheet.y + 12, value)
        sheet.down(17)
    for title, text in (
        ("Indications", "Occult blood in stool; " + rng.choice(("family history of polyps", "screening due", "iron deficiency")) + "."), ("Procedure", _told(ill.technique, case)), ("Findings", f"{ill.specimen}. Scattered diverticula in the sigmoid colon. Small internal hemorrhoids on retroflexion."),
        ("Complications", "None."), ("Recommendations", f"{_told(ill.plan, case)} Await pathology."),
    ):  # fmt: skip
        sheet.heading(title)
        sheet.para(text)
    sheet.canvas.circle(180, HEIGHT - sheet.y - 70, 50)
    sheet.canvas.circle(330, HEIGHT - sheet.y - 70, 50)
    sheet.put(180, sheet.y + 136, "1 Cecum", size=8, align="middle")
    sheet.put(330, sheet.y + 136, "2 Sigmoid polyp", size=8, align="middle")


def _emergency(sheet: Sheet, case: Case) -> None:
    """Two narrow columns of facts, then a timeline."""
    ill, rng = case.condition, case.rng()
    sheet.footer = lambda s: s.put(s.margin, 772, f"{case.last_first}  {case.mrn}  ED record  sheet {s.page} of {s.total}", size=8)
    sheet.line(case.facility.name, style="b", size=12, align="middle")
    sheet.line("Emergency Physician Record", style="b", size=12, align="middle")
    sheet.down(4)
    sheet.rule()
    _columns(
        sheet,
        [
            f"Name     {case.first_last}",
            f"D.O.B.   {case.dob}",
            f"Unit No. {case.mrn}" if case.mrn else "",
            f"Arrived  {case.day(case.service)}  {rng.randint(10, 23)}:{rng.randint(10, 59)}",
        ],
        [f"Seen by  {case.provider}", f"Family doctor  {case.ordering}", f"Next of kin  {case.contact}", "Kin tel.  (614) 555-0102"],
    )
    sheet.rule()
    sheet.para(f"COMPLAINT: {ill.complaint}")
    sheet.para(f"HPI: {case.age}-year-old {case.noun}. {_told(ill.history, case)}")
    sheet.para(f"PMH: {'; '.join(rng.sample(clinical.PAST_HISTORY, 4))}.  SH: {rng.choice(clinical.SOCIAL)}")
    sheet.para(f"EXAM: {_signs(case)}. {_told(ill.exam, case)}")
    sheet.line("TIMELINE", style="b")
    events = (
        "Roomed",
        "Line placed, bloods sent",
        f"To radiology: {ill.study}",
        "Results reviewed with patient",
        f"Discussed with {case.copied}",
        "Disposition decided",
    )
    for i, event in enumerate(events):
        sheet.para(f"{14 + i // 2}:{10 + (17 * i) % 45:02d}   {event}", indent=10, after=0)
    sheet.down(6)
    sheet.para(f"RADIOLOGY: {_told(ill.findings, case)} {ill.impression}")
    sheet.para("LAB: " + "; ".join(f"{n} {v}{' ' + f if f else ''}" for n, v, f, *_ in clinical.lab_values(rng, 10)))
    sheet.para(f"MDM: {_told(ill.course, case)}")
    sheet.para(f"DX: {ill.name}  ({ill.icd})")
    sheet.para(f"INSTRUCTIONS: {_told(ill.plan, case)}")
    sheet.signature(case.seed, sheet.margin, sheet.y + 24)


def _laboratory(sheet: Sheet, case: Case) -> None:
    """A laboratory's print: small labels above values in three blocks, typewriter results."""
    rng = case.rng()
    sheet.put(sheet.margin, 50, "OHIO VALLEY LABS", size=17, style="b")
    sheet.put(sheet.right, 42, f"for {case.facility.name}", size=8, align="right")
    sheet.put(sheet.right, 54, "CLIA 36D0000000   Final Report", size=8, align="right")
    sheet.y = 64
    blocks = (
        (
            "PATIENT INFORMATION",
            [case.last_first.upper(), f"DOB: {case.dob}   Age: {case.age}", f"Gender: {case.sex}", f"Fasting: {rng.choice('YN')}"],
        ),
        (
            "SPECIMEN INFORMATION",
            [
                f"Specimen: {case.accession}",
                f"Client ref: {case.mrn}" if case.mrn else "",
                f"Collected: {case.day(case.service)}",
                f"Reported: {case.day(case.service + timedelta(days=2))}",
            ],
        ),
        ("CLIENT INFORMATION", [f"Client #: {case.account[:5]}", case.ordering.upper(), "Internal Medicine of Fairfield", "Lancaster, OH 43130"]),
    )
    for i, (title, lines) in enumerate(blocks):
        x = sheet.margin + i * 172
        sheet.box(x, sheet.y, 168, 74)
        sheet.put(x + 4, sheet.y + 11, title, size=7.5, style="b")
        for j, text in enumerate(lines):
            sheet.put(x + 4, sheet.y + 26 + 13 * j, text, size=8.5)
    sheet.down(88)
    sheet.put(sheet.margin, sheet.y, "Test Name", style="b")
    for x, text in ((230, "In Range"), (310, "Out of Range"), (410, "Reference Range"), (510, "Lab")):
        sheet.put(x, sheet.y, text, style="b")
    sheet.down(4)
    sheet.rule(gap=2)
    for name, value, flag, span, unit in (*clinical.lab_values(rng, 12), *clinical.lab_values(rng, 8)):
        sheet.down(sheet.size * 1.6)
        sheet.put(sheet.margin, sheet.y, name.upper())
        sheet.put(310 if flag else 230, sheet.y, f"{value} {flag}".strip(), style="b" if flag else "")
        sheet.put(410, sheet.y, f"{span} {unit}")
        sheet.put(530, sheet.y, "OV")
    sheet.down(18)
    sheet.line("END OF REPORT", align="middle", style="b")


def _radiology(sheet: Sheet, case: Case) -> None:
    """A report in letter form to the ordering physician, patient block below the address."""
    ill = case.condition
    _plain_head(sheet, case)
    sheet.line("DEPARTMENT OF DIAGNOSTIC RADIOLOGY", style="b")
    sheet.down(10)
    _columns(
        sheet,
        ["TO:", case.ordering, "Internal Medicine of Fairfield", f"FAX {case.facility.fax}", ""],
        [
            f"PATIENT: {case.last_first.upper()}",
            f"BORN: {case.dob}   SEX: {case.sex[:1]}",
            f"X-RAY NO: {case.accession}",
            f"MED REC: {case.mrn}" if case.mrn else "",
            f"EXAM DATE: {case.day(case.service)}",
        ],
    )
    sheet.rule()
    sheet.para(f"{ill.study.upper()}", style="b")
    sheet.para(f"HISTORY: {ill.complaint}.")
    sheet.para("No earlier films are available for comparison.")
    for text in ill.findings:
        sheet.para(_fill(text, case))
    sheet.para("The remaining visualized structures are unremarkable. Degenerative changes are appropriate for age.")
    sheet.para(f"CONCLUSION: {ill.impression}", style="b")
    sheet.para("Thank you for this referral. Urgent results, where present, were telephoned at the time of reading.")
    sheet.down(16)
    sheet.line(f"{case.provider}, Radiologist")
    sheet.line(f"Read {case.day(case.service)}    Transcribed {case.day(case.service + timedelta(days=1))} by ljk", size=9)


def _pathology(sheet: Sheet, case: Case) -> None:
    """Three columns PATIENT, SUBMITTING, SPECIMEN; diagnosis in a box."""
    ill = case.condition
    _logo(sheet, case)
    sheet.line("Tissue Examination", size=14, style="b")
    sheet.line("Surgical Pathology Consultation", size=10, style="i")
    sheet.down(8)
    third = sheet.inner / 3
    columns = (
        ("Patient", [case.last_first, f"Date of Birth {case.dob}", f"{case.sex}, {case.age} years", f"Record {case.mrn}" if case.mrn else ""]),
        ("Submitting physician", [case.ordering, "Fairfield Surgical Suite", "Copies to:", case.copied]),
        (
            "Specimen",
            [
                f"Number {case.accession}",
                f"Taken {case.day(case.service)}",
                f"Received {case.day(case.service + timedelta(days=1))}",
                f"Signed {case.day(case.service + timedelta(days=3))}",
            ],
        ),
    )
    for i, (title, lines) in enumerate(columns):
        x = sheet.margin + third * i
        sheet.put(x, sheet.y + 12, title, style="b")
        sheet.stroke(x, sheet.y + 15, x + third - 12, sheet.y + 15)
        for j, text in enumerate(lines):
            sheet.put(x, sheet.y + 29 + 13 * j, text, size=9)
    sheet.down(92)
    top = sheet.y
    sheet.down(4)
    sheet.line("   DIAGNOSIS", style="b")
    sheet.para(f"{ill.specimen.upper()}:", indent=10)
    sheet.para(f"-- {ill.diagnosis}", indent=24)
    sheet.box(sheet.margin, top, sheet.inner, sheet.y - top + 2, line=1.2)
    sheet.down(8)
    for title, text in (
        ("Clinical data", f"{ill.complaint}; rule out neoplasm."),
        ("Macroscopic", ill.gross),
        ("Microscopic", f"{ill.diagnosis} Levels were examined. Controls stain as expected."),
        ("Procedure codes", "88305 x 1"),
    ):
        sheet.heading(title)
        sheet.para(text)
    sheet.line(f"{case.provider}, Pathologist", style="i")


def _ecg(sheet: Sheet, case: Case) -> None:
    """A twelve-lead print: facts at the left, statements at the right, traces on a grid."""
    rng, canvas = case.rng(), sheet.canvas
    rate = rng.randint(54, 118)
    left = given(
        ("", case.last_first),
        ("ID:", case.mrn),
        ("DOB:", case.dob),
        ("", f"{case.age} yr  {case.sex}"),
        ("", f"{case.day(case.service)}  {rng.randint(7, 19)}:{rng.randint(10, 59)}:{rng.randint(10, 59)}"),
    )
    middle = (
        ("Vent. rate", f"{rate} bpm"),
        ("PR interval", f"{rng.randint(120, 210)} ms"),
        ("QRS duration", f"{rng.randint(78, 120)} ms"),
        ("QT/QTc", f"{rng.randint(340, 420)}/{rng.randint(400, 470)} ms"),
        ("P-R-T axes", f"{rng.randint(20, 70)} {rng.randint(-30, 80)} {rng.randint(10, 70)}"),
    )
    right = (
        "Normal sinus rhythm" if 60 <= rate <= 100 else "Abnormal rate",
        rng.choice(("Left axis deviation", "Nonspecific T wave abnormality", "Otherwise normal ECG")),
        "No previous ECGs available",
    )
    for i, (label, value) in enumerate(left):
        sheet.put(40, 50 + 14 * i, f"{label} {value}".strip(), style="" if i else "b")
    for i, (label, value) in enumerate(middle):
        sheet.put(250, 50 + 14 * i, label)
        sheet.put(330, 50 + 14 * i, value)
    for i, text in enumerate(right):
        sheet.put(430, 50 + 14 * i, text, style="b")
    sheet.put(430, 106, "12-LEAD ELECTROCARDIOGRAM", size=8.5)
    sheet.put(40, 128, f"Technician: {rng.randint(100, 999)}    Test ind: {case.condition.complaint[:34]}", size=8.5)
    sheet.put(570, 128, f"Referred by: {case.ordering}", size=8.5, align="right")
    canvas.setStrokeGray(0.8)
    for i in range(54):
        sheet.stroke(36 + 10 * i, 150, 36 + 10 * i, 650, width=0.25)
    for i in range(51):
        sheet.stroke(36, 150 + 10 * i, 566, 150 + 10 * i, width=0.25)
    canvas.setStrokeGray(0)
    leads = ("I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6")
    for i, lead in enumerate(leads):
        x, y = 40 + (i % 4) * 131, 200 + (i // 4) * 120
        sheet.put(x, y - 34, lead, size=9, style="b")
        _trace(sheet, x, y, 127, rate=rate, height=rng.uniform(14, 34))
    sheet.put(40, 556, "II", size=9, style="b")
    _trace(sheet, 40, 600, 522, rate=rate, height=26)
    sheet.put(40, 668, f"25mm/s   10mm/mV   100Hz   {case.facility.name}", size=8)
    sheet.put(570, 668, f"Confirmed by: {case.provider}", size=8.5, align="right")


def _trace(sheet: Sheet, x: float, y: float, width: float, *, rate: int, height: float) -> None:
    """Heart beats as bumps and spikes."""
    path = sheet.canvas.beginPath()
    path.moveTo(x, HEIGHT - y)
    beat = 60 / rate * 100
    for step in range(1, int(width)):
        t = (step % beat) / beat
        wave = (
            0.15 * math.exp(-(((t - 0.2) / 0.03) ** 2))
            + math.exp(-(((t - 0.36) / 0.012) ** 2))
            - 0.25 * math.exp(-(((t - 0.39) / 0.012) ** 2))
            + 0.28 * math.exp(-(((t - 0.62) / 0.05) ** 2))
        )
        path.lineTo(x + step, HEIGHT - y + height * wave)
    sheet.canvas.setLineWidth(0.8)
    sheet.canvas.drawPath(path)


def _echo(sheet: Sheet, case: Case) -> None:
    """Measurements in two tables beside each other."""
    rng = case.rng()
    _logo(sheet, case)
    sheet.line("Transthoracic Echocardiogram", size=14, style="b", align="middle")
    sheet.down(4)
    sheet.table(
        ("Name", "DOB / Age", "ID", "Study date"),
        [(case.last_first, f"{case.dob} / {case.age}", case.mrn, case.day(case.service))],
        (180, 130, 90, 104),
        ruled=False,
    )
    sheet.line(
        f"Height {rng.randint(58, 76)} in   Weight {rng.randint(110, 250)} lb   BP {rng.randint(100, 160)}/{rng.randint(58, 92)}   Rhythm: sinus   Sonographer: A. Brand RDCS"
    )
    sheet.line(f"Requested by {case.ordering}.   Indication: {case.condition.complaint}.")
    sheet.heading("Measurements", style="bar")
    rows = [
        (a, f"{rng.uniform(lo, hi):.1f} cm", b, f"{rng.uniform(lo2, hi2):.2f} m/s")
        for a, lo, hi, b, lo2, hi2 in (
            ("LVIDd", 3.9, 5.9, "Mitral E", 0.5, 1.1),
            ("LVIDs", 2.4, 4.2, "Mitral A", 0.4, 1.0),
            ("IVSd", 0.7, 1.4, "Aortic Vmax", 0.9, 3.2),
            ("LVPWd", 0.7, 1.3, "TR Vmax", 1.8, 3.1),
            ("LA dimension", 2.9, 4.9, "Pulmonic Vmax", 0.6, 1.2),
            ("Aortic root", 2.6, 3.9, "E prime septal", 0.04, 0.12),
        )
    ]
    sheet.table(("2D", "Value", "Doppler", "Value"), rows, (150, 102, 150, 102))
    sheet.heading("Findings", style="bar")
    sheet.bullets(
        (
            f"Left ventricle: normal cavity size. Ejection fraction {rng.randint(28, 66)} percent.",
            "Right ventricle: normal size and function.",
            "Atria: left atrium mildly dilated.",
            "Mitral valve: mild annular calcification with trace regurgitation.",
            "Aortic valve: trileaflet without stenosis.",
            "Pericardium: no effusion.",
        )
    )
    sheet.heading("Conclusion", style="bar")
    sheet.para("Echocardiographic study as described; compare with clinical findings.")
    sheet.line(f"Interpreting cardiologist: {case.provider}   {case.day(case.service)}")


def _shots(sheet: Sheet, case: Case) -> None:
    """A state registry print: vaccines down, doses across."""
    rng = case.rng()
    sheet.line("State Immunization Registry", size=14, style="b", align="middle")
    sheet.line("Official Certificate of Immunization", align="middle")
    sheet.down(8)
    sheet.cells(
        [
            [("Client name (last, first, middle)", case.last_first), ("Birth date", case.dob), ("Gender", case.sex)],
            [("Registry ID", case.mrn), ("Guardian", case.contact), ("Report date", case.day(case.discharge))],
        ],
        (252, 150, 102),
    )
    sheet.down(10)
    span = min(1500, max(2, (case.service - case.born).days - 10))
    rows = []
    for vaccine, _ in rng.sample(clinical.VACCINES, 8):
        doses = sorted(case.service - timedelta(days=rng.randint(0, span)) for _ in range(rng.randint(1, 3)))
        rows.append((vaccine, *(case.day(d, "%m/%d/%Y") for d in doses), *("" for _ in range(3 - len(doses)))))
    sheet.table(("Vaccine", "Dose 1", "Dose 2", "Dose 3"), rows, (204, 100, 100, 100))
    sheet.para("Vaccination dates entered by participating providers. Certificate valid without signature when printed from the registry.", size=9)
    sheet.line(f"Issued by: {case.facility.name}   Authorized: {case.provider}")


def _mar(sheet: Sheet, case: Case) -> None:
    """A medication administration record with hour columns and initials."""
    rng = case.rng()
    sheet.line("MEDICATION ADMINISTRATION RECORD", size=13, style="b")
    sheet.put(sheet.right, sheet.y, case.facility.name, size=9, align="right")
    sheet.line("   ".join(f"{k} {v}" for k, v in given(("Resident:", case.last_first), ("D.O.B.:", case.dob), ("ID No.:", case.mrn))))
    sheet.line(
        f"Month: {case.day(case.service, '%B %Y')}   Physician: {case.provider}   Allergies: {rng.choice(clinical.ALLERGIES)}   Room {rng.randint(1, 60)}B"
    )
    sheet.down(6)
    rows = []
    for other in rng.sample(clinical.CONDITIONS, 4):
        rows += [(f"{drug} {dose}", how[:30], *(rng.choice(("RK", "JT", "MB", "")) for _ in range(7))) for drug, dose, how in other.drugs]
    sheet.table(("Medication", "Directions", *(str(d) for d in range(1, 8))), rows, (180, 170, *(22,) * 7))
    sheet.line("Initials: RK R. Kane LPN   JT J. Tolbert RN   MB M. Bishop RN", size=9)


def _referral(sheet: Sheet, case: Case) -> None:
    """An order print with FROM and TO columns; the patient sits between them."""
    ill = case.condition
    sheet.line("REFERRAL REQUEST", size=15, style="b", align="right")
    sheet.down(5)
    sheet.rule(width=2)
    _columns(
        sheet,
        ["FROM", case.provider, case.facility.name, case.facility.phone],
        ["TO", case.copied, f"{ill.specialty} Clinic", "Next available appointment"],
    )
    sheet.rule()
    sheet.line("ABOUT THE PATIENT", style="b")
    sheet.pairs(
        [
            [("Full name", case.first_last), ("Born", case.dob)],
            [("Home address", case.patient.address_line), ("Sex", case.sex)],
            [("City", case.town), ("Day phone", case.phone)],
            [("Ref. chart", case.mrn), ("Emergency contact", case.contact)],
        ],
        (sheet.margin, 340),
        gap=84,
        bold=False,
    )
    sheet.rule()
    sheet.pairs(
        [
            [("Requested on", case.day(case.service)), ("Urgency", "Routine")],
            [("Diagnosis", f"{ill.icd}  {ill.name}")],
            [("Visits", "3"), ("Auth no.", case.account)],
        ],
        (sheet.margin, 340),
        gap=84,
    )
    sheet.para("Clinical question: " + _told(ill.history[:2], case))
    sheet.para("Work-up so far: " + f"{ill.study}. {ill.impression}")
    sheet.para("Please send your report to the fax number above.")
    sheet.down(24)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line("Ordering clinician")


def _transfer(sheet: Sheet, case: Case) -> None:
    """A transfer form: shaded sections, check boxes, blanks filled in."""
    ill, rng = case.condition, case.rng()
    sheet.line("INTERFACILITY TRANSFER FORM", size=13, style="b", align="middle")
    sheet.heading("A. Identification", style="bar")
    sheet.cells(
        [
            [("Name of patient", case.last_first), ("Birthdate", case.dob), ("Sex", case.sex)],
            [("Sending facility", case.facility.name[:36]), ("Sending MR no.", case.mrn), ("Transfer date", case.day(case.discharge))],
            [("Responsible party", case.contact), ("Relationship", rng.choice(("Spouse", "Daughter", "Son"))), ("Phone", case.phone)],
        ],
        (244, 150, 110),
        height=30,
    )
    sheet.heading("B. Receiving facility", style="bar")
    sheet.para(
        f"Accepted by {case.copied}. Report called by {rng.choice(('D. Ames RN', 'P. Wirth RN'))} at {rng.randint(8, 18)}:{rng.randint(10, 59)}."
    )
    sheet.heading("C. Reason and diagnoses", style="bar")
    sheet.para(f"{ill.name}. {'; '.join(rng.sample(clinical.PAST_HISTORY, 3))}. {_told(ill.course[:2], case)}")
    sheet.heading("D. Status on leaving", style="bar")
    sheet.para(_signs(case))
    for text in ("Alert and oriented", "Foley catheter", "Oxygen", "Skin intact", "Fall risk"):
        sheet.tick(text, on=rng.random() < 0.5)
    sheet.down(6)
    sheet.heading("E. Drugs given in the last 24 hours", style="bar")
    sheet.table(("Drug", "Dose", "Directions", "Last given"), [(*d, f"{rng.randint(6, 21):02d}00") for d in ill.drugs], (150, 90, 184, 80))
    sheet.down(20)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(f"Transferring physician: {case.provider}")


def _nursing(sheet: Sheet, case: Case) -> None:
    """Narrative shift notes in a ruled table, patient line at the bottom of the page."""
    rng, ill = case.rng(), case.condition

    def footer(sheet: Sheet) -> None:
        sheet.box(sheet.margin, 722, sheet.inner, 32)
        sheet.put(sheet.margin + 6, 735, "Addressograph", size=6.5)
        sheet.put(sheet.margin + 6, 748, "     ".join(v for v in (case.last_first.upper(), case.dob, case.mrn) if v))
        sheet.put(sheet.right - 6, 748, f"{sheet.page} of {sheet.total}", align="right", size=8)

    sheet.footer, sheet.bottom = footer, 712
    sheet.line(case.facility.name, style="b", size=12)
    sheet.line("Nursing Progress Notes", style="b", size=12)
    sheet.down(6)
    texts = (
        *ill.exam,
        *ill.course,
        "Turned and repositioned. Skin intact over the heels and sacrum.",
        "Ate 75 percent of the meal. Voided 300 mL clear urine.",
        "Pain 3 of 10 after medicine.",
        "Family at bedside; questions answered.",
        "Bed low, rails up, call light in reach.",
        "Dressing dry. No redness at the line site.",
        "Slept in long intervals.",
        "Report given to the oncoming nurse.",
    )
    rows = [
        (
            case.day(case.service + timedelta(hours=5 * i)),
            f"{(7 + 5 * i) % 24:02d}{rng.randint(0, 59):02d}",
            _fill(text, case)[:72],
            rng.choice(("LM RN", "SB RN", "CT LPN")),
        )
        for i, text in enumerate(texts * 3)
    ]
    sheet.table(("Date", "Time", "Note", "Sign"), rows, (80, 40, 334, 50))


def _therapy(sheet: Sheet, case: Case) -> None:
    """Physical therapy evaluation with a range-of-motion table and goals."""
    ill, rng = case.condition, case.rng()
    _logo(sheet, case)
    sheet.line("Physical Therapy Initial Evaluation", size=13, style="b")
    sheet.down(4)
    sheet.pairs(
        [
            [("Client", case.first_last), ("Evaluation date", case.day(case.service))],
            [("Birthday", case.dob), ("Therapist", case.provider.split(",")[0] + ", PT")],
            [("Account", case.mrn), ("Referring MD", case.ordering)],
        ],
        (sheet.margin, 320),
        gap=72,
    )
    sheet.para(
        f"Subjective: {ill.complaint.capitalize()}. {_fill(ill.history[0], case)} Goal of the client: return to gardening and stairs without help."
    )
    sheet.heading("Objective measures")
    rows = [
        (joint, f"{rng.randint(60, 140)}", f"{rng.randint(90, 150)}", f"{rng.randint(3, 5)}/5", f"{rng.randint(0, 7)}/10")
        for joint in ("Shoulder flexion", "Elbow flexion", "Hip flexion", "Knee flexion", "Knee extension", "Ankle dorsiflexion")
    ]
    sheet.table(("Motion", "AROM", "PROM", "Strength", "Pain"), rows, (170, 80, 80, 87, 87))
    sheet.para(f"Gait: antalgic with shortened stance. Timed up and go {rng.randint(9, 26)} seconds. Berg balance {rng.randint(30, 55)}/56.")
    sheet.heading("Assessment")
    sheet.para("Impaired strength, motion and balance limit walking and self-care. Rehabilitation potential is good.")
    sheet.heading("Goals")
    sheet.bullets(
        ("Independent home program in two weeks.", "Walk 600 feet on level ground in four weeks.", "Climb twelve stairs with one rail in six weeks."),
        mark="1.",
    )
    sheet.heading("Plan of care")
    sheet.para("Therapeutic exercise, gait training, manual therapy and modalities twice weekly for six weeks.")
    sheet.signature(case.seed, sheet.margin, sheet.y + 22)


def _psychiatry(sheet: Sheet, case: Case) -> None:
    """Behavioral health intake; label above value; sober typeface."""
    rng = case.rng()
    sheet.line(case.facility.name, style="b", align="middle")
    sheet.line("Behavioral Health Assessment", size=13, align="middle")
    sheet.line("CONFIDENTIAL: psychotherapy and mental health information", size=8, style="i", align="middle")
    sheet.down(8)
    for labels, values in (
        (("CLIENT NAME", "DATE OF BIRTH", "CASE NUMBER"), (case.last_first, case.dob, case.mrn)),
        (("DATE OF SESSION", "CLINICIAN", "INFORMANT"), (case.day(case.service), case.provider, case.contact)),
    ):
        for x, label, value in zip((54, 280, 430), labels, values, strict=True):
            sheet.put(x, sheet.y + 9, label, size=7)
            sheet.put(x, sheet.y + 22, value)
        sheet.down(30)
    for title, text in (
        ("Presenting concern", f"{case.title} {case.last} reports low mood, poor sleep and loss of interest for {rng.randint(2, 9)} months after {rng.choice(('losing a job', 'a death in the family', 'a move'))}."),
        ("Psychiatric history", "One prior outpatient course of counseling. No hospital stays. No suicide attempts."), ("Substance use", "Two beers on weekends. No other drugs."),
        ("Mental status", "Neatly dressed, cooperative, soft speech, mood sad, affect constricted, thought linear, no hallucinations, insight fair."), ("Risk", "Denies intent or plan. Firearms are locked. Safety plan reviewed."),
        ("Scales", f"PHQ-9: {rng.randint(8, 22)}.  GAD-7: {rng.randint(5, 18)}."), ("Formulation and diagnosis", "Major depressive disorder, single episode, moderate (F32.1)."), ("Treatment plan", "Weekly cognitive behavioral therapy; sertraline 50 mg each morning; return in two weeks."),
    ):  # fmt: skip
        sheet.heading(title)
        sheet.para(text)
    sheet.line(f"{case.provider}", style="i")


def _dnr(sheet: Sheet, case: Case) -> None:
    """A state form with large boxes."""
    sheet.box(36, 36, 540, 700, line=2)
    sheet.down(4)
    sheet.line("DO NOT RESUSCITATE ORDER", size=20, style="b", align="middle")
    sheet.line("Comfort care protocol - state form 4801", align="middle")
    sheet.down(10)
    sheet.cells(
        [[("Patient name (print)", case.last_first)], [("Date of birth", case.dob)], [("Address", f"{case.patient.address_line}, {case.town}")]],
        (sheet.inner,),
        height=32,
    )
    sheet.down(10)
    for text in (
        "In the event of cardiac or respiratory arrest, no chest compression, intubation, defibrillation or resuscitative drug shall be given.",
        "Comfort measures, oxygen, suction and control of bleeding and pain shall be provided.",
        "This order is in effect in every setting until it is revoked by the patient or by the authorized person.",
    ):
        sheet.para(text, after=8)
    for text, on in (("DNR Comfort Care", True), ("DNR Comfort Care - Arrest", False)):
        sheet.tick(text, on=on)
    for label, name in (("Physician", case.provider), ("Authorized person", case.contact)):
        sheet.down(50)
        sheet.signature(case.seed + len(label), sheet.margin + 10, sheet.y - 4)
        sheet.stroke(sheet.margin, sheet.y, sheet.right, sheet.y)
        sheet.put(sheet.margin, sheet.y + 10, f"{label} signature", size=8)
        sheet.put(300, sheet.y - 4, name)
        sheet.put(470, sheet.y - 4, case.day(case.service))


def _face_sheet(sheet: Sheet, case: Case) -> None:
    """Registration print: patient, guarantor, emergency contact and coverage side by side."""
    rng = case.rng()
    contact_born = case.born + timedelta(days=rng.randint(-2500, 2500))
    sheet.line(case.facility.name, size=12, style="b")
    sheet.line("Insurance Verification and Registration Face Sheet", size=12, style="b")
    sheet.down(6)
    half, top = sheet.inner / 2 - 5, sheet.y
    blocks = (
        ("PATIENT", (("Name", case.last_first.upper()), ("Birthdate", case.dob), ("Sex", case.sex), ("Address", case.patient.address_line), ("", case.town), ("Phone", case.phone), ("MRN", case.mrn))),
        ("GUARANTOR", (("Name", case.contact.upper()), ("Birthdate", case.day(contact_born)), ("Relation", "Spouse"), ("Address", "same"), ("Employer", "Ohio Valley Steel"), ("Phone", "(740) 555-0131"))),
        ("EMERGENCY CONTACT", (("Name", case.contact.upper()), ("Phone", "(740) 555-0131"), ("Relation", "Spouse"))),
        ("PRIMARY COVERAGE", (("Payer", "Bluegrass Health Plan"), ("Policy", f"BG{case.account}"), ("Subscriber", case.contact.upper()), ("Subscr. DOB", case.day(contact_born)), ("Group", "77120"))),
    )  # fmt: skip
    for i, (title, rows) in enumerate(blocks):
        x, y = sheet.margin + (i % 2) * (half + 10), top + (i // 2) * 150
        sheet.box(x, y, half, 16, shade=0.2)
        sheet.white(x + 4, y + 12, title)
        sheet.box(x, y, half, 140)
        for j, (label, value) in enumerate(pair for pair in rows if pair[1]):
            sheet.put(x + 6, y + 32 + 15 * j, label)
            sheet.put(x + 76, y + 32 + 15 * j, value)
    sheet.y = top + 310
    sheet.line(f"Registered {case.day(case.service)} by desk 3.   Attending: {case.provider}   PCP: {case.ordering}")
    sheet.line(f"Eligibility checked {case.day(case.service)}: active.")


def _necessity(sheet: Sheet, case: Case) -> None:
    """A letter to a payer; the patient is named below the address as member."""
    ill = case.condition
    _logo(sheet, case)
    sheet.down(10)
    sheet.line(case.day(case.service, "%B %-d, %Y"))
    sheet.down(8)
    for text in ("Bluegrass Health Plan", "Utilization Review", "PO Box 9100, Lexington, KY 40509"):
        sheet.line(text)
    sheet.down(10)
    sheet.line("LETTER OF MEDICAL NECESSITY", style="b")
    sheet.pairs(
        [
            [("Member", case.first_last)],
            [("Birth date", case.dob)],
            given(("Provider file no.", case.mrn)),
            [("Diagnosis", f"{ill.name} ({ill.icd})")],
        ],
        (sheet.margin,),
        gap=100,
    )
    sheet.down(6)
    sheet.para("To whom it may concern:", after=8)
    sheet.para(f"I am writing on behalf of my patient to request prior approval for {ill.surgery.lower()}. {_told(ill.history, case)}", after=8)
    sheet.para(f"Examination shows the following. {_told(ill.exam, case)} {ill.study} was read as: {ill.impression}", after=8)
    sheet.para(
        f"Treatment with {', '.join(d[0].lower() for d in ill.drugs)} has not sufficed. Without the requested service further decline is likely. Your prompt approval is appreciated.",
        after=12,
    )
    sheet.line("Respectfully,")
    sheet.down(28)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(case.provider)


def _consent(sheet: Sheet, case: Case) -> None:
    """A consent with the name written into a sentence and a label block at the foot."""
    ill = case.condition
    _plain_head(sheet, case)
    sheet.line("INFORMED CONSENT FOR PROCEDURE", size=13, style="b", align="middle")
    sheet.down(10)
    for text in (
        f"1. I, {case.first_last}, authorize {case.provider} and assistants to perform: {ill.surgery}.",
        f"2. The reason for it, {ill.name.lower()}, has been explained to me, with the risks of bleeding, infection, reaction to anesthesia, and injury to nearby structures.",
        "3. I know that other treatments exist, and that no promise of result has been made.", "4. I consent to blood products if my physician finds them needed.", "5. I have had my questions answered and sign of my own will.",
    ):  # fmt: skip
        sheet.para(text, after=8)
    for label, name in (("Signature of patient", case.first_last), ("Witness", case.contact), ("Physician", case.provider)):
        sheet.down(46)
        sheet.signature(case.seed + len(label), sheet.margin + 4, sheet.y - 4)
        sheet.stroke(sheet.margin, sheet.y, 400, sheet.y)
        sheet.put(sheet.margin, sheet.y + 10, f"{label}: {name}", size=8)
        sheet.put(430, sheet.y - 4, case.day(case.service))
    sheet.down(30)
    sheet.box(sheet.margin, sheet.y, 250, 58)
    for i, text in enumerate((case.last_first.upper(), f"Date of Birth {case.dob}", f"Medical Record {case.mrn}" if case.mrn else "")):
        sheet.put(sheet.margin + 8, sheet.y + 16 + 16 * i, text)


def _cover(sheet: Sheet, case: Case) -> None:
    """Facsimile transmittal in a ruled grid."""
    sheet.line(case.facility.name, size=16, style="b", align="middle")
    sheet.line("FACSIMILE TRANSMITTAL", size=22, align="middle")
    sheet.down(20)
    sheet.cells(
        [
            [("TO", "Health Information Management"), ("FROM", f"Release desk, {case.facility.name}"[:42])],
            [("FAX", "(614) 555-0100"), ("PHONE", case.facility.phone)],
            [("DATE", case.day(case.discharge)), ("TOTAL PAGES WITH COVER", case.extra.get("pages", "4"))],
            [("SUBJECT", case.extra.get("about", "Requested charts")), ("REFERENCE", case.account)],
        ],
        (252, 252),
        height=40,
    )
    sheet.down(20)
    for text, on in (("Urgent", False), ("For review", True), ("Please reply", False), ("Per your request", True)):
        sheet.tick(text, on=on)
    sheet.down(30)
    sheet.para(
        "This facsimile may contain information that is privileged and confidential under federal and state law. It is meant only for the addressee. If it reached you in error, telephone us and shred all pages.",
        size=9,
    )


LAYOUTS = (
    Layout("mercy_discharge", "discharge_summary", _discharge, "DejaVu Sans", (*_NAMED, "admit_date", "discharge_date"), size=11, facilities=(0, 6)),
    Layout("university_history", "history_and_physical", _history, "FreeSans", _DATED, size=10.5, facilities=(0, 6)),
    Layout("coastal_letter", "consultation", _consult, "Liberation Serif", _DATED, size=11, margin=64, facilities=(1, 3)),
    Layout("riverbend_soap", "progress_note", _soap, "FreeMono", _DATED, facilities=(5, 1)),
    Layout("bluestone_operation", "operative_note", _operation, "FreeSerif", _DATED, size=11, facilities=(3, 0)),
    Layout("plains_colonoscopy", "procedure_note", _colonoscopy, "DejaVu Sans", _DATED, size=9, facilities=(2, 6)),
    Layout("plains_emergency", "emergency_note", _emergency, "Liberation Mono", (*_NAMED, "service_date"), size=9.5, facilities=(2, 0)),
    Layout("valley_laboratory", "laboratory_report", _laboratory, "DejaVu Mono", (*_DATED, "accession"), size=8.5, margin=48, facilities=(5, 1)),
    Layout("mercy_radiology", "imaging_report", _radiology, "Courier", (*_DATED, "accession"), facilities=(0, 2)),
    Layout("summit_pathology", "pathology_report", _pathology, "DejaVu Serif", (*_DATED, "accession"), size=9.5, facilities=(4,)),
    Layout("university_ecg", "ecg", _ecg, "Liberation Sans", _DATED, margin=40, facilities=(6, 0)),
    Layout("coastal_echo", "echo_stress_cath", _echo, "FreeSans", _DATED, facilities=(1, 6)),
    Layout("state_immunization", "immunization_record", _shots, "Liberation Serif", _NAMED, size=10.5, facilities=(5,)),
    Layout("riverbend_mar", "medication_list", _mar, "Liberation Sans Narrow", _NAMED, size=9.5, facilities=(5, 2)),
    Layout("riverbend_referral", "referral", _referral, "DejaVu Sans", _NAMED, size=9.5, facilities=(5, 1)),
    Layout("plains_transfer", "transfer_summary", _transfer, "FreeSans", _NAMED, facilities=(2, 0)),
    Layout("mercy_nursing", "nursing_note", _nursing, "Liberation Serif", _NAMED, facilities=(0, 2)),
    Layout("bluestone_therapy", "therapy_note", _therapy, "FreeSerif", _DATED, size=11, facilities=(3,)),
    Layout("riverbend_psychiatry", "behavioral_health", _psychiatry, "DejaVu Serif", _DATED, size=9.5, facilities=(5,)),
    Layout("state_dnr", "advance_directive", _dnr, "FreeSans", ("patient_name", "patient_dob"), size=11, facilities=(0, 2)),
    Layout("university_face_sheet", "insurance_id", _face_sheet, "Liberation Sans", _NAMED, size=9, facilities=(6, 0)),
    Layout("coastal_necessity", "correspondence", _necessity, "FreeSerif", _NAMED, size=11.5, margin=68, facilities=(1, 3)),
    Layout("plains_consent", "authorization_consent", _consent, "Times", _NAMED, size=11, facilities=(2, 0)),
)
COVER = Layout("practice_cover", "fax_cover", _cover, "DejaVu Sans", (), size=11)
