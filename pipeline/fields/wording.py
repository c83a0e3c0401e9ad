"""What a label outside the lexicon announces, by the words it is made of. Knows kinds of words; must not know places or values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.fields.lexicon import NO_ROLE, Meaning, words

COMPOSED = 0.87  # what a label is worth that no list holds as a whole
NUMBERED = 0.82
MOST_UNKNOWN = 1
AGES = frozenset(("y", "yr", "yrs", "year", "years", "yo", "old", "m", "f", "male", "female"))  # they end what stands before a label
PATIENT = frozenset(("patient", "patients", "pt", "pts", "resident", "residents", "veteran", "veterans"))
CARED_FOR = PATIENT | {"consumer", "consumers", "student", "participant", "inmate", "detainee"}
LAST, FIRST, MIDDLE = frozenset(("last", "surname", "family")), frozenset(("first", "given", "forename")), frozenset(("middle", "mi", "initial"))
RECORD = frozenset(("record", "records", "rec", "chart", "unit", "mrn", "mr", "emr", "ehr"))
NUMBER = frozenset(("no", "number", "num", "nbr", "id", "identifier", "mrn"))
DAY = frozenset(("date", "dt", "on", "day", "dates"))
ADMITTED = frozenset(("admit", "admitted", "admission", "adm"))
DISCHARGED = frozenset(("discharge", "discharged", "disch", "dis", "dc"))
FIXED = CARED_FOR | LAST | FIRST | MIDDLE | RECORD | NUMBER | DAY | ADMITTED | DISCHARGED


def compose(printed: Sequence[str], *, colon: bool) -> Meaning | None:
    """What the words of a whole label announce together; None where one of them speaks of somebody or something else.

    Without a colon every word must be one that labels are made of.
    """
    said = [word for text in printed for word in _spoken(text)]
    if any(c.isdigit() for text in printed for c in text):
        return None
    strange = [word for word in said if word not in FIXED | words("label_words") | words("care_words")]
    if len(said) < 2 or said[0] in AGES or set(said) & words("other_label_words") or len(strange) > (MOST_UNKNOWN if colon else 0):
        return None
    return _birth(said) or _name(said) or _number(said) or _day(said)


def _spoken(text: str) -> list[str]:
    spelt = re.sub(r"['’`´]s\b|#", lambda found: " no" if found[0] == "#" else "s", text.lower())
    return [word for word in re.split(r"[^a-z]+", spelt.replace("d/c", "dc").replace("m.i.", "mi")) if word]


def _birth(said: list[str]) -> Meaning | None:
    asked = any(word in {"dob", "born", "birthdate"} for word in said) or ("birth" in said and bool(DAY & set(said)))
    return Meaning("patient_dob", "patient" if PATIENT & set(said) else NO_ROLE, COMPOSED) if asked else None


def _name(said: list[str]) -> Meaning | None:
    given = set(said)
    if not PATIENT & given or not {"name", "names"} & given or given & {"provider", "providers", "facility", "sending"}:
        return None
    parts = [what for what, group in (("last_name", LAST), ("first_name", FIRST)) if group & given]
    what = parts[0] if len(parts) == 1 else "middle_name" if not parts and MIDDLE & given else "name"
    return Meaning(what, "patient", COMPOSED)


def _number(said: list[str]) -> Meaning | None:
    given = set(said)
    owned = CARED_FOR | RECORD
    return (
        Meaning("patient_mrn", NO_ROLE, NUMBERED)
        if given & owned and given & NUMBER and not given & (words("care_words") | ADMITTED | DISCHARGED | {"name", "names"})
        else None
    )


def _day(said: list[str]) -> Meaning | None:
    given = set(said)
    if not given & DAY or given & words("other_day_words") or "name" in given:
        return None
    kinds = [what for what, group in (("admit_date", ADMITTED), ("discharge_date", DISCHARGED)) if group & given]
    if len(kinds) > 1 or (not kinds and not given & words("care_words")):
        return None
    return Meaning(kinds[0] if kinds else "service_date", NO_ROLE, COMPOSED)
