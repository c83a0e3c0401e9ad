"""What the fields of one document say of each other: ages, dates of care and sex words against birth date and sex.

Knows values and the text; must not know the patient index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.confidence import NEVER_SURE
from pipeline.fields.ages import told_ages
from pipeline.fields.dates import years_between
from schemas.document import Extraction, Field, FieldName
from schemas.page import PageReading

OLDEST = 125
DATES_OF_CARE = (FieldName.SERVICE_DATE, FieldName.ADMIT_DATE, FieldName.DISCHARGE_DATE)
CONTRADICTED, AGREED = 0.6, 0.8  # what is left of the worth; of the doubt
SEX_TOLD = re.compile(
    r"\ba[n]?\s+(\d{1,3})[\s\-]year[\s\-]old\s+(?:(?!wo\b|fe\b)\w+\s+){0,2}(man|gentleman|male|boy|woman|lady|female|girl)\b", re.IGNORECASE
)
MALE = frozenset(("man", "gentleman", "male", "boy"))


def contradictions(pages: Sequence[PageReading], said: Extraction) -> Iterator[str]:
    """Reason codes for fields that cannot be right beside the others."""
    birth = _value(said, FieldName.PATIENT_DOB)
    for name in DATES_OF_CARE:
        day = _value(said, name)
        if birth and day and (day < birth or years_between(birth, day) > OLDEST):
            yield f"field.invalid.{name}"
    admitted, left = _value(said, FieldName.ADMIT_DATE), _value(said, FieldName.DISCHARGE_DATE)
    if admitted and left and left < admitted:
        yield f"field.invalid.{FieldName.DISCHARGE_DATE}"
    if birth_fits(pages, said) is False:
        yield f"field.invalid.{FieldName.PATIENT_DOB}"
    if sex_fits(pages, said) is False:
        yield f"field.invalid.{FieldName.PATIENT_SEX}"


def weighed(pages: Sequence[PageReading], said: Extraction) -> Extraction:
    """Birth date and sex less sure where the text contradicts them, a little surer where it agrees."""
    fits = {FieldName.PATIENT_DOB: birth_fits(pages, said), FieldName.PATIENT_SEX: sex_fits(pages, said)}
    return replace(said, fields=tuple(_weighed(field, fits.get(field.name)) for field in said.fields))


def birth_fits(pages: Sequence[PageReading], said: Extraction) -> bool | None:
    """Whether the ages told fit the birth date within a year of the dates of care; None without an age or a date."""
    birth = _value(said, FieldName.PATIENT_DOB)
    days = _days_after(said, birth)
    ages = [age for page in pages for age in told_ages(page)]
    if not birth or not days or not ages:
        return None
    return min(ages) >= years_between(birth, min(days)) - 1 and max(ages) <= years_between(birth, max(days)) + 1


def sex_fits(pages: Sequence[PageReading], said: Extraction) -> bool | None:
    """Whether "a 74-year-old man" of the patient's age fits the sex; None where the text tells none, or both."""
    birth, sex = _value(said, FieldName.PATIENT_DOB), _value(said, FieldName.PATIENT_SEX)
    days = _days_after(said, birth)
    if not birth or not sex or not days:
        return None
    ages = range(years_between(birth, min(days)) - 1, years_between(birth, max(days)) + 2)
    told = {"M" if word.lower() in MALE else "F" for page in pages for age, word in SEX_TOLD.findall(page.text) if int(age) in ages}
    return told == {sex} if len(told) == 1 else None


def _days_after(said: Extraction, birth: str) -> list[str]:
    return [day for name in DATES_OF_CARE if (day := _value(said, name)) and day >= birth]


def _weighed(field: Field, fits: bool | None) -> Field:
    if fits is None:
        return field
    agreed = 1.0 - (1.0 - field.confidence) * AGREED if field.confidence > NEVER_SURE else field.confidence
    worth = agreed if fits else field.confidence * CONTRADICTED
    return replace(field, confidence=round(worth, 4))


def _value(said: Extraction, name: FieldName) -> str:
    found = said.field(name)
    return found.value if found else ""
