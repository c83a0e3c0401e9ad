"""Codes that a document prints as index terms: ICD-10-CM, CPT, NPI. Knows their published shapes; invents, completes and mends none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.fields.geometry import Token
from pipeline.fields.values import Value

DIAGNOSIS = re.compile(r"\b([A-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?)\b")
BAR, ONE = re.compile(r"(?<![^\s(\[])[l|](?=\d\d\.\d)"), re.compile(r"(?<![^\s(\[])1(?=\d\d\.\d{1,2}(?!\d))")
DOLLAR = re.compile(r"(?<![^\s(\[])\$(?=\d\d\.(?:\d{3}|\d{1,3}[A-Z]))")  # no sum of money
PROCEDURE = re.compile(r"(?<![\d.,$/-])(\d{5}|\d{4}[FTU])(?:-(?:\d\d|[A-Z][A-Z\d]))?(?![\d/-]|[.,]\d)")  # with a modifier of two signs
LAST_CATEGORY = {"C": 96, "D": 89, "E": 89, "H": 95, "K": 95, "O": 94, "P": 96, "T": 88}  # the others run to 99
LETTERED = frozenset(("C4A", "C7A", "C7B", "D3A", "M1A", "O9A", "Z3A"))
PROVISIONAL = frozenset(("U07", "U09"))
PROCEDURES = ((100, 1999), (10004, 69990), (70010, 79999), (80047, 89398), (90281, 99607))
NPI = re.compile(r"[12]\d{9}")
ISSUER = "80840"  # of health identifiers in the United States, before an NPI's own figures


def read_diagnoses(tokens: Sequence[Token], *, tenth: bool = False) -> Value | None:
    """ICD-10-CM codes among the words, in print order; `tenth`: the label says that they are no older ones."""
    return _listed([(token, code) for token in tokens for code in icd_codes(with_letter(token.text, tenth=tenth))])


def read_procedures(tokens: Sequence[Token]) -> Value | None:
    """CPT codes among the words behind or under their label, in print order."""
    return _listed([(token, code) for token in tokens for code in cpt_codes(token.text)])


def with_letter(text: str, *, tenth: bool) -> str:
    """A first letter read as a sign that begins no code, put back; a figure only where no code of the ninth revision can stand."""
    text = DOLLAR.sub("S", BAR.sub("I", text))
    return ONE.sub("I", text) if tenth else text


def icd_codes(text: str) -> Iterator[str]:
    """Codes of existing chapters with a point, or of three characters in brackets of their own."""
    for found in DIAGNOSIS.finditer(text):
        if _in_a_chapter(found[1]) and ("." in found[1] or text.strip("()[],;.:") == found[1]):
            yield found[1]


def cpt_codes(text: str) -> Iterator[str]:
    """Five figures of a section of CPT, or four and the letter of a category; a modifier is left out."""
    return (found[1] for found in PROCEDURE.finditer(text) if not found[1].isdigit() or _in_a_section(int(found[1])))


def is_npi(text: str) -> bool:
    """Whether ten figures are a National Provider Identifier by their check digit (ISO 7812 with the prefix 80840)."""
    return bool(NPI.fullmatch(text)) and _sum(ISSUER + text) % 10 == 0


def _sum(figures: str) -> int:
    """Luhn's sum: every second figure from the right counts twice, its own figures added."""
    doubled = (int(figure) * (1 + at % 2) for at, figure in enumerate(reversed(figures)))
    return sum(sum(divmod(value, 10)) for value in doubled)


def _in_a_chapter(code: str) -> bool:
    category = code[:3]
    if category[2].isalpha():
        return category in LETTERED
    return category in PROVISIONAL if category[0] == "U" else int(category[1:]) <= LAST_CATEGORY.get(category[0], 99)


def _in_a_section(number: int) -> bool:
    return any(first <= number <= last for first, last in PROCEDURES)


def _listed(hits: Sequence[tuple[Token, str]]) -> Value | None:
    codes = list(dict.fromkeys(code for _, code in hits))
    return Value(", ".join(codes), tuple(dict.fromkeys(token for token, _ in hits))) if codes else None
