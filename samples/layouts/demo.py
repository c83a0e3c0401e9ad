"""The layouts of the demo set: records as six senders of one region might print them. No test of the product's readers is drawn from these."""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from datetime import timedelta

from samples import clinical
from samples.draw import WIDTH, Layout, Sheet, given
from samples.facts import Case

_COMMON = ("patient_name", "patient_dob", "patient_mrn", "service_date")


def _fill(text: str, case: Case) -> str:
    """A bank's sentence about this patient."""
    he = case.he
    return text.replace("{He}", he.capitalize()).replace("{he}", he)


def _told(texts: tuple[str, ...], case: Case) -> str:
    return " ".join(_fill(text, case) for text in texts)


def _letterhead(sheet: Sheet, case: Case, *, align: str = "middle") -> None:
    """Name, address and telephone of the sender above a rule."""
    place = case.facility
    sheet.line(place.name, size=16, style="b", align=align)
    sheet.line(f"{place.street}, {place.city}", size=9, align=align)
    sheet.line(f"Phone {place.phone}    Fax {place.fax}", size=9, align=align)
    sheet.down(6)
    sheet.rule(width=1.4, gap=4)


def _numbered(sheet: Sheet) -> None:
    sheet.put(WIDTH / 2, 770, f"Page {sheet.page} of {sheet.total}", size=8, align="middle")


def _signed(sheet: Sheet, case: Case, *, verb: str = "Electronically signed by") -> None:
    sheet.need(40)
    sheet.down(10)
    sheet.line(f"{verb} {case.provider} on {case.day(case.discharge)} at {7 + case.seed % 11}:{case.seed % 60:02d}", style="i", size=9)


def _discharge(sheet: Sheet, case: Case) -> None:
    """Two-column box, three pages, running header."""
    ill, rng = case.condition, case.rng()

    def running(sheet: Sheet) -> None:
        sheet.put(sheet.margin, 40, f"{case.last_first}", size=9, style="b")
        sheet.put(sheet.right, 40, " ".join(f"{k} {v}" for k, v in given(("MRN", case.mrn), ("DOB", case.dob))), size=9, align="right")
        sheet.stroke(sheet.margin, 46, sheet.right, 46)
        sheet.y = 56

    sheet.running, sheet.footer = running, _numbered
    _letterhead(sheet, case)
    sheet.line("DISCHARGE SUMMARY", size=14, style="b", align="middle")
    sheet.down(8)
    top = sheet.y
    sheet.pairs(
        [
            [("Patient Name", case.last_first), ("Admit Date", case.day(case.admit))],
            [("Date of Birth", case.dob), ("Discharge Date", case.day(case.discharge))],
            [("Sex", case.sex), ("Attending", case.provider)],
            [("MRN", case.mrn), ("PCP", case.ordering)],
            [("Account #", case.account), ("Disposition", "Home")],
        ],
        (sheet.margin + 6, 330),
    )  # fmt: skip
    sheet.box(sheet.margin, top, sheet.inner, sheet.y - top)
    sheet.down(8)
    sheet.heading("PRINCIPAL DIAGNOSIS")
    sheet.para(f"{ill.name} ({ill.icd})")
    sheet.heading("SECONDARY DIAGNOSES")
    sheet.bullets(rng.sample(clinical.PAST_HISTORY, 5), mark="1.")
    sheet.heading("HISTORY OF PRESENT ILLNESS")
    sheet.para(f"This {case.age}-year-old {case.noun} was admitted with {ill.complaint}. {_told(ill.history, case)}")
    sheet.heading("PHYSICAL EXAMINATION ON ADMISSION")
    sheet.para(_told(ill.exam, case))
    sheet.para(", ".join(f"{k} {v}" for k, v in clinical.vitals(rng)))
    sheet.heading("HOSPITAL COURSE")
    sheet.para(_told(ill.course, case))
    sheet.para(
        "Consultants followed throughout the stay. Diet was advanced and activity resumed with assistance. Pain was controlled with oral agents, and teaching about the illness, the drugs and the warning signs was given to the patient and the family, who repeated it back."
    )
    sheet.heading("PERTINENT RESULTS")
    sheet.table(("Test", "Result", "Flag", "Reference", "Units"), clinical.lab_values(rng, 12), (150, 70, 45, 110, 90))
    sheet.heading("IMAGING")
    sheet.para(f"{ill.study}: {_told(ill.findings, case)} IMPRESSION: {ill.impression}")
    sheet.heading("DISCHARGE MEDICATIONS")
    sheet.bullets((f"{drug} {dose} {how}" for drug, dose, how in ill.drugs), mark="1.")
    sheet.heading("FOLLOW-UP AND INSTRUCTIONS")
    sheet.bullets(_fill(text, case) for text in ill.plan)
    sheet.para(f"Appointment with {case.ordering} on {case.day(case.discharge + timedelta(days=9))}.")
    sheet.heading("CONDITION AT DISCHARGE")
    sheet.para(
        "Stable. Alert and oriented, walking without help, tolerating a regular diet. Vital signs at departure: "
        + ", ".join(f"{k} {v}" for k, v in clinical.vitals(rng))
        + "."
    )
    sheet.heading("PATIENT INSTRUCTIONS")
    sheet.bullets(
        (
            *clinical.REVIEW[:3],
            "Call the unit with questions at any hour.",
            "Bring all medicine bottles to the first visit.",
            "Do not drive while taking sedating medicine.",
        )
    )
    _signed(sheet, case)
    sheet.line(f"cc: {case.copied}", size=9)


def _history(sheet: Sheet, case: Case) -> None:
    """Left letterhead, label:value lines, underlined headings."""
    ill, rng = case.condition, case.rng()
    sheet.footer = _numbered
    _letterhead(sheet, case, align="left")
    sheet.line("HISTORY AND PHYSICAL", size=13, style="b")
    sheet.pairs(
        [[("PATIENT", case.last_first.upper())], [("DOB", case.dob)], given(("MEDICAL RECORD #", case.mrn)), [("DATE OF SERVICE", case.day(case.service))], [("ATTENDING PHYSICIAN", case.provider)], [("REFERRING", case.ordering)]],
        (sheet.margin,), gap=150,
    )  # fmt: skip
    sheet.rule()
    blocks = (
        ("CHIEF COMPLAINT", ill.complaint.capitalize() + "."),
        ("HISTORY OF PRESENT ILLNESS", f"The patient is a {case.age}-year-old {case.noun} with {ill.complaint}. {_told(ill.history, case)}"),
        ("PAST MEDICAL AND SURGICAL HISTORY", "; ".join(rng.sample(clinical.PAST_HISTORY, 5)) + "."),
        ("MEDICATIONS AT HOME", "; ".join(f"{drug} {dose} {how}" for drug, dose, how in ill.drugs) + "."),
        ("ALLERGIES", rng.choice(clinical.ALLERGIES) + "."),
        ("SOCIAL HISTORY", rng.choice(clinical.SOCIAL)),
        ("FAMILY HISTORY", rng.choice(clinical.FAMILY)),
        ("REVIEW OF SYSTEMS", " ".join(clinical.REVIEW)),
        (
            "PHYSICAL EXAMINATION",
            ", ".join(f"{k} {v}" for k, v in clinical.vitals(rng))
            + ". Well developed, in mild distress. Head and neck unremarkable. "
            + _told(ill.exam, case),
        ),
        (
            "DATA",
            f"{ill.study}: {ill.impression} " + "; ".join(f"{name} {value} {unit}" for name, value, _, _, unit in clinical.lab_values(rng, 6)) + ".",
        ),
        ("ASSESSMENT", f"{ill.name}."),
    )
    for title, text in blocks:
        sheet.heading(title, style="underlined")
        sheet.para(text)
    sheet.heading("PLAN", style="underlined")
    sheet.bullets((_fill(text, case) for text in ill.plan), mark="1.")
    _signed(sheet, case, verb="Dictated and authenticated by")


def _consult_letter(sheet: Sheet, case: Case) -> None:
    """A specialist's letter with a RE: line."""
    ill, rng = case.condition, case.rng()
    _letterhead(sheet, case)
    sheet.line(f"Department of {ill.specialty}", style="i", align="middle")
    sheet.down(10)
    sheet.line(case.day(case.service, "%B %-d, %Y"))
    sheet.down(8)
    for text in (case.ordering, "Primary Care Associates", "350 Elm Street", "Newark, OH 43055"):
        sheet.line(text)
    sheet.down(10)
    sheet.line(f"RE:   {case.first_last}", style="b")
    sheet.line(f"        DOB: {case.dob}" + (f"    MRN: {case.mrn}" if case.mrn else ""), style="b")
    sheet.line("        CONSULTATION REPORT", style="b")
    sheet.down(8)
    sheet.para(f"Dear Dr. {case.ordering.split(',')[0].split()[-1]}:", after=8)
    sheet.para(
        f"Thank you for asking me to see {case.title} {case.last}, a {case.age}-year-old {case.noun} with {ill.complaint}. {_told(ill.history, case)}",
        after=8,
    )
    sheet.para(
        f"Past history is notable for {', '.join(t.lower() for t in rng.sample(clinical.PAST_HISTORY, 3))}. {rng.choice(clinical.SOCIAL)}", after=8
    )
    sheet.para(f"On examination, {', '.join(f'{k} {v}' for k, v in clinical.vitals(rng)[:4])}. {_told(ill.exam, case)}", after=8)
    sheet.para(f"{ill.study} was reviewed. {_told(ill.findings, case)}", after=8)
    sheet.para(f"My impression is {ill.name.lower()}. I recommend the following: {_told(ill.plan, case)}", after=8)
    sheet.para("Thank you for allowing me to take part in this patient's care. Please call with any questions.", after=14)
    sheet.line("Sincerely,")
    sheet.signature(case.seed, sheet.margin, sheet.y + 26)
    sheet.down(36)
    sheet.line(case.provider)
    sheet.line(f"cc: {case.copied}", size=9)


def _office_note(sheet: Sheet, case: Case) -> None:
    """A gray banner as office systems print it, then S-O-A-P."""
    ill, rng = case.condition, case.rng()

    def banner(sheet: Sheet) -> None:
        sheet.box(0, 24, WIDTH, 34, shade=0.86, line=0)
        sheet.put(sheet.margin, 38, case.last_first.upper(), style="b", size=11)
        facts = given((f"{case.sex[:1]},", f"{case.age} yrs"), ("DOB:", case.dob), ("MRN:", case.mrn))
        sheet.put(sheet.margin, 52, "   ".join(f"{k} {v}" for k, v in facts), size=9)
        sheet.put(sheet.right, 38, case.facility.name, size=9, align="right")
        sheet.y = 70

    sheet.running, sheet.footer = (
        banner,
        lambda s: s.put(s.right, 772, f"Printed {case.day(case.discharge)} by records clerk     {s.page}/{s.total}", size=7.5, align="right"),
    )
    banner(sheet)
    sheet.line("Office Visit - Progress Note", size=13, style="b")
    sheet.line(f"Visit Date: {case.day(case.service)}     Provider: {case.provider}")
    sheet.down(6)
    for title, text in (
        ("Subjective", f"{case.title} {case.last} is here for {ill.complaint}. {_told(ill.history, case)}"),
        ("Objective", "  ".join(f"{k}: {v}" for k, v in clinical.vitals(rng)) + f". {_told(ill.exam, case)}"),
        ("Assessment", f"1. {ill.name} [{ill.icd}]  2. {rng.choice(clinical.PAST_HISTORY)}"),
    ):
        sheet.heading(title, style="bar")
        sheet.para(text)
    sheet.heading("Plan", style="bar")
    sheet.bullets(_fill(text, case) for text in ill.plan)
    sheet.heading("Current Medications", style="bar")
    sheet.bullets(f"{drug} {dose}, {how}" for drug, dose, how in ill.drugs)
    sheet.heading("Allergies", style="bar")
    sheet.para(rng.choice(clinical.ALLERGIES))
    _signed(sheet, case)


def _operative(sheet: Sheet, case: Case) -> None:
    """Capital labels in one column, typewriter face."""
    ill, rng = case.condition, case.rng()
    sheet.line(case.facility.name.upper(), style="b", align="middle")
    sheet.line(case.facility.city.upper(), align="middle")
    sheet.down(6)
    sheet.line("OPERATIVE REPORT", style="b", align="middle")
    sheet.down(8)
    rows = given(
        ("PATIENT NAME", case.last_first.upper()), ("MEDICAL RECORD NO", case.mrn), ("DATE OF BIRTH", case.dob), ("DATE OF OPERATION", case.day(case.service)),
        ("SURGEON", case.provider), ("ASSISTANT", case.copied), ("ANESTHESIA", rng.choice(("General endotracheal", "Spinal", "Monitored care"))),
    )  # fmt: skip
    sheet.pairs([[pair] for pair in rows], (sheet.margin,), gap=160, bold=False)
    for title, text in (
        ("PREOPERATIVE DIAGNOSIS", ill.name + "."), ("POSTOPERATIVE DIAGNOSIS", "Same."), ("PROCEDURE PERFORMED", ill.surgery + "."),
        ("INDICATIONS", f"{case.title} {case.last} is a {case.age}-year-old {case.noun} with {ill.complaint}. Risks, benefits and alternatives were discussed and consent was signed."),
        ("DESCRIPTION OF PROCEDURE", "The patient was identified, brought to the operating room and placed supine. A time-out was held. " + _told(ill.technique, case) + " Counts were correct twice."),
        ("ESTIMATED BLOOD LOSS", f"{rng.choice((5, 20, 50, 150))} mL."), ("SPECIMENS", ill.specimen + "."), ("COMPLICATIONS", "None."), ("DISPOSITION", "To recovery in stable condition."),
    ):  # fmt: skip
        sheet.heading(f"{title}:")
        sheet.para(text)
    _signed(sheet, case, verb="Dictated by")


def _emergency(sheet: Sheet, case: Case) -> None:
    """Boxed cells on top, black bars."""
    ill, rng = case.condition, case.rng()
    sheet.footer = _numbered
    sheet.line(case.facility.name, size=14, style="b")
    sheet.put(sheet.right, sheet.y, "EMERGENCY DEPARTMENT NOTE", style="b", align="right", size=11)
    sheet.down(6)
    sheet.cells(
        [
            [("PATIENT NAME", case.last_first), ("DATE OF BIRTH", case.dob), ("AGE/SEX", f"{case.age} / {case.sex[:1]}")],
            [("MEDICAL RECORD NUMBER", case.mrn), ("DATE OF SERVICE", case.day(case.service)), ("TRIAGE", f"Level {rng.randint(2, 4)}")],
            [("ED PHYSICIAN", case.provider), ("ARRIVAL MODE", rng.choice(("Walk-in", "Ambulance"))), ("PCP", case.ordering)],
        ],
        (224, 140, 140),
    )
    sheet.heading("CHIEF COMPLAINT", style="black")
    sheet.para(ill.complaint.capitalize())
    sheet.heading("HISTORY", style="black")
    sheet.para(_told(ill.history, case) + " History was given by the patient.")
    sheet.heading("VITAL SIGNS", style="black")
    times = [(f"{8 + i}:{rng.randint(10, 59)}", *(value for _, value in clinical.vitals(rng)[:5])) for i in range(3)]
    sheet.table(("Time", "Temp", "Pulse", "Resp", "BP", "SpO2"), times, (84,) * 6)
    sheet.heading("EXAMINATION", style="black")
    sheet.para(_told(ill.exam, case))
    sheet.heading("ED COURSE AND MEDICAL DECISION MAKING", style="black")
    sheet.para(f"{ill.study}: {ill.impression} {_told(ill.course, case)}")
    sheet.table(("Lab", "Result", "Flag", "Range", "Units"), clinical.lab_values(rng, 7), (140, 90, 50, 120, 104))
    sheet.heading("DIAGNOSIS AND DISPOSITION", style="black")
    sheet.para(f"{ill.name} ({ill.icd}). {_told(ill.plan, case)}")
    _signed(sheet, case)


def _laboratory(sheet: Sheet, case: Case) -> None:
    """Patient left, ordering provider right, a wide table of results."""
    rng = case.rng()
    _letterhead(sheet, case)
    sheet.line("LABORATORY REPORT   FINAL", size=12, style="b", align="middle")
    sheet.down(4)
    sheet.pairs(
        [
            [("Patient", case.last_first.upper()), ("Ordering Physician", case.ordering)],
            [("DOB", f"{case.dob}   Sex: {case.sex[:1]}"), ("Client", "Primary Care Associates")],
            [("Patient ID", case.mrn), ("Collected", f"{case.day(case.service)} 0{rng.randint(6, 9)}:{rng.randint(10, 59)}")],
            [("Accession", case.accession), ("Reported", case.day(case.service + timedelta(days=1)))],
        ],
        (sheet.margin, 320),
        gap=66,
    )
    sheet.rule()
    for title, count in (("HEMATOLOGY AND CHEMISTRY", 13), ("ADDITIONAL TESTS", 7)):
        sheet.heading(title)
        sheet.table(("TEST", "RESULT", "FLAG", "REFERENCE RANGE", "UNITS"), clinical.lab_values(rng, count), (160, 80, 50, 120, 94), ruled=False)
    sheet.para("H = above range, L = below range. Performed at the address above unless noted. Laboratory director: " + case.copied + ".", size=8)


def _imaging(sheet: Sheet, case: Case) -> None:
    """Label and value in a table of two pairs a row."""
    ill = case.condition
    sheet.line(case.facility.name, size=15, style="b")
    sheet.line(f"{case.facility.street} | {case.facility.city} | Tel {case.facility.phone} | Fax {case.facility.fax}", size=8)
    sheet.down(4)
    sheet.rule(width=2, gap=2)
    sheet.line("RADIOLOGY REPORT", size=12, style="b")
    sheet.down(4)
    width = sheet.inner / 4
    rows = [
        ("Patient Name", case.last_first, "Exam Date", case.day(case.service)), ("Date of Birth", case.dob, "Accession No.", case.accession),
        ("MRN", case.mrn, "Ordering Provider", case.ordering), ("Gender", case.sex, "Exam", ill.study[:24]),
    ]  # fmt: skip
    sheet.table(rows[0], rows[1:], (width * 0.8, width * 1.25, width * 0.9, width * 1.05), shade=1.0)
    for title, text in (
        ("EXAMINATION", ill.study.upper()), ("CLINICAL INDICATION", ill.complaint.capitalize() + "."), ("COMPARISON", "None available."),
        ("TECHNIQUE", "Standard technique was used. Dose was kept as low as reasonably achievable."), ("FINDINGS", _told(ill.findings, case)), ("IMPRESSION", ill.impression),
    ):  # fmt: skip
        sheet.heading(f"{title}:")
        sheet.para(text)
    _signed(sheet, case, verb="Interpreted and signed by")


def _pathology(sheet: Sheet, case: Case) -> None:
    """CLIENT and PATIENT columns side by side."""
    ill = case.condition
    _letterhead(sheet, case)
    sheet.line("SURGICAL PATHOLOGY REPORT", size=13, style="b", align="middle")
    sheet.down(6)
    top = sheet.y
    left = [case.ordering, "Primary Care Associates", "350 Elm Street", "Newark, OH 43055", "Client #: 20441"]
    right = [
        case.last_first.upper(),
        f"DOB: {case.dob}   Sex: {case.sex[:1]}",
        f"MRN: {case.mrn}" if case.mrn else "",
        f"Collected: {case.day(case.service)}",
        f"Case #: {case.accession}",
    ]
    for title, lines, x in (("CLIENT", left, sheet.margin), ("PATIENT", right, WIDTH / 2 + 4)):
        sheet.box(x, top, sheet.inner / 2 - 4, 16, shade=0.86)
        sheet.put(x + 4, top + 12, title, style="b")
        for i, text in enumerate(lines):
            sheet.put(x + 4, top + 30 + 13 * i, text)
    sheet.y = top + 100
    sheet.rule()
    for title, text in (
        ("FINAL DIAGNOSIS", f"{ill.specimen}: {ill.diagnosis}"), ("CLINICAL HISTORY", f"{ill.complaint.capitalize()}; {ill.name.lower()}."),
        ("GROSS DESCRIPTION", f"The container is labeled with the patient's name. {ill.gross}"), ("MICROSCOPIC DESCRIPTION", f"Sections confirm the diagnosis above. {ill.diagnosis}"),
    ):  # fmt: skip
        sheet.heading(title, style="underlined")
        sheet.para(text)
    _signed(sheet, case, verb="Pathologist:")


def _immunization(sheet: Sheet, case: Case) -> None:
    """A vaccine table under a two-line patient block."""
    rng = case.rng()
    _letterhead(sheet, case)
    sheet.line("IMMUNIZATION RECORD", size=14, style="b", align="middle")
    sheet.down(4)
    sheet.pairs(
        [
            [("Name", case.last_first), ("Birth date", case.dob)],
            [("Parent/Guardian", case.contact), ("Sex", case.sex)],
            given(("Chart No.", case.mrn), ("Phone", case.phone)),
        ],
        (sheet.margin, 350),
        gap=90,
    )
    rows = [
        (vaccine, case.day(case.service - timedelta(days=rng.randint(0, min(1800, max(1, (case.service - case.born).days - 30))))), brand, f"{rng.choice('ABKLU')}{rng.randint(1000, 9999)}", rng.choice(("L deltoid", "R deltoid", "R thigh")), rng.choice(("RK", "JM", "TL")))
        for vaccine, brand in rng.sample(clinical.VACCINES, 9)
    ]  # fmt: skip
    sheet.table(("Vaccine", "Date given", "Brand", "Lot", "Site", "By"), rows, (140, 96, 90, 60, 70, 44))
    sheet.para("This record was printed from the practice system. Doses given elsewhere may not be listed.", size=9)
    sheet.line(f"Reviewed by: {case.provider}")


def _medications(sheet: Sheet, case: Case) -> None:
    """Labels above values, numbered table."""
    rng = case.rng()
    sheet.line(case.facility.name, style="b", size=12)
    sheet.line("Active Medication List", style="b", size=15)
    sheet.down(4)
    for labels, values in (
        (("Patient", "Date of birth", "MRN"), (case.last_first, case.dob, case.mrn)),
        (("Allergies", "As of", "Prescriber"), (rng.choice(clinical.ALLERGIES), case.day(case.service), case.provider)),
    ):
        sheet.down(16)
        for x, label, value in zip((54, 270, 420), labels, values, strict=True):
            sheet.put(x, sheet.y, label, size=8, style="i")
            sheet.put(x, sheet.y + 13, value)
        sheet.down(18)
    drugs = [row for other in rng.sample(clinical.CONDITIONS, 3) for row in other.drugs]
    sheet.down(6)
    sheet.table(
        ("#", "Medication", "Strength", "Directions", "Started"),
        [(str(i), *drug, case.day(case.service - timedelta(days=40 * i), "%m/%Y")) for i, drug in enumerate(drugs, 1)],
        (24, 150, 80, 190, 60),
    )
    sheet.para("Bring this list to every visit. Ask before stopping any medicine.", size=9)


def _authorization(sheet: Sheet, case: Case) -> None:
    """A release form with check boxes and a signature."""
    rng = case.rng()
    sheet.line(case.facility.name, style="b", align="middle", size=12)
    sheet.line("AUTHORIZATION FOR RELEASE OF PROTECTED HEALTH INFORMATION", style="b", align="middle", size=11.5)
    sheet.down(8)
    sheet.heading("1. PATIENT INFORMATION", style="bar")
    rows = [
        [("Patient name", case.last_first), ("Date of birth", case.dob)],
        [("Address", case.patient.address_line), ("Telephone", case.phone)],
        [("City/State/ZIP", case.town), ("MRN", case.mrn)],
    ]
    sheet.cells(rows, (300, 204))
    sheet.heading("2. I AUTHORIZE", style="bar")
    sheet.para(
        f"{case.facility.name}, {case.facility.street}, {case.facility.city} to disclose my records to: Community Medical Partners, Records Department."
    )
    sheet.heading("3. INFORMATION TO BE RELEASED", style="bar")
    for text in ("Discharge summary", "Laboratory reports", "Imaging reports", "Operative reports", "Complete record"):
        sheet.tick(text, on=rng.random() < 0.5)
    sheet.heading("4. PURPOSE AND EXPIRATION", style="bar")
    sheet.para(
        "Purpose: continuing care. This authorization expires one year from the date of signature. I may revoke it in writing at any time. Treatment does not depend on signing this form."
    )
    sheet.heading("5. SIGNATURE", style="bar")
    sheet.down(40)
    sheet.signature(case.seed, sheet.margin + 10, sheet.y - 6)
    sheet.put(360, sheet.y - 4, case.day(case.service))
    sheet.stroke(sheet.margin, sheet.y, 330, sheet.y)
    sheet.stroke(350, sheet.y, sheet.right, sheet.y)
    sheet.put(sheet.margin, sheet.y + 10, "Signature of patient or representative", size=8)
    sheet.put(350, sheet.y + 10, "Date", size=8)
    sheet.down(40)
    sheet.line(f"Witness: {case.contact}")


def _referral(sheet: Sheet, case: Case) -> None:
    """A form from office to office, three blocks of cells."""
    ill = case.condition
    _letterhead(sheet, case)
    sheet.line("PATIENT REFERRAL FORM", size=13, style="b", align="middle")
    sheet.down(6)
    sheet.heading("Referred to")
    sheet.cells([[("Specialty", ill.specialty), ("Provider", case.copied)]], (252, 252))
    sheet.heading("Patient")
    sheet.cells(
        [
            [("Last, First MI", case.last_first), ("DOB", case.dob), ("Sex", case.sex)],
            [("Street", case.patient.address_line), ("City", case.town), ("Phone", case.phone)],
            [("Insurance", "Buckeye Mutual PPO"), ("Our chart #", case.mrn), ("Interpreter", "No")],
        ],
        (220, 190, 94),
    )
    sheet.heading("Referring provider")
    sheet.cells([[("Name", case.provider), ("Date of referral", case.day(case.service)), ("NPI", "1880" + case.account[:6])]], (220, 190, 94))
    sheet.heading("Reason for referral")
    sheet.para(f"{ill.name} ({ill.icd}); {ill.complaint}. Please evaluate and treat.")
    sheet.para(_told(ill.history, case))
    for text in ("Consult only", "Evaluate and treat", "Assume care"):
        sheet.tick(text, on=text == "Evaluate and treat")
    sheet.down(30)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.line(case.provider)


def _nursing(sheet: Sheet, case: Case) -> None:
    """A flowsheet across the page with times as columns."""
    rng = case.rng()
    sheet.line(f"{case.facility.name}  -  Nursing Flowsheet", size=13, style="b")
    sheet.line(
        "  ".join(
            f"{k} {v}" for k, v in given(("Patient:", case.last_first), ("DOB:", case.dob), ("MRN:", case.mrn), ("Date:", case.day(case.service)))
        )
    )
    sheet.line(f"Unit: 4 West    Room: {rng.randint(401, 440)}    Attending: {case.provider}")
    sheet.down(6)
    hours = ("0700", "0900", "1100", "1300", "1500", "1700")
    series = [clinical.vitals(rng)[:5] for _ in hours]
    rows = [(series[0][i][0], *(column[i][1] for column in series)) for i in range(5)]
    rows += [
        (label, *(str(rng.randint(0, top)) for _ in hours))
        for label, top in (("Pain 0-10", 8), ("Intake mL", 480), ("Output mL", 420), ("Fall score", 55), ("Braden", 23))
    ]
    sheet.table(("Parameter", *hours), rows, (100, *(67,) * 6))
    sheet.heading("NURSING NOTES")
    for hour, text in zip(
        ("0715", "1020", "1345", "1640"),
        (
            case.condition.exam[0],
            "Up to the chair with one assist. Call light within reach.",
            "Physician notified of results; orders received and carried out.",
            "Teaching given about medicines; patient states understanding.",
        ),
        strict=True,
    ):
        sheet.para(f"{hour}  {_fill(text, case)}  -- {rng.choice(('K. Doyle RN', 'M. Reyes RN', 'T. Abbott LPN'))}")


def _directive(sheet: Sheet, case: Case) -> None:
    """A living will: legal prose with the name in the first sentence."""
    sheet.line("ADVANCE DIRECTIVE", size=16, style="b", align="middle")
    sheet.line("Living Will Declaration", size=12, align="middle", style="i")
    sheet.down(14)
    sheet.line(f"Declarant: {case.first_last}", style="b")
    sheet.line(f"Date of Birth: {case.dob}", style="b")
    sheet.line(f"Address: {case.patient.address_line}, {case.town}")
    sheet.down(10)
    for text in (
        f"I, {case.first_last}, being of sound mind and under no undue influence, make this declaration as a directive to my physicians, my family and all others concerned with my care.",
        "If I should be in a terminal condition or a permanently unconscious state, I direct that life-sustaining treatment be withheld or withdrawn, and that I be permitted to die naturally with only the care needed to keep me comfortable.",
        "I do not want cardiopulmonary resuscitation, mechanical ventilation, or nutrition and fluids by tube when they would only prolong the process of dying.",
        f"I name {case.contact} as the person who shall be told of my condition before this directive is carried out. {case.contact} may speak for me where this document is silent.",
    ):
        sheet.para(text, after=10)
    sheet.down(34)
    sheet.signature(case.seed, sheet.margin, sheet.y)
    sheet.stroke(sheet.margin, sheet.y + 4, 300, sheet.y + 4)
    sheet.line("Declarant", size=8)
    sheet.line(f"Signed on {case.day(case.service)} in the presence of two witnesses:")
    for witness in (case.copied.split(",")[0], "Barbara Whitlow"):
        sheet.line(f"Witness: {witness}")


def _insurance(sheet: Sheet, case: Case) -> None:
    """The two sides of a card, copied onto one sheet."""
    rng = case.rng()
    sheet.line("Insurance Card - copy front and back", style="b", size=11)
    for top in (100, 330):
        sheet.box(140, top, 332, 200, line=1.5)
    sheet.put(156, 128, "BUCKEYE MUTUAL", size=18, style="b")
    sheet.put(456, 128, "PPO", size=14, style="b", align="right")
    rows = (
        ("Member Name", case.first_last.upper()),
        ("Member ID", f"BKM{rng.randint(10**8, 10**9)}"),
        ("Group No.", f"{rng.randint(10000, 99999)}"),
        ("Date of Birth", case.dob),
        ("Effective", case.day(case.service)),
        ("Subscriber", case.contact.upper()),
    )
    for i, (label, value) in enumerate(rows):
        sheet.put(156, 156 + 21 * i, label, size=8)
        sheet.put(246, 156 + 21 * i, value, style="b")
    for i, text in enumerate(
        (
            "Customer service 1-800-555-0199",
            "Provider line 1-800-555-0188",
            "RxBIN 004336   RxPCN ADV   RxGRP BKM01",
            "Claims: PO Box 1400, Columbus, OH 43216",
            "Copay: office $25   specialist $50   ER $250",
        )
    ):
        sheet.put(156, 362 + 24 * i, text, size=9)


def _cover(sheet: Sheet, case: Case) -> None:
    """A fax cover that names the sender, the addressee and the page count, and seldom the patient."""
    sheet.line("FAX", size=40, style="b")
    sheet.down(8)
    sheet.rule(width=3)
    pages = case.extra.get("pages", "5")
    for label, value in (
        ("To:", "Medical Records"),
        ("From:", case.facility.name),
        ("Fax:", case.facility.fax),
        ("Phone:", case.facility.phone),
        ("Date:", case.day(case.discharge)),
        ("Pages:", f"{pages} (including cover)"),
        ("Re:", case.extra.get("about", "Records as requested")),
    ):
        sheet.down(26)
        sheet.put(sheet.margin, sheet.y, label, size=13, style="b")
        sheet.put(sheet.margin + 80, sheet.y, value, size=13)
    sheet.down(30)
    sheet.rule()
    sheet.para(
        "CONFIDENTIALITY NOTICE: The documents with this transmission contain confidential health information that is legally protected. If you are not the intended recipient, any disclosure or copying is prohibited. Please notify the sender at once and destroy the documents.",
        size=9,
    )


LAYOUTS = (
    Layout(
        "lakeside_discharge",
        "discharge_summary",
        _discharge,
        "Helvetica",
        ("patient_name", "patient_dob", "patient_mrn", "admit_date", "discharge_date"),
        size=11.5,
        facilities=(0, 1),
    ),
    Layout("brendan_history", "history_and_physical", _history, "Times", _COMMON, size=10.5, facilities=(0, 1)),
    Layout("northgate_letter", "consultation", _consult_letter, "Times", _COMMON, size=11, margin=72, facilities=(5,)),
    Layout("harvest_visit", "progress_note", _office_note, "Helvetica", _COMMON, facilities=(2, 5)),
    Layout("brendan_operative", "operative_note", _operative, "Courier", _COMMON, facilities=(0, 1)),
    Layout("lakeside_emergency", "emergency_note", _emergency, "Liberation Sans", _COMMON, size=9.5, facilities=(0, 1)),
    Layout("tricounty_laboratory", "laboratory_report", _laboratory, "Liberation Sans", (*_COMMON, "accession"), size=9.5, facilities=(4,)),
    Layout("pinecrest_imaging", "imaging_report", _imaging, "Helvetica", (*_COMMON, "accession"), facilities=(3,)),
    Layout("tricounty_pathology", "pathology_report", _pathology, "Times", (*_COMMON, "accession"), facilities=(4,)),
    Layout(
        "harvest_immunization", "immunization_record", _immunization, "Helvetica", ("patient_name", "patient_dob", "patient_mrn"), facilities=(2,)
    ),
    Layout(
        "harvest_medications", "medication_list", _medications, "Liberation Serif", ("patient_name", "patient_dob", "patient_mrn"), facilities=(2, 5)
    ),
    Layout(
        "lakeside_authorization",
        "authorization_consent",
        _authorization,
        "Liberation Sans",
        ("patient_name", "patient_dob", "patient_mrn"),
        facilities=(0, 1, 2, 5),
    ),
    Layout("harvest_referral", "referral", _referral, "Helvetica", ("patient_name", "patient_dob", "patient_mrn"), facilities=(2,)),
    Layout("lakeside_nursing", "nursing_note", _nursing, "Liberation Sans", _COMMON, size=9.5, facilities=(0, 1)),
    Layout("living_will", "advance_directive", _directive, "Times", ("patient_name", "patient_dob"), size=12, margin=72),
    Layout("buckeye_card", "insurance_id", _insurance, "Helvetica", ("patient_name", "patient_dob")),
)
COVER = Layout("demo_cover", "fax_cover", _cover, "Helvetica", (), size=11)
