"""Forms to study fields on: boxes, columns, tables and lines, with everybody named whom forms ask for."""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from samples import clinical
from samples.draw import Pair, Sheet, given
from samples.facts import Case
from samples.layouts.study_parts import body, charges_of, lined, npi_of, parent_born, spouse_born, stacked, tight, told, turned


def claim(sheet: Sheet, case: Case) -> None:
    """Numbered form boxes with a tiny label in the corner of each: patient, insured, employer, referring and treating clinician."""
    sheet.line("HEALTH INSURANCE AND REFERRAL FORM", size=12, style="b", align="middle")
    sheet.line(case.facility.name, align="middle")
    sheet.down(10)
    sheet.cells(
        [
            [
                ("2. PATIENT'S NAME (Last, First, Middle Initial)", case.last_first),
                ("3. PATIENT'S BIRTH DATE", case.day(case.born, "%m/%d/%Y")),
                ("SEX", case.sex[:1]),
            ],
            [
                ("4. INSURED'S NAME (Last, First, Middle Initial)", turned(case.contact)),
                ("11a. INSURED'S DATE OF BIRTH", spouse_born(case)),
                ("SEX", "M"),
            ],
            [("5. PATIENT'S ADDRESS (No., Street)", case.patient.address_line), ("MEDICAL RECORD NO.", case.mrn), ("", "")],
            [("9. OTHER INSURED'S NAME", ""), ("11b. EMPLOYER'S NAME OR SCHOOL", "Ridgeway Tool & Die"), ("", "")],
            [("17. NAME OF REFERRING PROVIDER OR OTHER SOURCE", case.ordering), ("17b. NPI", "1234567893"), ("", "")],
        ],
        (270, 170, 64),
    )
    sheet.cells(
        [
            [
                ("21. DIAGNOSIS OR NATURE OF ILLNESS OR INJURY (ICD-10-CM)", f"A. {case.condition.icd}"),
                ("23. PRIOR AUTHORIZATION NUMBER", case.account),
            ]
        ],
        (340, 164),
    )
    sheet.down(8)
    rows = [(case.day(case.service, "%m/%d/%Y"), "11", code, "A", f"{120 + 7 * at}.00", "1") for at, code in enumerate(charges_of(case))]
    sheet.table(("24A. DATE OF SERVICE", "PLACE", "CPT/HCPCS", "DX PTR", "CHARGES", "UNITS"), rows, (130, 60, 90, 70, 90, 64))
    sheet.cells(
        [[("31. SIGNATURE OF PHYSICIAN OR SUPPLIER", case.provider), ("32. SERVICE FACILITY", case.facility.name), ("33a. NPI", npi_of(case))]],
        (210, 200, 94),
    )


def reference_lab(sheet: Sheet, case: Case) -> None:
    """CLIENT, PATIENT and SPECIMEN beside one another, each with bare labels under its head."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line(f"Laboratory Director: {case.copied}    CLIA 15D0123456", size=8)
    sheet.rule(gap=12)
    top = sheet.y
    for x, head in ((sheet.margin, "CLIENT"), (225, "PATIENT"), (410, "SPECIMEN")):
        sheet.put(x, top, head, style="b")
    stacked(
        sheet,
        sheet.margin,
        (("Name:", "Oak Street Physicians"), ("Address:", "12 Oak Street"), ("Phone:", "(555) 555-0131"), ("Physician:", case.ordering)),
        gap=46,
        size=8,
    )
    stacked(
        sheet, 225, (("Name:", case.last_first), ("DOB:", case.dob), ("Sex:", case.sex), ("ID:", case.mrn), ("Phone:", case.phone)), gap=40, size=8
    )
    stacked(
        sheet,
        410,
        (
            ("Accession:", case.accession),
            ("Collected:", case.day(case.service)),
            ("Received:", case.day(case.service + timedelta(days=1))),
            ("Reported:", case.day(case.service + timedelta(days=3))),
        ),
        gap=52,
        size=8,
    )
    sheet.down(90)
    sheet.line("FINAL LABORATORY REPORT", style="b", align="middle")
    sheet.table(("Test", "Result", "Flag", "Reference", "Units"), clinical.lab_values(case.rng(), 18), (150, 90, 44, 130, 90))


def requisition(sheet: Sheet, case: Case) -> None:
    """A requisition: the name in three boxes, the responsible party after it, diagnosis codes and tests ticked."""
    sheet.line(f"{case.facility.name}  -  TEST REQUISITION", size=12, style="b")
    sheet.down(6)
    sheet.box(sheet.margin, sheet.y, sheet.inner, 14, shade=0.8)
    sheet.put(sheet.margin + 3, sheet.y + 10, "PATIENT INFORMATION", style="b", size=8)
    sheet.down(14)
    sheet.cells(
        [
            [("Last Name", case.last), ("First Name", " ".join(part for part in (case.first,) if part)), ("MI", case.middle)],
            [("Date of Birth", case.dob), ("Sex", case.sex), ("Patient ID #", case.mrn)],
            [("Street Address", case.patient.address_line), ("City, State, ZIP", case.town), ("Phone", case.phone)],
        ],
        (204, 180, 120),
    )
    sheet.down(6)
    sheet.box(sheet.margin, sheet.y, sheet.inner, 14, shade=0.8)
    sheet.put(sheet.margin + 3, sheet.y + 10, "RESPONSIBLE PARTY / BILLING", style="b", size=8)
    sheet.down(14)
    sheet.cells(
        [
            [("Last Name", case.contact.split()[-1]), ("First Name", case.contact.split()[0]), ("MI", "")],
            [("Date of Birth", spouse_born(case)), ("Relationship", "Spouse"), ("Phone", "(555) 555-0187")],
        ],
        (204, 180, 120),
    )
    sheet.down(6)
    sheet.cells(
        [
            [("Ordering Physician", case.ordering), ("NPI", npi_of(case)), ("Collection Date", case.day(case.service))],
            [("ICD-10 Code(s)", case.condition.icd), ("Copy to", case.copied), ("Priority", "Routine")],
        ],
        (204, 180, 120),
    )
    for name in ("CBC with differential", "Comprehensive metabolic panel", "Lipid panel", "TSH", "Hemoglobin A1c"):
        sheet.tick(name, on=case.rng().random() < 0.5)


def newborn(sheet: Sheet, case: Case) -> None:
    """A newborn's record: the mother's name, birth date and number stand beside the child's."""
    sheet.line(case.facility.name, size=13, style="b", align="middle")
    sheet.line("NEWBORN ADMISSION AND DISCHARGE RECORD", style="b", align="middle")
    sheet.down(8)
    stacked(
        sheet,
        sheet.margin,
        (
            ("Newborn:", case.last_first),
            ("Date of birth:", case.dob),
            ("Time of birth:", "04:17"),
            ("Sex:", case.sex),
            ("MRN:", case.mrn),
            ("Attending:", case.provider),
        ),
    )
    stacked(
        sheet,
        330,
        (
            ("Mother:", f"{case.last}, Marguerite A"),
            ("Mother's DOB:", parent_born(case)),
            ("Father:", turned(case.contact)),
            ("Mother's phone:", "(555) 555-0148"),
            ("Obstetrician:", case.ordering),
        ),
        gap=88,
    )
    sheet.down(92)
    sheet.pairs([[("Admitted", case.day(case.admit)), ("Discharged", case.day(case.discharge))]], (sheet.margin, 330))
    sheet.para("The mother is a 31-year-old gravida 2 para 2 with adequate prenatal care. Apgar scores were 8 and 9.")
    body(sheet, case)
    sheet.down(24)
    sheet.stroke(sheet.margin, sheet.y, sheet.margin + 190, sheet.y)
    sheet.line(case.provider)
    sheet.line("Attending Neonatologist", size=8.5)


def signed_lines(sheet: Sheet, case: Case) -> None:
    """A consent: every value on a rule with its label under it; parent, witness and interpreter sign too."""
    sheet.line(case.facility.name, size=13, style="b", align="middle")
    sheet.line("CONSENT FOR TREATMENT", style="b", align="middle")
    left, mid, far = sheet.margin, 260, 420
    lined(
        sheet,
        (
            (left, 190, "Patient's Name (please print)", case.first_last),
            (mid, 140, "Date of Birth", case.dob),
            (far, 130, "Medical Record Number", case.mrn),
        ),
    )
    sheet.down(8)
    sheet.para(
        f"I consent to {case.condition.surgery.lower()} to be performed by {case.provider} and such assistants as may be selected. The risks and alternatives have been explained to me in words that I understand. {' '.join(case.condition.technique)}"
    )
    lined(
        sheet,
        (
            (left, 190, "Signature of Parent or Guardian", case.contact),
            (mid, 140, "Relationship to Patient", "Parent"),
            (far, 130, "Date", case.day(case.service)),
        ),
    )
    lined(
        sheet,
        ((left, 190, "Witness", case.copied.split(",")[0]), (mid, 140, "Interpreter", "Ana Beltran"), (far, 130, "Date", case.day(case.service))),
    )
    lined(sheet, ((left, 190, "Signature of Physician", case.provider), (mid, 140, "Printed Name", case.provider)))


def face(sheet: Sheet, case: Case) -> None:
    """Patient, spouse, guarantor, employer, emergency contact and subscriber under headings, each with name, birth date and telephone."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("ADMISSION FACE SHEET", style="b")
    blocks: tuple[tuple[str, Sequence[Pair]], ...] = (
        (
            "PATIENT",
            (
                ("Name:", case.last_first),
                ("DOB:", case.dob),
                ("Sex:", case.sex),
                ("MRN:", case.mrn),
                ("Address:", case.patient.address_line),
                ("", case.town),
                ("Phone:", case.phone),
            ),
        ),
        ("GUARANTOR", (("Name:", turned(case.contact)), ("DOB:", spouse_born(case)), ("Relation:", "Spouse"), ("Phone:", "(555) 555-0172"))),
        ("EMPLOYER", (("Name:", "Ridgeway Tool & Die"), ("Address:", "88 Foundry Lane"), ("Phone:", "(555) 555-0160"))),
        ("EMERGENCY CONTACT", (("Name:", f"{case.last}, Bernadette"), ("Relation:", "Daughter"), ("Phone:", "(555) 555-0119"))),
        ("PRIMARY INSURANCE", (("Subscriber:", turned(case.contact)), ("Sub DOB:", spouse_born(case)), ("Policy:", case.account))),
        (
            "VISIT",
            (("Admitted:", case.day(case.admit)), ("Attending:", case.provider), ("Referring:", case.ordering), ("Admit dx:", case.condition.icd)),
        ),
    )
    top, highest = sheet.y, 0.0
    for at, (head, rows) in enumerate(blocks):
        if at % 2 == 0:
            top, highest = top + highest + 12, 0.0
        x = sheet.margin if at % 2 == 0 else 320.0
        sheet.box(x, top, 240, 14, shade=0.85, line=0)
        sheet.put(x + 3, top + 10, head, style="b")
        sheet.y = top + 14
        stacked(sheet, x, rows, gap=64, size=9)
        highest = max(highest, 14 + 13 * len(given(*rows)) + 4)


def column_heads(sheet: Sheet, case: Case) -> None:
    """One table of one row on top says everything; a second table names the team."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("Procedure Note", size=12)
    sheet.down(8)
    day = "%m/%d/%Y"
    sheet.table(
        ("Patient", "Birth Date", "Sex", "MRN", "Procedure Date"),
        [(case.last_first, case.day(case.born, day), case.sex, case.mrn, case.day(case.service, day))],
        (170, 80, 50, 100, 104),
    )
    sheet.table(("Proceduralist", "Assistant", "Referring Physician"), [(case.provider, case.copied, case.ordering)], (168, 168, 168))
    sheet.table(
        ("CPT", "Description", "Diagnosis"), [(code, "Professional service", case.condition.icd) for code in charges_of(case)], (80, 260, 164)
    )
    body(sheet, case)


def ris(sheet: Sheet, case: Case) -> None:
    """A radiology system's text print with short labels in capitals."""
    rows = (
        f"PT NAME: {tight(case):<34}ACC#: {case.accession}",
        f"PT DOB:  {case.day(case.born, '%m/%d/%Y'):<34}SEX: {case.sex[:1]}",
        f"PT ID:   {case.mrn:<34}EXAM DATE: {case.day(case.service, '%m/%d/%Y')}"
        if case.mrn
        else f"{'':<43}EXAM DATE: {case.day(case.service, '%m/%d/%Y')}",
        f"ORD DR:  {case.ordering:<34}LOC: 4 WEST",
        f"CC DR:   {case.copied}",
    )
    sheet.line(case.facility.name.upper())
    sheet.line("DEPARTMENT OF RADIOLOGY")
    sheet.down(8)
    for row in rows:
        sheet.line(row)
    sheet.down(8)
    for head, text in (
        ("EXAM", case.condition.study),
        ("HISTORY", case.condition.complaint),
        ("FINDINGS", told(case.condition.findings, case)),
        ("IMPRESSION", case.condition.impression),
    ):
        sheet.para(f"{head}: {text}")
    sheet.down(8)
    sheet.line(f"READ BY: {case.provider}")
    sheet.line(f"TRANSCRIBED BY: {case.contact.upper()}  {case.day(case.service + timedelta(days=1), '%m/%d/%Y')}")
