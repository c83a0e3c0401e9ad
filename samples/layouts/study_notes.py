"""Letters, notes and print-outs to study fields on: banners, narratives, closings, and labels in Spanish."""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from datetime import timedelta

from samples.draw import Sheet, given
from samples.facts import Case
from samples.layouts.study_parts import body, npi_of, stacked, tight, told, turned


def ehr(sheet: Sheet, case: Case) -> None:
    """A print-out: the name large and without label, facts under it, the visit at the right, who printed it in the foot."""

    def footer(sheet: Sheet) -> None:
        sheet.put(sheet.margin, 770, f"Printed by: {case.copied.split(',')[0]} on {case.day(case.service + timedelta(days=30))}", size=7.5)
        sheet.put(sheet.right, 770, f"{case.last_first} · Page {sheet.page} of {sheet.total}", size=7.5, align="right")

    sheet.footer = footer
    sheet.line(case.last_first, size=15, style="b")
    sheet.line(
        " | ".join(
            part
            for part in (
                f"{case.age} y.o. {case.sex}",
                f"DOB {case.dob}",
                f"MRN {case.mrn}" if case.mrn else "",
                f"Ph {case.phone}" if case.phone else "",
            )
            if part
        ),
        size=9,
    )
    sheet.put(sheet.right, sheet.margin + 14, f"Visit on {case.day(case.service)}", align="right")
    sheet.put(sheet.right, sheet.margin + 27, case.facility.name, align="right", size=9)
    sheet.rule(gap=14)
    sheet.line("Office Visit - Progress Notes", size=12, style="b")
    sheet.line(f"PCP: {case.ordering}     Care team: {case.copied} (Cardiology)", size=9)
    sheet.para(f"{case.title} {case.last} presents with {case.condition.complaint}. Accompanied by {case.contact}.")
    body(sheet, case)
    sheet.down(8)
    sheet.line(f"Electronically signed by {case.provider} at {case.day(case.service)} 16:{case.seed % 50 + 10} EST", size=9)
    sheet.line(f"Cosigned by {case.ordering}", size=9)


def spanish(sheet: Sheet, case: Case) -> None:
    """A form for those who read Spanish: its labels are Spanish alone."""
    sheet.line(case.facility.name, size=13, style="b", align="middle")
    sheet.line("HISTORIA CLÍNICA - NOTA DE CONSULTA", style="b", align="middle")
    sheet.down(10)
    day = "%m/%d/%Y"
    stacked(
        sheet,
        sheet.margin,
        (
            ("Nombre del paciente:", case.last_first),
            ("Fecha de nacimiento:", case.day(case.born, day)),
            ("Sexo:", {"M": "Masculino", "F": "Femenino"}.get(case.patient.sex, "")),
            ("No. de expediente:", case.mrn),
            ("Teléfono:", case.phone),
        ),
        gap=112,
    )
    stacked(
        sheet,
        340,
        (
            ("Fecha de la visita:", case.day(case.service, day)),
            ("Médico:", case.provider),
            ("Referido por:", case.ordering),
            ("Contacto de emergencia:", case.contact),
        ),
        gap=126,
    )
    sheet.down(80)
    body(sheet, case)
    sheet.line(f"Firmado electrónicamente por: {case.provider}")


def copied_letter(sheet: Sheet, case: Case) -> None:
    """A letter: addressee with address, RE block, closing with a scrawl and credentials, typist's initials, cc list."""
    sheet.line(case.facility.name, size=14, style="b", align="middle")
    sheet.line(f"{case.facility.street}, {case.facility.city}  Tel {case.facility.phone}", size=8, align="middle")
    sheet.down(14)
    for row in (case.day(case.service, "%B %-d, %Y"), "", case.ordering, "Oak Street Physicians", "12 Oak Street", "Dayton, OH 45402", ""):
        sheet.line(row)
    sheet.line(f"RE:   {case.first_last}")
    sheet.line(f"      DOB: {case.dob}")
    if case.mrn:
        sheet.line(f"      Chart: {case.mrn}")
    sheet.down(6)
    sheet.line(f"Dear Dr. {case.ordering.split(',')[0].split()[-1]}:")
    sheet.down(4)
    sheet.para(f"Thank you for asking me to see {case.title} {case.last}, who was here today with {case.contact} for {case.condition.complaint}.")
    for texts in (case.condition.history, case.condition.exam, case.condition.plan):
        sheet.para(told(texts, case))
    sheet.line("With kind regards,")
    sheet.down(26)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(case.provider)
    sheet.line(f"Division of {case.condition.specialty}", size=9)
    sheet.down(8)
    sheet.line(f"{''.join(w[0] for w in case.provider.split(',')[0].split())}/mkt", size=8.5)
    sheet.line(f"cc: {case.copied}", size=8.5)
    sheet.line(f"    {turned(case.contact)}", size=8.5)


def narrative(sheet: Sheet, case: Case) -> None:
    """No labels at all: the first sentence says whose it is, the last lines who wrote it."""
    sheet.line(case.facility.name, style="b", size=12)
    sheet.line("Consultation", size=12)
    sheet.down(10)
    sheet.para(
        f"On {case.day(case.service, '%B %-d, %Y')} I evaluated {case.first_last}, a {case.age}-year-old {case.noun} born on {case.day(case.born, '%B %-d, %Y')}, for {case.condition.complaint}. {case.contact} gave part of the history. {case.ordering} had seen {case.title} {case.last} a week before."
    )
    for texts in (case.condition.history, case.condition.exam, case.condition.course, case.condition.plan):
        sheet.para(told(texts, case))
    sheet.down(24)
    sheet.line("_" * 34)
    sheet.line(case.provider)
    sheet.line(case.condition.specialty, size=9)


def unlabelled_banner(sheet: Sheet, case: Case) -> None:
    """Facts in a shaded bar on every page, none of them with a label but the stay."""

    def running(sheet: Sheet) -> None:
        sheet.box(sheet.margin, 34, sheet.inner, 30, shade=0.85)
        sheet.put(sheet.margin + 4, 46, case.last_first.upper(), style="b")
        sheet.put(sheet.margin + 4, 59, f"{case.day(case.born, '%m/%d/%Y')} ({case.age} yrs) {case.sex}", size=9)
        sheet.put(sheet.right - 4, 46, f"MRN# {case.mrn}" if case.mrn else "", align="right")
        sheet.put(sheet.right - 4, 59, f"Adm {case.day(case.admit, '%m/%d/%Y')}  Disch {case.day(case.discharge, '%m/%d/%Y')}", size=9, align="right")
        sheet.y = 76

    sheet.running = running
    running(sheet)
    sheet.line(case.facility.name, style="b", size=12)
    sheet.line("Discharge Summary", size=12)
    body(sheet, case)
    sheet.para(f"Seen with {case.contact} at the bedside; {case.ordering} has been informed.")
    sheet.line(f"Dictated by: {case.provider}", size=9)
    sheet.line(
        f"D: {case.day(case.discharge)}  T: {case.day(case.discharge + timedelta(days=1))}  Transcribed by: {turned(case.copied.split(',')[0])}",
        size=9,
    )


def dictated(sheet: Sheet, case: Case) -> None:
    """A transcription: facts in a block at the foot of the text, surgeon and helpers as headings in capitals."""
    sheet.line(case.facility.name.upper(), align="middle", style="b")
    sheet.line("OPERATIVE REPORT", align="middle")
    sheet.down(8)
    for label, value in (
        ("DATE OF OPERATION", case.day(case.service)),
        ("SURGEON", case.provider),
        ("ASSISTANT", case.copied),
        ("ANESTHESIA", f"General, {case.ordering}"),
        ("PREOPERATIVE DIAGNOSIS", f"{case.condition.name} ({case.condition.icd})"),
        ("OPERATION", case.condition.surgery),
    ):
        sheet.line(f"{label}:  {value}")
    sheet.para(f"INDICATIONS: {told(case.condition.history, case)}")
    sheet.para(f"DESCRIPTION: {told(case.condition.technique, case)}")
    sheet.down(16)
    sheet.line("_" * 30)
    sheet.line(case.provider)
    sheet.down(10)
    for label, value in given(
        ("PATIENT", tight(case)),
        ("MR#", case.mrn),
        ("BIRTHDATE", case.dob),
        ("JOB#", case.account),
        ("DICTATED", case.day(case.service)),
        ("cc", case.ordering),
    ):
        sheet.line(f"{label}: {value}", size=9)


def study_sheet(sheet: Sheet, case: Case) -> None:
    """A sleep laboratory's report in two columns of facts, read and signed by the interpreting physician; technicians named."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("POLYSOMNOGRAPHY REPORT", style="b")
    sheet.down(4)
    stacked(
        sheet,
        sheet.margin,
        (("Patient Name", case.last_first), ("Date of Birth", case.dob), ("Age / Sex", f"{case.age} / {case.sex[:1]}"), ("Record Number", case.mrn)),
        gap=90,
    )
    stacked(
        sheet,
        330,
        (
            ("Study Date", case.day(case.service)),
            ("Referring MD", case.ordering),
            ("Recording Tech", case.contact),
            ("Scoring Tech", case.copied.split(",")[0]),
            ("CPT Code", "95810"),
        ),
        gap=90,
    )
    sheet.down(76)
    body(sheet, case)
    sheet.line(f"Diagnosis: {case.condition.name} [{case.condition.icd}]")
    sheet.down(14)
    sheet.line(f"Interpreted by: {case.provider}    NPI: {npi_of(case)}")
    sheet.line("Diplomate, American Board of Sleep Medicine", size=8.5)


def seen_by(sheet: Sheet, case: Case) -> None:
    """A child's visit: who brought the child, who saw it and when, in running text under the banner."""
    sheet.line(case.facility.name, size=12, style="b")
    sheet.line(f"Patient: {case.first_last}   DOB: {case.dob}   Patient ID: {case.mrn or 'pending'}")
    sheet.line(f"Seen by: {case.provider} on {case.day(case.service)}   Guardian present: {case.contact}")
    sheet.line(f"Primary care: {case.ordering}   Pharmacy: Main Street Pharmacy, (555) 555-0177")
    sheet.line("Visit Summary", size=12, style="b")
    body(sheet, case)
