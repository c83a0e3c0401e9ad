"""The words that tell a title from a heading: names of sections, of specialties, and what usually stands beside a title."""

from __future__ import annotations

from typing import NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(","))


SMALL = frozenset(_words("of and for the to in a an with or by on w wo without"))

# headings inside a body that are also names of documents: they count only where nothing else can be meant
SECTION_NAMES = _phrases(
    """medication list, current medications, active medications, home medications, history and physical, history & physical,
    immunization history, immunizations, consultation, history and physical examination, insurance information, referral,
    advance directive, correspondence, laboratory results, lab results, test results, nursing assessment, letter, fax,
    facsimile, echocardiogram, electrocardiogram, ecg, ekg, cardiac catheterization, informed consent, patient consent,
    mental health assessment, clinical summary, spirometry, medication reconciliation, colonoscopy, bronchoscopy,
    upper endoscopy, office visit, photo identification, prior authorization, insurance verification, exercise stress test,
    sleep study, pulmonary function test, pulmonary function studies, continuity of care, referral order, vaccination record,
    living will, polst, anesthesia, operation, visit summary, return to work, consent for treatment,
    medical power of attorney, health care proxy, surgical pathology, microbiology, radiology, consult, laboratory,
    encounter summary, medical summary, patient demographics, patient registration, medication review, active prescriptions,
    laboratory findings, echocardiography, cytopathology, bone densitometry, consult request, consultation request, chart summary,
    patient demographic information, registration information, active medications list, current medications list,
    registration form, vaccine history, biopsy results, sleep study results, echocardiogram results, telephone encounter"""
)
# headings that open a body: a title stands above the first of them
SECTIONS = _phrases(
    """chief complaint, history of present illness, hpi, subjective, objective, indication, indications, clinical indication,
    reason for exam, preoperative diagnosis, pre-op diagnosis, postoperative diagnosis, post-op diagnosis,
    procedure performed, operation performed, technique, findings, impression, comparison, clinical history,
    clinical information, reason for consultation, reason for visit, reason for referral, allergies, medications, assessment,
    assessment and plan, plan, final diagnosis, diagnosis, diagnoses, hospital course, specimen, gross description,
    microscopic description, admission diagnosis, admitting diagnosis, discharge diagnosis, past medical history,
    past surgical history, social history, family history, review of systems, physical examination, physical exam,
    vital signs, interpretation, conclusion, recommendations, to whom it may concern, history, problem list"""
)
SPECIALTIES = frozenset(
    _words(
        """cardiology cardiovascular neurology gastroenterology gi orthopedic orthopedics orthopaedic surgery surgical general
        endocrinology rheumatology pulmonary pulmonology nephrology urology oncology hematology dermatology infectious disease
        vascular ent ophthalmology allergy pain podiatry obstetrics gynecology ob gyn obgyn pediatric pediatrics geriatric
        internal medicine family primary care medical trauma critical spine hand neurosurgery plastic thoracic cardiac wound
        sports physiatry anesthesiology behavioral psychiatry emergency dental nutrition dietary radiation"""
    )
)
QUALIFIERS = SPECIALTIES | frozenset(
    _words(
        """report reports note notes form forms record records summary document documentation sheet copy final preliminary
        corrected amended addendum page continued original department dept division service services clinic center hospital
        health system group associates institute laboratory laboratories office unit outpatient inpatient initial follow up
        followup new established patient patients adult annual routine comprehensive complete daily monthly brief physician
        provider physicians resident attending nurse md electronic chart official confidential date time no number diagnostic
        imaging evaluation visit exam examination study results result history and physical interim admission discharge
        preoperative postoperative st saint regional community memorial university county general telehealth clinical consult
        letter request order transcription left right bilateral"""
    )
)
# words that stand in titles of every type: alone they name none
GENERIC = SMALL | frozenset(
    _words(
        """report reports note notes form record records summary document final result results preliminary patient visit page copy
            history list test letter information"""
    )
)
FACILITY = frozenset(
    _words("hospital clinic center centre health medical associates laboratories laboratory lab system group institute physicians care practice")
)
MODALITIES = _phrases(
    """ct, cta, cat scan, mri, mra, mr, xr, x-?rays?, radiographs?, us, ultrasound, sonogram, mammo(?:gram|graphy)?, pet(?:/ct)?, dexa, dxa, nm,
    fluoroscopy, tomography, magnetic resonance"""
)
REGIONS = _phrases(
    """chest, abd(?:omen|ominal)?, pelvi[sc], brain, head, spine, lumbar, cervical, thoracic, knees?, shoulder, hips?, ankle,
        wrist, hands?, foot, feet,
    sinus(?:es)?, neck, thyroid, renal, kidneys?, liver, breasts?, screening, bilateral, carotid, venous, doppler, extremity,
        gallbladder, elbow, femur,
    tibia, bone, density, orbits?, facial, heart, coronary, aorta, bladder, scrotal, obstetric, ob, skull, forearm, ribs?, soft tissue"""
)
DEPARTMENTS = {
    "radiology": "imaging_report",
    "diagnostic imaging": "imaging_report",
    "pathology": "pathology_report",
    "laboratory medicine": "laboratory_report",
}


class HeadingSet(NamedTuple):
    """Headings that stand together in one type: groups of names for the same heading, how many groups are needed, and how often that misleads."""

    slug: str
    needed: int
    doubt: float
    groups: tuple[tuple[str, ...], ...]
    against: tuple[str, ...] = ()


HEADING_SETS = (
    HeadingSet(
        "imaging_report",
        3,
        0.08,
        (
            _phrases("technique, protocol, imaging technique, procedure technique"),
            _phrases("comparison, comparisons, comparison study, comparison exam"),
            _phrases("findings, radiographic findings, report"),
            _phrases("impression, impressions, opinion, conclusion"),
            _phrases(
                """exam, examination, study, exam date, exm date, date of exam, exam description, reason for exam, reason for study, reason
                    for examination, img loc"""
            ),
        ),
        _phrases("postoperative diagnosis, anesthesia, complications, review of systems, plan, assessment and plan"),
    ),
    HeadingSet(
        "operative_note",
        4,
        0.2,
        (
            _phrases("preoperative diagnosis, preoperative diagnoses, pre-operative diagnosis, pre-op diagnosis, preop diagnosis"),
            _phrases("postoperative diagnosis, postoperative diagnoses, post-operative diagnosis, post-op diagnosis, postop diagnosis"),
            _phrases(
                """operation performed, operation, operations performed, name of operation, title of operation, operative findings, date of
                    operation, date of surgery"""
            ),
            _phrases("surgeon, surgeons, assistant, assistants, first assistant, assistant surgeon"),
            _phrases("anesthesia, type of anesthesia, anesthesiologist"),
            _phrases("estimated blood loss, ebl, blood loss, tourniquet time, drains, implants, counts, closure"),
        ),
    ),
    HeadingSet(
        "pathology_report",
        3,
        0.05,
        (
            _phrases("gross description, gross, macroscopic description, gross examination"),
            _phrases("microscopic description, microscopic, microscopic examination, microscopic diagnosis"),
            _phrases("final diagnosis, diagnosis, pathologic diagnosis, final pathologic diagnosis, diagnosis comment"),
            _phrases(
                """specimen, specimens, specimen submitted, specimens submitted, specimen source, source of specimen, tissue
                submitted"""
            ),
        ),
        _phrases("anesthesia, estimated blood loss, physical examination"),
    ),
    HeadingSet(
        "discharge_summary",
        3,
        0.08,
        (
            _phrases("date of admission, admission date, admit date, admitted, date admitted"),
            _phrases("date of discharge, discharge date, discharged, date discharged"),
            _phrases("hospital course, brief hospital course, course in hospital, summary of hospital course, hospital course by problem"),
            _phrases("discharge diagnosis, discharge diagnoses, final diagnoses, principal diagnosis"),
            _phrases(
                """discharge medications, medications on discharge, medications at discharge, discharge instructions, disposition,
                    condition on discharge, condition at discharge"""
            ),
        ),
    ),
    HeadingSet(
        "consultation",
        2,
        0.1,
        (
            _phrases(
                """reason for consultation, reason for consult, reason for the consultation, consultation requested for, question
                asked"""
            ),
            _phrases(
                """requesting physician, requesting provider, requested by, referring physician, referring provider, consulting physician,
                    consultant, date of consultation, consultation date"""
            ),
        ),
        _phrases("hospital course, postoperative diagnosis"),
    ),
    HeadingSet(
        "consultation", 1, 0.25, (_phrases("reason for consultation, reason for consult, reason for the consultation, date of consultation"),)
    ),
    HeadingSet(
        "progress_note",
        4,
        0.3,
        (
            _phrases("subjective, s, interval history"),
            _phrases("objective, o"),
            _phrases("assessment, a, assessment and plan, a/p, assessment/plan, assessment plan"),
            _phrases("plan, p, treatment, follow up"),
        ),
        _phrases("reason for consultation, hospital course"),
    ),
    HeadingSet(
        "insurance_id",
        4,
        0.05,
        (
            _phrases("guarantor, guarantor name, responsible party, guarantor information"),
            _phrases(
                """subscriber, subscriber name, policy holder, insured, insured name, subscriber id, policy number, policy no, policy,
                    member id, policy #"""
            ),
            _phrases("group number, group no, group, grp, group #, group name"),
            _phrases(
                """primary insurance, insurance, payer, primary payer, insurance company, coverage, plan name, ins 1, primary coverage,
                    insurance information"""
            ),
            _phrases("secondary insurance, secondary payer, ins 2, secondary coverage"),
            _phrases("employer, occupation, employer name, employment status"),
            _phrases(
                "emergency contact, next of kin, notify in emergency, person to notify, contact person, nearest relative, relationship, relation"
            ),
            _phrases("marital status, religion, race, ethnicity, language, preferred language, marital"),
        ),
        _phrases("hospital course, assessment, impression, findings, technique, physical examination, subjective, plan"),
    ),
    HeadingSet(
        "emergency_note",
        2,
        0.06,
        (
            _phrases(
                "ed course, emergency department course, emergency room course, course in the ed, er course, course in the emergency department"
            ),
            _phrases(
                """triage, triage time, mode of arrival, arrival, arrived by, arrival mode, acuity, chief complaint, medical decision
                    making, mdm, disposition"""
            ),
        ),
        _phrases("hospital course, discharge medications"),
    ),
)
COLUMNS = _phrases(
    """reference range, reference interval, ref range, normal range, units, flag, result, test name, component, analyte, tests,
        current result"""
)
# headings of a paper that tells more than results: a table of results inside it is a part, not the paper
TOLD = _phrases(
    """allergies, medications, current medications, problem list, problems, active problems, assessment, assessment and
    plan, plan, immunizations, vital signs, history of present illness, social history, family history, past medical
    history, physical exam, physical examination, hospital course, procedures, encounters, plan of care, discharge
    medications, chief complaint, reason for visit, reason for transfer"""
)
