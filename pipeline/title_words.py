"""The words that tell a title from a heading: names of sections, of specialties, and what usually stands beside a title."""

from __future__ import annotations


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
    medical power of attorney, health care proxy, surgical pathology, microbiology, radiology"""
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
