"""Layouts to study fields on: where a label stands, who else is named and how a page is signed differ from the other sets'.

They belong to no set of files. The readers may be built on them.
"""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

from samples.draw import Layout
from samples.facts import Case
from samples.layouts import study_beside, study_forms, study_notes
from samples.layouts.study_parts import charges_of, npi_of

_NAMED = ("patient_name", "patient_dob", "patient_mrn")
_DATED = (*_NAMED, "service_date")
_SIGNED = (*_DATED, "author", "facility")
_STAY = (*_NAMED, "admit_date", "discharge_date", "author", "facility")

LAYOUTS = (
    Layout("study_ehr", "progress_note", study_notes.ehr, "Liberation Sans", _SIGNED, size=9.5),
    Layout("study_claim", "referral", study_forms.claim, "Helvetica", (*_SIGNED, "author_npi", "ordering_provider", "icd10_codes", "cpt_codes"), size=9),
    Layout("study_reference_lab", "laboratory_report", study_forms.reference_lab, "FreeSans", (*_DATED, "accession", "facility", "ordering_provider"), size=9),
    Layout("study_requisition", "laboratory_report", study_forms.requisition, "Helvetica", (*_DATED, "ordering_provider", "facility", "icd10_codes"), size=9),
    Layout("study_newborn", "maternity", study_forms.newborn, "Times", _STAY, size=10),
    Layout("study_spanish", "consultation", study_notes.spanish, "Liberation Serif", (*_SIGNED, "ordering_provider")),
    Layout("study_copied_letter", "consultation", study_notes.copied_letter, "Times", _SIGNED, size=11, margin=70),
    Layout("study_narrative", "consultation", study_notes.narrative, "Courier", ("patient_name", "patient_dob", "service_date", "author", "facility"), margin=60),
    Layout("study_banner", "discharge_summary", study_notes.unlabelled_banner, "Liberation Sans", _STAY),
    Layout("study_column_heads", "procedure_note", study_forms.column_heads, "DejaVu Sans", (*_SIGNED, "ordering_provider", "cpt_codes", "icd10_codes"), size=8.5),
    Layout("study_signed_lines", "authorization_consent", study_forms.signed_lines, "Times", _SIGNED, size=10.5),
    Layout("study_face", "insurance_id", study_forms.face, "Liberation Sans", (*_NAMED, "admit_date", "author", "facility", "icd10_codes", "patient_phone", "patient_address"), size=9.5, margin=46),
    Layout("study_dictated", "operative_note", study_notes.dictated, "Courier", (*_SIGNED, "icd10_codes"), margin=60),
    Layout("study_polysomnography", "pulmonary_sleep", study_notes.study_sheet, "FreeSerif", (*_SIGNED, "author_npi", "ordering_provider", "cpt_codes", "icd10_codes")),
    Layout("study_ris", "imaging_report", study_forms.ris, "Liberation Mono", (*_SIGNED, "accession", "ordering_provider"), size=9.5, margin=50),
    Layout("study_seen_by", "emergency_note", study_notes.seen_by, "DejaVu Serif", _SIGNED, size=9),
    Layout("study_slashed", "authorization_consent", study_beside.slashed, "Liberation Sans", (*_DATED, "patient_sex")),
    Layout("study_bracketed", "progress_note", study_beside.bracketed, "FreeSans", (*_DATED, "author")),
    Layout("study_framed", "insurance_id", study_beside.framed, "Helvetica", (*_NAMED, "patient_phone", "patient_address"), size=9.5),
    Layout("study_flanked", "progress_note", study_beside.flanked, "Times", (*_DATED, "author"), size=10.5),
    Layout("study_spanish_letter", "consultation", study_beside.spanish_letter, "Liberation Serif", (*_NAMED, "author")),
    Layout("study_gutter", "consultation", study_beside.gutter, "DejaVu Sans", (*_DATED, "author", "ordering_provider"), size=9),
    Layout("study_ledger", "emergency_note", study_beside.ledger, "Liberation Sans", (*_DATED, "author")),
    Layout("study_dotted", "discharge_summary", study_beside.dotted, "Courier", _STAY[:-1]),
    Layout("study_typed_in", "history_and_physical", study_beside.typed_in, "Liberation Mono", (*_DATED, "author"), size=9.5),
    Layout("study_trailing", "therapy_note", study_beside.trailing, "Helvetica", _DATED),
    Layout("study_captioned_lines", "authorization_consent", study_beside.captioned_lines, "FreeSerif", _NAMED, size=10.5),
    Layout("study_wrapped", "transfer_summary", study_beside.wrapped, "Liberation Sans", _NAMED),
)  # fmt: skip


def printed(layout: Layout, case: Case) -> dict[str, str]:
    """The fields a study layout prints, in the export's form."""
    values = {
        "patient_name": case.truth_name,
        "patient_dob": case.patient.dob,
        "patient_mrn": case.mrn,
        "patient_sex": case.patient.sex,
        "patient_phone": case.patient.phone,
        "patient_address": f"{case.patient.address_line}, {case.town}",
        "service_date": case.service.isoformat(),
        "admit_date": case.admit.isoformat(),
        "discharge_date": case.discharge.isoformat(),
        "accession": case.accession,
        "author": case.provider,
        "author_npi": npi_of(case),
        "ordering_provider": case.ordering,
        "facility": case.facility.name,
        "icd10_codes": case.condition.icd,
        "cpt_codes": "95810" if layout.draw is study_notes.study_sheet else ", ".join(charges_of(case)),
    }
    return {name: values[name] for name in layout.prints if values[name]}
