"""Layouts to study fields on: labels in two languages, and labels that stand beside their values in every way forms put them."""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from datetime import timedelta

from samples.draw import Pair, Sheet, given
from samples.facts import Case
from samples.layouts.study_parts import body, lined, stacked, turned

SLASHED = (
    ("Patient Name / Nombre del Paciente", "last_first"),
    ("Date of Birth / Fecha de Nacimiento", "dob"),
    ("Sex / Sexo", "sex"),
    ("Medical Record No. / Núm. de Expediente", "mrn"),
)


def slashed(sheet: Sheet, case: Case) -> None:
    """English and Spanish labels with a slash between them, values in a column beside; the parent under the same labels."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("CONSENT FOR TREATMENT / CONSENTIMIENTO PARA TRATAMIENTO", style="b")
    sheet.down(6)
    stacked(sheet, sheet.margin, [(f"{label}:", str(getattr(case, name))) for label, name in SLASHED], gap=236)
    sheet.down(68)
    stacked(
        sheet,
        sheet.margin,
        (("Parent or Guardian / Padre o Tutor:", case.contact), ("Date of Service / Fecha de Servicio:", case.day(case.service))),
        gap=236,
    )
    sheet.down(44)
    sheet.para(
        "I consent to the examination and treatment described to me. / Doy mi consentimiento para el examen y el tratamiento que me explicaron."
    )
    body(sheet, case)
    sheet.line(f"Physician / Médico: {case.provider}")


def bracketed(sheet: Sheet, case: Case) -> None:
    """The other language small and in brackets under each label, the value beside both."""
    sheet.line(case.facility.name, size=13, style="b", align="middle")
    sheet.line("Clinic Note (Nota Clínica)", align="middle", style="b")
    sheet.down(10)
    rows = given(
        ("Name", case.first_last),
        ("Birth Date", case.day(case.born, "%m/%d/%Y")),
        ("Gender", case.sex),
        ("Chart Number", case.mrn),
        ("Visit Date", case.day(case.service, "%m/%d/%Y")),
        ("Provider", case.provider),
        ("Emergency Contact", case.contact),
    )
    other = {
        "Name": "Nombre", "Birth Date": "Fecha de nacimiento", "Gender": "Género", "Chart Number": "Número de expediente", "Visit Date": "Fecha de la visita",
        "Provider": "Proveedor", "Emergency Contact": "Contacto de emergencia",
    }  # fmt: skip
    for label, value in rows:
        sheet.put(sheet.margin, sheet.y + 11, label, style="b")
        sheet.put(sheet.margin, sheet.y + 19, f"({other[label]})", size=7, style="i")
        sheet.put(sheet.margin + 120, sheet.y + 14, value)
        sheet.down(24)
    sheet.down(8)
    body(sheet, case)


def framed(sheet: Sheet, case: Case) -> None:
    """Form boxes captioned in both languages, the name in parts."""
    sheet.line(f"{case.facility.name}  -  PATIENT REGISTRATION / REGISTRO DEL PACIENTE", size=11, style="b")
    sheet.down(6)
    sheet.cells(
        [
            [("Last Name / Apellido", case.last), ("First Name / Nombre", case.first), ("Middle / Segundo nombre", case.middle)],
            [("Date of Birth / Fecha de nacimiento", case.dob), ("Sex / Sexo", case.sex), ("MRN / No. de expediente", case.mrn)],
            [("Address / Dirección", case.patient.address_line), ("City, State, ZIP / Ciudad, estado", case.town), ("Phone / Teléfono", case.phone)],
        ],
        (204, 160, 140),
    )
    sheet.down(4)
    sheet.cells(
        [
            [
                ("Emergency Contact / Contacto de emergencia", case.contact),
                ("Relationship / Parentesco", "Spouse"),
                ("Phone / Teléfono", "(555) 555-0187"),
            ]
        ],
        (204, 160, 140),
    )
    sheet.line(f"Registered / Registrado: {case.day(case.service)}")
    body(sheet, case)


def flanked(sheet: Sheet, case: Case) -> None:
    """English left of the value, Spanish right of it, on one line."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line("PROGRESS NOTE", style="b")
    sheet.rule(gap=4)
    for english, value, spanish in (
        ("Patient", case.last_first, "Paciente"),
        ("Date of birth", case.dob, "Fecha de nacimiento"),
        ("Record number", case.mrn, "Número de expediente"),
        ("Date of service", case.day(case.service), "Fecha de servicio"),
        ("Seen by", case.provider, "Atendido por"),
        ("Mother", case.contact, "Madre"),
    ):
        if value:
            sheet.down(15)
            sheet.put(sheet.margin, sheet.y, english, style="b")
            sheet.put(200, sheet.y, value)
            sheet.put(sheet.right, sheet.y, spanish, style="i", align="right")
    sheet.down(10)
    body(sheet, case)


def spanish_letter(sheet: Sheet, case: Case) -> None:
    """A letter in Spanish about a patient: RE block with Spanish labels, greeting, closing."""
    sheet.line(case.facility.name, size=13, style="b")
    sheet.line(case.day(case.service, "%m/%d/%Y"))
    sheet.down(8)
    sheet.line(f"Paciente: {case.first_last}")
    sheet.line(
        f"Fecha de Nac.: {case.day(case.born, '%m/%d/%Y')}      Expediente: {case.mrn}"
        if case.mrn
        else f"Fecha de Nac.: {case.day(case.born, '%m/%d/%Y')}"
    )
    sheet.down(8)
    sheet.line(f"Estimado Dr. {case.ordering.split(',')[0].split()[-1]}:")
    sheet.para("Gracias por referir a este paciente, a quien vi hoy en la clínica. Los hallazgos y el plan se describen abajo.")
    body(sheet, case)
    sheet.line("Atentamente,")
    sheet.down(22)
    sheet.line(case.provider)


def gutter(sheet: Sheet, case: Case) -> None:
    """Labels set flush right against a gutter, values flush left behind it, without colons; two such columns."""
    sheet.line(case.facility.name, size=14, style="b", align="right")
    sheet.line("Consultation", align="right")
    sheet.rule(gap=6)
    left = given(("Patient", case.first_last), ("Born", case.dob), ("Sex", case.sex), ("MRN", case.mrn), ("Telephone", case.phone))
    right = given(
        ("Visit", case.day(case.service)),
        ("Seen by", case.provider),
        ("Referred by", case.ordering),
        ("Spouse", case.contact),
        ("Account", case.account),
    )
    for at in range(max(len(left), len(right))):
        for rows, edge in ((left, 130.0), (right, 400.0)):
            if at < len(rows):
                sheet.put(edge, sheet.y + 13 * (at + 1), rows[at][0], style="b", size=9, align="right")
                sheet.put(edge + 8, sheet.y + 13 * (at + 1), rows[at][1])
    sheet.down(80)
    body(sheet, case)


def ledger(sheet: Sheet, case: Case) -> None:
    """A ruled table of two pairs a row, label cells shaded, nothing but lines between them."""
    sheet.line(case.facility.name, size=12, style="b")
    sheet.line("EMERGENCY DEPARTMENT RECORD", style="b")
    sheet.down(6)
    rows: list[tuple[Pair, Pair]] = [
        (("Patient Name", case.last_first), ("Attending", case.provider)),
        (("Date of Birth", case.dob), ("Arrival Date", case.day(case.service))),
        (("Age / Sex", f"{case.age} / {case.sex}"), ("Next of Kin", turned(case.contact))),
        (("Medical Record #", case.mrn or "none"), ("Account #", case.account)),
    ]
    for pairs in rows:
        x = sheet.margin
        for label, value in pairs:
            sheet.box(x, sheet.y, 92, 17, shade=0.88)
            sheet.put(x + 3, sheet.y + 12, label, size=8.5, style="b")
            sheet.box(x + 92, sheet.y, 160, 17)
            sheet.put(x + 95, sheet.y + 12, value, size=9.5)
            x += 252
        sheet.down(17)
    sheet.down(8)
    body(sheet, case)


def dotted(sheet: Sheet, case: Case) -> None:
    """Labels led by dots to their values, as line printers did."""
    sheet.line(case.facility.name.upper(), align="middle")
    sheet.line("DISCHARGE SUMMARY", align="middle")
    sheet.down(8)
    for label, value in given(
        ("PATIENT NAME", case.last_first.upper()),
        ("RECORD NUMBER", case.mrn),
        ("BIRTH DATE", case.dob),
        ("SEX", case.sex.upper()),
        ("ADMISSION DATE", case.day(case.admit)),
        ("DISCHARGE DATE", case.day(case.discharge)),
        ("ATTENDING PHYSICIAN", case.provider),
        ("NEXT OF KIN", case.contact.upper()),
    ):
        sheet.line(f"{label} {'.' * (28 - len(label))} {value}")
    sheet.down(8)
    body(sheet, case)


def typed_in(sheet: Sheet, case: Case) -> None:
    """A printed form filled in by typewriter: every value a little above or below its label's line."""
    sheet.line(case.facility.name, size=13, style="b", align="middle")
    sheet.line("HISTORY AND PHYSICAL", align="middle", style="b")
    sheet.down(14)
    rng = case.rng()
    rows: list[list[tuple[float, float, str, str]]] = [
        [(54, 320, "Name", case.last_first), (340, 558, "Hosp. No.", case.mrn)],
        [(54, 250, "Date of Birth", case.dob), (260, 370, "Sex", case.sex), (380, 558, "Date", case.day(case.service))],
        [(54, 320, "Physician", case.provider), (330, 558, "Husband or Wife", case.contact)],
    ]
    for row in rows:
        shift = rng.choice((-3.5, -2.0, 2.0, 3.0))
        sheet.down(22)
        for x0, x1, label, value in row:
            start = x0 + sheet.width(label, size=8) + 4
            sheet.put(x0, sheet.y, label, size=8)
            sheet.stroke(start, sheet.y + 1.5, x1, sheet.y + 1.5)
            sheet.put(start + 8, sheet.y + shift, value)
    sheet.down(10)
    body(sheet, case)


def trailing(sheet: Sheet, case: Case) -> None:
    """The label behind its value, small, as some banners have it."""
    sheet.box(sheet.margin, sheet.y, sheet.inner, 44, shade=0.93)
    for x, y, value, label in (
        (60.0, 15.0, case.last_first, "patient"),
        (330.0, 15.0, case.dob, "date of birth"),
        (60.0, 34.0, case.mrn, "medical record number"),
        (330.0, 34.0, case.day(case.service), "date of service"),
    ):
        if value:
            sheet.put(x, sheet.y + y, value, style="b", size=11)
            sheet.put(x + sheet.width(value, size=11, style="b") + 5, sheet.y + y, f"({label})", size=7.5)
    sheet.down(52)
    sheet.line(case.facility.name, style="b")
    sheet.line("Therapy Note")
    body(sheet, case)
    sheet.line(f"{case.provider} (signed)")


def captioned_lines(sheet: Sheet, case: Case) -> None:
    """A consent: names on rules with captions in both languages under them, the patient first, then who signs for the patient."""
    sheet.line(case.facility.name, size=12, style="b")
    sheet.line("AUTHORIZATION TO RELEASE RECORDS / AUTORIZACIÓN PARA DIVULGAR", style="b")
    lined(
        sheet,
        [(sheet.margin, 230, "Patient's Name / Nombre del paciente", case.first_last), (320, 110, "Date of Birth / Fecha de nacimiento", case.dob)],
    )
    lined(
        sheet,
        [
            (sheet.margin, 230, "Medical Record No. / No. de expediente", case.mrn),
            (320, 110, "Date / Fecha", case.day(case.service + timedelta(days=1))),
        ],
    )
    lined(sheet, [(sheet.margin, 230, "Representative / Representante", case.contact), (320, 110, "Relationship / Parentesco", "Parent")])
    sheet.para("I authorize the release of my records to the person named below. / Autorizo la divulgación de mi expediente a la persona indicada.")
    body(sheet, case)


def wrapped(sheet: Sheet, case: Case) -> None:
    """Label cells of two lines beside values of one: "Name of" over "Patient"."""
    sheet.line(case.facility.name, size=12, style="b")
    sheet.line("Transfer Form", style="b")
    sheet.down(8)
    for label, value in (
        (("Name of", "Patient"), case.last_first),
        (("Date of", "Birth"), case.dob),
        (("Medical", "Record No."), case.mrn or "n/a"),
        (("Date of", "Transfer"), case.day(case.service)),
        (("Responsible", "Party"), case.contact),
    ):
        sheet.box(sheet.margin, sheet.y, 90, 26, shade=0.9)
        sheet.box(sheet.margin + 90, sheet.y, 300, 26)
        for at, part in enumerate(label):
            sheet.put(sheet.margin + 4, sheet.y + 10 + 11 * at, part, size=9, style="b")
        sheet.put(sheet.margin + 96, sheet.y + 16.5, value)
        sheet.down(26)
    sheet.down(8)
    body(sheet, case)
