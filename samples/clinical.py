"""Sentence banks for plausible records, written for this project. Knows medicine's phrases and nothing of patients or pages.

`{He}`, `{he}`, `{age}`, `{noun}` in a sentence are filled in by the layout that uses it.
"""

# ruff: noqa: E501  -- a sentence of a record stays on one line
from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """One illness with what every kind of record says about it."""

    name: str
    icd: str
    youngest: int
    complaint: str
    history: tuple[str, ...]
    exam: tuple[str, ...]
    course: tuple[str, ...]
    plan: tuple[str, ...]
    drugs: tuple[tuple[str, str, str], ...]
    study: str
    findings: tuple[str, ...]
    impression: str
    surgery: str
    technique: tuple[str, ...]
    specimen: str
    gross: str
    diagnosis: str
    specialty: str


CONDITIONS = (
    Condition(
        "Community-acquired pneumonia", "J18.9", 0, "cough and fever for five days",
        ("Productive cough with yellow sputum and temperatures to 102.4 F began five days before presentation.", "{He} noted pleuritic pain on the right and shortness of breath on climbing one flight of stairs.", "There was no travel, no aspiration, and no sick contact other than a grandchild with a cold."),
        ("Crackles are heard at the right base with dullness to percussion.", "No accessory muscle use. Heart regular without murmur.", "Extremities warm, no edema, no cyanosis."),
        ("Blood cultures were drawn and ceftriaxone with azithromycin was begun in the emergency department.", "Oxygen was weaned from 3 L to room air by the third hospital day.", "The white count fell from 17.2 to 9.1 and {he} was afebrile for 36 hours before leaving."),
        ("Complete amoxicillin-clavulanate for four more days.", "Repeat chest film in six weeks to document clearing.", "Influenza and pneumococcal vaccines were reviewed."),
        (("Amoxicillin-clavulanate", "875 mg", "by mouth twice daily"), ("Albuterol HFA", "90 mcg", "2 puffs every 4 hours as needed"), ("Guaifenesin", "600 mg", "by mouth twice daily")),
        "Chest, two views", ("There is patchy airspace opacity in the right lower lobe with air bronchograms.", "The cardiac silhouette is within normal limits.", "No pneumothorax. A trace right pleural effusion is present."),
        "Right lower lobe pneumonia with trace parapneumonic effusion. Follow-up to resolution is advised.",
        "Flexible bronchoscopy with lavage", ("The scope was passed through the left naris after topical lidocaine.", "Purulent secretions were suctioned from the right lower lobe segments.", "Lavage was sent for culture and cytology. There was no endobronchial lesion."),
        "Bronchoalveolar lavage, right lower lobe", "Received fresh are 28 mL of cloudy tan fluid. Two smears and a cell block are prepared.", "Acute inflammatory cells and macrophages. No malignant cells identified.", "Pulmonary Medicine",
    ),
    Condition(
        "Acute decompensated heart failure", "I50.23", 40, "swelling of the legs and breathlessness",
        ("Over two weeks {he} gained eleven pounds and began sleeping in a recliner.", "Dietary salt increased over a family holiday and two furosemide doses were missed.", "There was no chest pain, palpitation or syncope."),
        ("Jugular venous pressure is 14 cm with hepatojugular reflux.", "Bibasilar crackles to the mid zones; S3 gallop at the apex.", "Pitting edema to the knees on both sides."),
        ("Intravenous furosemide 80 mg twice daily produced a net loss of 7.4 liters.", "Renal function was followed daily; creatinine peaked at 1.5 and settled at 1.3.", "Echocardiography showed an ejection fraction of 30 percent, unchanged."),
        ("Daily weights; call for a gain of three pounds in a day.", "Two-gram sodium diet and a 1.5-liter fluid limit.", "Basic metabolic panel within one week."),
        (("Furosemide", "80 mg", "by mouth each morning"), ("Carvedilol", "12.5 mg", "by mouth twice daily with food"), ("Sacubitril-valsartan", "49-51 mg", "by mouth twice daily"), ("Spironolactone", "25 mg", "by mouth daily")),
        "Chest, portable AP", ("The heart is enlarged with cephalization of the pulmonary vessels.", "Bilateral interstitial opacities and Kerley B lines are seen.", "Small bilateral pleural effusions."),
        "Findings of congestive heart failure with interstitial edema, increased since the prior study.",
        "Right heart catheterization", ("Access was obtained in the right internal jugular vein under ultrasound.", "Pressures were recorded in the right atrium, right ventricle and pulmonary artery.", "Wedge pressure was 27 mmHg and the cardiac index 2.0 by thermodilution."),
        "Endomyocardial biopsy, right ventricle", "Received in formalin are five fragments of tan tissue, 1 to 2 mm each, wholly submitted.", "Myocyte hypertrophy and interstitial fibrosis. No amyloid by Congo red. No myocarditis.", "Cardiology",
    ),
    Condition(
        "Acute appendicitis", "K35.80", 4, "abdominal pain moving to the right lower side",
        ("Pain began about the navel the evening before and settled in the right lower quadrant by morning.", "{He} vomited twice and refused breakfast.", "No diarrhea, dysuria or prior abdominal surgery."),
        ("Tenderness with guarding at McBurney's point; Rovsing sign is positive.", "Bowel sounds are diminished.", "No hernia, no mass."),
        ("After fluids and cefoxitin {he} was taken for laparoscopic appendectomy.", "The appendix was inflamed and not perforated.", "A regular diet was tolerated on the first day after surgery."),
        ("No lifting above fifteen pounds for two weeks.", "Wound check in ten days.", "Return for fever, drainage or vomiting."),
        (("Acetaminophen", "650 mg", "by mouth every 6 hours as needed"), ("Ibuprofen", "400 mg", "by mouth every 8 hours with food"), ("Docusate", "100 mg", "by mouth twice daily")),
        "CT abdomen and pelvis with contrast", ("The appendix measures 12 mm with wall enhancement and adjacent fat stranding.", "An appendicolith of 5 mm lies at its base.", "No abscess and no free air. Liver, spleen and kidneys are unremarkable."),
        "Acute uncomplicated appendicitis with appendicolith.",
        "Laparoscopic appendectomy", ("A 12 mm port was placed at the umbilicus by open technique and two 5 mm ports under vision.", "The mesoappendix was divided with the energy device and the base with a linear stapler.", "The specimen was removed in a bag and hemostasis was confirmed before closure."),
        "Appendix", "Received in formalin is a vermiform appendix, 7.5 x 1.1 cm, with a dull congested serosa and purulent lumen.", "Acute suppurative appendicitis with periappendicitis. No neoplasm.", "General Surgery",
    ),
    Condition(
        "Type 2 diabetes mellitus, poorly controlled", "E11.65", 30, "high home glucose readings",
        ("Fasting readings at home have run from 190 to 260 over the last month.", "{He} admits to missing evening metformin and drinking sweet tea with meals.", "No blurred vision, foot ulcer or hypoglycemia."),
        ("Monofilament sensation is reduced over both great toes.", "Pedal pulses are present and symmetric.", "Fundi were not examined today."),
        ("Hemoglobin A1c returned at 9.8 percent.", "Basal insulin was started and titrated to a fasting goal below 130.", "A dietitian met with the patient and the family."),
        ("Increase glargine by two units every three days until fasting glucose is below 130.", "Dilated eye examination is due.", "Recheck A1c and urine albumin in three months."),
        (("Metformin ER", "1000 mg", "by mouth twice daily with meals"), ("Insulin glargine", "18 units", "under the skin at bedtime"), ("Atorvastatin", "40 mg", "by mouth at bedtime"), ("Lisinopril", "10 mg", "by mouth daily")),
        "Renal ultrasound", ("The right kidney measures 10.8 cm and the left 11.1 cm.", "Cortical echogenicity is mildly increased on both sides.", "No hydronephrosis or stone. The bladder empties completely."),
        "Mildly echogenic kidneys, in keeping with medical renal disease. No obstruction.",
        "Debridement of left great toe", ("Under digital block the callus was sharply debrided to bleeding tissue.", "The wound measured 1.2 x 0.8 cm and did not probe to bone.", "A moist dressing and an offloading shoe were applied."),
        "Soft tissue, left great toe", "Received is an irregular piece of gray-tan tissue of 1.1 cm, bisected.", "Fibroadipose tissue with chronic inflammation and hyperkeratosis. No osteomyelitis seen.", "Endocrinology",
    ),
    Condition(
        "Osteoarthritis of the left knee", "M17.12", 45, "left knee pain that limits walking",
        ("Pain in the medial knee has worsened over three years and now limits walking to one block.", "Two corticosteroid injections gave six weeks of relief each.", "{He} uses a cane and avoids stairs."),
        ("Varus alignment with range of motion 5 to 105 degrees.", "Medial joint line tenderness and a small effusion.", "Ligaments stable; distal pulses intact."),
        ("Total knee arthroplasty was carried out under spinal anesthesia.", "Physical therapy began on the day of surgery and {he} walked 150 feet with a walker.", "Hemoglobin fell to 10.4 without transfusion."),
        ("Weight bearing as tolerated with a walker.", "Aspirin for thrombosis prevention for thirty days.", "Staples out in two weeks."),
        (("Aspirin EC", "81 mg", "by mouth twice daily for 30 days"), ("Oxycodone", "5 mg", "by mouth every 6 hours as needed for pain"), ("Celecoxib", "200 mg", "by mouth daily"), ("Senna", "8.6 mg", "by mouth at bedtime")),
        "Left knee, three views", ("There is severe narrowing of the medial compartment with subchondral sclerosis.", "Tricompartmental osteophytes are noted.", "No fracture. A small joint effusion is seen."),
        "Advanced medial compartment osteoarthritis of the left knee.",
        "Left total knee arthroplasty", ("A midline incision with medial parapatellar arthrotomy was used.", "Femoral and tibial cuts were made with intramedullary and extramedullary guides.", "Cemented components were placed and the knee was stable through the whole range."),
        "Bone and soft tissue, left knee", "Received are fragments of bone and cartilage, 9 x 7 x 3 cm in aggregate, with eburnation.", "Degenerative joint disease.", "Orthopedic Surgery",
    ),
    Condition(
        "Atrial fibrillation with rapid response", "I48.91", 45, "palpitations since yesterday",
        ("An irregular fast heartbeat began while gardening and did not stop with rest.", "{He} felt lightheaded and had mild chest tightness without radiation.", "Caffeine use is heavy; alcohol is two drinks a week."),
        ("Pulse irregularly irregular at 138; blood pressure 118/72.", "Lungs clear. No murmur or rub.", "Thyroid not enlarged."),
        ("A diltiazem infusion brought the rate below 100 within two hours.", "Transesophageal echocardiography showed no thrombus and cardioversion restored sinus rhythm.", "Apixaban was begun for a CHA2DS2-VASc score of 3."),
        ("Continue anticoagulation without a break.", "Sleep study to be arranged.", "Rhythm monitor for fourteen days."),
        (("Apixaban", "5 mg", "by mouth twice daily"), ("Metoprolol succinate", "50 mg", "by mouth daily"), ("Rosuvastatin", "10 mg", "by mouth at bedtime")),
        "CT angiogram of the chest", ("The pulmonary arteries opacify well without filling defect.", "The left atrium is mildly enlarged.", "Lungs are clear apart from dependent atelectasis."),
        "No pulmonary embolism. Mild left atrial enlargement.",
        "Direct current cardioversion", ("After propofol sedation a single synchronized shock of 200 joules was delivered.", "Sinus rhythm at 72 was restored at once.", "There was no skin burn and {he} woke without deficit."),
        "Left atrial appendage", "Received is a pouch of tan muscle, 4.2 x 2.0 cm, without thrombus.", "Cardiac muscle with mild fibrosis.", "Cardiac Electrophysiology",
    ),
    Condition(
        "Asthma exacerbation", "J45.901", 2, "wheezing and chest tightness",
        ("Wheeze began after mowing hay and did not settle with six puffs of albuterol.", "{He} woke three times in the night coughing.", "The last steroid course was eight months ago; never intubated."),
        ("Diffuse expiratory wheeze with a prolonged expiratory phase.", "Speaks in short sentences; no stridor.", "Oxygen saturation 92 percent on room air."),
        ("Three back-to-back nebulizers and oral prednisone improved peak flow from 48 to 76 percent.", "Magnesium was not required.", "An action plan was reviewed and inhaler technique corrected."),
        ("Prednisone for five days.", "Start a daily inhaled steroid.", "See the primary physician within three days."),
        (("Prednisone", "40 mg", "by mouth daily for 5 days"), ("Fluticasone-salmeterol", "250-50", "1 inhalation twice daily"), ("Albuterol HFA", "90 mcg", "2 puffs every 4 hours as needed"), ("Cetirizine", "10 mg", "by mouth daily")),
        "Chest, two views", ("The lungs are hyperinflated with flattened hemidiaphragms.", "No focal consolidation or effusion.", "The mediastinum is normal."),
        "Hyperinflation without acute infiltrate.",
        "Spirometry with bronchodilator", ("Three acceptable efforts were obtained before and after albuterol.", "FEV1 rose from 68 to 84 percent of predicted.", "The flow-volume loop is scooped."),
        "Nasal polyp", "Received are two pale gelatinous fragments, 0.9 cm in aggregate.", "Inflammatory polyp with eosinophils.", "Allergy and Immunology",
    ),
    Condition(
        "Iron deficiency anemia", "D50.9", 25, "fatigue and pale skin",
        ("Fatigue has grown over four months and {he} craves ice.", "Stools have been dark at times; there is no weight loss.", "Ibuprofen was taken most days for back pain."),
        ("Conjunctivae pale. Abdomen soft without mass.", "Rectal examination: brown stool, test positive for blood.", "Nails brittle, no jaundice."),
        ("Two units of red cells were given and intravenous iron was started.", "Upper endoscopy showed erosive gastritis and colonoscopy removed a 14 mm polyp.", "Hemoglobin was 9.2 at departure."),
        ("Avoid ibuprofen and like drugs.", "Iron every other day; blood count in four weeks.", "Surveillance colonoscopy in three years."),
        (("Ferrous sulfate", "325 mg", "by mouth every other day"), ("Pantoprazole", "40 mg", "by mouth before breakfast"), ("Vitamin C", "250 mg", "by mouth with iron")),
        "CT enterography", ("Small bowel loops show normal caliber and wall thickness.", "No vascular malformation is identified.", "There is colonic diverticulosis without inflammation."),
        "No small bowel source of bleeding. Colonic diverticulosis.",
        "Colonoscopy with polypectomy", ("The colonoscope was advanced to the cecum, confirmed by the appendiceal orifice.", "A 14 mm pedunculated polyp at 35 cm was removed with a hot snare.", "Preparation was good and withdrawal took nine minutes."),
        "Sigmoid colon polyp at 35 cm", "Received in formalin is a polypoid fragment, 1.4 x 1.0 x 0.9 cm, stalk inked blue, trisected.", "Tubular adenoma. Stalk margin free. No high-grade dysplasia.", "Gastroenterology",
    ),
    Condition(
        "Closed fracture of the right distal radius", "S52.501A", 5, "right wrist pain after a fall",
        ("{He} slipped on ice and landed on the outstretched right hand.", "Pain and swelling were immediate; there was no head injury.", "No numbness in the fingers."),
        ("Dorsal deformity of the right wrist, skin intact.", "Capillary refill under two seconds; thumb opposition preserved.", "Elbow and shoulder move freely."),
        ("Closed reduction under hematoma block restored alignment.", "A sugar-tong splint was applied and sensation was intact afterward.", "Orthopedic follow-up was arranged within a week."),
        ("Keep the splint dry and the hand raised.", "Repeat film in one week.", "Bone density test to be considered."),
        (("Acetaminophen", "500 mg", "by mouth every 6 hours as needed"), ("Calcium carbonate", "600 mg", "by mouth twice daily"), ("Vitamin D3", "1000 units", "by mouth daily")),
        "Right wrist, three views", ("A transverse fracture of the distal radius shows 15 degrees of dorsal tilt.", "The ulnar styloid is avulsed.", "Carpal alignment is kept."),
        "Displaced distal radius fracture with ulnar styloid avulsion.",
        "Open reduction, right distal radius", ("A volar approach between flexor carpi radialis and the radial artery was used.", "The fragments were reduced and held with a locking plate and seven screws.", "Fluoroscopy confirmed length, tilt and no joint penetration."),
        "Bone fragments, right wrist", "Received are three chips of bone, 0.8 cm in aggregate, decalcified.", "Bone with hemorrhage and reactive change, consistent with fracture.", "Orthopedic Surgery",
    ),
    Condition(
        "Migraine without aura", "G43.009", 14, "recurrent one-sided headache",
        ("Headaches come four to six times a month, throbbing, with nausea and light sensitivity.", "Each lasts a day if untreated; sleep loss and red wine are triggers.", "There is no weakness, double vision or speech trouble."),
        ("Cranial nerves are intact and discs are sharp.", "Strength, reflexes and gait normal.", "Neck supple without tenderness."),
        ("Fluids, prochlorperazine and ketorolac relieved the pain from 9 to 2 of 10.", "Imaging showed no bleeding.", "A preventive drug was discussed and begun."),
        ("Keep a headache diary.", "Limit triptan use to nine days a month.", "Return in eight weeks."),
        (("Sumatriptan", "50 mg", "by mouth at onset, may repeat once"), ("Propranolol LA", "60 mg", "by mouth daily"), ("Magnesium oxide", "400 mg", "by mouth at bedtime"), ("Ondansetron", "4 mg", "by mouth as needed for nausea")),
        "MRI brain without contrast", ("No restricted diffusion, hemorrhage or mass effect.", "Ventricles and sulci are normal for age.", "A few punctate white matter foci are nonspecific."),
        "No acute intracranial abnormality.",
        "Greater occipital nerve block", ("The occipital ridge was cleaned and the nerve located by palpation.", "Bupivacaine 0.5 percent, 3 mL, was injected on each side.", "Numbness of the scalp confirmed the block."),
        "Temporal artery, left", "Received is a tubular segment of 1.6 cm, serially sectioned.", "Artery without inflammation. No giant cells.", "Neurology",
    ),
)  # fmt: skip

PAST_HISTORY = (
    "Hypertension, treated for twelve years", "Hyperlipidemia", "Gastroesophageal reflux", "Appendectomy in childhood", "Seasonal allergies", "Hypothyroidism",
    "Cholecystectomy 2011", "Osteopenia", "Former smoker, quit 2009", "Obstructive sleep apnea, uses CPAP", "Chronic kidney disease, stage 2", "Tonsillectomy",
    "Gout, last attack two years ago", "Depression, in remission", "Benign positional vertigo",
)  # fmt: skip
ALLERGIES = ("No known drug allergies", "Penicillin (rash)", "Sulfa (hives)", "Codeine (nausea)", "Latex", "Iodinated contrast (itching)")
SOCIAL = (
    "Lives with family in a single-story home. Denies tobacco; drinks socially.", "Retired machinist. Smoked one pack daily for twenty years and stopped.",
    "Works in a school office. No tobacco, no alcohol, no other drugs.", "Lives alone with a dog; a neighbor helps with shopping.",
)  # fmt: skip
FAMILY = (
    "Father died of a heart attack at 61; mother has diabetes.",
    "No family history of early heart disease or colon cancer.",
    "A sister has breast cancer; parents living.",
)
REVIEW = (
    "Constitutional: no weight change beyond that noted.", "Eyes and ears: no change in vision or hearing.", "Respiratory: as above.", "Cardiovascular: as above.",
    "Gastrointestinal: no heartburn, no change of bowel habit.", "Genitourinary: no burning or frequency.", "Skin: no rash.", "Neurologic: no focal weakness.",
)  # fmt: skip
LABS = (
    ("WBC", 4.0, 11.0, "10^3/uL"), ("RBC", 4.20, 5.80, "10^6/uL"), ("Hemoglobin", 12.0, 17.0, "g/dL"), ("Hematocrit", 36.0, 50.0, "%"), ("MCV", 80.0, 100.0, "fL"),
    ("Platelets", 150, 400, "10^3/uL"), ("Sodium", 135, 145, "mmol/L"), ("Potassium", 3.5, 5.1, "mmol/L"), ("Chloride", 98, 107, "mmol/L"), ("CO2", 22, 29, "mmol/L"),
    ("Glucose", 70, 99, "mg/dL"), ("BUN", 7, 20, "mg/dL"), ("Creatinine", 0.60, 1.20, "mg/dL"), ("Calcium", 8.6, 10.2, "mg/dL"), ("AST", 10, 40, "U/L"),
    ("ALT", 7, 56, "U/L"), ("Alkaline phosphatase", 44, 147, "U/L"), ("Total bilirubin", 0.1, 1.2, "mg/dL"), ("Albumin", 3.5, 5.0, "g/dL"), ("TSH", 0.40, 4.50, "uIU/mL"),
    ("Hemoglobin A1c", 4.0, 5.6, "%"), ("Total cholesterol", 100, 199, "mg/dL"), ("HDL cholesterol", 40, 90, "mg/dL"), ("Triglycerides", 40, 149, "mg/dL"),
)  # fmt: skip
VACCINES = (
    ("Influenza, quadrivalent", "FluVax"), ("Tdap", "Boostrix"), ("Hepatitis B", "Engerix-B"), ("MMR", "M-M-R II"), ("Varicella", "Varivax"), ("COVID-19 mRNA", "Comirnaty"),
    ("Pneumococcal PCV20", "Prevnar 20"), ("Zoster recombinant", "Shingrix"), ("Hepatitis A", "Havrix"), ("Polio (IPV)", "IPOL"), ("HPV 9-valent", "Gardasil 9"),
)  # fmt: skip


def choose_condition(rng: random.Random, age: int) -> Condition:
    """An illness that somebody of this age may have."""
    return rng.choice([condition for condition in CONDITIONS if condition.youngest <= age])


def lab_values(rng: random.Random, count: int) -> list[tuple[str, str, str, str, str]]:
    """Test, result, flag, reference range and unit for a run of tests; about 1 in 5 outside its range."""
    start = rng.randrange(len(LABS) - count + 1)
    return [_lab_value(rng, *LABS[i]) for i in range(start, start + count)]


def vitals(rng: random.Random) -> tuple[tuple[str, str], ...]:
    """One set of vital signs."""
    return (
        ("Temp", f"{rng.uniform(97.2, 101.8):.1f} F"), ("Pulse", f"{rng.randint(58, 124)}"), ("Resp", f"{rng.randint(12, 26)}"),
        ("BP", f"{rng.randint(98, 172)}/{rng.randint(54, 98)}"), ("SpO2", f"{rng.randint(90, 100)}%"), ("Weight", f"{rng.randint(96, 260)} lb"),
    )  # fmt: skip


def _lab_value(rng: random.Random, name: str, low: float, high: float, unit: str) -> tuple[str, str, str, str, str]:
    digits = 0 if isinstance(low, int) else 2 if high < 6 else 1
    roll = rng.random()
    value = rng.uniform(high * 1.03, high * 1.4) if roll < 0.12 else rng.uniform(low * 0.7, low * 0.97) if roll < 0.2 else rng.uniform(low, high)
    flag = "H" if round(value, digits) > high else "L" if round(value, digits) < low else ""
    return name, f"{value:.{digits}f}", flag, f"{low:.{digits}f} - {high:.{digits}f}", unit
